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
//! - **R2** An event shares the buffer that it was decoded from. An event that is kept keeps all of that buffer.
//!
//! MySQL's counterpart: `Log_event_footer::event_checksum_test`, `binlog_event_deserialize`, `table_mapping`.

use super::body::{Entry, Event};
use super::format_description::has_checksum;
use super::header::{CHECKSUM_LEN, HEADER_LEN, Header, Kind, checksum};
use super::rows::STATEMENT_END;
use super::table_map::Tables;
use crate::error::{Decoded, Malformed};
use bytes::{Buf, Bytes};

/// What earlier events say about later ones.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    /// True if events have checksums. Each FORMAT_DESCRIPTION says whether it has one itself.
    checksums: bool,
    tables: Tables,
}

impl Decoder {
    /// Decodes the event at `offset`. `event` is all of it, the header included, which `header` is.
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
