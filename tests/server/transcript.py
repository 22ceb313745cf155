#!/usr/bin/env python3
"""transcript.py SOCKET FILE: runs a scenario of one session, one statement a line, on a real server, and prints what happened
in the lab's JSON lines. Each case gets a database of its own name, `test`, made afresh."""
import json
import re
import sys

import pymysql

STATEMENT = re.compile(r"(?P<sql>.*?);?\s*(?:--\s+(?P<tag>T[0-9]+).*)?$", re.S)


def text(value):
    return value.decode("utf8", "backslashreplace") if isinstance(value, bytes) else value


def outcome(connection, sql):
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            if cursor.description is None:
                return {"outcome": "ok", "affected": cursor.rowcount}
            return {"outcome": "rows", "rows": [[text(v) for v in row] for row in cursor.fetchall()]}
    except pymysql.Error as e:
        return {"outcome": "error", "errno": e.args[0], "message": e.args[1]}


def connect(socket, database=None):
    return pymysql.connect(unix_socket=socket, user="root", database=database, autocommit=True, charset="utf8mb4", conv={},
                           ssl_disabled=True)


def fresh(socket):
    with connect(socket) as admin, admin.cursor() as cursor:
        cursor.execute("drop database if exists test")
        cursor.execute("create database test")
    return connect(socket, "test")


def main(socket, path):
    common, case, step, connection = [], None, 0, None
    for line in open(path, encoding="utf8"):
        line = line.strip()
        if line.startswith("-- case: "):
            case, step, connection = line[9:], 0, fresh(socket)
            for sql in common:
                outcome(connection, sql)
        elif line and not line.startswith("--"):
            m = STATEMENT.match(line)
            if case is None:
                common.append(m["sql"])
                continue
            result = outcome(connection, m["sql"])
            if m["tag"]:
                step += 1
                print(json.dumps({"case": case, "step": step, "session": m["tag"], "sql": m["sql"], **result}, ensure_ascii=False))
            elif result["outcome"] == "error":
                sys.exit("%s: set-up failed: %s: %s" % (path, m["sql"], result["message"]))


main(*sys.argv[1:])
