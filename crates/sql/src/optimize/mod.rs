//! The optimizer: it chooses how a statement reads the rows of its table. It reads no row itself.
//!
//! A *plan* is an [`AccessPath`]: one index, the ranges of its keys to read, the direction, and what this path spares
//! the statement (a sort, a temporary table, a lookup of the row behind each entry). EXPLAIN prints it. For a SELECT of
//! nothing but MIN and MAX the plan may be [`MinMaxLookup`]s instead: one row at the end of an index for each.
//!
//! ```text
//! Select, UpdateDelete ─── statement ──────────► PlanRequest: table, WHERE, hints, columns, order, LIMIT
//!                                                   │
//!   WHERE ─────────────── key_tree, ranges ────────► the ranges of each usable index
//!                                                   │  none at all?  Impossible      a whole unique key?  const
//!   size, index dives ─── estimate, cost ──────────► the rows of these ranges, and what reading them costs
//!                         plan ────────────────────► the cheapest of: a ref, ranges of one index, a full scan
//!                                                   │
//!   GROUP BY, DISTINCT ── loose_choice ────────────► a loose index scan, if it is cheaper
//!                                                   │  else
//!   ORDER BY, LIMIT ───── order ───────────────────► the path's own order, or another index that spares the sort
//!                                                   ▼
//!                                               AccessPath ─► crate::execute
//! ```
//!
//! The kinds of access are the words in EXPLAIN's column `type`. In the examples `id` is the primary key and `ab` an
//! index on `(a, b)`:
//!
//! | type    | what is read                                                | example                 |
//! |---------|-------------------------------------------------------------|-------------------------|
//! | `const` | the row with a whole key of a unique index, none of it NULL | `id = 5`                |
//! | `ref`   | the entries whose first key parts equal constants           | `a = 1`                 |
//! | `range` | intervals of an index, or a loose scan of it                | `a in (1, 3) and b > 5` |
//! | `index` | all of an index that has all columns, or the order          | `select a, b from t`    |
//! | `ALL`   | all rows, from the clustered index                          | `select * from t`       |
//! | (NULL)  | nothing: Extra is `Impossible WHERE`                        | `a > 5 and a < 3`       |
//!
//! A loose scan is a `range` with `Using index for group-by` in Extra; an index that has all columns shows `Using
//! index`.
//!
//! WORDS: A *key part* is a column of an index's key. An index *covers* a statement if its entries have all columns
//! that the statement reads. A comparison is *sargable* (a search argument) if an index can answer it: a column alone
//! on one side, a constant on the other.
//!
//! **Costs** are MariaDB 10.11's, in units of one page read. The weights are constants in `cost`. The quantities that
//! they weigh are read from the trees when the statement is planned: the size of the table and an index's rows per
//! value from a sample of leaves, the rows of a range from the two paths to its ends (*index dive*). No statistics are
//! stored, so nothing goes stale, and the same table and statement always have the same plan.
//!
//! The server does not always take the cheapest path. Each exception is a predicate with a name. Its doc comment has
//! the smallest statements that show the exception, and a test runs them. Most exceptions are in `order`. Unless a
//! statement comes with a table of its own, the table has a thousand rows and is
//! `t (id int primary key, a int, b int, s varchar(9), key a (a), key s (s))`.
//!
//! A key goes on with the primary key's columns: `a = 1 and id > 5` is one range of the index on `a`, and `a = 1 order by
//! id` needs no sort. Most of the rows that a statement locks without returning them follow from such a choice, so
//! `tests/explain` compares plans with the server's, and `tests/scenarios/locks/plans.sql` the locks that follow.
//!
//! Read the files in this order:
//!
//! | file                     | what                                                                          |
//! |--------------------------|-------------------------------------------------------------------------------|
//! | `access`                 | the result: [`AccessPath`], [`AccessKind`]                                    |
//! | `sargable`               | the form of a condition: is an index possible, is one value fixed             |
//! | `interval`               | the values that a condition allows for one column                             |
//! | `key_tree`, `ranges`     | the values that it allows for a key, and the ranges that hold them            |
//! | `cost`, `estimate`       | what reading costs; how many rows the ranges have, and the condition keeps    |
//! | `request`, `plan`        | the input; the choice among ranges and full scans                             |
//! | `order`                  | the choice of an index for the sake of ORDER BY and GROUP BY                  |
//! | `loose_scan`, `loose_choice` | GROUP BY, DISTINCT by jumping from group to group; when that is cheaper   |
//! | `min_max`                | MIN and MAX by one lookup each                                                |
//! | `statement`              | what SELECT, UPDATE and DELETE ask for                                        |
//! | `key_prefix`             | keys put together from a prefix and the rest                                  |
//!
//! InnoDB's counterpart: `sql/opt_range.cc`, `sql/opt_sum.cc`, `make_join_select` and `test_if_skip_sort_order` in
//! `sql/sql_select.cc`. Left out: joins, index merge, rowid filters, histograms, FORMAT=JSON, the optimizer trace.

mod access;
mod cost;
mod estimate;
mod interval;
mod key_prefix;
mod key_tree;
mod loose_choice;
mod loose_scan;
mod min_max;
mod order;
mod plan;
mod ranges;
mod request;
mod sargable;
#[cfg(test)]
mod scenario;
mod statement;

pub(crate) use access::{Access, AccessPath, Lookup, RangeRead, Scanned};
pub(crate) use cost::{columns_bytes, key_bytes, rows_per_value};
pub(crate) use key_prefix::{with_prefix, with_value};
pub(crate) use loose_scan::{LooseScan, MinMaxColumn};
pub(crate) use min_max::MinMaxLookup;
pub(crate) use ranges::key_columns;
pub(crate) use sargable::is_text;
