//! What the suites share: a level, and the run of random scripts against it.
//!
//! A script that breaks a rule is made shorter, step by step, as long as the rule stays broken; the report shows the
//! shortest. A panic inside the implementation counts as a broken rule, so its report has the script too.

use innolab_testing::{Broken, Script, seeds, size};
use proptest::strategy::{BoxedStrategy, Strategy, Union};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A level of a suite: what it asks for, and where that is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// The suite and the level.
    pub name: &'static str,
    /// The files in which the rules are explained, by their paths in the workspace.
    pub read: &'static str,
}

/// Runs `run` on random scripts: of each seed (`INNOLAB_SEEDS`) `quick` ones, or in the full size `full`. ERRORS: the
/// rule that the shortest failing script breaks.
pub(crate) fn on_scripts<S: Strategy>(
    about: About,
    (quick, full): (u32, u32),
    scripts: S,
    run: impl Fn(&S::Value, &mut Script) -> Result<(), Broken>,
) -> Result<(), Broken> {
    for seed in seeds(2, 8) {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let config = Config { cases: size(quick, full), failure_persistence: None, ..Config::default() };
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let done = TestRunner::new_with_rng(config, rng).run(&scripts, |steps| {
            guarded(|script| run(&steps, script)).map_err(|broken| TestCaseError::fail(broken.0))
        });
        match done {
            Ok(()) => {}
            Err(TestError::Fail(reason, _) | TestError::Abort(reason)) => {
                return Err(located(about, Some(seed), reason.message()));
            }
        }
    }
    Ok(())
}

/// Returns one of the steps, each as often as its weight says. One of weight 0 never comes, also not in a shorter script.
#[allow(dead_code)] // the eviction suite, built alone, has other scripts
pub(crate) fn one_of<T: std::fmt::Debug>(
    steps: impl IntoIterator<Item = (u32, BoxedStrategy<T>)>,
) -> Union<BoxedStrategy<T>> {
    Union::new_weighted(steps.into_iter().filter(|(weight, _)| *weight > 0).collect())
}

/// Runs `run`; a panic is a broken rule.
fn guarded(run: impl FnOnce(&mut Script) -> Result<(), Broken>) -> Result<(), Broken> {
    let mut script = Script::new();
    let done = catch_unwind(AssertUnwindSafe(|| run(&mut script)));
    done.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        Err(script.broken("no call panics", "an answer", text.unwrap_or("a panic")))
    })
}

/// Adds the level, the file to read, and the seed that repeats the failure, if it was a random script.
pub(crate) fn located(about: About, seed: Option<u64>, report: &str) -> Broken {
    let again = seed.map_or(String::new(), |seed| format!("to repeat it: INNOLAB_SEEDS={seed}..{}\n", seed + 1));
    Broken(format!("{}: {}\n{again}read: {}\n", about.name, report.trim_end(), about.read))
}
