//! Whether a SELECT needs a sort or a temporary table: EXPLAIN's `Using filesort` and `Using temporary`.
//!
//! The server's counterpart: `JOIN::need_tmp`, `JOIN::simple_order`.

use crate::catalog::Source;
use crate::expr::Expr;
use crate::optimize::{Access, AccessPath, is_text};
use crate::query::Select;

/// True if DISTINCT has work to do: not if every item has one value only. Texts that compare as equal need not be the
/// same.
///
/// ```sql
/// explain select distinct b from t where b = 5        -- no temporary
/// explain select distinct s from t where s = 'x1'     -- Using temporary
/// ```
pub(super) fn needs_distinct(select: &Select, access: &AccessPath) -> bool {
    let parts = select.condition.as_ref().map_or(Vec::new(), Expr::conjuncts);
    let is_text = |c: &usize| select.source.as_ref().map(Source::def).is_some_and(|def| is_text(&def.columns[*c]));
    let is_equated = |c: &usize| !is_text(c) && parts.iter().any(|part| part.equates(*c));
    let is_fixed = |item: &Expr| item.is_constant() || item.columns().iter().all(is_equated);
    select.distinct && !matches!(access.access, Access::Const(_)) && !select.items.iter().all(is_fixed)
}

/// Returns true for `Using temporary`, and true for `Using filesort`.
pub(super) fn sorting(select: &Select, access: &AccessPath) -> (bool, bool) {
    let ordered = select.order.iter().any(|part| !part.by.is_constant());
    if !select.group.is_empty() {
        // ORDER BY NULL, or by another constant, spares the sort.
        let unordered = !select.order.is_empty() && !ordered;
        let resorted = ordered && !select.is_ordered_by_group();
        return (!access.order.grouped || resorted, !access.order.grouped && !unordered || resorted);
    }
    let distinct = needs_distinct(select, access);
    let early = access.access.loose().is_some() && select.order.is_empty() && select.limit.end() != usize::MAX;
    let apart = distinct && (!access.order.grouped || early || !access.order.sorted);
    (apart && select.aggregates.is_empty(), ordered && !access.order.sorted && select.aggregates.is_empty())
}
