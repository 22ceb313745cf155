//! Packets over a socket, within limits of size and time.
//!
//! ```text
//! 0      3     4
//! │length│seq  │ payload              `length` is of this chunk, little-endian; a packet of 2^24 - 1 bytes or more goes on
//!                                     in the next chunk, `seq` counts the chunks of both sides from 0 in each exchange
//! ```
//!
//! RULES
//!
//! - **R1** A length that is beyond the limit is an error before its payload is read. Memory grows with the bytes that
//!   came, not with those that were announced.
//! - **R2** A chunk whose number is not the next one is an error: the two sides do not mean the same packet.
//! - **R3** Every read and write has a time limit, so a client that sends half a packet, or reads nothing, ends.

use crate::socket::Socket;
use bytes::BytesMut;
use mysql_common::proto::MySerialize;
use mysql_common::proto::codec::PacketCodec;
use mysql_common::proto::codec::error::PacketCodecError;
use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Bytes of one read; answers are sent when as many are ready.
const CHUNK_BYTES: usize = 64 << 10;
/// A buffer that grew beyond this is dropped when it is empty.
const MAX_KEPT_BYTES: usize = 1 << 20;
/// How long, and how much of, a refused packet is read away, so that the client sees the error.
const LINGER: (Duration, usize) = (Duration::from_secs(1), 1 << 26);

/// Why no packet came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// The client has gone, or took too long.
    Closed,
    /// The packet is larger than the limit (R1).
    TooLarge,
    /// The packet has a wrong number (R2).
    OutOfOrder,
}

/// How long a packet may take (R3).
#[derive(Debug, Clone, Copy)]
pub(crate) enum Patience {
    /// All of it until then.
    Until(Instant),
    /// So long until it begins, and so long between two of its parts.
    Each { first: Duration, next: Duration },
}

/// A connection as a sequence of packets.
pub(crate) struct Channel {
    socket: Arc<Socket>,
    codec: PacketCodec,
    max_packet_bytes: usize,
    input: BytesMut,
    output: BytesMut,
}

impl Channel {
    /// REQUIRES: the socket's write timeout is set.
    pub(crate) fn new(socket: Arc<Socket>, max_packet_bytes: usize) -> Channel {
        let (input, output) = (BytesMut::new(), BytesMut::new());
        Channel { socket, codec: PacketCodec::default(), max_packet_bytes, input, output }
    }

    /// Sets the size limit of the client's packets.
    pub(crate) fn set_max_packet_bytes(&mut self, bytes: usize) {
        self.max_packet_bytes = bytes;
    }

    /// The next packet begins an exchange: its number is 0.
    pub(crate) fn begin_exchange(&mut self) {
        self.codec.reset_seq_id();
    }

    /// Reads a packet.
    pub(crate) fn read(&mut self, patience: Patience) -> Result<Vec<u8>, Broken> {
        let mut packet = Vec::new();
        loop {
            self.codec.max_allowed_packet = self.max_packet_bytes;
            match self.codec.decode(&mut self.input, &mut packet) {
                Ok(true) => break,
                Ok(false) => self.receive(patience, !packet.is_empty())?,
                Err(PacketCodecError::PacketTooLarge) => return Err(Broken::TooLarge),
                Err(PacketCodecError::PacketsOutOfSync) => return Err(Broken::OutOfOrder),
                Err(_) => return Err(Broken::Closed),
            }
        }
        if self.input.is_empty() && self.input.capacity() > MAX_KEPT_BYTES {
            self.input = BytesMut::new();
        }
        Ok(packet)
    }

    /// Appends bytes of the client to `input`. `has_begun`: they are not the first of their packet.
    fn receive(&mut self, patience: Patience, has_begun: bool) -> Result<(), Broken> {
        let timeout = match patience {
            Patience::Until(moment) => moment.saturating_duration_since(Instant::now()),
            Patience::Each { first, .. } if self.input.is_empty() && !has_begun => first,
            Patience::Each { next, .. } => next,
        };
        if timeout.is_zero() || self.socket.set_read_timeout(timeout).is_err() {
            return Err(Broken::Closed);
        }
        let end = self.input.len();
        self.input.resize(end + CHUNK_BYTES, 0);
        let read = loop {
            match (&*self.socket).read(&mut self.input[end..]) {
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                other => break other.unwrap_or(0),
            }
        };
        self.input.truncate(end + read);
        if read == 0 { Err(Broken::Closed) } else { Ok(()) }
    }

    /// Appends a packet to those that [`Channel::flush`] sends. ERRORS: `Closed`.
    pub(crate) fn write(&mut self, payload: &[u8]) -> Result<(), Broken> {
        // The limit is one on what clients send.
        self.codec.max_allowed_packet = usize::MAX;
        let mut payload = payload;
        self.codec.encode(&mut payload, &mut self.output).map_err(|_| Broken::Closed)?;
        if self.output.len() >= CHUNK_BYTES { self.flush() } else { Ok(()) }
    }

    /// Sends a packet, and those before it.
    pub(crate) fn send(&mut self, packet: &impl MySerialize) -> Result<(), Broken> {
        let mut payload = Vec::new();
        packet.serialize(&mut payload);
        self.write(&payload).and_then(|()| self.flush())
    }

    /// Sends what was written. ERRORS: `Closed`.
    pub(crate) fn flush(&mut self) -> Result<(), Broken> {
        let sent = (&*self.socket).write_all(&self.output).map_err(|_| Broken::Closed);
        self.output.clear();
        if self.output.capacity() > MAX_KEPT_BYTES {
            self.output = BytesMut::new();
        }
        sent
    }

    /// Ends the connection so that the client can still read what was sent: a socket that is closed with unread input
    /// would drop it.
    pub(crate) fn linger(mut self) {
        self.socket.shutdown(Shutdown::Write);
        let (until, mut rest) = (Patience::Until(Instant::now() + LINGER.0), LINGER.1);
        while rest > 0 {
            self.input.clear();
            match self.receive(until, true) {
                Ok(()) => rest = rest.saturating_sub(self.input.len()),
                Err(_) => return,
            }
        }
    }
}
