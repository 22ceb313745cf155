//! Opening after a crash: removes what DDL left half done, and makes the directory agree with the dictionary.
//!
//! ```text
//! DDL log row ─┬ the dictionary knows its file or tree ─► the file or tree stays ───┬─► the row is removed
//!              └ it does not                           ─► the file or tree goes ────┘
//! ```
//!
//! RULES: R2 and R3 of the folder; R1 of `dict::names`.

use super::sort;
use crate::codec::{Error, Result, SYS_FILE};
use crate::core::events::DdlRecovered;
use crate::core::remove_temporary_files;
use crate::dict::{ANNOUNCED, Definition, Sys, WHOLE_FILE, ddl_log, names};
use innolab_base::{IndexId, SpaceId};
use innolab_btree::Tree;
use innolab_store::{Space, Store};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Removes a tree unless it is known, then its row of the DDL log (R2).
pub(super) fn resolve_tree(store: &Store, sys: &Sys, space: &Space, index: IndexId, known: bool) -> Result<()> {
    if !known && let Some(root) = Tree::find(store, space, index)? {
        Tree::destroy(store, space, root, index)?;
    }
    ddl_log::remove(&sys.ddl, space.id(), index)
}

/// Removes a file unless it is known, then its row of the DDL log (R2). `empty_files`: as in [`recover`].
fn resolve_file(store: &Store, sys: &Sys, row: &ddl_log::Row, known: bool, empty_files: &[String]) -> Result<()> {
    if !known {
        if store.space(row.space).is_some() {
            store.drop_space(row.space)?;
        } else if empty_files.contains(&row.file) && store.disk().exists(&row.file)? {
            store.disk().remove(&row.file)?;
            store.disk().sync_dir()?;
        }
    }
    ddl_log::remove(&sys.ddl, row.space, WHOLE_FILE)
}

/// Makes the directory agree with the dictionary (R2, R3; R1 of `names`). `empty_files`: files without a first page,
/// as the store found them.
pub(crate) fn recover(
    store: &Arc<Store>,
    sys: &Sys,
    known: &BTreeMap<String, Definition>,
    empty_files: &[String],
) -> Result<()> {
    sort::remove_left_over(&**store.disk())?;
    remove_temporary_files(&**store.disk())?;
    let spaces: BTreeSet<SpaceId> = known.values().map(|entry| entry.space).collect();
    let trees: BTreeSet<IndexId> = known.values().flat_map(|entry| entry.trees.iter().map(|(id, _)| *id)).collect();
    for row in ddl_log::rows(&sys.ddl)?.into_iter().filter(|row| row.space != ANNOUNCED) {
        let known = if row.index == WHOLE_FILE { spaces.contains(&row.space) } else { trees.contains(&row.index) };
        match store.space(row.space) {
            _ if row.index == WHOLE_FILE => resolve_file(store, sys, &row, known, empty_files)?,
            Some(space) => resolve_tree(store, sys, &space, row.index, known)?,
            // The tree went with its file.
            None => ddl_log::remove(&sys.ddl, row.space, row.index)?,
        }
        store.events().emit(|| DdlRecovered { what: row.to_string(), known });
    }
    if let Some(foreign) = store.spaces().iter().find(|s| *s.name() != *SYS_FILE && !spaces.contains(&s.id())) {
        let (file, id) = (foreign.name(), foreign.id());
        return Err(Error::Directory(format!("{file} (tablespace {id}) is no table of this directory; move it away")));
    }
    for file in empty_files {
        if file != SYS_FILE && store.disk().exists(file)? {
            return Err(Error::Directory(format!(
                "{file} has no first page and is no table of this directory; move it away"
            )));
        }
    }
    names::rename_files(store, known.values().map(|entry| (entry.space, entry.def.name.as_str())))
}
