//! CREATE and DROP, and the steps that all DDL is made of.
//!
//! ```text
//! create_table   make_file: DDL log row ─flush─► file ─► trees ─► fill ─► define: announce ─► definition ─flush─► binary log
//!                                                                         └─► DDL log row removed ─► the table becomes visible
//! drop_table     X on the definition ─► DDL log row ─► decide: announce ─► definition removed ─flush─► binary log
//!                                                      ─► the table becomes invisible ─► file removed ─► DDL log row removed
//! ```
//!
//! RULES
//!
//! - **R1** One DDL statement at a time (`Engine::ddl`). The metadata lock is acquired first, so the holder of this
//!   mutex waits for no transaction.
//! - **R2** [`Engine::decide`] is the point of no return: before it a failure removes what was made; after it the
//!   statement holds, and recovery completes what a failure leaves undone.
//! - **R3** The number of a definition with new trees is the id of its clustered index; a definition that takes trees
//!   over gets a newly assigned number. So no number is used twice.
//! - **R4** CREATE runs under a transaction id, the maker of the table's indexes: a view that does not see that id
//!   may not read the table (`metadata` R3).
//!
//! InnoDB's counterpart: `row_create_table_for_mysql`, `row_drop_table_for_mysql`.

use super::announce::DdlStatement;
use super::locks::Ddl;
use crate::codec::{Error, IndexCodec, Result, TableDef, quoted};
use crate::core::Engine;
use crate::core::events::{Created, Dropped};
use crate::dict::{
    Definition, NO_DEFINITION, Table, WHOLE_FILE, codecs, ddl_log, dictionary, file_name, unique_file_name,
};
use innolab_base::{IndexId, SpaceId, TrxId};
use innolab_btree::Tree;
use std::sync::Arc;

/// The trees of a new table, and the transaction that made each.
pub(super) type Trees = Vec<(Arc<Tree>, TrxId)>;

impl Engine {
    /// Makes an empty table; durable when it returns. REQUIRES: as [`TableDef::check`].
    /// ERRORS: [`Error::TableExists`], [`Error::KeyTooLong`], [`Error::RowTooLarge`], [`Error::Unsupported`],
    /// [`Error::DiskFull`]; nothing of the table is left then.
    #[doc(alias = "row_create_table_for_mysql")]
    pub fn create_table(&self, def: TableDef) -> Result<()> {
        self.check()?;
        def.check()?;
        let _one_at_a_time = self.ddl.lock();
        if self.table(&def.name).is_some() {
            return Err(Error::TableExists { name: def.name });
        }
        // The id keeps the table from older views (R4).
        let by = self.mvcc.begin();
        let sql = def.sql.clone();
        let made = self.sys.reserve_trx_id(by);
        let made = made
            .and_then(|()| self.make_file(def, by, NO_DEFINITION, DdlStatement::at_any_time(&sql), &mut |_| Ok(())));
        self.mvcc.end(by);
        let table = made?;
        self.tables.write().insert(table.clone());
        let (name, file) = (table.def().name.clone(), table.tree().space().name());
        self.store.events().emit(|| Created { table: name, file });
        Ok(())
    }

    /// Makes a file with the trees of a table, filled by `fill`, and the definition that replaces number `replaces`.
    /// ERRORS: nothing is left then.
    pub(super) fn make_file(
        &self,
        def: TableDef,
        by: TrxId,
        replaces: u64,
        statement: DdlStatement<'_>,
        fill: &mut dyn FnMut(&Trees) -> Result<()>,
    ) -> Result<Arc<Table>> {
        let space = self.sys.next_space_id()?;
        let mut file = file_name(&def.name, space);
        if self.store.disk().exists(&file)? {
            file = unique_file_name(&def.name, space);
        }
        self.log_file(space, &file)?;
        self.flush()?;
        let made = self.make_trees(&def, space, &file, by).and_then(|trees| {
            fill(&trees)?;
            self.define(def, space, trees, replaces, statement)
        });
        if made.is_err() && self.store.space(space).is_some() {
            self.store.drop_space(space)?;
        }
        self.forget(space, WHOLE_FILE)?;
        made
    }

    fn make_trees(&self, def: &TableDef, space: SpaceId, file: &str, by: TrxId) -> Result<Trees> {
        let file = self.store.create_space(space, file)?;
        let tree = |codec: IndexCodec| {
            let id = self.sys.next_index_id()?;
            Ok((Arc::new(Tree::create(&self.store, &file, id, codec.layout().clone())?), by))
        };
        codecs(def).into_iter().map(tree).collect()
    }

    /// Adds a definition in place of number `replaces`, durably, and logs the statement.
    pub(super) fn define(
        &self,
        def: TableDef,
        space: SpaceId,
        trees: Trees,
        replaces: u64,
        statement: DdlStatement<'_>,
    ) -> Result<Arc<Table>> {
        let roots: Vec<_> = trees.iter().map(|(tree, _)| (tree.index_id(), tree.root())).collect();
        // R3: the number is new.
        let number = if replaces == NO_DEFINITION { roots[0].0.0 } else { self.sys.next_index_id()?.0 };
        let entry = Definition { number, replaces, with: NO_DEFINITION, def, space, trees: roots };
        let table = Table::new(entry.def.clone(), number, trees)?;
        // R2: nothing may fail from here on but the log.
        self.decide(number, true, statement, || dictionary::insert(&self.sys.dict, &entry))?;
        Ok(Arc::new(table))
    }

    /// Drops a table and its file once no transaction uses it (`metadata`); durable when it returns.
    /// ERRORS: [`Error::NoSuchTable`], [`Error::Deadlock`].
    #[doc(alias = "row_drop_table_for_mysql")]
    pub fn drop_table(&self, ddl: &mut Ddl, name: &str) -> Result<()> {
        self.check()?;
        let table = ddl.table(name)?;
        let _one_at_a_time = self.ddl.lock();
        let space = table.tree().space().clone();
        self.log_file(space.id(), &space.name())?;
        let statement = format!("DROP TABLE {}", quoted(name));
        self.decide(table.number, false, DdlStatement::at_any_time(&statement), || {
            dictionary::remove(&self.sys.dict, table.number)
        })?;
        self.tables.write().remove(&table);
        // No purge of a table whose file is being removed.
        let _no_purge = self.purging.lock();
        // The file is removed only after the log is durable up to here.
        self.store.drop_space(space.id())?;
        self.forget(space.id(), WHOLE_FILE)?;
        self.store.events().emit(|| Dropped { table: name.to_owned(), file: space.name() });
        Ok(())
    }

    /// Decides a statement by the mini-transaction `act`, flushes it, and writes the statement to the binary log
    /// (R2).
    pub(super) fn decide(
        &self,
        number: u64,
        known: bool,
        statement: DdlStatement<'_>,
        act: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        let announced = self.announce(number, known, statement)?;
        if let Err(e) = act() {
            announced.map_or(Ok(()), |announced| self.withdraw(&announced))?;
            return Err(e);
        }
        self.flush()?;
        self.log_announced(announced);
        Ok(())
    }

    pub(super) fn log_file(&self, space: SpaceId, file: &str) -> Result<()> {
        ddl_log::insert(&self.sys.ddl, space, WHOLE_FILE, file)
    }

    pub(super) fn log_tree(&self, space: SpaceId, index: IndexId) -> Result<()> {
        ddl_log::insert(&self.sys.ddl, space, index, "")
    }

    pub(super) fn forget(&self, space: SpaceId, index: IndexId) -> Result<()> {
        ddl_log::remove(&self.sys.ddl, space, index)
    }

    /// Flushes all redo so far, whatever `innodb_flush_log_at_trx_commit` says.
    fn flush(&self) -> Result<()> {
        Ok(self.store.flush_log(self.store.appended_lsn())?)
    }
}

#[cfg(test)]
mod tests;
