//! Statements about the definitions of tables: CREATE, ALTER, DROP, TRUNCATE, RENAME; SHOW and DESCRIBE.
//!
//! RULES
//!
//! - **R1** DDL first commits the open transaction, even if the statement then fails.
//! - **R2** ALTER TABLE makes all of its changes or none: they are applied to a draft, and the engine gets the
//!   resulting definition.
//! - **R3** DROP TABLE drops the tables that exist, in the given order; RENAME TABLE renames all tables or none.
//! - **R4** ALTER and RENAME are planned against a definition; if it changed while the statement waited for the
//!   metadata lock, they are planned again.
//!
//! InnoDB's counterpart: `sql/sql_table.cc`.

use super::create::new_table;
use super::show;
use crate::answer::{Level, Outcome, SqlError, Warnings};
use crate::catalog::Names;
use crate::context::BindContext;
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
    pub(crate) warnings: &'a mut Warnings,
}

/// True if the statement changes a definition, so that the open transaction is committed first (R1). RENAME TABLE is
/// not a [`Statement`].
pub(crate) fn is_ddl(statement: &Statement) -> bool {
    matches!(
        statement,
        Statement::CreateTable(_)
            | Statement::CreateIndex(_)
            | Statement::AlterTable(_)
            | Statement::Truncate(_)
            | Statement::Drop { object_type: ast::ObjectType::Table, temporary: false, .. }
            | Statement::Drop { object_type: ast::ObjectType::Index, table: Some(_), .. }
    )
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
        let (database, name) = self.names.split(&create.name)?;
        if database != self.names.database {
            return Err(SqlError::unknown_database(database));
        }
        let engine = &self.names.engine;
        if engine.table(name).is_some() {
            return self.error_or_note(SqlError::table_exists(name), create.if_not_exists);
        }
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
        let mut unknown = Vec::new();
        for name in names {
            let (database, table) = self.names.split(name)?;
            let engine = &self.names.engine;
            if database == self.names.database && engine.table(table).is_some() {
                engine.drop_table(self.waiter, table).map_err(|e| SqlError::from_engine(e, table))?;
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
        let name = self.names.table(&target.name)?.def().name.clone();
        let truncated = self.names.engine.truncate_table(self.waiter, &name);
        truncated.map_err(|e| SqlError::from_engine(e, &name))?;
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
