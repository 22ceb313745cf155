//! What the tests of several crates share: their size, their seeds, and the report of a failed model test.
//!
//! ```text
//! cargo test                        the quick size: seconds a crate
//! INNOLAB_FULL=1 cargo test         the full size, as the gate runs it
//! INNOLAB_SEEDS=900..950 cargo test the random tests on these seeds, whatever the size
//! ```
//!
//! A model test runs random steps on a structure and on a simple model of it. [`Script`] keeps the steps, so that a
//! failure says which rule broke at which step, what was expected and got, and how to get there again:
//!
//! ```text
//! R4 broken at step 3: remove 7
//!   expected: [2, 9]
//!        got: [2, 7, 9]
//! the script so far:
//!   1  insert 2
//!   2  insert 7
//!   3  remove 7
//! ```
//!
//! A dev-dependency only: no library depends on it.

use std::fmt::{Debug, Display};
use std::ops::Range;

/// True if `INNOLAB_FULL` is set to anything but `0`: tests run in their full size.
pub fn is_full() -> bool {
    std::env::var("INNOLAB_FULL").is_ok_and(|value| value != "0")
}

/// `full` in the full size, else `quick`.
pub fn size<T>(quick: T, full: T) -> T {
    if is_full() { full } else { quick }
}

/// The seeds of a random test: `0..quick`, `0..full` in the full size, or what `INNOLAB_SEEDS` says, as `40` (the first
/// forty) or `900..950`.
///
/// # Panics
/// If `INNOLAB_SEEDS` is neither a number nor a range.
pub fn seeds(quick: u64, full: u64) -> Range<u64> {
    match std::env::var("INNOLAB_SEEDS") {
        Ok(text) => parse(&text).unwrap_or_else(|| panic!("INNOLAB_SEEDS={text}: neither `40` nor `900..950`")),
        Err(_) => 0..size(quick, full),
    }
}

fn parse(text: &str) -> Option<Range<u64>> {
    match text.split_once("..") {
        Some((from, to)) => Some(from.parse().ok()?..to.parse().ok()?),
        None => Some(0..text.parse().ok()?),
    }
}

/// The steps of a model test so far.
#[derive(Debug, Default)]
pub struct Script {
    steps: Vec<String>,
}

impl Script {
    /// No steps yet.
    pub fn new() -> Script {
        Script::default()
    }

    /// Notes the next step, before it is done.
    pub fn step(&mut self, what: impl Display) {
        self.steps.push(what.to_string());
    }

    /// # Panics
    /// If `expected` and `got` differ: with `rule`, the step, both values and the script.
    #[track_caller]
    pub fn same<T: PartialEq + Debug + ?Sized>(&self, rule: &str, expected: &T, got: &T) {
        if expected != got {
            self.fail(rule, &format_args!("{expected:?}"), &format_args!("{got:?}"));
        }
    }

    /// # Panics
    /// If `holds` is false: with `rule`, the step, what was expected in words, what was got, and the script.
    #[track_caller]
    pub fn holds(&self, rule: &str, holds: bool, expected: impl Display, got: impl Debug) {
        if !holds {
            self.fail(rule, &expected, &format_args!("{got:?}"));
        }
    }

    #[track_caller]
    fn fail(&self, rule: &str, expected: &dyn Display, got: &dyn Display) -> ! {
        let last = self.steps.last().map_or("(before the first step)", |step| step.as_str());
        let mut text =
            format!("{rule} broken at step {}: {last}\n  expected: {expected}\n       got: {got}\n", self.steps.len());
        text += "the script so far:\n";
        for (n, step) in self.steps.iter().enumerate() {
            text += &format!("{:>5}  {step}\n", n + 1);
        }
        panic!("{text}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_rule_step_expected_got_and_the_script() {
        let failed = std::panic::catch_unwind(|| {
            let mut script = Script::new();
            script.step("insert 7");
            script.same("R1", &[7], &[7]);
            script.step("remove 7");
            script.same("R4", &[] as &[i32], &[7][..]);
        });
        let text = *failed.expect_err("it differs").downcast::<String>().expect("a text");
        let expected = "R4 broken at step 2: remove 7\n  expected: []\n       got: [7]\n\
                        the script so far:\n    1  insert 7\n    2  remove 7\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn seeds_are_a_count_or_a_range() {
        assert_eq!((parse("40"), parse("900..950"), parse("x")), (Some(0..40), Some(900..950), None));
    }
}
