"""What PyMySQL does on a server: SOCKET PORT PASSWORD."""

import datetime
import decimal
import sys
import threading

import pymysql

SOCKET, PORT, PASSWORD = sys.argv[1], int(sys.argv[2]), sys.argv[3]


def connect(**more):
    return pymysql.connect(user="root", database="test", **{"password": PASSWORD, **more})


def failed(work):
    try:
        work()
    except pymysql.MySQLError as error:
        return error.args
    raise AssertionError("it did not fail")


for where in ({"unix_socket": SOCKET}, {"host": "127.0.0.1", "port": PORT}):
    assert failed(lambda: connect(**{**where, "password": "wrong"}))[0] == 1045
    assert failed(lambda: connect(**{**where, "password": ""}))[0] == 1045

    db = connect(**where, autocommit=False)
    cursor = db.cursor()
    cursor.execute("drop table if exists t")
    cursor.execute(
        "create table t (id int primary key auto_increment, big bigint unsigned, name varchar(20), raw varbinary(20),"
        " price decimal(10,2), at datetime(6), day date)"
    )
    row = (2**64 - 1, "ä😀'\\", decimal.Decimal("-1.50"), datetime.datetime(2024, 1, 2, 3, 4, 5, 678), datetime.date(2024, 1, 2))
    cursor.execute("insert into t (big, name, price, at, day, raw) values (%s, %s, %s, %s, %s, x'00ff27')", row)
    assert cursor.lastrowid == 1 and cursor.rowcount == 1
    cursor.executemany("insert into t (name) values (%s)", [(str(n),) for n in range(100)])
    cursor.execute("select * from t where id = 1")
    assert cursor.fetchall() == ((1, row[0], row[1], b"\x00\xff'", row[2], row[3], row[4]),)
    cursor.execute("select raw, price from t where id = 2")
    assert cursor.fetchone() == (None, None)
    db.rollback()
    cursor.execute("select count(*), 0.5e0, database(), @@version_comment from t")
    assert cursor.fetchone() == (0, 0.5, "test", "innolab")

    cursor.execute("insert into t (id, name) values (1, 'one')")
    assert failed(lambda: cursor.execute("insert into t (id) values (1)")) == (1062, "Duplicate entry '1' for key 'PRIMARY'")
    db.commit()

    # Two connections: the second waits for the first.
    other = connect(**where, autocommit=True)
    cursor.execute("update t set name = 'held' where id = 1")
    seen = []

    def change():
        with other.cursor() as waiting:
            waiting.execute("update t set name = concat(name, ' and changed') where id = 1")
            seen.append(waiting.rowcount)

    thread = threading.Thread(target=change)
    thread.start()
    thread.join(0.2)
    assert thread.is_alive() and not seen
    db.commit()
    thread.join(20)
    assert seen == [1]
    cursor.execute("select name from t where id = 1")
    assert cursor.fetchone() == ("held and changed",)

    # The value that a client is told of AUTO_INCREMENT, and what happened to rows.
    def told(sql):
        cursor.execute(sql)
        return cursor.lastrowid, db._result.message[1:].decode()

    assert told("insert into t (id) values (1050)") == (1050, "")
    assert told("insert into t (id) values (1060), (1061)") == (1061, "Records: 2  Duplicates: 0  Warnings: 0")
    assert told("insert into t (name) values ('a'), ('b')") == (1062, "Records: 2  Duplicates: 0  Warnings: 0")
    assert told("update t set name = 'c' where id in (1050, 1051)") == (0, "Rows matched: 1  Changed: 1  Warnings: 0")
    db.rollback()

    # A client of utf8mb3; another character set is refused by name; modes.
    with connect(**where, charset="utf8", sql_mode="") as old, old.cursor() as short:
        short.execute("select 'ä', @@sql_mode, user()")
        assert short.fetchone() == ("ä", "", "root@localhost")
        refused = failed(lambda: short.execute("insert into t (name) values (repeat('x', 21))"))
        assert refused[0] == 1235 and "sql_mode = ''" in refused[1], refused
    refused = failed(lambda: connect(**where, charset="latin1"))
    assert refused[0] == 1235 and "UTF-8" in refused[1], refused

    victim = connect(**where)
    db.kill(victim.thread_id())
    assert failed(lambda: victim.cursor().execute("select 1"))[0] in (2006, 2013)
    assert failed(lambda: db.kill(victim.thread_id() + 1000))[0] == 1094

    db.ping()
    db.select_db("test")
    assert failed(lambda: db.select_db("nothing"))[0] == 1049
    with db.cursor(pymysql.cursors.SSDictCursor) as streaming:
        streaming.execute("select id from t")
        assert list(streaming) == [{"id": 1}]
    db.close()
    other.close()

print("all of it works")
