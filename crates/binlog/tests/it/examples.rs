//! The examples print the committed output.

#[allow(dead_code)]
#[path = "../../examples/two_phase.rs"]
pub(crate) mod two_phase;
#[allow(dead_code)]
#[path = "../../examples/write_and_print.rs"]
mod write_and_print;

use expect_test::expect_file;
use innolab_disk::SimDisk;
use std::sync::Arc;

#[test]
fn two_phase_prints_the_golden_table() {
    expect_file!["golden/two_phase.txt"].assert_eq(&two_phase::story().expect("it runs"));
}

#[test]
fn write_and_print_prints_the_golden_log() {
    let disk = Arc::new(SimDisk::new(1));
    expect_file!["golden/write_and_print.txt"].assert_eq(&write_and_print::story(disk).expect("it runs"));
}
