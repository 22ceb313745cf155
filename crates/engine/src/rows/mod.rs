//! Parts that reads, writes, rollback and purge share: earlier versions of rows, implicit locks, lock keys of records,
//! AUTO_INCREMENT values; and estimates about an index.
//!
//! | file             | one idea                                                               | InnoDB's counterpart       |
//! |------------------|------------------------------------------------------------------------|----------------------------|
//! | `version`        | earlier versions of a row                                              | `row0vers`                 |
//! | `implicit`       | implicit locks: a record is locked by its active writer                | `lock0lock`, `row0vers`    |
//! | `record_locks`   | ids of records in the lock table; locks follow inserts and removals    | `lock0lock`                |
//! | `auto_increment` | reserving AUTO_INCREMENT values, the AUTO_INC lock                     | `ha_innobase`, `dict0mem`  |
//! | `estimate`       | number of rows in a range, estimated from two paths                    | `btr0cur`                  |
//! | `cardinality`    | number of rows and of distinct values, estimated from sampled leaves   | `dict0stats`               |
//! | `records`        | all records of an index, with no latch held between batches            | (none)                     |

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
