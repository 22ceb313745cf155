//! How many rows an index has, and how many values in its first columns, by a few of its leaves.
//!
//! ```text
//! root          [ a │ b │ c │ d ]          4 children        twenty ways down, spread evenly over the tree
//!                  ╱         ╲
//! level 1    [ … 50 … ]   [ … 60 … ]
//!                ╱             ╲
//! leaves     70 records     80 records     about as many rows as 4 × 50 × 70 and 4 × 60 × 80 are on the average
//!            9 borders      12 borders     the same with borders between values, and one: about as many values
//! ```
//!
//! RULES
//!
//! - **R1** A tree of no more than [`SAMPLES`] leaves is counted, not estimated.
//! - **R2** In a larger one, values that are no more than [`SKIPS`] are counted too: the first is looked for, then the
//!   first above it, and so on.
//! - **R3** The same tree has the same numbers: nothing is remembered, nothing drawn.
//!
//! FACT: the mean of the products is the number of rows, whatever the tree's shape, if all ways are as likely. PROOF
//! (Knuth): a leaf is reached with the probability 1 / (the product of its ancestors' children), which is what its
//! records are multiplied with.
//!
//! InnoDB's counterpart: `btr_estimate_number_of_different_key_vals`, `dict_stats_analyze_index`. Left out: statistics
//! that are kept. Delete-marked records count until they are purged.

use crate::codec::Result;
use crate::dict::{Index, Table};
use innolab_base::PageNo;
use innolab_btree::Seek;
use innolab_page::{IndexPage, RecordRef};

/// Leaves that are looked at.
#[doc(alias = "innodb_stats_persistent_sample_pages")]
pub(crate) const SAMPLES: u64 = 20;
/// Values that are looked for one by one.
const SKIPS: u64 = 20;

/// A leaf, and for how many it stands.
#[derive(Debug, Clone, Copy)]
struct Sample {
    leaf: PageNo,
    weight: f64,
}

impl Table {
    /// About how many rows the table has. 0 if its pages cannot be read: reading the rows will say why.
    #[doc(alias = "stat_n_rows")]
    pub fn estimate_rows(&self) -> u64 {
        self.clustered().estimate_size().1
    }
}

impl Index {
    /// About how many leaves the index has, and how many records. Zeros if its pages cannot be read.
    #[doc(alias = "stat_n_leaf_pages")]
    pub fn estimate_size(&self) -> (u64, u64) {
        let size = || -> Result<(u64, u64)> {
            let samples = self.samples()?;
            let mut records = 0.0;
            for sample in &samples {
                let page = self.read(sample.leaf, Some(0))?;
                records += sample.weight * IndexPage::new(page.bytes(), self.tree.layout()).n_recs() as f64;
            }
            let leaves = samples.iter().map(|sample| sample.weight).sum::<f64>();
            Ok((mean(leaves, &samples), mean(records, &samples)))
        };
        size().unwrap_or((0, 0))
    }

    /// About how many values its first key column has, its first two, and so on, the primary key's columns at its end
    /// included. Empty if its pages cannot be read.
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
            // Both leaves are latched, from left to right (L1).
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

    /// R2
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

    /// R1. LOCKS: one page's latch at a time.
    fn samples(&self) -> Result<Vec<Sample>> {
        let layout = self.tree.layout();
        let root_no = self.tree.root();
        let root = self.read(root_no, None)?;
        let node = IndexPage::new(root.bytes(), layout);
        if node.is_leaf() {
            return Ok(vec![Sample { leaf: root_no, weight: 1.0 }]);
        }
        let n = node.n_recs() as u64;
        let ways = if node.level() == 1 { n.min(SAMPLES) } else { SAMPLES };
        // A way is a fraction, of which each level takes its whole part.
        let first_children: Vec<_> = (0..ways)
            .map(|way| {
                let place = (2 * way + 1) as f64 / (2 * ways) as f64 * n as f64;
                (node.record(node.nth(place as usize)).child(), place.fract())
            })
            .collect();
        let level = node.level() - 1;
        drop(root);
        first_children.into_iter().map(|(child, rest)| self.sample(child, level, rest, n as f64)).collect()
    }

    /// The way from a page of this level down to a leaf.
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

fn mean(sum: f64, samples: &[Sample]) -> u64 {
    (sum / samples.len() as f64).round() as u64
}

/// Counts, for each number of first columns, whether two neighbours differ in them.
fn count_borders(borders: &mut [f64], weight: f64, a: RecordRef<'_>, b: RecordRef<'_>) {
    let same = a.key().zip(b.key()).take_while(|(a, b)| a == b).count();
    borders.iter_mut().skip(same).for_each(|n| *n += weight);
}
