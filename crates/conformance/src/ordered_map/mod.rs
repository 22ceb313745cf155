//! Conformance of an ordered map of byte strings on disk, with the calls of `innolab_btree::Kv`.
//!
//! Random calls, beside a `BTreeMap`. Nothing is asked about pages: a map that keeps all in one file and sorts it at each
//! call passes.
//!
//! | level | asks for | rules |
//! |---|---|---|
//! | [`Level::Map`] | an ordered map: what each call answers, ranges with all kinds of bounds | the calls' own |
//! | [`Level::Large`] | keys of up to 3000 bytes and pairs of up to 8000, so many that pages split and merge | the same |
//! | [`Level::Close`] | closed and opened again, the map is the same | the same |
//! | [`Level::PowerLoss`] | after a power loss or a kill the map is the result of a prefix of the changes, all synced ones included | I1–I4 |
//!
//! Each level has all that the levels before it have. A power loss comes between calls or in the middle of one, before any
//! call of the disk. The simulated disk of `innolab-disk` tears and reorders what was not synced.
//!
//! [`costs`] counts what a fixed workload costs with a map: bytes and syncs.
//!
//! Left out: threads, full and failing disks.

mod check;
mod cost;
mod face;
mod level;
mod pair;

pub use check::check;
pub use cost::costs;
pub use face::{Bytes, OrderedMap};
pub use level::Level;
