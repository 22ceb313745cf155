//! The crashes as a table, where neighbours with the same outcome are one line; as JSON; and the totals.
//!
//! ```text
//! points   crash  running              acknowledged  left  of the running one
//! 61–64    both   line 4 T1: commit    2             2     nothing
//! 65       kill   line 4 T1: commit    2             2     all
//! 65       power  line 4 T1: commit    2             2     all or nothing           the losses of one point differ
//! ```

use super::crashes::Crashed;
use super::record::{Recording, Settings};
use super::rule::{Part, Verdict};
use serde_json::json;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// The outcome of the crashes at a point.
#[derive(PartialEq, Eq)]
struct Outcome {
    running: String,
    n_acknowledged: usize,
    left: String,
    of_running: String,
}

/// The last part of a line.
impl Part {
    fn shown(self) -> &'static str {
        match self {
            Part::NoCommit => "",
            Part::Nothing => "nothing",
            Part::Whole => "all",
            Part::SomeDropped => "some tables dropped",
        }
    }
}

/// The acknowledged commits that are left, in words.
pub(super) fn left(verdict: &Verdict, recording: &Recording) -> String {
    let mut left = (verdict.n_acknowledged - verdict.lost.len()).to_string();
    if !verdict.lost.is_empty() {
        let lines: Vec<_> = verdict.lost.iter().map(|at| recording.statements[*at].line.to_string()).collect();
        left += &format!(" (lost: line {})", lines.join(", "));
    }
    if let Some(count) = verdict.log_parts_at {
        left += &format!("; log {count}");
    }
    left
}

/// What is left of the statement that was running, in words; or the rule that is broken.
pub(super) fn of_running(verdict: &Verdict) -> &str {
    verdict.broken.as_deref().unwrap_or(verdict.of_running.shown())
}

/// The outcome of all crashes of one kind at a point.
fn outcome(recording: &Recording, crashed: &[&Crashed]) -> Option<Outcome> {
    let first = crashed.first()?;
    let either = |texts: BTreeSet<String>| texts.into_iter().collect::<Vec<_>>().join(" or ");
    let verdicts = || crashed.iter().map(|crashed| &crashed.verdict);
    Some(Outcome {
        running: match recording.points[first.point].running {
            Some(at) => recording.statements[at].to_string(),
            None => "(between statements, or the end)".to_owned(),
        },
        n_acknowledged: first.verdict.n_acknowledged,
        left: either(verdicts().map(|verdict| left(verdict, recording)).collect()),
        of_running: either(verdicts().map(|verdict| of_running(verdict).to_owned()).collect()),
    })
}

/// The groups of neighbouring points with one outcome: first and last point, kind of crash, outcome.
fn groups(recording: &Recording, crashed: &[Crashed]) -> Vec<(u64, u64, &'static str, Outcome)> {
    let mut groups: Vec<(u64, u64, &'static str, Outcome)> = Vec::new();
    for (at, point) in recording.points.iter().enumerate() {
        let of = |kind| {
            let all = crashed.iter().filter(|crashed| crashed.point == at && crashed.crash.kind() == kind);
            outcome(recording, &all.collect::<Vec<_>>())
        };
        let outcomes = match (of("kill"), of("power")) {
            (Some(kill), Some(power)) if kill == power => [Some(("both", kill)), None],
            (kill, power) => [kill.map(|kill| ("kill", kill)), power.map(|power| ("power", power))],
        };
        for (kind, outcome) in outcomes.into_iter().flatten() {
            let same = |(_, to, of, other): &&mut (u64, u64, &str, Outcome)| {
                *to + 1 == point.number && *of == kind && *other == outcome
            };
            match groups.iter_mut().rev().take(2).find(same) {
                Some((_, to, ..)) => *to = point.number,
                None => groups.push((point.number, point.number, kind, outcome)),
            }
        }
    }
    groups
}

/// Prints the table of a case.
pub(super) fn table(recording: &Recording, crashed: &[Crashed], out: &mut impl Write) -> io::Result<()> {
    let groups = groups(recording, crashed);
    let longest = |text: fn(&Outcome) -> &str, title: &str| {
        let longest = groups.iter().map(|(.., outcome)| text(outcome).chars().count()).max().unwrap_or(0);
        longest.max(title.len())
    };
    let (running, left) = (longest(|o| &o.running, "running"), longest(|o| &o.left, "left"));
    let mut line = |points: &str, kind: &str, texts: [&str; 4]| {
        let [of, acknowledged, kept, part] = texts;
        let line = format!("{points:<10} {kind:<6} {of:<running$}  {acknowledged:<12}  {kept:<left$}  {part}");
        writeln!(out, "{}", line.trim_end())
    };
    line("points", "crash", ["running", "acknowledged", "left", "of the running one"])?;
    for (from, to, kind, Outcome { running, n_acknowledged, left, of_running }) in &groups {
        let points = if from == to { from.to_string() } else { format!("{from}–{to}") };
        line(&points, kind, [running, &n_acknowledged.to_string(), left, of_running])?;
    }
    if !recording.not_done.is_empty() {
        writeln!(out, "\nnot done, though nothing crashed:")?;
    }
    recording.not_done.iter().try_for_each(|step| writeln!(out, "  {step}"))
}

/// A crash as a line of JSON.
pub(super) fn object(case: &str, recording: &Recording, crashed: &Crashed) -> String {
    let (point, verdict) = (&recording.points[crashed.point], &crashed.verdict);
    let statement = |at: usize| {
        let statement = &recording.statements[at];
        json!({ "line": statement.line, "session": statement.session, "sql": statement.sql })
    };
    let of_running = Some(verdict.of_running).filter(|part| *part != Part::NoCommit).map(Part::shown);
    json!({
        "case": case,
        "point": point.number,
        "call": point.call,
        "crash": crashed.crash.to_string(),
        "running": point.running.map(statement),
        "acknowledged": verdict.n_acknowledged,
        "lost": verdict.lost.iter().map(|at| statement(*at)).collect::<Vec<_>>(),
        "of_running": of_running,
        "log_parts_at": verdict.log_parts_at,
        "broken": verdict.broken,
    })
    .to_string()
}

/// The sums of all cases.
#[derive(Default)]
pub(super) struct Totals {
    points: usize,
    crashes: usize,
    /// The most acknowledged commits that one crash lost.
    lost: usize,
    /// Crashes after which tables and log part.
    parted: usize,
    /// The settings under which commits were made.
    settings: BTreeSet<Settings>,
    /// The broken rules: point, crash, rule.
    pub(super) broken: Vec<String>,
}

impl Totals {
    /// Adds a case.
    pub(super) fn add(&mut self, recording: &Recording, crashed: &[Crashed]) {
        self.points += recording.points.len();
        self.crashes += crashed.len();
        let commits = recording.moments.windows(2).filter(|pair| pair[1].has_committed);
        self.settings.extend(commits.map(|pair| pair[0].settings));
        for Crashed { point, crash, verdict } in crashed {
            self.lost = self.lost.max(verdict.lost.len());
            self.parted += usize::from(verdict.log_parts_at.is_some());
            if let Some(broken) = &verdict.broken {
                self.broken.push(format!("crash point {}, {crash}: {broken}", recording.points[*point].number));
            }
        }
    }

    /// Prints the sums. REQUIRES: no rule is broken.
    pub(super) fn print(&self, out: &mut impl Write) -> io::Result<()> {
        let counted = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
        let points = counted(self.points, "crash point", "crash points");
        writeln!(out, "\n{points}, {}", counted(self.crashes, "crash", "crashes"))?;
        let log = self.settings.iter().any(|of| of.sync.is_some());
        if self.settings.iter().all(Settings::are_strict) {
            let agree = if log { "; tables and binary log agree (I5)" } else { "" };
            return writeln!(
                out,
                "each acknowledged commit is left (I3), each other one whole or not at all (I4){agree}"
            );
        }
        let relaxed: Vec<_> = self.settings.iter().filter(|of| !of.are_strict()).map(Settings::to_string).collect();
        writeln!(out, "commits were made under {}: I3 is not promised", relaxed.join("; "))?;
        let commits = counted(self.lost, "acknowledged commit", "acknowledged commits");
        writeln!(out, "one crash loses up to {commits}, always the last ones (I4)")?;
        let crashes = counted(self.parted, "crash", "crashes");
        if log { writeln!(out, "after {crashes} tables and binary log part: I5 is not promised") } else { Ok(()) }
    }
}
