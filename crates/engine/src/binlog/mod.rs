//! The engine's part in the binary log: what transactions put into it, and the commit that makes it and the engine
//! one truth.
//!
//! ```text
//! insert · update · delete ─► collect: rows of the statement ─► encoded at its end
//! Transaction::commit ─► nothing collected ─► the engine alone, as ever
//!                    └─► Coordinator ─► prepare · sync · write the log · sync it · commit, a group at a time     (crate `binlog`)
//!                                       └──────── participant: the engine, asked by XID ────────┘
//! ```
//!
//! RULES
//!
//! - **R1** What changed rows is in the log, or the engine does not have it either (I5). What changed none is not in
//!   the log.
//! - **R2** Without `log_bin` nothing is collected, and a commit is one look at an empty cell. Transactions that a
//!   crash left in doubt can be decided by the log only: then opening without it is refused.
//! - **R3** A failure after the prepare breaks the engine down (I10): whether the transaction is in the log, a
//!   reopening says.
//!
//! MySQL's counterpart: `MYSQL_BIN_LOG`, `trans_commit`, `ha_commit_trans`.
//!
//! | file          | one idea                                                       | MySQL's room                        |
//! |---------------|----------------------------------------------------------------|-------------------------------------|
//! | `cache`       | what a transaction will have in the log                        | `binlog_cache_mngr`                 |
//! | `rows`        | tables and rows as the log knows them                          | `Rows_log_event`                    |
//! | `participant` | the engine as the log sees it; commits of logged transactions  | `ha_innodb`                         |
//!
//! DDL statements in the log are in `ddl::announce`.

mod cache;
mod participant;
mod rows;

pub(crate) use cache::BinlogCache;
pub use cache::StatementText;
pub(crate) use participant::open;
pub(crate) use rows::datum;
