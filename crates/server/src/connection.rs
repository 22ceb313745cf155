//! A connection from its first byte to its last, on a thread of its own.

use crate::answer::{Answers, send_error};
use crate::channel::{Broken, Channel, Patience};
use crate::commands::Commands;
use crate::connections::Connection;
use crate::login::{MAX_LOGIN_BYTES, log_in};
use crate::shared::Shared;
use crate::socket::Socket;
use innolab_sql::SqlError;
use std::sync::Arc;
use std::time::Instant;

/// Serves a client until it goes, is refused, breaks the protocol, or the server stops. Its transaction is rolled back.
pub(crate) fn serve(shared: &Shared, connection: &Connection) {
    if connection.socket.set_write_timeout(shared.limits.write).is_err() {
        return;
    }
    let mut channel = Channel::new(connection.socket.clone(), MAX_LOGIN_BYTES);
    // The session ends with this call: a client that sees the end of its connection sees its locks released.
    let ended = converse(shared, connection, &mut channel);
    let error = match ended {
        Ok(()) | Err(Broken::Closed) => return,
        Err(Broken::TooLarge) => SqlError::packet_too_large(),
        Err(Broken::OutOfOrder) => SqlError::new(1156, "08S01", "Got packets out of order".to_owned()),
    };
    if send_error(&mut channel, &error, true).is_ok() {
        channel.linger();
    }
}

fn converse(shared: &Shared, connection: &Connection, channel: &mut Channel) -> Result<(), Broken> {
    let patience = Patience::Until(Instant::now() + shared.limits.login);
    let Some(client) = log_in(channel, connection.id, &shared.account, patience)? else { return Ok(()) };
    let answers = Answers { channel, capabilities: client.capabilities };
    let mut commands = Commands::new(shared, connection, answers);
    if commands.enter(client.database.as_deref())? { commands.run() } else { Ok(()) }
}

/// Tells a client that there is no place for it. ERRORS: it has gone.
pub(crate) fn turn_away(shared: &Shared, socket: Arc<Socket>) -> Result<(), Broken> {
    socket.set_write_timeout(shared.limits.write).map_err(|_| Broken::Closed)?;
    let error = SqlError::new(1040, "08004", "Too many connections".to_owned());
    // Without a greeting the client does not expect an SQLSTATE. The packet is small: the write does not wait.
    send_error(&mut Channel::new(socket, MAX_LOGIN_BYTES), &error, false)
}
