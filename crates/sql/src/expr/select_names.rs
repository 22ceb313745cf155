//! What a name in GROUP BY, HAVING and ORDER BY refers to: a column of the table, or an item of the select list.
//!
//! | where                             | first                             | then                        |
//! |-----------------------------------|-----------------------------------|-----------------------------|
//! | a part of GROUP BY that is a name | a column                          | an item                     |
//! | a part of ORDER BY that is a name | an item                           | a column                    |
//! | HAVING                            | a column of which GROUP BY has it | an item; other columns: 1054 |
//! | within an expression or aggregate | a column                          | an item, unless it has aggregates (1247) |
//!
//! RULES
//!
//! - **R1** An item has the name of its alias. An item that is a column also has the column's name, qualified or not,
//!   unless an alias hides it. Qualified names are never aliases.
//! - **R2** If two items that are different columns have the name, it is ambiguous, error 1052, even where a column of
//!   the table comes first. An item that is no column ends the search.
//!
//! InnoDB's counterpart: `find_item_in_list`, `resolve_ref_in_select_and_group`, `find_order_in_list`.

use super::bind::Binder;
use super::tree::Expr;
use crate::answer::SqlError;
use sqlparser::ast;

impl Binder<'_> {
    /// What a name in the current clause refers to. ERRORS: 1052, 1054, 1247.
    pub(super) fn name(&self, names: &[ast::Ident]) -> Result<Expr, SqlError> {
        let column = self.column(names);
        // While an aggregate's argument is bound, the list of aggregates is taken.
        if self.select_names.is_having() && self.aggregates.is_some() {
            return match (column, self.select_item(names)?) {
                (Ok(column), _) if self.select_names.groups_by(&column) => Ok(column),
                (_, Some(item)) => Ok(item.clone()),
                _ => Err(self.unknown_column(names)),
            };
        }
        match (column, names) {
            (Err(unknown), [name]) => match self.select_item(names)? {
                Some(item) if item.has_aggregates() => Err(SqlError::aggregate_reference(&name.value)),
                item => item.cloned().ok_or(unknown),
            },
            (column, _) => column,
        }
    }

    /// The item of the select list with this name (R1). ERRORS: 1052 (R2).
    pub(crate) fn select_item(&self, names: &[ast::Ident]) -> Result<Option<&Expr>, SqlError> {
        if let [name] = names {
            let ambiguous = |title| SqlError::ambiguous_column(title, self.clause);
            if let Some(item) = self.select_names.titled(&name.value).map_err(ambiguous)? {
                return Ok(Some(item));
            }
        }
        Ok(self.column(names).ok().and_then(|column| self.select_names.same_column(&column)))
    }
}

/// The parts of the name that an expression consists of; `None`: it is no name, or that of a variable.
pub(crate) fn name_parts(expr: &ast::Expr) -> Option<&[ast::Ident]> {
    let names = match expr {
        ast::Expr::Identifier(name) => std::slice::from_ref(name),
        ast::Expr::CompoundIdentifier(names) => names,
        _ => return None,
    };
    let is_variable = |name: &ast::Ident| name.quote_style.is_none() && name.value.starts_with('@');
    names.first().filter(|name| !is_variable(name)).map(|_| names)
}
