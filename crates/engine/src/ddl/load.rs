//! Loading an empty table: all rows at once, in the order of the primary key.
//!
//! ```text
//! rows ─► records, made in place ─► pages, completed and written to their places (`bulk` of btree) ─┐
//!                                   entries of the rows, sorted ─► secondary indexes (`build`) ─────┴► the definition replaces the empty table's
//! ```
//!
//! RULES
//!
//! - **R1** The table is replaced by a new one, as by TRUNCATE and ALTER (`alter`): after a crash it is empty or
//!   loaded. So no row needs undo, a lock or a search.
//! - **R2** A view that is older than the load may not read the table at all, though it was empty for that view
//!   (R4 of `alter`).
//! - **R3** The rows of a load are not in the binary log, so a database with a binary log refuses loads (I5).
//! - **R4** The pages of each tree are synced before its root leads to them, and all of this before the definition is
//!   decided: what a crash leaves of a load is in a file that only the DDL log knows, and is removed with it.
//!
//! The speed compared with inserts is in `docs/performance.md`.
//!
//! InnoDB's counterpart: MariaDB's bulk insert into an empty table (`trx_undo_report_row_operation` with
//! `TRX_UNDO_EMPTY`, `row_merge_bulk_t`).

use super::announce::DdlStatement;
use super::build::{BuildTarget, LiveRows, load_by};
use super::create::Trees;
use crate::codec::{ColumnDef, Datum, Error, IndexCodec, IndexNo, Result, System, TableDef};
use crate::core::{Engine, check_interrupt};
use crate::dict::{Table, codecs};
use innolab_base::{TrxId, Waiter};
use innolab_page::RecordBatch;
use std::sync::Arc;

/// Writes the next row of a load to the buffer; returns false after the last.
pub type NextRow<'a> = dyn FnMut(&mut Vec<Datum>) -> Result<bool> + 'a;

impl Engine {
    /// Fills an empty table with rows in the order of its primary key, one value a column; durable when it returns.
    /// Returns their number. REQUIRES: `session` has no open transaction; `next` does not call the engine.
    /// ERRORS: those of `next`; [`Error::Unsupported`] (the table is not empty, or there is a binary log: R3),
    /// [`Error::OutOfOrder`], [`Error::Value`], [`Error::Duplicate`] (of a secondary key), [`Error::RowTooLarge`],
    /// [`Error::NoSuchTable`], [`Error::Deadlock`], [`Error::DiskFull`]; the table is empty then, as before.
    #[doc(alias = "TRX_UNDO_EMPTY")]
    pub fn load_table(self: &Arc<Self>, session: &Arc<Waiter>, name: &str, next: &mut NextRow<'_>) -> Result<u64> {
        self.check()?;
        if self.binlog_side().is_some() {
            return Err(Error::Unsupported("a load beside a binary log".to_owned()));
        }
        let mut ddl = self.ddl(session);
        let table = ddl.table(name)?;
        let _one_at_a_time = self.ddl.lock();
        if !is_empty(&table, session)? {
            return Err(Error::Unsupported(format!("a load into table {name}, which is not empty")));
        }
        let by = ddl.maker()?;
        let mut loaded = 0;
        self.move_to_new_file(&table, table.def().clone(), by, DdlStatement::at_any_time(""), &mut |trees| {
            loaded = self.load_rows(table.def(), trees, by, session, next)?;
            Ok(())
        })?;
        Ok(loaded)
    }

    fn load_rows(
        &self,
        def: &TableDef,
        trees: &Trees,
        by: TrxId,
        session: &Waiter,
        next: &mut NextRow<'_>,
    ) -> Result<u64> {
        let codecs = codecs(def);
        let target = |i: usize| {
            let stamp = if i == 0 { 0 } else { by.0 };
            BuildTarget { def, index: IndexNo(i), tree: &trees[i].0, codec: &codecs[i], stamp }
        };
        let targets: Vec<BuildTarget<'_>> = (1..trees.len()).map(target).collect();
        let mut builder = self.index_builder(&targets, 0, session);
        let (mut row, mut used) = (vec![], 0);
        let loaded = load_by(&target(0), |run| {
            check_interrupt(session)?;
            let there = next(&mut row)?;
            if there {
                self.add_row(def, &codecs[0], &mut row, run)?;
                builder.push(&row)?;
                used = def.auto_increment.map_or(0, |i| row[i].as_counter()).max(used);
                row.truncate(def.columns.len());
            }
            Ok(there)
        })?;
        if used > 0 {
            trees[0].0.set_counter(used)?;
        }
        builder.load()?;
        Ok(loaded)
    }

    /// Appends the record of a row, with a hidden row id if the table has them, and without history. ERRORS:
    /// [`Error::Value`], [`Error::RowTooLarge`].
    fn add_row(&self, def: &TableDef, codec: &IndexCodec, row: &mut Vec<Datum>, run: &mut RecordBatch) -> Result<()> {
        assert_eq!(row.len(), def.columns.len(), "a value for each column");
        let null = |(column, value): &(&ColumnDef, &Datum)| !column.nullable && **value == Datum::Null;
        if let Some((column, _)) = def.columns.iter().zip(&*row).find(null) {
            return Err(Error::Value { column: column.name.clone(), value: Datum::Null });
        }
        if def.has_row_id() {
            row.push(Datum::UInt(self.sys.next_row_id()?));
        }
        codec.encode_record(row, run)?;
        let (_, roll_ptr) = System::NO_HISTORY.bytes();
        run.set_field(run.len() - 1, codec.layout(), codec.layout().n_key() + 1, &roll_ptr);
        Ok(())
    }
}

/// True if the table has no live record. REQUIRES: X on its definition.
fn is_empty(table: &Table, session: &Waiter) -> Result<bool> {
    let mut rows = LiveRows::new(&table.clustered().tree, &table.clustered().codec, session);
    Ok(!rows.next(&mut vec![])?)
}
