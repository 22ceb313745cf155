//! `crash`: the crash matrix. A commit is crashed at every step, under every pair of knobs, in the right order and in
//! two wrong ones, on a simulated disk; who keeps the transaction is compared with a model that knows no engine.
//!
//! ```text
//! order × step × innodb_flush_log_at_trx_commit × sync_binlog × (kill | power loss)
//!   └─ a run for each order and pair of knobs: `picture`        └─ each picture, opened again: `look`  ══?══  `model`
//! ```
//!
//! | module    | one idea                                       |
//! |-----------|------------------------------------------------|
//! | `model`   | the rules                                      |
//! | `picture` | one commit, a picture of the disk at each step |
//! | `look`    | a picture, opened again: who has it?           |
//! | `print`   | the matrix for people and for programs         |

mod look;
mod model;
mod picture;
mod print;

use crate::database::Failure;
use look::look;
use model::{Cell, Fate, Flush, Order, SyncBinlog};
use picture::{Album, Knobs, shoot, two_accounts};
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

/// A cell, and what was seen in it.
struct Seen {
    cell: Cell,
    fate: Fate,
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

/// Looks at every cell. `really` makes of a run's knobs those that the engine gets: the same, but in a test of the test.
fn matrix(really: impl Fn(Knobs) -> Knobs) -> Result<Vec<Seen>, Failure> {
    let accounts = two_accounts()?;
    let mut seen = Vec::new();
    for order in Order::ALL {
        for flush in Flush::ALL {
            for sync in SyncBinlog::ALL {
                let knobs = Knobs { order, flush, sync };
                let album = shoot(&accounts, really(knobs))?;
                for cell in
                    Cell::all().into_iter().filter(|cell| (cell.order, cell.flush, cell.sync) == (order, flush, sync))
                {
                    seen.push(Seen { cell, fate: fate(&album, cell, really(knobs))? });
                }
            }
        }
    }
    Ok(seen)
}

/// What the picture of a cell's step shows.
fn fate(album: &Album, cell: Cell, knobs: Knobs) -> Result<Fate, Failure> {
    let picture = album.pictures.get(&cell.step).ok_or_else(|| format!("{cell}: the run did not come to this step"))?;
    let told = album.pictures.get(&model::Step::Acknowledged).is_some_and(|told| picture.told >= told.told);
    look(picture, cell.crash, knobs, told)
}

/// The cells that are not as the model says.
fn wrong(seen: &[Seen]) -> Vec<String> {
    let wrong = seen.iter().filter(|seen| seen.fate != seen.cell.fate());
    wrong.map(|seen| format!("{}: {}; the model: {}", seen.cell, seen.fate, seen.cell.fate())).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_is_as_the_model_says() {
        let seen = matrix(|knobs| knobs).expect("every run comes to its end");
        let wrong = wrong(&seen);
        assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), seen.len(), wrong.join("\n"));
        assert_eq!(seen.len(), (9 + 7 + 7) * 3 * 3 * 2);
    }

    /// The matrix can fail: an engine that takes the wrong order, or leaves out a sync, is found out.
    #[test]
    fn an_engine_that_does_something_else_is_found_out() {
        let commit_before_the_log = |knobs: Knobs| match knobs.order {
            Order::Right => Knobs { order: Order::EngineFirst, ..knobs },
            _ => knobs,
        };
        assert!(matrix(commit_before_the_log).is_err(), "it never prepares");
        let no_sync_of_the_log = |knobs: Knobs| Knobs { sync: SyncBinlog::Never, ..knobs };
        assert!(!wrong(&matrix(no_sync_of_the_log).expect("it runs")).is_empty());
        let no_sync_of_the_engine = |knobs: Knobs| Knobs { flush: Flush::Written, ..knobs };
        assert!(!wrong(&matrix(no_sync_of_the_engine).expect("it runs")).is_empty());
    }
}
