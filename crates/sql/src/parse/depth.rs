//! How deep a statement's tree can be, told from its tokens before there is a tree; what is deeper is error 1436.
//!
//! ```text
//! select 1 + 2 * (a - abs(b)), c     1 + 2 * (…)   two operators, beside a group
//!                                        (…)       one operator, beside a group: a comma or AND begins a new segment
//!                                          (b)     no operator
//! depth = 2 + 1 + (1 + 1 + (0 + 1))
//! ```
//!
//! RULES
//!
//! - **R1** No path in the tree has more operators and groups than the depth that this file returns.
//! - **R2** A chain of AND, or of OR, is no path: [`super::dialect`] reads it as a balanced tree, so it adds the
//!   logarithm of its length. `a = 1 or a = 2 or …` may be as long as a statement.
//! - **R3** All other operators chain to the left (`1 + 1 + …`), and each adds one.
//!
//! PROOF that no statement overflows the stack. Whatever walks a tree calls itself once for each level: the parser,
//! binding, simplification, planning, evaluation, printing, `Clone`, `PartialEq`, `Drop`. The tree has at most
//! [`MAX_DEPTH`] levels of ours: a node with children comes from an operator or a group (R1), so levels that share a
//! token (a call's argument list, a subquery's SELECT) are a constant factor. [`run_with_depth`] gives the whole
//! statement, from the parser to the drop of its tree, [`BYTES_PER_LEVEL`] for each level. That this is enough is
//! measured: every construct of `tests/it/long_and_deep.rs` fits, from a thread with a small stack, in the profile
//! `dev` and in `lab`, whose parser is not optimised. Statements within statements and joins need more, and count as
//! [`STATEMENT_LEVELS`]. Where the parser calls itself without a token that we count, its own limit on nesting holds
//! ([`MAX_NESTING`]).
//!
//! The server's counterpart: `check_stack_overrun`. It allows 590 levels of operators with its default `thread_stack`,
//! and flattens AND and OR.

use crate::answer::SqlError;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

/// The greatest depth of a statement.
const MAX_DEPTH: usize = 2_500;
/// The parser's own limit: what it nests in a statement of [`MAX_DEPTH`].
pub(super) const MAX_NESTING: usize = 2 * MAX_DEPTH;
/// Stack for one level, in bytes.
const BYTES_PER_LEVEL: usize = 24 << 10;
/// Levels for a statement within a statement and for a join, which take the parser through its largest functions.
const STATEMENT_LEVELS: usize = 8;
/// Stack for a statement without any depth, down to the engine's reads and writes of pages.
const BASE_BYTES: usize = 512 << 10;

/// Runs a statement of this depth where it has the stack that it needs: on the thread's own, or on one made for it.
pub(crate) fn run_with_depth<T>(depth: usize, run: impl FnOnce() -> T) -> T {
    let needed = BASE_BYTES + depth * BYTES_PER_LEVEL;
    stacker::maybe_grow(needed, needed, run)
}

/// The depth of a statement (R1). ERRORS: 1436 if it is beyond [`MAX_DEPTH`].
pub(super) fn depth_of(tokens: &[TokenWithSpan]) -> Result<usize, SqlError> {
    let mut outer: Vec<Frame> = Vec::new();
    let mut frame = Frame::default();
    let mut before = &Token::EOF;
    for TokenWithSpan { token, .. } in tokens {
        match mark_of(token, before, &frame) {
            Mark::Open => {
                // `f(1)(2)` chains as an operator does.
                frame.tight += usize::from(closes_group(before));
                let inner = Frame { is_case: is_word(token, Keyword::CASE), ..Frame::default() };
                outer.push(std::mem::replace(&mut frame, inner));
            }
            Mark::Close => {
                if let Some(around) = outer.pop() {
                    frame = around.with_group(frame);
                }
            }
            mark => frame.take(mark, token),
        }
        if outer.len() > MAX_DEPTH {
            return Err(too_deep());
        }
        before = token;
    }
    let whole = outer.into_iter().rev().fold(frame, |inner, around| around.with_group(inner));
    let depth = whole.depth() + 1;
    if depth > MAX_DEPTH { Err(too_deep()) } else { Ok(depth) }
}

/// Error 1436, with our numbers.
pub(super) fn too_deep() -> SqlError {
    let stack = BASE_BYTES + MAX_DEPTH * BYTES_PER_LEVEL;
    SqlError::stack_overrun(stack - BASE_BYTES, stack, BASE_BYTES)
}

/// A group whose end has not come yet: parentheses, CASE … END, or the whole statement.
#[derive(Default)]
struct Frame {
    is_case: bool,
    /// Operators since the last comma, AND or OR.
    tight: usize,
    /// Operators since the last comma that reach across AND.
    loose: usize,
    /// ANDs and ORs since the last comma.
    chained: usize,
    /// BETWEENs whose AND has not come yet.
    betweens: usize,
    /// UNION and the like, which reach across commas.
    set_operators: usize,
    /// The depth of the deepest group in the segment.
    inner: usize,
    /// The depth of the deepest segment since the last comma.
    segment: usize,
    /// The depth of the deepest part before the last comma.
    part: usize,
}

/// What a token means for the depth.
enum Mark {
    Open,
    Close,
    /// Begins a new part: a comma, and in CASE the words between its expressions.
    Comma,
    Chain,
    Between,
    Tight,
    Loose,
    /// A statement or a join may follow.
    Statement,
    SetOperator,
    Nothing,
}

impl Frame {
    /// The group with another one in it that has ended.
    fn with_group(mut self, inner: Frame) -> Frame {
        self.inner = self.inner.max(inner.depth() + 1);
        self
    }

    fn take(&mut self, mark: Mark, token: &Token) {
        match mark {
            Mark::Comma => self.end_part(),
            Mark::Chain if self.betweens > 0 && is_word(token, Keyword::AND) => {
                self.betweens -= 1;
                self.tight += 1;
            }
            Mark::Chain => {
                self.end_segment();
                self.chained += 1;
            }
            Mark::Between => {
                self.betweens += 1;
                self.tight += 1;
            }
            Mark::Tight => self.tight += 1,
            Mark::Loose => self.loose += 1,
            Mark::Statement => self.loose += STATEMENT_LEVELS,
            Mark::SetOperator => self.set_operators += 1,
            Mark::Open | Mark::Close | Mark::Nothing => {}
        }
    }

    fn end_segment(&mut self) {
        self.segment = self.segment.max(self.tight + self.inner);
        (self.tight, self.inner) = (0, 0);
    }

    fn end_part(&mut self) {
        self.end_segment();
        // ANDs within ORs: two balanced trees, one above the other (R2).
        let chains = 2 * (usize::BITS - self.chained.leading_zeros()) as usize;
        self.part = self.part.max(self.segment + self.loose + chains);
        (self.segment, self.loose, self.chained, self.betweens) = (0, 0, 0, 0);
    }

    fn depth(mut self) -> usize {
        self.end_part();
        self.part + self.set_operators
    }
}

fn is_word(token: &Token, keyword: Keyword) -> bool {
    matches!(token, Token::Word(word) if word.quote_style.is_none() && word.keyword == keyword)
}

fn closes_group(token: &Token) -> bool {
    matches!(token, Token::RParen | Token::RBracket | Token::RBrace)
}

/// The meaning of a token after `before`, in the group `within`.
fn mark_of(token: &Token, before: &Token, within: &Frame) -> Mark {
    use Keyword as K;
    match token {
        Token::LParen | Token::LBracket | Token::LBrace => Mark::Open,
        closing if closes_group(closing) => Mark::Close,
        Token::Comma => Mark::Comma,
        // `&&` and `||` are read as AND and OR.
        Token::Overlap | Token::StringConcat => Mark::Chain,
        Token::Period if !closes_group(before) => Mark::Nothing,
        Token::Word(word) if word.quote_style.is_none() => match word.keyword {
            K::CASE => Mark::Open,
            // A column may be called END, so it ends CASE only after an operand.
            K::END if within.is_case && !ends_no_operand(before) => Mark::Close,
            K::WHEN | K::THEN | K::ELSE if within.is_case => Mark::Comma,
            K::AND | K::OR => Mark::Chain,
            K::BETWEEN => Mark::Between,
            K::UNION | K::EXCEPT | K::INTERSECT | K::MINUS => Mark::SetOperator,
            K::XOR | K::INTERVAL | K::DISTINCT => Mark::Loose,
            K::NOT | K::IS | K::IN | K::LIKE | K::ILIKE | K::RLIKE | K::REGEXP | K::SIMILAR | K::DIV | K::MOD => {
                Mark::Tight
            }
            K::COLLATE | K::BINARY | K::AT | K::EXISTS | K::OPERATOR | K::OVERLAPS | K::MEMBER => Mark::Tight,
            K::NOTNULL | K::PRIOR | K::PIVOT | K::UNPIVOT => Mark::Tight,
            K::EXPLAIN | K::DESCRIBE | K::DESC | K::ANALYZE | K::JOIN => Mark::Statement,
            K::THEN | K::ELSE | K::BEGIN | K::WHILE | K::DO | K::PREPARE => Mark::Statement,
            _ => Mark::Nothing,
        },
        Token::Word(_) | Token::Number(..) | Token::Placeholder(_) | Token::EOF => Mark::Nothing,
        Token::SingleQuotedString(_) | Token::DoubleQuotedString(_) | Token::HexStringLiteral(_) => Mark::Nothing,
        Token::NationalStringLiteral(_) | Token::SingleQuotedByteStringLiteral(_) => Mark::Nothing,
        Token::Assignment => Mark::Loose,
        _ => Mark::Tight,
    }
}

/// True if no operand ends with this token.
fn ends_no_operand(token: &Token) -> bool {
    [Keyword::WHEN, Keyword::THEN, Keyword::ELSE].into_iter().any(|keyword| is_word(token, keyword))
}
