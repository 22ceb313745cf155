//! What reading, changing and ending have in common: earlier versions of rows, implicit locks, names of records; and
//! what is known of an index without reading all of it.
//!
//! | file             | one idea                                                               | InnoDB's room              |
//! |------------------|------------------------------------------------------------------------|----------------------------|
//! | `version`        | earlier versions of a row                                              | `row0vers`                 |
//! | `implicit`       | who holds a record that nobody has locked                              | `lock0lock`, `row0vers`    |
//! | `record_locks`   | names of records, and what the lock table is told of changes           | `lock0lock`                |
//! | `auto_increment` | who gives the next value, who waits for whom                           | `ha_innobase`, `dict0mem`  |
//! | `estimate`       | how many rows a range has, without reading them                        | `btr0cur`                  |
//! | `cardinality`    | how many rows and values an index has, without reading them            | `dict0stats`               |
//! | `records`        | all records of an index, without a latch in between                    | (none)                     |

mod auto_increment;
mod cardinality;
mod estimate;
mod implicit;
mod record_locks;
mod records;
mod version;

pub(crate) use auto_increment::AutoIncState;
pub(crate) use implicit::{LockTarget, implicit_owner, is_entry_of, request_lock};
pub(crate) use record_locks::{Names, inherit_on_insert, inherit_on_remove, note_rewrite, request_insert, ticket_of};
pub(crate) use records::Records;
pub(crate) use version::Versions;
