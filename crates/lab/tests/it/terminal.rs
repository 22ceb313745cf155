//! `innolab shell` at a terminal: a pseudo-terminal types and reads.

use rexpect::reader::Options;
use rexpect::session::{PtySession, spawn_with_options};
use std::path::Path;
use std::process::Command;

/// How long an expected text may take, in ms; a busy machine needs seconds.
const PATIENCE_MS: u64 = 60_000;
const UP: &str = "\x1b[A";
const LEFT: &str = "\x1b[D";
const BACKSPACE: &str = "\x7f";

/// A shell at a terminal.
struct Terminal(PtySession);

impl Terminal {
    /// Starts a shell whose history is below `home`, and waits for its prompt.
    fn start(home: &Path, arguments: &[&str]) -> Terminal {
        let mut command = Command::new(env!("CARGO_BIN_EXE_innolab"));
        command.arg("shell").args(arguments).env("XDG_STATE_HOME", home).env("TERM", "xterm").env_remove("NO_COLOR");
        let options = Options::new().timeout_ms(Some(PATIENCE_MS)).strip_ansi_escape_codes(true);
        let mut terminal = Terminal(spawn_with_options(command, options).unwrap());
        terminal.sees("> ");
        terminal
    }

    /// Sends keys.
    fn types(&mut self, keys: &str) {
        self.0.send(keys).unwrap();
        self.0.flush().unwrap();
    }

    /// Sends a line.
    fn enters(&mut self, line: &str) {
        self.types(&format!("{line}\r"));
    }

    /// Reads until this text comes. Returns what came before it, with a character for each byte.
    fn sees(&mut self, text: &str) -> String {
        let bytes: String = text.bytes().map(char::from).collect();
        self.0.exp_string(&bytes).unwrap_or_else(|e| panic!("expected {text:?}: {e}"))
    }

    /// Enters a line and reads to the next prompt.
    fn runs(&mut self, line: &str, prompt: &str) -> String {
        self.enters(line);
        self.sees(" s)");
        self.sees(prompt)
    }

    /// Presses Ctrl and a key.
    fn control(&mut self, key: char) {
        self.0.send_control(key).unwrap();
    }

    /// Ctrl-D: reads to the end. Returns what came. The exit status is 0.
    fn leaves(mut self) -> String {
        self.control('d');
        let rest = self.0.exp_eof().unwrap();
        let status = self.0.process().wait().unwrap();
        assert!(format!("{status:?}").contains(", 0)"), "{status:?}: {rest}");
        rest
    }
}

#[test]
fn lines_are_edited_and_kept_for_the_next_shell() {
    let home = tempfile::tempdir().unwrap();
    let mut first = Terminal::start(home.path(), &[]);
    first.enters(&format!("selct 43{BACKSPACE}1 as n{}e\x05;", LEFT.repeat(10)));
    first.sees("│ 41 │");
    first.enters("select 'a");
    first.sees("'> ");
    first.enters("b' as two,");
    first.sees("-> ");
    first.enters("6 * 7 as product\\G");
    first.sees("product: 42");
    first.leaves();
    let history = std::fs::read_to_string(home.path().join("innolab/history")).unwrap();
    assert_eq!(history, "select 41 as n;\nselect 'a\\nb' as two,\\n6 * 7 as product\\\\G\n");
    let mut second = Terminal::start(home.path(), &["--sessions"]);
    second.enters(UP);
    second.sees("product: 42");
    // Within an entry of three lines the key moves the cursor.
    second.enters(&UP.repeat(4));
    second.sees("│ 41 │");
    second.leaves();
}

#[test]
fn tab_completes_from_the_open_database() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start(home.path(), &["--sessions"]);
    terminal.runs("create table tailor (id int primary key, salary int);", "T1> ");
    terminal.runs("insert into tailor values (1, 777);", "T1> ");
    terminal.enters("T2\tsel\t sala\t from tailo\t where tailor.sa\t > 5;");
    terminal.sees("T2  select salary from tailor where tailor.salary > 5");
    terminal.sees("777");
    terminal.sees("T2> ");
    terminal.leaves();
}

#[test]
fn ctrl_c_drops_a_line_and_interrupts_a_statement_that_waits() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start(home.path(), &["--sessions"]);
    for sql in ["create table t (id int primary key, v int);", "insert into t values (1, 1), (2, 2);", "begin;"] {
        terminal.runs(sql, "T1> ");
    }
    terminal.runs("update t set v = 5 where id = 1;", "T1> ");
    terminal.runs("T2: begin; insert into t values (3, 3);", "T2> ");
    terminal.runs("update t set v = v + 1;", "T2> ");
    // With text on the line, or a statement that is open, the waiting statement stays.
    terminal.types("select 'half a line");
    terminal.control('c');
    terminal.sees("T2> ");
    terminal.enters("select (");
    terminal.sees("  -> ");
    terminal.control('c');
    terminal.sees("T2> ");
    terminal.runs("T1: select 'T1 still runs';", "T1> ");
    terminal.control('c');
    terminal.sees("nothing waits here; leave with Ctrl-D");
    terminal.sees("T1> ");
    terminal.enters("T2:");
    terminal.sees("T2> ");
    terminal.control('c');
    let before = terminal.sees("ERROR 1317 (70100): Query execution was interrupted");
    assert!(before.contains("(resumed)"), "{before}");
    terminal.sees("T2> ");
    terminal.enters("select @@in_transaction, count(*) as n from t\\G");
    terminal.sees("@@in_transaction: 1");
    terminal.sees("n: 3");
    let rest = terminal.leaves();
    for line in
        ["T1: an open transaction is rolled back: 1 row changed", "T2: an open transaction is rolled back: 1 row"]
    {
        assert!(rest.contains(line), "{line}: {rest}");
    }
}

#[test]
fn ctrl_c_ends_a_running_statement_and_the_database_stays() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start(home.path(), &[]);
    terminal.runs("create table t (id int primary key);", "innolab> ");
    terminal.enters("begin; insert into t values (7);");
    terminal.sees("1 row");
    terminal.enters("select sleep(600);");
    // The editor has ended its line before the statement begins; a key that comes earlier would only drop it.
    terminal.sees("\n");
    std::thread::sleep(std::time::Duration::from_secs(2));
    terminal.control('c');
    terminal.sees("ERROR 1317 (70100): Query execution was interrupted");
    terminal.enters("select id, @@in_transaction as open from t\\G");
    terminal.sees("  id: 7");
    terminal.sees("open: 1");
    assert!(terminal.leaves().contains("an open transaction is rolled back: 1 row changed"));
}

#[test]
fn commands_prefixes_and_pasted_sessions() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start(home.path(), &["--sessions"]);
    terminal.enters("s2: begin;");
    terminal.sees("'s2:' names no session; sessions are T1, T2, …, as in 'T2: select 1;'");
    terminal.enters("garbage \\c select 8 as eight;");
    terminal.sees("│     8 │");
    terminal.enters("help");
    terminal.sees("Ctrl-C");
    terminal.enters("\\z");
    terminal.sees("unknown command '\\z'");
    terminal.enters(
        "\x1b[200~create table u (id int primary key, age int, key (age));\ninsert into u values (1, 10), (2, 20), (3, 30);\n\
         begin; -- T1\nselect * from u where age = 20 for update; -- T1\ninsert into u values (4, 15); -- T2, BLOCKS\n\
         commit; -- T1\x1b[201~",
    );
    terminal.sees("insert into u values (4, 15)");
    terminal.sees("(blocked by T");
    terminal.sees("(resumed)");
    terminal.sees("ok, 1 row");
    // As a terminal without bracketed paste sends it; the first statement runs while the rest has come.
    terminal.types("T4: create table w (id int primary key);\rinsert into w values (1);\rT5: begin;\rselect count(*) as n from w\\G\r");
    terminal.sees("n: 1");
    terminal.enters("T3: begin; delete from u where id = 1; -- t4");
    terminal.sees("'-- t4' is not a session's tag, so T3 runs this; write '-- T4'");
    terminal.enters("-- session A\r-- an empty line is no entry\r\rselect 'of T3';");
    terminal.sees("'-- session A' names no session here, so T3 runs this; write 'T1:'");
    terminal.enters("T2: delete from u;");
    terminal.sees("(blocked by T");
    terminal.enters("select 1;");
    terminal.sees("(queued: T2 waits)");
    let rest = terminal.leaves();
    assert!(rest.contains(", and step ") && rest.contains("T3: an open transaction is rolled back: 1 row"), "{rest}");
}
