//! `tour`: the engine shows itself, in half a minute and without questions.
//!
//! | stop | what is seen                                                | made of                                        |
//! |------|-------------------------------------------------------------|------------------------------------------------|
//! | 1    | a page: its records in key order, its bytes to scale         | `page::dump`, `page::regions`                   |
//! | 2    | a split: the root rises, the leaves part                     | events of `btree`, `inspect`'s tree             |
//! | 3    | keys in order against random keys                            | counts and shape of the trees                   |
//! | 4    | one row, three versions, two views                           | undo records, `mvcc::explain`                   |
//! | 5    | two sessions, one gap, a deadlock                            | the baton's transcript, the lock table's drawing |
//! | 6    | the power fails; what was committed is there                  | `SimDisk`, events of recovery                   |
//!
//! RULES
//!
//! - **R1** Nothing that is shown is written down here but the words between and the SQL: all else comes from the
//!   engine at that moment.
//! - **R2** Two tours print the same bytes: the disk is simulated, time is logical, sessions take turns, nothing
//!   happens in the background.
//! - **R3** Each stop says where to read on.

mod crash;
mod deadlock;
mod keys;
mod page;
mod split;
mod stage;
mod stops;
mod versions;

pub(crate) use stops::tour;
