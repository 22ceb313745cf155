//! `crash`: the options, and what is printed.

use super::disk_image::{Knobs, accounts, record_commit};
use super::matrix::{differences, fate, matrix};
use super::model::Cell;
use super::points::{self, PointArguments, Shown};
use super::print;
use crate::database::DatabaseArguments;
use crate::failure::Failure;
use crate::progress::Progress;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What is crashed, and what `crash` prints.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The scenario to crash, as `run` takes it; `-` is standard input. Without it: one commit, under every pair of flush
    /// settings, in the right order of steps and in two wrong ones.
    file: Option<PathBuf>,
    #[command(flatten)]
    points: PointArguments,
    /// Show one crash in detail. With FILE the number of a crash point; without it a cell,
    /// ORDER/STEP/FLUSH/SYNC/CRASH, for example right/binlog-synced/1/1/power.
    #[arg(long, value_name = "N|CELL")]
    explain: Option<String>,
    /// Print JSON, one object per crash or cell.
    #[arg(long, conflicts_with = "explain")]
    json: bool,
}

/// Crashes a scenario, or the one commit of the matrix. ERRORS: those of the two.
pub(crate) fn crash(
    arguments: &Arguments,
    database: &DatabaseArguments,
    progress: &Progress,
    out: impl Write,
) -> Result<(), Failure> {
    match &arguments.file {
        Some(file) => scenario(file, arguments, database, progress, out),
        None => commit(arguments, progress, out),
    }
}

fn scenario(
    file: &Path,
    arguments: &Arguments,
    database: &DatabaseArguments,
    progress: &Progress,
    out: impl Write,
) -> Result<(), Failure> {
    let shown = match &arguments.explain {
        Some(number) => match number.parse() {
            Ok(number) if number > 0 => Shown::Point(number),
            _ => return Err(format!("--explain {number}: with FILE it takes the number of a crash point").into()),
        },
        None if arguments.json => Shown::Json,
        None => Shown::Table,
    };
    points::crash(file, &arguments.points, shown, database, progress, out)
}

/// Runs the matrix and prints it. ERRORS: cells in which the engine and the model differ, by name.
fn commit(arguments: &Arguments, progress: &Progress, mut out: impl Write) -> Result<(), Failure> {
    if let Some(name) = &arguments.explain {
        let cell = Cell::all().into_iter().find(|cell| cell.to_string() == *name);
        return explain(cell.ok_or_else(|| no_such_cell(name))?, &mut out);
    }
    let observed = matrix(progress)?;
    match arguments.json {
        true => observed.iter().try_for_each(|observed| writeln!(out, "{}", print::object(observed)))?,
        false => print::matrix(&observed, &mut out)?,
    }
    match differences(&observed) {
        none if none.is_empty() => Ok(()),
        differences => {
            let n = differences.len();
            Err(format!("the engine and the model differ in {n} cells:\n{}", differences.join("\n")).into())
        }
    }
}

/// The message for a cell's name that does not exist: the part that is right, and the choices after it.
fn no_such_cell(name: &str) -> String {
    let cells: Vec<String> = Cell::all().iter().map(|cell| format!("{cell}/")).collect();
    let mut right = String::new();
    for part in name.split('/') {
        let longer = format!("{right}{part}/");
        if !cells.iter().any(|cell| cell.starts_with(&longer)) {
            break;
        }
        right = longer;
    }
    let mut next: Vec<&str> = Vec::new();
    for part in cells.iter().filter_map(|cell| cell.strip_prefix(&right)?.split('/').next()) {
        if !part.is_empty() && !next.contains(&part) {
            next.push(part);
        }
    }
    match (right.as_str(), next.is_empty()) {
        (_, true) => format!("{name}: no such cell; did you mean {}?", right.trim_end_matches('/')),
        ("", false) => format!("{name}: no such cell; the first part is one of {}", next.join(", ")),
        (right, false) => format!("{name}: no such cell; after {right} comes one of {}", next.join(", ")),
    }
}

/// Prints the timeline of one cell.
fn explain(cell: Cell, out: &mut impl Write) -> Result<(), Failure> {
    let knobs = Knobs { order: cell.order, flush: cell.flush, sync: cell.sync };
    let recording = record_commit(&accounts()?, knobs)?;
    let fate = fate(&recording, cell, knobs)?;
    print::explain(cell, &recording, fate, out)?;
    match fate == cell.fate() {
        true => Ok(()),
        false => Err(format!("{cell}: the model predicts {}", cell.fate()).into()),
    }
}
