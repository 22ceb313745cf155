//! The other correct eviction policies: those of `innolab_store::replacer`, with one vector and no bookkeeping.
//!
//! ```text
//!                     innolab-store                                 here
//! MidpointLru         linked list, flags, the midpoint moves        a vector; its old part is always as long
//!                     only when it is out by SLACK                  as the slack allows
//! ClockSweep          the hand goes up, from frame 0                the hand goes down, from the last frame
//! ```
//!
//! The rules (C1 to C7, R1 to R4) leave open where in its slack the midpoint lies, where a hand begins and which way it
//! goes. So these two choose other victims, keep the same rules, and pass `innolab-conformance` with the same claims. They
//! answer the question which behaviour of a policy is a rule; the tests that a learner writes for lab 2 run here, too.
//!
//! All else of `innolab-store` is exported again. Left out: speed. A use costs the length of the list.

mod clock;
mod midpoint;
pub mod replacer;

pub use innolab_store::*;
