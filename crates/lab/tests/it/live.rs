//! `inspect` on the directory of a database that is open, or whose process was killed; `checkpoint`; FLUSH TABLES.

use crate::program::{command, innolab, stderr, stdout};
use innolab_base::{CondvarPark, Events, SystemClock};
use innolab_disk::OsDisk;
use innolab_engine::{Engine, Options};
use innolab_sql::Session;
use innolab_testing::size;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A shell that has a database open, until it is dropped.
struct Shell(Child);

impl Shell {
    fn start(data: &str) -> Shell {
        let mut shell = command(&["shell", "--data", data]);
        Shell(shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap())
    }

    /// Runs statements; returns when the last has ended.
    fn run(&mut self, data: &str, sql: &str) {
        let done = Path::new(data).join("done.txt");
        let _ = std::fs::remove_file(&done);
        // The shell answers in order: the drawing is written after all that is before it.
        let wait = format!("{sql}\ninspect index-illustrate sys.ibd --svg {};\n", done.display());
        self.0.stdin.as_mut().unwrap().write_all(wait.as_bytes()).unwrap();
        let began = Instant::now();
        while !done.exists() {
            assert!(began.elapsed() < Duration::from_secs(60), "the shell does not answer: {sql}");
            std::thread::sleep(Duration::from_millis(10));
        }
        std::fs::remove_file(&done).unwrap();
    }

    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// The bytes of all files but the lock.
fn files(dir: &str) -> BTreeMap<String, Vec<u8>> {
    let files = std::fs::read_dir(dir).unwrap().map(|file| file.unwrap().path());
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    files.map(|path| (name(&path), std::fs::read(&path).unwrap())).collect()
}

fn json(arguments: &[&str]) -> Vec<Value> {
    let ran = stdout(innolab(&[&["inspect"], arguments, &["--json"]].concat()));
    ran.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// For each page of the redo log, the end of its newest record, by file and page.
fn newest(data: &str) -> BTreeMap<(String, u64), u64> {
    let mut newest = BTreeMap::new();
    for group in &json(&["redo-dump", data])[1..] {
        for entry in group["entries"].as_array().unwrap().iter().filter(|entry| entry["op"] == "page") {
            let file = entry["file"].as_str().unwrap_or("?").to_owned();
            newest.insert((file, entry["page"].as_u64().unwrap()), group["end"].as_u64().unwrap());
        }
    }
    newest
}

/// What is printed for text.
fn shown(arguments: &[&str]) -> String {
    stdout(innolab(&[&["inspect"], arguments].concat()))
}

/// R6 of `inspect`: the pages that are named are exactly those whose LSN is below that of the log's newest record.
fn compare(data: &str) -> usize {
    let newest = newest(data);
    let (pages, named): (Vec<_>, Vec<_>) =
        json(&["space-pages", data]).into_iter().partition(|line| line["state"].is_null());
    let named: Vec<_> = named.iter().filter(|line| line["state"] == "older than the redo log").collect();
    let mut expected = vec![];
    for page in &pages {
        let key = (page["file"].as_str().unwrap().to_owned(), page["page"].as_u64().unwrap());
        let lsn = page["lsn"].as_u64().unwrap();
        if let Some(log) = newest.get(&key).filter(|log| lsn < **log) {
            expected.push((key, if lsn == 0 { Value::Null } else { lsn.into() }, *log));
        }
    }
    let named: Vec<_> = named
        .into_iter()
        .map(|line| {
            let key = (line["file"].as_str().unwrap().to_owned(), line["page"].as_u64().unwrap());
            (key, line["lsn"].clone(), line["log_lsn"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(named, expected);
    named.len()
}

#[test]
fn an_open_database_and_what_its_kill_leaves() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("d").to_str().unwrap().to_owned();
    let t = format!("{data}/t.ibd");
    let mut shell = Shell::start(&data);
    shell.run(&data, "create table t (id int primary key, v varchar(20)); insert into t values (1, 'a'), (2, 'b');");

    // Nothing is on disk yet. That is said, and is no failure where it is what is shown.
    let before = files(&data);
    let summary = shown(&["space-summary", &data]);
    assert!(
        summary.contains("sys.ibd: not on disk yet: its pages are in the redo log alone")
            && summary.contains("t.ibd (table t): not on disk yet: its pages are in the redo log alone"),
        "{summary}"
    );
    assert!(summary.contains("t.ibd: page 3 is not on disk yet: its newest record in the redo log ends at LSN "));
    assert!(shown(&["space-verify", &data]).contains("t.ibd: 8 pages, 8 never written, 0 bad"));
    assert!(compare(&data) >= 10);
    for (arguments, why) in [
        (vec!["page-dump", &t, "3"], "t.ibd: page 3 was never written"),
        (vec!["record-history", &data, "t", "1"], "t.ibd: page 3 was never written"),
        (vec!["undo-history", &data], "sys.ibd: page 3 was never written"),
        (vec!["rows", &t], "t.ibd (table t): not on disk yet: its pages are in the redo log alone"),
    ] {
        let ran = innolab(&[vec!["inspect"], arguments.clone()].concat());
        assert!(!ran.status.success() && stderr(&ran).contains(why), "{arguments:?}: {}", stderr(&ran));
    }
    assert!(before == files(&data), "inspect has changed the directory");

    // What FLUSH TABLES writes is shown without a word, what changes then is named with both LSNs.
    shell.run(&data, "flush tables;");
    assert_eq!(compare(&data), 0);
    assert_eq!(shown(&["rows", &t]), "id=1, v=\"a\"\nid=2, v=\"b\"\n");
    assert!(!shown(&["page-dump", &t, "3"]).contains("redo log"));
    shell.run(&data, "update t set v = 'changed' where id = 1; create table u (id int primary key, w int);");
    let dump = shown(&["page-dump", &t, "3"]);
    assert!(dump.contains("id=1, ") && dump.contains("v=\"a\""), "{dump}");
    let lsn = json(&["page-dump", &t, "3"])[0]["lsn"].as_u64().unwrap();
    let log = newest(&data)[&("t.ibd".to_owned(), 3)];
    let named = format!(
        "t.ibd: page 3 is older than the redo log: its LSN is {lsn}, its newest record there ends at LSN {log}\n"
    );
    assert!(lsn < log && dump.ends_with(&named), "{dump}");
    let rows = innolab(&["inspect", "rows", &t]);
    assert!(!rows.status.success() && stderr(&rows).contains(named.trim_end()), "rows may be missing");
    let summary = shown(&["space-summary", &data]);
    assert!(summary.contains("u.ibd (table u): not on disk yet"), "{summary}");
    assert!(summary.contains("(PRIMARY of t), root page 3"), "{summary}");
    assert!(compare(&data) > 0);
    let refused = innolab(&["checkpoint", "--data", &data]);
    assert!(!refused.status.success() && stderr(&refused).contains("the directory is in use by another process (pid "));

    // FOR EXPORT leaves nothing of the table in the log; a change elsewhere does not touch its file.
    shell.run(&data, "flush tables t for export;");
    assert!(shown(&["rows", &t]).contains("id=1, v=\"changed\""));
    let whole = std::fs::read(&t).unwrap();
    shell.run(&data, "select * from t; flush binary logs;");
    assert!(whole == std::fs::read(&t).unwrap());
    shell.run(&data, "unlock tables; insert into t values (3, 'c'); begin; update t set v = 'open' where id = 2;");

    // The process is killed: the same is said of what it leaves, and nothing is changed.
    shell.kill();
    let before = files(&data);
    assert!(compare(&data) > 0);
    shown(&["space-verify", &data]);
    assert!(before == files(&data), "inspect has changed the directory");

    let said = stdout(innolab(&["checkpoint", "--data", &data]));
    assert!(said.starts_with("redo log: ") && said.ends_with(", the redo log is empty\n"), "{said}");
    assert_eq!(compare(&data), 0);
    assert_eq!(shown(&["rows", &t]), "id=1, v=\"changed\"\nid=2, v=\"b\"\nid=3, v=\"c\"\n");
    assert_eq!(json(&["redo-dump", &data]).len(), 1, "no group is left");
    let again = stdout(innolab(&["checkpoint", "--data", &data]));
    assert!(again.starts_with("redo log: 0 groups"), "{again}");
}

/// A page that a kill left torn is read from the doublewrite file, as recovery does, and that is said. It is bad without a
/// copy there, or if nothing was being written: the log is empty.
#[test]
fn a_torn_page_has_a_copy() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("d").to_str().unwrap().to_owned();
    let t = format!("{data}/t.ibd");
    let mut shell = Shell::start(&data);
    shell
        .run(&data, "create table t (id int primary key, v varchar(20)); insert into t values (1, 'a'); flush tables;");
    shell.run(&data, "insert into t values (2, 'b');");
    shell.kill();
    let whole = std::fs::read(&t).unwrap();
    let mut torn = whole.clone();
    torn[3 * 16384 + 8192..4 * 16384].fill(0);
    std::fs::write(&t, &torn).unwrap();
    let dump = shown(&["page-dump", &t, "3"]);
    assert!(dump.contains("v=\"a\""), "{dump}");
    assert!(dump.contains("t.ibd: page 3 is torn: it was being written; shown is its copy of LSN "), "{dump}");
    assert!(shown(&["space-verify", &t]).contains(" 0 bad"));
    let is_bad = || {
        let ran = innolab(&["inspect", "space-verify", &t]);
        !ran.status.success() && String::from_utf8_lossy(&ran.stdout).contains(" 1 bad")
    };
    std::fs::rename(format!("{data}/doublewrite.dblwr"), format!("{data}/away")).unwrap();
    assert!(is_bad(), "no copy");
    std::fs::rename(format!("{data}/away"), format!("{data}/doublewrite.dblwr")).unwrap();
    std::fs::write(&t, &whole).unwrap();
    stdout(innolab(&["checkpoint", "--data", &data]));
    let whole = std::fs::read(&t).unwrap();
    let mut damaged = whole.clone();
    damaged[3 * 16384 + 200] ^= 1;
    std::fs::write(&t, &damaged).unwrap();
    assert!(is_bad(), "nothing was being written");
    // A damaged log: what is in the files is shown, and what is not known is said.
    std::fs::write(&t, &whole).unwrap();
    let log = format!("{data}/redo.log");
    let mut bytes = std::fs::read(&log).unwrap();
    bytes[..4096].fill(0x5a);
    std::fs::write(&log, bytes).unwrap();
    let ran = innolab(&["inspect", "page-dump", &t, "3"]);
    assert!(String::from_utf8_lossy(&ran.stdout).contains("v=\"a\""));
    assert!(!ran.status.success(), "it is not known whether the page is old");
    assert!(stderr(&ran).contains("it is not known which pages are older than the redo log"), "{}", stderr(&ran));
}

/// Ends the writers, also if an assertion fails.
struct StopOnDrop<'a>(&'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// While sessions write, and create, alter, rename and drop tables, in a pool and a log that are far too small: every
/// mode ends, no healthy page is called bad, and nothing fails but for a table that is not on disk yet.
#[test]
fn inspecting_while_others_write() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = Options::default();
    options.store.innodb_buffer_pool_size = 2 << 20;
    options.store.innodb_log_file_size = 2 << 20;
    let disk = Arc::new(OsDisk::open(dir.path()).unwrap());
    let engine =
        Engine::open_with(disk, options, Arc::new(SystemClock::default()), Events::none(), Arc::new(CondvarPark))
            .unwrap();
    let data = dir.path().to_str().unwrap();
    let stop = AtomicBool::new(false);
    let statements = |writer: usize| {
        let mut session = Session::new(engine.clone(), "test");
        let mut run = |sql: &str| drop(session.execute(sql).unwrap_or_else(|e| panic!("{sql}: {e}")));
        run(&format!("create table t{writer} (id int primary key, v varchar(200), key (v))"));
        for n in (0..).take_while(|_| !stop.load(Ordering::Relaxed)) {
            let id = n * 7919 % 1_000_003;
            run(&format!("insert into t{writer} values ({id}, repeat('{}', {}))", n % 10, 20 + n % 150));
            match n % 50 {
                7 => run(&format!("update t{writer} set v = repeat('u', {}) where id > {}", n % 90, id / 2)),
                21 => run(&format!("delete from t{writer} where id < {}", id / 3)),
                33 => run(&format!("create table n{writer} (id int primary key)")),
                34 => run(&format!("rename table n{writer} to m{writer}")),
                35 => run(&format!("alter table m{writer} add column w varchar(30)")),
                36 => run(&format!("drop table m{writer}")),
                _ => {}
            }
        }
    };
    std::thread::scope(|scope| {
        let stopped = StopOnDrop(&stop);
        let writers: Vec<_> = (0..2).map(|n| scope.spawn(move || statements(n))).collect();
        let began = Instant::now();
        let seconds = Duration::from_secs(size(4, 30));
        let mut runs = 0;
        std::thread::sleep(Duration::from_millis(300));
        while began.elapsed() < seconds {
            for arguments in [
                vec!["space-verify", data],
                vec!["space-summary", data],
                vec!["space-pages", data, "--json"],
                vec!["index-illustrate", &format!("{data}/t0.ibd")],
                vec!["rows", &format!("{data}/t1.ibd"), "--csv"],
                vec!["undo-history", data],
            ] {
                let ran = innolab(&[vec!["inspect"], arguments.clone()].concat());
                let (out, error) = (String::from_utf8_lossy(&ran.stdout).into_owned(), stderr(&ran));
                assert_ne!(ran.status.code(), Some(101), "{arguments:?} panicked: {error}");
                assert!(!out.contains("BAD") && !error.contains("bad page"), "{arguments:?}: {out}{error}");
                let verifies = arguments[0] == "space-verify" || arguments[0].starts_with("space-");
                assert!(ran.status.success() || !verifies, "{arguments:?}: {error}");
                if arguments[0] == "space-verify" {
                    assert!(out.contains(" 0 bad"), "{out}");
                }
                runs += 1;
            }
        }
        drop(stopped);
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        assert!(runs >= 6);
    });
    assert!(engine.check_database(&mut |_, _| {}).unwrap().is_sound());
    engine.close().unwrap();
}

/// What `inspect --help` promises stands in it, and the modes of a statement are those of the command.
#[test]
fn the_help_of_inspect() {
    let help = stdout(innolab(&["inspect", "--help"]));
    for promise in
        ["without a lock, and nothing is changed", "pages that are older than the log are named", "innolab checkpoint"]
    {
        assert!(help.contains(promise), "{promise}: {help}");
    }
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("s.sql");
    std::fs::write(&file, "select 1; -- T1\ninspect --help; -- T1\n").unwrap();
    let statement = stdout(innolab(&["run", file.to_str().unwrap()]));
    let modes = |text: &str| {
        let words = text.lines().map(|line| line.trim().split("  ").next().unwrap_or_default().to_owned());
        words
            .filter(|word| {
                !word.starts_with('-')
                    && word.contains('-')
                    && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
            })
            .collect::<Vec<_>>()
    };
    assert!(modes(&help).len() >= 10, "{help}");
    assert_eq!(modes(&help), modes(&statement));
}
