//! `run`: a scenario file, step by step.
//!
//! RULES
//!
//! - **R1** A case starts from an empty database, with sessions of its own. In a database that is kept (`--data`) nothing is ever dropped:
//!   the file runs once as it stands, the set-up that its cases share before the first case only.
//! - **R2** A set-up statement must succeed; a step may fail, and its error is its outcome.
//! - **R3** The same file gives the same transcript.

use crate::database::{Database, Failure};
use crate::scenario::{Case, Statement, load};
use crate::transcript::{Ended, Step};
use innolab_sql::Session;
use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::Path;

/// The session that set-up statements run in; no tag has this name.
const SETUP: &str = "";

/// Runs the file and writes its transcript to `out`. ERRORS: a bad file, a failed set-up statement (with file and line), the disk.
pub(crate) fn run(file: &Path, database: Database, as_json: bool, out: impl Write) -> Result<(), Failure> {
    let shown = file.display();
    let text = std::fs::read_to_string(file).map_err(|e| format!("{shown}: {e}"))?;
    let cases = load(file, &text).map_err(|bad| format!("{shown}:{bad}"))?;
    let mut runner = Runner { file, as_json, database: &database, out: BufWriter::new(out) };
    let told = cases.iter().enumerate().try_for_each(|(n, case)| runner.case(case, n == 0));
    // What happened is told even if it did not go to the end.
    runner.out.flush()?;
    drop(runner);
    told.and(database.close())
}

struct Runner<'a, W: Write> {
    file: &'a Path,
    as_json: bool,
    database: &'a Database,
    out: BufWriter<W>,
}

impl<W: Write> Runner<'_, W> {
    fn case(&mut self, case: &Case, is_first: bool) -> Result<(), Failure> {
        if !self.database.is_kept() {
            self.database.clear()?;
        }
        if !self.as_json {
            writeln!(self.out, "{}{}", if is_first { "" } else { "\n" }, case.name)?;
        }
        let mut sessions = Sessions { database: self.database, open: BTreeMap::new() };
        if is_first || !self.database.is_kept() {
            case.common.iter().try_for_each(|statement| self.setup(&mut sessions, statement))?;
        }
        let mut number = 0;
        for statement in &case.body {
            let Some(session) = &statement.session else {
                self.setup(&mut sessions, statement)?;
                continue;
            };
            number += 1;
            let ended = sessions.execute(session, &statement.sql);
            self.tell(&Step { case: &case.name, number, session, sql: &statement.sql, ended: &ended })?;
        }
        Ok(())
    }

    /// R2.
    fn setup(&mut self, sessions: &mut Sessions<'_>, statement: &Statement) -> Result<(), Failure> {
        let failed =
            |e| format!("{}:{}: set-up statement failed: {}: {e}", self.file.display(), statement.line, statement.sql);
        sessions.execute(SETUP, &statement.sql).map_err(failed)?;
        Ok(())
    }

    fn tell(&mut self, step: &Step<'_>) -> Result<(), Failure> {
        if self.as_json {
            writeln!(self.out, "{}", step.json())?;
        } else {
            write!(self.out, "{}", step.pretty())?;
        }
        Ok(())
    }
}

/// The sessions of a case, each opened by its first statement.
struct Sessions<'a> {
    database: &'a Database,
    open: BTreeMap<String, Session>,
}

impl Sessions<'_> {
    fn execute(&mut self, session: &str, sql: &str) -> Ended {
        self.open.entry(session.to_string()).or_insert_with(|| self.database.session()).execute(sql)
    }
}
