#!/usr/bin/env python3
"""transcript.py SOCKET FILE: runs a scenario of one session on a real server, and prints what happened
in the lab's JSON lines. Each case gets the database `referee`, made afresh: messages name it."""
import json
import os
import re
import sys

import pymysql

TOKEN = re.compile(r"""(?P<kept>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`[^`]*`)|(?P<comment>(?:--(?=\s|$)|\#)[^\n]*)|(?P<end>;)|(?P<line>\n)|(?P<other>.)""", re.S)
TAG = re.compile(r"--\s+(T[0-9]+)\b")
CASE = re.compile(r"--\s*case:\s*(.*\S)")


def items(text):
    """("case", name) and (tag or None, sql) of a scenario file, in order: the tag of a line is that of all statements that end on it."""
    sql, ended, comment = "", [], ""
    for m in TOKEN.finditer(text + "\n"):
        kind, token = m.lastgroup, m.group()
        tag = TAG.match(comment)
        if kind == "end" or kind == "line" and tag:
            if sql.strip():
                ended.append(sql.strip())
            sql = ""
        if kind == "comment":
            comment = token
            if (case := CASE.match(token)) and not sql.strip():
                yield "case", case[1]
        elif kind == "line":
            yield from ((tag and tag[1], statement) for statement in ended)
            ended, comment, sql = [], "", sql + "\n" if sql.strip() else ""
        elif kind != "end":
            sql += token


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


class Case:
    """A database made afresh, and a connection for each session; None is the set-up's."""

    def __init__(self, socket, name, setup):
        self.socket, self.name, self.step, self.sessions = socket, name, 0, {}
        with connect(socket) as admin, admin.cursor() as cursor:
            cursor.execute("drop database if exists referee")
            cursor.execute("create database referee")
        for sql in setup:
            self.run(None, sql)

    def run(self, tag, sql):
        if tag not in self.sessions:
            self.sessions[tag] = connect(self.socket, "referee")
        result = outcome(self.sessions[tag], sql)
        if tag:
            self.step += 1
            line = {"case": self.name, "step": self.step, "session": tag, "sql": sql, **result}
            print(json.dumps(line, ensure_ascii=False, separators=(",", ":")))
        elif result["outcome"] == "error":
            sys.exit("set-up failed: %s: %s" % (sql, result["message"]))


def main(socket, path):
    setup, case = [], None
    for tag, sql in items(open(path, encoding="utf8").read()):
        if tag == "case":
            case = Case(socket, sql, setup)
        elif case or tag:
            # A file without cases is one, named after the file.
            case = case or Case(socket, os.path.splitext(os.path.basename(path))[0], setup)
            case.run(tag, sql)
        else:
            setup.append(sql)


main(*sys.argv[1:])
