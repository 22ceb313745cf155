//! A scenario from a file or from standard input.

use super::case::{BadScenario, Case, Scenario};
use super::markdown::markdown_cases;
use super::statements::sql_cases;
use crate::failure::Failure;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The file argument that means standard input.
const STANDARD_INPUT: &str = "-";

/// A scenario with the name of its file, as errors show it.
pub(crate) struct ScenarioFile {
    pub(crate) path: PathBuf,
    pub(crate) scenario: Scenario,
}

impl ScenarioFile {
    /// Reads the file, or standard input for `-`, and prints its warnings to standard error. ERRORS: it cannot be read,
    /// or is not a scenario; with file and line.
    pub(crate) fn read(file: &Path) -> Result<ScenarioFile, Failure> {
        let (path, bytes) = if file == Path::new(STANDARD_INPUT) {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes)?;
            (PathBuf::from("stdin"), bytes)
        } else if file.is_dir() {
            return Err(format!("{}: this is a directory; a scenario is a file", file.display()).into());
        } else {
            (file.to_path_buf(), std::fs::read(file).map_err(|e| format!("{}: {e}", file.display()))?)
        };
        let name = path.display();
        let scenario = text(&bytes).and_then(|text| load(&path, text)).map_err(|bad| format!("{name}:{bad}"))?;
        for warning in &scenario.warnings {
            eprintln!("innolab: {name}:{}: warning: {}", warning.line, warning.text);
        }
        Ok(ScenarioFile { path, scenario })
    }
}

/// The bytes as text. ERRORS: they are not UTF-8, or have a NUL byte.
fn text(bytes: &[u8]) -> Result<&str, BadScenario> {
    let line_of = |at: usize| bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
    let text = std::str::from_utf8(bytes).map_err(|e| BadScenario {
        line: line_of(e.valid_up_to()),
        why: format!("byte 0x{:02x} is not UTF-8: a scenario is text", bytes[e.valid_up_to()]),
    })?;
    match text.find('\0') {
        Some(at) => Err(BadScenario { line: line_of(at), why: "a NUL byte: a scenario is text".to_string() }),
        None => Ok(text.strip_prefix('\u{feff}').unwrap_or(text)),
    }
}

/// Reads the cases of the file at `path`, whose contents are `text`. ERRORS: with the line and the reason.
pub(crate) fn load(path: &Path, text: &str) -> Result<Scenario, BadScenario> {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    let name = path.file_stem().and_then(|n| n.to_str()).unwrap_or("scenario");
    let mut found = Vec::new();
    let cases = match extension.as_str() {
        "md" | "markdown" => markdown_cases(text, &mut found)?,
        _ => sql_cases(text, name, &mut found)?,
    };
    if cases.iter().all(|case| case.common.is_empty() && case.body.is_empty()) {
        return Err(match found.first() {
            Some(tag) => {
                BadScenario { line: tag.line, why: format!("{}, and the file has none", tag.warning(false).text) }
            }
            None if text.trim().is_empty() => BadScenario { line: 0, why: "the file is empty".to_string() },
            None => BadScenario { line: 0, why: "no SQL statement in this file".to_string() },
        });
    }
    let has_steps = |case: &Case| case.body.iter().any(|s| s.session.is_some());
    let is_tagged = cases.iter().any(has_steps);
    let warnings = found.iter().map(|look_alike| look_alike.warning(is_tagged)).collect();
    let cases = if is_tagged { cases.into_iter().filter(has_steps).collect() } else { untagged(cases) };
    Ok(Scenario { cases, warnings })
}

/// Makes all statements steps of T1 (R6).
fn untagged(mut cases: Vec<Case>) -> Vec<Case> {
    for statement in cases.iter_mut().flat_map(|c| &mut c.body) {
        statement.session = Some("T1".to_string());
    }
    cases
}
