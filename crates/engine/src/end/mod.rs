//! How transactions end, and what becomes of what they replaced.
//!
//! | file       | one idea                                                        | InnoDB's room                      |
//! |------------|-----------------------------------------------------------------|------------------------------------|
//! | `commit`   | the end: history, log, view, locks, in this order               | `trx0trx`                          |
//! | `rollback` | rows taken back                                                 | `row0undo`, `row0uins`, `row0umod` |
//! | `purge`    | what nobody can see any more goes                               | `row0purge`, `trx0purge`           |
//! | `fate`     | what becomes of an entry of a secondary index                   | `row0purge`, `row0vers`            |
//! | `recover`  | what a crash has left under way                                 | `trx0roll`                         |

mod commit;
mod fate;
mod purge;
mod recover;
mod rollback;

pub(crate) use recover::next_id;
