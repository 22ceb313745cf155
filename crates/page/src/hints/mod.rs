//! Key hints: small search caches beside the frames of tree pages, in memory only.

mod leaf;
mod node;

pub use leaf::{CAPACITY, LeafHints, ORIGINS_AT};
pub use node::NodeHints;
