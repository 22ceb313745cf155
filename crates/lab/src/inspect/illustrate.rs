//! `index-illustrate` as text.
//!
//! ```text
//! two_levels.ibd: index 16 (PRIMARY of t), 2 levels, 5 pages
//!   level 1: 1 page, 4 records, 0 % full
//!   ▁
//!   level 0: 4 pages, 58 records, 60 % full, 1 of 3 next pages adjacent in the file
//!   ▆▅▅▅                                                                                  the strip: fill of each page
//! page 3, level 1, 0 % full
//! ├─ page 4     ██████▌     64 %  15 records  (8) … (120)
//! ├─ page 7     ██████▎     61 %  17 records  (133) … (241)
//! ├─ page 5     █████▊      56 %  13 records  (244) … (305)
//! └─ page 6     █████▉      58 %  13 records  (326) … (399)
//! ```

use super::columns::Columns;
use super::faults::counted;
use super::output::Output;
use super::server::Reader;
use super::space::Space;
use super::summary::level_text;
use super::survey::Node;
use super::tree::{Level, Tree};
use crate::failure::Failure;
use innolab_page::index;
use innolab_page::server::is_metadata;
use serde_json::{Value, json};
use std::io::Write;

/// Widths of a page's bar and of a level's strip, in characters.
const BAR: usize = 10;
const STRIP: usize = 72;

/// Draws the trees, with at most `limit` children of a page.
pub(crate) fn illustrate<W: Write>(
    output: &mut Output<W>,
    space: &Space,
    columns: &Columns,
    trees: &[Tree],
    limit: usize,
) -> Result<(), Failure> {
    for tree in trees {
        output.item(|| text(space, columns, tree, limit), || drawing(space, columns, tree, limit).json(columns))?;
    }
    Ok(())
}

fn drawing<'a>(space: &'a Space, columns: &'a Columns, tree: &'a Tree, limit: usize) -> Drawing<'a> {
    Drawing { space, tree, reader: columns.of(tree.index), limit }
}

/// A tree as text.
pub(crate) fn text(space: &Space, columns: &Columns, tree: &Tree, limit: usize) -> String {
    let (levels, pages) = (counted(tree.levels.len(), "level"), counted(tree.n_pages(), "page"));
    let mut out = format!("{}: {}, {levels}, {pages}\n", space.name(), columns.name(tree.index));
    for level in &tree.levels {
        out += &format!("  {}\n  {}\n", level_text(level), strip(level));
    }
    let drawing = drawing(space, columns, tree, limit);
    for page in 0..tree.levels[0].nodes.len() {
        drawing.page(&mut out, 0, page, "", "");
    }
    out
}

struct Drawing<'a> {
    space: &'a Space,
    tree: &'a Tree,
    reader: Option<&'a Reader>,
    limit: usize,
}

impl Drawing<'_> {
    /// Draws a page and its descendants; `first` is the prefix of its own line, `rest` that of the lines below.
    fn page(&self, out: &mut String, level: usize, page: usize, first: &str, rest: &str) {
        let node = &self.tree.levels[level].nodes[page];
        let Some(children) = self.tree.children(level, page) else {
            *out += &format!(
                "{first}page {:<5} {} {:>3} %  {:>9}  {}\n",
                node.page,
                bar(node),
                node.fill(),
                counted(node.n_recs, "record"),
                self.key_range(node).unwrap_or_default()
            );
            return;
        };
        let n = children.len();
        *out += &format!("{first}page {}, level {}, {} % full\n", node.page, node.level, node.fill());
        let hidden = if n > self.limit { self.limit.div_ceil(2)..n - self.limit / 2 } else { 0..0 };
        for (i, child) in children.enumerate() {
            let is_last = i + 1 == n;
            let (branch, below) = if is_last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            if !hidden.contains(&i) {
                self.page(out, level + 1, child, &format!("{rest}{branch}"), &format!("{rest}{below}"));
            } else if i == hidden.start {
                *out += &format!("{rest}┊  {} more\n", hidden.len());
            }
        }
    }

    /// The first and the last key of a leaf.
    fn key_range(&self, node: &Node) -> Option<String> {
        let reader = self.reader?;
        let bytes = match self.space.page(node.page) {
            Ok(bytes) => bytes?,
            Err(e) => return Some(e.to_string()),
        };
        let records = match reader.check(&bytes).and_then(|()| index::outline(&bytes)) {
            Ok(records) => records,
            Err(corrupt) => return Some(corrupt.to_string()),
        };
        let rows = || records.iter().map(|record| record.origin).filter(|origin| !is_metadata(&bytes, *origin));
        Some(format!("{} … {}", reader.key(&bytes, rows().next()?), reader.key(&bytes, rows().next_back()?)))
    }

    fn json(&self, columns: &Columns) -> Value {
        let page = |level: usize, page: usize| {
            let node = &self.tree.levels[level].nodes[page];
            let children = self.tree.children(level, page);
            let below = |child: usize| self.tree.levels[level + 1].nodes[child].page.0;
            json!({
                "page": node.page.0, "records": node.n_recs, "bytes": node.data_bytes, "fill": node.fill(),
                "children": children.map(|children| children.map(below).collect::<Vec<_>>()),
                "keys": if node.level == 0 { self.key_range(node) } else { None },
            })
        };
        let level = |(i, level): (usize, &Level)| {
            let pages: Vec<_> = (0..level.nodes.len()).map(|n| page(i, n)).collect();
            json!({"level": level.level, "fill": level.fill(), "in_sequence": level.in_sequence(), "pages": pages})
        };
        json!({
            "file": self.space.name(), "index": self.tree.index.0, "name": columns.name(self.tree.index),
            "levels": self.tree.levels.iter().enumerate().map(level).collect::<Vec<_>>(),
        })
    }
}

/// The fill of a page as a bar, in eighths of a character.
fn bar(node: &Node) -> String {
    let eighths = (BAR * 8 * node.data_bytes).div_ceil(index::EMPTY_ROOM).min(BAR * 8);
    let mut bar = "█".repeat(eighths / 8);
    if let Some(part) = (eighths % 8).checked_sub(1) {
        bar.push(['▏', '▎', '▍', '▌', '▋', '▊', '▉'][part]);
    }
    let cells = bar.chars().count();
    bar + &" ".repeat(BAR - cells)
}

/// The fill of a level's pages from left to right, one character each; neighbours share one if there are many pages.
pub(crate) fn strip(level: &Level) -> String {
    let pages = level.nodes.len();
    let cells = pages.min(STRIP);
    let cell = |i: usize| {
        let nodes = &level.nodes[i * pages / cells..(i + 1) * pages / cells];
        let fill: usize = nodes.iter().map(Node::fill).sum::<usize>() / nodes.len();
        ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'][(fill * 8 / 100).min(7)]
    };
    (0..cells).map(cell).collect()
}
