//! The engine's part in the binary log: what transactions write to it, and the commit that keeps both in
//! agreement.
//!
//! ```text
//! insert · update · delete ─► cache: rows of the statement ─► encoded at its end
//! Transaction::commit ─► nothing to log ─► the engine alone
//!                    └─► Coordinator ─► prepare · sync · write the log · sync it · commit, a group at a time     (crate `binlog`)
//!                                       └──────── participant: the engine, by XID ────────┘
//! ```
//!
//! RULES
//!
//! - **R1** A transaction that changed rows is committed if and only if it is in the log (I5). A transaction that
//!   changed no row is not in the log.
//! - **R2** Without `log_bin` nothing is collected, and a commit only finds that there is no log. Transactions in
//!   doubt after a crash can be resolved only by the log, so opening without it is refused.
//! - **R3** A failure after the prepare poisons the engine (I10): the next open finds out if the transaction is in
//!   the log.
//!
//! | file          | one idea                                                       | MySQL's counterpart                 |
//! |---------------|----------------------------------------------------------------|-------------------------------------|
//! | `rows`        | tables and rows as the log describes them                      | `Rows_log_event`                    |
//! | `from_log`    | rows of a log, converted to a table here or refused            | `slave_type_conversions`            |
//! | `cache`       | what a transaction will write to the log                       | `binlog_cache_mngr`                 |
//! | `participant` | the engine as the log sees it; commits of logged transactions  | `ha_innodb`                         |
//!
//! DDL statements in the log are in `ddl::announce`.
//!
//! MySQL's counterpart: `MYSQL_BIN_LOG`, `trans_commit`, `ha_commit_trans`.

mod cache;
mod from_log;
mod participant;
mod rows;

pub(crate) use cache::BinlogCache;
pub use cache::StatementText;
pub(crate) use from_log::row_data;
pub(crate) use participant::open;
