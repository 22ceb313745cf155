use super::*;
use crate::Engine;
use innolab_disk::{Disk, SimDisk};

fn def() -> TableDef {
    let ty = crate::ColumnType::Int { bytes: 4, unsigned: false };
    let columns = vec![crate::ColumnDef::new("id", ty, false)];
    TableDef { name: "t".into(), columns, primary_key: vec![0], ..TableDef::default() }
}

fn open(disk: &SimDisk) -> Arc<Engine> {
    let mut options = crate::Options::default();
    options.store.innodb_buffer_pool_size = 1 << 20;
    options.store.background = false;
    Engine::open(Arc::new(disk.clone()), options).unwrap()
}

#[test]
fn the_ddl_log_is_empty_between_statements() {
    let disk = SimDisk::new(1);
    let engine = open(&disk);
    for _ in 0..2 {
        engine.create_table(def()).unwrap();
        assert_eq!(ddl_log::rows(&engine.sys.ddl).unwrap(), []);
        engine.drop_table(&mut engine.ddl(&Arc::default()), "t").unwrap();
        assert_eq!(ddl_log::rows(&engine.sys.ddl).unwrap(), []);
    }
    ddl_log::insert(&engine.sys.ddl, SpaceId(99), WHOLE_FILE, "gone.ibd").unwrap();
    engine.flush().unwrap();
    assert_eq!(ddl_log::rows(&open(&disk.killed()).sys.ddl).unwrap(), []);
}

/// R2 of the folder, where a crash rarely happens: another session's commit has flushed the log in the middle of a
/// statement.
#[test]
fn r2_a_file_that_the_dictionary_does_not_know_is_removed() {
    let disk = SimDisk::new(1);
    let engine = open(&disk);
    engine.create_table(def()).unwrap();
    let (space, file) = (engine.sys.next_space_id().unwrap(), "half.ibd");
    ddl_log::insert(&engine.sys.ddl, space, WHOLE_FILE, file).unwrap();
    let made = engine.store.create_space(space, file).unwrap();
    engine.flush().unwrap();
    let with_file = disk.power_loss(0);
    Tree::create(
        &engine.store,
        &made,
        engine.sys.next_index_id().unwrap(),
        IndexCodec::clustered(&def()).layout().clone(),
    )
    .unwrap();
    engine.flush().unwrap();
    let with_tree = disk.power_loss(0);
    let table = engine.table("t").unwrap().tree().space().clone();
    ddl_log::insert(&engine.sys.ddl, table.id(), WHOLE_FILE, &table.name()).unwrap();
    dictionary::remove(&engine.sys.dict, engine.table("t").unwrap().number).unwrap();
    engine.flush().unwrap();
    let without_row = disk.power_loss(0);
    for (disk, tables) in [(with_file, &["t"][..]), (with_tree, &["t"]), (without_row, &[])] {
        assert!(disk.exists(file).unwrap() && disk.exists("t.ibd").unwrap());
        assert_eq!(open(&disk).tables(), tables);
        assert!(!disk.exists(file).unwrap());
        assert_eq!(disk.exists("t.ibd").unwrap(), !tables.is_empty());
        assert_eq!(open(&disk).tables(), tables);
    }
}
