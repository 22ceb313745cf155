//! The rows of an access path's ranges: read consistently, by a read view, or locked one by one.
//!
//! ```text
//! AccessPath ─► its ranges, one by one ─┬─ consistent:  the engine shows row after row, with the leaf latched
//!                                       └─ locking:     next ─► WHERE ─┬─ true:  visit
//!                                                        ▲             └─ false: unlock_row
//!                                                        └── an index condition is checked before the row is read
//! ```
//!
//! RULES
//!
//! - **R1** A range is opened when the one before it has ended, and a row is locked when it is reached. So a LIMIT
//!   leaves everything behind its last row unlocked.
//! - **R2** A row that does not match is unlocked, if the isolation level allows it. A row of a `const` table stays
//!   locked: the server reads it before it checks the rest of the condition.
//! - **R3** An IN list read backwards takes its values from the last to the first. The rows of one value are read
//!   forwards if the value is a whole declared key, else backwards.
//! - **R4** An interrupt ends the scan at the next row (1317).
//!
//! InnoDB's counterpart: `sub_select` and `evaluate_join_record` in `sql/sql_select.cc`, `QUICK_RANGE_SELECT`, index
//! condition pushdown.

use super::calls::Calls;
use crate::answer::SqlError;
use crate::engine::{Columns, Datum, Fetched, KeyRange, LockRead, LockingScan, Table, Transaction};
use crate::expr::{EvalContext, Expr};
use crate::optimize::{Access, AccessPath};
use crate::query::{Locking, ReadMode};
use innolab_base::{Counter, Waiter};
use std::ops::ControlFlow;
use std::sync::Arc;

/// A callback that takes a row, and returns `Break` when it needs no more rows. A locking scan passes the transaction.
/// A consistent read passes `None`: it has the row's page latched, so the callback may not call the engine.
pub(crate) type Visit<'a> = dyn FnMut(Option<&mut Transaction>, &[Datum]) -> Result<ControlFlow<()>, SqlError> + 'a;

/// A scan: a table, the access path to its rows, and the condition on them.
///
/// | methods                                             | file   |
/// |-----------------------------------------------------|--------|
/// | `for_each_in_ranges`, `matches`, `pushed_condition` | here   |
/// | `for_each`, also by a loose scan                    | `read` |
#[derive(Clone, Copy)]
pub(crate) struct Scan<'a> {
    pub(crate) table: &'a Arc<Table>,
    pub(crate) access: &'a AccessPath,
    pub(crate) condition: Option<&'a Expr>,
    /// True if the condition is evaluated strictly.
    pub(crate) strict: bool,
}

impl Scan<'_> {
    /// Shows `visit` the rows of the path's ranges for which the condition is true. REQUIRES: `visit` calls the engine
    /// only by the transaction that it is given. LOCKS: as the read mode says (R1, R2).
    pub(super) fn for_each_in_ranges(
        &self,
        trx: &mut Transaction,
        reading: &ReadMode,
        visit: &mut Visit<'_>,
    ) -> Result<(), SqlError> {
        match reading {
            ReadMode::Consistent => self.consistent(trx, visit),
            ReadMode::Locking(locking) => self.locking(trx, locking, visit),
        }
    }

    /// Reads by the transaction's read view.
    fn consistent(&self, trx: &mut Transaction, visit: &mut Visit<'_>) -> Result<(), SqlError> {
        // For a whole unique key the server reads one row, even where an old view would see two in the index.
        let only_one = matches!(self.access.access, Access::Const(_));
        let columns = if self.access.covering { Columns::Covering } else { Columns::All };
        let session = trx.session().clone();
        let (pushed, rest) = self.split_condition();
        let (mut entries, mut rows) = (0, 0);
        for (range, reverse) in self.access.in_order(self.table.def()) {
            let before = rows;
            let mut seen = Ok(ControlFlow::Continue(()));
            let read = trx.read(self.table, self.access.index(), &range, reverse, columns, &mut |row| {
                seen = if session.is_interrupted() {
                    Err(SqlError::interrupted())
                } else {
                    entries += 1;
                    let holds =
                        |condition: &Option<Expr>| condition.as_ref().map_or(Ok(true), |c| c.holds(self.context(row)));
                    match holds(&pushed) {
                        Ok(false) => Ok(ControlFlow::Continue(())),
                        Ok(true) => {
                            rows += 1;
                            let matches = if pushed.is_some() { holds(&rest) } else { self.matches(row) };
                            matches.and_then(|m| if m { visit(None, row) } else { Ok(ControlFlow::Continue(())) })
                        }
                        Err(e) => Err(e),
                    }
                };
                match seen {
                    Ok(flow) if !only_one => flow,
                    _ => ControlFlow::Break(()),
                }
            });
            let is_cut = !matches!(seen, Ok(ControlFlow::Continue(())));
            Calls::new(self.table, self.access, &range, reverse).count_all(trx, rows - before, is_cut);
            read.map_err(|e| SqlError::from_engine(e, &self.table.def().name))?;
            if seen?.is_break() {
                break;
            }
        }
        trx.count(Counter::RowsExamined, rows);
        if pushed.is_some() {
            trx.count(Counter::HandlerIcpAttempts, entries);
            trx.count(Counter::HandlerIcpMatch, rows);
        }
        Ok(())
    }

    /// Reads the newest versions, each locked before it is checked.
    fn locking(&self, trx: &mut Transaction, locking: &Locking, visit: &mut Visit<'_>) -> Result<(), SqlError> {
        let pushed = self.pushed_condition();
        let mut rows = LockedRows::new(self.table, self.access, locking, false, pushed.is_some());
        let mut row = Vec::new();
        let mut pushed_error = Ok(());
        let (mut attempts, mut matched) = (0, 0);
        let mut index_condition = |entry: &[Datum]| {
            attempts += 1;
            let matches = pushed.as_ref().map_or(Ok(true), |c| c.holds(self.context(entry))).unwrap_or_else(|e| {
                pushed_error = Err(e);
                true
            });
            matched += u64::from(matches);
            matches
        };
        while rows.next(trx, &mut row, &mut index_condition)? != Fetched::End {
            if self.matches(&row)? {
                if visit(Some(&mut *trx), &row)?.is_break() {
                    break;
                }
            } else if !matches!(self.access.access, Access::Const(_)) {
                rows.unlock_row(trx);
            }
        }
        trx.count(Counter::HandlerIcpAttempts, attempts);
        trx.count(Counter::HandlerIcpMatch, matched);
        pushed_error
    }

    fn context<'r>(&self, row: &'r [Datum]) -> EvalContext<'r> {
        EvalContext { strict: self.strict, ..EvalContext::of_row(row) }
    }

    /// True if the condition is true for the row.
    pub(crate) fn matches(&self, row: &[Datum]) -> Result<bool, SqlError> {
        self.condition.map_or(Ok(true), |c| c.holds(self.context(row)))
    }

    /// The part of the condition that is on the index's own columns, if the server checks it before it reads the row
    /// (`Using index condition`). The engine checks the end of the range with it.
    #[doc(alias = "index condition pushdown")]
    pub(crate) fn pushed_condition(&self) -> Option<Expr> {
        self.split_condition().0
    }

    /// [`Scan::pushed_condition`], and the rest of the condition.
    fn split_condition(&self) -> (Option<Expr>, Option<Expr>) {
        let (access, Some(condition)) = (self.access, self.condition) else { return (None, None) };
        let by_range = match access.access {
            Access::Ref(_) => true,
            // The server has chosen what it checks in the index before it takes another one for the order.
            Access::Range(_) => !access.order.moved,
            _ => false,
        };
        if !by_range || access.is_clustered() || access.covering || access.order.reverse {
            return (None, None);
        }
        let columns: Vec<usize> = self.table.index(access.index()).key_columns().collect();
        // The equality of a `ref` is not checked again.
        let def = self.table.def();
        let answered = access.ref_columns(def);
        let index_condition = |part: &&Expr| {
            let on = part.columns();
            !on.is_empty()
                && on.iter().all(|c| columns.contains(c))
                && !answered.iter().any(|c| part.is_answered_by_ref(*c, &def.columns[*c]))
        };
        let (pushed, rest): (Vec<_>, Vec<_>) = condition.conjuncts().into_iter().partition(index_condition);
        let all_of = |parts: Vec<&Expr>| Expr::all_of(parts.into_iter().cloned().collect());
        if pushed.is_empty() { (None, None) } else { (all_of(pushed), all_of(rest)) }
    }
}

/// ERRORS: 1317 if the session's statement is interrupted (R4).
pub(super) fn check_interrupt(session: &Waiter) -> Result<(), SqlError> {
    if session.is_interrupted() { Err(SqlError::interrupted()) } else { Ok(()) }
}

/// Rows that are locked one by one (R1).
pub(crate) struct LockedRows<'a> {
    table: &'a Arc<Table>,
    access: &'a AccessPath,
    lock: LockRead,
    left: std::vec::IntoIter<(KeyRange, bool)>,
    /// The open range's scan, the calls that it makes, and true once it has returned a row.
    scan: Option<(LockingScan, Calls, bool)>,
}

impl<'a> LockedRows<'a> {
    /// `semi_consistent`: of a row that another transaction has locked, UPDATE is shown the last committed version
    /// (`Fetched::Committed`). `pushed`: there is an index condition.
    pub(crate) fn new(
        table: &'a Arc<Table>,
        access: &'a AccessPath,
        locking: &Locking,
        semi_consistent: bool,
        pushed: bool,
    ) -> Self {
        let lock = LockRead {
            strength: locking.strength,
            skip_locked: locking.skip_locked,
            semi_consistent,
            columns: if access.covering { Columns::Covering } else { Columns::All },
            pushed,
            ranged: !matches!(access.access, Access::Ref(_)),
        };
        LockedRows { table, access, lock, left: access.in_order(table.def()).into_iter(), scan: None }
    }

    /// Locks and returns the next row (R4). `index_condition`: false for an entry whose row need not be read.
    pub(crate) fn next(
        &mut self,
        trx: &mut Transaction,
        row: &mut Vec<Datum>,
        index_condition: &mut dyn FnMut(&[Datum]) -> bool,
    ) -> Result<Fetched, SqlError> {
        check_interrupt(trx.session())?;
        loop {
            let (scan, calls, has_begun) = match &mut self.scan {
                Some(open) => open,
                None => {
                    let Some((range, reverse)) = self.left.next() else { return Ok(Fetched::End) };
                    let scan = trx.scan(self.table, self.access.index(), &range, reverse, self.lock);
                    let calls = Calls::new(self.table, self.access, &range, reverse);
                    self.scan.insert((scan.map_err(|e| self.failed(e))?, calls, false))
                }
            };
            if std::mem::replace(has_begun, true) {
                calls.count_next(trx, 1)
            } else {
                calls.count_first(trx)
            }
            match scan.next_where(trx, row, index_condition).map_err(|e| self.failed(e))? {
                Fetched::End => self.scan = None,
                fetched => {
                    trx.count(Counter::RowsExamined, 1);
                    return Ok(fetched);
                }
            }
        }
    }

    /// After `Fetched::Committed`, if that version matched: waits for the row's lock and returns its newest version, or
    /// the next row.
    pub(crate) fn lock_current(&mut self, trx: &mut Transaction, row: &mut Vec<Datum>) -> Result<Fetched, SqlError> {
        match &mut self.scan {
            Some((scan, calls, _)) => {
                calls.count_next(trx, 1);
                scan.lock_current(trx, row).map_err(|e| self.failed(e))
            }
            None => Ok(Fetched::End),
        }
    }

    /// Unlocks the row just returned, which did not match, if the isolation level allows it (R2).
    pub(crate) fn unlock_row(&mut self, trx: &mut Transaction) {
        if let Some((scan, ..)) = &mut self.scan {
            scan.unlock_row(trx);
        }
    }

    fn failed(&self, error: crate::engine::Error) -> SqlError {
        SqlError::from_engine(error, &self.table.def().name)
    }
}
