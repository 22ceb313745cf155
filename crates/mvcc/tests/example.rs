//! What the example prints is what this repository shows: kept beside it, and compared.
#![cfg(not(shuttle))]

#[allow(dead_code)]
#[path = "../examples/versions.rs"]
mod versions;

#[test]
fn versions_prints_what_it_printed() {
    expect_test::expect_file!["versions.txt"].assert_eq(&versions::story());
}
