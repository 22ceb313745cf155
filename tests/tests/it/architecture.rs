//! The sources against the map of `docs/architecture.md`: which crate stands on which, the floors inside the large ones,
//! no circle of files anywhere, one file between `sql` and `engine`, and no dependency that nobody uses.

use innolab_tests::aliases::rust_files;
use innolab_tests::lab;
use innolab_tests::markdown::blocks;
use innolab_tests::sources::Crate;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn architecture() -> String {
    text(&lab::root().join("docs/architecture.md"))
}

/// The folders of the crates, by their short names.
fn crates() -> BTreeMap<String, PathBuf> {
    let entries = std::fs::read_dir(lab::root().join("crates")).expect("the crates are there");
    let paths = entries.map(|entry| entry.expect("it can be read").path());
    paths.map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), path)).collect()
}

fn sources() -> BTreeMap<String, Crate> {
    crates()
        .into_iter()
        .map(|(name, path)| (name, Crate::read(&path.join("src")).unwrap_or_else(|e| panic!("{e}"))))
        .collect()
}

fn manifest(dir: &Path) -> toml::Table {
    text(&dir.join("Cargo.toml")).parse().unwrap_or_else(|error| panic!("{}: {error}", dir.display()))
}

/// The names in these sections of a manifest, `[target.….X]` included.
fn dependencies(manifest: &toml::Table, sections: &[&str]) -> BTreeSet<String> {
    let of = |table: &toml::Table| {
        let tables = sections.iter().filter_map(|section| table.get(*section)?.as_table().cloned());
        tables.flat_map(|table| table.into_iter().map(|(name, _)| name)).collect::<Vec<_>>()
    };
    let targets = manifest.get("target").and_then(|target| target.as_table());
    let targets = targets.into_iter().flat_map(|targets| targets.values().filter_map(|target| target.as_table()));
    targets.flat_map(of).chain(of(manifest)).collect()
}

/// The map's rows `| crate | stands on | … |`.
fn map() -> BTreeMap<String, BTreeSet<String>> {
    let text = architecture();
    let table = text.lines().skip_while(|line| !line.starts_with("| crate")).skip(2);
    let rows = table.take_while(|line| line.starts_with('|')).map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let on = cells[1].split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        (cells[0].to_owned(), on.collect())
    });
    rows.collect()
}

#[test]
fn crates_stand_on_what_the_map_says() {
    let map = map();
    let names = |prefixed: BTreeSet<String>| -> BTreeSet<String> {
        prefixed.iter().filter_map(|name| name.strip_prefix("innolab-").map(str::to_owned)).collect()
    };
    let crates = crates();
    assert_eq!(
        map.keys().collect::<Vec<_>>(),
        crates.keys().collect::<Vec<_>>(),
        "the map's crates and those of crates/"
    );
    for (name, path) in &crates {
        let uses = names(dependencies(&manifest(path), &["dependencies", "build-dependencies"]));
        assert_eq!(map[name], uses, "{name}: expected what docs/architecture.md says, got what its Cargo.toml says");
        let for_tests = ["testing", "conformance"].into_iter().find(|crate_| uses.contains(*crate_));
        assert!(for_tests.is_none() || name == "conformance", "{name}: `{for_tests:?}` is for tests");
    }
}

#[test]
fn no_files_form_a_circle() {
    for (name, of) in sources() {
        let circles: Vec<String> = of.circles().iter().map(|circle| circle.join("\n")).collect();
        assert!(circles.is_empty(), "crates/{name}/src: files that need each other\n{}", circles.join("\n\n"));
    }
}

#[test]
fn a_file_with_children_only_declares_and_reexports() {
    for (name, of) in sources() {
        for file in of.files.iter().filter(|file| file.is_facade) {
            assert!(file.own_items.is_empty(), "crates/{name}/src/{}: has {}", file.path, file.own_items.join(", "));
            let is_facade = ["lib.rs", "mod.rs"].iter().any(|end| file.path.ends_with(end));
            assert!(is_facade, "crates/{name}/src/{}: a module with children is a folder with a mod.rs", file.path);
        }
    }
}

/// The block `floors`: crate → folder → its floor, counted from the top.
fn floors() -> BTreeMap<String, BTreeMap<String, usize>> {
    let text = architecture();
    let block = blocks(&text).into_iter().find(|block| block.info == "floors").expect("the block `floors`");
    let (mut floors, mut of): (BTreeMap<String, BTreeMap<String, usize>>, _) = Default::default();
    for (floor, line) in block.text.lines().enumerate() {
        if !line.starts_with(' ')
            && let Some(name) = line.split_whitespace().next()
        {
            of = String::from(name);
        }
        let folders = line.split_whitespace().filter_map(|word| word.strip_suffix('/'));
        floors.entry(of.clone()).or_default().extend(folders.map(|folder| (folder.to_owned(), floor)));
    }
    floors.retain(|_, folders| !folders.is_empty());
    floors
}

#[test]
fn nothing_imports_upward() {
    let (floors, sources) = (floors(), sources());
    assert!(["engine", "sql"].iter().all(|name| floors.contains_key(*name)), "the two large crates have floors");
    for (name, floors) in &floors {
        let files = &sources[name].files;
        let folder = |path: &str| path.split_once('/').map_or(String::from("src"), |(folder, _)| folder.to_owned());
        let inside = files.iter().filter(|file| !["lib.rs", "main.rs"].contains(&file.path.as_str()));
        let folders: BTreeSet<String> = inside.map(|file| folder(&file.path)).collect();
        assert_eq!(
            floors.keys().cloned().collect::<BTreeSet<_>>(),
            folders,
            "{name}: folders of the block and of src/"
        );
        for file in files.iter().filter(|file| !file.is_facade) {
            for (to, names) in &file.arrows {
                let to = &files[*to];
                let (from, onto) = (folder(&file.path), folder(&to.path));
                if from == onto || to.path == "lib.rs" {
                    continue;
                }
                let is_down = floors.get(&from) < floors.get(&onto);
                assert!(
                    is_down,
                    "crates/{name}/src/{} takes {names:?} from {}: not from a lower floor",
                    file.path, to.path
                );
            }
        }
    }
}

#[test]
fn one_file_of_sql_names_the_engine() {
    let sources = sources();
    let naming = sources["sql"].files.iter().filter(|file| file.outside.contains("innolab_engine"));
    assert_eq!(naming.map(|file| file.path.as_str()).collect::<Vec<_>>(), ["engine.rs"]);
}

/// Each dependency of the workspace is declared by a member that names it in its sources. One is not named: `flate2`
/// gives `mysql_common`'s own dependency a backend.
#[test]
fn every_dependency_of_the_workspace_is_used() {
    let root = lab::root();
    let members: Vec<PathBuf> =
        crates().into_values().chain(["tests", "benches"].map(|name| root.join(name))).collect();
    let declared = manifest(&root)["workspace"]["dependencies"].as_table().expect("a table").clone();
    for name in declared.keys() {
        let word = name.replace('-', "_");
        let names = |dir: &PathBuf| rust_files(dir).iter().any(|file| text(file).contains(&word));
        let declares = |dir: &&PathBuf| {
            dependencies(&manifest(dir), &["dependencies", "dev-dependencies", "build-dependencies"]).contains(name)
        };
        let users: Vec<_> = members.iter().filter(declares).collect();
        assert!(!users.is_empty(), "{name}: no member depends on it");
        assert!(name == "flate2" || users.iter().any(|dir| names(dir)), "{name}: no source names it");
    }
}

#[test]
fn arrows_circles_and_facades_are_found() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = |path: &str, text: &str| {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("it is new");
        std::fs::write(path, text).expect("it is new");
    };
    file("lib.rs", "mod a; mod deep; pub use deep::B; pub(crate) struct Own; mod c;");
    file(
        "a.rs",
        "use crate::B; fn f() { println!(\"{}\", crate::deep::b::X); } #[cfg(test)] mod tests { use crate::c::C; }",
    );
    file("deep/mod.rs", "mod b; pub use b::B;");
    file("deep/b.rs", "pub struct B; pub const X: u8 = super::super::c::C;");
    file("c.rs", "use std::fmt; pub const C: u8 = 0; fn g(_: crate::a::A) {}");
    let read = Crate::read(dir.path()).expect("it parses");
    let named = |path: &str| read.files.iter().find(|file| file.path == path).expect("it was read");
    let arrows =
        |path: &str| -> Vec<&str> { named(path).arrows.keys().map(|to| read.files[*to].path.as_str()).collect() };
    assert_eq!(arrows("a.rs"), ["deep/b.rs"], "re-exports are followed, tests do not count");
    assert_eq!(arrows("deep/b.rs"), ["c.rs"]);
    assert!(named("c.rs").outside.contains("std"));
    assert!(named("lib.rs").is_facade && named("lib.rs").own_items == ["Own"]);
    assert!(read.circles().is_empty(), "`crate::a::A` is defined nowhere: no arrow");
    file("a.rs", "use crate::B; pub struct A;");
    assert_eq!(Crate::read(dir.path()).expect("it parses").circles().len(), 1);
}
