//! Files with random bytes under a valid checksum (I11): every mode prints something or returns an error; none panics
//! or runs for ever.

use super::*;
use crate::database::{Database, DatabaseArguments};
use innolab_base::PAGE_SIZE;
use innolab_base::rng::Rng;
use innolab_page::fil::{self, ChecksumAlgorithm};
use innolab_page::fsp;
use innolab_testing::{kept_file, seeds};
use std::path::Path;

/// Each with its columns.
const SAMPLES: [(&[u8], &str); 3] = [
    (
        include_bytes!("../../../../page/tests/data/sample_full_crc32_dynamic.ibd"),
        "id int primary key, age int, name varchar(20) not null",
    ),
    (include_bytes!("../../../../btree/tests/data/two_levels.ibd"), "id int unsigned primary key, name varchar(1500)"),
    (
        include_bytes!("../../../../page/tests/data/sample_crc32_compact.ibd"),
        "id int primary key, age int, name varchar(20) not null",
    ),
];

/// A file with an SDI, if one is kept.
fn mysql() -> Option<Vec<u8>> {
    kept_file("mysql8_simple.ibd").and_then(|path| std::fs::read(path).ok())
}

/// A sample and its columns; of MySQL's, none.
fn sample(rng: &mut Rng, mysql: Option<&[u8]>) -> (Vec<u8>, Option<String>) {
    match (rng.index(4), mysql) {
        (3, Some(bytes)) => (bytes.to_vec(), None),
        (i, _) => (SAMPLES[i % 3].0.to_vec(), Some(SAMPLES[i % 3].1.to_owned())),
    }
}

/// Changes some bytes of a page, mostly in headers, and seals the page again. Returns its number.
fn spoil(bytes: &mut [u8], rng: &mut Rng) -> u32 {
    let n = rng.index(bytes.len() / PAGE_SIZE);
    let full_crc32 = fsp::flags(bytes) & 0x10 != 0;
    let page = &mut bytes[n * PAGE_SIZE..][..PAGE_SIZE];
    for _ in 0..1 + rng.index(6) {
        let at = match rng.index(5) {
            0 => rng.index(PAGE_SIZE),
            1 => fil::TRAILER - 1 - rng.index(40),
            2 => fil::PREV + rng.index(330),
            _ => fil::DATA + rng.index(60),
        };
        page[at] = [0, 1, 0x7f, 0x80, 0xff, rng.index(256) as u8][rng.index(6)];
    }
    let lsn = fil::get_lsn(page);
    fil::seal(page, lsn, if full_crc32 { ChecksumAlgorithm::FullCrc32 } else { ChecksumAlgorithm::Crc32 });
    n as u32
}

fn modes(path: &Path, columns: Option<String>, force: bool, pages: &[u32]) -> Vec<Mode> {
    let file = || FileArguments { path: path.to_owned(), columns: columns.clone(), force };
    let illustrate = |svg: Option<&str>| Mode::IndexIllustrate {
        file: file(),
        index: None,
        children: 4,
        svg: svg.map(|n| path.with_extension(n)),
    };
    let mut modes = vec![
        Mode::SpaceSummary(file()),
        Mode::SpacePages(file()),
        Mode::SpaceExtents(file()),
        Mode::SpaceInodes(file()),
        Mode::SpaceVerify(file()),
        Mode::Rows { file: file(), deleted: false, sql: true, csv: false },
        Mode::Rows { file: file(), deleted: true, sql: false, csv: true },
        illustrate(None),
        illustrate(Some("svg")),
    ];
    for &page in pages {
        modes.push(Mode::PageDump { file: file(), page });
        modes.push(Mode::PageIllustrate { file: file(), page });
    }
    modes
}

#[test]
fn random_bytes_are_printed_or_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.ibd");
    let (mut printed, mut refused) = (0, 0);
    let mysql = mysql();
    for seed in seeds(150, 400).map(|seed| seed + 1) {
        let mut rng = Rng(seed);
        let (mut bytes, columns) = sample(&mut rng, mysql.as_deref());
        let pages: Vec<u32> = (0..1 + rng.index(3)).map(|_| spoil(&mut bytes, &mut rng)).collect();
        std::fs::write(&path, &bytes).unwrap();
        let (columns, force) = (columns.filter(|_| rng.index(2) == 0), rng.index(4) == 0);
        for mode in modes(&path, columns, force, &pages) {
            let as_json = rng.index(2) == 0;
            let mut out = Vec::new();
            match inspect(&mode, as_json, &Progress::hidden(), &mut out) {
                Ok(()) => printed += 1,
                Err(e) => {
                    refused += 1;
                    assert!(!e.to_string().is_empty());
                }
            }
            assert!(std::str::from_utf8(&out).is_ok(), "seed {seed}");
        }
    }
    assert!(printed > 0 && refused > 0, "{printed} printed, {refused} refused");
}

/// A directory as a kill leaves it: an open transaction, and row versions that a view still needs.
fn database() -> tempfile::TempDir {
    let (dir, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let database = Database::open(Some(dir.path()), &DatabaseArguments::default(), &Progress::hidden()).unwrap();
    let (mut view, mut writer) = (database.session(), database.session());
    for sql in [
        "create table t (id int primary key, v varchar(20), n int, key (v))",
        "insert into t values (5, 'one', 1), (6, 'six', 2)",
    ] {
        writer.execute(sql).unwrap();
    }
    view.execute("start transaction with consistent snapshot").unwrap();
    for sql in [
        "update t set v = 'two' where id = 5",
        "begin",
        "update t set v = 'three', n = 3 where id = 5",
        "delete from t where id = 6",
        "flush tables",
    ] {
        writer.execute(sql).unwrap();
    }
    for file in std::fs::read_dir(dir.path()).unwrap().map(|file| file.unwrap()) {
        std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
    }
    drop((view, writer));
    database.close().unwrap();
    copy
}

/// The modes that read a directory: of the undo logs, the redo log, a row's versions.
#[test]
fn random_bytes_in_a_database_are_printed_or_refused() {
    let dir = database();
    let history = Mode::RecordHistory { directory: dir.path().into(), table: "t".into(), key: vec!["5".into()] };
    let mut versions = Vec::new();
    inspect(&history, false, &Progress::hidden(), &mut versions).unwrap();
    assert_eq!(String::from_utf8(versions).unwrap().matches("DB_TRX_ID").count(), 3, "the history is on disk");
    let (mut printed, mut refused) = ([0; 7], [0; 7]);
    for seed in seeds(60, 400).map(|seed| seed + 1) {
        let mut rng = Rng(seed);
        let name = ["sys.ibd", "sys.ibd", "t.ibd", "redo.log"][rng.index(4)];
        let path = dir.path().join(name);
        let good = std::fs::read(&path).unwrap();
        let mut bytes = good.clone();
        if name == "redo.log" {
            let within = if rng.index(2) == 0 { 4096 } else { 32_768 };
            let at = rng.index(within);
            bytes[at] ^= 1 << rng.index(8);
        } else {
            for _ in 0..1 + rng.index(3) {
                spoil(&mut bytes, &mut rng);
            }
        }
        std::fs::write(&path, &bytes).unwrap();
        let file = || FileArguments { path: path.clone(), columns: None, force: seed % 2 == 0 };
        let directory = || dir.path().to_owned();
        let modes = [
            Mode::UndoHistory { directory: directory() },
            Mode::RecordHistory { directory: directory(), table: "t".into(), key: vec!["5".into()] },
            Mode::RecordHistory { directory: directory(), table: "t".into(), key: vec!["6".into()] },
            Mode::RedoDump { directory: directory(), from: None },
            Mode::RedoDump { directory: directory(), from: Some(rng.index(20_000) as u64) },
            Mode::SpaceVerify(file()),
            Mode::Rows { file: file(), deleted: seed % 3 == 0, sql: false, csv: false },
        ];
        for (n, mode) in modes.iter().enumerate() {
            let mut out = Vec::new();
            match inspect(mode, seed % 5 == 0, &Progress::hidden(), &mut out) {
                Ok(()) => printed[n] += 1,
                Err(e) => {
                    refused[n] += 1;
                    assert!(!e.to_string().is_empty(), "seed {seed}, mode {n}");
                }
            }
            assert!(std::str::from_utf8(&out).is_ok(), "seed {seed}, mode {n}");
        }
        std::fs::write(&path, &good).unwrap();
    }
    // From the checkpoint on, damage in the redo log is the log's end.
    let refuses = |n: usize| n == 3 || refused[n] > 0;
    assert!((0..7).all(|n| printed[n] > 0 && refuses(n)), "printed {printed:?}, refused {refused:?}");
}

/// A file of which a part is missing, added or changed: no mode about the whole of it succeeds.
#[test]
fn a_part_is_never_shown_as_the_whole() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.ibd");
    let mysql = mysql();
    for seed in seeds(20, 100).map(|seed| seed + 1) {
        let mut rng = Rng(seed);
        let (mut bytes, columns) = sample(&mut rng, mysql.as_deref());
        let what = rng.index(4);
        match what {
            0 => bytes.truncate(rng.index(bytes.len())),
            1 => bytes.extend(vec![0xa5; 1 + rng.index(3 * PAGE_SIZE)]),
            _ => {
                // A byte that the checksum covers, of a page that was written.
                let n = rng.index(bytes.len() / PAGE_SIZE);
                let page = &mut bytes[n * PAGE_SIZE..][..PAGE_SIZE];
                if page.iter().all(|byte| *byte == 0) {
                    continue;
                }
                page[fil::DATA + rng.index(fil::TRAILER - fil::DATA)] ^= 1 << rng.index(8);
            }
        }
        std::fs::write(&path, &bytes).unwrap();
        let force = rng.index(2) == 0;
        for mode in modes(&path, columns, force, &[]) {
            let ran = inspect(&mode, false, &Progress::hidden(), Vec::new());
            assert!(ran.is_err(), "seed {seed}, change {what}, force {force}");
        }
    }
}
