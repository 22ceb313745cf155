//! The dictionary: which tables there are, what they are, and where.
//!
//! ```text
//! key: name · part (2)         payload
//! "t" · 0                      total length (4) · the definition's first bytes
//! "t" · 1                      the next ones, if it is longer than a row takes
//! ```
//!
//! RULES
//!
//! - **R1** A table exists iff its part 0 is there: written last, removed first. So one mini-transaction decides.
//! - **R2** Parts of a name without part 0 are left over from a crash; opening removes them.
//!
//! InnoDB's counterpart: `dict0crea`, `SYS_TABLES`, `SYS_COLUMNS`, `SYS_INDEXES`, and the server's `.frm` file: one row here has it all.

use crate::def::{ColumnDef, ColumnType, Datum, IndexDef, TableDef};
use crate::error::Result;
use crate::sys::corrupt;
use innolab_base::{IndexId, PageNo, SpaceId};
use innolab_btree::{Ask, Change, Tree};
use innolab_page::{Column, Layout};
use std::collections::BTreeMap;

/// Bytes of a definition in one row.
const PART_BYTES: usize = 7000;
/// The first byte of a definition: the version of this format.
const VERSION: u8 = 2;
/// No AUTO_INCREMENT column.
const NONE: u16 = u16::MAX;

/// What the dictionary says of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) def: TableDef,
    pub(crate) space: SpaceId,
    /// Each index's number and root, by its place in the table.
    pub(crate) trees: Vec<(IndexId, PageNo)>,
}

/// The columns of the dictionary's tree.
pub(crate) fn layout() -> Layout {
    Layout::new([Column::variable(256), Column::fixed(2), Column::variable(PART_BYTES as u16 + 4)], 2)
}

/// Adds a table; it exists when this returns, durably once the log is flushed (R1). ERRORS: no room on the disk; nothing of it is left then.
pub(crate) fn insert(tree: &Tree, entry: &Entry) -> Result<()> {
    let body = entry.encode();
    let name = entry.def.name.as_bytes();
    let parts: Vec<&[u8]> = body.chunks(PART_BYTES).collect();
    for (i, part) in parts.iter().enumerate().rev() {
        let total = (body.len() as u32).to_be_bytes();
        let payload = if i == 0 { [&total, *part].concat() } else { part.to_vec() };
        if let Err(e) = put(tree, name, i as u16, &payload) {
            for written in i + 1..parts.len() {
                tree.remove(&[Some(name), Some(&(written as u16).to_be_bytes())])?;
            }
            return Err(e);
        }
    }
    Ok(())
}

fn put(tree: &Tree, name: &[u8], part: u16, payload: &[u8]) -> Result<()> {
    let part = part.to_be_bytes();
    let fields = [Some(name), Some(&part[..]), Some(payload)];
    tree.write(&fields[..2], Ask::default(), &mut |_, record| {
        record.leaf(tree.layout(), &fields)?;
        Ok(Change::Put)
    })?;
    Ok(())
}

/// Removes a table; it is gone when this returns, durably once the log is flushed (R1).
pub(crate) fn remove(tree: &Tree, name: &str) -> Result<()> {
    let mut part = 0u16;
    while tree.remove(&[Some(name.as_bytes()), Some(&part.to_be_bytes())])? {
        part += 1;
    }
    Ok(())
}

/// All tables; what a crash has left over is removed (R2).
pub(crate) fn load(tree: &Tree) -> Result<BTreeMap<String, Entry>> {
    let mut bodies: BTreeMap<Vec<u8>, Vec<(u16, Vec<u8>)>> = BTreeMap::new();
    let mut cursor = tree.cursor();
    let mut there = cursor.first()?;
    while there {
        let record = cursor.record();
        let bytes = |i| record.field(i).unwrap_or_default();
        let part = u16::from_be_bytes([bytes(1)[0], bytes(1)[1]]);
        bodies.entry(bytes(0).to_vec()).or_default().push((part, bytes(2).to_vec()));
        there = cursor.next()?;
    }
    drop(cursor);
    let mut tables = BTreeMap::new();
    for (name, parts) in bodies {
        if parts[0].0 != 0 {
            for (part, _) in parts {
                tree.remove(&[Some(&name), Some(&part.to_be_bytes())])?;
            }
            continue;
        }
        let entry = Entry::of_parts(&parts).ok_or_else(|| {
            corrupt(format!("the dictionary's definition of {} cannot be read", String::from_utf8_lossy(&name)))
        })?;
        if entry.def.name.as_bytes() != name {
            return Err(corrupt(format!("the dictionary has {} under another name", entry.def.name)));
        }
        tables.insert(entry.def.name.clone(), entry);
    }
    Ok(tables)
}

impl Entry {
    /// A definition from all its parts; `None` if they are not what [`insert`] wrote.
    pub(crate) fn of_parts(parts: &[(u16, Vec<u8>)]) -> Option<Entry> {
        let mut body = Vec::new();
        for (i, (part, bytes)) in parts.iter().enumerate() {
            if usize::from(*part) != i {
                return None;
            }
            body.extend_from_slice(bytes);
        }
        let total = u32::from_be_bytes(body.get(..4)?.try_into().ok()?);
        body.drain(..4);
        if body.len() != total as usize {
            return None;
        }
        Entry::decode(&body)
    }

    fn encode(&self) -> Vec<u8> {
        let mut w = Writer(vec![VERSION]);
        w.u32(self.space.0);
        w.bytes(self.def.name.as_bytes());
        w.u16(self.def.columns.len() as u16);
        for column in &self.def.columns {
            w.column(column);
        }
        w.places(&self.def.primary_key);
        w.bytes(self.def.primary_name.as_deref().unwrap_or_default().as_bytes());
        w.u16(self.def.auto_increment.map_or(NONE, |i| i as u16));
        w.u16(self.def.indexes.len() as u16);
        for index in &self.def.indexes {
            w.bytes(index.name.as_bytes());
            w.0.push(u8::from(index.unique));
            w.places(&index.columns);
        }
        for (id, root) in &self.trees {
            w.u64(id.0);
            w.u32(root.0);
        }
        w.bytes(self.def.sql.as_bytes());
        w.0
    }

    /// `None`: bytes that no [`Entry::encode`] made.
    fn decode(bytes: &[u8]) -> Option<Entry> {
        let mut r = Reader(bytes);
        if r.u8()? != VERSION {
            return None;
        }
        let space = SpaceId(r.u32()?);
        let name = r.text()?;
        let columns: Vec<ColumnDef> = (0..r.u16()?).map(|_| r.column()).collect::<Option<_>>()?;
        let primary_key = r.places(columns.len())?;
        let primary_name = Some(r.text()?).filter(|name| !name.is_empty());
        let auto_increment = match r.u16()? {
            NONE => None,
            i if usize::from(i) < columns.len() => Some(usize::from(i)),
            _ => return None,
        };
        let indexes: Vec<IndexDef> = (0..r.u16()?).map(|_| r.index(columns.len())).collect::<Option<_>>()?;
        let trees = (0..=indexes.len()).map(|_| Some((IndexId(r.u64()?), PageNo(r.u32()?)))).collect::<Option<_>>()?;
        let def = TableDef { name, columns, primary_key, primary_name, indexes, auto_increment, sql: r.text()? };
        let sound = r.0.is_empty() && def.key_columns().all(|c| !c.nullable) && def.check().is_ok();
        sound.then_some(Entry { def, space, trees })
    }
}

struct Writer(Vec<u8>);

impl Writer {
    fn u16(&mut self, v: u16) {
        self.0.extend_from_slice(&v.to_be_bytes());
    }

    fn u32(&mut self, v: u32) {
        self.0.extend_from_slice(&v.to_be_bytes());
    }

    fn u64(&mut self, v: u64) {
        self.0.extend_from_slice(&v.to_be_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.u32(bytes.len() as u32);
        self.0.extend_from_slice(bytes);
    }

    fn places(&mut self, places: &[usize]) {
        self.u16(places.len() as u16);
        places.iter().for_each(|i| self.u16(*i as u16));
    }

    fn column(&mut self, column: &ColumnDef) {
        self.bytes(column.name.as_bytes());
        let (tag, size) = match column.ty {
            ColumnType::Int { bytes, unsigned: false } => (0, u16::from(bytes)),
            ColumnType::Int { bytes, unsigned: true } => (1, u16::from(bytes)),
            ColumnType::VarChar { chars } => (2, chars),
            ColumnType::Char { chars } => (3, chars),
            ColumnType::VarBinary { bytes } => (4, bytes),
        };
        self.0.push(tag);
        self.u16(size);
        self.0.push(u8::from(column.nullable));
        match &column.default {
            None => self.0.push(0),
            Some(Datum::Null) => self.0.push(1),
            Some(Datum::Int(v)) => {
                self.0.push(2);
                self.u64(*v as u64);
            }
            Some(Datum::UInt(v)) => {
                self.0.push(3);
                self.u64(*v);
            }
            Some(Datum::Bytes(bytes)) => {
                self.0.push(4);
                self.bytes(bytes);
            }
        }
    }
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(head)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn u8(&mut self) -> Option<u8> {
        self.array().map(|[b]| b)
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let len = self.u32()?;
        self.take(len as usize)
    }

    fn text(&mut self) -> Option<String> {
        self.bytes().and_then(|b| String::from_utf8(b.to_vec()).ok())
    }

    fn flag(&mut self) -> Option<bool> {
        match self.u8()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    /// Places of columns, of which there are `n`.
    fn places(&mut self, n: usize) -> Option<Vec<usize>> {
        (0..self.u16()?).map(|_| self.u16().map(usize::from).filter(|i| *i < n)).collect()
    }

    fn index(&mut self, n_columns: usize) -> Option<IndexDef> {
        let (name, unique, columns) = (self.text()?, self.flag()?, self.places(n_columns)?);
        (!columns.is_empty()).then_some(IndexDef { name, columns, unique })
    }

    fn column(&mut self) -> Option<ColumnDef> {
        let name = self.text()?;
        let (tag, size) = (self.u8()?, self.u16()?);
        let ty = match tag {
            0 | 1 => ColumnType::Int { bytes: u8::try_from(size).ok()?, unsigned: tag == 1 },
            2 => ColumnType::VarChar { chars: size },
            3 => ColumnType::Char { chars: size },
            4 => ColumnType::VarBinary { bytes: size },
            _ => return None,
        };
        let nullable = self.flag()?;
        let default = match self.u8()? {
            0 => None,
            1 => Some(Datum::Null),
            2 => Some(Datum::Int(self.u64()? as i64)),
            3 => Some(Datum::UInt(self.u64()?)),
            4 => Some(Datum::Bytes(self.bytes()?.to_vec())),
            _ => return None,
        };
        Some(ColumnDef { name, ty, nullable, default })
    }
}

#[cfg(test)]
mod tests;
