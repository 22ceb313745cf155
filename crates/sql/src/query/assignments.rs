//! Binds SET of UPDATE and of ON DUPLICATE KEY UPDATE: columns and the expressions assigned to them.

use crate::answer::SqlError;
use crate::expr::{Binder, Expr, is_default};
use sqlparser::ast;

/// The columns assigned to, as places in a row, and their new values. Columns are bound before values, as the server
/// does: an unknown column on the left is reported first. `values_clause`: the clause that errors in values name.
/// ERRORS: 1054, and those of the values.
pub(crate) fn assignments(
    binder: &mut Binder<'_>,
    written: &[ast::Assignment],
    values_clause: &'static str,
) -> Result<Vec<(usize, Expr)>, SqlError> {
    let mut targets = Vec::new();
    for assignment in written {
        let ast::AssignmentTarget::ColumnName(name) = &assignment.target else {
            return Err(SqlError::not_supported(&assignment.target));
        };
        let names: Vec<_> = name.0.iter().filter_map(|part| part.as_ident().cloned()).collect();
        targets.push(binder.column_index(&names)?);
    }
    binder.clause = values_clause;
    let bound = targets.into_iter().zip(written).map(|(index, assignment)| {
        let value =
            if is_default(&assignment.value) { binder.default_of(index)? } else { binder.bind(&assignment.value)? };
        Ok((index, value))
    });
    bound.collect()
}
