//! One crash point in detail: what was written before it, what was acknowledged, what recovery did, what is left.

use super::print::{left, of_running};
use super::record::{Plan, Point, Recording};
use super::recover::{Crash, Survivor, recover};
use super::rule::{Verdict, judge};
use crate::failure::Failure;
use std::io::Write;

/// Calls before the point that are shown.
const SHOWN_CALLS: usize = 12;
/// Events of recovery that are shown.
const RECOVERY: [&str; 6] =
    ["store.recovered", "engine.recovered", "engine.rollback", "binlog.recovered", "binlog.cut", "engine.ddl"];

/// Prints the point, and the crashes there; those that end alike together. Returns the broken rules.
pub(super) fn explain(
    plan: Plan<'_>,
    recording: &Recording,
    point: &Point,
    crashes: &[Crash],
    out: &mut impl Write,
) -> Result<Vec<String>, Failure> {
    before(recording, point, out)?;
    let (mut broken, mut ends): (Vec<String>, Vec<(String, String)>) = (Vec::new(), Vec::new());
    for crash in crashes {
        let (end, rule) = match recover(plan, point, *crash) {
            Ok(survivor) => after(recording, &survivor, &judge(recording, point, *crash, &survivor)),
            Err(e) => (format!("  recovery fails: {e}\n"), Some(format!("recovery fails: {e}"))),
        };
        broken.extend(rule.map(|rule| format!("crash point {}, {crash}: {rule}", point.number)));
        match ends.iter_mut().find(|(_, other)| *other == end) {
            Some((crashes, _)) => *crashes += &format!("; {crash}"),
            None => ends.push((crash.to_string(), end)),
        }
    }
    ends.iter().try_for_each(|(crashes, end)| write!(out, "\n{crashes}\n{end}"))?;
    Ok(broken)
}

/// What recovery did and what is left, as lines; and the broken rule.
fn after(recording: &Recording, survivor: &Survivor, verdict: &Verdict) -> (String, Option<String>) {
    let shown = |event: &&String| RECOVERY.iter().any(|kind| event.starts_with(kind));
    let mut lines: Vec<String> = survivor.events.iter().filter(shown).cloned().collect();
    lines.push(format!("left of {} acknowledged commits: {}", verdict.n_acknowledged, left(verdict, recording)));
    if !of_running(verdict).is_empty() {
        lines.push(format!("left of the running statement: {}", of_running(verdict)));
    }
    lines.extend(survivor.log.as_ref().map(|log| format!("transactions in the binary log: {}", log.count())));
    lines.extend(survivor.tables.to_string().trim_end().lines().map(|line| format!("  {line}")));
    (lines.iter().map(|line| format!("  {line}\n")).collect(), verdict.broken.clone())
}

/// What led to the point.
fn before(recording: &Recording, point: &Point, out: &mut impl Write) -> Result<(), Failure> {
    let statement = |at: usize| recording.statements[at].to_string();
    writeln!(out, "crash point {}: before {}", point.number, point.call)?;
    let at = (point.number - recording.first) as usize;
    let calls = &recording.calls[at.saturating_sub(SHOWN_CALLS)..at];
    writeln!(out, "\nthe disk's calls before it:")?;
    calls.iter().try_for_each(|call| writeln!(out, "  {call}"))?;
    writeln!(out, "\nacknowledged commits:")?;
    for moment in recording.moments[..=point.last].iter().filter(|moment| moment.has_committed) {
        let log = moment.settings.sync.map_or(String::new(), |_| format!(", {} in the binary log", moment.n_logged));
        writeln!(out, "  {}{log}", moment.statement.map(statement).unwrap_or_default())?;
    }
    writeln!(out, "running: {}", point.running.map_or("nothing".to_owned(), statement))?;
    let open: Vec<_> = recording.moments[point.last].open.iter().map(|session| format!("T{session}")).collect();
    if !open.is_empty() {
        writeln!(out, "open transactions with changes: {}", open.join(", "))?;
    }
    Ok(())
}
