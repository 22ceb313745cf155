//! Who waits for whom, in words: by whom a statement is blocked, and the circle of a deadlock.
//!
//! ```text
//!   (blocked by T1, which holds X,GAP on user.age (20, 2))             with `--locks`; else: (blocked by T1)
//!
//!   deadlock: T2 → T1 → T2
//!     T2  step 6: insert into user values (5, 16)
//!         waits for X,GAP,INSERT_INTENTION on user.age (20, 2)
//!         T1 holds X,GAP there since step 3: select * from user where age = 15 for update
//!         weighs 4: 3 lock structures, 1 change to undo
//!     T1  …
//!     T2 is rolled back: no other one is lighter, and the search for the circle began at it
//! ```
//!
//! The members and their order are those of SHOW ENGINE INNODB STATUS; the rules by which the victim is chosen are in
//! `docs/lock-rules.md`.

use crate::origins::{Origin, Origins};
use crate::steps::Steps;
use innolab_engine::{Deadlock, DeadlockMember, Engine, LockRow, Reason, Target};
use std::collections::BTreeSet;
use std::fmt::Write;

/// What is printed below a statement that waits.
pub(crate) fn blocked(engine: &Engine, steps: &Steps, session: &str, with_locks: bool) -> String {
    let transactions = engine.transactions();
    let mut waits = transactions.iter().filter(|trx| steps.sessions.name_of(trx.session) == Some(session));
    // A statement without a lock to wait for sleeps.
    let Some(wait) = waits.find_map(|trx| trx.wait.as_ref()) else { return "(blocked)".to_owned() };
    let mut seen = BTreeSet::new();
    let blockers = wait.blockers.iter().filter(|blocker| seen.insert(blocker.session)).map(|blocker| {
        let name = name_of(steps, blocker.session);
        match (with_locks, engine.name_lock(blocker), &blocker.target) {
            (true, Some(lock), _) => format!("{name}, which {} {}", verb(lock.waiting), on(&lock)),
            (true, None, Target::Name(table)) => {
                format!("{name}, which {} {} on the name {table}", verb(blocker.waiting), blocker.mode_name())
            }
            _ => name,
        }
    });
    let separator = if with_locks { "; " } else { ", " };
    format!("(blocked by {})", blockers.collect::<Vec<_>>().join(separator))
}

/// A deadlock, line by line.
pub(crate) fn circle(deadlock: &Deadlock, origins: &Origins, steps: &Steps) -> String {
    let names: Vec<String> = deadlock.members.iter().map(|member| name_of(steps, member.trx.session)).collect();
    let mut out = format!("deadlock: {} → {}\n", names.join(" → "), names[0]);
    for (at, member) in deadlock.members.iter().enumerate() {
        let blocker = &names[(at + 1) % names.len()];
        out += &self::member(member, &names[at], blocker, origins, steps);
    }
    // Writing to a string cannot fail.
    let _ = writeln!(out, "  {} is rolled back: {}", names[deadlock.victim], reason(deadlock, &names));
    out
}

fn member(member: &DeadlockMember, name: &str, blocker: &str, origins: &Origins, steps: &Steps) -> String {
    let DeadlockMember { trx, waits_for, blocked_by, changed_as, .. } = member;
    let margin = " ".repeat(name.len() + 4);
    let (step, sql) = steps.current(name).map_or((0, ""), |(step, sql)| (*step, sql.as_str()));
    let mut out = format!("  {name}  step {step}: {}\n", one_line(sql));
    let waits_for = &waits_for.row;
    let _ = writeln!(out, "{margin}waits for {}", on(waits_for));
    let place =
        if place(waits_for) == place(blocked_by) { "there".to_owned() } else { format!("on {}", place(blocked_by)) };
    let origin = origins.of(blocked_by, *changed_as, steps.current(blocker).map_or(0, |(step, _)| *step));
    let _ = writeln!(
        out,
        "{margin}{blocker} {} {} {place} since {}",
        verb(blocked_by.waiting),
        blocked_by.mode,
        shown_origin(origin, steps)
    );
    let (structures, changes) = (counted(trx.structures, "lock structure"), counted(trx.undo_records, "change"));
    let _ = writeln!(out, "{margin}weighs {}: {structures}, {changes} to undo", trx.weight());
    out
}

fn shown_origin(origin: Origin, steps: &Steps) -> String {
    let (step, sql) = (origin.step(), steps.sql_of(origin.step()).map(one_line).unwrap_or_default());
    match origin {
        Origin::Requested(_) => format!("step {step}: {sql}"),
        Origin::Changed(_) => format!("it changed the row, step {step}: {sql}"),
        Origin::Inherited(_) => format!("a record was removed, step {step}: {sql}"),
    }
}

fn reason(deadlock: &Deadlock, names: &[String]) -> String {
    match (deadlock.reason, deadlock.start) {
        (Reason::Lightest, _) => "it is the lightest".to_owned(),
        (Reason::Started, _) => "no other one is lighter, and the search for the circle began at it".to_owned(),
        (Reason::First, Some(start)) => {
            format!(
                "of the lightest it is the first; the search for the circle began at {}, which is heavier",
                names[start]
            )
        }
        (Reason::First, None) => "of the lightest it is the first".to_owned(),
    }
}

/// `X,GAP on t.PRIMARY (10)`, `IX on t`
fn on(lock: &LockRow) -> String {
    format!("{} on {}", lock.mode, place(lock))
}

fn place(lock: &LockRow) -> String {
    let index = lock.index.as_ref().map_or(String::new(), |index| format!(".{index}"));
    let data = lock.data.as_ref().map_or(String::new(), |data| format!(" ({data})"));
    format!("{}{index}{data}", lock.table)
}

fn verb(waiting: bool) -> &'static str {
    if waiting { "waits before it for" } else { "holds" }
}

fn counted(n: u64, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// A statement without line breaks.
fn one_line(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn name_of(steps: &Steps, session: u64) -> String {
    match steps.sessions.name_of(session) {
        Some("") => "the set-up".to_owned(),
        Some(name) => name.to_owned(),
        None => format!("session {session}"),
    }
}
