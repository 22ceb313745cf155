//! Room in the log and in the pool: flushing the log, writing dirty pages back, and moving the checkpoint.
//!
//! ```text
//!              checkpoint        oldest change of a dirty page            linked
//! log ─────────────┼──────────────────────┼───────────────────────────────────┼──►
//!                  └── may move to here ──┘  once the log is flushed to there
//! ```
//!
//! InnoDB's counterpart: `log_checkpoint`, `log_preflush_pool_modified_pages`, `buf_flush_lists`.

use crate::error::Result;
use crate::flush::BATCH;
use crate::store::Store;
use innolab_base::Lsn;
use innolab_base::sync::thread;
use innolab_redo::{NoRoom, Reservation};
use std::sync::atomic::Ordering;

impl Store {
    /// Appends a group; `link` is called with its start and end, in the order of LSNs. Returns its end.
    pub(crate) fn append(&self, reservation: &mut Reservation, group: &[u8], link: impl FnOnce(Lsn, Lsn)) -> Lsn {
        let linked = |start, end: Lsn| {
            link(start, end);
            self.linked.store(end.0, Ordering::Release);
        };
        self.redo.append(reservation, group, linked).1
    }

    /// End of the last group that was appended.
    pub fn appended_lsn(&self) -> Lsn {
        Lsn(self.linked.load(Ordering::Acquire))
    }

    /// Makes all groups that end at or before `lsn` survive a power loss.
    pub fn flush_log(&self, lsn: Lsn) -> Result<()> {
        self.poison.check()?;
        self.poison.guard("flushing the redo log", || Ok(self.redo.flush_to(lsn)?))
    }

    /// Hands all groups that end at or before `lsn` to the system, which keeps them if only this process dies
    /// (`innodb_flush_log_at_trx_commit = 2`).
    pub fn write_log(&self, lsn: Lsn) -> Result<()> {
        self.poison.check()?;
        self.poison.guard("writing the redo log", || Ok(self.redo.write_to(lsn)?))
    }

    /// Makes room in the log for the writer at the head of the queue (R2 of the crate): writes the oldest pages back
    /// and moves the checkpoint. If the checkpoint did not move, because other threads hold latches, it yields to them.
    pub(crate) fn make_log_room(&self) -> Result<NoRoom> {
        let before = self.redo.checkpoint_lsn();
        self.write_oldest(Lsn(u64::MAX))?;
        if self.checkpoint()? == before {
            thread::yield_now();
        }
        Ok(NoRoom::Retry)
    }

    /// Writes back a batch of the dirty pages whose first unwritten change starts before `below`, oldest first. Returns
    /// the number of pages written.
    pub fn write_oldest(&self, below: Lsn) -> Result<usize> {
        let mut write_back = self.write_back.lock();
        let frames = self.pool.flush_list.candidates(&self.pool.arena, below, BATCH);
        write_back.write(&self.pool, &self.redo, &self.poison, &frames)
    }

    /// Writes back a batch of the dirty pages that will be pushed out first. Returns the number of pages written.
    pub(crate) fn write_coldest(&self) -> Result<usize> {
        let mut write_back = self.write_back.lock();
        let mut frames = self.pool.coldest(4 * BATCH);
        frames.retain(|f| self.pool.arena.header(*f).is_dirty());
        write_back.write(&self.pool, &self.redo, &self.poison, &frames)
    }

    /// Moves the checkpoint as far as the dirty pages allow. Returns the new checkpoint.
    pub fn checkpoint(&self) -> Result<Lsn> {
        self.poison.check()?;
        self.poison.guard("making a checkpoint", || {
            // Read before the flush list: a group that is appended later starts at or after this.
            let linked = self.appended_lsn();
            let lsn = self.pool.flush_list.oldest(&self.pool.arena).map_or(linked, |oldest| oldest.min(linked));
            if lsn > self.redo.checkpoint_lsn() {
                self.redo.flush_to(lsn)?;
                self.redo.checkpoint(lsn)?;
            }
            Ok(self.redo.checkpoint_lsn())
        })
    }

    /// Writes back all pages as they are now or later, and makes a checkpoint: no group that was appended before the call
    /// is needed for recovery. Other threads may go on changing pages. REQUIRES: no mini-transaction is under way in this
    /// thread.
    pub fn flush_all(&self) -> Result<()> {
        let now = self.appended_lsn();
        while self.pool.flush_list.oldest(&self.pool.arena).is_some_and(|oldest| oldest < now) {
            if self.write_oldest(now)? == 0 {
                thread::yield_now();
            }
        }
        self.checkpoint()?;
        Ok(())
    }

    /// Stops the cleaner and writes everything back. The files are then complete without the log, and every one of them
    /// passes `innochecksum`.
    pub fn close(&self) -> Result<()> {
        self.cleaner.stop();
        self.flush_all()
    }
}
