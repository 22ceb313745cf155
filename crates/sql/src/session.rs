//! A session: takes statements one by one, each its own transaction.
//!
//! RULES
//!
//! - **R1** A statement that fails has changed nothing. Exceptions are the server's: AUTO_INCREMENT values stay used, and DROP TABLE drops
//!   those of its tables that are there.
//! - **R2** There is one database, of the name that the session was given; another one's tables are not there.
//!
//! InnoDB's counterpart: `THD`, `mysql_execute_command`. Left out: transactions of several statements (BEGIN is error 1235), variables.

use crate::SqlError;
use crate::bind::Surroundings;
use crate::change::Change;
use crate::create::new_table;
use crate::insert::Insert;
use crate::like::like;
use crate::rewrite::parse;
use crate::select::Select;
use crate::show;
use crate::value::Value;
use innolab_engine::{Engine, Table};
use sqlparser::ast::{self, Statement};
use std::sync::Arc;

/// What a statement did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It returns no rows.
    Ok {
        /// Rows inserted, changed (an UPDATE's row that stays the same is not) or deleted.
        affected: u64,
    },
    /// It returns rows, perhaps none.
    Rows {
        /// Titles of the columns.
        columns: Vec<String>,
        /// Values as a client is shown them; `None` is NULL. Bytes are UTF-8 but for binary columns.
        rows: Vec<Vec<Option<Vec<u8>>>>,
    },
}

impl Outcome {
    const NOTHING: Outcome = Outcome::Ok { affected: 0 };

    /// Rows of text.
    pub(crate) fn text_rows<const N: usize>(
        titles: [&str; N],
        rows: impl IntoIterator<Item = [Option<String>; N]>,
    ) -> Outcome {
        let rows = rows.into_iter().map(|row| row.into_iter().map(|v| v.map(String::into_bytes)).collect());
        Outcome::Rows { columns: titles.map(str::to_string).to_vec(), rows: rows.collect() }
    }
}

/// One client's view of an engine.
#[doc(alias = "THD")]
pub struct Session {
    engine: Arc<Engine>,
    around: Surroundings,
}

impl Session {
    /// A session on `engine`, whose tables make up the one database, called `database` (names in errors show it).
    pub fn new(engine: Arc<Engine>, database: &str) -> Session {
        Session { engine, around: Surroundings { database: database.to_string(), last_insert_id: 0 } }
    }

    /// Runs one statement; a `;` may end it. ERRORS: as MariaDB 10.11 has them; the statement has then changed nothing.
    #[doc(alias = "mysql_execute_command")]
    pub fn execute(&mut self, sql: &str) -> Result<Outcome, SqlError> {
        match parse(sql)? {
            Statement::Query(query) => {
                let selected = Select::new(&query, sql, &|name| self.lookup(name), &self.around)?.run(&self.engine)?;
                let rows = selected.rows.into_iter().map(|row| row.iter().map(Value::shown).collect()).collect();
                Ok(Outcome::Rows { columns: selected.titles, rows })
            }
            Statement::Insert(insert) => {
                let inserted = Insert::new(&insert, sql, &|name| self.lookup(name), &self.around)?.run(&self.engine)?;
                if let Some(id) = inserted.first_generated {
                    self.around.last_insert_id = id;
                }
                Ok(Outcome::Ok { affected: inserted.rows })
            }
            Statement::Update(update) => {
                let change = Change::update(&update, sql, &|name| self.lookup(name), &self.around)?;
                Ok(Outcome::Ok { affected: change.run(&self.engine)? })
            }
            Statement::Delete(delete) => {
                let change = Change::delete(&delete, sql, &|name| self.lookup(name), &self.around)?;
                Ok(Outcome::Ok { affected: change.run(&self.engine)? })
            }
            Statement::CreateTable(create) => self.create_table(&create),
            Statement::Drop { object_type: ast::ObjectType::Table, if_exists, names, temporary: false, .. } => {
                self.drop_tables(&names, if_exists)
            }
            Statement::Truncate(truncate) => self.truncate(&truncate),
            other => self.execute_other(&other),
        }
    }

    /// Statements about the session and the dictionary.
    fn execute_other(&mut self, statement: &Statement) -> Result<Outcome, SqlError> {
        match statement {
            Statement::ShowTables { full: false, show_options, .. } => self.show_tables(show_options),
            Statement::ShowCreate { obj_type: ast::ShowCreateObject::Table, obj_name } => {
                Ok(show::create_table(&*self.lookup(obj_name)?))
            }
            Statement::ShowColumns { full: false, extended: false, show_options } => match show_options {
                ast::ShowStatementOptions {
                    show_in: Some(ast::ShowStatementIn { parent_name: Some(name), .. }),
                    filter_position: None,
                    ..
                } => Ok(show::columns(self.lookup(name)?.def(), None)),
                _ => Err(SqlError::not_supported("SHOW COLUMNS with a filter")),
            },
            Statement::ExplainTable { table_name, describe_alias, .. }
                if *describe_alias != ast::DescribeAlias::Explain =>
            {
                Ok(show::columns(self.lookup(table_name)?.def(), None))
            }
            Statement::Explain { .. } | Statement::ExplainTable { .. } => Err(SqlError::not_supported("EXPLAIN")),
            Statement::Use(ast::Use::Object(name)) if name.to_string().trim_matches('`') == self.around.database => {
                Ok(Outcome::NOTHING)
            }
            Statement::Use(name) => {
                Err(SqlError::unknown_database(name.to_string().trim_start_matches("USE ").trim_matches('`')))
            }
            Statement::StartTransaction { begin: true, .. } => Err(SqlError::not_supported("BEGIN")),
            Statement::StartTransaction { .. } => Err(SqlError::not_supported("START TRANSACTION")),
            Statement::Commit { chain: false, .. } | Statement::Rollback { chain: false, savepoint: None } => {
                Ok(Outcome::NOTHING)
            }
            Statement::Set(set) => set_variable(set),
            other => {
                let text = other.to_string();
                let words: Vec<_> = text.split_whitespace().take(2).collect();
                Err(SqlError::not_supported(words.join(" ")))
            }
        }
    }

    // -- tables

    /// The table of a name; error 1146 if there is none.
    fn lookup(&self, name: &ast::ObjectName) -> Result<Arc<Table>, SqlError> {
        let (database, table) = self.split(name)?;
        let found = if database == self.around.database { self.engine.table(table) } else { None };
        found.ok_or_else(|| SqlError::no_such_table(database, table))
    }

    /// Database and table of a name.
    fn split<'n>(&'n self, name: &'n ast::ObjectName) -> Result<(&'n str, &'n str), SqlError> {
        let parts: Vec<_> =
            name.0.iter().filter_map(|part| part.as_ident()).map(|ident| ident.value.as_str()).collect();
        match parts.as_slice() {
            [table] => Ok((&self.around.database, table)),
            [database, table] => Ok((database, table)),
            _ => Err(SqlError::not_supported(name)),
        }
    }

    fn create_table(&self, create: &ast::CreateTable) -> Result<Outcome, SqlError> {
        let (database, name) = self.split(&create.name)?;
        if database != self.around.database {
            return Err(SqlError::unknown_database(database));
        }
        if self.engine.table(name).is_some() {
            return if create.if_not_exists { Ok(Outcome::NOTHING) } else { Err(SqlError::table_exists(name)) };
        }
        let new = new_table(name, create, &self.around)?;
        self.engine.create_table(new.def).map_err(|e| SqlError::from_engine(e, name))?;
        if let (Some(first), Some(table)) = (new.first_auto_increment, self.engine.table(name))
            && first > 1
        {
            table.bump_auto_increment(first - 1);
        }
        Ok(Outcome::NOTHING)
    }

    /// Drops those that are there; the others are one error, 1051.
    fn drop_tables(&self, names: &[ast::ObjectName], if_exists: bool) -> Result<Outcome, SqlError> {
        let mut unknown = Vec::new();
        for name in names {
            let (database, table) = self.split(name)?;
            if database == self.around.database && self.engine.table(table).is_some() {
                self.engine.drop_table(table).map_err(|e| SqlError::from_engine(e, table))?;
            } else {
                unknown.push(format!("{database}.{table}"));
            }
        }
        if unknown.is_empty() || if_exists {
            Ok(Outcome::NOTHING)
        } else {
            Err(SqlError::unknown_table(unknown.join(",")))
        }
    }

    /// Drops the table and makes it again. A crash in between leaves it dropped.
    fn truncate(&self, truncate: &ast::Truncate) -> Result<Outcome, SqlError> {
        let [target] = truncate.table_names.as_slice() else {
            return Err(SqlError::not_supported("TRUNCATE of several tables"));
        };
        let table = self.lookup(&target.name)?;
        let def = table.def().clone();
        let name = def.name.clone();
        drop(table);
        self.engine
            .drop_table(&name)
            .and_then(|()| self.engine.create_table(def))
            .map_err(|e| SqlError::from_engine(e, &name))?;
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
        let tables = self.engine.tables().into_iter();
        let shown =
            tables.filter(|name| pattern.is_none_or(|p| like(name.as_bytes(), p, None))).map(|name| [Some(name)]);
        Ok(Outcome::text_rows([format!("Tables_in_{}", self.around.database).as_str()], shown))
    }
}

/// Settings that change nothing for statements that commit themselves are taken; all others are refused.
fn set_variable(set: &ast::Set) -> Result<Outcome, SqlError> {
    match set {
        ast::Set::SetTransaction { snapshot: None, .. } | ast::Set::SetNamesDefault {} => Ok(Outcome::NOTHING),
        ast::Set::SetNames { charset_name, collation_name: None }
            if charset_name.value.eq_ignore_ascii_case("utf8mb4") =>
        {
            Ok(Outcome::NOTHING)
        }
        ast::Set::SingleAssignment { variable, values, .. } => {
            let name = variable.to_string().trim_start_matches('@').to_ascii_lowercase();
            let value = values.first().map(|v| v.to_string().to_ascii_lowercase()).unwrap_or_default();
            match (name.rsplit('.').next().unwrap_or_default(), value.as_str()) {
                ("autocommit", "1" | "on" | "true") | ("innodb_lock_wait_timeout", _) => Ok(Outcome::NOTHING),
                (name, value) => Err(SqlError::not_supported(format_args!("SET {name} = {value}"))),
            }
        }
        other => Err(SqlError::not_supported(other)),
    }
}
