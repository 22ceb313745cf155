//! From a statement's text to a tree. Syntax of MySQL that the `sqlparser` crate does not accept is rewritten here,
//! token by token, and nowhere else; `sqlparser`'s errors become MySQL's error 1064.
//!
//! ```text
//! text ──tokenize──► tokens ─REWRITES─► tokens ──parse──► ast::Statement
//!   ▲                  │ each token knows its line and column           │
//!   └── near '…' ◄─────┴─────────────── the token where parsing stopped ┘
//! ```
//!
//! RULES
//!
//! - **R1** A rewritten token keeps the position of the token that it replaces, so that `near '…'` shows the original
//!   text.
//! - **R2** Rewrites match keywords and signs, never strings, quoted names or comments.
//! - **R3** One call reads one statement; a `;` may end it.
//!
//! Left out: `near` shows the token where *this* parser stopped. It is the server's token for all common mistakes;
//! where the two grammars detect an error at different tokens the quoted text differs.

use super::command::Command;
use super::command_reader::parse_command;
use super::dialect::MariaDb;
use crate::answer::SqlError;
use sqlparser::ast::Statement;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer, TokenizerError, Word};

/// One token of a rewrite's left side.
enum Pattern {
    Word(&'static str),
    Sign(Token),
    /// A word that follows the end of an operand: `7 mod 3`, not `mod(7, 3)`.
    Infix(&'static str),
}
use Pattern::{Infix, Sign, Word as Key};

/// Prefix of the table name in `FOR UPDATE OF`, into which `WAIT n` is rewritten; MariaDB has no `OF`.
pub(crate) const WAIT_PREFIX: &str = "wait ";

/// The rewrites: MySQL's syntax, and what the parser reads instead.
const REWRITES: &[(&[Pattern], &[&str])] = &[
    (&[Key("LOCK"), Key("IN"), Key("SHARE"), Key("MODE")], &["FOR", "SHARE"]),
    (&[Key("DROP"), Key("KEY")], &["DROP", "INDEX"]),
    (&[Key("UPDATE"), Key("IGNORE")], &["UPDATE", "OR", "IGNORE"]),
    (&[Key("VALUE"), Sign(Token::LParen)], &["VALUES", "("]),
    (&[Sign(Token::Overlap)], &["AND"]),
    (&[Sign(Token::StringConcat)], &["OR"]),
    (&[Infix("MOD")], &["%"]),
    // A synonym, but the parser accepts UNSIGNED only after DECIMAL.
    (&[Key("NUMERIC")], &["DECIMAL"]),
];

/// The longest text that `near` shows, in characters.
const MAX_NEAR: usize = 80;

/// A parsed statement.
#[derive(Debug)]
pub(crate) enum Parsed {
    /// About the session or the server, read by [`super::command_reader`].
    Command(Box<Command>),
    /// On tables, read by `sqlparser`.
    Statement(Box<Statement>),
}

/// Parses the one statement in `sql` (R3). ERRORS: 1064; 1065 if `sql` is empty; 1235 if expressions are nested too
/// deep.
pub(crate) fn parse(sql: &str) -> Result<Parsed, SqlError> {
    let sql = sql.trim_end();
    let tokens = Tokenizer::new(&MariaDb, sql).tokenize_with_location();
    let tokens = rewrite(tokens.map_err(|TokenizerError { location, .. }| syntax_error(sql, location))?);
    if tokens.iter().all(|t| t.token == Token::SemiColon) {
        return Err(SqlError::empty_query());
    }
    let misplaced = misplaced_word(&tokens);
    let mut parser = Parser::new(&MariaDb).with_tokens_with_locations(tokens);
    let parsed = match parse_command(&mut parser) {
        Some(command) => command.map(|command| Parsed::Command(Box::new(command))),
        None => parser.parse_statement().map(|statement| Parsed::Statement(Box::new(statement))),
    };
    let _ = parser.consume_token(&Token::SemiColon);
    let rest = parser.peek_token();
    let stopped = match &parsed {
        Ok(_) if rest.token == Token::EOF => None,
        Ok(_) => Some(rest.span.start),
        Err(ParserError::RecursionLimitExceeded) => {
            return Err(SqlError::not_supported("expressions nested this deep"));
        }
        Err(ParserError::ParserError(text) | ParserError::TokenizerError(text)) => {
            Some(location_in(text).unwrap_or(rest.span.start))
        }
    };
    // Line 0, the end of the text, comes after all other positions.
    let place = |at: &Location| if at.line == 0 { (u64::MAX, 0) } else { (at.line, at.column) };
    match (stopped.into_iter().chain(misplaced).min_by_key(place), parsed) {
        (None, Ok(statement)) => Ok(statement),
        (at, _) => Err(syntax_error(sql, at.unwrap_or(END))),
    }
}

/// The parser's position for the end of the text.
const END: Location = Location { line: 0, column: 0 };

/// The position of a syntax error that the parser does not see: a keyword that opens a clause or joins operands where
/// an operand is expected (the parser takes it for a name, MySQL reserves it), or `()` as the column list of CREATE
/// TABLE (the parser takes it for no columns).
fn misplaced_word(tokens: &[TokenWithSpan]) -> Option<Location> {
    use sqlparser::keywords::Keyword as K;
    let wants_operand = |token: &Token| match token {
        Token::Word(word) if word.quote_style.is_none() => {
            matches!(
                word.keyword,
                K::SELECT | K::AND | K::OR | K::XOR | K::NOT | K::WHERE | K::BY | K::SET | K::LIKE | K::BETWEEN
            )
        }
        Token::Plus | Token::Minus | Token::Div | Token::Mod | Token::Comma => true,
        Token::Eq | Token::Neq | Token::Lt | Token::Gt | Token::LtEq | Token::GtEq | Token::Spaceship => true,
        _ => false,
    };
    let opens_clause = |token: &Token| match token {
        Token::Word(word) if word.quote_style.is_none() => {
            matches!(
                word.keyword,
                K::FROM
                    | K::WHERE
                    | K::GROUP
                    | K::ORDER
                    | K::HAVING
                    | K::LIMIT
                    | K::SET
                    | K::INTO
                    | K::AND
                    | K::OR
                    | K::XOR
            )
        }
        _ => false,
    };
    let is_create =
        matches!(tokens.first(), Some(TokenWithSpan { token: Token::Word(word), .. }) if word.keyword == K::CREATE);
    let first_open = tokens.iter().position(|t| t.token == Token::LParen).filter(|_| is_create);
    let empty = first_open.and_then(|at| tokens.get(at + 1)).filter(|t| t.token == Token::RParen);
    let misplaced = tokens.windows(2).find(|pair| wants_operand(&pair[0].token) && opens_clause(&pair[1].token));
    misplaced.map(|pair| pair[1].span.start).or(empty.map(|t| t.span.start))
}

/// Error 1064 at a position in `sql`; at line 0, the end of the text, `near` is empty.
pub(crate) fn syntax_error(sql: &str, at: Location) -> SqlError {
    let skipped = if at.line == 0 { sql.len() } else { offset_of(sql, at) };
    let near: String = sql[skipped..].chars().take(MAX_NEAR).collect();
    SqlError::syntax(near, sql[..skipped].matches('\n').count() + 1)
}

/// The byte offset of a line and column, both counted from 1; columns are characters.
fn offset_of(sql: &str, at: Location) -> usize {
    let mut offset = 0;
    for (number, line) in (1..).zip(sql.split_inclusive('\n')) {
        if number == at.line {
            let skipped = usize::try_from(at.column.saturating_sub(1)).unwrap_or(usize::MAX);
            return offset + line.char_indices().nth(skipped).map_or(line.len(), |(bytes, _)| bytes);
        }
        offset += line.len();
    }
    sql.len()
}

/// The position at the end of a message of the parser: ` at Line: 1, Column: 8`.
fn location_in(message: &str) -> Option<Location> {
    if message.ends_with("found: EOF") {
        return Some(END);
    }
    let (_, place) = message.rsplit_once(" at Line: ")?;
    let (line, column) = place.split_once(", Column: ")?;
    Some(Location { line: line.parse().ok()?, column: column.parse().ok()? })
}

/// The tokens with all [`REWRITES`] applied, without spaces and comments.
fn rewrite(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let tokens: Vec<_> = tokens.into_iter().filter(|t| !matches!(t.token, Token::Whitespace(_))).collect();
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        if let Some(seconds) = wait_clause(&tokens[at..], out.last()) {
            let of = [Token::make_keyword("OF"), Token::make_word(&format!("{WAIT_PREFIX}{seconds}"), Some('`'))];
            out.extend(of.into_iter().zip(&tokens[at..]).map(|(token, at)| TokenWithSpan { token, span: at.span }));
            at += 2;
            continue;
        }
        let previous = out.last().map(|t| &t.token);
        match REWRITES.iter().find(|(from, _)| matches(from, &tokens[at..], previous)) {
            None => {
                out.push(tokens[at].clone());
                at += 1;
            }
            Some((from, to)) => {
                // Each new token gets the position of the old one; surplus new tokens get the last one's (R1).
                out.extend(to.iter().enumerate().map(|(n, text)| TokenWithSpan {
                    token: token_of(text),
                    span: tokens[at + n.min(from.len() - 1)].span,
                }));
                at += from.len();
            }
        }
    }
    out
}

/// The seconds of `WAIT n` after FOR UPDATE, LOCK IN SHARE MODE or FOR SHARE, if that comes next.
fn wait_clause<'t>(tokens: &'t [TokenWithSpan], before: Option<&TokenWithSpan>) -> Option<&'t str> {
    let is = |token: &Token, words: &[&str]| matches!(token, Token::Word(word) if word.quote_style.is_none() && words.iter().any(|w| word.value.eq_ignore_ascii_case(w)));
    match tokens {
        [wait, TokenWithSpan { token: Token::Number(seconds, false), .. }, ..]
            if is(&wait.token, &["WAIT"]) && before.is_some_and(|b| is(&b.token, &["UPDATE", "SHARE"])) =>
        {
            Some(seconds)
        }
        _ => None,
    }
}

fn matches(pattern: &[Pattern], tokens: &[TokenWithSpan], previous: Option<&Token>) -> bool {
    let is_word = |token: &Token, key: &str| matches!(token, Token::Word(Word { value, quote_style: None, .. }) if value.eq_ignore_ascii_case(key));
    pattern.len() <= tokens.len()
        && pattern.iter().zip(tokens).all(|(pattern, token)| match pattern {
            Key(key) => is_word(&token.token, key),
            Sign(sign) => token.token == *sign,
            Infix(key) => is_word(&token.token, key) && previous.is_some_and(ends_operand),
        })
}

/// True if an operand can end with this token: a value, `)`, or a name that is not a keyword.
fn ends_operand(token: &Token) -> bool {
    use sqlparser::keywords::Keyword;
    match token {
        Token::Word(word) => {
            word.keyword == Keyword::NoKeyword
                || !matches!(
                    word.keyword,
                    Keyword::SELECT
                        | Keyword::WHERE
                        | Keyword::AND
                        | Keyword::OR
                        | Keyword::NOT
                        | Keyword::BY
                        | Keyword::IN
                        | Keyword::LIKE
                        | Keyword::BETWEEN
                        | Keyword::SET
                        | Keyword::XOR
                        | Keyword::DIV
                        | Keyword::DISTINCT
                        | Keyword::WHEN
                        | Keyword::THEN
                        | Keyword::ELSE
                )
        }
        Token::Number(..) | Token::SingleQuotedString(_) | Token::DoubleQuotedString(_) | Token::RParen => true,
        _ => false,
    }
}

/// The token of a rewrite's right side.
fn token_of(text: &str) -> Token {
    match text {
        "(" => Token::LParen,
        "%" => Token::Mod,
        word => Token::make_keyword(word),
    }
}

/// Parses a statement on tables. ERRORS: 1235 for a command.
#[cfg(test)]
pub(crate) fn parse_statement(sql: &str) -> Result<Statement, SqlError> {
    match parse(sql)? {
        Parsed::Statement(statement) => Ok(*statement),
        Parsed::Command(command) => Err(SqlError::not_supported(format_args!("{command:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    fn shown(sql: &str) -> String {
        parse_statement(sql).map_or_else(
            |e| e.message.split_once("use ").map_or(e.message.clone(), |(_, near)| near.to_string()),
            |s| s.to_string(),
        )
    }

    #[test]
    fn rewrites() {
        let cases = [
            "select * from t where a mod 2 = 1 lock in share mode",
            "select mod(7, 3), 7 mod(3), (7) MOD 3 from t where a && b || not mod (a, 2)",
            "alter table t drop key k",
            "insert into t value (1, 'lock in share mode')",
            "select `mod` from `lock`;",
            "select 1 -- with consistent snapshot",
        ];
        let shown: String = cases.iter().map(|sql| shown(sql) + "\n").collect();
        expect![[r#"
            SELECT * FROM t WHERE a % 2 = 1 FOR SHARE
            SELECT mod(7, 3), 7 % (3), (7) % 3 FROM t WHERE a AND b OR NOT mod(a, 2)
            ALTER TABLE t DROP INDEX k
            INSERT INTO t VALUES (1, 'lock in share mode')
            SELECT `mod` FROM `lock`
            SELECT 1
        "#]]
        .assert_eq(&shown);
    }

    #[test]
    fn a_rewritten_token_keeps_its_position_r1() {
        assert_eq!(shown("insert into t lock in share mode"), "near 'lock in share mode' at line 1");
        assert_eq!(shown("select 1 from t where a\n || and b"), "near 'and b' at line 2");
    }

    /// The expected texts after `near` are MariaDB 10.11's.
    #[test]
    fn syntax_errors_are_near_the_servers_token() {
        let cases = [
            ("selec 1", "near 'selec 1' at line 1"),
            ("select * form t", "near 'form t' at line 1"),
            ("select * from t where", "near '' at line 1"),
            ("select * from t where id =", "near '' at line 1"),
            ("select from t", "near 'from t' at line 1"),
            ("insert into t value", "near '' at line 1"),
            ("insert t values (1,2),", "near '' at line 1"),
            ("update t set", "near '' at line 1"),
            ("create table x (id int,)", "near ')' at line 1"),
            ("select * from t order by", "near '' at line 1"),
            ("select 'abc", "near ''abc' at line 1"),
            ("select (1", "near '' at line 1"),
            ("select 1)  ", "near ')' at line 1"),
            ("select * from t where id = 1 1", "near '1' at line 1"),
            ("select 1 +\n from t\n where id", "near 'from t\n where id' at line 2"),
            ("select 'é', , 1", "near ', 1' at line 1"),
            ("select 1; select 2", "near 'select 2' at line 1"),
            ("select 1 && && 2", "near '&& 2' at line 1"),
            ("select a from t where order by a", "near 'order by a' at line 1"),
            ("create table a ()", "near ')' at line 1"),
        ];
        for (sql, expected) in cases {
            assert_eq!(shown(sql), expected, "{sql}");
        }
        assert_eq!(parse(" ; ").unwrap_err().errno, 1065);
    }

    #[test]
    fn near_shows_at_most_80_characters() {
        let long = format!("select * form {}", "x".repeat(200));
        assert!(shown(&long).starts_with(&format!("near 'form {}'", "x".repeat(75))));
    }

    #[test]
    fn deep_nesting_is_an_error_not_a_crash() {
        assert_eq!(parse(&format!("select {}1{}", "(".repeat(9000), ")".repeat(9000))).unwrap_err().errno, 1235);
    }
}
