//! Tables as CREATE TABLE declares them: what a log leaves out if its server has `binlog_row_metadata` MINIMAL or
//! NO_LOG.
//!
//! ```text
//! log              rt.t (INT, VARCHAR(10) bytes)                              no names, no signs, no character sets
//! CREATE TABLE     t (id int unsigned primary key, v varchar(10) charset latin1)
//! complete         rt.t (id INT UNSIGNED, v VARCHAR(10) latin1), primary key (id)
//! ```
//!
//! RULES
//!
//! - **R1** A declaration completes a table of the log only if it has the same number of columns, of the same types.
//! - **R2** What the log says stays.

use crate::failure::Failure;
use innolab_binlog::{Column, ColumnType, TableMap, collation};
use sqlparser::ast::{ColumnDef, CreateTable, Statement, TableConstraint};
use sqlparser::dialect::MySqlDialect;
use sqlparser::parser::Parser;
use std::sync::Arc;

/// A table of the log with the names and signs of its columns.
#[derive(Clone)]
pub(super) struct Complete {
    pub(super) map: Arc<TableMap>,
    /// True for a column that the server computes; it takes no value. Unknown ones count as others.
    pub(super) generated: Vec<bool>,
}

/// Declarations of tables.
#[derive(Default)]
pub(super) struct Declarations(Vec<CreateTable>);

impl Declarations {
    /// The CREATE TABLE statements of a text. ERRORS: it cannot be read; `origin` is for the message.
    pub(super) fn read(origin: &str, sql: &str) -> Result<Declarations, Failure> {
        let statements = Parser::parse_sql(&MySqlDialect {}, sql).map_err(|e| format!("{origin}: {e}"))?;
        let tables = statements.into_iter().filter_map(|statement| match statement {
            Statement::CreateTable(create) => Some(create),
            _ => None,
        });
        Ok(Declarations(tables.collect()))
    }

    pub(super) fn add(&mut self, others: Declarations) {
        self.0.extend(others.0);
    }

    /// Returns the table with what the log lacks (R1, R2). ERRORS: it is declared otherwise, or lacks names and is not
    /// declared.
    pub(super) fn complete(&self, map: &Arc<TableMap>) -> Result<Complete, String> {
        let name = format!("{}.{}", map.db, map.table);
        let named = map.columns.iter().all(|c| c.name.is_some());
        let Some(create) = self.0.iter().find(|create| is_table(create, map)) else {
            if named {
                return Ok(Complete { map: map.clone(), generated: vec![false; map.columns.len()] });
            }
            return Err(format!(
                "the log has no column names of {name} (its server's binlog_row_metadata is not FULL); they are taken \
                 from a CREATE TABLE in --schema FILE, or from the database in --data DIR"
            ));
        };
        if create.columns.len() != map.columns.len() {
            let (declared, logged) = (create.columns.len(), map.columns.len());
            return Err(format!("{name} has {logged} columns in the log, but {declared} in its CREATE TABLE"));
        }
        let mut complete = TableMap::clone(map);
        let table_charset = charset_in(&create.table_options.to_string());
        for (column, declared) in complete.columns.iter_mut().zip(&create.columns) {
            if !same_type(column.ty, &declared.data_type.to_string()) {
                let (logged, ty, column) = (column.ty, &declared.data_type, &declared.name.value);
                return Err(format!("{name}: column {column} is {logged} in the log, but {ty} in its CREATE TABLE"));
            }
            fill(column, declared, table_charset.as_deref(), map.has_signs);
        }
        complete.has_signs = true;
        if complete.primary_key.is_empty() {
            complete.primary_key = primary_key(create);
        }
        let generated = create.columns.iter().map(|c| option(c, "AS (").is_some()).collect();
        Ok(Complete { map: Arc::new(complete), generated })
    }
}

fn is_table(create: &CreateTable, map: &TableMap) -> bool {
    let parts: Vec<String> =
        create.name.0.iter().filter_map(|part| part.as_ident()).map(|ident| ident.value.clone()).collect();
    match &parts[..] {
        [table] => *table == map.table,
        [db, table] => *db == map.db && *table == map.table,
        _ => false,
    }
}

/// Adds the name, the sign and the character set of a declared column (R2).
fn fill(column: &mut Column, declared: &ColumnDef, table_charset: Option<&str>, has_signs: bool) {
    column.name.get_or_insert(declared.name.value.clone());
    let ty = declared.data_type.to_string().to_uppercase();
    if let ColumnType::Int { unsigned, .. } = &mut column.ty
        && !has_signs
    {
        *unsigned = ty.contains("UNSIGNED") || ty.contains("SERIAL") || option(declared, "UNSIGNED").is_some();
    }
    let binary = ["BINARY", "VARBINARY", "UUID", "INET", "TINYBLOB", "BLOB", "MEDIUMBLOB", "LONGBLOB"];
    let own = option(declared, "CHARACTER SET ").or_else(|| option(declared, "COLLATE "));
    column.collation = column.collation.or_else(|| match binary.iter().any(|name| ty.starts_with(name)) {
        true => Some(collation::BINARY),
        false => of_charset(own.as_deref().and_then(|o| o.split_whitespace().last()).or(table_charset)?),
    });
}

/// The text of the column's first option that contains `what`.
fn option(declared: &ColumnDef, what: &str) -> Option<String> {
    let options = declared.options.iter().map(|option| option.option.to_string());
    options.into_iter().find(|text| text.to_uppercase().contains(what))
}

/// The character set or collation in a table's options.
fn charset_in(options: &str) -> Option<String> {
    let words: Vec<&str> = options.split(|c: char| c.is_whitespace() || c == '=').filter(|w| !w.is_empty()).collect();
    let after = |names: &[&str]| {
        let at = words.iter().position(|word| names.iter().any(|name| word.eq_ignore_ascii_case(name)))?;
        words.get(at + 1).map(|word| word.trim_matches(['\'', '`']).to_owned())
    };
    after(&["COLLATE"]).or_else(|| after(&["CHARSET", "SET"]))
}

/// A collation of the character set by which a name begins; `None` for a set that is not read.
fn of_charset(name: &str) -> Option<u16> {
    let lower = name.trim_matches(['\'', '`']).to_lowercase();
    let sets = [("utf8", collation::UTF8MB4_BIN), ("latin1", 8), ("ascii", 11), ("binary", collation::BINARY)];
    sets.iter().find(|(set, _)| lower.starts_with(set)).map(|(_, id)| *id)
}

fn primary_key(create: &CreateTable) -> Vec<usize> {
    let at = |name: &str| create.columns.iter().position(|c| c.name.value.eq_ignore_ascii_case(name));
    for constraint in &create.constraints {
        if let TableConstraint::PrimaryKey(key) = constraint {
            // A part of a column is no equality of the column, but the rest of the WHERE is.
            let columns = key.columns.iter().map(|c| c.column.expr.to_string());
            return columns.filter_map(|c| at(c.trim_matches('`').split('(').next().unwrap_or(&c))).collect();
        }
    }
    (0..create.columns.len()).filter(|&i| option(&create.columns[i], "PRIMARY KEY").is_some()).collect()
}

/// True if a column of this declared type is logged as `logged` (R1). Types that are not known here pass.
fn same_type(logged: ColumnType, declared: &str) -> bool {
    use ColumnType as C;
    let upper = declared.to_uppercase();
    let word = upper.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    let int = |n| matches!(logged, C::Int { bytes, .. } if bytes == n);
    match word {
        "TINYINT" | "BOOL" | "BOOLEAN" => int(1),
        "SMALLINT" => int(2),
        "MEDIUMINT" => int(3),
        "INT" | "INTEGER" => int(4),
        "BIGINT" | "SERIAL" => int(8),
        "FLOAT" | "REAL" | "DOUBLE" => matches!(logged, C::Float | C::Double),
        "DECIMAL" | "NUMERIC" | "DEC" | "FIXED" => matches!(logged, C::Decimal { .. }),
        "CHAR" | "CHARACTER" | "BINARY" | "UUID" | "INET4" | "INET6" => matches!(logged, C::Char { .. }),
        "VARCHAR" | "VARBINARY" => matches!(logged, C::Varchar { .. } | C::CompressedVarchar { .. } | C::Char { .. }),
        "TINYTEXT" | "TEXT" | "MEDIUMTEXT" | "LONGTEXT" | "TINYBLOB" | "BLOB" | "MEDIUMBLOB" | "LONGBLOB" => {
            matches!(logged, C::Blob { .. } | C::CompressedBlob { .. })
        }
        "JSON" => matches!(logged, C::Json { .. } | C::Blob { .. }),
        "ENUM" => matches!(logged, C::Enum { .. }),
        "SET" => matches!(logged, C::Set { .. }),
        "BIT" => matches!(logged, C::Bit { .. }),
        "YEAR" => logged == C::Year,
        "DATE" => logged == C::Date,
        "TIME" => matches!(logged, C::Time { .. } | C::OldTime),
        "DATETIME" => matches!(logged, C::DateTime { .. } | C::OldDateTime),
        "TIMESTAMP" => matches!(logged, C::Timestamp { .. } | C::OldTimestamp),
        "VECTOR" => matches!(logged, C::Vector { .. } | C::Varchar { .. }),
        _ => true,
    }
}
