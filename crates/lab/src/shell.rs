//! `shell`: statements as they are typed, or read from a pipe.
//!
//! RULES
//!
//! - **R1** A statement ends at its `;`, on whatever line. `exit`, `quit` and the end of the input end the shell.
//! - **R2** At a terminal an error is shown and the shell goes on; from a pipe the first error ends it, like the server's client.

use crate::database::{Database, Failure};
use crate::scenario::typed;
use crate::transcript::pretty;
use std::io::{BufRead, Write};

/// Reads statements from `input` until it ends.
pub(crate) fn shell(
    database: Database,
    input: impl BufRead,
    mut out: impl Write,
    is_terminal: bool,
) -> Result<(), Failure> {
    let mut session = database.session();
    let mut pending = String::new();
    let prompt = |out: &mut dyn Write, pending: &str| match (is_terminal, pending.trim().is_empty()) {
        (true, true) => write!(out, "innolab> ").and_then(|()| out.flush()),
        (true, false) => write!(out, "      -> ").and_then(|()| out.flush()),
        (false, _) => Ok(()),
    };
    if is_terminal {
        writeln!(out, "innolab {}: end a statement with ';', the shell with 'exit'.", env!("CARGO_PKG_VERSION"))?;
    }
    prompt(&mut out, &pending)?;
    for line in input.lines() {
        let line = line?;
        if pending.trim().is_empty() && matches!(line.trim().trim_end_matches(';'), "exit" | "quit" | "\\q") {
            break;
        }
        pending += &line;
        pending.push('\n');
        let (statements, taken) = typed(&pending);
        pending.drain(..taken);
        for sql in statements {
            let ended = session.execute(&sql);
            if let (Err(e), false) = (&ended, is_terminal) {
                // What was done so far stays done.
                let message = e.to_string();
                drop(session);
                database.close()?;
                return Err(message.into());
            }
            writeln!(out, "{}", pretty(&ended))?;
        }
        prompt(&mut out, &pending)?;
    }
    drop(session);
    database.close()?;
    if pending.trim().is_empty() { Ok(()) } else { Err("the last statement has no ';'".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Naming;

    fn typed_in(input: &str, is_terminal: bool) -> (String, String) {
        let mut out = Vec::new();
        let ended = shell(Database::open(None, &Naming::default()).unwrap(), input.as_bytes(), &mut out, is_terminal);
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
}
