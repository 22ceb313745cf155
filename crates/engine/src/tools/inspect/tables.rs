//! The tables of the dictionary in `sys.ibd`, read page by page.

use super::super::export::{Importer, create_table};
use super::reader::IndexReader;
use crate::codec::{Error, TableDef};
use crate::dict::{Bodies, Definition, dictionary, header};
use innolab_base::{IndexId, PageNo, SpaceId};
use innolab_page::{IndexPage, Layout, index};

/// Limit on the dictionary's pages: with more, the chain of its leaves is taken for a cycle.
const MAX_PAGES: u32 = 1 << 20;

/// A table of the dictionary.
#[derive(Debug, Clone)]
pub struct TableInfo {
    /// Its definition.
    pub def: TableDef,
    /// Its tablespace.
    pub space: SpaceId,
    /// Its indexes, the clustered one first.
    pub indexes: Vec<IndexInfo>,
}

/// An index of the dictionary.
#[derive(Debug, Clone)]
pub struct IndexInfo {
    /// Its id, which is on its pages.
    pub id: IndexId,
    /// Its root page.
    pub root: PageNo,
    /// Turns its records into text.
    pub reader: IndexReader,
}

impl TableInfo {
    /// The CREATE TABLE statement of a server's table with the same bytes.
    pub fn create_table(&self) -> String {
        create_table(&self.def, Importer::MariaDb)
    }
}

/// The tables of the dictionary in `sys.ibd`, by name. `read` returns a page of that file (R1 of the folder).
/// ERRORS: those of `read`; an unreadable dictionary, by its page and the rule.
pub fn tables<E: From<Error>>(read: &mut dyn FnMut(PageNo) -> Result<Vec<u8>, E>) -> Result<Vec<TableInfo>, E> {
    let layout = dictionary::layout();
    let mut rows = Bodies::new();
    let mut next = first_leaf(read, &layout)?;
    for _ in 0..MAX_PAGES {
        let Some(page_no) = next.some() else {
            let mut entries = rows.iter().filter_map(|(number, parts)| Definition::of_parts(*number, parts)).collect();
            dictionary::take_void(&mut entries);
            let mut known: Vec<TableInfo> = entries.into_iter().map(known).collect();
            known.sort_by(|a, b| a.def.name.cmp(&b.def.name));
            return Ok(known);
        };
        let bytes = node(read, page_no, &layout)?;
        let page = IndexPage::new(&bytes, &layout);
        for (_, record) in page.records() {
            dictionary::collect(record, &mut rows);
        }
        next = page.next_page();
    }
    Err(Error::corrupt_system("the dictionary's leaves form a cycle").into())
}

fn known(entry: Definition) -> TableInfo {
    let trees = entry.trees.iter().zip(IndexReader::of(&entry.def));
    let indexes = trees.map(|(&(id, root), reader)| IndexInfo { id, root, reader }).collect();
    TableInfo { def: entry.def, space: entry.space, indexes }
}

/// The header page of the rollback segment, from the header of `sys.ibd`; `None`: it has not been made yet. `read`:
/// as in [`tables`].
pub fn rollback_segment<E: From<Error>>(
    read: &mut dyn FnMut(PageNo) -> Result<Vec<u8>, E>,
) -> Result<Option<PageNo>, E> {
    let root = header::rollback_segment(&header(read)?);
    Ok(Some(root).filter(|root| root.0 != 0))
}

fn header<E: From<Error>>(read: &mut dyn FnMut(PageNo) -> Result<Vec<u8>, E>) -> Result<Vec<u8>, E> {
    let page = read(header::HEADER)?;
    header::check(&page)?;
    Ok(page)
}

fn first_leaf<E: From<Error>>(
    read: &mut dyn FnMut(PageNo) -> Result<Vec<u8>, E>,
    layout: &Layout,
) -> Result<PageNo, E> {
    let mut at = header::dictionary_root(&header(read)?);
    let mut above = u16::MAX;
    loop {
        let bytes = node(read, at, layout)?;
        let page = IndexPage::new(&bytes, layout);
        if page.level() >= above {
            return Err(Error::corrupt_system(format!("page {at} is not below its parent")).into());
        }
        if page.is_leaf() {
            return Ok(at);
        }
        above = page.level();
        at = page.record(page.first()).child();
    }
}

/// A checked page of the dictionary's tree.
fn node<E: From<Error>>(
    read: &mut dyn FnMut(PageNo) -> Result<Vec<u8>, E>,
    page: PageNo,
    layout: &Layout,
) -> Result<Vec<u8>, E> {
    let bytes = read(page)?;
    index::check(&bytes, layout).map_err(|e| Error::corrupt_system(format!("page {page} of the dictionary: {e}")))?;
    Ok(bytes)
}
