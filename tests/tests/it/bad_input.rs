//! Bad input gives an error that says what is wrong and where, and no data is lost.

use innolab_tests::lab;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

fn script(dir: &Path, name: &str, text: &str) -> String {
    let path = dir.join(name);
    std::fs::write(&path, text).expect("a writable directory");
    path.display().to_string()
}

/// Asserts that a run fails, with all of `words` in its standard error, and does not panic.
fn assert_refused(args: &[&str], words: &[&str]) {
    let done = lab::run(args);
    let output = String::from_utf8_lossy(&done.stderr);
    assert!(!done.status.success(), "{args:?} must fail");
    assert!(words.iter().all(|w| output.contains(w)), "{args:?} prints: {output}");
    assert!(!output.contains("panicked"), "{output}");
}

/// A change of a file's bytes.
type Damage = Box<dyn Fn(&mut Vec<u8>)>;

/// Creates a data directory with a table of 2000 rows; returns its path, and that of a script that reads the table.
fn database(dir: &Path) -> (String, String) {
    let rows: Vec<String> = (0..2000).map(|i| format!("({i}, 'row number {i}')")).collect();
    let make = format!(
        "create table t (id int primary key, c varchar(40));\ninsert into t values {};\nselect count(*) from t; -- T1\n",
        rows.join(", ")
    );
    let make = script(dir, "make.sql", &make);
    let data = dir.join("data").display().to_string();
    let done = lab::run(&["run", &make, "--data", &data]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    (data, script(dir, "read.sql", "select count(*) from t where c like 'row%'; -- T1\n"))
}

fn rows(data: &str, read: &str) -> String {
    let done = lab::run(&["run", read, "--data", data, "--json"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8_lossy(&done.stdout).into_owned()
}

#[test]
fn errors_in_scripts_name_file_and_line() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    assert_refused(&["run", "/there/is/no.sql"], &["/there/is/no.sql", "No such file"]);
    let path = script(dir.path(), "open.sql", "select 1; -- T1\nselect 2");
    assert_refused(&["run", &path], &["open.sql:2", "no ';'"]);
    let path = script(dir.path(), "setup.sql", "\ncreate tabel x;\nselect 1; -- T1\n");
    assert_refused(&["run", &path], &["setup.sql:2", "1064", "near 'tabel x'"]);
    let path = script(dir.path(), "binary.sql", "\u{0}\u{1}\u{2}");
    assert_refused(&["run", &path], &["binary.sql"]);
}

#[test]
fn damaged_files_are_named_and_not_changed() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let (data, read) = database(dir.path());
    let table = format!("{data}/t.ibd");
    let whole = std::fs::read(&table).expect("the table's file");
    let before = rows(&data, &read);
    let damages: [(&str, Damage, &[&str]); 4] = [
        ("cut off", Box::new(|b| b.truncate(5 * 16384)), &["t.ibd", "cut off"]),
        (
            "another's",
            Box::new(|b| b.iter_mut().for_each(|x| *x = x.wrapping_mul(31).wrapping_add(7))),
            &["t.ibd", "page 0"],
        ),
        ("text", Box::new(|b| *b = b"this is no tablespace\n".repeat(4000)), &["t.ibd", "page 0"]),
        ("flipped", Box::new(|b| b[5 * 16384 + 700] ^= 4), &["t.ibd", "page 5", "checksum"]),
    ];
    for (what, damage, words) in damages {
        let mut bytes = whole.clone();
        damage(&mut bytes);
        std::fs::write(&table, &bytes).expect("a writable directory");
        // Recovery would repair the page from its copy in the doublewrite file.
        std::fs::write(format!("{data}/doublewrite.dblwr"), vec![0; 1 << 20]).expect("a writable directory");
        let done = lab::run(&["run", &read, "--data", &data, "--json"]);
        let output = String::from_utf8_lossy(&done.stderr) + String::from_utf8_lossy(&done.stdout);
        assert!(words.iter().all(|w| output.contains(w)), "{what}: {output}");
        assert!(std::fs::read(&table).expect("the table's file") == bytes, "{what}: the file was changed");
    }
    // With the undamaged file all rows are back.
    std::fs::write(&table, &whole).expect("a writable directory");
    assert_eq!(rows(&data, &read), before);
}

#[test]
fn without_the_log_nothing_is_opened() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let (data, read) = database(dir.path());
    std::fs::rename(format!("{data}/redo.log"), format!("{data}/kept")).expect("the log is there");
    assert_refused(&["run", &read, "--data", &data], &["redo.log"]);
    std::fs::rename(format!("{data}/kept"), format!("{data}/redo.log")).expect("it was renamed");
    assert!(rows(&data, &read).contains("2000"));
}

#[test]
fn a_directory_that_is_in_use_or_unusable_is_refused() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let (data, read) = database(dir.path());
    let mut shell = Command::new(lab::program())
        .args(["shell", "--data", &data])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program was just built");
    let mut typed = shell.stdin.take().expect("it is piped");
    writeln!(typed, "select 1;").expect("the shell reads");
    // The shell answers only after it has opened the directory.
    let mut first = [0];
    std::io::Read::read_exact(shell.stdout.as_mut().expect("it is piped"), &mut first).expect("the shell answers");
    assert_refused(&["run", &read, "--data", &data], &["in use by another process", &shell.id().to_string()]);
    drop(typed);
    assert!(shell.wait().expect("it exits").success());
    assert!(rows(&data, &read).contains("2000"));
    assert_refused(&["run", &read, "--data", "/dev/null/x"], &["/dev/null/x", "Not a directory"]);
}

#[test]
fn rows_and_keys_that_are_too_large_are_refused() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let text = "create table k (a varchar(800) primary key); -- T1\n\
                create table r (id int primary key, a varbinary(9000)); -- T1\n\
                insert into r values (1, 'kept'); -- T1\n\
                insert into r values (2, 'also'), (3, repeat('x', 8900)); -- T1\n\
                select count(*) from r; -- T1\n";
    let path = script(dir.path(), "large.sql", text);
    let steps = lab::transcript(Path::new(&path));
    let errno = |i: usize| steps[i]["errno"].as_u64();
    assert_eq!((errno(0), errno(3)), (Some(1071), Some(1118)), "{steps:?}");
    assert_eq!(steps[4]["rows"][0][0], "1", "the statement was rolled back");
}
