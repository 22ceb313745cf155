//! The shell's single session, which runs freely: time is the system's, and a wait lasts as long as it lasts.

use super::dialogue::{Dialogue, Request, rolled_back};
use super::interrupts::Interrupts;
use super::prefix::{Prefix, prefix_of};
use crate::database::Database;
use crate::failure::Failure;
use crate::transcript::pretty;
use crate::vertical;
use innolab_base::Waiter;
use innolab_sql::Session;
use std::io::Write;
use std::sync::Arc;

/// The session's number, as reports of locks show it.
const NUMBER: u64 = 0;

/// One session.
pub(super) struct OneSession<'a> {
    database: &'a Database,
    session: Session,
    waiter: Arc<Waiter>,
}

impl<'a> OneSession<'a> {
    /// Opens the session.
    pub(super) fn new(database: &'a Database) -> OneSession<'a> {
        let waiter = Arc::new(Waiter::new(NUMBER));
        OneSession { database, session: database.session_with(waiter.clone()), waiter }
    }
}

impl Dialogue for OneSession<'_> {
    fn prompt(&self) -> String {
        "innolab> ".to_owned()
    }

    fn execute(
        &mut self,
        request: &Request<'_>,
        interrupts: &Interrupts,
        out: &mut dyn Write,
    ) -> Result<Option<String>, Failure> {
        if let Prefix::Session { name, .. } = prefix_of(request.sql) {
            return Ok(Some(format!("'{name}:' names a session, and this shell has one: start `shell --sessions`")));
        }
        let waiter = self.waiter.clone();
        let result =
            interrupts.around(self.database.engine(), waiter, || self.database.execute(&mut self.session, request.sql));
        self.database.index_builds().end();
        if let Err(e) = result {
            return Ok(Some(e.to_string()));
        }
        let shown = if request.vertical { vertical::pretty(&result) } else { pretty(&result) };
        writeln!(out, "{shown}")?;
        Ok(None)
    }

    fn interrupt(&mut self, _: &mut dyn Write) -> Result<bool, Failure> {
        Ok(false)
    }

    fn dropped(&self) -> Vec<String> {
        let open = self.database.engine().transactions().into_iter().filter(|trx| trx.session == NUMBER);
        open.map(|trx| rolled_back(trx.undo_records)).collect()
    }

    fn close(self) -> Result<(), Failure> {
        Ok(())
    }
}
