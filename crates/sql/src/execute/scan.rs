//! The rows of an access, for a statement that reads: consistently, by a view, or locking each row as it comes.
//!
//! ```text
//! Access ─► its ranges, one after the other ─┬─ consistent:  the engine shows row after row, under its latch
//!                                            └─ locking:     next ─► WHERE ─┬─ true:  visit
//!                                                             ▲             └─ false: unlock_row
//!                                                             └── the part of WHERE that the index can answer is asked before the row is looked up
//! ```
//!
//! RULES
//!
//! - **R1** A range is opened when the one before it has ended: what lies in a range that is not reached is not locked.
//!   So LIMIT stops before the next row.
//! - **R2** A row that does not match is let go of, where the level allows it. A row found by a whole unique key
//!   (const) is not: the server has read it before it looks at the rest of the condition.
//! - **R3** An IN list backwards is its values backwards; the rows of a value come forwards if it is a whole declared
//!   key, else backwards.
//!
//! InnoDB's counterpart: `sub_select` and `evaluate_join_record` in `sql/sql_select.cc`, `QUICK_RANGE_SELECT`, index
//! condition pushdown.

use crate::answer::SqlError;
use crate::engine::{Columns, Datum, Fetched, KeyRange, LockRead, LockingScan, Table, Transaction};
use crate::expr::{Context, Expr};
use crate::optimize::{Access, AccessKind};
use crate::query::{Locking, Reading};
use std::ops::ControlFlow;
use std::sync::Arc;

/// Sees a row; breaks off when it has seen enough. Where rows are locked it may use the transaction; else the row's
/// page is latched.
pub(crate) type Visit<'a> = dyn FnMut(Option<&mut Transaction>, &[Datum]) -> Result<ControlFlow<()>, SqlError> + 'a;

/// What a statement reads of its table.
///
/// | methods                                                | file    |
/// |--------------------------------------------------------|---------|
/// | `each_in_ranges`, `matches`, `pushed_condition`        | here    |
/// | `each`, also by a loose scan                           | `read`  |
#[derive(Clone, Copy)]
pub(crate) struct Fetch<'a> {
    pub(crate) table: &'a Arc<Table>,
    pub(crate) access: &'a Access,
    pub(crate) condition: Option<&'a Expr>,
    pub(crate) strict: bool,
}

impl Fetch<'_> {
    /// Shows `visit` the rows of the access's ranges for which the condition is true. REQUIRES: `visit` does not call the
    /// engine but by the transaction that it is given.
    pub(super) fn each_in_ranges(
        &self,
        trx: &mut Transaction,
        reading: &Reading,
        visit: &mut Visit<'_>,
    ) -> Result<(), SqlError> {
        match reading {
            Reading::Consistent => self.consistent(trx, visit),
            Reading::Locking(locking) => self.locking(trx, locking, visit),
        }
    }

    fn consistent(&self, trx: &mut Transaction, visit: &mut Visit<'_>) -> Result<(), SqlError> {
        // Of a whole unique key the server reads one row; in an old view there may be two.
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

    fn locking(&self, trx: &mut Transaction, locking: &Locking, visit: &mut Visit<'_>) -> Result<(), SqlError> {
        let pushed = self.pushed_condition();
        let mut rows = LockedRows::new(self.table, self.access, locking, false, pushed.is_some());
        let mut row = Vec::new();
        let mut pushed_error = Ok(());
        let mut asks = |entry: &[Datum]| match pushed.as_ref().map_or(Ok(true), |c| c.holds(self.context(entry))) {
            Ok(matches) => matches,
            Err(e) => {
                pushed_error = Err(e);
                true
            }
        };
        while rows.next(trx, &mut row, &mut asks)? != Fetched::End {
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

    fn context<'r>(&self, row: &'r [Datum]) -> Context<'r> {
        Context { strict: self.strict, ..Context::of_row(row) }
    }

    pub(crate) fn matches(&self, row: &[Datum]) -> Result<bool, SqlError> {
        self.condition.map_or(Ok(true), |c| c.holds(self.context(row)))
    }

    /// The part of the condition that the index's own entries can answer; with it the server also hands down the end of
    /// the range.
    #[doc(alias = "index condition pushdown")]
    pub(crate) fn pushed_condition(&self) -> Option<Expr> {
        let access = self.access;
        let by_range = matches!(access.kind, AccessKind::Ref | AccessKind::Range);
        if !by_range || access.is_clustered() || access.covering || access.reverse {
            return None;
        }
        let columns: Vec<usize> = self.table.index(access.index).key_columns().collect();
        // What an equality has answered is not asked again.
        let def = self.table.def();
        let answered = if access.kind == AccessKind::Ref { access.equal_columns(def) } else { &[] };
        let asks = |part: &&Expr| {
            let on = part.columns();
            !on.is_empty()
                && on.iter().all(|c| columns.contains(c))
                && !answered.iter().any(|c| part.is_answered_by(*c, &def.columns[*c]))
        };
        let parts: Vec<&Expr> = self.condition?.conjuncts().into_iter().filter(asks).collect();
        Expr::all_of(&parts)
    }
}

/// Rows that are locked one by one (R1).
pub(crate) struct LockedRows<'a> {
    table: &'a Arc<Table>,
    access: &'a Access,
    lock: LockRead,
    left: std::vec::IntoIter<(&'a KeyRange, bool)>,
    scan: Option<LockingScan>,
}

impl<'a> LockedRows<'a> {
    /// `semi_consistent`: rows that are locked by others are shown as they were before (`Fetched::Committed`), for UPDATE.
    pub(crate) fn new(
        table: &'a Arc<Table>,
        access: &'a Access,
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

    /// The next row. `asks`: whether an entry is worth looking its row up.
    pub(crate) fn next(
        &mut self,
        trx: &mut Transaction,
        row: &mut Vec<Datum>,
        asks: &mut dyn FnMut(&[Datum]) -> bool,
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
            match scan.next_where(trx, row, asks).map_err(|e| self.failed(e))? {
                Fetched::End => self.scan = None,
                fetched => return Ok(fetched),
            }
        }
    }

    /// After `Fetched::Committed`, when the version matched: waits for the row and shows what it is now, or the next one.
    pub(crate) fn lock_current(&mut self, trx: &mut Transaction, row: &mut Vec<Datum>) -> Result<Fetched, SqlError> {
        match &mut self.scan {
            Some(scan) => scan.lock_current(trx, row).map_err(|e| self.failed(e)),
            None => Ok(Fetched::End),
        }
    }

    /// The row just fetched did not match (R2).
    pub(crate) fn unlock_row(&mut self, trx: &mut Transaction) {
        if let Some(scan) = &mut self.scan {
            scan.unlock_row(trx);
        }
    }

    fn failed(&self, error: crate::engine::Error) -> SqlError {
        SqlError::from_engine(error, &self.table.def().name)
    }
}
