//! Stop 3: why an AUTO_INCREMENT key is a good key.

use super::stage::{Stage, indented};
use crate::failure::Failure;
use crate::inspect::illustrate::strip;
use crate::inspect::survey::Survey;
use crate::inspect::tree;
use std::io::Write;

const WORDS: &str = "\
The same rows twice: keys ascending as AUTO_INCREMENT gives them, and keys in random order. Where
they ascend, a full page stays full and the next one begins; where they do not, each split leaves
two pages half empty, and neighbours in the tree lie anywhere in the file.";

/// Rows of each table.
const ROWS: usize = 6000;
/// Rows of an INSERT.
const BATCH: usize = 200;

/// Shows two tables with the same rows.
pub(super) fn stop<W: Write>(out: &mut W) -> Result<(), Failure> {
    let stage = Stage::new()?;
    indented(out, WORDS)?;
    writeln!(out)?;
    writeln!(out, "   keys        rows  splits  leaves  rows a leaf  full  next leaf right behind in the file")?;
    let mut strips = String::new();
    for (table, ids) in [("ascending", (1..=ROWS).collect()), ("random", shuffled(ROWS))] {
        let mut session = stage.session();
        session.execute(&format!("create table {table} (id int primary key, v varchar(100))"))?;
        for batch in 0..ROWS / BATCH {
            let row = |id: &usize| format!("({id}, '{}')", "v".repeat(80));
            let rows: Vec<_> = ids[batch * BATCH..][..BATCH].iter().map(row).collect();
            session.execute(&format!("insert into {table} values {}", rows.join(", ")))?;
        }
        drop(session);
        let splits = stage.database.engine().table(table).map_or(0, |table| table.tree().counts().splits);
        let trees = tree::trees(&Survey::take(&stage.file(table)?)?, None)?;
        let leaves = trees[0].levels.last().ok_or("a tree has leaves")?;
        let pages = leaves.nodes.len();
        writeln!(
            out,
            "   {table:<10}{:>6}{splits:>8}{pages:>8}{:>13}{:>4} %  {} of {}",
            leaves.n_recs(),
            leaves.n_recs() / pages,
            leaves.fill(),
            leaves.in_sequence(),
            pages - 1
        )?;
        strips += &format!("{table:<10} {}\n", strip(leaves));
    }
    writeln!(out, "\n   how full the leaves are, from the smallest key to the largest:")?;
    indented(out, &strips)
}

/// The numbers from 1 to `n` in random order, always the same.
fn shuffled(n: usize) -> Vec<usize> {
    let mut numbers: Vec<usize> = (1..=n).collect();
    let mut state = 1u64;
    for last in (1..n).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        numbers.swap(last, (state >> 33) as usize % (last + 1));
    }
    numbers
}
