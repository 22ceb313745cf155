//! My lock table against the rules.

innolab_conformance::lock_table!(innolab_my_lock_table::LockTable, any order);
