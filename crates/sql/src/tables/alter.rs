//! ALTER TABLE, and its short forms CREATE INDEX and DROP INDEX. The changes are applied to a draft of the table, and
//! the engine gets the resulting definition (rules: [`super::ddl`]).

use super::create::{add_column, add_key, key_columns};
use super::ddl::DdlStatement;
use super::table_draft::{Key, TableDraft};
use crate::answer::{Outcome, SqlError};
use crate::engine::{Alter, Error};
use sqlparser::ast::{self, AlterTableOperation as Change};

impl DdlStatement<'_> {
    pub(super) fn alter_table(&mut self, alter: &ast::AlterTable) -> Result<Outcome, SqlError> {
        self.alter(&alter.name, alter.to_string(), |draft| {
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
            Change::RenameColumn { old_column_name: old, new_column_name: new } => {
                rename_column(draft, &old.value, &new.value)
            }
            Change::RenameTable {
                table_name: ast::RenameTableNameKind::As(name) | ast::RenameTableNameKind::To(name),
            } => {
                draft.name = self.names.split(name)?.1.to_string();
                Ok(())
            }
            Change::Algorithm { .. } | Change::Lock { .. } => Ok(()),
            other => Err(SqlError::not_supported(format_args!("ALTER TABLE ... {other}"))),
        }
    }

    pub(super) fn create_index(&mut self, create: &ast::CreateIndex) -> Result<Outcome, SqlError> {
        self.alter(&create.table_name, create.to_string(), |draft| {
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
        self.alter(table_name, format!("DROP INDEX {} ON {}", shown.join(", "), table_name), |draft| {
            shown.iter().try_for_each(|name| match name.trim_matches('`') {
                primary if primary.eq_ignore_ascii_case("primary") => drop_primary(draft),
                name => drop_key(draft, name),
            })
        })
    }

    /// Alters a table to the definition that `edit` makes of its draft; plans again if the definition changed meanwhile
    /// (R4). `statement`: the text for the binary log.
    fn alter(
        &self,
        name: &ast::ObjectName,
        statement: String,
        edit: impl Fn(&mut TableDraft) -> Result<(), SqlError>,
    ) -> Result<Outcome, SqlError> {
        let engine = &self.names.engine;
        loop {
            let table = self.names.table(name)?;
            let mut draft = TableDraft::of(table.def());
            edit(&mut draft)?;
            let columns = draft.columns.iter().map(|column| column.original_index).collect();
            let def = draft.finish()?;
            if def.name != table.def().name && engine.table(&def.name).is_some() {
                return Err(SqlError::table_exists(&def.name));
            }
            let began_us = self.context.variables.began_us;
            let alter = Alter { def: def.clone(), columns, statement: statement.clone(), began_us };
            match engine.alter_table(self.waiter, &table, alter) {
                Err(Error::TableDefChanged) => continue,
                done => break done.map_err(|e| SqlError::from_change(e, &def))?,
            }
        }
        Ok(Outcome::NOTHING)
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

fn rename_column(draft: &mut TableDraft, old: &str, new: &str) -> Result<(), SqlError> {
    let at = draft.column_index(old).ok_or_else(|| SqlError::unknown_column(old, &draft.name))?;
    draft.columns[at].def.name = new.to_string();
    let keys = draft.keys.iter_mut().map(|key| &mut key.columns).chain([&mut draft.primary]);
    for column in keys.flatten().filter(|column| column.eq_ignore_ascii_case(old)) {
        *column = new.to_string();
    }
    Ok(())
}
