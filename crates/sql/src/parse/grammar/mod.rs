//! MariaDB's syntax: which statements are errors 1064, and which constructs are not supported (1235).
//!
//! The `sqlparser` crate reads many dialects: it takes much that MariaDB refuses (`LIMIT 1 BY a`, `SELECT TOP 1`), and
//! fails at much that MariaDB takes. So its answer is not the server's. This module has the server's syntax as a grammar,
//! in the files `*.ebnf`, and recognizes each statement by it first. Only what is recognized, and has nothing that we
//! lack, is read by [`super::command_reader`] or `sqlparser`.
//!
//! ```text
//! tokens ──recognize──┬─► an error at a token               1064 near it
//!                     ├─► valid, with a marked construct    1235, with the construct's name
//!                     └─► valid: edits ─► tokens for `sqlparser`, without words that have no effect
//! ```
//!
//! | in the grammar          | what it matches                                                           |
//! |-------------------------|---------------------------------------------------------------------------|
//! | `SELECT`, `'('`         | this unquoted word, without case; this sign                               |
//! | `name`, `any`           | a name that is no reserved word; any word                                 |
//! | `string`, `number`, `integer`, `variable` | these tokens                                            |
//! | `balanced`, `rest`      | all tokens before the `)` that closes; all tokens to the end              |
//! | `end`                   | the end of the statement                                                  |
//! | `a b`, `a \| b`, `[a]`, `{a}` | both; the first that matches; once or not at all; any number of times |
//! | `<a>`                   | one or more, separated by commas                                          |
//! | `&a`, `!a`              | nothing, where `a` matches, or does not match                             |
//! | `"name"`                | nothing; the construct is not supported, and this is its name, `*` in it is the first token of the sequence |
//! | `-a`                    | `a`, whose tokens are then removed                                        |
//! | `A>B`                   | `A`, which then becomes `B`                                               |
//!
//! RULES
//!
//! - **R1** The first alternative that matches is taken, and what is optional is taken if it matches (a parsing
//!   expression grammar). So an alternative must not match the beginning of what a later one should match.
//! - **R2** The error is at the furthest token at which a terminal was tried in vain. That is the token at which the
//!   server's parser stops, since both go from left to right and read as far as some rule allows.
//! - **R3** The first marked construct is reported, and only if the whole statement is valid.
//! - **R4** A construct that has no effect on InnoDB's tables is removed (`LOW_PRIORITY`, parentheses around a whole
//!   query). Everything else that MariaDB takes is marked, or is supported by the reader behind.
//! - **R5** Rules call themselves only behind a token that [`super::depth`] counts, so the stack for the statement's depth
//!   is enough.
//! - **R6** The results of the rules `expr` and `query`, through which rules call themselves, are remembered, so each is
//!   tried once at a token, and the time is linear however often an alternative has to be given up. (`bare_query`,
//!   `tables` and `predicate` call themselves too, but no two alternatives try one of them at the same token.) What
//!   cannot begin with the next token is not tried at all.
//! - **R7** Whether a statement is valid depends on the symbols of its tokens alone (`symbols.rs`: words, signs, classes),
//!   not on names and values. So the symbols of the last valid ones without edits are kept, and a statement with the
//!   same symbols, such as a SELECT of another key, is not recognized again.
//!
//! InnoDB's counterpart: `sql/sql_yacc.yy`, `sql/lex.h`. Left out: the insides of statements of which we have nothing
//! (bodies of routines, options of GRANT), which are `rest`; types and lengths, which their readers check.

mod compile;
mod recognize;
mod reserved;
mod symbols;

pub(super) use recognize::{Verdict, recognize};
