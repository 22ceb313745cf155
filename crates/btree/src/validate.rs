//! Validation of a whole tree, and its shape.
//!
//! ```text
//! level 2            [ root ]                              from the root down, each level from left to right:
//! level 1      [ ]────────►[ ]                             the node pointers of a level say which pages are on the
//! level 0  [ ]─►[ ]─►[ ]─►[ ]─►[ ]                         next level, and which keys they may have
//! ```
//!
//! RULES that [`Tree::validate`] checks, beside the structure of each page ([`innolab_page::index::check`])
//!
//! - **V1** Keys rise within a page and from page to page.
//! - **V2** Each page has the level, the index id and the neighbours that the level above says; only a root may be
//!   empty.
//! - **V3** The first node pointer of a level is flagged `min_rec`, and no other record is.
//! - **V4** The node pointer of a node page bears the page's first key; the node pointer of a leaf bears a key above
//!   all keys of the leaves before it, and not above the leaf's first key.
//! - **V5** The leaves are exactly the pages of the leaf segment; the other pages, and the root, exactly those of the
//!   top segment.
//! - **V6** A root that is not a leaf has at least two children.
//!
//! InnoDB's counterpart: `btr_validate_index`, `CHECK TABLE`.

use crate::admit::is_below;
use crate::error::Result;
use crate::tree::{Tree, segment_at};
use innolab_base::codec::{get_u16, get_u32};
use innolab_base::{PAGE_SIZE, PageNo};
use innolab_page::record::INFO_MIN_REC;
use innolab_page::{IndexPage, Record, index};
use innolab_store::PageRead;

/// The size of a level of a tree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LevelShape {
    /// 0 for the leaves.
    pub level: u16,
    /// Number of pages.
    pub pages: u64,
    /// Number of records, delete-marked ones included.
    pub records: u64,
    /// Bytes of the records, headers included.
    pub data_bytes: u64,
    /// Bytes of removed records that are not yet used again.
    pub garbage_bytes: u64,
}

/// The shape of a tree: its levels, the root's first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shape {
    /// From the root down.
    pub levels: Vec<LevelShape>,
}

impl Shape {
    /// Returns the number of levels, the leaves included.
    pub fn height(&self) -> usize {
        self.levels.len()
    }

    /// Returns the number of records on the leaves.
    pub fn records(&self) -> u64 {
        self.levels.last().map_or(0, |leaves| leaves.records)
    }

    /// Returns the number of pages on all levels.
    pub fn pages(&self) -> u64 {
        self.levels.iter().map(|l| l.pages).sum()
    }
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "level     pages     records  records/page   full")?;
        for l in &self.levels {
            let (pages, room) = (l.pages.max(1) as f64, index::EMPTY_ROOM as f64);
            let (each, full) = (l.records as f64 / pages, 100.0 * l.data_bytes as f64 / (pages * room));
            writeln!(f, "{:>5} {:>9} {:>11} {:>13.1} {:>5.1}%", l.level, l.pages, l.records, each, full)?;
        }
        Ok(())
    }
}

/// A page that must exist, since the level above points to it.
struct Expected {
    page: PageNo,
    /// The node pointer to it; `None` for the root.
    node: Option<Record>,
}

impl Tree {
    /// Returns the shape of the tree. Reads every page. LOCKS: the SMO mutex, then shared latches, so readers and
    /// writers of leaves run meanwhile.
    pub fn shape(&self) -> Result<Shape> {
        let _smo = self.smo.lock();
        Ok(self.walk_levels(false)?.0)
    }

    /// Checks the whole tree (V1–V6) and returns its shape. LOCKS: as [`Tree::shape`]. ERRORS: the first page that
    /// breaks a rule, with the rule.
    #[doc(alias = "btr_validate_index")]
    pub fn validate(&self) -> Result<Shape> {
        let _smo = self.smo.lock();
        let (shape, leaves, others) = self.walk_levels(true)?;
        if let [root, _, ..] = shape.levels[..]
            && root.records < 2
        {
            return Err(
                self.corrupt(self.root, format!("V6: a root of level {} with {} children", root.level, root.records))
            );
        }
        self.check_segment(0, leaves)?;
        self.check_segment(1, others)?;
        Ok(shape)
    }

    /// Returns the shape, the pages of the leaf segment, and the other pages. `strict`: checks each page.
    fn walk_levels(&self, strict: bool) -> Result<(Shape, Vec<PageNo>, Vec<PageNo>)> {
        let mut level = self.index_page(&self.read(self.root, None)?).level();
        let mut expected = vec![Expected { page: self.root, node: None }];
        let (mut shape, mut leaves, mut others) = (Shape::default(), vec![], vec![self.root]);
        loop {
            let (of_level, below) = self.walk_level(level, &expected, strict)?;
            let pages = expected.iter().map(|p| p.page).filter(|p| *p != self.root);
            if level == 0 {
                leaves.extend(pages)
            } else {
                others.extend(pages)
            };
            shape.levels.push(of_level);
            if level == 0 {
                return Ok((shape, leaves, others));
            }
            (level, expected) = (level - 1, below);
        }
    }

    /// Walks a level from left to right; returns its shape and the pages that it points to.
    fn walk_level(&self, level: u16, expected: &[Expected], strict: bool) -> Result<(LevelShape, Vec<Expected>)> {
        let (mut shape, mut below) = (LevelShape { level, ..LevelShape::default() }, vec![]);
        let mut last: Option<PageRead<'_>> = None;
        for (i, page_expected) in expected.iter().enumerate() {
            let read = self.read(page_expected.page, Some(level))?;
            let page = self.index_page(&read);
            if strict {
                self.check(page_expected.page, read.bytes())?;
                let next = expected.get(i + 1).map_or(PageNo::NULL, |p| p.page);
                self.check_page(&page, page_expected, last.as_ref(), next)?;
            }
            shape.pages += 1;
            shape.records += page.n_recs() as u64;
            shape.data_bytes += page.data_len() as u64;
            shape.garbage_bytes += u64::from(page.counts().garbage);
            if level > 0 {
                below.extend(page.records().map(|(_, record)| {
                    let mut node = Record::new();
                    node.copy(record);
                    Expected { page: record.child(), node: Some(node) }
                }));
            }
            last = Some(read);
        }
        Ok((shape, below))
    }

    /// Checks V1–V4 of one page. `last`: the page before it on its level, still latched; `next`: the page after it.
    fn check_page(
        &self,
        page: &IndexPage<'_>,
        page_expected: &Expected,
        last: Option<&PageRead<'_>>,
        next: PageNo,
    ) -> Result<()> {
        let bad = |rule: &str| Err(self.corrupt(page_expected.page, rule));
        let prev_no = last.map_or(PageNo::NULL, |l| l.page_no());
        if (page.prev_page(), page.next_page()) != (prev_no, next) {
            let have = (page.prev_page(), page.next_page());
            return bad(&format!("V2: the neighbours are {have:?}; the level above says {prev_no:?} and {next:?}"));
        }
        let node = page_expected.node.as_ref().map(|n| n.view(&self.layout));
        let before = last.map(|l| self.index_page(l)).map(|l| l.record(l.last()));
        if page.n_recs() == 0 {
            return if node.is_none() { Ok(()) } else { bad("V2: an empty page") };
        }
        let first = page.record(page.first());
        if before.is_some_and(|before| !is_below(before, first)) {
            return bad("V1: the first key is not above the last one of the page before");
        }
        for (origin, record) in page.records() {
            let flagged = record.info() & INFO_MIN_REC != 0;
            if flagged != (origin == page.first() && !page.is_leaf() && last.is_none()) {
                return bad("V3: the first node pointer of a level is flagged min_rec, and no other record");
            }
        }
        let (Some(node), Some(before)) = (node, before) else { return Ok(()) };
        if !page.is_leaf() && node.key().ne(first.key()) {
            return bad("V4: the node pointer to a node page does not bear its first key");
        }
        if !is_below(before, node) || is_below(first, node) {
            return bad("V4: the node pointer's key is not between the page before and this one");
        }
        Ok(())
    }

    /// Checks that the segment of this level has exactly these pages (V5).
    fn check_segment(&self, level: u16, mut pages: Vec<PageNo>) -> Result<()> {
        let root = self.read(self.root, None)?;
        let header = &root.bytes()[segment_at(level)..segment_at(level) + 10];
        let inode = (PageNo(get_u32(header, 4)), get_u16(header, 8));
        drop(root);
        let all = self.store.space_use(&self.space)?;
        let Some(segment) = all.segments.into_iter().find(|s| s.inode == inode) else {
            return Err(self.corrupt(self.root, format!("V5: no segment has its inode at {inode:?}")));
        };
        pages.sort();
        if let Some(lost) = segment.pages.iter().find(|p| pages.binary_search(p).is_err()) {
            return Err(self
                .corrupt(*lost, format!("V5: segment {} has the page, but the tree does not lead to it", segment.id)));
        }
        match pages.iter().find(|p| !segment.pages.contains(p)) {
            Some(foreign) => {
                Err(self.corrupt(*foreign, format!("V5: the page does not belong to segment {}", segment.id)))
            }
            None => Ok(()),
        }
    }

    /// Passes each page of the tree, with its bytes, to `see`: level by level from the root, each level from left to
    /// right. For drawings and tests. LOCKS: as [`Tree::shape`]. ERRORS: reading pages.
    pub fn for_each_page(&self, mut see: impl FnMut(PageNo, &[u8; PAGE_SIZE])) -> Result<()> {
        let _smo = self.smo.lock();
        let mut leftmost = self.root;
        loop {
            let first = self.read(leftmost, None)?;
            let page = self.index_page(&first);
            let level = page.level();
            let down = (level > 0).then(|| page.record(page.first()).child());
            let mut at = Some(first);
            while let Some(read) = at {
                see(read.page_no(), read.bytes());
                let next = self.index_page(&read).next_page();
                at = next.some().map(|next| self.read(next, Some(level))).transpose()?;
                if let Some(right) = &at {
                    self.check_neighbours(&self.index_page(&read), read.page_no(), &self.index_page(right), next)?;
                }
            }
            let Some(down) = down else { return Ok(()) };
            leftmost = down;
        }
    }
}
