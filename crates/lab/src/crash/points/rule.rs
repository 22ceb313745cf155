//! P3 to P5: is what a crash left allowed? Compares a survivor with the moments of the run; there is no engine in it.

use super::log::Log;
use super::record::{Moment, Point, Recording, Settings};
use super::recover::{Crash, Survivor};
use super::tables::{Contents, Tables};
use crate::failure::Failure;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Tables by name.
type Named = BTreeMap<String, Arc<Contents>>;

/// How a crash ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Commits that were acknowledged before the crash.
    pub(super) n_acknowledged: usize,
    /// The statements of the acknowledged commits that are lost; empty unless settings allow it, or a rule is broken.
    pub(super) lost: Vec<usize>,
    /// What is left of the statement that was running.
    pub(super) of_running: Part,
    /// Transactions in the log that is left, if that is not where the tables are.
    pub(super) log_parts_at: Option<u64>,
    /// The broken rule: expected, got.
    pub(super) broken: Option<String>,
}

/// What is left of a statement that had no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// It commits nothing, or there is none.
    NoCommit,
    Nothing,
    Whole,
    /// Some of the tables that it drops are dropped (P5).
    SomeDropped,
}

impl Verdict {
    /// Recovery failed.
    pub(super) fn of_failed_recovery(recording: &Recording, point: &Point, error: &Failure) -> Verdict {
        let moments = &recording.moments[..=point.last];
        Verdict {
            n_acknowledged: moments.iter().filter(|moment| moment.has_committed).count(),
            lost: Vec::new(),
            of_running: Part::NoCommit,
            log_parts_at: None,
            broken: Some(format!("recovery fails: {error}")),
        }
    }
}

impl Settings {
    /// True if a commit under these settings survives the crash, in the engine and in the log.
    fn survive(self, crash: Crash) -> bool {
        match crash {
            Crash::Kill => self.flush != 0,
            Crash::Power(_) => self.are_strict(),
        }
    }
}

/// A state that may be left.
struct Allowed<'a> {
    /// The moment that it equals, or the one before the running statement.
    moment: usize,
    part: Part,
    tables: &'a Tables,
    n_logged: u64,
}

/// Judges what is left after a crash at a point.
pub(super) fn judge(recording: &Recording, point: &Point, crash: Crash, survivor: &Survivor) -> Verdict {
    let moments = &recording.moments[..=point.last];
    let durable = last_durable(moments, crash);
    let next = next_moment(recording, point);
    let verdict = |left: Option<&Allowed<'_>>| Verdict {
        n_acknowledged: moments.iter().filter(|moment| moment.has_committed).count(),
        lost: left.map_or(Vec::new(), |left| statements_of(&moments[left.moment + 1..])),
        of_running: left.map_or(Part::NoCommit, |left| left.part),
        log_parts_at: None,
        broken: None,
    };
    if let Some(fault) = survivor.faults.first() {
        return Verdict { broken: Some(format!("the database has faults: {fault}")), ..verdict(None) };
    }
    let allowed = allowed(moments, durable, next, survivor);
    let count = survivor.log.as_ref().map(Log::count);
    let equal = |allowed: &&Allowed<'_>| *allowed.tables == survivor.tables;
    let agrees = |allowed: &&Allowed<'_>| count.is_none_or(|count| count == allowed.n_logged);
    let agreeing = allowed.iter().rev().filter(equal).find(agrees);
    let Some(left) = agreeing.or_else(|| allowed.iter().rev().find(equal)) else {
        let (broken, lost) = not_allowed(recording, point, durable, survivor);
        return Verdict { broken: Some(broken), lost, ..verdict(None) };
    };
    let mut verdict = verdict(Some(left));
    if let (Some(own), Some(whole)) = (&survivor.log, &recording.log)
        && let Some(number) = own.leaves(whole)
    {
        verdict.broken = Some(format!("I5: transaction {number} of the binary log is not that of the run"));
    } else if agreeing.is_none() {
        let is_strict = moments[durable + 1..].iter().all(|moment| !moment.has_committed)
            && moments[point.last].settings.survive(crash);
        let (expected, count) = (left.n_logged, count.unwrap_or(0));
        verdict.log_parts_at = Some(count);
        verdict.broken = is_strict.then(|| {
            format!("I5: the tables are those of {expected} transactions in the binary log, which has {count}")
        });
    }
    verdict
}

/// The last moment whose commit survives the crash, or the beginning.
fn last_durable(moments: &[Moment], crash: Crash) -> usize {
    let survives = |at: &usize| moments[*at].has_committed && moments[at - 1].settings.survive(crash);
    (1..moments.len()).rev().find(survives).unwrap_or(0)
}

/// The moment that the running statement leads to.
fn next_moment<'a>(recording: &'a Recording, point: &Point) -> Option<&'a Moment> {
    let next = recording.moments.get(point.last + 1)?;
    (point.running.is_some() && next.statement == point.running).then_some(next)
}

/// What may be left (P3, P5), in the order in which it came.
fn allowed<'a>(
    moments: &'a [Moment],
    durable: usize,
    next: Option<&'a Moment>,
    survivor: &'a Survivor,
) -> Vec<Allowed<'a>> {
    let last = moments.len() - 1;
    let next = next.filter(|next| next.has_committed);
    let moment = |at: usize| Allowed {
        moment: at,
        part: if next.is_some() { Part::Nothing } else { Part::NoCommit },
        tables: &moments[at].tables,
        n_logged: moments[at].n_logged,
    };
    let mut allowed: Vec<_> = (durable..=last).map(moment).collect();
    if let Some(next) = next {
        allowed.extend(partly_dropped(&moments[last], next, survivor).map(|n_dropped| Allowed {
            moment: last,
            part: Part::SomeDropped,
            tables: &survivor.tables,
            n_logged: moments[last].n_logged + n_dropped,
        }));
        allowed.push(Allowed { moment: last, part: Part::Whole, tables: &next.tables, n_logged: next.n_logged });
    }
    allowed
}

/// The number of tables that a DROP TABLE of several tables has dropped, if that is all that is left of it (P5).
fn partly_dropped(before: &Moment, after: &Moment, survivor: &Survivor) -> Option<u64> {
    let [before, after, left] = [&before.tables, &after.tables, &survivor.tables].map(|tables| &tables.0);
    let is_within = |some: &Named, all: &Named| some.iter().all(|(name, table)| all.get(name) == Some(table));
    let is_partly = after.len() < left.len() && left.len() < before.len();
    (is_partly && is_within(after, left) && is_within(left, before)).then(|| (before.len() - left.len()) as u64)
}

/// The broken rule if no allowed state is left, and the statements that are lost.
fn not_allowed(recording: &Recording, point: &Point, durable: usize, survivor: &Survivor) -> (String, Vec<usize>) {
    let moments = &recording.moments[..=point.last];
    if let Some(left) = moments[..durable].iter().rposition(|moment| *moment.tables == survivor.tables) {
        let lost = statements_of(&moments[left + 1..=durable]);
        let names: Vec<_> = lost.iter().map(|at| recording.statements[*at].to_string()).collect();
        let difference = moments[durable].tables.difference(&survivor.tables).unwrap_or_default();
        return (format!("I3: acknowledged, but lost: {}; {difference}", names.join(", ")), lost);
    }
    let difference = moments[point.last].tables.difference(&survivor.tables).unwrap_or_default();
    (format!("I4: these are the tables of no moment; against the last one: {difference}"), Vec::new())
}

/// The statements of the commits among these moments.
fn statements_of(moments: &[Moment]) -> Vec<usize> {
    moments.iter().filter(|moment| moment.has_committed).filter_map(|moment| moment.statement).collect()
}
