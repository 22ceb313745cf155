//! What a fixed workload costs with a lock table: turns and waits, counted.
//!
//! ```text
//! turn n:   session 1 acts, session 2 acts, …      to act: request the next lock · see if the wait is over · commit
//! ```
//!
//! [`SESSIONS`] sessions run transactions of [`LOCKS`] locks each, on rows of which the first ones are hot, a third of
//! them X. A transaction keeps its locks until its commit, one turn after the last. A victim begins again with the same
//! locks. The order in which waiters are granted, and the choice of victims, decide how long all of it takes: a table
//! that lets the transaction go first that blocks most others has shorter waits and, sometimes, one that waits very
//! long.

use crate::costs::Costs;
use crate::lock_table::face::LockTable;
use innolab_base::rng::Rng;
use innolab_base::{IndexId, TrxId, Waiter};
use innolab_lock::{Answer, Owner, RecordId, RecordKey, RecordMode, Ticket, WaitOutcome, WaitPolicy};
use std::sync::Arc;

const SESSIONS: usize = 16;
const ROWS: u64 = 250;
const LOCKS: usize = 5;
const TRANSACTIONS: usize = 2_000;

/// A session with its transaction.
struct Session {
    waiter: Arc<Waiter>,
    owner: Owner,
    locks: Vec<(u8, RecordMode)>,
    next: usize,
    ticket: Option<Ticket>,
    began_at: u64,
}

/// Returns the costs of the workload, which is always the same.
///
/// ERRORS: no transaction can go on.
pub fn costs<T: LockTable>(make: impl Fn() -> T) -> Result<Costs, String> {
    let (table, mut rng) = (make(), Rng(3));
    let (mut turn, mut committed, mut next_trx_id) = (0, 0, 1);
    let (mut waits, mut waited, mut victims, mut lost, mut sum, mut longest) = (0, 0, 0, 0, 0, 0);
    let mut begin = |waiter: &Arc<Waiter>| {
        let owner = table.begin(waiter.clone());
        table.set_trx_id(owner, TrxId(next_trx_id));
        next_trx_id += 1;
        owner
    };
    let mut sessions: Vec<Session> = (0..SESSIONS)
        .map(|n| Arc::new(Waiter::new(n as u64 + 1)))
        .map(|waiter| Session {
            owner: begin(&waiter),
            waiter,
            locks: locks(&mut rng),
            next: 0,
            ticket: None,
            began_at: 0,
        })
        .collect();
    while committed < TRANSACTIONS {
        turn += 1;
        let mut somebody_acted = false;
        for session in &mut sessions {
            let mut is_victim = false;
            if let Some(ticket) = session.ticket {
                if !table.is_over(ticket) {
                    waited += 1;
                    continue;
                }
                session.ticket = None;
                is_victim = matches!(table.wait(ticket, Some(0)), WaitOutcome::Deadlock(_));
            } else if let Some((row, mode)) = session.locks.get(session.next) {
                let at = RecordId { index: IndexId(7), leaf: u64::from(row / 8), key: RecordKey::Key(&[*row]) };
                match table.lock_record(session.owner, &at, *mode, 0, WaitPolicy::Wait) {
                    Answer::Granted { .. } => session.next += 1,
                    Answer::Wait(ticket) => {
                        waits += 1;
                        session.ticket = Some(ticket);
                    }
                    Answer::Deadlock(_) => is_victim = true,
                    Answer::Busy => return Err("Busy is an answer to NOWAIT alone".to_owned()),
                }
            } else {
                table.release_all(session.owner);
                committed += 1;
                sum += turn - session.began_at;
                longest = longest.max(turn - session.began_at);
                (session.next, session.began_at) = (0, turn);
                session.locks = locks(&mut rng);
                session.owner = begin(&session.waiter);
            }
            if is_victim {
                victims += 1;
                lost += session.next as u64;
                table.release_all(session.owner);
                session.next = 0;
                session.owner = begin(&session.waiter);
            }
            somebody_acted = true;
        }
        if !somebody_acted {
            return Err(format!("turn {turn}: all transactions wait, and none is a victim"));
        }
    }
    let counts = [
        ("turns until all have committed", turn),
        ("turns of the slowest transaction", longest),
        ("turns of all transactions", sum),
        ("of these, waiting", waited),
        ("waits", waits),
        ("victims", victims),
        ("locks that victims took in vain", lost),
    ];
    Ok(counts.map(|(what, n)| (what.to_owned(), n)).into())
}

/// Draws the locks of a transaction: rows with small numbers are hot.
fn locks(rng: &mut Rng) -> Vec<(u8, RecordMode)> {
    let mut one = || {
        let below = rng.below(ROWS) + 1;
        let mode = if rng.below(3) == 0 { RecordMode::XRec } else { RecordMode::SRec };
        (rng.below(below) as u8, mode)
    };
    (0..LOCKS).map(|_| one()).collect()
}
