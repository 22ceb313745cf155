//! Items by path, and text put in the place of their bodies.
//!
//! ```text
//! crates/mvcc/src/view.rs::ReadView::sees
//! └── file ─────────────┘  └ type ─┘  └ function      a free function has no type; a function in `mod a` begins with `a`
//! ```
//!
//! RULES
//!
//! - **P1** A path names exactly one function of its file, or it is an error: a refactoring that moves an item is seen.
//! - **P2** Only the bytes of the body change. Everything around it keeps its formatting.
//! - **P3** A learner's file keeps our `mod tests`: the tests of a lab are not the learner's to change.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use syn::spanned::Spanned;

/// The path of a function.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct ItemPath {
    /// The file, from the project's root.
    pub file: String,
    /// Modules, type, function.
    names: Vec<String>,
}

impl FromStr for ItemPath {
    type Err = String;

    fn from_str(text: &str) -> Result<ItemPath, String> {
        let mut parts = text.split("::").map(str::to_owned);
        let file = parts.next().filter(|file| file.ends_with(".rs"));
        let names: Vec<String> = parts.collect();
        match file {
            Some(file) if !names.is_empty() => Ok(ItemPath { file, names }),
            _ => Err(format!("`{text}` is not of the form `src/file.rs::Type::function`")),
        }
    }
}

impl TryFrom<String> for ItemPath {
    type Error = String;

    fn try_from(text: String) -> Result<ItemPath, String> {
        text.parse()
    }
}

impl fmt::Display for ItemPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", self.file, self.name())
    }
}

impl ItemPath {
    /// Returns the path without its file: `ReadView::sees`.
    pub fn name(&self) -> String {
        self.names.join("::")
    }

    /// Returns the folder of the crate that the file is in: `crates/mvcc`.
    pub fn crate_dir(&self) -> &str {
        self.file.split_once("/src/").map_or(&self.file, |(dir, _)| dir)
    }

    /// Returns the bytes of the function's body in `source`, braces included (P1).
    pub fn body(&self, source: &str) -> Result<Range<usize>, String> {
        let file = syn::parse_file(source).map_err(|error| at(&self.file, &error))?;
        let mut found = Vec::new();
        collect(&file.items, &mut Vec::new(), &mut |names, body| {
            if names.iter().eq(self.names.iter()) {
                found.push(body.span().byte_range());
            }
        });
        match found.len() {
            1 => Ok(found.remove(0)),
            n => Err(format!("{self}: {n} functions have this path")),
        }
    }
}

/// Says where a file does not parse.
fn at(file: &str, error: &syn::Error) -> String {
    let start = error.span().start();
    format!("{file}:{}:{}: {error}", start.line, start.column + 1)
}

/// Shows `see` each function with a body, by its names.
fn collect(items: &[syn::Item], names: &mut Vec<String>, see: &mut dyn FnMut(&[String], &syn::Block)) {
    for item in items {
        let depth = names.len();
        match item {
            syn::Item::Fn(item) => {
                names.push(item.sig.ident.to_string());
                see(names, &item.block);
            }
            syn::Item::Impl(item) => {
                names.extend(type_name(&item.self_ty));
                for member in &item.items {
                    if let syn::ImplItem::Fn(member) = member {
                        names.push(member.sig.ident.to_string());
                        see(names, &member.block);
                        names.pop();
                    }
                }
            }
            syn::Item::Mod(item) => {
                names.push(item.ident.to_string());
                if let Some((_, items)) = &item.content {
                    collect(items, names, see);
                }
            }
            _ => {}
        }
        names.truncate(depth);
    }
}

fn type_name(ty: &syn::Type) -> Option<String> {
    match ty {
        syn::Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
        syn::Type::Reference(reference) => type_name(&reference.elem),
        _ => None,
    }
}

/// Returns `source` with each range replaced by its text. REQUIRES: the ranges do not overlap.
pub fn splice(source: &str, mut changes: Vec<(Range<usize>, String)>) -> String {
    changes.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    let mut text = source.to_owned();
    for (range, new) in changes {
        text.replace_range(range, &new);
    }
    text
}

/// Returns `start` as the body of a function, indented as the body at `range` is (P2).
pub fn as_body(source: &str, range: &Range<usize>, start: &str) -> String {
    let line = source[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let close = source[..range.end].rfind('\n').map_or(line, |at| at + 1).max(line);
    let of = |line: usize| source[line..].chars().take_while(|c| *c == ' ').count();
    let indent = " ".repeat(of(line).min(of(close)));
    let inner: Vec<String> =
        start.trim().lines().map(|line| format!("{indent}    {line}").trim_end().to_owned()).collect();
    format!("{{\n{}\n{indent}}}", inner.join("\n"))
}

/// Returns the place of the first item, after the file's own attributes: where an inner attribute can be added.
pub fn first_item(source: &str) -> Result<usize, String> {
    let file = syn::parse_file(source).map_err(|error| at("the file", &error))?;
    Ok(file.items.first().map_or(source.len(), |item| item.span().byte_range().start))
}

/// Returns `theirs` with the `mod tests` of `ours` (P3).
pub fn with_our_tests(name: &str, theirs: &str, ours: &str) -> Result<String, String> {
    let Some(our_tests) = tests(name, ours)? else { return Ok(theirs.to_owned()) };
    let our_tests = &ours[our_tests];
    Ok(match tests(name, theirs)? {
        Some(range) => splice(theirs, vec![(range, our_tests.to_owned())]),
        None => format!("{theirs}\n{our_tests}\n"),
    })
}

/// Returns the bytes of `mod tests { … }` with its attributes.
fn tests(name: &str, source: &str) -> Result<Option<Range<usize>>, String> {
    let file = syn::parse_file(source).map_err(|error| at(name, &error))?;
    let module =
        file.items.iter().find(|item| matches!(item, syn::Item::Mod(m) if m.ident == "tests" && m.content.is_some()));
    Ok(module.map(|item| item.span().byte_range()))
}

#[cfg(test)]
mod tests_of_items {
    use super::*;

    const SOURCE: &str = "//! A head: é.\nstruct A;\n\nimpl A {\n    /// Doc.\n    fn f(&self) -> u8 {\n        1 // one\n    }\n}\n\nfn f() -> u8 {\n    2\n}\n\n#[cfg(test)]\nmod tests {\n    fn f() {}\n}\n";

    fn replaced(path: &str, start: &str) -> Result<String, String> {
        let body = path.parse::<ItemPath>()?.body(SOURCE)?;
        Ok(splice(SOURCE, vec![(body.clone(), as_body(SOURCE, &body, start))]))
    }

    #[test]
    fn only_the_body_changes() {
        assert_eq!(replaced("a.rs::A::f", "3"), Ok(SOURCE.replace("1 // one", "3")));
        assert_eq!(replaced("a.rs::f", "let n = 3;\nn"), Ok(SOURCE.replace("    2", "    let n = 3;\n    n")));
        assert_eq!(replaced("a.rs::A::g", "3"), Err("a.rs::A::g: 0 functions have this path".to_owned()));
        assert!("A::f".parse::<ItemPath>().is_err() && "a.rs".parse::<ItemPath>().is_err());
    }

    #[test]
    fn a_learners_file_has_our_tests() {
        let theirs = SOURCE.replace("fn f() {}", "fn g() {}").replace("    2", "    4");
        assert_eq!(with_our_tests("a.rs", &theirs, SOURCE), Ok(SOURCE.replace("    2", "    4")));
        let without = &theirs[..theirs.find("\n#[cfg").expect("it is there")];
        assert_eq!(with_our_tests("a.rs", without, SOURCE), Ok(SOURCE.replace("    2", "    4")));
        assert!(with_our_tests("a.rs", "fn", SOURCE).is_err_and(|error| error.starts_with("a.rs:1:")));
    }
}
