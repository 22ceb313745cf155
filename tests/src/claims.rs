//! Claims: files in `claims/`, each with a sentence, the question that it answers, and a scenario or program that shows
//! it.
//!
//! ````text
//! # The sentence                                    what a student should remember
//! > `id`: the question of the notes
//!
//! Set-up:                                           the file is also a scenario: `cargo lab run claims/ID.md --locks`
//! ```sql
//! create table …
//! ```
//! ## What the next block shows
//! ```sql
//! begin; -- T1
//! ```
//! ```transcript locks                               generated: what happened, with locks; `transcript` is without
//!   1  T1  begin   ok
//! ```
//! ```program lookup-and-scan                        generated: the table of a program in `tests/src/programs`
//!                 pages read
//! lookup                   3
//! scan                   624
//! ```
//! ```holds                                          by hand: relations between its numbers
//! 100 * pages read of lookup < pages read of scan
//! ```
//! ````
//!
//! RULES
//!
//! - **R1** Generated blocks are compared with a new run. `UPDATE_EXPECT=1` rewrites them; read the change before you
//!   commit it.
//! - **R2** A claim shows something: a scenario with a transcript, or a program with relations that hold.
//! - **R3** On the real server, where it is installed, its scenario has the same rows, outcomes and locks.

use crate::markdown::{Block, blocks, with};
use crate::programs::{self, Table};
use crate::transcript::as_text;
use crate::{lab, transcript};
use serde_json::Value;
use std::path::PathBuf;

/// A claim's file.
pub struct Claim {
    /// The file's path.
    pub path: PathBuf,
    /// The file's text.
    pub text: String,
}

/// Returns all claims, sorted by id.
pub fn all() -> Vec<Claim> {
    let dir = std::fs::read_dir(lab::root().join("claims")).expect("the folder exists");
    let mut paths: Vec<_> = dir.map(|file| file.expect("a readable folder").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "md") && path.file_stem().is_some_and(|n| n != "README"));
    paths.sort();
    let read = |path: PathBuf| Claim { text: std::fs::read_to_string(&path).expect("UTF-8"), path };
    paths.into_iter().map(read).collect()
}

impl Claim {
    /// The id of the question: the file's name without extension.
    pub fn id(&self) -> &str {
        self.path.file_stem().and_then(|name| name.to_str()).unwrap_or_default()
    }

    /// The sentence: the title; empty if the first line is not one.
    pub fn sentence(&self) -> &str {
        self.text.lines().next().and_then(|line| line.strip_prefix("# ")).unwrap_or_default()
    }

    /// True if the claim has a scenario: a block `sql`.
    pub fn has_scenario(&self) -> bool {
        blocks(&self.text).iter().any(|block| block.info == "sql")
    }

    /// Returns what is wrong with its form, in words.
    pub fn faults(&self) -> Vec<String> {
        let mut out = vec![];
        let question = self.text.lines().find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default();
        if self.sentence().is_empty() || !question.starts_with(&format!("> `{}`: ", self.id())) {
            out.push("it begins with `# The sentence` and ``> `id`: the question``".to_owned());
        }
        let blocks = blocks(&self.text);
        let kinds: Vec<&str> = blocks.iter().map(|block| block.info.split(' ').next().unwrap_or_default()).collect();
        let shows = kinds.contains(&"transcript") || kinds.contains(&"program") && kinds.contains(&"holds");
        if !shows {
            out.push("R2: the claim shows nothing".to_owned());
        }
        for pair in kinds.windows(2) {
            let is_right = match pair[1] {
                "transcript" => pair[0] == "sql",
                "holds" => pair[0] == "program",
                _ => true,
            };
            if !is_right {
                out.push(format!("a block `{}` after `{}`", pair[1], pair[0]));
            }
        }
        if kinds.windows(2).filter(|pair| pair[0] == "sql" && pair[1] != "transcript").count() > 1 {
            out.push("only the set-up has no transcript".to_owned());
        }
        out
    }

    /// Returns the text with its generated blocks generated again: from `transcript`, that of its scenario, and from
    /// runs of its programs. ERRORS: the relations that do not hold.
    pub fn regenerated(&self, transcript: &[Value]) -> Result<String, Vec<String>> {
        let (mut new, mut broken) = (vec![], vec![]);
        let mut cases = transcript::by_case(transcript).into_iter();
        let mut table = Table::default();
        for block in blocks(&self.text) {
            match block.info.split_once(' ').unwrap_or((&block.info, "")) {
                ("transcript", how) => {
                    let lines = cases.next().unwrap_or_default();
                    new.push((block.clone(), as_text(&lines, how == "locks")));
                }
                ("program", name) => {
                    table = programs::run(name);
                    new.push((block.clone(), table.to_string()));
                }
                ("holds", _) => broken.extend(relations(&block).filter_map(|relation| why_broken(relation, &table))),
                _ => {}
            }
        }
        if broken.is_empty() { Ok(with(&self.text, &new)) } else { Err(broken) }
    }
}

fn relations(block: &Block) -> impl Iterator<Item = &str> {
    block.text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// Returns why a relation does not hold; `None` if it does.
fn why_broken(relation: &str, table: &Table) -> Option<String> {
    let (operator, holds): (&str, fn(f64, f64) -> bool) = match () {
        () if relation.contains(" <= ") => (" <= ", |a, b| a <= b),
        () if relation.contains(" >= ") => (" >= ", |a, b| a >= b),
        () if relation.contains(" < ") => (" < ", |a, b| a < b),
        () if relation.contains(" > ") => (" > ", |a, b| a > b),
        () if relation.contains(" = ") => (" = ", |a, b| a == b),
        () => return Some(format!("not a relation: {relation}")),
    };
    let (left, right) = relation.split_once(operator)?;
    match (side(left, table), side(right, table)) {
        (Ok(a), Ok(b)) if holds(a, b) => None,
        (Ok(a), Ok(b)) => Some(format!("{relation}: {a}{operator}{b} does not hold")),
        (Err(why), _) | (_, Err(why)) => Some(format!("{relation}: {why}")),
    }
}

/// Returns the value of one side: a product of numbers and of cells named `COLUMN of ROW`, as in
/// `100 * pages read of lookup`.
fn side(text: &str, table: &Table) -> Result<f64, String> {
    text.split(" * ").map(str::trim).try_fold(1.0, |product, factor| {
        let value = match factor.parse::<f64>() {
            Ok(number) => number,
            Err(_) => {
                // A column's name may contain ` of `: the last split that names a cell counts.
                let cells = factor
                    .match_indices(" of ")
                    .filter_map(|(at, of)| table.cell(&factor[at + of.len()..], &factor[..at]));
                cells.last().ok_or_else(|| format!("the table has no cell {factor}"))? as f64
            }
        };
        Ok(product * value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(text: &str) -> Claim {
        Claim { path: PathBuf::from("claims/x.md"), text: text.to_owned() }
    }

    #[test]
    fn relations_are_evaluated() {
        let table = Table::new(&["pages read", "rows"]).row("lookup", [3, 1]).row("full scan", [600, 90]);
        let broken = |relation| why_broken(relation, &table);
        assert_eq!(broken("100 * pages read of lookup < pages read of full scan"), None);
        assert_eq!(broken("pages read of full scan = 200 * pages read of lookup"), None);
        assert_eq!(
            broken("rows of full scan >= 91").as_deref(),
            Some("rows of full scan >= 91: 90 >= 91 does not hold")
        );
        assert!(broken("rows of nothing < 1").is_some() && broken("rows").is_some());
    }

    #[test]
    fn a_claim_of_wrong_form_has_faults() {
        let right = "# It is so\n\n> `x`: is it?\n\n```sql\nselect 1; -- T1\n```\n```transcript\n```\n";
        assert_eq!(claim(right).faults(), Vec::<String>::new());
        assert!(!claim(&right.replace("```transcript\n```\n", "")).faults().is_empty());
        assert!(!claim(&right.replace("`x`", "`y`")).faults().is_empty());
        assert!(!claim(&right.replace("```sql", "```text")).faults().is_empty());
    }

    #[test]
    fn generated_blocks_are_replaced() {
        let text = "# It is so\n```sql\nselect 1; -- T1\n```\n```transcript\nold\n```\nend\n";
        let ran =
            lab::parse(r#"{"case":"c","step":1,"session":"T1","sql":"select 1","outcome":"rows","rows":[["1"]]}"#);
        let new = claim(text).regenerated(&ran).expect("no relations");
        assert_eq!(new, text.replace("old\n", "  1  T1  select 1  (1)\n"));
    }
}
