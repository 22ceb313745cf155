//! Transactions of a live MariaDB of which the log has more, or less, than their rows: XA, and images that are not full.

use crate::foreign_logs::{Source, files, printed, text};
use innolab_testing::Server;
use std::path::{Path, PathBuf};

/// A database here into which logs are replayed.
struct Target(tempfile::TempDir);

impl Target {
    /// With the tables that these statements make.
    fn new(sql: &str) -> Target {
        let target = Target(tempfile::tempdir().expect("a directory"));
        target.run(sql);
        target
    }

    fn dir(&self) -> PathBuf {
        self.0.path().join("into")
    }

    /// Runs statements, and returns what they print as JSON.
    fn run(&self, sql: &str) -> String {
        let file = self.0.path().join("run.sql");
        std::fs::write(&file, sql.split(';').map(|s| format!("{s}; -- T1\n")).collect::<String>()).expect("a file");
        printed(&["--database", "d", "run", text(&file), "--data", text(&self.dir()), "--json"]).expect("it runs")
    }

    fn replay(&self, log: &Path) -> Result<String, String> {
        printed(&["--database", "d", "binlog", "replay", text(log), "--into", text(&self.dir())])
    }

    /// Asserts that a replay is refused for this reason, and changes nothing.
    fn refuses(&self, log: &Path, why: &str) {
        let before = files(&self.dir());
        let said = self.replay(log).expect_err(why);
        assert!(said.contains(why), "{said}");
        assert_eq!(files(&self.dir()), before, "the target is as it was: {said}");
    }
}

const TABLE: &str = "create table t (id int primary key, v varchar(9), n int)";

#[test]
fn an_xa_transaction_is_replayed_where_it_is_committed() {
    let Some(source) = Source::start(&["--binlog-row-metadata=FULL"]) else { return };
    source.sql(&format!("{TABLE} charset utf8mb4; insert into t values (1, 'a', 0), (2, 'b', 0)"));
    source.next_file();
    let target = Target::new(&format!("{TABLE}; insert into t values (1, 'a', 0), (2, 'b', 0)"));
    // Prepared, and committed after another transaction; rolled back; in one phase.
    source.sql(
        "xa start 'a'; update t set v = 'x' where id = 1; insert into t values (3, 'c', 1); xa end 'a'; xa prepare 'a'",
    );
    source.sql("update t set v = 'y' where id = 2");
    source.sql("xa commit 'a'; xa start 'b', 'q', 7; delete from t where id = 2; xa end 'b', 'q', 7; xa prepare 'b', 'q', 7;
        xa rollback 'b', 'q', 7; xa start 'c'; insert into t values (4, 'd', 2); xa end 'c'; xa commit 'c' one phase; update t set n = n + 1");
    target.replay(&source.next_file()).expect("all of it");
    let rows = target.run("select * from t");
    assert!(rows.contains(r#"[["1","x","1"],["2","y","1"],["3","c","2"],["4","d","3"]]"#), "{rows}");

    source.sql("xa start 'z'; insert into t values (9, 'z', 0); xa end 'z'; xa prepare 'z'");
    let prepared = source.next_file();
    target.refuses(&prepared, "the range prepares and does not end: XA X'7a',X'',1");
    source.sql("xa commit 'z'");
    target.refuses(&source.next_file(), "`XA COMMIT X'7a',X'',1` cannot be replayed: its transaction was not prepared");
}

/// The outcome of an XA transaction may be in a later file, after other transactions.
#[test]
fn a_flashback_undoes_the_xa_transactions_that_were_committed() {
    let Some(source) = Source::start(&["--binlog-row-metadata=FULL"]) else { return };
    source.sql(&format!("{TABLE} charset utf8mb4; insert into t values (1, 'a', 0), (2, 'b', 0)"));
    let show = || source.sql("select * from t");
    let before = show();
    source.next_file();
    source.sql(
        "xa start 'a'; update t set v = 'x' where id = 1; insert into t values (3, 'c', 1); xa end 'a'; xa prepare 'a'",
    );
    source.sql("update t set v = 'y' where id = 2");
    let first = source.next_file();
    source.sql("update t set n = 9 where id = 2; xa commit 'a'; update t set n = n + 1; xa start 'b', 'q', 7; delete from t where id = 2;
        xa end 'b', 'q', 7; xa prepare 'b', 'q', 7; xa rollback 'b', 'q', 7; xa start 'c'; insert into t values (4, 'd', 2);
        xa end 'c'; xa commit 'c' one phase");
    let second = source.next_file();
    let flashback = |files: &[&Path]| {
        let files: Vec<&str> = files.iter().map(|file| text(file)).collect();
        printed(&[&["binlog", "flashback"], &files[..]].concat())
    };
    let why = flashback(&[&first]).expect_err("its outcome is in the next file");
    assert!(why.contains("an XA transaction that the range does not end, X'61',X'',1, cannot be reversed"), "{why}");
    let why = flashback(&[&second]).expect_err("its rows are in the file before");
    assert!(why.contains("`XA COMMIT X'61',X'',1` cannot be reversed"), "{why}");
    source.0.sql(&flashback(&[&first, &second]).expect("all of it"));
    assert_eq!(show(), before);
}

#[test]
fn images_that_are_not_full_are_replayed_if_they_name_the_row() {
    let Some(source) = Source::start(&["--binlog-row-metadata=FULL", "--binlog-row-image=MINIMAL"]) else { return };
    source.sql(&format!("{TABLE} charset utf8mb4; create table k (v varchar(9), n int) charset utf8mb4"));
    source.next_file();
    let target = Target::new(&format!("{TABLE}; create table k (v varchar(9), n int)"));
    source.sql(
        "insert into t values (1, 'a', 0), (2, 'b', 0), (3, 'c', 0); update t set n = 7 where id > 1; update t set id = 9, v = null where id = 3;
         delete from t where v = 'b'; insert into k values ('k', 1), ('k', 2); update k set v = 'l' where n = 2; delete from k where n = 1",
    );
    target.replay(&source.next_file()).expect("all of it");
    let rows = target.run("select * from t; select * from k");
    assert!(rows.contains(r#"[["1","a","0"],["9",null,"7"]]"#) && rows.contains(r#"[["l","2"]]"#), "{rows}");
    // The source has another row than the target.
    target.run("delete from t where id = 9");
    source.sql("update t set n = 8 where id = 9");
    target.refuses(&source.next_file(), "Can't find record in 't'");
}

/// What a flashback of MINIMAL images can restore, its SQL restores; anything else is refused by table and column.
#[test]
fn a_flashback_of_images_that_are_not_full_restores_or_refuses() {
    let options = ["--binlog-row-metadata=FULL", "--binlog-row-image=MINIMAL"];
    let Some(source) = Source::start(&options) else { return };
    source.sql(&format!("{TABLE}; create table k (v varchar(9), n int default 5); insert into t values (1, 'a', 0)"));
    let show = || source.sql("select * from t order by id; select * from k order by n");
    let (before, _) = (show(), source.next_file());
    let flashback = |log: &Path| printed(&["binlog", "flashback", text(log)]);
    source
        .sql("insert into t (id) values (5); insert into k values ('x', 1), ('x', 2); update k set n = 3 where n = 2");
    let sql = flashback(&source.next_file()).expect("the values before are there");
    assert!(sql.contains("DELETE FROM `d`.`t` WHERE `id` = 5;"), "{sql}");
    Server::sql(&source.0, &sql);
    assert_eq!(show(), before);
    source.next_file();
    for (change, why) in [
        ("update t set n = 8 where id = 1", "a row of d.t, column n, whose value before the change is not in the log"),
        ("delete from t where id = 1", "a row of d.t, column v, whose value before the change is not in the log"),
    ] {
        source.sql(change);
        let said = flashback(&source.next_file()).expect_err(change);
        assert!(said.contains(why), "{said}");
    }
}
