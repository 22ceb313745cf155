//! The tree that a learner starts with.
//!
//! ```text
//! DIR/crates/…              the project; the bodies of the lab's items are starting bodies
//! DIR/LAB.md, LAB.zh.md     the lab's text
//! DIR/<own tests>           an empty file for tests of one's own
//! DIR/predict, crates/my-…  of lab 0 and of the open lab: what is predicted, organs of one's own
//! DIR/course.toml           which lab it is
//! DIR/.cargo/config.toml    `cargo course` calls the grader of the clone; crates that all need are built once, there
//! ```
//!
//! Nothing else is different: a learner can read the whole system, and run it.

use crate::item::{as_body, first_item, splice, with_our_tests};
use crate::lab::Lab;
use crate::organ;
use crate::predict;
use crate::project::{Project, Tree};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Writes the starter of `lab` into `dir`. `mine`: the tree in which the learner did the earlier labs.
pub fn start(project: &Project, labs: &[Lab], lab: &Lab, dir: &Path, mine: Option<&Path>) -> Result<(), String> {
    if std::fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(format!("{} is not empty", dir.display()));
    }
    let mut tree = project.tree()?;
    if let Some(mine) = mine {
        for earlier in labs.iter().filter(|earlier| earlier.number < lab.number) {
            overlay(&mut tree, earlier, mine)?;
        }
    }
    starter(&mut tree, lab)?;
    predict::start(&mut tree, &lab.predict)?;
    organ::start(&mut tree, project, lab)?;
    for (language, text) in &lab.texts {
        let name = if language.is_empty() { "LAB.md".to_owned() } else { format!("LAB.{language}.md") };
        tree.set(&name, text.as_str());
    }
    tree.set("course.toml", format!("lab = {}\n", lab.number));
    if let Some(file) = &lab.own_tests {
        tree.set(file, own_tests(lab));
    }
    tree.set_version(&format!("lab{}.{}", lab.number, name_of(dir)?))?;
    tree.set(".cargo/config.toml", cargo_config(project, &tree)?);
    tree.write(dir)
}

/// Returns a word that no other directory has.
fn name_of(dir: &Path) -> Result<String, String> {
    let path = std::path::absolute(dir).map_err(|error| format!("{}: {error}", dir.display()))?;
    let hash = Sha256::digest(path.as_os_str().as_encoded_bytes());
    Ok(hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect())
}

/// Gives the lab's items their starting bodies, and allows what these leave unused.
pub fn starter(tree: &mut Tree, lab: &Lab) -> Result<(), String> {
    let mut files: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for (at, task) in lab.tasks.iter().enumerate() {
        let source = tree.text(&task.item.file)?;
        let body = task.item.body(source)?;
        let start = as_body(source, &body, &lab.start(at));
        files.entry(&task.item.file).or_default().push((body, start));
    }
    for (file, changes) in files {
        let text = splice(tree.text(file)?, changes);
        tree.set(file, text);
    }
    let crates: BTreeSet<&str> = lab.tasks.iter().map(|task| task.item.crate_dir()).collect();
    for dir in crates {
        let root = format!("{dir}/src/lib.rs");
        let text = tree.text(&root)?;
        let at = first_item(text)?;
        let reason = format!("// Lab {}: until its bodies are written.\n", lab.number);
        let allow = format!("{reason}#![allow(dead_code, unused_imports, unused_mut, unused_variables)]\n\n");
        let text = splice(text, vec![(at..at, allow)]);
        tree.set(&root, text);
    }
    Ok(())
}

/// Lays the lab's files of the tree in `dir` over `tree`, with our tests in them.
pub fn overlay(tree: &mut Tree, lab: &Lab, dir: &Path) -> Result<(), String> {
    for file in lab.files() {
        let path = dir.join(file);
        let theirs = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let text = with_our_tests(file, &theirs, tree.text(file)?)?;
        tree.set(file, text);
    }
    Ok(())
}

fn own_tests(lab: &Lab) -> String {
    let n = lab.number;
    format!("//! My tests of lab {n}. `cargo course check {n} --tests` says how many wrong solutions they find.\n")
}

fn cargo_config(project: &Project, tree: &Tree) -> Result<String, String> {
    let alias = format!("course = {:?}\n", grader(project));
    let config = tree.text(".cargo/config.toml")?;
    let others: String =
        config.lines().filter(|line| !line.starts_with("course =")).map(|line| format!("{line}\n")).collect();
    Ok(format!("{others}{alias}\n[build]\ntarget-dir = {:?}\n", project.target()))
}

/// Returns the command that runs this tool from anywhere.
fn grader(project: &Project) -> String {
    let manifest = project.root.join("course/Cargo.toml");
    let target = project.target().join("course/tool");
    format!("run --quiet --manifest-path {} --target-dir {} --", manifest.display(), target.display())
}
