//! Exports a table as files that a server takes with `ALTER TABLE … IMPORT TABLESPACE`: MariaDB with a `.cfg` beside the
//! tablespace that describes the indexes, MySQL 8 and later with pages sealed as theirs are.
//!
//! ```text
//! server> CREATE TABLE …; ALTER TABLE t DISCARD TABLESPACE;         the statement that `export` returns
//! $       cp t.ibd t.cfg  DATADIR/db/
//! server> ALTER TABLE t IMPORT TABLESPACE; CHECK TABLE t EXTENDED;
//! ```
//!
//! RULES
//!
//! - **R1** All pages are written back before the first is copied, and none changes until the last is copied: one
//!   statement at a time.
//! - **R2** Every page is verified while it is copied (checksum, number, tablespace); a page of zeros has never been
//!   used. A tablespace with a bad page leaves no copy.
//! - **R3** No transaction is open and everything is purged: the file has rows that every view sees, and no delete
//!   marks.
//!
//! - **R4** MySQL is given a file of its own form only: MySQL 8 and 9 crash when they import MariaDB's without a `.cfg`.
//!
//! | file           | one idea                                          |
//! |----------------|---------------------------------------------------|
//! | `create_table` | the statement for a table that the file fits      |
//! | `cfg`          | the `.cfg` file                                   |
//! | `copy`         | the verified copy                                 |
//! | `file_name`    | the name of the server's file                     |
//! | `importer`     | which server imports it                           |
//!
//! InnoDB's counterpart: `FLUSH TABLES … FOR EXPORT` (`row0quiesce`).

mod cfg;
mod copy;
mod create_table;
mod file_name;
mod importer;

pub use copy::Exported;
pub(super) use create_table::create_table;
pub use importer::Importer;
