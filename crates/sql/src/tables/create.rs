//! CREATE TABLE: from the parser's tree to the engine's definition, with the server's checks, and with the text of SHOW
//! CREATE TABLE.
//!
//! RULES
//!
//! - **R1** The engine checks sizes of rows and keys (1071, 1118), not this file.
//! - **R2** An option that is not supported (a foreign key, another engine or collation) is error 1235: without it the
//!   table would not be the one asked for.
//!
//! InnoDB's counterpart: `mysql_prepare_create_table` in `sql/sql_table.cc`. Left out: DEFAULT with expressions other
//! than the current time of a DATETIME, keys on column prefixes.

use super::names::{check_column_comment, check_key_length, check_new_column, check_table_comment};
use super::table_draft::{CHARSET, COLLATION, Column, Key, TableDraft, quoted_text};
use crate::answer::SqlError;
use crate::context::BindContext;
use crate::engine::{ColumnDef, ColumnDefault, ColumnType, MAX_ROW_BYTES, TableDef};
use crate::expr::{Binder, Expr, is_current_timestamp};
use crate::types::{Target, coerce};
use innolab_base::{decimal, temporal};
use sqlparser::ast::{self, ColumnOption, DataType, SqlOption, TableConstraint};

/// The most bytes that a character takes.
const MAX_CHAR_BYTES: usize = 4;

/// A table to be created.
pub(crate) struct NewTable {
    pub(crate) def: TableDef,
    /// The option AUTO_INCREMENT: the first value to assign.
    pub(crate) first_auto_increment: Option<u64>,
}

/// The table that a CREATE TABLE describes. ERRORS: 1068, 1074, 1235, 4161; those of [`TableDraft::finish`].
pub(crate) fn new_table(name: &str, create: &ast::CreateTable, context: &BindContext) -> Result<NewTable, SqlError> {
    refuse_unsupported(create)?;
    let options = table_options(&create.table_options)?;
    options.comment.iter().try_for_each(|comment| check_table_comment(name, comment))?;
    let trailing_options =
        options.comment.map_or(String::new(), |comment| format!(" COMMENT={}", quoted_text(&comment)));
    let mut draft = TableDraft {
        name: name.to_string(),
        columns: Vec::new(),
        primary: Vec::new(),
        keys: Vec::new(),
        trailing_options,
    };
    for written in &create.columns {
        add_column(&mut draft, written, None, context)?;
    }
    create.constraints.iter().try_for_each(|constraint| add_key(&mut draft, constraint))?;
    Ok(NewTable { def: draft.finish()?, first_auto_increment: options.first_auto_increment })
}

/// Adds a column at index `at` (`None`: at the end), and the keys that its options name. ERRORS: 1068, 1235; those of
/// its type and its default.
pub(crate) fn add_column(
    draft: &mut TableDraft,
    written: &ast::ColumnDef,
    at: Option<usize>,
    context: &BindContext,
) -> Result<(), SqlError> {
    let column = column(written, context)?;
    let name = column.def.name.clone();
    draft.columns.insert(at.unwrap_or(draft.columns.len()), column);
    for option in &written.options {
        match option.option {
            ColumnOption::PrimaryKey(_) => set_primary(draft, vec![name.clone()])?,
            ColumnOption::Unique(_) => {
                draft.keys.push(Key { name: None, columns: vec![name.clone()], unique: true });
            }
            _ => {}
        }
    }
    Ok(())
}

fn set_primary(draft: &mut TableDraft, columns: Vec<String>) -> Result<(), SqlError> {
    if !draft.primary.is_empty() {
        return Err(SqlError::two_primary_keys());
    }
    draft.primary = columns;
    Ok(())
}

/// Adds the key of a constraint. ERRORS: 1068, 1235.
pub(crate) fn add_key(draft: &mut TableDraft, written: &TableConstraint) -> Result<(), SqlError> {
    let (name, columns, unique) = match written {
        TableConstraint::PrimaryKey(key) => {
            // The name has no effect.
            key.index_name.iter().chain(&key.name).try_for_each(|name| check_key_length(&name.value))?;
            return set_primary(draft, key_columns(&key.columns)?);
        }
        TableConstraint::Unique(key) => (key.index_name.as_ref().or(key.name.as_ref()), &key.columns, true),
        TableConstraint::Index(key) => (key.name.as_ref(), &key.columns, false),
        TableConstraint::ForeignKey(_) => return Err(SqlError::not_supported("FOREIGN KEY")),
        TableConstraint::Check(_) => return Err(SqlError::not_supported("CHECK")),
        other => return Err(SqlError::not_supported(other)),
    };
    let name = name.map(|name| name.value.clone());
    draft.keys.push(Key { name, columns: key_columns(columns)?, unique });
    Ok(())
}

/// The names of a key's columns. ERRORS: 1235 for column prefixes, expressions and descending columns.
pub(crate) fn key_columns(written: &[ast::IndexColumn]) -> Result<Vec<String>, SqlError> {
    let column = |part: &ast::IndexColumn| match &part.column.expr {
        _ if matches!(part.column.options.sort, Some(ast::OrderBySort::Desc)) => {
            Err(SqlError::not_supported("descending key part"))
        }
        ast::Expr::Identifier(name) => Ok(name.value.clone()),
        other => Err(SqlError::not_supported(format_args!("key part {other}"))),
    };
    written.iter().map(column).collect()
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

// ---- columns

fn column(written: &ast::ColumnDef, context: &BindContext) -> Result<Column, SqlError> {
    let name = written.name.value.clone();
    check_new_column(&name)?;
    let (ty, shown_type) = column_type(&name, &written.data_type)?;
    let def = ColumnDef::new(name, ty, true);
    let mut column = Column { def, shown_type, comment: None, auto_increment: false, original_index: None };
    let mut default = None;
    for option in &written.options {
        match &option.option {
            ColumnOption::Null => column.def.nullable = true,
            ColumnOption::NotNull => column.def.nullable = false,
            ColumnOption::Default(expr) => default = Some(expr),
            // `add_column` adds these.
            ColumnOption::PrimaryKey(_) | ColumnOption::Unique(_) => {}
            ColumnOption::OnUpdate(expr) if is_current_timestamp(expr) => {
                if !matches!(ty, ColumnType::DateTime { .. }) {
                    return Err(SqlError::wrong_on_update(&column.def.name));
                }
                column.def.on_update_now = true;
            }
            ColumnOption::Comment(text) => {
                check_column_comment(&column.def.name, text)?;
                column.comment = Some(text.clone());
            }
            ColumnOption::DialectSpecific(words)
                if words.iter().any(|w| w.to_string().eq_ignore_ascii_case("auto_increment")) =>
            {
                column.auto_increment = true;
                column.def.nullable = false;
            }
            ColumnOption::CharacterSet(charset) => check_charset(&charset.to_string())?,
            ColumnOption::Collation(collation) => check_collation(&collation.to_string())?,
            ColumnOption::ForeignKey(_) => return Err(SqlError::not_supported("FOREIGN KEY")),
            ColumnOption::Check(_) => return Err(SqlError::not_supported("CHECK")),
            ColumnOption::Generated { .. } => return Err(SqlError::not_supported("generated columns")),
            other => return Err(SqlError::not_supported(other)),
        }
    }
    if let Some(expr) = default {
        column.def.default = Some(default_value(expr, &column, context)?);
    }
    Ok(column)
}

/// The value of DEFAULT as the column stores it. ERRORS: 1067 if the column cannot store it; 1235.
fn default_value(expr: &ast::Expr, column: &Column, context: &BindContext) -> Result<ColumnDefault, SqlError> {
    let wrong = |_| SqlError::wrong_default(&column.def.name);
    match column.def.ty {
        ColumnType::DateTime { .. } if is_current_timestamp(expr) => return Ok(ColumnDefault::Now),
        _ if is_current_timestamp(expr) => return Err(SqlError::not_supported("DEFAULT with an expression")),
        _ => {}
    }
    let mut binder = Binder::new(context, None);
    let Ok(Expr::Const(value)) = binder.bind_in("DEFAULT", expr) else {
        return Err(SqlError::not_supported("DEFAULT with an expression"));
    };
    if column.auto_increment {
        return Err(wrong(()));
    }
    let stored = coerce(&value, &Target { table: "", column: &column.def, row: 1 });
    stored.map(ColumnDefault::Value).map_err(|_| wrong(()))
}

/// The type, and its text in SHOW CREATE TABLE. ERRORS: 1074, 1235, 1425, 1426, 1427, 4161.
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
        T::Decimal(size) | T::Dec(size) | T::Numeric(size) => decimal_type(name, size, false),
        T::DecimalUnsigned(size) | T::DecUnsigned(size) => decimal_type(name, size, true),
        T::Datetime(digits) => {
            let fsp = digits.unwrap_or(0);
            let fits = u8::try_from(fsp).ok().filter(|fsp| *fsp <= temporal::MAX_FSP);
            let fsp = fits.ok_or_else(|| SqlError::big_precision(name, temporal::MAX_FSP))?;
            let shown = if fsp == 0 { "datetime".to_string() } else { format!("datetime({fsp})") };
            Ok((ColumnType::DateTime { fsp }, shown))
        }
        T::Date => Ok((ColumnType::Date, "date".to_string())),
        T::Custom(name, _) => Err(SqlError::unknown_type(name)),
        other => Err(SqlError::not_supported(format_args!("column type {other}"))),
    }
}

/// A DECIMAL type, by default DECIMAL(10,0). ERRORS: 1425, 1426, 1427.
fn decimal_type(name: &str, size: &ast::ExactNumberInfo, unsigned: bool) -> Result<(ColumnType, String), SqlError> {
    const DEFAULT_PRECISION: u8 = 10;
    let (precision, scale) = match *size {
        ast::ExactNumberInfo::None => (0, 0),
        ast::ExactNumberInfo::Precision(precision) => (precision, 0),
        ast::ExactNumberInfo::PrecisionAndScale(precision, scale) => {
            (precision, u64::try_from(scale).unwrap_or(u64::MAX))
        }
    };
    let at_most = |n: u64, most: u8| u8::try_from(n).ok().filter(|n| *n <= most);
    let scale = at_most(scale, decimal::MAX_SCALE).ok_or_else(|| SqlError::big_scale(name, decimal::MAX_SCALE))?;
    let precision = at_most(precision, decimal::MAX_PRECISION)
        .ok_or_else(|| SqlError::big_precision(name, decimal::MAX_PRECISION))?;
    if scale > precision {
        return Err(SqlError::scale_above_precision(name));
    }
    let precision = if precision == 0 { DEFAULT_PRECISION } else { precision };
    let sign = if unsigned { " unsigned" } else { "" };
    Ok((ColumnType::Decimal { precision, scale, unsigned }, format!("decimal({precision},{scale}){sign}")))
}

/// The display width of an integer type: the characters of its longest value, sign included.
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

// ---- options of the table

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
                match key.to_string().to_ascii_uppercase().as_str() {
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
