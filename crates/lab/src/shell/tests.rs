//! The shell as a pipe sees it, and its reader. What a terminal sees is in `tests/it/terminal.rs`.

use super::reader::{Open, Reader, Typed};
use super::{sessions, shell};
use crate::database::{Database, DatabaseArguments};
use crate::progress::Progress;
use expect_test::expect;

/// What a pipe into one session prints, and how the shell ends.
fn piped(input: &str) -> (String, String) {
    let mut out = Vec::new();
    let database = Database::open(None, &DatabaseArguments::default(), &Progress::hidden()).unwrap();
    let ended = shell(database, Some(input.as_bytes()), &mut out);
    (String::from_utf8(out).unwrap(), ended.map_or_else(|e| e.to_string(), |()| "done".to_string()))
}

/// As [`piped`], with several sessions.
fn piped_to_sessions(input: &str) -> (String, String) {
    let mut out = Vec::new();
    let database = Database::open_deterministic(None, &DatabaseArguments::default(), &Progress::hidden()).unwrap();
    let ended = sessions(database, false, Some(input.as_bytes()), &mut out);
    (String::from_utf8(out).unwrap(), ended.map_or_else(|e| e.to_string(), |()| "done".to_string()))
}

/// What the reader makes of each line, and what is open behind it.
fn read(lines: &[&str], tags: bool) -> String {
    let mut reader = Reader::new(tags);
    let mut shown = String::new();
    for line in lines {
        for typed in reader.line(line).typed {
            shown += &match typed {
                Typed::Statement { sql, vertical: true } => format!("{sql:?} vertical\n"),
                Typed::Statement { sql, .. } => format!("{sql:?}\n"),
                Typed::Command(command) => format!("{command:?}\n"),
            };
        }
        if reader.open() != Open::Nothing {
            shown += &format!("  {:?}\n", reader.open());
        }
    }
    shown
}

#[test]
fn lines_become_statements_and_commands() {
    let lines = [
        "select 1; select 2 -- ; \\q",
        "  from t \\G select",
        "'a;",
        "\\' \\q b''; ' , `x;",
        "` /* a ; ' */ \\g",
        "/*",
        "* / \\c */ select \"\\\"\" # x;",
        ";",
        "garbage ( \\c select 3; quit",
        "\\c",
        "help",
        "EXIT;",
        "source  a b.sql ;",
        "\\. c.sql",
        "\\x ?",
        "; ;;",
        "T2:",
        "T2: select 1;",
        "select 1 -- T2",
        ";",
    ];
    expect![[r#"
        "select 1"
          Statement
        "select 2 \n  from t" vertical
          Statement
          Quote('\'')
          Quote('`')
        "select\n'a;\n\\' \\q b''; ' , `x;\n` /* a ; ' */"
          Comment
          Statement
        "/*\n* / \\c */ select \"\\\"\""
        "select 3"
          Statement
        Help
        Quit
        Source("a b.sql")
        Source("c.sql")
        Unknown('x')
          Statement
        "?"
        "T2:"
        "T2: select 1"
          Statement
        "select 1"
    "#]]
    .assert_eq(&read(&lines, false));
    assert_eq!(
        read(&["select 1 -- T2", "select '-- T2", "';"], true),
        "\"select 1\"\n  Quote('\\'')\n\"select '-- T2\\n'\"\n"
    );
}

#[test]
fn statements_span_lines_and_share_them() {
    let (out, ended) = piped(
        "create table t (id int\n); insert into t values (1),\n(2);select count(*) n from t\n;\nselect max(id) m from t\\G\nexit\nselect;",
    );
    let vertical = "*************************** 1. row ***************************\nm: 2\n";
    assert_eq!(out, format!("ok, 0 rows\nok, 2 rows\n┌───┐\n│ n │\n╞═══╡\n│ 2 │\n└───┘\n{vertical}"));
    assert_eq!(ended, "done");
}

#[test]
fn the_first_error_ends_a_pipe() {
    let error = "ERROR 1054 (42S22): Unknown column 'nope' in 'SELECT'";
    assert_eq!(piped("select nope;\nselect 1 as n;\n"), (String::new(), error.to_string()));
    for (input, why) in [
        ("select 1", "the last statement has no ';'"),
        ("T1: begin;", "'T1:' names a session, and this shell has one: start `shell --sessions`"),
        ("\\z", "unknown command '\\z'; `help` lists those that are known"),
        ("source /there/is/no.sql", "/there/is/no.sql: No such file or directory (os error 2)"),
        ("\\.", "source needs a file"),
    ] {
        assert_eq!(piped(input), (String::new(), why.to_string()), "{input}");
    }
    let (out, ended) = piped_to_sessions("t2: begin;");
    assert_eq!(
        (out.as_str(), ended.as_str()),
        ("", "'t2:' names no session; sessions are T1, T2, …, as in 'T2: select 1;'")
    );
    let (_, ended) = piped_to_sessions("T1: begin;\nT3: begin;\nsession 2: begin;");
    assert_eq!(ended, "'session 2:' names no session; sessions are T1, T2, … (open: T1, T3), as in 'T2: select 1;'");
}

#[test]
fn a_file_is_read_as_if_typed() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    std::fs::write(path("a.sql"), format!("select 1 as a;\nsource {}\nselect 3 as c;\n", path("b.sql"))).unwrap();
    std::fs::write(path("b.sql"), "select 2 as b\n;").unwrap();
    let (out, ended) = piped(&format!("source {}\n", path("a.sql")));
    let shown: Vec<&str> = out.lines().filter(|line| line.contains('│')).collect();
    assert_eq!((shown, ended.as_str()), (vec!["│ a │", "│ 1 │", "│ b │", "│ 2 │", "│ c │", "│ 3 │"], "done"));
    std::fs::write(path("b.sql"), format!("source {}\n", path("a.sql"))).unwrap();
    let (_, ended) = piped(&format!("source {}\n", path("a.sql")));
    assert!(ended.ends_with("files source files more than 16 deep"), "{ended}");
    std::fs::write(path("b.sql"), "select 2").unwrap();
    assert_eq!(
        piped(&format!("\\. {}\n", path("b.sql"))).1,
        format!("{}: the last statement has no ';'", path("b.sql"))
    );
}

#[test]
fn a_statement_that_waited_is_printed_again_when_it_ends() {
    let input = "create table t (id int primary key);\ninsert into t values (5), (10);\n\
                 T1: begin; select * from t where id = 7 for update;\nT2: insert into t values (8);\nselect count(*) n from t\\G\n\
                 T1: insert into t values (5);\nselect 1 as one; -- T3\nT1:\ncommit;\n";
    let (out, ended) = piped_to_sessions(input);
    assert_eq!(ended, "done");
    expect![[r#"
        told:
          1  T1  create table t (id int primary key)
                 ok, 0 rows
          2  T1  insert into t values (5), (10)
                 ok, 2 rows
          3  T1  begin
                 ok, 0 rows
          4  T1  select * from t where id = 7 for update
                 no rows
          5  T2  insert into t values (8)
                 (blocked by T1)
          6  T2  (queued: T2 waits)
          7  T1  insert into t values (5)
                 ERROR 1062 (23000): Duplicate entry '5' for key 'PRIMARY'
          8  T3  select 1 as one
                 ┌─────┐
                 │ one │
                 ╞═════╡
                 │   1 │
                 └─────┘
          9  T1  commit
                 ok, 0 rows
          5  T2  (resumed)
                 ok, 1 row
          6  T2  select count(*) n from t
                 *************************** 1. row ***************************
                 n: 3
    "#]]
    .assert_eq(&("told:\n".to_owned() + &out));
}

/// R1 of [`crate::steps`].
#[test]
fn of_queued_statements_the_lowest_step_runs_first() {
    let input = "create table t (id int primary key); insert into t values (5), (10); begin; delete from t;\n\
                 T2: delete from t where id = 5;\nT3: delete from t where id = 10;\nT3: select 33;\nT2: select 22;\nT1: rollback;\n";
    let (out, _) = piped_to_sessions(input);
    let heads: Vec<&str> =
        out.lines().filter(|line| line.starts_with("  ") && line.as_bytes()[2].is_ascii_digit()).collect();
    let tail =
        ["  9  T1  rollback", "  5  T2  (resumed)", "  6  T3  (resumed)", "  7  T3  select 33", "  8  T2  select 22"];
    assert_eq!(heads[heads.len() - 5..], tail, "{out}");
}
