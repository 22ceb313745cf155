//! ALTER TABLE, and its short forms CREATE INDEX and DROP INDEX. The changes are applied to a draft of the table, and
//! the engine gets the resulting definition (rules: [`super::ddl`]).

use super::create::{add_column, add_key, key_columns};
use super::ddl::DdlStatement;
use super::names::check_renamed_column;
use super::table_draft::{Key, TableDraft};
use crate::answer::{Outcome, SqlError};
use crate::engine::Alter;
use sqlparser::ast::{self, AlterTableOperation as Change};

impl DdlStatement<'_> {
    pub(super) fn alter_table(&mut self, alter: &ast::AlterTable) -> Result<Outcome, SqlError> {
        let renamed = |operation: &'_ Change| match operation {
            Change::RenameColumn { old_column_name: old, new_column_name: new } => {
                Some((old.value.clone(), new.value.clone()))
            }
            _ => None,
        };
        let renamed: Vec<_> = alter.operations.iter().filter_map(renamed).collect();
        let new_names = alter.operations.iter().filter_map(new_name).collect::<Vec<_>>();
        self.alter((&alter.name, new_names.last().copied()), alter.to_string(), |draft| {
            rename_columns(draft, &renamed)?;
            alter.operations.iter().try_for_each(|operation| self.edit(draft, operation))
        })
    }

    fn edit(&self, draft: &mut TableDraft, operation: &Change) -> Result<(), SqlError> {
        match operation {
            Change::AddConstraint { constraint, .. } => add_key(draft, constraint),
            Change::AddColumn { column_def, column_position, .. } => {
                let at = match column_position {
                    None => None,
                    Some(ast::MySQLColumnPosition::First) => Some(0),
                    Some(ast::MySQLColumnPosition::After(name)) => {
                        let before = draft.column_index(&name.value);
                        Some(1 + before.ok_or_else(|| SqlError::unknown_column(&name.value, &draft.name))?)
                    }
                };
                add_column(draft, column_def, at, self.context)
            }
            Change::DropColumn { column_names, .. } => {
                column_names.iter().try_for_each(|name| drop_column(draft, &name.value))
            }
            Change::DropIndex { name } if name.value.eq_ignore_ascii_case("primary") => drop_primary(draft),
            Change::DropIndex { name } => drop_key(draft, &name.value),
            Change::DropPrimaryKey { .. } => drop_primary(draft),
            // `alter_table` has renamed the columns.
            Change::RenameColumn { .. } => Ok(()),
            Change::RenameTable { .. } => {
                let Some(new) = new_name(operation) else { return Ok(()) };
                let (database, name) = self.names.split(new)?;
                if database != self.names.database {
                    return Err(SqlError::rename_failed(&self.names.database, &draft.name, database, name));
                }
                draft.name = name.to_string();
                Ok(())
            }
            Change::Algorithm { .. } | Change::Lock { .. } => Ok(()),
            other => Err(SqlError::not_supported(format_args!("ALTER TABLE ... {other}"))),
        }
    }

    pub(super) fn create_index(&mut self, create: &ast::CreateIndex) -> Result<Outcome, SqlError> {
        self.alter((&create.table_name, None), create.to_string(), |draft| {
            let name = create.name.as_ref().and_then(|name| name.0.last()?.as_ident()).map(|name| name.value.clone());
            draft.keys.push(Key { name, columns: key_columns(&create.columns)?, unique: create.unique });
            Ok(())
        })
    }

    pub(super) fn drop_index(
        &mut self,
        table_name: &ast::ObjectName,
        names: &[ast::ObjectName],
    ) -> Result<Outcome, SqlError> {
        let shown: Vec<String> = names.iter().map(ToString::to_string).collect();
        self.alter((table_name, None), format!("DROP INDEX {} ON {}", shown.join(", "), table_name), |draft| {
            shown.iter().try_for_each(|name| match name.trim_matches('`') {
                primary if primary.eq_ignore_ascii_case("primary") => drop_primary(draft),
                name => drop_key(draft, name),
            })
        })
    }

    /// Alters a table to the definition that `edit` makes of its draft. `renamed`: its name, and the new one if the
    /// statement gives one. `statement`: the text for the binary log.
    fn alter(
        &self,
        renamed: (&ast::ObjectName, Option<&ast::ObjectName>),
        statement: String,
        edit: impl Fn(&mut TableDraft) -> Result<(), SqlError>,
    ) -> Result<Outcome, SqlError> {
        let (name, new_name) = (self.names.own(renamed.0)?, renamed.1.map(|new| self.names.split(new)).transpose()?);
        let (engine, mut ddl) = (&self.names.engine, self.begin());
        let planned = ddl.plan_on(name).map_err(|e| self.names.error(e, name))?;
        let table = planned.ok_or_else(|| SqlError::no_such_table(&self.names.database, name))?;
        if let Some((_, new_name)) = new_name.filter(|(_, new_name)| *new_name != name) {
            ddl.lock_names([new_name]).map_err(|e| self.names.error(e, name))?;
            if engine.table(new_name).is_some() {
                return Err(SqlError::table_exists(new_name));
            }
        }
        let mut draft = TableDraft::of(table.def());
        edit(&mut draft)?;
        let columns = draft.columns.iter().map(|column| column.original_index).collect();
        let def = draft.finish()?;
        let alter = Alter { def: def.clone(), columns, statement, began_us: self.context.variables.began_us };
        engine.alter_table(&mut ddl, &table, alter).map_err(|e| SqlError::from_change(e, &def))?;
        Ok(Outcome::NOTHING)
    }
}

/// The new name, if the operation renames the table.
fn new_name(operation: &Change) -> Option<&ast::ObjectName> {
    match operation {
        Change::RenameTable { table_name: ast::RenameTableNameKind::As(name) | ast::RenameTableNameKind::To(name) } => {
            Some(name)
        }
        _ => None,
    }
}

/// Removes a column from the table and from its keys. ERRORS: 1090, 1091; 1072 if it is part of a unique key of several
/// columns.
fn drop_column(draft: &mut TableDraft, name: &str) -> Result<(), SqlError> {
    let at = draft.column_index(name).ok_or_else(|| SqlError::cannot_drop_column(name))?;
    if draft.columns.len() == 1 {
        return Err(SqlError::all_columns_dropped());
    }
    draft.columns.remove(at);
    let is_it = |column: &String| column.eq_ignore_ascii_case(name);
    let unique = draft.keys.iter().filter(|key| key.unique).map(|key| &key.columns);
    if unique.chain([&draft.primary]).any(|columns| columns.len() > 1 && columns.iter().any(is_it)) {
        return Err(SqlError::no_key_column(name));
    }
    draft.primary.retain(|column| !is_it(column));
    draft.keys.iter_mut().for_each(|key| key.columns.retain(|column| !is_it(column)));
    draft.keys.retain(|key| !key.columns.is_empty());
    Ok(())
}

fn drop_primary(draft: &mut TableDraft) -> Result<(), SqlError> {
    if draft.primary.is_empty() {
        return Err(SqlError::cannot_drop("PRIMARY"));
    }
    draft.primary.clear();
    Ok(())
}

fn drop_key(draft: &mut TableDraft, name: &str) -> Result<(), SqlError> {
    let is_it = |key: &Key| key.name.as_deref().is_some_and(|other| other.eq_ignore_ascii_case(name));
    let at = draft.keys.iter().position(is_it).ok_or_else(|| SqlError::cannot_drop(name))?;
    draft.keys.remove(at);
    Ok(())
}

/// Renames columns, all at once: two columns can swap their names. ERRORS: 1054, 1166.
fn rename_columns(draft: &mut TableDraft, renamed: &[(String, String)]) -> Result<(), SqlError> {
    for (old, new) in renamed {
        draft.column_index(old).ok_or_else(|| SqlError::unknown_column(old, &draft.name))?;
        check_renamed_column(new)?;
    }
    let keys = draft.keys.iter_mut().map(|key| &mut key.columns).chain([&mut draft.primary]).flatten();
    for name in keys.chain(draft.columns.iter_mut().map(|column| &mut column.def.name)) {
        if let Some((_, new)) = renamed.iter().find(|(old, _)| old.eq_ignore_ascii_case(name)) {
            name.clone_from(new);
        }
    }
    Ok(())
}
