//! The dictionary: a tree of `sys.ibd` that holds the definitions of all tables.
//!
//! ```text
//! key: number (8) · part (2)   payload
//! 17 · 0                       total length (4) · the definition's first bytes
//! 17 · 1                       the next bytes, if one row cannot hold them all
//! 23 · 0                       … replaces 17: the same table after ALTER, RENAME or TRUNCATE
//! 24 · 0                       … replaces 18, with 23: another table of the same RENAME
//! ```
//!
//! RULES
//!
//! - **R1** A definition is valid if its part 0 exists and no other definition replaces it. Part 0 is written last and
//!   removed first. So one mini-transaction creates a table, drops it, or exchanges its definition for another one,
//!   whatever differs: name, file, trees.
//! - **R2** Parts of definitions that are not valid are left over from a crash; opening the database removes them.
//! - **R3** A number is given to one definition only, for ever. So a `replaces` never matches a later definition.
//! - **R4** A definition may name another one as `with`. If the named one does not exist, the definition is not valid
//!   and replaces nothing. So one record, the deciding one, makes the definitions of several tables valid at once: the
//!   others are written first, each *with* the deciding one, then the deciding one; then the others are written again
//!   without `with`, before anything can replace the deciding one.
//!
//! InnoDB's counterpart: `dict0crea`, `SYS_TABLES`, `SYS_COLUMNS`, `SYS_INDEXES`, and the server's `.frm` file; here
//! one row holds all of it.

use super::definition::{Definition, NO_DEFINITION};
use crate::codec::{Error, Result};
use innolab_base::codec::{get_u16, get_u64};
use innolab_btree::{Change, Tree, WriteOptions};
use innolab_page::{Column, Layout, RecordRef};
use std::collections::{BTreeMap, BTreeSet};

/// The most bytes of a definition in one row.
const PART_BYTES: usize = 7000;
/// The parts of each definition, with their numbers.
pub(crate) type Bodies = BTreeMap<u64, Vec<(u16, Vec<u8>)>>;

/// Returns the columns of the dictionary's tree: number, part, payload.
pub(crate) fn layout() -> Layout {
    Layout::new([Column::fixed(8), Column::fixed(2), Column::variable(PART_BYTES as u16 + 4)], 2)
}

/// Adds a definition. When this returns it is valid and the one that it replaces is not; durably, once the log is
/// flushed (R1). ERRORS: no room on the disk; then nothing was added. After part 0 is written nothing can fail.
pub(crate) fn insert(tree: &Tree, definition: &Definition) -> Result<()> {
    let body = definition.encode();
    let parts: Vec<&[u8]> = body.chunks(PART_BYTES).collect();
    for (i, part) in parts.iter().enumerate().rev() {
        let total = (body.len() as u32).to_be_bytes();
        let payload = if i == 0 { [&total, *part].concat() } else { part.to_vec() };
        if let Err(e) = put(tree, definition.number, i as u16, &payload) {
            for written in i + 1..parts.len() {
                remove_part(tree, definition.number, written as u16)?;
            }
            return Err(e);
        }
    }
    Ok(())
}

fn put(tree: &Tree, number: u64, part: u16, payload: &[u8]) -> Result<()> {
    let (number, part) = (number.to_be_bytes(), part.to_be_bytes());
    let fields = [Some(&number[..]), Some(&part[..]), Some(payload)];
    tree.write(&fields[..2], WriteOptions::default(), &mut |_, record| {
        record.leaf(tree.layout(), &fields)?;
        Ok(Change::Put)
    })?;
    Ok(())
}

fn remove_part(tree: &Tree, number: u64, part: u16) -> Result<bool> {
    Ok(tree.remove(&[Some(&number.to_be_bytes()), Some(&part.to_be_bytes())])?)
}

/// Removes a definition. If it was valid, its table is dropped when this returns; durably, once the log is flushed
/// (R1).
pub(crate) fn remove(tree: &Tree, number: u64) -> Result<()> {
    let mut part = 0u16;
    while remove_part(tree, number, part)? {
        part += 1;
    }
    Ok(())
}

/// Returns the valid definitions by table name, and removes what a crash has left over (R2). ERRORS: a definition that
/// cannot be read; two tables of one name.
pub(crate) fn load(tree: &Tree) -> Result<BTreeMap<String, Definition>> {
    let (mut definitions, mut left_over) = (vec![], vec![]);
    for (number, parts) in bodies(tree)? {
        if parts[0].0 != 0 {
            left_over.extend(parts.iter().map(|(part, _)| (number, *part)));
            continue;
        }
        let unreadable = || Error::corrupt_system(format!("definition {number} of the dictionary cannot be read"));
        definitions.push(Definition::of_parts(number, &parts).ok_or_else(unreadable)?);
    }
    left_over.into_iter().try_for_each(|(number, part)| remove_part(tree, number, part).map(drop))?;
    take_void(&mut definitions).into_iter().try_for_each(|number| remove(tree, number))?;
    for definition in definitions.iter_mut().filter(|definition| definition.with != NO_DEFINITION) {
        definition.with = NO_DEFINITION;
        insert(tree, definition)?;
    }
    let mut tables = BTreeMap::new();
    for definition in definitions {
        if let Some(other) = tables.insert(definition.def.name.clone(), definition) {
            return Err(Error::corrupt_system(format!("the dictionary has two tables {}", other.def.name)));
        }
    }
    Ok(tables)
}

/// Adds a row of the dictionary to the parts of its definition in `bodies`.
pub(crate) fn collect(row: RecordRef<'_>, bodies: &mut Bodies) {
    let bytes = |i| row.field(i).unwrap_or_default();
    let (number, part) = (get_u64(bytes(0), 0), get_u16(bytes(1), 0));
    bodies.entry(number).or_default().push((part, bytes(2).to_vec()));
}

/// Removes the definitions that are not valid from `definitions`: those whose deciding definition is missing (R4), then
/// those that a remaining one replaces (R1). Returns their numbers.
pub(crate) fn take_void(definitions: &mut Vec<Definition>) -> Vec<u64> {
    let there: BTreeSet<u64> = definitions.iter().map(|definition| definition.number).chain([NO_DEFINITION]).collect();
    let mut void: Vec<Definition> =
        definitions.extract_if(.., |definition| !there.contains(&definition.with)).collect();
    let replaced: BTreeSet<u64> = definitions.iter().map(|definition| definition.replaces).collect();
    void.extend(definitions.extract_if(.., |definition| replaced.contains(&definition.number)));
    void.into_iter().map(|definition| definition.number).collect()
}

/// Reads all rows of the dictionary.
fn bodies(tree: &Tree) -> Result<Bodies> {
    let mut bodies = Bodies::new();
    let mut cursor = tree.cursor();
    let mut there = cursor.first()?;
    while there {
        collect(cursor.record(), &mut bodies);
        there = cursor.next()?;
    }
    Ok(bodies)
}

#[cfg(test)]
mod tests;
