//! `innolab torn`: the table, and the objects.

use crate::program::{innolab, stderr, stdout};
use expect_test::expect_file;
use innolab_testing::is_full;

#[test]
fn torn_pages_under_each_setting() {
    let as_text = innolab(&["torn"]);
    assert_eq!(stderr(&as_text), "", "each fate is as modelled");
    expect_file!["torn.txt"].assert_eq(&stdout(as_text));
    if !is_full() {
        return;
    }
    let json = innolab(&["torn", "--json", "--every-page"]);
    assert_eq!(stderr(&json), "", "each fate is as modelled");
    let json = stdout(json);
    assert!(json.lines().all(|line| line.ends_with(r#""as_modelled":true}"#)), "{json}");
    assert!(json.lines().count() > 2000 && !json.contains("SERVED"));
}
