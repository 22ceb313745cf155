//! Takes whole events apart, one after another.
//!
//! ```text
//! FORMAT_DESCRIPTION ─► checksums?  ─┐
//! TABLE_MAP          ─► table id ────┼─► how to read the events after it
//! ROWS, STATEMENT_END ─► no table ids┘
//! ```
//!
//! The decoder knows nothing of files: any source of whole events can feed it. `log::reader` feeds it from a file.
//!
//! RULES
//!
//! - **R1** An event's checksum is verified before a byte of its body is used.
//! - **R2** An event shares the buffer that it was decoded from. Keeping the event keeps the whole buffer in memory.
//! - **R3** An event ends where its header says that the next one starts. In a relay log that is a position of the
//!   source's log, so it says nothing of the file; and the source's FORMAT_DESCRIPTION follows the replica's own. A file
//!   of it may begin with rows of tables that the file before describes.
//! - **R4** A malformed body under a good checksum is damage that a writer did, never a torn write ([`Fault`]).
//!
//! MySQL's counterpart: `Log_event_footer::event_checksum_test`, `binlog_event_deserialize`, `table_mapping`.

use super::body::{Entry, Event};
use super::compressed;
use super::format_description::has_checksum;
use super::header::{CHECKSUM_LEN, HEADER_LEN, Header, Kind, MAGIC, checksum, flags};
use super::rows::{OpaqueRows, Rows, STATEMENT_END};
use super::table_map::Tables;
use crate::error::{Decoded, Malformed};
use bytes::{Buf, Bytes};

/// Why the bytes at a place are not an event (R4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// They are no whole event: cut short, or the checksum does not match. An unfinished write looks like that.
    Unfinished(Malformed),
    /// They are a whole event that is wrong.
    Wrong(Malformed),
    /// They are encrypted.
    Encrypted,
}

impl Fault {
    /// The rule that the bytes break.
    pub(crate) fn rule(self) -> Malformed {
        match self {
            Fault::Unfinished(rule) | Fault::Wrong(rule) => rule,
            Fault::Encrypted => "the log is encrypted".into(),
        }
    }
}

impl From<Malformed> for Fault {
    fn from(rule: Malformed) -> Fault {
        Fault::Wrong(rule)
    }
}

/// Decodes events in file order, and keeps what an event says about later ones.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    /// True if events have checksums, FORMAT_DESCRIPTION excepted: its server version decides (`format_description`
    /// R1).
    checksums: bool,
    /// True if a MariaDB wrote the events.
    mariadb: bool,
    /// True in a relay log (R3).
    relay: bool,
    /// True after START_ENCRYPTION: events are encrypted, their headers too.
    encrypted: bool,
    tables: Tables,
}

impl Decoder {
    /// Decodes the event at `offset`. `event`: all its bytes, from the header to the CRC; `header`: its header,
    /// decoded.
    pub(crate) fn decode(&mut self, offset: u64, header: Header, mut event: Bytes) -> Result<Entry, Fault> {
        let end = offset + u64::from(header.len);
        let format = header.kind == Kind::FORMAT_DESCRIPTION;
        if if format { has_checksum(&event) } else { self.checksums } {
            event.truncate(checked_len(&event).map_err(Fault::Unfinished)?);
        }
        let is_first = offset == MAGIC.len() as u64;
        if is_first {
            self.relay = format && header.flags & flags::RELAY_LOG != 0;
        } else if format && !self.relay {
            return Err(Malformed::Rule("a FORMAT_DESCRIPTION stands in the middle of the file").into());
        }
        event.advance(HEADER_LEN);
        let event = self.event(&header, event)?;
        if !self.relay && header.next != 0 && header.next != end as u32 {
            return Err(Malformed::Rule("an event does not end where it says that the next one starts").into());
        }
        Ok(Entry { offset, end, header, event })
    }

    /// True in a relay log.
    pub(crate) fn is_relay_log(&self) -> bool {
        self.relay
    }

    /// The tables whose rows may follow.
    pub(crate) fn tables(&self) -> &Tables {
        &self.tables
    }

    /// Takes over the tables of the file before, if this is a relay log (R3).
    pub(crate) fn resume(&mut self, tables: &Tables) {
        if self.relay {
            self.tables.clone_from(tables);
        }
    }

    /// True if events from here on are encrypted.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// True if an event has a right checksum, or a known kind in a log without checksums.
    pub(crate) fn is_whole(&self, header: &Header, event: &[u8]) -> bool {
        if self.checksums { checked_len(event).is_ok() } else { header.kind.name().is_some() }
    }

    /// Decodes the events in the body of a TRANSACTION_PAYLOAD, whose entry is `payload`.
    pub(crate) fn decode_payload(&mut self, payload: &Entry, body: &[u8]) -> Decoded<Vec<Entry>> {
        let mut events = Bytes::from(compressed::payload(body)?);
        let mut entries = Vec::new();
        while !events.is_empty() {
            let head = events.first_chunk().ok_or_else(|| Malformed::short(HEADER_LEN, events.len()))?;
            let header = Header::decode(head)?;
            let len = header.len as usize;
            if len > events.len() {
                return Err(Malformed::short(len, events.len()));
            }
            let event = self.event(&header, events.split_to(len).slice(HEADER_LEN..))?;
            if matches!(event, Event::FormatDescription(_) | Event::Payload(_)) {
                return Err(Malformed::Rule("an event in a payload belongs to a file, not to a transaction"));
            }
            entries.push(Entry { offset: payload.offset, end: payload.end, header, event });
        }
        Ok(entries)
    }

    /// Decodes a body, and remembers what it says about later events.
    fn event(&mut self, header: &Header, body: Bytes) -> Decoded<Event> {
        let part = |e: Malformed| e.in_part(header.kind.name().unwrap_or_default());
        let event = Event::decode(header, body, &self.tables, self.mariadb).map_err(part)?;
        self.encrypted |= header.kind == Kind::START_ENCRYPTION;
        self.follow(&event);
        Ok(event)
    }

    /// Remembers what `event` says about later events.
    fn follow(&mut self, event: &Event) {
        match event {
            Event::FormatDescription(format) => {
                (self.checksums, self.mariadb) = (format.checksum, format.is_mariadb());
            }
            Event::TableMap(map) => drop(self.tables.insert(map.id, map.clone())),
            Event::Rows(Rows { flags, .. }) | Event::OpaqueRows(OpaqueRows { flags, .. })
                if flags & STATEMENT_END != 0 =>
            {
                self.tables.clear();
            }
            _ => {}
        }
    }
}

/// Bytes of an event without its CRC, which must match (R1).
fn checked_len(event: &[u8]) -> Decoded<usize> {
    let end = event.len().checked_sub(CHECKSUM_LEN).filter(|end| *end >= HEADER_LEN);
    let end = end.ok_or("an event is shorter than its header and checksum")?;
    match (&event[end..]).get_u32_le() == checksum(&event[..end]) {
        true => Ok(end),
        false => Err(Malformed::Rule("the checksum does not match")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Action, Change, Column, ColumnType, RowsBuilder, Stamp, TableMap, Value, frame, seal};
    use std::sync::Arc;

    fn event(kind: Kind, body: impl FnOnce(&mut Vec<u8>)) -> (Header, Bytes) {
        let mut bytes = Vec::new();
        frame(&mut bytes, Stamp { timestamp: 1, server_id: 1 }, kind, 0, body);
        seal(&mut bytes, 4);
        (Header::decode(bytes.first_chunk().expect("a header")).expect("a header"), bytes.into())
    }

    #[test]
    fn a_table_id_ends_with_its_statement() {
        let columns = vec![Column::new("id", ColumnType::INT)];
        let table =
            TableMap { id: 7, db: "lab".into(), table: "t".into(), columns, primary_key: vec![0], has_signs: true };
        let table = Arc::new(table);
        let rows = |is_last: bool| {
            let mut rows = RowsBuilder::new(table.clone(), Action::Write);
            rows.push(&Change::Insert(vec![Value::Int(1)]));
            if is_last {
                rows.set_statement_end();
            }
            event(rows.kind(), |out| rows.encode(out))
        };
        let mut decoder = Decoder { checksums: true, ..Decoder::default() };
        let mut decode = |(header, bytes)| decoder.decode(0, Header { next: 0, ..header }, bytes).map(|_| ());
        let unknown = Err(Fault::Wrong("rows of a table that no TABLE_MAP before them describes".into()));
        assert_eq!(decode(rows(false)), unknown, "before its TABLE_MAP");
        assert_eq!(decode(event(Kind::TABLE_MAP, |out| table.encode(out))), Ok(()));
        assert_eq!(decode(rows(false)), Ok(()));
        assert_eq!(decode(rows(true)), Ok(()), "the last rows of the statement");
        assert_eq!(decode(rows(false)), unknown, "after the statement");
    }
}
