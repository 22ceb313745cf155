//! Builds and tests in child processes that cannot run away.
//!
//! RULES
//!
//! - **L1** A child has a limit of memory (`ulimit -v`) and of time. When the time is up, its whole process group is
//!   killed. So a learner's endless loop, or a test that waits for a lock for ever, is a failed test.
//! - **L2** Each test runs in a process of its own, and has passed only if its line says so.
//! - **L3** Nothing is fetched: cargo runs offline.
//! - **L4** A child's process group ends with the child, and with this process, however that ends: nothing goes on building in
//!   the way of the next check.

use crate::lab::{Target, TestName};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// The memory that a build or a test may map.
const MEMORY_KIB: u64 = 12 << 20;
/// The time that one package's build may take.
const BUILD: Duration = Duration::from_secs(900);
/// How often a build says what it is doing.
const TOLD_EVERY: Duration = Duration::from_secs(20);
/// The time that a program may run.
const RUN: Duration = Duration::from_secs(60);

/// The beginning of the text of a test that did not end.
pub const NOT_DONE: &str = "not done after";
/// The beginning of the text of a test whose process died.
pub const DIED: &str = "the test process died";

/// Shell commands that leave a process behind which kills its group when standard input is closed (L4).
const WATCH: &str = "exec 3<&0; (read _ <&3; kill -s KILL -- -$$) &";

/// What a child did.
struct Ended {
    success: bool,
    timed_out: bool,
    out: String,
    err: String,
}

/// Runs `command`, which is given to a shell that sets the limit of memory first (L1).
fn limited(
    command: &[String],
    dir: &Path,
    env: &[(&str, String)],
    logs: &Path,
    limit: Duration,
) -> Result<Ended, String> {
    limited_while(command, dir, env, logs, limit, &|| true)
}

/// As [`limited`], and as if the time were up once `goes_on` is false.
fn limited_while(
    command: &[String],
    dir: &Path,
    env: &[(&str, String)],
    logs: &Path,
    limit: Duration,
    goes_on: &dyn Fn() -> bool,
) -> Result<Ended, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", command[0]);
    std::fs::create_dir_all(logs).map_err(failed)?;
    let (out, err) = (logs.join("stdout"), logs.join("stderr"));
    let mut child = Command::new("sh")
        .args(["-c", &format!("{WATCH} ulimit -v {MEMORY_KIB}; exec \"$@\" 3<&- </dev/null"), "sh"])
        .args(command)
        .current_dir(dir)
        .envs(env.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::piped())
        .stdout(File::create(&out).map_err(failed)?)
        .stderr(File::create(&err).map_err(failed)?)
        .process_group(0)
        .spawn()
        .map_err(failed)?;
    // Open as long as this process lives and waits (L4).
    let _alive = child.stdin.take();
    let until = Instant::now() + limit;
    let (status, timed_out) = loop {
        match child.try_wait().map_err(failed)? {
            Some(status) => break (Some(status), false),
            None if Instant::now() < until && goes_on() => std::thread::sleep(Duration::from_millis(5)),
            None => {
                // The child leads its group, and is not yet reaped: the number is its own.
                let _ = Command::new("kill").args(["-KILL", "--", &format!("-{}", child.id())]).status();
                let _ = child.wait();
                break (None, true);
            }
        }
    };
    let read =
        |path: &Path| std::fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).map_err(failed);
    Ok(Ended { success: status.is_some_and(|status| status.success()), timed_out, out: read(&out)?, err: read(&err)? })
}

/// A program of a tree, built.
#[derive(Debug)]
pub struct Program {
    path: PathBuf,
    dir: PathBuf,
    logs: PathBuf,
}

impl Program {
    /// Builds the one binary or example that cargo is asked for by `what`, in the tree in `dir`.
    ///
    /// ERRORS: what the compiler said.
    pub fn build(dir: &Path, target_dir: &Path, what: &[&str]) -> Result<Program, String> {
        let logs = target_dir.join("course/logs");
        let mut command: Vec<String> =
            ["cargo", "build", "--offline", "--message-format=json-render-diagnostics"].map(str::to_owned).into();
        command.extend(what.iter().map(|word| (*word).to_owned()));
        let env = [("CARGO_TARGET_DIR", target_dir.display().to_string())];
        let ended = limited(&command, dir, &env, &logs, BUILD)?;
        let built = || {
            let messages = ended.out.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
            messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from)).next_back()
        };
        match ended.success.then(built).flatten() {
            Some(path) => Ok(Program { path, dir: dir.to_owned(), logs }),
            None => Err(format!("{} does not build: {}", what.join(" "), without_progress(&ended.err))),
        }
    }

    /// Runs the program in its tree, with a limit of memory and time (L1). Returns what it printed.
    ///
    /// ERRORS: it failed, with its standard error.
    pub fn run(&self, args: &[&str]) -> Result<String, String> {
        let mut command = vec![self.path.display().to_string()];
        command.extend(args.iter().map(|arg| (*arg).to_owned()));
        let ended = limited(&command, &self.dir, &[], &self.logs, RUN)?;
        match (ended.success, ended.timed_out) {
            (true, _) => Ok(ended.out),
            (false, true) => Err(format!("{}: not done after {} seconds", command.join(" "), RUN.as_secs())),
            (false, false) => Err(format!("{}: {}", command.join(" "), ended.err.trim())),
        }
    }
}

/// The test binaries of a tree.
#[derive(Debug)]
pub struct Binaries {
    logs: PathBuf,
    /// By target: the binary, and the package's directory, where it runs.
    built: BTreeMap<Target, (PathBuf, PathBuf)>,
}

/// How a test ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It passed.
    Passed,
    /// It failed: what it printed.
    Failed(String),
}

/// How tests ended.
#[derive(Debug, Default)]
pub struct Outcomes {
    /// By test.
    pub of: BTreeMap<TestName, Outcome>,
    /// The time that the longest took.
    pub longest: Duration,
}

impl Outcomes {
    /// Returns the tests that failed, and what each printed.
    pub fn failures(&self) -> impl Iterator<Item = (&TestName, &str)> {
        self.of.iter().filter_map(|(test, outcome)| match outcome {
            Outcome::Failed(text) => Some((test, text.as_str())),
            Outcome::Passed => None,
        })
    }

    /// Returns the first test that failed, and what it printed.
    pub fn failure(&self) -> Option<(&TestName, &str)> {
        self.failures().next()
    }
}

/// Checks `packages` of the tree in `dir` and their tests, without making programs. Returns the compiler's warnings.
///
/// ERRORS: what the compiler said.
pub fn compile(dir: &Path, target_dir: &Path, packages: &BTreeSet<&str>) -> Result<String, String> {
    let mut command: Vec<String> = ["cargo", "check", "--offline", "--tests"].map(str::to_owned).into();
    command.extend(packages.iter().flat_map(|package| ["-p".to_owned(), (*package).to_owned()]));
    let env = [("CARGO_TARGET_DIR", target_dir.display().to_string())];
    let ended = limited(&command, dir, &env, &target_dir.join("course/logs"), BUILD)?;
    let said = without_progress(&ended.err);
    if ended.success { Ok(said) } else { Err(said) }
}

impl Binaries {
    /// Builds the targets of the tree in `dir`.
    ///
    /// ERRORS: what the compiler said.
    pub fn build(dir: &Path, target_dir: &Path, targets: &BTreeSet<Target>) -> Result<Binaries, String> {
        let logs = target_dir.join("course/logs");
        let mut binaries = Binaries { logs, built: BTreeMap::new() };
        let packages: BTreeSet<&str> = targets.iter().map(|target| target.package.as_str()).collect();
        for package in packages {
            let of_package: Vec<&Target> = targets.iter().filter(|target| target.package == package).collect();
            binaries.build_package(dir, target_dir, package, &of_package)?;
        }
        Ok(binaries)
    }

    fn build_package(
        &mut self,
        dir: &Path,
        target_dir: &Path,
        package: &str,
        targets: &[&Target],
    ) -> Result<(), String> {
        let mut command: Vec<String> = ["cargo", "test", "--offline", "--no-run"].map(str::to_owned).into();
        command.extend(["--message-format=json-render-diagnostics".to_owned(), "-p".to_owned(), package.to_owned()]);
        for target in targets {
            match target.name.as_str() {
                "lib" => command.push("--lib".to_owned()),
                name => command.extend(["--test".to_owned(), name.to_owned()]),
            }
        }
        let env = [("CARGO_TARGET_DIR", target_dir.display().to_string())];
        eprintln!(
            "building the tests of {package} (minutes the first time; it waits while another cargo builds in {target_dir:?})"
        );
        let ended = limited_while(&command, dir, &env, &self.logs, BUILD, &told(&self.logs))?;
        if !ended.success {
            let why = if ended.timed_out { "it took too long; so far:\n" } else { "" };
            let said = without_progress(&ended.err);
            let from = said.find("\nerror").map_or(0, |at| at + 1);
            return Err(format!("{package} does not build: {why}{}", &said[from..]));
        }
        for line in ended.out.lines() {
            let message: serde_json::Value = serde_json::from_str(line).map_err(|error| format!("cargo: {error}"))?;
            let (Some(binary), Some(manifest)) = (message["executable"].as_str(), message["manifest_path"].as_str())
            else {
                continue;
            };
            let is_lib = message["target"]["kind"][0] == "lib";
            let name = if is_lib { "lib" } else { message["target"]["name"].as_str().unwrap_or_default() };
            let target = Target { package: package.to_owned(), name: name.to_owned() };
            let home = Path::new(manifest).parent().unwrap_or(dir);
            self.built.insert(target, (binary.into(), home.to_owned()));
        }
        match targets.iter().find(|target| !self.built.contains_key(**target)) {
            Some(missing) => Err(format!("{package} has no test binary `{}`", missing.name)),
            None => Ok(()),
        }
    }

    /// Returns the full names of the tests that are meant by `names`, by binary.
    ///
    /// ERRORS: a name that means no test.
    pub fn resolve<'a>(&self, names: impl IntoIterator<Item = &'a TestName>) -> Result<BTreeSet<TestName>, String> {
        let mut listed: BTreeMap<&Target, Vec<String>> = BTreeMap::new();
        let mut found = BTreeSet::new();
        for name in names {
            let tests = match listed.get(&name.target) {
                Some(tests) => tests,
                None => listed.entry(&name.target).or_insert(self.list(&name.target)?),
            };
            let meant = tests.iter().filter(|test| name.means(test));
            let mut meant = meant.map(|test| TestName { target: name.target.clone(), name: test.clone() }).peekable();
            if meant.peek().is_none() {
                return Err(format!("{} {} has no test `{}`", name.target.package, name.target.name, name.name));
            }
            found.extend(meant);
        }
        Ok(found)
    }

    /// Returns the names of all tests of a binary.
    pub fn list(&self, target: &Target) -> Result<Vec<String>, String> {
        let ended = self.binary(target, &["--list".to_owned()], &[], &self.logs, Duration::from_secs(60), &|| true)?;
        Ok(ended.out.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect())
    }

    fn binary(
        &self,
        target: &Target,
        args: &[String],
        env: &[(&str, String)],
        logs: &Path,
        limit: Duration,
        goes_on: &dyn Fn() -> bool,
    ) -> Result<Ended, String> {
        let (binary, home) = self.built.get(target).ok_or_else(|| format!("{target:?} is not built"))?;
        let mut command = vec![binary.display().to_string()];
        command.extend_from_slice(args);
        let mut env = env.to_vec();
        env.push(("CARGO_MANIFEST_DIR", home.display().to_string()));
        env.push(("RUST_BACKTRACE", "0".to_owned()));
        limited_while(&command, home, &env, logs, limit, goes_on)
    }

    /// Runs these tests, each in a process of its own, and says how each ended (L2).
    pub fn run(&self, tests: &BTreeSet<TestName>, env: &[(&str, String)], limit: Duration) -> Result<Outcomes, String> {
        self.run_while(tests, env, limit, |_| true)
    }

    /// True if one of these tests fails; the others need not run.
    pub fn fails(&self, tests: &BTreeSet<TestName>, env: &[(&str, String)], limit: Duration) -> Result<bool, String> {
        let outcomes = self.run_while(tests, env, limit, |outcomes| outcomes.failure().is_none())?;
        Ok(outcomes.failure().is_some())
    }

    fn run_while(
        &self,
        tests: &BTreeSet<TestName>,
        env: &[(&str, String)],
        limit: Duration,
        goes_on: fn(&Outcomes) -> bool,
    ) -> Result<Outcomes, String> {
        let queue = Mutex::new(tests.iter());
        let done = Mutex::new(Outcomes::default());
        let work = &|worker: usize| -> Result<(), String> {
            loop {
                let next = || queue.lock().ok()?.next();
                let may_go_on = || done.lock().is_ok_and(|done| goes_on(&done));
                let Some(test) = next().filter(|_| may_go_on()) else { return Ok(()) };
                let began = Instant::now();
                let args = ["--exact".to_owned(), test.name.clone()];
                let logs = self.logs.join(worker.to_string());
                let ended = self.binary(&test.target, &args, env, &logs, limit, &may_go_on)?;
                let Ok(mut done) = done.lock() else { return Ok(()) };
                done.longest = done.longest.max(began.elapsed());
                done.of.insert(test.clone(), outcome(&ended, &test.name, limit));
            }
        };
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..workers).map(|worker| scope.spawn(move || work(worker))).collect();
            workers.into_iter().try_for_each(|worker| worker.join().unwrap_or_else(|_| Err("a worker died".to_owned())))
        })?;
        done.into_inner().map_err(|_| "a worker died".to_owned())
    }
}

fn outcome(ended: &Ended, name: &str, limit: Duration) -> Outcome {
    let line = ended.out.lines().find_map(|line| line.strip_prefix("test ")?.strip_prefix(name)?.strip_prefix(" ... "));
    let should_panic = format!("test {name} - should panic ... ok");
    if line == Some("ok") || ended.out.lines().any(|line| line == should_panic) {
        return Outcome::Passed;
    }
    let head = format!("---- {name} stdout ----\n");
    Outcome::Failed(match ended.out.split_once(&head) {
        Some((_, text)) => plain(text.split("\nfailures:\n").next().unwrap_or(text)),
        None if ended.timed_out => {
            format!("{NOT_DONE} {} seconds: an endless loop, or a wait that nobody ends", limit.as_secs())
        }
        None => format!("{DIED}: {}", ended.err.trim()),
    })
}

/// Returns a failure's text without colours, without the advice to change what the test expects, and without a difference
/// that only colours would show.
fn plain(text: &str) -> String {
    let mut parts = text.split('\x1b');
    let mut out = parts.next().unwrap_or_default().to_owned();
    // A colour is `ESC [ numbers m`.
    parts.for_each(|part| out.push_str(part.split_once('m').map_or(part, |(_, rest)| rest)));
    if let (Some(advice), Some(expected)) = (out.find("You can update all"), out.find("Expect:\n")) {
        out.replace_range(advice..expected.max(advice), "");
    }
    if let (Some(_), Some(difference)) = (out.find("\nActual:\n"), out.find("\nDiff:\n")) {
        out.truncate(difference);
    }
    let noise = ["note: run with `RUST_BACKTRACE", "proptest: Aborting shrinking"];
    let lines = out.lines().filter(|line| !noise.iter().any(|start| line.starts_with(start)));
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// Returns what [`limited_while`] asks while cargo builds: it prints cargo's last line from time to time.
fn told(logs: &Path) -> impl Fn() -> bool {
    let (err, began, times) = (logs.join("stderr"), Instant::now(), Cell::new(1));
    move || {
        if began.elapsed() >= TOLD_EVERY * times.get() {
            times.set(times.get() + 1);
            let said = std::fs::read_to_string(&err).unwrap_or_default();
            eprintln!("  {} s: {}", began.elapsed().as_secs(), said.lines().next_back().unwrap_or_default().trim());
        }
        true
    }
}

/// Returns cargo's standard error without the lines of its progress.
fn without_progress(text: &str) -> String {
    let progress =
        ["   Compiling ", "    Checking ", "    Blocking ", "    Finished ", "  Executable ", "   Doc-tests "];
    text.lines()
        .filter(|line| !progress.iter().any(|start| line.starts_with(start)))
        .map(|line| format!("{line}\n"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_that_does_not_end_is_killed_with_its_children() {
        let dir = tempfile::tempdir().expect("a directory");
        let command = ["sh", "-c", "sleep 100 & sleep 100"].map(str::to_owned);
        let began = Instant::now();
        let ended = limited(&command, dir.path(), &[], dir.path(), Duration::from_millis(100)).expect("it starts");
        assert!(ended.timed_out && !ended.success && began.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn what_a_child_leaves_behind_is_killed() {
        let dir = tempfile::tempdir().expect("a directory");
        let command = ["sh", "-c", "sleep 100 & echo $!"].map(str::to_owned);
        let ended = limited(&command, dir.path(), &[], dir.path(), Duration::from_secs(20)).expect("it starts");
        assert!(ended.success, "{}", ended.err);
        let is_gone = || !Path::new("/proc").join(ended.out.trim()).join("exe").exists();
        assert!(
            (0..200).any(|_| is_gone() || {
                std::thread::sleep(Duration::from_millis(50));
                false
            }),
            "L4"
        );
    }

    #[test]
    fn a_failure_is_plain_text() {
        let text = "\x1b[1m\x1b[91merror\x1b[0m: no\nYou can update all tests\n\x1b[1mExpect\x1b[0m:\n1\n\x1b[1mActual\x1b[0m:\n2\n\x1b[1mDiff\x1b[0m:\n12\n";
        assert_eq!(plain(text), "error: no\nExpect:\n1\nActual:\n2");
    }

    #[test]
    fn a_test_without_a_line_has_failed() {
        let out = "test a ... ok\ntest b - should panic ... ok\ntest c ... FAILED\n\nfailures:\n\n---- c stdout ----\nR1 broken\n\nfailures:\n    c\n";
        let ended = Ended { success: false, timed_out: false, out: out.to_owned(), err: "killed".to_owned() };
        let of = |name| outcome(&ended, name, Duration::from_secs(1));
        assert_eq!(
            (of("a"), of("b"), of("c")),
            (Outcome::Passed, Outcome::Passed, Outcome::Failed("R1 broken".to_owned()))
        );
        assert_eq!(of("d"), Outcome::Failed("the test process died: killed".to_owned()));
    }
}
