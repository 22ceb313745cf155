//! The way down from the root to a leaf.
//!
//! ```text
//! get(42)   root  [ min→4 │ 30→5 │ 70→9 ]        latch the root
//!                            │                    latch page 5, release the root
//!           inner [ 30→6 │ 41→7 │ 55→8 ]
//!                          │                      latch page 7, release page 5
//!           leaf  [ 41 │ 42 │ 48 ]                ► 42
//! ```
//!
//! RULES
//!
//! - **R1** A search goes on to a child only if the child's level is one less than its parent's. So the way down ends,
//!   whatever the bytes say.
//! - **R2** The first node pointer of a level stands for every key below the second one, whatever key it bears
//!   (`min_rec`).
//! - **R3** A search for a whole key reads node pages optimistically, without latches, if they have key hints (L11).
//!   That saves a third of a search's instructions and two pairs of atomic writes: 1.4 to 1.6 times as many gets a
//!   second. The first searches that pass a page, and searches for a prefix or an end of the tree, couple latches.
//!
//! InnoDB's counterpart: `btr_cur_search_to_nth_level`. The hash index, which
//! makes the way down unnecessary, is `adaptive`. Left out: the change buffer.

use crate::error::Result;
use crate::tree::{Field, Tree};
use innolab_base::PageNo;
use innolab_page::index::IndexPage;
use innolab_page::{Origin, RecordRef, SearchKey};
use innolab_store::PageRead;

/// The leaf that a search descends to.
#[derive(Clone, Copy)]
pub(crate) enum Target<'k> {
    /// The leaf that owns the key.
    Key(&'k SearchKey<'k>),
    /// The leaf that may hold the last record below the key: the one that owns the key, or the one before.
    Before(&'k SearchKey<'k>),
    /// The leftmost leaf.
    First,
    /// The rightmost leaf.
    Last,
}

impl Tree {
    /// Looks up the record with exactly this key and passes it, with its leaf latched, to `found`; returns what `found`
    /// returned, or `None` if no record has the key. Delete-marked records are found too.
    /// REQUIRES: all key columns; `found` does not call into the tree. LOCKS: a try of the leaf's latch, or latch coupling; shared.
    #[doc(alias = "row_search_mvcc")]
    #[inline]
    pub fn get<R>(&self, key: &[Field<'_>], found: impl FnOnce(RecordRef<'_>) -> R) -> Result<Option<R>> {
        assert_eq!(key.len(), self.layout.n_key(), "a full key");
        let key = SearchKey::new(&self.layout, key);
        if let Some((leaf, at)) = self.find_hashed(&key) {
            return Ok(Some(found(self.index_page(&leaf).record(at))));
        }
        let leaf = self.descend(Target::Key(&key))?;
        let page = self.index_page(&leaf);
        let at = leaf.hints().search(&page, leaf.version(), &key);
        self.learn(&leaf, &key, at.equal.then_some(at.origin));
        Ok(at.equal.then(|| found(page.record(at.origin))))
    }

    /// Returns the target leaf, latched shared.
    #[inline]
    pub(crate) fn descend(&self, target: Target<'_>) -> Result<PageRead<'_>> {
        if let Target::Key(key) = target
            && let Some(leaf) = self.descend_optimistic(key)
        {
            self.admit(&leaf, Some(0))?;
            return Ok(leaf);
        }
        self.descend_coupling(target)
    }

    /// Returns the leaf that owns the key, found without latches on the pages above it (R3, L11), or `None` if some
    /// page has no key hints yet or is being changed. The leaf is not admitted yet.
    #[inline]
    fn descend_optimistic(&self, key: &SearchKey<'_>) -> Option<PageRead<'_>> {
        let mut node = self.store.read_optimistic(&self.space, self.root)?;
        let mut level_above = None;
        loop {
            let (child, level) = node.child(key, &self.layout)?;
            // R1
            if level_above.is_some_and(|above| above != level + 1) {
                return None;
            }
            level_above = Some(level);
            if level == 1 {
                self.store.prefetch(&self.space, child);
                // The error is ignored: the page may have left the tree. If it has not, the coupled search meets the
                // same error and reports it.
                let leaf = self.store.read(&self.space, child).ok()?;
                return node.validate().then_some(leaf);
            }
            let next = self.store.read_optimistic(&self.space, child)?;
            if !node.validate() {
                return None;
            }
            node = next;
        }
    }

    /// Returns the target leaf, found by latch coupling (L2).
    fn descend_coupling(&self, target: Target<'_>) -> Result<PageRead<'_>> {
        let mut page = self.read(self.root, None)?;
        loop {
            let node = self.index_page(&page);
            let level = node.level();
            if level == 0 {
                return Ok(page);
            }
            let child = self.child(&node, target);
            self.store.prefetch(&self.space, child);
            page.help_optimistic_reads(&node);
            page = self.read(child, Some(level - 1))?;
        }
    }

    /// Returns the child of a node page on the way to the target (R2).
    #[inline]
    pub(crate) fn child(&self, node: &IndexPage<'_>, target: Target<'_>) -> PageNo {
        node.record(self.child_origin(node, target)).child()
    }

    /// Returns the place of the node pointer on the way to the target (R2).
    #[inline]
    pub(crate) fn child_origin(&self, node: &IndexPage<'_>, target: Target<'_>) -> Origin {
        match target {
            Target::Key(key) => node.child_for(key),
            Target::Before(key) => node.child_before(key),
            Target::First => node.first(),
            Target::Last => node.last(),
        }
    }
}

#[cfg(test)]
mod tests;
