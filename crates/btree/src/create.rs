//! Creating a tree: its two segments and its root; opening one; the counter on the root.
//!
//! ```text
//! create   one mini-transaction: segment of the upper pages ─► root, its first page ─► segment of the leaves
//! ```
//!
//! InnoDB's counterpart: `btr_create`.

use crate::error::Result;
use crate::tree::{Tree, segment_at};
use innolab_base::{IndexId, PAGE_SIZE, PageNo};
use innolab_page::index::{self, IndexPage, SEG_TOP};
use innolab_page::{IndexMut, Layout, fil};
use innolab_store::{Space, Store};
use std::sync::Arc;

/// Pages that a new tree takes: its root.
const PAGES: u32 = 1;

impl Tree {
    /// Creates an empty tree in a tablespace. In a new tablespace the root of the first tree is page 3, as a server
    /// expects of a table's clustered index.
    /// REQUIRES: `index_id` was never used in this tablespace; no latch is held.
    /// ERRORS: a full disk; reading pages.
    #[doc(alias = "btr_create")]
    pub fn create(store: &Arc<Store>, space: &Arc<Space>, index_id: IndexId, layout: Layout) -> Result<Tree> {
        store.reserve_pages(space, PAGES)?;
        let mut mtr = store.begin(4 * PAGE_SIZE)?;
        let (root, header) = mtr.create_segment_with_page(space, PageNo(0))?;
        let root_no = mtr.page_no(root);
        fil::init(&mut mtr.page(root), space.page_id(root_no), fil::PageType::INDEX);
        index::format(&mut mtr.page(root), index_id, 0);
        header.write(&mut mtr.page(root), SEG_TOP);
        mtr.create_segment(space, root, segment_at(0))?;
        mtr.set_checked(root);
        mtr.commit()?;
        Ok(Tree::new(store, space, root_no, index_id, layout))
    }

    /// Opens the tree whose root is page `root`. ERRORS: reading the root.
    pub fn open(store: &Arc<Store>, space: &Arc<Space>, root: PageNo, layout: Layout) -> Result<Tree> {
        let index_id = IndexPage::new(store.read(space, root)?.bytes(), &layout).index_id();
        let tree = Tree::new(store, space, root, index_id, layout);
        tree.read(root, None)?;
        Ok(tree)
    }

    /// Returns the counter on the root of a tree without stamps: a clustered index's last AUTO_INCREMENT value, as
    /// MariaDB stores it.
    #[doc(alias = "PAGE_ROOT_AUTO_INC")]
    pub fn counter(&self) -> Result<u64> {
        assert!(!self.has_stamps(), "the root has a stamp in the counter's place");
        let root = self.read(self.root, None)?;
        Ok(self.index_page(&root).stamp())
    }

    /// Sets the counter ([`Tree::counter`]).
    #[doc(alias = "page_set_autoinc")]
    pub fn set_counter(&self, value: u64) -> Result<()> {
        assert!(!self.has_stamps(), "the root has a stamp in the counter's place");
        let mut mtr = self.store.begin(1024)?;
        let root = self.latch(&mut mtr, self.root, None)?;
        IndexMut::new(&mut mtr.page(root), &self.layout).set_stamp(value);
        mtr.commit()?;
        Ok(())
    }
}
