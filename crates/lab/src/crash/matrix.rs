//! All cells of the matrix, each observed on a real engine.

use super::disk_image::{Knobs, Recording, accounts, record_commit};
use super::model::{Cell, Fate, Flush, Order, Step, SyncBinlog};
use super::recover::recover;
use crate::failure::Failure;
use crate::progress::Progress;
use innolab_disk::SimDisk;

/// A cell, and the transaction's fate as it was observed in it.
pub(super) struct Observed {
    pub(super) cell: Cell,
    pub(super) fate: Fate,
}

/// Observes every cell. ERRORS: those of [`observe`].
pub(super) fn matrix(progress: &Progress) -> Result<Vec<Observed>, Failure> {
    let (accounts, n_cells) = (accounts()?, Cell::all().len());
    let task = progress.bar("crashing a commit", "cells", n_cells as u64);
    let mut observed = Vec::with_capacity(n_cells);
    for order in Order::ALL {
        for flush in Flush::ALL {
            for sync in SyncBinlog::ALL {
                let knobs = Knobs { order, flush, sync };
                observed.extend(observe(&accounts, knobs, knobs)?);
                task.set(observed.len() as u64);
            }
        }
    }
    Ok(observed)
}

/// Observes the cells of one order and pair of settings. `actual`: the settings that the engine gets, equal to `knobs`
/// except in the test that the matrix notices a wrong engine. ERRORS: the run does not reach a step of its order;
/// recovery fails.
fn observe(accounts: &SimDisk, knobs: Knobs, actual: Knobs) -> Result<Vec<Observed>, Failure> {
    let recording = record_commit(accounts, actual)?;
    let cells = Cell::all().into_iter();
    let cells = cells.filter(|cell| Knobs { order: cell.order, flush: cell.flush, sync: cell.sync } == knobs);
    cells.map(|cell| Ok(Observed { cell, fate: fate(&recording, cell, actual)? })).collect()
}

/// The fate of the transaction after a crash at the cell's step.
pub(super) fn fate(recording: &Recording, cell: Cell, knobs: Knobs) -> Result<Fate, Failure> {
    let image = recording.images.get(&cell.step).ok_or_else(|| format!("{cell}: the run did not reach this step"))?;
    let acknowledged = recording.images.get(&Step::Acknowledged).is_some_and(|answer| image.n_lines >= answer.n_lines);
    recover(image, cell.crash, knobs, acknowledged).map_err(|e| format!("{cell}: {e}").into())
}

/// The cells in which observation and model differ, in words.
pub(super) fn differences(observed: &[Observed]) -> Vec<String> {
    let different = observed.iter().filter(|observed| observed.fate != observed.cell.fate());
    let text = |Observed { cell, fate }: &Observed| format!("{cell}: {fate}; the model predicts {}", cell.fate());
    different.map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The matrix can fail: an engine with the wrong order, or without a sync, differs from the model. That a correct
    /// engine does not differ is tested by `tests/it/crash.rs`.
    #[test]
    fn an_engine_that_deviates_is_detected() {
        let accounts = accounts().expect("a simulated disk");
        let knobs = Knobs { order: Order::Right, flush: Flush::Synced, sync: SyncBinlog::EachGroup };
        let cells = observe(&accounts, knobs, knobs).expect("the run reaches its end");
        assert_eq!((cells.len(), differences(&cells)), (2 * 9, vec![]));
        let commit_before_the_log = observe(&accounts, knobs, Knobs { order: Order::EngineFirst, ..knobs });
        let error = commit_before_the_log.err().expect("it never prepares").to_string();
        assert!(error.ends_with("the run did not reach this step"), "{error}");
        for actual in [Knobs { sync: SyncBinlog::Never, ..knobs }, Knobs { flush: Flush::Written, ..knobs }] {
            let cells = observe(&accounts, knobs, actual).expect("the run reaches its end");
            assert!(!differences(&cells).is_empty(), "a missing sync is not detected: {actual:?}");
        }
    }
}
