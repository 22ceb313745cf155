//! What can be locked (a resource: a table or a record's name), and the hash table from a resource's name to its queue.
//!
//! ```text
//!  buckets  0   1   2   3   4   5                    linear hashing: adding bucket 6 splits bucket 2 alone, so no full
//!           │       │                                rehash happens while the mutex is held
//!           ▼       ▼
//!       Resource  Resource ─chain─► Resource         one for each name with a lock; created and freed with its queue
//!           │head
//!           ▼
//!         Lock ─next─► Lock ─next─► Lock             the queue (`queue`); a waiting request is a Lock too
//! ```
//!
//! A key is the bytes by which the engine compares records, so equal bytes are the same record. Keys of up to 22 bytes
//! are stored inside the resource. The order of keys does not matter here: a caller that inserts or removes a record
//! names its successor itself, and reports sort.
//!
//! InnoDB: `lock_sys.rec_hash`, which hashes a page and holds a bitmap of its records.

use crate::mode::RecordMode;
use crate::slab::{NONE, Slab};
use innolab_base::IndexId;

/// A table, by the caller's number for it: its rows, protected by `IS`, `IX`, `S`, `X` and `AUTO_INC`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Table(pub u64);

/// A record of an index, or the end of the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKey<'a> {
    /// The record with this key: all bytes by which the record is compared.
    Key(&'a [u8]),
    /// The end of the index. It has no record, only the gap after the last one.
    #[doc(alias = "supremum pseudo-record")]
    Supremum,
}

/// A record to be locked, and the leaf that it is on.
#[doc(alias = "RecID")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordId<'a> {
    /// The index.
    pub index: IndexId,
    /// The record's leaf, by the caller's number for it: locks of one mode on one leaf count as one structure (Q4). It
    /// is not part of the record's name.
    pub leaf: u64,
    /// The record.
    pub key: RecordKey<'a>,
}

impl RecordId<'_> {
    /// Returns the mode in which a lock of this mode is on the record: on the supremum, which has only a gap, it is on the
    /// gap.
    pub fn effective_mode(&self, mode: RecordMode) -> RecordMode {
        match self.key {
            RecordKey::Supremum => mode.as_gap().unwrap_or(mode),
            RecordKey::Key(_) => mode,
        }
    }

    /// Returns the mode of the structure of such a lock: on the supremum, that of next-key locks (Q4).
    pub fn structure_mode(&self, mode: RecordMode) -> RecordMode {
        match (self.effective_mode(mode), self.key) {
            (RecordMode::SGap, RecordKey::Supremum) => RecordMode::S,
            (RecordMode::XGap, RecordKey::Supremum) => RecordMode::X,
            _ => mode,
        }
    }
}

/// A resource's name as it is stored, without the number of its index or table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StoredName {
    Short { len: u8, bytes: [u8; SHORT] },
    Long(Box<[u8]>),
    Supremum,
    Table,
}

/// Longest key, in bytes, that is stored inside a resource.
const SHORT: usize = 22;

/// A resource's name as a request gives it, and its hash.
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
}

impl<'a> Name<'a> {
    pub(crate) fn record(index: IndexId, key: RecordKey<'a>) -> Name<'a> {
        match key {
            RecordKey::Key(key) => Name::new(index.0, key, Kind::Record),
            RecordKey::Supremum => Name::new(index.0, &[], Kind::Supremum),
        }
    }

    pub(crate) fn table(table: Table) -> Name<'static> {
        Name::new(table.0, &[], Kind::Table)
    }

    fn new(id: u64, key: &'a [u8], kind: Kind) -> Name<'a> {
        Name { id, key, kind, hash: hash(id.wrapping_mul(4) + kind as u64, key) }
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    pub(crate) fn stored(&self) -> StoredName {
        match self.kind {
            Kind::Record if self.key.len() <= SHORT => {
                let mut bytes = [0; SHORT];
                bytes[..self.key.len()].copy_from_slice(self.key);
                StoredName::Short { len: self.key.len() as u8, bytes }
            }
            Kind::Record => StoredName::Long(self.key.into()),
            Kind::Supremum => StoredName::Supremum,
            Kind::Table => StoredName::Table,
        }
    }

    /// True if this is the name of `resource`.
    fn names(&self, resource: &Resource) -> bool {
        self.hash == resource.hash
            && self.id == resource.id
            && match &resource.name {
                StoredName::Short { .. } | StoredName::Long(_) => {
                    self.kind == Kind::Record && resource.name.key() == self.key
                }
                StoredName::Supremum => self.kind == Kind::Supremum,
                StoredName::Table => self.kind == Kind::Table,
            }
    }
}

/// Folds eight bytes at a time by a multiplication. The same on every machine and in every run.
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

/// A name and the ends of its queue.
#[derive(Debug)]
pub(crate) struct Resource {
    hash: u32,
    /// The next resource in the same bucket.
    chain: u32,
    /// The first lock of the queue.
    pub(crate) head: u32,
    /// The last lock of the queue.
    pub(crate) tail: u32,
    /// The number of the index or table.
    pub(crate) id: u64,
    pub(crate) name: StoredName,
}

impl StoredName {
    /// The key of a record; empty for any other resource.
    pub(crate) fn key(&self) -> &[u8] {
        match self {
            StoredName::Short { len, bytes } => &bytes[..usize::from(*len)],
            StoredName::Long(bytes) => bytes,
            _ => &[],
        }
    }
}

/// All resources with a lock, by name.
#[derive(Debug, Default)]
pub(crate) struct Resources {
    slab: Slab<Resource>,
    buckets: Vec<u32>,
}

const FEWEST_BUCKETS: usize = 64;

impl Resources {
    /// The number of the resource called `name`; `None` if nothing locks it.
    #[inline]
    pub(crate) fn find(&self, name: &Name<'_>) -> Option<u32> {
        let mut at = *self.buckets.get(self.bucket(name.hash))?;
        while at != NONE {
            let resource = &self.slab[at];
            if name.names(resource) {
                return Some(at);
            }
            at = resource.chain;
        }
        None
    }

    /// Adds a resource with an empty queue and returns its number. REQUIRES: no resource has that name.
    pub(crate) fn add(&mut self, name: &Name<'_>) -> u32 {
        if self.buckets.is_empty() {
            self.buckets.resize(FEWEST_BUCKETS, NONE);
        } else if self.slab.len() >= self.buckets.len() {
            self.split();
        }
        let bucket = self.bucket(name.hash);
        let chain = self.buckets[bucket];
        let at = self.slab.add(Resource {
            hash: name.hash,
            chain,
            head: NONE,
            tail: NONE,
            id: name.id,
            name: name.stored(),
        });
        self.buckets[bucket] = at;
        at
    }

    /// Frees a resource. REQUIRES: its queue is empty.
    pub(crate) fn remove(&mut self, at: u32) {
        debug_assert_eq!(self.slab[at].head, NONE, "a resource is freed with its last lock");
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

    /// Adds a bucket, which takes its share of the resources of one older bucket.
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

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Resource> {
        self.slab.iter().map(|(_, resource)| resource)
    }

    /// Bytes of memory, long keys included.
    pub(crate) fn bytes(&self) -> usize {
        let long = |resource: &Resource| if let StoredName::Long(bytes) = &resource.name { bytes.len() } else { 0 };
        self.slab.bytes() + self.buckets.capacity() * size_of::<u32>() + self.iter().map(long).sum::<usize>()
    }
}

impl std::ops::Index<u32> for Resources {
    type Output = Resource;
    fn index(&self, at: u32) -> &Resource {
        &self.slab[at]
    }
}

impl std::ops::IndexMut<u32> for Resources {
    fn index_mut(&mut self, at: u32) -> &mut Resource {
        &mut self.slab[at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_found_while_buckets_split_and_others_are_freed() {
        let key = |n: u32| if n.is_multiple_of(3) { vec![7; n as usize % 64] } else { n.to_be_bytes().to_vec() };
        let names: Vec<(u64, Vec<u8>)> = (0..5000u32).map(|n| (u64::from(n) << 20, key(n))).collect();
        let mut resources = Resources::default();
        let name = |n: &'_ (u64, Vec<u8>)| (n.0, n.1.clone());
        let at: Vec<u32> =
            names.iter().map(|n| resources.add(&Name::record(IndexId(n.0), RecordKey::Key(&n.1)))).collect();
        for (n, at) in names.iter().zip(&at) {
            let (id, key) = name(n);
            assert_eq!(resources.find(&Name::record(IndexId(id), RecordKey::Key(&key))), Some(*at));
            assert_eq!(resources.find(&Name::record(IndexId(id), RecordKey::Supremum)), None);
            assert_eq!(resources.find(&Name::table(Table(id))), None);
            assert_eq!(resources[*at].name.key(), key);
        }
        for (n, at) in names.iter().zip(&at).step_by(2) {
            resources.remove(*at);
            assert_eq!(resources.find(&Name::record(IndexId(n.0), RecordKey::Key(&n.1))), None);
        }
        for (n, at) in names.iter().zip(&at).skip(1).step_by(2) {
            assert_eq!(resources.find(&Name::record(IndexId(n.0), RecordKey::Key(&n.1))), Some(*at));
        }
    }

    #[test]
    fn a_resource_takes_48_bytes() {
        assert_eq!((size_of::<StoredName>(), size_of::<Option<Resource>>()), (24, 48));
    }
}
