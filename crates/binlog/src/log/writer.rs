//! The log's writer: the current file, and the change to the next one (*rotation*).
//!
//! ```text
//! binlog.000001   fe b i n | FORMAT_DESCRIPTION | PREVIOUS_GTIDS | transactions …  | ROTATE to 000002      closed
//! binlog.000002   fe b i n | FORMAT_DESCRIPTION* | PREVIOUS_GTIDS | transactions … | 00 00 00 …           * in use
//! ```
//!
//! RULES
//!
//! - **R1** The log is append-only: a written byte changes only if it is the in-use flag, or if recovery cuts it off.
//! - **R2** Rotation has this order: last event written, file synced · new file with its first events, synced, its name
//!   too · index · in-use flag of the old file cleared, synced. A crash in between leaves an old file that is whole and
//!   in use (harmless), or a new one that the index does not know (removed at opening).
//! - **R3** A transaction is never split over two files: a file ends after the transaction that makes it reach
//!   `max_binlog_size`.
//! - **R4** Unless `sync_binlog` is 0, space is preallocated behind the end of the log, as zeros. Then a commit's sync
//!   writes the file's bytes but not its length, which takes a quarter less time (measured on ext4). The space is cut
//!   off when the file is closed, and by recovery.
//!
//! MySQL's counterpart: `MYSQL_BIN_LOG::open_binlog`, `new_file_impl`.

use super::index;
use super::position::Position;
use super::transaction::Transaction;
use crate::error::Result;
use crate::event::{
    CHECKSUM_LEN, FLAGS_AT, FormatDescription, Gtid, GtidSet, HEADER_LEN, Kind, MAGIC, Stamp, flags, frame,
    put_previous_gtids, seal,
};
use bytes::BufMut;
use innolab_disk::{Disk, File};
use std::sync::Arc;

/// Bytes that are preallocated at once (R4).
const PREALLOCATED_BYTES: u64 = 128 << 10;

/// The server version that files claim, and the same as a number for GTID events.
const SERVER_VERSION: (&str, u32) = ("8.0.36-innolab", 80_036);

/// The writer's settings; they do not change.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) base: String,
    pub(crate) server_id: u32,
    pub(crate) server_uuid: Option<[u8; 16]>,
}

/// The current file of the log.
pub(crate) struct LogWriter {
    disk: Arc<dyn Disk>,
    settings: Settings,
    names: Vec<String>,
    name: Arc<str>,
    file: Arc<dyn File>,
    at: u64,
    /// Length of the file: `at`, or the end of the preallocated space behind it (R4).
    len: u64,
    /// Number of transactions in this file.
    sequence: u64,
    /// The last global id that was assigned.
    gno: u64,
    /// Time of the newest transaction, in seconds since 1970.
    timestamp: u32,
    buffer: Vec<u8>,
}

impl LogWriter {
    /// Begins the file after `names`, at the start of a server. `now`: seconds since 1970.
    pub(crate) fn start(
        disk: Arc<dyn Disk>,
        settings: Settings,
        names: Vec<String>,
        gno: u64,
        now: u32,
    ) -> Result<LogWriter> {
        let (name, file, at) = begin_file(&*disk, &settings, &names, gno, (now, now))?;
        let mut log = LogWriter {
            disk,
            settings,
            names,
            name,
            file,
            at,
            len: at,
            gno,
            timestamp: now,
            sequence: 0,
            buffer: Vec::new(),
        };
        log.add_to_index()?;
        Ok(log)
    }

    fn add_to_index(&mut self) -> Result<()> {
        self.names.push(self.name.to_string());
        index::write(&*self.disk, &self.settings.base, &self.names)
    }

    /// Appends finished transactions in one write, without a sync; returns the offset behind each of them. Space is
    /// preallocated (R4), but not beyond offset `preallocate_to`.
    pub(crate) fn append<'a>(
        &mut self,
        group: impl Iterator<Item = &'a Transaction>,
        preallocate_to: u64,
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
        self.write(preallocate_to)?;
        Ok(ends)
    }

    /// Writes the buffer; preallocates again if it does not fit into the file's length (R4).
    fn write(&mut self, preallocate_to: u64) -> Result<()> {
        let bytes = self.buffer.len();
        let end = self.at + bytes as u64;
        let len = (end + PREALLOCATED_BYTES).min(preallocate_to);
        if end > self.len && len > end {
            self.buffer.resize((len - self.at) as usize, 0);
        }
        match self.file.write_at(self.at, &self.buffer) {
            // Preallocation is optional: a full disk fails only if the events do not fit.
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
            tag: String::new(),
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

    /// The position of the end of the log.
    pub(crate) fn position(&self) -> Position {
        Position { file: self.name.clone(), offset: self.at }
    }

    /// All files, oldest first.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Removes the files before `file`, from the index first (`index` R3). Returns false if the log has no such file.
    pub(crate) fn purge_to(&mut self, file: &str) -> Result<bool> {
        let Some(at) = self.names.iter().position(|name| name == file) else { return Ok(false) };
        index::write(&*self.disk, &self.settings.base, &self.names[at..])?;
        for name in self.names.drain(..at) {
            self.disk.remove(&name)?;
        }
        self.disk.sync_dir()?;
        Ok(true)
    }

    /// Changes to the next file (R2). REQUIRES: no transaction of this file is in doubt in an engine.
    pub(crate) fn rotate(&mut self) -> Result<()> {
        let next = next_name(&self.settings.base, &self.names);
        self.put_last(Kind::ROTATE, |out| {
            out.put_u64_le(MAGIC.len() as u64);
            out.put_slice(next.as_bytes());
        })?;
        let (name, file, at) = begin_file(&*self.disk, &self.settings, &self.names, self.gno, (0, self.timestamp))?;
        let old = std::mem::replace(&mut self.file, file);
        (self.name, self.at, self.len, self.sequence) = (name, at, at, 0);
        self.add_to_index()?;
        clear_in_use(&*old)
    }

    /// Ends the log at the stop of a server. REQUIRES: as [`LogWriter::rotate`].
    pub(crate) fn close(&mut self) -> Result<()> {
        self.put_last(Kind::STOP, |_| ())?;
        clear_in_use(&*self.file)
    }

    /// Writes the last event of the file, cuts off the preallocated space and syncs.
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

/// Bytes of a transaction whose events after the GTID have `rest` bytes. The GTID contains this number, length-encoded,
/// so its own length depends on it.
fn whole_len(rest: u64) -> u64 {
    let fixed = (HEADER_LEN + 42 + 7 + 4 + CHECKSUM_LEN) as u64 + rest;
    let with = |lenenc_bytes: u64| fixed + lenenc_bytes;
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

/// Creates the file after `names` with its first events, durable. `created`: start of the server, or 0 if the server
/// has begun an earlier file.
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
        before.push(((uuid, String::new()), vec![(1, gno + 1)]));
    }
    let mut bytes = MAGIC.to_vec();
    frame(&mut bytes, stamp, Kind::FORMAT_DESCRIPTION, flags::IN_USE, |out| format.encode(out));
    frame(&mut bytes, stamp, Kind::PREVIOUS_GTIDS, 0, |out| put_previous_gtids(&before, out));
    seal(&mut bytes[MAGIC.len()..], MAGIC.len() as u64);
    let file = disk.create(&name)?;
    file.write_at(0, &bytes)?;
    file.sync()?;
    disk.sync_dir()?;
    Ok((name.into(), file, bytes.len() as u64))
}

/// Marks a file as closed, durably. REQUIRES: it ends with a whole event.
pub(crate) fn clear_in_use(file: &dyn File) -> Result<()> {
    let at = (MAGIC.len() + FLAGS_AT) as u64;
    let mut flag = [0];
    file.read_at(at, &mut flag)?;
    file.write_at(at, &[flag[0] & !(flags::IN_USE as u8)])?;
    file.sync()?;
    Ok(())
}
