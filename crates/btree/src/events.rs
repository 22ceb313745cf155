//! The events that a tree emits, and its counts.

use innolab_base::{IndexId, PageNo};
use std::sync::atomic::{AtomicU64, Ordering};

innolab_base::event! {
    /// A full page was split: some of its records moved to a new page.
    pub struct Split "btree.split" {
        /// The index.
        index: IndexId,
        /// The page that was full.
        page: PageNo,
        /// The new page.
        new: PageNo,
        /// 0 for leaves.
        level: u16,
        /// Records to the left of the cut.
        left: usize,
        /// Records to the right of it.
        right: usize,
    } => |e, f| write!(f, "index {} level {}: page {} splits, new page {}: {} | {} records", e.index, e.level, e.page, e.new, e.left, e.right)
}

innolab_base::event! {
    /// Two neighbours were merged into one page.
    pub struct Merge "btree.merge" {
        /// The index.
        index: IndexId,
        /// The page that has the records of both now.
        page: PageNo,
        /// Its neighbour, which was freed.
        freed: PageNo,
        /// 0 for leaves.
        level: u16,
        /// Records of the page.
        records: usize,
    } => |e, f| write!(f, "index {} level {}: page {} takes over page {}: {} records", e.index, e.level, e.page, e.freed, e.records)
}

innolab_base::event! {
    /// A page lost its last record and was taken out of the tree.
    pub struct Discard "btree.discard" {
        /// The index.
        index: IndexId,
        /// The page, which was freed.
        page: PageNo,
        /// 0 for leaves.
        level: u16,
    } => |e, f| write!(f, "index {} level {}: empty page {} leaves", e.index, e.level, e.page)
}

innolab_base::event! {
    /// The full root was raised: its records moved to two new pages below it.
    pub struct Raise "btree.raise" {
        /// The index.
        index: IndexId,
        /// The root, whose number never changes.
        root: PageNo,
        /// The root's new level.
        level: u16,
    } => |e, f| write!(f, "index {}: root {} rises to level {}", e.index, e.root, e.level)
}

innolab_base::event! {
    /// The root had one child left and took over its records.
    pub struct Shrink "btree.shrink" {
        /// The index.
        index: IndexId,
        /// The root.
        root: PageNo,
        /// The root's new level.
        level: u16,
        /// The child, which was freed.
        freed: PageNo,
    } => |e, f| write!(f, "index {}: root {} sinks to level {}, page {} leaves", e.index, e.root, e.level, e.freed)
}

innolab_base::event! {
    /// A page was rewritten in key order, so that the space of removed records can be used.
    pub struct Reorganise "btree.reorganise" {
        /// The index.
        index: IndexId,
        /// The page.
        page: PageNo,
        /// 0 for leaves.
        level: u16,
    } => |e, f| write!(f, "index {} level {}: page {} is reorganised", e.index, e.level, e.page)
}

/// How often a tree's shape has changed since it was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Pages split, the root included.
    pub splits: u64,
    /// Pages merged into a neighbour.
    pub merges: u64,
    /// Empty pages taken out of the tree.
    pub discards: u64,
    /// Times the root rose by a level.
    pub raises: u64,
    /// Times the root sank to its only child's level.
    pub shrinks: u64,
    /// Pages reorganised.
    pub reorganises: u64,
    /// Changes that one leaf could not take alone. Each took the SMO mutex.
    pub structure_changes: u64,
    /// Structure changes that began again because they reached above the latched pages.
    pub restarts: u64,
}

macro_rules! counters {
    ($($name:ident),*) => {
        /// The counters behind [`Counts`].
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

/// Adds one.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
