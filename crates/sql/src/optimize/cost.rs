//! Costs of reading a table: the server's numbers, as its optimizer trace shows them. The unit is one page read.
//!
//! ```text
//! all rows              pages + 2 + rows ⁄ 5           comparing five rows with the condition costs a page
//! a covering index      leaves + rows ⁄ 5              and the bytes of its entries
//! ranges of an index    1⁄8 a range + rows ⁄ 5         and the bytes of the entries, and a page a row if it does not cover
//! the primary key       1⁄8 a range + rows ⁄ 5         and a page for each whole key, and a share of the table's pages
//! a ref                 as its range, not compared     without an exact count: a page a row, up to a limit
//! a loose index scan    (0.05 + 0.1 × height) a group + pages
//! ```
//!
//! Numbers of pages, rows and values are estimated from the trees at the time of planning ([`super`]).
//!
//! InnoDB's counterpart: `handler::multi_range_read_info_const`, `handler::keyread_time`,
//! `ha_innobase::{scan_time, read_time}`, `cost_group_min_max`.

use super::ranges::key_columns;
use crate::engine::{ColumnDef, ColumnType, IndexNo, Table, TableDef};
use innolab_base::PAGE_SIZE;

/// Number of rows that are compared with the condition at the cost of a page.
#[doc(alias = "TIME_FOR_COMPARE")]
const ROWS_COMPARED: f64 = 5.0;
/// Added to the cost of a scan of all rows.
const TABLE_SCAN: f64 = 2.0;
/// Cost of the descent to one range.
#[doc(alias = "IDX_LOOKUP_COST")]
const RANGE: f64 = 0.125;
/// Added to the cost of ranges.
#[doc(alias = "MULTI_RANGE_READ_SETUP_COST")]
const RANGES: f64 = 0.02;
/// Cost of copying a page of index entries.
#[doc(alias = "IDX_BLOCK_COPY_COST")]
const COPY_PAGE: f64 = 0.2;
/// Cost of the search within a page for one group of a loose index scan.
const GROUP: f64 = 0.05;
/// Cost of each tree level above that page, for one group of a loose index scan.
const LEVEL: f64 = 0.1;
/// Bytes of a row that are no column's: its header, `DB_TRX_ID` and `DB_ROLL_PTR`.
const ROW_OVERHEAD: usize = 5 + 6 + 7;

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
    /// Number of the shortest possible rows that its pages could hold, doubled.
    #[doc(alias = "estimate_rows_upper_bound")]
    most_rows: f64,
}

impl TableSize {
    /// Estimates the size from some of the tree's pages. REQUIRES: the caller has no page of the tree latched.
    pub(crate) fn of(table: &Table) -> TableSize {
        let (leaves, rows) = table.clustered().estimate_size();
        let leaves = leaves.max(1);
        // Several leaves have a root above them. An empty table counts as one row.
        let pages = (leaves + u64::from(leaves > 1)) as f64;
        let most_rows = 2.0 * leaves as f64 * PAGE_SIZE as f64 / least_row_bytes(table.def()) as f64;
        TableSize { rows: rows.max(1), pages, most_rows }
    }

    /// The cost of reading all rows, for the comparison with ranges.
    pub(crate) fn table_scan_cost(self) -> f64 {
        self.pages + TABLE_SCAN + compare_cost(self.rows as f64)
    }

    /// The cost of reading all of a covering index.
    pub(crate) fn index_scan_cost(self, def: &TableDef, index: IndexNo) -> f64 {
        entries_cost(def, index, self.rows as f64) + compare_cost(self.rows as f64)
    }

    /// The cost of the pages of these rows of the clustered index.
    #[doc(alias = "read_time")]
    fn clustered_cost(self, rows: f64) -> f64 {
        if self.most_rows < rows { self.pages } else { rows / self.most_rows * self.pages }
    }

    /// The cost of reading ranges of an index.
    #[doc(alias = "multi_range_read_info_const")]
    pub(crate) fn ranges_cost(self, def: &TableDef, ranges: &RangeCount, covering: bool) -> f64 {
        let RangeCount { index, rows, ranges, whole_keys } = *ranges;
        let pages = match index {
            IndexNo::CLUSTERED => whole_keys as f64 + self.clustered_cost(rows),
            _ if covering => copy_cost(def, index, rows),
            _ => copy_cost(def, index, rows) + rows,
        };
        pages + compare_cost(rows) + RANGE * ranges as f64 + RANGES
    }

    /// The cost of a `ref` whose rows were counted by a dive: that of its range, without the comparing.
    pub(crate) fn counted_ref_cost(range_cost: f64, rows: f64) -> f64 {
        range_cost - compare_cost(rows) - RANGES
    }

    /// The cost of a `ref` of which only the mean number of rows is known.
    #[doc(alias = "cost_for_index_read")]
    pub(crate) fn mean_ref_cost(self, def: &TableDef, index: IndexNo, rows: f64, covering: bool) -> f64 {
        let is_copied = index != IndexNo::CLUSTERED && !covering;
        let copied = if is_copied { copy_cost(def, index, rows) } else { 0.0 };
        copied + self.lookup_cost(def, index, rows, covering)
    }

    /// The cost of the rows of one key, wherever they are.
    pub(crate) fn lookup_cost(self, def: &TableDef, index: IndexNo, rows: f64, covering: bool) -> f64 {
        match index {
            IndexNo::CLUSTERED => 1.0 + self.clustered_cost(rows),
            _ if covering => entries_cost(def, index, rows),
            _ => 1.0 + rows.min(self.worst_seeks()),
        }
    }

    /// The most pages that the rows of a `ref` are assumed to be read from.
    pub(crate) fn worst_seeks(self) -> f64 {
        (self.rows as f64 / 10.0).min(self.pages * 3.0).max(2.0).floor()
    }

    /// The cost of a loose index scan of this many groups.
    #[doc(alias = "cost_group_min_max")]
    pub(crate) fn loose_scan_cost(self, def: &TableDef, index: IndexNo, groups: f64) -> f64 {
        let rows = self.rows as f64;
        let on_a_page = PAGE_SIZE as f64 / entry_bytes(def, index) as f64 + 1.0;
        let height = (rows.ln() / on_a_page.ln()).ceil();
        groups * (GROUP + LEVEL * height) + (rows / on_a_page).floor() + 1.0
    }
}

/// Ranges of an index, counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RangeCount {
    pub(crate) index: IndexNo,
    /// Number of rows in them.
    pub(crate) rows: f64,
    /// Number of ranges.
    pub(crate) ranges: usize,
    /// Number of ranges that are a whole key of a unique index.
    pub(crate) whole_keys: usize,
}

/// The cost of copying this many index entries.
fn copy_cost(def: &TableDef, index: IndexNo, rows: f64) -> f64 {
    COPY_PAGE * rows * entry_bytes(def, index) as f64 / (PAGE_SIZE + 1) as f64
}

/// The cost of reading this many neighbouring index entries. The server takes a page of them to be three quarters full.
#[doc(alias = "keyread_time")]
fn entries_cost(def: &TableDef, index: IndexNo, rows: f64) -> f64 {
    let on_a_page = (PAGE_SIZE * 3 / 4 / entry_bytes(def, index) + 1) as f64;
    copy_cost(def, index, rows) + (rows / on_a_page).ceil()
}

/// Bytes of an index entry, by the server's count: the longest key, and the reference to its row.
fn entry_bytes(def: &TableDef, index: IndexNo) -> usize {
    key_bytes(def, index) + if def.has_row_id() { 6 } else { key_bytes(def, IndexNo::CLUSTERED) }
}

/// Bytes of the shortest row.
#[doc(alias = "dict_index_calc_min_rec_len")]
fn least_row_bytes(def: &TableDef) -> usize {
    let lengths = |column: &ColumnDef| if column.ty.max_bytes() < 128 { 1 } else { 2 };
    let columns = def.columns.iter().map(|column| column.ty.fixed_bytes().unwrap_or_else(|| lengths(column)));
    let nullable = def.columns.iter().filter(|column| column.nullable).count();
    ROW_OVERHEAD + if def.has_row_id() { 6 } else { 0 } + columns.sum::<usize>() + nullable.div_ceil(8)
}

/// Estimated number of rows that share one value of the first `key_parts` columns of an index, halved: the server
/// halves it to favour indexes. At least 1.
#[doc(alias = "rec_per_key")]
pub(crate) fn rows_per_value(table: &Table, index: IndexNo, key_parts: usize, rows: u64) -> f64 {
    if key_parts >= key_columns(table.def(), index).len() && !table.def().has_row_id() {
        return 1.0;
    }
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
