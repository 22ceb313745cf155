//! What the hash index consists of.

use super::counts::Counter;
use super::table::HashTable;
use innolab_base::sync::Mutex;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32};

/// The hash index of a store.
#[derive(Default)]
pub(crate) struct HashIndex {
    pub(super) on: AtomicBool,
    pub(super) memory: OnceLock<Memory>,
    /// Held by the thread that makes the memory.
    pub(super) making: Mutex<()>,
    pub(super) searches: Counter,
    pub(super) searches_btree: Counter,
    pub(super) pages_added: Counter,
    pub(super) rows_added: Counter,
}

/// Its table, once it was on.
pub(super) struct Memory {
    pub(super) table: HashTable,
    /// For each frame a word of the tree that its leaf belongs to ([`Store::hash_note`]).
    pub(super) notes: Box<[AtomicU32]>,
}
