//! What the example prints is what this repository shows: kept beside it, and compared.

#[allow(dead_code)]
#[path = "../examples/recovery.rs"]
mod recovery;

#[test]
fn recovery_prints_what_it_printed() {
    expect_test::expect_file!["recovery.txt"].assert_eq(&recovery::story().expect("the disk is well"));
}
