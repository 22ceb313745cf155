//! The definition of a result's column, as clients get it.
//!
//! ```text
//! "def" │ database │ table │ its own name │ name │ its own name │ 0C │ charset 2 │ length 4 │ type 1 │ flags 2 │ decimals 1 │ 0 0
//! ```
//!
//! Texts have their lengths before them. `mysql_common` 0.38 writes this packet with charset and length exchanged (it reads
//! it as it should be), so it is ours. Left out: the names of database and table.

use bytes::BufMut;
use innolab_sql::{ResultKind, ResultType};
use mysql_common::constants::{ColumnFlags, ColumnType};
use mysql_common::io::BufMutExt;

/// Number of `utf8mb4_general_ci`, which stands for the character set of a text.
pub(crate) const UTF8MB4: u16 = 45;
/// Number of `binary`, the character set of all that is no text.
const BINARY: u16 = 63;
/// The decimals of a number that has no fixed ones.
const NOT_FIXED_DECIMALS: u8 = 31;
const MAX_CHAR_BYTES: u32 = 4;

/// Bytes from the character set to the end.
const FIXED_BYTES: u8 = 12;

/// Appends the definition of the column of this name and type.
pub(crate) fn put_column(packet: &mut Vec<u8>, name: &str, ty: &ResultType) {
    use ColumnType::*;
    let (kind, length, decimals) = match ty.kind {
        ResultKind::Null => (MYSQL_TYPE_NULL, 0, 0),
        ResultKind::Int { bytes, unsigned } => {
            let (kind, digits) = match bytes {
                1 => (MYSQL_TYPE_TINY, 3),
                2 => (MYSQL_TYPE_SHORT, 5),
                3 => (MYSQL_TYPE_INT24, 8),
                4 => (MYSQL_TYPE_LONG, 10),
                _ => (MYSQL_TYPE_LONGLONG, 20),
            };
            // A sign, except that the widest numbers have a digit less with one.
            (kind, digits + u32::from(!unsigned && bytes < 8), 0)
        }
        ResultKind::Double => (MYSQL_TYPE_DOUBLE, 22, NOT_FIXED_DECIMALS),
        ResultKind::Decimal { precision, scale, unsigned } => {
            let length = u32::from(precision) + u32::from(scale > 0) + u32::from(!unsigned);
            (MYSQL_TYPE_NEWDECIMAL, length, scale)
        }
        ResultKind::DateTime { fsp } => (MYSQL_TYPE_DATETIME, 19 + u32::from(fsp) + u32::from(fsp > 0), fsp),
        ResultKind::Date => (MYSQL_TYPE_DATE, 10, 0),
        ResultKind::VarChar { chars } => (MYSQL_TYPE_VAR_STRING, chars.saturating_mul(MAX_CHAR_BYTES), 0),
        ResultKind::Char { chars } => (MYSQL_TYPE_STRING, chars.saturating_mul(MAX_CHAR_BYTES), 0),
        ResultKind::VarBinary { bytes } => (MYSQL_TYPE_VAR_STRING, bytes, 0),
    };
    let is_text = matches!(ty.kind, ResultKind::VarChar { .. } | ResultKind::Char { .. });
    let is_unsigned =
        matches!(ty.kind, ResultKind::Int { unsigned: true, .. } | ResultKind::Decimal { unsigned: true, .. });
    let mut flags = ColumnFlags::empty();
    flags.set(ColumnFlags::NOT_NULL_FLAG, !ty.nullable);
    flags.set(ColumnFlags::UNSIGNED_FLAG, is_unsigned);
    flags.set(ColumnFlags::BINARY_FLAG, !is_text);
    for text in ["def", "", "", "", name, ""] {
        packet.put_lenenc_str(text.as_bytes());
    }
    packet.put_u8(FIXED_BYTES);
    packet.put_u16_le(if is_text { UTF8MB4 } else { BINARY });
    packet.put_u32_le(length);
    packet.put_u8(kind as u8);
    packet.put_u16_le(flags.bits());
    packet.put_u8(decimals);
    packet.put_u16_le(0);
}
