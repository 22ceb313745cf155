//! `index-illustrate --svg`: each level is a row of boxes, darker if fuller. A trapezium leads from each box to its
//! children in the next row.

use super::columns::Columns;
use super::faults::counted;
use super::space::Space;
use super::summary::level_text;
use super::survey::Node;
use super::tree::Tree;
use std::fmt::Write as _;

/// Pixels.
const WIDTH: usize = 1200;
const MARGIN: usize = 20;
const BOX: usize = 28;
const ROW: usize = 100;
/// The most boxes of a row; neighbouring pages share a box if there are more.
const MAX_BOXES: usize = 600;
/// A box of at least this width shows its page number.
const WIDE: usize = 34;

/// Draws all trees, one below the other.
pub(crate) fn svg(space: &Space, columns: &Columns, trees: &[Tree]) -> String {
    let rows: usize = trees.iter().map(|tree| tree.levels.len()).sum();
    let height = 2 * MARGIN + rows * ROW + trees.len() * 30;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">\n",
        WIDTH + 2 * MARGIN
    );
    let mut top = MARGIN;
    for tree in trees {
        let pages = counted(tree.n_pages(), "page");
        text(&mut out, MARGIN, top + 12, &format!("{}: {}, {pages}", space.name(), columns.name(tree.index)));
        top += 30;
        for level in 0..tree.levels.len() {
            draw_level(&mut out, tree, level, top);
            top += ROW;
        }
    }
    out + "</svg>\n"
}

fn draw_level(out: &mut String, tree: &Tree, level: usize, top: usize) {
    let here = &tree.levels[level];
    let pages = here.nodes.len();
    let boxes = pages.min(MAX_BOXES);
    text(out, MARGIN, top + 12, &level_text(here));
    let top = top + 18;
    for i in 0..boxes {
        let nodes = &here.nodes[i * pages / boxes..(i + 1) * pages / boxes];
        let (left, right) = (x(i, boxes), x(i + 1, boxes));
        draw_box(out, nodes, left, top, right - left);
    }
    for page in 0..if level + 1 < tree.levels.len() { pages } else { 0 } {
        let Some(children) = tree.children(level, page) else { return };
        let below = tree.levels[level + 1].nodes.len();
        let (bottom, next) = (top + BOX, top + ROW);
        let corners = [
            (x(page, pages), bottom),
            (x(page + 1, pages), bottom),
            (x(children.end, below), next),
            (x(children.start, below), next),
        ];
        let points: Vec<_> = corners.iter().map(|(x, y)| format!("{x},{y}")).collect();
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(
            out,
            "<polygon points=\"{}\" fill=\"#ddd\" fill-opacity=\"0.5\" stroke=\"#bbb\"/>",
            points.join(" ")
        );
    }
}

fn draw_box(out: &mut String, nodes: &[Node], left: usize, top: usize, width: usize) {
    let fill: usize = nodes.iter().map(Node::fill).sum::<usize>() / nodes.len();
    let records: usize = nodes.iter().map(|node| node.n_recs).sum();
    let name = match nodes {
        [node] => format!("page {}", node.page),
        _ => format!("{} pages", nodes.len()),
    };
    let (lightness, width) = (95 - fill.min(100) * 60 / 100, width.max(1));
    let _ = writeln!(
        out,
        "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{BOX}\" fill=\"hsl(210,60%,{lightness}%)\" stroke=\"#fff\" stroke-width=\"0.5\">\
         <title>{name}: {fill} % full, {}</title></rect>",
        counted(records, "record")
    );
    if let ([node], true) = (nodes, width >= WIDE) {
        text(out, left + 4, top + 18, &node.page.to_string());
    }
}

/// The left edge of the `i`-th of `n` boxes.
fn x(i: usize, n: usize) -> usize {
    MARGIN + WIDTH * i / n.max(1)
}

fn text(out: &mut String, x: usize, y: usize, text: &str) {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    let _ = writeln!(out, "<text x=\"{x}\" y=\"{y}\">{text}</text>");
}
