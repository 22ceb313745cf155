//! The `.cfg` file beside an exported tablespace: the description that a server needs to import a table with secondary
//! indexes.
//!
//! ```text
//! version 1 · host · table · AUTO_INCREMENT (8) · page bytes · table flags
//! columns:  type flags · main type · length · bytes of a character · number · in a key · prefix · name      … and the three system columns
//! indexes:  id (8) · space · root · kind · offset of DB_TRX_ID · declared columns · unique columns · nullable fields · fields · name
//!           each field: prefix · fixed length · name
//! ```
//!
//! Integers are big-endian and have 4 bytes unless stated. A name is its length including a zero byte, its bytes, the
//! zero byte.
//!
//! FACT. A server's own file for the same table differs only in host, table, space, ids and roots. Tested with
//! `FLUSH TABLES … FOR EXPORT` (`tests/it/import`).
//!
//! InnoDB's counterpart: `row_quiesce_write_cfg`, `row_import_read_cfg`.

use crate::codec::{ColumnType, IndexNo, TableDef};
use crate::dict::{Index, Table};
use innolab_base::PAGE_SIZE;
use innolab_page::{Layout, Width};

/// `DICT_TF_COMPACT`, `DICT_TF_ATOMIC_BLOBS`: a DYNAMIC table.
const TABLE_FLAGS: u32 = 0x21;
/// `DATA_NOT_NULL`, `DATA_UNSIGNED`, `DATA_BINARY_TYPE`: bits of a column's type flags.
const NOT_NULL: u32 = 0x100;
const UNSIGNED: u32 = 0x200;
const BINARY: u32 = 0x400;
/// Collation numbers of `utf8mb4_nopad_bin` and `binary`.
const UTF8MB4_NOPAD_BIN: u32 = 1070;
const BINARY_CHARSET: u32 = 63;
/// The collation that the server writes for numbers and temporal types: `latin1`.
const NUMERIC_CHARSET: u32 = 8;
/// Least and most bytes of a character in one number: `least + 5 × most`.
const UTF8MB4_BYTES: u32 = 1 + 5 * 4;
const BINARY_BYTES: u32 = 1 + 5;
/// Main type of the system columns, `DATA_SYS`.
const SYSTEM: u32 = 8;
const SYSTEM_COLUMNS: [(&str, u32); 3] = [("DB_ROW_ID", 6), ("DB_TRX_ID", 6), ("DB_ROLL_PTR", 7)];
/// `DICT_CLUSTERED`, `DICT_UNIQUE`: bits of an index's kind.
const CLUSTERED: u32 = 1;
const UNIQUE: u32 = 2;
/// Longer fixed fields count as variable: `DICT_MAX_FIXED_COL_LEN`.
const MAX_FIXED: u32 = 768;

/// The contents of the file.
pub(crate) fn encode(table: &Table) -> Vec<u8> {
    let def = table.def();
    let mut out = Out(vec![]);
    out.u32(1);
    out.name("innolab");
    out.name(&format!("innolab/{}", def.name));
    out.u64(if def.auto_increment.is_some() { table.next_auto_increment() } else { 0 });
    out.u32(PAGE_SIZE as u32);
    out.u32(TABLE_FLAGS);
    out.u32((def.columns.len() + SYSTEM_COLUMNS.len()) as u32);
    columns(&mut out, def);
    out.u32(table.indexes().len() as u32);
    for (i, index) in table.indexes().iter().enumerate() {
        one_index(&mut out, def, IndexNo(i), index);
    }
    out.0
}

struct Out(Vec<u8>);

impl Out {
    fn u32(&mut self, v: u32) {
        self.0.extend_from_slice(&v.to_be_bytes());
    }

    fn u64(&mut self, v: u64) {
        self.0.extend_from_slice(&v.to_be_bytes());
    }

    fn name(&mut self, name: &str) {
        self.u32(name.len() as u32 + 1);
        self.0.extend_from_slice(name.as_bytes());
        self.0.push(0);
    }
}

fn columns(out: &mut Out, def: &TableDef) {
    let in_key = |i: usize| (0..=def.indexes.len()).any(|no| def.index_columns(IndexNo(no)).contains(&i));
    for (i, column) in def.columns.iter().enumerate() {
        let (flags, main, bytes, characters) = type_of(column.ty);
        out.u32(flags | if column.nullable { 0 } else { NOT_NULL });
        [main, bytes, characters, i as u32, u32::from(in_key(i)), 0].iter().for_each(|v| out.u32(*v));
        out.name(&column.name);
    }
    for (i, (name, bytes)) in SYSTEM_COLUMNS.into_iter().enumerate() {
        let in_key = i == 0 && def.has_row_id();
        out.u32(NOT_NULL | i as u32);
        [SYSTEM, bytes, 0, (def.columns.len() + i) as u32, u32::from(in_key), 0].iter().for_each(|v| out.u32(*v));
        out.name(name);
    }
}

/// Type flags except NOT NULL, main type, bytes, bytes of a character.
#[doc(alias = "dtype_t")]
fn type_of(ty: ColumnType) -> (u32, u32, u32, u32) {
    let max = ty.max_bytes() as u32;
    match ty {
        ColumnType::Int { bytes, unsigned } => {
            // MYSQL_TYPE_TINY, SHORT, INT24, LONG, LONGLONG.
            let code = [1, 2, 9, 3, 8][usize::from(bytes.min(5)) - 1];
            (code | BINARY | if unsigned { UNSIGNED } else { 0 }, 6, u32::from(bytes), 0)
        }
        ColumnType::VarChar { .. } => (UTF8MB4_NOPAD_BIN << 16 | long_varchar(max) | 15, 12, max, UTF8MB4_BYTES),
        ColumnType::Char { .. } => (UTF8MB4_NOPAD_BIN << 16 | 254, 13, max, UTF8MB4_BYTES),
        ColumnType::VarBinary { .. } => (BINARY_CHARSET << 16 | long_varchar(max) | BINARY | 15, 4, max, BINARY_BYTES),
        ColumnType::Decimal { unsigned, .. } => {
            (NUMERIC_CHARSET << 16 | BINARY | 246 | if unsigned { UNSIGNED } else { 0 }, 3, max, BINARY_BYTES)
        }
        ColumnType::DateTime { .. } => (NUMERIC_CHARSET << 16 | BINARY | 12, 3, max, BINARY_BYTES),
        ColumnType::Date => (BINARY | 10, 6, max, 0),
    }
}

/// `DATA_LONG_TRUE_VARCHAR`: the server stores the length of a value in two bytes.
fn long_varchar(max_bytes: u32) -> u32 {
    if max_bytes > 255 { 0x1000 } else { 0 }
}

fn one_index(out: &mut Out, def: &TableDef, no: IndexNo, index: &Index) {
    let layout = index.tree.layout();
    let clustered = no == IndexNo::CLUSTERED;
    let unique = if clustered { !def.has_row_id() } else { def.indexes[no.0 - 1].unique };
    let kind = if clustered { CLUSTERED } else { 0 } | if unique { UNIQUE } else { 0 };
    let trx_id_at = if clustered { layout.fixed_key_len().unwrap_or(0) } else { 0 };
    out.u64(index.id().0);
    let counts =
        [trx_id_at, def.index_columns(no).len(), index.n_unique(), layout.n_nullable(), layout.columns().len()];
    [index.tree.space().id().0, index.tree.root().0, kind].iter().for_each(|v| out.u32(*v));
    counts.iter().for_each(|v| out.u32(*v as u32));
    out.name(def.index_name(no));
    for (i, (name, _)) in index.codec.field_kinds().iter().enumerate() {
        out.u32(0);
        out.u32(fixed_len(layout, i));
        out.name(name);
    }
}

fn fixed_len(layout: &Layout, field: usize) -> u32 {
    match layout.columns()[field].width {
        Width::Fixed(len) if u32::from(len) <= MAX_FIXED => u32::from(len),
        _ => 0,
    }
}
