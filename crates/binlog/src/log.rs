//! The writing end: the current file, and how the log goes from one to the next.
//!
//! ```text
//! binlog.000001   fe b i n | FORMAT_DESCRIPTION | PREVIOUS_GTIDS | transactions …  | ROTATE to 000002      closed
//! binlog.000002   fe b i n | FORMAT_DESCRIPTION* | PREVIOUS_GTIDS | transactions … | 00 00 00 … room      * in use
//! ```
//!
//! RULES
//!
//! - **R1** The log only grows: a byte that was written is never written again, but the in-use flag, and by recovery
//!   what it cuts off.
//! - **R2** To the next file, in this order: last event written, file synced · new file with its first events, synced,
//!   its name too · index · in-use flag of the old file cleared, synced. A crash in between leaves an old file that is
//!   whole and in use (harmless), or a new one that the index does not know (removed at opening).
//! - **R3** A transaction is never spread over two files: a file ends after the transaction that makes it reach
//!   `max_binlog_size`.
//! - **R4** A log that is synced has room set aside behind its end, as zeros, so that a commit's sync has the file's
//!   bytes to write and not its length too (a fourth less time on the ext4 where it was measured). It is cut off when
//!   the file is closed, and by recovery.
//!
//! MySQL's counterpart: `MYSQL_BIN_LOG::open_binlog`, `new_file_impl`.

use crate::error::Result;
use crate::format::FormatDescription;
use crate::gtid::{Gtid, GtidSet, put_previous};
use crate::header::{CHECKSUM_LEN, FLAGS_AT, HEADER_LEN, Kind, MAGIC, Stamp, flags, frame, seal};
use crate::index;
use crate::transaction::Transaction;
use crate::wire::put_int;
use innolab_disk::{Disk, File};
use std::fmt;
use std::sync::Arc;

/// Bytes of room that are set aside at once (R4).
const ROOM_BYTES: u64 = 128 << 10;

/// Whose version is written into the files, and as a number into GTID events.
const SERVER_VERSION: (&str, u32) = ("8.0.36-innolab", 80_036);

/// A place in the log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The file's name.
    pub file: Arc<str>,
    /// The offset in it.
    pub offset: u64,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.offset)
    }
}

/// What the writer is told once.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) base: String,
    pub(crate) server_id: u32,
    pub(crate) server_uuid: Option<[u8; 16]>,
}

/// The current file.
pub(crate) struct Log {
    disk: Arc<dyn Disk>,
    settings: Settings,
    names: Vec<String>,
    name: Arc<str>,
    file: Arc<dyn File>,
    at: u64,
    /// How long the file is: to `at`, or to the end of the room behind it (R4).
    len: u64,
    /// Transactions in this file.
    sequence: u64,
    /// The last global id that was given.
    gno: u64,
    /// Of the newest transaction, in seconds since 1970.
    timestamp: u32,
    buffer: Vec<u8>,
}

impl Log {
    /// Begins the file after `names`, at a server's start.
    pub(crate) fn start(
        disk: Arc<dyn Disk>,
        settings: Settings,
        names: Vec<String>,
        gno: u64,
        when: u32,
    ) -> Result<Log> {
        let (name, file, at) = begin_file(&*disk, &settings, &names, gno, (when, when))?;
        let mut log = Log {
            disk,
            settings,
            names,
            name,
            file,
            at,
            len: at,
            gno,
            timestamp: when,
            sequence: 0,
            buffer: Vec::new(),
        };
        log.enter_index()?;
        Ok(log)
    }

    fn enter_index(&mut self) -> Result<()> {
        self.names.push(self.name.to_string());
        index::write(&*self.disk, &self.settings.base, &self.names)
    }

    /// Appends finished transactions in one write; the place behind each of them. Not synced. Room is set aside up to
    /// `room_to` (R4); 0: none.
    pub(crate) fn append<'a>(
        &mut self,
        group: impl Iterator<Item = &'a Transaction>,
        room_to: u64,
    ) -> Result<Vec<u64>> {
        self.buffer.clear();
        let parent = self.sequence;
        let mut ends = Vec::new();
        for transaction in group {
            self.sequence += 1;
            self.timestamp = self.timestamp.max(transaction.stamp().timestamp);
            let start = self.buffer.len();
            self.put_gtid(transaction, parent);
            self.buffer.extend_from_slice(transaction.bytes());
            seal(&mut self.buffer[start..], self.at + start as u64);
            ends.push(self.at + self.buffer.len() as u64);
        }
        self.write(room_to)?;
        Ok(ends)
    }

    /// Writes the buffer, and room behind it if it does not fit into what there is (R4).
    fn write(&mut self, room_to: u64) -> Result<()> {
        let bytes = self.buffer.len();
        let end = self.at + bytes as u64;
        let len = (end + ROOM_BYTES).min(room_to);
        if end > self.len && len > end {
            self.buffer.resize((len - self.at) as usize, 0);
        }
        match self.file.write_at(self.at, &self.buffer) {
            // For the room alone nobody fails.
            Err(innolab_disk::Error::Full { .. }) if self.buffer.len() > bytes => {
                self.buffer.truncate(bytes);
                self.file.write_at(self.at, &self.buffer)?;
            }
            done => done?,
        }
        self.len = self.len.max(self.at + self.buffer.len() as u64);
        self.at = end;
        Ok(())
    }

    fn put_gtid(&mut self, transaction: &Transaction, parent: u64) {
        let kind = if self.settings.server_uuid.is_some() { Kind::GTID } else { Kind::ANONYMOUS_GTID };
        self.gno += u64::from(kind == Kind::GTID);
        let mut gtid = Gtid {
            statements: transaction.has_statements(),
            sid: self.settings.server_uuid.unwrap_or_default(),
            gno: if kind == Kind::GTID { self.gno } else { 0 },
            last_committed: parent,
            sequence_number: self.sequence,
            commit_us: transaction.when_us(),
            transaction_len: 0,
            server_version: SERVER_VERSION.1,
        };
        gtid.transaction_len = whole_len(transaction.bytes().len() as u64);
        frame(&mut self.buffer, transaction.stamp(), kind, 0, |out| gtid.encode(out));
    }

    /// The current file, to be synced.
    pub(crate) fn file(&self) -> Arc<dyn File> {
        self.file.clone()
    }

    /// The end of the log.
    pub(crate) fn position(&self) -> Position {
        Position { file: self.name.clone(), offset: self.at }
    }

    /// All files, oldest first.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Removes the files before `file`, the index first (`index` R3); whether there is such a file.
    pub(crate) fn purge_to(&mut self, file: &str) -> Result<bool> {
        let Some(at) = self.names.iter().position(|name| name == file) else { return Ok(false) };
        index::write(&*self.disk, &self.settings.base, &self.names[at..])?;
        for name in self.names.drain(..at) {
            self.disk.remove(&name)?;
        }
        self.disk.sync_dir()?;
        Ok(true)
    }

    /// Goes on in the next file (R2). REQUIRES that nothing that this file alone knows is in doubt.
    pub(crate) fn rotate(&mut self) -> Result<()> {
        let next = next_name(&self.settings.base, &self.names);
        self.put_last(Kind::ROTATE, |out| {
            put_int(out, MAGIC.len() as u64, 8);
            out.extend_from_slice(next.as_bytes());
        })?;
        let (name, file, at) = begin_file(&*self.disk, &self.settings, &self.names, self.gno, (0, self.timestamp))?;
        let old = std::mem::replace(&mut self.file, file);
        (self.name, self.at, self.len, self.sequence) = (name, at, at, 0);
        self.enter_index()?;
        clear_in_use(&*old)
    }

    /// Ends the log at a server's stop. REQUIRES as [`Log::rotate`].
    pub(crate) fn close(&mut self) -> Result<()> {
        self.put_last(Kind::STOP, |_| ())?;
        clear_in_use(&*self.file)
    }

    fn put_last(&mut self, kind: Kind, body: impl FnOnce(&mut Vec<u8>)) -> Result<()> {
        self.buffer.clear();
        let stamp = Stamp { timestamp: self.timestamp, server_id: self.settings.server_id };
        frame(&mut self.buffer, stamp, kind, 0, body);
        seal(&mut self.buffer, self.at);
        self.write(0)?;
        if self.len > self.at {
            self.file.set_len(self.at)?;
            self.len = self.at;
        }
        self.file.sync()?;
        Ok(())
    }
}

/// The bytes of a transaction whose events after the GTID have `rest` bytes; the GTID's own length depends on the answer.
fn whole_len(rest: u64) -> u64 {
    let fixed = (HEADER_LEN + 42 + 7 + 4 + CHECKSUM_LEN) as u64 + rest;
    let with = |packed: u64| fixed + packed;
    match () {
        () if with(1) <= 250 => with(1),
        () if with(3) <= 0xffff => with(3),
        () if with(4) <= 0xff_ffff => with(4),
        () => with(9),
    }
}

fn next_name(base: &str, names: &[String]) -> String {
    let last = names.last().and_then(|name| index::number_of(base, name)).unwrap_or(0);
    index::file_name(base, last + 1)
}

/// Makes the file after `names` with its first events, durable. `times`: when the server started (0: earlier), now.
fn begin_file(
    disk: &dyn Disk,
    settings: &Settings,
    names: &[String],
    gno: u64,
    (created, now): (u32, u32),
) -> Result<(Arc<str>, Arc<dyn File>, u64)> {
    let name = next_name(&settings.base, names);
    let stamp = Stamp { timestamp: now, server_id: settings.server_id };
    let format = FormatDescription { server_version: SERVER_VERSION.0.into(), created, checksum: true };
    let mut before = GtidSet::new();
    if let Some(uuid) = settings.server_uuid.filter(|_| gno > 0) {
        before.push((uuid, vec![(1, gno + 1)]));
    }
    let mut bytes = MAGIC.to_vec();
    frame(&mut bytes, stamp, Kind::FORMAT_DESCRIPTION, flags::IN_USE, |out| format.encode(out));
    frame(&mut bytes, stamp, Kind::PREVIOUS_GTIDS, 0, |out| put_previous(&before, out));
    seal(&mut bytes[MAGIC.len()..], MAGIC.len() as u64);
    let file = disk.create(&name)?;
    file.write_at(0, &bytes)?;
    file.sync()?;
    disk.sync_dir()?;
    Ok((name.into(), file, bytes.len() as u64))
}

/// Says that the file is whole; durable. REQUIRES that it is.
pub(crate) fn clear_in_use(file: &dyn File) -> Result<()> {
    let at = (MAGIC.len() + FLAGS_AT) as u64;
    let mut flag = [0];
    file.read_at(at, &mut flag)?;
    file.write_at(at, &[flag[0] & !(flags::IN_USE as u8)])?;
    file.sync()?;
    Ok(())
}
