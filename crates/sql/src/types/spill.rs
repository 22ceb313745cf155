//! Values as bytes of a temporary file, which the same statement reads again.
//!
//! ```text
//! value    kind (1) · Int, UInt, Double: 8 bytes · text, binary: length (4), bytes
//!          Decimal: unscaled (32), scale (4), displayed scale (4) · DateTime: its six parts and fsp · Date: its three
//! ```
//!
//! Numbers are little-endian. What is read again equals what was written, also in what it shows.

use super::decimal::Decimal;
use super::value::Value;
use crate::engine::Datum;
use innolab_base::temporal::{Date, DateTime};

/// A value that can leave memory for a file.
pub(crate) trait Spill: Sized {
    /// Appends its bytes.
    fn write(&self, to: &mut Vec<u8>);
    /// Reads it from the beginning of `from`, which then begins behind it; `None`: the bytes are none of a value.
    fn read(from: &mut &[u8]) -> Option<Self>;
    /// Bytes in memory that it uses beside itself.
    fn heap_bytes(&self) -> usize;
}

/// Takes `n` bytes from the beginning of `from`.
fn take<'a>(from: &mut &'a [u8], n: usize) -> Option<&'a [u8]> {
    let (taken, rest) = from.split_at_checked(n)?;
    *from = rest;
    Some(taken)
}

fn number<const N: usize>(from: &mut &[u8]) -> Option<[u8; N]> {
    take(from, N)?.try_into().ok()
}

fn bytes(from: &mut &[u8]) -> Option<Vec<u8>> {
    let n = u32::from_le_bytes(number(from)?);
    Some(take(from, n as usize)?.to_vec())
}

fn write_bytes(kind: u8, bytes: &[u8], to: &mut Vec<u8>) {
    to.push(kind);
    // A value is shorter than 4 GiB: the longest statement and the longest row are.
    to.extend((bytes.len() as u32).to_le_bytes());
    to.extend(bytes);
}

fn write_parts(kind: u8, parts: &[&[u8]], to: &mut Vec<u8>) {
    to.push(kind);
    parts.iter().for_each(|part| to.extend(*part));
}

fn write_date(date: Date, to: &mut Vec<u8>) {
    to.extend(date.year.to_le_bytes());
    to.extend([date.month, date.day]);
}

fn read_date(from: &mut &[u8]) -> Option<Date> {
    let year = u16::from_le_bytes(number(from)?);
    let [month, day] = number(from)?;
    Some(Date { year, month, day })
}

impl Spill for Datum {
    fn write(&self, to: &mut Vec<u8>) {
        match self {
            Datum::Null => to.push(0),
            Datum::Int(v) => write_parts(1, &[&v.to_le_bytes()], to),
            Datum::UInt(v) => write_parts(2, &[&v.to_le_bytes()], to),
            Datum::Bytes(v) => write_bytes(3, v, to),
        }
    }

    fn read(from: &mut &[u8]) -> Option<Datum> {
        Some(match number(from)? {
            [0] => Datum::Null,
            [1] => Datum::Int(i64::from_le_bytes(number(from)?)),
            [2] => Datum::UInt(u64::from_le_bytes(number(from)?)),
            [3] => Datum::Bytes(bytes(from)?),
            _ => return None,
        })
    }

    fn heap_bytes(&self) -> usize {
        if let Datum::Bytes(bytes) = self { bytes.len() } else { 0 }
    }
}

impl Spill for Value {
    fn write(&self, to: &mut Vec<u8>) {
        match self {
            Value::Null => to.push(0),
            Value::Int(v) => write_parts(1, &[&v.to_le_bytes()], to),
            Value::UInt(v) => write_parts(2, &[&v.to_le_bytes()], to),
            Value::Double(v) => write_parts(3, &[&v.to_le_bytes()], to),
            Value::Text(v) => write_bytes(4, v.as_bytes(), to),
            Value::Bytes(v) => write_bytes(5, v, to),
            Value::Hex(v) => write_bytes(6, v, to),
            Value::Decimal(v) => {
                let (unscaled, scale, display_scale) = v.to_parts();
                write_parts(7, &[&unscaled, &scale.to_le_bytes(), &display_scale.to_le_bytes()], to);
            }
            Value::Date(v) => {
                to.push(8);
                write_date(*v, to);
            }
            Value::DateTime(v) => {
                to.push(9);
                write_date(v.date, to);
                to.extend([v.hour, v.minute, v.second, v.fsp]);
                to.extend(v.micros.to_le_bytes());
            }
        }
    }

    fn read(from: &mut &[u8]) -> Option<Value> {
        Some(match number(from)? {
            [0] => Value::Null,
            [1] => Value::Int(i64::from_le_bytes(number(from)?)),
            [2] => Value::UInt(u64::from_le_bytes(number(from)?)),
            [3] => Value::Double(f64::from_le_bytes(number(from)?)),
            [4] => Value::Text(String::from_utf8(bytes(from)?).ok()?),
            [5] => Value::Bytes(bytes(from)?),
            [6] => Value::Hex(bytes(from)?),
            [7] => {
                let unscaled = number(from)?;
                let (scale, display_scale) = (number(from)?, number(from)?);
                let [scale, display_scale] = [scale, display_scale].map(u32::from_le_bytes);
                Value::Decimal(Decimal::from_parts(unscaled, scale, display_scale))
            }
            [8] => Value::Date(read_date(from)?),
            [9] => {
                let date = read_date(from)?;
                let [hour, minute, second, fsp] = number(from)?;
                let micros = u32::from_le_bytes(number(from)?);
                Value::DateTime(DateTime { date, hour, minute, second, micros, fsp })
            }
            _ => return None,
        })
    }

    fn heap_bytes(&self) -> usize {
        match self {
            Value::Text(text) => text.len(),
            Value::Bytes(bytes) | Value::Hex(bytes) => bytes.len(),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_again_equals_what_was_written() {
        let date = Date { year: 2024, month: 2, day: 29 };
        let values = [
            Value::Null,
            Value::Int(-5),
            Value::UInt(u64::MAX),
            Value::Double(-0.1),
            Value::Text("ä'\0".to_owned()),
            Value::Bytes(vec![0, 255]),
            Value::Hex(vec![]),
            Value::Date(date),
            Value::DateTime(DateTime { date, hour: 23, minute: 59, second: 58, micros: 7, fsp: 6 }),
            Value::Decimal(Decimal::parse("-12345678901234567890123456789012345678.50").unwrap()),
        ];
        let datums = [Datum::Null, Datum::Int(i64::MIN), Datum::UInt(1), Datum::Bytes(b"x".to_vec())];
        let mut written = Vec::new();
        values.iter().for_each(|value| value.write(&mut written));
        datums.iter().for_each(|datum| datum.write(&mut written));
        let mut from = &written[..];
        for value in &values {
            let read = Value::read(&mut from).unwrap();
            assert_eq!((&read, read.shown()), (value, value.shown()));
        }
        assert!(datums.iter().all(|datum| Datum::read(&mut from).as_ref() == Some(datum)));
        assert!(from.is_empty());
        let mut cut = &written[1..4];
        assert_eq!(Value::read(&mut cut), None, "too few bytes are no value");
        assert_eq!(Value::read(&mut &[99][..]), None);
    }
}
