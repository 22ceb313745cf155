#!/usr/bin/env python3
"""generate.py SEED [STATEMENTS]: a random scenario of one session, all in the SQL that one session can use, for the referee to compare.

    ./generate.py 1 > f.sql; referee.py diff f.sql --no-locks --ours 'innolab --database referee'

The same seed gives the same file. What may differ between two right engines is not made: an ORDER BY ends with a unique key, LIMIT has
an ORDER BY, the columns beside an aggregate are constants.
"""
import random
import sys

TABLES = {
    # name: (definition, columns by kind, unique order)
    "p": ("id int primary key, a int, b bigint unsigned, s varchar(8)", "id:i a:i b:u s:s", "id"),
    "q": ("x smallint not null, y varchar(6) not null default 'd', z tinyint unsigned default 7, primary key (x, y)",
          "x:i y:s z:u", "x, y"),
    "r": ("k varchar(5) primary key, n int not null default 3, c char(4), w varbinary(6)", "k:s n:i c:s w:s", "k"),
    "h": ("v int, m mediumint unsigned, t varchar(4)", "v:i m:u t:s", "v, m, t"),
    "g": ("id int unsigned auto_increment primary key, d int default -1, e varchar(5)", "id:u d:i e:s", "id"),
}
INTS = "0 1 2 3 4 5 7 9 10 12 20 127 128 255 256 -1 -2 -5 -128 32767 65535 2147483647 -2147483648 4294967296 9223372036854775807 18446744073709551615".split()
SMALL = "0 1 2 3 4 5 6 7 8 9 10 11 12 -1 -3".split()
TEXTS = [t for t in "''|'a'|'b'|'ab'|'abc'|'A'|'b '|' a'|'x1'|'1'|'2'|'10'|'1x'|'-3'|'2.5'|'h\u00e9'|'\u00e9\u00e9\u00e9\u00e9'|'abcdefghij'|'a%'|'_b'".split("|")]
OTHER = "null null 1.5 2.50 -0.5 1e1 3e-1 true false".split()


class Maker:
    def __init__(self, seed):
        self.r = random.Random(seed)

    def one(self, xs):
        return self.r.choice(xs)

    def chance(self, p):
        return self.r.random() < p

    def literal(self, kind):
        if self.chance(0.08):
            return self.one(OTHER)
        if kind == "s":
            return self.one(TEXTS)
        return self.one(SMALL if self.chance(0.8) else INTS)

    def columns(self, table):
        return [c.split(":") for c in TABLES[table][1].split()]

    def value(self, table, depth=0):
        """An expression of a number or text."""
        columns = self.columns(table)
        column, kind = self.one(columns if depth == 0 else [c for c in columns if c[1] != "s"] or columns)
        if depth > 2 or self.chance(0.45):
            return column if self.chance(0.6) else self.literal(kind if depth == 0 else "i")
        a, b = self.value(table, depth + 1), self.value(table, depth + 1)
        if self.chance(0.12):
            return self.one(["abs(%s)" % a, "-%s" % column, "length(%s)" % column,
                             "mod(%s, %s)" % (a, b)])
        return "%s %s %s" % (self.paren(a), self.one("+ - * / % div".split()), self.paren(b))

    def paren(self, e):
        return "(%s)" % e if " " in e and not e.startswith(("'", "(")) and not e.startswith("-") else e

    def condition(self, table, depth=0):
        if depth < 2 and self.chance(0.45):
            a, b = self.condition(table, depth + 1), self.condition(table, depth + 1)
            return self.one(["(%s and %s)", "(%s or %s)", "(%s) and not (%s)", "(%s xor %s)"]) % (a, b)
        column, kind = self.one(self.columns(table)[:2]) if self.chance(0.6) else self.one(self.columns(table))
        lit = lambda: self.literal(kind)
        return self.one([
            lambda: "%s %s %s" % (column, self.one("= = = < <= > >= <> <=> !=".split()), lit()),
            lambda: "%s %s %s" % (lit(), self.one("= < >=".split()), column),
            lambda: "%s between %s and %s" % (column, lit(), lit()),
            lambda: "%s %sin (%s)" % (column, self.one(["", "not "]), ", ".join(lit() for _ in range(self.r.randint(1, 4)))),
            lambda: "%s is %snull" % (column, self.one(["", "not "])),
            lambda: "%s like %s" % (column, self.one(["'%'", "'a%'", "'%b'", "'_b%'", "'1_'", "'a\\\\%%'", "'%b%'"])),
            lambda: "%s %% %s = %s" % (column, self.one("2 3 0 5".split()), self.one("0 1".split())),
            lambda: "%s > %s" % (self.value(table, 1), self.value(table, 1)),
            lambda: "%s %s %s" % (column, self.one("= < >".split()), self.one(self.columns(table))[0]),
            lambda: "%s is %s%s" % (column, self.one(["", "not "]), self.one(["true", "false", "unknown"])),
        ])()

    def where(self, table):
        return " where " + self.condition(table) if self.chance(0.8) else ""

    def order(self, table):
        unique = TABLES[table][2]
        parts = [self.one(self.columns(table))[0] + self.one(["", " desc", " asc"]) for _ in range(self.r.randint(0, 2))]
        if self.chance(0.2):
            parts.insert(0, self.value(table, 2))
        way = self.one(["", " desc"])
        return " order by " + ", ".join(parts + [c.strip() + way for c in unique.split(",")])

    def limit(self):
        return self.one(["", "", " limit %d" % self.r.randint(0, 4), " limit %d, %d" % (self.r.randint(0, 3), self.r.randint(1, 4)),
                         " limit %d offset %d" % (self.r.randint(1, 4), self.r.randint(0, 3))])

    def select(self, t):
        if self.chance(0.25):
            items = [self.one(["count(*)", "count(%s)", "sum(%s)", "min(%s)", "max(%s)", "avg(%s)", "count(distinct %s)"])
                     for _ in range(self.r.randint(1, 3))]
            items = [i % (self.one(self.columns(t))[0] if self.chance(0.8) else self.value(t, 2)) if "%s" in i else i for i in items]
            return "select %s from %s%s" % (", ".join(items), t, self.where(t))
        items = "*" if self.chance(0.4) else ", ".join(
            self.value(t) if self.chance(0.5) else self.one(self.columns(t))[0] for _ in range(self.r.randint(1, 3)))
        if self.chance(0.1):
            items += ", " + self.condition(t)
        return "select %s from %s%s%s" % (items, t, self.where(t), self.one(["", self.order(t) + self.limit()]))

    def insert(self, t):
        columns = self.columns(t)
        if self.chance(0.5):
            columns = self.r.sample(columns, self.r.randint(1, len(columns)))
            names = " (%s)" % ", ".join(c for c, _ in columns)
        else:
            names = ""
        value = lambda k: "default" if self.chance(0.05) else self.literal(k) if self.chance(0.9) else "%s + %s" % (self.literal(k), self.literal("i"))
        if self.chance(0.1):
            return "insert into %s set %s" % (t, ", ".join("%s = %s" % (c, value(k)) for c, k in columns))
        rows = ["(%s)" % ", ".join(value(k) for _, k in columns) for _ in range(self.one([1, 1, 2, 3]))]
        return "insert into %s%s values %s" % (t, names, ", ".join(rows))

    def update(self, t):
        sets = ["%s = %s" % (c, self.value(t, 1) if self.chance(0.6) else self.literal(k))
                for c, k in self.r.sample(self.columns(t), self.one([1, 1, 2]))]
        tail = self.order(t) + self.one(["", " limit %d" % self.r.randint(0, 3)]) if self.chance(0.2) else ""
        return "update %s set %s%s%s" % (t, ", ".join(sets), self.where(t), tail)

    def delete(self, t):
        tail = self.order(t) + " limit %d" % self.r.randint(0, 2) if self.chance(0.5) else ""
        return "delete from %s where %s%s" % (t, self.condition(t), tail)

    def statement(self):
        t = self.one(list(TABLES))
        kind = self.one([self.select] * 9 + [self.insert] * 6 + [self.update] * 3 + [self.delete])
        return kind(t)


def main():
    maker = Maker(int(sys.argv[1]))
    for name, (definition, _, _) in TABLES.items():
        print("create table %s (%s);" % (name, definition))
    fill = {
        "p": "(1, 10, 5, 'a'), (2, null, 7, 'b'), (3, 3, null, '12'), (5, -4, 0, null), (8, 10, 1, 'ab'), (20, 6, 9, '3x')",
        "q": "(1, 'a', 1), (1, 'b', null), (2, 'a', 9), (3, '', 200), (-4, 'ab', 0)",
        "r": "('a', 1, 'x', 'q'), ('ab', 2, null, null), ('b', 5, 'zz', '1'), ('10', -7, '7', '')",
        "h": "(1, 1, 'a'), (2, 5, null), (2, 6, 'b'), (null, 7, '5')",
        "g": "(null, 4, 'a'), (0, null, '2'), (9, 5, 'c'), (default, 6, null)",
    }
    for name, rows in fill.items():
        print("insert into %s values %s;" % (name, rows))
    for n in range(int(sys.argv[2]) if len(sys.argv) > 2 else 100):
        print(maker.statement() + "; -- T1")


if __name__ == "__main__":
    main()
