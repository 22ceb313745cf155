//! What a rule says: its text, from the heads of the files that a learner reads.
//!
//! ```text
//! rules = "D1, D3"   ─►   //! - **D3** The victim is the member with the least weight …      in the task's file, or else
//!                                                                                            in one other of its crate
//! ```

use crate::project::Tree;

/// Returns the texts of the rules that `names` has (`D1, D3`, `M1 to M5`). `file`: where they are looked for first. A rule
/// that no head has, or several other files have, is left out.
pub fn texts(tree: &Tree, file: &str, names: &str) -> Vec<String> {
    named(names).iter().filter_map(|name| text_of(tree, file, name)).collect()
}

/// Returns the names in a text, ranges as all of their members.
fn named(text: &str) -> Vec<String> {
    let parts = |word: &str| -> Option<(char, u32)> {
        let mut chars = word.chars();
        let letter = chars.next().filter(char::is_ascii_uppercase)?;
        Some((letter, chars.as_str().parse().ok()?))
    };
    let words: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let mut names = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let Some((letter, number)) = parts(word) else { continue };
        // The first of a range stands for all but the last.
        let last = (words.get(at + 1) == Some(&"to")).then(|| parts(words.get(at + 2)?)).flatten();
        let end = last.filter(|(other, _)| *other == letter).map_or(number + 1, |(_, last)| last);
        names.extend((number..end).map(|number| format!("{letter}{number}")));
    }
    names
}

fn text_of(tree: &Tree, file: &str, name: &str) -> Option<String> {
    let own = tree.text(file).ok().and_then(|text| in_head(text, name));
    own.or_else(|| {
        let dir = file.split_once("/src/").map_or(file, |(dir, _)| dir);
        let sources = format!("{dir}/src/");
        let mut found = tree.under(&sources).filter_map(|text| in_head(text, name));
        let first = found.next()?;
        found.next().is_none().then_some(first)
    })
}

/// Returns the text of a rule in a file's head.
fn in_head(text: &str, name: &str) -> Option<String> {
    let begin = format!("- **{name}** ");
    let head = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim);
    let mut lines = head.skip_while(|line| !line.starts_with(&begin));
    let first = lines.next()?.strip_prefix("- ")?;
    let rest = lines.take_while(|line| !line.is_empty() && !line.starts_with("- "));
    Some(std::iter::once(first).chain(rest).collect::<Vec<_>>().join(" ").replace("**", ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_found_in_its_file_or_in_one_other() {
        let mut tree = Tree::default();
        tree.set("crates/a/src/x.rs", "//! - **R1** One\n//!   line more.\n//! - **R2** Two.\n\nfn x() {}\n");
        tree.set("crates/a/src/y.rs", "//! - **R1** Another.\n//! - **Q1** Of y.\n");
        tree.set("crates/a/src/z.rs", "//! - **R1** A third.\n");
        let of = |file: &str, names: &str| texts(&tree, file, names);
        assert_eq!(of("crates/a/src/x.rs", "R1 to R3; Q1"), ["R1 One line more.", "R2 Two.", "Q1 Of y."]);
        assert_eq!(of("crates/a/src/w.rs", "R1, Q1"), ["Q1 Of y."], "several files have R1");
    }
}
