//! A part of a check: a task or a stage, its tests run.

use crate::lab::{Stage, Target, TestName};
use crate::run::{Binaries, Outcome};
use serde::Serialize;
use std::collections::BTreeSet;
use std::time::Duration;

/// The seed of random tests that is the same in every check.
pub const FIXED_SEED: u64 = 1;
/// The time that one test may take.
pub const LIMIT: Duration = Duration::from_secs(60);
/// The least time after which a test that a wrong solution keeps from ending has failed; eight times what it takes on
/// ours, if that is longer.
pub const MUTANT: Duration = Duration::from_secs(8);

/// A task or a stage.
#[derive(Debug, Serialize)]
pub struct Part {
    /// `task 2`, `fresh seeds`.
    pub title: String,
    /// The rules that are tested.
    pub rules: String,
    /// What these rules say, if a test failed.
    pub rule_texts: Vec<String>,
    /// What to read when it fails.
    pub read: String,
    /// Number of its tests that passed.
    pub passed: usize,
    /// Number of its tests.
    pub tests: usize,
    /// The first failure: the test, and what it printed.
    pub failure: Option<(String, String)>,
}

/// Returns the environment in which random tests use this seed.
pub fn seeded(seed: u64, fresh: bool) -> Vec<(&'static str, String)> {
    let mut env = vec![("PROPTEST_RNG_SEED", seed.to_string())];
    if fresh {
        env.push(("INNOLAB_SEEDS", format!("{seed}..{}", seed + 8)));
    }
    env
}

/// Returns the targets that have these tests.
pub fn targets<'a>(tests: impl Iterator<Item = &'a TestName>) -> BTreeSet<Target> {
    tests.map(|test| test.target.clone()).collect()
}

/// Runs a stage. `files`: what to read when it fails.
pub fn stage(
    binaries: &Binaries,
    title: String,
    stage: &Stage,
    files: String,
    fresh_seed: u64,
) -> Result<Part, String> {
    let env = if stage.fresh { seeded(fresh_seed, true) } else { seeded(FIXED_SEED, false) };
    part(binaries, title, &stage.rules, files, &stage.tests, &env)
}

/// Runs `tests` as one part.
pub fn part(
    binaries: &Binaries,
    title: String,
    rules: &str,
    read: String,
    tests: &[TestName],
    env: &[(&'static str, String)],
) -> Result<Part, String> {
    let tests_of_part = binaries.resolve(tests).map_err(|error| {
        format!(
            "{title}: {error}\nThe lab names a test that the project does not have: a fault of the course, not yours."
        )
    })?;
    let outcomes = binaries.run(&tests_of_part, env, LIMIT)?;
    // The first in the manifest's order, which is that of the reader.
    let failures = tests.iter().filter_map(|meant| {
        outcomes.of.iter().find_map(|(test, outcome)| match outcome {
            Outcome::Failed(text) if meant.target == test.target && meant.means(&test.name) => {
                Some((test.name.clone(), text.clone()))
            }
            _ => None,
        })
    });
    let failure = { failures }.next();
    let passed = outcomes.of.values().filter(|outcome| **outcome == Outcome::Passed).count();
    let read = format!("{read}; the rules are in the head of the file");
    let (rules, rule_texts) = (rules.to_owned(), Vec::new());
    Ok(Part { title, rules, rule_texts, read, passed, tests: outcomes.of.len(), failure })
}
