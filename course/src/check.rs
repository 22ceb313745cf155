//! The grader: the learner's files on a pristine tree, task by task.
//!
//! ```text
//! pristine tree ─► + the lab's files of DIR ─► builds? ─► task 1 … n: their tests ─► stages: fresh seeds, scenarios, …
//! ```
//!
//! RULES
//!
//! - **G1** Only the lab's files are taken from DIR; the tests are ours, those inside these files too.
//! - **G2** Each task and each stage is one point, given if all of its tests pass. Nothing depends on time.
//! - **G3** The result names what it is of: a hash of the files, the project's commit, the seeds.

use crate::lab::Lab;
use crate::organ;
use crate::part::{FIXED_SEED, Part, part, seeded, stage, targets};
use crate::predict;
use crate::project::Project;
use crate::rules;
use crate::run::Binaries;
use crate::start::overlay;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::path::Path;

/// The lines of a failure that are shown.
const SHOWN: usize = 60;

/// What a check found.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The lab's number.
    pub lab: u32,
    /// What the lab is about.
    pub name: String,
    /// Hash of the learner's files (G3).
    pub hash: String,
    /// The project's commit.
    pub project: String,
    /// The fixed and the fresh seed.
    pub seeds: [u64; 2],
    /// What the compiler said, if it does not build.
    pub build_error: Option<String>,
    /// Tasks, then stages.
    pub parts: Vec<Part>,
    /// Counted costs beside ours, of organs.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub costs: String,
    /// Points reached (G2).
    pub points: usize,
    /// Points that can be reached.
    pub of: usize,
}

/// Checks the solution in `dir`.
pub fn check(project: &Project, lab: &Lab, dir: &Path, fresh_seed: u64) -> Result<Report, String> {
    let mut report = Report {
        lab: lab.number,
        name: lab.name.clone(),
        hash: hash(&handed_in(project, lab, dir)?),
        project: project.commit()?,
        seeds: [FIXED_SEED, fresh_seed],
        build_error: None,
        parts: Vec::new(),
        costs: String::new(),
        points: 0,
        of: lab.tasks.len() + lab.stages.len() + lab.predict.len(),
    };
    let checked = if !lab.predict.is_empty() {
        Ok((predict::check(project, &lab.predict, dir)?, String::new()))
    } else if !lab.organs.is_empty() {
        organ::check(project, lab, dir, fresh_seed)?
    } else {
        check_tasks(project, lab, dir, fresh_seed)?.map(|parts| (parts, String::new()))
    };
    match checked {
        Ok((parts, costs)) => (report.parts, report.costs) = (parts, costs),
        Err(error) => report.build_error = Some(error),
    }
    report.points = report.parts.iter().filter(|part| part.passed == part.tests).count();
    report.of = report.of.max(report.parts.len());
    Ok(report)
}

/// Checks a lab with tasks. The inner error is the learner's: what the compiler said.
fn check_tasks(project: &Project, lab: &Lab, dir: &Path, fresh_seed: u64) -> Result<Result<Vec<Part>, String>, String> {
    let mut tree = project.tree()?;
    if let Err(error) = overlay(&mut tree, lab, dir) {
        return Ok(Err(error));
    }
    let (at, _lock) = project.build_tree()?;
    tree.write(&at)?;
    let binaries = match Binaries::build(&at, &project.target(), &targets(lab.tests())) {
        Ok(binaries) => binaries,
        Err(error) => return Ok(Err(error)),
    };
    let mut parts = Vec::new();
    for (at, task) in lab.tasks.iter().enumerate() {
        let title = format!("task {}: {}", at + 1, task.title);
        let env = seeded(FIXED_SEED, false);
        parts.push(part(&binaries, title, &task.rules, task.item.to_string(), &task.tests, &env)?);
    }
    let files = lab.files().into_iter().collect::<Vec<_>>().join(", ");
    for of in &lab.stages {
        parts.push(stage(&binaries, of.title.clone(), of, files.clone(), fresh_seed)?);
    }
    for part in parts.iter_mut().filter(|part| part.failure.is_some()) {
        let file = part.read.split([':', ',']).next().unwrap_or_default();
        part.rule_texts = rules::texts(&tree, file, &part.rules);
    }
    Ok(Ok(parts))
}

/// Returns the learner's files that are checked.
fn handed_in(project: &Project, lab: &Lab, dir: &Path) -> Result<Vec<(String, String)>, String> {
    let predictions = lab.predict.iter().map(|claim| predict::file(claim));
    let read = |file: String| {
        let path = dir.join(&file);
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok((file, text))
    };
    let mut files: Vec<(String, String)> =
        lab.files().into_iter().map(str::to_owned).chain(predictions).map(read).collect::<Result<_, String>>()?;
    files.extend(organ::changed(project, lab, dir)?.into_iter().flat_map(|(_, files)| files));
    Ok(files)
}

/// Returns the hash of files, names included (G3).
fn hash(files: &[(String, String)]) -> String {
    let mut hash = Sha256::new();
    for (file, text) in files {
        hash.update(format!("{file}\0{}\0", text.len()));
        hash.update(text);
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

impl Report {
    /// Returns the report for a reader: a line per part, and the first failure in full.
    pub fn text(&self) -> String {
        let [fixed, fresh] = self.seeds;
        let mut out = format!("lab {}: {}   files {}, seeds {fixed} and {fresh}\n", self.lab, self.name, self.hash);
        if let Some(error) = &self.build_error {
            let _ = write!(out, "  it cannot be checked\n\n{}", indented(error));
        }
        for part in &self.parts {
            let mark = if part.passed == part.tests { "ok    " } else { "FAILED" };
            let _ = writeln!(out, "  {mark}  {} ({} of {} tests)", part.title, part.passed, part.tests);
        }
        if let Some((part, (test, text))) = self.parts.iter().find_map(|part| Some((part, part.failure.as_ref()?))) {
            let _ = writeln!(out, "\n{}", part.title);
            if !part.rules.is_empty() {
                let _ = writeln!(out, "  rules: {}", part.rules);
            }
            part.rule_texts.iter().for_each(|rule| out.push_str(&format!("         {rule}\n")));
            let _ = write!(out, "  test:  {test}\n\n{}\n  read:  {}\n", indented(text), part.read);
        }
        if !self.costs.is_empty() {
            let _ = write!(out, "\n{}", indented(&self.costs));
        }
        let _ = writeln!(out, "\n{} of {} points", self.points, self.of);
        out
    }
}

fn indented(text: &str) -> String {
    let mut out: String =
        text.lines().take(SHOWN).map(|line| format!("    {line}").trim_end().to_owned() + "\n").collect();
    let left_out = text.lines().count().saturating_sub(SHOWN);
    if left_out > 0 {
        let _ = writeln!(out, "    … {left_out} more lines");
    }
    out
}
