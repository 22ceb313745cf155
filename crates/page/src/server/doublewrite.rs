//! Where the system tablespace keeps its doublewrite buffer: two blocks of pages that hold copies of others, which a
//! crash may have torn.
//!
//! ```text
//! page 5 (TRX_SYS), byte 16184   segment header 10 · magic 4 · first page of block 1 (4) · of block 2 (4) · the last three again
//! ```
//!
//! InnoDB's counterpart: `TRX_SYS_DOUBLEWRITE`, `buf_dblwr_t`. MySQL since 8.0.20 uses files of their own instead.

use crate::fil::{self, PageType};
use innolab_base::codec::get_u32;
use innolab_base::{PAGE_SIZE, PageNo};
use std::ops::Range;

/// The page that says where the blocks are.
pub const TRX_SYS_PAGE: PageNo = PageNo(5);
#[doc(alias = "TRX_SYS_DOUBLEWRITE_MAGIC")]
const MAGIC: u32 = 536_853_855;
const AT: usize = PAGE_SIZE - 200 + 10;
/// Pages of a block.
const BLOCK: u32 = 64;

/// Returns the pages of both blocks, from the TRX_SYS page of a system tablespace; empty ranges if there are none.
pub fn doublewrite_blocks(trx_sys: &[u8]) -> [Range<u32>; 2] {
    if fil::page_type(trx_sys) != PageType::TRX_SYS || get_u32(trx_sys, AT) != MAGIC {
        return [0..0, 0..0];
    }
    [4, 8].map(|at| get_u32(trx_sys, AT + at)).map(|first| first..first.saturating_add(BLOCK))
}
