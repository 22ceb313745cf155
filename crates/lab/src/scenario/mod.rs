//! A scenario file: cases of SQL statements, with the session of each in a trailing comment.
//!
//! ```text
//! create table t (id int primary key);     -- no tag: set-up
//! insert into t values (8); -- T1          tag T1: the session of all statements that end on this line
//! select * from t; -- T2, and the rest of the comment is ignored
//! ```
//!
//! RULES
//!
//! - **R1** A tag is `T` and digits; `either` means T1. A statement without a tag belongs to the set-up session.
//! - **R2** A statement ends at `;`, or at the end of a line with a tag. If it spans lines, its tag is on the line
//!   where it ends.
//! - **R3** In an SQL file a line `-- case: NAME` opens a case. The statements before the first such line are the
//!   set-up of every case. A file without such a line is one case, named after the file.
//! - **R4** In a Markdown file every ```` ```sql ```` block is a case, named by the last line of text before it. If the
//!   text before the first block has the word set-up, that block is the set-up of every case.
//! - **R5** Untagged statements of a case run in the set-up session, in their place; they are not steps.
//! - **R6** The steps of a case are its tagged statements, counted from 1. A case without steps is left out. In a file
//!   without any tag, every statement is a step of T1.
//! - **R7** Words that look like a tag and are none (`-- t2`, `--T2`, `T2: …`) are reported with the line and with what
//!   to write, if their statement has no tag: it would run in another session than its author means.
//!
//! | file         | what                                                              |
//! |--------------|-------------------------------------------------------------------|
//! | `case`       | what is read: cases, statements, warnings                         |
//! | `token`      | strings, comments, ends of statements                             |
//! | `tag`        | the grammar of tags, and what looks like one (R1, R7)             |
//! | `statements` | an SQL text: statements with their tags, case lines (R1, R2, R3)  |
//! | `markdown`   | a Markdown text (R4)                                              |
//! | `load`       | a file or standard input (R6)                                     |

mod case;
mod load;
mod markdown;
mod statements;
mod tag;
mod token;

pub(crate) use case::{Case, Statement};
pub(crate) use load::{ScenarioFile, load};
pub(crate) use tag::{heading, is_session, meant, tag_of};
pub(crate) use token::{Kind, closing, next_token};

#[cfg(test)]
mod tests;
