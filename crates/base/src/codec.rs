//! Big-endian integers at fixed places of a byte slice.
//!
//! InnoDB stores every multi-byte integer most significant byte first, so that unsigned integers compare as bytes.
//!
//! REQUIRES, of every function: the bytes lie inside the slice; otherwise it panics. Bytes from a file are checked
//! before they are used as offsets. Code that decodes a stream field by field, with an error where it ends early, uses
//! the crate `bytes` instead (`Buf::try_get_*`): these functions neither advance nor fail.

/// Reads the unsigned integer of two bytes at `at`.
#[doc(alias = "mach_read_from_2")]
#[inline]
pub fn get_u16(b: &[u8], at: usize) -> u16 {
    u16::from_be_bytes(array(b, at))
}

/// Reads the unsigned integer of four bytes at `at`.
#[doc(alias = "mach_read_from_4")]
#[inline]
pub fn get_u32(b: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(array(b, at))
}

/// Reads the unsigned integer of eight bytes at `at`.
#[doc(alias = "mach_read_from_8")]
#[inline]
pub fn get_u64(b: &[u8], at: usize) -> u64 {
    u64::from_be_bytes(array(b, at))
}

/// Reads the unsigned integer of seven bytes at `at` (a `DB_ROLL_PTR`).
#[doc(alias = "mach_read_from_7")]
#[inline]
pub fn get_u56(b: &[u8], at: usize) -> u64 {
    u64::from(b[at]) << 48 | u64::from(get_u16(b, at + 1)) << 32 | u64::from(get_u32(b, at + 3))
}

/// Stores `v` in the two bytes at `at`.
#[inline]
pub fn put_u16(b: &mut [u8], at: usize, v: u16) {
    b[at..at + 2].copy_from_slice(&v.to_be_bytes());
}

/// Stores `v` in the four bytes at `at`.
#[inline]
pub fn put_u32(b: &mut [u8], at: usize, v: u32) {
    b[at..at + 4].copy_from_slice(&v.to_be_bytes());
}

/// Stores `v` in the eight bytes at `at`.
#[inline]
pub fn put_u64(b: &mut [u8], at: usize, v: u64) {
    b[at..at + 8].copy_from_slice(&v.to_be_bytes());
}

/// Reads all of `bytes` as one unsigned integer. REQUIRES at most eight bytes.
#[inline]
pub fn get_uint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |v, b| v << 8 | u64::from(*b))
}

/// Appends the low `n` bytes of `v`, most significant byte first. REQUIRES `n` ≤ 8.
#[inline]
pub fn push_uint(out: &mut Vec<u8>, v: u64, n: usize) {
    out.extend_from_slice(&v.to_be_bytes()[8 - n..]);
}

#[inline]
fn array<const N: usize>(b: &[u8], at: usize) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&b[at..at + N]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_big_endian_and_come_back() {
        let mut b = [0, 1, 2, 3, 4, 5, 6, 7, 0, 0, 0, 0];
        assert_eq!(get_u56(&b, 1), 0x01_0203_0405_0607);
        put_u16(&mut b, 3, 0xabcd);
        put_u32(&mut b, 5, 0xdead_beef);
        assert_eq!((get_u16(&b, 3), get_u32(&b, 5)), (0xabcd, 0xdead_beef));
        put_u64(&mut b, 4, u64::MAX - 1);
        assert_eq!(get_u64(&b, 4), u64::MAX - 1);
    }
}
