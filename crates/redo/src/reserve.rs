//! Reserving room before a group is made: the log's side of [`room`](crate::room)'s queue.

use crate::redo::Redo;
use crate::{Error, GROUP_HEAD_BYTES, NoRoom, Reservation, Result};

impl Redo {
    /// Reserves room for one group of up to `payload_bytes`; waits until another thread's checkpoint frees it.
    /// Reservations are served in the order in which they come.
    /// REQUIRES: the caller holds no latch and no other reservation.
    /// ERRORS: [`Error::TooLarge`], [`Error::Poisoned`].
    #[doc(alias = "log_free_check")]
    pub fn reserve(&self, payload_bytes: u64) -> Result<Reservation> {
        self.reserve_with(payload_bytes, || Ok(NoRoom::Wait))
    }

    /// As [`Redo::reserve`], for a caller that makes room itself. At the head of the queue, whenever the room does not
    /// suffice, `no_room` is called on this thread: it flushes and calls [`Redo::checkpoint`], or wakes a thread that
    /// does. It may use the log, but must not reserve.
    /// ERRORS: as [`Redo::reserve`]; an error of `no_room` ends the wait.
    pub fn reserve_with<E: From<Error>>(
        &self,
        payload_bytes: u64,
        no_room: impl FnMut() -> std::result::Result<NoRoom, E>,
    ) -> std::result::Result<Reservation, E> {
        let bytes = self.whole_group(payload_bytes)?;
        if !self.room.try_take(bytes) {
            self.room.wait(bytes, no_room)?;
        }
        Ok(Reservation::new(self.room.clone(), bytes))
    }

    /// As [`Redo::reserve`], but returns `None` instead of waiting: if the room does not suffice or others wait for
    /// room.
    pub fn try_reserve(&self, payload_bytes: u64) -> Result<Option<Reservation>> {
        let bytes = self.whole_group(payload_bytes)?;
        if self.room.try_take(bytes) {
            return Ok(Some(Reservation::new(self.room.clone(), bytes)));
        }
        self.room.check()?;
        Ok(None)
    }

    fn whole_group(&self, payload_bytes: u64) -> Result<u64> {
        let limit = self.max_payload_bytes();
        if payload_bytes > limit {
            return Err(Error::TooLarge { want: payload_bytes, limit });
        }
        Ok(payload_bytes + GROUP_HEAD_BYTES as u64)
    }
}
