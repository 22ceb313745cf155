//! Little-endian integers, the packed integer and bitmaps: what every event is made of.
//!
//! ```text
//! packed integer    0..250      one byte
//!                   252 lo hi   two bytes follow      (251 stands for NULL elsewhere in the protocol; wrong here)
//!                   253 ···     three bytes follow
//!                   254 ·······  eight bytes follow
//! bitmap            bit i is bit i % 8 of byte i / 8; signedness counts from the high bit instead
//! ```
//!
//! [`Input`] never goes beyond its bytes: whatever they say, the answer is a value or the name of a rule.

use crate::error::Parsed;

const SHORT: &str = "the event ends in the middle of a field";

/// Bytes that are taken apart from the front.
#[derive(Clone)]
pub(crate) struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Input(bytes)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// All that is left.
    pub(crate) fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }

    #[inline]
    pub(crate) fn take(&mut self, n: usize) -> Parsed<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(n).ok_or(SHORT)?;
        self.0 = rest;
        Ok(head)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Parsed<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk().ok_or(SHORT)?;
        self.0 = rest;
        Ok(*head)
    }

    /// An unsigned integer of `n` ≤ 8 bytes.
    #[inline]
    pub(crate) fn int(&mut self, n: usize) -> Parsed<u64> {
        Ok(le(self.take(n)?))
    }

    #[inline]
    pub(crate) fn u8(&mut self) -> Parsed<u8> {
        Ok(self.int(1)? as u8)
    }

    #[inline]
    pub(crate) fn u16(&mut self) -> Parsed<u16> {
        Ok(self.int(2)? as u16)
    }

    #[inline]
    pub(crate) fn u32(&mut self) -> Parsed<u32> {
        Ok(self.int(4)? as u32)
    }

    #[inline]
    pub(crate) fn u64(&mut self) -> Parsed<u64> {
        self.int(8)
    }

    /// A packed integer.
    #[inline]
    pub(crate) fn packed(&mut self) -> Parsed<u64> {
        match self.u8()? {
            n @ ..=250 => Ok(n.into()),
            252 => self.int(2),
            253 => self.int(3),
            254 => self.int(8),
            _ => Err("a packed integer starts with 251 or 255"),
        }
    }

    /// A packed integer that counts bytes or columns that must still come.
    pub(crate) fn packed_len(&mut self) -> Parsed<usize> {
        let n = self.packed()?;
        if n > self.0.len() as u64 { Err(SHORT) } else { Ok(n as usize) }
    }

    /// Text of `n` bytes.
    pub(crate) fn text(&mut self, n: usize) -> Parsed<String> {
        text(self.take(n)?)
    }

    /// Text after its length in one byte, before a zero byte.
    pub(crate) fn name(&mut self) -> Parsed<String> {
        let n = self.u8()?.into();
        let name = self.text(n)?;
        if self.u8()? == 0 { Ok(name) } else { Err("a name does not end with a zero byte") }
    }
}

/// Bytes as text; a log is written in UTF-8 here.
pub(crate) fn text(bytes: &[u8]) -> Parsed<String> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| "a text is not UTF-8")
}

/// The unsigned little-endian integer that `bytes` (≤ 8) are.
#[inline]
pub(crate) fn le(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |v, b| v << 8 | u64::from(*b))
}

/// Appends the low `n` bytes of `v`, low byte first.
#[inline]
pub(crate) fn put_int(out: &mut Vec<u8>, v: u64, n: usize) {
    out.extend_from_slice(&v.to_le_bytes()[..n]);
}

/// Appends `v` as a packed integer.
pub(crate) fn put_packed(out: &mut Vec<u8>, v: u64) {
    match v {
        0..=250 => out.push(v as u8),
        251..=0xffff => {
            out.push(252);
            put_int(out, v, 2);
        }
        0x1_0000..=0xff_ffff => {
            out.push(253);
            put_int(out, v, 3);
        }
        _ => {
            out.push(254);
            put_int(out, v, 8);
        }
    }
}

/// Appends a name as [`Input::name`] reads it. REQUIRES at most 255 bytes.
pub(crate) fn put_name(out: &mut Vec<u8>, name: &str) {
    assert!(name.len() <= 255, "a name has at most 255 bytes: {name:?}");
    out.push(name.len() as u8);
    out.extend_from_slice(name.as_bytes());
    out.push(0);
}

/// Appends a bitmap.
pub(crate) fn put_bits(out: &mut Vec<u8>, bits: impl ExactSizeIterator<Item = bool>) {
    let start = out.len();
    out.resize(start + bits.len().div_ceil(8), 0);
    for (i, bit) in bits.enumerate() {
        out[start + i / 8] |= u8::from(bit) << (i % 8);
    }
}

/// Bit `i` of a bitmap. REQUIRES that it is inside.
#[inline]
pub(crate) fn bit(bitmap: &[u8], i: usize) -> bool {
    bitmap[i / 8] >> (i % 8) & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_integers_come_back_in_their_shortest_form() {
        for (v, len) in
            [(0, 1), (250, 1), (251, 3), (65_535, 3), (65_536, 4), (0xff_ffff, 4), (0x100_0000, 9), (u64::MAX, 9)]
        {
            let mut out = Vec::new();
            put_packed(&mut out, v);
            assert_eq!((out.len(), Input::new(&out).packed()), (len, Ok(v)));
            assert_eq!(Input::new(&out[..len - 1]).packed(), Err(SHORT), "{v} cut");
        }
        assert!(Input::new(&[251]).packed().is_err());
        assert!(Input::new(&[255]).packed().is_err());
        assert_eq!(Input::new(&[5, 1, 2]).packed_len(), Err(SHORT), "a count of bytes that are not there");
    }

    #[test]
    fn integers_of_odd_sizes_and_bitmaps() {
        assert_eq!(Input::new(&[1, 2, 3]).int(3), Ok(0x03_0201));
        assert_eq!(le(&[1, 2, 3]), 0x03_0201);
        let mut out = Vec::new();
        put_int(&mut out, 0x03_0201, 3);
        assert_eq!(out, [1, 2, 3]);
        let bits: Vec<bool> = (0..11).map(|i| i % 3 == 0).collect();
        let mut out = Vec::new();
        put_bits(&mut out, bits.iter().copied());
        assert_eq!(out.len(), 2);
        assert_eq!((0..11).map(|i| bit(&out, i)).collect::<Vec<_>>(), bits);
    }
}
