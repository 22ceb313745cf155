//! What a tree tells of itself: events for those who watch, counts for those who add up.

use innolab_base::{IndexId, PageNo};
use std::sync::atomic::{AtomicU64, Ordering};

innolab_base::event! {
    /// A page was full: part of its records went to a new page.
    pub struct Split "btree.split" {
        /// The index.
        index: IndexId,
        /// The page that was full.
        page: PageNo,
        /// The new page.
        new: PageNo,
        /// 0 for leaves.
        level: u16,
        /// Records that stay left of the cut.
        left: usize,
        /// Records right of it.
        right: usize,
    } => |e, f| write!(f, "index {} level {}: page {} splits, new page {}: {} | {} records", e.index, e.level, e.page, e.new, e.left, e.right)
}

innolab_base::event! {
    /// Two neighbours became one page.
    pub struct Merge "btree.merge" {
        /// The index.
        index: IndexId,
        /// The page that has all records now.
        page: PageNo,
        /// Its right neighbour, which is free now.
        freed: PageNo,
        /// 0 for leaves.
        level: u16,
        /// Records of the page.
        records: usize,
    } => |e, f| write!(f, "index {} level {}: page {} takes over page {}: {} records", e.index, e.level, e.page, e.freed, e.records)
}

innolab_base::event! {
    /// A page lost its last record and left the tree.
    pub struct Discard "btree.discard" {
        /// The index.
        index: IndexId,
        /// The page that is free now.
        page: PageNo,
        /// 0 for leaves.
        level: u16,
    } => |e, f| write!(f, "index {} level {}: empty page {} leaves", e.index, e.level, e.page)
}

innolab_base::event! {
    /// The root was full: its records moved to two new pages below it.
    pub struct Raise "btree.raise" {
        /// The index.
        index: IndexId,
        /// The root, whose number never changes.
        root: PageNo,
        /// Its level now.
        level: u16,
    } => |e, f| write!(f, "index {}: root {} rises to level {}", e.index, e.root, e.level)
}

innolab_base::event! {
    /// The root had one child left and took its place.
    pub struct Shrink "btree.shrink" {
        /// The index.
        index: IndexId,
        /// The root.
        root: PageNo,
        /// Its level now.
        level: u16,
        /// The child, which is free now.
        freed: PageNo,
    } => |e, f| write!(f, "index {}: root {} sinks to level {}, page {} leaves", e.index, e.root, e.level, e.freed)
}

innolab_base::event! {
    /// A page was written anew in key order, so that what removed records left behind can be used.
    pub struct Reorganise "btree.reorganise" {
        /// The index.
        index: IndexId,
        /// The page.
        page: PageNo,
        /// 0 for leaves.
        level: u16,
    } => |e, f| write!(f, "index {} level {}: page {} is reorganised", e.index, e.level, e.page)
}

/// What happened to a tree's shape since it was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Pages split, root included.
    pub splits: u64,
    /// Pages merged into their left neighbours.
    pub merges: u64,
    /// Empty pages that left.
    pub discards: u64,
    /// Times the root rose.
    pub raises: u64,
    /// Times the root sank.
    pub shrinks: u64,
    /// Pages reorganised.
    pub reorganises: u64,
    /// Changes that one leaf could not take alone: each took the SMO mutex.
    pub structure_changes: u64,
    /// Structure changes that began again because they reached above the pages that were latched, or a neighbour was wanted.
    pub restarts: u64,
}

macro_rules! counters {
    ($($name:ident),*) => {
        /// The counts as they grow.
        #[derive(Debug, Default)]
        pub(crate) struct Counters { $(pub(crate) $name: AtomicU64),* }

        impl Counters {
            pub(crate) fn read(&self) -> Counts {
                Counts { $($name: self.$name.load(Ordering::Relaxed)),* }
            }
        }
    };
}
counters!(splits, merges, discards, raises, shrinks, reorganises, structure_changes, restarts);

/// One more.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
