//! `shell`: executes statements as they are typed or read from a pipe, in one session or in several.
//!
//! ```text
//! T1: begin; select * from t where id = 7 for update;
//! T2: insert into t values (8);
//!   3  T2  insert into t values (8)
//!          (blocked)
//! T1: commit;
//!   4  T1  commit
//!          ok, 0 rows
//!   3  T2  (resumed)
//!          ok, 1 row
//! ```
//!
//! RULES
//!
//! - **R1** A statement ends at its `;`, on whatever line. `exit`, `quit` and the end of the input end the shell.
//! - **R2** At a terminal an error is printed and the shell continues. From a pipe the first error ends the shell, as
//!   in the server's client.
//! - **R3** With several sessions, `T2:` before a statement names the session of that statement and of those after it.
//!   As in `run`, statements of a session that waits are queued, and an error is a result like others.

use crate::database::Database;
use crate::failure::Failure;
use crate::run::{RunFormat, Runner};
use crate::scenario::complete_statements;
use crate::transcript::pretty;
use std::io::{BufRead, Write};
use std::path::Path;

/// Executes the statements of `input` in one session until the input ends. ERRORS: R2; the disk's.
pub(crate) fn shell(
    database: Database,
    input: impl BufRead,
    mut out: impl Write,
    is_terminal: bool,
) -> Result<(), Failure> {
    let mut session = database.session();
    let read = read(input, &mut out, is_terminal, |out, sql| {
        let result = session.execute(sql);
        database.index_builds().end();
        match result {
            // Statements before it stay executed.
            Err(e) if !is_terminal => Err(e.to_string().into()),
            result => Ok(writeln!(out, "{}", pretty(&result))?),
        }
    });
    drop(session);
    read.and(database.close())
}

/// As [`shell`], in several sessions (R3).
pub(crate) fn sessions(
    database: Database,
    with_locks: bool,
    input: impl BufRead,
    mut out: impl Write,
    is_terminal: bool,
) -> Result<(), Failure> {
    let format = RunFormat { as_json: false, with_locks, with_binlog: false };
    let mut steps = Vec::new();
    let mut runner = Runner::new(Path::new("shell"), format, &database, &mut steps);
    let (mut session, mut number) = ("T1".to_owned(), 0);
    let read = read(input, &mut out, is_terminal, |out, typed| {
        let sql = match session_of(typed) {
            Some((name, sql)) => {
                session = name.to_owned();
                sql
            }
            None => typed,
        };
        if sql.is_empty() {
            return Ok(());
        }
        number += 1;
        if runner.submit("", &session, number, sql)? == 0 {
            writeln!(runner.out, "{number:>3}  {session:<3} (queued: {session} waits)")?;
        }
        out.write_all(runner.out)?;
        runner.out.clear();
        Ok(())
    });
    read.and(runner.close()).and(database.close())
}

/// Splits `T2: statement` into session and statement.
fn session_of(typed: &str) -> Option<(&str, &str)> {
    let (name, sql) = typed.split_once(':')?;
    let digits = name.trim().strip_prefix('T')?;
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then(|| (name.trim(), sql.trim()))
}

/// Calls `run` with each statement of the input (R1).
fn read<W: Write>(
    input: impl BufRead,
    out: &mut W,
    is_terminal: bool,
    mut run: impl FnMut(&mut W, &str) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut pending = String::new();
    let prompt = |out: &mut W, pending: &str| match (is_terminal, pending.trim().is_empty()) {
        (true, true) => write!(out, "innolab> ").and_then(|()| out.flush()),
        (true, false) => write!(out, "      -> ").and_then(|()| out.flush()),
        (false, _) => Ok(()),
    };
    if is_terminal {
        writeln!(out, "innolab {}. End each statement with ';'. Leave with 'exit'.", env!("CARGO_PKG_VERSION"))?;
    }
    prompt(out, &pending)?;
    for line in input.lines() {
        let line = line?;
        if pending.trim().is_empty() && matches!(line.trim().trim_end_matches(';'), "exit" | "quit" | "\\q") {
            break;
        }
        pending += &line;
        pending.push('\n');
        let (statements, taken) = complete_statements(&pending);
        pending.drain(..taken);
        statements.iter().try_for_each(|sql| run(out, sql))?;
        prompt(out, &pending)?;
    }
    if pending.trim().is_empty() { Ok(()) } else { Err("the last statement has no ';'".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::DatabaseArguments;
    use crate::progress::Progress;

    fn typed_in(input: &str, is_terminal: bool) -> (String, String) {
        let mut out = Vec::new();
        let ended = shell(
            Database::open(None, &DatabaseArguments::default(), &Progress::hidden()).unwrap(),
            input.as_bytes(),
            &mut out,
            is_terminal,
        );
        (String::from_utf8(out).unwrap(), ended.map_or_else(|e| e.to_string(), |()| "done".to_string()))
    }

    #[test]
    fn statements_span_lines_and_share_them() {
        let (out, ended) = typed_in(
            "create table t (id int\n); insert into t values (1),\n(2);select count(*) n from t\n;\nexit\nselect;",
            false,
        );
        assert_eq!(out, "ok, 0 rows\nok, 2 rows\n┌───┐\n│ n │\n╞═══╡\n│ 2 │\n└───┘\n");
        assert_eq!(ended, "done");
    }

    #[test]
    fn an_error_ends_a_pipe_but_not_a_terminal_r2() {
        let input = "select nope;\nselect 1 as n;\n";
        assert_eq!(
            typed_in(input, false),
            (String::new(), "ERROR 1054 (42S22): Unknown column 'nope' in 'SELECT'".to_string())
        );
        let (out, ended) = typed_in(input, true);
        assert!(out.contains("ERROR 1054") && out.contains("│ 1 │"), "{out}");
        assert_eq!(ended, "done");
        assert_eq!(typed_in("select 1", false).1, "the last statement has no ';'");
    }

    #[test]
    fn a_statement_that_waited_is_printed_again_when_it_ends_r3() {
        let input = "create table t (id int primary key);\ninsert into t values (5), (10);\n\
                     T1: begin; select * from t where id = 7 for update;\nT2: insert into t values (8);\nselect count(*) n from t;\n\
                     T1: insert into t values (5);\nT1: commit;\n";
        let mut out = Vec::new();
        sessions(
            Database::open_deterministic(None, &DatabaseArguments::default(), &Progress::hidden()).unwrap(),
            false,
            input.as_bytes(),
            &mut out,
            false,
        )
        .unwrap();
        expect_test::expect![[r#"
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
                     (blocked)
              6  T2  (queued: T2 waits)
              7  T1  insert into t values (5)
                     ERROR 1062 (23000): Duplicate entry '5' for key 'PRIMARY'
              8  T1  commit
                     ok, 0 rows
              5  T2  (resumed)
                     ok, 1 row
              6  T2  select count(*) n from t
                     ┌───┐
                     │ n │
                     ╞═══╡
                     │ 3 │
                     └───┘
        "#]]
        .assert_eq(&("told:\n".to_owned() + &String::from_utf8(out).unwrap()));
        assert_eq!(
            (session_of("T1: begin"), session_of("T12 :x"), session_of("select ':'")),
            (Some(("T1", "begin")), Some(("T12", "x")), None)
        );
    }

    /// R1 of [`crate::steps`].
    #[test]
    fn of_queued_statements_the_lowest_step_runs_first() {
        let input = "create table t (id int primary key); insert into t values (5), (10); begin; delete from t;\n\
                     T2: delete from t where id = 5;\nT3: delete from t where id = 10;\nT3: select 33;\nT2: select 22;\nT1: rollback;\n";
        let mut out = Vec::new();
        let database = Database::open_deterministic(None, &DatabaseArguments::default(), &Progress::hidden()).unwrap();
        sessions(database, false, input.as_bytes(), &mut out, false).unwrap();
        let out = String::from_utf8(out).unwrap();
        let heads: Vec<&str> =
            out.lines().filter(|line| line.starts_with("  ") && line.as_bytes()[2].is_ascii_digit()).collect();
        let tail = [
            "  9  T1  rollback",
            "  5  T2  (resumed)",
            "  6  T3  (resumed)",
            "  7  T3  select 33",
            "  8  T2  select 22",
        ];
        assert_eq!(heads[heads.len() - 5..], tail, "{out}");
    }
}
