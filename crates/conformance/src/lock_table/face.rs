//! The calls of a lock table that the suite makes.

use words::*;

/// The types in the calls.
pub mod words {
    pub use innolab_base::{IndexId, TrxId, Waiter};
    pub use innolab_lock::{
        Answer, DataLock, Inherit, Owner, RecordId, RecordKey, RecordMode, Table, TableMode, Ticket, TrxStatus,
        WaitOutcome, WaitPolicy,
    };
    pub use std::sync::Arc;
}

/// A lock table, as the suite calls it: each method is the one of the same name of `innolab_lock::LockTable`. The macro
/// [`lock_table`](crate::lock_table!) implements it for a table that has these methods.
#[allow(missing_docs)] // documented there
pub trait LockTable {
    fn begin(&self, session: Arc<Waiter>) -> Owner;
    fn set_trx_id(&self, owner: Owner, trx_id: TrxId);
    fn set_inherit(&self, owner: Owner, inherit: Inherit);
    fn lock_table(&self, owner: Owner, table: Table, mode: TableMode, undo: u64, policy: WaitPolicy) -> Answer;
    fn lock_record(&self, owner: Owner, at: &RecordId<'_>, mode: RecordMode, undo: u64, policy: WaitPolicy) -> Answer;
    fn make_explicit(&self, trx_id: TrxId, at: &RecordId<'_>) -> bool;
    fn inherit_on_insert(&self, new: &RecordId<'_>, successor: &RecordId<'_>);
    fn inherit_on_remove(&self, removed: &RecordId<'_>, successor: &RecordId<'_>);
    fn rewritten(&self, at: &RecordId<'_>);
    fn unlock_record(&self, owner: Owner, index: IndexId, key: RecordKey<'_>, mode: RecordMode);
    fn unlock_table(&self, owner: Owner, table: Table, mode: TableMode);
    fn wait(&self, ticket: Ticket, timeout_ms: Option<u64>) -> WaitOutcome;
    fn is_over(&self, ticket: Ticket) -> bool;
    fn cancel(&self, owner: Owner);
    fn release_all(&self, owner: Owner);
    fn data_locks(&self) -> Vec<DataLock>;
    fn lock_waits(&self) -> Vec<(u64, u64)>;
    fn transactions(&self) -> Vec<TrxStatus>;
}

/// Defines the type `$name`, which is a table with the calls of `innolab_lock::LockTable` as the suite calls it:
/// `innolab_conformance::lock_table_calls!(Tested, my_lock::LockTable);`.
#[macro_export]
macro_rules! lock_table_calls {
    ($name:ident, $table:ty) => {
        struct $name($table);

        const _: () = {
            use $crate::lock_table::words::*;

            impl $crate::lock_table::LockTable for $name {
                fn begin(&self, session: Arc<Waiter>) -> Owner {
                    self.0.begin(session)
                }
                fn set_trx_id(&self, owner: Owner, trx_id: TrxId) {
                    self.0.set_trx_id(owner, trx_id);
                }
                fn set_inherit(&self, owner: Owner, inherit: Inherit) {
                    self.0.set_inherit(owner, inherit);
                }
                fn lock_table(
                    &self,
                    owner: Owner,
                    table: Table,
                    mode: TableMode,
                    undo: u64,
                    policy: WaitPolicy,
                ) -> Answer {
                    self.0.lock_table(owner, table, mode, undo, policy)
                }
                fn lock_record(
                    &self,
                    owner: Owner,
                    at: &RecordId<'_>,
                    mode: RecordMode,
                    undo: u64,
                    policy: WaitPolicy,
                ) -> Answer {
                    self.0.lock_record(owner, at, mode, undo, policy)
                }
                fn make_explicit(&self, trx_id: TrxId, at: &RecordId<'_>) -> bool {
                    self.0.make_explicit(trx_id, at)
                }
                fn inherit_on_insert(&self, new: &RecordId<'_>, successor: &RecordId<'_>) {
                    self.0.inherit_on_insert(new, successor);
                }
                fn inherit_on_remove(&self, removed: &RecordId<'_>, successor: &RecordId<'_>) {
                    self.0.inherit_on_remove(removed, successor);
                }
                fn rewritten(&self, at: &RecordId<'_>) {
                    self.0.rewritten(at);
                }
                fn unlock_record(&self, owner: Owner, index: IndexId, key: RecordKey<'_>, mode: RecordMode) {
                    self.0.unlock_record(owner, index, key, mode);
                }
                fn unlock_table(&self, owner: Owner, table: Table, mode: TableMode) {
                    self.0.unlock_table(owner, table, mode);
                }
                fn wait(&self, ticket: Ticket, timeout_ms: Option<u64>) -> WaitOutcome {
                    self.0.wait(ticket, timeout_ms)
                }
                fn is_over(&self, ticket: Ticket) -> bool {
                    self.0.is_over(ticket)
                }
                fn cancel(&self, owner: Owner) {
                    self.0.cancel(owner);
                }
                fn release_all(&self, owner: Owner) {
                    self.0.release_all(owner);
                }
                fn data_locks(&self) -> Vec<DataLock> {
                    self.0.data_locks()
                }
                fn lock_waits(&self) -> Vec<(u64, u64)> {
                    self.0.lock_waits()
                }
                fn transactions(&self) -> Vec<TrxStatus> {
                    self.0.transactions()
                }
            }
        };
    };
}

/// Defines a test for each level of [`lock_table`](mod@crate::lock_table), for a table with the calls of
/// `innolab_lock::LockTable`: `innolab_conformance::lock_table!(my_lock::LockTable);`. With `, ties` behind it also for the
/// level of the server's tie-breaks; with `, any order` only for the levels that leave the order of granting to the
/// table.
#[macro_export]
macro_rules! lock_table {
    ($table:ty, ties) => {
        $crate::lock_table!($table);

        #[test]
        fn the_servers_tie_breaks() {
            tested(Level::Ties);
        }
    };
    ($table:ty, any order) => {
        $crate::lock_table!($table, Order::Any);
    };
    ($table:ty) => {
        $crate::lock_table!($table, Order::OfArrival);

        #[test]
        fn the_servers_weights() {
            tested(Level::Weights);
        }
    };
    ($table:ty, $order:expr) => {
        use innolab_base::{CondvarPark, Events};
        use std::sync::Arc;
        use $crate::lock_table::{Level, Order, check};

        $crate::lock_table_calls!(Tested, $table);

        fn tested(level: Level) {
            let make = || Tested(<$table>::new(Arc::new(CondvarPark), Events::none()));
            check(level, $order, make).unwrap_or_else(|broken| panic!("{broken}"));
        }

        #[test]
        fn modes_and_order_of_arrival() {
            tested(Level::Modes);
        }

        #[test]
        fn gaps_and_inheritance() {
            tested(Level::Gaps);
        }

        #[test]
        fn any_valid_victim() {
            tested(Level::Victims);
        }
    };
}
