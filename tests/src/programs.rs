//! Programs of claims: each runs crates of the lab and counts events. They count no times, so every machine gets the
//! same numbers.

mod binlog;
mod crash;
mod group_commit;
mod locks;
mod log;
mod transactions;
mod trees;

use std::fmt;

/// The counts of a program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    columns: Vec<&'static str>,
    rows: Vec<(String, Vec<u64>)>,
}

impl Table {
    /// A table with these columns and no rows.
    pub fn new(columns: &[&'static str]) -> Table {
        Table { columns: columns.to_vec(), rows: vec![] }
    }

    /// Adds a row. REQUIRES: as many numbers as columns.
    pub fn row(mut self, name: &str, cells: impl Into<Vec<u64>>) -> Table {
        let cells = cells.into();
        assert_eq!(cells.len(), self.columns.len(), "one number per column");
        self.rows.push((name.to_owned(), cells));
        self
    }

    /// Returns the number in this row and column, by their names.
    pub fn cell(&self, row: &str, column: &str) -> Option<u64> {
        let at = self.columns.iter().position(|name| *name == column)?;
        self.rows.iter().find(|(name, _)| name == row).map(|(_, cells)| cells[at])
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name_width = self.rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|i| {
                let cells = self.rows.iter().map(|(_, cells)| cells[i].to_string().len());
                cells.chain([self.columns[i].chars().count()]).max().unwrap_or(0)
            })
            .collect();
        let line = |f: &mut fmt::Formatter<'_>, name: &str, cells: Vec<String>| {
            let cells: String = cells.iter().zip(&widths).map(|(cell, width)| format!("  {cell:>width$}")).collect();
            writeln!(f, "{name:name_width$}{cells}")
        };
        line(f, "", self.columns.iter().map(|name| name.to_string()).collect())?;
        self.rows.iter().try_for_each(|(name, cells)| line(f, name, cells.iter().map(u64::to_string).collect()))
    }
}

/// Runs the program of this name.
///
/// # Panics
/// If there is no such program.
pub fn run(name: &str) -> Table {
    match name {
        "shapes" => trees::shapes(),
        "rows-by-level" => trees::rows_by_level(),
        "leaf-links" => trees::leaf_links(),
        "lookup-and-scan" => trees::lookup_and_scan(),
        "by-selectivity" => trees::by_selectivity(),
        "row-at-a-time-and-bulk" => trees::row_at_a_time_and_bulk(),
        "sequential-and-random" => trees::sequential_and_random(),
        "regions-of-a-leaf" => trees::regions_of_a_leaf(),
        "merge" => trees::merge(),
        "table-locks" => locks::of_tables(),
        "record-locks" => locks::of_records(),
        "history" => transactions::history(),
        "power-loss" => transactions::power_loss(),
        "circle" => log::circle(),
        "redo-and-binlog" => binlog::redo_and_binlog(),
        "sizes-of-formats" => binlog::sizes_of_formats(),
        "delete-limit" => binlog::delete_limit(),
        "undo-of-a-mistake" => binlog::undo_of_a_mistake(),
        "bytes-of-a-deletion" => binlog::bytes_of_a_deletion(),
        "point-in-time" => binlog::point_in_time(),
        "order-of-the-log" => binlog::order_of_the_log(),
        "crash-points" => crash::points(),
        "crash-orders" => crash::orders(),
        "flush-knobs" => crash::flush_knobs(),
        "syncs-by-committers" => group_commit::syncs_by_committers(),
        _ => panic!("there is no program {name}"),
    }
}
