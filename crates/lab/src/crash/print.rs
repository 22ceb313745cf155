//! The matrix as text and as JSON, and the timeline of a cell.

use super::disk_image::Recording;
use super::matrix::Observed;
use super::model::{Cell, Crash, Fate, Flush, Order, Step, SyncBinlog, Verdict};
use std::fmt;
use std::io::{self, Write};

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = |has, log| if has { log } else { "-" };
        let (engine, binlog) = (mark(self.engine, "engine"), mark(self.binlog, "binlog"));
        let (replica, answer) = (mark(self.replica, "replica"), if self.acknowledged { ", acknowledged" } else { "" });
        write!(f, "{engine} {binlog} {replica}{answer}: {}", self.verdict())
    }
}

/// A cell as a JSON object: which logs have the transaction, the verdict, and whether the model predicts it.
pub(super) fn object(observed: &Observed) -> String {
    let Observed { cell, fate } = observed;
    let Cell { order, step, flush, sync, crash } = cell;
    format!(
        r#"{{"order":"{order}","step":"{step}","flush":"{flush}","sync_binlog":"{sync}","crash":"{crash}","engine":{},"binlog":{},"replica":{},"acknowledged":{},"verdict":"{}","as_modelled":{}}}"#,
        fate.engine,
        fate.binlog,
        fate.replica,
        fate.acknowledged,
        fate.verdict(),
        *fate == cell.fate()
    )
}

/// `EBR kept`: engine, binlog, replica, each a point if it does not have the transaction; the verdict.
fn short(fate: &Fate) -> String {
    let mark = |has, log| if has { log } else { '.' };
    let verdict = match fate.verdict() {
        Verdict::Kept => "kept",
        Verdict::Gone => "gone",
        Verdict::Lost => "LOST",
        Verdict::Diverged => "DIFF",
    };
    let logs = [mark(fate.engine, 'E'), mark(fate.binlog, 'B'), mark(fate.replica, 'R')];
    format!("{} {verdict:<4}", logs.iter().collect::<String>())
}

/// A table for each order and kind of crash: steps down, settings across.
pub(super) fn matrix(observed: &[Observed], out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "Which logs have the transaction after a crash: E the engine, B its binlog, R a replica that reads the binlog.\n\
         kept: E and B have it · gone: none has it, no answer was sent · LOST: answered, but E does not have it · DIFF: they differ.\n\
         Columns: innodb_flush_log_at_trx_commit/sync_binlog; N is above 1, and this commit is not the N-th. * after the answer."
    )?;
    for order in Order::ALL {
        for crash in Crash::ALL {
            let what = if crash == Crash::Kill { "kill" } else { "power loss" };
            writeln!(out, "\n{}: {what} after step", title(order))?;
            let head: String = knobs().map(|(flush, sync)| format!("{:<10}", format!("{flush}/{sync}"))).collect();
            writeln!(out, "{:19}{}", "", head.trim_end())?;
            for &step in order.steps() {
                let row: Vec<&Observed> = observed
                    .iter()
                    .filter(|s| (s.cell.order, s.cell.step, s.cell.crash) == (order, step, crash))
                    .collect();
                let answered = row.iter().any(|s| s.fate.acknowledged);
                write!(out, "  {:<15}{} ", step, if answered { '*' } else { ' ' })?;
                let cell = |(flush, sync)| row.iter().find(move |s| (s.cell.flush, s.cell.sync) == (flush, sync));
                let line: Vec<String> = knobs().filter_map(cell).map(|s| short(&s.fate)).collect();
                writeln!(out, "{}", line.join("  ").trim_end())?;
            }
        }
    }
    Ok(())
}

fn knobs() -> impl Iterator<Item = (Flush, SyncBinlog)> {
    Flush::ALL.into_iter().flat_map(|flush| SyncBinlog::ALL.map(|sync| (flush, sync)))
}

fn title(order: Order) -> &'static str {
    match order {
        Order::Right => "prepare, binlog, commit",
        Order::EngineFirst => "WRONG: commit, then binlog",
        Order::BinlogFirst => "WRONG: binlog, then commit, without prepare",
    }
}

/// The timeline of a cell up to its crash, and the transaction's fate.
pub(super) fn explain(cell: Cell, recording: &Recording, fate: Fate, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{cell}\n")?;
    writeln!(out, "{:>8}  {:<18}  event", "LSN", "replica reads to")?;
    let end = recording.images.get(&cell.step).map_or(0, |image| image.n_lines);
    for line in recording.timeline.iter().take(end) {
        writeln!(out, "{line}")?;
    }
    let crash = if cell.crash == Crash::Kill { "the process is killed" } else { "the power is lost" };
    let partly = if cell.step == Step::BinlogPartly { ": half of this write is done" } else { "" };
    writeln!(out, "{:>8}  {:<18}  {crash}{partly}", "", "")?;
    let line = |what, durability| format!("  {what:<15} {durability:?}");
    writeln!(out, "\nthe model, before the crash:")?;
    for line in [line("prepare", cell.prepare()), line("binlog", cell.binlog()), line("commit", cell.commit())] {
        writeln!(out, "{line}")?;
    }
    writeln!(out, "after recovery: {fate}")
}
