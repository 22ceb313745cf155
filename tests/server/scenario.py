"""Reads scenario files as cases, by the rules of `crates/lab/src/scenario.rs`."""
import os
import re
from dataclasses import dataclass, field

TOKEN = re.compile(r"""(?P<kept>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`[^`]*`|/\*.*?\*/)|(?P<comment>(?:--(?=\s|$)|\#)[^\n]*)|(?P<end>;)"""
                   r"""|(?P<line>\n)|(?P<other>.)""", re.S)
TAG = re.compile(r"--\s+(T[0-9]+|[Ee]ither)\b")
CASE = re.compile(r"--\s*case:\s*(.*\S)")


@dataclass
class Step:
    sql: str
    line: int
    session: str = None     # None: set-up
    number: int = 0


@dataclass
class Case:
    name: str
    setup: list = field(default_factory=list)
    steps: list = field(default_factory=list)


def items(text, line):
    """Yields the steps (Step) and the names of cases (str) in a text; `line` is the number of its first line."""
    sql, ended, comment, began = "", [], "", line
    for m in TOKEN.finditer(text + "\n"):
        kind, token = m.lastgroup, m.group()
        tag = TAG.match(comment)
        if kind == "end" or kind == "line" and tag:
            if sql.strip():
                ended.append((sql.strip(), began))
            sql = ""
        if kind == "comment":
            comment = token
            if (name := CASE.match(token)) and not sql.strip() and not ended:
                yield name[1]
        elif kind == "line":
            session = tag and ("T1" if tag[1].lower() == "either" else tag[1])
            yield from (Step(s, at, session) for s, at in ended)
            ended, comment, sql, line = [], "", sql + "\n" if sql.strip() else "", line + 1
        elif kind != "end" and not (token.startswith("/*") and not sql.strip()):
            if not sql.strip():
                sql, began = "", line
            sql += token
            line += token.count("\n")


def case(name, common, steps):
    first = next((i for i, step in enumerate(steps) if step.session), len(steps))
    tagged = [step for step in steps if step.session]
    for number, step in enumerate(tagged, 1):
        step.number = number
    return Case(name, common + steps[:first], steps[first:]) if tagged else None


def load(path):
    with open(path, encoding="utf8") as file:
        text = file.read()
    name, kind = os.path.splitext(os.path.basename(path))
    found = blocks(text) if kind in (".md", ".markdown") else pieces(text, name)
    return [c for c in found if c]


def pieces(text, name):
    """Returns the cases of an SQL file."""
    common, bodies = [], []
    for item in items(text, 1):
        if isinstance(item, str):
            bodies.append((item, []))
        else:
            (bodies[-1][1] if bodies else common).append(item)
    if not bodies:
        return [case(name, [], common)]
    return [case(title, common, steps) for title, steps in bodies]


def blocks(text):
    """Returns the cases of a Markdown file: its blocks `sql`."""
    common, found, title, since, block = [], [], "", "", None
    for number, line in enumerate(text.split("\n"), 1):
        if block is None and re.match(r"\s*```+\s*sql\b", line):
            block, begins = [], number + 1
        elif block is not None and line.strip().startswith("```"):
            steps = [item for item in items("\n".join(block), begins) if isinstance(item, Step)]
            if not found and not common and re.search(r"\bset-?up\b", since, re.I):
                common = steps
            else:
                found.append((title, steps))
            block, since = None, ""
        elif block is not None:
            block.append(line)
        elif line.strip():
            since += line + "\n"
            title = " ".join(line.strip(" #\t").split()).rstrip(":")
    return [case(title, common, steps) for title, steps in found]
