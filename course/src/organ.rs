//! The open lab: the learner replaces an organ by a crate of their own.
//!
//! ```text
//! course/organs/NAME/…              what the crate starts with: our organ, exported again
//! DIR/crates/my-NAME/src, Cargo.toml    the learner's
//! DIR/crates/my-NAME/tests, examples    ours: the conformance suite, and a program that counts costs beside ours
//! DIR/Cargo.toml                        the line that puts the crate in the place of ours
//! ```
//!
//! RULES
//!
//! - **O1** There is no solution, and none is compared with: the rules are the suite's, the costs are counted.
//! - **O2** Only organs that differ from their start are checked; each of their stages is a point. Costs give no points.
//! - **O3** Nothing of the learner's but the crate is taken, and the line is ours.

use crate::lab::{Lab, Organ, Target};
use crate::part::{LIMIT, Part, stage};
use crate::project::{Project, Tree};
use crate::run::{Binaries, Outcomes, Program};
use std::collections::BTreeSet;
use std::path::Path;

impl Organ {
    /// Returns the folder of the learner's crate.
    fn dir(&self) -> String {
        format!("crates/my-{}", self.name)
    }

    /// Returns the name of the learner's package.
    fn package(&self) -> String {
        format!("innolab-my-{}", self.name)
    }

    /// Returns the crate's starting files, by path from the tree's root.
    fn files(&self, project: &Project) -> Result<Files, String> {
        let from = format!("course/organs/{}", self.name);
        let paths = files_below(&project.root.join(&from))?;
        let read = |path: String| Ok((format!("{}/{path}", self.dir()), project.text(&format!("{from}/{path}"))?));
        paths.into_iter().map(read).collect()
    }

    /// Returns the files of the learner's crate that count: the manifest and the sources (O3).
    fn theirs(&self, dir: &Path) -> Result<Files, String> {
        let home = dir.join(self.dir());
        let counts = |path: &String| path == "Cargo.toml" || path.starts_with("src/");
        let read = |path: String| {
            let text = std::fs::read_to_string(home.join(&path));
            Ok((format!("{}/{path}", self.dir()), text.map_err(|error| format!("{path}: {error}"))?))
        };
        files_below(&home)?.into_iter().filter(counts).map(read).collect()
    }

    /// Puts the crate into `tree`: as it starts, with the learner's files over it.
    fn install(&self, tree: &mut Tree, project: &Project, theirs: &[(String, String)]) -> Result<(), String> {
        let ours = self.files(project)?;
        ours.iter().chain(theirs).for_each(|(path, text)| tree.set(path, text.as_str()));
        let Some(name) = &self.line else { return Ok(()) };
        let manifest = tree.text("Cargo.toml")?;
        let new = format!("{name} = {{ path = \"{}\", package = \"{}\" }}", self.dir(), self.package());
        let begins = format!("{name} = ");
        let lines: Vec<&str> =
            manifest.lines().map(|line| if line.starts_with(&begins) { new.as_str() } else { line }).collect();
        if !lines.contains(&new.as_str()) {
            return Err(format!("Cargo.toml has no line `{begins}…`"));
        }
        tree.set("Cargo.toml", lines.join("\n") + "\n");
        Ok(())
    }

    fn targets(&self) -> BTreeSet<Target> {
        self.stage.iter().flat_map(|stage| &stage.tests).map(|test| test.target.clone()).collect()
    }

    /// Returns the table of costs that the crate's program prints in the tree in `at`.
    fn costs(&self, at: &Path, project: &Project) -> Result<String, String> {
        Program::build(at, &project.target(), &["-p", &self.package(), "--example", "cost"])?.run(&[])
    }
}

/// Puts all organs of `lab` into the learner's tree, as they start.
pub fn start(tree: &mut Tree, project: &Project, lab: &Lab) -> Result<(), String> {
    lab.organs.iter().try_for_each(|organ| organ.install(tree, project, &[]))
}

/// Files: their paths and texts.
type Files = Vec<(String, String)>;

/// Returns the organs of `lab` that differ from their start in the tree in `dir`, each with its files (O2).
pub fn changed<'a>(project: &Project, lab: &'a Lab, dir: &Path) -> Result<Vec<(&'a Organ, Files)>, String> {
    let mut out = Vec::new();
    for organ in &lab.organs {
        let (start, theirs) = (organ.files(project)?, organ.theirs(dir)?);
        if theirs.iter().any(|file| !start.contains(file)) {
            out.push((organ, theirs));
        }
    }
    Ok(out)
}

/// Checks the organs that the learner changed. Returns a part for each stage, and the tables of costs.
///
/// The inner error is the learner's: what the compiler said, or that no organ was changed.
pub fn check(
    project: &Project,
    lab: &Lab,
    dir: &Path,
    fresh_seed: u64,
) -> Result<Result<(Vec<Part>, String), String>, String> {
    let changed = changed(project, lab, dir)?;
    if changed.is_empty() {
        return Ok(Err(format!("no organ in {} differs from its start\n", dir.display())));
    }
    let mut tree = project.tree()?;
    changed.iter().try_for_each(|(organ, theirs)| organ.install(&mut tree, project, theirs))?;
    let (at, _lock) = project.build_tree()?;
    tree.write(&at)?;
    let targets = changed.iter().flat_map(|(organ, _)| organ.targets()).collect();
    let binaries = match Binaries::build(&at, &project.target(), &targets) {
        Ok(binaries) => binaries,
        Err(error) => return Ok(Err(error)),
    };
    let (mut parts, mut costs) = (Vec::new(), String::new());
    for (organ, _) in changed {
        for of in &organ.stage {
            let title = format!("{}: {}", organ.name, of.title);
            parts.push(stage(&binaries, title, of, format!("{}/src", organ.dir()), fresh_seed)?);
        }
        costs += &format!("{}, counted\n\n{}\n", organ.name, organ.costs(&at, project).unwrap_or_else(|error| error));
    }
    Ok(Ok((parts, costs)))
}

/// Returns all that is wrong with the organs' starts: each must build and pass the tests of its own package, and its costs
/// must be counted. REQUIRES: the caller has the tree that is built.
pub fn tidy(project: &Project, lab: &Lab) -> Result<Vec<String>, String> {
    let mut tree = project.tree()?;
    start(&mut tree, project, lab)?;
    let at = project.work().join("tree");
    tree.write(&at)?;
    let mut wrong = Vec::new();
    for organ in &lab.organs {
        let own: BTreeSet<Target> =
            organ.targets().into_iter().filter(|target| target.package == organ.package()).collect();
        let checked = Binaries::build(&at, &project.target(), &own).and_then(|binaries| {
            let tests = organ.stage.iter().flat_map(|stage| &stage.tests).filter(|test| own.contains(&test.target));
            let run = |tests| -> Result<Outcomes, String> { binaries.run(&tests, &[], LIMIT) };
            let outcomes = run(binaries.resolve(tests)?)?;
            match outcomes.failure() {
                Some((test, text)) => Err(format!("{}\n{text}", test.name)),
                None => organ.costs(&at, project).map(drop),
            }
        });
        wrong.extend(checked.err().map(|error| format!("T6: the organ {}: {error}", organ.name)));
    }
    Ok(wrong)
}

/// Returns the paths of all files below `dir`, from there on, sorted; those in `target` left out.
fn files_below(dir: &Path) -> Result<Vec<String>, String> {
    fn walk(root: &Path, dir: &Path, out: &mut Vec<String>) -> std::io::Result<()> {
        for entry in std::fs::read_dir(dir)? {
            let path = entry?.path();
            if !path.is_dir() {
                out.push(path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned());
            } else if path != root.join("target") {
                walk(root, &path, out)?;
            }
        }
        Ok(())
    }
    let mut out = Vec::new();
    walk(dir, dir, &mut out).map_err(|error| format!("{}: {error}", dir.display()))?;
    out.sort();
    Ok(out)
}
