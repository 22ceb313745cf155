//! INDEX pages: a node of a B+ tree.
//!
//! ```text
//!   0        38        74          94       99      112  120                heap_top        dir_start        16376    16384
//!   ├─ FIL ──┼─ header ┼─ 2 FSEG ──┼─ infimum ─ supremum ┼─ records, heap ──►│····· free ····│◄── directory ──┼─ trailer ┤
//!
//!   infimum ─► r1 ─► r2 ─► r3 ─► [r4] ─► r5 ─► r6 ─► r7 ─► [r8] ─► r9 ─► [supremum]      chain in key order, wherever they lie in the heap
//!      ▲                          ▲                         ▲                  ▲
//!    slot 0 owns 1          slot 1 owns 4             slot 2 owns 4      slot 3 owns 2    the directory: slot 0 is next to the trailer
//! ```
//!
//! RULES
//!
//! - **R1** The chain runs from the infimum to the supremum through all `n_recs` records in key order.
//! - **R2** A slot points to the last record of its group and that record's `n_owned` is the group's size: 1 for the
//!   infimum, 1 to 8 for the supremum, 4 to 8 for the others. All other records of the chain have `n_owned` 0.
//! - **R3** The free list holds what was removed; every heap number below `n_heap` is that of one record, in the chain
//!   or in the free list.
//! - **R4** No two records overlap. `garbage` is what the heap holds besides the records of the chain: removed records,
//!   and what was left over when a removed record's place was taken by a smaller one.
//! - **R5** Heap and directory never meet.
//! - **R6** A node page that is the leftmost of its level has `min_rec` on its first record; no other record has it.
//!
//! [`check`] demands all of them but the key order ([`check_order`]); [`IndexPage`] reads by them; [`IndexMut`] keeps
//! them; [`IndexBuilder`] makes them.
//!
//! InnoDB's counterpart: `page0page`, `page0cur`. Left out: REDUNDANT and compressed pages, `PAGE_INSTANT`, R-trees.

mod append_batch;
mod build;
mod check;
mod directory;
mod empty;
mod header;
mod mutate;
mod outline;
mod page;
mod remove;

pub use build::IndexBuilder;
pub use check::{check, check_order};
pub use directory::{DIR_END, EMPTY_ROOM, MAX_OWNED, MIN_OWNED, Origin, dir_reserve, fits};
pub use empty::format;
pub use header::{Counts, DATA, Direction, HEADER, HEAP, INDEX_ID, LEVEL, N_SLOTS, SEG_LEAF, SEG_TOP, STAMP};
pub use mutate::IndexMut;
pub use outline::{Outline, outline};
pub use page::{Chain, Found, IndexPage};
