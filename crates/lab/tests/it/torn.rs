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

/// Options of a database are wrong usage where they would change nothing.
#[test]
fn a_command_that_opens_no_database_refuses_its_options() {
    for wrong in [
        &["torn", "--innodb-doublewrite", "OFF"][..],
        &["tour", "--skip-log-bin"],
        &["--database", "shop", "inspect", "space-verify", "t.ibd"],
    ] {
        let ran = innolab(wrong);
        assert_eq!(ran.status.code(), Some(2), "{wrong:?}: {}", stderr(&ran));
        assert!(stderr(&ran).contains("does not open a database"), "{}", stderr(&ran));
    }
}
