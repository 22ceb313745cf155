//! What servers compress: MariaDB's events and columns, MySQL's transactions.
//!
//! ```text
//! event    80 + bytes of the length 1 | length, big-endian | zlib       text of a QUERY, images of rows (MariaDB)
//! column   80 + 08 if without zlib's frame + bytes of the length 1 | length, big-endian | deflate      (MariaDB)
//!          0 1 | the value as it is;   an empty value has no byte at all
//! payload  (field, lenenc length of the value, value)* 0 | events, compressed                            (MySQL)
//!          fields: 1 bytes of the events as they follow, 2 algorithm (0 zstd, 255 none), 3 bytes of the events
//! ```
//!
//! *Length* is that of the bytes before they were compressed.
//!
//! RULES
//!
//! - **R1** At most as many bytes are made as the length says, and at most 1 GiB; other contents are malformed. So a
//!   false length costs no memory.
//! - **R2** The events of a payload have no checksums and no offsets of their own.
//!
//! MySQL's counterpart: `Transaction_payload_event`; MariaDB's: `binlog_buf_uncompress`, `Field_longstr::uncompress`.

use super::wire::GetFields;
use crate::error::{Decoded, Malformed};
use bytes::Buf;
use std::io::Read;

/// The most bytes that are made of a compressed part (R1).
const MAX_LEN: u64 = 1 << 30;
const BROKEN: Malformed = Malformed::Rule("a compressed part cannot be decompressed");

/// Returns the bytes of a compressed part of a MariaDB event.
pub(super) fn event_part(mut input: &[u8]) -> Decoded<Vec<u8>> {
    let head = input.try_get_u8()?;
    if head & 0xf0 != 0x80 {
        return Err(Malformed::Rule("a compressed part has an unknown algorithm"));
    }
    let len = length(&mut input, head)?;
    inflate(flate2::read::ZlibDecoder::new(input), len)
}

/// Returns the value of a COMPRESSED column.
pub(super) fn column(mut stored: &[u8]) -> Decoded<Vec<u8>> {
    if stored.is_empty() {
        return Ok(Vec::new());
    }
    let head = stored.try_get_u8()?;
    match head & 0xf0 {
        0 if head == 0 => Ok(stored.to_vec()),
        0x80 => {
            let len = length(&mut stored, head)?;
            match head & 8 {
                0 => inflate(flate2::read::ZlibDecoder::new(stored), len),
                _ => inflate(flate2::read::DeflateDecoder::new(stored), len),
            }
        }
        _ => Err(Malformed::Rule("a compressed column has an unknown algorithm")),
    }
}

/// The value of a COMPRESSED column, stored as it is.
pub(super) fn uncompressed_column(value: &[u8]) -> Vec<u8> {
    if value.is_empty() { Vec::new() } else { [&[0], value].concat() }
}

/// Returns the events in the body of a TRANSACTION_PAYLOAD, framed, without checksums (R2).
pub(super) fn payload(body: &[u8]) -> Decoded<Vec<u8>> {
    let mut input = body;
    let (mut algorithm, mut len, mut size) = (0, None, None);
    loop {
        let field = input.try_get_lenenc()?;
        if field == 0 {
            break;
        }
        let value_len = input.try_get_lenenc_len()?;
        let mut value = input.try_get_slice(value_len)?;
        match field {
            1 => size = Some(value.try_get_lenenc()?),
            2 => algorithm = value.try_get_lenenc()?,
            3 => len = Some(value.try_get_lenenc()?),
            _ => {}
        }
    }
    if size.is_some_and(|size| size != input.len() as u64) {
        return Err(Malformed::Rule("a payload does not have the size that it says"));
    }
    match algorithm {
        0 => {
            let decoder = zstd::stream::read::Decoder::with_buffer(input).map_err(|_| BROKEN)?;
            inflate(decoder, len.ok_or("a compressed payload does not say its length")?)
        }
        255 => Ok(input.to_vec()),
        _ => Err(Malformed::Rule("a payload has an unknown algorithm")),
    }
}

/// Reads the length that the low three bits of `head` announce.
fn length(input: &mut &[u8], head: u8) -> Decoded<u64> {
    let bytes = usize::from(head & 7);
    if !(1..=4).contains(&bytes) {
        return Err(Malformed::Rule("the length of a compressed part does not have 1 to 4 bytes"));
    }
    Ok(input.try_get_uint(bytes)?)
}

/// Reads all bytes of `from`, which must be `len` (R1).
fn inflate(from: impl Read, len: u64) -> Decoded<Vec<u8>> {
    if len > MAX_LEN {
        return Err(Malformed::Rule("a compressed part is longer than 1 GiB"));
    }
    let mut bytes = Vec::new();
    from.take(len + 1).read_to_end(&mut bytes).map_err(|_| BROKEN)?;
    if bytes.len() as u64 == len { Ok(bytes) } else { Err(Malformed::Rule("a compressed part has another length")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use std::io::Write;

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::ZlibEncoder::new(Vec::new(), Compression::fast());
        out.write_all(bytes).expect("memory");
        out.finish().expect("memory")
    }

    #[test]
    fn events_and_columns_are_read_and_false_lengths_are_refused() {
        let text = b"abcabcabcabcabc".repeat(20);
        let part = [&[0x82, 1, 44][..], &zlib(&text)].concat();
        assert_eq!(event_part(&part), Ok(text.clone()));
        assert_eq!(column(&part), Ok(text.clone()));
        for len in [299u16, 301] {
            let part = [&[0x82][..], &len.to_be_bytes(), &zlib(&text)].concat();
            assert_eq!(event_part(&part), Err("a compressed part has another length".into()), "{len}");
        }
        for cut in 0..part.len() {
            assert!(event_part(&part[..cut]).is_err(), "cut to {cut}");
        }
        assert_eq!((column(b""), column(b"\0ab")), (Ok(vec![]), Ok(b"ab".to_vec())));
        assert_eq!(column(&uncompressed_column(b"x")), Ok(b"x".to_vec()));
        assert!(column(b"\x92\0\x01x").is_err() && event_part(b"\x92\0\x01x").is_err(), "another algorithm");
    }

    #[test]
    fn a_payload_is_read_with_zstd_and_without() {
        let zstd = zstd::encode_all(&b"events"[..], 3).expect("memory");
        let body = |head: &[u8], rest: &[u8]| [head, &[0], rest].concat();
        assert_eq!(payload(&body(&[2, 1, 0, 3, 1, 6], &zstd)), Ok(b"events".to_vec()));
        assert_eq!(payload(&body(&[2, 3, 252, 255, 0], b"events")), Ok(b"events".to_vec()));
        assert!(payload(&body(&[2, 1, 0, 3, 1, 5], &zstd)).is_err(), "a false length");
        assert!(payload(&body(&[1, 1, 7, 2, 3, 252, 255, 0], b"events")).is_err(), "a false size");
        assert!(payload(&body(&[2, 1, 7], b"events")).is_err(), "another algorithm");
    }
}
