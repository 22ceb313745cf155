//! The stops of the tour, in order.

use super::{crash, deadlock, keys, page, split, versions};
use crate::failure::Failure;
use std::io::Write;

/// A stop: its title, what it shows, and where to read on.
type Stop<W> = (&'static str, fn(&mut W) -> Result<(), Failure>, &'static str);

/// Prints the whole tour.
pub(crate) fn tour<W: Write>(out: &mut W) -> Result<(), Failure> {
    let stops: [Stop<W>; 6] = [
        ("A page", page::stop, "crates/page/src/index/mod.rs; innolab inspect page-dump FILE.ibd 3"),
        ("A split", split::stop, "crates/btree/src/lib.rs; innolab inspect index-illustrate FILE.ibd"),
        (
            "Keys in order, keys at random",
            keys::stop,
            "crates/btree/src/plan.rs; innolab inspect space-extents FILE.ibd",
        ),
        (
            "Versions and views",
            versions::stop,
            "crates/mvcc/src/lib.rs, crates/engine/src/version.rs; innolab inspect record-history DIR t 1",
        ),
        (
            "A gap and a deadlock",
            deadlock::stop,
            "docs/lock-rules.md, crates/lock/src/deadlock.rs; innolab run --locks FILE.sql",
        ),
        (
            "The power fails",
            crash::stop,
            "crates/redo/src/lib.rs, crates/store/src/recover.rs; innolab inspect redo-dump DIR",
        ),
    ];
    for (number, (title, stop, read_on)) in (1..).zip(stops) {
        let rule = "─".repeat(90usize.saturating_sub(title.chars().count()));
        writeln!(out, "── {number}  {title} {rule}\n")?;
        stop(out)?;
        writeln!(out, "\n   Read on: {read_on}\n")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use expect_test::expect_file;

    /// R2, and what it looks like.
    #[test]
    fn the_tour_is_always_the_same() {
        let tour = || {
            let mut out = Vec::new();
            super::tour(&mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let first = tour();
        expect_file!["tour.txt"].assert_eq(&first);
        assert!(first == tour(), "two tours differ");
    }
}
