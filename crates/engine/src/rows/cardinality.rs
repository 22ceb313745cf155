//! Estimates of the number of rows of an index, and of distinct values in its first columns (its cardinality), from a
//! few sampled leaves.
//!
//! ```text
//! root          [ a │ b │ c │ d ]          4 children        twenty paths to leaves, spread evenly over the tree
//!                  ╱         ╲
//! level 1    [ … 50 … ]   [ … 60 … ]
//!                ╱             ╲
//! leaves     70 records     80 records     rows:   the mean of 4 × 50 × 70 and 4 × 60 × 80
//!            9 changes      12 changes     values: 1 + the mean of 4 × 50 × 9 and 4 × 60 × 12
//! ```
//!
//! A *change* is a pair of neighbouring records that differ in the columns in question.
//!
//! RULES
//!
//! - **R1** In a tree of at most [`SAMPLES`] leaves all leaves are read: the numbers are exact.
//! - **R2** In a larger tree a cardinality of at most [`SKIPS`] is exact too: the values are counted by searching for
//!   the first value, then for the first one above it, and so on.
//! - **R3** The same tree gives the same numbers: nothing is stored and nothing is random.
//! - **R4** In a tree of at most [`SAMPLES`] leaves a delete-marked record is no row, even if its deletion may still be
//!   rolled back: the server takes a row off its statistics when the row is marked. In a larger tree marked records
//!   count until they are purged, because no header tells how many a leaf has, and reading twenty leaves to plan each
//!   statement would cost more. The values of columns always include those of marked records.
//!
//! FACT. If all paths are equally likely, the mean of the products is the number of rows, whatever the tree's shape.
//! PROOF (Knuth). A leaf is reached with probability 1 / (the product of the numbers of children of its ancestors), and
//! its records are multiplied by this product. ∎
//!
//! InnoDB's counterpart: `btr_estimate_number_of_different_key_vals`, `dict_stats_analyze_index`. Left out: persistent
//! statistics.

use crate::codec::Result;
use crate::dict::{Index, Table};
use innolab_base::PageNo;
use innolab_btree::Seek;
use innolab_page::{IndexPage, RecordRef};

/// Number of leaves that are sampled; `innodb_stats_persistent_sample_pages` has the same default.
#[doc(alias = "innodb_stats_persistent_sample_pages")]
pub(crate) const SAMPLES: u64 = 20;
/// The most values that are counted one by one (R2).
const SKIPS: u64 = 20;

/// A sampled leaf, and the number of leaves that it stands for.
#[derive(Debug, Clone, Copy)]
struct Sample {
    leaf: PageNo,
    weight: f64,
}

impl Table {
    /// Returns the estimated number of rows. 0 if pages cannot be read: a read of the rows returns the error.
    #[doc(alias = "stat_n_rows")]
    pub fn estimate_rows(&self) -> u64 {
        self.clustered().estimate_size().1
    }
}

impl Index {
    /// Returns the estimated numbers of leaf pages and of rows, or entries (R4). Zeros if pages cannot be read.
    #[doc(alias = "stat_n_leaf_pages")]
    pub fn estimate_size(&self) -> (u64, u64) {
        let size = || -> Result<(u64, u64)> {
            let samples = self.samples()?;
            let is_exact = samples.iter().all(|sample| sample.weight == samples.len() as f64); // R1
            let mut records = 0.0;
            for sample in &samples {
                let page = self.read(sample.leaf, Some(0))?;
                let node = IndexPage::new(page.bytes(), self.tree.layout());
                let n = if is_exact { live_records(&node) } else { node.n_recs() };
                records += sample.weight * n as f64;
            }
            let leaves = samples.iter().map(|sample| sample.weight).sum::<f64>();
            Ok((mean(leaves, &samples), mean(records, &samples)))
        };
        size().unwrap_or((0, 0))
    }

    /// Returns the estimated number of distinct values of the first key column, of the first two, and so on; the
    /// clustered key's columns at the end of a secondary key included. Empty if pages cannot be read.
    #[doc(alias = "stat_n_diff_key_vals")]
    pub fn estimate_values(&self) -> Vec<u64> {
        self.values().unwrap_or_default()
    }

    fn values(&self) -> Result<Vec<u64>> {
        let samples = self.samples()?;
        let layout = self.tree.layout();
        let mut borders = vec![0.0; layout.n_key()];
        let mut is_empty = true;
        for sample in &samples {
            let page = self.read(sample.leaf, Some(0))?;
            let node = IndexPage::new(page.bytes(), layout);
            let mut at = node.first();
            while at.is_user() {
                is_empty = false;
                let next = node.next(at);
                if next.is_user() {
                    count_borders(&mut borders, sample.weight, node.record(at), node.record(next));
                }
                at = next;
            }
            // Two leaves are latched at once, from left to right (L1).
            let (last, right) = (node.last(), node.next_page());
            if right != PageNo::NULL && last.is_user() {
                let next_page = self.read(right, Some(0))?;
                let next = IndexPage::new(next_page.bytes(), layout);
                if next.first().is_user() {
                    count_borders(&mut borders, sample.weight, node.record(last), next.record(next.first()));
                }
            }
        }
        let mut values: Vec<u64> = borders.iter().map(|n| if is_empty { 0 } else { 1 + mean(*n, &samples) }).collect();
        if samples.len() as u64 >= SAMPLES {
            self.count_few(&mut values)?;
        }
        Ok(values)
    }

    /// Replaces estimates by exact counts while they are at most [`SKIPS`] (R2).
    fn count_few(&self, values: &mut [u64]) -> Result<()> {
        for (i, estimate) in values.iter_mut().enumerate() {
            let mut cursor = self.tree.cursor();
            let (mut found, mut there) = (0, cursor.first()?);
            while there && found <= SKIPS {
                found += 1;
                let first: Vec<_> = cursor.record().key().take(i + 1).map(|field| field.map(<[u8]>::to_vec)).collect();
                there = cursor.seek(&first.iter().map(Option::as_deref).collect::<Vec<_>>(), Seek::Above)?;
            }
            if there {
                break;
            }
            *estimate = found;
        }
        Ok(())
    }

    /// Chooses the leaves to sample: all if there are at most [`SAMPLES`] (R1). LOCKS: one page's latch at a time.
    fn samples(&self) -> Result<Vec<Sample>> {
        let layout = self.tree.layout();
        let root_no = self.tree.root();
        let root = self.read(root_no, None)?;
        let node = IndexPage::new(root.bytes(), layout);
        if node.is_leaf() {
            return Ok(vec![Sample { leaf: root_no, weight: 1.0 }]);
        }
        let n = node.n_recs() as u64;
        let paths = if node.level() == 1 { n.min(SAMPLES) } else { SAMPLES };
        // A path is a fraction between 0 and 1. Each level multiplies it by its number of children: the whole part is
        // the child, the rest is the path below it.
        let first_children: Vec<_> = (0..paths)
            .map(|path| {
                let place = (2 * path + 1) as f64 / (2 * paths) as f64 * n as f64;
                (node.record(node.nth(place as usize)).child(), place.fract())
            })
            .collect();
        let level = node.level() - 1;
        drop(root);
        first_children.into_iter().map(|(child, rest)| self.sample(child, level, rest, n as f64)).collect()
    }

    /// Follows a path from a page of this level down to a leaf. `rest`: the path below the page. `weight`: the product
    /// so far.
    fn sample(&self, mut page_no: PageNo, level: u16, mut rest: f64, mut weight: f64) -> Result<Sample> {
        for level in (1..=level).rev() {
            let page = self.read(page_no, Some(level))?;
            let node = IndexPage::new(page.bytes(), self.tree.layout());
            let place = rest * node.n_recs() as f64;
            weight *= node.n_recs() as f64;
            rest = place.fract();
            page_no = node.record(node.nth(place as usize)).child();
        }
        Ok(Sample { leaf: page_no, weight })
    }
}

/// Number of a leaf's records that are not delete-marked.
fn live_records(leaf: &IndexPage<'_>) -> usize {
    let records = std::iter::successors(Some(leaf.first()), |at| Some(leaf.next(*at)));
    records.take_while(|at| at.is_user()).filter(|at| !leaf.record(*at).is_deleted()).count()
}

fn mean(sum: f64, samples: &[Sample]) -> u64 {
    (sum / samples.len() as f64).round() as u64
}

/// Adds `weight` to the number of changes, for each number of first columns in which the two neighbours differ.
fn count_borders(borders: &mut [f64], weight: f64, a: RecordRef<'_>, b: RecordRef<'_>) {
    let same = a.key().zip(b.key()).take_while(|(a, b)| a == b).count();
    borders.iter_mut().skip(same).for_each(|n| *n += weight);
}
