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
//!
//! MySQL's counterpart: `Log_event_footer::event_checksum_test`, `binlog_event_deserialize`, `table_mapping`.

use super::body::{Entry, Event};
use super::format_description::has_checksum;
use super::header::{CHECKSUM_LEN, HEADER_LEN, Header, Kind, checksum};
use super::rows::STATEMENT_END;
use super::table_map::Tables;
use crate::error::{Decoded, Malformed};
use bytes::{Buf, Bytes};

/// Decodes events in file order, and keeps what an event says about later ones.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    /// True if events have checksums, FORMAT_DESCRIPTION excepted: its server version decides (`format_description`
    /// R1).
    checksums: bool,
    tables: Tables,
}

impl Decoder {
    /// Decodes the event at `offset`. `event`: all its bytes, from the header to the CRC; `header`: its header,
    /// decoded.
    pub(crate) fn decode(&mut self, offset: u64, header: Header, mut event: Bytes) -> Decoded<Entry> {
        let summed = if header.kind == Kind::FORMAT_DESCRIPTION { has_checksum(&event) } else { self.checksums };
        if summed {
            let end = event.len().checked_sub(CHECKSUM_LEN).filter(|end| *end >= HEADER_LEN);
            let end = end.ok_or("an event is shorter than its header and checksum")?;
            if (&event[end..]).get_u32_le() != checksum(&event[..end]) {
                return Err(Malformed::Rule("the checksum does not match"));
            }
            event.truncate(end);
        }
        event.advance(HEADER_LEN);
        let part = |e: Malformed| e.in_part(header.kind.name().unwrap_or_default());
        let event = Event::decode(&header, event, &self.tables).map_err(part)?;
        self.follow(&event);
        Ok(Entry { offset, header, event })
    }

    /// Remembers what `event` says about later events.
    fn follow(&mut self, event: &Event) {
        match event {
            Event::FormatDescription(format) => self.checksums = format.checksum,
            Event::TableMap(map) => drop(self.tables.insert(map.id, map.clone())),
            Event::Rows(rows) if rows.flags & STATEMENT_END != 0 => self.tables.clear(),
            _ => {}
        }
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
        let table = TableMap { id: 7, db: "lab".into(), table: "t".into(), columns, primary_key: vec![0] };
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
        let mut decode = |(header, bytes)| decoder.decode(4, header, bytes).map(|_| ());
        let unknown = Err(Malformed::Rule("rows of a table that no TABLE_MAP before them describes"));
        assert_eq!(decode(rows(false)), unknown, "before its TABLE_MAP");
        assert_eq!(decode(event(Kind::TABLE_MAP, |out| table.encode(out))), Ok(()));
        assert_eq!(decode(rows(false)), Ok(()));
        assert_eq!(decode(rows(true)), Ok(()), "the last rows of the statement");
        assert_eq!(decode(rows(false)), unknown, "after the statement");
    }
}
