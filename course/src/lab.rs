//! A lab: its text, and the manifest that stands in front of it.
//!
//! ```text
//! labs/01-read-view.md     +++            the manifest, as TOML
//!                          name = "…"       [[task]]   item path, starting body, tests that turn green with it
//!                          [[task]] …       [[stage]]  what is run after the tasks: random tests, scenarios, …
//!                          +++              [[mutant]] item path, find, replace
//!                          # Lab 1: …     the text
//! labs/01-read-view.zh.md                 the text in Chinese, without a manifest
//! ```
//!
//! Two labs are of another kind: lab 0 has predictions (`predict`, see the module), the open lab has organs
//! (`[[organ]]`, see the module `organ`).
//!
//! A test is named by package, target and name, as in `innolab-mvcc it views::recovered_transactions_are_active`; a
//! name that ends with `*` means all tests that begin so.

use crate::item::ItemPath;
use crate::project::Project;
use serde::Deserialize;
use std::collections::BTreeSet;

/// What stands between the `+++` lines.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    name: String,
    #[serde(default)]
    own_tests: Option<String>,
    #[serde(default)]
    second: Option<String>,
    #[serde(default)]
    overfitted: Option<String>,
    #[serde(default)]
    predict: Vec<String>,
    #[serde(default)]
    organ: Vec<Organ>,
    #[serde(default)]
    task: Vec<Task>,
    #[serde(default)]
    stage: Vec<Stage>,
    #[serde(default)]
    mutant: Vec<Mutant>,
}

/// A lab.
#[derive(Debug)]
pub struct Lab {
    /// Its number.
    pub number: u32,
    /// What it is about.
    pub name: String,
    /// The file of the learner's own tests, an integration test on the crate's public face.
    pub own_tests: Option<String>,
    /// A second place for the learner's tests: beside another correct implementation with the same face.
    pub second: Option<String>,
    /// Tests that ask for what is no rule: they pass on our solution and fail on the second one.
    pub overfitted: Option<String>,
    /// The claims whose outcomes the learner predicts.
    pub predict: Vec<String>,
    /// The organs that the learner may replace.
    pub organs: Vec<Organ>,
    /// What the learner writes, in order.
    pub tasks: Vec<Task>,
    /// What runs after the tasks.
    pub stages: Vec<Stage>,
    /// Wrong solutions.
    pub mutants: Vec<Mutant>,
    /// The text, by language: `""` and perhaps `zh`.
    pub texts: Vec<(String, String)>,
}

/// One step of the ladder.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// What is to be done.
    pub title: String,
    /// The function whose body the learner writes.
    pub item: ItemPath,
    /// The rules that it must keep.
    pub rules: String,
    /// The body to start with. `None`: a panic that names lab, task, rules and command.
    pub start: Option<String>,
    /// The tests that turn green with it.
    pub tests: Vec<TestName>,
}

/// Tests of the whole lab.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// What is shown by it.
    pub title: String,
    /// The rules that are tested.
    pub rules: String,
    /// True: the tests run on fresh seeds.
    #[serde(default)]
    pub fresh: bool,
    /// The tests.
    pub tests: Vec<TestName>,
}

/// A part of the system that the learner may replace by a crate.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organ {
    /// Its name, that of a folder in `course/organs`.
    pub name: String,
    /// The line of the root `Cargo.toml` that puts it in the place of ours. `None`: the tests hand it over.
    pub line: Option<String>,
    /// What its tests show.
    pub stage: Vec<Stage>,
}

/// A wrong solution.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mutant {
    /// The function that is wrong.
    pub item: ItemPath,
    /// A text that occurs once in its body.
    pub find: String,
    /// What stands there instead.
    pub replace: String,
    /// Why no test can tell it from the right one. `None`: a test does.
    pub equivalent: Option<String>,
}

/// The name of one test or, with `*` at its end, of several.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct TestName {
    /// The binary that has it.
    pub target: Target,
    /// Its path in the binary.
    pub name: String,
}

/// A test binary.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// The package.
    pub package: String,
    /// `lib`, or the name of an integration test.
    pub name: String,
}

impl TryFrom<String> for TestName {
    type Error = String;

    fn try_from(text: String) -> Result<TestName, String> {
        match text.split_whitespace().collect::<Vec<_>>()[..] {
            [package, target, name] => {
                let target = Target { package: package.to_owned(), name: target.to_owned() };
                Ok(TestName { target, name: name.to_owned() })
            }
            _ => Err(format!("`{text}` is not of the form `package target test`")),
        }
    }
}

impl TestName {
    /// True if the test called `name` is meant.
    pub fn means(&self, name: &str) -> bool {
        match self.name.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => name == self.name,
        }
    }
}

impl Lab {
    /// Reads all labs of the project, in order of their numbers.
    pub fn all(project: &Project) -> Result<Vec<Lab>, String> {
        let dir = project.root.join("course/labs");
        let entries = std::fs::read_dir(&dir).map_err(|error| format!("{}: {error}", dir.display()))?;
        let names = entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()));
        let names: BTreeSet<String> = names.filter(|name| name.ends_with(".md")).collect();
        let mut labs: Vec<Lab> = Vec::new();
        for name in names.iter().filter(|name| !name.ends_with(".zh.md")) {
            let text = project.text(&format!("course/labs/{name}"))?;
            let mut lab = Lab::parse(name, &text)?;
            let chinese = name.replace(".md", ".zh.md");
            if names.contains(&chinese) {
                lab.texts.push(("zh".to_owned(), project.text(&format!("course/labs/{chinese}"))?));
            }
            labs.push(lab);
        }
        labs.sort_by_key(|lab| lab.number);
        Ok(labs)
    }

    fn parse(name: &str, text: &str) -> Result<Lab, String> {
        let number = name.split('-').next().and_then(|number| number.parse().ok());
        let number = number.ok_or_else(|| format!("{name}: the name does not begin with a number"))?;
        let parts = text.strip_prefix("+++\n").and_then(|rest| rest.split_once("\n+++\n"));
        let (manifest, text) = parts.ok_or_else(|| format!("{name}: no manifest between two lines `+++`"))?;
        let manifest: Manifest = toml::from_str(manifest).map_err(|error| format!("{name}: {error}"))?;
        let Manifest { name, own_tests, second, overfitted, predict, organ: organs, task: tasks, stage, mutant } =
            manifest;
        let texts = vec![(String::new(), text.trim_start().to_owned())];
        Ok(Lab {
            number,
            name,
            own_tests,
            second,
            overfitted,
            predict,
            organs,
            tasks,
            stages: stage,
            mutants: mutant,
            texts,
        })
    }

    /// Returns the lab with this number.
    pub fn numbered(labs: &[Lab], number: u32) -> Result<&Lab, String> {
        let all: Vec<String> = labs.iter().map(|lab| lab.number.to_string()).collect();
        labs.iter()
            .find(|lab| lab.number == number)
            .ok_or_else(|| format!("no lab {number}; there are {}", all.join(", ")))
    }

    /// Returns the files that the learner changes.
    pub fn files(&self) -> BTreeSet<&str> {
        self.tasks.iter().map(|task| task.item.file.as_str()).collect()
    }

    /// Returns all tests of the lab.
    pub fn tests(&self) -> impl Iterator<Item = &TestName> {
        self.tasks.iter().flat_map(|task| &task.tests).chain(self.stages.iter().flat_map(|stage| &stage.tests))
    }

    /// Returns the body that task `at` starts with.
    pub fn start(&self, at: usize) -> String {
        let task = &self.tasks[at];
        task.start.clone().unwrap_or_else(|| {
            let (lab, n, item) = (self.number, at + 1, task.item.name());
            let what = format!("lab {lab}, task {n}: {item} is not written. Rules {}", task.rules);
            format!("panic!(\"{what}; then: cargo course check {lab}\")")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_named_by_package_target_and_name() {
        let name = TestName::try_from("innolab-mvcc it views::*".to_owned()).expect("it is one");
        assert!(name.means("views::a") && !name.means("model::a"));
        assert!(TestName::try_from("views::a".to_owned()).is_err());
    }

    #[test]
    fn a_manifest_with_a_word_that_is_not_known_is_refused() {
        let error = Lab::parse("01-x.md", "+++\nname = \"x\"\nown_tests = \"x\"\ntask = []\nmutants = []\n+++\n").err();
        assert!(error.is_some_and(|error| error.contains("mutants")));
        assert!(Lab::parse("x.md", "").is_err() && Lab::parse("01-x.md", "# Lab").is_err());
    }
}
