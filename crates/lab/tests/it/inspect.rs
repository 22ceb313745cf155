//! `innolab inspect`: every mode, on files that a real server wrote and on a tree of ours that is always the same. The
//! expected output is in `tests/inspect/*.txt`, as text and as JSON.

use crate::program::{innolab, stdout};
use expect_test::{expect, expect_file};
use innolab_base::{Events, IndexId, ManualClock, PAGE_SIZE, SpaceId};
use innolab_btree::{Change, Tree, WriteOptions};
use innolab_disk::OsDisk;
use innolab_engine::{ColumnDef, ColumnType, Datum, DuplicateLock, Isolation, TableDef};
use innolab_page::{Column, Layout};
use innolab_store::{Options, Store};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Written by a real server: two indexes of one page each; an index of two levels after 70 inserts and 12 deletes.
const SAMPLE: &str = "../page/tests/data/sample_full_crc32_dynamic.ibd";
const SAMPLE_COLUMNS: &str = "id int primary key, age int, name varchar(20) not null, key (age)";
const OLD_SAMPLE: &str = "../page/tests/data/sample_crc32_compact.ibd";
const TWO_LEVELS: &str = "../btree/tests/data/two_levels.ibd";
const TWO_LEVELS_COLUMNS: &str = "id int unsigned primary key, name varchar(1500)";
/// Written by our trees: see [`own`].
const OWN_COLUMNS: &str = "id int unsigned primary key, v varchar(20)";

fn path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

/// Standard output, or with a failure standard output and error. A success writes nothing to standard error.
fn inspect(arguments: &[&str]) -> Result<String, String> {
    let ran = innolab(&[&["inspect"], arguments].concat());
    let (out, error) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap());
    assert_eq!(ran.status.success(), error.is_empty(), "{error}");
    if error.is_empty() { Ok(out) } else { Err(out + &error) }
}

/// A mode's text, a line, and its JSON.
fn both(arguments: &[&str]) -> String {
    let json = inspect(&[arguments, &["--json"]].concat()).unwrap();
    for line in json.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
    inspect(arguments).unwrap() + "---\n" + &json
}

/// A directory with `t.ibd`: a tree of these columns, filled by `fill`.
fn with_tree(columns: Vec<Column>, fill: impl FnOnce(&Tree)) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let options = Options {
        innodb_buffer_pool_size: 4 << 20,
        innodb_log_file_size: 4 << 20,
        background: false,
        ..Options::default()
    };
    let disk = Arc::new(OsDisk::open(dir.path()).unwrap());
    let (store, _) = Store::open(disk, options, Arc::new(ManualClock::default()), Events::none()).unwrap();
    let space = store.create_space(SpaceId(5), "t.ibd").unwrap();
    let tree = Tree::create(&store, &space, IndexId(20), Layout::new(columns, 1)).unwrap();
    fill(&tree);
    drop((tree, space));
    store.close().unwrap();
    dir
}

fn put(tree: &Tree, fields: &[Option<&[u8]>]) {
    tree.write(&fields[..1], WriteOptions::default(), &mut |_, record| {
        record.leaf(tree.layout(), fields)?;
        Ok(Change::Put)
    })
    .unwrap();
}

/// 700 records inserted in random order; some are removed again.
fn own() -> tempfile::TempDir {
    let columns = vec![Column::fixed(4), Column::fixed(6), Column::fixed(7), Column::variable(80).nullable()];
    with_tree(columns, |tree| {
        for n in 0..700u32 {
            let id = (n * 389 % 700).to_be_bytes();
            let v = vec![b'a' + (n % 26) as u8; 40 + n as usize % 40];
            put(tree, &[Some(&id), Some(&[0, 0, 0, 0, 1, 1]), Some(&[0x80, 0, 0, 0, 0, 0, 0]), Some(&v)]);
        }
        for n in (100..200u32).step_by(3) {
            assert!(tree.remove(&[Some(&n.to_be_bytes())]).unwrap());
        }
    })
}

/// A tree of three levels: few records, with long keys.
fn deep() -> tempfile::TempDir {
    with_tree(vec![Column::variable(2800), Column::fixed(6), Column::fixed(7)], |tree| {
        for n in 0..240u32 {
            let key = format!("{:03}{}", n * 77 % 240, "k".repeat(1400));
            put(tree, &[Some(key.as_bytes()), Some(&[0; 6]), Some(&[0x80, 0, 0, 0, 0, 0, 0])]);
        }
    })
}

fn file(dir: &tempfile::TempDir) -> String {
    dir.path().join("t.ibd").to_str().unwrap().to_string()
}

#[test]
fn spaces() {
    let dir = own();
    let own = file(&dir);
    for mode in ["space-summary", "space-pages", "space-extents", "space-inodes", "space-verify"] {
        let mut out = String::new();
        for (file, columns) in
            [(SAMPLE, None), (OLD_SAMPLE, None), (TWO_LEVELS, Some(TWO_LEVELS_COLUMNS)), (&own, Some(OWN_COLUMNS))]
        {
            let file = path(file);
            let mut arguments = vec![mode, file.to_str().unwrap()];
            arguments.extend(columns.iter().flat_map(|columns| ["--columns", columns]));
            out += &both(&arguments);
        }
        expect_file![format!("inspect/{mode}.txt")].assert_eq(&out);
        // A directory stands for all its tablespaces.
        let directory = inspect(&[mode, dir.path().to_str().unwrap()]).unwrap();
        assert_eq!(directory, inspect(&[mode, &own]).unwrap());
    }
}

#[test]
fn trees() {
    let dir = own();
    let mut out = both(&["index-illustrate", path(SAMPLE).to_str().unwrap(), "--columns", SAMPLE_COLUMNS]);
    out += &both(&["index-illustrate", path(TWO_LEVELS).to_str().unwrap(), "--columns", TWO_LEVELS_COLUMNS]);
    out += &both(&["index-illustrate", &file(&dir), "--columns", OWN_COLUMNS, "--children", "5"]);
    out += &both(&["index-illustrate", &file(&dir), "--index", "20"]);
    out += &inspect(&["index-illustrate", &file(&deep()), "--children", "4"]).unwrap();
    expect_file!["inspect/index-illustrate.txt"].assert_eq(&out);

    let svg = dir.path().join("t.svg");
    inspect(&["index-illustrate", &file(&dir), "--svg", svg.to_str().unwrap()]).unwrap();
    let drawn = std::fs::read_to_string(svg).unwrap();
    expect_file!["inspect/index-illustrate.svg"].assert_eq(&drawn);
    let error = inspect(&["index-illustrate", &file(&dir), "--index", "7"]).unwrap_err();
    expect!["innolab: no index 7; the file has 20\n"].assert_eq(&error);
}

#[test]
fn pages() {
    let dir = own();
    let own = file(&dir);
    let (sample, two_levels) = (path(SAMPLE), path(TWO_LEVELS));
    let (sample, two_levels) = (sample.to_str().unwrap(), two_levels.to_str().unwrap());
    let (mut dumps, mut pictures) = (String::new(), String::new());
    for (file, page, columns) in [
        (sample, "0", ""),
        (sample, "2", ""),
        (sample, "3", SAMPLE_COLUMNS),
        (sample, "4", ""),
        (sample, "4", SAMPLE_COLUMNS),
        (two_levels, "3", TWO_LEVELS_COLUMNS),
        (two_levels, "5", TWO_LEVELS_COLUMNS),
        (&own, "1", ""),
        (&own, "3", OWN_COLUMNS),
        (&own, "3", ""),
        (&own, "6", OWN_COLUMNS),
    ] {
        let columns: &[_] = if columns.is_empty() { &[] } else { &["--columns", columns] };
        let dump = [&["page-dump", file, page], columns].concat();
        // JSON is tested on pages with few records.
        dumps += &if page > "4" { inspect(&dump).unwrap() } else { both(&dump) };
        pictures += &inspect(&[&["page-illustrate", file, page], columns].concat()).unwrap();
    }
    pictures += &inspect(&["page-illustrate", sample, "3", "--columns", SAMPLE_COLUMNS, "--json"]).unwrap();
    let json = inspect(&["page-dump", &own, "6", "--columns", OWN_COLUMNS, "--json"]).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["records"].as_array().unwrap().len(), json["counts"]["records"].as_u64().unwrap() as usize);
    expect_file!["inspect/page-dump.txt"].assert_eq(&dumps);
    expect_file!["inspect/page-illustrate.txt"].assert_eq(&pictures);
}

#[test]
fn the_redo_log() {
    let dir = own();
    let directory = dir.path().to_str().unwrap();
    let all = inspect(&["redo-dump", directory, "--from", "0"]).unwrap();
    let json = inspect(&["redo-dump", directory, "--from", "0", "--json"]).unwrap();
    let first = |text: &str, n| text.lines().take(n).collect::<Vec<_>>().join("\n");
    let out =
        format!("{}\n---\n{}\n---\n{}", first(&all, 60), inspect(&["redo-dump", directory]).unwrap(), first(&json, 6));
    expect_file!["inspect/redo-dump.txt"].assert_eq(&out);
    // A dump from an LSN starts with the group that covers it. Each group starts where the one before ends.
    let lines: Vec<serde_json::Value> = json.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.windows(2).all(|pair| pair[0]["end"] == pair[1]["lsn"]) && lines.len() > 700);
    let inside = lines[9]["lsn"].as_u64().unwrap() + 3;
    let from = inspect(&["redo-dump", directory, "--from", &inside.to_string(), "--json"]).unwrap();
    assert_eq!(from.lines().nth(1), json.lines().nth(10));
    assert_eq!(from.lines().count(), json.lines().count() - 9);
    let beyond = inspect(&["redo-dump", directory, "--from", "99999999"]).unwrap_err();
    assert!(beyond.contains("redo.log: LSN 99999999 is beyond the end of the log"), "{beyond}");
}

/// The dictionary in the same directory knows the columns.
#[test]
fn a_data_directory() {
    let dir = tempfile::tempdir().unwrap();
    let script = dir.path().join("script.sql");
    std::fs::write(
        &script,
        "create table t (a varchar(9), id int primary key);\ninsert into t values ('x', 7), (null, -3);\n",
    )
    .unwrap();
    let data = dir.path().join("data").to_str().unwrap().to_string();
    stdout(innolab(&["run", "--data", &data, script.to_str().unwrap()]));
    let dump = inspect(&["page-dump", &format!("{data}/t.ibd"), "3", "--json"]).unwrap();
    let dump: serde_json::Value = serde_json::from_str(&dump).unwrap();
    let seen = |n: usize| (dump["records"][n]["fields"]["id"].clone(), dump["records"][n]["fields"]["a"].clone());
    assert_eq!(seen(0), ("-3".into(), serde_json::Value::Null));
    assert_eq!(seen(1), ("7".into(), "\"x\"".into()));
    let history = inspect(&["record-history", &data, "t", "-3"]).unwrap();
    assert!(
        history.starts_with("t.ibd, page 3, byte ") && history.contains("id=-3, ") && history.contains("a=NULL"),
        "{history}"
    );
    for (key, why) in
        [("8", "t.ibd: no row with this key, not even a delete-marked one"), ("x", "(x) is not a primary key of t")]
    {
        assert_eq!(inspect(&["record-history", &data, "t", key]).unwrap_err(), format!("innolab: {why}\n"));
    }
    let summary = inspect(&["space-summary", &data]).unwrap();
    assert!(summary.contains("(PRIMARY of t), root page 3") && summary.contains("(DICTIONARY of sys)"), "{summary}");
    let verified = inspect(&["space-verify", &data]).unwrap();
    assert!(verified.contains("t.ibd: ") && verified.contains(" 0 bad; records checked on 1 page"), "{verified}");
}

/// Three committed changes and an open one, read while the engine is open; then again after rollback and purge.
#[test]
fn undo_logs_and_versions() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().to_str().unwrap();
    let mut options = innolab_engine::Options::default();
    options.store = Options { innodb_log_file_size: 4 << 20, background: false, ..options.store };
    let engine = innolab_engine::Engine::open(Arc::new(OsDisk::open(dir.path()).unwrap()), options).unwrap();
    let (int, text) = (ColumnType::Int { bytes: 4, unsigned: false }, ColumnType::VarChar { chars: 10 });
    let column = |name: &str, ty, nullable| ColumnDef::new(name, ty, nullable);
    let columns = vec![column("id", int, false), column("v", text, true), column("n", int, true)];
    engine.create_table(TableDef { name: "t".into(), columns, primary_key: vec![0], ..TableDef::default() }).unwrap();
    let table = engine.table("t").unwrap();
    let row = |v: Option<&str>, n| [Datum::Int(5), v.map_or(Datum::Null, |v| Datum::Bytes(v.into())), Datum::Int(n)];
    let seat = Arc::new(innolab_base::Waiter::new(1));
    let begin = || engine.begin(&seat, Isolation::RepeatableRead);
    let mut trx = begin();
    trx.insert(&table, &row(Some("one"), 1), DuplicateLock::Shared).unwrap();
    trx.insert(&table, &[Datum::Int(6), Datum::Null, Datum::Null], DuplicateLock::Shared).unwrap();
    trx.commit().unwrap();
    let mut trx = begin();
    assert!(trx.update(&table, &row(Some("one"), 1), &row(None, 1)).unwrap());
    trx.commit().unwrap();
    let mut open = begin();
    assert!(open.update(&table, &row(None, 1), &row(Some("three"), 3)).unwrap());
    open.delete(&table, &row(Some("three"), 3)).unwrap();
    engine.store().flush_all().unwrap();

    let mut out = both(&["undo-history", data]);
    out += &both(&["record-history", data, "t", "5"]);
    out += &inspect(&["record-history", data, "t", "6"]).unwrap();
    open.rollback().unwrap();
    engine.purge().unwrap();
    engine.store().flush_all().unwrap();
    out += "--- rolled back and purged\n";
    out += &inspect(&["undo-history", data]).unwrap();
    out += &inspect(&["record-history", data, "t", "5"]).unwrap();
    // The change of another row overwrites the purged one.
    let mut trx = begin();
    assert!(
        trx.update(&table, &[Datum::Int(6), Datum::Null, Datum::Null], &[Datum::Int(6), Datum::Null, Datum::Int(1)])
            .unwrap()
    );
    trx.commit().unwrap();
    engine.store().flush_all().unwrap();
    out += "--- written over\n";
    out += &inspect(&["undo-history", data]).unwrap();
    out += &inspect(&["record-history", data, "t", "5"]).unwrap();
    // The row's own next change overwrites it: that is not an older version.
    engine.purge().unwrap();
    let mut trx = begin();
    assert!(trx.update(&table, &row(None, 1), &row(Some("four"), 1)).unwrap());
    trx.commit().unwrap();
    engine.store().flush_all().unwrap();
    out += "--- written over by the same row's change\n";
    out += &inspect(&["undo-history", data]).unwrap();
    out += &inspect(&["record-history", data, "t", "5"]).unwrap();
    expect_file!["inspect/undo.txt"].assert_eq(&out);
    // Undo pages have regions, too.
    for page in 3..8 {
        inspect(&["page-dump", &format!("{data}/sys.ibd"), &page.to_string()]).unwrap();
    }
    drop(table);
    engine.close().unwrap();
}

/// While an engine has the directory locked and writes pages all the time, every mode succeeds, and the writer goes on.
#[test]
fn inspecting_does_not_disturb_a_writer() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { innodb_buffer_pool_size: 1 << 20, innodb_log_file_size: 1 << 20, ..Options::default() };
    let disk = Arc::new(OsDisk::open(dir.path()).unwrap());
    let (store, _) = Store::open(disk, options, Arc::new(ManualClock::default()), Events::none()).unwrap();
    let space = store.create_space(SpaceId(5), "t.ibd").unwrap();
    let layout =
        Layout::new([Column::fixed(4), Column::fixed(6), Column::fixed(7), Column::variable(80).nullable()], 1);
    let tree = Tree::create(&store, &space, IndexId(20), layout).unwrap();
    store.flush_all().unwrap();
    let stop = std::sync::atomic::AtomicBool::new(false);
    let insert = |n: u32| {
        let id = n.wrapping_mul(2_654_435_761).to_be_bytes();
        put(&tree, &[Some(&id), Some(&[0; 6]), Some(&[0; 7]), Some(&[b'v'; 80])]);
    };
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let ran = (0..).take_while(|_| !stop.load(std::sync::atomic::Ordering::Relaxed));
            ran.inspect(|n| insert(*n)).count()
        });
        for _ in 0..8 {
            let verified = inspect(&["space-verify", &file(&dir)]).unwrap();
            assert!(verified.contains(" 0 bad"), "{verified}");
            inspect(&["space-summary", dir.path().to_str().unwrap()]).unwrap();
            // The log may wrap around meanwhile: an error says so.
            let log = inspect(&["redo-dump", dir.path().to_str().unwrap()]);
            assert!(log.as_ref().is_ok() || log.as_ref().is_err_and(|e| e.contains("redo.log: ")), "{log:?}");
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(writer.join().unwrap() > 100, "the writer kept writing");
    });
    assert!(tree.validate().unwrap().records() > 100);
}

/// A copy of our file, changed.
fn changed(dir: &tempfile::TempDir, change: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut bytes = std::fs::read(file(dir)).unwrap();
    change(&mut bytes);
    let path = dir.path().join("bad.ibd");
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_string()
}

/// Modes about the whole file report the bad page, and the rest.
#[test]
fn a_bad_page_among_good_ones() {
    let dir = own();
    let bad = changed(&dir, |bytes| bytes[6 * PAGE_SIZE + 500] ^= 1);
    let shown = |mode: &str| {
        let failed = |arguments: &[&str]| {
            let out = inspect(arguments).unwrap_err();
            out.strip_suffix("innolab: 1 bad page\n").unwrap().to_owned()
        };
        failed(&[mode, &bad]) + "---\n" + &failed(&[mode, &bad, "--json"])
    };
    let out = ["space-summary", "space-pages", "space-extents", "index-illustrate"].map(shown);
    expect_file!["inspect/bad-page.txt"].assert_eq(&out.concat());
}

/// What is there of a damaged file is shown with `--force`; the exit status stays 1, and the error says why.
#[test]
fn damaged_files() {
    let dir = own();
    let mut out = String::new();
    let mut fails = |what: &str, arguments: &[&str], lines: usize| {
        let error = inspect(arguments).expect_err(what).replace(dir.path().to_str().unwrap(), "DIR");
        let (shown, error) = error.split_at(error.find("innolab: ").unwrap());
        let shown: Vec<_> = shown.lines().take(lines).collect();
        out += &format!(
            "{what}: {}\n  {}\n  {}\n",
            arguments[0],
            shown.join("\n  "),
            error.trim_end().replace('\n', "\n  ")
        );
    };
    let columns = ["--columns", OWN_COLUMNS];
    let bad = changed(&dir, |bytes| bytes.truncate(7 * PAGE_SIZE + 100));
    fails("cut within page 7", &["space-verify", &bad], 9);
    fails("cut within page 7, forced", &["space-verify", &bad, "--force"], 9);
    fails("cut within page 7, forced", &["rows", &bad, "--force", columns[0], columns[1]], 2);
    let bad = changed(&dir, |bytes| bytes.extend([7; 100]));
    fails("100 bytes behind the end", &["space-verify", &bad], 9);
    let bad = changed(&dir, |bytes| bytes.extend([7; PAGE_SIZE]));
    fails("a page of junk behind the end", &["space-summary", &bad], 1);
    let bad = changed(&dir, |bytes| bytes[60] ^= 1);
    fails("a bit of page 0", &["space-summary", &bad], 9);
    fails("a bit of page 0, forced", &["space-summary", &bad, "--force"], 20);
    fails("a bit of page 0, forced", &["page-dump", &bad, "0", "--force"], 4);
    fails("a bit of page 0, forced", &["rows", &bad, "--force", columns[0], columns[1]], 2);
    let bad = changed(&dir, |bytes| bytes[..PAGE_SIZE].fill(0xa5));
    fails("page 0 overwritten, forced", &["space-verify", &bad, "--force"], 9);
    let bad = changed(&dir, |bytes| bytes[6 * PAGE_SIZE + 500] ^= 1);
    fails("a bit of a leaf", &["rows", &bad, columns[0], columns[1]], 2);
    fails("a bit of a leaf, forced", &["page-dump", &bad, "6", "--force"], 4);
    let bad = changed(&dir, |bytes| {
        bytes[6 * PAGE_SIZE + 26..][..4].copy_from_slice(&[0, 0, 0, 1]);
        let (page, lsn) = (&mut bytes[6 * PAGE_SIZE..7 * PAGE_SIZE], innolab_base::Lsn(8000));
        innolab_page::fil::seal(page, lsn, innolab_page::fil::ChecksumAlgorithm::FullCrc32);
    });
    fails("an encrypted page", &["space-verify", &bad], 9);
    // MySQL 5.0 gave the first pages no type.
    let mut old = std::fs::read(path(OLD_SAMPLE)).unwrap();
    for page in old.chunks_mut(PAGE_SIZE).take(2) {
        page[24..26].fill(0);
        let lsn = innolab_page::fil::get_lsn(page);
        innolab_page::fil::seal(page, lsn, innolab_page::fil::ChecksumAlgorithm::Crc32);
    }
    let untyped = changed(&dir, |bytes| *bytes = old);
    let summary = inspect(&["space-summary", &untyped]).unwrap();
    assert!(summary.contains("  FSP_HDR\n") && summary.contains("  IBUF_BITMAP\n"), "{summary}");
    // One bad file of a directory does not end the run: bad.ibd comes before t.ibd.
    changed(&dir, |bytes| bytes[..PAGE_SIZE].fill(0xa5));
    fails("a directory with a bad file", &["space-verify", dir.path().to_str().unwrap()], 9);
    expect_file!["inspect/damaged.txt"].assert_eq(&out);
}

/// The rows of files that a server wrote.
#[test]
fn rows() {
    let (sample, two_levels) = (path(SAMPLE), path(TWO_LEVELS));
    let (sample, two_levels) = (sample.to_str().unwrap(), two_levels.to_str().unwrap());
    let mut out = both(&["rows", sample, "--columns", SAMPLE_COLUMNS]);
    for form in ["--sql", "--csv"] {
        out += &inspect(&["rows", sample, "--columns", SAMPLE_COLUMNS, form]).unwrap();
    }
    let deleted = inspect(&["rows", two_levels, "--columns", TWO_LEVELS_COLUMNS, "--deleted"]).unwrap();
    let keys =
        |rows: &str| rows.lines().map(|row| row.split(',').next().unwrap().to_owned()).collect::<Vec<_>>().join(" ");
    out += &format!("deleted: {}\n", keys(&deleted));
    let live = inspect(&["rows", two_levels, "--columns", TWO_LEVELS_COLUMNS]).unwrap();
    out += &format!("live: {}\n", keys(&live));
    expect_file!["inspect/rows.txt"].assert_eq(&out);
    let error = inspect(&["rows", sample]).unwrap_err();
    expect!["innolab: sample_full_crc32_dynamic.ibd: no table whose columns are known (see --columns)\n"]
        .assert_eq(&error);
}

#[test]
fn errors_name_file_page_and_rule() {
    let dir = own();
    let mut out = String::new();
    let mut fails = |what: &str, arguments: &[&str]| {
        let error = inspect(arguments).expect_err(what).replace(dir.path().to_str().unwrap(), "DIR");
        out += &format!("{what}\n  {}\n", error.trim_end().replace('\n', "\n  "));
    };
    let good = file(&dir);
    fails("no such page", &["page-dump", &good, "4000000000"]);
    fails("a page that was never written", &["page-dump", &good, "12"]);
    fails("no such file", &["space-summary", dir.path().join("none.ibd").to_str().unwrap()]);
    fails(
        "a directory without tablespaces",
        &["space-summary", path("src").to_str().unwrap()].map(|a| if a.contains("src") { "src" } else { a }),
    );
    fails("a directory instead of a file", &["page-dump", dir.path().to_str().unwrap(), "3"]);
    fails(
        "no redo log",
        &["redo-dump", path("src").to_str().unwrap()].map(|a| if a.contains("src") { "src" } else { a }),
    );
    fails("invalid columns", &["page-dump", &good, "3", "--columns", "id integr"]);
    fails("columns of another table", &["page-dump", &good, "6", "--columns", "id bigint primary key"]);
    let bad = changed(&dir, |bytes| bytes[6 * PAGE_SIZE + 500] ^= 1);
    fails("a flipped bit", &["page-dump", &bad, "6"]);
    fails("the same, by space-verify", &["space-verify", &bad]);
    fails("the same, by page-illustrate", &["page-illustrate", &bad, "6", "--columns", OWN_COLUMNS]);
    let bad = changed(&dir, |bytes| bytes.truncate(9 * PAGE_SIZE + 100));
    fails("a truncated file", &["space-summary", &bad]);
    let bad = changed(&dir, |bytes| bytes.truncate(100));
    fails("less than a page", &["space-pages", &bad]);
    let bad = changed(&dir, |bytes| bytes.copy_within(6 * PAGE_SIZE..7 * PAGE_SIZE, 7 * PAGE_SIZE));
    fails("a page at the position of another", &["page-dump", &bad, "7"]);
    let bad = changed(&dir, |bytes| bytes.rotate_left(PAGE_SIZE));
    fails("not a tablespace", &["space-summary", &bad]);
    let bad = changed(&dir, |bytes| bytes[38 + 17] = 9);
    fails("unknown flags", &["space-summary", &bad]);
    expect_file!["inspect/bad.txt"].assert_eq(&out);
}
