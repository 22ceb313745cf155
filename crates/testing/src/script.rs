//! The report of a failed model test.

use std::fmt::{Debug, Display, Formatter};

/// How many steps a report shows: the last ones.
const SHOWN: usize = 200;

/// The steps of a model test so far.
#[derive(Debug, Default)]
pub struct Script {
    steps: Vec<String>,
}

impl Script {
    /// An empty script.
    pub fn new() -> Script {
        Script::default()
    }

    /// Adds the next step. Called before the step runs, so that a step that panics is in the script too.
    pub fn step(&mut self, what: impl Display) {
        self.steps.push(what.to_string());
    }

    /// Asserts that `expected` and `got` are equal.
    ///
    /// # Panics
    /// If they differ: with `rule`, the step, both values and the script.
    #[track_caller]
    pub fn same<T: PartialEq + Debug + ?Sized>(&self, rule: &str, expected: &T, got: &T) {
        self.check_same(rule, expected, got).unwrap_or_else(|broken| panic!("{broken}"));
    }

    /// Asserts `holds`; `expected` says in words what should hold.
    ///
    /// # Panics
    /// If it is false: with `rule`, the step, `expected`, `got` and the script.
    #[track_caller]
    pub fn holds(&self, rule: &str, holds: bool, expected: impl Display, got: impl Debug) {
        self.check(rule, holds, expected, got).unwrap_or_else(|broken| panic!("{broken}"));
    }

    /// As [`Script::same`], for a test that goes on after a failure. ERRORS: the report.
    pub fn check_same<T: PartialEq + Debug + ?Sized>(&self, rule: &str, expected: &T, got: &T) -> Result<(), Broken> {
        if expected == got {
            return Ok(());
        }
        Err(self.broken(rule, format_args!("{expected:?}"), format_args!("{got:?}")))
    }

    /// As [`Script::holds`], for a test that goes on after a failure. ERRORS: the report.
    pub fn check(&self, rule: &str, holds: bool, expected: impl Display, got: impl Debug) -> Result<(), Broken> {
        if holds {
            return Ok(());
        }
        Err(self.broken(rule, expected, format_args!("{got:?}")))
    }

    /// Returns the report: `rule`, the step, `expected`, `got` and the script.
    pub fn broken(&self, rule: &str, expected: impl Display, got: impl Display) -> Broken {
        let last = self.steps.last().map_or("(before the first step)", |step| step.as_str());
        let mut text =
            format!("{rule} broken at step {}: {last}\n  expected: {expected}\n       got: {got}\n", self.steps.len());
        text += "the script so far:\n";
        let left_out = self.steps.len().saturating_sub(SHOWN);
        if left_out > 0 {
            text += &format!("    …  {} earlier steps\n", with_spaces(left_out));
        }
        for (n, step) in self.steps.iter().enumerate().skip(left_out) {
            text += &format!("{:>5}  {step}\n", n + 1);
        }
        Broken(text)
    }
}

/// A rule that is broken, as a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken(pub String);

impl Display for Broken {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Broken {}

/// `99800` as `99 800`.
fn with_spaces(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text of the report when `test` fails.
    fn report(test: impl FnOnce() + std::panic::UnwindSafe) -> String {
        *std::panic::catch_unwind(test).expect_err("the test fails").downcast::<String>().expect("a text")
    }

    #[test]
    fn a_failure_says_rule_step_expected_got_and_the_script() {
        let text = report(|| {
            let mut script = Script::new();
            script.step("insert 7");
            script.same("R1", &[7], &[7]);
            script.step("remove 7");
            script.same("R4", &[] as &[i32], &[7][..]);
        });
        let expected = "R4 broken at step 2: remove 7\n  expected: []\n       got: [7]\n\
                        the script so far:\n    1  insert 7\n    2  remove 7\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_report_shows_the_last_200_steps_and_counts_the_others() {
        let text = report(|| {
            let mut script = Script::new();
            (1..=100_000).for_each(|n| script.step(format_args!("insert {n}")));
            script.holds("R2", false, "a balanced tree", "a list");
        });
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("R2 broken at step 100000: insert 100000"));
        let mut steps = lines.skip_while(|line| *line != "the script so far:").skip(1);
        assert_eq!(steps.next(), Some("    …  99 800 earlier steps"));
        assert_eq!(steps.next(), Some("99801  insert 99801"));
        assert_eq!((steps.clone().count(), steps.last()), (199, Some("100000  insert 100000")));
    }

    #[test]
    fn two_hundred_steps_are_all_shown() {
        let text = report(|| {
            let mut script = Script::new();
            (1..=200).for_each(|n| script.step(n));
            script.same("R1", &1, &2);
        });
        assert!(text.contains("the script so far:\n    1  1\n") && !text.contains('…'), "{text}");
    }
}
