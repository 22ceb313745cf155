#!/usr/bin/env python3
"""sessions.py SOCKET FILE [--locks]: runs a scenario of several sessions on a real server (MariaDB 10.11) and prints its transcript in the
form of `innolab run FILE --json [--locks]`. Each case has a new database `referee`, which error texts name.

What depends on time in a server is controlled, so that a transcript repeats:

    waiting         a session waits if InnoDB's status says LOCK WAIT and Innodb_row_lock_current_waits counts it: its deadlock check is then over.
                    It waits for a metadata lock if the process list says so and its thread is asleep
    granted waits   continue one at a time, in the order in which they began to wait: ptrace stops the threads of waiting sessions
    innodb_trx      a statement that names it is answered from InnoDB's status, which is never stale: session, lock structs, undo entries
    metadata waits  end without a word to anybody but the thread itself: each such thread is let run, in order, until it sleeps again
    purge           is stopped (FLUSH TABLES .. FOR EXPORT) while a statement runs; between statements it purges all that open views allow, or
                    nothing while a session waits for a metadata lock: purge would wait for it too
"""
import ctypes
import json
import os
import queue
import re
import sys
import threading
import time

import pymysql

import locks
import scenario

DATABASE, OURS = "referee", "referee_purge"
FOREVER_S = 30000000
DDL = re.compile(r"(alter|create|drop|rename|truncate)\b", re.I)
# The metadata lock that a connection waits for.
PENDING = """select object_instance_begin from performance_schema.metadata_locks join performance_schema.threads on thread_id = owner_thread_id
    join information_schema.processlist on id = processlist_id
    where lock_status = 'PENDING' and id = %d and state like 'Waiting for%%metadata lock'"""


def connect(socket, database=None):
    return pymysql.connect(unix_socket=socket, user="root", database=database, autocommit=True, charset="utf8mb4", conv={}, ssl_disabled=True)


def ask(connection, sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def text(value):
    return value.decode("utf8", "backslashreplace") if isinstance(value, bytes) else value


class Session:
    """A connection and a thread that runs one statement at a time on it."""

    def __init__(self, socket, name):
        self.name, self.connection = name, connect(socket, DATABASE)
        ask(self.connection, "set session innodb_lock_wait_timeout = %d, lock_wait_timeout = %d" % (FOREVER_S, FOREVER_S))
        row = ask(self.connection, "select id, tid from information_schema.processlist where id = connection_id()")[0]
        self.id, self.thread = int(row[0]), int(row[1])
        self.todo, self.over, self.queued, self.step, self.outcome = queue.Queue(), threading.Event(), [], None, None
        self.metadata = None                        # the metadata lock that it waits for
        threading.Thread(target=self.work, daemon=True).start()

    def work(self):
        while (sql := self.todo.get()) is not None:
            try:
                with self.connection.cursor() as cursor:
                    cursor.execute(sql)
                    rows = cursor.description and [[text(v) for v in row] for row in cursor.fetchall()]
                    self.outcome = {"outcome": "rows", "rows": rows} if cursor.description else {"outcome": "ok", "affected": cursor.rowcount}
            except pymysql.Error as e:
                self.outcome = {"outcome": "error", "errno": e.args[0], "message": e.args[1]}
            self.over.set()

    def begin(self, step):
        self.step = step
        self.over.clear()
        self.todo.put(step.sql)

    def answer(self, step, outcome):
        self.step, self.outcome = step, outcome
        self.over.set()

    def end(self):
        ask(self.connection, "rollback")
        self.todo.put(None)
        self.connection.close()


def of_thread(thread, what):
    try:
        with open("/proc/%d/task/%d/%s" % (thread, thread, what)) as file:
            return file.read()
    except OSError:
        return ""


def sleeps(thread):
    """Returns how often a thread that is asleep has been switched away from, None if it is awake. The same number twice: it slept in between."""
    status = of_thread(thread, "status")
    if status and not re.search(r"^State:\s+S", status, re.M):
        return None
    return sum(map(int, re.findall(r"ctxt_switches:\s+(\d+)", status)))


class Hold:
    """Stops the server's threads that wait for a lock, by ptrace. Without permission for ptrace they run, and their order may vary."""
    SEIZE, INTERRUPT, DETACH, ANY_CHILD = 0x4206, 0x4207, 17, 0x40000000

    def __init__(self):
        self.call = ctypes.CDLL(None, use_errno=True).ptrace
        self.call.argtypes, self.call.restype = [ctypes.c_long] * 4, ctypes.c_long
        self.held = set()

    def take(self, thread):
        """Returns false if the thread was awake: then it is not held."""
        if thread not in self.held and self.call(self.SEIZE, thread, 0, 0) == 0:
            self.call(self.INTERRUPT, thread, 0, 0)
            os.waitpid(thread, self.ANY_CHILD)
            self.held.add(thread)
            if of_thread(thread, "syscall").startswith("-1"):
                self.release(thread)
                return False
        return True

    def release(self, thread):
        if thread in self.held:
            self.call(self.DETACH, thread, 0, 0)
            self.held.remove(thread)


class Purge:
    def __init__(self, socket):
        self.stopper, self.ticker, self.is_stopped, self.seen = connect(socket), connect(socket), False, None
        for sql in ("drop database if exists %s", "create database %s", "create table %s.pin (i int primary key)",
                    "create table %s.tick (i int primary key, n int)", "insert into %s.tick values (1, 0)"):
            ask(self.ticker, sql % OURS)

    def go(self):
        if self.is_stopped:
            ask(self.stopper, "unlock tables")
            self.is_stopped = False

    def at(self):
        return locks.purged_and_bound(ask(self.ticker, "show engine innodb status")[0][2])

    def complete(self):
        """Lets purge remove all that open views allow, then stops it."""
        if self.is_stopped and self.at() == self.seen:
            return
        self.go()
        # A last transaction for purge to reach.
        ask(self.ticker, "update %s.tick set n = n + 1" % OURS)
        until = time.monotonic() + 60
        done, bound = self.at()
        while done < bound:
            assert time.monotonic() < until, "purge does not end"
            time.sleep(0.001)
            done, bound = self.at()
        ask(self.stopper, "flush tables %s.pin for export" % OURS)
        self.is_stopped, self.seen = True, self.at()

    def end(self):
        self.go()
        ask(self.ticker, "drop database " + OURS)


class Runner:
    def __init__(self, socket, with_locks):
        self.socket, self.with_locks, self.admin, self.purge, self.hold = socket, with_locks, connect(socket), Purge(socket), Hold()
        ask(self.admin, "set global innodb_status_output_locks = ON")
        self.sessions, self.waits = {}, []          # waiting sessions, in the order in which they began to wait

    def case(self, case):
        self.purge.go()
        ask(self.admin, "drop database if exists " + DATABASE)
        ask(self.admin, "create database " + DATABASE)
        self.name, self.reported_locks, self.keys = case.name, [], {}
        self.setup = Session(self.socket, None)
        for step in case.setup:
            self.set_up(step)
        for table, in ask(self.admin, "show tables from " + DATABASE):
            ask(self.admin, "analyze table %s.`%s`" % (DATABASE, table))
        self.purge.complete()
        for step in case.steps:
            if step.session is None:
                self.set_up(step)
                self.between([step])
                continue
            if step.session not in self.sessions:
                self.sessions[step.session] = Session(self.socket, step.session)
            self.sessions[step.session].queued.append(step)
            while ready := [s for s in self.sessions.values() if s.queued and s not in self.waits]:
                self.step(min(ready, key=lambda s: s.queued[0].number))
        self.end_case()

    def set_up(self, step):
        self.setup.begin(step)
        self.setup.over.wait()
        if self.setup.outcome["outcome"] == "error":
            sys.exit("line %d: set-up failed: %s: %s" % (step.line, step.sql, self.setup.outcome["message"]))

    def step(self, session):
        step = session.queued.pop(0)
        if "innodb_trx" in step.sql:
            session.answer(step, {"outcome": "rows", "rows": self.weights()})
        else:
            session.begin(step)
        number, ended, turn = session.step.number, [], session
        while turn:
            if self.ends(turn):
                ended.append(turn)
            else:
                self.waits.append(turn)
            turn = self.next_let_go()
        self.report(session, session.outcome if session in ended else {"outcome": "blocked"})
        for other in ended:
            if other is not session:
                self.report(other, {**other.outcome, "late": True})
        self.between([s.step for s in ended])
        if self.with_locks:
            self.report_locks(number)

    def between(self, ended):
        """Between two steps; ended: the statements that have."""
        if any(DDL.match(step.sql) for step in ended):
            self.keys.clear()
        if not any(s.metadata for s in self.waits):
            self.purge.complete()

    def next_let_go(self):
        """Returns the first of the waiting sessions whose wait is over, which runs from now on; None if there is none."""
        waiting = locks.waiting(self.status())
        for session in self.waits:
            if session.metadata or session.id not in waiting:
                self.hold.release(session.thread)
                if not session.metadata or not self.waits_still(session):
                    self.waits.remove(session)
                    session.metadata = None
                    return session
        return None

    def waits_still(self, session):
        """True if a session that was held still waits for the same metadata lock: then it is held again."""
        while not session.over.wait(0.0005):
            asleep, lock = sleeps(session.thread), self.metadata_wait(session)
            if asleep is not None and asleep == sleeps(session.thread):
                if lock != session.metadata:
                    return False
                if self.hold.take(session.thread):
                    return True
        return False

    def metadata_wait(self, session):
        rows = ask(self.admin, PENDING % session.id)
        return rows[0][0] if rows else None

    def ends(self, session):
        """Returns false once the session waits; its thread is held then."""
        since = None
        while not session.over.wait(0.002):
            waiting = locks.waiting(self.status())
            if session.id not in waiting:
                since, asleep, lock = None, sleeps(session.thread), self.metadata_wait(session)
                if lock and asleep is not None and asleep == sleeps(session.thread) and self.hold.take(session.thread):
                    session.metadata = lock
                    return False
                continue
            # The server still counts a granted wait whose thread is stopped.
            all_waiting = waiting | {s.id for s in self.waits if s.thread in self.hold.held and not s.metadata}
            counted = int(ask(self.admin, "show global status like 'innodb_row_lock_current_waits'")[0][1])
            if counted != len(all_waiting):
                # Waits for a table (AUTO_INC) are not counted: a session that waits for a second waits.
                since = since or time.monotonic()
                if time.monotonic() - since < 1:
                    continue
            if self.hold.take(session.thread):
                return False
        return True

    def status(self):
        return ask(self.admin, "show engine innodb status")[0][2]

    def report(self, session, outcome):
        step = session.step
        emit({"case": self.name, "step": step.number, "session": session.name, "sql": step.sql, **outcome})

    def weights(self):
        """Returns what each transaction with locks weighs in the choice of a deadlock victim: the answer to the query of `generate::with_weights`."""
        names, rows = {s.id: s.name for s in self.sessions.values()}, []
        for session, part in locks.transactions(self.status()).items():
            counts = re.search(r"([1-9]\d*) lock struct.* row lock\(s\)(?:, undo log entries (\d+))?", part)
            if counts and session in names:
                rows.append([names[session][1:], counts[1], counts[2] or "0"])
        return sorted(rows)

    def report_locks(self, number):
        names = {s.id: s.name for s in self.sessions.values()}
        now, cut = locks.of_all(self.status, self.key_types, names)
        if now != self.reported_locks:
            self.reported_locks = now
            emit({"case": self.name, "step": number, "locks": now, **({"truncated": cut} if cut else {})})

    def key_types(self, table, index):
        """Returns the types of the columns in an index's key: its own, then those of the primary key that it lacks."""
        if (table, index) not in self.keys:
            types = {row[0]: row[1] for row in ask(self.admin, "show columns from %s.`%s`" % (DATABASE, table))}
            rows = ask(self.admin, "show keys from %s.`%s`" % (DATABASE, table))
            columns = lambda name: [row[4] for row in rows if row[2] == name]
            own, primary = columns(index), columns("PRIMARY")
            self.keys[table, index] = [types[c] for c in own + [c for c in primary if c not in own]] + ([] if primary else ["row id"])
        return self.keys[table, index]

    def end_case(self):
        for session in self.waits:
            self.hold.release(session.thread)
        for session in self.waits:
            ask(self.admin, "kill query %d" % session.id)
            session.over.wait()
        for session in [*self.sessions.values(), self.setup]:
            session.end()
        self.sessions, self.waits = {}, []

    def end(self):
        self.purge.end()
        ask(self.admin, "drop database if exists " + DATABASE)


def emit(line):
    print(json.dumps(line, ensure_ascii=False, separators=(",", ":")), flush=True)


def main(socket, path, *options):
    runner = Runner(socket, "--locks" in options)
    try:
        for case in scenario.load(path):
            runner.case(case)
        runner.end()
    finally:
        for thread in list(runner.hold.held):
            runner.hold.release(thread)


if __name__ == "__main__":
    main(*sys.argv[1:])
