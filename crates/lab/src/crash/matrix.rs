//! All cells of the matrix, each observed on a real engine.

use super::disk_image::{Knobs, Recording, accounts, record_commit};
use super::model::{Cell, Fate, Flush, Order, Step, SyncBinlog};
use super::recover::recover;
use crate::failure::Failure;
use crate::progress::Progress;

/// A cell, and the transaction's fate as it was observed in it.
pub(super) struct Observed {
    pub(super) cell: Cell,
    pub(super) fate: Fate,
}

/// Observes every cell. `actual` maps the settings of a run to those that the engine gets: the identity, except in the
/// test of this test. ERRORS: a run does not reach a step of its order; recovery fails.
pub(super) fn matrix(actual: impl Fn(Knobs) -> Knobs, progress: &Progress) -> Result<Vec<Observed>, Failure> {
    let accounts = accounts()?;
    let cells = Cell::all();
    let task = progress.bar("crashing a commit", "cells", cells.len() as u64);
    let mut observed = Vec::new();
    for order in Order::ALL {
        for flush in Flush::ALL {
            for sync in SyncBinlog::ALL {
                let knobs = Knobs { order, flush, sync };
                let recording = record_commit(&accounts, actual(knobs))?;
                for &cell in cells.iter().filter(|cell| (cell.order, cell.flush, cell.sync) == (order, flush, sync)) {
                    observed.push(Observed { cell, fate: fate(&recording, cell, actual(knobs))? });
                    task.set(observed.len() as u64);
                }
            }
        }
    }
    Ok(observed)
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

    #[test]
    fn every_cell_is_as_the_model_predicts() {
        let observed = matrix(|knobs| knobs, &Progress::hidden()).expect("every run reaches its end");
        let differences = differences(&observed);
        assert!(differences.is_empty(), "{} of {}:\n{}", differences.len(), observed.len(), differences.join("\n"));
        assert_eq!(observed.len(), (9 + 7 + 7) * 3 * 3 * 2);
    }

    /// The matrix can fail: an engine with the wrong order, or without a sync, differs from the model.
    #[test]
    fn an_engine_that_deviates_is_detected() {
        let hidden = Progress::hidden();
        let commit_before_the_log = |knobs: Knobs| match knobs.order {
            Order::Right => Knobs { order: Order::EngineFirst, ..knobs },
            _ => knobs,
        };
        assert!(matrix(commit_before_the_log, &hidden).is_err(), "it never prepares");
        let no_sync_of_the_log = |knobs: Knobs| Knobs { sync: SyncBinlog::Never, ..knobs };
        assert!(!differences(&matrix(no_sync_of_the_log, &hidden).expect("it runs")).is_empty());
        let no_sync_of_the_engine = |knobs: Knobs| Knobs { flush: Flush::Written, ..knobs };
        assert!(!differences(&matrix(no_sync_of_the_engine, &hidden).expect("it runs")).is_empty());
    }
}
