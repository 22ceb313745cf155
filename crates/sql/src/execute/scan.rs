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
//!
//! InnoDB's counterpart: `sub_select` and `evaluate_join_record` in `sql/sql_select.cc`, `QUICK_RANGE_SELECT`, index
//! condition pushdown.

use crate::answer::SqlError;
use crate::engine::{Columns, Datum, Fetched, KeyRange, LockRead, LockingScan, Table, Transaction};
use crate::expr::{EvalContext, Expr};
use crate::optimize::{AccessKind, AccessPath};
use crate::query::{Locking, ReadMode};
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
        let only_one = self.access.kind == AccessKind::Const;
        let columns = if self.access.covering { Columns::Covering } else { Columns::All };
        for (range, reverse) in self.access.in_order(self.table.def()) {
            let mut seen = Ok(ControlFlow::Continue(()));
            trx.read(self.table, self.access.index, range, reverse, columns, &mut |row| {
                seen = self.matches(row).and_then(|m| if m { visit(None, row) } else { Ok(ControlFlow::Continue(())) });
                match seen {
                    Ok(flow) if !only_one => flow,
                    _ => ControlFlow::Break(()),
                }
            })
            .map_err(|e| SqlError::from_engine(e, &self.table.def().name))?;
            if seen?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Reads the newest versions, each locked before it is checked.
    fn locking(&self, trx: &mut Transaction, locking: &Locking, visit: &mut Visit<'_>) -> Result<(), SqlError> {
        let pushed = self.pushed_condition();
        let mut rows = LockedRows::new(self.table, self.access, locking, false, pushed.is_some());
        let mut row = Vec::new();
        let mut pushed_error = Ok(());
        let mut index_condition =
            |entry: &[Datum]| match pushed.as_ref().map_or(Ok(true), |c| c.holds(self.context(entry))) {
                Ok(matches) => matches,
                Err(e) => {
                    pushed_error = Err(e);
                    true
                }
            };
        while rows.next(trx, &mut row, &mut index_condition)? != Fetched::End {
            if self.matches(&row)? {
                if visit(Some(&mut *trx), &row)?.is_break() {
                    break;
                }
            } else if self.access.kind != AccessKind::Const {
                rows.unlock_row(trx);
            }
        }
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
        let access = self.access;
        let by_range = matches!(access.kind, AccessKind::Ref | AccessKind::Range);
        if !by_range || access.is_clustered() || access.covering || access.reverse {
            return None;
        }
        let columns: Vec<usize> = self.table.index(access.index).key_columns().collect();
        // The equality of a `ref` is not checked again.
        let def = self.table.def();
        let answered = if access.kind == AccessKind::Ref { access.equal_columns(def) } else { &[] };
        let index_condition = |part: &&Expr| {
            let on = part.columns();
            !on.is_empty()
                && on.iter().all(|c| columns.contains(c))
                && !answered.iter().any(|c| part.is_answered_by_ref(*c, &def.columns[*c]))
        };
        let parts: Vec<&Expr> = self.condition?.conjuncts().into_iter().filter(index_condition).collect();
        Expr::all_of(&parts)
    }
}

/// Rows that are locked one by one (R1).
pub(crate) struct LockedRows<'a> {
    table: &'a Arc<Table>,
    access: &'a AccessPath,
    lock: LockRead,
    left: std::vec::IntoIter<(&'a KeyRange, bool)>,
    scan: Option<LockingScan>,
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
            on_busy: locking.on_busy,
            semi_consistent,
            columns: if access.covering { Columns::Covering } else { Columns::All },
            pushed,
            ranged: access.kind != AccessKind::Ref,
        };
        LockedRows {
            table,
            access,
            lock,
            left: access.in_order(table.def()).collect::<Vec<_>>().into_iter(),
            scan: None,
        }
    }

    /// Locks and returns the next row. `index_condition`: false for an entry whose row need not be read.
    pub(crate) fn next(
        &mut self,
        trx: &mut Transaction,
        row: &mut Vec<Datum>,
        index_condition: &mut dyn FnMut(&[Datum]) -> bool,
    ) -> Result<Fetched, SqlError> {
        loop {
            let scan = match &mut self.scan {
                Some(scan) => scan,
                None => {
                    let Some((range, reverse)) = self.left.next() else { return Ok(Fetched::End) };
                    let scan = trx.scan(self.table, self.access.index, range, reverse, self.lock);
                    self.scan.insert(scan.map_err(|e| self.failed(e))?)
                }
            };
            match scan.next_where(trx, row, index_condition).map_err(|e| self.failed(e))? {
                Fetched::End => self.scan = None,
                fetched => return Ok(fetched),
            }
        }
    }

    /// After `Fetched::Committed`, if that version matched: waits for the row's lock and returns its newest version, or
    /// the next row.
    pub(crate) fn lock_current(&mut self, trx: &mut Transaction, row: &mut Vec<Datum>) -> Result<Fetched, SqlError> {
        match &mut self.scan {
            Some(scan) => scan.lock_current(trx, row).map_err(|e| self.failed(e)),
            None => Ok(Fetched::End),
        }
    }

    /// Unlocks the row just returned, which did not match, if the isolation level allows it (R2).
    pub(crate) fn unlock_row(&mut self, trx: &mut Transaction) {
        if let Some(scan) = &mut self.scan {
            scan.unlock_row(trx);
        }
    }

    fn failed(&self, error: crate::engine::Error) -> SqlError {
        SqlError::from_engine(error, &self.table.def().name)
    }
}
