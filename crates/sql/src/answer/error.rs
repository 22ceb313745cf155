//! The error of a failed statement: MySQL's error number and SQLSTATE, and the text of MariaDB 10.11.
//!
//! RULES
//!
//! - **R1** A client sees number, SQLSTATE and text, nothing else. The text is the server's to the letter, with names
//!   quoted as the server quotes them.
//! - **R2** A construct that this engine does not support is error 1235 with the construct's name
//!   ([`SqlError::not_supported`]), never a wrong result.
//! - **R3** Errors of the engine become numbers here and nowhere else ([`SqlError::from_engine`], `from_change`).
//!
//! InnoDB's counterpart: `sql/share/errmsg-utf8.txt`, and `convert_error_code_to_mysql` in `ha_innodb`.

use crate::engine::{ColumnType, Datum, Error as EngineError, IndexNo, MAX_ROW_BYTES, TableDef, packed};
use std::fmt::{self, Display};

/// A failed statement as its client sees it (R1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlError {
    /// MySQL's error number.
    pub errno: u16,
    /// Standard SQL's error class, five characters.
    pub sqlstate: &'static str,
    /// MariaDB's English text.
    pub message: String,
}

impl SqlError {
    /// The error after which the whole transaction has been rolled back.
    #[doc(alias = "ER_LOCK_DEADLOCK")]
    pub const DEADLOCK: u16 = 1213;
    /// Number of the error for a change in a READ ONLY transaction.
    pub const READ_ONLY_TRANSACTION: u16 = 1792;

    /// An error that has no constructor below. REQUIRES: number, state and text are the real server's.
    pub fn new(errno: u16, sqlstate: &'static str, message: String) -> Self {
        SqlError { errno, sqlstate, message }
    }

    /// An error of the engine as the server reports it (R3). `table`: name of the statement's table.
    pub fn from_engine(error: EngineError, table: &str) -> Self {
        match error {
            EngineError::RowTooLarge { limit } if limit < MAX_ROW_BYTES => Self::record_too_large(limit),
            EngineError::RowTooLarge { limit } => Self::row_too_large(limit),
            EngineError::KeyTooLong { limit } => Self::key_too_long(limit),
            EngineError::TableExists { name } => Self::table_exists(name),
            EngineError::DiskFull { .. } => Self::table_full(table),
            EngineError::Unsupported(what) => Self::not_supported(what),
            EngineError::NoRow => Self::no_row(table),
            EngineError::Deadlock(_) => Self::deadlock(),
            EngineError::LockWaitTimeout => Self::lock_wait_timeout(),
            EngineError::Interrupted => Self::interrupted(),
            EngineError::TextIsNotEnough => Self::text_is_not_enough(),
            EngineError::TableDefChanged => Self::table_def_changed(),
            other => Self::engine(other),
        }
    }

    /// An error of the engine when it changed a row of the table `def` (R3).
    pub(crate) fn from_change(error: EngineError, def: &TableDef) -> Self {
        match error {
            EngineError::Duplicate { index, key } => {
                Self::duplicate(shown_key(&key, def, index), def.index_name(index))
            }
            other => Self::from_engine(other, &def.name),
        }
    }
}

/// The values of a key as error 1062 shows them: joined by `-`, truncated to 64 bytes.
fn shown_key(key: &[Datum], def: &TableDef, index: IndexNo) -> String {
    const MAX_SHOWN: usize = 64;
    const CUT: &str = "...";
    let shown = key.iter().zip(def.index_columns(index)).map(|(value, column)| match value {
        Datum::Null => "NULL".to_string(),
        Datum::Int(i) => i.to_string(),
        Datum::UInt(u) => u.to_string(),
        Datum::Bytes(bytes) => {
            let ty = def.columns[*column].ty;
            let packed = packed::show(ty, bytes);
            packed.unwrap_or_else(|| shown_string(bytes, matches!(ty, ColumnType::VarBinary { .. })))
        }
    });
    // While nothing has been shown (all values so far are empty), no '-' is added.
    let join = |all: String, one: String| if all.is_empty() { one } else { all + "-" + &one };
    let mut shown = shown.fold(String::new(), join);
    if shown.len() > MAX_SHOWN {
        let end = (0..=MAX_SHOWN - CUT.len()).rev().find(|at| shown.is_char_boundary(*at));
        shown.truncate(end.unwrap_or(0));
        shown += CUT;
    }
    shown
}

/// Text or a binary string as errors show it.
pub(crate) fn shown_string(string: &[u8], binary: bool) -> String {
    if binary { shown_binary(string) } else { shown_text(string) }
}

/// Text as it is, with control characters as `\NNNN` and bytes that are not UTF-8 as `\xNN`.
fn shown_text(bytes: &[u8]) -> String {
    let mut shown = String::new();
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\t' | '\n' | '\r' => shown.push(c),
                c if c.is_ascii_control() => shown += &format!("\\{:04X}", u32::from(c)),
                c => shown.push(c),
            }
        }
        chunk.invalid().iter().for_each(|byte| shown += &format!("\\x{byte:02X}"));
    }
    shown
}

/// Printable ASCII as it is, other bytes as `\xNN`.
fn shown_binary(bytes: &[u8]) -> String {
    let mut shown = String::new();
    for byte in bytes {
        match byte {
            b' '..=b'~' => shown.push(char::from(*byte)),
            other => shown += &format!("\\x{other:02X}"),
        }
    }
    shown
}

/// Defines one constructor a line: `name(parameters of the text) = number SQLSTATE text`.
macro_rules! catalogue {
    ($( $name:ident ( $($arg:ident),* ) = $errno:literal $state:literal $text:literal; )*) => {
        impl SqlError {
            $(
                #[doc = concat!("Error ", stringify!($errno), ": ", $text, ".")]
                pub fn $name($($arg: impl Display),*) -> Self { Self::new($errno, $state, format!($text)) }
            )*
        }
    };
}

catalogue! {
    auto_increment_exhausted(column, row) = 167 "22003" "Out of range value for column '{column}' at row {row}";
    engine(error) = 1030 "HY000" "Got error from storage engine InnoDB: {error}";
    no_row(table) = 1032 "HY000" "Can't find record in '{table}'";
    database_denied(database) = 1044 "42000" "Access denied for user 'root'@'localhost' to database '{database}'";
    null_not_allowed(column) = 1048 "23000" "Column '{column}' cannot be null";
    unknown_database(database) = 1049 "42000" "Unknown database '{database}'";
    table_exists(table) = 1050 "42S01" "Table '{table}' already exists";
    rename_failed(database, table, into, name) = 1025 "HY000" "Error on rename of './{database}/{table}' to './{into}/{name}' (errno: 168 \"Unknown (generic) error from engine\")";
    no_database_selected() = 1046 "3D000" "No database selected";
    unknown_charset(name) = 1115 "42000" "Unknown character set: '{name}'";
    ambiguous_column(column, clause) = 1052 "23000" "Column '{column}' in {clause} is ambiguous";
    cannot_group(name) = 1056 "42000" "Can't group on '{name}'";
    name_too_long(name) = 1059 "42000" "Identifier name '{name}' is too long";
    wrong_database_name(name) = 1102 "42000" "Incorrect database name '{name}'";
    wrong_table_name(name) = 1103 "42000" "Incorrect table name '{name}'";
    wrong_column_name(name) = 1166 "42000" "Incorrect column name '{name}'";
    cannot_index(column) = 1167 "42000" "The storage engine InnoDB can't index column `{column}`";
    aggregate_reference(name) = 1247 "42S22" "Reference '{name}' not supported (reference to group function)";
    not_utf8mb3(shown) = 1300 "HY000" "Invalid utf8mb4 character string: '{shown}'";
    table_comment_too_long(table, max) = 1628 "HY000" "Comment for table '{table}' is too long (max = {max})";
    column_comment_too_long(column, max) = 1629 "HY000" "Comment for field '{column}' is too long (max = {max})";
    lock_wait_timeout() = 1205 "HY000" "Lock wait timeout exceeded; try restarting transaction";
    deadlock() = 1213 "40001" "Deadlock found when trying to get lock; try restarting transaction";
    unknown_thread(id) = 1094 "HY000" "Unknown thread id: {id}";
    connection_killed() = 1927 "70100" "Connection was killed";
    not_logging() = 1381 "HY000" "You are not using binary logging";
    binlog_events(why) = 1220 "HY000" "Error when executing command SHOW BINLOG EVENTS: {why}";
    no_log_file() = 1373 "HY000" "Target log not found in binlog index";
    unsafe_statement(why) = 1592 "HY000" "Unsafe statement written to the binary log using statement format since BINLOG_FORMAT = STATEMENT. {why}";
    within_transaction(name) = 1679 "HY000" "Cannot modify @@session.{name} inside a transaction";
    session_variable(name) = 1228 "HY000" "Variable '{name}' is a SESSION variable and can't be used with SET GLOBAL";
    other_scope(name, scope) = 1238 "HY000" "Variable '{name}' is a {scope} variable";
    global_variable(name) = 1229 "HY000" "Variable '{name}' is a GLOBAL variable and should be set with SET GLOBAL";
    wrong_variable_value(name, value) = 1231 "42000" "Variable '{name}' can't be set to the value of '{value}'";
    wrong_variable_type(name) = 1232 "42000" "Incorrect argument type to variable '{name}'";
    read_only_variable(name) = 1238 "HY000" "Variable '{name}' is a read only variable";
    no_savepoint(name) = 1305 "42000" "SAVEPOINT {name} does not exist";
    interrupted() = 1317 "70100" "Query execution was interrupted";
    stack_overrun(used, stack, needed) = 1436 "HY000" "Thread stack overrun:  {used} bytes used of a {stack} byte stack, and {needed} bytes needed. Consider increasing the thread_stack system variable.";
    table_def_changed() = 1412 "HY000" "Table definition has changed, please retry transaction";
    transaction_in_progress() = 1568 "25001" "Transaction characteristics can't be changed while a transaction is in progress";
    text_is_not_enough() = 1665 "HY000" "Cannot execute statement: impossible to write to binary log since BINLOG_FORMAT = STATEMENT and at least one table uses a storage engine limited to row-based logging. InnoDB is limited to row-logging when transaction isolation level is READ COMMITTED or READ UNCOMMITTED.";
    read_only_transaction() = 1792 "25006" "Cannot execute statement in a READ ONLY transaction";
    command_denied(command, table) = 1142 "42000" "{command} command denied to user ''@'localhost' for table '{table}'";
    no_such_key(key, table) = 1176 "42000" "Key '{key}' doesn't exist in table '{table}'";
    cannot_drop(name) = 1091 "42000" "Can't DROP INDEX `{name}`; check that it exists";
    duplicate_key_name(name) = 1061 "42000" "Duplicate key name '{name}'";
    all_columns_dropped() = 1090 "42000" "You can't delete all columns with ALTER TABLE; use DROP TABLE instead";
    wrong_key_name(name) = 1280 "42000" "Incorrect index name '{name}'";
    cannot_drop_column(name) = 1091 "42000" "Can't DROP COLUMN `{name}`; check that it exists";
    unknown_table(table) = 1051 "42S02" "Unknown table '{table}'";
    unknown_column(column, clause) = 1054 "42S22" "Unknown column '{column}' in '{clause}'";
    duplicate_column(column) = 1060 "42S21" "Duplicate column name '{column}'";
    duplicate(key, index) = 1062 "23000" "Duplicate entry '{key}' for key '{index}'";
    wrong_datetime(value) = 1292 "22007" "Incorrect datetime value: '{value}'";
    datetime_overflow() = 1441 "22008" "Datetime function: datetime field overflow";
    wrong_on_update(column) = 1294 "HY000" "Invalid ON UPDATE clause for '{column}' column";
    wrong_specifier(column) = 1063 "42000" "Incorrect column specifier for column '{column}'";
    packet_too_large() = 1153 "08S01" "Got a packet bigger than 'max_allowed_packet' bytes";
    read_only_session_variable(name) = 1621 "HY000" "SESSION variable '{name}' is read-only. Use SET GLOBAL to assign the value";
    syntax(near, line) = 1064 "42000"
        "You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version for the right syntax to use near '{near}' at line {line}";
    empty_query() = 1065 "42000" "Query was empty";
    wrong_default(column) = 1067 "42000" "Invalid default value for '{column}'";
    two_primary_keys() = 1068 "42000" "Multiple primary key defined";
    too_many_keys(max) = 1069 "42000" "Too many keys specified; max {max} keys allowed";
    too_many_columns() = 1117 "42000" "Too many columns";
    key_too_long(bytes) = 1071 "42000" "Specified key was too long; max key length is {bytes} bytes";
    no_key_column(column) = 1072 "42000" "Key column '{column}' doesn't exist in table";
    column_too_long(column, max) = 1074 "42000" "Column length too big for column '{column}' (max = {max}); use BLOB or TEXT instead";
    wrong_auto_column() = 1075 "42000"
        "Incorrect table definition; there can be only one auto column and it must be defined as a key";
    table_named_twice(table) = 1066 "42000" "Not unique table/alias: '{table}'";
    locked_for_reading(table) = 1099 "HY000" "Table '{table}' was locked with a READ lock and can't be updated";
    not_locked(table) = 1100 "HY000" "Table '{table}' was not locked with LOCK TABLES";
    tables_are_locked() = 1192 "HY000"
        "Can't execute the given command because you have active locked tables or an active transaction";
    no_tables() = 1096 "HY000" "No tables used";
    column_twice(column) = 1110 "42000" "Column '{column}' specified twice";
    aggregate_not_allowed() = 1111 "HY000" "Invalid use of group function";
    no_columns() = 1113 "42000" "A table must have at least 1 column";
    table_full(table) = 1114 "HY000" "The table '{table}' is full";
    row_too_large(bytes) = 1118 "42000"
        "Row size too large. The maximum row size for the used table type, not counting BLOBs, is {bytes}. This includes storage overhead, check the manual. You have to change some columns to TEXT or BLOBs";
    record_too_large(bytes) = 1118 "42000"
        "Row size too large (> {bytes}). Changing some columns to TEXT or BLOB may help. In current row format, BLOB prefix of 0 bytes is stored inline.";
    wrong_value_count(row) = 1136 "21S01" "Column count doesn't match value count at row {row}";
    unknown_variable(name) = 1193 "HY000" "Unknown system variable '{name}'";
    no_such_table(database, table) = 1146 "42S02" "Table '{database}.{table}' doesn't exist";
    not_supported(construct) = 1235 "42000" "This version of MariaDB doesn't yet support '{construct}'";
    out_of_range(column, row) = 1264 "22003" "Out of range value for column '{column}' at row {row}";
    truncated(column, row) = 1265 "01000" "Data truncated for column '{column}' at row {row}";
    truncated_value(kind, value) = 1292 "22007" "Truncated incorrect {kind} value: '{value}'";
    wrong_temporal(kind, value, column, row) = 1292 "22007" "Incorrect {kind} value: '{value}' for column {column} at row {row}";
    no_function(database, function) = 1305 "42000" "FUNCTION {database}.{function} does not exist";
    big_precision(column, max) = 1426 "42000" "Too big precision specified for '{column}'. Maximum is {max}";
    illegal_double(text) = 1367 "22007" "Illegal double '{text}' value found during parsing";
    big_scale(column, max) = 1425 "42000" "Too big scale specified for '{column}'. Maximum is {max}";
    scale_above_precision(column) = 1427 "42000" "For float(M,D), double(M,D) or decimal(M,D), M must be >= D (column '{column}')";
    wrong_literal(kind, text) = 1525 "HY000" "Incorrect {kind} value: '{text}'";
    undeclared_variable(name) = 1327 "42000" "Undeclared variable: {name}";
    no_default(column) = 1364 "HY000" "Field '{column}' doesn't have a default value";
    division_by_zero() = 1365 "22012" "Division by 0";
    wrong_value(kind, value, column, row) = 1366 "22007" "Incorrect {kind} value: '{value}' for column {column} at row {row}";
    too_long(column, row) = 1406 "22001" "Data too long for column '{column}' at row {row}";
    no_auto_increment() = 1467 "HY000" "Failed to read auto-increment value from storage engine";
    wrong_pattern(what, at) = 1139 "42000" "Regex error '{what} at offset {at}'";
    wrong_column_count(columns) = 1241 "21000" "Operand should contain {columns} column(s)";
    illegal_types(a, b, operation) = 4078 "HY000" "Illegal parameter data types {a} and {b} for operation '{operation}'";
    wrong_argument_count(function) = 1582 "42000" "Incorrect parameter count in the call to native function '{function}'";
    value_out_of_range(kind, expression) = 1690 "22003" "{kind} value is out of range in '{expression}'";
    unknown_type(name) = 4161 "HY000" "Unknown data type: '{name}'";
}

impl Display for SqlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ERROR {} ({}): {}", self.errno, self.sqlstate, self.message)
    }
}

impl std::error::Error for SqlError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::ColumnDef;

    #[test]
    fn keys_are_shown_as_the_server_shows_them() {
        let column = |ty| ColumnDef::new("k", ty, false);
        let columns = vec![column(ColumnType::VarChar { chars: 99 }), column(ColumnType::VarBinary { bytes: 99 })];
        let def = TableDef { name: "t".into(), columns, primary_key: vec![0, 1], ..TableDef::default() };
        let shown = |a: &str, b: &[u8]| {
            shown_key(&[Datum::Bytes(a.into()), Datum::Bytes(b.to_vec())], &def, IndexNo::CLUSTERED)
        };
        assert_eq!(shown("ü\\ ", "ü\\ ".as_bytes()), "ü\\ -\\xC3\\xBC\\ ");
        assert_eq!(shown("\0\t\x7F", b"\0\t\x7F"), "\\0000\t\\007F-\\x00\\x09\\x7F");
        let a = "a".repeat(32);
        assert_eq!(shown(&a, &[b'b'; 31]), format!("{a}-{}", "b".repeat(31)));
        assert_eq!(shown(&a, &[b'b'; 32]), format!("{a}-{}...", "b".repeat(28)));
        assert_eq!(shown(&"ü".repeat(31), b"bb"), format!("{}...", "ü".repeat(30)));
    }
}
