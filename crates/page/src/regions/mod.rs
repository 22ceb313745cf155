//! Every byte of a page by name: the one description from which dumps, drawings and space accounts are made.
//!
//! ```text
//! regions(page)  ─►  (0, 4, "checksum", "0") (4, 4, "page no", "3") … (16380, 4, "trailer: checksum", "0xba3719…")
//! ```
//!
//! RULES
//!
//! - **R1** The regions tile the page: the first starts at 0, each other one where the previous one ends, and the last
//!   ends at 16384.
//! - **R2** Any bytes have regions. The heap of a page whose columns are unknown, or that fails
//!   [`check`](crate::index::check), is one region; if its chain and counts are invalid too, one region covers
//!   everything from the infimum to the trailer. The logs of an undo page that fails its check are one region.
//!
//! `tiles` has the types, `page` chooses by page type; `fsp`, `index`, `long` and `undo` have the regions of each
//! type.
//!
//! InnoDB's counterpart: none.

mod fsp;
mod index;
mod long;
mod page;
mod tiles;
mod undo;

pub use page::{regions, regions_with};
pub use tiles::{Part, Region, ShownRecord};
