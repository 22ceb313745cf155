//! CREATE TABLE: from the parser's tree to the engine's definition, checked as the server checks it, with the text that SHOW CREATE TABLE
//! shows.
//!
//! RULES
//!
//! - **R1** A column of the primary key is NOT NULL, whatever was written.
//! - **R2** The definition's text is canonical: made from the definition, not from what was written, so that a server makes the same
//!   table of it. It is also where display widths and comments live, which mean nothing to the engine.
//! - **R3** Sizes of rows and keys (1071, 1118) are the engine's to refuse.
//! - **R4** What would make another table than the one asked for (an index, a foreign key, another engine or collation) is error 1235.
//!
//! InnoDB's counterpart: `mysql_prepare_create_table` in `sql/sql_table.cc`. Left out: DEFAULT with expressions.

use crate::bind::{Binder, Surroundings};
use crate::error::SqlError;
use crate::expr::Expr;
use crate::store::{Target, store};
use crate::value::Value;
use innolab_engine::{ColumnDef, ColumnType, Datum, MAX_ROW_BYTES, TableDef};
use sqlparser::ast::{self, ColumnOption, DataType, SqlOption, TableConstraint};
use std::fmt::Write;

/// The one collation there is.
pub(crate) const COLLATION: &str = "utf8mb4_nopad_bin";
const CHARSET: &str = "utf8mb4";
/// Bytes that a character takes at most.
const MAX_CHAR_BYTES: usize = 4;

/// A table to be made.
pub(crate) struct NewTable {
    pub(crate) def: TableDef,
    /// The first value that AUTO_INCREMENT is to give.
    pub(crate) first_auto_increment: Option<u64>,
}

/// A column as it was written.
struct Column {
    def: ColumnDef,
    /// Its type as SHOW CREATE TABLE shows it.
    shown_type: String,
    comment: Option<String>,
    auto_increment: bool,
    is_primary: bool,
}

/// What CREATE TABLE asks for. ERRORS: 1060, 1063, 1067, 1068, 1072, 1074, 1075, 1113, 1235, 4161.
pub(crate) fn new_table(name: &str, create: &ast::CreateTable, around: &Surroundings) -> Result<NewTable, SqlError> {
    refuse_unsupported(create)?;
    if create.columns.is_empty() {
        return Err(SqlError::no_columns());
    }
    let mut columns = create.columns.iter().map(|c| column(c, around)).collect::<Result<Vec<_>, _>>()?;
    for (n, column) in columns.iter().enumerate() {
        if columns[..n].iter().any(|c| c.def.name.eq_ignore_ascii_case(&column.def.name)) {
            return Err(SqlError::duplicate_column(&column.def.name));
        }
    }
    let primary_key = primary_key(&columns, &create.constraints)?;
    for index in &primary_key {
        let def = &mut columns[*index].def;
        def.nullable = false;
        if def.default == Some(Datum::Null) {
            return Err(SqlError::wrong_default(&def.name));
        }
    }
    let auto_increment = auto_increment(&columns, &primary_key)?;
    let options = table_options(&create.table_options)?;
    let sql = canonical_text(name, &columns, &primary_key, options.comment.as_deref());
    let columns = columns.into_iter().map(|c| c.def).collect();
    let def = TableDef { name: name.to_string(), columns, primary_key, auto_increment, sql, ..TableDef::default() };
    Ok(NewTable { def, first_auto_increment: options.first_auto_increment })
}

fn refuse_unsupported(create: &ast::CreateTable) -> Result<(), SqlError> {
    let refused = [
        (create.temporary, "CREATE TEMPORARY TABLE"),
        (create.or_replace, "CREATE OR REPLACE TABLE"),
        (create.query.is_some(), "CREATE TABLE ... SELECT"),
        (create.like.is_some(), "CREATE TABLE ... LIKE"),
        (create.partition_by.is_some(), "PARTITION BY"),
    ];
    refused.into_iter().find(|(asked, _)| *asked).map_or(Ok(()), |(_, what)| Err(SqlError::not_supported(what)))
}

// -- columns ------------------------------------------------------------------------------------------------------------------------------

fn column(written: &ast::ColumnDef, around: &Surroundings) -> Result<Column, SqlError> {
    let name = written.name.value.clone();
    let (ty, shown_type) = column_type(&name, &written.data_type)?;
    let def = ColumnDef { name, ty, nullable: true, default: None };
    let mut column = Column { def, shown_type, comment: None, auto_increment: false, is_primary: false };
    let mut default = None;
    for option in &written.options {
        match &option.option {
            ColumnOption::Null => column.def.nullable = true,
            ColumnOption::NotNull => column.def.nullable = false,
            ColumnOption::Default(expr) => default = Some(expr),
            ColumnOption::PrimaryKey(_) => column.is_primary = true,
            ColumnOption::Comment(text) => column.comment = Some(text.clone()),
            ColumnOption::DialectSpecific(words)
                if words.iter().any(|w| w.to_string().eq_ignore_ascii_case("auto_increment")) =>
            {
                column.auto_increment = true;
                column.def.nullable = false;
            }
            ColumnOption::CharacterSet(charset) => check_charset(&charset.to_string())?,
            ColumnOption::Collation(collation) => check_collation(&collation.to_string())?,
            ColumnOption::Unique(_) => return Err(SqlError::not_supported("UNIQUE KEY")),
            ColumnOption::ForeignKey(_) => return Err(SqlError::not_supported("FOREIGN KEY")),
            ColumnOption::Check(_) => return Err(SqlError::not_supported("CHECK")),
            ColumnOption::Generated { .. } => return Err(SqlError::not_supported("generated columns")),
            other => return Err(SqlError::not_supported(other)),
        }
    }
    if let Some(expr) = default {
        column.def.default = Some(default_value(expr, &column, around)?);
    }
    Ok(column)
}

/// The value behind DEFAULT, as the column stores it. ERRORS: 1067 if it cannot.
fn default_value(expr: &ast::Expr, column: &Column, around: &Surroundings) -> Result<Datum, SqlError> {
    let wrong = |_| SqlError::wrong_default(&column.def.name);
    let bound = Binder::new(around, None).bind_in("DEFAULT", expr)?;
    let Expr::Const(value) = bound else { return Err(SqlError::not_supported("DEFAULT with an expression")) };
    if column.auto_increment {
        return Err(wrong(()));
    }
    store(&value, &Target { table: "", column: &column.def, row: 1 }).map_err(|_| wrong(()))
}

/// The type, and how SHOW CREATE TABLE shows it.
fn column_type(name: &str, written: &DataType) -> Result<(ColumnType, String), SqlError> {
    use DataType as T;
    let int = |word: &str, bytes: u8, width: Option<u64>, unsigned: bool| {
        let width = width.unwrap_or(default_width(bytes, unsigned));
        let sign = if unsigned { " unsigned" } else { "" };
        Ok((ColumnType::Int { bytes, unsigned }, format!("{word}({width}){sign}")))
    };
    match written {
        T::TinyInt(w) => int("tinyint", 1, *w, false),
        T::TinyIntUnsigned(w) => int("tinyint", 1, *w, true),
        T::SmallInt(w) => int("smallint", 2, *w, false),
        T::SmallIntUnsigned(w) => int("smallint", 2, *w, true),
        T::MediumInt(w) => int("mediumint", 3, *w, false),
        T::MediumIntUnsigned(w) => int("mediumint", 3, *w, true),
        T::Int(w) | T::Integer(w) => int("int", 4, *w, false),
        T::IntUnsigned(w) | T::IntegerUnsigned(w) => int("int", 4, *w, true),
        T::BigInt(w) => int("bigint", 8, *w, false),
        T::BigIntUnsigned(w) => int("bigint", 8, *w, true),
        T::Bool | T::Boolean => int("tinyint", 1, Some(1), false),
        T::Varchar(length) | T::CharVarying(length) | T::CharacterVarying(length) => {
            let chars = characters(name, length.as_ref(), MAX_ROW_BYTES / MAX_CHAR_BYTES, "VARCHAR without a length")?;
            Ok((ColumnType::VarChar { chars }, format!("varchar({chars})")))
        }
        T::Char(None) | T::Character(None) => Ok((ColumnType::Char { chars: 1 }, "char(1)".to_string())),
        T::Char(length) | T::Character(length) => {
            let chars = characters(name, length.as_ref(), 255, "CHAR(MAX)")?;
            Ok((ColumnType::Char { chars }, format!("char({chars})")))
        }
        T::Varbinary(Some(ast::BinaryLength::IntegerLength { length })) => {
            let bytes = at_most(name, *length, MAX_ROW_BYTES - 3)?;
            Ok((ColumnType::VarBinary { bytes }, format!("varbinary({bytes})")))
        }
        T::Custom(name, _) => Err(SqlError::unknown_type(name)),
        other => Err(SqlError::not_supported(format_args!("column type {other}"))),
    }
}

/// Digits of the longest value, with its sign: what an integer's type shows behind its name.
fn default_width(bytes: u8, unsigned: bool) -> u64 {
    match (bytes, unsigned) {
        (1, signless) => 4 - u64::from(signless),
        (2, signless) => 6 - u64::from(signless),
        (3, signless) => 9 - u64::from(signless),
        (4, signless) => 11 - u64::from(signless),
        _ => 20,
    }
}

fn characters(name: &str, length: Option<&ast::CharacterLength>, most: usize, without: &str) -> Result<u16, SqlError> {
    match length {
        Some(ast::CharacterLength::IntegerLength { length, .. }) => at_most(name, *length, most),
        _ => Err(SqlError::not_supported(without)),
    }
}

fn at_most(name: &str, length: u64, most: usize) -> Result<u16, SqlError> {
    let fits = u16::try_from(length).ok().filter(|l| usize::from(*l) <= most);
    fits.ok_or_else(|| SqlError::column_too_long(name, most))
}

// -- keys -----------------------------------------------------------------------------------------------------------------------

fn primary_key(columns: &[Column], constraints: &[TableConstraint]) -> Result<Vec<usize>, SqlError> {
    let mut keys: Vec<Vec<usize>> = (0..columns.len()).filter(|n| columns[*n].is_primary).map(|n| vec![n]).collect();
    for constraint in constraints {
        match constraint {
            TableConstraint::PrimaryKey(key) => keys.push(key_columns(columns, &key.columns)?),
            TableConstraint::Unique(_) => return Err(SqlError::not_supported("UNIQUE KEY")),
            TableConstraint::ForeignKey(_) => return Err(SqlError::not_supported("FOREIGN KEY")),
            TableConstraint::Check(_) => return Err(SqlError::not_supported("CHECK")),
            _ => return Err(SqlError::not_supported("KEY")),
        }
    }
    match keys.len() {
        0 | 1 => Ok(keys.pop().unwrap_or_default()),
        _ => Err(SqlError::two_primary_keys()),
    }
}

fn key_columns(columns: &[Column], written: &[ast::IndexColumn]) -> Result<Vec<usize>, SqlError> {
    let mut key = Vec::new();
    for part in written {
        let ast::Expr::Identifier(name) = &part.column.expr else {
            return Err(SqlError::not_supported(format_args!("key part {}", part.column.expr)));
        };
        if matches!(part.column.options.sort, Some(ast::OrderBySort::Desc)) {
            return Err(SqlError::not_supported("descending key part"));
        }
        let found = columns.iter().position(|c| c.def.name.eq_ignore_ascii_case(&name.value));
        let index = found.ok_or_else(|| SqlError::no_key_column(&name.value))?;
        if key.contains(&index) {
            return Err(SqlError::duplicate_column(&name.value));
        }
        key.push(index);
    }
    Ok(key)
}

fn auto_increment(columns: &[Column], primary_key: &[usize]) -> Result<Option<usize>, SqlError> {
    let mut marked = (0..columns.len()).filter(|n| columns[*n].auto_increment);
    let Some(index) = marked.next() else { return Ok(None) };
    if !matches!(columns[index].def.ty, ColumnType::Int { .. }) {
        return Err(SqlError::wrong_specifier(&columns[index].def.name));
    }
    if marked.next().is_some() || primary_key.first() != Some(&index) {
        return Err(SqlError::wrong_auto_column());
    }
    Ok(Some(index))
}

// -- options of the table -----------------------------------------------------------------------------------------------------------------

#[derive(Default)]
struct TableOptions {
    first_auto_increment: Option<u64>,
    comment: Option<String>,
}

fn table_options(written: &ast::CreateTableOptions) -> Result<TableOptions, SqlError> {
    let mut options = TableOptions::default();
    let list = match written {
        ast::CreateTableOptions::None => return Ok(options),
        ast::CreateTableOptions::Plain(list) => list,
        other => return Err(SqlError::not_supported(other)),
    };
    for option in list {
        match option {
            SqlOption::Comment(comment) => options.comment = Some(comment.to_string()),
            SqlOption::NamedParenthesizedList(engine)
                if engine.name.as_ref().is_some_and(|n| n.value.eq_ignore_ascii_case("innodb")) => {}
            SqlOption::KeyValue { key, value } => {
                let value = value.to_string();
                match key.value.to_ascii_uppercase().as_str() {
                    "AUTO_INCREMENT" => options.first_auto_increment = value.parse().ok(),
                    "CHARSET" | "DEFAULT CHARSET" | "CHARACTER SET" | "DEFAULT CHARACTER SET" => check_charset(&value)?,
                    "COLLATE" | "DEFAULT COLLATE" => check_collation(&value)?,
                    "ROW_FORMAT" if value.eq_ignore_ascii_case("dynamic") => {}
                    _ => return Err(SqlError::not_supported(option)),
                }
            }
            other => return Err(SqlError::not_supported(other)),
        }
    }
    Ok(options)
}

fn check_charset(charset: &str) -> Result<(), SqlError> {
    if unquoted(charset).eq_ignore_ascii_case(CHARSET) {
        return Ok(());
    }
    Err(SqlError::not_supported(format_args!("CHARACTER SET {charset}")))
}

fn check_collation(collation: &str) -> Result<(), SqlError> {
    if unquoted(collation).eq_ignore_ascii_case(COLLATION) {
        return Ok(());
    }
    Err(SqlError::not_supported(format_args!("COLLATE {collation}")))
}

fn unquoted(name: &str) -> &str {
    name.trim_matches(['\'', '`', '"'])
}

// -- the canonical text (R2) --------------------------------------------------------------------------------------------------------------

/// A name in backquotes.
pub(crate) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

fn quoted_text(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

fn canonical_text(name: &str, columns: &[Column], primary_key: &[usize], comment: Option<&str>) -> String {
    let mut lines: Vec<String> = columns.iter().map(column_line).collect();
    if !primary_key.is_empty() {
        let key: Vec<_> = primary_key.iter().map(|n| quoted(&columns[*n].def.name)).collect();
        lines.push(format!("  PRIMARY KEY ({})", key.join(",")));
    }
    let mut text = format!(
        "CREATE TABLE {} (\n{}\n) {ENGINE_OPTION} DEFAULT CHARSET={CHARSET} COLLATE={COLLATION}",
        quoted(name),
        lines.join(",\n")
    );
    if let Some(comment) = comment {
        text += &format!(" COMMENT={}", quoted_text(comment));
    }
    text
}

/// What stands before the place of AUTO_INCREMENT=… in the canonical text.
pub(crate) const ENGINE_OPTION: &str = "ENGINE=InnoDB";

fn column_line(column: &Column) -> String {
    let def = &column.def;
    let mut line = format!("  {} {}", quoted(&def.name), column.shown_type);
    if !def.nullable {
        line += " NOT NULL";
    }
    // Writing to a string cannot fail.
    let _ = match &def.default {
        Some(Datum::Null) => write!(line, " DEFAULT NULL"),
        None if def.nullable => write!(line, " DEFAULT NULL"),
        Some(value) => write!(line, " DEFAULT {}", shown_default(value)),
        None => Ok(()),
    };
    if column.auto_increment {
        line += " AUTO_INCREMENT";
    }
    if let Some(comment) = &column.comment {
        line += &format!(" COMMENT {}", quoted_text(comment));
    }
    line
}

fn shown_default(value: &Datum) -> String {
    match value {
        Datum::Bytes(bytes) => quoted_text(&String::from_utf8_lossy(bytes)),
        number => Value::from_datum(number, false)
            .shown()
            .map_or("NULL".to_string(), |s| String::from_utf8_lossy(&s).into_owned()),
    }
}
