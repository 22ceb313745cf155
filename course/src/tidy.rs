//! The labs against the project: a refactoring that breaks a lab is seen at once, and so is a gap in the project's tests.
//!
//! RULES
//!
//! - **T1** Every item path and every `find` of a manifest is in the sources exactly once; every test exists.
//! - **T2** The starter of every lab compiles, its tests too, without warnings.
//! - **T3** The ladder: with tasks 1 … k solved, the tests of tasks 1 … k pass and each of the others fails. Before the first
//!   task is solved, its tests end by themselves, and say why they failed.
//! - **T4** Each mutant is killed by the tests of its lab, or its manifest says why it cannot be. At least five are killed.
//! - **T5** Lab 0: the right predictions reach all points, blank ones none.
//! - **T6** The open lab: what each organ starts with passes its suite, and its costs are counted.
//! - **T7** Tests that ask for what is no rule pass on our solution and fail on the second one.
//!
//! All ladders and mutants are in one build (module `switch`). Only T2 has a tree for each lab; it makes no programs.

use crate::lab::{Lab, Target, TestName};
use crate::organ;
use crate::own_tests::{all, put};
use crate::part::{FIXED_SEED, LIMIT, MUTANT, seeded, targets};
use crate::predict;
use crate::project::Project;
use crate::run::{Binaries, DIED, NOT_DONE, Outcome, Outcomes, compile};
use crate::start::starter;
use crate::switch::{Choice, VARIABLE, install};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::Duration;

/// The least number of wrong solutions that the tests of a lab find.
const FEWEST_KILLED: usize = 5;

/// Checks all of `labs` but T2, prints a line for each step that takes time, and returns the table.
///
/// ERRORS: all that is wrong, a paragraph each.
pub fn tidy(project: &Project, labs: &[&Lab]) -> Result<String, String> {
    let pristine = project.tree()?;
    let mut switched = pristine.clone();
    install(&mut switched, labs)?;
    let mut overfitted: Vec<(&Lab, Vec<Target>)> = Vec::new();
    for lab in labs {
        if let Some(text) = &lab.overfitted {
            overfitted.push((lab, put(&mut switched, lab, text)?));
        }
    }
    let (at, _lock) = project.build_tree()?;
    switched.write(&at)?;
    eprintln!("all starting bodies and mutants in one build");
    let mut all_targets = targets(labs.iter().flat_map(|lab| lab.tests()));
    all_targets.extend(overfitted.iter().flat_map(|(_, targets)| targets.iter().cloned()));
    let binaries = Binaries::build(&at, &project.target(), &all_targets)?;
    let (mut wrong, mut table) = (Vec::new(), String::new());
    for (lab, targets) in &overfitted {
        refused(&binaries, lab, targets, &mut wrong)?;
    }
    let _ = writeln!(table, "| lab | | tasks | tests turned green, by task | mutants | killed | equivalent |");
    let _ = writeln!(table, "|--:|---|--:|---|--:|--:|--:|");
    for lab in labs.iter().filter(|lab| !lab.tasks.is_empty()) {
        eprintln!("lab {}: the ladder, then {} mutants", lab.number, lab.mutants.len());
        let limit = solution(&binaries, lab, &mut wrong)?;
        let rungs = ladder(&binaries, lab, limit, &mut wrong)?;
        let killed = mutants(&binaries, lab, limit, &mut wrong)?;
        let equivalent = lab.mutants.iter().filter(|mutant| mutant.equivalent.is_some()).count();
        let rungs: Vec<String> = rungs.iter().map(usize::to_string).collect();
        let (n, name, tasks, mutants) = (lab.number, &lab.name, lab.tasks.len(), lab.mutants.len());
        let rungs = rungs.join(", ");
        let _ = writeln!(table, "| {n} | {name} | {tasks} | {rungs} | {mutants} | {killed} | {equivalent} |");
    }
    for lab in labs {
        wrong.extend(predict::tidy(project, &lab.predict)?);
        wrong.extend(organ::tidy(project, lab)?);
    }
    if wrong.is_empty() { Ok(table) } else { Err(format!("{table}\n{}", wrong.join("\n\n"))) }
}

/// Checks T2.
///
/// ERRORS: all that is wrong, a paragraph each.
pub fn starters(project: &Project, labs: &[&Lab]) -> Result<String, String> {
    let pristine = project.tree()?;
    let (at, _lock) = project.build_tree()?;
    let (mut wrong, mut done) = (Vec::new(), 0);
    for lab in labs.iter().filter(|lab| !lab.tasks.is_empty()) {
        eprintln!("lab {}: its starter", lab.number);
        let mut tree = pristine.clone();
        starter(&mut tree, lab)?;
        tree.write(&at)?;
        let targets = targets(lab.tests());
        match compile(&at, &project.target(), &targets.iter().map(|target| target.package.as_str()).collect()) {
            Ok(said) if said.contains("warning:") => {
                wrong.push(format!("T2: the starter of lab {} has warnings\n{said}", lab.number));
            }
            Ok(_) => done += 1,
            Err(error) => wrong.push(format!("T2: the starter of lab {}: {error}", lab.number)),
        }
    }
    if wrong.is_empty() { Ok(format!("{done} starters compile")) } else { Err(wrong.join("\n\n")) }
}

/// Runs the lab's tests on our solution. Returns the time that a test may take on others.
fn solution(binaries: &Binaries, lab: &Lab, wrong: &mut Vec<String>) -> Result<Duration, String> {
    let outcomes = binaries.run(&binaries.resolve(lab.tests())?, &seeded(FIXED_SEED, false), LIMIT)?;
    if let Some((test, text)) = outcomes.failure() {
        wrong.push(format!("T3: lab {}: {} fails on our solution\n{text}", lab.number, test.name));
    }
    Ok(MUTANT.max(8 * outcomes.longest))
}

/// Checks T7.
fn refused(binaries: &Binaries, lab: &Lab, targets: &[Target], wrong: &mut Vec<String>) -> Result<(), String> {
    for (at, target) in targets.iter().enumerate() {
        for (test, outcome) in binaries.run(&all(binaries, target)?, &[], LIMIT)?.of {
            if (outcome == Outcome::Passed) != (at == 0) {
                wrong.push(format!("T7: lab {}: {} {}: {outcome:?}", lab.number, target.package, test.name));
            }
        }
    }
    Ok(())
}

/// Checks T3. Returns the number of tests that turn green with each task.
fn ladder(binaries: &Binaries, lab: &Lab, limit: Duration, wrong: &mut Vec<String>) -> Result<Vec<usize>, String> {
    let by_task: Vec<BTreeSet<TestName>> =
        lab.tasks.iter().map(|task| binaries.resolve(&task.tests)).collect::<Result<_, _>>()?;
    for solved in 0..=lab.tasks.len() {
        let outcomes =
            run(binaries, &by_task.iter().flatten().cloned().collect(), Choice::Solved(lab.number, solved), limit)?;
        for (at, tests) in by_task.iter().enumerate() {
            for test in tests {
                let should_pass = at < solved;
                match &outcomes.of[test] {
                    Outcome::Failed(text) if solved == 0 && at == 0 && !is_helpful(text) => {
                        wrong.push(format!("T3: lab {}: {} of task 1 fails with\n{text}", lab.number, test.name));
                    }
                    Outcome::Passed if !should_pass => wrong.push(format!(
                        "T3: lab {}: {} of task {} passes with only {solved} tasks solved",
                        lab.number,
                        test.name,
                        at + 1
                    )),
                    Outcome::Failed(text) if should_pass => wrong.push(format!(
                        "T3: lab {}: {} of task {} fails with {solved} tasks solved\n{text}",
                        lab.number,
                        test.name,
                        at + 1
                    )),
                    _ => {}
                }
            }
        }
    }
    Ok(by_task.iter().map(BTreeSet::len).collect())
}

/// True if a failure's text comes from the test or from the starting body.
fn is_helpful(text: &str) -> bool {
    !text.is_empty() && !text.starts_with(NOT_DONE) && !text.starts_with(DIED)
}

/// Checks T4. Returns the number of mutants killed.
fn mutants(binaries: &Binaries, lab: &Lab, limit: Duration, wrong: &mut Vec<String>) -> Result<usize, String> {
    let tests = binaries.resolve(lab.tests())?;
    let mut killed = 0;
    for (at, mutant) in lab.mutants.iter().enumerate() {
        let is_killed = binaries.fails(&tests, &env(Choice::Wrong(lab.number, at + 1)), limit)?;
        killed += usize::from(is_killed);
        if is_killed == mutant.equivalent.is_some() {
            let what = if is_killed { "is marked equivalent and is killed" } else { "survives" };
            let (n, item, find, replace) = (at + 1, &mutant.item, &mutant.find, &mutant.replace);
            wrong.push(format!("T4: lab {}, mutant {n} {what}: {item}\n    {find}\n  → {replace}", lab.number));
        }
    }
    if killed < FEWEST_KILLED {
        wrong.push(format!("T4: lab {}: only {killed} mutants are killed, of at least {FEWEST_KILLED}", lab.number));
    }
    Ok(killed)
}

/// Returns, for each task of `lab`, the tests that turn green with it among all tests of the lab's binaries: what an
/// author writes into the manifest.
pub fn rungs(project: &Project, lab: &Lab) -> Result<String, String> {
    let mut tree = project.tree()?;
    install(&mut tree, &[lab])?;
    let (at, _lock) = project.build_tree()?;
    tree.write(&at)?;
    let targets = targets(lab.tests());
    let binaries = Binaries::build(&at, &project.target(), &targets)?;
    let mut all = BTreeSet::new();
    for target in targets {
        let names = binaries.list(&target)?.into_iter();
        all.extend(names.map(|name| TestName { target: target.clone(), name }));
    }
    let (mut out, mut green) = (String::new(), BTreeSet::new());
    for solved in 0..=lab.tasks.len() {
        let task = solved.checked_sub(1).map_or("(at the start)".to_owned(), |at| lab.tasks[at].item.to_string());
        let _ = writeln!(out, "{solved} {task}");
        for (test, outcome) in run(&binaries, &all, Choice::Solved(lab.number, solved), MUTANT)?.of {
            let sign = match (outcome == Outcome::Passed, green.contains(&test)) {
                (true, false) => '+',
                (false, true) => '-',
                _ => continue,
            };
            if solved > 0 {
                let Target { package, name } = &test.target;
                let _ = writeln!(out, "  {sign} {package} {name} {}", test.name);
            }
            if sign == '+' {
                green.insert(test)
            } else {
                green.remove(&test)
            };
        }
    }
    Ok(out)
}

fn run(binaries: &Binaries, tests: &BTreeSet<TestName>, choice: Choice, limit: Duration) -> Result<Outcomes, String> {
    binaries.run(tests, &env(choice), limit)
}

fn env(choice: Choice) -> Vec<(&'static str, String)> {
    let mut env = seeded(FIXED_SEED, false);
    env.push((VARIABLE, choice.value()));
    env
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_helps_if_the_test_says_why() {
        assert!(is_helpful("M5 broken at step 3: …") && is_helpful("lab 5, task 1: find is not written. Rules R1"));
        for text in ["", &format!("{NOT_DONE} 60 seconds: an endless loop"), &format!("{DIED}: out of memory")] {
            assert!(!is_helpful(text), "{text}");
        }
    }
}
