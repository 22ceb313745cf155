//! What ways to read a table cost, in units of a page read: the server's numbers, as its optimizer trace shows them.
//!
//! ```text
//! all rows             pages + 2 + rows ⁄ 5                       a fifth: rows are compared with the condition, five at the price of a page
//! a covering index     leaves + rows ⁄ 5
//! ranges of an index   1⁄8 a range + a tenth of the pages that the entries fill + rows ⁄ 5, and a page a row where the index does not cover
//! the primary key      0.15, or 1.14 a range if they are several, + rows ⁄ 5
//! groups' ends         (0.05 + 0.1 × height) a group + pages
//! ```
//!
//! InnoDB's counterpart: `handler::multi_range_read_info_const`, `ha_innobase::{scan_time, read_time}`, `cost_group_min_max`.

use crate::engine::{ColumnDef, ColumnType, IndexNo, Table, TableDef};
use innolab_base::PAGE_SIZE;

/// Rows that are compared at the cost of a page.
#[doc(alias = "TIME_FOR_COMPARE")]
const ROWS_COMPARED: f64 = 5.0;
/// What a scan of the table costs beside its rows and pages.
const TABLE_SCAN: f64 = 2.0;
/// The descent to a range of a secondary index.
#[doc(alias = "IDX_LOOKUP_COST")]
const RANGE: f64 = 0.125;
/// The same of the primary key, if it is the only range; else rows are taken to lie on pages of their own.
const DESCENT: f64 = 0.149;
const POINT: f64 = 1.14;
/// An index entry's fraction of the price of its page.
const ENTRY_PAGE: f64 = 0.1;
/// To one end of a group: in the page, and for each level of the tree.
const GROUP: f64 = 0.05;
const LEVEL: f64 = 0.1;

/// What comparing rows costs.
pub(crate) fn compared(rows: f64) -> f64 {
    rows / ROWS_COMPARED
}

/// How large a table is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) rows: u64,
    /// Pages of the clustered index.
    #[doc(alias = "scan_time")]
    pub(crate) pages: f64,
}

impl Size {
    /// REQUIRES an unlatched tree: it looks at some of its pages.
    pub(crate) fn of(table: &Table) -> Size {
        let (leaves, rows) = table.clustered().estimate_size();
        // A root above several leaves. An empty table counts as one row.
        Size { rows: rows.max(1), pages: (leaves + u64::from(leaves > 1)).max(1) as f64 }
    }

    /// Reading all rows.
    pub(crate) fn table_scan(self) -> f64 {
        self.pages + TABLE_SCAN + compared(self.rows as f64)
    }

    /// Reading all of an index that covers.
    pub(crate) fn index_scan(self, table: &Table, index: IndexNo) -> f64 {
        table.index(index).estimate_size().0.max(1) as f64 + compared(self.rows as f64)
    }

    /// Looking at each group once, by an index.
    #[doc(alias = "cost_group_min_max")]
    pub(crate) fn groups(self, def: &TableDef, index: IndexNo, groups: f64) -> f64 {
        let rows = self.rows as f64;
        let on_a_page = keys_of_a_page(def, index);
        let height = (rows.ln() / on_a_page.ln()).ceil();
        groups * (GROUP + LEVEL * height) + (rows / on_a_page).floor() + 1.0
    }
}

/// Reading ranges of an index.
#[doc(alias = "multi_range_read_info_const")]
pub(crate) fn of_ranges(def: &TableDef, index: IndexNo, rows: f64, ranges: f64, covering: bool) -> f64 {
    if index == IndexNo::CLUSTERED {
        return compared(rows) + if ranges > 1.0 { POINT * ranges } else { DESCENT };
    }
    // A page is taken to be half full.
    let entries = compared(rows) + RANGE * ranges + ENTRY_PAGE * rows / (keys_of_a_page(def, index) / 2.0) + 0.02;
    if covering { entries } else { entries + rows }
}

/// Keys of an index, with a reference to the row, that a page could hold.
fn keys_of_a_page(def: &TableDef, index: IndexNo) -> f64 {
    let row = if def.has_row_id() { 6 } else { key_bytes(def, IndexNo::CLUSTERED) };
    PAGE_SIZE as f64 / (key_bytes(def, index) + row) as f64 + 1.0
}

/// Rows with one value in the first so many of an index's columns. Half of what there are: the server divides so, to
/// favour indexes.
#[doc(alias = "rec_per_key")]
pub(crate) fn rows_of_a_value(table: &Table, index: IndexNo, columns: usize, rows: u64) -> f64 {
    let values = table.index(index).estimate_values();
    let values = columns.checked_sub(1).and_then(|last| values.get(last)).copied().unwrap_or(1).max(1);
    (rows as f64 / values as f64 / 2.0).floor().max(1.0)
}

/// Bytes of an index's declared columns as the server counts them.
#[doc(alias = "key_length")]
pub(crate) fn key_bytes(def: &TableDef, index: IndexNo) -> usize {
    columns_bytes(def.index_columns(index).iter().map(|&c| &def.columns[c]))
}

/// Bytes of columns in a key of the server's.
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
