//! A condition as a tree over the parts of one index's key: the values that it allows for a key part, and below each
//! interval of them what it allows for the next part.
//!
//! ```text
//! index (a, b)        (a = 1 and b > 5) or (a between 3 and 7 and b = 2)
//!
//! a   [1]     [3, 7]
//!      │         │
//! b  (5, ∞)     [2]
//! ```
//!
//! AND meets two trees: intervals of the same part are intersected, and a tree of a later part goes below every
//! interval of an earlier one. OR joins them: where intervals overlap they are cut, and the piece that both have gets
//! the OR of what is below. So `(a, b)` of (1, 1) or (2, 2) is two keys, not four.
//!
//! RULES
//!
//! - **R1** No key for which the condition can be true is left out; other keys may be in. A part of the condition that
//!   says nothing of the key is no tree (`None`), which allows everything.
//! - **R2** The intervals of a part are in order and do not overlap. An interval with nothing below it allows every
//!   value of the later parts; a tree without intervals allows no key.
//!
//! InnoDB's counterpart: `SEL_ARG`, `and_all_keys`, `key_and`, `key_or` in `sql/opt_range.cc`.

use super::interval::{Interval, equal_to, intervals_of_comparison};
use super::sargable::is_column;
use crate::engine::TableDef;
use crate::expr::{Comparison, Expr};
use crate::parse::balanced;
use std::collections::VecDeque;
use std::rc::Rc;

/// What a condition allows for the parts of a key from `part` on.
#[derive(Debug, PartialEq)]
pub(crate) struct KeyTree {
    /// The key part, from 0.
    pub(crate) part: usize,
    /// In order, without overlaps (R2). Empty: the condition is never true.
    pub(crate) nodes: Vec<Node>,
}

/// An interval of a key part's values, and what is allowed for later parts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) interval: Interval,
    /// The tree of a later part; `None`: all values.
    pub(crate) below: Link,
}

/// A tree, which several nodes may share; `None`: everything is allowed.
pub(crate) type Link = Option<Rc<KeyTree>>;

/// A key whose columns a condition may restrict.
pub(crate) struct KeyColumns<'a> {
    pub(crate) def: &'a TableDef,
    /// The key parts, as places in a row.
    pub(crate) columns: &'a [usize],
    /// Columns that are a unique key alone, as far as the statement may use that key.
    pub(crate) unique: &'a [usize],
}

impl KeyColumns<'_> {
    /// The tree of a condition (R1).
    #[doc(alias = "get_mm_tree")]
    pub(crate) fn tree(&self, condition: &Expr) -> Link {
        match condition {
            Expr::And(a, b) => and(self.tree(a), self.tree(b)),
            Expr::Or(..) => {
                let links: Vec<Link> = condition.disjuncts().into_iter().map(|part| self.tree(part)).collect();
                balanced(links, or).flatten()
            }
            Expr::RowIn { of, list, negated: false } => {
                let rows: Vec<Link> = list.iter().map(|row| self.row(of, row)).collect();
                balanced(rows, or).flatten()
            }
            part => self.comparison(part),
        }
    }

    /// The tree of `(a, b) = (1, 2)`.
    fn row(&self, of: &[Expr], row: &[Expr]) -> Link {
        of.iter().zip(row).fold(None, |tree, (of, value)| {
            let part = self.columns.iter().position(|column| is_column(of, *column));
            let of_part =
                part.and_then(|part| Some(leaf(part, equal_to(value, &self.def.columns[self.columns[part]])?)));
            and(tree, of_part)
        })
    }

    /// The tree of a condition that is neither AND nor OR.
    fn comparison(&self, part: &Expr) -> Link {
        if self.excludes_one_row(part) {
            return None;
        }
        self.columns.iter().enumerate().find_map(|(at, column)| {
            Some(leaf(at, intervals_of_comparison(part, *column, &self.def.columns[*column])?))
        })
    }

    /// True if the condition excludes single values of a column that is a unique key: the server makes no ranges of it,
    /// because it leaves out few rows.
    ///
    /// ```sql
    /// explain select * from t where id <> 3 limit 2     -- ALL
    /// explain select * from t where a <> 3 limit 2      -- range a
    /// ```
    #[doc(alias = "is_field_an_unique_index")]
    fn excludes_one_row(&self, part: &Expr) -> bool {
        let is_unique = |of: &Expr| self.unique.iter().any(|column| is_column(of, *column));
        match part {
            Expr::Compare(Comparison::Ne, a, b) => is_unique(a) || is_unique(b),
            Expr::In { of, negated: true, .. } => is_unique(of),
            _ => false,
        }
    }
}

fn leaf(part: usize, intervals: Vec<Interval>) -> Rc<KeyTree> {
    let nodes = intervals.into_iter().map(|interval| Node { interval, below: None }).collect();
    Rc::new(KeyTree { part, nodes })
}

/// The keys that both allow.
#[doc(alias = "and_all_keys")]
fn and(a: Link, b: Link) -> Link {
    let (a, b) = match (a, b) {
        (Some(a), Some(b)) => (a, b),
        (some, None) | (None, some) => return some,
    };
    if a.nodes.is_empty() || b.nodes.is_empty() {
        return Some(leaf(0, Vec::new()));
    }
    let (a, b) = if a.part <= b.part { (a, b) } else { (b, a) };
    let met = |node: &Node, with: Link| {
        let below = and(node.below.clone(), with);
        let is_never = below.as_ref().is_some_and(|tree| tree.nodes.is_empty());
        (!is_never).then(|| Node { interval: node.interval.clone(), below })
    };
    let nodes = if a.part < b.part {
        a.nodes.iter().filter_map(|node| met(node, Some(b.clone()))).collect()
    } else {
        let mut nodes = Vec::new();
        let (mut at_a, mut at_b) = (a.nodes.iter().peekable(), b.nodes.iter().peekable());
        while let (Some(of_a), Some(of_b)) = (at_a.peek(), at_b.peek()) {
            if let Some(interval) = of_a.interval.intersection(&of_b.interval) {
                nodes.extend(met(&Node { interval, below: of_a.below.clone() }, of_b.below.clone()));
            }
            // The interval that ends first meets no later one.
            if of_a.interval.ends_before(&of_b.interval) {
                at_a.next()
            } else {
                at_b.next()
            };
        }
        nodes
    };
    Some(Rc::new(KeyTree { part: a.part, nodes }))
}

/// The keys that one of the two allows.
#[doc(alias = "key_or")]
fn or(a: Link, b: Link) -> Link {
    let (a, b) = (a?, b?);
    match (a.nodes.is_empty(), b.nodes.is_empty()) {
        (true, _) => return Some(b),
        (_, true) => return Some(a),
        _ if a.part != b.part => return None,
        _ => {}
    }
    let nodes = merged(or_nodes(&a.nodes, &b.nodes));
    let is_all = matches!(nodes.as_slice(), [only] if only.interval.is_everything());
    (!is_all).then(|| Rc::new(KeyTree { part: a.part, nodes }))
}

/// The intervals of both, cut where they overlap.
fn or_nodes(a: &[Node], b: &[Node]) -> Vec<Node> {
    let mut left = [a, b].map(|nodes| nodes.iter().cloned().collect::<VecDeque<Node>>());
    let mut nodes = Vec::new();
    while let [Some(first_a), Some(first_b)] = left.each_ref().map(|nodes| nodes.front().cloned()) {
        left.iter_mut().for_each(|nodes| drop(nodes.pop_front()));
        let [a, b] = &mut left;
        let Some(both) = first_a.interval.intersection(&first_b.interval) else {
            // One of the two ends before the other begins.
            let (first, other, of) = match first_a.interval.ends_before(&first_b.interval) {
                true => (first_a, first_b, b),
                false => (first_b, first_a, a),
            };
            nodes.push(first);
            of.push_front(other);
            continue;
        };
        for (one, other) in [(&first_a, &first_b), (&first_b, &first_a)] {
            let before = one.interval.before(&other.interval);
            nodes.extend(before.map(|interval| Node { interval, below: one.below.clone() }));
        }
        nodes.push(Node { interval: both, below: or(first_a.below.clone(), first_b.below.clone()) });
        for (of, one, other) in [(0, &first_a, &first_b), (1, &first_b, &first_a)] {
            let after = one.interval.after(&other.interval);
            if let Some(interval) = after {
                left[of].push_front(Node { interval, below: one.below.clone() });
            }
        }
    }
    // At most one of the two has intervals left.
    nodes.extend(left.into_iter().flatten());
    nodes
}

/// Returns the nodes with neighbours that touch, and have the same below them, made one.
fn merged(nodes: Vec<Node>) -> Vec<Node> {
    let mut out: Vec<Node> = Vec::with_capacity(nodes.len());
    for node in nodes {
        match out.last_mut() {
            Some(last) if last.below == node.below && last.interval.touches(&node.interval) => {
                last.interval = last.interval.through(&node.interval);
            }
            _ => out.push(node),
        }
    }
    out
}
