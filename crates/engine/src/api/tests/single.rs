//! One transaction at a time: changes, rollback of statements and of transactions, savepoints, purge, reopening.

use super::*;
use crate::{DuplicateLock, Error};
use innolab_testing::{Script, seeds};

fn row(rng: &mut Rng) -> Vec<Datum> {
    let small = |rng: &mut Rng, n| match rng.below(5) {
        0 => Datum::Null,
        _ => int(rng.below(n) as i64),
    };
    let (c, u) = (small(rng, 6), small(rng, 40));
    vec![int(rng.below(30) as i64), c, u, text(["", "a", "longer text", "z"][rng.below(4) as usize])]
}

fn clashes(rows: &Rows, new: &[Datum], but: Option<&Datum>) -> Option<IndexNo> {
    let other = |row: &&Vec<Datum>| but != Some(&row[0]);
    if rows.values().filter(other).any(|row| row[0] == new[0]) {
        return Some(IndexNo(0));
    }
    let same_u = |row: &Vec<Datum>| row[2] == new[2] && row[2] != Datum::Null;
    rows.values().filter(other).any(same_u).then_some(IndexNo(2))
}

/// A random change, in the table and in the model.
fn change(trx: &mut Transaction, table: &Arc<Table>, rows: &mut Rows, rng: &mut Rng, script: &mut Script) {
    let old = rows.values().nth(rng.below(rows.len().max(1) as u64) as usize).cloned();
    let new = row(rng);
    let (done, clash) = match (rng.below(4), old) {
        (0, Some(old)) => {
            script.step(format_args!("delete {old:?}"));
            trx.delete(table, &old).unwrap();
            rows.remove(&old[0]);
            return;
        }
        (1, Some(old)) => {
            let mut new = new;
            if rng.below(3) > 0 {
                new[0] = old[0].clone();
            }
            let clash = clashes(rows, &new, Some(&old[0]));
            script.step(format_args!("update {old:?} to {new:?}"));
            let done = trx.update(table, &old, &new).map(|changed| assert_eq!(changed, old != new));
            if done.is_ok() {
                rows.remove(&old[0]);
                rows.insert(new[0].clone(), new);
            }
            (done, clash)
        }
        _ => {
            let clash = clashes(rows, &new, None);
            let lock = [DuplicateLock::Shared, DuplicateLock::Exclusive][rng.below(2) as usize];
            script.step(format_args!("insert {new:?}"));
            let done = trx.insert(table, &new, lock);
            if done.is_ok() {
                rows.insert(new[0].clone(), new);
            }
            (done, clash)
        }
    };
    let duplicate = match done {
        Ok(()) => None,
        Err(Error::Duplicate { index, .. }) => Some(index),
        Err(e) => panic!("{e}"),
    };
    script.same("a duplicate is found in its index", &clash, &duplicate);
}

/// Random transactions of random statements, rolled back in part or as a whole or committed, with purge and reopening
/// in between.
fn random_history(seed: u64) {
    let mut rng = Rng(seed);
    let disk = SimDisk::new(seed);
    let mut engine = open(&disk);
    engine.create_table(def("t")).unwrap();
    let (mut committed, mut script) = (Rows::new(), Script::new());
    for _ in 0..60 {
        let table = engine.table("t").unwrap();
        let mut trx = begin(&engine);
        let mut rows = committed.clone();
        for _ in 0..rng.below(6) {
            trx.begin_statement();
            let (before, place) = (rows.clone(), trx.savepoint());
            for _ in 0..rng.below(5) {
                change(&mut trx, &table, &mut rows, &mut rng, &mut script);
            }
            match rng.below(4) {
                0 => {
                    script.step("rollback of the statement");
                    trx.rollback_statement().unwrap();
                    rows = before;
                }
                1 => {
                    trx.end_statement().unwrap();
                    change(&mut trx, &table, &mut rows, &mut rng, &mut script);
                    script.step("rollback to the savepoint before the statement");
                    trx.rollback_to(&place).unwrap();
                    rows = before;
                }
                _ => trx.end_statement().unwrap(),
            }
            script.same("the newest versions", &rows, &live(&table));
            check(&table);
        }
        match rng.below(3) {
            0 => {
                script.step("rollback");
                trx.rollback().unwrap();
            }
            1 => {
                script.step("drop");
                drop(trx);
            }
            _ => {
                script.step("commit");
                trx.commit().unwrap();
                committed = rows;
            }
        }
        script.same("the committed rows", &committed, &live(&table));
        check(&table);
        if rng.below(3) == 0 {
            engine.purge().unwrap();
            assert_eq!(engine.history_length(), 0);
            check_purged(&table);
        }
        if rng.below(8) == 0 {
            engine.close().unwrap();
            engine = open(&disk);
        }
        assert_eq!(engine.lock.size().locks, 0);
    }
}

#[test]
fn random_histories_of_one_session() {
    for seed in seeds(8, 30) {
        random_history(seed);
    }
}

#[test]
fn a_view_keeps_what_purge_would_take() {
    let engine = open(&SimDisk::new(1));
    engine.create_table(def("t")).unwrap();
    let table = engine.table("t").unwrap();
    let rows: Vec<Vec<Datum>> = (0..4).map(|i| vec![int(i), int(1), int(i), text("x")]).collect();
    let mut trx = begin(&engine);
    rows.iter().for_each(|row| trx.insert(&table, row, DuplicateLock::Shared).unwrap());
    trx.commit().unwrap();
    let mut reader = begin(&engine);
    reader.open_view();
    let mut trx = begin(&engine);
    trx.delete(&table, &rows[0]).unwrap();
    let mut changed = rows[1].clone();
    changed[1] = int(2);
    trx.update(&table, &rows[1], &changed).unwrap();
    trx.commit().unwrap();
    assert_eq!((engine.purge().unwrap(), engine.history_length()), (0, 1));
    assert_eq!(records(&table, IndexNo(0)).len(), 4);
    assert_eq!(records(&table, IndexNo(1)).len(), 5);
    drop(reader);
    assert_eq!((engine.purge().unwrap(), engine.history_length()), (1, 0));
    assert_eq!(records(&table, IndexNo(0)).len(), 3);
    check_purged(&table);
}
