//! `crash`: the options, and what is printed.

use super::matrix::{fate, matrix, wrong};
use super::model::Cell;
use super::picture::{Knobs, shoot, two_accounts};
use super::print;
use crate::failure::Failure;
use std::io::Write;

/// How the matrix is shown.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Print what happened in one cell, with LSNs and positions: ORDER/STEP/FLUSH/SYNC/CRASH, as right/binlog-synced/1/1/power.
    #[arg(long, value_name = "CELL")]
    explain: Option<String>,
    /// Print one JSON object a cell.
    #[arg(long, conflicts_with = "explain")]
    json: bool,
}

/// Runs the matrix and prints it. ERRORS: a cell is not as the model says it is; the cells are named.
pub(crate) fn crash(arguments: &Arguments, mut out: impl Write) -> Result<(), Failure> {
    if let Some(name) = &arguments.explain {
        let cell = Cell::all().into_iter().find(|cell| cell.to_string() == *name);
        return explain(cell.ok_or_else(|| no_cell(name))?, &mut out);
    }
    let seen = matrix(|knobs| knobs)?;
    match arguments.json {
        true => seen.iter().try_for_each(|seen| writeln!(out, "{}", print::object(seen)))?,
        false => print::matrix(&seen, &mut out)?,
    }
    match wrong(&seen) {
        wrong if wrong.is_empty() => Ok(()),
        wrong => {
            Err(format!("the engine is not what the model says in {} cells:\n{}", wrong.len(), wrong.join("\n")).into())
        }
    }
}

/// How far the name of a cell is right, and how it can go on.
fn no_cell(name: &str) -> String {
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
        (_, true) => format!("{name}: there is no such cell, only {}", right.trim_end_matches('/')),
        ("", false) => format!("{name}: there is no such cell; one begins with one of {}", next.join(", ")),
        (right, false) => format!("{name}: there is no such cell; behind {right} stands one of {}", next.join(", ")),
    }
}

/// The timeline of one cell.
fn explain(cell: Cell, out: &mut impl Write) -> Result<(), Failure> {
    let knobs = Knobs { order: cell.order, flush: cell.flush, sync: cell.sync };
    let album = shoot(&two_accounts()?, knobs)?;
    let fate = fate(&album, cell, knobs)?;
    print::explain(cell, &album, fate, out)?;
    match fate == cell.fate() {
        true => Ok(()),
        false => Err(format!("the model says: {}", cell.fate()).into()),
    }
}
