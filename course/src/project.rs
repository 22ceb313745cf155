//! The project that the labs are about, and trees of its files.
//!
//! A [`Tree`] is a copy of the project in memory: path and bytes. It is changed there and then written. [`Tree::write`]
//! touches only files that differ, so that cargo rebuilds only what changed.
//!
//! ```text
//! project ─git ls-files─► Tree ─bodies replaced, files overlaid─► target/course/tree ─cargo─► target/
//! ```
//!
//! RULES
//!
//! - **B1** The packages of each tree have a version of their own (`0.1.0+course`, `0.1.0+lab3.1f00…`). Cargo tells the
//!   packages of two workspaces that share a target directory by name, version and path below the workspace, so without
//!   this the project would be linked with a learner's code, and a learner's tests with ours.

use rustix::fs::{FlockOperation, flock};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A clone of innolab.
#[derive(Debug)]
pub struct Project {
    /// Its root.
    pub root: PathBuf,
}

/// Files by their path from the root.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    files: BTreeMap<String, Vec<u8>>,
}

impl Project {
    /// Returns the project that this tool belongs to.
    pub fn here() -> Project {
        let course = Path::new(env!("CARGO_MANIFEST_DIR"));
        Project { root: course.parent().unwrap_or(course).to_owned() }
    }

    /// Returns the directory for what the tool writes.
    pub fn work(&self) -> PathBuf {
        self.target().join("course")
    }

    /// Returns the tree that is built, which belongs to the caller until the returned file is closed. Waits while
    /// another command has it.
    pub fn build_tree(&self) -> Result<(PathBuf, File), String> {
        let work = self.work();
        let failed = |error: std::io::Error| format!("{}: {error}", work.display());
        std::fs::create_dir_all(&work).map_err(failed)?;
        let lock = File::create(work.join("lock")).map_err(failed)?;
        if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
            eprintln!("waiting for another `cargo course` of this project");
            flock(&lock, FlockOperation::LockExclusive).map_err(|error| failed(error.into()))?;
        }
        Ok((work.join("tree"), lock))
    }

    /// Returns cargo's target directory: the trees share it with the project, so that the crates that all need are built
    /// once.
    pub fn target(&self) -> PathBuf {
        self.root.join("target")
    }

    /// Reads a file of the project.
    pub fn text(&self, path: &str) -> Result<String, String> {
        std::fs::read_to_string(self.root.join(path)).map_err(|error| format!("{path}: {error}"))
    }

    /// Runs git in the project.
    fn git(&self, args: &[&str]) -> Result<String, String> {
        let output = Command::new("git").arg("-C").arg(&self.root).args(args).output();
        let output = output.map_err(|error| format!("git: {error}"))?;
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
            false => Err(format!("git {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr).trim())),
        }
    }

    /// Returns the commit that is checked out, with `+` if files differ from it.
    pub fn commit(&self) -> Result<String, String> {
        let changed = !self.git(&["status", "--porcelain"])?.is_empty();
        Ok(format!("{}{}", self.git(&["rev-parse", "--short=12", "HEAD"])?.trim(), if changed { "+" } else { "" }))
    }

    /// Returns the project's files, those of the course and of the gate left out, with a version of their own (B1).
    pub fn tree(&self) -> Result<Tree, String> {
        let listed = self.git(&["ls-files", "-z", "--cached", "--others", "--exclude-standard"])?;
        let mut tree = Tree::default();
        for path in listed.split('\0').filter(|path| !path.is_empty()) {
            if path.starts_with("course/") || path.starts_with(".ci/") {
                continue;
            }
            match std::fs::read(self.root.join(path)) {
                Ok(bytes) => drop(tree.files.insert(path.to_owned(), bytes)),
                // It is deleted and not yet committed.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(format!("{path}: {error}")),
            }
        }
        tree.set_version("course")?;
        Ok(tree)
    }
}

impl Tree {
    /// Gives the packages the project's version with this build metadata (B1).
    pub fn set_version(&mut self, metadata: &str) -> Result<(), String> {
        let manifest = self.text("Cargo.toml")?;
        let old = manifest.split("\nversion = \"").nth(1).and_then(|rest| rest.split('"').next());
        let old = old.ok_or("Cargo.toml: no version")?.to_owned();
        let new = format!("{}+{metadata}", old.split('+').next().unwrap_or_default());
        let line = |version: &str| format!("\nversion = \"{version}\"\n");
        let manifest = manifest.replacen(&line(&old), &line(&new), 1);
        let lock = self.text("Cargo.lock")?;
        let ours = |package: &str| package.starts_with("\"innolab") && package.contains(&line(&old));
        let packages = lock.split("\nname = ").map(|package| match ours(package) {
            true => package.replacen(&line(&old), &line(&new), 1),
            false => package.to_owned(),
        });
        let lock = packages.collect::<Vec<_>>().join("\nname = ");
        self.set("Cargo.toml", manifest);
        self.set("Cargo.lock", lock);
        Ok(())
    }

    /// Returns a file's text.
    pub fn text(&self, path: &str) -> Result<&str, String> {
        let bytes = self.files.get(path).ok_or_else(|| format!("{path}: no such file in the project"))?;
        std::str::from_utf8(bytes).map_err(|error| format!("{path}: {error}"))
    }

    /// Returns the texts of the files under `dir`, which ends with a slash.
    pub fn under<'a>(&'a self, dir: &'a str) -> impl Iterator<Item = &'a str> {
        let files = self.files.iter().filter(move |(path, _)| path.starts_with(dir));
        files.filter_map(|(_, bytes)| std::str::from_utf8(bytes).ok())
    }

    /// Sets a file's text.
    pub fn set(&mut self, path: &str, text: impl Into<Vec<u8>>) {
        self.files.insert(path.to_owned(), text.into());
    }

    /// Makes `dir` hold these files and no others. What is equal is not touched, so that cargo does not build it again.
    pub fn write(&self, dir: &Path) -> Result<(), String> {
        let failed = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
        for (path, bytes) in &self.files {
            let path = dir.join(path);
            if std::fs::read(&path).is_ok_and(|old| old == *bytes) {
                continue;
            }
            let parent = path.parent().unwrap_or(dir);
            std::fs::create_dir_all(parent).map_err(|error| failed(parent, error))?;
            std::fs::write(&path, bytes).map_err(|error| failed(&path, error))?;
        }
        self.remove_others(dir, dir).map_err(|error| failed(dir, error))
    }

    /// Removes the files below `dir` that the tree does not have, and directories without a file.
    fn remove_others(&self, root: &Path, dir: &Path) -> std::io::Result<()> {
        for entry in std::fs::read_dir(dir)? {
            let path = entry?.path();
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            if path.is_dir() {
                self.remove_others(root, &path)?;
                // It stays if it is not empty: cargo takes an empty one in `crates` for a package.
                let _ = std::fs::remove_dir(&path);
            } else if !self.files.contains_key(&name) {
                std::fs::remove_file(&path)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packages_of_a_tree_have_a_version_of_their_own() {
        let mut tree = Tree::default();
        tree.set(
            "Cargo.toml",
            "[workspace.package]\nversion = \"0.1.0\"\n\n[workspace.dependencies]\na = { version = \"0.1.0\" }\n",
        );
        let package = |name: &str, version: &str| format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n");
        tree.set("Cargo.lock", package("a", "0.1.0") + &package("innolab-b", "0.1.0"));
        tree.set_version("course").expect("it has a version");
        tree.set_version("lab1").expect("it has a version");
        assert_eq!(
            tree.text("Cargo.lock").expect("it is there"),
            package("a", "0.1.0") + &package("innolab-b", "0.1.0+lab1")
        );
        assert!(
            tree.text("Cargo.toml")
                .expect("it is there")
                .starts_with("[workspace.package]\nversion = \"0.1.0+lab1\"\n")
        );
    }

    #[test]
    fn a_tree_is_written_as_it_is_and_what_is_equal_is_not_touched() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut tree = Tree::default();
        tree.set("a/b", "1");
        tree.set("c", "2");
        tree.write(dir.path()).expect("written");
        let modified = || std::fs::metadata(dir.path().join("c")).and_then(|data| data.modified()).expect("a time");
        let before = modified();
        tree.files.remove("a/b");
        tree.write(dir.path()).expect("written");
        assert!(!dir.path().join("a").exists() && modified() == before);
    }
}
