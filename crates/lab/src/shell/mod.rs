//! `shell`: executes statements as they are typed or read from a pipe, in one session or in several.
//!
//! ```text
//! T1> begin; select * from t where id = 7 for update;
//! T1> T2: insert into t values (8);
//!   3  T2  insert into t values (8)
//!          (blocked by T1)
//! T2> T1: commit;                              Ctrl-C at T2's prompt would interrupt the insert (1317)
//!   4  T1  commit
//!          ok, 0 rows
//!   3  T2  (resumed)
//!          ok, 1 row
//! ```
//!
//! | file         | what                                                                     |
//! |--------------|--------------------------------------------------------------------------|
//! | `command`    | the shell's commands, in the words of the server's client                |
//! | `reader`     | lines become statements and commands                                     |
//! | `history`    | what was typed, kept between runs                                        |
//! | `completion` | what may stand at the cursor                                             |
//! | `editor`     | a terminal's line editor                                                 |
//! | `input`      | a terminal or a pipe                                                     |
//! | `interrupts` | Ctrl-C while a statement runs                                            |
//! | `prefix`     | the session before a statement                                           |
//! | `dialogue`   | what the loop talks to: `one` session or `several`                       |
//! | `converse`   | the loop                                                                 |
//! | `start`      | the shell on a database                                                  |
//!
//! The server's counterpart: `client/mysql.cc`. Left out: its commands for pagers, logs, delimiters and connections.

mod command;
mod completion;
mod converse;
mod dialogue;
mod editor;
mod history;
mod input;
mod interrupts;
mod one;
mod prefix;
mod reader;
mod several;
mod start;

pub(crate) use start::{sessions, shell};

#[cfg(test)]
mod tests;
