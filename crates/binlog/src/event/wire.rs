//! The fields that `bytes` does not read and write: slices that are borrowed, length-encoded integers, names, bitmaps.
//!
//! ```text
//! length-encoded integer   0..250       one byte
//!                          252 lo hi    two bytes follow      (251 is NULL elsewhere in the protocol; wrong here)
//!                          253 ···      three bytes follow
//!                          254 ········ eight bytes follow
//! name                     length 1 | bytes | 0
//! bitmap                   bit i is bit i % 8 of byte i / 8; a signedness bitmap counts from the high bit instead
//! ```
//!
//! Everything else is [`Buf`] and [`BufMut`]: `try_get_u32_le`, `try_get_uint_le(6)`, `put_u64_le`. All integers are
//! little-endian. Reading never goes beyond the bytes: a field that does not fit is [`Malformed::Short`].

use crate::error::{Decoded, Malformed};
use bytes::{Buf, BufMut};

/// Reads fields from the front of borrowed bytes, as [`Buf`] does.
pub(crate) trait GetFields<'a> {
    /// The next `n` bytes.
    fn try_get_slice(&mut self, n: usize) -> Decoded<&'a [u8]>;

    /// The next `N` bytes.
    fn try_get_array<const N: usize>(&mut self) -> Decoded<[u8; N]>;

    /// All bytes that are left.
    fn rest(&mut self) -> &'a [u8];

    /// An unsigned integer of `n` ≤ 8 bytes. As [`Buf::try_get_uint_le`], but faster for 1, 2, 4 and 8 bytes.
    fn try_get_unsigned(&mut self, n: usize) -> Decoded<u64>;

    /// A length-encoded integer.
    #[doc(alias = "net_field_length")]
    fn try_get_lenenc(&mut self) -> Decoded<u64>;

    /// A length-encoded number of bytes or columns that must follow: at most as many as there are bytes left.
    fn try_get_lenenc_len(&mut self) -> Decoded<usize>;

    /// UTF-8 text of `n` bytes.
    fn try_get_text(&mut self, n: usize) -> Decoded<String>;

    /// A name: its length in one byte, its bytes, a zero byte.
    fn try_get_name(&mut self) -> Decoded<String>;
}

impl<'a> GetFields<'a> for &'a [u8] {
    #[inline(always)] // once for each value of a row
    fn try_get_slice(&mut self, n: usize) -> Decoded<&'a [u8]> {
        let (head, rest) = self.split_at_checked(n).ok_or_else(|| Malformed::short(n, self.len()))?;
        *self = rest;
        Ok(head)
    }

    #[inline]
    fn try_get_array<const N: usize>(&mut self) -> Decoded<[u8; N]> {
        let (head, rest) = self.split_first_chunk().ok_or_else(|| Malformed::short(N, self.len()))?;
        *self = rest;
        Ok(*head)
    }

    fn rest(&mut self) -> &'a [u8] {
        std::mem::take(self)
    }

    #[inline(always)] // once for each value of a row
    fn try_get_unsigned(&mut self, n: usize) -> Decoded<u64> {
        Ok(match n {
            1 => self.try_get_u8()?.into(),
            2 => self.try_get_u16_le()?.into(),
            4 => self.try_get_u32_le()?.into(),
            8 => self.try_get_u64_le()?,
            _ => self.try_get_uint_le(n)?,
        })
    }

    #[inline]
    fn try_get_lenenc(&mut self) -> Decoded<u64> {
        match self.try_get_u8()? {
            n @ ..=250 => Ok(n.into()),
            252 => Ok(self.try_get_u16_le()?.into()),
            253 => Ok(self.try_get_uint_le(3)?),
            254 => Ok(self.try_get_u64_le()?),
            _ => Err(Malformed::Rule("a length-encoded integer starts with 251 or 255")),
        }
    }

    fn try_get_lenenc_len(&mut self) -> Decoded<usize> {
        let n = self.try_get_lenenc()?;
        if n > self.len() as u64 { Err(Malformed::short(n as usize, self.len())) } else { Ok(n as usize) }
    }

    fn try_get_text(&mut self, n: usize) -> Decoded<String> {
        text(self.try_get_slice(n)?)
    }

    fn try_get_name(&mut self) -> Decoded<String> {
        let n = self.try_get_u8()?.into();
        let name = self.try_get_text(n)?;
        end_of_name(self)?;
        Ok(name)
    }
}

/// Reads the zero byte that ends a name.
pub(crate) fn end_of_name(input: &mut &[u8]) -> Decoded<()> {
    if input.try_get_u8()? == 0 { Ok(()) } else { Err(Malformed::Rule("a name does not end with a zero byte")) }
}

/// `bytes` as text. ERRORS: they are not UTF-8, the only character set that is read here.
pub(crate) fn text(bytes: &[u8]) -> Decoded<String> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| Malformed::Rule("a text is not UTF-8"))
}

/// Appends fields, as [`BufMut`] does.
pub(crate) trait PutFields: BufMut {
    /// Appends `v` as a length-encoded integer in its shortest form.
    #[doc(alias = "net_store_length")]
    fn put_lenenc(&mut self, v: u64) {
        match v {
            0..=250 => self.put_u8(v as u8),
            251..=0xffff => {
                self.put_u8(252);
                self.put_u16_le(v as u16);
            }
            0x1_0000..=0xff_ffff => {
                self.put_u8(253);
                self.put_uint_le(v, 3);
            }
            _ => {
                self.put_u8(254);
                self.put_u64_le(v);
            }
        }
    }

    /// Appends `bytes` after their length-encoded length.
    fn put_lenenc_bytes(&mut self, bytes: &[u8]) {
        self.put_lenenc(bytes.len() as u64);
        self.put_slice(bytes);
    }

    /// Appends a name as [`GetFields::try_get_name`] reads it. REQUIRES at most 255 bytes.
    fn put_name(&mut self, name: &str) {
        assert!(name.len() <= 255, "a name has at most 255 bytes: {name:?}");
        self.put_u8(name.len() as u8);
        self.put_slice(name.as_bytes());
        self.put_u8(0);
    }
}

impl PutFields for Vec<u8> {}

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
    fn length_encoded_integers_round_trip_in_their_shortest_form() {
        for (v, len) in
            [(0, 1), (250, 1), (251, 3), (65_535, 3), (65_536, 4), (0xff_ffff, 4), (0x100_0000, 9), (u64::MAX, 9)]
        {
            let mut out = Vec::new();
            out.put_lenenc(v);
            assert_eq!((out.len(), (&out[..]).try_get_lenenc()), (len, Ok(v)));
            let cut = (&out[..len - 1]).try_get_lenenc();
            assert!(matches!(cut, Err(Malformed::Short { .. })), "{v} cut: {cut:?}");
        }
        assert!((&[251][..]).try_get_lenenc().is_err());
        assert!((&[255][..]).try_get_lenenc().is_err());
        let beyond = (&[5, 1, 2][..]).try_get_lenenc_len();
        assert_eq!(beyond, Err(Malformed::short(5, 2)), "a count of bytes that are not there");
    }

    #[test]
    fn integers_of_all_sizes_are_little_endian_and_bounded() {
        let bytes = [1, 2, 3, 4, 5, 6, 7, 8];
        for n in 1..=8 {
            let mut input = &bytes[..];
            assert_eq!(input.try_get_unsigned(n), (&bytes[..]).try_get_uint_le(n).map_err(Malformed::from));
            assert_eq!(input.len(), 8 - n);
            assert_eq!((&bytes[..n - 1]).try_get_unsigned(n), Err(Malformed::short(n, n - 1)));
        }
        assert_eq!((&bytes[..2]).try_get_slice(3), Err(Malformed::short(3, 2)));
        assert_eq!((&bytes[..2]).try_get_array::<3>(), Err(Malformed::short(3, 2)));
    }

    #[test]
    fn names_and_bitmaps_round_trip() {
        let mut out = Vec::new();
        out.put_name("lab");
        assert_eq!(out, b"\x03lab\0");
        assert_eq!((&out[..]).try_get_name(), Ok("lab".to_owned()));
        out[4] = 1;
        assert!((&out[..]).try_get_name().is_err());
        let bits: Vec<bool> = (0..11).map(|i| i % 3 == 0).collect();
        let mut out = Vec::new();
        put_bits(&mut out, bits.iter().copied());
        assert_eq!(out.len(), 2);
        assert_eq!((0..11).map(|i| bit(&out, i)).collect::<Vec<_>>(), bits);
    }
}
