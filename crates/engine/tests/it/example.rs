//! The output of `examples/crash.rs`, compared with `crash.txt`.

#[allow(dead_code)]
#[path = "../../examples/crash.rs"]
mod crash;

#[test]
fn crash_prints_what_is_kept() {
    expect_test::expect_file!["crash.txt"].assert_eq(&crash::output());
}
