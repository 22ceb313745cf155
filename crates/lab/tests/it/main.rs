//! The program `innolab` as its user sees it: output, errors and exit status of every command.

#![allow(clippy::unwrap_used)]

mod binlog;
mod check;
mod crash;
mod files;
mod foreign_logs;
mod foreign_transactions;
mod inspect;
mod live;
mod mutated_logs;
mod program;
mod relay_logs;
mod replay;
mod run;
mod scenarios;
mod serve;
mod terminal;
mod torn;
mod waits;
