//! What AUTO_INCREMENT gives to the rows of one statement.
//!
//! RULES
//!
//! - **R1** It gives a value for NULL, 0, DEFAULT and an omitted column. The first one that a statement needs sets
//!   aside one for each of its rows; what is not used is lost, also when the statement fails. A value that is given
//!   moves the counter beyond it once its row is in.
//! - **R2** A statement that does not know its rows sets aside 1, 2, 4, 8, … values.
//!
//! InnoDB's counterpart: `handler::update_auto_increment`, `ha_innobase::get_auto_increment` (`innodb_autoinc_lock_mode=1`).

use crate::answer::SqlError;
use crate::engine::{ColumnType, Datum, Error, Table, Transaction};
use crate::types::{int_datum, int_range};
use std::sync::Arc;

/// What AUTO_INCREMENT gives to the rows of one statement (R1).
pub(crate) struct AutoIncrement<'a> {
    table: &'a Arc<Table>,
    /// Values set aside and not given yet: from `next` to before `end`.
    next: u64,
    end: u64,
    /// Rows of the statement; `None`: they are not known (R2).
    rows: Option<u64>,
    /// Rows since the first values were set aside are counted down from `rows`; 0 before: InnoDB's way, which sets
    /// aside too much for a statement whose first rows bring their own values.
    rows_left: u64,
    /// How often values were set aside.
    times: u32,
    /// What the first of them is to be, if it was said (`insert_id`).
    first: Option<u64>,
    pub(crate) first_generated: Option<u64>,
}

/// By a statement that does not know its rows.
#[doc(alias = "AUTO_INC_DEFAULT_NB_MAX")]
const MOST_SET_ASIDE: u64 = (1 << 16) - 1;

/// A value that a row brought itself, or was given.
pub(crate) enum Given {
    Nothing,
    ByRow(u64),
    ByUs(u64),
}

impl<'a> AutoIncrement<'a> {
    pub(crate) fn new(table: &'a Arc<Table>, rows: Option<u64>, first: Option<u64>) -> Self {
        AutoIncrement { table, next: 0, end: 0, rows, rows_left: 0, times: 0, first, first_generated: None }
    }

    /// Whether the row gets a number that was set aside already, or none: whether it does not matter for this that the
    /// rows before it are in.
    pub(crate) fn goes_on(&self, row: &[Datum]) -> bool {
        self.table.def().auto_increment.is_none_or(|index| row[index] == Datum::Null && self.next < self.end)
    }

    /// Gives the row its number if it needs one. ERRORS: 167 if the column's type has no more; 1467 if not even 64 bits
    /// have, of which the greatest number is never given.
    pub(crate) fn number(
        &mut self,
        trx: &mut Transaction,
        row: &mut [Datum],
        row_number: u64,
    ) -> Result<Given, SqlError> {
        let def = self.table.def();
        let Some(index) = def.auto_increment else { return Ok(Given::Nothing) };
        match row[index] {
            Datum::Null => {}
            Datum::Int(value) => return Ok(u64::try_from(value).map_or(Given::Nothing, Given::ByRow)),
            Datum::UInt(value) => return Ok(Given::ByRow(value)),
            Datum::Bytes(_) => return Ok(Given::Nothing),
        }
        let column = &def.columns[index];
        let value = self.take(trx, column.ty)?.filter(|v| *v < u64::MAX).ok_or_else(SqlError::no_auto_increment)?;
        let stored = int_datum(value.into(), column.ty);
        row[index] = stored.ok_or_else(|| SqlError::auto_increment_exhausted(&column.name, row_number))?;
        Ok(Given::ByUs(value))
    }

    /// The next value; sets more aside if there is none. `None`: 64 bits have no more. ERRORS: 1467 also for a deadlock
    /// or a wait that was too long.
    fn take(&mut self, trx: &mut Transaction, ty: ColumnType) -> Result<Option<u64>, SqlError> {
        if self.next >= self.end {
            let ColumnType::Int { bytes, unsigned } = ty else { return Ok(None) };
            let Ok(greatest) = u64::try_from(int_range(bytes, unsigned).1) else { return Ok(None) };
            let wanted = self.wanted();
            let first =
                trx.reserve_auto_increment(self.table, wanted, greatest, self.first.take()).map_err(|e| match e {
                    Error::Deadlock(_) | Error::LockWaitTimeout => SqlError::no_auto_increment(),
                    e => SqlError::from_change(e, self.table.def()),
                })?;
            if first == 0 {
                return Ok(None);
            }
            (self.next, self.end) = (first, first.saturating_add(wanted));
        }
        let value = self.next;
        self.next = value.saturating_add(1);
        Ok(Some(value))
    }

    /// How many values to set aside now.
    fn wanted(&mut self) -> u64 {
        let Some(rows) = self.rows else {
            self.times += 1;
            return (1 << (self.times - 1).min(16)).min(MOST_SET_ASIDE);
        };
        if self.rows_left == 0 {
            self.rows_left = rows.max(1);
        }
        self.rows_left
    }

    /// What was to be done with the row is done; whether it is in.
    pub(crate) fn inserted(&mut self, given: Given, is_in: bool) {
        self.rows_left = self.rows_left.saturating_sub(1);
        match given {
            Given::ByUs(value) if is_in => self.first_generated = self.first_generated.or(Some(value)),
            Given::ByRow(value) if is_in => {
                self.next = self.next.max(value.saturating_add(1));
            }
            // What an ignored or updated row was to have goes to the next one.
            Given::ByUs(value) => self.next = value,
            _ => {}
        }
    }
}
