//! Deadlocks: found at the moment an edge of the wait-for graph is made, broken by a victim, and told as a story.
//!
//! ```text
//!   T1 ──waits for──► T2 ──► T3 ──┐         one edge a waiter (Q2), so a walk from the new edge either ends at
//!            ▲────────────────────┘         one who runs, or goes around
//! ```
//!
//! RULES
//!
//! - **D1** The walk begins at who began to wait; or, when a waiter was aimed at a new blocker that waits too, at that
//!   one of the two whose session is older: whose first transaction began first, if no session has ended since. Of several
//!   walks those from older sessions come first.
//! - **D2** The victim is the lightest of the circle (Q4).
//! - **D3** Of several lightest ones it is the one the walk began at; else the first of them in the order of the
//!   walk, which begins after the member where Brent's algorithm notices the circle. (Arbitrary, but the real
//!   server's order.)
//! - **D4** The victim's *request* is taken back; its locks stay until it has rolled back. The others go on waiting
//!   until then.
//!
//! **FACT** Nobody waits for ever: when all that run have ended, either nobody waits or a deadlock has been reported.
//!
//! **PROOF** Let some wait, and none of them be told. Each points at one of the others, for an owner that has ended
//! has no locks, and when a lock leaves a queue its waiters are granted or aimed anew (`settle`). Following the edges
//! in a finite set one comes around: there is a circle. Look at the last of its edges that was made: from then on the
//! circle was whole, and a walk that began on it has been made (D1: at one of the ends of the new edge); it has seen
//! the circle and broken it. So there is none. ∎
//!
//! What one edge costs: a waiter that two transactions block is aimed at the first. A circle through the second is
//! found only when the first has let go. The real server does the same.
//!
//! InnoDB: `Deadlock::find_cycle`, `Deadlock::report`; `DeadlockChecker` of older servers walked all edges, up to a
//! limit.

use crate::report::Held;
use crate::state::{After, State};
use crate::table::{Owner, Waited};
use innolab_base::TrxId;
use std::fmt;
use std::sync::Arc;

/// What happened in one deadlock: the circle, who waits for which lock of whom, and who was chosen, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    /// Each waits for the next one, the last for the first. The first is where the walk began (D1).
    pub circle: Vec<Member>,
    /// The position of the victim in the circle.
    pub victim: usize,
}

/// One of a circle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its session, as its seat is numbered.
    pub session: u64,
    /// Its id, if it writes.
    pub writer: Option<TrxId>,
    /// The lock it waits for.
    pub waits: Held,
    /// The lock of the next in the circle that it waits for, which may be waiting itself.
    pub behind: Held,
    /// Lock structures.
    pub structures: u64,
    /// Rows to undo.
    pub undo_records: u64,
}

impl Member {
    /// What a victim is chosen by (Q4).
    #[doc(alias = "TRX_WEIGHT")]
    pub fn weight(&self) -> u64 {
        self.structures + self.undo_records
    }
}

impl State {
    /// Looks for circles where edges were made, until there are none.
    pub(crate) fn break_circles(&mut self, after: &mut After) {
        while let Some((_, from)) = after.aimed.pop_first() {
            if let Some((victim, story)) = self.circle_from(from) {
                let story = Arc::new(story);
                after.stories.push(story.clone());
                self.latest = Some(story.clone());
                // One edge a node: there was no other circle through `from`. A new one has an edge that this moves.
                self.cancel(victim, Waited::Deadlock(story), after);
            }
        }
    }

    /// Brent's algorithm: the hare walks, the tortoise waits at powers of two.
    fn find_circle(&self, from: Owner) -> Option<Owner> {
        let (mut tortoise, mut hare) = (from, from);
        let (mut power, mut steps) = (1u64, 1u64);
        loop {
            hare = self.waits_on(hare)?;
            if hare == tortoise {
                return Some(hare);
            }
            if steps == power {
                power *= 2;
                steps = 0;
                tortoise = hare;
            }
            steps += 1;
        }
    }

    fn waits_on(&self, owner: Owner) -> Option<Owner> {
        self.owners[owner.0].wait.map(|wait| wait.on)
    }

    fn circle_from(&self, from: Owner) -> Option<(Owner, Story)> {
        let noticed = self.find_circle(from)?;
        let mut members: Vec<Owner> = Vec::new();
        let mut at = self.waits_on(noticed)?;
        loop {
            members.push(at);
            if at == noticed {
                break;
            }
            at = self.waits_on(at)?;
        }
        // D2, D3: `min_by_key` keeps the first of equals.
        let weight = |owner: &Owner| self.weight(*owner);
        let victim = *members.iter().min_by_key(|owner| (weight(owner), **owner != from))?;
        if let Some(start) = members.iter().position(|owner| *owner == from) {
            members.rotate_left(start);
        }
        let position = members.iter().position(|owner| *owner == victim)?;
        let circle = members.iter().filter_map(|owner| self.member(*owner)).collect();
        Some((victim, Story { circle, victim: position }))
    }

    pub(crate) fn weight(&self, owner: Owner) -> u64 {
        let owner = &self.owners[owner.0];
        owner.weight + owner.undo_records
    }

    fn member(&self, owner: Owner) -> Option<Member> {
        let state = &self.owners[owner.0];
        let wait = state.wait?;
        Some(Member {
            session: state.seat.session,
            writer: state.writer,
            waits: self.held(wait.lock),
            behind: self.held(wait.blocker),
            structures: state.weight,
            undo_records: state.undo_records,
        })
    }
}

/// Some lines: the circle, a line for each wait, the choice.
impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tell(f, &|key| Held::plain_key(key))
    }
}

impl Story {
    /// The story with keys shown by `show`.
    pub fn told(&self, show: &dyn Fn(&[u8]) -> String) -> String {
        struct Told<'a>(&'a Story, &'a dyn Fn(&[u8]) -> String);
        impl fmt::Display for Told<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.tell(f, self.1)
            }
        }
        Told(self, show).to_string()
    }

    fn tell(&self, f: &mut fmt::Formatter<'_>, show: &dyn Fn(&[u8]) -> String) -> fmt::Result {
        f.write_str("deadlock: ")?;
        for member in &self.circle {
            write!(f, "T{} → ", member.session)?;
        }
        let Some(first) = self.circle.first() else { return Ok(()) };
        writeln!(f, "T{}", first.session)?;
        for member in &self.circle {
            let (waits, behind) = (&member.waits, &member.behind);
            let state = if behind.waiting { "waits for" } else { "holds" };
            write!(f, "  T{} waits for {} on {}", member.session, waits.words(), waits.target(show))?;
            write!(f, ": T{} {state} {}", behind.session, behind.words())?;
            writeln!(f, "; weight {} + {} to undo", member.structures, member.undo_records)?;
        }
        let victim = &self.circle[self.victim];
        let alone = self.circle.iter().filter(|member| member.weight() == victim.weight()).count() == 1;
        let why = match (alone, self.victim) {
            (true, _) => "the lightest",
            (false, 0) => "none is lighter, and the search began at it",
            (false, _) => "none is lighter, and it comes first in the search",
        };
        write!(f, "  victim: T{}, weight {}: {why}", victim.session, victim.weight())
    }
}
