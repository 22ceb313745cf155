//! The trees of a file: levels of pages, each from left to right.
//!
//! FACT: the parent of each page is known without reading a key. PROOF: the pages of a level, from left to right, are
//! the children of the level above, from left to right; each page above has as many children as it has records.

use super::survey::{Node, Survey};
use crate::failure::Failure;
use innolab_base::{IndexId, PageNo};
use std::collections::BTreeMap;
use std::ops::Range;

/// One index.
pub(crate) struct Tree {
    pub(crate) index: IndexId,
    /// The root's level first.
    pub(crate) levels: Vec<Level>,
}

/// A level of a tree.
pub(crate) struct Level {
    pub(crate) level: u16,
    /// From left to right.
    pub(crate) nodes: Vec<Node>,
    /// Pages of this level, by their headers, that the chain of siblings does not reach.
    pub(crate) strays: Vec<PageNo>,
}

/// The trees of a tablespace, or only that of index `wanted`. ERRORS: no such index; no index at all.
pub(crate) fn trees(survey: &Survey, wanted: Option<u64>) -> Result<Vec<Tree>, Failure> {
    let mut found: BTreeMap<IndexId, BTreeMap<u16, BTreeMap<PageNo, Node>>> = BTreeMap::new();
    for node in survey.nodes().filter(|node| wanted.is_none_or(|index| node.index.0 == index)) {
        let level = found.entry(node.index).or_default().entry(node.level).or_default();
        level.insert(node.page, node.clone());
    }
    if found.is_empty() {
        let there: Vec<_> = survey.index_ids().iter().map(|index| index.to_string()).collect();
        return Err(match wanted {
            Some(index) => format!("no index {index}; the file has {}", there.join(", ")),
            None => "no index in this tablespace".to_string(),
        }
        .into());
    }
    let tree = |(index, levels): (_, BTreeMap<u16, _>)| {
        let levels = levels.into_iter().rev().map(|(level, nodes)| Level::in_order(level, nodes)).collect();
        Tree { index, levels }
    };
    Ok(found.into_iter().map(tree).collect())
}

impl Level {
    /// Orders pages by their chain of siblings. The chain may be broken or a circle: each page is taken once.
    fn in_order(level: u16, mut pages: BTreeMap<PageNo, Node>) -> Level {
        let mut nodes = Vec::with_capacity(pages.len());
        let mut next = pages.values().find(|node| node.prev.is_null()).map(|node| node.page);
        while let Some(node) = next.and_then(|page| pages.remove(&page)) {
            next = node.next.some();
            nodes.push(node);
        }
        Level { level, nodes, strays: pages.into_keys().collect() }
    }

    pub(crate) fn n_recs(&self) -> usize {
        self.nodes.iter().map(|node| node.n_recs).sum()
    }

    /// Bytes of all records, in percent of the pages' room.
    pub(crate) fn fill(&self) -> usize {
        let bytes: usize = self.nodes.iter().map(|node| node.data_bytes).sum();
        100 * bytes / (self.nodes.len().max(1) * innolab_page::index::EMPTY_ROOM)
    }

    /// Number of pages that directly follow their left sibling in the file: a scan reads them without a seek.
    pub(crate) fn in_sequence(&self) -> usize {
        self.nodes.windows(2).filter(|pair| pair[0].page.0 + 1 == pair[1].page.0).count()
    }
}

impl Tree {
    /// The children of the `page`-th page of `levels[level]`, as positions in the next level. `None` for a leaf, or if
    /// the number of children does not match.
    pub(crate) fn children(&self, level: usize, page: usize) -> Option<Range<usize>> {
        let below = self.levels.get(level + 1)?;
        let here = &self.levels[level];
        if here.n_recs() != below.nodes.len() || below.level + 1 != here.level {
            return None;
        }
        let first = here.nodes[..page].iter().map(|node| node.n_recs).sum();
        Some(first..first + here.nodes[page].n_recs)
    }

    pub(crate) fn n_pages(&self) -> usize {
        self.levels.iter().map(|level| level.nodes.len() + level.strays.len()).sum()
    }

    /// The root's page; `None` if the top level has several pages.
    pub(crate) fn root(&self) -> Option<PageNo> {
        match self.levels.first()?.nodes.as_slice() {
            [root] => Some(root.page),
            _ => None,
        }
    }
}
