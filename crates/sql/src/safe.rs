//! Whether a statement's text is safe to be logged: whether a replica that runs it comes to the same rows.
//!
//! RULES (each is a reason that MIXED names when it logs rows instead)
//!
//! - **R1** LIMIT takes whatever rows come first, and two servers may read them in different orders: by different indexes, or of equal values. The
//!   server does not look whether an ORDER BY settles it, and neither does this.
//! - **R2** The rows of a SELECT come in no order: so AUTO_INCREMENT values that they are given, and which of them IGNORE or REPLACE keeps, depend on it.
//! - **R3** ON DUPLICATE KEY UPDATE changes the row that is met first, and a table with several unique keys may meet another one.
//! - **R4** Some functions mean something else there.
//!
//! MySQL's counterpart: `LEX::set_stmt_unsafe`, "Determination of Safe and Unsafe Statements in Binary Logging". Left out: triggers, functions of the
//! user's, system variables, temporary tables.

use innolab_engine::TableDef;
use sqlparser::ast::{Insert, OnInsert, Query, SetExpr, Statement};

const LIMIT: &str = "LIMIT takes rows in whatever order they come";
const NUMBERED: &str = "INSERT ... SELECT numbers rows (AUTO_INCREMENT) in whatever order they come";
const CHOSEN: &str = "IGNORE or REPLACE with SELECT keeps rows by the order in which they come";
const SEVERAL_KEYS: &str =
    "ON DUPLICATE KEY UPDATE on a table with several unique keys changes the row that is met first";
const FUNCTION: &str = "it calls a function that means something else on another server";

/// Functions of R4.
const FUNCTIONS: &[&str] = &[
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

/// Why a replica may do something else with a statement that changes rows of `table`; `None`: it will not.
pub(crate) fn why_not_safe(statement: &Statement, table: &TableDef) -> Option<&'static str> {
    let why = match statement {
        Statement::Update(update) => update.limit.is_some().then_some(LIMIT),
        Statement::Delete(delete) => delete.limit.is_some().then_some(LIMIT),
        Statement::Insert(insert) => insert_not_safe(insert, table),
        _ => return None,
    };
    why.or_else(|| calls_one(&statement.to_string()).then_some(FUNCTION))
}

fn insert_not_safe(insert: &Insert, table: &TableDef) -> Option<&'static str> {
    let select: Option<&Query> = insert.source.as_deref().filter(|query| !matches!(*query.body, SetExpr::Values(_)));
    let unique_keys = usize::from(!table.primary_key.is_empty()) + table.indexes.iter().filter(|i| i.unique).count();
    let updates = matches!(insert.on, Some(OnInsert::DuplicateKeyUpdate(_)));
    match select {
        Some(query) if query.limit_clause.is_some() => Some(LIMIT),
        Some(_) if table.auto_increment.is_some() => Some(NUMBERED),
        Some(_) if insert.ignore || insert.replace_into => Some(CHOSEN),
        _ if updates && unique_keys > 1 => Some(SEVERAL_KEYS),
        _ => None,
    }
}

/// Whether a function of R4 is called in the text, outside of quotes.
fn calls_one(text: &str) -> bool {
    let mut quote = None;
    let mut word = String::new();
    for c in text.chars() {
        match quote {
            Some(q) if c == q => quote = None,
            Some(_) => {}
            None if matches!(c, '\'' | '"' | '`') => quote = Some(c),
            None if c == '(' && FUNCTIONS.contains(&word.as_str()) => return true,
            None if c.is_alphanumeric() || c == '_' => {
                word.extend(c.to_lowercase());
                continue;
            }
            None => {}
        }
        word.clear();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use innolab_engine::{ColumnDef, ColumnType, IndexDef};
    use sqlparser::{dialect::MySqlDialect, parser::Parser};

    fn table(unique: bool, auto_increment: Option<usize>) -> TableDef {
        let ty = ColumnType::Int { bytes: 4, unsigned: false };
        let column = |name: &str| ColumnDef { name: name.into(), ty, nullable: false, default: None };
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

    fn why(sql: &str, table: &TableDef) -> Option<&'static str> {
        let statements = Parser::parse_sql(&MySqlDialect {}, sql).expect("it is SQL");
        why_not_safe(&statements[0], table)
    }

    #[test]
    fn each_rule_and_what_is_next_to_it() {
        let plain = table(false, None);
        assert_eq!(why("delete from t where n = 1", &plain), None);
        assert_eq!(why("delete from t where n = 1 limit 1", &plain), Some(LIMIT));
        assert_eq!(why("update t set n = 2 order by id limit 1", &plain), Some(LIMIT));
        assert_eq!(why("insert into t select * from s", &plain), None);
        assert_eq!(why("insert into t select * from s limit 3", &plain), Some(LIMIT));
        assert_eq!(why("insert ignore into t select * from s", &plain), Some(CHOSEN));
        assert_eq!(why("replace into t select * from s", &plain), Some(CHOSEN));
        assert_eq!(why("insert into t (n) select n from s", &table(false, Some(0))), Some(NUMBERED));
        let update = "insert into t values (1, 1) on duplicate key update n = 2";
        assert_eq!((why(update, &plain), why(update, &table(true, None))), (None, Some(SEVERAL_KEYS)));
        assert_eq!(why("update t set n = length(uuid())", &plain), Some(FUNCTION));
        assert_eq!(why("update t set n = 1 where v = 'uuid()' and user = 2", &plain), None);
    }
}
