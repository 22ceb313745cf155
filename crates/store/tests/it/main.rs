//! The store from outside: on a disk that loses power, against models, and under each replacement policy.

#[macro_use]
mod common;
mod crash;
mod doublewrite;
mod example;
mod hash_index;
mod log_room;
mod names;
mod policies;
mod segments;
