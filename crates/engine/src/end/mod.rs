//! How transactions end, and what becomes of the versions that they replaced.
//!
//! | file       | one idea                                                        | InnoDB's counterpart               |
//! |------------|-----------------------------------------------------------------|------------------------------------|
//! | `fate`     | decides if an entry of a secondary index stays                  | `row0purge`, `row0vers`            |
//! | `rollback` | rows are restored                                               | `row0undo`, `row0uins`, `row0umod` |
//! | `commit`   | the end: history, log, view, locks, in this order               | `trx0trx`                          |
//! | `purge`    | versions that no view can see are removed                       | `row0purge`, `trx0purge`           |
//! | `recover`  | transactions that a crash left active or prepared               | `trx0roll`                         |

mod commit;
mod fate;
mod purge;
mod recover;
mod rollback;

pub(crate) use recover::next_id;
