//! DDL as it must be: after any crash each table is as it was before or as it is after, and nothing else is on the disk.
//!
//! ```text
//! CREATE   log row ─flush─► file ─► trees ─► definition ─flush─► log row goes
//! DROP     log row ─► definition goes ─flush─► file goes ─► log row goes
//!                     └ the one mini-transaction that decides (`dict` R1); ALTER and TRUNCATE: `alter`
//! ```
//!
//! RULES
//!
//! - **R1** A row of the DDL log says: *this file, or this tree of this file, may be there iff the dictionary knows
//!   it*. For a file it is durable before the file comes or goes; a tree is made of pages whose redo comes after the
//!   row's. So recovery removes nothing else.
//! - **R2** Recovery: for each row of the log, a file or a tree that the dictionary does not know is removed; then the
//!   row goes. Doing it twice is harmless.
//! - **R3** A tablespace file that neither the dictionary nor the log knows is not ours to remove: opening refuses, and
//!   says its name.
//!
//! PROOF that R1 is enough: what comes is made only after its row is in the log, and the row goes only after the
//! dictionary's word on it is in the log before it.
//!
//! A table is found by its tablespace's number, which its file bears; the file's name is for people (`names`).
//!
//! InnoDB's counterpart: MariaDB's `ddl_log` and `row_drop_table_for_mysql`; MySQL 8's `innodb_ddl_log`.

mod alter;
mod build;
mod load;
pub(crate) mod names;
mod rename;
pub(crate) mod sort;

pub use alter::Alter;
pub use load::NextRow;

use crate::binlog::{ANNOUNCED, Said};
use crate::def::TableDef;
use crate::dict::{self, Entry, NO_DEFINITION};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::events::{Created, Dropped, Settled};
use crate::export::quoted;
use crate::row::IndexCodec;
use crate::sys::{self, Sys};
use crate::table::{Table, codecs};
use crate::trx::Isolation;
use alter::Trees;
use innolab_base::codec::{get_u32, get_u64};
use innolab_base::{IndexId, SpaceId, TrxId, Waiter};
use innolab_btree::Tree;
use innolab_lock::TableMode;
use innolab_page::{Column, Layout};
use innolab_store::{Space, Store};
use names::{file_name, unique_file_name};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Stands for the whole file where a row of the log has a tree's number.
const WHOLE_FILE: IndexId = IndexId(0);

/// The columns of the DDL log: tablespace, index, file name.
pub(crate) fn layout() -> Layout {
    Layout::new([Column::fixed(4), Column::fixed(8), Column::variable(255)], 2)
}

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
        let made = made.and_then(|()| self.make_file(def, by, NO_DEFINITION, Said::at_any_time(&sql), &mut |_| Ok(())));
        self.mvcc.end(by);
        let table = made?;
        self.tables.write().insert(table.clone());
        let (name, file) = (table.def().name.clone(), table.tree().space().name());
        self.store.events().emit(|| Created { table: name, file });
        Ok(())
    }

    /// Makes a file with the trees of a table, filled by `fill`, and the definition that replaces number `replaces`. If
    /// that fails nothing is left.
    fn make_file(
        &self,
        def: TableDef,
        by: TrxId,
        replaces: u64,
        said: Said<'_>,
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
            self.define(def, space, trees, replaces, said)
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
    fn define(&self, def: TableDef, space: SpaceId, trees: Trees, replaces: u64, said: Said<'_>) -> Result<Arc<Table>> {
        let roots: Vec<_> = trees.iter().map(|(tree, _)| (tree.index_id(), tree.root())).collect();
        // A definition with its own trees has the clustered one's number: nobody else has had it.
        let number = if replaces == NO_DEFINITION { roots[0].0.0 } else { self.sys.next_index_id()?.0 };
        let entry = Entry { number, replaces, with: NO_DEFINITION, def, space, trees: roots };
        let table = Table::new(entry.def.clone(), number, trees)?;
        // Nothing may fail after this but the log itself, which then refuses to let anything go.
        self.decide(number, true, said, || dict::insert(&self.sys.dict, &entry))?;
        Ok(Arc::new(table))
    }

    /// Drops a table and its file, once nobody uses it (`metadata`); durable when it returns. REQUIRES: the session
    /// that sits on `seat` has no open transaction.
    /// ERRORS: [`Error::NoSuchTable`], [`Error::Deadlock`].
    #[doc(alias = "row_drop_table_for_mysql")]
    pub fn drop_table(self: &Arc<Self>, seat: &Arc<Waiter>, name: &str) -> Result<()> {
        self.check()?;
        let mut trx = self.begin(seat, Isolation::default());
        let table = trx.lock_definition(name, TableMode::X)?;
        let _one_at_a_time = self.ddl.lock();
        let space = table.tree().space().clone();
        self.log_file(space.id(), &space.name())?;
        let statement = format!("DROP TABLE {}", quoted(name));
        self.decide(table.number, false, Said::at_any_time(&statement), || dict::remove(&self.sys.dict, table.number))?;
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
    fn decide(&self, number: u64, known: bool, said: Said<'_>, act: impl FnOnce() -> Result<()>) -> Result<()> {
        let announced = self.announce(number, known, said)?;
        if let Err(e) = act() {
            announced.map_or(Ok(()), |announced| self.withdraw(&announced))?;
            return Err(e);
        }
        self.flush()?;
        self.log_announced(announced);
        Ok(())
    }

    fn log_file(&self, space: SpaceId, file: &str) -> Result<()> {
        log_row(&self.sys.ddl, space, WHOLE_FILE, file)
    }

    fn log_tree(&self, space: SpaceId, index: IndexId) -> Result<()> {
        log_row(&self.sys.ddl, space, index, "")
    }

    fn forget(&self, space: SpaceId, index: IndexId) -> Result<()> {
        forget(&self.sys.ddl, space, index)
    }

    /// Makes all that was logged so far durable, whatever the settings say of statements.
    fn flush(&self) -> Result<()> {
        Ok(self.store.flush_log(self.store.appended_lsn())?)
    }
}

fn log_row(tree: &Tree, space: SpaceId, index: IndexId, file: &str) -> Result<()> {
    tree.insert(&[Some(&space.0.to_be_bytes()), Some(&index.0.to_be_bytes()), Some(file.as_bytes())])?;
    Ok(())
}

fn forget(tree: &Tree, space: SpaceId, index: IndexId) -> Result<()> {
    tree.remove(&[Some(&space.0.to_be_bytes()), Some(&index.0.to_be_bytes())])?;
    Ok(())
}

/// R2 for a tree: removes it unless it is known, and forgets it.
fn settle_tree(store: &Store, sys: &Sys, space: &Space, index: IndexId, known: bool) -> Result<()> {
    if !known && let Some(root) = Tree::find(store, space, index)? {
        Tree::destroy(store, space, root, index)?;
    }
    forget(&sys.ddl, space.id(), index)
}

/// R2 for a file: removes it unless it is known, and forgets it. `empty_files`: as in [`recover`].
fn settle_file(store: &Store, sys: &Sys, row: &Row, known: bool, empty_files: &[String]) -> Result<()> {
    if !known {
        if store.space(row.space).is_some() {
            store.drop_space(row.space)?;
        } else if empty_files.contains(&row.file) && store.disk().exists(&row.file)? {
            store.disk().remove(&row.file)?;
            store.disk().sync_dir()?;
        }
    }
    forget(&sys.ddl, row.space, WHOLE_FILE)
}

/// R2 and R3, and R1 of `names`: makes the directory agree with the dictionary. `empty_files`: files without a first
/// page, as the store found them.
pub(crate) fn recover(
    store: &Arc<Store>,
    sys: &Sys,
    known: &BTreeMap<String, Entry>,
    empty_files: &[String],
) -> Result<()> {
    sort::remove_left_over(&**store.disk())?;
    let spaces: BTreeSet<SpaceId> = known.values().map(|entry| entry.space).collect();
    let trees: BTreeSet<IndexId> = known.values().flat_map(|entry| entry.trees.iter().map(|(id, _)| *id)).collect();
    for row in rows(&sys.ddl)?.into_iter().filter(|row| row.space != ANNOUNCED) {
        let known = if row.index == WHOLE_FILE { spaces.contains(&row.space) } else { trees.contains(&row.index) };
        match store.space(row.space) {
            _ if row.index == WHOLE_FILE => settle_file(store, sys, &row, known, empty_files)?,
            Some(space) => settle_tree(store, sys, &space, row.index, known)?,
            // It went with its file.
            None => forget(&sys.ddl, row.space, row.index)?,
        }
        store.events().emit(|| Settled { what: row.to_string(), known });
    }
    if let Some(foreign) = store.spaces().iter().find(|s| *s.name() != *sys::FILE && !spaces.contains(&s.id())) {
        let (file, id) = (foreign.name(), foreign.id());
        return Err(Error::Directory(format!("{file} (tablespace {id}) is no table of this directory; move it away")));
    }
    for file in empty_files {
        if file != sys::FILE && store.disk().exists(file)? {
            return Err(Error::Directory(format!(
                "{file} has no first page and is no table of this directory; move it away"
            )));
        }
    }
    names::settle(store, known.values().map(|entry| (entry.space, entry.def.name.as_str())))
}

/// A row of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    space: SpaceId,
    index: IndexId,
    file: String,
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.index {
            WHOLE_FILE => f.write_str(&self.file),
            index => write!(f, "index {index} of tablespace {}", self.space),
        }
    }
}

fn rows(tree: &Tree) -> Result<Vec<Row>> {
    let mut rows = vec![];
    let mut cursor = tree.cursor();
    let mut there = cursor.first()?;
    while there {
        let record = cursor.record();
        let bytes = |i| record.field(i).unwrap_or_default();
        let file = String::from_utf8_lossy(bytes(2)).into_owned();
        rows.push(Row { space: SpaceId(get_u32(bytes(0), 0)), index: IndexId(get_u64(bytes(1), 0)), file });
        there = cursor.next()?;
    }
    Ok(rows)
}

#[cfg(test)]
mod tests;
