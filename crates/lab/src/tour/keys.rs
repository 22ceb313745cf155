//! Stop 3: why an AUTO_INCREMENT key is a good primary key.

use super::fixture::{Fixture, print_indented};
use crate::failure::Failure;
use crate::inspect::illustrate::strip;
use crate::inspect::survey::Survey;
use crate::inspect::tree;
use crate::progress::Progress;
use std::io::Write;

const INTRO: &str = "\
The same 6000 rows in two tables: with ascending keys, as AUTO_INCREMENT gives them, and with random
keys, like random UUIDs. Ascending inserts fill one leaf page after the other. Random inserts split
leaves in the middle: each split leaves two half-empty pages, and pages that are neighbours in the
tree are not neighbours in the file, so a range scan reads the file in random order.";

const FILL: &str = "The fill of the leaf pages, from the smallest key to the largest:";

/// Rows of each table.
const ROWS: usize = 6000;
/// Rows of an INSERT statement.
const BATCH: usize = 200;

/// Shows two tables with the same rows.
pub(super) fn show<W: Write>(out: &mut W) -> Result<(), Failure> {
    let fixture = Fixture::new()?;
    print_indented(out, INTRO)?;
    writeln!(out)?;
    writeln!(out, "   keys        rows  splits  leaves  rows per leaf  fill  next leaf adjacent in the file")?;
    let mut strips = String::new();
    for (table, ids) in [("ascending", (1..=ROWS).collect()), ("random", shuffled(ROWS))] {
        let mut session = fixture.session();
        session.execute(&format!("create table {table} (id int primary key, v varchar(100))"))?;
        for batch in 0..ROWS / BATCH {
            let row = |id: &usize| format!("({id}, '{}')", "v".repeat(80));
            let rows: Vec<_> = ids[batch * BATCH..][..BATCH].iter().map(row).collect();
            session.execute(&format!("insert into {table} values {}", rows.join(", ")))?;
        }
        drop(session);
        let splits = fixture.database.engine().table(table).map_or(0, |table| table.tree().counts().splits);
        let trees = tree::trees(&Survey::read(&fixture.file(table)?, &Progress::hidden())?, None)?;
        let leaves = trees[0].levels.last().ok_or_else(|| format!("{table}.ibd: the tree has no leaves"))?;
        let pages = leaves.nodes.len();
        writeln!(
            out,
            "   {table:<10}{:>6}{splits:>8}{pages:>8}{:>15}{:>4} %  {} of {}",
            leaves.n_recs(),
            leaves.n_recs() / pages,
            leaves.fill(),
            leaves.in_sequence(),
            pages - 1
        )?;
        strips += &format!("{table:<10} {}\n", strip(leaves));
    }
    writeln!(out)?;
    print_indented(out, FILL)?;
    writeln!(out)?;
    print_indented(out, &strips)
}

/// The numbers from 1 to `n` in random order, the same at each call.
fn shuffled(n: usize) -> Vec<usize> {
    let mut numbers: Vec<usize> = (1..=n).collect();
    let mut state = 1u64;
    for last in (1..n).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        numbers.swap(last, (state >> 33) as usize % (last + 1));
    }
    numbers
}
