//! TABLE_MAP: the table of the rows events that follow, and its columns.
//!
//! ```text
//! post-header  table id 6 | flags 2
//! body         db: len 1, bytes, 0 | table: len 1, bytes, 0 | columns: lenenc | type of each: 1
//!              | metadata: lenenc len, bytes | nullable: a bit for each column
//!              | optional metadata: (type 1, lenenc len, bytes)*
//!
//! optional metadata, as MySQL 8 writes it with binlog_row_metadata = FULL
//!   1 SIGNEDNESS          a bit for each numeric column, from the high bit on: 1 is UNSIGNED
//!   3 COLUMN_CHARSET      the collation of each character column, lenenc
//!   4 COLUMN_NAME         each column's name after its lenenc length
//!   8 SIMPLE_PRIMARY_KEY  the key's columns, lenenc
//! ```
//!
//! *Lenenc* is a length-encoded integer (`wire`).
//!
//! RULES
//!
//! - **R1** A table id is valid from its TABLE_MAP to the end of the statement, which a flag of the last rows event
//!   marks.
//! - **R2** What the optional metadata lacks is unknown (`None`), never guessed; entries of an unknown type are
//!   skipped.
//! - **R3** A table has 1 to 4096 columns: a row image is never empty, and a small event cannot claim a huge one.
//! - **R4** In a table with a column of an unknown type, the metadata that goes by kinds of types (signedness,
//!   collations) stays unknown, too.
//!
//! MySQL's counterpart: `Table_map_log_event`. Left out of the optional metadata: names of ENUM and SET members,
//! geometry types, column visibility, primary keys with prefixes.

use super::column_type::ColumnType;
use super::value::Value;
use super::wire::{GetFields, PutFields, bit, put_bits};
use crate::error::{Decoded, Malformed};
use bytes::{Buf, BufMut};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Greatest number of columns of a table (R3).
#[doc(alias = "MAX_FIELDS")]
pub const MAX_COLUMNS: usize = 4096;

const SIGNEDNESS: u8 = 1;
const DEFAULT_CHARSET: u8 = 2;
const COLUMN_CHARSET: u8 = 3;
const COLUMN_NAME: u8 = 4;
const SIMPLE_PRIMARY_KEY: u8 = 8;

/// Collations by MySQL's numbers.
pub mod collation {
    /// `binary`: bytes, no text.
    pub const BINARY: u16 = 63;
    /// `utf8mb4_bin`.
    pub const UTF8MB4_BIN: u16 = 46;
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name, if the log has it (R2).
    pub name: Option<String>,
    /// Its type.
    pub ty: ColumnType,
    /// True if it may be NULL.
    pub nullable: bool,
    /// The collation's number of a string column, if the log has it (R2).
    pub collation: Option<u16>,
}

impl Column {
    /// A NOT NULL column; a string column has `utf8mb4_bin`.
    pub fn new(name: &str, ty: ColumnType) -> Column {
        let collation = ty.is_character(false).then_some(collation::UTF8MB4_BIN);
        Column { name: Some(name.into()), ty, nullable: false, collation }
    }

    /// The same column, nullable.
    pub fn null(mut self) -> Column {
        self.nullable = true;
        self
    }

    /// The same column with another collation.
    pub fn collate(mut self, collation: u16) -> Column {
        self.collation = Some(collation);
        self
    }
}

/// A table as rows events refer to it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(alias = "Table_map_log_event")]
pub struct TableMap {
    /// The id by which rows events refer to the table: 48 bits, chosen by the writer (R1).
    pub id: u64,
    /// The database.
    pub db: String,
    /// The table.
    pub table: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// The columns of the primary key, counted from 0; empty if the table has no key or the log lacks it.
    pub primary_key: Vec<usize>,
    /// True if the log says of each number whether it is unsigned; otherwise all count as signed.
    pub has_signs: bool,
}

/// The tables whose ids are valid at a point of the log (R1).
pub(crate) type Tables = BTreeMap<u64, Arc<TableMap>>;

impl TableMap {
    /// Appends the event's body. REQUIRES: 1 to 4096 columns (R3), names of at most 255 bytes.
    pub fn encode(&self, out: &mut Vec<u8>) {
        assert!(
            (1..=MAX_COLUMNS).contains(&self.columns.len()),
            "R3: a table has 1 to 4096 columns, not {}",
            self.columns.len()
        );
        out.put_uint_le(self.id, 6);
        out.put_u16_le(1);
        out.put_name(&self.db);
        out.put_name(&self.table);
        out.put_lenenc(self.columns.len() as u64);
        out.extend(self.columns.iter().map(|c| c.ty.code()));
        put_with_len(out, |out| self.columns.iter().for_each(|c| c.ty.put_metadata(out)));
        put_bits(out, self.columns.iter().map(|c| c.nullable));
        self.encode_optional(out);
    }

    /// True if rows of the table can be taken apart: all columns are of known types.
    pub fn is_known(&self) -> bool {
        self.columns.iter().all(|c| c.ty.is_known())
    }

    /// The first column whose values cannot be read, as a message names it.
    pub(super) fn unread_column(&self) -> String {
        let unread = |c: &Column| !c.ty.is_known() || (self.is_known() && c.ty.is_old_time());
        match self.columns.iter().position(unread) {
            Some(i) => format!("column {} ({})", self.column_name(i), self.columns[i].ty),
            None => "a column".to_owned(),
        }
    }

    /// The name of column `i`; `@1`, `@2`, … if the log has no names.
    pub fn column_name(&self, i: usize) -> String {
        self.columns[i].name.clone().unwrap_or_else(|| format!("@{}", i + 1))
    }

    /// True if a column is one of the times from before MySQL 5.6.4.
    pub(super) fn has_old_times(&self) -> bool {
        self.columns.iter().any(|c| c.ty.is_old_time())
    }

    /// Number of columns of JSON in MySQL's binary form.
    pub(super) fn json_columns(&self) -> usize {
        self.columns.iter().filter(|c| c.ty.is_json()).count()
    }

    /// Returns the first column whose value in `row` cannot be written in a log: NULL where it is NOT NULL, a string
    /// that is too long, or a part of a value. A log may have them, for its bytes are not checked for it.
    pub fn unwritable(&self, row: &[Value]) -> Option<usize> {
        let fits = |(c, v): (&Column, &Value)| if *v == Value::Null { c.nullable } else { c.ty.takes_back(v) };
        self.columns.iter().zip(row).position(|pair| !fits(pair))
    }

    /// Appends the optional metadata. An entry is written if all columns that it covers have the value (R2).
    fn encode_optional(&self, out: &mut Vec<u8>) {
        let mut entry = |ty: u8, put: &dyn Fn(&mut Vec<u8>)| {
            out.put_u8(ty);
            put_with_len(out, put);
        };
        let numeric: Vec<&Column> = self.columns.iter().filter(|c| c.ty.is_numeric()).collect();
        if !numeric.is_empty() && self.has_signs {
            entry(SIGNEDNESS, &|out| {
                let start = out.len();
                put_bits(out, numeric.iter().map(|c| c.ty.is_unsigned()));
                out[start..].iter_mut().for_each(|b| *b = b.reverse_bits());
            });
        }
        let collations = self.columns.iter().filter(|c| c.ty.is_character(false)).map(|c| c.collation);
        if let Some(collations) = collations.collect::<Option<Vec<u16>>>().filter(|c| !c.is_empty()) {
            entry(COLUMN_CHARSET, &|out| collations.iter().for_each(|c| out.put_lenenc((*c).into())));
        }
        if let Some(names) = self.columns.iter().map(|c| c.name.as_deref()).collect::<Option<Vec<&str>>>() {
            entry(COLUMN_NAME, &|out| names.iter().for_each(|name| out.put_lenenc_bytes(name.as_bytes())));
        }
        if !self.primary_key.is_empty() {
            entry(SIMPLE_PRIMARY_KEY, &|out| self.primary_key.iter().for_each(|i| out.put_lenenc(*i as u64)));
        }
    }

    /// Decodes the body. `mariadb`: a MariaDB wrote it.
    pub fn decode(body: &[u8], mariadb: bool) -> Decoded<TableMap> {
        let mut input = body;
        let (id, _flags) = (input.try_get_uint_le(6)?, input.try_get_u16_le()?);
        let (db, table) = (input.try_get_name()?, input.try_get_name()?);
        let count = input.try_get_lenenc_len()?;
        if !(1..=MAX_COLUMNS).contains(&count) {
            return Err(Malformed::Rule("a table does not have 1 to 4096 columns"));
        }
        let codes = input.try_get_slice(count)?;
        let metadata_len = input.try_get_lenenc_len()?;
        let metadata = input.try_get_slice(metadata_len)?;
        let nullable = input.try_get_slice(count.div_ceil(8))?;
        let columns = decode_columns(codes, metadata, nullable)?;
        let has_signs = !columns.iter().any(|c| c.ty.is_numeric());
        let mut map = TableMap { id, db, table, columns, primary_key: Vec::new(), has_signs };
        while !input.is_empty() {
            let ty = input.try_get_u8()?;
            let len = input.try_get_lenenc_len()?;
            let entry = input.try_get_slice(len)?;
            map.decode_optional(ty, entry, mariadb).map_err(|e| e.in_part("the optional metadata of a TABLE_MAP"))?;
        }
        Ok(map)
    }

    /// Decodes an entry of the optional metadata.
    fn decode_optional(&mut self, ty: u8, mut input: &[u8], mariadb: bool) -> Decoded<()> {
        let known = self.is_known();
        let mut character = self.columns.iter_mut().filter(|c| c.ty.is_character(mariadb));
        match ty {
            // R4
            SIGNEDNESS | DEFAULT_CHARSET | COLUMN_CHARSET if !known => {}
            SIGNEDNESS => {
                self.has_signs = true;
                let bits = input.rest();
                let numeric = self.columns.iter_mut().filter(|c| c.ty.is_numeric());
                for (i, column) in numeric.enumerate() {
                    let byte = bits.get(i / 8).ok_or("the signedness does not cover all numeric columns")?;
                    if let ColumnType::Int { unsigned, .. } | ColumnType::Decimal { unsigned, .. } = &mut column.ty {
                        *unsigned = byte << (i % 8) & 0x80 != 0;
                    }
                }
            }
            DEFAULT_CHARSET => {
                let default = input.try_get_lenenc()? as u16;
                let mut character: Vec<&mut Column> = character.collect();
                character.iter_mut().for_each(|c| c.collation = Some(default));
                while !input.is_empty() {
                    let (column, collation) = (input.try_get_lenenc()? as usize, input.try_get_lenenc()? as u16);
                    let column = character.get_mut(column).ok_or("a collation is of a column that does not exist")?;
                    column.collation = Some(collation);
                }
            }
            COLUMN_CHARSET => {
                character.try_for_each(|column| {
                    column.collation = Some(input.try_get_lenenc()? as u16);
                    Ok::<(), Malformed>(())
                })?;
            }
            COLUMN_NAME => {
                for column in &mut self.columns {
                    let len = input.try_get_lenenc_len()?;
                    column.name = Some(input.try_get_text(len)?);
                }
            }
            SIMPLE_PRIMARY_KEY => {
                while !input.is_empty() {
                    let column = input.try_get_lenenc()? as usize;
                    if column >= self.columns.len() {
                        return Err(Malformed::Rule("the primary key has a column that does not exist"));
                    }
                    self.primary_key.push(column);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// Decodes the columns from their type codes, the metadata of all of them, and the bitmap of the nullable ones.
fn decode_columns(codes: &[u8], mut metadata: &[u8], nullable: &[u8]) -> Decoded<Vec<Column>> {
    // After a column of an unknown type no metadata can be found.
    let mut known = true;
    let column = |(i, code): (usize, &u8)| {
        let ty = if known { ColumnType::decode(*code, &mut metadata) } else { Ok(ColumnType::Unknown { code: *code }) };
        let ty = ty.map_err(|e| e.in_part("the metadata of a TABLE_MAP"))?;
        known &= ty.is_known();
        Ok(Column { name: None, ty, nullable: bit(nullable, i), collation: None })
    };
    let columns = codes.iter().enumerate().map(column).collect::<Decoded<Vec<Column>>>()?;
    match metadata.is_empty() || !known {
        true => Ok(columns),
        false => Err(Malformed::Rule("the metadata of the columns is longer than their types need")),
    }
}

/// Appends what `put` writes, after its length-encoded length.
fn put_with_len(out: &mut Vec<u8>, put: impl Fn(&mut Vec<u8>)) {
    let mut bytes = Vec::new();
    put(&mut bytes);
    out.put_lenenc_bytes(&bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> TableMap {
        TableMap {
            id: 0x0102_0304_0506,
            db: "lab".into(),
            table: "t".into(),
            columns: vec![
                Column::new("id", ColumnType::Int { bytes: 8, unsigned: true }),
                Column::new("name", ColumnType::Varchar { max_bytes: 80 }).null(),
                Column::new("n", ColumnType::INT).null(),
                Column::new("raw", ColumnType::Varchar { max_bytes: 300 }).collate(collation::BINARY),
            ],
            primary_key: vec![0],
            has_signs: true,
        }
    }

    #[test]
    fn r4_after_an_unknown_type_all_columns_are_unknown_but_names_are_read() {
        let mut out = Vec::new();
        table().encode(&mut out);
        let code = out.iter().position(|b| *b == 15).expect("VARCHAR");
        out[code] = 99;
        let map = TableMap::decode(&out, false).expect("it is well formed");
        let types: Vec<String> = map.columns.iter().map(|c| c.ty.to_string()).collect();
        assert_eq!(types, ["BIGINT", "type 99", "type 3", "type 15"]);
        assert_eq!((map.is_known(), map.column_name(1), &map.primary_key[..]), (false, "name".into(), &[0][..]));
        assert_eq!(map.unread_column(), "column name (type 99)");
    }

    #[test]
    fn a_decimals_signedness_round_trips() {
        let decimal = |unsigned| ColumnType::Decimal { precision: 5, scale: 2, unsigned };
        let columns = [decimal(true), ColumnType::INT, decimal(false), ColumnType::Int { bytes: 1, unsigned: true }];
        let columns = columns.map(|ty| Column::new("c", ty)).to_vec();
        let map = TableMap { columns, primary_key: vec![], ..table() };
        let mut out = Vec::new();
        map.encode(&mut out);
        assert!(out.windows(3).any(|w| w == [1, 1, 0b1001_0000]), "signedness, from the high bit on");
        assert_eq!(TableMap::decode(&out, false), Ok(map));
    }

    #[test]
    fn the_bytes_are_those_of_the_head() {
        let mut out = Vec::new();
        table().encode(&mut out);
        let want: &[&[u8]] = &[
            &[6, 5, 4, 3, 2, 1, 1, 0],
            b"\x03lab\0\x01t\0",
            &[4, 8, 15, 3, 15],
            &[4, 80, 0, 44, 1],
            &[0b0110],
            &[1, 1, 0b1000_0000],
            &[3, 2, 46, 63],
            b"\x04\x0e\x02id\x04name\x01n\x03raw",
            &[8, 1, 0],
        ];
        assert_eq!(out, want.concat());
        assert_eq!(TableMap::decode(&out, false), Ok(table()));
    }

    #[test]
    fn r2_missing_metadata_stays_unknown() {
        let mut bare = table();
        for column in &mut bare.columns {
            (column.name, column.collation) = (None, None);
            if let ColumnType::Int { unsigned, .. } = &mut column.ty {
                *unsigned = false;
            }
        }
        bare.primary_key.clear();
        bare.has_signs = false;
        let mut out = Vec::new();
        bare.encode(&mut out);
        assert_eq!(TableMap::decode(&out, false), Ok(bare.clone()));
        out.extend([99, 2, 1, 1]);
        assert_eq!(TableMap::decode(&out, false), Ok(bare), "an entry of an unknown type is skipped");
    }

    #[test]
    fn a_default_charset_with_exceptions_is_read() {
        let mut bare = table();
        bare.columns.iter_mut().for_each(|c| c.collation = None);
        let mut out = Vec::new();
        bare.encode(&mut out);
        out.extend([DEFAULT_CHARSET, 3, 45, 1, 63]);
        let map = TableMap::decode(&out, false).expect("it is well formed");
        assert_eq!(map.columns.iter().map(|c| c.collation).collect::<Vec<_>>(), [None, Some(45), None, Some(63)]);
        let end = out.len();
        out[end - 2] = 2;
        assert!(TableMap::decode(&out, false).is_err());
    }

    #[test]
    fn a_vector_has_a_collation_and_a_geometry_has_one_in_mariadb() {
        let blob = |ty| Column { collation: None, ..Column::new("c", ty) };
        let columns = vec![
            blob(ColumnType::Vector { length_bytes: 4 }),
            blob(ColumnType::Geometry { length_bytes: 4 }),
            blob(ColumnType::Varchar { max_bytes: 9 }),
        ];
        let mut out = Vec::new();
        TableMap { columns, primary_key: vec![], ..table() }.encode(&mut out);
        let read = |list: &[u8], mariadb| {
            let map = TableMap::decode(&[&out[..], list].concat(), mariadb).expect("it is well formed");
            map.columns.iter().map(|c| c.collation).collect::<Vec<_>>()
        };
        assert_eq!(read(&[COLUMN_CHARSET, 2, 63, 46], false), [Some(63), None, Some(46)]);
        assert_eq!(read(&[DEFAULT_CHARSET, 3, 63, 2, 46], true), [Some(63), Some(63), Some(46)]);
    }

    #[test]
    fn every_cut_is_refused_or_loses_optional_metadata() {
        let mut out = Vec::new();
        table().encode(&mut out);
        for len in 0..out.len() {
            if let Ok(map) = TableMap::decode(&out[..len], false) {
                assert_ne!(map, table(), "cut to {len}");
            }
        }
    }
}
