//! The bytes of a value in a record, by type.
//!
//! RULES
//!
//! - **R1** Bytes compare as values do. Integers are big-endian, with the sign bit flipped unless unsigned; strings and
//!   packed values ([`super::packed`]) are stored as they are.
//! - **R2** Decoding trusts the lengths, which `page::index::check` has verified, but not the contents.
//!
//! InnoDB's counterpart: `row_mysql_store_col_in_innobase_format`, `row_sel_field_store_in_mysql_format`.

use super::value::{ColumnType, Datum};
use innolab_btree::Field;

/// Appends the bytes of `value` in a record (R1). False if it is no value of the type; then the bytes appended are to
/// be discarded.
pub(crate) fn encode_value(ty: ColumnType, value: &Datum, out: &mut Vec<u8>) -> bool {
    match (ty, value) {
        (ColumnType::Int { bytes, unsigned }, value) => {
            let wide = match *value {
                Datum::Int(v) => i128::from(v),
                Datum::UInt(v) => i128::from(v),
                _ => return false,
            };
            let bits = 8 * u32::from(bytes);
            // Adding 2^(bits − 1) is flipping the sign bit.
            let shifted = if unsigned { wide } else { wide + (1 << (bits - 1)) };
            if shifted < 0 || shifted >> bits != 0 {
                return false;
            }
            out.extend_from_slice(&(shifted as u64).to_be_bytes()[8 - usize::from(bytes)..]);
            true
        }
        (ColumnType::Char { chars }, Datum::Bytes(bytes)) => {
            let text = without_trailing_spaces(bytes);
            out.extend_from_slice(text);
            out.extend(std::iter::repeat_n(b' ', usize::from(chars).saturating_sub(text.len())));
            text.len() <= ty.max_bytes()
        }
        (_, Datum::Bytes(bytes)) => {
            out.extend_from_slice(bytes);
            ty.fixed_bytes().map_or(bytes.len() <= ty.max_bytes(), |fixed| bytes.len() == fixed)
        }
        _ => false,
    }
}

/// Decodes a field into `out`, whose buffer is reused; `None` becomes [`Datum::Null`] (R2).
pub(crate) fn decode_value(ty: ColumnType, field: Field<'_>, out: &mut Datum) {
    let Some(bytes) = field else {
        *out = Datum::Null;
        return;
    };
    match ty {
        ColumnType::Int { unsigned: true, .. } => *out = Datum::UInt(unsigned(bytes)),
        ColumnType::Int { bytes: n, unsigned: false } => {
            let sign = 1u64 << (8 * u32::from(n) - 1);
            *out = Datum::Int((unsigned(bytes) as i64).wrapping_sub(sign as i64));
        }
        ColumnType::Char { .. } => set_bytes(out, without_trailing_spaces(bytes)),
        _ => set_bytes(out, bytes),
    }
}

fn set_bytes(out: &mut Datum, bytes: &[u8]) {
    match out {
        Datum::Bytes(buffer) => {
            buffer.clear();
            buffer.extend_from_slice(bytes);
        }
        _ => *out = Datum::Bytes(bytes.to_vec()),
    }
}

/// Returns a big-endian integer of at most eight bytes.
#[inline]
pub(crate) fn unsigned(bytes: &[u8]) -> u64 {
    // The two most frequent lengths first: 8 (BIGINT) and 6 (transaction and row ids).
    if let Ok(whole) = bytes.try_into() {
        return u64::from_be_bytes(whole);
    }
    if let [a, b, c, d, e, f] = *bytes {
        return u64::from_be_bytes([0, 0, a, b, c, d, e, f]);
    }
    innolab_base::codec::get_uint(bytes)
}

fn without_trailing_spaces(bytes: &[u8]) -> &[u8] {
    let len = bytes.iter().rposition(|b| *b != b' ').map_or(0, |last| last + 1);
    &bytes[..len]
}
