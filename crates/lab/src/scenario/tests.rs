use super::*;
use expect_test::{Expect, expect};
use std::path::Path;

fn check(file: &str, text: &str, expected: Expect) {
    let shown = match load(Path::new(file), text) {
        Err(bad) => format!("{file}:{bad}\n"),
        Ok(scenario) => {
            let warning = |w: &super::case::Warning| format!("{file}:{}: {}\n", w.line, w.text);
            scenario.cases.iter().map(shown).chain(scenario.warnings.iter().map(warning)).collect()
        }
    };
    expected.assert_eq(&shown);
}

fn shown(case: &Case) -> String {
    let line = |s: &Statement| format!("  {} {}: {:?}\n", s.line, s.session.as_deref().unwrap_or("-"), s.sql);
    let common: String = case.common.iter().map(line).collect();
    let body: String = case.body.iter().map(line).collect();
    format!("{}\n{common}  --\n{body}", case.name)
}

#[test]
fn tags_and_ends() {
    check(
        "a/gap.sql",
        "create table t (id int); -- no tag\ninsert into t values (1); insert into t values (';'); -- T1, BLOCKS\n\
         select *\n  from t -- T2\nselect 2; -- either\n/* ; */ select 3; # T1\nselect 4; -- t1\nselect '-- T1';\n-- T2 alone\n",
        expect![[r#"
            gap
              --
              1 -: "create table t (id int)"
              2 T1: "insert into t values (1)"
              2 T1: "insert into t values (';')"
              3 T2: "select *\n  from t"
              5 T1: "select 2"
              6 -: "/* ; */ select 3"
              7 -: "select 4"
              8 -: "select '-- T1'"
            a/gap.sql:6: '# T1' is not a session's tag here, so the statement is set-up; write '-- T1' at the end of its line
            a/gap.sql:7: '-- t1' is not a session's tag here, so the statement is set-up; write '-- T1' at the end of its line
        "#]],
    );
}

#[test]
fn cases_share_what_stands_before_them() {
    check(
        "c.sql",
        "create table t (id int);\n-- case: one \nselect 1; -- T1\n-- case: none\nselect 2;\n--  case: two\nselect 3;\nselect 4; -- T2\nselect 5;\n",
        expect![[r#"
            one
              1 -: "create table t (id int)"
              --
              3 T1: "select 1"
            two
              1 -: "create table t (id int)"
              --
              7 -: "select 3"
              8 T2: "select 4"
              9 -: "select 5"
        "#]],
    );
}

#[test]
fn a_file_without_tags_is_one_session() {
    check(
        "plain.sql",
        "create table t (id int);\nselect 1;\n",
        expect![[r#"
        plain
          --
          1 T1: "create table t (id int)"
          2 T1: "select 1"
    "#]],
    );
}

#[test]
fn markdown_blocks_are_cases() {
    check(
        "m.md",
        "# Anomalies\nSetup (before every case):\n```sql\ncreate table t (id int);\n```\n\n## G0: dirty writes:\ntext\n\n\
         Case G0\n\n```sql\nselect 1; -- T1\n```\nno\n```text\nselect 9; -- T1\n```\n### G1a\n``` sql\nselect 2 -- T2\n```\n",
        expect![[r#"
            Case G0
              4 -: "create table t (id int)"
              --
              13 T1: "select 1"
            G1a
              4 -: "create table t (id int)"
              --
              21 T2: "select 2"
        "#]],
    );
}

#[test]
fn errors_name_the_line() {
    check(
        "x.sql",
        "select 1; -- T1\n\nselect\n 2",
        expect![[r#"
        x.sql:3: the last statement has no ';'
    "#]],
    );
    check(
        "x.sql",
        "select 1; -- T1\n-- case: a\nselect 2; -- T1\n",
        expect![[r#"
        x.sql:1: a step (a statement with a tag) before the first '-- case:' line
    "#]],
    );
    check(
        "x.md",
        "setup\n```sql\nselect 1; -- T1\n```\n",
        expect![[r#"
        x.md:3: a step (a statement with a tag) in the set-up block
    "#]],
    );
    check(
        "x.md",
        "a\n```sql\nselect 1; -- T1\n",
        expect![[r#"
        x.md:2: this ```sql block is not closed
    "#]],
    );
    check(
        "x.sql",
        "-- nothing\n",
        expect![[r#"
        x.sql: no SQL statement in this file
    "#]],
    );
    check(
        "x.md",
        "only text\n",
        expect![[r#"
        x.md: no SQL statement in this file
    "#]],
    );
}

#[test]
fn what_looks_like_a_tag_is_warned_of_r7() {
    check(
        "w.sql",
        "create table t (id int); -- the table\nbegin; -- t1\n-- T2\ninsert into t values (8);\n\n-- T2\nselect 1; -- T2\n\
         --T3\nselect 2;\nT4: select 3;\n/* session 5 */ select 4;\n-- T1 waits\nselect 5; # T6\n-- T9\n",
        expect![[r#"
            w
              --
              1 -: "create table t (id int)"
              2 -: "begin"
              4 -: "insert into t values (8)"
              7 T2: "select 1"
              8 -: "--T3\nselect 2"
              10 -: "T4: select 3"
              11 -: "/* session 5 */ select 4"
              13 -: "select 5"
            w.sql:2: '-- t1' is not a session's tag here, so the statement is set-up; write '-- T1' at the end of its line
            w.sql:3: '-- T2' is not a session's tag here, so the statement is set-up; write '-- T2' at the end of its line
            w.sql:8: '--T3' is not a session's tag here, so the statement is set-up; write '-- T3' at the end of its line
            w.sql:10: 'T4:' is not a session's tag here, so the statement is set-up; write '-- T4' at the end of its line
            w.sql:11: '/* session 5 */' is not a session's tag here, so the statement is set-up; write '-- T5' at the end of its line
            w.sql:13: '# T6' is not a session's tag here, so the statement is set-up; write '-- T6' at the end of its line
            w.sql:14: '-- T9' tags no statement
        "#]],
    );
    check(
        "w.sql",
        "begin; -- Session A\nselect 1; -- tx B\n",
        expect![[r#"
        w
          --
          1 T1: "begin"
          2 T1: "select 1"
        w.sql:1: '-- Session A' is not a session's tag here, so the statement runs in T1, as all of a file without tags; write '-- T1' at the end of its line
        w.sql:2: '-- tx B' is not a session's tag here, so the statement runs in T1, as all of a file without tags; write '-- T2' at the end of its line
    "#]],
    );
    check(
        "w.md",
        "a\n```sql\nselect 1; -- T1\nselect 2; -- t2\n```\n",
        expect![[r#"
        a
          --
          3 T1: "select 1"
          4 -: "select 2"
        w.md:4: '-- t2' is not a session's tag here, so the statement is set-up; write '-- T2' at the end of its line
    "#]],
    );
    check(
        "w.sql",
        "select 1; --T2",
        expect![[r#"
        w.sql:1: '--T2' is no session's tag; write '-- T2' behind the statement
    "#]],
    );
    check(
        "w.sql",
        "-- T2\n",
        expect![[r#"
        w.sql:1: '-- T2' tags no statement, and the file has none
    "#]],
    );
    check(
        "w.sql",
        "\n",
        expect![[r#"
        w.sql: the file is empty
    "#]],
    );
}
