//! Reads a file event by event; MySQL 5.1 to 9, MariaDB or this crate may have written it.
//!
//! ```text
//! fe 'b' 'i' 'n' | FORMAT_DESCRIPTION | event | event | … ev         in use: reading ends before a torn last event
//!                                                         └─ torn()  closed: Error::Corrupt { file, offset, rule }
//! ```
//!
//! RULES
//!
//! - **R1** Every checksum is verified before a byte of the body is used (`event::decoder` R1).
//! - **R2** A file that is in use may end anywhere: it is being written, or its writer died and part of what was not
//!   synced is lost. Reading ends at an unfinished event there ([`Fault::Unfinished`]: cut short, or with another
//!   checksum), and [`Reader::torn`] says where and why. In a closed file such an event is an error, and so is a whole
//!   event after it: then it is no torn end but damage. Zeros up to the end of a file in use are preallocated space,
//!   not an event.
//! - **R3** Magic and FORMAT_DESCRIPTION were synced before the file's name came into the index: they are never torn.
//! - **R4** Whatever the bytes are, reading ends: each event takes at least a header's bytes, and nothing is allocated
//!   that is larger than what the file still has.
//! - **R5** The file is read in windows of [`WINDOW`] bytes, or of one event if that is longer. Events share the
//!   window's buffer. A window's buffer is used again for the next one, unless an event that the caller kept still
//!   shares it.
//! - **R6** The events of a compressed transaction are returned after [`Event::Payload`], with its offsets.
//! - **R7** A relay log may end within a statement: then the TABLE_MAPs of rows are in the file before ([`Reader::after`]).
//!
//! MySQL's counterpart: `Binlog_file_reader`. Left out: decrypting; an encrypted log is [`Error::Encrypted`].

use crate::error::{Error, Malformed, Result};
use crate::event::{Decoder, Entry, Event, Fault, FormatDescription, HEADER_LEN, Header, MAGIC, Tables, flags};
use bytes::Bytes;
use innolab_disk::{Disk, File};
use std::collections::VecDeque;
use std::sync::Arc;

const WINDOW: usize = 256 * 1024;
/// The longest event in bytes.
#[doc(alias = "MAX_MAX_ALLOWED_PACKET")]
const MAX_EVENT: u32 = 1 << 30;
const CUT: Fault = Fault::Unfinished(Malformed::Rule("the file ends inside an event"));
/// The first bytes of a log that MySQL encrypted.
#[doc(alias = "BINLOG_MAGIC_ENCRYPTED")]
const ENCRYPTED_MAGIC: [u8; 4] = *b"\xfdbin";

/// Where and why reading a file in use ended before its last byte (R2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    /// Offset of the first byte that is not part of a whole event.
    pub offset: u64,
    /// Bytes from there to the last one that is not zero.
    pub bytes: u64,
    /// The rule that the event breaks.
    pub rule: Malformed,
}

/// The bytes of a file, a window of them in memory (R5).
struct Source {
    file: Option<Arc<dyn File>>,
    len: u64,
    /// The bytes from `start` on.
    window: Bytes,
    start: u64,
}

impl Source {
    /// Returns the place in the window of the `n` bytes at `at`; moves the window if it does not have them. REQUIRES:
    /// they are inside the file.
    #[inline]
    fn seek(&mut self, at: u64, n: usize) -> Result<usize> {
        if at < self.start || at + n as u64 > self.start + self.window.len() as u64 {
            self.fill(at, n)?;
        }
        Ok((at - self.start) as usize)
    }

    /// Reads a window of at least `n` bytes from `at` on (R5).
    #[cold]
    fn fill(&mut self, at: u64, n: usize) -> Result<()> {
        if let Some(file) = &self.file {
            let want = (self.len - at).min(n.max(WINDOW) as u64) as usize;
            let mut buffer = std::mem::take(&mut self.window).try_into_mut().unwrap_or_default();
            buffer.resize(want, 0);
            file.read_at(at, &mut buffer)?;
            (self.window, self.start) = (buffer.freeze(), at);
        }
        Ok(())
    }

    /// The `n` bytes at `at`. REQUIRES: they are inside the file.
    fn peek(&mut self, at: u64, n: usize) -> Result<&[u8]> {
        let from = self.seek(at, n)?;
        Ok(&self.window[from..from + n])
    }

    /// The `n` bytes at `at`, shared with the window. REQUIRES: they are inside the file.
    fn share(&mut self, at: u64, n: usize) -> Result<Bytes> {
        let from = self.seek(at, n)?;
        Ok(self.window.slice(from..from + n))
    }

    /// The offset behind the last byte from `at` on that is not zero.
    fn written_end(&mut self, mut at: u64) -> Result<u64> {
        let mut end = at;
        while at < self.len {
            let piece = self.peek(at, (self.len - at).min(WINDOW as u64) as usize)?;
            if let Some(last) = piece.iter().rposition(|byte| *byte != 0) {
                end = at + last as u64 + 1;
            }
            at += piece.len() as u64;
        }
        Ok(end)
    }

    /// The event at `at`, or what is wrong with it.
    fn event(&mut self, at: u64, decoder: &mut Decoder) -> Result<std::result::Result<Entry, Fault>> {
        if decoder.is_encrypted() {
            return Ok(Err(Fault::Encrypted));
        }
        let header = match self.header(at)? {
            Ok(header) => header,
            Err(fault) => return Ok(Err(fault)),
        };
        let event = self.share(at, header.len as usize)?;
        Ok(decoder.decode(at, header, event))
    }

    /// The header of the event at `at`, which ends inside the file.
    fn header(&mut self, at: u64) -> Result<std::result::Result<Header, Fault>> {
        let left = self.len - at;
        if left < HEADER_LEN as u64 {
            return Ok(Err(CUT));
        }
        let Some(head) = self.peek(at, HEADER_LEN)?.first_chunk() else { return Ok(Err(CUT)) };
        Ok(match Header::decode(head) {
            Ok(header) if header.len > MAX_EVENT => Err(Fault::Unfinished("an event is longer than 1 GiB".into())),
            Ok(header) if u64::from(header.len) > left => Err(CUT),
            Ok(header) => Ok(header),
            Err(rule) => Err(Fault::Unfinished(rule)),
        })
    }

    /// Returns the offset of the first whole event behind `at`: it ends where it says, and its checksum is right.
    fn whole_event_behind(&mut self, at: u64, decoder: &Decoder) -> Result<Option<u64>> {
        for at in at + 1..self.len.saturating_sub(HEADER_LEN as u64 - 1) {
            if let Ok(header) = self.header(at)?
                && header.next as u64 == (at + u64::from(header.len)) & u64::from(u32::MAX)
                && decoder.is_whole(&header, &self.share(at, header.len as usize)?)
            {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }
}

/// Reads the events of a file; see the module.
pub struct Reader {
    name: String,
    source: Source,
    decoder: Decoder,
    at: u64,
    /// The events of the payload at `at` that are still to be returned (R6), and the offset behind it.
    inside: VecDeque<Entry>,
    format: FormatDescription,
    in_use: bool,
    holes: bool,
    torn: Option<Torn>,
    preallocated: u64,
}

impl Reader {
    /// Opens a file; bytes that are appended later are not read. ERRORS: [`Error::Corrupt`] if magic or
    /// FORMAT_DESCRIPTION are wrong (R3); [`Error::Disk`].
    pub fn open(disk: &dyn Disk, name: &str) -> Result<Reader> {
        let file = disk.open(name)?;
        let len = file.len()?;
        Reader::start(name, Source { file: Some(file), len, window: Bytes::new(), start: 0 })
    }

    /// Reads the bytes of a file that is in memory; `name` is for errors. ERRORS: as [`Reader::open`].
    pub fn over(name: &str, bytes: impl Into<Bytes>) -> Result<Reader> {
        let window = bytes.into();
        Reader::start(name, Source { file: None, len: window.len() as u64, window, start: 0 })
    }

    /// Reads the first event (R3). It is read again as the first of the entries.
    fn start(name: &str, mut source: Source) -> Result<Reader> {
        let corrupt = |offset: usize, rule| Error::Corrupt { file: name.into(), offset: offset as u64, rule };
        if source.len >= 4 && source.peek(0, MAGIC.len())? == ENCRYPTED_MAGIC {
            return Err(Error::Encrypted { file: name.into(), offset: 0, how: "MySQL's binlog_encryption" });
        }
        if source.len < MAGIC.len() as u64 || source.peek(0, MAGIC.len())? != MAGIC {
            return Err(corrupt(0, "a binlog starts with fe 62 69 6e".into()));
        }
        let (at, mut decoder) = (MAGIC.len(), Decoder::default());
        let first = source.event(at as u64, &mut decoder)?.map_err(|fault| corrupt(at, fault.rule()))?;
        let Event::FormatDescription(format) = first.event else {
            return Err(corrupt(at, "the first event is no FORMAT_DESCRIPTION".into()));
        };
        let in_use = first.header.flags & flags::IN_USE != 0;
        let (name, at, inside) = (name.into(), at as u64, VecDeque::new());
        Ok(Reader { name, source, decoder, at, inside, format, in_use, holes: false, torn: None, preallocated: 0 })
    }

    /// The same reader for recovery: what a power loss took of a file in use may be in its middle, so an unfinished
    /// event is a torn end whatever follows it (R2).
    pub(crate) fn allow_holes(mut self) -> Reader {
        self.holes = true;
        self
    }

    /// The same reader, for the file that follows the one of `before`, which has been read to its end (R7).
    pub fn after(self, before: &Reader) -> Reader {
        self.after_tables(before.tables())
    }

    /// The same reader, for a file that follows one with these tables (R7).
    pub(crate) fn after_tables(mut self, tables: &Tables) -> Reader {
        self.decoder.resume(tables);
        self
    }

    /// The tables whose rows may follow.
    pub(crate) fn tables(&self) -> &Tables {
        self.decoder.tables()
    }

    /// True if the file is a relay log.
    pub fn is_relay_log(&self) -> bool {
        self.decoder.is_relay_log()
    }

    /// The file's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file's format.
    pub fn format(&self) -> &FormatDescription {
        &self.format
    }

    /// True if the file was not closed: it is being written, or its writer died.
    pub fn in_use(&self) -> bool {
        self.in_use
    }

    /// Offset of the next event; of an event in a payload, that of the payload.
    pub fn position(&self) -> u64 {
        self.at
    }

    /// Where and why reading ended before the last byte of the file, if it did (R2).
    pub fn torn(&self) -> Option<&Torn> {
        self.torn.as_ref()
    }

    /// Bytes of preallocated space behind the last event of a file in use; 0 before reading has reached it (R2).
    pub fn preallocated(&self) -> u64 {
        self.preallocated
    }

    /// Returns the next event; `None` at the end, and after an error. ERRORS: [`Error::Corrupt`] (R2),
    /// [`Error::Encrypted`], [`Error::Disk`].
    pub fn next_entry(&mut self) -> Result<Option<Entry>> {
        if let Some(entry) = self.inside.pop_front() {
            self.at = if self.inside.is_empty() { entry.end } else { self.at };
            return Ok(Some(entry));
        }
        if self.at == self.source.len || self.torn.is_some() {
            return Ok(None);
        }
        let entry = self.source.event(self.at, &mut self.decoder)?;
        match entry.and_then(|entry| self.look_inside(entry)) {
            Ok(entry) => Ok(Some(entry)),
            Err(Fault::Encrypted) => {
                let (file, offset) = (self.name.clone(), self.at);
                self.source.len = offset;
                Err(Error::Encrypted { file, offset, how: "MariaDB's encrypt_binlog" })
            }
            Err(fault) => self.stop_at(fault),
        }
    }

    /// Moves behind an event, or to the events in it (R6).
    fn look_inside(&mut self, entry: Entry) -> std::result::Result<Entry, Fault> {
        if let Event::Payload(body) = &entry.event {
            self.inside = self.decoder.decode_payload(&entry, body)?.into();
        }
        if self.inside.is_empty() {
            self.at = entry.end;
        }
        Ok(entry)
    }

    /// Ends the reading at bytes that are no event (R2).
    fn stop_at(&mut self, fault: Fault) -> Result<Option<Entry>> {
        let (end, rule) = (self.source.written_end(self.at)?, fault.rule());
        if self.in_use && end == self.at {
            self.preallocated = self.source.len - end;
            self.source.len = end;
            return Ok(None);
        }
        self.torn = Some(Torn { offset: self.at, bytes: end - self.at, rule });
        let unfinished = self.in_use && matches!(fault, Fault::Unfinished(_));
        if unfinished && (self.holes || self.source.whole_event_behind(self.at, &self.decoder)?.is_none()) {
            return Ok(None);
        }
        Err(Error::Corrupt { file: self.name.clone(), offset: self.at, rule })
    }
}

impl Iterator for Reader {
    type Item = Result<Entry>;

    fn next(&mut self) -> Option<Result<Entry>> {
        self.next_entry().transpose()
    }
}
