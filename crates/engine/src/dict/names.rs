//! The names of tables' files.
//!
//! ```text
//! t ─► t.ibd      größe ─► gr@00f6@00dfe.ibd      sys, and names that are too long ─► sys@@7.ibd
//!
//! TRUNCATE t      t.ibd (7)  t@@8.ibd (8) ─ 8 is t ─► 7 goes ─► t@@8.ibd becomes t.ibd
//! RENAME, a swap  a.ibd (7)  b.ibd (8)    ─ 7 is b, 8 is a ─► b.ibd (8) becomes a@@8.ibd ─► a.ibd (7) becomes b.ibd ─► a@@8.ibd becomes a.ibd
//! ```
//!
//! The number after a file is its tablespace id. "8 is t": from this step on the dictionary says that tablespace 8 is
//! table t.
//!
//! RULES
//!
//! - **R1** The dictionary determines the name of a table, and with it the name of its file. Files are renamed after
//!   the dictionary has changed: by the statement that changed it or, after a crash, when the database is opened. So
//!   the DDL log needs no row about renames.
//! - **R2** A file never replaces another file. If the new name belongs to a file that is no table's, the table's file
//!   keeps its old name. Opening refuses such a directory; once the stray file is gone, opening completes the rename.
//!
//! InnoDB's counterpart: `row_rename_table_for_mysql`, `fil_space_t::rename`, `tablename_to_filename`.

use crate::codec::{Result, SYS_FILE};
use innolab_base::SpaceId;
use innolab_store::{Space, Store};
use std::sync::Arc;

/// The most bytes of a file name, the ending included.
const FILE_NAME_BYTES: usize = 240;

/// Returns the file name of a table: ASCII letters, digits and `_` as they are, every other UTF-16 unit as `@` and four
/// hex digits, as MySQL does. Names that are too long, and `sys`, get the tablespace id, which makes them unique.
#[doc(alias = "tablename_to_filename")]
pub(crate) fn file_name(table: &str, space: SpaceId) -> String {
    let name = encoded(table);
    let ours = format!("{name}.ibd");
    if ours.len() <= FILE_NAME_BYTES && ours != SYS_FILE { ours } else { unique_file_name(table, space) }
}

/// Returns the longer file name, with the tablespace id, of a table whose plain file name is taken or too long.
pub(crate) fn unique_file_name(table: &str, space: SpaceId) -> String {
    let mut name = encoded(table);
    name.truncate(FILE_NAME_BYTES - 20);
    format!("{name}@@{space}.ibd")
}

fn encoded(table: &str) -> String {
    let mut name = String::new();
    for unit in table.encode_utf16() {
        match u8::try_from(unit) {
            Ok(b) if b.is_ascii_alphanumeric() || b == b'_' => name.push(char::from(b)),
            _ => name.push_str(&format!("@{unit:04x}")),
        }
    }
    name
}

/// Renames the files of `tables` (tablespace and table name, from the dictionary) as their table names demand; durable
/// when it returns (R1). A file whose name is taken by a stray file keeps its old one (R2). ERRORS: a failed rename.
pub(crate) fn rename_files<'a>(store: &Store, tables: impl Iterator<Item = (SpaceId, &'a str)>) -> Result<()> {
    let wrong = |(id, table)| {
        let space = store.space(id)?;
        let name = file_name(table, id);
        (*space.name() != *name).then_some((space, name, table))
    };
    let mut wrong: Vec<(Arc<Space>, String, &str)> = tables.filter_map(wrong).collect();
    while !wrong.is_empty() {
        let taken = store.disk().list()?;
        let is_free = |name: &String| !taken.contains(name);
        if let Some(i) = wrong.iter().position(|(_, name, _)| is_free(name)) {
            let (space, name, _) = wrong.remove(i);
            store.rename_space(space.id(), &name)?;
            continue;
        }
        // A cycle of renames: one file gets a temporary name.
        let in_the_way =
            |(space, _, _): &&(Arc<Space>, String, &str)| wrong.iter().any(|(_, name, _)| *space.name() == **name);
        let aside =
            wrong.iter().find(in_the_way).map(|(space, _, table)| (space.id(), unique_file_name(table, space.id())));
        match aside.filter(|(_, name)| is_free(name)) {
            Some((id, name)) => store.rename_space(id, &name)?,
            None => return Ok(()), // R2
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names() {
        let name = |table: &str| file_name(table, SpaceId(5));
        assert_eq!(name("t_1"), "t_1.ibd");
        assert_eq!(name("Größe"), "Gr@00f6@00dfe.ibd");
        assert_eq!(name("../x"), "@002e@002e@002fx.ibd");
        assert_eq!(name("a@002e"), "a@0040002e.ibd", "no other name has the same file");
        assert_eq!(name("🦀"), "@d83e@dd80.ibd");
        assert_eq!(name("sys"), "sys@@5.ibd");
        let long = name(&"漢".repeat(64));
        assert!(long.len() <= 255 && long.ends_with("@@5.ibd"), "{long}");
    }
}
