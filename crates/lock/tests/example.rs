//! What the examples print is what this repository shows: kept beside them, and compared.
#![cfg(not(shuttle))]

use expect_test::expect_file;

#[allow(dead_code)]
#[path = "../examples/deadlock.rs"]
mod deadlock;

#[test]
fn deadlock_prints_what_it_printed() {
    expect_file!["deadlock.txt"].assert_eq(&deadlock::transcript());
}

#[test]
fn matrix_prints_what_it_printed() {
    expect_file!["matrix.txt"].assert_eq(&innolab_lock::matrices());
}
