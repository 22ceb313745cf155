//! Reads a file event by event; MySQL 5.1 to 8, MariaDB or this crate may have written it.
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
//!   synced is lost. Reading ends at the first event that is wrong, and [`Reader::torn`] says where and why. In a
//!   closed file such an event is an error. Zeros up to the end of a file in use are preallocated space, not an event.
//! - **R3** Magic and FORMAT_DESCRIPTION were synced before the file's name came into the index: they are never torn.
//! - **R4** Whatever the bytes are, reading ends: each event takes at least a header's bytes, and nothing is allocated
//!   that is larger than what the file still has.
//! - **R5** The file is read in windows of [`WINDOW`] bytes, or of one event if that is longer. Events share the
//!   window's buffer. A window's buffer is used again for the next one, unless an event that the caller kept still
//!   shares it.
//!
//! MySQL's counterpart: `Binlog_file_reader`. Left out: encrypted and compressed events, which are returned as
//! [`Event::Other`]; relay logs.

use crate::error::{Decoded, Error, Malformed, Result};
use crate::event::{Decoder, Entry, Event, FormatDescription, HEADER_LEN, Header, Kind, MAGIC, flags};
use bytes::Bytes;
use innolab_disk::{Disk, File};
use std::sync::Arc;

const WINDOW: usize = 256 * 1024;
/// The longest event in bytes.
#[doc(alias = "MAX_MAX_ALLOWED_PACKET")]
const MAX_EVENT: u32 = 1 << 30;
const CUT: Malformed = Malformed::Rule("the file ends inside an event");

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

    /// The event at `at`, or the rule that it breaks.
    fn event(&mut self, at: u64, decoder: &mut Decoder) -> Result<Decoded<Entry>> {
        let left = self.len - at;
        if left < HEADER_LEN as u64 {
            return Ok(Err(CUT));
        }
        let Some(head) = self.peek(at, HEADER_LEN)?.first_chunk() else { return Ok(Err(CUT)) };
        let header = match Header::decode(head) {
            Ok(header) if header.len > MAX_EVENT => return Ok(Err("an event is longer than 1 GiB".into())),
            Ok(header) if u64::from(header.len) > left => return Ok(Err(CUT)),
            Ok(header) => header,
            Err(rule) => return Ok(Err(rule)),
        };
        if header.kind == Kind::FORMAT_DESCRIPTION && at != MAGIC.len() as u64 {
            return Ok(Err("a FORMAT_DESCRIPTION stands in the middle of the file".into()));
        }
        let event = self.share(at, header.len as usize)?;
        let entry = decoder.decode(at, header, event).and_then(|entry| match header.next {
            0 => Ok(entry),
            next if next == entry.end() as u32 => Ok(entry),
            _ => Err("an event does not end where it says that the next one starts".into()),
        });
        Ok(entry)
    }
}

/// Reads the events of a file; see the module.
pub struct Reader {
    name: String,
    source: Source,
    decoder: Decoder,
    at: u64,
    format: FormatDescription,
    in_use: bool,
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
        if source.len < MAGIC.len() as u64 || source.peek(0, MAGIC.len())? != MAGIC {
            return Err(corrupt(0, "a binlog starts with fe 62 69 6e".into()));
        }
        let (at, mut decoder) = (MAGIC.len(), Decoder::default());
        let first = source.event(at as u64, &mut decoder)?.map_err(|rule| corrupt(at, rule))?;
        let Event::FormatDescription(format) = first.event else {
            return Err(corrupt(at, "the first event is no FORMAT_DESCRIPTION".into()));
        };
        let in_use = first.header.flags & flags::IN_USE != 0;
        let name = name.into();
        Ok(Reader { name, source, decoder, at: at as u64, format, in_use, torn: None, preallocated: 0 })
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

    /// Offset of the next event.
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

    /// Returns the next event; `None` at the end, and after an error. ERRORS: [`Error::Corrupt`] (R2), [`Error::Disk`].
    pub fn next_entry(&mut self) -> Result<Option<Entry>> {
        if self.at == self.source.len || self.torn.is_some() {
            return Ok(None);
        }
        let rule = match self.source.event(self.at, &mut self.decoder)? {
            Ok(entry) => {
                self.at = entry.end();
                return Ok(Some(entry));
            }
            Err(rule) => rule,
        };
        let end = self.source.written_end(self.at)?;
        if self.in_use && end == self.at {
            self.preallocated = self.source.len - end;
            self.source.len = end;
            return Ok(None);
        }
        self.torn = Some(Torn { offset: self.at, bytes: end - self.at, rule });
        match self.in_use {
            true => Ok(None),
            false => Err(Error::Corrupt { file: self.name.clone(), offset: self.at, rule }),
        }
    }
}

impl Iterator for Reader {
    type Item = Result<Entry>;

    fn next(&mut self) -> Option<Result<Entry>> {
        self.next_entry().transpose()
    }
}
