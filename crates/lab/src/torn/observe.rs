//! Tears each write at each sector, and opens what is left.

use super::model::{Fate, Tear};
use super::workload::{Cost, PageWrite, Recording, Rows, open, record, rows};
use crate::failure::Failure;
use crate::progress::{Progress, Task};
use innolab_base::sync::Mutex;
use innolab_base::{Event, Events, Sink};
use innolab_disk::{Disk, SECTOR, SimDisk};
use innolab_store::{Doublewrite, Recovery};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Sectors of a write at which it is torn, at most: those of its first page.
const MOST_SECTORS: usize = innolab_base::PAGE_SIZE / SECTOR;

/// A torn write, and what became of it.
pub(super) struct Observed {
    pub(super) setting: Doublewrite,
    pub(super) kind: String,
    pub(super) file: String,
    pub(super) page: u64,
    /// Sectors before the tear.
    pub(super) sector: usize,
    /// True if the sectors before the tear are the new ones.
    pub(super) front: bool,
    pub(super) fate: Fate,
    pub(super) predicted: Fate,
}

/// All tears under one setting, and what its batch costs.
pub(super) struct UnderSetting {
    pub(super) setting: Doublewrite,
    pub(super) observed: Vec<Observed>,
    pub(super) cost: Cost,
}

/// Observes each setting, on a thread of its own. `every_page`: all pages, not only one of each kind.
pub(super) fn observe_all(every_page: bool, progress: &Progress) -> Result<Vec<UnderSetting>, Failure> {
    let task = progress.spinner("tearing pages");
    let under = |setting| observe(setting, setting, every_page, &task).map_err(|e| e.to_string());
    let results = std::thread::scope(|scope| {
        let threads = Doublewrite::ALL.map(|setting| scope.spawn(move || under(setting)));
        threads.map(|thread| thread.join().unwrap_or_else(|_| Err("a thread panicked".to_owned())))
    });
    Ok(results.into_iter().collect::<Result<Vec<_>, _>>()?)
}

/// Observes one setting. `actual`: what the engine gets, the same except in the test that the model notices a wrong
/// engine.
fn observe(setting: Doublewrite, actual: Doublewrite, every_page: bool, task: &Task) -> Result<UnderSetting, Failure> {
    let Recording { writes, cost, rows } = record(actual)?;
    let (mut observed, mut kinds) = (vec![], BTreeSet::new());
    for write in writes {
        if !kinds.insert(write.kind()) && !every_page {
            continue;
        }
        for sector in 1..(write.new.len() / SECTOR).min(MOST_SECTORS) {
            for front in [true, false] {
                let torn = tear(&write, sector, front);
                let tear = Tear { in_place: write.in_place(), old: &write.old, new: &write.new, torn: &torn };
                let predicted = tear.fate(setting);
                let fate = fate(&write, &torn, actual, &rows)?;
                let (kind, file, page) = (write.kind(), write.file.clone(), write.page_no());
                observed.push(Observed { setting, kind, file, page, sector, front, fate, predicted });
                task.add(1);
            }
        }
    }
    Ok(UnderSetting { setting, observed, cost })
}

/// The bytes after the power loss.
fn tear(write: &PageWrite, sector: usize, front: bool) -> Vec<u8> {
    let cut = sector * SECTOR;
    let (first, last) = if front { (&write.new, &write.old) } else { (&write.old, &write.new) };
    [&first[..cut], &last[cut..]].concat()
}

/// Keeps what recovery did.
#[derive(Default)]
struct Recovered(Mutex<Option<Recovery>>);

impl Sink for Recovered {
    fn event(&self, event: &dyn Event) {
        if let Some(done) = event.as_any().downcast_ref::<innolab_store::Recovered>() {
            *self.0.lock() = Some(done.recovery.clone());
        }
    }
}

/// Opens the database after the power loss. ERRORS: it does not open, for another reason than this page.
fn fate(write: &PageWrite, torn: &[u8], setting: Doublewrite, committed: &Rows) -> Result<Fate, Failure> {
    // All writes before this one are whole (R1).
    let disk: SimDisk = write.before.power_loss(1);
    disk.open(&write.file)?.write_at(write.at, torn)?;
    let recovered = Arc::new(Recovered::default());
    let engine = match open(&disk, setting, Events::to(recovered.clone())) {
        Ok(engine) => engine,
        Err(e) => {
            let (text, page) = (e.to_string(), format!("{}, page {}: ", write.file, write.page_no()));
            return match (text.strip_prefix(&page), &text) {
                (Some(rule), _) if rule.contains("is torn") => Ok(Fate::Named),
                (Some(_), _) => Ok(Fate::Refused),
                (None, text) => Err(format!("{} of {}: {text}", write.page_no(), write.file).into()),
            };
        }
    };
    let recovery = recovered.0.lock().take().unwrap_or_default();
    // Under R2 a wrong row and a fault are the same: the page was served.
    let is_right = rows(&engine).is_ok_and(|rows| rows == *committed)
        && engine.check_database(&mut |_, _| ()).is_ok_and(|found| found.faults.is_empty());
    let whole = write.in_place() && torn != write.old && torn != write.new;
    Ok(match (is_right, recovery.repaired.is_empty(), recovery.torn.is_empty()) {
        (false, ..) => Fate::Served,
        (_, false, _) => Fate::Repaired,
        (_, _, false) => Fate::Rebuilt { named: true },
        _ if whole => Fate::Rebuilt { named: false },
        _ => Fate::Whole,
    })
}

impl Observed {
    /// The torn write, in words.
    pub(super) fn name(&self) -> String {
        let Observed { setting, file, page, sector, front, .. } = self;
        let new = if *front { "before" } else { "from" };
        format!("{setting}: {file}, page {page}, sectors {new} {sector} new")
    }
}

/// Those that did not end as the model predicts, in words.
pub(super) fn differences(observed: &[UnderSetting]) -> Vec<String> {
    let all = observed.iter().flat_map(|under| &under.observed).filter(|one| one.fate != one.predicted);
    all.map(|one| format!("{}: {}; the model predicts {}", one.name(), one.fate, one.predicted)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table can fail: an engine that writes no copies, or no list, is noticed. That a correct engine is as modelled
    /// is tested by `tests/it/torn.rs`.
    #[test]
    fn an_engine_that_does_not_do_what_the_setting_says_is_noticed() {
        for (setting, actual) in [
            (Doublewrite::On, Doublewrite::Off),
            (Doublewrite::On, Doublewrite::DetectOnly),
            (Doublewrite::DetectOnly, Doublewrite::Off),
        ] {
            let under = observe(setting, actual, false, &Progress::hidden().spinner("")).expect("it runs");
            assert!(!differences(&[under]).is_empty(), "{setting} that is {actual}");
        }
    }
}
