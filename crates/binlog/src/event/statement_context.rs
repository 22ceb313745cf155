//! INTVAR and USER_VAR: session values on which the next statement depends, in events of their own before it.
//!
//! ```text
//! INTVAR    1 LAST_INSERT_ID, 2 INSERT_ID | value 8
//! USER_VAR  length 4 | name | is NULL 1 ( | type 1 | collation 4 | length 4 | value | flags 1 )?
//!           type: 0 text, 1 double 8, 2 integer 8, 4 DECIMAL: precision 1 | scale 1 | as in a row
//!           flag 1: unsigned
//! ```
//!
//! RULES
//!
//! - **R1** A statement that is logged as text reads the same session values on a replica as here: each value that it
//!   uses is logged before it.
//! - **R2** MariaDB omits the flags where none is set.
//! - **R3** A text is decoded from the character set of its collation; a variable in a set that is not read here is not
//!   decoded.
//!
//! MySQL's counterpart: `Intvar_log_event`, `User_var_log_event`. Left out: RAND (a statement with `RAND()` is unsafe
//! here and is not logged as text).

use super::charset::Charset;
use super::header::Kind;
use super::table_map::collation;
use super::value::Value;
use super::wire::GetFields;
use crate::error::{Decoded, Malformed};
use bytes::{Buf, BufMut};
use innolab_base::decimal;
use std::fmt;

const LAST_INSERT_ID: u8 = 1;
const INSERT_ID: u8 = 2;

const TEXT: u8 = 0;
const DOUBLE: u8 = 1;
const INTEGER: u8 = 2;
const DECIMAL: u8 = 4;

const UNSIGNED: u8 = 1;

/// A session value that the next statement uses; see the module.
#[derive(Debug, Clone, PartialEq)]
pub enum StatementContext {
    /// The value of LAST_INSERT_ID().
    #[doc(alias = "LAST_INSERT_ID_EVENT")]
    LastInsertId(u64),
    /// The first AUTO_INCREMENT value that the statement generates.
    #[doc(alias = "INSERT_ID_EVENT")]
    InsertId(u64),
    /// The value of `@name`.
    #[doc(alias = "USER_VAR_EVENT")]
    UserVariable {
        /// Its name, without the `@`.
        name: String,
        /// Its value: an integer, a double, DECIMAL, bytes or NULL.
        value: Value,
        /// True if bytes are binary, not text.
        binary: bool,
    },
}

impl StatementContext {
    /// The kind of its event.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            StatementContext::LastInsertId(_) | StatementContext::InsertId(_) => Kind::INTVAR,
            StatementContext::UserVariable { .. } => Kind::USER_VAR,
        }
    }

    /// Appends the event's body.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        let mut number = |what, value| {
            out.put_u8(what);
            out.put_u64_le(value);
        };
        match self {
            StatementContext::LastInsertId(value) => number(LAST_INSERT_ID, *value),
            StatementContext::InsertId(value) => number(INSERT_ID, *value),
            StatementContext::UserVariable { name, value, binary } => {
                out.put_u32_le(name.len() as u32);
                out.put_slice(name.as_bytes());
                out.put_u8(u8::from(*value == Value::Null));
                if *value != Value::Null {
                    put_value(value, *binary, out);
                }
            }
        }
    }

    /// Decodes the body of an INTVAR or USER_VAR; `None` for an INTVAR of an unknown variable, and for text that is not
    /// read (R3).
    pub(super) fn decode(kind: Kind, body: &[u8]) -> Decoded<Option<StatementContext>> {
        let mut input = body;
        if kind == Kind::INTVAR {
            return Ok(match (input.try_get_u8()?, input.try_get_u64_le()?) {
                (LAST_INSERT_ID, value) => Some(StatementContext::LastInsertId(value)),
                (INSERT_ID, value) => Some(StatementContext::InsertId(value)),
                _ => None,
            });
        }
        let len = input.try_get_u32_le()?;
        let name = input.try_get_text(len as usize)?;
        let value = if input.try_get_u8()? == 0 { get_value(&mut input)? } else { Some((Value::Null, false)) };
        Ok(value.map(|(value, binary)| StatementContext::UserVariable { name, value, binary }))
    }
}

fn put_value(value: &Value, binary: bool, out: &mut Vec<u8>) {
    let mut bytes = Vec::new();
    let ty = match value {
        Value::Int(v) => (INTEGER, bytes.put_i64_le(*v)).0,
        Value::UInt(v) => (INTEGER, bytes.put_u64_le(*v)).0,
        Value::Double(v) => (DOUBLE, bytes.put_f64_le(*v)).0,
        Value::Decimal(text) => put_decimal(text, &mut bytes),
        Value::Bytes(v) => (TEXT, bytes.put_slice(v)).0,
        other => (TEXT, bytes.extend(other.to_string().trim_matches('\'').bytes())).0,
    };
    let collation = if binary || ty != TEXT { collation::BINARY } else { collation::UTF8MB4_BIN };
    out.put_u8(ty);
    out.put_u32_le(collation.into());
    out.put_u32_le(bytes.len() as u32);
    out.put_slice(&bytes);
    out.put_u8(if matches!(value, Value::UInt(_)) { UNSIGNED } else { 0 });
}

/// Appends a DECIMAL and returns its type: a number with more digits than a server's DECIMAL becomes text.
fn put_decimal(text: &str, out: &mut Vec<u8>) -> u8 {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let scale = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    match (u8::try_from(digits), u8::try_from(scale)) {
        (Ok(digits @ ..=65), Ok(scale @ ..=38)) => {
            out.extend([digits, scale]);
            decimal::put(text, digits, scale, out);
            DECIMAL
        }
        _ => (TEXT, out.put_slice(text.as_bytes())).0,
    }
}

/// A value, and true if it is binary bytes; `None` for text that is not read (R3).
fn get_value(input: &mut &[u8]) -> Decoded<Option<(Value, bool)>> {
    let (ty, collation, len) = (input.try_get_u8()?, input.try_get_u32_le()?, input.try_get_u32_le()?);
    let bytes = input.try_get_slice(len as usize)?;
    let unsigned = !input.is_empty() && input.try_get_u8()? & UNSIGNED != 0;
    let eight = || bytes.try_into().map_err(|_| Malformed::Rule("a user variable's number does not have eight bytes"));
    let charset = u16::try_from(collation).ok().and_then(Charset::of);
    Ok(Some(match ty {
        TEXT if charset == Some(Charset::Binary) => (Value::Bytes(bytes.to_vec()), true),
        TEXT => match charset.and_then(|set| set.text(bytes)) {
            Some(text) => (Value::Bytes(text.into_bytes()), false),
            None => return Ok(None),
        },
        DOUBLE => (Value::Double(f64::from_le_bytes(eight()?)), false),
        INTEGER if unsigned => (Value::UInt(u64::from_le_bytes(eight()?)), false),
        INTEGER => (Value::Int(i64::from_le_bytes(eight()?)), false),
        DECIMAL => match bytes {
            [digits @ 1..=65, scale @ 0..=38, stored @ ..]
                if scale <= digits
                    && stored.len() == decimal::bytes(*digits, *scale)
                    && decimal::is_sound(stored, *digits, *scale) =>
            {
                (Value::Decimal(decimal::get(stored, *digits, *scale)), false)
            }
            _ => return Err(Malformed::Rule("a user variable's DECIMAL is malformed")),
        },
        _ => return Err(Malformed::Rule("a user variable's type is unknown")),
    }))
}

impl fmt::Display for StatementContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StatementContext::LastInsertId(value) => write!(f, "LAST_INSERT_ID = {value}"),
            StatementContext::InsertId(value) => write!(f, "INSERT_ID = {value}"),
            StatementContext::UserVariable { name, value, .. } => write!(f, "@{name} = {value}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(name: &str, value: Value, binary: bool) -> StatementContext {
        StatementContext::UserVariable { name: name.into(), value, binary }
    }

    fn all() -> Vec<StatementContext> {
        let text = |t: &str| Value::Bytes(t.into());
        vec![
            StatementContext::LastInsertId(17),
            StatementContext::InsertId(u64::MAX),
            variable("a", Value::Int(5), false),
            variable("b", text("x'y"), false),
            variable("c", Value::Decimal("1.50".into()), false),
            variable("d", Value::Double(2.0), false),
            variable("e", Value::Null, false),
            variable("f", Value::UInt(u64::MAX), false),
            variable("g", Value::Bytes(vec![0xff, 0]), true),
            variable("h", Value::Int(-7), false),
            variable("i", Value::Decimal("-0.05".into()), false),
        ]
    }

    #[test]
    fn all_values_round_trip_and_every_cut_is_refused() {
        for context in all() {
            let mut bytes = Vec::new();
            context.encode(&mut bytes);
            assert_eq!(StatementContext::decode(context.kind(), &bytes), Ok(Some(context.clone())), "{context}");
            // The flags may be missing (R2).
            let needed =
                bytes.len() - usize::from(context.kind() == Kind::USER_VAR && !context.to_string().ends_with("NULL"));
            (0..needed).for_each(|len| {
                assert!(StatementContext::decode(context.kind(), &bytes[..len]).is_err(), "{context}: {len}")
            });
        }
    }

    /// The bytes are from a MariaDB 10.11.
    #[test]
    fn a_servers_bytes_are_read() {
        let read = |hex: &str| {
            let bytes: Vec<u8> = hex.split(' ').map(|b| u8::from_str_radix(b, 16).expect("hex")).collect();
            StatementContext::decode(Kind::USER_VAR, &bytes).expect("it is whole").expect("a variable").to_string()
        };
        assert_eq!(read("01 00 00 00 61 00 02 08 00 00 00 08 00 00 00 05 00 00 00 00 00 00 00 00"), "@a = 5");
        assert_eq!(read("01 00 00 00 62 00 00 21 00 00 00 03 00 00 00 78 27 79"), r"@b = 'x\'y'");
        assert_eq!(read("01 00 00 00 6c 00 00 08 00 00 00 02 00 00 00 61 f1"), "@l = 'añ'", "R3: latin1");
        assert_eq!(read("01 00 00 00 63 00 04 08 00 00 00 04 00 00 00 03 02 81 32"), "@c = 1.50");
        assert_eq!(read("01 00 00 00 64 00 01 08 00 00 00 08 00 00 00 00 00 00 00 00 00 00 40"), "@d = 2");
        assert_eq!(read("01 00 00 00 65 01"), "@e = NULL");
        assert_eq!(
            read("01 00 00 00 66 00 02 08 00 00 00 08 00 00 00 ff ff ff ff ff ff ff ff 01"),
            "@f = 18446744073709551615"
        );
        assert_eq!(read("01 00 00 00 69 00 04 08 00 00 00 04 00 00 00 03 02 7f fa"), "@i = -0.05");
    }

    #[test]
    fn malformed_values_are_refused_by_rule() {
        let wrong =
            |bytes: &[u8]| StatementContext::decode(Kind::USER_VAR, bytes).expect_err("it is malformed").to_string();
        let head =
            |ty: u8, len: u8| [&[0, 0, 0, 0, 0, ty, 63, 0, 0, 0, len, 0, 0, 0][..], &[0; 16][..len.into()]].concat();
        assert_eq!(wrong(&head(3, 1)), "a user variable's type is unknown");
        assert_eq!(wrong(&head(INTEGER, 7)), "a user variable's number does not have eight bytes");
        assert_eq!(wrong(&head(DECIMAL, 3)), "a user variable's DECIMAL is malformed");
        assert_eq!(StatementContext::decode(Kind::INTVAR, &[9; 9]), Ok(None));
        let gbk = [&[0, 0, 0, 0, 0, TEXT, 28, 0, 0, 0, 2, 0, 0, 0][..], b"\xb0\xa1"].concat();
        assert_eq!(StatementContext::decode(Kind::USER_VAR, &gbk), Ok(None), "R3");
    }
}
