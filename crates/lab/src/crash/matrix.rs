//! Runs every cell of the matrix.

use super::look::look;
use super::model::{Cell, Fate, Flush, Order, Step, SyncBinlog};
use super::picture::{Album, Knobs, shoot, two_accounts};
use crate::failure::Failure;

/// A cell, and what was seen in it.
pub(super) struct Seen {
    pub(super) cell: Cell,
    pub(super) fate: Fate,
}

/// Looks at every cell. `really` makes of a run's knobs those that the engine gets: the same, but in a test of the test.
pub(super) fn matrix(really: impl Fn(Knobs) -> Knobs) -> Result<Vec<Seen>, Failure> {
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
pub(super) fn fate(album: &Album, cell: Cell, knobs: Knobs) -> Result<Fate, Failure> {
    let picture = album.pictures.get(&cell.step).ok_or_else(|| format!("{cell}: the run did not come to this step"))?;
    let told = album.pictures.get(&Step::Acknowledged).is_some_and(|told| picture.told >= told.told);
    look(picture, cell.crash, knobs, told)
}

/// The cells that are not as the model says.
pub(super) fn wrong(seen: &[Seen]) -> Vec<String> {
    let wrong = seen.iter().filter(|seen| seen.fate != seen.cell.fate());
    wrong.map(|seen| format!("{}: {}; the model: {}", seen.cell, seen.fate, seen.cell.fate())).collect()
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
