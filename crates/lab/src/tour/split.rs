//! Stop 2: a page is full.

use super::stage::{Stage, indented};
use crate::failure::Failure;
use crate::inspect::columns::Columns;
use crate::inspect::illustrate;
use crate::inspect::survey::Survey;
use crate::inspect::tree;
use std::io::Write;

const WORDS: &str = "\
Rows come in random order until the page is full. The root never moves: it gives its rows to two
new leaves and becomes the page that points to them. Later a full leaf gives half of its rows to a
new neighbour, and the root gets one pointer more.";

/// What a tree tells when its shape changes.
const SHAPE: [&str; 2] = ["btree.raise", "btree.split"];
/// Splits that are waited for.
const SPLITS: usize = 3;

/// Shows the first splits of a tree.
pub(super) fn stop<W: Write>(out: &mut W) -> Result<(), Failure> {
    let stage = Stage::new()?;
    indented(out, WORDS)?;
    writeln!(out)?;
    let mut session = stage.session();
    session.execute("create table t (id int primary key, v varchar(100))")?;
    stage.told.take(&[]);
    let (mut n, mut splits) = (0u32, 0);
    while splits < SPLITS {
        n += 1;
        let id = n * 7919 % 10007;
        session.execute(&format!("insert into t values ({id}, '{}')", "v".repeat(100)))?;
        for line in stage.told.take(&SHAPE) {
            splits += usize::from(line.starts_with("btree.split"));
            writeln!(out, "   row {n:>4}  {line}")?;
        }
    }
    drop(session);
    let file = stage.file("t")?;
    let columns = Columns::known(stage.look(), &file)?;
    writeln!(out)?;
    for tree in tree::trees(&Survey::take(&file)?, None)? {
        indented(out, &illustrate::text(&file, &columns, &tree, 12))?;
    }
    Ok(())
}
