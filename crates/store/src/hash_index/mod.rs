//! The adaptive hash index's memory: hash of a key → a record in a frame.
//!
//! A search of a tree passes two or three node pages, and searches a leaf. The hash index leads to the record at once,
//! if a tree has put it in: which records those are, and what a hash is made of, is the tree's affair
//! (`btree::adaptive`). This module keeps the entries, and answers the only hard question: is what the entry names
//! still a record?
//!
//! ```text
//! hash ─► bucket ─► entry ─► frame ─► try its latch, shared ─► the same build? ─► the record, latched: compare its key
//!         64 bytes,   8 bytes:                                     no: as if there were no entry
//!         8 entries   ┌ frame ┬ build ┬ origin ┬ fingerprint ┐
//!                     └  n bits  40−n ┴  14    ┴  10 bits    ┘     n: what the pool's frame numbers need
//! ```
//!
//! RULES
//!
//! - **R1** An entry is made by a thread that has the leaf latched shared, and for a record of that leaf. It bears the
//!   leaf's *build* (`arena` R4), which is odd then.
//! - **R2** An entry is used only under the latch of its frame, and only while the frame has the entry's build and its
//!   page is of the tablespace and index of the search. The latch is tried, never waited for: the frame may hold any
//!   page by now (`docs/latching.md` L12).
//! - **R3** Nobody removes entries. An entry whose build has ended is dead, and its place is used again.
//! - **R4** An entry is one atomic word, so it is read whole or not at all. No two words belong together, so buckets
//!   need no latch.
//! - **R5** The memory is the pool's: a sixteenth of its frames, lent when the index is first switched on, and kept.
//!   So switching it on and off costs the pool nothing more.
//! - **R6** A full bucket takes the entry of a single record in place of another; the entries of a whole leaf only
//!   take empty and dead places.
//!
//! FACT: under R2, the entry's origin is that of a user record of a leaf of this index.
//!
//! PROOF. The build was odd when the entry was made (R1), by a thread with a shared latch. A build that has ended never
//! comes back, because its number only grows, and a frame whose numbers are used up is not taken up again. The frame
//! has the entry's build now, so it had it all the time. Suppose the origin is no record's any more. Then some bytes of
//! the page were written after the entry was made, or another page came into the frame: both need the exclusive latch,
//! which no thread had while the entry was made, nor has now. When that latch was released, the build ended, unless the
//! writer said that all records were still at their origins (`arena` R4), and then they were. So no such write
//! happened. The index: it is stored before the build becomes odd, and with this build the page has not become another
//! index's. ∎
//!
//! What that does not say: that the record has the key (hashes collide), nor that the leaf is still in the tree. The
//! first is for the tree to compare. The second: freeing a page writes its header, so it ends the build. Only a whole
//! index is destroyed without touching its pages, extent by extent; [`Store::forget_hashed`] ends the builds then.
//!
//! | module | one idea |
//! |---|---|
//! | `table` | entries and buckets |
//! | `counts` | counters that several threads raise without sharing a cache line |
//! | `state` | what a store keeps of it |
//! | `lookup` | the calls of [`Store`](crate::Store) |
//!
//! InnoDB's counterpart: `ha0ha`, `btr_search_sys` in `btr0sea`. InnoDB splits its hash in parts, each with a latch that
//! a search takes shared; here each bucket is a part, and takes none. InnoDB removes the entries of a page one by one
//! when the page leaves the pool or the tree, which its users know as the stall of DROP TABLE.
//!
//! [`Store::forget_hashed`]: crate::Store::forget_hashed

mod counts;
mod lookup;
mod state;
mod table;

pub use counts::HashCounts;
pub(crate) use state::HashIndex;
