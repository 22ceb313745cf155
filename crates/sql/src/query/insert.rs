//! INSERT and REPLACE, bound: where rows come from, and what is done about duplicate keys.
//!
//! RULES
//!
//! - **R1** Names, counts of values and columns without default are checked before the first row is built.
//!
//! InnoDB's counterpart: `mysql_prepare_insert` in `sql/sql_insert.cc`.

use super::assignments::assignments;
use super::from::Lookup;
use super::read_mode::{Locking, locking_of};
use super::select::Select;
use crate::answer::SqlError;
use crate::catalog::{TableUse, quoted};
use crate::context::BindContext;
use crate::engine::{ColumnDef, Table, TableDef};
use crate::expr::{Binder, Column, DuplicateScope, Expr, is_default};
use sqlparser::ast;
use std::sync::Arc;

/// A bound INSERT or REPLACE. `run` is in `insert` of [`crate::execute`].
pub(crate) struct Insert {
    pub(crate) table: Arc<Table>,
    /// Database and table, quoted, for errors.
    pub(crate) shown_table: String,
    /// The column that gets each of a row's values, as a place in a row.
    pub(crate) columns: Vec<usize>,
    pub(crate) rows: InsertSource,
    pub(crate) on_duplicate: OnDuplicate,
    /// IGNORE: errors in values are warnings, and rows with a duplicate key are skipped.
    pub(crate) ignore: bool,
    /// When the statement began, in µs since 1970.
    pub(crate) began_us: u64,
}

/// Where an INSERT's rows come from.
pub(crate) enum InsertSource {
    Values(Vec<Vec<RowValue>>),
    /// A SELECT, and its locking clause.
    Select(Box<Select>, Option<Locking>),
}

/// Where one value of a row comes from.
pub(crate) enum RowValue {
    Value(Expr),
    Default,
}

impl Insert {
    /// Binds an INSERT. ERRORS: 1146, 1142, 1054, 1110, 1136, 1364; 1235 for what is not supported.
    pub(crate) fn new(
        written: &ast::Insert,
        sql: &str,
        lookup: &mut Lookup<'_>,
        context: &BindContext,
    ) -> Result<Insert, SqlError> {
        refuse_unsupported(written)?;
        let ast::TableObject::TableName(name) = &written.table else {
            return Err(SqlError::not_supported(&written.table));
        };
        let table = lookup(name, TableUse::Change)?.stored("INSERT")?;
        let def = table.def();
        let mut binder = Binder::new(context, Some((def, &def.name)));
        let columns = target_columns(written, &mut binder)?;
        let mut rows = match &written.source {
            None => {
                let values: Vec<_> = written.assignments.iter().map(|a| &a.value).collect();
                InsertSource::Values(vec![row_values(&mut binder, values.into_iter())?])
            }
            Some(query) => match query.body.as_ref() {
                ast::SetExpr::Values(values) => InsertSource::Values(value_rows(&mut binder, values, &columns)?),
                _ => {
                    let mut select = Select::new(query, sql, lookup, context)?;
                    if select.items.len() != columns.len() {
                        return Err(SqlError::wrong_value_count(1));
                    }
                    select.strict = true;
                    InsertSource::Select(Box::new(select), locking_of(query)?)
                }
            },
        };
        let on_duplicate = OnDuplicate::new(written, &mut binder, &mut rows)?;
        let shown_table = format!("{}.{}", quoted(&context.database), quoted(&def.name));
        let (table, ignore, began_us) = (table.clone(), written.ignore, context.variables.began_us);
        let insert = Insert { table, shown_table, columns, rows, on_duplicate, ignore, began_us };
        if let (false, Some(omitted)) = (insert.ignore, insert.column_without_value()) {
            return Err(SqlError::no_default(omitted));
        }
        Ok(insert)
    }

    /// The first column that some row leaves out and that has no default (R1).
    pub(crate) fn column_without_value(&self) -> Option<&str> {
        let def: &TableDef = self.table.def();
        let gives_none = matches!(&self.rows, InsertSource::Values(rows) if rows.iter().any(Vec::is_empty));
        let is_omitted = |n: usize| {
            let column = &def.columns[n];
            let given = self.columns.contains(&n) && !gives_none;
            !given && !column.nullable && column.default.is_none() && def.auto_increment != Some(n)
        };
        (0..def.columns.len()).find(|n| is_omitted(*n)).map(|n| def.columns[n].name.as_str())
    }
}

/// The treatment of a new row whose key is a duplicate. `insert` is in `duplicate` of [`crate::execute`].
pub(crate) enum OnDuplicate {
    /// Error 1062.
    Fail,
    /// ON DUPLICATE KEY UPDATE.
    Update(DuplicateUpdate),
    /// REPLACE: the existing row goes.
    Replace,
}

/// A bound ON DUPLICATE KEY UPDATE.
pub(crate) struct DuplicateUpdate {
    /// Columns and their new values, which are evaluated on the existing row, followed by the new row, followed by the
    /// row that the SELECT reads.
    pub(crate) assigned: Vec<(usize, Expr)>,
    /// The columns of the SELECT's table; none if there is no SELECT, or the values name none of them.
    pub(crate) source: Vec<ColumnDef>,
    /// Those that the values name, as places in the SELECT's row. The SELECT returns them behind its own items.
    pub(crate) named: Vec<usize>,
}

impl DuplicateUpdate {
    /// Binds the assignments, which may name columns of the table that a SELECT in `rows` reads, unless it groups rows.
    /// ERRORS: those of the assignments.
    fn new(
        list: &[ast::Assignment],
        binder: &mut Binder<'_>,
        rows: &mut InsertSource,
    ) -> Result<DuplicateUpdate, SqlError> {
        let (source, alias) = match rows {
            InsertSource::Select(select, _) if select.group.is_empty() && select.aggregates.is_empty() => {
                (select.source.clone(), select.alias.clone())
            }
            _ => (None, String::new()),
        };
        let mut binder = Binder::new(binder.context, binder.table);
        binder.clause = "UPDATE";
        binder.duplicate = Some(DuplicateScope { source: source.as_ref().map(|s| (s.def(), alias.as_str())) });
        let values_clause = if let InsertSource::Values(_) = rows { "SELECT" } else { "UPDATE" };
        let assigned = assignments(&mut binder, list, values_clause)?;
        let behind = 2 * binder.table.map_or(0, |(def, _)| def.columns.len());
        let mut columns: Vec<Column> = Vec::new();
        for (_, value) in &assigned {
            value.visit(&mut |e| match e {
                Expr::Column(column) if column.index >= behind => {
                    columns.push(Column { index: column.index - behind, ..column.clone() });
                }
                _ => {}
            });
        }
        columns.sort_by_key(|column| column.index);
        columns.dedup_by_key(|column| column.index);
        let named: Vec<usize> = columns.iter().map(|column| column.index).collect();
        if let InsertSource::Select(select, _) = rows {
            select.items.extend(columns.into_iter().map(Expr::Column));
        }
        let source = source.filter(|_| !named.is_empty()).map_or(Vec::new(), |s| s.def().columns.clone());
        Ok(DuplicateUpdate { assigned, source, named })
    }
}

impl OnDuplicate {
    /// Binds what an INSERT says about duplicates. ERRORS: those of the assignments.
    pub(crate) fn new(
        written: &ast::Insert,
        binder: &mut Binder<'_>,
        rows: &mut InsertSource,
    ) -> Result<OnDuplicate, SqlError> {
        match &written.on {
            Some(ast::OnInsert::DuplicateKeyUpdate(list)) => {
                DuplicateUpdate::new(list, binder, rows).map(OnDuplicate::Update)
            }
            Some(other) => Err(SqlError::not_supported(other)),
            None if written.replace_into => Ok(OnDuplicate::Replace),
            None => Ok(OnDuplicate::Fail),
        }
    }

    /// True if a duplicate is an error.
    pub(crate) fn fails(&self) -> bool {
        matches!(self, OnDuplicate::Fail)
    }
}

/// ERRORS: 1235.
fn refuse_unsupported(written: &ast::Insert) -> Result<(), SqlError> {
    let refused = [
        (written.returning.is_some(), "RETURNING"),
        (written.partitioned.is_some(), "PARTITION"),
        (written.or.is_some(), "INSERT OR"),
        (written.overwrite, "INSERT OVERWRITE"),
        (written.has_table_keyword, "INSERT INTO TABLE"),
        (written.insert_alias.is_some() || written.table_alias.is_some(), "INSERT ... AS"),
    ];
    refused.into_iter().find(|(asked, _)| *asked).map_or(Ok(()), |(_, what)| Err(SqlError::not_supported(what)))
}

/// The columns to which values are assigned, as places in a row: those named, or all. ERRORS: 1054, 1110 if one is
/// named twice.
fn target_columns(written: &ast::Insert, binder: &mut Binder<'_>) -> Result<Vec<usize>, SqlError> {
    binder.clause = "INSERT INTO";
    let mut columns = Vec::new();
    let assigned = written.assignments.iter().map(|a| match &a.target {
        ast::AssignmentTarget::ColumnName(name) => Ok(name),
        other => Err(SqlError::not_supported(other)),
    });
    for name in written.columns.iter().map(Ok).chain(assigned) {
        let names: Vec<_> = name?.0.iter().filter_map(|part| part.as_ident().cloned()).collect();
        let index = binder.column_index(&names)?;
        if columns.contains(&index) {
            return Err(SqlError::column_twice(&names[names.len() - 1].value));
        }
        columns.push(index);
    }
    if columns.is_empty()
        && let Some((def, _)) = binder.table
    {
        columns = (0..def.columns.len()).collect();
    }
    Ok(columns)
}

/// The rows of VALUES. A row `()` leaves all columns to their defaults. ERRORS: 1136 if a row has not one value for
/// each column.
fn value_rows(
    binder: &mut Binder<'_>,
    values: &ast::Values,
    columns: &[usize],
) -> Result<Vec<Vec<RowValue>>, SqlError> {
    let rows = values.rows.iter().map(|row| &row.content);
    for (number, row) in (1..).zip(rows.clone()) {
        if row.len() != columns.len() && !row.is_empty() {
            return Err(SqlError::wrong_value_count(number));
        }
    }
    rows.map(|row| row_values(binder, row.iter())).collect()
}

/// The values of one row.
pub(crate) fn row_values<'e>(
    binder: &mut Binder<'_>,
    values: impl Iterator<Item = &'e ast::Expr>,
) -> Result<Vec<RowValue>, SqlError> {
    let row_value = |value| {
        if is_default(value) { Ok(RowValue::Default) } else { binder.bind_in("VALUES", value).map(RowValue::Value) }
    };
    values.map(row_value).collect()
}
