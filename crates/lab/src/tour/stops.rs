//! The stops of the tour, in order.

use super::{crash, deadlock, keys, page, split, versions};
use crate::failure::Failure;
use std::io::Write;

/// A stop of the tour.
struct Stop<W> {
    title: &'static str,
    show: fn(&mut W) -> Result<(), Failure>,
    /// Source files to read, and a command to run.
    read_on: [&'static str; 2],
}

fn stops<W: Write>() -> [Stop<W>; 6] {
    [
        Stop {
            title: "A page",
            show: page::show,
            read_on: ["crates/page/src/index/mod.rs", "inspect page-dump FILE.ibd 3"],
        },
        Stop {
            title: "A page split",
            show: split::show,
            read_on: ["crates/btree/src/lib.rs", "inspect index-illustrate FILE.ibd"],
        },
        Stop {
            title: "Ascending keys and random keys",
            show: keys::show,
            read_on: ["crates/btree/src/plan.rs", "inspect space-extents FILE.ibd"],
        },
        Stop {
            title: "Row versions and read views",
            show: versions::show,
            read_on: ["crates/mvcc/src/lib.rs, crates/engine/src/rows/version.rs", "inspect record-history DIR t 1"],
        },
        Stop {
            title: "A gap lock and a deadlock",
            show: deadlock::show,
            read_on: ["docs/lock-rules.md, crates/lock/src/deadlock.rs", "run --locks FILE.sql"],
        },
        Stop {
            title: "Power loss and recovery",
            show: crash::show,
            read_on: ["crates/redo/src/lib.rs, crates/store/src/recover.rs", "inspect redo-dump DIR"],
        },
    ]
}

/// Prints the whole tour.
pub(crate) fn tour<W: Write>(out: &mut W) -> Result<(), Failure> {
    for (number, Stop { title, show, read_on: [sources, command] }) in (1..).zip(stops::<W>()) {
        let rule = "─".repeat(90usize.saturating_sub(title.chars().count()));
        writeln!(out, "── {number}  {title} {rule}\n")?;
        show(out)?;
        writeln!(out, "\n   Sources: {sources}\n   Try:     innolab {command}\n")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use expect_test::expect_file;

    #[test]
    fn two_tours_print_the_same_bytes_r2() {
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
