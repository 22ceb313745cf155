//! What README tells a reader to type to replace an organ is done, on a copy of the tree.

use innolab_testing::is_full;
use innolab_tests::lab;
use innolab_tests::markdown::blocks;
use std::path::Path;
use std::process::Command;

fn run(dir: &Path, program: &str, args: &[&str]) -> String {
    let mut command = Command::new(program);
    // The rows of this package's own build must not lead the other one.
    let own = std::env::vars().map(|(name, _)| name).filter(|name| name.starts_with("CARGO_PKG"));
    own.for_each(|name| {
        command.env_remove(name);
    });
    let done = command.args(args).current_dir(dir).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    let (out, error) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{program} {args:?}:\n{out}{error}");
    out.into_owned()
}

#[test]
fn an_organ_is_replaced_by_the_lines_of_readme() {
    let root = lab::root();
    let text = std::fs::read_to_string(root.join("README.md")).expect("README is there");
    let is_it = |text: &str| text.contains("crates/my-lock");
    let block = blocks(&text).into_iter().find(|block| is_it(&block.text)).expect("the block that replaces `lock`");
    let tree = tempfile::tempdir().expect("a directory");
    for name in ["Cargo.toml", "Cargo.lock", "crates", "benches", "tests"] {
        run(&root, "cp", &["-r", name, tree.path().to_str().expect("a UTF-8 path")]);
    }
    let (edits, commands): (Vec<&str>, Vec<&str>) = block.text.lines().partition(|line| !line.starts_with("cargo "));
    assert_eq!((edits.len(), commands.len()), (3, 2), "three edits, then two commands");
    run(tree.path(), "sh", &["-e", "-c", &edits.join("\n")]);
    let dependents = run(tree.path(), "cargo", &["tree", "--offline", "--prefix", "none", "-p", "innolab-engine"]);
    assert!(dependents.contains("my-lock v") && !dependents.contains("innolab-lock v"), "{dependents}");
    if is_full() {
        run(
            tree.path(),
            "cargo",
            &["check", "--offline", "--quiet", "-p", "innolab-engine", "-p", "my-lock", "--tests"],
        );
    }
}
