//! Statements that are about the session: transactions, settings, SHOW, EXPLAIN. The `sqlparser` crate knows few of MariaDB's words for them, so they are
//! read here, word by word, from the same tokens; everything else is the crate's.
//!
//! ```text
//! tokens ─► begins with BEGIN, START TRANSACTION, COMMIT, ROLLBACK, SAVEPOINT, RELEASE, SET, SHOW, EXPLAIN …  ─► Command
//!      └──► anything else ─► `Parser::parse_statement`                                                        ─► Statement
//! ```
//!
//! RULES
//!
//! - **R1** A word is a word whatever its case, unless it is in quotes.
//! - **R2** What cannot be read is the parser's error at the token where reading stopped: 1064 near it.
//!
//! InnoDB's counterpart: `sql/sql_yacc.yy`.

use crate::dialect::MariaDb;
use crate::variables::Scope;
use innolab_engine::Isolation;
use sqlparser::ast::{Expr, Ident, ObjectName, Query, Statement};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, Word};

type Parsed<T> = Result<T, ParserError>;

/// A statement about the session.
#[derive(Debug)]
pub(crate) enum Command {
    /// BEGIN, START TRANSACTION.
    Begin {
        snapshot: bool,
        read_only: Option<bool>,
    },
    /// COMMIT.
    Commit(Then),
    /// ROLLBACK.
    Rollback(Then),
    Savepoint(String),
    RollbackTo(String),
    Release(String),
    /// SET [GLOBAL | SESSION] TRANSACTION.
    SetTransaction {
        scope: Scope,
        level: Option<Isolation>,
        read_only: Option<bool>,
    },
    Set(Vec<Assignment>),
    /// DO: a SELECT whose rows nobody wants.
    Do(Box<Query>),
    /// SHOW VARIABLES.
    ShowVariables {
        scope: Scope,
        only: Only,
    },
    /// SHOW STATUS.
    ShowStatus {
        only: Only,
    },
    /// SHOW WARNINGS; `errors`: SHOW ERRORS. `count`: only how many.
    ShowWarnings {
        errors: bool,
        count: bool,
    },
    /// SHOW INDEX.
    ShowIndex(ObjectName),
    /// SHOW ENGINE INNODB STATUS.
    ShowEngineStatus,
    /// EXPLAIN of a statement.
    Explain {
        extended: bool,
        of: Box<Statement>,
    },
    /// RENAME TABLE.
    Rename(Vec<(ObjectName, ObjectName)>),
}

/// What comes after the end of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Then {
    /// Another one begins, with the same level and access.
    pub(crate) chain: bool,
}

/// One assignment of SET.
#[derive(Debug)]
pub(crate) enum Assignment {
    /// `@name = expression`.
    User { name: String, value: Expr },
    /// `[GLOBAL | SESSION] name = expression`; a lone word (`ON`, `DEFAULT`) is an identifier.
    System { scope: Scope, name: String, value: Expr },
    /// SET NAMES.
    Names(String),
}

/// Which rows SHOW shows.
#[derive(Debug)]
pub(crate) enum Only {
    All,
    Like(String),
    /// `WHERE variable_name = '…'` or `IN (…)`, the forms that are understood.
    Where(Box<Expr>),
}

/// The command that the parser's tokens are, if they are one (R2).
pub(crate) fn parse_command(p: &mut Parser<'_>) -> Option<Parsed<Command>> {
    if word(p, "BEGIN") {
        word(p, "WORK");
        return Some(Ok(Command::Begin { snapshot: false, read_only: None }));
    }
    if words(p, &["START", "TRANSACTION"]) {
        return Some(start_transaction(p));
    }
    if word(p, "COMMIT") {
        word(p, "WORK");
        return Some(then(p).map(Command::Commit));
    }
    if word(p, "ROLLBACK") {
        return Some(rollback(p));
    }
    if word(p, "SAVEPOINT") {
        return Some(name(p).map(Command::Savepoint));
    }
    if words(p, &["RELEASE", "SAVEPOINT"]) {
        return Some(name(p).map(Command::Release));
    }
    if word(p, "SET") {
        return Some(set(p));
    }
    if word(p, "SHOW") {
        return show(p);
    }
    if word(p, "DO") {
        return Some(do_expressions(p));
    }
    if words(p, &["RENAME", "TABLE"]) {
        return Some(rename(p));
    }
    explain(p)
}

// -- transactions ---------------------------------------------------------------------------------------------------------------------------

fn start_transaction(p: &mut Parser<'_>) -> Parsed<Command> {
    let (mut snapshot, mut read_only) = (false, None);
    if !ends(p) {
        loop {
            if !snapshot && words(p, &["WITH", "CONSISTENT", "SNAPSHOT"]) {
                snapshot = true;
            } else if word(p, "READ") {
                let written = access(p)?;
                if *read_only.get_or_insert(written) != written {
                    // The server reads on to the end before it says so.
                    return Err(ParserError::ParserError("READ ONLY and READ WRITE, found: EOF".to_string()));
                }
            } else {
                return stopped(p);
            }
            if !p.consume_token(&Token::Comma) {
                break;
            }
        }
    }
    Ok(Command::Begin { snapshot, read_only })
}

/// Behind READ: whether ONLY.
fn access(p: &mut Parser<'_>) -> Parsed<bool> {
    if word(p, "ONLY") {
        return Ok(true);
    }
    if word(p, "WRITE") { Ok(false) } else { stopped(p) }
}

/// `[AND [NO] CHAIN] [[NO] RELEASE]`.
fn then(p: &mut Parser<'_>) -> Parsed<Then> {
    let mut then = Then::default();
    if word(p, "AND") {
        then.chain = !word(p, "NO");
        if !word(p, "CHAIN") {
            return stopped(p);
        }
    }
    if word(p, "NO") {
        if !word(p, "RELEASE") {
            return stopped(p);
        }
    } else {
        word(p, "RELEASE");
    }
    Ok(then)
}

fn rollback(p: &mut Parser<'_>) -> Parsed<Command> {
    word(p, "WORK");
    if word(p, "TO") {
        word(p, "SAVEPOINT");
        return name(p).map(Command::RollbackTo);
    }
    then(p).map(Command::Rollback)
}

fn set_transaction(p: &mut Parser<'_>, scope: Scope) -> Parsed<Command> {
    let (mut level, mut read_only) = (None, None);
    loop {
        if level.is_none() && words(p, &["ISOLATION", "LEVEL"]) {
            level = Some(isolation(p)?);
        } else if read_only.is_none() && word(p, "READ") {
            read_only = Some(access(p)?);
        } else {
            return stopped(p);
        }
        if !p.consume_token(&Token::Comma) {
            return Ok(Command::SetTransaction { scope, level, read_only });
        }
    }
}

fn isolation(p: &mut Parser<'_>) -> Parsed<Isolation> {
    if word(p, "SERIALIZABLE") {
        return Ok(Isolation::Serializable);
    }
    if words(p, &["REPEATABLE", "READ"]) {
        return Ok(Isolation::RepeatableRead);
    }
    if words(p, &["READ", "COMMITTED"]) {
        return Ok(Isolation::ReadCommitted);
    }
    if words(p, &["READ", "UNCOMMITTED"]) { Ok(Isolation::ReadUncommitted) } else { stopped(p) }
}

// -- settings -------------------------------------------------------------------------------------------------------------------------------

fn set(p: &mut Parser<'_>) -> Parsed<Command> {
    if word(p, "NAMES") {
        let charset = match p.next_token().token {
            Token::Word(word) => word.value,
            Token::SingleQuotedString(text) | Token::DoubleQuotedString(text) => text,
            _ => {
                p.prev_token();
                return stopped(p);
            }
        };
        return Ok(Command::Set(vec![Assignment::Names(charset)]));
    }
    let mut assignments = Vec::new();
    loop {
        let scope = scope_word(p);
        if assignments.is_empty() && word(p, "TRANSACTION") {
            return set_transaction(p, scope);
        }
        assignments.push(assignment(p, scope)?);
        if !p.consume_token(&Token::Comma) {
            return Ok(Command::Set(assignments));
        }
    }
}

fn scope_word(p: &mut Parser<'_>) -> Scope {
    if word(p, "GLOBAL") {
        Scope::Global
    } else if word(p, "SESSION") || word(p, "LOCAL") {
        Scope::Session
    } else {
        Scope::Unsaid
    }
}

fn assignment(p: &mut Parser<'_>, scope: Scope) -> Parsed<Assignment> {
    let mut parts = vec![name(p)?];
    while p.consume_token(&Token::Period) {
        parts.push(name(p)?);
    }
    if !p.consume_token(&Token::Eq) && !p.consume_token(&Token::Assignment) {
        return stopped(p);
    }
    let value = setting(p)?;
    let written = parts.join(".");
    if let Some(system) = written.strip_prefix("@@") {
        let (scope, name) = Scope::of_name(system);
        return Ok(Assignment::System { scope, name: name.to_ascii_lowercase(), value });
    }
    Ok(match written.strip_prefix('@') {
        Some(user) => Assignment::User { name: user.to_ascii_lowercase(), value },
        None => Assignment::System { scope, name: written.to_ascii_lowercase(), value },
    })
}

/// An expression; `ON`, which is no expression, is a name here.
fn setting(p: &mut Parser<'_>) -> Parsed<Expr> {
    if word(p, "ON") {
        return Ok(Expr::Identifier(Ident::new("ON")));
    }
    p.parse_expr()
}

// -- SHOW, EXPLAIN --------------------------------------------------------------------------------------------------------------------------

/// Behind SHOW; `None`, with nothing consumed, if it is one that the crate reads.
fn show(p: &mut Parser<'_>) -> Option<Parsed<Command>> {
    let scope = scope_word(p);
    if word(p, "VARIABLES") {
        return Some(only(p).map(|only| Command::ShowVariables { scope, only }));
    }
    if word(p, "STATUS") {
        return Some(only(p).map(|only| Command::ShowStatus { only }));
    }
    let count = words(p, &["COUNT", "(", "*", ")"]);
    if word(p, "WARNINGS") {
        return Some(Ok(Command::ShowWarnings { errors: false, count }));
    }
    if word(p, "ERRORS") {
        return Some(Ok(Command::ShowWarnings { errors: true, count }));
    }
    if count {
        return Some(stopped(p));
    }
    if word(p, "INDEX") || word(p, "INDEXES") || word(p, "KEYS") {
        if !word(p, "FROM") && !word(p, "IN") {
            return Some(stopped(p));
        }
        return Some(p.parse_object_name(false).map(Command::ShowIndex));
    }
    if words(p, &["ENGINE", "INNODB", "STATUS"]) {
        return Some(Ok(Command::ShowEngineStatus));
    }
    p.prev_token();
    None
}

fn only(p: &mut Parser<'_>) -> Parsed<Only> {
    if word(p, "LIKE") {
        return match p.next_token().token {
            Token::SingleQuotedString(text) | Token::DoubleQuotedString(text) => Ok(Only::Like(text)),
            _ => {
                p.prev_token();
                stopped(p)
            }
        };
    }
    if word(p, "WHERE") { p.parse_expr().map(|e| Only::Where(Box::new(e))) } else { Ok(Only::All) }
}

/// EXPLAIN of a statement; `EXPLAIN t` is the crate's.
fn explain(p: &mut Parser<'_>) -> Option<Parsed<Command>> {
    let keyword = peeked(p)?.to_ascii_uppercase();
    if !matches!(keyword.as_str(), "EXPLAIN" | "DESCRIBE" | "DESC") {
        return None;
    }
    p.next_token();
    let extended = word(p, "EXTENDED");
    let begins_statement = ["SELECT", "INSERT", "REPLACE", "UPDATE", "DELETE"]
        .iter()
        .any(|w| peeked(p).is_some_and(|is| is.eq_ignore_ascii_case(w)));
    if !begins_statement {
        if extended {
            return Some(stopped(p));
        }
        p.prev_token();
        return None;
    }
    Some(p.parse_statement().map(|of| Command::Explain { extended, of: Box::new(of) }))
}

/// Behind DO, which stands where SELECT would.
fn do_expressions(p: &mut Parser<'_>) -> Parsed<Command> {
    let items = p.parse_comma_separated(Parser::parse_expr)?;
    let list: Vec<_> = items.iter().map(ToString::to_string).collect();
    let mut select = Parser::new(&MariaDb).try_with_sql(&format!("SELECT {}", list.join(", ")))?;
    select.parse_query().map(Command::Do)
}

fn rename(p: &mut Parser<'_>) -> Parsed<Command> {
    let mut renamed = Vec::new();
    loop {
        let from = p.parse_object_name(false)?;
        if !word(p, "TO") {
            return stopped(p);
        }
        renamed.push((from, p.parse_object_name(false)?));
        if !p.consume_token(&Token::Comma) {
            return Ok(Command::Rename(renamed));
        }
    }
}

// -- words ----------------------------------------------------------------------------------------------------------------------------------

/// The next token, if it is a word without quotes.
fn peeked(p: &Parser<'_>) -> Option<String> {
    match p.peek_token().token {
        Token::Word(Word { value, quote_style: None, .. }) => Some(value),
        _ => None,
    }
}

/// Consumes the word if it comes next (R1).
fn word(p: &mut Parser<'_>, word: &str) -> bool {
    let there = peeked(p).is_some_and(|value| value.eq_ignore_ascii_case(word));
    if there {
        p.next_token();
    }
    there
}

/// Consumes all of the words and signs, or nothing.
fn words(p: &mut Parser<'_>, all: &[&str]) -> bool {
    for (n, expected) in all.iter().enumerate() {
        let sign = match *expected {
            "(" => Some(Token::LParen),
            ")" => Some(Token::RParen),
            "*" => Some(Token::Mul),
            _ => None,
        };
        let there = match sign {
            Some(sign) => p.consume_token(&sign),
            None => word(p, expected),
        };
        if !there {
            (0..n).for_each(|_| p.prev_token());
            return false;
        }
    }
    true
}

/// A name, in quotes or not; words of the grammar that MariaDB does not reserve are names.
fn name(p: &mut Parser<'_>) -> Parsed<String> {
    match p.next_token().token {
        Token::Word(word) if word.quote_style.is_some() || !is_reserved(word.keyword) => Ok(word.value),
        _ => {
            p.prev_token();
            stopped(p)
        }
    }
}

fn is_reserved(keyword: Keyword) -> bool {
    matches!(
        keyword,
        Keyword::TO | Keyword::SELECT | Keyword::FROM | Keyword::WHERE | Keyword::SET | Keyword::AND | Keyword::OR
    )
}

fn ends(p: &Parser<'_>) -> bool {
    matches!(p.peek_token().token, Token::EOF | Token::SemiColon)
}

/// R2.
fn stopped<T>(p: &Parser<'_>) -> Parsed<T> {
    p.expected("another word", p.peek_token())
}
