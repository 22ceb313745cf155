//! What names can refer to beside the columns of the statement's table.

use super::tree::Expr;
use crate::engine::TableDef;
use std::collections::{BTreeMap, BTreeSet};

/// The names that the clauses behind a select list can use (rules: `select_names`).
#[derive(Default)]
pub(crate) struct SelectNames {
    /// Titles and expressions of the select list.
    pub(crate) items: Vec<(String, Expr)>,
    /// What each title, in lower case, refers to.
    titles: BTreeMap<String, Titled>,
    /// The first item that is this column of the table.
    columns: BTreeMap<usize, usize>,
    /// In HAVING the columns that are parts of GROUP BY, else `None`.
    grouped: Option<BTreeSet<usize>>,
}

/// What the items with one title are.
#[derive(Clone, Copy)]
enum Titled {
    /// All are the same column; the index of the first one.
    Column(usize),
    /// The index of an item that is no column.
    Other(usize),
    /// They are different columns; the index of the second one.
    Ambiguous(usize),
}

impl SelectNames {
    pub(crate) fn of(items: Vec<(String, Expr)>) -> SelectNames {
        let (mut titles, mut columns) = (BTreeMap::new(), BTreeMap::new());
        for (n, (title, item)) in items.iter().enumerate() {
            let column = column_of(item);
            if let Some(column) = column {
                columns.entry(column).or_insert(n);
            }
            let new = if column.is_some() { Titled::Column(n) } else { Titled::Other(n) };
            let titled = titles.entry(title.to_ascii_lowercase()).or_insert(new);
            if let Titled::Column(first) = *titled {
                *titled = match new {
                    Titled::Column(_) if items[first].1.is_column_of(item) => *titled,
                    Titled::Column(_) => Titled::Ambiguous(n),
                    other => other,
                };
            }
        }
        SelectNames { items, titles, columns, grouped: None }
    }

    /// The item with this title. ERRORS: the title, if it is ambiguous.
    pub(super) fn titled(&self, title: &str) -> Result<Option<&Expr>, &str> {
        match self.titles.get(&title.to_ascii_lowercase()) {
            None => Ok(None),
            Some(Titled::Column(n) | Titled::Other(n)) => Ok(Some(&self.items[*n].1)),
            Some(Titled::Ambiguous(n)) => Err(&self.items[*n].0),
        }
    }

    /// The first item that is the same column as `column`.
    pub(super) fn same_column(&self, column: &Expr) -> Option<&Expr> {
        self.columns.get(&column_of(column)?).map(|n| &self.items[*n].1)
    }

    /// Begins HAVING behind these parts of GROUP BY.
    pub(crate) fn begin_having(&mut self, group: &[Expr]) {
        self.grouped = Some(group.iter().filter_map(column_of).collect());
    }

    pub(crate) fn end_having(&mut self) {
        self.grouped = None;
    }

    /// True in HAVING.
    pub(super) fn is_having(&self) -> bool {
        self.grouped.is_some()
    }

    /// True if GROUP BY has this column.
    pub(super) fn groups_by(&self, column: &Expr) -> bool {
        self.grouped.as_ref().zip(column_of(column)).is_some_and(|(grouped, column)| grouped.contains(&column))
    }
}

fn column_of(expr: &Expr) -> Option<usize> {
    match expr {
        Expr::Column(column) => Some(column.index),
        _ => None,
    }
}

/// What the expressions of ON DUPLICATE KEY UPDATE see. They are evaluated on the stored row, followed by the row to be
/// inserted, which VALUES(column) reads, followed by the row of the SELECT that the INSERT reads.
pub(crate) struct DuplicateScope<'a> {
    /// The table of that SELECT, and its alias; `None`: there is no SELECT, or none of its columns can be named.
    pub(crate) source: Option<(&'a TableDef, &'a str)>,
}
