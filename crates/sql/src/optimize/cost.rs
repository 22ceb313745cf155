//! Costs of reading a table: the server's numbers, as its optimizer trace shows them. The unit is one page read.
//!
//! ```text
//! all rows             pages + 2 + rows ⁄ 5            comparing five rows with the condition costs a page
//! a covering index     leaves + rows ⁄ 5
//! ranges of an index   1⁄8 a range + 1⁄10 of the entries' pages + rows ⁄ 5, and a page a row if it does not cover
//! the primary key      0.15 for one range, 1.14 a range for several, + rows ⁄ 5
//! a loose index scan   (0.05 + 0.1 × height) a group + pages
//! ```
//!
//! Numbers of pages, rows and values are estimated from the trees at the time of planning ([`super`]).
//!
//! InnoDB's counterpart: `handler::multi_range_read_info_const`, `ha_innobase::{scan_time, read_time}`,
//! `cost_group_min_max`.

use crate::engine::{ColumnDef, ColumnType, IndexNo, Table, TableDef};
use innolab_base::PAGE_SIZE;

/// Number of rows that are compared with the condition at the cost of a page.
#[doc(alias = "TIME_FOR_COMPARE")]
const ROWS_COMPARED: f64 = 5.0;
/// Added to the cost of a scan of all rows.
const TABLE_SCAN: f64 = 2.0;
/// Cost of the descent to one range of a secondary index.
#[doc(alias = "IDX_LOOKUP_COST")]
const RANGE: f64 = 0.125;
/// Cost of the descent to the only range of the primary key.
const DESCENT: f64 = 0.149;
/// Cost of the descent to one of several ranges of the primary key: each is assumed to be on a page of its own.
const POINT: f64 = 1.14;
/// Cost of a page of index entries.
const ENTRY_PAGE: f64 = 0.1;
/// Cost of the search within a page for one group of a loose index scan.
const GROUP: f64 = 0.05;
/// Cost of each tree level above that page, for one group of a loose index scan.
const LEVEL: f64 = 0.1;

/// Cost of comparing this many rows with the condition.
pub(crate) fn compare_cost(rows: f64) -> f64 {
    rows / ROWS_COMPARED
}

/// The estimated size of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TableSize {
    /// Number of rows; at least 1.
    pub(crate) rows: u64,
    /// Number of pages of the clustered index; at least 1.
    #[doc(alias = "scan_time")]
    pub(crate) pages: f64,
}

impl TableSize {
    /// Estimates the size from some of the tree's pages. REQUIRES: the caller has no page of the tree latched.
    pub(crate) fn of(table: &Table) -> TableSize {
        let (leaves, rows) = table.clustered().estimate_size();
        // Several leaves have a root above them. An empty table counts as one row.
        TableSize { rows: rows.max(1), pages: (leaves + u64::from(leaves > 1)).max(1) as f64 }
    }

    /// The cost of reading all rows.
    pub(crate) fn table_scan_cost(self) -> f64 {
        self.pages + TABLE_SCAN + compare_cost(self.rows as f64)
    }

    /// The cost of reading all of a covering index.
    pub(crate) fn index_scan_cost(self, table: &Table, index: IndexNo) -> f64 {
        table.index(index).estimate_size().0.max(1) as f64 + compare_cost(self.rows as f64)
    }

    /// The cost of a loose index scan of this many groups.
    #[doc(alias = "cost_group_min_max")]
    pub(crate) fn loose_scan_cost(self, def: &TableDef, index: IndexNo, groups: f64) -> f64 {
        let rows = self.rows as f64;
        let on_a_page = keys_per_page(def, index);
        let height = (rows.ln() / on_a_page.ln()).ceil();
        groups * (GROUP + LEVEL * height) + (rows / on_a_page).floor() + 1.0
    }
}

/// The cost of reading ranges of an index that hold this many rows.
#[doc(alias = "multi_range_read_info_const")]
pub(crate) fn ranges_cost(def: &TableDef, index: IndexNo, rows: f64, ranges: f64, covering: bool) -> f64 {
    if index == IndexNo::CLUSTERED {
        return compare_cost(rows) + if ranges > 1.0 { POINT * ranges } else { DESCENT };
    }
    // The server takes a page of entries to be half full.
    let entries = compare_cost(rows) + RANGE * ranges + ENTRY_PAGE * rows / (keys_per_page(def, index) / 2.0) + 0.02;
    if covering { entries } else { entries + rows }
}

/// How many keys of an index, each with a reference to its row, fit on a page, by the server's count.
fn keys_per_page(def: &TableDef, index: IndexNo) -> f64 {
    let row = if def.has_row_id() { 6 } else { key_bytes(def, IndexNo::CLUSTERED) };
    PAGE_SIZE as f64 / (key_bytes(def, index) + row) as f64 + 1.0
}

/// Estimated number of rows that share one value of the first `key_parts` columns of an index, halved: the server
/// halves it to favour indexes. At least 1.
#[doc(alias = "rec_per_key")]
pub(crate) fn rows_per_value(table: &Table, index: IndexNo, key_parts: usize, rows: u64) -> f64 {
    let values = table.index(index).estimate_values();
    let values = key_parts.checked_sub(1).and_then(|last| values.get(last)).copied().unwrap_or(1).max(1);
    (rows as f64 / values as f64 / 2.0).floor().max(1.0)
}

/// Number of bytes of an index's declared columns, as the server counts them.
#[doc(alias = "key_length")]
pub(crate) fn key_bytes(def: &TableDef, index: IndexNo) -> usize {
    columns_bytes(def.index_columns(index).iter().map(|&c| &def.columns[c]))
}

/// Number of bytes of these columns in one of the server's keys: the longest value, 2 for the length of a variable one,
/// 1 for NULL.
pub(crate) fn columns_bytes<'c>(columns: impl Iterator<Item = &'c ColumnDef>) -> usize {
    let bytes = |column: &ColumnDef| {
        let length = match column.ty {
            ColumnType::VarChar { .. } | ColumnType::VarBinary { .. } => 2,
            _ => 0,
        };
        column.ty.max_bytes() + length + usize::from(column.nullable)
    };
    columns.map(bytes).sum()
}
