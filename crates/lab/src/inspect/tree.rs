//! Trees as they lie in a file: levels, each from left to right.
//!
//! FACT: who is whose child follows without reading a key. PROOF: the pages of a level, from left to right, are the
//! children of the level above, from left to right; each page there has as many as it has records.

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
    /// Pages that say they are of this level, and that the chain does not come to.
    pub(crate) strays: Vec<PageNo>,
}

/// The trees of a tablespace, or the one of `wanted`. ERRORS: there is no such index.
pub(crate) fn trees(survey: &Survey, wanted: Option<u64>) -> Result<Vec<Tree>, Failure> {
    let mut found: BTreeMap<IndexId, BTreeMap<u16, BTreeMap<PageNo, Node>>> = BTreeMap::new();
    for node in survey.nodes().filter(|node| wanted.is_none_or(|index| node.index.0 == index)) {
        let level = found.entry(node.index).or_default().entry(node.level).or_default();
        level.insert(node.page, node.clone());
    }
    if found.is_empty() {
        let there: Vec<_> = survey.index_ids().iter().map(|index| index.to_string()).collect();
        return Err(match wanted {
            Some(index) => format!("there is no index {index}; there are: {}", there.join(", ")),
            None => "there is no index in it".to_string(),
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
    /// The pages along their chain. It may be broken, or even a circle: each page is taken once.
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

    /// How full its pages are together, in percent.
    pub(crate) fn fill(&self) -> usize {
        let bytes: usize = self.nodes.iter().map(|node| node.data_bytes).sum();
        100 * bytes / (self.nodes.len().max(1) * innolab_page::index::EMPTY_ROOM)
    }

    /// How many pages lie right behind their left neighbour in the file: a scan reads these without a seek.
    pub(crate) fn in_sequence(&self) -> usize {
        self.nodes.windows(2).filter(|pair| pair[0].page.0 + 1 == pair[1].page.0).count()
    }
}

impl Tree {
    /// The children of the `page`-th page of level `level` (a place in `levels`), as places in the next level; `None`
    /// for a leaf, or if the levels do not fit together.
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

    /// The root's page; `None` if what should be its level has several pages.
    pub(crate) fn root(&self) -> Option<PageNo> {
        match self.levels.first()?.nodes.as_slice() {
            [root] => Some(root.page),
            _ => None,
        }
    }
}
