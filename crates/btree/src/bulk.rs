//! Sorted bulk load: leaves are made whole and hung behind the last one.
//!
//! ```text
//!              [ 1→4 │ 60→7 │ 120→9 ]        + 180→11       one mini-transaction a leaf: the leaf, its neighbour's link, its node pointer
//!   [1 … 59]─►[60 … 119]─►[120 … 179] ─►     [180 … 239]    no search, no shifting, no split of a leaf
//! ```
//!
//! RULES
//!
//! - **R1** Keys come in ascending order and above all that are in the tree; the first that does not ends the load with an error.
//! - **R2** After each leaf the tree is sound: what a crash leaves is the beginning of the load.
//!
//! InnoDB's counterpart: `btr0bulk`. InnoDB builds every level at once and logs nothing, but flushes; here the levels above grow as they do by inserts.

use crate::error::{Error, Result};
use crate::plan::Plan;
use crate::tree::Tree;
use crate::validate::below;
use innolab_base::PAGE_SIZE;
use innolab_page::{Record, Run, index};

/// How full a bulk load makes the leaves.
#[doc(alias = "innodb_fill_factor")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FillFactor {
    percent: u8,
}

impl FillFactor {
    /// As full as this many percent. REQUIRES 10 to 100. Even at 100, 1/16 of the page is left for later changes.
    pub fn percent(percent: u8) -> FillFactor {
        assert!((10..=100).contains(&percent), "innodb_fill_factor is 10 to 100");
        FillFactor { percent }
    }

    /// Bytes of a page that stay free.
    fn keep_free(self) -> usize {
        match self.percent {
            100 => PAGE_SIZE / 16,
            percent => PAGE_SIZE * usize::from(100 - percent) / 100,
        }
    }
}

impl Default for FillFactor {
    fn default() -> Self {
        FillFactor::percent(100)
    }
}

impl Tree {
    /// As [`Tree::bulk_load_by`]; `next` makes the next record in the buffer it gets, or says `false`.
    pub fn bulk_load(
        &self,
        fill: FillFactor,
        stamp: u64,
        mut next: impl FnMut(&mut Record) -> Result<bool>,
    ) -> Result<u64> {
        let mut record = Record::new();
        self.bulk_load_by(fill, stamp, |run| {
            let there = next(&mut record)?;
            if there {
                run.push(record.view(&self.layout));
            }
            Ok(there)
        })
    }

    /// Adds records in ascending order behind all others. `next` adds the next one to the run it gets, or says `false`. How many were added. New leaves
    /// get the stamp. REQUIRES: 0 for a tree without stamps.
    /// ERRORS: those of `next`; [`Error::Order`]; no room on the disk; what reading pages can bring. What was added before stays.
    #[doc(alias = "BtrBulk")]
    pub fn bulk_load_by(
        &self,
        fill: FillFactor,
        stamp: u64,
        mut next: impl FnMut(&mut Run) -> Result<bool>,
    ) -> Result<u64> {
        assert!(stamp == 0 || self.has_stamps(), "a stamp for a tree without");
        let mut run = Run::default();
        let mut added = 0;
        while next(&mut run)? {
            let last = run.len() - 1;
            if last > 0 {
                let rises = below(run.get(last - 1, &self.layout), run.get(last, &self.layout));
                if !rises || !index::fits(run.len(), run.data_len() + fill.keep_free()) {
                    let rest = run.split_off(last);
                    self.append_leaf(&run, stamp)?;
                    run = rest;
                }
                if !rises {
                    return Err(Error::Order);
                }
            }
            added += 1;
        }
        if !run.is_empty() {
            self.append_leaf(&run, stamp)?;
        }
        Ok(added)
    }

    fn append_leaf(&self, run: &Run, stamp: u64) -> Result<()> {
        self.with_last_leaf(|mtr, path| {
            let last = self.held_page(&mtr, path[0].page);
            if last.n_recs() > 0 && !below(last.record(last.last()), run.get(0, &self.layout)) {
                return Err(Error::Order);
            }
            match Plan::append(self, &mtr, path, run, stamp)? {
                Some(plan) => plan.carry_out(self, mtr, 0).map(Some),
                None => Ok(None),
            }
        })
    }
}
