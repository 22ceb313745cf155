//! Recognizes a statement by the grammar.

use super::compile::{Class, GRAMMAR, Grammar, Kind, Node};
use super::symbols::{END, INTRODUCER, QUOTED_NAME, STRING, SYSTEM_VARIABLE, Symbol, USER_VARIABLE};
use rustc_hash::FxHashSet;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Word};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// What the grammar says about a statement.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It is valid. What the parser must read instead of some of its tokens (R4).
    Valid(Edits),
    /// It is valid, and has a construct with this name, which is not supported (R3).
    Unsupported(String),
    /// It is not valid; the index of the token at which that shows (R2), the number of tokens if it is the end.
    Invalid(usize),
}

/// Tokens to be replaced: indices in order, and the new tokens.
#[derive(Debug)]
pub(crate) struct Edits(Vec<(usize, Vec<Token>)>);

impl Edits {
    /// The tokens with the edits applied. A new token has the position of the one that it replaces.
    pub(crate) fn apply(self, tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
        if self.0.is_empty() {
            return tokens;
        }
        let mut out = Vec::with_capacity(tokens.len());
        let mut edits = self.0.into_iter().peekable();
        for (at, token) in tokens.into_iter().enumerate() {
            match edits.next_if(|(edited, _)| *edited == at) {
                None => out.push(token),
                Some((_, new)) => out.extend(new.into_iter().map(|new| TokenWithSpan { token: new, span: token.span })),
            }
        }
        out
    }
}

/// The most statements whose symbols are kept (R7), and the longest, in tokens.
const MAX_KEPT: usize = 256;
const MAX_KEPT_TOKENS: usize = 256;

thread_local! {
    /// The symbols of statements that are valid without edits (R7).
    static VALID: RefCell<FxHashSet<Vec<Symbol>>> = RefCell::default();
}

/// Recognizes the statement of these tokens, which have no spaces or comments. REQUIRES: the stack for its depth (R5).
pub(crate) fn recognize(tokens: &[TokenWithSpan]) -> Verdict {
    let grammar: &Grammar = &GRAMMAR;
    let mut symbols = Vec::with_capacity(tokens.len() + 1);
    symbols.extend(tokens.iter().map(|t| grammar.symbols.of(&t.token)));
    symbols.push(END);
    if VALID.with_borrow(|valid| valid.contains(&symbols)) {
        return Verdict::Valid(Edits(Vec::new()));
    }
    let mut run = Run { grammar, tokens, symbols, furthest: 0, trace: Vec::new(), remembered: HashMap::new() };
    if run.matches(&grammar.rules[0], 0).is_none() {
        return Verdict::Invalid(run.furthest);
    }
    if run.trace.is_empty() && tokens.len() <= MAX_KEPT_TOKENS {
        VALID.with_borrow_mut(|valid| {
            if valid.len() == MAX_KEPT {
                valid.clear();
            }
            valid.insert(run.symbols);
        });
    }
    let (mut edits, mut unsupported) = (Vec::new(), None);
    take(run.trace, &mut edits, &mut unsupported);
    unsupported.map_or(Verdict::Valid(Edits(edits)), Verdict::Unsupported)
}

/// What was found on the way of a match, in the order of the tokens.
#[derive(Clone)]
enum Found {
    /// A token to be replaced.
    Edit(usize, Vec<Token>),
    /// The name of a construct.
    Unsupported(String),
    /// What was found in a remembered match.
    Within(Rc<Vec<Found>>),
}

/// Sorts what was found into edits and the first construct that is not supported.
fn take(trace: Vec<Found>, edits: &mut Vec<(usize, Vec<Token>)>, unsupported: &mut Option<String>) {
    for found in trace {
        match found {
            Found::Edit(at, tokens) => edits.push((at, tokens)),
            Found::Unsupported(name) => *unsupported = unsupported.take().or(Some(name)),
            Found::Within(trace) => take(Rc::unwrap_or_clone(trace), edits, unsupported),
        }
    }
}

/// The result of a rule at a token (R6).
struct Remembered {
    end: Option<usize>,
    furthest: usize,
    trace: Option<Rc<Vec<Found>>>,
}

/// The recognition of one statement.
struct Run<'g> {
    grammar: &'g Grammar,
    tokens: &'g [TokenWithSpan],
    /// The tokens' symbols, and [`END`].
    symbols: Vec<Symbol>,
    /// The furthest token at which a terminal was tried in vain (R2).
    furthest: usize,
    /// What was found in the match so far.
    trace: Vec<Found>,
    /// Results by rule and token.
    remembered: HashMap<(usize, usize), Remembered>,
}

impl<'g> Run<'g> {
    /// The index behind what the node matches at `at`; `None`: it does not match. Most nodes fail at their first token,
    /// so that is found out without a call.
    #[inline(always)]
    fn matches(&mut self, node: &'g Node, at: usize) -> Option<usize> {
        match (&node.first, &node.kind) {
            (Some(first), _) if !first.contains(self.symbols[at]) => self.failed(at),
            (_, Kind::Text(symbol)) => self.terminal(at, *symbol),
            _ => self.matches_further(node, at),
        }
    }

    /// Matches a node that can begin with the token.
    fn matches_further(&mut self, node: &'g Node, at: usize) -> Option<usize> {
        let before = self.trace.len();
        let matched = self.try_node(&node.kind, at);
        if matched.is_none() {
            self.trace.truncate(before);
        }
        matched
    }

    fn try_node(&mut self, kind: &'g Kind, at: usize) -> Option<usize> {
        match kind {
            Kind::Text(symbol) => self.terminal(at, *symbol),
            Kind::Class(class) => self.class(*class, at),
            Kind::Rule(number) if self.grammar.remembered[*number] => self.remembered(*number, at),
            Kind::Rule(number) => self.matches_further(&self.grammar.rules[*number], at),
            Kind::Sequence(parts) => self.sequence(parts, at),
            Kind::Choice(alternatives) => alternatives.iter().find_map(|node| self.matches(node, at)),
            Kind::Optional(node) => Some(self.matches(node, at).unwrap_or(at)),
            Kind::Repeated(node) => Some(self.repeated(node, at)),
            Kind::List(node) => self.list(node, at),
            Kind::Ahead(node, expected) => {
                let (furthest, before) = (self.furthest, self.trace.len());
                let found = self.matches(node, at).is_some();
                self.furthest = furthest;
                self.trace.truncate(before);
                if found == *expected { Some(at) } else { self.failed(at) }
            }
            // Only a sequence knows its first token.
            Kind::Unsupported(name) => {
                self.trace.push(Found::Unsupported(name.clone()));
                Some(at)
            }
            Kind::Edited(node, new) => {
                let before = self.trace.len();
                let end = self.matches(node, at)?;
                // Parts of removed tokens may have edits of their own.
                self.trace.truncate(before);
                self.trace.extend((at..end).map(|n| Found::Edit(n, new.clone())));
                Some(end)
            }
        }
    }

    /// Matches a rule, or repeats what is known about it at this token (R6). A match of one token is soon repeated.
    fn remembered(&mut self, number: usize, at: usize) -> Option<usize> {
        if let Some(known) = self.remembered.get(&(number, at)) {
            self.furthest = self.furthest.max(known.furthest);
            self.trace.extend(known.trace.clone().map(Found::Within));
            return known.end;
        }
        let (outside, before) = (std::mem::take(&mut self.furthest), self.trace.len());
        let end = self.matches_further(&self.grammar.rules[number], at);
        let furthest = self.furthest;
        self.furthest = furthest.max(outside);
        if furthest > at + 1 {
            let found = self.trace.split_off(before);
            let trace = (!found.is_empty()).then(|| Rc::new(found));
            self.trace.extend(trace.clone().map(Found::Within));
            self.remembered.insert((number, at), Remembered { end, furthest, trace });
        }
        end
    }

    fn sequence(&mut self, parts: &'g [Node], began: usize) -> Option<usize> {
        let mut at = began;
        for part in parts {
            at = match &part.kind {
                Kind::Unsupported(name) => {
                    let first = self.tokens.get(began).map(|t| t.token.to_string().to_ascii_uppercase());
                    self.trace.push(Found::Unsupported(name.replace('*', &first.unwrap_or_default())));
                    at
                }
                _ => self.matches(part, at)?,
            };
        }
        Some(at)
    }

    fn repeated(&mut self, node: &'g Node, mut at: usize) -> usize {
        while let Some(next) = self.matches(node, at).filter(|next| *next > at) {
            at = next;
        }
        at
    }

    fn list(&mut self, node: &'g Node, at: usize) -> Option<usize> {
        let comma = self.grammar.symbols.text(",");
        let mut end = self.matches(node, at)?;
        while let Some(next) = self.terminal(end, comma) {
            match self.matches(node, next) {
                Some(next) => end = next,
                None => break,
            }
        }
        Some(end)
    }

    #[inline(always)]
    fn terminal(&mut self, at: usize, symbol: Symbol) -> Option<usize> {
        if self.symbols[at] == symbol { Some(at + 1) } else { self.failed(at) }
    }

    #[inline(always)]
    fn failed(&mut self, at: usize) -> Option<usize> {
        self.furthest = self.furthest.max(at);
        None
    }

    /// REQUIRES: the class can begin with the token.
    fn class(&mut self, class: Class, at: usize) -> Option<usize> {
        match class {
            Class::Name => Some(self.name(at)),
            Class::Any | Class::Number | Class::Integer => Some(at + 1),
            Class::String => self.terminal(at + usize::from(self.symbols[at] == INTRODUCER), STRING),
            Class::Variable => self.variable(at),
            Class::Balanced => Some(self.balanced(at)),
            Class::Rest => Some(self.tokens.len()),
            Class::End => Some(at),
        }
    }

    /// A name. One that `sqlparser` takes for a keyword is quoted for it.
    fn name(&mut self, at: usize) -> usize {
        if self.grammar.symbols.misread.contains(self.symbols[at])
            && let Token::Word(word) = &self.tokens[at].token
        {
            let quoted = Word { quote_style: Some('`'), keyword: Keyword::NoKeyword, ..word.clone() };
            self.trace.push(Found::Edit(at, vec![Token::Word(quoted)]));
        }
        at + 1
    }

    /// `@name`, `@'name'`, `@@name`, `@@scope.name`. The name of a user variable becomes one word.
    fn variable(&mut self, at: usize) -> Option<usize> {
        let mut end = at + 1;
        if ![USER_VARIABLE, SYSTEM_VARIABLE].contains(&self.symbols[at]) {
            let is_name = |symbol: Symbol| symbol == STRING || symbol == QUOTED_NAME;
            end = if is_name(self.symbols[end]) { end + 1 } else { return self.failed(end) };
        }
        let period = self.grammar.symbols.text(".");
        while self.symbols[end] == period {
            let is_name = self.grammar.symbols.any.contains(self.symbols[end + 1]);
            end = if is_name { end + 2 } else { return self.failed(end + 1) };
        }
        if end > at + 1 && self.symbols[at] != SYSTEM_VARIABLE {
            let name = self.tokens[at..end].iter().map(|t| written(&t.token)).collect();
            let word = Word { value: name, quote_style: None, keyword: Keyword::NoKeyword };
            self.trace.push(Found::Edit(at, vec![Token::Word(word)]));
            self.trace.extend((at + 1..end).map(|n| Found::Edit(n, Vec::new())));
        }
        Some(end)
    }

    /// The index of the `)` that closes what is open at `at`, or the end.
    fn balanced(&self, at: usize) -> usize {
        let mut open = 0_usize;
        for (n, token) in self.tokens.iter().enumerate().skip(at) {
            match token.token {
                Token::LParen => open += 1,
                Token::RParen if open == 0 => return n,
                Token::RParen => open -= 1,
                _ => {}
            }
        }
        self.tokens.len()
    }
}

/// The text of a token without quotes.
fn written(token: &Token) -> String {
    match token {
        Token::Word(word) => word.value.clone(),
        Token::SingleQuotedString(text) | Token::DoubleQuotedString(text) => text.clone(),
        other => other.to_string(),
    }
}
