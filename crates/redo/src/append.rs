//! Appending a group.
//!
//! The order of LSNs is the order of the buffer's mutex. The caller's callback runs under it, so callbacks run in the
//! order of LSNs too: `store` links the group's pages into its flush list there, and the list is sorted by LSN without
//! further work.
//!
//! InnoDB's counterpart: `log_buffer_reserve`, `log_buffer_write`.

use crate::redo::Redo;
use crate::{GROUP_HEAD_BYTES, Reservation};
use innolab_base::Lsn;
use innolab_base::sync::atomic::Ordering;

impl Redo {
    /// Appends `payload` as one group and returns its start and its end. `in_order` is called with both before any
    /// later group gets its LSN.
    ///
    /// Never fails: a poisoned log still gives LSNs but discards the bytes, and every later flush fails (R6).
    ///
    /// REQUIRES: `reservation` has room for the payload, and [`GROUP_HEAD_BYTES`] more for each group after its first
    /// (it includes one head).
    /// LOCKS: `in_order` runs under the buffer's mutex and must not call the log. If the buffer is full, the call waits
    /// for a write to the file.
    #[doc(alias = "log_buffer_write")]
    pub fn append(&self, reservation: &mut Reservation, payload: &[u8], in_order: impl FnOnce(Lsn, Lsn)) -> (Lsn, Lsn) {
        let total = GROUP_HEAD_BYTES + payload.len();
        reservation.spend(total as u64);
        let payload_crc = crc32c::crc32c(payload);
        let mut buffer = self.buffer.lock();
        while buffer.is_full(total) {
            let end = buffer.end;
            drop(buffer);
            // An error has poisoned the buffer, and a poisoned buffer is never full.
            let _ = self.write_to(end);
            buffer = self.buffer.lock();
        }
        let (start, end) = buffer.push(self.epoch, payload, payload_crc);
        self.current.store(end.0, Ordering::Release);
        in_order(start, end);
        (start, end)
    }
}
