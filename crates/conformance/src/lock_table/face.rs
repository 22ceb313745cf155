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

/// The type `$name`, which is a table with the calls of `innolab_lock::LockTable` as the suite calls it:
/// `innolab_conformance::lock_table_calls!(Tested, my_lock::LockTable);`.
#[macro_export]
macro_rules! lock_table_calls {
    ($name:ident, $table:ty) => {
        struct $name($table);

        const _: () = {
            use $crate::lock_table::words::*;

            impl $crate::lock_table::LockTable for $name {
                $crate::lock_table_calls! { @list forward }
            }
        };
    };

    // The calls, for the trait and for the types that have it.
    (@list $for:ident) => {
        $crate::lock_table_calls! { @$for
            fn begin(session: Arc<Waiter>) -> Owner;
            fn set_trx_id(owner: Owner, trx_id: TrxId) -> ();
            fn set_inherit(owner: Owner, inherit: Inherit) -> ();
            fn lock_table(owner: Owner, table: Table, mode: TableMode, undo: u64, policy: WaitPolicy) -> Answer;
            fn lock_record(owner: Owner, at: &RecordId<'_>, mode: RecordMode, undo: u64, policy: WaitPolicy) -> Answer;
            fn make_explicit(trx_id: TrxId, at: &RecordId<'_>) -> bool;
            fn inherit_on_insert(new: &RecordId<'_>, successor: &RecordId<'_>) -> ();
            fn inherit_on_remove(removed: &RecordId<'_>, successor: &RecordId<'_>) -> ();
            fn rewritten(at: &RecordId<'_>) -> ();
            fn unlock_record(owner: Owner, index: IndexId, key: RecordKey<'_>, mode: RecordMode) -> ();
            fn unlock_table(owner: Owner, table: Table, mode: TableMode) -> ();
            fn wait(ticket: Ticket, timeout_ms: Option<u64>) -> WaitOutcome;
            fn is_over(ticket: Ticket) -> bool;
            fn cancel(owner: Owner) -> ();
            fn release_all(owner: Owner) -> ();
            fn data_locks() -> Vec<DataLock>;
            fn lock_waits() -> Vec<(u64, u64)>;
            fn transactions() -> Vec<TrxStatus>;
        }
    };
    (@declare $(fn $call:ident($($arg:ident: $type:ty),*) -> $result:ty;)*) => {
        /// A lock table, as the suite calls it: each method is the one of the same name of `innolab_lock::LockTable`. The
        /// macro [`lock_table`](crate::lock_table!) implements it for a table that has these methods.
        #[allow(missing_docs, clippy::unused_unit)] // documented there
        pub trait LockTable {
            $(fn $call(&self, $($arg: $type),*) -> $result;)*
        }
    };
    (@forward $(fn $call:ident($($arg:ident: $type:ty),*) -> $result:ty;)*) => {
        $(fn $call(&self, $($arg: $type),*) -> $result {
            self.0.$call($($arg),*)
        })*
    };
}

lock_table_calls! { @list declare }

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
