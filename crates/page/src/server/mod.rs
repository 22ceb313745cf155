//! Tablespaces as servers write them: what this workspace reads of others' files, and does not write itself.
//!
//! ```text
//! page 0 ─► flags ─► SpaceFormat      full_crc32 or not, SDI or not; a format that is not read is named
//!        └► SDI root ─► SDI pages ─► one record an object, JSON in zlib         MySQL 8 and later
//! page   ─► verify ─► which checksum ─► unread: encrypted, compressed?
//! INDEX  ─► ServerLayout ─► check ─► ServerRecord ─► Value: NULL, bytes, a reference ─► read_off_page
//! ```
//!
//! A server's record is read by a [`ServerLayout`], which knows more than a [`Layout`](crate::Layout): columns that were
//! added or dropped instantly, values off the page, REDUNDANT records.
//!
//! RULES
//!
//! - **R1** What these files may hold, but is not read here, is named in words; it is not corrupt.
//! - **R2** Any bytes give an answer or an error: no panic, no walk without end.
//!
//! | file          | one idea                                                    | InnoDB's counterpart       |
//! |---------------|-------------------------------------------------------------|----------------------------|
//! | `format`      | what the flags of page 0 say; pages whose content is sealed | `fsp0types`, `fil_space_t` |
//! | `checksum`    | the four checksums                                          | `buf0checksum`             |
//! | `doublewrite` | where a system tablespace has copies of pages               | `trx0sys`                  |
//! | `layout`      | the fields of an index's records in every version           | `dict_index_t`             |
//! | `record`      | a record's fields, COMPACT or REDUNDANT                     | `rem0rec`                  |
//! | `check`       | a page's structure with such a layout                       | `page_validate`            |
//! | `off_page`    | long values: BLOB and LOB pages                             | `btr0cur`, `lob0lob`       |
//! | `sdi`         | where MySQL keeps a table's description                     | `fsp0fsp`, `ib2sdi`        |
//!
//! Left out: pages of other sizes, compressed and encrypted pages; MariaDB's instant DROP COLUMN and MySQL's instant ADD
//! COLUMN before 8.0.29; older versions of a LOB.

mod check;
mod checksum;
mod doublewrite;
mod format;
mod layout;
mod off_page;
mod record;
mod sdi;

pub use check::check;
pub use checksum::{Checksum, Verified, verify};
pub use doublewrite::{TRX_SYS_PAGE, doublewrite_blocks};
pub use format::{SpaceFormat, Unread, sealed_content, set_type_by_place};
pub use layout::{Missing, ServerField, ServerLayout, ServerWidth};
pub use off_page::{REFERENCE_LEN, Reference, read_off_page};
pub use record::{ServerRecord, Value, core_fields, is_metadata, is_reordered};
pub use sdi::{SDI_DATA, SDI_ID, SDI_TYPE, sdi_layout, sdi_root};
