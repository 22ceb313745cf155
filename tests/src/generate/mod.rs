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
//! | where                       | what varies from case to case                   | what it tests                                       |
//! |-----------------------------|-------------------------------------------------|-----------------------------------------------------|
//! | `types`                     | column types, values at the limits of types     | rows, conversions and error texts, with the server  |
//! | `sessions`                  | the order of sessions; few keys, one plan       | locks, waits and deadlock victims, with the server  |
//! | `crates/sql/tests/workload` | savepoints, DDL, restarts; two fixed tables     | that the binary log restores all of it; no server   |
//!
//! Read `profile`, then `types` or `sessions`; `scenario` joins them.

mod profile;
mod scenario;
mod sessions;
mod types;

pub use profile::Profile;
pub use scenario::{scenario, with_weights};
