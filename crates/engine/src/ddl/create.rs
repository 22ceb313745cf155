//! CREATE and DROP, and what all DDL is made of: a new file, a definition, the mini-transaction that decides.
//!
//! RULES: those of the folder.

use super::announce::DdlStatement;
use crate::codec::{Error, IndexCodec, Result, TableDef, quoted};
use crate::core::events::{Created, Dropped};
use crate::core::{Engine, Isolation, Trx};
use crate::dict::{Entry, NO_DEFINITION, Table, WHOLE_FILE, codecs, ddl_log, dictionary, file_name, unique_file_name};
use innolab_base::{IndexId, SpaceId, TrxId, Waiter};
use innolab_btree::Tree;
use innolab_lock::TableMode;
use std::sync::Arc;

/// The trees of a table to be, and who made them.
pub(super) type Trees = Vec<(Arc<Tree>, TrxId)>;

impl Engine {
    /// Makes an empty table; durable when it returns. REQUIRES: as [`TableDef::check`].
    /// ERRORS: [`Error::TableExists`], [`Error::KeyTooLong`], [`Error::RowTooLarge`], [`Error::Unsupported`],
    /// [`Error::DiskFull`]; there is no trace of it then.
    #[doc(alias = "row_create_table_for_mysql")]
    pub fn create_table(&self, def: TableDef) -> Result<()> {
        self.check()?;
        def.check()?;
        let _one_at_a_time = self.ddl.lock();
        if self.table(&def.name).is_some() {
            return Err(Error::TableExists { name: def.name });
        }
        // It has an id, so that older views do not see the table (`metadata` R3).
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

    /// Makes a file with the trees of a table, filled by `fill`, and the definition that replaces number `replaces`. If
    /// that fails nothing is left.
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

    /// Adds a definition, durably, in the place of number `replaces`, and logs the statement that does so.
    pub(super) fn define(
        &self,
        def: TableDef,
        space: SpaceId,
        trees: Trees,
        replaces: u64,
        statement: DdlStatement<'_>,
    ) -> Result<Arc<Table>> {
        let roots: Vec<_> = trees.iter().map(|(tree, _)| (tree.index_id(), tree.root())).collect();
        // A definition with its own trees has the clustered one's number: nobody else has had it.
        let number = if replaces == NO_DEFINITION { roots[0].0.0 } else { self.sys.next_index_id()?.0 };
        let entry = Entry { number, replaces, with: NO_DEFINITION, def, space, trees: roots };
        let table = Table::new(entry.def.clone(), number, trees)?;
        // Nothing may fail after this but the log itself, which then refuses to let anything go.
        self.decide(number, true, statement, || dictionary::insert(&self.sys.dict, &entry))?;
        Ok(Arc::new(table))
    }

    /// Drops a table and its file, once nobody uses it (`metadata`); durable when it returns. REQUIRES: the session
    /// that sits on `seat` has no open transaction.
    /// ERRORS: [`Error::NoSuchTable`], [`Error::Deadlock`].
    #[doc(alias = "row_drop_table_for_mysql")]
    pub fn drop_table(self: &Arc<Self>, session: &Arc<Waiter>, name: &str) -> Result<()> {
        self.check()?;
        let mut trx = Trx::new(self.clone(), session.clone(), Isolation::default());
        let table = trx.lock_definition(name, TableMode::X)?;
        let _one_at_a_time = self.ddl.lock();
        let space = table.tree().space().clone();
        self.log_file(space.id(), &space.name())?;
        let statement = format!("DROP TABLE {}", quoted(name));
        self.decide(table.number, false, DdlStatement::at_any_time(&statement), || {
            dictionary::remove(&self.sys.dict, table.number)
        })?;
        self.tables.write().remove(&table);
        // Nobody purges a table whose file goes.
        let _no_purge = self.purging.lock();
        // The file goes only after the log is durable up to here.
        self.store.drop_space(space.id())?;
        self.forget(space.id(), WHOLE_FILE)?;
        self.store.events().emit(|| Dropped { table: name.to_owned(), file: space.name() });
        Ok(())
    }

    /// The one mini-transaction that decides a statement, durable, and then in the binary log.
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
        ddl_log::log_row(&self.sys.ddl, space, WHOLE_FILE, file)
    }

    pub(super) fn log_tree(&self, space: SpaceId, index: IndexId) -> Result<()> {
        ddl_log::log_row(&self.sys.ddl, space, index, "")
    }

    pub(super) fn forget(&self, space: SpaceId, index: IndexId) -> Result<()> {
        ddl_log::forget(&self.sys.ddl, space, index)
    }

    /// Makes all that was logged so far durable, whatever the settings say of statements.
    fn flush(&self) -> Result<()> {
        Ok(self.store.flush_log(self.store.appended_lsn())?)
    }
}

#[cfg(test)]
mod tests;
