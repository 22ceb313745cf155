//! INDEX pages: the nodes of B+ trees.
//!
//! ```text
//!   0        38        74          94       99      112  120                heap_top        dir_start        16376    16384
//!   ├─ FIL ──┼─ header ┼─ 2 FSEG ──┼─ infimum ─ supremum ┼─ records, heap ──►│····· free ····│◄── directory ──┼─ trailer ┤
//!
//!   infimum ─► r1 ─► r2 ─► r3 ─► [r4] ─► r5 ─► r6 ─► r7 ─► [r8] ─► r9 ─► [supremum]      chain in key order, wherever the records lie in the heap
//!      ▲                          ▲                         ▲                  ▲
//!    slot 0 owns 1          slot 1 owns 4             slot 2 owns 4      slot 3 owns 2    the directory: slot 0 is next to the trailer
//! ```
//!
//! The *heap* is where records lie, in order of arrival; the *chain* links them in key order, from the infimum (before
//! all keys) to the supremum (after all); the *directory* has a *slot* for every fourth to eighth record of the chain,
//! so that a search can bisect. The records after one slot's record, up to and including the next slot's record, are a
//! *group*; its last record *owns* it.
//!
//! RULES
//!
//! - **R1** The chain runs from the infimum to the supremum through all `n_recs` records in key order.
//! - **R2** A slot points to the last record of its group, whose `n_owned` is the size of the group: 1 for the infimum,
//!   1 to 8 for the supremum, 4 to 8 for the others. All other records of the chain have `n_owned` 0.
//! - **R3** The free list links the removed records. Every heap number below `n_heap` belongs to exactly one record, of
//!   the chain or of the free list.
//! - **R4** No two records overlap. `garbage` is the number of heap bytes outside the records of the chain: removed
//!   records, and what is left over where a smaller record took a removed one's place.
//! - **R5** Heap and directory do not overlap.
//! - **R6** On the leftmost page of a level above the leaves the first record has the `min_rec` bit; no other record
//!   has it.
//!
//! [`check`] verifies all of them except the key order ([`check_order`]); [`IndexPage`] reads, [`IndexMut`] preserves
//! them, [`IndexBuilder`] builds pages that satisfy them.
//!
//! | type | file | methods |
//! |---|---|---|
//! | [`IndexPage`] | `page` | reading and searching |
//! | | `remove` | (private) predecessor and extent of what is removed |
//! | [`IndexMut`] | `mutate` | insert, replace, set, clear, reorganise |
//! | | `remove` | `remove`, `remove_from`, `remove_before` |
//! | | `append_batch` | `append_batch` |
//! | [`IndexBuilder`] | `build` | all |
//! | [`Counts`], [`Direction`] | `header` | the page header |
//! | [`Origin`] | `directory` | places of records, slots, room |
//! | [`Outline`] | `outline` | records of a page whose columns are unknown |
//!
//! InnoDB's counterpart: `page0page`, `page0cur`. Left out: compressed pages, R-trees. REDUNDANT pages and
//! `PAGE_INSTANT` are only read ([`server`](crate::server)).

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
pub(crate) use check::{Shape, check_shape};
pub use check::{check, check_order};
pub use directory::{DIR_END, EMPTY_ROOM, MAX_OWNED, MIN_OWNED, Origin, dir_reserve, fits};
pub use empty::format;
pub use header::{Counts, DATA, Direction, HEADER, HEAP, INDEX_ID, LEVEL, N_SLOTS, SEG_LEAF, SEG_TOP, STAMP};
pub use mutate::IndexMut;
pub(crate) use outline::ends;
pub use outline::{Outline, is_node, is_redundant, outline, removed};
pub use page::{Chain, Found, IndexPage};
