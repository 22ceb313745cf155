//! A tree goes: its pages are given back, an extent or a page at a time, the root last.
//!
//! ```text
//! leaves' segment ─► its inode ─► top segment but for the root ─► the root and the inode, in one mini-transaction
//! └──────────── whatever a crash leaves of these ────────────┘    the root says what is left to do
//! ```
//!
//! RULES
//!
//! - **R1** Until the last step the root bears the tree's number, and it knows of each segment that is still there. So
//!   it can be done again from the start after any crash.
//! - **R2** A root is the first single page of its top segment, and says so itself: it can be found by the tree's
//!   number alone, without a search through all pages.
//! - **R3** A crash during a bulk load leaves leaves that cannot be read (R1 of `store`'s `unlogged`). They are some
//!   root's; a first page that cannot be read and is no leaf may have been a root, and is an error.
//!
//! InnoDB's counterpart: `btr_free_but_not_root`, `btr_free_root`.

use crate::carry_out::segment_at;
use crate::error::Result;
use crate::tree::Tree;
use innolab_base::codec::get_u64;
use innolab_base::{IndexId, PageNo};
use innolab_page::fil::{self, PageType};
use innolab_page::fsp::{FSEG_HEADER_LEN, FsegHeader};
use innolab_page::index::{INDEX_ID, SEG_LEAF, SEG_TOP};
use innolab_store::{Error as StoreError, Space, Store};

/// Log space for a step: two descriptors, their neighbours in lists, an inode.
const LOG_BYTES: usize = 8192;

impl Tree {
    /// The root of the tree with this number, if the tablespace has such a tree, be it whole or half gone (R2). ERRORS:
    /// what reading the file-space pages can bring.
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
            if is_root && number(page.bytes()) == index_id {
                return Ok(Some(first));
            }
            if is_root {
                leaves.push(segment_of(SEG_LEAF));
            }
        }
        // R3
        match unreadable.into_iter().find(|(inode, _)| !leaves.contains(inode)) {
            Some((_, e)) => Err(e.into()),
            None => Ok(None),
        }
    }

    /// Removes the tree with this number and root; nothing if it is gone already (R1). REQUIRES that nobody uses it any more.
    /// ERRORS: what reading and changing file-space pages can bring; it can be done again then.
    #[doc(alias = "btr_free_if_exists")]
    pub fn destroy(store: &Store, space: &Space, root: PageNo, index_id: IndexId) -> Result<()> {
        while Tree::destroy_step(store, space, root, index_id)? {}
        Ok(())
    }

    /// One mini-transaction; whether anything was left to do.
    fn destroy_step(store: &Store, space: &Space, root: PageNo, index_id: IndexId) -> Result<bool> {
        let mut mtr = store.begin(LOG_BYTES)?;
        let held = mtr.latch(space, root)?;
        let bytes = mtr.bytes(held);
        if fil::page_type(bytes) != PageType::INDEX || number(bytes) != index_id {
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

fn number(root: &[u8]) -> IndexId {
    IndexId(get_u64(root, INDEX_ID))
}

#[cfg(test)]
mod tests;
