//! Rows that come in the order that is wanted, so that nothing is sorted.
//!
//! ```text
//! ORDER BY b, index (a, b)      a = 1                  (1,1) (1,3) (1,8)     a has one value: b is in order
//! ORDER BY a DESC, b DESC       the whole index, backwards
//! ORDER BY d LIMIT 5            index (d)              five entries and their rows cost less than all rows and a sort
//! ```
//!
//! RULES
//!
//! - **R1** An access whose own index has the order keeps it.
//! - **R2** Else an index that covers, or is forced, takes the place of reading everything; with LIMIT, or for groups,
//!   also another one if it is cheaper. The rows of a LIMIT are thought to lie among the others evenly: of a condition
//!   that keeps one row in ten, ten times as many are read.
//! - **R3** Of several the one with the fewest rows is taken, and a covering one rather than one that is not.
//!
//! InnoDB's counterpart: `test_if_skip_sort_order`, `test_if_cheaper_ordering` in `sql/sql_select.cc`.

use super::access::{Access, AccessKind};
use super::cost::{Size, rows_of_a_value};
use super::request::{OrderNeed, Request};
use super::sargable::is_text;
use crate::catalog::is_unique;
use crate::engine::IndexNo;
use crate::expr::Expr;
use crate::query::OrderBy;

/// An index that has the order.
struct Candidate {
    index: IndexNo,
    covering: bool,
    /// Rows of it that are read until the limit is reached.
    read: f64,
    /// Rows that the condition leaves of it.
    rows: u64,
    columns: usize,
    reverse: bool,
    ordered: usize,
}

impl Request<'_> {
    /// The access with its direction and whether it spares the sort; or another index that does.
    pub(crate) fn ordered(&self, mut access: Access, ranged: &[Access], size: Size) -> Access {
        if self.order.is_empty() {
            access.sorted = true;
            return access;
        }
        let def = self.table.def();
        // A text's equality does not free ORDER BY of its column, as the server sees it, though no two rows differ in it.
        let is_text = |c: &usize| is_text(&def.columns[*c]);
        let of_text =
            |part: &OrderBy| part.by.columns().iter().any(|c| is_text(c) && access.equal_columns(def).contains(c));
        let by_text =
            access.kind == AccessKind::Ref && self.need == OrderNeed::Sorted && self.order.iter().any(of_text);
        if access.kind != AccessKind::All
            && !by_text
            && let Some((reverse, ordered)) = key_order(self.order, &self.key(access.index), access.equal_columns(def))
        {
            // R1
            let kept = self.kept(&access, ranged, size);
            let rows =
                if access.is_full() { self.wanted(kept, size).min(access.rows as f64) as u64 } else { access.rows };
            return Access { reverse, ordered, sorted: true, rows: rows.max(1), ..access };
        }
        let Some(Candidate { index, covering, read, reverse, ordered, .. }) = self.better(&access, ranged, size) else {
            return access;
        };
        let possible = access.possible.clone();
        let kept = self.kept(&access, ranged, size);
        let base = match ranged.iter().find(|ranged| ranged.index == index) {
            Some(ranged) => ranged.clone(),
            None => Access {
                index,
                kind: AccessKind::Index,
                covering,
                rows: if self.limit == usize::MAX { size.rows } else { (read as u64).clamp(1, size.rows) },
                ..Access::all(size)
            },
        };
        let filtered = (kept / base.rows as f64).min(1.0) * 100.0;
        Access { reverse, ordered, sorted: true, possible, filtered, ..base }
    }

    fn key(&self, index: IndexNo) -> Vec<usize> {
        self.table.index(index).key_columns().collect()
    }

    /// Rows that are read of the table until the limit is reached, of those that are kept.
    fn wanted(&self, kept: f64, size: Size) -> f64 {
        let all = size.rows as f64;
        if self.limit as f64 > kept { all } else { self.limit as f64 * all / kept }
    }

    /// R2 and R3.
    fn better(&self, access: &Access, ranged: &[Access], size: Size) -> Option<Candidate> {
        let kept = self.kept(access, ranged, size);
        let price = access.read_cost(kept) + 0.001;
        let any_price = access.is_full() && (self.need == OrderNeed::Grouped || self.hints.forces());
        let wanted = self.wanted(kept, size);
        let mut best: Option<Candidate> = None;
        for index in self.usable() {
            let Some((reverse, ordered)) = key_order(self.order, &self.key(index), &[]) else { continue };
            let covering = self.is_covered(index);
            let covers = covering || index == IndexNo::CLUSTERED;
            if !(covers || any_price || self.limit != usize::MAX) {
                continue;
            }
            let columns = self.table.def().index_columns(index).len();
            let of_a_value = match is_unique(self.table.def(), index) {
                true => 1.0,
                false => rows_of_a_value(self.table, index, columns, size.rows),
            };
            let cost = wanted.floor().max(1.0) / of_a_value * of_a_value.min(size.pages);
            let rows = ranged.iter().find(|ranged| ranged.index == index).map_or(size.rows, |ranged| ranged.rows);
            let worse_covering = covers && !access.is_full() && access.covering && kept < wanted;
            if !(any_price || access.is_full() && covers || cost < price) || worse_covering {
                continue;
            }
            let is_better = best.as_ref().is_none_or(|best| {
                let best_covers = best.covering || best.index == IndexNo::CLUSTERED;
                let fewer = match wanted <= rows.min(best.rows) as f64 {
                    true => columns < best.columns,
                    false => rows < best.rows,
                };
                (covers || !best_covers) && (fewer || covers && !best_covers)
            });
            if is_better {
                best = Some(Candidate { index, covering, read: wanted, rows, columns, reverse, ordered });
            }
        }
        best
    }
}

/// Whether rows come in this order from an index with this key, of which some columns have one value only:
/// `Some((true, _))` backwards, `None` they do not; and how many of the key's columns that takes.
pub(crate) fn key_order(by: &[OrderBy], key: &[usize], equal: &[usize]) -> Option<(bool, usize)> {
    let mut left = key.iter().copied().filter(|column| !equal.contains(column));
    let mut ordered = equal.len();
    let mut reverse = None;
    for part in by {
        let Expr::Column(column) = &part.by else { return None };
        if equal.contains(&column.index) {
            continue;
        }
        match left.next() {
            // Behind the whole key nothing is left to be sorted.
            None if !key.is_empty() => break,
            Some(next) if next == column.index && reverse.is_none_or(|r| r == part.descending) => {
                (reverse, ordered) = (Some(part.descending), ordered + 1);
            }
            _ => return None,
        }
    }
    Some((reverse.unwrap_or(false), ordered))
}
