//! Statements that change the dictionary: CREATE, ALTER, DROP, TRUNCATE, RENAME; and those that show it.
//!
//! RULES
//!
//! - **R1** A statement that changes the dictionary ends the open transaction first, also if it then fails.
//! - **R2** ALTER TABLE is all of its changes or none: they are made on a draft, and the engine is given the result.
//! - **R3** DROP TABLE drops those that are there, in their order; RENAME TABLE renames all or none.
//! - **R4** A change is thought of a definition. If that is another one once the table is had, it is thought once more.
//!
//! InnoDB's counterpart: `sql/sql_table.cc`.

use crate::create::{add_column, add_key, key_columns, new_table};
use crate::draft::{Draft, Key};
use crate::error::SqlError;
use crate::like::like;
use crate::session::{Outcome, Session};
use crate::show;
use crate::warning::Level;
use innolab_engine::{Alter, Error, Table, TableDef};
use sqlparser::ast::{self, AlterTableOperation as Change, Statement};
use std::sync::Arc;

impl Session {
    /// A statement about tables as such, or one that is not known here.
    pub(crate) fn dictionary(&mut self, statement: Statement) -> Result<Outcome, SqlError> {
        match statement {
            Statement::CreateTable(create) => self.create_table(&create),
            Statement::CreateIndex(create) => self.create_index(&create),
            Statement::AlterTable(alter) => self.alter_table(&alter),
            Statement::Drop { object_type: ast::ObjectType::Table, if_exists, names, temporary: false, .. } => {
                self.drop_tables(&names, if_exists)
            }
            Statement::Drop { object_type: ast::ObjectType::Index, names, table: Some(table), .. } => {
                self.drop_index(&table, &names)
            }
            Statement::Truncate(truncate) => self.truncate(&truncate),
            other => self.show_dictionary(&other),
        }
    }

    fn show_dictionary(&self, statement: &Statement) -> Result<Outcome, SqlError> {
        match statement {
            Statement::ShowTables { full: false, show_options, .. } => self.show_tables(show_options),
            Statement::ShowCreate { obj_type: ast::ShowCreateObject::Table, obj_name } => {
                Ok(show::create_table(&*self.names.table(obj_name)?))
            }
            Statement::ShowColumns { full: false, extended: false, show_options } => match show_options {
                ast::ShowStatementOptions {
                    show_in: Some(ast::ShowStatementIn { parent_name: Some(name), .. }),
                    filter_position: None,
                    ..
                } => Ok(show::columns(self.names.table(name)?.def())),
                _ => Err(SqlError::not_supported("SHOW COLUMNS with a filter")),
            },
            Statement::ExplainTable { table_name, .. } => Ok(show::columns(self.names.table(table_name)?.def())),
            Statement::Use(ast::Use::Object(name)) if name.to_string().trim_matches('`') == self.names.database => {
                Ok(Outcome::NOTHING)
            }
            Statement::Use(name) => {
                Err(SqlError::unknown_database(name.to_string().trim_start_matches("USE ").trim_matches('`')))
            }
            other => {
                let text = other.to_string();
                let words: Vec<_> = text.split_whitespace().take(2).collect();
                Err(SqlError::not_supported(words.join(" ")))
            }
        }
    }

    fn create_table(&mut self, create: &ast::CreateTable) -> Result<Outcome, SqlError> {
        self.transactions.commit()?;
        let (database, name) = self.names.split(&create.name)?;
        if database != self.names.database {
            return Err(SqlError::unknown_database(database));
        }
        let engine = &self.names.engine;
        if engine.table(name).is_some() {
            return self.passed_over(SqlError::table_exists(name), create.if_not_exists);
        }
        let new = new_table(name, create, &self.around)?;
        engine.create_table(new.def).map_err(|e| SqlError::from_engine(e, name))?;
        if let (Some(first), Some(table)) = (new.first_auto_increment, engine.table(name))
            && first > 1
        {
            table.bump_auto_increment(first - 1);
        }
        Ok(Outcome::NOTHING)
    }

    /// Drops those that are there; the others are one error, 1051, or one note.
    fn drop_tables(&mut self, names: &[ast::ObjectName], if_exists: bool) -> Result<Outcome, SqlError> {
        self.transactions.commit()?;
        let mut unknown = Vec::new();
        for name in names {
            let (database, table) = self.names.split(name)?;
            let engine = &self.names.engine;
            if database == self.names.database && engine.table(table).is_some() {
                engine.drop_table(self.transactions.seat(), table).map_err(|e| SqlError::from_engine(e, table))?;
            } else {
                unknown.push(format!("{database}.{table}"));
            }
        }
        if unknown.is_empty() {
            return Ok(Outcome::NOTHING);
        }
        self.passed_over(SqlError::unknown_table(unknown.join(",")), if_exists)
    }

    /// An error, or a note if IF EXISTS or IF NOT EXISTS passes it over.
    fn passed_over(&mut self, error: SqlError, passes: bool) -> Result<Outcome, SqlError> {
        if !passes {
            return Err(error);
        }
        self.warnings.push(Level::Note, &error);
        Ok(Outcome::NOTHING)
    }

    fn truncate(&mut self, truncate: &ast::Truncate) -> Result<Outcome, SqlError> {
        self.transactions.commit()?;
        let [target] = truncate.table_names.as_slice() else {
            return Err(SqlError::not_supported("TRUNCATE of several tables"));
        };
        let name = self.names.table(&target.name)?.def().name.clone();
        let truncated = self.names.engine.truncate_table(self.transactions.seat(), &name);
        truncated.map_err(|e| SqlError::from_engine(e, &name))?;
        Ok(Outcome::NOTHING)
    }

    pub(crate) fn rename_tables(
        &mut self,
        renamed: &[(ast::ObjectName, ast::ObjectName)],
    ) -> Result<Outcome, SqlError> {
        self.transactions.commit()?;
        let listed: Vec<_> = renamed.iter().map(|(from, to)| format!("{from} TO {to}")).collect();
        let statement = format!("RENAME TABLE {}", listed.join(", "));
        loop {
            let renames = self.followed(renamed)?;
            match self.names.engine.rename_tables(self.transactions.seat(), &renames, &statement) {
                Err(Error::TableDefChanged) => continue, // R4
                done => break done.map_err(|e| SqlError::from_engine(e, &listed[0]))?,
            }
        }
        Ok(Outcome::NOTHING)
    }

    /// What a list of renames comes to, followed from its beginning: each table that has another name in the end, and
    /// its definition there. ERRORS: 1050, 1146.
    fn followed(
        &self,
        renamed: &[(ast::ObjectName, ast::ObjectName)],
    ) -> Result<Vec<(Arc<Table>, TableDef)>, SqlError> {
        let mut now: Vec<(Arc<Table>, &str)> = Vec::new();
        for (from, to) in renamed {
            let (database, name) = self.names.split(from)?;
            let (into, new_name) = self.names.split(to)?;
            if into != self.names.database {
                return Err(SqlError::unknown_database(into));
            }
            let gone = |now: &[(Arc<Table>, &str)], name: &str| now.iter().any(|(table, _)| table.def().name == name);
            let at = match now.iter().position(|(_, now)| *now == name && database == self.names.database) {
                Some(at) => at,
                None if gone(&now, name) => return Err(SqlError::no_such_table(database, name)),
                None => {
                    now.push((self.names.table(from)?, name));
                    now.len() - 1
                }
            };
            let taken = now.iter().any(|(_, now)| *now == new_name)
                || self.names.engine.table(new_name).is_some() && !gone(&now, new_name);
            if taken {
                return Err(SqlError::table_exists(new_name));
            }
            now[at].1 = new_name;
        }
        now.retain(|(table, now)| table.def().name != *now);
        now.into_iter()
            .map(|(table, now)| {
                let mut draft = Draft::of(table.def());
                draft.name = now.to_string();
                Ok((table, draft.finish()?))
            })
            .collect()
    }

    // -- ALTER TABLE and what is short for it (R2)

    fn alter_table(&mut self, alter: &ast::AlterTable) -> Result<Outcome, SqlError> {
        self.transactions.commit()?;
        self.alter(&alter.name, alter.to_string(), |draft| {
            alter.operations.iter().try_for_each(|operation| self.edit(draft, operation))
        })
    }

    fn edit(&self, draft: &mut Draft, operation: &Change) -> Result<(), SqlError> {
        match operation {
            Change::AddConstraint { constraint, .. } => add_key(draft, constraint),
            Change::AddColumn { column_def, column_position, .. } => {
                let at = match column_position {
                    None => None,
                    Some(ast::MySQLColumnPosition::First) => Some(0),
                    Some(ast::MySQLColumnPosition::After(name)) => {
                        let before = draft.place(&name.value);
                        Some(1 + before.ok_or_else(|| SqlError::unknown_column(&name.value, &draft.name))?)
                    }
                };
                add_column(draft, column_def, at, &self.around)
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

    fn create_index(&mut self, create: &ast::CreateIndex) -> Result<Outcome, SqlError> {
        self.transactions.commit()?;
        self.alter(&create.table_name, create.to_string(), |draft| {
            let name = create.name.as_ref().and_then(|name| name.0.last()?.as_ident()).map(|name| name.value.clone());
            draft.keys.push(Key { name, columns: key_columns(&create.columns)?, unique: create.unique });
            Ok(())
        })
    }

    fn drop_index(&mut self, table_name: &ast::ObjectName, names: &[ast::ObjectName]) -> Result<Outcome, SqlError> {
        self.transactions.commit()?;
        let shown: Vec<String> = names.iter().map(ToString::to_string).collect();
        self.alter(table_name, format!("DROP INDEX {} ON {}", shown.join(", "), table_name), |draft| {
            shown.iter().try_for_each(|name| match name.trim_matches('`') {
                primary if primary.eq_ignore_ascii_case("primary") => drop_primary(draft),
                name => drop_key(draft, name),
            })
        })
    }

    /// Gives the engine the table as `edit` makes it (R4).
    fn alter(
        &self,
        name: &ast::ObjectName,
        statement: String,
        edit: impl Fn(&mut Draft) -> Result<(), SqlError>,
    ) -> Result<Outcome, SqlError> {
        let engine = &self.names.engine;
        loop {
            let table = self.names.table(name)?;
            let mut draft = Draft::of(table.def());
            edit(&mut draft)?;
            let columns = draft.columns.iter().map(|column| column.was).collect();
            let def = draft.finish()?;
            if def.name != table.def().name && engine.table(&def.name).is_some() {
                return Err(SqlError::table_exists(&def.name));
            }
            let began_us = self.around.variables.began_us;
            let alter = Alter { def: def.clone(), columns, statement: statement.clone(), began_us };
            match engine.alter_table(self.transactions.seat(), &table, alter) {
                Err(Error::TableDefChanged) => continue,
                done => break done.map_err(|e| SqlError::from_change(e, &def))?,
            }
        }
        Ok(Outcome::NOTHING)
    }

    fn show_tables(&self, options: &ast::ShowStatementOptions) -> Result<Outcome, SqlError> {
        let pattern = match &options.filter_position {
            None => None,
            Some(
                ast::ShowStatementFilterPosition::Suffix(ast::ShowStatementFilter::Like(pattern))
                | ast::ShowStatementFilterPosition::Infix(ast::ShowStatementFilter::Like(pattern)),
            ) => Some(pattern.as_bytes()),
            Some(_) => return Err(SqlError::not_supported("SHOW TABLES ... WHERE")),
        };
        let tables = self.names.engine.tables().into_iter();
        let shown =
            tables.filter(|name| pattern.is_none_or(|p| like(name.as_bytes(), p, None))).map(|name| [Some(name)]);
        Ok(Outcome::text_rows([format!("Tables_in_{}", self.names.database).as_str()], shown))
    }
}

/// Takes a column out of the table and out of its keys. ERRORS: 1090, 1091; 1072 if it is part of a unique key of
/// several columns.
fn drop_column(draft: &mut Draft, name: &str) -> Result<(), SqlError> {
    let at = draft.place(name).ok_or_else(|| SqlError::cannot_drop_column(name))?;
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

fn drop_primary(draft: &mut Draft) -> Result<(), SqlError> {
    if draft.primary.is_empty() {
        return Err(SqlError::cannot_drop("PRIMARY"));
    }
    draft.primary.clear();
    Ok(())
}

fn drop_key(draft: &mut Draft, name: &str) -> Result<(), SqlError> {
    let is_it = |key: &Key| key.name.as_deref().is_some_and(|other| other.eq_ignore_ascii_case(name));
    let at = draft.keys.iter().position(is_it).ok_or_else(|| SqlError::cannot_drop(name))?;
    draft.keys.remove(at);
    Ok(())
}

fn rename_column(draft: &mut Draft, old: &str, new: &str) -> Result<(), SqlError> {
    let at = draft.place(old).ok_or_else(|| SqlError::unknown_column(old, &draft.name))?;
    draft.columns[at].def.name = new.to_string();
    let keys = draft.keys.iter_mut().map(|key| &mut key.columns).chain([&mut draft.primary]);
    for column in keys.flatten().filter(|column| column.eq_ignore_ascii_case(old)) {
        *column = new.to_string();
    }
    Ok(())
}
