//! Answers to commands as packets.
//!
//! ```text
//! OK     00 │ affected rows │ insert id │ status 2 │ warnings 2 │ what happened to rows, as text
//! ERR    FF │ number 2 │ # │ SQLSTATE 5 │ text
//! EOF    FE │ warnings 2 │ status 2              with CLIENT_DEPRECATE_EOF an OK packet that begins with FE
//!
//! rows:  number of columns · a definition each · (EOF) · rows · EOF       the first EOF only without DEPRECATE_EOF
//! row:   each value as its length and its text; NULL is the byte FB       numbers above are length-encoded
//! ```

use crate::channel::{Broken, Channel};
use crate::column::put_column;
use bytes::BufMut;
use innolab_sql::{Outcome, ResultType, SessionStatus, SqlError};
use mysql_common::constants::{CapabilityFlags, StatusFlags};
use mysql_common::io::BufMutExt;
use mysql_common::packets::{ErrPacket, ServerError, SqlState};

const OK: u8 = 0x00;
const EOF: u8 = 0xFE;
const NULL: u8 = 0xFB;

/// Sends answers in the form that the client's capabilities ask for.
pub(crate) struct Answers<'c> {
    pub(crate) channel: &'c mut Channel,
    pub(crate) capabilities: CapabilityFlags,
}

impl Answers<'_> {
    /// Success, without a result set.
    pub(crate) fn ok(&mut self, affected: u64, status: &SessionStatus) -> Result<(), Broken> {
        self.write_ok(OK, affected, status)?;
        self.channel.flush()
    }

    /// The end of something that has no OK packet.
    pub(crate) fn eof(&mut self, status: &SessionStatus) -> Result<(), Broken> {
        self.write_eof(status)?;
        self.channel.flush()
    }

    /// A failure.
    pub(crate) fn error(&mut self, error: &SqlError) -> Result<(), Broken> {
        send_error(self.channel, error, self.capabilities.contains(CapabilityFlags::CLIENT_PROTOCOL_41))
    }

    /// What a statement answered.
    pub(crate) fn outcome(
        &mut self,
        outcome: &Outcome,
        types: &[ResultType],
        status: &SessionStatus,
    ) -> Result<(), Broken> {
        let (columns, rows) = match outcome {
            Outcome::Ok { affected } => return self.ok(*affected, status),
            Outcome::Rows { columns, rows } => (columns, rows),
        };
        let mut packet = Vec::new();
        packet.put_lenenc_int(columns.len() as u64);
        self.channel.write(&packet)?;
        for (name, ty) in columns.iter().zip(types) {
            packet.clear();
            put_column(&mut packet, name, ty);
            self.channel.write(&packet)?;
        }
        let is_deprecated = self.capabilities.contains(CapabilityFlags::CLIENT_DEPRECATE_EOF);
        if !is_deprecated {
            self.write_eof(status)?;
        }
        for row in rows {
            packet.clear();
            for value in row {
                match value {
                    Some(text) => packet.put_lenenc_str(text),
                    None => packet.put_u8(NULL),
                }
            }
            self.channel.write(&packet)?;
        }
        if is_deprecated {
            self.write_ok(EOF, 0, &SessionStatus { insert_id: 0, info: None, ..*status })?
        } else {
            self.write_eof(status)?
        }
        self.channel.flush()
    }

    /// A text of the server.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), Broken> {
        self.channel.write(text.as_bytes()).and_then(|()| self.channel.flush())
    }

    fn write_ok(&mut self, header: u8, affected: u64, status: &SessionStatus) -> Result<(), Broken> {
        let mut packet = vec![header];
        packet.put_lenenc_int(affected);
        packet.put_lenenc_int(status.insert_id);
        packet.put_u16_le(flags(status));
        packet.put_u16_le(warnings(status));
        if let Some(info) = status.info {
            packet.put_lenenc_str(info.to_string().as_bytes());
        }
        self.channel.write(&packet)
    }

    fn write_eof(&mut self, status: &SessionStatus) -> Result<(), Broken> {
        let mut packet = vec![EOF];
        packet.put_u16_le(warnings(status));
        packet.put_u16_le(flags(status));
        self.channel.write(&packet)
    }
}

fn flags(status: &SessionStatus) -> u16 {
    let mut flags = StatusFlags::empty();
    flags.set(StatusFlags::SERVER_STATUS_IN_TRANS, status.in_transaction);
    flags.set(StatusFlags::SERVER_STATUS_AUTOCOMMIT, status.autocommit);
    flags.bits()
}

fn warnings(status: &SessionStatus) -> u16 {
    u16::try_from(status.warnings).unwrap_or(u16::MAX)
}

/// Sends an error; `with_state`: the client knows SQLSTATEs.
pub(crate) fn send_error(channel: &mut Channel, error: &SqlError, with_state: bool) -> Result<(), Broken> {
    let state = <[u8; 5]>::try_from(error.sqlstate.as_bytes()).ok().filter(|_| with_state).map(SqlState::new);
    channel.send(&ErrPacket::Error(ServerError::new(error.errno, state, error.message.as_bytes())))
}
