//! Random scenario files: the same text for the same profile and seed.
//!
//! ```text
//! scenario(profile, seed, cases) ─► -- case: Unique seed 7 case 1
//!                                   create table …        one body per case:
//!                                   …; -- T1              `types` for Profile::Types, `sessions` for the others
//! ```
//!
//! Three generators of statements exist, because each varies something else; in one mixture each would meet its own
//! subject too seldom:
//!
//! | where                       | what varies from case to case                 | what it tests                    |
//! |-----------------------------|-----------------------------------------------|----------------------------------|
//! | `types`                     | column types, values at the limits of types   | rows, conversions, error texts   |
//! | `sessions`                  | the order of sessions; few keys, one plan     | locks, waits, deadlock victims   |
//! | `crates/sql/tests/workload` | savepoints, DDL, restarts; two fixed tables   | the binary log restores all      |
//!
//! The first two run beside the real server, the third needs none.
//!
//! Read `profile`, then `types` or `sessions`; `scenario` joins them.

mod profile;
mod scenario;
mod sessions;
mod types;

pub use profile::Profile;
pub use scenario::{scenario, with_weights};
