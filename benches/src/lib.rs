//! Benches and what they share. `benches/*.rs` are criterion benches, one an organ; `side_by_side` measures beside a
//! peer in one run.
