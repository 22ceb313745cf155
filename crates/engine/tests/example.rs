//! What the example prints is what this repository shows: kept beside it, and compared.

#[allow(dead_code)]
#[path = "../examples/crash.rs"]
mod crash;

#[test]
fn crash_prints_what_it_printed() {
    expect_test::expect_file!["crash.txt"].assert_eq(&crash::story());
}
