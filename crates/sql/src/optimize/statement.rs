//! The requests of statements: what SELECT, UPDATE and DELETE need of their table.
//!
//! | statement      | order needed                              | columns needed | LIMIT counts                   |
//! |----------------|-------------------------------------------|----------------|--------------------------------|
//! | SELECT         | of GROUP BY or DISTINCT, else of ORDER BY | those it names | rows, or groups without HAVING |
//! | UPDATE, DELETE | of ORDER BY                               | whole rows     | rows                           |
//!
//! InnoDB's counterpart: `make_join_select`, `JOIN::optimize_inner`, `mysql_update`, `mysql_delete`.

use super::access::{Access, AccessPath, ReadOrder};
use super::loose_scan::Grouping;
use super::min_max::{MinMaxLookup, lookups};
use super::plan::plan;
use super::request::{OrderNeed, PlanRequest};
use crate::catalog::Source;
use crate::engine::Table;
use crate::expr::Expr;
use crate::query::{OrderBy, Select, TargetRows, UpdateDelete};
use std::sync::Arc;

impl Select {
    /// The access path to its table, and the table; `None`: it reads no stored table.
    pub(crate) fn access_path(&self) -> Option<(Arc<Table>, AccessPath)> {
        let Some(Source::Table(table)) = &self.source else { return None };
        let needed = self.columns();
        let (need, order) = self.order_need();
        let grouping = Grouping::of(self);
        let request = PlanRequest {
            table,
            condition: self.condition.as_ref(),
            hints: &self.hints,
            needed: Some(&needed),
            order: &order,
            need,
            limit: match self.distinct || order.is_empty() || !self.group.is_empty() && self.having.is_some() {
                true => usize::MAX,
                false => self.limit.end(),
            },
            first_rows: self.limit.end(),
            grouping: grouping.as_ref(),
        };
        let path = plan(&request);
        let grouped = path.order.sorted;
        let path = match need {
            OrderNeed::Grouped if self.group.is_empty() && !grouped && path.access.loose().is_none() => {
                // No index brings equal rows together, so the plan is made for ORDER BY.
                plan(&PlanRequest { order: &self.order, need: OrderNeed::Sorted, ..request })
            }
            OrderNeed::Grouped => {
                let sorted = self.order.is_empty() || self.comes_sorted(table, &request, &path);
                AccessPath { order: ReadOrder { sorted, ..path.order }, ..path }
            }
            OrderNeed::Sorted => path,
        };
        Some((table.clone(), AccessPath { order: ReadOrder { grouped, ..path.order }, ..path }))
    }

    /// Why its rows are needed in an order, and which. Aggregates without GROUP BY take rows in any order.
    fn order_need(&self) -> (OrderNeed, Vec<OrderBy>) {
        let by = |by: &Expr, descending| OrderBy { by: by.clone(), descending };
        let descending = self.order.last().is_some_and(|part| part.descending);
        if !self.group.is_empty() {
            let descending = descending && self.is_ordered_by_group();
            return (OrderNeed::Grouped, self.group.iter().map(|part| by(part, descending)).collect());
        }
        if !self.aggregates.is_empty() {
            return (OrderNeed::Grouped, Vec::new());
        }
        let is_item = |part: &OrderBy| self.items.iter().any(|item| item.is_column_of(&part.by));
        if !self.distinct || !self.order.iter().all(is_item) {
            return (OrderNeed::Sorted, self.order.clone());
        }
        // Equal rows are a group: its columns are those of ORDER BY, then the other items.
        let mut wanted = self.order.clone();
        for item in &self.items {
            if !wanted.iter().any(|part| item.is_column_of(&part.by)) {
                wanted.push(by(item, descending));
            }
        }
        (OrderNeed::Grouped, wanted)
    }

    /// True if ORDER BY names the first columns of GROUP BY, all in one direction.
    pub(crate) fn is_ordered_by_group(&self) -> bool {
        let along = |(part, by): (&OrderBy, &Expr)| part.by.is_column_of(by);
        let same_way = self.order.windows(2).all(|two| two[0].descending == two[1].descending);
        self.order.len() <= self.group.len() && self.order.iter().zip(&self.group).all(along) && same_way
    }

    /// True if distinct rows, or groups, come in the order of ORDER BY.
    fn comes_sorted(&self, table: &Table, request: &PlanRequest<'_>, path: &AccessPath) -> bool {
        if matches!(path.access, Access::Const(_) | Access::Impossible) {
            return true;
        }
        let key: Vec<usize> = table.index(path.index()).key_columns().collect();
        let wanted = PlanRequest { order: &self.order, ..*request }.wanted_order();
        let order = wanted.key_order(&key).filter(|_| path.access != Access::All);
        // A loose scan is in order as far as the group's columns go: it does not read every row of a group.
        let ordered_parts = path.access.loose().map_or(usize::MAX, |loose| loose.group);
        order.is_some_and(|order| order.reverse == path.order.reverse && order.parts <= ordered_parts)
    }

    /// The table and the lookups that answer MIN and MAX, if lookups can.
    pub(crate) fn min_max_lookups(&self) -> Option<(Arc<Table>, Vec<MinMaxLookup>)> {
        let Some(Source::Table(table)) = &self.source else { return None };
        let is_never_true = self.condition.as_ref().is_some_and(Expr::is_never_true);
        lookups(self, table).filter(|_| !is_never_true).map(|lookups| (table.clone(), lookups))
    }
}

impl UpdateDelete {
    /// The access path to the rows that it changes.
    pub(crate) fn access_path(&self) -> AccessPath {
        let TargetRows { condition, order, limit, hints } = &self.rows;
        let condition = condition.as_ref();
        let (table, need) = (&self.table, OrderNeed::Sorted);
        let request = PlanRequest {
            table,
            condition,
            hints,
            needed: None,
            order,
            need,
            limit: *limit,
            first_rows: *limit,
            grouping: None,
        };
        plan(&request)
    }
}

#[cfg(test)]
mod tests {
    use crate::optimize::scenario::{explained, filled_usual};

    #[test]
    fn a_full_scan_is_sorted_unless_a_limit_ends_it() {
        let mut session = filled_usual();
        let mut extra = |sql: &str| explained(&mut session, sql)[9].clone();
        assert_eq!(extra("update t set b = 1 order by id"), "Using filesort");
        assert_eq!(extra("update t set b = 1 order by id limit 3"), "Using buffer");
    }
}
