//! Missing, foreign and damaged files, and a full disk: an error that names the file, and nothing is lost.

use crate::common::*;
use innolab_base::{PageId, PageNo, SpaceId};
use innolab_disk::{Disk, SimDisk};
use innolab_engine::{Engine, Error};
use innolab_page::fil::{self, ChecksumAlgorithm};
use innolab_testing::size;
use std::sync::Arc;

fn with_two_tables() -> SimDisk {
    let disk = SimDisk::new(1);
    let engine = open(&disk);
    engine.create_table(small_def("one")).unwrap();
    engine.create_table(wide_def("two")).unwrap();
    let (mut model, mut rng) = (Model::default(), Rng(1));
    for _ in 0..100 {
        change(&engine, &engine.table("two").unwrap(), &mut model, &mut rng);
    }
    engine.close().unwrap();
    disk
}

fn refusal(disk: &SimDisk) -> String {
    let before = disk.list().unwrap();
    let error = match Engine::open(Arc::new(disk.clone()), options()) {
        Ok(_) => panic!("it opens"),
        Err(e) => e.to_string(),
    };
    assert_eq!(disk.list().unwrap(), before, "no file is removed");
    error
}

fn copy(disk: &SimDisk, from: &str, to: &str, space: u32) {
    let (from, to) = (disk.open(from).unwrap(), disk.create(to).unwrap());
    let mut page = vec![0; 16384];
    for no in 0..from.len().unwrap() / 16384 {
        from.read_at(no * 16384, &mut page).unwrap();
        if page.iter().any(|b| *b != 0) {
            page[34..38].copy_from_slice(&space.to_be_bytes());
            let lsn = fil::get_lsn(&page);
            fil::seal(&mut page, lsn, ChecksumAlgorithm::FullCrc32);
        }
        to.write_at(no * 16384, &page).unwrap();
    }
}

#[test]
fn files_that_do_not_belong_together_are_refused_by_name() {
    let disk = with_two_tables();
    disk.remove("one.ibd").unwrap();
    assert!(refusal(&disk).contains("the file of table one is not there: one.ibd"));

    let disk = with_two_tables();
    disk.remove("sys.ibd").unwrap();
    assert!(refusal(&disk).contains("no sys.ibd"));

    let disk = with_two_tables();
    copy(&disk, "one.ibd", "stray.ibd", 77);
    assert!(refusal(&disk).contains("stray.ibd (tablespace 77) is no table of this directory"));

    let disk = with_two_tables();
    copy(&disk, "two.ibd", "copy.ibd", 1);
    assert!(refusal(&disk).contains("copy.ibd"));

    let disk = with_two_tables();
    drop(disk.create("empty.ibd").unwrap());
    assert!(refusal(&disk).contains("empty.ibd"));

    // The file of another table under this name and number, with other columns and with the same.
    let disk = with_two_tables();
    let engine = open(&disk);
    engine.create_table(small_def("three")).unwrap();
    engine.close().unwrap();
    disk.remove("one.ibd").unwrap();
    copy(&disk, "three.ibd", "one.ibd", 1);
    assert!(refusal(&disk).contains("one.ibd: page 3 is the root of index"));
    let disk = with_two_tables();
    disk.remove("one.ibd").unwrap();
    copy(&disk, "two.ibd", "one.ibd", 1);
    assert!(refusal(&disk).contains("one.ibd"));
}

#[test]
fn the_directory_opens_once_the_stray_file_is_removed() {
    let disk = with_two_tables();
    copy(&disk, "one.ibd", "stray.ibd", 77);
    refusal(&disk);
    disk.remove("stray.ibd").unwrap();
    assert_eq!(open(&disk).tables(), ["one", "two"]);
}

/// I11: wrong bytes of `sys.ibd` under a right checksum.
#[test]
fn a_resealed_page_of_the_dictionary_is_an_error_or_harmless() {
    let healthy = with_two_tables();
    let mut rng = Rng(12);
    let (mut refused, mut opened) = (0, 0);
    let rounds = size(60, 300);
    for _ in 0..rounds {
        let disk = healthy.killed();
        let file = disk.open("sys.ibd").unwrap();
        let no = 3 + rng.below(3);
        let mut page = vec![0; 16384];
        file.read_at(no * 16384, &mut page).unwrap();
        // The header, the records or the page directory, not the free space between.
        let at =
            [38 + rng.below(82), 120 + rng.below(500), 16384 - 8 - rng.below(8) - 1][rng.below(3) as usize] as usize;
        page[at] ^= 1 << rng.below(8);
        let lsn = fil::get_lsn(&page);
        fil::seal(&mut page, lsn, ChecksumAlgorithm::FullCrc32);
        fil::verify(&page, PageId::new(SpaceId(0), PageNo(no as u32)), ChecksumAlgorithm::FullCrc32).unwrap();
        file.write_at(no * 16384, &page).unwrap();
        match Engine::open(Arc::new(disk.clone()), options()) {
            Err(e) => {
                assert!(!e.to_string().is_empty());
                refused += 1;
            }
            Ok(engine) => {
                opened += 1;
                for name in engine.tables() {
                    let table = engine.table(&name).unwrap();
                    // The definition may say other types than the rows have: an error, not a panic.
                    let _ = table.validate();
                }
            }
        }
    }
    assert!(refused > rounds / 6 && opened > rounds / 15, "{refused} refused, {opened} opened");
}

#[test]
fn a_change_that_finds_the_disk_full_can_be_rolled_back() {
    let disk = SimDisk::new(3);
    let engine = open(&disk);
    engine.create_table(wide_def("t")).unwrap();
    let table = engine.table("t").unwrap();
    let mut rng = Rng(3);
    let mut statement = begin(&engine);
    for _ in 0..300 {
        let _ = statement.add(&table, &row(&mut rng, table.def()));
    }
    statement.commit().unwrap();
    let before = rows(&engine, &table);
    disk.set_capacity(Some(disk.list().unwrap().iter().map(|f| disk.open(f).unwrap().len().unwrap()).sum()));
    let mut statement = begin(&engine);
    let mut n = 0;
    let full = loop {
        match statement.add(&table, &row(&mut rng, table.def())) {
            Ok(()) | Err(Error::Duplicate { .. }) => n += 1,
            Err(e) => break e,
        }
        assert!(n < 100_000, "the disk does not get full");
    };
    assert!(matches!(full, Error::DiskFull { .. }), "{full}");
    statement.rollback().unwrap();
    assert!(rows(&engine, &table) == before);
    assert!(matches!(engine.create_table(small_def("other")), Err(Error::DiskFull { .. })));
    assert_eq!(engine.tables(), ["t"]);
    disk.set_capacity(None);
    engine.create_table(small_def("other")).unwrap();
    let mut statement = begin(&engine);
    statement.add(&table, &row(&mut rng, table.def())).unwrap();
    statement.commit().unwrap();
    table.validate().unwrap();
}

#[test]
fn a_table_that_finds_the_disk_full_leaves_nothing() {
    let disk = SimDisk::new(4);
    let engine = open(&disk);
    engine.create_table(small_def("one")).unwrap();
    let used: u64 = disk.list().unwrap().iter().map(|f| disk.open(f).unwrap().len().unwrap()).sum();
    // Room for the table's file, not for a definition of 2 MB in the dictionary.
    disk.set_capacity(Some(used + 8 * 16384 + 300_000));
    let mut long = small_def("two");
    long.sql = "x".repeat(2_000_000);
    assert!(matches!(engine.create_table(long.clone()), Err(Error::DiskFull { .. })));
    assert_eq!((engine.tables(), disk.exists("two.ibd").unwrap()), (vec!["one".to_owned()], false));
    disk.set_capacity(None);
    engine.create_table(small_def("two")).unwrap();
    drop(engine);
    let engine = open(&disk);
    assert_eq!(*engine.table("two").unwrap().def(), small_def("two"));
    engine.drop_table(&mut engine.ddl(&Arc::default()), "two").unwrap();
    engine.create_table(long.clone()).unwrap();
    drop(engine);
    assert_eq!(*open(&disk).table("two").unwrap().def(), long);
}

#[test]
fn a_damaged_file_is_not_exported() {
    let disk = with_two_tables();
    let engine = open(&disk);
    let out = tempfile::tempdir().unwrap();
    let path = out.path().join("two.ibd");
    let file = disk.open("two.ibd").unwrap();
    let mut byte = [0];
    file.read_at(16384 + 5000, &mut byte).unwrap();
    file.write_at(16384 + 5000, &[byte[0] ^ 4]).unwrap();
    let error = engine.export("two", &path, innolab_engine::Importer::MariaDb).unwrap_err().to_string();
    assert!(error.contains("two.ibd, page 1") && !path.exists(), "{error}");
    file.write_at(16384 + 5000, &byte).unwrap();
    assert_eq!(
        engine.export("two", &path, innolab_engine::Importer::MariaDb).unwrap().pages,
        file.len().unwrap() as u32 / 16384
    );
    assert!(matches!(engine.export("three", &path, innolab_engine::Importer::MariaDb), Err(Error::NoSuchTable { .. })));
}
