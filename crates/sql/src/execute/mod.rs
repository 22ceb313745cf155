//! Statements on tables run: rows are read, locked, grouped, sorted, inserted, changed. EXPLAIN shows what would run.

mod accumulator;
mod auto_increment;
mod duplicate;
pub(crate) mod explain;
mod group;
mod insert;
mod loose_scan;
mod min_max;
mod read;
mod row_maker;
mod scan;
mod select;
mod sort;
mod update_delete;
