//! Fenced blocks of a Markdown file, and files whose generated parts are compared, or rewritten with `UPDATE_EXPECT=1`.

use std::path::Path;

/// A fenced block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The words behind the fence: `sql`, `transcript locks`.
    pub info: String,
    /// What is in it, every line ended.
    pub text: String,
    /// Where its text begins in the file, in bytes.
    at: usize,
}

/// All blocks of a text, in order.
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
    assert!(open.is_none(), "a block is never closed");
    out
}

/// The text with the contents of these blocks of it put in the place of what was there.
pub fn with(text: &str, new: &[(Block, String)]) -> String {
    let (mut out, mut at) = (String::new(), 0);
    for (block, contents) in new {
        out += &text[at..block.at];
        out += contents;
        at = block.at + block.text.len();
    }
    out + &text[at..]
}

/// Whether generated parts are to be rewritten.
pub fn is_update() -> bool {
    std::env::var_os("UPDATE_EXPECT").is_some_and(|v| v == "1")
}

/// The file must be `expected`; with `UPDATE_EXPECT=1` it is made so.
pub fn must_be(path: &Path, expected: &str) {
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
    let line = |text: &str| text.lines().nth(at).unwrap_or("(the end)").to_owned();
    panic!(
        "{}:{}: what is generated differs (UPDATE_EXPECT=1 rewrites it)\nin the file: {}\ngenerated:   {}",
        path.display(),
        at + 1,
        line(&actual),
        line(expected)
    );
}

/// The text with what stands between the lines `<!-- NAME -->` and `<!-- end of NAME -->` replaced. Panics if they are not there.
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
