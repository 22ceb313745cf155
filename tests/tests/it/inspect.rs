//! `innolab inspect` reads the files of the real server: its counts and keys are what the server's SELECT returns.

use innolab_tests::lab;
use innolab_tests::server::Referee;
use serde_json::Value;

const ROWS: u32 = 4_000;
const COLUMNS: &str = "id int primary key, name varchar(200) not null, n bigint unsigned, p decimal(12,3) not null, t datetime(2) not null, d date, \
     key (name), unique key (n), key (n, name), key p (p), key t (t, d)";

/// Creates the table, fills it in random order and writes its pages to the file. It deletes nothing: deleted rows would
/// stay in the file until purge removes them.
fn script() -> String {
    // A database of its own, because the driver drops that of the case at its end.
    let mut sql = format!("create database kept;\ncreate table kept.t ({COLUMNS});\n");
    let ids: Vec<u32> = (0..ROWS).map(|n| n * 7919 % ROWS).collect();
    for batch in ids.chunks(500) {
        let row = |id: &u32| {
            let (name, n) = ("x".repeat(20 + *id as usize % 100), u64::from(*id) << 20);
            let (p, year, second) = (i64::from(*id) * 7 - 9_000, 1000 + id % 9_000, id % 60);
            format!("({id}, '{name}', {n}, {p} / 8, '{year}-02-28 23:59:{second}.{}', '{year}-03-01')", id % 100)
        };
        sql += &format!("insert into kept.t values {};\n", batch.iter().map(row).collect::<Vec<_>>().join(", "));
    }
    sql + "flush tables kept.t for export; -- T1\nselect count(*), min(id), max(id), min(p), max(p), min(t), max(t) from kept.t; -- T1\n"
}

fn inspect(mode: &str, file: &str, more: &[&str]) -> Vec<Value> {
    let done = lab::run(&[&["inspect", mode, file, "--columns", COLUMNS, "--json"], more].concat());
    let (out, error) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{mode}: {error}\n{out}");
    lab::parse(&out)
}

#[test]
fn a_file_of_the_real_server_has_the_rows_that_it_returns() {
    let Some(server) = Referee::start() else { return };
    let dir = tempfile::tempdir().expect("a directory");
    let scenario = dir.path().join("fill.sql");
    std::fs::write(&scenario, script()).expect("a writable directory");
    let steps = server.transcript(&scenario, false);
    let counted = steps.iter().rev().find(|step| step["outcome"] == "rows").expect("the SELECT returned rows");
    let ends: Vec<&str> = counted["rows"][0].as_array().expect("a row").iter().filter_map(Value::as_str).collect();
    assert_eq!(ends[..3], [ROWS.to_string(), "0".to_owned(), (ROWS - 1).to_string()]);
    let file = server.server().data().join("kept/t.ibd");
    let file = file.to_str().expect("a UTF-8 path");

    // Every page has its checksum, and every record of the six indexes decodes as these columns, in key order.
    let verified = inspect("space-verify", file, &[]).pop().expect("a summary");
    assert_eq!(verified["bad"], 0);
    let summary = inspect("space-summary", file, &[]).pop().expect("a summary");
    let indexes = summary["indexes"].as_array().expect("indexes");
    let names: Vec<_> = indexes.iter().map(|index| index["name"].as_str().unwrap_or_default()).collect();
    assert_eq!(names[0], "PRIMARY");
    assert_eq!(names[1..], ["n", "name", "n_2", "p", "t"]);
    let mut pages = 0;
    for index in indexes {
        let levels = index["levels"].as_array().expect("levels");
        assert_eq!(levels.last().map(|leaves| &leaves["records"]), Some(&Value::from(ROWS)), "{index}");
        assert!(levels.len() > 1 && levels.windows(2).all(|two| two[0]["records"] == two[1]["pages"]), "{index}");
        pages += levels.iter().filter_map(|level| level["pages"].as_u64()).sum::<u64>();
    }
    assert_eq!(verified["records_checked"], pages);

    // The first leaf begins with the smallest key, the last one ends with the largest, as the server returned them.
    let trees = inspect("index-illustrate", file, &[]);
    for (tree, least, greatest) in [(0, ends[1], ends[2]), (4, ends[3], ends[4]), (5, ends[5], ends[6])] {
        let leaves =
            trees[tree]["levels"].as_array().and_then(|levels| levels.last()).expect("leaves")["pages"].clone();
        let leaves = leaves.as_array().expect("pages");
        let keys = |page: &Value| page["keys"].as_str().expect("keys").to_owned();
        let (first, last) = (keys(&leaves[0]), keys(&leaves[leaves.len() - 1]));
        let is_value = |rest: &str| rest.starts_with([',', ')']);
        assert!(first.strip_prefix(&format!("({least}")).is_some_and(is_value), "{first}");
        assert!(last.rsplit_once(&format!(" … ({greatest}")).is_some_and(|(_, rest)| is_value(rest)), "{last}");
    }
}
