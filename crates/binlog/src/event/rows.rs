//! WRITE_ROWS, UPDATE_ROWS, DELETE_ROWS: the rows that changed, as images before and after the change.
//!
//! ```text
//! post-header  table id 6 | flags 2 | v2 only: length of extra data 2, itself included; the extra data
//! body         columns: lenenc | present: a bit for each column | UPDATE: the same for the images after
//!              | WRITE: (after)*   UPDATE: (before after)*   DELETE: (before)*
//! PARTIAL      as UPDATE; an image after begins with: options, lenenc | if bit 0 is set: a bit for each JSON column of
//!              the table, 1 if the image has the changes of its document's parts, not the document
//! COMPRESSED   MariaDB: all images are one compressed part (`compressed`)
//! ```
//!
//! RULES
//!
//! - **R1** An image has at least one present column, so it has at least one byte, and reading always ends.
//! - **R2** Images written here are full: every column is present (`binlog_row_image = FULL`).
//! - **R3** The last rows event of a statement has [`STATEMENT_END`]; the statement's table ids end there.
//! - **R4** Every image is checked when [`Rows`] are decoded, so [`Rows::changes`] yields no error.
//! - **R5** Decoded [`Rows`] share the reader's buffer; they copy nothing until a value is asked for. Compressed ones
//!   have a buffer of their own.
//! - **R6** Rows of a table with a column of an unknown type are [`RowsEvent::Opaque`]: bytes, not rows. So are rows
//!   that break R4 in a table with one of the times from before MySQL 5.6.4: their size under MariaDB's
//!   `mysql56_temporal_format = OFF` is in no log.
//!
//! MySQL's counterpart: `Rows_log_event`.

use super::compressed;
use super::header::Kind;
use super::row_image::{Row, check_image, get_image, put_image};
use super::table_map::{TableMap, Tables};
use super::wire::{GetFields, PutFields, bit, put_bits};
use crate::error::{Decoded, Malformed};
use bytes::{Buf, BufMut, Bytes};
use std::iter::repeat_n;
use std::sync::Arc;

/// Flag: the event is the last of its statement (R3).
#[doc(alias = "STMT_END_F")]
pub const STATEMENT_END: u16 = 1;

/// Option of an image after: it may have parts of JSON documents.
const PARTIAL_JSON: u64 = 1;

/// The change that all rows of an event have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Rows were inserted.
    Write,
    /// Rows were updated.
    Update,
    /// Rows were deleted.
    Delete,
}

impl Action {
    /// The kind of its rows event, version 2.
    pub fn kind(self) -> Kind {
        match self {
            Action::Write => Kind::WRITE_ROWS,
            Action::Update => Kind::UPDATE_ROWS,
            Action::Delete => Kind::DELETE_ROWS,
        }
    }

    /// Number of images of a row.
    fn images(self) -> usize {
        if self == Action::Update { 2 } else { 1 }
    }

    /// The action of a rows event of this kind, true if it is version 2, and the form of its images; `None` for other
    /// kinds.
    pub(super) fn of(kind: Kind) -> Option<(Action, bool, Form)> {
        use Action::{Delete, Update, Write};
        Some(match kind {
            Kind::WRITE_ROWS => (Write, true, Form::Plain),
            Kind::UPDATE_ROWS => (Update, true, Form::Plain),
            Kind::DELETE_ROWS => (Delete, true, Form::Plain),
            Kind::PARTIAL_UPDATE_ROWS => (Update, true, Form::PartialJson),
            Kind::WRITE_ROWS_V1 => (Write, false, Form::Plain),
            Kind::UPDATE_ROWS_V1 => (Update, false, Form::Plain),
            Kind::DELETE_ROWS_V1 => (Delete, false, Form::Plain),
            Kind::WRITE_ROWS_COMPRESSED_V1 => (Write, false, Form::Compressed),
            Kind::UPDATE_ROWS_COMPRESSED_V1 => (Update, false, Form::Compressed),
            Kind::DELETE_ROWS_COMPRESSED_V1 => (Delete, false, Form::Compressed),
            Kind::WRITE_ROWS_COMPRESSED => (Write, true, Form::Compressed),
            Kind::UPDATE_ROWS_COMPRESSED => (Update, true, Form::Compressed),
            Kind::DELETE_ROWS_COMPRESSED => (Delete, true, Form::Compressed),
            _ => return None,
        })
    }
}

/// How a rows event stores its images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Plain,
    Compressed,
    PartialJson,
}

/// The change of one row.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// It was inserted.
    Insert(Row),
    /// It was updated.
    Update {
        /// The row before the update.
        before: Row,
        /// The row after it.
        after: Row,
    },
    /// It was deleted.
    Delete(Row),
}

impl Change {
    /// The action of the rows event that the change belongs to.
    pub fn action(&self) -> Action {
        match self {
            Change::Insert(_) => Action::Write,
            Change::Update { .. } => Action::Update,
            Change::Delete(_) => Action::Delete,
        }
    }

    /// The row before the change; `None` for an insert.
    pub fn before(&self) -> Option<&Row> {
        match self {
            Change::Insert(_) => None,
            Change::Update { before, .. } | Change::Delete(before) => Some(before),
        }
    }

    /// The row after the change; `None` for a delete.
    pub fn after(&self) -> Option<&Row> {
        match self {
            Change::Delete(_) => None,
            Change::Update { after, .. } | Change::Insert(after) => Some(after),
        }
    }

    /// The change that undoes this one.
    pub fn reversed(self) -> Change {
        match self {
            Change::Insert(row) => Change::Delete(row),
            Change::Update { before, after } => Change::Update { before: after, after: before },
            Change::Delete(row) => Change::Insert(row),
        }
    }
}

/// Rows of one table that changed in the same way, as decoded from an event.
#[derive(Debug, Clone, PartialEq)]
#[doc(alias = "Rows_log_event")]
pub struct Rows {
    /// The table.
    pub table: Arc<TableMap>,
    /// The change of all rows.
    pub action: Action,
    /// See [`STATEMENT_END`].
    pub flags: u16,
    /// True if every image has all columns.
    full: bool,
    /// True if images after a change may have parts of JSON documents.
    partial_json: bool,
    /// The bitmaps of the present columns, one for each image of a row; then the images (R5). They share one [`Bytes`]
    /// to keep [`Event`](crate::Event) small: it is as large as its largest variant, and is moved often.
    body: Bytes,
}

impl Rows {
    /// Bytes of the images.
    pub fn data_len(&self) -> usize {
        self.images().len()
    }

    /// True if every column is present, and whole, in every image.
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// The changes, in order.
    pub fn changes(&self) -> Changes<'_> {
        Changes { rows: self, input: self.images() }
    }

    /// Decodes the body of a rows event of kind `kind`; afterwards R4 holds (R6).
    pub(super) fn decode(kind: Kind, mut body: Bytes, tables: &Tables) -> Decoded<RowsEvent> {
        let (action, v2, form) = Action::of(kind).ok_or("not a rows event")?;
        let mut input = &body[..];
        let (id, flags) = (input.try_get_uint_le(6)?, input.try_get_u16_le()?);
        if v2 {
            let len = input.try_get_u16_le()?.checked_sub(2);
            input.try_get_slice(len.ok_or("the length of the extra data does not cover itself")?.into())?;
        }
        let table = tables.get(&id).ok_or("rows of a table that no TABLE_MAP before them describes")?.clone();
        let columns = table.columns.len();
        if input.try_get_lenenc()? != columns as u64 {
            return Err(Malformed::Rule("rows have another number of columns than their table"));
        }
        let head = body.len() - input.len();
        let mut full = form != Form::PartialJson;
        for _ in 0..action.images() {
            let present = input.try_get_slice(columns.div_ceil(8))?;
            if !(0..columns).any(|i| bit(present, i)) {
                return Err(Malformed::Rule("an image has no columns"));
            }
            full &= (0..columns).all(|i| bit(present, i));
        }
        if form == Form::Compressed {
            let bitmaps = &body[head..body.len() - input.len()];
            body = [bitmaps, &compressed::event_part(input)?].concat().into();
        } else {
            body.advance(head);
        }
        let opaque = |table, body| Ok(RowsEvent::Opaque(OpaqueRows { table, action, flags, body }));
        if !table.is_known() {
            return opaque(table, body);
        }
        let rows = Rows { table, action, flags, full, partial_json: form == Form::PartialJson, body };
        match rows.check_images().map_err(|e| e.in_part("a row image")) {
            Err(_) if rows.table.has_old_times() => opaque(rows.table, rows.body),
            Err(e) => Err(e),
            Ok(()) => Ok(RowsEvent::Rows(rows)),
        }
    }

    /// Bytes of a bitmap of the columns.
    fn bitmap_len(&self) -> usize {
        self.table.columns.len().div_ceil(8)
    }

    /// The bitmap of the columns that are present in image `nth` of a row. An update has two images: 0 before, 1 after;
    /// other changes have image 0 only.
    fn present(&self, nth: usize) -> &[u8] {
        let len = self.bitmap_len();
        &self.body[nth * len..][..len]
    }

    /// Takes the bits that say which JSON columns have parts only in the image after; none if all have documents.
    fn json_parts<'a>(&self, input: &mut &'a [u8]) -> Decoded<&'a [u8]> {
        if !self.partial_json || input.try_get_lenenc()? & PARTIAL_JSON == 0 {
            return Ok(&[]);
        }
        input.try_get_slice(self.table.json_columns().div_ceil(8))
    }

    fn images(&self) -> &[u8] {
        &self.body[self.action.images() * self.bitmap_len()..]
    }

    /// Checks every image without making a value (R4).
    fn check_images(&self) -> Decoded<()> {
        let mut input = self.images();
        let (first, second) = (self.present(0), (self.action == Action::Update).then(|| self.present(1)));
        while !input.is_empty() {
            check_image(&self.table, first, &mut input)?;
            if let Some(second) = second {
                self.json_parts(&mut input)?;
                check_image(&self.table, second, &mut input)?;
            }
        }
        Ok(())
    }
}

/// A rows event as it can be read (R6).
#[derive(Debug, PartialEq)]
pub(super) enum RowsEvent {
    Rows(Rows),
    Opaque(OpaqueRows),
}

/// Rows that cannot be taken apart (R6).
#[derive(Debug, Clone, PartialEq)]
pub struct OpaqueRows {
    /// The table.
    pub table: Arc<TableMap>,
    /// The change of all rows.
    pub action: Action,
    /// See [`STATEMENT_END`].
    pub flags: u16,
    /// The bitmaps of the present columns and the images.
    pub body: Bytes,
}

impl OpaqueRows {
    /// The first column whose values cannot be read, as a message names it.
    pub fn unread_column(&self) -> String {
        self.table.unread_column()
    }
}

/// The changes of an event; see [`Rows::changes`].
#[derive(Clone)]
pub struct Changes<'a> {
    rows: &'a Rows,
    input: &'a [u8],
}

impl Changes<'_> {
    fn read(&mut self) -> Decoded<Change> {
        let (rows, table) = (self.rows, &self.rows.table);
        let first = get_image(table, rows.present(0), &[], &mut self.input)?;
        Ok(match rows.action {
            Action::Write => Change::Insert(first),
            Action::Delete => Change::Delete(first),
            Action::Update => {
                let parts = rows.json_parts(&mut self.input)?;
                Change::Update { before: first, after: get_image(table, rows.present(1), parts, &mut self.input)? }
            }
        })
    }
}

impl Iterator for Changes<'_> {
    type Item = Decoded<Change>;

    fn next(&mut self) -> Option<Decoded<Change>> {
        if self.input.is_empty() {
            return None;
        }
        let change = self.read();
        if change.is_err() {
            self.input = &[];
        }
        Some(change)
    }
}

/// A rows event that is being written, with full images (R2).
#[derive(Debug)]
pub(crate) struct RowsBuilder {
    table: Arc<TableMap>,
    action: Action,
    flags: u16,
    images: Vec<u8>,
}

impl RowsBuilder {
    /// An event without rows.
    pub(crate) fn new(table: Arc<TableMap>, action: Action) -> RowsBuilder {
        RowsBuilder { table, action, flags: 0, images: Vec::new() }
    }

    /// Appends a row. REQUIRES: a change of this action; of each row one value for each column, of its type.
    pub(crate) fn push(&mut self, change: &Change) {
        assert_eq!(change.action(), self.action, "all rows of an event have the same action");
        for row in [change.before(), change.after()].into_iter().flatten() {
            put_image(&self.table, row, &mut self.images);
        }
    }

    /// True if a change of `table` can be pushed.
    pub(crate) fn takes(&self, table: &TableMap, action: Action) -> bool {
        self.table.id == table.id && self.action == action
    }

    /// Bytes of the images so far.
    pub(crate) fn data_len(&self) -> usize {
        self.images.len()
    }

    /// Marks the event as the last of its statement (R3).
    pub(crate) fn set_statement_end(&mut self) {
        self.flags |= STATEMENT_END;
    }

    /// The event's kind.
    pub(crate) fn kind(&self) -> Kind {
        self.action.kind()
    }

    /// Appends the event's body, version 2.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        let columns = self.table.columns.len();
        out.put_uint_le(self.table.id, 6);
        out.put_u16_le(self.flags);
        out.put_u16_le(2);
        out.put_lenenc(columns as u64);
        for _ in 0..self.action.images() {
            put_bits(out, repeat_n(true, columns));
        }
        out.put_slice(&self.images);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Column, ColumnType, Value};

    fn table() -> Arc<TableMap> {
        Arc::new(TableMap {
            id: 7,
            db: "lab".into(),
            table: "h".into(),
            columns: vec![
                Column::new("id", ColumnType::INT),
                Column::new("age", ColumnType::INT).null(),
                Column::new("name", ColumnType::Varchar { max_bytes: 20 }).null(),
            ],
            primary_key: vec![0],
            has_signs: true,
        })
    }

    fn row(id: i64, age: Option<i64>, name: Option<&str>) -> Row {
        let name = name.map_or(Value::Null, |n| Value::Bytes(n.into()));
        vec![Value::Int(id), age.map_or(Value::Null, Value::Int), name]
    }

    fn tables() -> Tables {
        Tables::from([(7, table())])
    }

    fn decoded(kind: Kind, body: Vec<u8>) -> Rows {
        match Rows::decode(kind, body.into(), &tables()).expect("it is well formed") {
            RowsEvent::Rows(rows) => rows,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn r6_rows_of_an_unknown_type_and_odd_old_times_are_opaque() {
        let of = |code: u8| {
            let columns = [&[7, 0, 0, 0, 0, 0, 1, 0][..], b"\x03lab\0\x01h\0", &[1, code, 0, 0]].concat();
            Tables::from([(7, Arc::new(TableMap::decode(&columns, false).expect("it is well formed")))])
        };
        let body = [&[7, 0, 0, 0, 0, 0, 1, 0, 1, 1][..], &[0, 1, 2, 3, 4, 0]].concat();
        let read = |code| Rows::decode(Kind::WRITE_ROWS_V1, body.clone().into(), &of(code));
        for code in [77, 11] {
            let Ok(RowsEvent::Opaque(rows)) = read(code) else { panic!("{:?}", read(code)) };
            assert_eq!((rows.flags, rows.body.len()), (STATEMENT_END, 7), "type {code}");
        }
        assert!(read(3).is_err(), "an INT has four bytes");
    }

    #[test]
    fn rows_round_trip_and_the_bytes_are_those_of_the_head() {
        let mut rows = RowsBuilder::new(table(), Action::Update);
        rows.set_statement_end();
        let change = Change::Update { before: row(1, Some(10), Some("ann")), after: row(1, Some(11), None) };
        rows.push(&change);
        let mut body = Vec::new();
        rows.encode(&mut body);
        let want: &[&[u8]] = &[
            &[7, 0, 0, 0, 0, 0, 1, 0, 2, 0, 3, 7, 7],
            &[0, 1, 0, 0, 0, 10, 0, 0, 0, 3],
            b"ann",
            &[0b100, 1, 0, 0, 0, 11, 0, 0, 0],
        ];
        assert_eq!(body, want.concat());
        let read = decoded(Kind::UPDATE_ROWS, body);
        assert_eq!((read.flags, read.is_full(), &read.table), (STATEMENT_END, true, &table()));
        assert_eq!(read.changes().collect::<Decoded<Vec<_>>>(), Ok(vec![change]));
    }

    #[test]
    fn version_1_and_images_that_are_not_full_are_read() {
        let body = [&[7, 0, 0, 0, 0, 0, 1, 0, 3, 0b101][..], &[0b10, 9, 0, 0, 0], &[0, 8, 0, 0, 0, 1, b'x']].concat();
        let rows = decoded(Kind::DELETE_ROWS_V1, body);
        assert!(!rows.is_full());
        let of = |id, name| Change::Delete(vec![Value::Int(id), Value::Missing, name]);
        let want = vec![of(9, Value::Null), of(8, Value::Bytes(b"x".to_vec()))];
        assert_eq!(rows.changes().collect::<Decoded<Vec<_>>>(), Ok(want));
    }

    /// `binlog_row_image = MINIMAL`: the key before, the changed column after.
    #[test]
    fn an_update_has_a_bitmap_for_each_of_its_images() {
        let head = [7, 0, 0, 0, 0, 0, 1, 0, 2, 0, 3, 0b001, 0b100];
        let body = [&head[..], &[0, 9, 0, 0, 0], &[0, 1, b'x']].concat();
        let rows = decoded(Kind::UPDATE_ROWS, body);
        assert!(!rows.is_full());
        let before = vec![Value::Int(9), Value::Missing, Value::Missing];
        let after = vec![Value::Missing, Value::Missing, Value::Bytes(b"x".to_vec())];
        let want = vec![Change::Update { before, after }];
        assert_eq!(rows.changes().collect::<Decoded<Vec<_>>>(), Ok(want));
    }

    #[test]
    fn malformed_rows_are_refused_by_rule() {
        let decode = |body: &[u8]| Rows::decode(Kind::WRITE_ROWS, Bytes::copy_from_slice(body), &tables()).map(|_| ());
        let rule = |rule| Err(Malformed::Rule(rule));
        let head = [7, 0, 0, 0, 0, 0, 1, 0, 2, 0];
        let with = |tail: &[u8]| decode(&[&head[..], tail].concat());
        assert_eq!(with(&[3, 7]), Ok(()), "an event without rows is valid");
        assert_eq!(with(&[3, 0]), rule("an image has no columns"));
        assert_eq!(with(&[3, 8]), rule("an image has no columns"), "a bit beyond the columns does not count");
        assert_eq!(with(&[2, 3]), rule("rows have another number of columns than their table"));
        let cut = with(&[3, 7, 0, 1, 0, 0]).expect_err("the first column has three bytes of four").to_string();
        assert_eq!(cut, "a row image ends in the middle of a field (4 bytes needed, 3 left)");
        let mut other = head.to_vec();
        other[0] = 8;
        assert_eq!(decode(&other), rule("rows of a table that no TABLE_MAP before them describes"));
        other[8] = 1;
        assert_eq!(decode(&other), rule("the length of the extra data does not cover itself"));
    }

    #[test]
    fn a_change_reversed_twice_is_itself() {
        for change in [
            Change::Insert(row(1, None, None)),
            Change::Delete(row(1, None, None)),
            Change::Update { before: row(1, None, None), after: row(2, None, None) },
        ] {
            let back = change.clone().reversed();
            assert_eq!((back.before(), back.after()), (change.after(), change.before()));
            assert_eq!(back.reversed(), change);
        }
    }
}
