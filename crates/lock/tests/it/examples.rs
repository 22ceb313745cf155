//! The examples' output, kept in files and compared.

use expect_test::expect_file;

#[path = "../../examples/deadlock.rs"]
mod deadlock;

#[test]
fn deadlock_prints_its_transcript() {
    expect_file!["deadlock.txt"].assert_eq(&deadlock::transcript());
}

#[test]
fn matrix_prints_the_mode_tables() {
    expect_file!["matrix.txt"].assert_eq(&innolab_lock::matrices());
}
