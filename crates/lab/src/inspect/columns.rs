//! The columns of an index's records: from the dictionary, or from the user.
//!
//! RULES
//!
//! - **R1** The dictionary, `sys.ibd`, identifies the tables of its directory by tablespace id. It does not know a real
//!   server's file that was copied beside it.
//! - **R2** The user's definitions are parsed as CREATE TABLE. A file does not name its indexes, but a server creates
//!   them in the order of the definition: the n-th index of the definition is the one with the n-th lowest id in the
//!   file.

use super::space::Space;
use super::survey::Survey;
use crate::failure::Failure;
use crate::progress::Progress;
use innolab_base::IndexId;
use innolab_disk::{Disk, SimDisk};
use innolab_engine::inspect::{self, IndexReader};
use innolab_engine::{Engine, Options};
use innolab_sql::Session;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The system tablespace: dictionary and undo logs.
pub(crate) const SYS: &str = "sys.ibd";

/// The readers of a tablespace's indexes, for indexes whose columns are known.
#[derive(Default)]
pub(crate) struct Columns {
    readers: BTreeMap<IndexId, IndexReader>,
}

impl Columns {
    /// The columns of `space` in the dictionary of its directory; none if there is no dictionary (R1).
    pub(crate) fn from_dictionary(disk: &dyn Disk, space: &Space) -> Result<Columns, Failure> {
        if !disk.exists(SYS)? {
            return Ok(Columns::default());
        }
        if space.name() == SYS {
            return Ok(Columns { readers: IndexReader::of_system().into_iter().collect() });
        }
        let known = tables(disk)?.into_iter().filter(|table| table.space == space.id());
        let readers = known.flat_map(|table| table.indexes).map(|index| (index.id, index.reader));
        Ok(Columns { readers: readers.collect() })
    }

    /// The columns that the user defined (R2). ERRORS: those of CREATE TABLE.
    pub(crate) fn from_definitions(definitions: &str, space: &Space, progress: &Progress) -> Result<Columns, Failure> {
        let wrong = |e: String| format!("--columns '{definitions}': {e}");
        let engine = Engine::open(Arc::new(SimDisk::new(0)), small())?;
        let mut session = Session::new(engine.clone(), "test");
        session.execute(&format!("create table t ({definitions})")).map_err(|e| wrong(e.to_string()))?;
        let table = engine.table("t").ok_or_else(|| wrong("these make no table".to_string()))?;
        let ids = Survey::read(space, progress)?.index_ids();
        Ok(Columns { readers: ids.into_iter().zip(IndexReader::of(table.def())).collect() })
    }

    pub(crate) fn of(&self, index: IndexId) -> Option<&IndexReader> {
        self.readers.get(&index)
    }

    /// The reader of a table's clustered index.
    pub(crate) fn of_table(&self, table: &str) -> Option<&IndexReader> {
        self.readers.values().find(|reader| reader.table() == table)
    }

    /// The index's id, with its name and table if they are known.
    pub(crate) fn name(&self, index: IndexId) -> String {
        match self.of(index) {
            Some(reader) => format!("index {index} ({} of {})", reader.name(), reader.table()),
            None => format!("index {index}"),
        }
    }
}

/// All tables in the directory's dictionary.
pub(crate) fn tables(disk: &dyn Disk) -> Result<Vec<inspect::TableInfo>, Failure> {
    let sys = Space::open(disk, SYS)?;
    inspect::tables(&mut |page| sys.written(page))
}

/// Options of an engine that only checks a definition.
fn small() -> Options {
    let mut options = Options::default();
    options.store.innodb_buffer_pool_size = 1 << 20;
    options.store.innodb_log_file_size = 1 << 20;
    options.store.background = false;
    options
}
