//! `innolab check`: a sound database, and a directory without one.
#![allow(clippy::unwrap_used)]

use expect_test::expect;
use std::path::Path;
use std::process::{Command, Output};

fn innolab(arguments: &[&str], dir: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_innolab")).args(arguments).arg("--data").arg(dir).output().unwrap()
}

#[test]
fn a_sound_database_and_missing_ones() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("db");
    let script = dir.path().join("script.sql");
    let sql = "create table t (id int primary key, a int, b int, unique key (a), key (b)); -- T1
        insert into t values (1, 1, 1), (2, null, 1), (3, null, 1); -- T1
        create table u (v varchar(10)); -- T1
        insert into u values ('x'); -- T1
        alter table t add column c int not null default 7 first, add key cb (c, b), drop key b; -- T1
        delete from t where id = 2; -- T1\n";
    std::fs::write(&script, sql).unwrap();
    let made = innolab(&["run", script.to_str().unwrap()], &data);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let checked = innolab(&["check"], &data);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    expect![[r#"
        t.PRIMARY                                         2 live        0 deleted       1 pages
        t.a                                               2 live        0 deleted       1 pages
        t.cb                                              2 live        0 deleted       1 pages
        u.GEN_CLUST_INDEX                                 1 live        0 deleted       1 pages
        history: 0 transactions to purge
        sound
    "#]]
    .assert_eq(&String::from_utf8(checked.stdout).unwrap());
    for (place, words) in [("nowhere", "no such directory"), ("empty", "no database in this directory")] {
        let place = dir.path().join(place);
        if words.contains("database") {
            std::fs::create_dir(&place).unwrap();
        }
        let refused = innolab(&["check"], &place);
        assert!(!refused.status.success() && refused.stdout.is_empty());
        let error = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(error.contains(place.to_str().unwrap()) && error.contains(words), "{error}");
        assert!(!place.exists() || std::fs::read_dir(&place).unwrap().next().is_none(), "check creates no database");
    }
}
