//! Key hints: search caches beside tree pages, in memory only.
//!
//! A search of a page takes about ten cache misses: each step of the bisection loads another record. Key hints hold the
//! first bytes of all keys of a page contiguously, so the search takes two or three.
//!
//! | | [`LeafHints`] | [`NodeHints`] |
//! |---|---|---|
//! | beside | each frame | some frames, assigned on demand |
//! | maps a key to | a record of the leaf | a child page |
//! | valid for | one version of the page, its tag | the same |
//! | read | with a latch on the page | without a latch; validated afterwards |
//! | size | 1 KiB | 12 KiB |
//!
//! InnoDB's counterpart: none; the adaptive hash index serves the same purpose.

mod leaf;
mod node;

pub use leaf::{LeafHints, ORIGINS_AT};
pub use node::NodeHints;
