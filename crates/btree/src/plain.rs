//! The plain face: a crash-safe ordered map of byte strings, for those who want the tree alone.
//!
//! ```
//! # fn main() -> Result<(), innolab_btree::Error> {
//! use innolab_btree::Plain;
//! let disk = std::sync::Arc::new(innolab_disk::SimDisk::new(1));
//! let map = Plain::open(disk, innolab_store::Options::default())?;
//! map.put(b"plum", b"blue")?;
//! map.put(b"apple", b"red")?;
//! assert_eq!(map.get(b"plum")?.as_deref(), Some(&b"blue"[..]));
//! for pair in map.range("a".."b") {
//!     let (key, value) = pair?;
//!     assert_eq!((&key[..], &value[..]), (&b"apple"[..], &b"red"[..]));
//! }
//! map.sync()?; // from here on a power loss takes nothing of it
//! map.close()
//! # }
//! ```
//!
//! Each call that changes something is atomic; what is not yet synced may be lost in a crash, the latest first. The
//! file is a tablespace of one tree whose records have two columns without a limit of their own, the first of which is
//! the key.

use crate::change::{Ask, Change};
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
const FILE: &str = "plain.ibd";
const SPACE: SpaceId = SpaceId(1);
const INDEX: IndexId = IndexId(1);
const ROOT: PageNo = PageNo(3);
/// Pairs that a range reads at once.
const BATCH: usize = 100;

/// An ordered map of byte strings on disk; see the module. Safe to use from several threads.
#[derive(Debug)]
pub struct Plain {
    tree: Tree,
}

impl Plain {
    /// Opens the map in a directory, or makes one. ERRORS: files that are damaged or not ours, and what a disk can say.
    pub fn open_dir(dir: impl AsRef<Path>, options: Options) -> Result<Plain> {
        Plain::open(Arc::new(OsDisk::open(dir.as_ref())?), options)
    }

    /// As [`Plain::open_dir`] on any disk.
    pub fn open(disk: Arc<dyn Disk>, options: Options) -> Result<Plain> {
        Plain::open_with(disk, options, Events::none())
    }

    /// As [`Plain::open`], with somebody who listens to the tree and the store.
    pub fn open_with(disk: Arc<dyn Disk>, options: Options, events: Events) -> Result<Plain> {
        let (store, recovery) = Store::open(disk, options, Arc::new(SystemClock::default()), events)?;
        // A crash may have come between the file and its first page, or between that and the tree.
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
        Ok(Plain { tree })
    }

    /// The tree below.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The value of `key`.
    pub fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        self.get_with(key, <[u8]>::to_vec)
    }

    /// Shows the value of `key` where it lies, without a copy. `see` must not call into the map.
    #[inline]
    pub fn get_with<R>(&self, key: &[u8], see: impl FnOnce(&[u8]) -> R) -> Result<Option<R>> {
        if key.len() > MAX_KEY {
            return Ok(None);
        }
        self.tree.get(&[Some(key)], |record| see(record.field(1).unwrap_or_default()))
    }

    /// Adds the pair unless there is one with the key; whether it did.
    pub fn insert(&self, key: &[u8], value: &[u8]) -> Result<bool> {
        self.change(key, |there| (!there).then_some(value))
    }

    /// Gives `key` a new value if it has one; whether it had.
    pub fn update(&self, key: &[u8], value: &[u8]) -> Result<bool> {
        self.change(key, |there| there.then_some(value))
    }

    /// Gives `key` this value, new or not.
    pub fn put(&self, key: &[u8], value: &[u8]) -> Result<()> {
        self.change(key, |_| Some(value)).map(|_| ())
    }

    /// Removes the pair; whether there was one.
    pub fn remove(&self, key: &[u8]) -> Result<bool> {
        if key.len() > MAX_KEY {
            return Ok(false);
        }
        self.tree.remove(&[Some(key)])
    }

    /// `value` answers with the new value, told whether there is an old one; whether there was an answer.
    fn change<'v>(&self, key: &[u8], value: impl Fn(bool) -> Option<&'v [u8]>) -> Result<bool> {
        if key.len() > MAX_KEY {
            return Err(Error::TooLarge(TooLarge { size: key.len() }));
        }
        let mut changed = false;
        self.tree.write(&[Some(key)], Ask::default(), &mut |site, record| {
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

    /// The pairs with keys in `range`, ascending. What is inserted or removed meanwhile, by whomever, is seen or not;
    /// the rest is seen once.
    pub fn range<K: AsRef<[u8]>>(&self, range: impl RangeBounds<K>) -> PlainRange<'_> {
        let own = |bound: Bound<&K>| bound.map(|key| key.as_ref().to_vec());
        PlainRange {
            map: self,
            from: own(range.start_bound()),
            to: own(range.end_bound()),
            batch: vec![].into_iter(),
            done: false,
        }
    }

    /// All pairs, ascending.
    pub fn iter(&self) -> PlainRange<'_> {
        self.range::<&[u8]>(..)
    }

    /// Makes all changes so far durable: they survive a power loss from now on.
    pub fn sync(&self) -> Result<()> {
        let store = self.tree.store();
        Ok(store.flush_log(store.appended_lsn())?)
    }

    /// Writes everything to the file; the next opening has nothing to repeat. Without it nothing that was synced is lost either.
    pub fn close(self) -> Result<()> {
        Ok(self.tree.store().close()?)
    }
}

/// Pairs of a [`Plain`] in key order. No latch is held while the caller has a pair, so it may change the map meanwhile.
pub struct PlainRange<'m> {
    map: &'m Plain,
    from: Bound<Vec<u8>>,
    to: Bound<Vec<u8>>,
    batch: std::vec::IntoIter<(Vec<u8>, Vec<u8>)>,
    done: bool,
}

impl PlainRange<'_> {
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
            if !below(field(0), &self.to) {
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
    // A key that is too long for the map lies behind the longest of its beginnings that is not.
    let (key, seek) = if key.len() > MAX_KEY { (&key[..MAX_KEY], Seek::Above) } else { (key, seek) };
    let key: [Field<'_>; 1] = [Some(key)];
    cursor.seek(&key, seek)
}

fn below(key: &[u8], to: &Bound<Vec<u8>>) -> bool {
    match to {
        Bound::Unbounded => true,
        Bound::Included(to) => key <= &to[..],
        Bound::Excluded(to) => key < &to[..],
    }
}

impl Iterator for PlainRange<'_> {
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
