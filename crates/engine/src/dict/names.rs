//! What the file of a table is called.
//!
//! ```text
//! t ─► t.ibd      größe ─► gr@00f6@00dfe.ibd      sys, and what is too long ─► sys@@7.ibd
//!
//! TRUNCATE t      t.ibd (7)  t@@8.ibd (8) ─ 8 is t ─► 7 goes ─► t@@8.ibd becomes t.ibd
//! RENAME, a swap  a.ibd (7)  b.ibd (8)    ─ 7 is b, 8 is a ─► b.ibd (8) becomes a@@8.ibd ─► a.ibd (7) becomes b.ibd ─► a@@8.ibd becomes a.ibd
//! ```
//!
//! RULES
//!
//! - **R1** The dictionary says what a table is called, and so what its file is. Files are renamed after it has spoken,
//!   by who changed it, or, after a crash, by who opens the database: so nothing need be logged of it.
//! - **R2** No file is ever replaced by another one. Where the name is a file's that is no table's, the table's keeps
//!   its old one: opening refuses such a directory, and mends it once the file is gone.
//!
//! InnoDB's counterpart: `row_rename_table_for_mysql`, `fil_space_t::rename`, `tablename_to_filename`.

use crate::codec::{Result, SYS_FILE};
use innolab_base::SpaceId;
use innolab_store::{Space, Store};
use std::sync::Arc;

/// Bytes of a file name at most, the ending included.
const FILE_NAME_BYTES: usize = 240;

/// The file of a table: letters, digits and `_` of its name as they are, all else as `@` and four hex digits, as MySQL
/// does it. Long names, and the system's own, get the tablespace's number, which makes them unique.
#[doc(alias = "tablename_to_filename")]
pub(crate) fn file_name(table: &str, space: SpaceId) -> String {
    let name = encoded(table);
    let ours = format!("{name}.ibd");
    if ours.len() <= FILE_NAME_BYTES && ours != SYS_FILE { ours } else { unique_file_name(table, space) }
}

/// The name of a table's file when the shorter one is not to be had.
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

/// R1: gives the files of these tables, of which the dictionary knows, their names; durable when it returns.
pub(crate) fn settle<'a>(store: &Store, tables: impl Iterator<Item = (SpaceId, &'a str)>) -> Result<()> {
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
        // A circle: one of them steps aside.
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
