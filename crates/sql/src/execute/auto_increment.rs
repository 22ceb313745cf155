//! AUTO_INCREMENT within one statement: which rows get a value, and how many values the statement reserves.
//!
//! RULES
//!
//! - **R1** A value is generated for NULL, 0, DEFAULT and an omitted column. When a statement first needs one, it
//!   reserves one value for each of its rows. Unused values are lost, also if the statement fails. A value given in the
//!   statement advances the counter beyond it once its row is inserted.
//! - **R2** A statement that does not know how many rows it inserts (INSERT ... SELECT) reserves 1, 2, 4, 8, … values.
//!
//! InnoDB's counterpart: `handler::update_auto_increment`, `ha_innobase::get_auto_increment`
//! (`innodb_autoinc_lock_mode=1`).

use crate::answer::SqlError;
use crate::engine::{ColumnType, Datum, Error, Table, Transaction};
use crate::types::{int_datum, int_range};
use std::sync::Arc;

/// The AUTO_INCREMENT values of one statement (R1).
pub(crate) struct AutoIncrement<'a> {
    table: &'a Arc<Table>,
    /// The next reserved value. Those from `next` to before `end` are reserved and not yet used.
    next: u64,
    end: u64,
    /// Number of rows of the statement; `None`: not known (R2).
    rows: Option<u64>,
    /// 0 before the first reservation; from then on `rows` less the rows done since. As in InnoDB, this reserves too
    /// many values for a statement whose first rows have values of their own.
    rows_left: u64,
    /// Number of reservations so far (R2).
    n_reservations: u32,
    /// The first value to generate, if the session set `insert_id`.
    insert_id: Option<u64>,
    /// The first value generated for a row that was inserted.
    pub(crate) first_generated: Option<u64>,
}

/// The most values that a statement of unknown rows reserves at once (R2).
#[doc(alias = "AUTO_INC_DEFAULT_NB_MAX")]
const MAX_RESERVED: u64 = (1 << 16) - 1;

/// The AUTO_INCREMENT value of a row, and where it comes from.
pub(crate) enum RowNumber {
    /// There is no AUTO_INCREMENT column, or its value does not advance the counter (it is negative).
    Absent,
    /// The statement gave it.
    Brought(u64),
    /// It was generated.
    Generated(u64),
}

impl<'a> AutoIncrement<'a> {
    /// `rows`: how many the statement inserts, if that is known. `insert_id`: the first value to generate, if the
    /// session set it.
    pub(crate) fn new(table: &'a Arc<Table>, rows: Option<u64>, insert_id: Option<u64>) -> Self {
        AutoIncrement {
            table,
            next: 0,
            end: 0,
            rows,
            rows_left: 0,
            n_reservations: 0,
            insert_id,
            first_generated: None,
        }
    }

    /// True if the row gets a value that is already reserved, or none: then its value does not depend on whether the
    /// rows before it are inserted yet.
    pub(crate) fn is_reserved_for(&self, row: &[Datum]) -> bool {
        self.table.def().auto_increment.is_none_or(|index| row[index] == Datum::Null && self.next < self.end)
    }

    /// Generates the row's value if it needs one, and sets it in `row`.
    ///
    /// ERRORS: 167 if the column's type has no further value; 1467 if 64 bits have none (2^64 - 1 is never generated),
    /// or if the reservation fails by a deadlock or a lock wait timeout.
    pub(crate) fn assign(
        &mut self,
        trx: &mut Transaction,
        row: &mut [Datum],
        row_number: u64,
    ) -> Result<RowNumber, SqlError> {
        let def = self.table.def();
        let Some(index) = def.auto_increment else { return Ok(RowNumber::Absent) };
        match row[index] {
            Datum::Null => {}
            Datum::Int(value) => return Ok(u64::try_from(value).map_or(RowNumber::Absent, RowNumber::Brought)),
            Datum::UInt(value) => return Ok(RowNumber::Brought(value)),
            Datum::Bytes(_) => return Ok(RowNumber::Absent),
        }
        let column = &def.columns[index];
        let value =
            self.next_value(trx, column.ty)?.filter(|v| *v < u64::MAX).ok_or_else(SqlError::no_auto_increment)?;
        let stored = int_datum(value.into(), column.ty);
        row[index] = stored.ok_or_else(|| SqlError::auto_increment_exhausted(&column.name, row_number))?;
        Ok(RowNumber::Generated(value))
    }

    /// The next reserved value; reserves more if all are used. `None`: 64 bits have no further value. ERRORS: 1467.
    fn next_value(&mut self, trx: &mut Transaction, ty: ColumnType) -> Result<Option<u64>, SqlError> {
        if self.next >= self.end {
            let ColumnType::Int { bytes, unsigned } = ty else { return Ok(None) };
            let Ok(greatest) = u64::try_from(int_range(bytes, unsigned).1) else { return Ok(None) };
            let wanted = self.n_to_reserve();
            let first = trx.reserve_auto_increment(self.table, wanted, greatest, self.insert_id.take()).map_err(
                |e| match e {
                    Error::Deadlock(_) | Error::LockWaitTimeout => SqlError::no_auto_increment(),
                    e => SqlError::from_change(e, self.table.def()),
                },
            )?;
            if first == 0 {
                return Ok(None);
            }
            (self.next, self.end) = (first, first.saturating_add(wanted));
        }
        let value = self.next;
        self.next = value.saturating_add(1);
        Ok(Some(value))
    }

    /// Number of values to reserve now.
    fn n_to_reserve(&mut self) -> u64 {
        let Some(rows) = self.rows else {
            self.n_reservations += 1;
            return (1 << (self.n_reservations - 1).min(16)).min(MAX_RESERVED);
        };
        if self.rows_left == 0 {
            self.rows_left = rows.max(1);
        }
        self.rows_left
    }

    /// Notes that a row is done: inserted, or ignored or turned into an update.
    pub(crate) fn row_done(&mut self, number: RowNumber, is_inserted: bool) {
        self.rows_left = self.rows_left.saturating_sub(1);
        match number {
            RowNumber::Generated(value) if is_inserted => self.first_generated = self.first_generated.or(Some(value)),
            RowNumber::Brought(value) if is_inserted => {
                self.next = self.next.max(value.saturating_add(1));
            }
            // A row that is not inserted leaves its value to the next one.
            RowNumber::Generated(value) => self.next = value,
            _ => {}
        }
    }
}
