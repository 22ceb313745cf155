//! The learner's tests, graded: they must accept correct solutions and refuse wrong ones.
//!
//! ```text
//! pristine tree ─► + switch of the lab (module `switch`) + the learner's test file ─► one build
//!                    ├ our solution                            all must pass
//!                    ├ a second correct solution, if any       all must pass: nothing is tested that is not a rule
//!                    └ mutant 1, 2, …                          at least one must fail: the mutant is killed
//! ```

use crate::lab::{Lab, Target, TestName};
use crate::part::{FIXED_SEED, LIMIT, MUTANT, seeded};
use crate::project::{Project, Tree};
use crate::run::Binaries;
use crate::switch::{Choice, VARIABLE, install};
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

/// What the learner's tests are worth.
#[derive(Debug, Serialize)]
pub struct Score {
    /// The lab's number.
    pub lab: u32,
    /// Number of tests.
    pub tests: usize,
    /// Why they are worth nothing: they do not build, or refuse a correct solution.
    pub refused: Option<String>,
    /// The mutants that no test noticed, from 1.
    pub survivors: Vec<usize>,
    /// Number of mutants killed.
    pub killed: usize,
    /// Number of mutants.
    pub of: usize,
}

/// Grades the tests in `dir`.
pub fn score(project: &Project, lab: &Lab, dir: &Path) -> Result<Score, String> {
    let own_tests = lab.own_tests.as_deref().ok_or_else(|| format!("lab {} has no tests of your own", lab.number))?;
    let path = dir.join(own_tests);
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut score = Score { lab: lab.number, tests: 0, refused: None, survivors: Vec::new(), killed: 0, of: 0 };
    if text.contains("innolab_conformance") {
        let why = "the suites of innolab-conformance are not tests of your own".to_owned();
        return Ok(Score { refused: Some(why), ..score });
    }
    let mut tree = project.tree()?;
    install(&mut tree, &[lab])?;
    let targets = put(&mut tree, lab, &text)?;
    let (at, _lock) = project.build_tree()?;
    tree.write(&at)?;
    let binaries = match Binaries::build(&at, &project.target(), &targets.iter().cloned().collect()) {
        Ok(binaries) => binaries,
        Err(error) => return Ok(Score { refused: Some(error), ..score }),
    };
    let mut limit = MUTANT;
    for target in &targets {
        let tests = all(&binaries, target)?;
        score.tests = tests.len();
        let outcomes = binaries.run(&tests, &seeded(FIXED_SEED, false), LIMIT)?;
        limit = limit.max(8 * outcomes.longest);
        let whose = if target == &targets[0] { "our solution" } else { "the second correct solution" };
        let failed = |(test, text): (&TestName, &str)| format!("{} fails on {whose}:\n{text}", test.name);
        let failures: Vec<String> = outcomes.failures().map(failed).collect();
        if !failures.is_empty() {
            return Ok(Score { refused: Some(failures.join("\n")), ..score });
        }
    }
    let tests = all(&binaries, &targets[0])?;
    for (at, _) in lab.mutants.iter().enumerate().filter(|(_, mutant)| mutant.equivalent.is_none()) {
        let mut env = seeded(FIXED_SEED, false);
        env.push((VARIABLE, Choice::Wrong(lab.number, at + 1).value()));
        score.of += 1;
        match binaries.fails(&tests, &env, limit)? {
            true => score.killed += 1,
            false => score.survivors.push(at + 1),
        }
    }
    Ok(score)
}

/// Puts tests of `lab` with this text into `tree`. Returns the targets: that on our solution, then that on the second one.
pub fn put(tree: &mut Tree, lab: &Lab, text: &str) -> Result<Vec<Target>, String> {
    let own = lab.own_tests.as_deref().ok_or_else(|| format!("lab {} has no tests of your own", lab.number))?;
    let put = |place: &str| {
        // On the first line, so that the compiler's line numbers are the learner's.
        tree.set(place, format!("#![allow(missing_docs)] {}", renamed(text, &krate(own)?, &krate(place)?)));
        target(place)
    };
    [Some(own), lab.second.as_deref()].into_iter().flatten().map(put).collect()
}

/// Returns all tests of a target.
pub fn all(binaries: &Binaries, target: &Target) -> Result<BTreeSet<TestName>, String> {
    let names = binaries.list(target)?.into_iter();
    Ok(names.map(|name| TestName { target: target.clone(), name }).collect())
}

/// Returns the name by which a test in `file` uses its crate.
fn krate(file: &str) -> Result<String, String> {
    Ok(target(file)?.package.replace('-', "_"))
}

/// Returns `text` with the crate `from` called `to`: the tests of one implementation become those of the other.
fn renamed(text: &str, from: &str, to: &str) -> String {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find(from) {
        let (before, after) = (&rest[..at], &rest[at + from.len()..]);
        let is_whole = !before.ends_with(is_name) && !after.starts_with(is_name);
        out += before;
        out += if is_whole { to } else { from };
        rest = after;
    }
    out + rest
}

/// Returns the target of an integration test's file: `crates/mvcc/tests/mine.rs` is `innolab-mvcc mine`.
pub fn target(file: &str) -> Result<Target, String> {
    match file.split('/').collect::<Vec<_>>()[..] {
        ["crates", package, "tests", name] if name.ends_with(".rs") => {
            Ok(Target { package: format!("innolab-{package}"), name: name.trim_end_matches(".rs").to_owned() })
        }
        _ => Err(format!("{file}: not of the form crates/NAME/tests/FILE.rs")),
    }
}

impl Score {
    /// Returns the score for a reader. The survivors' changes are not shown, only which function they are in.
    pub fn text(&self, lab: &Lab) -> String {
        let file = lab.own_tests.as_deref().unwrap_or_default();
        let mut out = format!("lab {}: {} tests of your own in {file}\n", self.lab, self.tests);
        if let Some(why) = &self.refused {
            let _ = writeln!(out, "  refused: {why}");
            return out;
        }
        let _ = writeln!(out, "  they accept the correct solutions and find {} of {} wrong ones", self.killed, self.of);
        for at in &self.survivors {
            let _ = writeln!(out, "  not found: wrong solution {at}, in {}", lab.mutants[at - 1].item.name());
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_turned_to_the_other_crate() {
        let text = "use innolab_lock::mode;\nuse innolab_locks::x;\nlet a = innolab_lock::Mode::X;";
        let renamed = renamed(text, "innolab_lock", "innolab_lock_simple");
        assert_eq!(
            renamed,
            "use innolab_lock_simple::mode;\nuse innolab_locks::x;\nlet a = innolab_lock_simple::Mode::X;"
        );
    }
}
