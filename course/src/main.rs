//! `cargo course`: the labs, in which a learner replaces parts of innolab by parts of their own.
//!
//! ```text
//! start N DIR          writes the tree that lab N starts with
//! check N [DIR]        grades it: what runs here is the official grader
//! check N --tests      grades the learner's own tests by the wrong solutions that they find
//! grade DIR…           a class, as one table
//! tidy                 the labs against the project: in CI
//! ```
//!
//! The project has no markers for the course: a lab's manifest names functions by path, and the tool replaces their
//! bodies in a copy. So there is one source of truth, and a lab is true as long as `tidy` is green.
//!
//! | module | one idea |
//! |---|---|
//! | `project` | the project's files, and trees of them |
//! | `item` | functions by path, their bodies replaced |
//! | `lab` | a lab's manifest and text |
//! | `rules` | what a rule says |
//! | `run` | builds and tests in child processes with limits |
//! | `switch` | starting bodies and wrong solutions in one build |
//! | `part` | a task or a stage, its tests run |
//! | `predict`, `organ` | the two labs of another kind: outcomes predicted, organs replaced |
//! | `start`, `check`, `own_tests`, `grade`, `tidy` | the commands |

mod check;
mod grade;
mod item;
mod lab;
mod organ;
mod own_tests;
mod part;
mod predict;
mod project;
mod rules;
mod run;
mod start;
mod switch;
mod tidy;

use clap::{Parser, Subcommand};
use lab::Lab;
use project::Project;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

/// The labs of innolab.
#[derive(Parser)]
#[command(name = "cargo course")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists the labs.
    List,
    /// Writes the tree that a lab starts with.
    Start {
        /// The lab's number.
        lab: u32,
        /// The directory, which is made.
        dir: PathBuf,
        /// Takes the earlier labs from this tree instead of from the project.
        #[arg(long, value_name = "DIR")]
        mine: Option<PathBuf>,
    },
    /// Grades a solution.
    Check {
        /// The lab's number.
        lab: u32,
        /// The learner's tree.
        #[arg(default_value = ".")]
        dir: PathBuf,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
        /// Grades the learner's own tests.
        #[arg(long)]
        tests: bool,
        /// The seed of the random tests that differ from check to check.
        #[arg(long)]
        seed: Option<u64>,
    },
    /// Grades the solutions of a class and prints a table.
    Grade {
        /// The learners' trees.
        #[arg(required = true)]
        dirs: Vec<PathBuf>,
        /// The seed of the random tests that differ from check to check.
        #[arg(long)]
        seed: Option<u64>,
    },
    /// Prints which tests turn green with each task: for the author of a lab.
    Rungs {
        /// The lab's number.
        lab: u32,
    },
    /// Checks the labs against the project.
    Tidy {
        /// Only these labs.
        labs: Vec<u32>,
        /// Checks instead that the starter of each lab compiles.
        #[arg(long)]
        starters: bool,
    },
}

fn main() -> ExitCode {
    let command = Cli::parse().command;
    let is_json = matches!(command, Command::Check { json: true, .. });
    match run(command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            if is_json {
                say(serde_json::json!({ "error": error }));
            }
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Runs a command. Returns false if what was checked is not whole.
fn run(command: Command) -> Result<bool, String> {
    let project = Project::here();
    let labs = Lab::all(&project)?;
    match command {
        Command::List => {
            labs.iter().for_each(|lab| say(format_args!("{:>2}  {}", lab.number, lab.name)));
            Ok(true)
        }
        Command::Start { lab, dir, mine } => {
            start::start(&project, &labs, Lab::numbered(&labs, lab)?, &dir, mine.as_deref())?;
            say(format_args!("{0}: read {0}/LAB.md, then: cd {0}; cargo course check {lab}", dir.display()));
            Ok(true)
        }
        Command::Check { lab, dir, json, tests: true, .. } => {
            let lab = Lab::numbered(&labs, lab)?;
            let score = own_tests::score(&project, lab, &dir)?;
            say(if json { to_json(&score)? } else { score.text(lab) });
            Ok(score.refused.is_none() && score.survivors.is_empty())
        }
        Command::Check { lab, dir, json, seed, .. } => {
            let report = check::check(&project, Lab::numbered(&labs, lab)?, &dir, seed.unwrap_or_else(fresh))?;
            say(if json { to_json(&report)? } else { report.text() });
            Ok(report.build_error.is_none() && report.points == report.of)
        }
        Command::Grade { dirs, seed } => {
            say(grade::grade(&project, &labs, &dirs, seed.unwrap_or_else(fresh)));
            Ok(true)
        }
        Command::Rungs { lab } => {
            say(tidy::rungs(&project, Lab::numbered(&labs, lab)?)?);
            Ok(true)
        }
        Command::Tidy { labs: only, starters } => {
            let chosen: Vec<&Lab> = labs.iter().filter(|lab| only.is_empty() || only.contains(&lab.number)).collect();
            say(if starters { tidy::starters(&project, &chosen)? } else { tidy::tidy(&project, &chosen)? });
            Ok(true)
        }
    }
}

/// Prints a line. A reader that has seen enough, as `head` has, is no error.
fn say(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn to_json(value: &impl serde::Serialize) -> Result<String, String> {
    serde_json::to_string_pretty(value).map_err(|error| error.to_string())
}

/// Returns a seed that no check had before.
fn fresh() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(2, |since| since.as_millis() as u64 % 1_000_000_000)
}
