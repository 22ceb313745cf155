//! Where MySQL 8 and later keep the description of a tablespace's tables: the SDI, a B+ tree of its own with a record
//! an object, whose value is JSON compressed with zlib.
//!
//! ```text
//! page 0, byte 10505   version 4 (1) · root 4
//! record               type 4 · id 8 │ DB_TRX_ID 6 · DB_ROLL_PTR 7 · bytes of the JSON 4 · bytes of the value 4 · value
//! ```
//!
//! InnoDB's counterpart: `fsp_sdi_get_root_page_num`, `dd_sdi_acquire`; the program `ibd2sdi`.

use super::layout::{ServerField, ServerLayout, ServerWidth};
use crate::error::{Corrupt, demand};
use crate::fsp::{HEADER_END, xdes};
use innolab_base::PageNo;
use innolab_base::codec::get_u32;

/// Bytes that MySQL keeps on page 0 for encryption, before the SDI's.
const ENCRYPTION_INFO: usize = 115;
const SDI: usize = HEADER_END + xdes::PER_PAGE * xdes::LEN + ENCRYPTION_INFO;

/// The field of a record with the object's type: 1 is a table, 2 a tablespace.
pub const SDI_TYPE: usize = 0;
/// The field with the object's id.
pub const SDI_ID: usize = 1;
/// The field with its JSON, compressed.
pub const SDI_DATA: usize = 6;

/// Returns the root of the SDI, from page 0 of a space that has one. ERRORS: an unknown version.
pub fn sdi_root(page0: &[u8]) -> Result<PageNo, Corrupt> {
    let version = get_u32(page0, SDI);
    demand!(version == 1, "the SDI's version is 1", "{version}");
    Ok(PageNo(get_u32(page0, SDI + 4)))
}

/// Returns the layout of the SDI's records.
pub fn sdi_layout() -> ServerLayout {
    let fixed = |len| ServerField::new(ServerWidth::Fixed(len), false);
    let mut fields: Vec<_> = [4, 8, 6, 7, 4, 4].map(fixed).into();
    fields.push(ServerField::new(ServerWidth::Variable { long: true }, false));
    ServerLayout::new(fields, 2)
}

const _: () = assert!(SDI == 10505);
