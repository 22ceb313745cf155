//! A table's file as a MariaDB server takes it: `ALTER TABLE … IMPORT TABLESPACE`, with a `.cfg` beside it that names
//! the indexes.
//!
//! ```text
//! server> CREATE TABLE …; ALTER TABLE t DISCARD TABLESPACE;         the statement that `export` returns
//! $       cp t.ibd t.cfg  DATADIR/db/
//! server> ALTER TABLE t IMPORT TABLESPACE; CHECK TABLE t EXTENDED;
//! ```
//!
//! RULES
//!
//! - **R1** All pages are in their places before the first is copied, and none changes until the last one is: one
//!   statement at a time.
//! - **R2** Every page is verified on its way (checksum, number, tablespace); a page of zeros was never used. A file
//!   that fails leaves no copy.
//!
//! - **R3** No transaction is open and all is purged: the file has rows that everybody sees, and no delete marks.
//!
//! InnoDB's counterpart: `FLUSH TABLES … FOR EXPORT` (`row0quiesce`).

mod cfg;
mod copy;
mod create_table;

pub use copy::Exported;
