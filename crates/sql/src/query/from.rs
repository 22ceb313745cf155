//! Binds FROM: the table that a statement names, its alias and its index hints. Left out: joins, subqueries.

use super::hints::Hints;
use crate::answer::SqlError;
use crate::catalog::{Source, TableUse};
use crate::context::BindContext;
use crate::engine::Table;
use sqlparser::ast;
use std::sync::Arc;

/// Finds the table of a name, for that use. ERRORS: 1146 if no table has it.
pub(crate) type Lookup<'a> = dyn FnMut(&ast::ObjectName, TableUse) -> Result<Source, SqlError> + 'a;

/// A table as FROM names it.
pub(crate) struct TableReference<'q> {
    pub(crate) name: &'q ast::ObjectName,
    pub(crate) alias: Option<String>,
    pub(crate) hints: &'q [ast::TableIndexDirective],
}

/// The only table of FROM; `None`: DUAL, one row without columns. ERRORS: 1235 for a join, a subquery or partitions.
pub(crate) fn single_table(from: &ast::TableWithJoins) -> Result<Option<TableReference<'_>>, SqlError> {
    if !from.joins.is_empty() {
        return Err(SqlError::not_supported("JOIN"));
    }
    match &from.relation {
        ast::TableFactor::Table { name, alias, args: None, partitions, index_directives, sample, version, .. } => {
            if sample.is_some() || version.is_some() {
                return Err(SqlError::not_supported("TABLESAMPLE or FOR SYSTEM_TIME"));
            }
            if !partitions.is_empty() {
                return Err(SqlError::not_supported("PARTITION"));
            }
            let is_dual = name.to_string().eq_ignore_ascii_case("dual") && alias.is_none();
            let alias = alias.as_ref().map(|a| a.name.value.clone());
            Ok((!is_dual).then_some(TableReference { name, alias, hints: index_directives }))
        }
        ast::TableFactor::Derived { .. } => Err(SqlError::not_supported("subquery")),
        ast::TableFactor::NestedJoin { .. } => Err(SqlError::not_supported("JOIN")),
        other => Err(SqlError::not_supported(other)),
    }
}

/// The table that an UPDATE or DELETE changes, its alias, and its hints. ERRORS: 1146, 1142 if it is virtual, 1176,
/// 1235.
pub(crate) fn target_table(
    from: &ast::TableWithJoins,
    lookup: &mut Lookup<'_>,
    context: &BindContext,
    (command, used): (&str, TableUse),
) -> Result<(Arc<Table>, String, Hints), SqlError> {
    let Some(named) = single_table(from)? else {
        return Err(SqlError::no_such_table(&context.database, "dual"));
    };
    let table = lookup(named.name, used)?.stored(command)?;
    let alias = named.alias.unwrap_or_else(|| table.def().name.clone());
    let hints = Hints::new(named.hints, table.def(), &alias)?;
    Ok((table, alias, hints))
}
