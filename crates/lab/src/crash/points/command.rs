//! `crash FILE`: the options, and the course of the command.

use super::crashes::{Crashed, crash_all};
use super::explain::explain;
use super::print::{self, Totals};
use super::record::{Plan, Recording, record};
use super::recover::Crash;
use super::replayed::check_replay;
use crate::database::DatabaseArguments;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::scenario::ScenarioFile;
use innolab_engine::Options;
use std::io::Write;
use std::path::Path;

/// Broken rules that are printed; the others are counted.
const SHOWN_BROKEN: usize = 10;

/// Which crashes.
#[derive(clap::Args)]
pub(crate) struct PointArguments {
    /// Crash only at point N: before the N-th call that changes the disk.
    #[arg(long, value_name = "N", requires = "file", value_parser = clap::value_parser!(u64).range(1..))]
    at: Option<u64>,
    /// Crash at every point (the default).
    #[arg(long, requires = "file", conflicts_with = "at")]
    every: bool,
    /// Only kills: the process ends, and the operating system keeps what was written.
    #[arg(long, requires = "file")]
    kill: bool,
    /// Only power losses: what was not synced is lost, torn, or written in another order.
    #[arg(long, requires = "file", conflicts_with = "kill")]
    power: bool,
}

/// How the result is printed.
pub(crate) enum Shown {
    /// As a table.
    Table,
    /// A JSON object for each crash.
    Json,
    /// This point in detail.
    Point(u64),
}

/// Runs the scenario, crashes it and prints how that ends. ERRORS: the scenario fails without a crash; there is no such
/// point; the crashes that break a rule.
pub(crate) fn crash(
    file: &Path,
    arguments: &PointArguments,
    shown: Shown,
    database: &DatabaseArguments,
    progress: &Progress,
    mut out: impl Write,
) -> Result<(), Failure> {
    let file = ScenarioFile::read(file)?;
    let only = if let Shown::Point(number) = shown { Some(number) } else { arguments.at };
    let options = options(database);
    let plan = Plan { file: &file.path, database: database.database(), options: &options, only };
    let crashes = Crash::all(!arguments.power, !arguments.kill);
    let (mut first, mut totals, mut broken) = (1, Totals::default(), Vec::new());
    for case in &file.scenario.cases {
        let recording = record(plan, case, first)?;
        check_replay(plan, &recording)?;
        first += recording.calls.len() as u64;
        if recording.points.is_empty() {
            continue;
        }
        if let Shown::Point(_) = shown {
            broken.extend(explain(plan, &recording, &recording.points[0], &crashes, &mut out)?);
            continue;
        }
        let total = recording.points.len() * crashes.len();
        let task = progress.bar(format!("crashing {}", case.name), "crashes", total as u64);
        let crashed = crash_all(plan, &recording, &crashes, &task);
        drop(task);
        totals.add(&recording, &crashed);
        print_case(&case.name, &recording, &crashed, &shown, &mut out)?;
    }
    if let Some(only) = only.filter(|only| *only >= first) {
        return Err(format!("{}: no crash point {only}: the last is {}", file.path.display(), first - 1).into());
    }
    broken.append(&mut totals.broken);
    if !broken.is_empty() {
        return Err(summary(&broken).into());
    }
    match shown {
        Shown::Table => Ok(totals.print(&mut out)?),
        _ => Ok(()),
    }
}

fn print_case(
    name: &str,
    recording: &Recording,
    crashed: &[Crashed],
    shown: &Shown,
    out: &mut impl Write,
) -> Result<(), Failure> {
    if let Shown::Json = shown {
        crashed.iter().try_for_each(|crashed| writeln!(out, "{}", print::object(name, recording, crashed)))?;
        return Ok(());
    }
    writeln!(out, "{name}")?;
    Ok(print::table(recording, crashed, out)?)
}

/// The first broken rules, and the number of the others.
fn summary(broken: &[String]) -> String {
    let shown = broken[..broken.len().min(SHOWN_BROKEN)].join("\n");
    match broken.len().checked_sub(SHOWN_BROKEN) {
        None | Some(0) => shown,
        Some(more) => format!("{shown}\nand {more} more crashes"),
    }
}

/// The settings of the run and of each recovery: those of a server, with small files and nothing in the background.
fn options(database: &DatabaseArguments) -> Options {
    let mut options = Options { log_bin: database.log_bin(), ..Options::default() };
    options.store.background = false;
    options.store.innodb_buffer_pool_size = 8 << 20;
    options.store.innodb_log_file_size = 4 << 20;
    options.store.innodb_log_buffer_size = 1 << 20;
    database.set(&mut options.store);
    options
}
