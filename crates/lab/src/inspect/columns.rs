//! The columns of an index's records: from the SDI or the dictionary, or from the user.
//!
//! RULES
//!
//! - **R1** The user's definitions, `--columns`, count before all others. They are read as CREATE TABLE. A file does not
//!   name its indexes, but a server creates them in the order of the definition: the n-th index of the definition is the
//!   one with the n-th lowest id in the file.
//! - **R2** A file of MySQL 8 or later describes its tables itself, in its SDI.
//! - **R3** The dictionary, `sys.ibd`, identifies the tables of its directory by tablespace id. It does not know a real
//!   server's file that was copied beside it.
//! - **R4** Columns that are not found out, though they should be there, are a fault; the pages are shown without them.

use super::directory::{Directory, SYS};
use super::server::{self, Reader, Table};
use super::space::Space;
use super::survey::Survey;
use crate::failure::Failure;
use crate::progress::Progress;
use innolab_base::IndexId;
use innolab_engine::inspect::IndexReader;
use innolab_page::fil::PageType;
use innolab_page::index;
use innolab_page::server::{core_fields, is_metadata, is_reordered};
use std::collections::BTreeMap;

/// The readers of a tablespace's indexes, for indexes whose columns are known.
#[derive(Default)]
pub(crate) struct Columns {
    readers: BTreeMap<IndexId, Reader>,
    /// True if the user defined them: records that do not fit may be sound, and the definitions wrong.
    pub(crate) by_user: bool,
}

impl Columns {
    /// The columns of `space`: those that the user defined (R1), else those of its SDI (R2) or of the dictionary in its
    /// directory (R3). The text is why they are not known, if they should be (R4). ERRORS: those of the definitions.
    pub(crate) fn find(
        definitions: Option<&str>,
        directory: &Directory,
        space: &Space,
        progress: &Progress,
    ) -> Result<(Columns, Option<String>), Failure> {
        let found = match definitions {
            Some(definitions) => Columns::from_definitions(definitions, space, progress),
            None if space.format().has_sdi => Columns::from_sdi(space),
            None => Columns::from_dictionary(directory, space),
        };
        match found {
            Ok(columns) => Ok((columns, None)),
            Err(why) if definitions.is_some() => Err(why),
            Err(why) => Ok((Columns::default(), Some(format!("{}: its columns are not known: {why}", space.name())))),
        }
    }

    /// The columns of `space` in the dictionary of its directory; none if there is no dictionary (R3).
    pub(crate) fn from_dictionary(directory: &Directory, space: &Space) -> Result<Columns, Failure> {
        if !directory.disk().exists(SYS)? {
            return Ok(Columns::default());
        }
        if space.name() == SYS {
            let readers = IndexReader::of_system().into_iter().map(|(id, reader)| (id, Reader::of_system(&reader)));
            return Ok(Columns { readers: readers.collect(), by_user: false });
        }
        let mut readers = BTreeMap::new();
        for known in directory.tables()?.into_iter().filter(|table| table.space == space.id()) {
            let table = server::parse(&known.create_table()).map_err(|why| format!("{}: {why}", known.def.name))?;
            for (i, info) in known.indexes.iter().enumerate() {
                let is_it = |index: &&server::Index| {
                    index.clustered == (i == 0) && (i == 0 || index.name == info.reader.name())
                };
                let reader = table.indexes.iter().find(is_it).and_then(|index| Reader::of(&table, index));
                readers.extend(reader.map(|reader| (info.id, reader.of_ours(info.reader.layout()))));
            }
        }
        Ok(Columns { readers, by_user: false })
    }

    /// The columns that the user defined (R1). ERRORS: a definition that is not read.
    fn from_definitions(definitions: &str, space: &Space, progress: &Progress) -> Result<Columns, Failure> {
        let table = server::parse(&format!("create table t ({definitions}\n)"));
        let table = table.map_err(|why| format!("--columns '{definitions}': {why}"))?;
        let survey = Survey::read(space, progress)?;
        let readers = survey.index_ids().into_iter().zip(&table.indexes);
        let readers = readers.filter_map(|(id, index)| Some((id, Reader::of(&table, index)?)));
        let mut columns = Columns { readers: readers.collect(), by_user: true };
        columns.learn_instant(space, &survey)?;
        Ok(columns)
    }

    fn from_sdi(space: &Space) -> Result<Columns, Failure> {
        let tables = server::read_sdi(space)?;
        let of_table = |table: &Table| -> Vec<(IndexId, Reader)> {
            table.indexes.iter().filter_map(|index| Some((index.id?, Reader::of(table, index)?))).collect()
        };
        Ok(Columns { readers: tables.iter().flat_map(of_table).collect(), by_user: false })
    }

    /// Reads MariaDB's descriptions of instantly added columns. ERRORS: one that says more than that.
    fn learn_instant(&mut self, space: &Space, survey: &Survey) -> Result<(), Failure> {
        for root in survey.nodes().filter(|node| node.page_type == PageType::INSTANT) {
            let core = core_fields(&space.written(root.page)?);
            let first = survey.nodes().find(|node| (node.index, node.level) == (root.index, 0) && node.prev.is_null());
            let (Some(first), Some(reader)) = (first, self.readers.get_mut(&root.index)) else { continue };
            let leaf = space.written(first.page)?;
            let place = format!("{}: page {}", space.name(), first.page);
            let records = index::outline(&leaf).map_err(|e| format!("{place}: {e}"))?;
            let Some(description) = records.first().filter(|record| is_metadata(&leaf, record.origin)) else {
                continue;
            };
            if is_reordered(&leaf, description.origin) {
                return Err(
                    format!("{place}: columns were dropped or moved instantly; such a table is not read").into()
                );
            }
            reader.learn_instant(core, &leaf, description.origin).map_err(|e| format!("{place}: {e}"))?;
        }
        Ok(())
    }

    pub(crate) fn of(&self, index: IndexId) -> Option<&Reader> {
        self.readers.get(&index)
    }

    /// The reader of a table's clustered index.
    pub(crate) fn of_table(&self, table: &str) -> Option<&Reader> {
        self.readers.values().find(|reader| reader.is_clustered() && reader.table() == table)
    }

    /// The clustered indexes.
    pub(crate) fn clustered(&self) -> impl Iterator<Item = (IndexId, &Reader)> {
        self.readers.iter().filter(|(_, reader)| reader.is_clustered()).map(|(id, reader)| (*id, reader))
    }

    /// The index's id, with its name and table if they are known.
    pub(crate) fn name(&self, index: IndexId) -> String {
        match self.of(index) {
            Some(reader) => format!("index {index} ({} of {})", reader.name(), reader.table()),
            None => format!("index {index}"),
        }
    }
}
