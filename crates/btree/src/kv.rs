//! An ordered map of byte strings, on disk and crash-safe: the tree alone, without an engine.
//!
//! ```
//! # fn main() -> Result<(), innolab_btree::Error> {
//! use innolab_btree::Kv;
//! let disk = std::sync::Arc::new(innolab_disk::SimDisk::new(1));
//! let map = Kv::open(disk, innolab_store::Options::default())?;
//! map.put(b"plum", b"blue")?;
//! map.put(b"apple", b"red")?;
//! assert_eq!(map.get(b"plum")?.as_deref(), Some(&b"blue"[..]));
//! for pair in map.range("a".."b") {
//!     let (key, value) = pair?;
//!     assert_eq!((&key[..], &value[..]), (&b"apple"[..], &b"red"[..]));
//! }
//! map.sync()?; // from here on both pairs survive a power loss
//! map.close()
//! # }
//! ```
//!
//! Each call that changes something is atomic. A crash may lose changes that were not synced, the latest first. The
//! file is a tablespace with one tree, whose records have two columns: the key and the value.
//!
//! LIMITS: a key of 3072 bytes, InnoDB's limit for an index; key and value together as [`MAX_RECORD`] says.

use crate::change::{Change, WriteOptions};
use crate::cursor::{Cursor, Seek};
use crate::error::{Error, Result};
use crate::tree::{Field, Tree};
use innolab_base::{Events, IndexId, PageNo, SpaceId, SystemClock};
use innolab_disk::{Disk, OsDisk};
use innolab_page::layout::MAX_RECORD;
use innolab_page::record::TooLarge;
use innolab_page::{Column, Layout};
use innolab_store::{Options, Store};
use std::ops::{Bound, RangeBounds};
use std::path::Path;
use std::sync::Arc;

/// Bytes of the longest key: InnoDB's limit for an index.
const MAX_KEY: usize = 3072;
/// The map was once called `Plain`; the file keeps the name, so that older maps still open.
const FILE: &str = "plain.ibd";
const SPACE: SpaceId = SpaceId(1);
const INDEX: IndexId = IndexId(1);
const ROOT: PageNo = PageNo(3);
/// Pairs that a range reads at a time.
const BATCH: usize = 100;

/// An ordered map of byte strings on disk; see the module. Several threads may use it at once.
#[derive(Debug)]
pub struct Kv {
    tree: Tree,
}

impl Kv {
    /// Opens the map in a directory, or creates one. ERRORS: files that are damaged or of another kind; the disk's.
    pub fn open_dir(dir: impl AsRef<Path>, options: Options) -> Result<Kv> {
        Kv::open(Arc::new(OsDisk::open(dir.as_ref())?), options)
    }

    /// Like [`Kv::open_dir`], on any disk.
    pub fn open(disk: Arc<dyn Disk>, options: Options) -> Result<Kv> {
        Kv::open_with(disk, options, Events::none())
    }

    /// Like [`Kv::open`], with a listener for the events of tree and store.
    pub fn open_with(disk: Arc<dyn Disk>, options: Options, events: Events) -> Result<Kv> {
        let (store, recovery) = Store::open(disk, options, Arc::new(SystemClock::default()), events)?;
        // A crash may have left a file without its first page, or a tablespace without the tree.
        for name in recovery.empty_files.iter().filter(|name| *name == FILE) {
            store.disk().remove(name)?;
        }
        let layout = Layout::new([Column::variable(MAX_KEY as u16), Column::variable(MAX_RECORD as u16)], 1);
        let space = match store.space_by_name(FILE) {
            Some(space) => space,
            None => store.create_space(SPACE, FILE)?,
        };
        let tree = match store.space_use(&space)?.segments.is_empty() {
            true => Tree::create(&store, &space, INDEX, layout)?,
            false => Tree::open(&store, &space, ROOT, layout)?,
        };
        assert_eq!(tree.root(), ROOT, "the first tree of a tablespace");
        Ok(Kv { tree })
    }

    /// Returns the tree that holds the pairs.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Returns the value of `key`.
    pub fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        self.get_with(key, <[u8]>::to_vec)
    }

    /// Passes the value of `key` to `see` without copying it. REQUIRES: `see` does not call into the map.
    #[inline]
    pub fn get_with<R>(&self, key: &[u8], see: impl FnOnce(&[u8]) -> R) -> Result<Option<R>> {
        if key.len() > MAX_KEY {
            return Ok(None);
        }
        self.tree.get(&[Some(key)], |record| see(record.field(1).unwrap_or_default()))
    }

    /// Adds the pair if the key has no value. True if it did.
    pub fn insert(&self, key: &[u8], value: &[u8]) -> Result<bool> {
        self.change(key, |there| (!there).then_some(value))
    }

    /// Gives `key` a new value if it has a value. True if it had.
    pub fn update(&self, key: &[u8], value: &[u8]) -> Result<bool> {
        self.change(key, |there| there.then_some(value))
    }

    /// Gives `key` this value, whether it has a value or not.
    pub fn put(&self, key: &[u8], value: &[u8]) -> Result<()> {
        self.change(key, |_| Some(value)).map(|_| ())
    }

    /// Removes the pair. True if it existed.
    pub fn remove(&self, key: &[u8]) -> Result<bool> {
        if key.len() > MAX_KEY {
            return Ok(false);
        }
        self.tree.remove(&[Some(key)])
    }

    /// Gives `key` the value that `value` returns; `value` is passed true if the key has a value. True if it returned
    /// one.
    fn change<'v>(&self, key: &[u8], value: impl Fn(bool) -> Option<&'v [u8]>) -> Result<bool> {
        if key.len() > MAX_KEY {
            return Err(Error::TooLarge(TooLarge { size: key.len() }));
        }
        let mut changed = false;
        self.tree.write(&[Some(key)], WriteOptions::default(), &mut |site, record| {
            let value = value(site.record().is_some());
            changed = value.is_some();
            let Some(value) = value else { return Ok(Change::Keep) };
            if value.len() > MAX_RECORD {
                return Err(Error::TooLarge(TooLarge { size: key.len() + value.len() }));
            }
            record.leaf(self.tree.layout(), &[Some(key), Some(value)])?;
            Ok(Change::Put)
        })?;
        Ok(changed)
    }

    /// Returns the pairs with keys in `range`, ascending. A pair that is inserted or removed meanwhile is seen or not;
    /// all others are seen once.
    pub fn range<K: AsRef<[u8]>>(&self, range: impl RangeBounds<K>) -> KvRange<'_> {
        let own = |bound: Bound<&K>| bound.map(|key| key.as_ref().to_vec());
        KvRange {
            map: self,
            from: own(range.start_bound()),
            to: own(range.end_bound()),
            batch: vec![].into_iter(),
            done: false,
        }
    }

    /// Returns all pairs, ascending.
    pub fn iter(&self) -> KvRange<'_> {
        self.range::<&[u8]>(..)
    }

    /// Makes all changes so far durable: from now on they survive a power loss.
    pub fn sync(&self) -> Result<()> {
        let store = self.tree.store();
        Ok(store.flush_log(store.appended_lsn())?)
    }

    /// Writes all pages to the file, so that the next opening has no log to apply. Synced changes are safe without it.
    pub fn close(self) -> Result<()> {
        Ok(self.tree.store().close()?)
    }
}

/// Pairs of a [`Kv`] in key order. No latch is held between two pairs, so the caller may change the map meanwhile.
pub struct KvRange<'m> {
    map: &'m Kv,
    from: Bound<Vec<u8>>,
    to: Bound<Vec<u8>>,
    batch: std::vec::IntoIter<(Vec<u8>, Vec<u8>)>,
    done: bool,
}

impl KvRange<'_> {
    /// Reads the next batch of pairs.
    fn fetch(&mut self) -> Result<()> {
        let mut cursor = self.map.tree.cursor();
        let mut there = match &self.from {
            Bound::Unbounded => cursor.first()?,
            Bound::Included(key) => seek(&mut cursor, key, Seek::AtLeast)?,
            Bound::Excluded(key) => seek(&mut cursor, key, Seek::Above)?,
        };
        let mut batch = Vec::with_capacity(BATCH);
        while there && batch.len() < BATCH {
            let field = |i| cursor.record().field(i).unwrap_or_default();
            if !is_within(field(0), &self.to) {
                there = false;
                break;
            }
            batch.push((field(0).to_vec(), field(1).to_vec()));
            there = cursor.next()?;
        }
        self.done = !there;
        if let Some((last, _)) = batch.last() {
            self.from = Bound::Excluded(last.clone());
        }
        self.batch = batch.into_iter();
        Ok(())
    }
}

fn seek(cursor: &mut Cursor<'_>, key: &[u8], seek: Seek) -> Result<bool> {
    // A key that is too long for the map sorts right behind its longest prefix that is not.
    let (key, seek) = if key.len() > MAX_KEY { (&key[..MAX_KEY], Seek::Above) } else { (key, seek) };
    let key: [Field<'_>; 1] = [Some(key)];
    cursor.seek(&key, seek)
}

/// True if `key` is within the upper bound.
fn is_within(key: &[u8], to: &Bound<Vec<u8>>) -> bool {
    match to {
        Bound::Unbounded => true,
        Bound::Included(to) => key <= &to[..],
        Bound::Excluded(to) => key < &to[..],
    }
}

impl Iterator for KvRange<'_> {
    type Item = Result<(Vec<u8>, Vec<u8>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.batch.as_slice().is_empty()
            && !self.done
            && let Err(e) = self.fetch()
        {
            self.done = true;
            return Some(Err(e));
        }
        self.batch.next().map(Ok)
    }
}
