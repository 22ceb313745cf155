//! The output of the example, compared with the file beside this test.

#[allow(dead_code)]
#[path = "../../examples/recovery.rs"]
mod recovery;

#[test]
fn recovery_prints_what_it_printed() {
    expect_test::expect_file!["recovery.txt"].assert_eq(&recovery::story().expect("the disk is well"));
}
