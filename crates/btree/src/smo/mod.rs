//! Structure modification: splits, merges and the tree's height, planned level by level, then applied.
//!
//! ```text
//! restructure   latch the pages that may change ─► decide again under the latches
//! plan_level    leaf: splice of records ─► fate of the page ─► splice of the parent's node pointers
//!                                                                └► next level: fate … until the parent stays as it is
//! apply         allocate pages ─► free pages ─► change bytes ─► commit        one mini-transaction
//! ```
//!
//! Every change of a level is a *splice*: behind the first `at` records of a page, some records go and some come. At
//! the leaf it is the caller's record; above, node pointers. The splice decides the page's *fate*:
//!
//! ```text
//! fate                                                          splice of the parent
//!   Stay        they fit; no sibling to merge with, or no need  none, or its node pointer gets the new first key
//!   Split       they overflow: cut in two, a new page           + a node pointer
//!   RaiseRoot   the root overflows: two new pages below it
//!   Merge…      under-full, and a sibling has room: one page    − a node pointer
//!   Discard     the last record goes: the page leaves           − its node pointer
//!   EmptyRoot   the root's last child left: an empty leaf
//!   BeyondTop   any of these, on the topmost latched page       begin again with the whole path latched
//! ```
//!
//! | file, in reading order | one idea |
//! |---|---|
//! | `splice` | records that replace others, by position |
//! | `cut` | where a full page is cut |
//! | `plan` | what a plan is; the rules R1–R4 of plans |
//! | `level` | one level of the path with its splice, and the changes that it requires of the parent |
//! | `split`, `merge` | one function per fate |
//! | `plan_level` | the fate of a page; the plan from the leaf up |
//! | `apply` | a plan is applied in one mini-transaction |
//! | `restructure` | the latches, and when to begin again |
//!
//! InnoDB's counterpart: `btr0btr`.

mod apply;
mod cut;
mod level;
mod merge;
mod plan;
mod plan_level;
mod restructure;
mod splice;
mod split;
#[cfg(test)]
mod tests;

pub(crate) use splice::node_pointer;
