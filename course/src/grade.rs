//! A class: each directory is checked, and the results are one table.

use crate::check::{Report, check};
use crate::lab::Lab;
use crate::own_tests::score;
use crate::project::Project;
use std::fmt::Write;
use std::path::{Path, PathBuf};

#[derive(serde::Deserialize)]
struct Started {
    lab: u32,
}

/// Returns the number of the lab that the tree in `dir` was started for.
pub fn lab_of(dir: &Path) -> Result<u32, String> {
    let path = dir.join("course.toml");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    toml::from_str(&text).map(|started: Started| started.lab).map_err(|error| format!("{}: {error}", path.display()))
}

/// Checks each of `dirs` with the same fresh seed. Returns a table; a directory that cannot be checked is a line of it.
pub fn grade(project: &Project, labs: &[Lab], dirs: &[PathBuf], fresh_seed: u64) -> String {
    let mut table = format!("fresh seed {fresh_seed}; own tests: wrong solutions found\n\n");
    table += "| directory | lab | files | parts | points | own tests |\n|---|--:|---|---|--:|--:|\n";
    for dir in dirs {
        let line = lab_of(dir).and_then(|number| {
            let lab = Lab::numbered(labs, number)?;
            let report = check(project, lab, dir, fresh_seed)?;
            let own = score(project, lab, dir).map(|score| match score.refused {
                Some(_) => "refused".to_owned(),
                None => format!("{} of {}", score.killed, score.of),
            });
            let own = own.unwrap_or_else(|_| "none".to_owned());
            let (n, hash, points, of) = (number, &report.hash, report.points, report.of);
            Ok(format!("{n} | {hash} | {} | {points} of {of} | {own} |", marks(&report)))
        });
        let line = line.unwrap_or_else(|error| format!("| | {} | | |", error.lines().next().unwrap_or_default()));
        let _ = writeln!(table, "| {} | {line}", dir.display());
    }
    table
}

/// A sign per task and stage.
fn marks(report: &Report) -> String {
    if report.build_error.is_some() {
        return "does not build".to_owned();
    }
    report.parts.iter().map(|part| if part.passed == part.tests { '+' } else { '-' }).collect()
}
