//! Thousands of damaged logs: `dump`, `verify`, `flashback` and `replay` do not panic, do not hang, do not succeed
//! for a part of a log, and leave their target as it was when they fail.
//!
//! ```text
//! log ─► flip bits, set bytes, cut, drop or double an event, claim to be in use ─► mend the checksum, or not ─► 4 commands
//! ```

use crate::program::{command, innolab, stdout};
use innolab_base::rng::Rng;
use innolab_binlog::{CHECKSUM_LEN, Reader, checksum};
use innolab_testing::seeds;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

/// The longest time that a command may take.
const LIMIT: Duration = Duration::from_secs(60);

/// The database, its rows before the log, and the log.
const BEFORE: &str = "create table t (id int primary key auto_increment, v varchar(20), n bigint unsigned, d decimal(9,2), at datetime(3),
    b varbinary(9) not null); insert into t values (1, 'ann', 7, -1.50, '2024-01-02 03:04:05.678', 'x'), (2, 'ö', null, null, null, '');";
const LOG: &str = "insert into t (v, b) values ('three', 'y'), ('four', 'z'); begin; update t set v = 'Ann', n = n + 1 where id = 1;
    delete from t where id = 2; commit; set binlog_format = statement; insert into t (v, b) values ('five', ''); set @u = 'six';
    insert into t (v, b) values (@u, 'u'); set binlog_format = row; update t set d = 2.25, at = '2025-01-01'; delete from t where id > 3;";

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn run(dir: &Path, sql: &str) {
    let file = dir.with_extension("sql");
    std::fs::write(&file, sql.split(';').map(|s| format!("{s}; -- T1\n")).collect::<String>()).unwrap();
    stdout(innolab(&["run", text(&file), "--data", text(dir), "--json"]));
}

/// Every file of a directory but the lock.
fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let all = std::fs::read_dir(dir).into_iter().flatten().map(|file| file.unwrap().path());
    all.filter(|path| !path.ends_with("innolab.lock"))
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for (path, bytes) in files(from) {
        std::fs::write(to.join(path.file_name().unwrap()), bytes).unwrap();
    }
}

/// Runs the program for at most [`LIMIT`]; its output is short enough for a pipe, or goes to a file.
fn limited(arguments: &[&str], dir: &Path) -> Output {
    let (out, err) = (dir.join("stdout"), dir.join("stderr"));
    let mut command = command(arguments);
    command
        .stdin(Stdio::null())
        .stdout(std::fs::File::create(&out).unwrap())
        .stderr(std::fs::File::create(&err).unwrap());
    let (mut child, began) = (command.spawn().unwrap(), Instant::now());
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if began.elapsed() > LIMIT => {
                child.kill().unwrap();
                panic!("{arguments:?} hangs");
            }
            None => std::thread::sleep(Duration::from_millis(1)),
        }
    };
    Output { status, stdout: std::fs::read(out).unwrap(), stderr: std::fs::read(err).unwrap() }
}

/// A damaged log, and what was done to it.
fn mutated(good: &[u8], spans: &[(usize, usize)], rng: &mut Rng) -> (Vec<u8>, String) {
    let mut bad = good.to_vec();
    let span = spans[rng.index(spans.len())];
    let mut said = String::new();
    for _ in 0..1 + rng.index(3) {
        let at = span.0 + rng.index(span.1 - span.0);
        match rng.index(8) {
            0 => bad[at] = 0xff,
            1 => bad[at] = 0,
            2..5 => bad[at] ^= 1 << rng.index(8),
            _ => bad[at] = rng.index(256) as u8,
        }
        said += &format!("byte {at} = {:02x}; ", bad[at]);
    }
    if rng.index(3) > 0 {
        let sum = checksum(&bad[span.0..span.1 - CHECKSUM_LEN]);
        bad[span.1 - CHECKSUM_LEN..span.1].copy_from_slice(&sum.to_le_bytes());
        said += "its checksum mended; ";
    }
    if rng.index(3) == 0 {
        bad[4 + 17] |= 1;
        said += "in use; ";
    }
    match rng.index(8) {
        0 => bad.truncate(1 + rng.index(good.len())),
        1 => drop(bad.drain(span.0..span.1)),
        2 => {
            let event = bad[span.0..span.1].to_vec();
            bad.splice(span.1..span.1, event);
        }
        _ => return (bad, said),
    }
    (bad, said + "cut, dropped or doubled")
}

/// True if `dump --json` says that it has read all bytes: up to the end, or to an unfinished write at the end.
fn is_all(dump: &Output, log: &[u8]) -> bool {
    let text = String::from_utf8_lossy(&dump.stdout);
    let last: serde_json::Value = serde_json::from_str(text.lines().last().unwrap_or("{}")).unwrap();
    let written = log.iter().rposition(|byte| *byte != 0).map_or(0, |at| at as u64 + 1);
    last["end"].as_u64().is_some_and(|end| end == log.len() as u64 || log[4 + 17] & 1 == 1 && end >= written)
}

/// The logs to be damaged: ours, and those of a MySQL 9 that the tests of the log crate keep.
fn samples(ours: &[u8]) -> Vec<Vec<u8>> {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../binlog/tests/logs/mysql-9.7");
    let mysql = ["bin.000002", "bin.000004", "bin.000006"].map(|name| std::fs::read(kept.join(name)).unwrap());
    [vec![ours.to_vec(), ours.to_vec()], mysql.to_vec()].concat()
}

#[test]
fn damaged_logs_end_in_an_error_and_targets_stay_as_they_were() {
    let dir = tempfile::tempdir().unwrap();
    let (source, target, work) = (dir.path().join("source"), dir.path().join("target"), dir.path().join("work"));
    run(&source, BEFORE);
    copy(&source, &target);
    run(&source, LOG);
    let ours = std::fs::read(source.join("binlog.000002")).unwrap();
    let samples = samples(&ours);
    let (log, back) = (dir.path().join("log"), dir.path().join("back"));
    let (mut failed, mut done) = ([0; 4], [0; 4]);
    for seed in seeds(60, 400) {
        let mut rng = Rng(seed);
        let good = &samples[rng.index(samples.len())];
        let spans: Vec<(usize, usize)> = Reader::over("x", good.clone())
            .unwrap()
            .map(|e| e.unwrap())
            .map(|e| (e.offset as usize, e.end as usize))
            .collect();
        let (bad, said) = mutated(good, &spans, &mut rng);
        std::fs::write(&log, &bad).unwrap();
        let is_ours = good.len() == ours.len();
        // In turns: a replay into a database, and one that makes a new one.
        if is_ours && seed % 2 == 0 {
            copy(&target, &work);
        }
        let before = files(&work);
        let commands = [
            vec!["binlog", "dump", "--json", text(&log)],
            vec!["binlog", "verify", text(&log)],
            vec!["binlog", "flashback", text(&log), "--output", text(&back)],
            vec!["binlog", "replay", text(&log), "--into", text(&work)],
        ];
        let outs = commands.map(|arguments| limited(&arguments, dir.path()));
        for (n, out) in outs.iter().enumerate() {
            let why = String::from_utf8_lossy(&out.stderr);
            let code = out.status.code();
            assert!(
                matches!(code, Some(0 | 1)) && !why.contains("panicked"),
                "seed {seed}, command {n}: {said}: {code:?} {why}"
            );
            assert_eq!(code == Some(1), why.starts_with("innolab: "), "seed {seed}, command {n}: {said}: {why}");
            (if code == Some(0) { &mut done } else { &mut failed })[n] += 1;
        }
        let [dump, verify, flashback, replay] = outs.map(|out| (out.status.success(), out));
        assert!(!dump.0 || is_all(&dump.1, &bad), "seed {seed}: {said}: a part of the log was dumped");
        // What the others do with all of a log, dump has done with all of it.
        for (n, success) in [(1, verify.0), (2, flashback.0), (3, replay.0)] {
            assert!(!success || dump.0, "seed {seed}: {said}: command {n} took a log that dump does not");
        }
        assert!(flashback.0 || !back.exists(), "seed {seed}: {said}: a file was left");
        assert!(replay.0 || files(&work) == before, "seed {seed}: {said}: the target was changed");
        assert!(replay.0 || !before.is_empty() || !work.exists(), "seed {seed}: {said}: a directory was left");
        let _ = std::fs::remove_file(&back);
        let _ = std::fs::remove_dir_all(&work);
    }
    println!("done: {done:?}, failed: {failed:?}");
    assert!(done.iter().chain(&failed).all(|n| *n > 0), "each command succeeds and fails: {done:?} {failed:?}");
}
