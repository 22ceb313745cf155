//! All records of an index in order, without a latch in between.
//!
//! ```text
//! leaf latched: copies of 128 records ─► latch let go ─► one after the other to the caller ─► leaf of the next key latched …
//! ```
//!
//! Whoever reads so may write files or change other trees meanwhile. He sees each record as it was at some moment
//! between the call and the batch before.

use crate::codec::Result;
use innolab_btree::{Field, Seek, Tree};
use innolab_page::{Record, RecordRef};

/// Records that are copied while a leaf is latched.
const BATCH: usize = 128;

/// See the module.
pub(crate) struct Records<'a> {
    tree: &'a Tree,
    batch: Vec<Record>,
    filled: usize,
    next: usize,
    /// Whether there is nothing behind the batch.
    at_end: bool,
}

impl<'a> Records<'a> {
    pub(crate) fn new(tree: &'a Tree) -> Records<'a> {
        Records { tree, batch: vec![], filled: 0, next: 0, at_end: false }
    }

    /// The next record, delete-marked or not. ERRORS: what reading pages can bring.
    pub(crate) fn next(&mut self) -> Result<Option<RecordRef<'_>>> {
        if self.next == self.filled && !self.at_end {
            self.fill()?;
        }
        if self.next == self.filled {
            return Ok(None);
        }
        self.next += 1;
        Ok(Some(self.batch[self.next - 1].view(self.tree.layout())))
    }

    fn fill(&mut self) -> Result<()> {
        let layout = self.tree.layout();
        let mut cursor = self.tree.cursor();
        let mut there = match self.batch[..self.filled].last() {
            None => cursor.first()?,
            Some(last) => cursor.seek(&last.view(layout).key().collect::<Vec<Field<'_>>>(), Seek::Above)?,
        };
        (self.next, self.filled) = (0, 0);
        while there && self.filled < BATCH {
            if self.batch.len() == self.filled {
                self.batch.push(Record::new());
            }
            self.batch[self.filled].copy(cursor.record());
            self.filled += 1;
            there = cursor.next()?;
        }
        self.at_end = !there;
        Ok(())
    }
}
