//! JSON documents in MySQL's binary form, and changes of parts of them, as text.
//!
//! ```text
//! document  type 1 | value
//! object    count | bytes | (key offset, key length 2)* | (type 1, offset or value)* | keys | values
//! array     count | bytes | (type 1, offset or value)* | values          small: all numbers 2 bytes; large: 4 bytes
//! types     0, 1 object small, large · 2, 3 array small, large · 4 literal (0 null, 1 true, 2 false)
//!           5, 6 int16, uint16 · 7, 8 int32, uint32 · 9, 10 int64, uint64 · 11 double · 12 string: length, bytes
//!           15 opaque: column type 1, length, bytes                       length: 7 bits a byte, low bits first
//! in place  literal, int16, uint16; in large ones int32, uint32 too
//! diff      (operation 1 (0 replace, 1 insert, 2 remove) | path: lenenc, bytes | unless remove: lenenc, document)*
//! ```
//!
//! RULES
//!
//! - **R1** Offsets count from the object or array that has them and lead into its bytes. A value takes one byte, a
//!   string its own bytes, and together they take no more than the document has: bytes that name one value many times
//!   cannot make a short document an endless text.
//! - **R2** Values nest at most 100 deep, as in the server.
//! - **R3** An opaque value is shown as the server's text for it: DECIMAL as a number, times as strings, others as
//!   `base64:type…` in hex. [`has_opaque`] tells a caller that the text does not make the same document.
//!
//! MySQL's counterpart: `sql-common/json_binary.cc`, `json_diff.cc`.

use super::wire::GetFields;
use crate::error::{Decoded, Malformed};
use bytes::Buf;
use innolab_base::{decimal, temporal};

/// Greatest depth of nesting (R2).
#[doc(alias = "JSON_DOCUMENT_MAX_DEPTH")]
const MAX_DEPTH: u32 = 100;

/// Returns a document as text. Without bytes it is the JSON null. ERRORS: it breaks a rule.
pub fn text(document: &[u8]) -> Decoded<String> {
    let mut text = Text { out: String::new(), left: document.len() + 1, opaque: false };
    text.document(document)?;
    Ok(text.out)
}

/// True if a document has a value that JSON text cannot express (R3), or is malformed.
pub fn has_opaque(document: &[u8]) -> bool {
    let mut text = Text { out: String::new(), left: document.len() + 1, opaque: false };
    text.document(document).is_err() || text.opaque
}

/// Returns changes of parts of a document as text: `$.a = 7, remove $.b`. ERRORS: they break a rule.
pub fn diff_text(mut diffs: &[u8]) -> Decoded<String> {
    let mut shown = Vec::new();
    while !diffs.is_empty() {
        let operation = diffs.try_get_u8()?;
        let len = diffs.try_get_lenenc_len()?;
        let path = diffs.try_get_text(len)?;
        if operation == 2 {
            shown.push(format!("remove {path}"));
            continue;
        }
        let len = diffs.try_get_lenenc_len()?;
        let value = text(diffs.try_get_slice(len)?)?;
        match operation {
            0 => shown.push(format!("{path} = {value}")),
            1 => shown.push(format!("insert {path} = {value}")),
            _ => return Err(Malformed::Rule("a change of a JSON document is of an unknown kind")),
        }
    }
    Ok(shown.join(", "))
}

/// A document's text so far.
struct Text {
    out: String,
    /// Bytes that values and strings may still take (R1).
    left: usize,
    opaque: bool,
}

impl Text {
    fn document(&mut self, document: &[u8]) -> Decoded<()> {
        match document.split_first() {
            None => self.out.push_str("null"),
            Some((ty, value)) => self.value(*ty, value, 0)?,
        }
        Ok(())
    }

    /// Counts bytes that were read (R1).
    fn take(&mut self, bytes: usize) -> Decoded<()> {
        self.left = self.left.checked_sub(bytes).ok_or("a JSON document reads a value more than once")?;
        Ok(())
    }

    /// Appends a value of type `ty` that starts at the front of `input` (R1, R2).
    fn value(&mut self, ty: u8, mut input: &[u8], depth: u32) -> Decoded<()> {
        self.take(1)?;
        if depth > MAX_DEPTH {
            return Err(Malformed::Rule("a JSON document is nested too deep"));
        }
        match ty {
            0..=3 => self.container(ty < 2, ty % 2 == 1, input, depth)?,
            4 => self.out.push_str(match input.try_get_u8()? {
                0 => "null",
                1 => "true",
                2 => "false",
                _ => return Err(Malformed::Rule("a JSON literal is not null, true or false")),
            }),
            5 => self.number(input.try_get_i16_le()?),
            6 => self.number(input.try_get_u16_le()?),
            7 => self.number(input.try_get_i32_le()?),
            8 => self.number(input.try_get_u32_le()?),
            9 => self.number(input.try_get_i64_le()?),
            10 => self.number(input.try_get_u64_le()?),
            11 => self.double(input.try_get_f64_le()?),
            12 => {
                let bytes = string(&mut input)?;
                self.take(bytes.len())?;
                self.string(std::str::from_utf8(bytes).map_err(|_| Malformed::Rule("a JSON string is not UTF-8"))?);
            }
            15 => self.opaque_value(&mut input)?,
            _ => return Err(Malformed::Rule("a JSON value is of an unknown type")),
        }
        Ok(())
    }

    /// Appends an object or array whose count stands at the front of `input`.
    fn container(&mut self, object: bool, large: bool, input: &[u8], depth: u32) -> Decoded<()> {
        let width = if large { 4 } else { 2 };
        let mut at = input;
        let (count, len) = (at.try_get_uint_le(width)?, at.try_get_uint_le(width)? as usize);
        let whole = input.get(..len).ok_or_else(|| Malformed::short(len, input.len()))?;
        let entries = count.saturating_mul((width as u64) + 1);
        if entries > at.len() as u64 {
            return Err(Malformed::Rule("a JSON object or array has more values than bytes"));
        }
        let from = |offset: u64| whole.get(offset as usize..).ok_or("a JSON offset leads out of its object or array");
        let keys_len = if object { count as usize * (width + 2) } else { 0 };
        let (mut keys, mut values) = (at.try_get_slice(keys_len)?, at);
        self.out.push(if object { '{' } else { '[' });
        for i in 0..count {
            self.out.push_str(if i == 0 { "" } else { ", " });
            if object {
                let (offset, len) = (keys.try_get_uint_le(width)?, keys.try_get_u16_le()?);
                let key = from(offset)?.try_get_text(len.into())?;
                self.take(key.len())?;
                self.string(&key);
                self.out.push_str(": ");
            }
            let (ty, mut place) = (values.try_get_u8()?, values.try_get_slice(width)?);
            let in_place = matches!(ty, 4..=6) || large && matches!(ty, 7 | 8);
            match in_place {
                true => self.value(ty, place, depth + 1)?,
                false => self.value(ty, from(place.try_get_uint_le(width)?)?, depth + 1)?,
            }
        }
        self.out.push(if object { '}' } else { ']' });
        Ok(())
    }

    fn number(&mut self, v: impl std::fmt::Display) {
        self.out.push_str(&v.to_string());
    }

    /// Appends a double so that it is read as a double again.
    fn double(&mut self, v: f64) {
        self.out.push_str(&format!("{v:?}"));
    }

    fn string(&mut self, text: &str) {
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' | '\\' => self.out.extend(['\\', c]),
                '\n' => self.out.push_str("\\n"),
                c if (c as u32) < 0x20 => self.out.push_str(&format!("\\u{:04x}", c as u32)),
                c => self.out.push(c),
            }
        }
        self.out.push('"');
    }

    /// Appends a value of a column type that JSON does not have (R3).
    fn opaque_value(&mut self, input: &mut &[u8]) -> Decoded<()> {
        self.opaque = true;
        let ty = input.try_get_u8()?;
        let bytes = string(input)?;
        self.take(bytes.len())?;
        match (ty, bytes) {
            (246, [precision @ 1..=65, scale @ 0..=38, stored @ ..])
                if scale <= precision
                    && stored.len() == decimal::bytes(*precision, *scale)
                    && decimal::is_sound(stored, *precision, *scale) =>
            {
                self.out.push_str(&decimal::get(stored, *precision, *scale));
            }
            (7 | 10 | 12, [_, _, _, _, _, _, _, _]) => {
                self.out.push_str(&format!("\"{}\"", date_time(bytes, ty == 10)))
            }
            (11, [_, _, _, _, _, _, _, _]) => self.out.push_str(&format!("\"{}\"", time(bytes))),
            _ => {
                let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
                self.out.push_str(&format!("\"type {ty}: {hex}\""));
            }
        }
        Ok(())
    }
}

/// Takes a string: its length, seven bits a byte, and its bytes.
fn string<'a>(input: &mut &'a [u8]) -> Decoded<&'a [u8]> {
    let mut len = 0u64;
    for shift in (0..35).step_by(7) {
        let byte = input.try_get_u8()?;
        len |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return input.try_get_slice(len as usize);
        }
    }
    Err(Malformed::Rule("the length of a JSON string has more than five bytes"))
}

/// A DATETIME, or its date only, from the packed number that a JSON value has: microseconds in the low 24 bits.
fn date_time(packed: &[u8], date_only: bool) -> String {
    let v = get_i64(packed).unsigned_abs();
    let (days, seconds) = (v >> 41, v >> 24 & 0x1_ffff);
    let month = days >> 5;
    let date = temporal::Date { year: (month / 13) as u16, month: (month % 13) as u8, day: (days & 31) as u8 };
    if date_only {
        return date.to_string();
    }
    let (hour, minute, second) = ((seconds >> 12) as u8, (seconds >> 6 & 63) as u8, (seconds & 63) as u8);
    let micros = (v & 0xff_ffff) as u32;
    temporal::DateTime { date, hour, minute, second, micros, fsp: 6 }.to_string()
}

/// A TIME from the packed number that a JSON value has.
fn time(packed: &[u8]) -> String {
    let (signed, v) = (get_i64(packed), get_i64(packed).unsigned_abs());
    let whole = v >> 24;
    let (hour, minute, second) = ((whole >> 12 & 0x3ff) as u16, (whole >> 6 & 63) as u8, (whole & 63) as u8);
    temporal::Time { negative: signed < 0, hour, minute, second, micros: (v & 0xff_ffff) as u32, fsp: 6 }.to_string()
}

fn get_i64(mut bytes: &[u8]) -> i64 {
    bytes.try_get_i64_le().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use innolab_base::rng::Rng;

    /// `{"a": 1}` as MySQL stores it.
    const OBJECT: [u8; 13] = [0, 1, 0, 12, 0, 11, 0, 1, 0, 5, 1, 0, b'a'];

    #[test]
    fn documents_and_diffs_are_read() {
        assert_eq!(text(&OBJECT), Ok(r#"{"a": 1}"#.into()));
        assert_eq!(text(b"\x0c\x04a\"\n\x01"), Ok(r#""a\"\n\u0001""#.into()));
        assert_eq!((text(b""), text(b"\x04\x01")), (Ok("null".into()), Ok("true".into())));
        assert_eq!(text(&[&[11][..], &1e100f64.to_le_bytes()].concat()), Ok("1e100".into()));
        assert!(!has_opaque(&OBJECT) && has_opaque(b"\x0f\xf6\x04\x03\x02\x81\x19"));
        assert_eq!(text(b"\x0f\xf6\x04\x03\x02\x81\x19"), Ok("1.25".into()), "R3: a DECIMAL");
        let diffs = [&[0, 3][..], b"$.a", &[2, 4, 0], &[2, 3], b"$.b"].concat();
        assert_eq!(diff_text(&diffs), Ok("$.a = null, remove $.b".into()));
        assert!(diff_text(&diffs[..7]).is_err() && diff_text(b"\x03\x01$\x00").is_err());
    }

    #[test]
    fn r1_r2_a_document_that_names_itself_or_nests_too_deep_is_refused() {
        // An array of 200 values, each of which is the array itself.
        let mut bomb = vec![2, 200, 0];
        bomb.extend(604u16.to_le_bytes());
        (0..200).for_each(|_| bomb.extend([2, 0, 0]));
        assert_eq!(text(&bomb), Err("a JSON document is nested too deep".into()));
        // An array of 200 values, each of which is the same array of 100 nulls.
        let mut bomb = vec![2, 200, 0];
        bomb.extend((604u16 + 304).to_le_bytes());
        (0..200).for_each(|_| bomb.extend([2, 92, 2]));
        bomb.extend([100, 0, 48, 1]);
        (0..100).for_each(|_| bomb.extend([4, 0, 0]));
        assert_eq!(text(&bomb), Err("a JSON document reads a value more than once".into()));
    }

    #[test]
    fn random_bytes_never_panic() {
        let mut rng = Rng(7);
        for _ in 0..20_000 {
            let mut document = [&OBJECT[..], b"\x00\x01\x00"].concat();
            for _ in 0..1 + rng.index(4) {
                let at = rng.index(document.len());
                document[at] = rng.index(256) as u8;
            }
            document.truncate(rng.index(document.len() + 1));
            let (_, _, _) = (text(&document), diff_text(&document), has_opaque(&document));
        }
    }
}
