//! The lock table against its conformance suite, the server's tie-breaks included.

innolab_conformance::lock_table!(innolab_lock::LockTable, ties);
