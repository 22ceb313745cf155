//! Reads a file event by event, whoever wrote it: MySQL 5.1 to 8, MariaDB, this crate.
//!
//! ```text
//! fe 'b' 'i' 'n' | FORMAT_DESCRIPTION | event | event | … ev         in use: the last event may be torn, the reading ends before it
//!                                                         └─ torn()  closed: Error::Corrupt { file, offset, rule }
//! ```
//!
//! RULES
//!
//! - **R1** Every checksum is verified before a byte of the body is believed.
//! - **R2** A file that is in use may end anywhere: it is being written, or its writer died and what it had not synced
//!   is partly lost. There the first event that is wrong ends the reading, and [`Reader::torn`] says where and why. In
//!   a closed file it is an error. Zeros to the end of it are room that was set aside, not an event.
//! - **R3** Magic and FORMAT_DESCRIPTION were synced before the file's name came into the index: they are never torn.
//! - **R4** Whatever the bytes are, the reader ends: each step takes at least a header's bytes; nothing is allocated
//!   that the file is too short for.
//!
//! MySQL's counterpart: `Binlog_file_reader`. Left out: encrypted and compressed events, which pass as
//! [`Event::Other`]; relay logs.

use crate::error::{Error, Parsed, Result};
use crate::event::{Entry, Event};
use crate::format::{self, FormatDescription};
use crate::header::{CHECKSUM_LEN, HEADER_LEN, Header, Kind, MAGIC, checksum, flags};
use crate::rows::STATEMENT_END;
use crate::table::TableMap;
use crate::wire::le;
use innolab_disk::{Disk, File};
use std::collections::BTreeMap;
use std::sync::Arc;

const WINDOW: usize = 256 * 1024;
/// The longest event in bytes.
#[doc(alias = "MAX_MAX_ALLOWED_PACKET")]
const MAX_EVENT: u32 = 1 << 30;

/// Where and why the reading of a file in use ended before its last byte (R2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    /// The first byte that is not part of a whole event.
    pub offset: u64,
    /// How many bytes there are from there on, to the last one that is not zero.
    pub bytes: u64,
    /// The rule that the event breaks.
    pub rule: &'static str,
}

/// The bytes of a file, some of them in memory.
struct Source {
    file: Option<Arc<dyn File>>,
    len: u64,
    /// The bytes from `start` on.
    window: Vec<u8>,
    start: u64,
}

impl Source {
    /// `n` bytes from `at` on. REQUIRES that they are inside the file.
    fn bytes(&mut self, at: u64, n: usize) -> Result<&[u8]> {
        let inside = at >= self.start && at + n as u64 <= self.start + self.window.len() as u64;
        if let (false, Some(file)) = (inside, &self.file) {
            let want = (self.len - at).min(n.max(WINDOW) as u64) as usize;
            self.window.resize(want, 0);
            self.start = at;
            file.read_at(at, &mut self.window)?;
        }
        let from = (at - self.start) as usize;
        Ok(&self.window[from..from + n])
    }

    /// The place behind the last byte from `at` on that is not zero.
    fn written_end(&mut self, mut at: u64) -> Result<u64> {
        let mut end = at;
        while at < self.len {
            let piece = self.bytes(at, (self.len - at).min(WINDOW as u64) as usize)?;
            if let Some(last) = piece.iter().rposition(|byte| *byte != 0) {
                end = at + last as u64 + 1;
            }
            at += piece.len() as u64;
        }
        Ok(end)
    }
}

/// A file being read; see the module.
pub struct Reader {
    name: String,
    source: Source,
    at: u64,
    format: Option<FormatDescription>,
    in_use: bool,
    tables: BTreeMap<u64, Arc<TableMap>>,
    torn: Option<Torn>,
    room: u64,
}

impl Reader {
    /// Opens the file as long as it is now. ERRORS: [`Error::Corrupt`] if magic or FORMAT_DESCRIPTION are wrong; [`Error::Disk`].
    pub fn open(disk: &dyn Disk, name: &str) -> Result<Reader> {
        let file = disk.open(name)?;
        let len = file.len()?;
        Reader::start(name, Source { file: Some(file), len, window: Vec::new(), start: 0 })
    }

    /// The same over the bytes of a file; `name` is for errors.
    pub fn over(name: &str, bytes: Vec<u8>) -> Result<Reader> {
        Reader::start(name, Source { file: None, len: bytes.len() as u64, window: bytes, start: 0 })
    }

    fn start(name: &str, source: Source) -> Result<Reader> {
        let mut reader = Reader {
            name: name.into(),
            source,
            at: 0,
            format: None,
            in_use: false,
            tables: BTreeMap::new(),
            torn: None,
            room: 0,
        };
        if reader.source.len < MAGIC.len() as u64 || reader.source.bytes(0, MAGIC.len())? != MAGIC {
            return Err(reader.corrupt("a binlog starts with fe 62 69 6e"));
        }
        reader.at = MAGIC.len() as u64;
        reader.check_first()?;
        Ok(reader)
    }

    /// R3: the first event is there and whole. It is read again as the first of the entries.
    fn check_first(&mut self) -> Result<()> {
        let Entry { header, event, .. } = self.step()?.map_err(|rule| self.corrupt(rule))?;
        let Event::FormatDescription(format) = event else {
            return Err(self.corrupt("the first event is no FORMAT_DESCRIPTION"));
        };
        self.in_use = header.flags & flags::IN_USE != 0;
        self.format = Some(format);
        Ok(())
    }

    /// The file's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How the file is read.
    pub fn format(&self) -> &FormatDescription {
        self.format.as_ref().unwrap_or_else(|| unreachable!("start() has read it"))
    }

    /// Whether the file was not closed (yet).
    pub fn in_use(&self) -> bool {
        self.in_use
    }

    /// Where the next event starts.
    pub fn position(&self) -> u64 {
        self.at
    }

    /// Where and why the reading ended before the last byte of the file, if it did (R2).
    pub fn torn(&self) -> Option<&Torn> {
        self.torn.as_ref()
    }

    /// Zeros that were found behind the last event of a file in use: room, in bytes (R2).
    pub fn room(&self) -> u64 {
        self.room
    }

    /// The next event; `None` at the end. ERRORS: [`Error::Corrupt`] (R2), [`Error::Disk`]. After an error there is
    /// nothing to come.
    pub fn next_entry(&mut self) -> Result<Option<Entry>> {
        if self.at == self.source.len || self.torn.is_some() {
            return Ok(None);
        }
        let rule = match self.step()? {
            Ok(entry) => {
                self.at = entry.end();
                self.follow(&entry.event);
                return Ok(Some(entry));
            }
            Err(rule) => rule,
        };
        let error = self.corrupt(rule);
        let end = self.source.written_end(self.at)?;
        if self.in_use && end == self.at {
            self.room = self.source.len - end;
            self.source.len = end;
            return Ok(None);
        }
        self.torn = Some(Torn { offset: self.at, bytes: end - self.at, rule });
        if self.in_use { Ok(None) } else { Err(error) }
    }

    /// Table ids come and go with the statements.
    fn follow(&mut self, event: &Event) {
        match event {
            Event::TableMap(map) => drop(self.tables.insert(map.id, map.clone())),
            Event::Rows(rows) if rows.flags & STATEMENT_END != 0 => self.tables.clear(),
            _ => {}
        }
    }

    /// The event at `at`, or the rule that it breaks.
    fn step(&mut self) -> Result<Parsed<Entry>> {
        const CUT: &str = "the file ends inside an event";
        let left = self.source.len - self.at;
        if left < HEADER_LEN as u64 {
            return Ok(Err(CUT));
        }
        let Some(head) = self.source.bytes(self.at, HEADER_LEN)?.first_chunk() else { return Ok(Err(CUT)) };
        let header = match Header::decode(head) {
            Ok(header) if header.len > MAX_EVENT => return Ok(Err("an event is longer than 1 GiB")),
            Ok(header) if u64::from(header.len) > left => return Ok(Err(CUT)),
            Ok(header) => header,
            Err(rule) => return Ok(Err(rule)),
        };
        let checksums = self.format.as_ref().map(|f| f.checksum);
        let event = self.source.bytes(self.at, header.len as usize)?;
        let entry = parse(self.at, header, event, checksums, |id| self.tables.get(&id).cloned());
        Ok(entry)
    }

    fn corrupt(&self, rule: &'static str) -> Error {
        Error::Corrupt { file: self.name.clone(), offset: self.at, rule }
    }
}

impl Iterator for Reader {
    type Item = Result<Entry>;

    fn next(&mut self) -> Option<Result<Entry>> {
        self.next_entry().transpose()
    }
}

/// The event that `event` is (R1). `checksums`: whether the file has them, once that is known.
fn parse(
    offset: u64,
    header: Header,
    event: &[u8],
    checksums: Option<bool>,
    table: impl Fn(u64) -> Option<Arc<TableMap>>,
) -> Parsed<Entry> {
    let first = header.kind == Kind::FORMAT_DESCRIPTION;
    if checksums.is_some() && first != (offset == MAGIC.len() as u64) {
        return Err("a FORMAT_DESCRIPTION stands in the middle of the file");
    }
    let summed = if first { format::has_checksum(event) } else { checksums == Some(true) };
    let end = if summed {
        let end = event.len().checked_sub(CHECKSUM_LEN).filter(|end| *end >= HEADER_LEN);
        let end = end.ok_or("an event is shorter than its header and checksum")?;
        if le(&event[end..]) as u32 != checksum(&event[..end]) {
            return Err("the checksum does not match");
        }
        end
    } else {
        event.len()
    };
    if header.next != 0 && header.next != (offset + event.len() as u64) as u32 {
        return Err("an event does not end where it says that the next one starts");
    }
    let event = Event::decode(&header, &event[HEADER_LEN..end], table)?;
    Ok(Entry { offset, header, event })
}
