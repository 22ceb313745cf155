//! The text of each item of a select list, as it is written: the title of a column that has no name.
//!
//! ```text
//! select /* a */ 1+1 , /* b */ count( * ) /* c */ from t
//!                └─┘ └─────────────────┘
//! ```
//!
//! RULES
//!
//! - **R1** The first item begins with its first token, each further one behind the comma, without leading spaces, but with
//!   comments. An item ends with its last token.
//! - **R2** The list ends at the first word, outside of parentheses, that begins another clause. All of these are
//!   reserved words.
//!
//! The server's counterpart: `remember_name` in `sql_yacc.yy`.

use super::dialect::MariaDb;
use sqlparser::keywords::Keyword as K;
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer};

/// The texts of the items of the select list whose SELECT stands at `select` in `sql`; empty if `sql` has no tokens.
pub(crate) fn item_texts(sql: &str, select: Location) -> Vec<&str> {
    let tokens = Tokenizer::new(&MariaDb, sql).tokenize_with_location().unwrap_or_default();
    let list = tokens
        .iter()
        .filter(|t| !matches!(t.token, Token::Whitespace(_)))
        .skip_while(|t| t.span.start != select)
        .skip(1)
        .skip_while(|t| is_option(t));
    let mut text = Text { sql, offset: 0, at: Location { line: 1, column: 1 } };
    let (mut texts, mut depth) = (Vec::new(), 0_usize);
    let (mut start, mut end) = (None, 0);
    for TokenWithSpan { token, span } in list {
        match token {
            Token::LParen => depth += 1,
            Token::RParen if depth > 0 => depth -= 1,
            Token::Comma if depth == 0 => {
                texts.push(text.between(start, end));
                (start, end) = (Some(text.offset_of(span.end)), end);
                continue;
            }
            token if depth == 0 && ends_list(token) => break,
            _ => {}
        }
        let began = text.offset_of(span.start);
        start.get_or_insert(began);
        end = text.offset_of(span.end);
    }
    texts.push(text.between(start, end));
    texts
}

/// A statement's text, and a position in it that only goes forward, so that all positions cost one pass.
struct Text<'s> {
    sql: &'s str,
    offset: usize,
    at: Location,
}

impl<'s> Text<'s> {
    /// The offset of a position that is not before the last one.
    fn offset_of(&mut self, wanted: Location) -> usize {
        for c in self.sql[self.offset..].chars() {
            if (self.at.line, self.at.column) >= (wanted.line, wanted.column) {
                break;
            }
            self.offset += c.len_utf8();
            self.at = match c {
                '\n' => Location { line: self.at.line + 1, column: 1 },
                _ => Location { line: self.at.line, column: self.at.column + 1 },
            };
        }
        self.offset
    }

    fn between(&self, start: Option<usize>, end: usize) -> &'s str {
        self.sql.get(start.unwrap_or(end)..end).unwrap_or_default().trim_start()
    }
}

fn is_option(TokenWithSpan { token, .. }: &TokenWithSpan) -> bool {
    let options = ["DISTINCT", "DISTINCTROW", "ALL", "HIGH_PRIORITY", "STRAIGHT_JOIN"];
    matches!(token, Token::Word(word) if word.quote_style.is_none()
        && (options.iter().any(|o| word.value.eq_ignore_ascii_case(o)) || word.value.to_ascii_uppercase().starts_with("SQL_")))
}

/// R2
fn ends_list(token: &Token) -> bool {
    match token {
        Token::Word(word) if word.quote_style.is_none() => matches!(
            word.keyword,
            K::FROM
                | K::INTO
                | K::WHERE
                | K::GROUP
                | K::HAVING
                | K::ORDER
                | K::LIMIT
                | K::UNION
                | K::EXCEPT
                | K::INTERSECT
                | K::PROCEDURE
                | K::FOR
                | K::LOCK
                | K::ON
                | K::WINDOW
                | K::OFFSET
                | K::FETCH
                | K::RETURNING
        ),
        Token::RParen | Token::SemiColon | Token::EOF => true,
        _ => false,
    }
}
