//! Random scenario files: the same text for the same profile and seed.
//!
//! ```text
//! scenario(profile, seed, cases) ─► -- case: Unique seed 7 case 1
//!                                   create table …        one body per case: `types` for Profile::Types, `ddl` for Ddl,
//!                                   …; -- T1              `composite` for Composite, `sessions` for the others
//! ```
//!
//! Five generators of statements exist, because each varies something else; in one mixture each would meet its own
//! subject too seldom:
//!
//! | where                       | what varies from case to case                 | what it tests                    |
//! |-----------------------------|-----------------------------------------------|----------------------------------|
//! | `types`                     | column types, values at the limits of types   | rows, conversions, error texts   |
//! | `sessions`                  | the order of sessions; few keys, one plan     | locks, waits, deadlock victims   |
//! | `composite`                 | keys of several columns, conditions, orders   | plans, and the locks they take   |
//! | `ddl`                       | changes of tables while sessions use them     | metadata locks                   |
//! | `crates/sql/tests/workload` | savepoints, DDL, restarts; two fixed tables   | the binary log restores all      |
//!
//! `plans` makes tables and statements for EXPLAIN.
//!
//! All but the last run beside the real server, the last needs none.
//!
//! Read `profile`, then `types`, `sessions`, `composite` or `ddl`; `scenario` joins them.

mod composite;
mod ddl;
pub mod plans;
mod profile;
mod scenario;
mod sessions;
mod types;

pub use profile::Profile;
pub use scenario::{scenario, with_weights};
