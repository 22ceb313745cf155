//! What can be locked, and the hash table from its name to its queue.
//!
//! ```text
//!  buckets  0   1   2   3   4   5                    linear hashing: bucket 6 will split bucket 2; no rehash of all
//!           │       │                                while the mutex is held
//!           ▼       ▼
//!         Place   Place ─chain─► Place               one Place for each name with a lock, made and freed with its queue
//!           │head
//!           ▼
//!         Lock ─next─► Lock ─next─► Lock             arrival order; a wait is a Lock too
//! ```
//!
//! A key is the bytes the engine compares by, so equal bytes are the same record; keys of up to 22 bytes live in the
//! place itself. Nothing here needs the order of keys: who inserts or removes a record names its neighbour, and
//! reports sort.

use crate::slab::{NONE, Slab};
use innolab_base::IndexId;

/// A table as the lock table knows it: a number of the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Its rows: what `IS`, `IX`, … protect.
    Data(u64),
    /// Its definition: a metadata lock, in the same wait-for graph. S for statements, X for DDL. Not of InnoDB, so it
    /// has no weight.
    Metadata(u64),
}

/// A record of an index, or what stands after the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKey<'a> {
    /// The record with this key, which is all of its comparable bytes.
    Key(&'a [u8]),
    /// The end of the index: only a gap, the one after the last record.
    #[doc(alias = "supremum pseudo-record")]
    Supremum,
}

/// A record to be locked: where it is and on which leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At<'a> {
    /// The index.
    pub index: IndexId,
    /// The leaf the record is on, as the caller numbers leaves: locks of one mode on one leaf weigh as one structure.
    pub leaf: u64,
    /// The record.
    pub key: RecordKey<'a>,
}

/// The owned name of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Spot {
    Short { len: u8, bytes: [u8; SHORT] },
    Long(Box<[u8]>),
    Supremum,
    Table,
    Metadata,
}

const SHORT: usize = 22;

/// The borrowed name of a place, and its hash.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Name<'a> {
    id: u64,
    key: &'a [u8],
    kind: Kind,
    hash: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Record,
    Supremum,
    Table,
    Metadata,
}

impl<'a> Name<'a> {
    pub(crate) fn record(index: IndexId, key: RecordKey<'a>) -> Name<'a> {
        match key {
            RecordKey::Key(key) => Name::new(index.0, key, Kind::Record),
            RecordKey::Supremum => Name::new(index.0, &[], Kind::Supremum),
        }
    }

    pub(crate) fn table(table: Table) -> Name<'static> {
        match table {
            Table::Data(id) => Name::new(id, &[], Kind::Table),
            Table::Metadata(id) => Name::new(id, &[], Kind::Metadata),
        }
    }

    fn new(id: u64, key: &'a [u8], kind: Kind) -> Name<'a> {
        Name { id, key, kind, hash: hash(id.wrapping_mul(4) + kind as u64, key) }
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    pub(crate) fn spot(&self) -> Spot {
        match self.kind {
            Kind::Record if self.key.len() <= SHORT => {
                let mut bytes = [0; SHORT];
                bytes[..self.key.len()].copy_from_slice(self.key);
                Spot::Short { len: self.key.len() as u8, bytes }
            }
            Kind::Record => Spot::Long(self.key.into()),
            Kind::Supremum => Spot::Supremum,
            Kind::Table => Spot::Table,
            Kind::Metadata => Spot::Metadata,
        }
    }

    fn is(&self, place: &Place) -> bool {
        self.hash == place.hash
            && self.id == place.id
            && match &place.spot {
                Spot::Short { .. } | Spot::Long(_) => self.kind == Kind::Record && place.spot.key() == self.key,
                Spot::Supremum => self.kind == Kind::Supremum,
                Spot::Table => self.kind == Kind::Table,
                Spot::Metadata => self.kind == Kind::Metadata,
            }
    }
}

/// Eight bytes at a step, folded by a multiplication; the same on every machine and in every run.
#[inline]
fn hash(seed: u64, key: &[u8]) -> u32 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let fold = |state: u64, word: u64| {
        let product = u128::from(state ^ word) * u128::from(ODD);
        product as u64 ^ (product >> 64) as u64
    };
    let mut state = fold(seed, ODD ^ key.len() as u64);
    let mut chunks = key.chunks_exact(8);
    for chunk in &mut chunks {
        let mut word = [0; 8];
        word.copy_from_slice(chunk);
        state = fold(state, u64::from_le_bytes(word));
    }
    let mut word = [0; 8];
    word[..chunks.remainder().len()].copy_from_slice(chunks.remainder());
    fold(state, u64::from_le_bytes(word)) as u32
}

/// A name with its queue.
#[derive(Debug)]
pub(crate) struct Place {
    hash: u32,
    chain: u32,
    /// The first and last lock in order of arrival.
    pub(crate) head: u32,
    pub(crate) tail: u32,
    /// The index or the table.
    pub(crate) id: u64,
    pub(crate) spot: Spot,
}

impl Spot {
    /// The key of a record; empty for everything else.
    pub(crate) fn key(&self) -> &[u8] {
        match self {
            Spot::Short { len, bytes } => &bytes[..usize::from(*len)],
            Spot::Long(bytes) => bytes,
            _ => &[],
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Places {
    slab: Slab<Place>,
    buckets: Vec<u32>,
}

const FEWEST_BUCKETS: usize = 64;

impl Places {
    #[inline]
    pub(crate) fn find(&self, name: &Name<'_>) -> Option<u32> {
        let mut at = *self.buckets.get(self.bucket(name.hash))?;
        while at != NONE {
            let place = &self.slab[at];
            if name.is(place) {
                return Some(at);
            }
            at = place.chain;
        }
        None
    }

    /// A new place with an empty queue. REQUIRES: there is none of that name.
    pub(crate) fn add(&mut self, name: &Name<'_>) -> u32 {
        if self.buckets.is_empty() {
            self.buckets.resize(FEWEST_BUCKETS, NONE);
        } else if self.slab.len() >= self.buckets.len() {
            self.split();
        }
        let bucket = self.bucket(name.hash);
        let chain = self.buckets[bucket];
        let at =
            self.slab.add(Place { hash: name.hash, chain, head: NONE, tail: NONE, id: name.id, spot: name.spot() });
        self.buckets[bucket] = at;
        at
    }

    /// REQUIRES: its queue is empty.
    pub(crate) fn remove(&mut self, at: u32) {
        debug_assert_eq!(self.slab[at].head, NONE, "a place goes with its last lock");
        let (hash, chain) = (self.slab[at].hash, self.slab[at].chain);
        let bucket = self.bucket(hash);
        if self.buckets[bucket] == at {
            self.buckets[bucket] = chain;
        } else {
            let mut before = self.buckets[bucket];
            while self.slab[before].chain != at {
                before = self.slab[before].chain;
            }
            self.slab[before].chain = chain;
        }
        self.slab.remove(at);
        if self.slab.len() == 0 && self.buckets.len() > FEWEST_BUCKETS {
            self.buckets = vec![NONE; FEWEST_BUCKETS];
        }
    }

    #[inline]
    fn bucket(&self, hash: u32) -> usize {
        let mask = self.buckets.len().next_power_of_two() - 1;
        let bucket = hash as usize & mask;
        if bucket < self.buckets.len() { bucket } else { bucket & (mask >> 1) }
    }

    /// One bucket more: it takes its share of the one it comes from.
    fn split(&mut self) {
        let new = self.buckets.len();
        let from = new - (new + 1).next_power_of_two() / 2;
        self.buckets.push(NONE);
        let mut at = std::mem::replace(&mut self.buckets[from], NONE);
        while at != NONE {
            let next = self.slab[at].chain;
            let bucket = self.bucket(self.slab[at].hash);
            debug_assert!(bucket == new || bucket == from);
            self.slab[at].chain = std::mem::replace(&mut self.buckets[bucket], at);
            at = next;
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Place> {
        self.slab.iter().map(|(_, place)| place)
    }

    pub(crate) fn bytes(&self) -> usize {
        let long = |place: &Place| if let Spot::Long(bytes) = &place.spot { bytes.len() } else { 0 };
        self.slab.bytes() + self.buckets.capacity() * size_of::<u32>() + self.iter().map(long).sum::<usize>()
    }
}

impl std::ops::Index<u32> for Places {
    type Output = Place;
    fn index(&self, at: u32) -> &Place {
        &self.slab[at]
    }
}

impl std::ops::IndexMut<u32> for Places {
    fn index_mut(&mut self, at: u32) -> &mut Place {
        &mut self.slab[at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_while_buckets_split_and_go() {
        let key = |n: u32| if n.is_multiple_of(3) { vec![7; n as usize % 64] } else { n.to_be_bytes().to_vec() };
        let names: Vec<(u64, Vec<u8>)> = (0..5000u32).map(|n| (u64::from(n) << 20, key(n))).collect();
        let mut places = Places::default();
        let name = |n: &'_ (u64, Vec<u8>)| (n.0, n.1.clone());
        let at: Vec<u32> =
            names.iter().map(|n| places.add(&Name::record(IndexId(n.0), RecordKey::Key(&n.1)))).collect();
        for (n, at) in names.iter().zip(&at) {
            let (id, key) = name(n);
            assert_eq!(places.find(&Name::record(IndexId(id), RecordKey::Key(&key))), Some(*at));
            assert_eq!(places.find(&Name::record(IndexId(id), RecordKey::Supremum)), None);
            assert_eq!(places.find(&Name::table(Table::Data(id))), None);
            assert_eq!(places[*at].spot.key(), key);
        }
        for (n, at) in names.iter().zip(&at).step_by(2) {
            places.remove(*at);
            assert_eq!(places.find(&Name::record(IndexId(n.0), RecordKey::Key(&n.1))), None);
        }
        for (n, at) in names.iter().zip(&at).skip(1).step_by(2) {
            assert_eq!(places.find(&Name::record(IndexId(n.0), RecordKey::Key(&n.1))), Some(*at));
        }
    }

    #[test]
    fn a_place_is_small() {
        assert_eq!((size_of::<Spot>(), size_of::<Option<Place>>()), (24, 48));
    }
}
