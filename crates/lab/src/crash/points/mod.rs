//! `crash FILE`: a scenario on a simulated disk, crashed at each call that changes the disk.
//!
//! ```text
//! one run, not crashed:  insert …          commit                    insert …
//!   the disk's calls        ┊   write sync    ┊   write sync write sync ┊           1, 2, 3, …: the crash points
//!   the moments          0 ─┴─────────────────┴─────────────────────────┴─ 1 …      what all tables hold, after each answer
//!
//! for each point, kill and power loss: a copy of the disk as it was before the call ─► recovery ─► the tables  ══?══ a moment
//! ```
//!
//! RULES
//!
//! - **P1** Point N is the state before the N-th call that writes, syncs, creates, renames or removes; points are counted
//!   through all cases of the file, and each case has a disk of its own, with an empty database. Recovery after a *kill*
//!   finds all that was written. After a *power loss* it finds what was synced, and of the rest nothing, or a drawn part
//!   in which writes are torn and reordered: [`LOSSES`] losses a point.
//! - **P2** The truth is the run that is not crashed. A *moment* is what a new session would read, and the number of
//!   transactions in the binary log, after an answer. A statement that commits a transaction before its own work gives two
//!   moments.
//! - **P3** What is recovered equals the moment of the last answer, or the one that the running statement leads to (I3,
//!   I4). Settings that relax durability lower the first bound to the last commit that was made durable: then a suffix of
//!   the commits is lost, never a part of one.
//! - **P4** The binary log that is left is a beginning of that of the run. With the settings of full durability it ends at
//!   the moment that the tables equal (I5); with others the two may part, which is shown. That a moment is what a replay
//!   of the log up to there gives is checked once, by replaying the run's log in another database.
//! - **P5** DROP TABLE of several tables drops one after the other; a crash may leave the later ones.
//!
//! FACT. A scenario's run repeats to the byte, so one run has all crash points. PROOF. `baton`: only one session runs, no
//! thread works in the background, and time is logical.
//!
//! Left out: a second crash while the first is recovered; a disk that lies; AUTO_INCREMENT counters, which may be ahead
//! after a crash.
//!
//! | module    | contents                                                     |
//! |-----------|--------------------------------------------------------------|
//! | `tables`  | what all tables hold, as text                                |
//! | `log`     | the transactions of a binary log                             |
//! | `record`  | the run: statements, moments, points                         |
//! | `replayed`| the run's log, replayed (P4)                                 |
//! | `recover` | what recovery makes of a copy of the disk                    |
//! | `rule`    | P3 to P5: is this survivor allowed?                          |
//! | `crashes` | all points, on all processors                                |
//! | `print`   | the table, the objects, the totals                           |
//! | `explain` | one point in detail                                          |
//! | `command` | the options                                                  |

mod command;
mod crashes;
mod explain;
mod log;
mod print;
mod record;
mod recover;
mod replayed;
mod rule;
mod tables;

#[cfg(doc)]
use recover::LOSSES;

pub(super) use command::{PointArguments, Shown, crash};

#[cfg(test)]
mod tests;
