//! Symbols: what the grammar tells apart of tokens. A token has one symbol, and a terminal of the grammar accepts a set
//! of them, so recognizing compares no text.

use super::reserved::RESERVED;
use rustc_hash::FxHashMap;
use sqlparser::tokenizer::{Token, Word};

/// A word or sign of the grammar or a reserved word: its number from [`FIRST_TEXT`] on; else one of those below.
pub(super) type Symbol = u16;

/// The end of the statement.
pub(super) const END: Symbol = 0;
/// A word that the grammar does not know.
pub(super) const WORD: Symbol = 1;
pub(super) const QUOTED_NAME: Symbol = 2;
/// A word that begins with `@`.
pub(super) const USER_VARIABLE: Symbol = 3;
pub(super) const STRING: Symbol = 4;
pub(super) const INTEGER: Symbol = 5;
pub(super) const DECIMAL: Symbol = 6;
/// A sign that the grammar does not know.
const SIGN: Symbol = 7;
/// A word that begins with `@@`.
pub(super) const SYSTEM_VARIABLE: Symbol = 8;
/// A word that begins with `_`: before a string it names the string's character set.
pub(super) const INTRODUCER: Symbol = 9;
const FIRST_TEXT: Symbol = 10;

/// The longest word that has a symbol of its own.
const MAX_WORD: usize = 32;

/// Names that `sqlparser` takes for keywords of other dialects.
#[rustfmt::skip]
const MISREAD: [&str; 36] = [
    "ANTI", "ANY", "ARRAY", "ASOF", "CLUSTER", "CONNECT", "DISTRIBUTE", "END", "EXCLUDE", "FORMAT", "FULL",
    "GLOB", "GLOBAL", "ILIKE", "LATERAL", "LOCAL", "MATCH_RECOGNIZE", "ONLY", "OPEN", "OVERLAPS", "OVERWRITE",
    "PIVOT", "PREWHERE", "QUALIFY", "SAMPLE", "SEMI", "SETTINGS", "SIMILAR", "SOME", "SORT", "START",
    "TABLESAMPLE", "TOP", "TRIM", "UNPIVOT", "VIEW",
];

/// A set of symbols.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SymbolSet(Vec<u64>);

impl SymbolSet {
    pub(super) fn insert(&mut self, symbol: Symbol) {
        let at = usize::from(symbol / 64);
        if self.0.len() <= at {
            self.0.resize(at + 1, 0);
        }
        self.0[at] |= 1 << (symbol % 64);
    }

    pub(super) fn insert_all(&mut self, other: &SymbolSet) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word |= other);
    }

    #[inline(always)]
    pub(super) fn contains(&self, symbol: Symbol) -> bool {
        self.0.get(usize::from(symbol / 64)).is_some_and(|word| word & (1 << (symbol % 64)) != 0)
    }
}

/// All symbols, and the sets that the classes of tokens stand for.
pub(super) struct Symbols {
    texts: FxHashMap<&'static str, Symbol>,
    /// Names: words that are not reserved, quoted names.
    pub(super) names: SymbolSet,
    /// All words, quoted names.
    pub(super) any: SymbolSet,
    /// Names that must be quoted for `sqlparser`.
    pub(super) misread: SymbolSet,
}

impl Symbols {
    /// The symbols of these words and signs, of the reserved words and of [`MISREAD`].
    pub(super) fn new(texts: impl Iterator<Item = &'static str>) -> Symbols {
        let mut symbols = Symbols {
            texts: FxHashMap::default(),
            names: SymbolSet::default(),
            any: SymbolSet::default(),
            misread: SymbolSet::default(),
        };
        for text in texts.chain(RESERVED.iter().copied()).chain(MISREAD) {
            let next = FIRST_TEXT + symbols.texts.len() as Symbol;
            symbols.texts.entry(text).or_insert(next);
        }
        for (text, symbol) in
            symbols.texts.iter().filter(|(text, _)| text.starts_with(|c: char| c.is_ascii_uppercase()))
        {
            symbols.any.insert(*symbol);
            if RESERVED.binary_search(text).is_err() {
                symbols.names.insert(*symbol);
            }
            if MISREAD.contains(text) {
                symbols.misread.insert(*symbol);
            }
        }
        for symbol in [WORD, INTRODUCER, QUOTED_NAME] {
            symbols.any.insert(symbol);
            symbols.names.insert(symbol);
        }
        symbols
    }

    /// The symbol of a word or sign of the grammar.
    pub(super) fn text(&self, text: &str) -> Symbol {
        self.texts.get(text).copied().unwrap_or(SIGN)
    }

    /// The symbol of a token.
    pub(super) fn of(&self, token: &Token) -> Symbol {
        match token {
            Token::Word(Word { quote_style: Some(_), .. }) => QUOTED_NAME,
            Token::Word(word) if word.value.starts_with("@@") => SYSTEM_VARIABLE,
            Token::Word(word) if word.value.starts_with('@') => USER_VARIABLE,
            Token::Word(word) if word.value.starts_with('_') => INTRODUCER,
            Token::Word(word) => self.word(&word.value),
            Token::SingleQuotedString(_)
            | Token::DoubleQuotedString(_)
            | Token::NationalStringLiteral(_)
            | Token::HexStringLiteral(_)
            | Token::SingleQuotedByteStringLiteral(_) => STRING,
            Token::Number(digits, _) if digits.bytes().all(|b| b.is_ascii_digit()) => INTEGER,
            Token::Number(..) => DECIMAL,
            Token::LParen => self.text("("),
            Token::RParen => self.text(")"),
            Token::Comma => self.text(","),
            Token::Period => self.text("."),
            Token::Eq => self.text("="),
            Token::Mul => self.text("*"),
            sign => self.text(&sign.to_string()),
        }
    }

    fn word(&self, word: &str) -> Symbol {
        let mut upper = [0; MAX_WORD];
        let Some(upper) = upper.get_mut(..word.len()) else { return WORD };
        upper.copy_from_slice(word.as_bytes());
        upper.make_ascii_uppercase();
        std::str::from_utf8(upper).ok().and_then(|upper| self.texts.get(upper).copied()).unwrap_or(WORD)
    }
}
