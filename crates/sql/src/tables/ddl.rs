//! Statements about the definitions of tables: CREATE, ALTER, DROP, TRUNCATE, RENAME; SHOW and DESCRIBE.
//!
//! RULES
//!
//! - **R1** DDL first commits the open transaction, even if the statement then fails.
//! - **R2** ALTER TABLE makes all of its changes or none: they are applied to a draft, and the engine gets the
//!   resulting definition.
//! - **R3** DROP TABLE drops the tables that exist, in the given order; RENAME TABLE renames all tables or none.
//! - **R4** Names are locked before they are looked up (`Ddl` of the engine), so what a statement finds stays so until it
//!   has changed it.
//!
//! InnoDB's counterpart: `sql/sql_table.cc`.

use super::create::new_table;
use super::show;
use crate::answer::{Level, Outcome, SqlError, Warnings};
use crate::catalog::{Names, TableUse, check_database};
use crate::context::BindContext;
use crate::engine::{Ddl, Isolation, Table, Transaction};
use crate::types::like;
use innolab_base::Waiter;
use sqlparser::ast::{self, Statement};
use std::sync::Arc;

/// Runs one statement about the definitions of tables.
///
/// | methods                                     | file                  |
/// |---------------------------------------------|-----------------------|
/// | `run`, CREATE, DROP, TRUNCATE, SHOW         | here                  |
/// | `alter_table`, `create_index`, `drop_index` | `alter`               |
/// | `rename_tables`                             | `rename`              |
pub(crate) struct DdlStatement<'a> {
    pub(crate) names: &'a Names,
    pub(crate) context: &'a BindContext,
    /// Waits for metadata locks on behalf of the session.
    pub(crate) waiter: &'a Arc<Waiter>,
    /// The open transaction: SHOW and DESCRIBE wait as part of it.
    pub(crate) open: Option<&'a mut Transaction>,
    pub(crate) warnings: &'a mut Warnings,
}

/// The databases that every server has.
const SYSTEM_DATABASES: [&str; 4] = ["information_schema", "mysql", "performance_schema", "sys"];

/// The tables whose definitions the statement changes; `None` if it changes none. The open transaction is committed first
/// (R1). RENAME TABLE is not a [`Statement`].
pub(crate) fn tables_changed(statement: &Statement) -> Option<Vec<&ast::ObjectName>> {
    Some(match statement {
        Statement::CreateTable(create) => vec![&create.name],
        Statement::CreateIndex(create) => vec![&create.table_name],
        Statement::AlterTable(alter) => vec![&alter.name],
        Statement::Truncate(truncate) => truncate.table_names.iter().map(|target| &target.name).collect(),
        Statement::Drop { object_type: ast::ObjectType::Table, temporary: false, names, .. } => names.iter().collect(),
        Statement::Drop { object_type: ast::ObjectType::Index, table: Some(table), .. } => vec![table],
        _ => return None,
    })
}

impl DdlStatement<'_> {
    /// Runs the statement. ERRORS: 1235 if it is not about definitions.
    pub(crate) fn run(&mut self, statement: &Statement) -> Result<Outcome, SqlError> {
        match statement {
            Statement::CreateTable(create) => self.create_table(create),
            Statement::CreateIndex(create) => self.create_index(create),
            Statement::AlterTable(alter) => self.alter_table(alter),
            Statement::Drop { object_type: ast::ObjectType::Table, if_exists, names, temporary: false, .. } => {
                self.drop_tables(names, *if_exists)
            }
            Statement::Drop { object_type: ast::ObjectType::Index, names, table: Some(table), .. } => {
                self.drop_index(table, names)
            }
            Statement::Truncate(truncate) => self.truncate(truncate),
            other => self.show_dictionary(other),
        }
    }

    /// Begins a statement that changes definitions.
    pub(super) fn begin(&self) -> Ddl {
        self.names.engine.ddl(self.waiter)
    }

    /// The table of this name, for a look at its definition. ERRORS: 1146; those of the wait.
    pub(crate) fn look_at(&mut self, name: &ast::ObjectName) -> Result<Arc<Table>, SqlError> {
        match &mut self.open {
            Some(open) => self.names.look_at(open, name),
            None => self.names.look_at(&mut self.names.engine.begin(self.waiter, Isolation::default()), name),
        }
    }

    fn show_dictionary(&mut self, statement: &Statement) -> Result<Outcome, SqlError> {
        match statement {
            Statement::ShowTables { full, show_options, .. } => self.show_tables(show_options, *full),
            Statement::ShowCreate { obj_type: ast::ShowCreateObject::Table, obj_name } => {
                self.names.check_all([obj_name], TableUse::Read)?;
                Ok(show::create_table(&*self.look_at(obj_name)?))
            }
            Statement::ShowColumns { full: false, extended: false, show_options } => match show_options {
                ast::ShowStatementOptions {
                    show_in: Some(ast::ShowStatementIn { parent_name: Some(name), .. }),
                    filter_position: None,
                    ..
                } => Ok(show::columns(self.look_at(name)?.def())),
                _ => Err(SqlError::not_supported("SHOW COLUMNS with a filter")),
            },
            Statement::ExplainTable { table_name, .. } => Ok(show::columns(self.look_at(table_name)?.def())),
            Statement::Use(ast::Use::Object(name)) if name.to_string().trim_matches('`') == self.names.database => {
                Ok(Outcome::NOTHING)
            }
            Statement::Use(ast::Use::Object(name)) => {
                let name = name.0.last().and_then(|part| part.as_ident()).map_or("", |name| name.value.as_str());
                if name.is_empty() {
                    return Err(SqlError::no_database_selected());
                }
                check_database(name)?;
                match SYSTEM_DATABASES.contains(&name.to_ascii_lowercase().as_str()) {
                    true => Err(SqlError::not_supported("USE of another database")),
                    false => Err(SqlError::unknown_database(name)),
                }
            }
            other => {
                let text = other.to_string();
                let words: Vec<_> = text.split_whitespace().take(2).collect();
                Err(SqlError::not_supported(words.join(" ")))
            }
        }
    }

    fn create_table(&mut self, create: &ast::CreateTable) -> Result<Outcome, SqlError> {
        let (database, name) = self.names.split(&create.name)?;
        if database != self.names.database {
            return Err(SqlError::unknown_database(database));
        }
        let (engine, mut ddl) = (&self.names.engine, self.begin());
        if ddl.plan_on(name).map_err(|e| self.names.error(e, name))?.is_some() {
            return self.error_or_note(SqlError::table_exists(name), create.if_not_exists);
        }
        ddl.lock_names([name]).map_err(|e| self.names.error(e, name))?;
        let new = new_table(name, create, self.context)?;
        engine.create_table(new.def).map_err(|e| SqlError::from_engine(e, name))?;
        if let (Some(first), Some(table)) = (new.first_auto_increment, engine.table(name))
            && first > 1
        {
            table.bump_auto_increment(first - 1);
        }
        Ok(Outcome::NOTHING)
    }

    /// Drops the tables that exist (R3); all others together are one error 1051, or one note with IF EXISTS.
    fn drop_tables(&mut self, names: &[ast::ObjectName], if_exists: bool) -> Result<Outcome, SqlError> {
        let names = names.iter().map(|name| self.names.split(name)).collect::<Result<Vec<_>, _>>()?;
        let (engine, mut ddl) = (&self.names.engine, self.begin());
        let own = names.iter().filter(|(database, _)| *database == self.names.database).map(|(_, table)| *table);
        ddl.lock_names(own).map_err(|e| self.names.error(e, ""))?;
        let mut unknown = Vec::new();
        for (database, table) in names {
            if database == self.names.database && engine.table(table).is_some() {
                engine.drop_table(&mut ddl, table).map_err(|e| self.names.error(e, table))?;
            } else {
                unknown.push(format!("{database}.{table}"));
            }
        }
        if unknown.is_empty() {
            return Ok(Outcome::NOTHING);
        }
        self.error_or_note(SqlError::unknown_table(unknown.join(",")), if_exists)
    }

    /// Fails with the error, or with `is_note` (IF EXISTS, IF NOT EXISTS) succeeds with a note.
    fn error_or_note(&mut self, error: SqlError, is_note: bool) -> Result<Outcome, SqlError> {
        if !is_note {
            return Err(error);
        }
        self.warnings.push(Level::Note, &error);
        Ok(Outcome::NOTHING)
    }

    fn truncate(&mut self, truncate: &ast::Truncate) -> Result<Outcome, SqlError> {
        let [target] = truncate.table_names.as_slice() else {
            return Err(SqlError::not_supported("TRUNCATE of several tables"));
        };
        let name = self.names.own(&target.name)?;
        let truncated = self.names.engine.truncate_table(&mut self.begin(), name);
        truncated.map_err(|e| self.names.error(e, name))?;
        Ok(Outcome::NOTHING)
    }

    /// SHOW TABLES; `full`: with the type of each.
    fn show_tables(&self, options: &ast::ShowStatementOptions, full: bool) -> Result<Outcome, SqlError> {
        if let Some(ast::ShowStatementIn { parent_name: Some(name), .. }) = &options.show_in
            && let Some(database) = name.0.last().and_then(|part| part.as_ident())
            && database.value != self.names.database
        {
            check_database(&database.value)?;
            return Err(SqlError::unknown_database(&database.value));
        }
        let pattern = match &options.filter_position {
            None => None,
            Some(
                ast::ShowStatementFilterPosition::Suffix(ast::ShowStatementFilter::Like(pattern))
                | ast::ShowStatementFilterPosition::Infix(ast::ShowStatementFilter::Like(pattern)),
            ) => Some(pattern.as_bytes()),
            Some(_) => return Err(SqlError::not_supported("SHOW TABLES ... WHERE")),
        };
        let tables = self.names.engine.tables().into_iter();
        let shown = tables.filter(|name| pattern.is_none_or(|p| like(name.as_bytes(), p, None)));
        let title = format!("Tables_in_{}", self.names.database);
        Ok(match full {
            false => Outcome::text_rows([title.as_str()], shown.map(|name| [Some(name)])),
            true => {
                let rows = shown.map(|name| [Some(name), Some("BASE TABLE".to_owned())]);
                Outcome::text_rows([title.as_str(), "Table_type"], rows)
            }
        })
    }
}
