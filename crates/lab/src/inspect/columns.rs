//! What columns the records of an index have: from the database's dictionary, or from the user.
//!
//! RULES
//!
//! - **R1** A dictionary knows the tables of its own directory by their tablespace ids. A real server's file beside our
//!   `sys.ibd` is not among them.
//! - **R2** The user's definitions are those of CREATE TABLE, read by the same code. A file does not name its indexes:
//!   the definitions' indexes in their order are the file's in the order of their ids, as a server makes them.

use super::space::Space;
use super::survey::Survey;
use crate::failure::Failure;
use innolab_base::IndexId;
use innolab_disk::{Disk, SimDisk};
use innolab_engine::look::{self, IndexReader};
use innolab_engine::{Engine, Options};
use innolab_sql::Session;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The system's file: dictionary and undo logs.
pub(crate) const SYS: &str = "sys.ibd";

/// The readers of a tablespace's indexes, as far as they are known.
#[derive(Default)]
pub(crate) struct Columns {
    readers: BTreeMap<IndexId, IndexReader>,
}

impl Columns {
    /// What the dictionary in the same directory knows of `space`; nothing if there is none (R1).
    pub(crate) fn known(disk: &dyn Disk, space: &Space) -> Result<Columns, Failure> {
        if !disk.exists(SYS)? {
            return Ok(Columns::default());
        }
        if space.name() == SYS {
            return Ok(Columns { readers: IndexReader::of_system().into_iter().collect() });
        }
        let mine = tables(disk)?.into_iter().filter(|table| table.space == space.id());
        let readers = mine.flat_map(|table| table.indexes).map(|index| (index.id, index.reader));
        Ok(Columns { readers: readers.collect() })
    }

    /// The user's (R2). ERRORS: what CREATE TABLE would say of them.
    pub(crate) fn defined(definitions: &str, space: &Space) -> Result<Columns, Failure> {
        let wrong = |e: String| format!("--columns '{definitions}': {e}");
        let engine = Engine::open(Arc::new(SimDisk::new(0)), small())?;
        let mut session = Session::new(engine.clone(), "test");
        session.execute(&format!("create table t ({definitions})")).map_err(|e| wrong(e.to_string()))?;
        let table = engine.table("t").ok_or_else(|| wrong("they make no table".to_string()))?;
        let ids = Survey::take(space)?.index_ids();
        Ok(Columns { readers: ids.into_iter().zip(IndexReader::of(table.def())).collect() })
    }

    pub(crate) fn of(&self, index: IndexId) -> Option<&IndexReader> {
        self.readers.get(&index)
    }

    /// The clustered index of a table.
    pub(crate) fn of_table(&self, table: &str) -> Option<&IndexReader> {
        self.readers.values().find(|reader| reader.table() == table)
    }

    /// What people call the index.
    pub(crate) fn name(&self, index: IndexId) -> String {
        match self.of(index) {
            Some(reader) => format!("index {index} ({} of {})", reader.name(), reader.table()),
            None => format!("index {index}"),
        }
    }
}

/// All tables of the dictionary in the directory.
pub(crate) fn tables(disk: &dyn Disk) -> Result<Vec<look::Known>, Failure> {
    let sys = Space::open(disk, SYS)?;
    look::tables(&mut |page| sys.written(page))
}

/// An engine that only checks a definition.
fn small() -> Options {
    let mut options = Options::default();
    options.store.innodb_buffer_pool_size = 1 << 20;
    options.store.innodb_log_file_size = 1 << 20;
    options.store.background = false;
    options
}
