//! From a statement's text to a tree.
//!
//! ```text
//! text ──tokenize──► tokens ──depth──► tokens ──grammar──► tokens ──parse──► Command, or ast::Statement
//!   ▲                  │ each token knows its line and column
//!   └── near '…' ◄─────┘ 1064 at the token where the grammar stopped
//! ```
//!
//! RULES
//!
//! - **R1** A token that the grammar has edited keeps the position of the token that it replaces, so that `near '…'`
//!   shows the original text.
//! - **R2** Names are in `utf8mb3`: a character of four bytes in a name is error 1300.
//! - **R3** One call reads one statement; a `;` may end it.
//! - **R4** What is a syntax error, the [grammar](super::grammar) says. If it takes a statement that `sqlparser` cannot
//!   read, that is error 1235, near the token where `sqlparser` stopped.
//!
//! Left out: `near` shows the token where *this* grammar stopped. It is the server's token for all common mistakes;
//! where the server has read one token more, or stops within a token, the quoted text differs.

use super::command::Command;
use super::command_reader::parse_command;
use super::depth::{MAX_NESTING, depth_of, too_deep};
use super::dialect::MariaDb;
use super::grammar::{Verdict, recognize};
use crate::answer::SqlError;
use sqlparser::ast::Statement;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer, TokenizerError, Word};

/// Prefix of the table name in `FOR UPDATE OF`, into which `WAIT n` is rewritten; MariaDB has no `OF`.
pub(crate) const WAIT_PREFIX: &str = "wait ";

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

/// The tokens of one statement, before it is parsed.
pub(crate) struct Tokens<'s> {
    sql: &'s str,
    tokens: Vec<TokenWithSpan>,
    /// The stack that the statement needs, for [`super::run_with_depth`].
    pub(crate) depth: usize,
}

impl<'s> Tokens<'s> {
    /// The tokens in `sql`. ERRORS: 1064; 1065 if `sql` is empty; 1300 (R2); 1436 if the statement is too deep.
    pub(crate) fn read(sql: &'s str) -> Result<Tokens<'s>, SqlError> {
        let sql = sql.trim_end_matches(|c: char| c == ';' || c.is_whitespace());
        let tokens = Tokenizer::new(&MariaDb, sql).tokenize_with_location();
        let mut tokens = tokens.map_err(|TokenizerError { location, .. }| syntax_error(sql, location))?;
        tokens.retain(|t| !matches!(t.token, Token::Whitespace(_)));
        if tokens.is_empty() {
            return Err(SqlError::empty_query());
        }
        tokens.iter().try_for_each(|token| check_name(&token.token))?;
        tokens.iter_mut().for_each(mark_hybrid);
        let depth = depth_of(&tokens)?;
        Ok(Tokens { sql, tokens, depth })
    }

    /// Parses the statement (R3). REQUIRES: the stack for its depth. ERRORS: 1064; 1235 for syntax of MariaDB that is
    /// not supported; 1436.
    pub(crate) fn parse(self) -> Result<Parsed, SqlError> {
        let Tokens { sql, tokens, .. } = self;
        let tokens = match recognize(&tokens) {
            Verdict::Valid(edits) => wait_clauses(edits.apply(tokens)),
            Verdict::Unsupported(construct) => return Err(SqlError::not_supported(construct)),
            Verdict::Invalid(at) => return Err(syntax_error(sql, tokens.get(at).map_or(END, |t| t.span.start))),
        };
        let mut parser = Parser::new(&MariaDb).with_recursion_limit(MAX_NESTING).with_tokens_with_locations(tokens);
        let (parsed, is_command) = match parse_command(&mut parser) {
            Some(command) => (command.map(|command| Parsed::Command(Box::new(command))), true),
            None => (parser.parse_statement().map(|statement| Parsed::Statement(Box::new(statement))), false),
        };
        while parser.consume_token(&Token::SemiColon) {}
        let rest = parser.peek_token_ref();
        let stopped = match parsed {
            Ok(parsed) if rest.token == Token::EOF => return Ok(parsed),
            Ok(_) => rest.span.start,
            Err(ParserError::RecursionLimitExceeded) => return Err(too_deep()),
            Err(ParserError::ParserError(text) | ParserError::TokenizerError(text)) => {
                location_in(&text).unwrap_or(rest.span.start)
            }
        };
        if is_command {
            return Err(syntax_error(sql, stopped));
        }
        // The server takes it: what we lack is a reader (R4).
        Err(SqlError::not_supported(format_args!("syntax near '{}'", near(sql, stopped).0)))
    }
}

/// Refuses a name with a character of four bytes: names are in `utf8mb3`. ERRORS: 1300.
fn check_name(token: &Token) -> Result<(), SqlError> {
    let Token::Word(word) = token else { return Ok(()) };
    let is_four_bytes = |c: char| c.len_utf8() == 4;
    if !word.value.contains(is_four_bytes) {
        return Ok(());
    }
    let shown = |c: char| match c.is_ascii() {
        true => c.to_string(),
        false => c.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("\\x{byte:02X}")).collect(),
    };
    Err(SqlError::not_utf8mb3(word.value.chars().map(shown).collect::<String>()))
}

/// The parser's position for the end of the text.
const END: Location = Location { line: 0, column: 0 };

/// Error 1064 at a position in `sql`; at line 0, the end of the text, `near` is empty.
pub(crate) fn syntax_error(sql: &str, at: Location) -> SqlError {
    let (near, line) = near(sql, at);
    SqlError::syntax(near, line)
}

/// The text at a position in `sql`, and its line.
fn near(sql: &str, at: Location) -> (String, usize) {
    let skipped = if at.line == 0 { sql.len() } else { offset_of(sql, at) };
    (sql[skipped..].chars().take(MAX_NEAR).collect(), sql[..skipped].matches('\n').count() + 1)
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

/// Makes `WAIT n` of a locking clause `OF` and a name that begins with [`WAIT_PREFIX`].
fn wait_clauses(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    for at in 1..tokens.len().saturating_sub(1) {
        if let Some(seconds) = wait_clause(&tokens[at..], tokens.get(at - 1)) {
            let name = Token::make_word(&format!("{WAIT_PREFIX}{seconds}"), Some('`'));
            tokens[at].token = Token::make_keyword("OF");
            tokens[at + 1].token = name;
        }
    }
    tokens
}

/// Makes `0x41`, which the tokenizer reads as it reads `x'41'`, and `0b1`, which it reads as a name, numbers: they
/// count as numbers where one is needed.
fn mark_hybrid(TokenWithSpan { token, span }: &mut TokenWithSpan) {
    let is_bits =
        |word: &str| word.strip_prefix("0b").is_some_and(|bits| bits.bytes().all(|b| matches!(b, b'0' | b'1')));
    match token {
        // `0x` is shorter than `x''` by one character.
        Token::HexStringLiteral(hex) if span.end.column - span.start.column == hex.len() as u64 + 2 => {
            *token = Token::Number(format!("0x{hex}"), false);
        }
        Token::Word(Word { value, quote_style: None, .. }) if value.len() > 2 && is_bits(value) => {
            *token = Token::Number(value.clone(), false);
        }
        _ => {}
    }
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

/// Parses a statement on tables. ERRORS: 1235 for a command.
#[cfg(test)]
pub(crate) fn parse_statement(sql: &str) -> Result<Statement, SqlError> {
    match Tokens::read(sql)?.parse()? {
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
    fn edits() {
        let cases = [
            "select * from t where a mod 2 = 1 lock in share mode",
            "select mod(7, 3), 7 mod(3), (7) MOD 3 from t where a && b || not mod (a, 2)",
            "alter table t drop key k",
            "insert into t value (1, 'lock in share mode')",
            "select `mod` from `lock`;",
            "select 1 -- with consistent snapshot",
            "update low_priority t set a := 1",
            "insert into t ((select high_priority a from (t)))",
        ];
        let shown: String = cases.iter().map(|sql| shown(sql) + "\n").collect();
        expect![[r#"
            SELECT * FROM t WHERE a % 2 = 1 FOR SHARE
            SELECT mod(7, 3), 7 % (3), (7) % 3 FROM t WHERE a AND b OR NOT mod(a, 2)
            ALTER TABLE t DROP INDEX k
            INSERT INTO t VALUES (1, 'lock in share mode')
            SELECT `mod` FROM `lock`
            SELECT 1
            UPDATE t SET a = 1
            INSERT INTO t SELECT a FROM t
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
        assert_eq!(parse_statement(" ; ").unwrap_err().errno, 1065);
    }

    #[test]
    fn near_shows_at_most_80_characters() {
        let long = format!("select * form {}", "x".repeat(200));
        assert!(shown(&long).starts_with(&format!("near 'form {}'", "x".repeat(75))));
    }
}
