//! The example's output, kept in a file and compared.

#[path = "../../examples/versions.rs"]
mod versions;

#[test]
fn versions_prints_its_transcript() {
    expect_test::expect_file!["versions.txt"].assert_eq(&versions::transcript());
}
