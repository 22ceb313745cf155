//! The report of a failed model test.

use std::fmt::{Debug, Display};

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
}
