use super::*;
use crate::{ColumnDef, ColumnDefault, ColumnType, Datum, Engine, Options, TableDef};
use expect_test::expect;
use innolab_disk::{Disk, SimDisk};
use innolab_page::fil::ChecksumAlgorithm;

fn options() -> Options {
    let mut options = Options::default();
    options.store.innodb_buffer_pool_size = 1 << 20;
    options.store.innodb_log_file_size = 1 << 20;
    options.store.background = false;
    options
}

fn table(name: &str) -> TableDef {
    let ty = ColumnType::Int { bytes: 4, unsigned: false };
    let columns = vec![
        ColumnDef::new("id", ty, false),
        ColumnDef {
            default: Some(ColumnDefault::Value(Datum::Null)),
            ..ColumnDef::new("v", ColumnType::VarChar { chars: 5 }, true)
        },
    ];
    TableDef { name: name.into(), columns, primary_key: vec![0], sql: "CREATE TABLE …".into(), ..TableDef::default() }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The bytes that `docs/formats.md` describes.
#[test]
fn the_bytes() {
    let disk = Arc::new(SimDisk::new(1));
    let engine = Engine::open(disk.clone(), options()).unwrap();
    engine.create_table(table("t")).unwrap();
    let mut statement = crate::api::tests::begin(&engine);
    let row = [Datum::Int(1), Datum::Null];
    statement.insert(&engine.table("t").unwrap(), &row, crate::DuplicateLock::Shared).unwrap();
    statement.commit().unwrap();
    let mut dictionary = engine.sys.dict.cursor();
    assert!(dictionary.first().unwrap());
    let row: Vec<String> = dictionary.record().fields().map(|f| hex(f.unwrap())).collect();
    drop(dictionary);
    engine.close().unwrap();
    let mut page = vec![0; PAGE_SIZE];
    disk.open(SYS_FILE).unwrap().read_at(3 * PAGE_SIZE as u64, &mut page).unwrap();
    let mut seen = format!("type {} space {}\n", fil::page_type(&page), fil::space_id(&page));
    for (name, at, len) in [
        ("segment", SEGMENT, 10),
        ("magic", MAGIC_AT, 7),
        ("version", VERSION_AT, 1),
        ("trx id", TRX_ID, 8),
        ("row id", ROW_ID, 8),
        ("space id", SPACE_ID, 8),
        ("index id", INDEX_ID, 8),
        ("roots", DICT_ROOT, 8),
        ("rseg 0", RSEG, 8),
    ] {
        seen += &format!("{at:3} {name:8} {}\n", hex(&page[at..at + len]));
    }
    assert!(page[104..96 + 128 * 8].iter().all(|b| *b == 0), "rollback segments");
    seen += &format!("dictionary {}\n", row.join(" | "));
    expect![[r#"
        type TRX_SYS space 0
         38 segment  00000000000000020032
         48 magic    696e6e6f737973
         55 version  02
         56 trx id   0000000000000101
         64 row id   0000000000000001
         72 space id 0000000000000002
         80 index id 0000000000000011
         88 roots    0000000400000005
         96 rseg 0   0000000000000006
        dictionary 0000000000000010 | 0000 | 0000005d030000000000000000000000000000000000000001000000017400020000000269640000040000000000017602000501010001000000000000ffff000000000000000000100000000300000010435245415445205441424c4520e280a6
    "#]].assert_eq(&seen);
}

#[test]
fn no_number_is_assigned_twice() {
    let disk = SimDisk::new(2);
    let (mut trx, mut row, mut space, mut index) = (0, 0, 0, 0);
    let mut crashed = disk;
    for round in 0..8 {
        let engine = Engine::open(Arc::new(crashed.clone()), options()).unwrap();
        for _ in 0..round * 100 {
            let (t, r) = (engine.mvcc.begin(), engine.sys.next_row_id().unwrap());
            engine.sys.reserve_trx_id(t).unwrap();
            let t = t.0;
            assert!(t > trx && r > row, "{t} after {trx}, {r} after {row}");
            (trx, row) = (t, r);
        }
        let (s, i) = (engine.sys.next_space_id().unwrap().0, engine.sys.next_index_id().unwrap().0);
        assert!(s > space && i > index);
        (space, index) = (s, i);
        // The log is durable now, so its numbers must not come again after the power loss.
        engine.store().flush_log(engine.store().appended_lsn()).unwrap();
        crashed = crashed.power_loss(round);
    }
    assert!(trx < 2800 + 8 * BATCH, "a restart skips at most a batch: {trx}");
}

/// R1 at a moment where a crash is rare: the log was flushed while the file was half made.
#[test]
fn a_half_made_file_is_made_again() {
    let disk = SimDisk::new(3);
    let clock = Arc::new(innolab_base::ManualClock::default());
    let (store, _) = Store::open(Arc::new(disk.clone()), options().store, clock, innolab_base::Events::none()).unwrap();
    let space = store.create_space(SpaceId(0), SYS_FILE).unwrap();
    store.flush_log(store.appended_lsn()).unwrap();
    let without_header = disk.power_loss(0);
    create_header(&store, &space).unwrap();
    store.flush_log(store.appended_lsn()).unwrap();
    let without_magic = disk.power_loss(0);
    for disk in [without_header, without_magic] {
        assert!(disk.exists(SYS_FILE).unwrap());
        for tables in [&[][..], &["t"], &["t"]] {
            let engine = Engine::open(Arc::new(disk.clone()), options()).unwrap();
            assert_eq!(engine.tables(), tables);
            if tables.is_empty() {
                engine.create_table(table("t")).unwrap();
            }
            assert_eq!(engine.table("t").unwrap().validate().unwrap().records(), 0);
        }
    }
}

/// All files and their bytes.
fn contents(disk: &SimDisk) -> Vec<(String, Vec<u8>)> {
    let read = |name: String| {
        let file = disk.open(&name).unwrap();
        let mut bytes = vec![0; file.len().unwrap() as usize];
        file.read_at(0, &mut bytes).unwrap();
        (name, bytes)
    };
    disk.list().unwrap().into_iter().map(read).collect()
}

/// Overwrites magic and version in the file's header page, under a right checksum.
fn set_layout(disk: &SimDisk, magic_and_version: &[u8; 8]) {
    let (file, at) = (disk.open(SYS_FILE).unwrap(), u64::from(HEADER.0) * PAGE_SIZE as u64);
    let mut page = vec![0; PAGE_SIZE];
    file.read_at(at, &mut page).unwrap();
    page[MAGIC_AT..MAGIC_AT + 8].copy_from_slice(magic_and_version);
    let lsn = fil::get_lsn(&page);
    fil::seal(&mut page, lsn, ChecksumAlgorithm::FullCrc32);
    file.write_at(at, &page).unwrap();
}

fn refusal(disk: &SimDisk) -> String {
    match Engine::open(Arc::new(disk.clone()), options()) {
        Ok(_) => panic!("a directory of another layout opens"),
        Err(e) => e.to_string(),
    }
}

/// `header` R3: there is work for recovery, and it must not begin.
#[test]
fn another_layout_is_refused_before_anything_changes() {
    let disk = SimDisk::new(4);
    let engine = Engine::open(Arc::new(disk.clone()), options()).unwrap();
    engine.create_table(table("t")).unwrap();
    engine.close().unwrap();
    let engine = Engine::open(Arc::new(disk.clone()), options()).unwrap();
    engine.create_table(table("u")).unwrap();
    let disk = disk.power_loss(4);
    drop(engine);
    let mut seen = String::new();
    for layout in [b"innosys\x01", b"innosys\x03", b"innosys\xff", b"innosys\x00", b"another\x02"] {
        set_layout(&disk, layout);
        let before = contents(&disk);
        seen += &format!("{}\n", refusal(&disk));
        assert!(contents(&disk) == before, "{layout:?}: the directory is as it was");
    }
    expect![[r#"
        sys.ibd has layout version 1, this program reads version 2; nothing was changed
        sys.ibd has layout version 3, this program reads version 2; nothing was changed
        sys.ibd has layout version 255, this program reads version 2; nothing was changed
        sys.ibd has no layout version, this program reads version 2; nothing was changed
        sys.ibd has no layout version, this program reads version 2; nothing was changed
    "#]]
    .assert_eq(&seen);
    set_layout(&disk, b"innosys\x02");
    let engine = Engine::open(Arc::new(disk), options()).unwrap();
    assert_eq!(engine.tables(), ["t", "u"]);
}

/// `header` R3: the header page is in the log only.
#[test]
fn another_layout_that_only_the_log_has_is_refused_after_recovery() {
    let disk = SimDisk::new(5);
    let clock = Arc::new(innolab_base::ManualClock::default());
    let (store, _) = Store::open(Arc::new(disk.clone()), options().store, clock, innolab_base::Events::none()).unwrap();
    let sys = Sys::create(&store, SpaceId(0)).unwrap();
    sys.write_header(MAGIC_AT, u64::from_be_bytes(*b"innosys\x03")).unwrap();
    store.flush_log(store.appended_lsn()).unwrap();
    let disk = disk.power_loss(0);
    let first = refusal(&disk);
    expect!["sys.ibd has layout version 3, this program reads version 2; its redo log was replayed, nothing else was changed"]
        .assert_eq(&first);
    assert!(refusal(&disk).contains("layout version 3"), "and is refused from then on");
}
