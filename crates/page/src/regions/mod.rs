//! Every byte of a page, by name: the one description from which dumps, drawings and accounts of space are made.
//!
//! ```text
//! regions(page)  ─►  (0, 4, "checksum", "0") (4, 4, "page no", "3") … (16380, 4, "trailer: checksum", "0xba3719…")
//! ```
//!
//! RULES
//!
//! - **R1** The regions tile the page: the first starts at 0, each next one where the one before ends, the last ends at 16384.
//! - **R2** Any bytes give regions. The heap of a page whose columns are not known, or that does not pass
//!   [`check`](crate::index::check), is one region; if its chain and counts make no sense either, so is all from the
//!   infimum to the trailer. So are the logs of an undo page that does not pass its check.

mod fsp;
mod index;
mod page;
mod tiles;
mod undo;

pub use page::regions;
pub use tiles::{Part, Region};
