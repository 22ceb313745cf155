"""Parses the text of SHOW ENGINE INNODB STATUS: waiting transactions, the progress of purge, and locks, named as in
MySQL's performance_schema.data_locks.

    TABLE LOCK table `d`.`t` trx id 41 lock mode IX                             IX
    RECORD LOCKS … index c of table `d`.`t` trx id 41 lock_mode X locks gap …   X,GAP, on each `Record lock` that follows
    Record lock, heap no 1                                                      the supremum: it has only a gap
     0: len 4; hex 8000000a; asc     ;;                                         a field of its key: 10

The server prints at most ten lock structures of a transaction; sessions with more are listed in `truncated`. It prints no fields of a record
whose page is latched: then the status is read again.
"""
import re
import time

SESSION = re.compile(r"^MariaDB thread id (\d+)", re.M)
VIEW = re.compile(r"^Trx read view will not see trx with id >= (\d+)", re.M)
PURGED = re.compile(r"^Trx id counter (\d+)\nPurge done for trx's n:o < (\d+) ", re.M)
TABLE = re.compile(r"TABLE LOCK table `.+`\.`(.+)` trx id \d+ lock mode (\S+)( waiting)?$")
RECORDS = re.compile(r"RECORD LOCKS .* index (.+?) of table `.+`\.`(.+)` trx id \d+ lock[_ ]mode (\S+)(.*)$")
RECORD = re.compile(r"Record lock, heap no (\d+)")
FIELD = re.compile(r"\n \d+: (?:len \d+; hex (\w*);|SQL (NULL))")
NOT_SHOWN = re.compile(r"^Record lock, heap no (?!1\b)\d+ *$", re.M)
SUPREMUM = "supremum pseudo-record"


def transactions(status):
    """Returns {connection id: text}, without the section about the last deadlock, which has the same form."""
    start = status.index("LIST OF TRANSACTIONS FOR EACH SESSION")
    listed = re.split(r"^(?=---TRANSACTION )", status[start:status.find("\nFILE I/O\n", start)], flags=re.M)
    return {int(m[1]): part for part in listed if (m := SESSION.search(part))}


def waiting(status):
    """Returns the connections that wait for a lock."""
    return {connection for connection, part in transactions(status).items() if re.search(r"^LOCK WAIT ", part, re.M)}


def purged_and_bound(status):
    """Returns (the first transaction number that is not purged, the first that must not be purged). The latter is that of the oldest view, or the
    next number to be given."""
    counter, done = map(int, PURGED.search(status).groups())
    views = [int(view) for part in transactions(status).values() for view in VIEW.findall(part)]
    return done, min(views + [counter])


def of_all(ask_status, key_types, names):
    """Returns (all locks of the connections in `names`, sorted; the names of those whose list is cut short)."""
    for _ in range(200):
        found = transactions(ask_status())
        if not any(NOT_SHOWN.search(part) for part in found.values()):
            break
        time.sleep(0.005)
    mine = {names[connection]: part for connection, part in found.items() if connection in names}
    fields = "table", "index", "type", "mode", "status", "data"
    rows = [{"session": name, **dict(zip(fields, lock))} for name, part in mine.items() for lock in set(of_one(part, key_types))]
    return sorted(rows, key=order), sorted(name for name, part in mine.items() if "SUPPRESSING FURTHER PRINTS" in part)


def of_one(part, key_types):
    """Yields the locks of one transaction. A lock structure has a line, a line for each of its records, and one for each field of a record."""
    for structure in re.split(r"^(?=RECORD LOCKS|TABLE LOCK|---)", part, flags=re.M):
        head, *lines = structure.split("\n")
        if "`#sql" in head:
            continue                                # a table of the server's own, while DDL runs
        if m := TABLE.match(head):
            yield m[1], None, "TABLE", m[2].replace("AUTO-INC", "AUTO_INC"), "WAITING" if m[3] else "GRANTED", None
        elif m := RECORDS.match(head):
            for record in re.split(r"^(?=Record lock)", "\n".join(lines), flags=re.M):
                if heap := RECORD.match(record):
                    is_supremum = heap[1] == "1"
                    data = SUPREMUM if is_supremum else key(record, key_types(m[2], m[1]))
                    yield m[2], m[1], "RECORD", mode(m[3], m[4], is_supremum), "WAITING" if m[4].endswith("waiting") else "GRANTED", data


def mode(letter, words, is_supremum):
    kind = "" if is_supremum else ",REC_NOT_GAP" if "rec but not gap" in words else ",GAP" if "gap before rec" in words else ""
    return letter + kind + (",INSERT_INTENTION" if "insert intention" in words else "")


def key(record, types):
    fields = FIELD.findall(record)
    return ", ".join("NULL" if null else shown(ty, bytes.fromhex(hexa)) for ty, (hexa, null) in zip(types, fields))


def shown(ty, raw):
    if ty == "row id":
        return ty.replace(" ", "_")
    if "int" in ty:
        return str(int.from_bytes(raw, "big") - (0 if "unsigned" in ty else 1 << 8 * len(raw) - 1))
    if "char" in ty:
        text = raw.decode("utf8", "replace")
        return "'%s'" % (text.rstrip(" ") if ty.startswith("char") else text)
    return "0x" + raw.hex().upper()


def order(lock):
    data = lock["data"]
    values = [] if data in (None, SUPREMUM) else [
        (0, 0, "") if d == "NULL" else (1, int(d), "") if re.fullmatch(r"-?\d+", d) else (2, 0, d) for d in data.split(", ")]
    number = int(lock["session"][1:])
    return (number, lock["table"], lock["type"] != "TABLE", lock["index"] != "PRIMARY", lock["index"] or "", data == SUPREMUM, values, lock["mode"],
            lock["status"])
