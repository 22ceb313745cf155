//! The choice of an access: which index, which parts of it, in which direction.
//!
//! ```text
//! WHERE a = 1 and b > 5        const   a whole unique key                    at most one row
//! index (a, b)                 ref     the first columns of an index equal   (1) (1)
//!                              range   intervals of keys                     ((1,5), (1)]; or each group's ends (`loose_scan`)
//!                              index   all of an index that has all columns
//!                              ALL     all rows
//! ```
//!
//! RULES
//!
//! - **R1** The cheapest access is taken, by costs that are the server's (`cost`); of equal ones the first, the primary
//!   key before the others. What was forced by a hint costs less than reading everything.
//! - **R2** The same table and statement have the same plan: costs come from the tree itself, not from statistics that age.
//! - **R3** If a LIMIT ends before all rows are read, parts of an index are better than all of the table, whatever the costs say.
//!
//! InnoDB's counterpart: `test_quick_select` in `sql/opt_range.cc`, `best_access_path` and `make_join_select` in
//! `sql/sql_select.cc`. Left out: index merge, rowid filters, histograms, the primary key's columns at the end of a
//! secondary key as parts of its ranges.

use super::access::{Access, AccessKind};
use super::cost::{Size, key_bytes, of_ranges};
use super::ranges::{Ranges, key_ranges};
use super::request::Request;
use crate::catalog::is_unique;
use crate::engine::{Datum, IndexNo, KeyRange};
use crate::expr::Expr;
use std::ops::Bound;

/// The access to take (R1).
pub(crate) fn plan(request: &Request<'_>) -> Access {
    let Request { table, condition, .. } = *request;
    if condition.is_some_and(Expr::is_never_true) {
        return Access::nothing();
    }
    let def = table.def();
    let speaks_of = |index: &IndexNo| condition.is_some_and(|c| c.speaks_of(def.index_columns(*index)[0]));
    let mut possible: Vec<IndexNo> = Vec::new();
    let mut found = Vec::new();
    for index in request.usable() {
        let ranges = condition.and_then(|c| key_ranges(def, index, c));
        // An UPDATE or DELETE looks for ranges only.
        if if request.needed.is_some() { speaks_of(&index) } else { ranges.is_some() } {
            possible.push(index);
        }
        match ranges {
            Some(ranges) if ranges.ranges.is_empty() => return Access::nothing(),
            Some(ranges) => found.push((index, ranges)),
            None => {}
        }
    }
    if let Some(at) = found.iter().position(|(index, ranges)| request.kind(*index, ranges) == AccessKind::Const) {
        let (index, ranges) = found.swap_remove(at);
        let access = request.ranged(index, ranges, Size { rows: 1, pages: 1.0 });
        return Access { rows: 1, cost: 1.0, sorted: true, possible, ..access };
    }
    let size = Size::of(table);
    let ranged: Vec<Access> = found.into_iter().map(|(index, ranges)| request.ranged(index, ranges, size)).collect();
    let access = request.cheapest(&ranged, size);
    let access = Access { filtered: request.filtered(&access, &ranged, size), possible, ..access };
    match request.loose(&access, &ranged, size) {
        Some(loose) => loose,
        None => request.ordered(access, &ranged, size),
    }
}

impl Request<'_> {
    fn kind(&self, index: IndexNo, found: &Ranges) -> AccessKind {
        let def = self.table.def();
        let columns = def.index_columns(index);
        if found.ranges.len() > 1 || self.n_fixed(index, found) < found.columns {
            return AccessKind::Range;
        }
        let has_null = matches!(&found.ranges[0].low, Bound::Included(key) if key.contains(&Datum::Null));
        let is_whole = found.columns == columns.len() && is_unique(def, index);
        if is_whole && !has_null { AccessKind::Const } else { AccessKind::Ref }
    }

    /// How many of an index's first columns equalities give one value. `c >= 5 and c <= 5` does not: it is a range, of
    /// whatever length.
    fn n_fixed(&self, index: IndexNo, found: &Ranges) -> usize {
        let columns = &self.table.def().index_columns(index)[..found.equal];
        let conjuncts = self.condition.map_or(Vec::new(), Expr::conjuncts);
        columns.iter().take_while(|column| conjuncts.iter().any(|part| part.fixes(**column))).count()
    }

    /// The access by these ranges.
    fn ranged(&self, index: IndexNo, found: Ranges, size: Size) -> Access {
        let (kind, equal) = (self.kind(index, &found), self.n_fixed(index, &found));
        let Ranges { ranges, columns, .. } = found;
        let covering = self.is_covered(index);
        if kind == AccessKind::Const {
            return Access { index, kind, ranges, covering, columns, equal, ..Access::all(size) };
        }
        let dive = |range: &KeyRange| self.table.index(index).estimate_range(range).max(1);
        let rows: u64 = ranges.iter().map(dive).sum();
        let cost = of_ranges(self.table.def(), index, rows as f64, ranges.len() as f64, covering);
        Access { index, kind, ranges, covering, columns, equal, rows, cost, ..Access::all(size) }
    }

    /// The cheapest of the ranges and of reading everything.
    fn cheapest(&self, ranged: &[Access], size: Size) -> Access {
        let best = ranged.iter().reduce(|best, next| if next.cost < best.cost { next } else { best });
        let (cost, all) = self.full(size);
        let Some(best) = best else { return all };
        let kept = self.kept(&all, ranged, size);
        // R3
        let ends_early = (self.first_rows as f64) < kept && best.cost < size.rows as f64 + cost;
        let forced = self.hints.forces();
        match best.cost < cost || forced {
            true => best.clone(),
            false if ends_early => Access { kind: AccessKind::Range, ..best.clone() },
            false => all,
        }
    }

    /// Reading everything, by the shortest index that has all that is wanted, and its cost with the comparing.
    fn full(&self, size: Size) -> (f64, Access) {
        let all = Access::all(size);
        let def = self.table.def();
        let covering = self.usable().filter(|index| self.is_covered(*index));
        // Of equal ones the first.
        match covering.min_by_key(|index| key_bytes(def, *index)) {
            Some(index) => {
                (size.index_scan(self.table, index), Access { index, kind: AccessKind::Index, covering: true, ..all })
            }
            None => (size.table_scan(), all),
        }
    }
}
