//! The header page of `sys.ibd`, page 3: the counters of ids, where the system's trees begin, and the version of the
//! layout in which all of this is written.
//!
//! ```text
//!  at  bytes
//!  38     10   segment from which the page was allocated
//!  48      7   magic: `innosys`; zeros: the file was never completed
//!  55      1   layout version
//!  56   4 × 8  next transaction id · next row id · next tablespace id · next index id
//!  88   2 × 4  roots: dictionary · DDL log
//!  96 128 × 8  rollback segments: tablespace · page
//! ```
//!
//! RULES
//!
//! - **R1** The magic and the version are written by the mini-transaction that completes the file. Without them the
//!   file is half made and holds nothing.
//! - **R2** [`LAYOUT_VERSION`] covers all of the engine's own layouts in the directory: this page, definitions, the DDL
//!   log, undo records. A change that another program would misread raises it.
//! - **R3** A directory of another version is refused before anything in it changes, recovery included:
//!   [`refuse_other_layout`] reads the page from the file. If the page is not there yet, or torn, only recovery can
//!   make it: then the version is checked again on the recovered page, and the error says that the log was replayed.
//!
//! InnoDB's counterpart: `trx0sys` (page 5 of the system tablespace), `dict0boot` (page 7), and the data dictionary's
//! `DD_VERSION`. Left out: upgrading a directory of an older version.

use crate::codec::{Error, Result, SYS_FILE};
use innolab_base::codec::get_u32;
use innolab_base::{PAGE_SIZE, PageId, PageNo};
use innolab_disk::Disk;
use innolab_page::fil::{self, ChecksumAlgorithm, PageType, Sealed};

/// The header page.
pub(crate) const HEADER: PageNo = PageNo(3);
/// The version of the layout that this program writes, and the only one that it reads (R2).
pub(crate) const LAYOUT_VERSION: u8 = 2;

pub(super) const MAGIC: &[u8; 7] = b"innosys";
/// Offsets in the header page.
pub(super) const SEGMENT: usize = fil::DATA;
pub(super) const MAGIC_AT: usize = 48;
pub(super) const VERSION_AT: usize = MAGIC_AT + MAGIC.len();
pub(super) const TRX_ID: usize = 56;
pub(super) const ROW_ID: usize = 64;
pub(super) const SPACE_ID: usize = 72;
pub(super) const INDEX_ID: usize = 80;
pub(super) const DICT_ROOT: usize = 88;
pub(super) const DDL_ROOT: usize = 92;
/// The first of 128 rollback segments of 8 bytes (tablespace, page); the only one in use.
#[doc(alias = "TRX_SYS_RSEGS")]
pub(super) const RSEG: usize = 96;

/// Returns the root page of the dictionary's tree, by the header page.
pub(crate) fn dictionary_root(header: &[u8]) -> PageNo {
    PageNo(get_u32(header, DICT_ROOT))
}

/// Returns the header page of the rollback segment, by the header page of the file; page 0 until it is created.
pub(crate) fn rollback_segment(header: &[u8]) -> PageNo {
    PageNo(get_u32(header, RSEG + 4))
}

/// Checks the layout version of the header page in the file, before recovery (R3). A file without a sound header page
/// passes: recovery may complete it. ERRORS: [`Error::Directory`] for another version or none; a failed read.
pub(crate) fn refuse_other_layout(disk: &dyn Disk) -> Result<()> {
    if !disk.exists(SYS_FILE)? {
        return Ok(());
    }
    let (file, at) = (disk.open(SYS_FILE)?, u64::from(HEADER.0) * PAGE_SIZE as u64);
    if file.len()? < at + PAGE_SIZE as u64 {
        return Ok(());
    }
    let mut page = vec![0; PAGE_SIZE];
    file.read_at(at, &mut page)?;
    let id = PageId::new(fil::space_id(&page), HEADER);
    let is_sound = matches!(fil::verify(&page, id, ChecksumAlgorithm::FullCrc32), Ok(Sealed::Good));
    match is_sound && fil::page_type(&page) == PageType::TRX_SYS {
        true => is_complete(&page, "nothing was changed").map(drop),
        false => Ok(()),
    }
}

/// Checks the layout version of a header page that the caller only reads. ERRORS: another type of page;
/// [`Error::Directory`] for another version or none.
pub(crate) fn check(page: &[u8]) -> Result<()> {
    match fil::page_type(page) {
        PageType::TRX_SYS => is_complete(page, "nothing was changed").map(drop),
        _ => Err(Error::corrupt_system(format!("page {HEADER} is not the system header"))),
    }
}

/// True if the header page has its magic and [`LAYOUT_VERSION`]; false if the file was never completed (R1). `changed`
/// is the end of the error's text, about changes in the directory so far. ERRORS: [`Error::Directory`] for another
/// version or none.
pub(super) fn is_complete(page: &[u8], changed: &str) -> Result<bool> {
    let (magic, version) = (&page[MAGIC_AT..VERSION_AT], page[VERSION_AT]);
    let found = match (magic == MAGIC, version) {
        (true, LAYOUT_VERSION) => return Ok(true),
        (true, 1..) => format!("layout version {version}"),
        (false, 0) if magic.iter().all(|b| *b == 0) => return Ok(false),
        (true, 0) | (false, _) => "no layout version".to_owned(),
    };
    Err(Error::Directory(format!("{SYS_FILE} has {found}, this program reads version {LAYOUT_VERSION}; {changed}")))
}
