//! The matrix for people and for programs.

use super::matrix::Seen;
use super::model::{Cell, Crash, Fate, Flush, Order, Step, SyncBinlog, Verdict};
use super::picture::Album;
use std::fmt;
use std::io::{self, Write};

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = |has, who| if has { who } else { "-" };
        let (engine, binlog) = (mark(self.engine, "engine"), mark(self.binlog, "binlog"));
        let (replica, told) = (mark(self.replica, "replica"), if self.acknowledged { ", told" } else { "" });
        write!(f, "{engine} {binlog} {replica}{told}: {}", self.verdict())
    }
}

/// One object: the cell, who has the transaction, the verdict, whether the model agrees.
pub(super) fn object(seen: &Seen) -> String {
    let Seen { cell, fate } = seen;
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

/// E B R: engine, binlog, replica; a point where it has nothing.
fn short(fate: &Fate) -> String {
    let mark = |has, who| if has { who } else { '.' };
    let verdict = match fate.verdict() {
        Verdict::Kept => "kept",
        Verdict::Gone => "gone",
        Verdict::Lost => "LOST",
        Verdict::TwoTruths => "TWO",
    };
    let who = [mark(fate.engine, 'E'), mark(fate.binlog, 'B'), mark(fate.replica, 'R')];
    format!("{} {verdict:<4}", who.iter().collect::<String>())
}

/// A table for each order and kind of crash: steps down, knobs across.
pub(super) fn matrix(seen: &[Seen], out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "Who has the transaction after a crash: E the engine, B its binlog, R a replica that read the binlog.\n\
         kept: all that must · gone: nobody, nobody was told · LOST: the client was told, E does not have it · TWO: they do not agree.\n\
         Across: innodb_flush_log_at_trx_commit/sync_binlog. N: its turn has not come. * the client was told before."
    )?;
    for order in Order::ALL {
        for crash in Crash::ALL {
            let what = if crash == Crash::Kill { "the process is killed" } else { "the power is lost" };
            writeln!(out, "\n{}: {what} after", title(order))?;
            let head: String = knobs().map(|(flush, sync)| format!("{:<10}", format!("{flush}/{sync}"))).collect();
            writeln!(out, "{:19}{}", "", head.trim_end())?;
            for &step in order.steps() {
                let row: Vec<&Seen> =
                    seen.iter().filter(|s| (s.cell.order, s.cell.step, s.cell.crash) == (order, step, crash)).collect();
                let told = row.iter().any(|s| s.fate.acknowledged);
                write!(out, "  {:<15}{} ", step, if told { '*' } else { ' ' })?;
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
        Order::Right => "prepare, log, commit",
        Order::EngineFirst => "WRONG: the engine commits, then the log is written",
        Order::BinlogFirst => "WRONG: the log is written, then the engine commits, nothing is prepared",
    }
}

/// The timeline of a cell up to its crash, and what is left.
pub(super) fn explain(cell: Cell, album: &Album, fate: Fate, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{cell}\n")?;
    writeln!(out, "{:>8}  {:<18}  what", "LSN", "replicas read to")?;
    let end = album.pictures.get(&cell.step).map_or(0, |picture| picture.told);
    for line in album.timeline.iter().take(end) {
        writeln!(out, "{line}")?;
    }
    let crash = if cell.crash == Crash::Kill { "the process is killed" } else { "the power is lost" };
    let partly = if cell.step == Step::BinlogPartly { ": half of this write has come through" } else { "" };
    writeln!(out, "{:>8}  {:<18}  {crash}{partly}", "", "")?;
    let reach = |what, reach| format!("  {what:<15} {reach:?}");
    writeln!(out, "\nby then, says the model:")?;
    for line in [reach("prepare", cell.prepare()), reach("binlog", cell.binlog()), reach("commit", cell.commit())] {
        writeln!(out, "{line}")?;
    }
    writeln!(out, "after the recovery: {fate}")
}
