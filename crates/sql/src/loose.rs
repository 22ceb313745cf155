//! Groups whose ends say all about them: DISTINCT, GROUP BY and MIN, MAX by the first columns of an index, without
//! reading what lies between.
//!
//! ```text
//! select a, min(c), max(c) from t where b = 3 group by a          index (a, b, c)
//!
//! (1,2,·) (1,3,4) (1,3,6) (1,3,9) (1,7,·) (2,1,·) (2,3,5) (3,2,·)
//!  ▲       ▲               ▲               ▲       ▲       ▲
//!  │       first of (1,3)  last of (1,3)   │       both    └ first behind (2): (3,3) has nothing
//!  └ first of all                          └ first behind (1)
//! ```
//!
//! RULES
//!
//! - **R1** What is read is shown as rows, of which groups are made as of any others; a row that is not shown would
//!   have changed nothing. So it is a way to read and no more: the condition is asked of each row shown.
//! - **R2** It needs an index that has all columns. Its key begins with the group's columns; then may come some that
//!   the condition says equal constants; then the column of MIN and MAX, of which the condition says ranges only; and
//!   the condition says nothing else but of the group's columns, which is true of all of a group or of nothing of it.
//!
//! InnoDB's counterpart: `QUICK_GROUP_MIN_MAX_SELECT`, `get_best_group_min_max` in `sql/opt_range.cc`. Left out:
//! COUNT(DISTINCT a, b), `Using index for group-by (scanning)`.

use crate::aggregate::Kind;
use crate::cost::{Size, rows_of_a_value};
use crate::error::SqlError;
use crate::expr::Expr;
use crate::fetch::{Fetch, Reading, Visit};
use crate::interval::intervals_of;
use crate::keys::is_unique;
use crate::order::key_order;
use crate::plan::{Access, AccessKind, Request};
use crate::ranges::appended;
use crate::select::Select;
use innolab_engine::{Datum, IndexNo, KeyRange, Table, TableDef, Transaction};
use std::ops::{Bound, ControlFlow};

/// What rows are put together to.
#[derive(Debug, Clone)]
pub(crate) struct Grouping {
    columns: Vec<usize>,
    /// Whether the columns' order is part of the wish: GROUP BY; not of DISTINCT.
    in_order: bool,
    /// Whether the last column is that of a COUNT(DISTINCT).
    counts: bool,
    extreme: Option<Extreme>,
}

/// The column of a statement's MIN and MAX.
#[derive(Debug, Clone, Copy)]
struct Extreme {
    column: usize,
    min: bool,
    max: bool,
}

/// What of an index is read; see the module.
#[derive(Debug, Clone)]
pub(crate) struct Loose {
    /// How many columns of the key are the group's.
    group: usize,
    /// The constants of those behind them.
    infix: Vec<Datum>,
    extreme: Option<Extreme>,
    /// Of the extreme's column, and whether the condition says them.
    intervals: Vec<KeyRange>,
    is_bounded: bool,
}

impl Grouping {
    /// Of a SELECT that is grouped by plain columns and wants nothing else but at most one column's MIN and MAX;
    /// `None`: it is another one.
    pub(crate) fn of(select: &Select) -> Option<Grouping> {
        let column = |e: &Expr| if let Expr::Column(c) = e { Some(c.index) } else { None };
        let mut columns: Vec<usize> = if select.group.is_empty() && select.aggregates.is_empty() {
            select.distinct.then_some(())?;
            select.items.iter().map(column).collect::<Option<_>>()?
        } else {
            select.group.iter().map(column).collect::<Option<_>>()?
        };
        let mut extreme: Option<Extreme> = None;
        let mut counted: Option<usize> = None;
        for aggregate in &select.aggregates {
            let of = column(aggregate.of.as_ref()?)?;
            let is_distinct = aggregate.distinct;
            match aggregate.kind {
                Kind::Min | Kind::Max => {
                    let found = extreme.get_or_insert(Extreme { column: of, min: false, max: false });
                    (found.column == of).then_some(())?;
                    found.min |= aggregate.kind == Kind::Min;
                    found.max |= aggregate.kind == Kind::Max;
                }
                _ if is_distinct && counted.is_none_or(|c| c == of) => counted = Some(of),
                _ => return None,
            }
        }
        // The values that are counted are groups of their own.
        match (counted, extreme) {
            (Some(_), Some(_)) => return None,
            (Some(of), None) if !columns.contains(&of) => columns.push(of),
            _ => {}
        }
        let is_row = select.group.is_empty() && select.aggregates.is_empty();
        // What distinct rows are sorted by may be any of their columns.
        let sorted_by = select.order.iter().filter(|_| !is_row).map(|part| &part.by);
        let outside = select.items.iter().chain(&select.having).chain(sorted_by);
        let is_of_group = outside.flat_map(Expr::columns).all(|c| columns.contains(&c));
        (!columns.is_empty() && is_of_group).then_some(())?;
        Some(Grouping { columns, in_order: !select.group.is_empty(), counts: counted.is_some(), extreme })
    }
}

impl Request<'_> {
    /// The cheapest access by groups' ends, if that is better than the access there is.
    #[doc(alias = "get_best_group_min_max")]
    pub(crate) fn loose(&self, access: &Access, ranged: &[Access], size: Size) -> Option<Access> {
        let grouping = self.grouping?;
        let mut best: Option<Access> = None;
        for index in self.usable() {
            let Some(found) = self.loose_by(index, grouping, ranged, size) else { continue };
            if best.as_ref().is_none_or(|best| found.cost < best.cost) {
                best = Some(found);
            }
        }
        let price = match access.kind {
            AccessKind::All => size.table_scan(),
            AccessKind::Index => size.index_scan(self.table, access.index),
            _ => access.cost,
        };
        let mut best = best.filter(|best| best.cost < price)?;
        best.possible = access.possible.clone();
        if best.possible.is_empty() && self.first_rows != usize::MAX {
            // Having a LIMIT the server looks for ranges once more, and calls what it finds possible.
            best.possible.push(best.index);
        }
        Some(best)
    }

    /// R2
    fn loose_by(&self, index: IndexNo, grouping: &Grouping, ranged: &[Access], size: Size) -> Option<Access> {
        let def = self.table.def();
        let key: Vec<usize> = self.table.index(index).key_columns().collect();
        let needed = self.needed?;
        let covers = self.is_covered(index) || index == IndexNo::CLUSTERED && needed.iter().all(|c| key.contains(c));
        let group = grouping.columns.len();
        let first = key.get(..group)?;
        let begins = match grouping.in_order {
            true => first == grouping.columns,
            false => first.iter().all(|c| grouping.columns.contains(c)),
        };
        // A unique key has a group a row; and the server counts no values by one.
        let is_single = is_unique(def, index) && (grouping.counts || def.index_columns(index).len() <= group);
        if !covers || !begins || is_single {
            return None;
        }
        let loose = self.rest_of(&key, group, grouping.extreme)?;
        let by_prefix = ranged.iter().find(|ranged| ranged.index == index && ranged.columns > 0);
        let (ranges, selectivity) = match by_prefix {
            Some(ranged) => (of_group(&ranged.ranges, group), ranged.rows as f64 / size.rows as f64),
            None => (vec![KeyRange::all()], 1.0),
        };
        let of_a_group = rows_of_a_value(self.table, index, group, size.rows);
        let groups = ((size.rows as f64 / of_a_group).floor() + 1.0) * selectivity.min(1.0);
        let groups = groups.round().max(1.0);
        let cost = size.groups(def, index, groups);
        let columns = group + loose.infix.len() + usize::from(loose.reads_extreme(def));
        Some(Access {
            index,
            kind: AccessKind::Range,
            ranges,
            covering: index != IndexNo::CLUSTERED,
            // As far as the groups go.
            sorted: key_order(self.order, first, &[]).is_some_and(|(reverse, _)| !reverse) && self.order.len() <= group,
            columns,
            rows: groups as u64,
            cost,
            loose: Some(loose),
            ..Access::all(size)
        })
    }

    /// What lies behind the group's columns.
    fn rest_of(&self, key: &[usize], group: usize, extreme: Option<Extreme>) -> Option<Loose> {
        let def = self.table.def();
        let parts = self.condition.map_or(Vec::new(), Expr::conjuncts);
        let is_of_group = |part: &&Expr| part.columns().iter().all(|c| key[..group].contains(c));
        let (_, mut parts): (Vec<&Expr>, Vec<&Expr>) = parts.into_iter().partition(is_of_group);
        let end = match extreme {
            Some(extreme) => group + key[group..].iter().position(|c| *c == extreme.column)?,
            None => key.len(),
        };
        let mut infix = Vec::new();
        for column in &key[group..end] {
            let (of, others): (Vec<&Expr>, Vec<&Expr>) =
                parts.iter().copied().partition(|part| part.columns().contains(column));
            match (of.as_slice(), extreme) {
                ([], None) => break,
                ([one], _) if one.fixes(*column) => {
                    let intervals = intervals_of(one, *column, &def.columns[*column])?;
                    let [only] = intervals.as_slice() else { return None };
                    infix.push(only.point()?.clone());
                }
                _ => return None,
            }
            parts = others;
        }
        let mut intervals = vec![KeyRange::all()];
        let is_bounded = !parts.is_empty();
        if let (Some(extreme), true) = (extreme, is_bounded) {
            parts.iter().all(|part| part.bounds(extreme.column)).then_some(())?;
            let bound = Expr::all_of(&parts)?;
            let of_column = intervals_of(&bound, extreme.column, &def.columns[extreme.column])?;
            intervals = of_column.iter().map(|interval| interval.behind(&[])).collect();
            parts.clear();
        }
        parts.is_empty().then_some(Loose { group, infix, extreme, intervals, is_bounded })
    }
}

/// Ranges cut to the group's columns; those that are then the same, or overlap, become one.
fn of_group(ranges: &[KeyRange], group: usize) -> Vec<KeyRange> {
    let cut = |bound: &Bound<Vec<Datum>>| match bound {
        Bound::Included(key) | Bound::Excluded(key) if key.len() > group => Bound::Included(key[..group].to_vec()),
        other => other.clone(),
    };
    let mut out: Vec<KeyRange> = Vec::new();
    for range in ranges {
        let range = KeyRange { low: cut(&range.low), high: cut(&range.high) };
        if out.last() != Some(&range) {
            out.push(range);
        }
    }
    out
}

impl Loose {
    /// Whether the extreme's column is part of what is searched by: to pass over NULLs, or to keep to a range.
    fn reads_extreme(&self, def: &TableDef) -> bool {
        self.extreme.is_some_and(|extreme| self.is_bounded || extreme.min && def.columns[extreme.column].nullable)
    }

    /// How many columns of the key are the group's.
    pub(crate) fn group(&self) -> usize {
        self.group
    }
}

/// A SELECT's rows by groups' ends.
pub(crate) struct Ends<'a> {
    pub(crate) fetch: Fetch<'a>,
    pub(crate) loose: &'a Loose,
    pub(crate) reading: &'a Reading,
}

impl Ends<'_> {
    /// Shows `visit` the rows at the ends of all groups (R1). REQUIRES: `visit` does not call the engine.
    pub(crate) fn each(&self, trx: &mut Transaction, visit: &mut Visit<'_>) -> Result<(), SqlError> {
        let key: Vec<usize> = self.table().index(self.fetch.access.index).key_columns().collect();
        for range in &self.fetch.access.ranges {
            let mut range = range.clone();
            while let Some(first) = self.first(trx, &range, false, None)? {
                let of: Vec<Datum> = key[..self.loose.group].iter().map(|c| first[*c].clone()).collect();
                range.low = Bound::Excluded(of.clone());
                if self.group(trx, of, first, visit)?.is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn table(&self) -> &Table {
        self.fetch.table
    }

    /// The rows of one group, which begins with `first`.
    fn group(
        &self,
        trx: &mut Transaction,
        of: Vec<Datum>,
        first: Vec<Datum>,
        visit: &mut Visit<'_>,
    ) -> Result<ControlFlow<()>, SqlError> {
        let Loose { infix, extreme, intervals, is_bounded, .. } = self.loose;
        let base: Vec<Datum> = of.iter().chain(infix).cloned().collect();
        let all = KeyRange::equal(base.clone());
        let bounded: Vec<KeyRange> = match is_bounded {
            true => intervals.iter().map(|interval| behind(&base, interval)).collect(),
            false => vec![all.clone()],
        };
        let mut shown = Vec::new();
        let wants = |extreme: fn(&Extreme) -> bool| self.loose.extreme.as_ref().is_none_or(extreme);
        if wants(|e| e.min) {
            // The group's first row is the least one unless there is more to it than the group.
            let is_it = infix.is_empty() && !is_bounded;
            let least = if is_it { Some(first) } else { self.first_of(trx, bounded.iter(), false)? };
            let is_null = |row: &Vec<Datum>| extreme.is_some_and(|e| row[e.column] == Datum::Null);
            if least.as_ref().is_some_and(is_null) {
                let above = KeyRange { low: Bound::Excluded(appended(&base, &Datum::Null)), ..all.clone() };
                shown.extend(self.first_of(trx, std::iter::once(&above), false)?);
            }
            shown.extend(least);
        }
        if extreme.is_some_and(|e| e.max) {
            shown.extend(self.first_of(trx, bounded.iter().rev(), true)?);
        }
        for row in shown {
            if self.fetch.matches(&row)? && visit(Some(&mut *trx), &row)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// The first row of several ranges that the condition is true for.
    fn first_of<'r>(
        &self,
        trx: &mut Transaction,
        mut ranges: impl Iterator<Item = &'r KeyRange>,
        reverse: bool,
    ) -> Result<Option<Vec<Datum>>, SqlError> {
        ranges.try_fold(None, |found, range| match found {
            Some(found) => Ok(Some(found)),
            None => self.first(trx, range, reverse, self.fetch.condition),
        })
    }

    fn first(
        &self,
        trx: &mut Transaction,
        range: &KeyRange,
        reverse: bool,
        condition: Option<&Expr>,
    ) -> Result<Option<Vec<Datum>>, SqlError> {
        let covering = self.fetch.access.covering;
        let mut access = Access::of_range(self.fetch.access.index, range.clone(), reverse, covering);
        // The last of those that begin with a key is an equality, which ends at a gap.
        if reverse && range.low == range.high {
            access.kind = AccessKind::Ref;
        }
        let mut found = None;
        let fetch = Fetch { access: &access, condition, ..self.fetch };
        fetch.each(trx, self.reading, &mut |_, row| {
            found = Some(row.to_vec());
            Ok(ControlFlow::Break(()))
        })?;
        Ok(found)
    }
}

/// The keys that begin with `base` and go on in the interval.
pub(crate) fn behind(base: &[Datum], interval: &KeyRange) -> KeyRange {
    let bound = |bound: &Bound<Vec<Datum>>| match bound {
        Bound::Included(key) => Bound::Included([base, key].concat()),
        Bound::Excluded(key) => Bound::Excluded([base, key].concat()),
        Bound::Unbounded if base.is_empty() => Bound::Unbounded,
        Bound::Unbounded => Bound::Included(base.to_vec()),
    };
    KeyRange { low: bound(&interval.low), high: bound(&interval.high) }
}
