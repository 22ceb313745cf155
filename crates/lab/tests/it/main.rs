//! The program `innolab` as its user sees it: output, errors and exit status of every command.

#![allow(clippy::unwrap_used)]

mod binlog;
mod check;
mod crash;
mod inspect;
mod program;
mod replay;
mod scenarios;
