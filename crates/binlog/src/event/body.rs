//! Every event as one type, and the decoding of a body by its kind.
//!
//! An event of a kind that is not read here is [`Event::Other`]: its bytes are passed on without a copy.
//!
//! MySQL's counterpart: `Log_event::read_log_event`, `binlog_event_deserialize`.

use super::format_description::FormatDescription;
use super::gtid::{Gtid, GtidSet, ListedGtid, MariadbGtid, gtid_list, previous_gtids};
use super::header::{Header, Kind};
use super::query::Query;
use super::rows::{Action, OpaqueRows, Rows, RowsEvent};
use super::statement_context::StatementContext;
use super::table_map::{TableMap, Tables};
use super::wire::{GetFields, text};
use crate::error::Decoded;
use bytes::{Buf, Bytes};
use innolab_base::Xid;
use std::sync::Arc;

/// The contents of an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The format of the file.
    FormatDescription(FormatDescription),
    /// The log goes on in another file.
    Rotate {
        /// The file's name, without a directory.
        next_file: String,
        /// The offset of the first event to read there.
        position: u64,
    },
    /// The server shut down.
    Stop,
    /// A MySQL transaction with a global id begins.
    Gtid(Gtid),
    /// A MySQL transaction without a global id begins.
    AnonymousGtid(Gtid),
    /// The global ids of all files before this one.
    PreviousGtids(GtidSet),
    /// A statement.
    Query(Query),
    /// A session value that the next statement uses.
    StatementContext(StatementContext),
    /// The statement whose rows follow; MySQL's ROWS_QUERY and MariaDB's ANNOTATE_ROWS.
    RowsQuery(String),
    /// The table of the rows that follow, and its columns.
    TableMap(Arc<TableMap>),
    /// Rows that changed.
    Rows(Rows),
    /// Rows that changed, of a table with a column whose values cannot be read.
    OpaqueRows(OpaqueRows),
    /// The transaction committed.
    Xid(Xid),
    /// An XA transaction is prepared. A later statement, XA COMMIT or XA ROLLBACK, decides about it.
    XaPrepare {
        /// True if it is committed at once instead.
        one_phase: bool,
    },
    /// A whole transaction, compressed. The reader returns its events after it, with its offsets.
    Payload(Bytes),
    /// A MariaDB transaction begins.
    MariadbGtid(MariadbGtid),
    /// The global ids of all files before this one (MariaDB).
    GtidList(Vec<ListedGtid>),
    /// The oldest file that MariaDB's recovery needs.
    BinlogCheckpoint(String),
    /// The body of an event of another kind.
    Other(Bytes),
}

impl Event {
    /// Decodes an event's body, which ends before the CRC. `tables`: the table ids that are valid here; `mariadb`: a
    /// MariaDB wrote it.
    pub(super) fn decode(header: &Header, body: Bytes, tables: &Tables, mariadb: bool) -> Decoded<Event> {
        let mut input = &body[..];
        Ok(match header.kind {
            Kind::FORMAT_DESCRIPTION => Event::FormatDescription(FormatDescription::decode(input)?),
            Kind::ROTATE => {
                let position = input.try_get_u64_le()?;
                Event::Rotate { position, next_file: text(input)? }
            }
            Kind::STOP => Event::Stop,
            Kind::GTID => Event::Gtid(Gtid::decode(input)?),
            Kind::ANONYMOUS_GTID => Event::AnonymousGtid(Gtid::decode(input)?),
            Kind::PREVIOUS_GTIDS => Event::PreviousGtids(previous_gtids(input)?),
            Kind::GTID_TAGGED => Event::Gtid(Gtid::decode_tagged(input)?),
            Kind::XA_PREPARE => Event::XaPrepare { one_phase: input.try_get_u8()? != 0 },
            Kind::TRANSACTION_PAYLOAD => Event::Payload(body),
            Kind::QUERY => Event::Query(Query::decode(input)?),
            Kind::QUERY_COMPRESSED => Event::Query(Query::decode_compressed(input)?),
            Kind::INTVAR | Kind::USER_VAR => match StatementContext::decode(header.kind, input)? {
                Some(context) => Event::StatementContext(context),
                None => Event::Other(body),
            },
            // A byte with the text's length modulo 256 comes first.
            Kind::ROWS_QUERY => {
                input.try_get_u8()?;
                Event::RowsQuery(String::from_utf8_lossy(input).into_owned())
            }
            Kind::ANNOTATE_ROWS => Event::RowsQuery(String::from_utf8_lossy(input).into_owned()),
            Kind::TABLE_MAP => Event::TableMap(Arc::new(TableMap::decode(input, mariadb)?)),
            Kind::XID => Event::Xid(Xid(input.try_get_u64_le()?)),
            Kind::MARIADB_GTID => Event::MariadbGtid(MariadbGtid::decode(input)?),
            Kind::GTID_LIST => Event::GtidList(gtid_list(input)?),
            Kind::BINLOG_CHECKPOINT => {
                let len = input.try_get_u32_le()?;
                Event::BinlogCheckpoint(input.try_get_text(len as usize)?)
            }
            kind if Action::of(kind).is_some() => match Rows::decode(kind, body, tables)? {
                RowsEvent::Rows(rows) => Event::Rows(rows),
                RowsEvent::Opaque(rows) => Event::OpaqueRows(rows),
            },
            _ => Event::Other(body),
        })
    }
}

/// An event and its offset in a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Offset of its first byte; of an event in a payload, that of the payload.
    pub offset: u64,
    /// Offset of the byte after it; of an event in a payload, that after the payload.
    pub end: u64,
    /// Its header.
    pub header: Header,
    /// Its contents.
    pub event: Event,
}
