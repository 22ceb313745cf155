//! Random scenarios, the same for the same seed: of one session ([`script`]) and of several ([`sessions`]).
//!
//! Statements are made up in three places, because each looks for something else and would lose it in the others' mixture:
//!
//! | where                       | what differs from case to case                | what is looked for                                 |
//! |-----------------------------|-----------------------------------------------|----------------------------------------------------|
//! | `one`                       | the table's types, values at their limits     | rows, conversions, error texts: beside a server    |
//! | `several`                   | who comes when; few keys, one plan            | locks, waits, victims: beside a server             |
//! | `crates/sql/tests/workload` | savepoints, DDL, restarts; two fixed tables   | that the binary log brings all of it back: no server needed |

mod one;
mod several;

pub use one::script;
pub use several::{Profile, sessions, weighed};
