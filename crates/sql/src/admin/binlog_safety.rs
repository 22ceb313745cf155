//! Is a statement's text safe to log? It is if a replica that runs the text changes the same rows to the same values.
//!
//! RULES (each is a reason for which `binlog_format = MIXED` logs rows instead, and STATEMENT warns with 1592)
//!
//! - **R1** LIMIT changes the first rows that the scan finds, and two servers may scan in different orders: by
//!   different indexes, or among equal values. An ORDER BY that would fix the order is not considered, as in the
//!   server.
//! - **R2** The rows of a SELECT have no order, so in INSERT … SELECT the AUTO_INCREMENT values that rows get, and the
//!   rows that IGNORE or REPLACE keeps, may differ.
//! - **R3** ON DUPLICATE KEY UPDATE changes the first conflicting row; if the table has several unique keys, another
//!   server may find a conflict with another row first.
//! - **R4** Some functions return other values on a replica; so do system variables, except those that the log carries.
//! - **R5** SKIP LOCKED passes over the rows that happen to be locked.
//! - **R6** User variables and LAST_INSERT_ID() are safe: their values are logged before the statement
//!   ([`innolab_binlog::StatementContext`]).
//!
//! MySQL's counterpart: `LEX::set_stmt_unsafe`, "Determination of Safe and Unsafe Statements in Binary Logging". Left
//! out: triggers, stored functions, temporary tables.

use crate::engine::TableDef;
use sqlparser::ast::{Insert, NonBlock, OnInsert, Query, SetExpr, Statement};

/// A reason why a text is not safe.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UnsafeReason {
    /// Our words, for the event that says why MIXED logs rows.
    pub(crate) why: &'static str,
    /// The server's words, for warning 1592 under STATEMENT.
    pub(crate) note: &'static str,
}

const LIMIT: UnsafeReason = UnsafeReason {
    why: "LIMIT takes rows in whatever order they come",
    note: "The statement is unsafe because it uses a LIMIT clause. This is unsafe because the set of rows included cannot be predicted",
};
const SKIPPED: UnsafeReason = UnsafeReason {
    why: "SKIP LOCKED reads the rows that no other transaction has locked",
    note: "SKIP LOCKED makes this statement unsafe",
};
const FUNCTION: UnsafeReason = UnsafeReason {
    why: "it calls a function that may return another value on another server",
    note: "Statement is unsafe because it uses a system function that may return a different value on the slave",
};
const VARIABLE: UnsafeReason = UnsafeReason {
    why: "it reads a system variable that may have another value on another server",
    note: "Statement is unsafe because it uses a system variable that may have a different value on the slave",
};
const IGNORED: UnsafeReason = UnsafeReason {
    why: "IGNORE with SELECT keeps rows by the order in which they come",
    note: "INSERT IGNORE... SELECT is unsafe because the order in which rows are retrieved by the SELECT determines which (if any) rows are ignored. This order cannot be predicted and may differ on master and the slave",
};
const UPDATED: UnsafeReason = UnsafeReason {
    why: "ON DUPLICATE KEY UPDATE with SELECT changes rows by the order in which they come",
    note: "INSERT... SELECT... ON DUPLICATE KEY UPDATE is unsafe because the order in which rows are retrieved by the SELECT determines which (if any) rows are updated. This order cannot be predicted and may differ on master and the slave",
};
const NUMBERED: UnsafeReason = UnsafeReason {
    why: "INSERT ... SELECT assigns AUTO_INCREMENT values to rows in whatever order they come",
    note: "Statements writing to a table with an auto-increment column after selecting from another table are unsafe because the order in which rows are retrieved determines what (if any) rows will be written. This order cannot be predicted and may differ on master and the slave",
};
const REPLACED: UnsafeReason = UnsafeReason {
    why: "REPLACE with SELECT keeps rows by the order in which they come",
    note: "REPLACE... SELECT is unsafe because the order in which rows are retrieved by the SELECT determines which (if any) rows are replaced. This order cannot be predicted and may differ on master and the slave",
};
const SEVERAL_KEYS: UnsafeReason = UnsafeReason {
    why: "ON DUPLICATE KEY UPDATE on a table with several unique keys changes the first conflicting row",
    note: "INSERT... ON DUPLICATE KEY UPDATE  on a table with more than one UNIQUE KEY is unsafe",
};

/// Functions that return other values on a replica (R4).
const FUNCTIONS: &[&str] = &[
    "connection_id",
    "current_user",
    "found_rows",
    "get_lock",
    "rand",
    "release_lock",
    "row_count",
    "session_user",
    "sleep",
    "sysdate",
    "system_user",
    "user",
    "uuid",
    "uuid_short",
];

/// Returns the reasons why the text of a statement that changes rows of `table` is not safe, in the server's order;
/// none if it is safe. `reads_variable`: the statement reads a system variable that the log does not carry.
pub(crate) fn unsafe_reasons(
    statement: &Statement,
    table: &TableDef,
    reads_variable: bool,
) -> Vec<&'static UnsafeReason> {
    let of_kind = match statement {
        Statement::Update(update) => vec![(update.limit.is_some(), &LIMIT)],
        Statement::Delete(delete) => vec![(delete.limit.is_some(), &LIMIT)],
        Statement::Insert(insert) => insert_reasons(insert, table),
        _ => return vec![],
    };
    let differs = [(reads_variable, &VARIABLE), (calls_unsafe_function(&statement.to_string()), &FUNCTION)];
    let limit = of_kind.iter().take_while(|(_, rule)| **rule == LIMIT).count();
    let all = of_kind[..limit].iter().chain(&differs).chain(&of_kind[limit..]);
    all.filter(|(applies, _)| *applies).map(|(_, rule)| *rule).collect()
}

fn insert_reasons(insert: &Insert, table: &TableDef) -> Vec<(bool, &'static UnsafeReason)> {
    let select: Option<&Query> = insert.source.as_deref().filter(|query| !matches!(*query.body, SetExpr::Values(_)));
    let skips = |query: &Query| query.locks.iter().any(|lock| lock.nonblock == Some(NonBlock::SkipLocked));
    let unique_keys = usize::from(!table.primary_key.is_empty()) + table.indexes.iter().filter(|i| i.unique).count();
    let updates = matches!(insert.on, Some(OnInsert::DuplicateKeyUpdate(_)));
    vec![
        (select.is_some_and(|query| query.limit_clause.is_some()), &LIMIT),
        (select.is_some() && insert.ignore, &IGNORED),
        (select.is_some() && updates, &UPDATED),
        (select.is_some() && table.auto_increment.is_some(), &NUMBERED),
        (select.is_some() && insert.replace_into, &REPLACED),
        (updates && unique_keys > 1, &SEVERAL_KEYS),
        (insert.source.as_deref().is_some_and(skips), &SKIPPED),
    ]
}

/// True if the text calls one of [`FUNCTIONS`] outside of quotes.
fn calls_unsafe_function(text: &str) -> bool {
    let is_of_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut quote = None;
    let mut word = String::new();
    for c in text.chars() {
        match quote {
            Some(q) if c == q => quote = None,
            Some(_) => {}
            None if matches!(c, '\'' | '"' | '`') => quote = Some(c),
            None if c == '(' && FUNCTIONS.contains(&word.as_str()) => return true,
            // It needs no parentheses, and is no name unless quoted.
            None if !is_of_word(c) && word == "current_user" => return true,
            None if is_of_word(c) => {
                word.extend(c.to_lowercase());
                continue;
            }
            None => {}
        }
        word.clear();
    }
    word == "current_user"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::ColumnDef;
    use crate::engine::ColumnType;
    use crate::engine::IndexDef;
    use sqlparser::{dialect::MySqlDialect, parser::Parser};

    fn table(unique: bool, auto_increment: Option<usize>) -> TableDef {
        let ty = ColumnType::Int { bytes: 4, unsigned: false };
        let column = |name: &str| ColumnDef::new(name, ty, false);
        TableDef {
            name: "t".into(),
            columns: vec![column("id"), column("n")],
            primary_key: vec![0],
            primary_name: None,
            indexes: vec![IndexDef { name: "n".into(), columns: vec![1], unique }],
            auto_increment,
            ..TableDef::default()
        }
    }

    fn reasons(sql: &str, table: &TableDef) -> Vec<&'static UnsafeReason> {
        let statements = Parser::parse_sql(&MySqlDialect {}, sql).expect("it is SQL");
        unsafe_reasons(&statements[0], table, false)
    }

    #[test]
    fn each_rule_and_a_case_just_outside_it() {
        let plain = table(false, None);
        assert_eq!(reasons("delete from t where n = 1", &plain), Vec::<&UnsafeReason>::new());
        assert_eq!(reasons("delete from t where n = 1 limit 1", &plain), [&LIMIT]);
        assert_eq!(reasons("update t set n = 2 order by id limit 1", &plain), [&LIMIT]);
        assert_eq!(reasons("insert into t select * from s", &plain), Vec::<&UnsafeReason>::new());
        assert_eq!(reasons("insert into t select * from s limit 3", &plain), [&LIMIT]);
        assert_eq!(reasons("insert ignore into t select * from s", &plain), [&IGNORED]);
        assert_eq!(reasons("replace into t select * from s", &plain), [&REPLACED]);
        assert_eq!(reasons("insert into t select * from s for update nowait", &plain), Vec::<&UnsafeReason>::new());
        assert_eq!(reasons("replace into t select * from s for share skip locked", &plain), [&REPLACED, &SKIPPED]);
        assert_eq!(reasons("insert into t (n) select n from s", &table(false, Some(0))), [&NUMBERED]);
        let update = "insert into t values (1, 1) on duplicate key update n = 2";
        assert_eq!(reasons(update, &plain), Vec::<&UnsafeReason>::new());
        assert_eq!(reasons(update, &table(true, None)), [&SEVERAL_KEYS]);
        assert_eq!(reasons("update t set n = length(uuid())", &plain), [&FUNCTION]);
        assert_eq!(reasons("update t set n = 1 where v = 'uuid()' and user = 2", &plain), Vec::<&UnsafeReason>::new());
        let update = "insert into t select * from s on duplicate key update n = 2";
        assert_eq!(reasons(update, &plain), [&UPDATED]);
        let all = "insert ignore into t (n) select rand() from s limit 1";
        assert_eq!(reasons(all, &table(false, Some(0))), [&LIMIT, &FUNCTION, &IGNORED, &NUMBERED]);
        let all = &Parser::parse_sql(&MySqlDialect {}, all).expect("it is SQL")[0];
        let rules = unsafe_reasons(all, &table(false, Some(0)), true);
        assert_eq!(rules, [&LIMIT, &VARIABLE, &FUNCTION, &IGNORED, &NUMBERED]);
    }
}
