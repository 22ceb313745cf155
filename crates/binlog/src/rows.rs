//! WRITE_ROWS, UPDATE_ROWS, DELETE_ROWS: the rows that changed, as images before and after.
//!
//! ```text
//! post-header  table id 6 | flags 2 | v2 only: length of extra data 2, itself included; the extra data
//! body         columns: packed | present: a bit for each column | UPDATE: present in the image after
//!              | WRITE: (after)*   UPDATE: (before after)*   DELETE: (before)*
//! image        NULL: a bit for each present column | value of each present column that is not NULL
//! ```
//!
//! RULES
//!
//! - **R1** An image has at least one present column, so it has at least one byte: rows cannot be without end.
//! - **R2** Images written here are full: every column is present (`binlog_row_image = FULL`).
//! - **R3** The last rows event of a statement has [`STATEMENT_END`]; then the table ids are free again.
//! - **R4** [`Rows`] from a reader were walked once: [`Rows::changes`] of them meets no error.
//!
//! MySQL's counterpart: `Rows_log_event`.

use crate::error::Parsed;
use crate::header::Kind;
use crate::table::TableMap;
use crate::value::Value;
use crate::wire::{Input, bit, put_bits, put_int, put_packed};
use std::sync::Arc;

/// Flag: the statement ends with this event (R3).
#[doc(alias = "STMT_END_F")]
pub const STATEMENT_END: u16 = 1;

/// What happened to the rows of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Rows came.
    Write,
    /// Rows changed.
    Update,
    /// Rows went.
    Delete,
}

impl Action {
    /// The kind of a rows event, version 2.
    pub fn kind(self) -> Kind {
        match self {
            Action::Write => Kind::WRITE_ROWS,
            Action::Update => Kind::UPDATE_ROWS,
            Action::Delete => Kind::DELETE_ROWS,
        }
    }

    /// What a rows event of this kind does and whether it is version 2; `None` for other kinds.
    pub(crate) fn of(kind: Kind) -> Option<(Action, bool)> {
        Some(match kind {
            Kind::WRITE_ROWS => (Action::Write, true),
            Kind::UPDATE_ROWS => (Action::Update, true),
            Kind::DELETE_ROWS => (Action::Delete, true),
            Kind::WRITE_ROWS_V1 => (Action::Write, false),
            Kind::UPDATE_ROWS_V1 => (Action::Update, false),
            Kind::DELETE_ROWS_V1 => (Action::Delete, false),
            _ => return None,
        })
    }
}

/// A row: a value for each column; of an image that is not full, NULL for what is not present.
pub type Row = Vec<Value>;

/// What happened to one row.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// It came.
    Insert(Row),
    /// It changed.
    Update {
        /// As it was.
        before: Row,
        /// As it is now.
        after: Row,
    },
    /// It went.
    Delete(Row),
}

impl Change {
    /// What rows event the change goes into.
    pub fn action(&self) -> Action {
        match self {
            Change::Insert(_) => Action::Write,
            Change::Update { .. } => Action::Update,
            Change::Delete(_) => Action::Delete,
        }
    }

    /// The row before, if there was one.
    pub fn before(&self) -> Option<&Row> {
        match self {
            Change::Insert(_) => None,
            Change::Update { before, .. } | Change::Delete(before) => Some(before),
        }
    }

    /// The row after, if there is one.
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

/// Rows of one table to which the same happened.
#[derive(Debug, Clone, PartialEq)]
#[doc(alias = "Rows_log_event")]
pub struct Rows {
    /// The table.
    pub table: Arc<TableMap>,
    /// What happened.
    pub action: Action,
    /// See [`STATEMENT_END`].
    pub flags: u16,
    /// Which columns an image has: before (or the only one), after.
    present: [Vec<u8>; 2],
    /// Whether these are all columns.
    full: bool,
    /// The images.
    data: Vec<u8>,
}

impl Rows {
    /// No rows yet, full images (R2).
    pub fn new(table: Arc<TableMap>, action: Action) -> Rows {
        let mut all = Vec::new();
        put_bits(&mut all, table.columns.iter().map(|_| true));
        Rows { table, action, flags: 0, present: [all.clone(), all], full: true, data: Vec::new() }
    }

    /// Adds a row. REQUIRES full images, a change of this action, and of each row one value for each column, of its type.
    pub fn push(&mut self, change: &Change) {
        assert_eq!(change.action(), self.action, "an event has rows of one kind");
        assert!(self.full, "R2: images written here are full");
        for row in [change.before(), change.after()].into_iter().flatten() {
            put_image(&self.table, row, &mut self.data);
        }
    }

    /// Bytes of the images.
    pub fn data_len(&self) -> usize {
        self.data.len()
    }

    /// Whether every column is present in every image.
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// The rows, in order.
    pub fn changes(&self) -> Changes<'_> {
        Changes { rows: self, input: Input::new(&self.data) }
    }

    /// Appends the event's body, version 2.
    pub fn encode(&self, out: &mut Vec<u8>) {
        put_int(out, self.table.id, 6);
        put_int(out, self.flags.into(), 2);
        put_int(out, 2, 2);
        put_packed(out, self.table.columns.len() as u64);
        out.extend_from_slice(&self.present[0]);
        if self.action == Action::Update {
            out.extend_from_slice(&self.present[1]);
        }
        out.extend_from_slice(&self.data);
    }

    /// Takes the body of an event of kind `kind` apart; `table` finds what a table id stands for. Afterwards R4 holds.
    pub(crate) fn decode(kind: Kind, body: &[u8], table: impl Fn(u64) -> Option<Arc<TableMap>>) -> Parsed<Rows> {
        let (action, v2) = Action::of(kind).ok_or("not a rows event")?;
        let mut input = Input::new(body);
        let (id, flags) = (input.int(6)?, input.u16()?);
        if v2 {
            let len = input.u16()?.checked_sub(2).ok_or("the length of the extra data does not cover itself")?;
            input.take(len.into())?;
        }
        let table = table(id).ok_or("rows of a table that no TABLE_MAP before them describes")?;
        if input.packed()? != table.columns.len() as u64 {
            return Err("rows have another number of columns than their table");
        }
        let mut present = || {
            let bits = input.take(table.columns.len().div_ceil(8))?.to_vec();
            let any = (0..table.columns.len()).any(|i| bit(&bits, i));
            if any { Ok(bits) } else { Err("an image has no columns") }
        };
        let first = present()?;
        let second = if action == Action::Update { present()? } else { first.clone() };
        let data = input.rest().to_vec();
        let full = (0..table.columns.len()).all(|i| bit(&first, i) && bit(&second, i));
        let rows = Rows { table, action, flags, present: [first, second], full, data };
        rows.walk()?;
        Ok(rows)
    }

    /// R4, without making a value.
    fn walk(&self) -> Parsed<()> {
        let mut input = Input::new(&self.data);
        let images = if self.action == Action::Update { 2 } else { 1 };
        while !input.is_empty() {
            for present in &self.present[..images] {
                walk_image(&self.table, present, &mut input)?;
            }
        }
        Ok(())
    }
}

/// The rows of an event; see [`Rows::changes`].
#[derive(Clone)]
pub struct Changes<'a> {
    rows: &'a Rows,
    input: Input<'a>,
}

impl Changes<'_> {
    fn read(&mut self) -> Parsed<Change> {
        let Rows { table, present, .. } = self.rows;
        let first = get_image(table, &present[0], &mut self.input)?;
        Ok(match self.rows.action {
            Action::Write => Change::Insert(first),
            Action::Delete => Change::Delete(first),
            Action::Update => Change::Update { before: first, after: get_image(table, &present[1], &mut self.input)? },
        })
    }
}

impl Iterator for Changes<'_> {
    type Item = Parsed<Change>;

    fn next(&mut self) -> Option<Parsed<Change>> {
        if self.input.is_empty() {
            return None;
        }
        let change = self.read();
        if change.is_err() {
            self.input.rest();
        }
        Some(change)
    }
}

fn put_image(table: &TableMap, row: &Row, out: &mut Vec<u8>) {
    assert_eq!(row.len(), table.columns.len(), "a row of {}.{} has a value for each column", table.db, table.table);
    put_bits(out, row.iter().map(|v| *v == Value::Null));
    for (column, value) in table.columns.iter().zip(row) {
        match value {
            Value::Null => {
                assert!(column.nullable, "NULL in a column of {}.{} that is NOT NULL", table.db, table.table)
            }
            value => column.ty.put(value, out),
        }
    }
}

fn walk_image(table: &TableMap, present: &[u8], input: &mut Input<'_>) -> Parsed<()> {
    let there = || table.columns.iter().enumerate().filter(|(i, _)| bit(present, *i));
    let nulls = input.take(there().count().div_ceil(8))?;
    there().enumerate().filter(|(nth, _)| !bit(nulls, *nth)).try_for_each(|(_, (_, column))| column.ty.check(input))
}

fn get_image(table: &TableMap, present: &[u8], input: &mut Input<'_>) -> Parsed<Row> {
    let columns = table.columns.len();
    let count = (0..columns).filter(|i| bit(present, *i)).count();
    let nulls = input.take(count.div_ceil(8))?;
    let mut nth = 0;
    let mut row = Vec::with_capacity(columns);
    for (i, column) in table.columns.iter().enumerate() {
        let there = bit(present, i);
        let null = !there || bit(nulls, nth);
        nth += usize::from(there);
        row.push(if null { Value::Null } else { column.ty.get(input)? });
    }
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::column::ColumnType;
    use crate::table::Column;

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
        })
    }

    fn row(id: i64, age: Option<i64>, name: Option<&str>) -> Row {
        let name = name.map_or(Value::Null, |n| Value::Bytes(n.into()));
        vec![Value::Int(id), age.map_or(Value::Null, Value::Int), name]
    }

    fn round(rows: &Rows) -> Rows {
        let mut body = Vec::new();
        rows.encode(&mut body);
        Rows::decode(rows.action.kind(), &body, |id| (id == 7).then(table)).expect("it is well formed")
    }

    #[test]
    fn bytes_by_hand_and_back() {
        let mut rows = Rows::new(table(), Action::Update);
        rows.flags = STATEMENT_END;
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
        assert_eq!(round(&rows), rows);
        assert_eq!(round(&rows).changes().collect::<Parsed<Vec<_>>>(), Ok(vec![change]));
    }

    #[test]
    fn version_1_and_images_that_are_not_full() {
        let body = [&[7, 0, 0, 0, 0, 0, 1, 0, 3, 0b101][..], &[0b10, 9, 0, 0, 0], &[0, 8, 0, 0, 0, 1, b'x']].concat();
        let rows = Rows::decode(Kind::DELETE_ROWS_V1, &body, |_| Some(table())).expect("it is well formed");
        assert!(!rows.is_full());
        let want = vec![Change::Delete(row(9, None, None)), Change::Delete(row(8, None, Some("x")))];
        assert_eq!(rows.changes().collect::<Parsed<Vec<_>>>(), Ok(want));
    }

    #[test]
    fn what_is_wrong_has_a_name() {
        let decode = |body: &[u8]| Rows::decode(Kind::WRITE_ROWS, body, |id| (id == 7).then(table)).map(|_| ());
        let head = [7, 0, 0, 0, 0, 0, 1, 0, 2, 0];
        let with = |tail: &[u8]| decode(&[&head[..], tail].concat());
        assert_eq!(with(&[3, 7]), Ok(()), "no rows at all is fine");
        assert_eq!(with(&[3, 0]), Err("an image has no columns"));
        assert_eq!(with(&[3, 8]), Err("an image has no columns"), "a bit beyond the columns does not count");
        assert_eq!(with(&[2, 3]), Err("rows have another number of columns than their table"));
        assert!(with(&[3, 7, 0, 1, 0, 0]).is_err(), "an image is cut");
        let mut other = head.to_vec();
        other[0] = 8;
        assert_eq!(decode(&other), Err("rows of a table that no TABLE_MAP before them describes"));
        other[8] = 1;
        assert_eq!(decode(&other), Err("the length of the extra data does not cover itself"));
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
