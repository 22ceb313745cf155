//! Uses of a log: checking that it is whole, and reversing its changes.

pub mod flashback;
pub mod verify;
