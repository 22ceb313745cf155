//! Fenced blocks of Markdown files, and golden files: generated parts are compared, or rewritten with
//! `UPDATE_EXPECT=1`.

use std::path::Path;

/// A fenced block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The info string, the words after the fence: `sql`, `transcript locks`.
    pub info: String,
    /// The lines between the fences, each with its newline.
    pub text: String,
    /// Offset of `text` in the file, in bytes.
    at: usize,
}

/// Returns all blocks of a text, in order.
///
/// # Panics
/// If the last block has no closing fence.
pub fn blocks(text: &str) -> Vec<Block> {
    let (mut out, mut open, mut at): (Vec<Block>, Option<Block>, usize) = (vec![], None, 0);
    for line in text.split_inclusive('\n') {
        at += line.len();
        match (&mut open, line.trim_end().strip_prefix("```")) {
            (None, Some(info)) => open = Some(Block { info: info.trim().to_owned(), text: String::new(), at }),
            (Some(_), Some("")) => out.extend(open.take()),
            (Some(block), _) => block.text += line,
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "the last block has no closing fence");
    out
}

/// Returns `text` with new contents for these blocks of it. REQUIRES: `new` is in the order of the text.
pub fn with(text: &str, new: &[(Block, String)]) -> String {
    let (mut out, mut at) = (String::new(), 0);
    for (block, contents) in new {
        out += &text[at..block.at];
        out += contents;
        at = block.at + block.text.len();
    }
    out + &text[at..]
}

/// True if `UPDATE_EXPECT=1`: golden files are rewritten instead of compared.
pub fn is_update() -> bool {
    std::env::var_os("UPDATE_EXPECT").is_some_and(|v| v == "1")
}

/// Asserts that the file's contents are `expected`; with `UPDATE_EXPECT=1`, writes them instead.
///
/// # Panics
/// If they differ: with the first line that does.
pub fn assert_file(path: &Path, expected: &str) {
    let actual = std::fs::read_to_string(path).unwrap_or_default();
    if actual == expected {
        return;
    }
    if is_update() {
        std::fs::write(path, expected).expect("a writable file");
        return;
    }
    let differs = actual.lines().zip(expected.lines()).position(|(a, b)| a != b);
    let at = differs.unwrap_or_else(|| actual.lines().count().min(expected.lines().count()));
    let line = |text: &str| text.lines().nth(at).unwrap_or("(end of file)").to_owned();
    panic!(
        "{}:{}: the generated text differs (UPDATE_EXPECT=1 rewrites it)\nin the file: {}\ngenerated:   {}",
        path.display(),
        at + 1,
        line(&actual),
        line(expected)
    );
}

/// Returns the text with new contents between the lines `<!-- NAME -->` and `<!-- end of NAME -->`.
///
/// # Panics
/// If these lines are missing.
pub fn with_region(text: &str, name: &str, contents: &str) -> String {
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let from = text.find(&begin).expect("the region begins") + begin.len();
    let to = from + text[from..].find(&end).expect("the region ends");
    format!("{}\n{contents}\n\n{}", &text[..from], &text[to..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_and_replaced() {
        let text = "# a\n```sql\nselect 1;\n```\n```transcript locks\n```\nend\n";
        let found = blocks(text);
        assert_eq!(
            found.iter().map(|b| (b.info.as_str(), b.text.as_str())).collect::<Vec<_>>(),
            [("sql", "select 1;\n"), ("transcript locks", "")]
        );
        assert_eq!(
            with(text, &[(found[1].clone(), "x\n".to_owned())]),
            "# a\n```sql\nselect 1;\n```\n```transcript locks\nx\n```\nend\n"
        );
        assert_eq!(
            with_region("a\n<!-- m -->\nold\n<!-- end of m -->\nb", "m", "new"),
            "a\n<!-- m -->\n\nnew\n\n<!-- end of m -->\nb"
        );
    }
}
