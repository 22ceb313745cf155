//! What a statement's text does not say: values that stand in events of their own before it.
//!
//! ```text
//! INTVAR    1 LAST_INSERT_ID, 2 INSERT_ID | value 8
//! USER_VAR  length 4 | name | is NULL 1 ( | type 1 | collation 4 | length 4 | value | flags 1 )?
//!           type: 0 text, 1 double 8, 2 integer 8, 4 DECIMAL: digits 1 | digits behind the point 1 | as in a row        flag 1: unsigned
//! ```
//!
//! RULES
//!
//! - **R1** A statement whose text is logged finds on a replica what it found here: every value of the session that it
//!   asks for is told before it.
//! - **R2** MariaDB leaves the flags out where they say nothing.
//!
//! MySQL's counterpart: `Intvar_log_event`, `User_var_log_event`. Left out: RAND (here `RAND()` is not safe to be
//! logged as text).

use crate::error::Parsed;
use crate::header::Kind;
use crate::table::collation;
use crate::value::Value;
use crate::wire::{Input, put_int};
use innolab_base::decimal;
use std::fmt;

const LAST_INSERT_ID: u8 = 1;
const INSERT_ID: u8 = 2;

const TEXT: u8 = 0;
const DOUBLE: u8 = 1;
const INTEGER: u8 = 2;
const DECIMAL: u8 = 4;

const UNSIGNED: u8 = 1;

/// A value for the statement that follows; see the module.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// What LAST_INSERT_ID() is.
    #[doc(alias = "LAST_INSERT_ID_EVENT")]
    LastInsertId(u64),
    /// The first AUTO_INCREMENT value that it takes.
    #[doc(alias = "INSERT_ID_EVENT")]
    InsertId(u64),
    /// What `@name` is.
    #[doc(alias = "USER_VAR_EVENT")]
    UserVariable {
        /// Its name, without the `@`.
        name: String,
        /// Its value: an integer, a double, DECIMAL, bytes or NULL.
        value: Value,
        /// Of bytes: whether they are no text.
        binary: bool,
    },
}

impl Given {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Given::LastInsertId(_) | Given::InsertId(_) => Kind::INTVAR,
            Given::UserVariable { .. } => Kind::USER_VAR,
        }
    }

    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        let mut number = |what, value| {
            out.push(what);
            put_int(out, value, 8);
        };
        match self {
            Given::LastInsertId(value) => number(LAST_INSERT_ID, *value),
            Given::InsertId(value) => number(INSERT_ID, *value),
            Given::UserVariable { name, value, binary } => {
                put_int(out, name.len() as u64, 4);
                out.extend_from_slice(name.as_bytes());
                out.push(u8::from(*value == Value::Null));
                if *value != Value::Null {
                    put_value(value, *binary, out);
                }
            }
        }
    }

    /// `None`: an INTVAR that nobody writes. ERRORS: the rule that is broken.
    pub(crate) fn decode(kind: Kind, body: &[u8]) -> Parsed<Option<Given>> {
        let mut input = Input::new(body);
        if kind == Kind::INTVAR {
            return Ok(match (input.u8()?, input.u64()?) {
                (LAST_INSERT_ID, value) => Some(Given::LastInsertId(value)),
                (INSERT_ID, value) => Some(Given::InsertId(value)),
                _ => None,
            });
        }
        let len = input.u32()?;
        let name = input.text(len as usize)?;
        let (value, binary) = if input.u8()? == 0 { get_value(&mut input)? } else { (Value::Null, false) };
        Ok(Some(Given::UserVariable { name, value, binary }))
    }
}

fn put_value(value: &Value, binary: bool, out: &mut Vec<u8>) {
    let mut bytes = Vec::new();
    let ty = match value {
        Value::Int(v) => (INTEGER, put_int(&mut bytes, *v as u64, 8)).0,
        Value::UInt(v) => (INTEGER, put_int(&mut bytes, *v, 8)).0,
        Value::Double(v) => (DOUBLE, bytes.extend(v.to_le_bytes())).0,
        Value::Decimal(text) => put_decimal(text, &mut bytes),
        Value::Bytes(v) => (TEXT, bytes.extend(v)).0,
        other => (TEXT, bytes.extend(other.to_string().trim_matches('\'').bytes())).0,
    };
    let of = if binary || ty != TEXT { collation::BINARY } else { collation::UTF8MB4_BIN };
    out.push(ty);
    put_int(out, of.into(), 4);
    put_int(out, bytes.len() as u64, 4);
    out.extend(bytes);
    out.push(if matches!(value, Value::UInt(_)) { UNSIGNED } else { 0 });
}

/// A DECIMAL, or as text one that no server's DECIMAL can be; its type.
fn put_decimal(text: &str, out: &mut Vec<u8>) -> u8 {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let scale = text.split_once('.').map_or(0, |(_, behind)| behind.len());
    match (u8::try_from(digits), u8::try_from(scale)) {
        (Ok(digits @ ..=65), Ok(scale @ ..=38)) => {
            out.extend([digits, scale]);
            decimal::put(text, digits, scale, out);
            DECIMAL
        }
        _ => (TEXT, out.extend(text.bytes())).0,
    }
}

/// A value, and whether it is bytes that are no text.
fn get_value(input: &mut Input<'_>) -> Parsed<(Value, bool)> {
    let (ty, of, len) = (input.u8()?, input.u32()?, input.u32()?);
    let bytes = input.take(len as usize)?;
    let unsigned = !input.is_empty() && input.u8()? & UNSIGNED != 0;
    let eight = || bytes.try_into().map_err(|_| "a user variable's number has not eight bytes");
    Ok(match ty {
        TEXT => (Value::Bytes(bytes.to_vec()), of == u32::from(collation::BINARY)),
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
            _ => return Err("a user variable's DECIMAL is none"),
        },
        _ => return Err("a user variable's type is unknown"),
    })
}

impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Given::LastInsertId(value) => write!(f, "LAST_INSERT_ID = {value}"),
            Given::InsertId(value) => write!(f, "INSERT_ID = {value}"),
            Given::UserVariable { name, value, .. } => write!(f, "@{name} = {value}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(name: &str, value: Value, binary: bool) -> Given {
        Given::UserVariable { name: name.into(), value, binary }
    }

    fn all() -> Vec<Given> {
        let text = |t: &str| Value::Bytes(t.into());
        vec![
            Given::LastInsertId(17),
            Given::InsertId(u64::MAX),
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
    fn they_come_back_and_every_cut_is_refused() {
        for given in all() {
            let mut bytes = Vec::new();
            given.encode(&mut bytes);
            assert_eq!(Given::decode(given.kind(), &bytes), Ok(Some(given.clone())), "{given}");
            // The flags may be missing (R2).
            let needed =
                bytes.len() - usize::from(given.kind() == Kind::USER_VAR && !given.to_string().ends_with("NULL"));
            (0..needed).for_each(|len| assert!(Given::decode(given.kind(), &bytes[..len]).is_err(), "{given}: {len}"));
        }
    }

    /// As MariaDB 10.11 has written them.
    #[test]
    fn the_servers_bytes() {
        let read = |hex: &str| {
            let bytes: Vec<u8> = hex.split(' ').map(|b| u8::from_str_radix(b, 16).expect("hex")).collect();
            Given::decode(Kind::USER_VAR, &bytes).expect("it is whole").expect("a variable").to_string()
        };
        assert_eq!(read("01 00 00 00 61 00 02 08 00 00 00 08 00 00 00 05 00 00 00 00 00 00 00 00"), "@a = 5");
        assert_eq!(read("01 00 00 00 62 00 00 21 00 00 00 03 00 00 00 78 27 79"), r"@b = 'x\'y'");
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
    fn what_is_wrong_has_a_name() {
        let wrong = |bytes: &[u8]| Given::decode(Kind::USER_VAR, bytes).expect_err("it is wrong");
        let head =
            |ty: u8, len: u8| [&[0, 0, 0, 0, 0, ty, 63, 0, 0, 0, len, 0, 0, 0][..], &[0; 16][..len.into()]].concat();
        assert_eq!(wrong(&head(3, 1)), "a user variable's type is unknown");
        assert_eq!(wrong(&head(INTEGER, 7)), "a user variable's number has not eight bytes");
        assert_eq!(wrong(&head(DECIMAL, 3)), "a user variable's DECIMAL is none");
        assert_eq!(Given::decode(Kind::INTVAR, &[9; 9]), Ok(None));
    }
}
