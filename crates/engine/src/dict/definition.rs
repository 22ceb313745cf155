//! A definition as the dictionary stores it: a table, its file, its trees; and the definition's bytes.
//!
//! ```text
//! version (1) · replaces (8) · with (8) · space (4) · name · columns · primary key · its name · AUTO_INCREMENT column (2) · indexes · trees · CREATE TABLE
//! text     length (4) · bytes               column   name · type (1) · size (2) · flags (1) · default
//! places   number (2) · place (2)*          index    name · unique (1) · places               tree   index id (8) · root (4)
//! ```
//!
//! RULES
//!
//! - **R1** Bytes are not trusted: what [`Definition::encode`] could not have written gives no definition (I11).

use crate::codec::{ColumnDef, ColumnDefault, ColumnType, Datum, IndexDef, TableDef};
use bytes::{Buf, BufMut};
use innolab_base::{IndexId, PageNo, SpaceId};

/// The first byte of a definition: the version of this format.
const VERSION: u8 = 3;
/// The number that no definition has: stands for "replaces none" and "with none".
pub(crate) const NO_DEFINITION: u64 = 0;
/// Stands for "no AUTO_INCREMENT column".
const NONE: u16 = u16::MAX;

/// A definition of a table in the dictionary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Definition {
    /// The definition's number (`dictionary` R3).
    pub(crate) number: u64,
    /// The number of the definition that this one replaces, or [`NO_DEFINITION`].
    pub(crate) replaces: u64,
    /// The number of the definition without which this one is not valid (`dictionary` R4), or [`NO_DEFINITION`].
    pub(crate) with: u64,
    pub(crate) def: TableDef,
    /// The tablespace of the table's file.
    pub(crate) space: SpaceId,
    /// Id and root page of each index, by index number.
    pub(crate) trees: Vec<(IndexId, PageNo)>,
}

impl Definition {
    /// Assembles a definition from its parts, in order; `None` if a part is missing or the bytes are not sound (R1).
    pub(crate) fn of_parts(number: u64, parts: &[(u16, Vec<u8>)]) -> Option<Definition> {
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
        Definition::decode(number, &body)
    }

    /// Returns the bytes of a definition.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut w = Writer(vec![VERSION]);
        w.0.put_u64(self.replaces);
        w.0.put_u64(self.with);
        w.0.put_u32(self.space.0);
        w.bytes(self.def.name.as_bytes());
        w.0.put_u16(self.def.columns.len() as u16);
        for column in &self.def.columns {
            w.column(column);
        }
        w.places(&self.def.primary_key);
        w.bytes(self.def.primary_name.as_deref().unwrap_or_default().as_bytes());
        w.0.put_u16(self.def.auto_increment.map_or(NONE, |i| i as u16));
        w.0.put_u16(self.def.indexes.len() as u16);
        for index in &self.def.indexes {
            w.bytes(index.name.as_bytes());
            w.0.put_u8(u8::from(index.unique));
            w.places(&index.columns);
        }
        for (id, root) in &self.trees {
            w.0.put_u64(id.0);
            w.0.put_u32(root.0);
        }
        w.bytes(self.def.sql.as_bytes());
        w.0
    }

    /// Inverse of [`Definition::encode`]; `None` if the bytes are not sound (R1).
    fn decode(number: u64, bytes: &[u8]) -> Option<Definition> {
        let mut r = Reader(bytes);
        if r.u8()? != VERSION {
            return None;
        }
        let (replaces, with, space) = (r.u64()?, r.u64()?, SpaceId(r.u32()?));
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
        sound.then_some(Definition { number, replaces, with, def, space, trees })
    }
}

struct Writer(Vec<u8>);

impl Writer {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.put_u32(bytes.len() as u32);
        self.0.put_slice(bytes);
    }

    fn places(&mut self, places: &[usize]) {
        self.0.put_u16(places.len() as u16);
        places.iter().for_each(|i| self.0.put_u16(*i as u16));
    }

    fn column(&mut self, column: &ColumnDef) {
        self.bytes(column.name.as_bytes());
        let (tag, size) = match column.ty {
            ColumnType::Int { bytes, unsigned: false } => (0, u16::from(bytes)),
            ColumnType::Int { bytes, unsigned: true } => (1, u16::from(bytes)),
            ColumnType::VarChar { chars } => (2, chars),
            ColumnType::Char { chars } => (3, chars),
            ColumnType::VarBinary { bytes } => (4, bytes),
            ColumnType::Decimal { precision, scale, unsigned } => {
                (5 + u8::from(unsigned), u16::from_be_bytes([precision, scale]))
            }
            ColumnType::DateTime { fsp } => (7, fsp.into()),
            ColumnType::Date => (8, 0),
        };
        self.0.put_u8(tag);
        self.0.put_u16(size);
        self.0.put_u8(u8::from(column.nullable) | u8::from(column.on_update_now) << 1);
        match &column.default {
            None => self.0.put_u8(0),
            Some(ColumnDefault::Value(Datum::Null)) => self.0.put_u8(1),
            Some(ColumnDefault::Value(Datum::Int(v))) => {
                self.0.put_u8(2);
                self.0.put_u64(*v as u64);
            }
            Some(ColumnDefault::Value(Datum::UInt(v))) => {
                self.0.put_u8(3);
                self.0.put_u64(*v);
            }
            Some(ColumnDefault::Value(Datum::Bytes(bytes))) => {
                self.0.put_u8(4);
                self.bytes(bytes);
            }
            Some(ColumnDefault::Now) => self.0.put_u8(5),
        }
    }
}

/// The rest of a definition's bytes.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(head)
    }

    fn u8(&mut self) -> Option<u8> {
        self.0.try_get_u8().ok()
    }

    fn u16(&mut self) -> Option<u16> {
        self.0.try_get_u16().ok()
    }

    fn u32(&mut self) -> Option<u32> {
        self.0.try_get_u32().ok()
    }

    fn u64(&mut self) -> Option<u64> {
        self.0.try_get_u64().ok()
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

    /// Reads places of columns in a table of `n` columns.
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
            5 | 6 => {
                let [precision, scale] = size.to_be_bytes();
                ColumnType::Decimal { precision, scale, unsigned: tag == 6 }
            }
            7 => ColumnType::DateTime { fsp: u8::try_from(size).ok()? },
            8 if size == 0 => ColumnType::Date,
            _ => return None,
        };
        let flags = self.u8()?;
        let (nullable, on_update_now) = (flags & 1 != 0, flags & 2 != 0);
        let default = match self.u8()? {
            0 => None,
            1 => Some(ColumnDefault::Value(Datum::Null)),
            2 => Some(ColumnDefault::Value(Datum::Int(self.u64()? as i64))),
            3 => Some(ColumnDefault::Value(Datum::UInt(self.u64()?))),
            4 => Some(ColumnDefault::Value(Datum::Bytes(self.bytes()?.to_vec()))),
            5 => Some(ColumnDefault::Now),
            _ => return None,
        };
        let column = ColumnDef { name, ty, nullable, default, on_update_now };
        // A default is shown as its column's type, so it must be a value of it.
        let is_value = |column: &ColumnDef| match &column.default {
            Some(ColumnDefault::Value(value)) => *value == Datum::Null || column.admits(value),
            Some(ColumnDefault::Now) | None => true,
        };
        (flags < 4 && column.is_possible() && is_value(&column)).then_some(column)
    }
}

#[cfg(test)]
pub(super) mod tests;
