//! Reads words, names and signs from the parser's tokens. The rules are those of [`super::command_reader`].

use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, Word};

/// A result of reading; the error is the parser's, at the token where reading stopped.
pub(super) type ParseResult<T> = Result<T, ParserError>;

/// The next token, if it is an unquoted word. (`peek_token` copies the token: at ten words tried, a tenth of a point SELECT.)
pub(super) fn peek_word<'p>(p: &'p Parser<'_>) -> Option<&'p str> {
    match &p.peek_token_ref().token {
        Token::Word(Word { value, quote_style: None, .. }) => Some(value),
        _ => None,
    }
}

/// Consumes the word if it comes next, and returns true if it did (R1).
pub(super) fn accept(p: &mut Parser<'_>, word: &str) -> bool {
    let there = peek_word(p).is_some_and(|value| value.eq_ignore_ascii_case(word));
    if there {
        p.advance_token();
    }
    there
}

/// Consumes all of these words and signs and returns true, or consumes nothing and returns false.
pub(super) fn accept_all(p: &mut Parser<'_>, all: &[&str]) -> bool {
    for (n, expected) in all.iter().enumerate() {
        let sign = match *expected {
            "(" => Some(Token::LParen),
            ")" => Some(Token::RParen),
            "*" => Some(Token::Mul),
            _ => None,
        };
        let there = match sign {
            Some(sign) => p.consume_token(&sign),
            None => accept(p, expected),
        };
        if !there {
            (0..n).for_each(|_| p.prev_token());
            return false;
        }
    }
    true
}

/// A name, quoted or not; keywords that MariaDB does not reserve are names.
pub(super) fn name(p: &mut Parser<'_>) -> ParseResult<String> {
    match p.next_token().token {
        Token::Word(word) if word.quote_style.is_some() || !is_reserved(word.keyword) => Ok(word.value),
        _ => {
            p.prev_token();
            unexpected(p)
        }
    }
}

/// A quoted string.
pub(super) fn text(p: &mut Parser<'_>) -> ParseResult<String> {
    match p.next_token().token {
        Token::SingleQuotedString(text) | Token::DoubleQuotedString(text) => Ok(text),
        _ => {
            p.prev_token();
            unexpected(p)
        }
    }
}

fn is_reserved(keyword: Keyword) -> bool {
    matches!(
        keyword,
        Keyword::TO | Keyword::SELECT | Keyword::FROM | Keyword::WHERE | Keyword::SET | Keyword::AND | Keyword::OR
    )
}

/// True at the end of the statement.
pub(super) fn at_end(p: &Parser<'_>) -> bool {
    matches!(p.peek_token_ref().token, Token::EOF | Token::SemiColon)
}

/// The error at the next token (R2).
pub(super) fn unexpected<T>(p: &Parser<'_>) -> ParseResult<T> {
    p.expected("another word", p.peek_token())
}
