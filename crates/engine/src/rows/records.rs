//! All records of an index in order, read in batches, with no latch held between batches.
//!
//! ```text
//! latch leaves ─► copy 128 records ─► unlatch ─► hand them to the caller one by one ─► latch the leaf of the next key …
//! ```
//!
//! Between two calls the caller may write files or change other trees. A record is seen as it was when its batch was
//! copied.

use crate::codec::Result;
use innolab_btree::{Field, Seek, Tree};
use innolab_page::{Record, RecordRef};

/// Number of records in a batch.
const BATCH: usize = 128;

/// See the module.
pub(crate) struct Records<'a> {
    tree: &'a Tree,
    batch: Vec<Record>,
    /// Number of records in `batch` that are valid.
    filled: usize,
    /// The next record of the batch.
    next: usize,
    /// True if the index ends with the batch.
    at_end: bool,
}

impl<'a> Records<'a> {
    pub(crate) fn new(tree: &'a Tree) -> Records<'a> {
        Records { tree, batch: vec![], filled: 0, next: 0, at_end: false }
    }

    /// Returns the next record, delete-marked or not; `None` at the end. ERRORS: failed reads.
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
