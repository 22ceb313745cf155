//! The examples' output, kept in files and compared.

use crate::deadlock_example;
use expect_test::expect_file;

#[test]
fn deadlock_prints_its_transcript() {
    expect_file!["deadlock.txt"].assert_eq(&deadlock_example::transcript());
}

#[test]
fn matrix_prints_the_mode_tables() {
    expect_file!["matrix.txt"].assert_eq(&innolab_lock::matrices());
}
