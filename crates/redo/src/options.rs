//! The settings of a log.

/// Size of the log, in the file and in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Bytes of the file, fixed when it is created. At least [`MIN_CAPACITY_BYTES`](crate::MIN_CAPACITY_BYTES).
    #[doc(alias = "innodb_log_file_size")]
    pub capacity_bytes: u64,
    /// Bytes of unwritten groups that are kept in memory. An append that would exceed them first writes them to the
    /// file. A single group may be larger.
    #[doc(alias = "innodb_log_buffer_size")]
    pub buffer_bytes: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options { capacity_bytes: 96 << 20, buffer_bytes: 16 << 20 }
    }
}
