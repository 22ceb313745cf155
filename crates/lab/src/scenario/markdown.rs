//! The cases of a Markdown file: its ```` ```sql ```` blocks.

use super::case::{BadScenario, Case, LookAlike, Statement};
use super::statements::{Item, read};

/// The cases of a Markdown text.
pub(super) fn markdown_cases(text: &str, found: &mut Vec<LookAlike>) -> Result<Vec<Case>, BadScenario> {
    let mut common: Vec<Statement> = Vec::new();
    let mut cases: Vec<(String, Vec<Statement>)> = Vec::new();
    let (mut title, mut since) = (String::new(), String::new());
    let mut block: Option<(usize, String)> = None;
    for (number, line) in (1..).zip(text.lines()) {
        match &mut block {
            Some((begins, content)) if line.trim_start().starts_with("```") => {
                let statements: Vec<_> = read(content, *begins, found)?.into_iter().filter_map(as_statement).collect();
                if cases.is_empty() && common.is_empty() && says_setup(&since) {
                    common = statements;
                } else {
                    cases.push((title.clone(), statements));
                }
                (block, since) = (None, String::new());
            }
            Some((_, content)) => *content = format!("{content}{line}\n"),
            None if opens_sql(line) => block = Some((number + 1, String::new())),
            None if !line.trim().is_empty() => {
                since = format!("{since}{line}\n");
                title = line.trim_matches([' ', '#', '\t']).split_whitespace().collect::<Vec<_>>().join(" ");
                title = title.trim_end_matches(':').to_string();
            }
            None => {}
        }
    }
    if let Some((begins, _)) = block {
        return Err(BadScenario { line: begins - 1, why: "this ```sql block is not closed".to_string() });
    }
    if let Some(step) = common.iter().find(|s| s.session.is_some()) {
        return Err(BadScenario {
            line: step.line,
            why: "a step (a statement with a tag) in the set-up block".to_string(),
        });
    }
    Ok(cases.into_iter().map(|(name, body)| Case { name, common: common.clone(), body }).collect())
}

fn as_statement(item: Item) -> Option<Statement> {
    match item {
        Item::Statement(s) => Some(s),
        Item::Case(_) => None,
    }
}

fn opens_sql(line: &str) -> bool {
    let fence = line.trim_start();
    let word = fence.trim_start_matches('`').trim_start();
    fence.starts_with("```")
        && word.strip_prefix("sql").is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// True if the text has the word set-up or setup.
fn says_setup(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-');
    words
        .map(|w| w.trim_matches('-'))
        .any(|w| w == "setup" || w == "set-up" || w.starts_with("set-up-") || w.ends_with("-set-up"))
}
