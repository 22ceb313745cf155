//! `innolab check`: a sound database, and a directory without one.
use crate::program::{innolab, stderr, stdout};
use expect_test::expect;
use std::path::Path;
use std::process::Output;

fn on(arguments: &[&str], dir: &Path) -> Output {
    innolab(&[arguments, &["--data", dir.to_str().unwrap()]].concat())
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
    stdout(on(&["run", script.to_str().unwrap()], &data));
    let checked = on(&["check"], &data);
    assert_eq!(stderr(&checked), "", "no progress, since this is no terminal");
    expect![[r#"
        t.PRIMARY                                         2 live        0 deleted       1 pages
        t.a                                               2 live        0 deleted       1 pages
        t.cb                                              2 live        0 deleted       1 pages
        u.GEN_CLUST_INDEX                                 1 live        0 deleted       1 pages
        history: 0 transactions to purge
        sound
    "#]]
    .assert_eq(&stdout(checked));
    for (place, words) in [("nowhere", "no such directory"), ("empty", "no database in this directory")] {
        let place = dir.path().join(place);
        if words.contains("database") {
            std::fs::create_dir(&place).unwrap();
        }
        let refused = on(&["check"], &place);
        assert!(!refused.status.success() && refused.stdout.is_empty());
        let error = stderr(&refused);
        assert!(error.contains(place.to_str().unwrap()) && error.contains(words), "{error}");
        assert!(!place.exists() || std::fs::read_dir(&place).unwrap().next().is_none(), "check creates no database");
    }
}
