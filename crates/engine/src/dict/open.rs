//! Opening a table: the trees that its definition names, in the file that it names.
//!
//! InnoDB's counterpart: `dict_load_table`.

use super::definition::Definition;
use super::names::file_name;
use super::table::{Table, codecs};
use crate::codec::{Error, IndexCodec, Result, SYS_FILE};
use innolab_base::{IndexId, PageNo, TrxId};
use innolab_btree::Tree;
use innolab_store::Store;
use std::sync::Arc;

/// Opens a table of the dictionary. ERRORS: [`Error::Directory`] if its file is missing; [`Error::Corrupt`] if a root
/// page belongs to another index; failed reads.
pub(crate) fn open_table(store: &Arc<Store>, definition: Definition) -> Result<Table> {
    let Definition { number, def, space: id, trees, .. } = definition;
    let Some(space) = store.space(id) else {
        let file = file_name(&def.name, id);
        return Err(Error::Directory(format!("the file of table {} is not there: {file} (tablespace {id})", def.name)));
    };
    let open = |((index, root), codec): ((IndexId, PageNo), IndexCodec)| {
        let tree = Tree::open(store, &space, root, codec.layout().clone())?;
        if tree.index_id() != index {
            let rule = format!("page {root} is the root of index {}, {} says {index}", tree.index_id(), SYS_FILE);
            return Err(Error::Corrupt { file: space.name().to_string(), rule });
        }
        Ok((Arc::new(tree), TrxId(0)))
    };
    let trees = trees.into_iter().zip(codecs(&def)).map(open).collect::<Result<Vec<_>>>()?;
    Table::new(def, number, trees)
}
