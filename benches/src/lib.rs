//! Benches, and what they share.
//!
//! | file | what it measures |
//! |---|---|
//! | `benches/*.rs` | one organ each, with criterion: `cargo bench -p innolab-benches --bench lock` |
//! | `src/bin/side_by_side` | tree and engine beside LMDB, fjall, redb and SQLite, in one interleaved run |
//! | `src/bin/volume` | the cost of an old read view over millions of updates |
//!
//! `INNOLAB_SMOKE=1` runs every bench in its smoke size ([`size`]): seconds, with the same checks of the answers. The
//! gate does so, so that benches cannot rot.

/// Returns `smoke` if `INNOLAB_SMOKE` is set, else `full`.
pub fn size<T>(smoke: T, full: T) -> T {
    if std::env::var_os("INNOLAB_SMOKE").is_some() { smoke } else { full }
}
