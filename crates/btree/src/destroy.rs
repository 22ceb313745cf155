//! Destroying a tree: its pages are freed, an extent or a page at a time, the root last.
//!
//! ```text
//! leaves' segment ─► its inode ─► top segment but for the root ─► the root and the inode, in one mini-transaction
//! └─ after a crash here, the root's headers name what is left ─┘
//! ```
//!
//! RULES
//!
//! - **R1** Until the last step the root carries the tree's index id, and its segment headers name the segments that
//!   still exist. So the destruction can be started again after any crash.
//! - **R2** A root is the first single page of its top segment, and its own segment header says so. So it is found by
//!   the index id alone, without reading all pages.
//! - **R3** A crash during a bulk load leaves leaves that cannot be read (`store::unlogged` R1). [`Tree::find`] reads
//!   the first page of each segment. It skips an unreadable one if some root names that segment as its leaf segment;
//!   otherwise the page may have been a root, and `find` fails.
//!
//! InnoDB's counterpart: `btr_free_but_not_root`, `btr_free_root`.

use crate::error::Result;
use crate::tree::{Tree, segment_at};
use innolab_base::codec::get_u64;
use innolab_base::{IndexId, PageNo};
use innolab_page::fil::{self, PageType};
use innolab_page::fsp::{FSEG_HEADER_LEN, FsegHeader};
use innolab_page::index::{INDEX_ID, SEG_LEAF, SEG_TOP};
use innolab_store::{Error as StoreError, Space, Store};

/// Log space for a step: two extent descriptors, their neighbours in lists, an inode.
const LOG_BYTES: usize = 8192;

impl Tree {
    /// Returns the root of the tree with this index id, complete or partly destroyed, if the tablespace has one (R2,
    /// R3).
    /// ERRORS: reading the file-space pages and first pages.
    pub fn find(store: &Store, space: &Space, index_id: IndexId) -> Result<Option<PageNo>> {
        let (mut leaves, mut unreadable) = (vec![], vec![]);
        for segment in store.space_use(space)?.segments {
            let Some(first) = segment.first else { continue };
            let page = match store.read(space, first) {
                Ok(page) => page,
                Err(e @ StoreError::Corrupt { .. }) => {
                    unreadable.push((segment.inode, e));
                    continue;
                }
                Err(e) => return Err(e.into()),
            };
            let segment_of = |at| {
                let header = FsegHeader::read(page.bytes(), at);
                (header.page, header.at)
            };
            let is_root = fil::page_type(page.bytes()) == PageType::INDEX && segment_of(SEG_TOP) == segment.inode;
            if is_root && index_id_of(page.bytes()) == index_id {
                return Ok(Some(first));
            }
            if is_root {
                leaves.push(segment_of(SEG_LEAF));
            }
        }
        match unreadable.into_iter().find(|(inode, _)| !leaves.contains(inode)) {
            Some((_, e)) => Err(e.into()),
            None => Ok(None),
        }
    }

    /// Frees all pages of the tree with this index id and root; does nothing if they were freed before (R1).
    /// REQUIRES: no thread uses the tree. ERRORS: reading and changing file-space pages; the call can be repeated.
    #[doc(alias = "btr_free_if_exists")]
    pub fn destroy(store: &Store, space: &Space, root: PageNo, index_id: IndexId) -> Result<()> {
        while Tree::destroy_step(store, space, root, index_id)? {}
        store.forget_hashed(space, index_id);
        Ok(())
    }

    /// Frees what fits into one mini-transaction. False if nothing was left to free.
    fn destroy_step(store: &Store, space: &Space, root: PageNo, index_id: IndexId) -> Result<bool> {
        let mut mtr = store.begin(LOG_BYTES)?;
        let held = mtr.latch(space, root)?;
        let bytes = mtr.bytes(held);
        if fil::page_type(bytes) != PageType::INDEX || index_id_of(bytes) != index_id {
            return Ok(false);
        }
        let (leaves, top) = ((held, segment_at(0)), (held, segment_at(1)));
        let has_leaves = bytes[SEG_LEAF..SEG_LEAF + FSEG_HEADER_LEN].iter().any(|b| *b != 0);
        if has_leaves {
            if !mtr.free_segment_step(space, leaves, PageNo::NULL)? {
                mtr.remove_segment(space, leaves)?;
            }
        } else if !mtr.free_segment_step(space, top, root)? {
            mtr.free_page(space, top, root)?;
            mtr.remove_segment(space, top)?;
        }
        mtr.commit()?;
        Ok(true)
    }
}

fn index_id_of(root: &[u8]) -> IndexId {
    IndexId(get_u64(root, INDEX_ID))
}

#[cfg(test)]
mod tests;
