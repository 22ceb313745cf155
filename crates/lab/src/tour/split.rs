//! Stop 2: a page is full and splits.

use super::fixture::{Fixture, print_indented};
use crate::failure::Failure;
use crate::inspect::columns::Columns;
use crate::inspect::illustrate;
use crate::inspect::survey::Survey;
use crate::inspect::tree;
use crate::progress::Progress;
use std::io::Write;

const INTRO: &str = "\
Rows are inserted with random keys until the root page is full. The root never moves: it hands its
rows to two new leaf pages and becomes their parent. Later, a leaf that is full moves half of its
rows to a new neighbour, and the parent gets a pointer to it. The events, as the tree reports them:";

const TREE: &str = "The tree after the third split, with the fill and the key range of each leaf:";

/// The events that change the shape of a tree.
const SHAPE: [&str; 2] = ["btree.raise", "btree.split"];
/// Rows are inserted until this many leaves have split.
const SPLITS: usize = 3;

/// Shows the first splits of a tree.
pub(super) fn show<W: Write>(out: &mut W) -> Result<(), Failure> {
    let fixture = Fixture::new()?;
    print_indented(out, INTRO)?;
    writeln!(out)?;
    let mut session = fixture.session();
    session.execute("create table t (id int primary key, v varchar(100))")?;
    fixture.events.take(&[]);
    let (mut n, mut splits) = (0u32, 0);
    while splits < SPLITS {
        n += 1;
        let id = n * 7919 % 10007;
        session.execute(&format!("insert into t values ({id}, '{}')", "v".repeat(100)))?;
        for line in fixture.events.take(&SHAPE) {
            splits += usize::from(line.starts_with("btree.split"));
            writeln!(out, "   row {n:>4}  {line}")?;
        }
    }
    drop(session);
    let file = fixture.file("t")?;
    let columns = Columns::from_dictionary(&fixture.directory(), &file)?;
    writeln!(out)?;
    print_indented(out, TREE)?;
    writeln!(out)?;
    for tree in tree::trees(&Survey::read(&file, &Progress::hidden())?, None)? {
        print_indented(out, &illustrate::text(&file, &columns, &tree, 12))?;
    }
    Ok(())
}
