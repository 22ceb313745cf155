//! One simulated file: what its readers see, what the device has for certain, and the changes in between.
//!
//! ```text
//! durable ──► pending[0] ──► pending[1] ──► … ──► current          sync: durable = current, pending is empty
//!
//! power loss, sector by sector:   durable + the first k of the pending changes of this sector, k drawn for each sector
//!             length:             durable + the first k of the pending lengths
//! ```
//!
//! So a sector that was written three times may come back in any of its four versions, and the sectors of one write in
//! different ones (a torn page). If the surviving length is short, it cuts off the sectors past it; if it is long,
//! sectors that did not survive read as zeros.

use super::image::Image;
use crate::SECTOR;
use innolab_base::rng::Rng;
use std::collections::BTreeMap;
use std::sync::Arc;

const SECTOR64: u64 = SECTOR as u64;

/// An unsynced change.
#[derive(Clone)]
enum Change {
    /// Bytes at a position.
    Write(u64, Arc<[u8]>),
    /// A truncation: the bytes of this range became zeros.
    Cut(u64, u64),
}

impl Change {
    fn range(&self) -> (u64, u64) {
        match self {
            Change::Write(at, bytes) => (*at, at + bytes.len() as u64),
            Change::Cut(from, to) => (*from, *to),
        }
    }

    /// Applies the part of the change that falls into the sector at byte `sector`, whose bytes are `out`.
    fn apply(&self, sector: u64, out: &mut [u8; SECTOR]) {
        let (from, to) = self.range();
        let (from, to) = (from.max(sector), to.min(sector + SECTOR64));
        let part = &mut out[(from - sector) as usize..(to - sector) as usize];
        match self {
            Change::Write(at, bytes) => part.copy_from_slice(&bytes[(from - at) as usize..(to - at) as usize]),
            Change::Cut(..) => part.fill(0),
        }
    }
}

/// How much of the unsynced changes survives.
#[derive(Clone, Copy)]
pub(super) enum Keep {
    /// Nothing.
    Nothing,
    /// Everything.
    Everything,
    /// All changes up to one of them, which is torn.
    InOrder,
    /// Each sector by itself; its newest version in this many of eight cases.
    Coin(u64),
}

impl Keep {
    /// Draws one of them.
    pub(super) fn draw(rng: &mut Rng) -> Keep {
        match rng.below(8) {
            0 => Keep::Nothing,
            1 => Keep::Everything,
            2 | 3 => Keep::InOrder,
            n => Keep::Coin([1, 4, 7, 4][n as usize - 4]),
        }
    }

    /// Returns how many of `n` successive versions of one thing survive.
    pub(super) fn versions(self, n: usize, rng: &mut Rng) -> usize {
        match self {
            Keep::Nothing => 0,
            Keep::Everything | Keep::InOrder => n,
            Keep::Coin(eighths) if rng.below(8) < eighths => n,
            Keep::Coin(_) => rng.below(n as u64 + 1) as usize,
        }
    }
}

/// A file.
#[derive(Clone, Default)]
pub(super) struct Inode {
    current: Image,
    durable: Image,
    pending: Vec<Change>,
    /// The lengths since the last sync, in order.
    lengths: Vec<u64>,
    /// True once a sync has failed: `durable` may lack bytes that readers see and that no pending change contains.
    forgot: bool,
}

impl Inode {
    /// Returns what readers see.
    pub(super) fn current(&self) -> &Image {
        &self.current
    }

    /// Writes `bytes` at `at`.
    pub(super) fn write(&mut self, at: u64, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let old_len = self.current.len();
        self.current.write(at, bytes);
        self.pending.push(Change::Write(at, bytes.into()));
        self.note_len(old_len);
    }

    /// Truncates or extends.
    pub(super) fn set_len(&mut self, len: u64) {
        let old_len = self.current.len();
        self.current.set_len(len);
        if len < old_len {
            self.pending.push(Change::Cut(len, old_len));
        }
        self.note_len(old_len);
    }

    fn note_len(&mut self, old_len: u64) {
        if self.current.len() != old_len {
            self.lengths.push(self.current.len());
        }
    }

    /// Makes all pending changes durable. What a failed sync forgot is not pending, and stays lost.
    pub(super) fn sync(&mut self) {
        if self.forgot {
            let mut bytes = [0; SECTOR];
            for sector in self.by_sector(self.pending.len()).into_keys() {
                self.current.read(sector, &mut bytes);
                self.durable.write(sector, &bytes);
            }
            self.durable.set_len(self.current.len());
        } else {
            self.durable = self.current.clone();
        }
        self.pending.clear();
        self.lengths.clear();
    }

    /// Fails a sync: some pending changes become durable; readers still see the others, but the next sync does not
    /// write them (F4).
    pub(super) fn fail_sync(&mut self, rng: &mut Rng) {
        self.durable = self.survivor(Keep::draw(rng), rng);
        self.forgot = true;
        self.pending.clear();
        self.lengths.clear();
    }

    /// Returns the file after a kill of the process: unchanged, because the machine still runs.
    pub(super) fn after_kill(&self) -> Inode {
        self.clone()
    }

    /// Returns what the device has after a power loss.
    pub(super) fn after_power_loss(&self, keep: Keep, rng: &mut Rng) -> Inode {
        let image = self.survivor(keep, rng);
        Inode { current: image.clone(), durable: image, ..Inode::default() }
    }

    fn survivor(&self, keep: Keep, rng: &mut Rng) -> Image {
        let mut image = self.durable.clone();
        let until = match keep {
            Keep::InOrder => rng.below(self.pending.len() as u64 + 1) as usize,
            _ => self.pending.len(),
        };
        for (sector, changes) in self.by_sector(until) {
            // In order: all versions, except that the last change is torn.
            let torn = matches!(keep, Keep::InOrder) && changes.last().is_some_and(|&last| last + 1 == until);
            let most = changes.len() - usize::from(torn && rng.below(8) < 4);
            let mut bytes = [0; SECTOR];
            image.read(sector, &mut bytes);
            for &change in &changes[..keep.versions(most, rng)] {
                self.pending[change].apply(sector, &mut bytes);
            }
            image.write(sector, &bytes);
        }
        let len = match keep.versions(self.lengths.len(), rng) {
            0 => self.durable.len(),
            n => self.lengths[n - 1],
        };
        image.set_len(len);
        image
    }

    /// Returns the sectors that the first `until` pending changes touch, each with its changes in order.
    fn by_sector(&self, until: usize) -> BTreeMap<u64, Vec<usize>> {
        let mut sectors: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for (i, change) in self.pending[..until].iter().enumerate() {
            let (from, to) = change.range();
            for sector in from / SECTOR64..to.div_ceil(SECTOR64) {
                sectors.entry(sector * SECTOR64).or_default().push(i);
            }
        }
        sectors
    }
}
