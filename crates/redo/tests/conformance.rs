//! The log against the suite of write-ahead logs, with the smallest file.

use innolab_redo::{MIN_CAPACITY_BYTES, Options, Redo};

innolab_conformance::write_ahead_log!(Redo, Options { capacity_bytes: MIN_CAPACITY_BYTES, buffer_bytes: 16 << 10 });
