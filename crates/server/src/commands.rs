//! The commands of a client that has logged in, each answered before the next is read.
//!
//! | byte | command          | answer                                                                |
//! |------|------------------|-----------------------------------------------------------------------|
//! | 01   | QUIT             | none; the connection ends                                             |
//! | 02   | INIT_DB          | OK, or 1049                                                           |
//! | 03   | QUERY            | one statement: OK, rows, or its error                                 |
//! | 09   | STATISTICS       | a line of text                                                        |
//! | 0C   | PROCESS_KILL     | OK, or 1094; 1927 for the connection itself, which then ends           |
//! | 0E   | PING             | OK                                                                    |
//! | 1B   | SET_OPTION       | EOF for multi-statements off, 1235 for on: a text is one statement    |
//! | 1F   | RESET_CONNECTION | OK; the transaction is rolled back, settings and variables are new    |
//! | else |                  | 1047. Replicas' commands (12, 14, 15, 1E) belong here                 |

use crate::answer::Answers;
use crate::channel::{Broken, Patience};
use crate::connections::Connection;
use crate::shared::{Reach, Shared};
use innolab_base::Waiter;
use innolab_sql::{Kill, Session, SessionStatus, SqlError};
use std::sync::Arc;

/// The most bytes of a text that an error shows.
const MAX_SHOWN_BYTES: usize = 6;

/// The commands of one connection.
pub(crate) struct Commands<'a> {
    shared: &'a Shared,
    connection: &'a Connection,
    session: Session,
    answers: Answers<'a>,
}

impl<'a> Commands<'a> {
    pub(crate) fn new(shared: &'a Shared, connection: &'a Connection, answers: Answers<'a>) -> Commands<'a> {
        let session = open_session(shared, connection);
        Commands { shared, connection, session, answers }
    }

    /// Answers the login: OK, or why the client cannot use its database. Returns false in that case.
    pub(crate) fn enter(&mut self, database: Option<&str>) -> Result<bool, Broken> {
        let entered = database.map_or(Ok(()), |database| self.use_database(database));
        match &entered {
            Ok(()) => self.answers.ok(0, &self.plain_status())?,
            Err(e) => self.answers.error(e)?,
        }
        Ok(entered.is_ok())
    }

    /// Answers commands until the client quits. ERRORS: why no more can be read.
    pub(crate) fn run(&mut self) -> Result<(), Broken> {
        let limits = &self.shared.limits;
        let patience = Patience::Each { first: limits.idle, next: limits.read };
        loop {
            let most = self.session.status().max_allowed_packet;
            self.answers.channel.set_max_packet_bytes(usize::try_from(most).unwrap_or(usize::MAX));
            self.answers.channel.begin_exchange();
            let packet = self.answers.channel.read(patience)?;
            if self.shared.connections.is_stopping() {
                return self.answers.error(&stopping());
            }
            if self.session.is_to_end() {
                return Ok(());
            }
            match packet.split_first() {
                Some((0x01, _)) => return Ok(()),
                Some((0x02, name)) => match self.use_database(&String::from_utf8_lossy(name)) {
                    Ok(()) => self.answers.ok(0, &self.plain_status())?,
                    Err(e) => self.answers.error(&e)?,
                },
                Some((0x03, text)) => self.query(text)?,
                Some((0x09, _)) => self.answers.text(&self.shared.statistics())?,
                Some((0x0C, id)) => match self.kill(id) {
                    Ok(()) => self.answers.ok(0, &self.plain_status())?,
                    Err(e) => self.answers.error(&e)?,
                },
                Some((0x0E, _)) => self.answers.ok(0, &self.plain_status())?,
                Some((0x1B, [1, 0])) => self.answers.eof(&self.plain_status())?,
                Some((0x1B, [0, 0])) => self.answers.error(&SqlError::not_supported("multi-statements"))?,
                Some((0x1F, _)) => {
                    self.session = open_session(self.shared, self.connection);
                    self.answers.ok(0, &self.plain_status())?;
                }
                _ => self.answers.error(&unknown_command())?,
            }
            // KILL of itself; COMMIT RELEASE.
            if self.session.is_to_end() {
                return Ok(());
            }
        }
    }

    fn query(&mut self, text: &[u8]) -> Result<(), Broken> {
        let Ok(sql) = std::str::from_utf8(text) else { return self.answers.error(&not_utf8(text)) };
        let answer = self.session.execute_typed(sql);
        if self.connection.was_killed() {
            return Err(Broken::Closed);
        }
        match answer {
            Ok((outcome, types)) => self.answers.outcome(&outcome, &types, &self.session.status()),
            Err(e) => self.answers.error(&e),
        }
    }

    /// ERRORS: 1047 for an argument that is no number; as [`Session::kill`].
    fn kill(&self, id: &[u8]) -> Result<(), SqlError> {
        let id = <[u8; 4]>::try_from(id).map_err(|_| unknown_command())?;
        self.session.kill(u32::from_le_bytes(id).into(), Kill::Connection)
    }

    /// The status after a command that is no statement: it has no warnings.
    fn plain_status(&self) -> SessionStatus {
        SessionStatus { warnings: 0, insert_id: 0, info: None, ..self.session.status() }
    }

    /// ERRORS: 1049 and the like.
    fn use_database(&mut self, name: &str) -> Result<(), SqlError> {
        self.session.execute(&format!("use `{}`", name.replace('`', "``"))).map(|_| ())
    }
}

/// A session whose statements the connection's owner can interrupt.
fn open_session(shared: &Shared, connection: &Connection) -> Session {
    let waiter = Arc::new(Waiter::new(connection.id.into()));
    connection.set_waiter(waiter.clone());
    let mut session = Session::with_waiter(shared.engine.clone(), &shared.database, waiter);
    session.set_user(&shared.account.user);
    session.set_connections(Arc::new(Reach { engine: shared.engine.clone(), connections: shared.connections.clone() }));
    session
}

fn unknown_command() -> SqlError {
    SqlError::new(1047, "08S01", "Unknown command".to_owned())
}

fn stopping() -> SqlError {
    SqlError::new(1053, "08S01", "Server shutdown in progress".to_owned())
}

/// The error of a statement that is not UTF-8; binary strings are written as `X'…'`.
fn not_utf8(text: &[u8]) -> SqlError {
    let at = text.utf8_chunks().next().map_or(0, |chunk| chunk.valid().len());
    let shown: String = text[at..].iter().take(MAX_SHOWN_BYTES).map(|byte| format!("\\x{byte:02X}")).collect();
    SqlError::not_utf8mb3(shown)
}
