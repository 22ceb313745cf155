//! What each kind of statement asks of the optimizer.
//!
//! | statement      | order wanted                                       | columns needed | LIMIT                              |
//! |----------------|----------------------------------------------------|----------------|------------------------------------|
//! | SELECT         | that of GROUP BY or DISTINCT, else ORDER BY         | those it names | counts rows, or groups without HAVING |
//! | UPDATE, DELETE | ORDER BY                                           | whole rows     | counts rows                        |
//!
//! InnoDB's counterpart: `make_join_select`, `JOIN::optimize_inner`, `mysql_update`, `mysql_delete`.

use super::access::{Access, AccessKind};
use super::loose_scan::Grouping;
use super::min_max::{End, ends};
use super::order::key_order;
use super::plan::plan;
use super::request::{OrderNeed, Request};
use crate::catalog::Source;
use crate::engine::Table;
use crate::expr::Expr;
use crate::query::{Change, OrderBy, Select, TargetRows};
use std::sync::Arc;

impl Select {
    /// How its table is read; `None`: it has none that is stored.
    pub(crate) fn access(&self) -> Option<(Arc<Table>, Access)> {
        let Some(Source::Table(table)) = &self.source else { return None };
        let needed = self.columns();
        let (need, order) = self.need();
        let grouping = Grouping::of(self);
        let request = Request {
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
        let access = plan(&request);
        let grouped = access.sorted;
        let access = match need {
            OrderNeed::Grouped if self.group.is_empty() && !grouped && access.loose.is_none() => {
                // Distinct rows that no index brings together may at least come sorted.
                plan(&Request { order: &self.order, need: OrderNeed::Sorted, ..request })
            }
            OrderNeed::Grouped => {
                Access { sorted: self.order.is_empty() || self.comes_sorted(table, &access), ..access }
            }
            OrderNeed::Sorted => access,
        };
        Some((table.clone(), Access { grouped, ..access }))
    }

    /// The order in which its rows are wanted. Aggregates of everything are made of rows in whatever order.
    fn need(&self) -> (OrderNeed, Vec<OrderBy>) {
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
        // Distinct rows are groups; what they are sorted by comes first.
        let mut wanted = self.order.clone();
        for item in &self.items {
            if !wanted.iter().any(|part| item.is_column_of(&part.by)) {
                wanted.push(by(item, descending));
            }
        }
        (OrderNeed::Grouped, wanted)
    }

    /// Whether ORDER BY asks for groups in the order of their first columns, or against it.
    pub(crate) fn is_ordered_by_group(&self) -> bool {
        let along = |(part, by): (&OrderBy, &Expr)| part.by.is_column_of(by);
        let same_way = self.order.windows(2).all(|two| two[0].descending == two[1].descending);
        self.order.len() <= self.group.len() && self.order.iter().zip(&self.group).all(along) && same_way
    }

    /// Whether distinct rows, or groups, come as ORDER BY wants them.
    fn comes_sorted(&self, table: &Table, access: &Access) -> bool {
        let key: Vec<usize> = table.index(access.index).key_columns().collect();
        let equal = access.equal_columns(table.def());
        let is_single = matches!(access.kind, AccessKind::Const | AccessKind::Nothing);
        let order = key_order(&self.order, &key, equal).filter(|_| access.kind != AccessKind::All);
        // Behind a group's columns come the rest of the key's, but not of every row.
        let reach = access.loose.as_ref().map_or(usize::MAX, |loose| loose.group());
        is_single || order.is_some_and(|(reverse, ordered)| reverse == access.reverse && ordered <= reach)
    }

    /// The ends of indexes that answer it, if they do.
    pub(crate) fn ends(&self) -> Option<(Arc<Table>, Vec<End>)> {
        let Some(Source::Table(table)) = &self.source else { return None };
        let is_never_true = self.condition.as_ref().is_some_and(Expr::is_never_true);
        ends(self, table).filter(|_| !is_never_true).map(|ends| (table.clone(), ends))
    }
}

impl Change {
    /// How its rows are found.
    pub(crate) fn access(&self) -> Access {
        let TargetRows { condition, order, limit, hints } = &self.rows;
        let condition = condition.as_ref();
        let (table, need) = (&self.table, OrderNeed::Sorted);
        let request = Request {
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
        let access = plan(&request);
        // Without LIMIT the server does not look for an index that spares the sort.
        let sorted = access.sorted && !(access.is_full() && !order.is_empty() && *limit == usize::MAX);
        Access { sorted, ..access }
    }
}
