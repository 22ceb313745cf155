//! All starting bodies and all wrong solutions of the labs in one build, chosen when a test runs.
//!
//! ```text
//! fn sees(&self, id: TrxId) -> bool {               fn sees(&self, id: TrxId) -> bool {
//!     BODY                                   ──►        if course_switch::starts(1, 1) { START }
//! }                                                     else if course_switch::wrong(1, 3) { BODY, find replaced }
//!                                                       else { BODY }
//! COURSE_SWITCH=lab:solved:wrong                    }
//! 1:0:0   tasks 1… have their starting bodies       1:2:0   tasks 1 and 2 are solved
//! 1:99:3  all is solved, mutant 3 is in             (none)  our solution
//! ```
//!
//! RULES
//!
//! - **W1** A whole body is repeated, so a mutant may change any text in it: a pattern, a `let`, a condition.
//! - **W2** What a mutant finds is in the body exactly once.
//! - **W3** The switch is generated into the tree that is built, never into the project.

use crate::item::{ItemPath, splice};
use crate::lab::Lab;
use crate::project::Tree;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The environment variable that chooses.
pub const VARIABLE: &str = "COURSE_SWITCH";

/// What is switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The first `usize` tasks of the lab are solved, the others are as in the starter.
    Solved(u32, usize),
    /// Mutant number `usize` of the lab, from 1.
    Wrong(u32, usize),
}

impl Choice {
    /// Returns the variable's value.
    pub fn value(self) -> String {
        match self {
            Choice::Solved(lab, tasks) => format!("{lab}:{tasks}:0"),
            Choice::Wrong(lab, mutant) => format!("{lab}:999:{mutant}"),
        }
    }
}

const MODULE: &str = r#"
mod course_switch {
    static CHOSEN: std::sync::OnceLock<[u32; 3]> = std::sync::OnceLock::new();

    fn chosen() -> &'static [u32; 3] {
        CHOSEN.get_or_init(|| {
            let value = std::env::var("COURSE_SWITCH").unwrap_or_default();
            let mut numbers = value.split(':').map(|number| number.parse().unwrap_or(0));
            [0; 3].map(|zero| numbers.next().unwrap_or(zero))
        })
    }

    pub(crate) fn starts(lab: u32, task: u32) -> bool {
        let [chosen, solved, _] = *chosen();
        chosen == lab && task > solved
    }

    pub(crate) fn wrong(lab: u32, mutant: u32) -> bool {
        let [chosen, _, wrong] = *chosen();
        chosen == lab && wrong == mutant
    }
}
"#;

/// Puts the starting bodies and mutants of `labs` into `tree`, behind the switch.
pub fn install(tree: &mut Tree, labs: &[&Lab]) -> Result<(), String> {
    let mut branches: BTreeMap<&ItemPath, String> = BTreeMap::new();
    for lab in labs {
        for (at, task) in lab.tasks.iter().enumerate() {
            let source = tree.text(&task.item.file)?;
            let start = of_one_type(source, &task.item.body(source)?, &format!("{{\n{}\n}}", lab.start(at)));
            let branch = format!("if crate::course_switch::starts({}, {}) {start} else ", lab.number, at + 1);
            branches.entry(&task.item).or_default().push_str(&branch);
        }
        for (at, mutant) in lab.mutants.iter().enumerate() {
            let wrong = wrong_body(tree, &mutant.item, &mutant.find, &mutant.replace);
            let wrong = wrong.map_err(|error| format!("lab {}, mutant {}: {error}", lab.number, at + 1))?;
            let branch = format!("if crate::course_switch::wrong({}, {}) {wrong} else ", lab.number, at + 1);
            branches.entry(&mutant.item).or_default().push_str(&branch);
        }
    }
    let mut files: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for (item, branches) in &branches {
        let source = tree.text(&item.file)?;
        let body = item.body(source)?;
        let new = format!("{{ {branches} {} }}", of_one_type(source, &body, &source[body.clone()]));
        files.entry(&item.file).or_default().push((body, new));
    }
    let crates: BTreeSet<&str> = branches.keys().map(|item| item.crate_dir()).collect();
    for (file, changes) in files {
        let text = splice(tree.text(file)?, changes);
        tree.set(file, text);
    }
    for dir in crates {
        let root = format!("{dir}/src/lib.rs");
        let text = format!("{}{MODULE}", tree.text(&root)?);
        tree.set(&root, text);
    }
    Ok(())
}

/// Returns the body with the mutant's change (W2).
fn wrong_body(tree: &Tree, item: &ItemPath, find: &str, replace: &str) -> Result<String, String> {
    let source = tree.text(&item.file)?;
    let at = item.body(source)?;
    let body = &source[at.clone()];
    match body.matches(find).count() {
        1 => Ok(of_one_type(source, &at, &body.replacen(find, replace, 1))),
        n => Err(format!("{item} has {n} times\n    {find}")),
    }
}

/// Returns the block `text`, one of several bodies for the function whose body is at `body`, as a block of the type that
/// they all have: an `impl Trait` would be another type in each of them, so it becomes a `Box<dyn Trait>`.
fn of_one_type(source: &str, body: &Range<usize>, text: &str) -> String {
    let signature = source[..body.start].rsplit(['}', ';']).next().unwrap_or_default();
    match signature.rsplit_once("-> impl ") {
        Some((_, of)) => format!("{{ Box::new({text}) as Box<dyn {} + '_> }}", of.trim()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_that_return_an_opaque_type_are_boxed() {
        let source = "fn a() -> impl Iterator<Item = u32> { empty() }\nfn b() -> u32 { 1 }";
        let body = |text: &str| {
            let at = source.find(text).expect("it is there");
            of_one_type(source, &(at..at + text.len()), text)
        };
        assert_eq!(body("{ empty() }"), "{ Box::new({ empty() }) as Box<dyn Iterator<Item = u32> + '_> }");
        assert_eq!(body("{ 1 }"), "{ 1 }");
    }
}
