//! The policies: those of `innolab_store::replacer`, but for two.

pub use crate::clock::ClockSweep;
pub use crate::midpoint::MidpointLru;
pub use innolab_store::replacer::*;
