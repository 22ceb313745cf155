//! Deadlocks as they are told: SHOW ENGINE INNODB STATUS says of each what the real server says, `run --locks` prints
//! the circle, and the tables of transactions, locks and sessions have the server's columns.
//!
//! `tests/scenarios/deadlocks/circles.jsonl` is the server's transcript, with the status reduced by [`reduced`];
//! `circles.txt` has the circles as `innolab run --locks` prints them.

use innolab_tests::lab;
use innolab_tests::markdown::{assert_file, is_update};
use innolab_tests::server::Referee;
use innolab_tests::ties;
use innolab_tests::transcript::differences;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn scenario() -> PathBuf {
    lab::root().join("tests/scenarios/deadlocks/circles.sql")
}

/// Replaces each status in a transcript by its section on the latest deadlock, without what differs between two
/// servers: times, handles, ids, words for what a thread does, tablespaces, and the bytes of ids in records.
fn reduced(lines: Vec<Value>) -> Vec<Value> {
    let is_status = |line: &Value| line["sql"].as_str().is_some_and(|sql| sql.starts_with("show engine"));
    let reduce = |mut line: Value| {
        if is_status(&line) {
            let rows = line["rows"].as_array().map(Vec::as_slice).unwrap_or_default();
            let text = rows.first().and_then(|row| row[2].as_str()).unwrap_or_default().to_owned();
            line["rows"] = json!([section(&text)]);
        }
        line
    };
    lines.into_iter().map(reduce).collect()
}

fn section(status: &str) -> Vec<String> {
    let (_, after) = status.split_once("LATEST DETECTED DEADLOCK\n").unwrap_or_default();
    let (body, _) = after.split_once("------------\nTRANSACTIONS").unwrap_or_default();
    let mut ids: Vec<&str> = Vec::new();
    body.lines().filter_map(|line| line.strip_prefix("TRANSACTION ")?.split_once(',')).for_each(|(id, _)| ids.push(id));
    let member =
        |id: &str| ids.iter().position(|other| *other == id).map_or("another".to_owned(), |at| format!("({})", at + 1));
    let line = |line: &str| {
        if let Some((_, rest)) = line.split_once("RECORD LOCKS space id ") {
            let (_, rest) = rest.split_once(' ')?;
            let (place, rest) = rest.split_once(" trx id ")?;
            let (id, mode) = rest.split_once(' ')?;
            return Some(format!("RECORD LOCKS {place} trx {} {mode}", member(id)));
        }
        if let Some((place, rest)) = line.split_once(" trx id ") {
            let (id, mode) = rest.split_once(' ')?;
            return Some(format!("{place} trx {} {mode}", member(id)));
        }
        if let Some((number, _)) = line.split_once(": len 6; hex 0000").or_else(|| line.split_once(": len 7; hex ")) {
            return Some(format!("{number}: an id"));
        }
        let varies = ["TRANSACTION ", "MariaDB thread id", "-----", "20"].iter().any(|begin| line.starts_with(begin));
        (!varies && !line.is_empty()).then(|| line.to_owned())
    };
    body.lines().filter_map(line).collect()
}

fn recorded() -> Vec<Value> {
    lab::parse(&std::fs::read_to_string(scenario().with_extension("jsonl")).expect("a readable file"))
}

#[test]
fn the_latest_deadlock_is_the_servers() {
    let compared = |lines| ties::without(&scenario(), lines);
    let found = differences(&compared(reduced(lab::transcript(&scenario()))), &compared(recorded()), false);
    assert!(found.is_empty(), "{} differences\n{}", found.len(), found.join("\n"));
}

#[test]
fn the_real_server_still_tells_what_was_recorded() {
    let Some(server) = Referee::start() else { return };
    let lines = reduced(server.transcript(&scenario(), false));
    if is_update() {
        let text: String = lines.iter().map(|line| line.to_string() + "\n").collect();
        std::fs::write(scenario().with_extension("jsonl"), text).expect("a writable file");
    }
    assert_eq!(differences(&recorded(), &lines, false), Vec::<String>::new());
}

/// The circles of all cases, and who is blocked by whom.
#[test]
fn the_circles_in_words() {
    if !ties::are_the_servers() {
        return;
    }
    let path = scenario();
    let ran = lab::run(&["run", path.to_str().expect("UTF-8"), "--locks"]);
    let text = String::from_utf8(ran.stdout).expect("UTF-8");
    let mut told = String::new();
    let mut in_circle = false;
    for line in text.lines() {
        in_circle = line.trim_start().starts_with("deadlock: ") || in_circle && line.starts_with("           ");
        let is_case = line.starts_with(char::is_alphabetic);
        if in_circle || is_case || line.contains("(blocked") {
            told += if is_case && !told.is_empty() { "\n" } else { "" };
            told += line;
            told += "\n";
        }
    }
    assert_file(&path.with_extension("txt"), &told);
}

/// Names and kinds of the columns that a server's table has, in order.
fn columns(server: &Referee, schema: &str, table: &str) -> Vec<(String, Kind)> {
    let rows = server.server().sql(&format!(
        "select column_name, data_type from information_schema.columns \
         where table_schema = '{schema}' and table_name = '{table}' order by ordinal_position"
    ));
    let kind = |ty: &str| match ty {
        "bigint" | "int" | "tinyint" => Kind::Number,
        "decimal" => Kind::Decimal,
        "datetime" => Kind::Time,
        _ => Kind::Text,
    };
    let column = |line: &str| line.split_once('\t').map(|(name, ty)| (name.to_owned(), kind(ty)));
    rows.iter().filter_map(|line| column(line)).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Decimal,
    Time,
    Text,
}

impl Kind {
    fn holds(self, value: &str) -> bool {
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        match self {
            Kind::Number => is_digits(value),
            Kind::Decimal => value.split_once('.').is_some_and(|(whole, part)| is_digits(whole) && is_digits(part)),
            Kind::Time => value.len() == "2024-01-02 03:04:05".len() && value.as_bytes()[10] == b' ',
            Kind::Text => true,
        }
    }
}

const WAITS: &str = "\
create table t (id int primary key, v int, key (v));
insert into t values (5, 5), (10, 10);
begin; -- T1
update t set v = 6 where id = 5; -- T1
update t set v = 7 where v = 6; -- T2
";

#[test]
fn the_tables_have_the_servers_columns() {
    let Some(server) = Referee::start() else { return };
    let dir = tempfile::tempdir().expect("a directory");
    for table in ["innodb_trx", "innodb_locks", "innodb_lock_waits", "processlist"] {
        let real = columns(&server, "information_schema", table);
        assert!(!real.is_empty(), "{table} has no columns on the server");
        let (titles, rows) = all_of(dir.path(), &format!("information_schema.{table}"));
        assert_eq!(titles, real.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>(), "{table}");
        for row in rows {
            for ((name, kind), value) in real.iter().zip(row) {
                assert!(value.as_ref().is_none_or(|v| kind.holds(v)), "{table}.{name}: {kind:?}, got {value:?}");
            }
        }
    }
}

/// MariaDB's view of the `sys` schema is MySQL's without four columns. A private server has no such schema.
#[test]
fn the_sys_view_has_the_servers_columns() {
    let dir = tempfile::tempdir().expect("a directory");
    let (titles, rows) = all_of(dir.path(), "sys.innodb_lock_waits");
    let mysql = ["locked_table_schema", "locked_table_name", "locked_table_partition", "locked_table_subpartition"];
    let of_both: Vec<&str> = titles.iter().map(String::as_str).filter(|title| !mysql.contains(title)).collect();
    assert_eq!(of_both.join(" "), SYS_COLUMNS.split_whitespace().collect::<Vec<_>>().join(" "));
    assert_eq!((titles.len(), rows.len()), (of_both.len() + 4, 1));
    let value = |name: &str| rows[0][titles.iter().position(|title| title == name).expect("a column")].as_deref();
    assert_eq!(value("waiting_query"), Some("update t set v = 7 where v = 6"));
    assert_eq!((value("blocking_pid"), value("blocking_query")), (Some("1"), None));
    assert_eq!((value("locked_table"), value("locked_index")), (Some("`referee`.`t`"), Some("v")));
}

const SYS_COLUMNS: &str = "wait_started wait_age wait_age_secs locked_table locked_index locked_type waiting_trx_id \
    waiting_trx_started waiting_trx_age waiting_trx_rows_locked waiting_trx_rows_modified waiting_pid waiting_query \
    waiting_lock_id waiting_lock_mode blocking_trx_id blocking_pid blocking_query blocking_lock_id blocking_lock_mode \
    blocking_trx_started blocking_trx_age blocking_trx_rows_locked blocking_trx_rows_modified sql_kill_blocking_query \
    sql_kill_blocking_connection";

/// The titles and the rows of a table, read while a session waits.
fn all_of(dir: &Path, table: &str) -> (Vec<String>, Vec<Vec<Option<String>>>) {
    let file = dir.join("waits.sql");
    std::fs::write(&file, format!("{WAITS}select * from {table}; -- T9\n")).expect("a writable file");
    let ran = lab::run(&["run", file.to_str().expect("UTF-8")]);
    let text = String::from_utf8(ran.stdout).expect("UTF-8");
    let line = text.lines().skip_while(|line| !line.contains(" T9 ")).nth(2).expect("a line of titles").to_owned();
    let titles = line.trim().trim_matches('│').split('┆').map(|title| title.trim().to_owned()).collect();
    let lines = lab::transcript(&file);
    let rows = lines.last().and_then(|last| last["rows"].as_array()).expect("rows");
    assert!(!rows.is_empty(), "{table}: no rows");
    let value = |value: &Value| value.as_str().map(str::to_owned);
    let row = |row: &Value| row.as_array().into_iter().flatten().map(value).collect();
    (titles, rows.iter().map(row).collect())
}
