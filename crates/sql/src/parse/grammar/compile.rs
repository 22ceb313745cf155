//! The grammar's text as a tree.

use super::symbols::{
    DECIMAL, END, INTEGER, INTRODUCER, STRING, SYSTEM_VARIABLE, Symbol, SymbolSet, Symbols, USER_VARIABLE,
};
use sqlparser::tokenizer::Token;
use std::collections::BTreeMap;
use std::iter::Peekable;
use std::sync::LazyLock;

/// A part of a rule.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// The symbols with which it can begin; `None`: it can match nothing at all, or `kind` says it.
    pub(super) first: Option<SymbolSet>,
}

/// What a part of a rule matches; the notation is that of the module's table.
#[derive(Debug)]
pub(super) enum Kind {
    Text(Symbol),
    Class(Class),
    /// Index of a rule.
    Rule(usize),
    Sequence(Vec<Node>),
    Choice(Vec<Node>),
    Optional(Box<Node>),
    Repeated(Box<Node>),
    List(Box<Node>),
    /// `&`, or `!` if false.
    Ahead(Box<Node>, bool),
    Unsupported(String),
    /// Each of its tokens becomes these; none: they are removed.
    Edited(Box<Node>, Vec<Token>),
}

impl From<Kind> for Node {
    fn from(kind: Kind) -> Node {
        Node { kind, first: None }
    }
}

/// A class of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Name,
    Any,
    String,
    Number,
    Integer,
    Variable,
    Balanced,
    Rest,
    End,
}

const CLASSES: [(&str, Class); 9] = [
    ("name", Class::Name),
    ("any", Class::Any),
    ("string", Class::String),
    ("number", Class::Number),
    ("integer", Class::Integer),
    ("variable", Class::Variable),
    ("balanced", Class::Balanced),
    ("rest", Class::Rest),
    ("end", Class::End),
];

/// The rules of all files.
pub(super) struct Grammar {
    pub(super) symbols: Symbols,
    /// The first one is `start`.
    pub(super) rules: Vec<Node>,
    /// True for the rules through which all recursion goes (R6).
    pub(super) remembered: Vec<bool>,
}

/// Names of the rules that are [`Grammar::remembered`].
const REMEMBERED: [&str; 2] = ["expr", "query"];

pub(super) static GRAMMAR: LazyLock<Grammar> = LazyLock::new(|| {
    compile(&[
        include_str!("statements.ebnf"),
        include_str!("queries.ebnf"),
        include_str!("expressions.ebnf"),
        include_str!("tables.ebnf"),
    ])
});

/// A piece of the grammar's text: a sign of the notation, a word, or a text in quotes with its quotes.
type Piece<'t> = &'t str;

/// # Panics
/// If the text is wrong: the text is a constant, and the tests compile it.
fn compile(texts: &[&'static str]) -> Grammar {
    let pieces: Vec<Piece<'static>> = texts.iter().flat_map(|text| pieces(text)).collect();
    let terminals = pieces.iter().filter(|piece| is_terminal(piece)).map(|piece| piece.trim_matches('\''));
    let symbols = Symbols::new(terminals.chain(["@"]));
    let written: Vec<&[Piece<'static>]> = pieces.split_inclusive(|piece| *piece == ";").collect();
    let numbers: BTreeMap<&str, usize> = written.iter().enumerate().map(|(n, rule)| (rule[0], n)).collect();
    assert!(numbers.len() == written.len() && numbers.get("start") == Some(&0), "rules are defined once, start first");
    let body = |rule: &&[Piece<'static>]| {
        assert_eq!(rule.get(1), Some(&"="), "rule {}", rule[0]);
        let mut reader = Reader { rest: rule[2..].iter().copied().peekable(), numbers: &numbers, symbols: &symbols };
        let node = reader.choice();
        assert_eq!(reader.rest.next(), Some(";"), "rule {}", rule[0]);
        node
    };
    let mut rules: Vec<Node> = written.iter().map(body).collect();
    set_first(&mut rules, &symbols);
    let remembered = written.iter().map(|rule| REMEMBERED.contains(&rule[0])).collect();
    Grammar { symbols, rules, remembered }
}

/// True for a word or sign that stands for itself.
fn is_terminal(piece: &str) -> bool {
    piece.starts_with(|c: char| c == '\'' || c.is_ascii_uppercase())
}

/// The pieces of a text, without comments.
fn pieces(text: &'static str) -> Vec<Piece<'static>> {
    let mut found = Vec::new();
    for mut line in text.lines().filter(|line| !line.starts_with('#')) {
        while let Some(first) = line.trim_start().chars().next() {
            line = line.trim_start();
            let length = match first {
                '\'' | '"' => 2 + line[1..].find(first).unwrap_or_else(|| panic!("no closing quote: {line}")),
                c if c.is_ascii_alphanumeric() => {
                    line.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(line.len())
                }
                _ => 1,
            };
            found.push(&line[..length]);
            line = &line[length..];
        }
    }
    found
}

/// Reads a rule.
struct Reader<'a> {
    rest: Peekable<std::iter::Copied<std::slice::Iter<'a, Piece<'static>>>>,
    numbers: &'a BTreeMap<&'static str, usize>,
    symbols: &'a Symbols,
}

impl Reader<'_> {
    fn choice(&mut self) -> Node {
        let mut alternatives = vec![self.sequence()];
        while self.rest.next_if_eq(&"|").is_some() {
            alternatives.push(self.sequence());
        }
        if alternatives.len() == 1 { alternatives.remove(0) } else { Kind::Choice(alternatives).into() }
    }

    fn sequence(&mut self) -> Node {
        let mut parts = Vec::new();
        while self.rest.peek().is_some_and(|next| !["|", ")", "]", "}", ">", ";"].contains(next)) {
            parts.push(self.part());
        }
        if parts.len() == 1 { parts.remove(0) } else { Kind::Sequence(parts).into() }
    }

    fn part(&mut self) -> Node {
        let piece = self.rest.next().unwrap_or(";");
        let kind = match piece {
            "(" => return *self.inner(")"),
            "[" => Kind::Optional(self.inner("]")),
            "{" => Kind::Repeated(self.inner("}")),
            "<" => Kind::List(self.inner(">")),
            "-" => Kind::Edited(Box::new(self.part()), Vec::new()),
            "&" => Kind::Ahead(Box::new(self.part()), true),
            "!" => Kind::Ahead(Box::new(self.part()), false),
            quoted if quoted.starts_with('"') => Kind::Unsupported(quoted.trim_matches('"').to_string()),
            text if is_terminal(text) => return self.edited(Kind::Text(self.symbols.text(text.trim_matches('\'')))),
            other => match (CLASSES.iter().find(|(name, _)| *name == other), self.numbers.get(other)) {
                (Some((_, class)), _) => Kind::Class(*class),
                (None, Some(number)) => Kind::Rule(*number),
                (None, None) => panic!("no rule {other}"),
            },
        };
        kind.into()
    }

    fn inner(&mut self, close: &str) -> Box<Node> {
        let node = self.choice();
        assert_eq!(self.rest.next(), Some(close));
        Box::new(node)
    }

    /// A terminal, with the words that it becomes if `>` and a word, or words in quotes, follow.
    fn edited(&mut self, terminal: Kind) -> Node {
        let mut ahead = self.rest.clone();
        match (ahead.next(), ahead.next().filter(|piece| is_terminal(piece))) {
            (Some(">"), Some(to)) => {
                self.rest = ahead;
                Kind::Edited(Box::new(terminal.into()), to.trim_matches('\'').split(' ').map(token_of).collect()).into()
            }
            _ => terminal.into(),
        }
    }
}

/// The token of an edit's right side.
fn token_of(text: &str) -> Token {
    match text {
        "=" => Token::Eq,
        "%" => Token::Mod,
        "(" => Token::LParen,
        ")" => Token::RParen,
        word => Token::make_keyword(word),
    }
}

/// Sets `first` of all nodes. What a rule begins with depends on other rules, so it is repeated until nothing changes.
fn set_first(rules: &mut [Node], symbols: &Symbols) {
    // The last element says that a rule can match nothing.
    let mut known = vec![(SymbolSet::default(), false); rules.len()];
    loop {
        let before = known.clone();
        for (n, rule) in rules.iter_mut().enumerate().rev() {
            known[n] = first_of(rule, &known, symbols);
        }
        if known == before {
            return;
        }
    }
}

/// Sets `first` of a node and of its parts, and returns it, and true if the node can match nothing.
fn first_of(node: &mut Node, rules: &[(SymbolSet, bool)], symbols: &Symbols) -> (SymbolSet, bool) {
    let mut first = SymbolSet::default();
    let is_empty = match &mut node.kind {
        Kind::Text(symbol) => {
            first.insert(*symbol);
            false
        }
        Kind::Class(class) => class.add_to(&mut first, symbols),
        Kind::Rule(number) => {
            let (of, is_empty) = &rules[*number];
            first.insert_all(of);
            *is_empty
        }
        Kind::Sequence(parts) => {
            let mut is_empty = true;
            for part in parts {
                let (of, can_be_empty) = first_of(part, rules, symbols);
                if is_empty {
                    first.insert_all(&of);
                }
                is_empty &= can_be_empty;
            }
            is_empty
        }
        Kind::Choice(parts) => parts.iter_mut().fold(false, |is_empty, part| {
            let (of, can_be_empty) = first_of(part, rules, symbols);
            first.insert_all(&of);
            is_empty | can_be_empty
        }),
        Kind::Optional(inner) | Kind::Repeated(inner) => {
            first = first_of(inner, rules, symbols).0;
            true
        }
        Kind::List(inner) | Kind::Edited(inner, _) => {
            let (of, is_empty) = first_of(inner, rules, symbols);
            first = of;
            is_empty
        }
        Kind::Ahead(inner, _) => {
            first_of(inner, rules, symbols);
            true
        }
        Kind::Unsupported(_) => true,
    };
    node.first = (!is_empty && !matches!(node.kind, Kind::Text(_))).then(|| first.clone());
    (first, is_empty)
}

impl Class {
    /// Adds the symbols with which the class begins, and returns true if it can match nothing.
    fn add_to(self, first: &mut SymbolSet, symbols: &Symbols) -> bool {
        let also: &[Symbol] = match self {
            Class::Name | Class::Any => {
                first.insert_all(if self == Class::Name { &symbols.names } else { &symbols.any });
                &[]
            }
            Class::String => &[STRING, INTRODUCER],
            Class::Number => &[INTEGER, DECIMAL],
            Class::Integer => &[INTEGER],
            Class::Variable => &[USER_VARIABLE, SYSTEM_VARIABLE, symbols.text("@")],
            Class::End => &[END],
            Class::Balanced | Class::Rest => &[],
        };
        also.iter().for_each(|symbol| first.insert(*symbol));
        matches!(self, Class::Balanced | Class::Rest)
    }
}

#[cfg(test)]
mod tests {
    use super::GRAMMAR;

    #[test]
    fn the_grammar_compiles() {
        assert!(GRAMMAR.rules.len() > 50);
    }
}
