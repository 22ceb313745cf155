//! `docs/innodb-map.md` has a row for each `doc(alias)` in the sources. `UPDATE_EXPECT=1` rewrites it.

use innolab_tests::aliases::{of, rust_files};
use innolab_tests::lab;
use innolab_tests::markdown::{assert_file, with_region};
use std::fmt::Write;

#[test]
fn the_page_lists_the_aliases() {
    let crates = lab::root().join("crates");
    let (mut text, mut count) = (String::new(), 0);
    let listed = std::fs::read_dir(&crates).expect("the folder exists");
    let mut names: Vec<String> =
        listed.map(|entry| entry.expect("a readable folder").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    for name in names {
        let src = crates.join(&name).join("src");
        let mut rows = Vec::new();
        for path in rust_files(&src) {
            let source = std::fs::read_to_string(&path).expect("a readable file");
            let aliases = of(&source).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let file = path.strip_prefix(&src).expect("below src").display().to_string();
            rows.extend(aliases.into_iter().map(|alias| (alias, file.clone())));
        }
        if rows.is_empty() {
            continue;
        }
        rows.sort();
        count += rows.len();
        let _ = writeln!(text, "\n## {name}\n\n| the server | innolab | what it is | file |\n|---|---|---|---|");
        for (alias, file) in rows {
            let link = format!("[{file}](../crates/{name}/src/{file})");
            let _ = writeln!(text, "| `{}` | `{}` | {} | {link} |", alias.theirs, alias.ours, alias.summary);
        }
    }
    assert!(count > 400, "only {count} aliases were found");
    let page = lab::root().join("docs/innodb-map.md");
    let before = std::fs::read_to_string(&page).expect("the page exists");
    assert_file(&page, &with_region(&before, "map", &text));
}

#[test]
fn an_alias_of_each_kind_of_item_is_found() {
    let source = r#"
        /// A page. More.
        #[doc(alias = "buf_block_t")]
        struct Frame { /** Its latch */ #[doc(alias = "lock")] latch: u8 }
        impl Frame { #[doc(alias = "buf_page_get_gen")] fn fix(&self) {} }
        enum Mode { #[doc(alias = "LOCK_X")] X }
        /// No alias: `alias`.
        fn plain() {}
    "#;
    let found: Vec<_> = of(source).expect("correct Rust").into_iter().map(|a| (a.theirs, a.ours, a.summary)).collect();
    let row = |theirs: &str, ours: &str, summary: &str| (theirs.to_owned(), ours.to_owned(), summary.to_owned());
    let expected = vec![
        row("buf_block_t", "Frame", "A page"),
        row("lock", "Frame.latch", "Its latch"),
        row("buf_page_get_gen", "Frame::fix", ""),
        row("LOCK_X", "Mode::X", ""),
    ];
    assert_eq!(found, expected);
}
