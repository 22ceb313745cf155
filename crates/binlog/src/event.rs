//! Every event as one type: bytes to values.

use crate::error::Parsed;
use crate::format::FormatDescription;
use crate::given::Given;
use crate::gtid::{self, Gtid, GtidSet, ListedGtid, MariadbGtid};
use crate::header::{Header, Kind};
use crate::query::Query;
use crate::rows::{Action, Rows};
use crate::table::TableMap;
use crate::wire::Input;
use innolab_base::Xid;
use std::sync::Arc;

/// What an event says.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// How the file is to be read.
    FormatDescription(FormatDescription),
    /// The log goes on in another file.
    Rotate {
        /// Its name, without a directory.
        next_file: String,
        /// The offset of the first event to read there.
        position: u64,
    },
    /// The server shut down.
    Stop,
    /// A MySQL transaction begins; it has a global id.
    Gtid(Gtid),
    /// A MySQL transaction begins.
    AnonymousGtid(Gtid),
    /// The global ids of all files before this one.
    PreviousGtids(GtidSet),
    /// A statement.
    Query(Query),
    /// A value for the statement that follows.
    Given(Given),
    /// The statement whose rows follow; MySQL's ROWS_QUERY and MariaDB's ANNOTATE_ROWS.
    RowsQuery(String),
    /// What the rows that follow belong to.
    TableMap(Arc<TableMap>),
    /// Rows that changed.
    Rows(Rows),
    /// The transaction committed.
    Xid(Xid),
    /// A MariaDB transaction begins.
    MariadbGtid(MariadbGtid),
    /// The global ids of all files before this one (MariaDB).
    GtidList(Vec<ListedGtid>),
    /// The oldest file that MariaDB's recovery needs.
    BinlogCheckpoint(String),
    /// An event of another kind, its bytes untouched.
    Other(Vec<u8>),
}

impl Event {
    /// Takes apart an event's body, which ends before the CRC. `table` finds what a table id stands for.
    pub(crate) fn decode(header: &Header, body: &[u8], table: impl Fn(u64) -> Option<Arc<TableMap>>) -> Parsed<Event> {
        let mut input = Input::new(body);
        Ok(match header.kind {
            Kind::FORMAT_DESCRIPTION => Event::FormatDescription(FormatDescription::decode(body)?),
            Kind::ROTATE => {
                let position = input.u64()?;
                Event::Rotate { position, next_file: crate::wire::text(input.rest())? }
            }
            Kind::STOP => Event::Stop,
            Kind::GTID => Event::Gtid(Gtid::decode(body)?),
            Kind::ANONYMOUS_GTID => Event::AnonymousGtid(Gtid::decode(body)?),
            Kind::PREVIOUS_GTIDS => Event::PreviousGtids(gtid::previous(body)?),
            Kind::QUERY => Event::Query(Query::decode(body)?),
            Kind::INTVAR | Kind::USER_VAR => match Given::decode(header.kind, body)? {
                Some(given) => Event::Given(given),
                None => Event::Other(body.to_vec()),
            },
            // A byte with the text's length modulo 256 comes first.
            Kind::ROWS_QUERY => {
                input.u8()?;
                Event::RowsQuery(String::from_utf8_lossy(input.rest()).into_owned())
            }
            Kind::ANNOTATE_ROWS => Event::RowsQuery(String::from_utf8_lossy(body).into_owned()),
            Kind::TABLE_MAP => Event::TableMap(Arc::new(TableMap::decode(body)?)),
            Kind::XID => Event::Xid(Xid(input.u64()?)),
            Kind::MARIADB_GTID => Event::MariadbGtid(MariadbGtid::decode(body)?),
            Kind::GTID_LIST => Event::GtidList(gtid::list(body)?),
            Kind::BINLOG_CHECKPOINT => {
                let len = input.u32()?;
                Event::BinlogCheckpoint(input.text(len as usize)?)
            }
            kind if Action::of(kind).is_some() => Event::Rows(Rows::decode(kind, body, table)?),
            _ => Event::Other(body.to_vec()),
        })
    }
}

/// An event at its place in a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its first byte.
    pub offset: u64,
    /// Its header.
    pub header: Header,
    /// What it says.
    pub event: Event,
}

impl Entry {
    /// The byte after it.
    pub fn end(&self) -> u64 {
        self.offset + u64::from(self.header.len)
    }
}
