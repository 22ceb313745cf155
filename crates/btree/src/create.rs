//! A tree comes into being: its two segments and its root.
//!
//! ```text
//! root page   …│ SEG_LEAF: segment of the leaves │ SEG_TOP: segment of all other pages, and of the root whatever its level │…
//! ```
//!
//! InnoDB's counterpart: `btr_create`.

use crate::carry_out::segment_at;
use crate::error::Result;
use crate::tree::Tree;
use innolab_base::{IndexId, PAGE_SIZE, PageNo};
use innolab_page::index::{self, IndexPage, SEG_TOP};
use innolab_page::{IndexMut, Layout, fil};
use innolab_store::{Space, Store};
use std::sync::Arc;

/// Pages that a new tree takes: its root.
const PAGES: u32 = 1;

impl Tree {
    /// Makes an empty tree in a tablespace. In a new tablespace the first tree's root is page 3, as a server expects of
    /// a table's clustered index.
    /// REQUIRES: `index_id` was never used in this tablespace; no latch is held.
    /// ERRORS: no room on the disk; what reading pages can bring.
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

    /// Opens the tree whose root is page `root`. ERRORS: what reading the root can bring.
    pub fn open(store: &Arc<Store>, space: &Arc<Space>, root: PageNo, layout: Layout) -> Result<Tree> {
        let index_id = IndexPage::new(store.read(space, root)?.bytes(), &layout).index_id();
        let tree = Tree::new(store, space, root, index_id, layout);
        tree.read(root, None)?;
        Ok(tree)
    }

    /// The counter in the root of a tree without stamps: a clustered index's last AUTO_INCREMENT value, as MariaDB keeps it.
    #[doc(alias = "PAGE_ROOT_AUTO_INC")]
    pub fn counter(&self) -> Result<u64> {
        assert!(!self.has_stamps(), "the root's place for it is a stamp's");
        let root = self.read(self.root, None)?;
        Ok(self.index_page(&root).stamp())
    }

    /// Sets the counter.
    #[doc(alias = "page_set_autoinc")]
    pub fn set_counter(&self, value: u64) -> Result<()> {
        assert!(!self.has_stamps(), "the root's place for it is a stamp's");
        let mut mtr = self.store.begin(1024)?;
        let root = self.latch(&mut mtr, self.root, None)?;
        IndexMut::new(&mut mtr.page(root), &self.layout).set_stamp(value);
        mtr.commit()?;
        Ok(())
    }
}
