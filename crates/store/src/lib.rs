//! Pages in memory, and what makes them durable: tablespace files, the buffer pool, the mini-transaction, segments and
//! extents, and physical recovery.
//!
//! InnoDB keeps tables in files of 16 KiB *pages*, and works on them in memory. Three problems follow, and this crate
//! solves them for the layers above, which see only pages and changes of pages. (I1 to I11 are the invariants listed at
//! the end of `docs/architecture.md`.)
//!
//! - Memory is smaller than the files. The *buffer pool* holds some pages in *frames* and pushes others out.
//! - A change, such as the split of a tree's page, touches several pages, and a crash must not leave half of it. A
//!   *mini-transaction* latches the pages, changes them, and appends all changes to the redo log as one group (I2).
//! - A changed (*dirty*) page reaches its file later, and the write itself can be cut in the middle. Pages go through
//!   the *doublewrite* file, and opening the store first repairs torn pages and then applies the redo log.
//!
//! ```text
//!             read(space, page) ─► shared guard            Mtr: latch, change, commit
//!                        │                                   │             │ one group
//!  ┌─────────────────────▼───────────────────────────────────▼──┐   ┌──────▼──────┐
//!  │ buffer pool: frames, page table, replacer, flush list      │   │  redo log   │
//!  └───────┬────────────────────────────────────────────▲───────┘   └──────┬──────┘
//!          │ write back: redo first (I1), doublewrite   │ read, verify     │
//!  ┌───────▼────────────────────────────────────────────┴───────┐          │
//!  │ tablespace files *.ibd: pages; extents, segments           ◄──────────┘ recovery
//!  └────────────────────────────────────────────────────────────┘
//! ```
//!
//! The files, in the order in which to read them:
//!
//! | module        | one idea                                            | invariants |
//! |---------------|-----------------------------------------------------|------------|
//! | `space`       | files, page tables, the registry                    |            |
//! | `arena`, `latch` | frames and their latches (the crate's `unsafe`)  |            |
//! | [`replacer`]  | the policies by which pages leave memory            |            |
//! | `pool`, `load` | pages in frames, and how they get there            | I6, I11    |
//! | `store`       | the type [`Store`]; which method is in which file   |            |
//! | `read`        | reading a page, latched shared                      |            |
//! | `optimistic`  | reading a node page without a latch                 |            |
//! | `hash_index`  | the adaptive hash index's entries, and when they are right |     |
//! | [`log`], `mtr` | changes that are atomic                            | I2, I7     |
//! | `flush`, `write_back`, `doublewrite` | dirty pages to their files   | I1, I6, I10 |
//! | `checkpoint`, `cleaner` | room in the log and in the pool           | I7         |
//! | `segment`     | free pages, and the owners of the others            |            |
//! | `file`, `survey` | tablespace files, and the pages in use           |            |
//! | `unlogged`    | pages that are written to their places instead of being logged | I1, I6 |
//! | `recover`     | opening: doublewrite, then redo                     | I2, I6     |
//!
//! RULES
//!
//! - **R1** A thread that has a page latched waits only for further latches (in the order of `docs/latching.md`), a
//!   free frame and the log buffer. It waits for log *space* before its first latch.
//! - **R2** A thread that needs room in the log or a frame in the pool, and finds none, frees it: it writes the oldest
//!   (log) or the coldest (pool) dirty pages back itself. Writers that wait for log room queue up, and the first in the
//!   queue does this work (`redo::room` Q1, Q2). The cleaner thread does the same ahead of need. So the store works,
//!   and repeats exactly, without that thread.
//!
//! InnoDB's counterpart: `buf`, `fil`, `fsp`, `mtr`.

mod arena;
mod checkpoint;
mod cleaner;
mod doublewrite;
mod error;
mod file;
mod flush;
mod hash_index;
mod image;
mod latch;
mod list;
mod load;
pub mod log;
mod mtr;
mod optimistic;
mod options;
mod poison;
mod pool;
mod read;
mod recover;
pub mod replacer;
mod segment;
mod space;
mod store;
mod survey;
mod unlogged;
mod write_back;

pub use doublewrite::{DOUBLEWRITE, Doublewrite, NoSuchDoublewrite};
pub use error::{Error, Result};
pub use hash_index::HashCounts;
pub use mtr::{Held, Mtr, PageMut};
pub use optimistic::OptimisticRead;
pub use options::{Counts, Options};
pub use pool::page_requests;
pub use read::{Ahead, PageRead};
pub use recover::{Recovered, Recovery};
pub use space::Space;
pub use store::Store;
pub use survey::{SegmentUse, SpaceUse};
pub use unlogged::Unlogged;
