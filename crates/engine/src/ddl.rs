//! CREATE and DROP TABLE as they must be: after any crash the table is there, whole and empty, or there is no trace of it.
//!
//! ```text
//! CREATE   log row ─flush─► file ─► tree ─► dictionary row ─flush─► log row goes
//! DROP     log row ─► dictionary row goes ─flush─► file goes ─► log row goes
//!                     └ the one mini-transaction that decides
//! ```
//!
//! RULES
//!
//! - **R1** A row of the DDL log says: *this file may exist iff the dictionary knows its tablespace*. It is durable before the file comes or goes, so recovery
//!   removes no other files.
//! - **R2** Recovery: for each row of the log, a file that the dictionary does not know is removed; then the row goes. Doing it twice is harmless.
//! - **R3** A tablespace file that neither the dictionary nor the log knows is not ours to remove: opening refuses, and says its name.
//!
//! PROOF that R1 is enough: a file is made only after its row is durable, and the row goes only after the dictionary's word on it is in the log before it.
//!
//! InnoDB's counterpart: MariaDB's `ddl_log` and `row_drop_table_for_mysql`; MySQL 8's `innodb_ddl_log`. Left out: metadata locks; one session works at a time.

use crate::def::TableDef;
use crate::dict::{self, Entry};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::events::{Created, Dropped, Settled};
use crate::row::IndexCodec;
use crate::sys::{self, Sys};
use crate::table::{Table, codecs};
use innolab_base::SpaceId;
use innolab_btree::Tree;
use innolab_page::{Column, Layout};
use innolab_store::Store;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Bytes of a file name at most, the ending included.
const FILE_NAME_BYTES: usize = 240;

/// The columns of the DDL log: tablespace, file name.
pub(crate) fn layout() -> Layout {
    Layout::new([Column::fixed(4), Column::variable(255)], 1)
}

/// The file of a table: letters, digits and `_` of its name as they are, all else as `@` and four hex digits, as MySQL does it. Long names, and the system's own,
/// get the tablespace's number, which makes them unique.
#[doc(alias = "tablename_to_filename")]
pub(crate) fn file_name(table: &str, space: SpaceId) -> String {
    let mut name = String::new();
    for unit in table.encode_utf16() {
        match u8::try_from(unit) {
            Ok(b) if b.is_ascii_alphanumeric() || b == b'_' => name.push(char::from(b)),
            _ => name.push_str(&format!("@{unit:04x}")),
        }
    }
    let ours = format!("{name}.ibd");
    if ours.len() <= FILE_NAME_BYTES && ours != sys::FILE {
        return ours;
    }
    name.truncate(FILE_NAME_BYTES - 20);
    format!("{name}@@{space}.ibd")
}

impl Engine {
    /// Makes an empty table; durable when it returns. REQUIRES: as [`TableDef::check`].
    /// ERRORS: [`Error::TableExists`], [`Error::KeyTooLong`], [`Error::RowTooLarge`], [`Error::Unsupported`], [`Error::DiskFull`]; there is no trace of it then.
    #[doc(alias = "row_create_table_for_mysql")]
    pub fn create_table(&self, def: TableDef) -> Result<()> {
        self.check()?;
        def.check()?;
        let _one_at_a_time = self.ddl.lock();
        if self.table(&def.name).is_some() {
            return Err(Error::TableExists { name: def.name });
        }
        let space = self.sys.next_space_id()?;
        let file = file_name(&def.name, space);
        log_row(&self.sys.ddl, space, &file)?;
        self.flush()?;
        let made = self.make(def, space, &file);
        if made.is_err() && self.store.space(space).is_some() {
            self.store.drop_space(space)?;
        }
        self.sys.ddl.remove(&[Some(&space.0.to_be_bytes())])?;
        let table = made?;
        self.store.events().emit(|| Created { table: table.def().name.clone(), file });
        self.tables.write().insert(table);
        Ok(())
    }

    fn make(&self, def: TableDef, space: SpaceId, file: &str) -> Result<Table> {
        let file = self.store.create_space(space, file)?;
        let tree = |codec: IndexCodec| {
            let id = self.sys.next_index_id()?;
            Ok(Tree::create(&self.store, &file, id, codec.layout().clone())?)
        };
        let trees = codecs(&def).into_iter().map(tree).collect::<Result<Vec<Tree>>>()?;
        let roots = trees.iter().map(|tree| (tree.index_id(), tree.root())).collect();
        let entry = Entry { def: def.clone(), space, trees: roots };
        let table = Table::new(def, trees)?;
        // Nothing may fail after this but the log itself, which then refuses to let the file go.
        dict::insert(&self.sys.dict, &entry)?;
        self.flush()?;
        Ok(table)
    }

    /// Drops a table and its file; durable when it returns. REQUIRES: nobody uses the table. ERRORS: [`Error::NoSuchTable`].
    #[doc(alias = "row_drop_table_for_mysql")]
    pub fn drop_table(&self, name: &str) -> Result<()> {
        self.check()?;
        let _one_at_a_time = self.ddl.lock();
        let table = self.table(name).ok_or_else(|| Error::NoSuchTable { name: name.to_owned() })?;
        let space = table.tree().space().clone();
        log_row(&self.sys.ddl, space.id(), space.name())?;
        dict::remove(&self.sys.dict, name)?;
        self.tables.write().remove(&table);
        // Nobody purges a table whose file goes.
        let _no_purge = self.purging.lock();
        // The file goes only after the log is durable up to here.
        self.store.drop_space(space.id())?;
        self.sys.ddl.remove(&[Some(&space.id().0.to_be_bytes())])?;
        self.store.events().emit(|| Dropped { table: name.to_owned(), file: space.name().to_owned() });
        Ok(())
    }

    /// Makes all that was logged so far durable, whatever the settings say of statements.
    fn flush(&self) -> Result<()> {
        Ok(self.store.flush_log(self.store.appended_lsn())?)
    }
}

fn log_row(tree: &Tree, space: SpaceId, file: &str) -> Result<()> {
    tree.insert(&[Some(&space.0.to_be_bytes()), Some(file.as_bytes())])?;
    Ok(())
}

/// R2 and R3: makes the directory agree with the dictionary. `empty_files`: files without a first page, as the store found them.
pub(crate) fn recover(
    store: &Arc<Store>,
    sys: &Sys,
    known: &BTreeMap<String, Entry>,
    empty_files: &[String],
) -> Result<()> {
    let spaces: BTreeSet<SpaceId> = known.values().map(|entry| entry.space).collect();
    for (space, file) in rows(&sys.ddl)? {
        let known = spaces.contains(&space);
        if !known {
            if store.space(space).is_some() {
                store.drop_space(space)?;
            } else if empty_files.contains(&file) && store.disk().exists(&file)? {
                store.disk().remove(&file)?;
                store.disk().sync_dir()?;
            }
        }
        sys.ddl.remove(&[Some(&space.0.to_be_bytes())])?;
        store.events().emit(|| Settled { file, known });
    }
    if let Some(foreign) = store.spaces().iter().find(|s| s.name() != sys::FILE && !spaces.contains(&s.id())) {
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
    Ok(())
}

fn rows(tree: &Tree) -> Result<Vec<(SpaceId, String)>> {
    let mut rows = vec![];
    let mut cursor = tree.cursor();
    let mut there = cursor.first()?;
    while there {
        let record = cursor.record();
        let space = innolab_base::codec::get_u32(record.field(0).unwrap_or_default(), 0);
        rows.push((SpaceId(space), String::from_utf8_lossy(record.field(1).unwrap_or_default()).into_owned()));
        there = cursor.next()?;
    }
    Ok(rows)
}

#[cfg(test)]
mod tests;
