//! Group flush: the first thread that needs it leads. It takes all groups appended so far, writes and syncs them.
//! Threads that come meanwhile wait, and the next leader flushes all of their groups at once. So sixteen committers
//! cost a few syncs, not sixteen.
//!
//! ```text
//! T1 append ─ lead: write ─ sync ───────┐ done
//! T2    append ─ wait ·················· ├ lead: write ─ sync ─┐ done       (T2's and T3's groups in one sync)
//! T3       append ─ wait ··············· └ wait ···············┘ done
//! ```
//!
//! A checkpoint takes the same lead (R7).
//!
//! InnoDB's counterpart: `log_write_up_to`, `log_checkpoint`.

use crate::format::Slot;
use crate::redo::Redo;
use crate::{Error, Result};
use innolab_base::Lsn;
use innolab_base::sync::atomic::{AtomicU64, Ordering};

impl Redo {
    /// LSN up to which the log was handed to the operating system: these groups survive a killed process.
    #[doc(alias = "write_lsn")]
    pub fn written(&self) -> Lsn {
        Lsn(self.file.written.load(Ordering::Acquire))
    }

    /// LSN up to which the log is on the device: these groups survive a power loss.
    #[doc(alias = "flushed_to_disk_lsn")]
    pub fn flushed(&self) -> Lsn {
        Lsn(self.file.flushed.load(Ordering::Acquire))
    }

    /// Makes all groups that end at or before `lsn` survive a power loss. REQUIRES: `lsn ≤ current`.
    /// ERRORS: [`Error::Poisoned`]: groups that were not flushed before may be lost.
    #[doc(alias = "log_write_up_to")]
    pub fn flush_to(&self, lsn: Lsn) -> Result<()> {
        self.reach(lsn, &self.file.flushed, true)
    }

    /// Hands all groups that end at or before `lsn` to the system, so that they survive a killed process
    /// (`innodb_flush_log_at_trx_commit = 2`). REQUIRES and ERRORS: as [`Redo::flush_to`].
    pub fn write_to(&self, lsn: Lsn) -> Result<()> {
        self.reach(lsn, &self.file.written, false)
    }

    /// Makes `lsn` the place from which a recovery starts, and gives the room before it back to writers. An `lsn` that
    /// is not past the last checkpoint changes nothing.
    /// REQUIRES: `lsn ≤ flushed`; it is a group's start or end; every page that an earlier group changed is durable in
    /// its own file.
    /// ERRORS: [`Error::Poisoned`].
    #[doc(alias = "log_checkpoint")]
    pub fn checkpoint(&self, lsn: Lsn) -> Result<()> {
        assert!(lsn <= self.flushed(), "a checkpoint at {lsn} is ahead of the flushed log ({})", self.flushed());
        if !self.file.lead.take(|| self.checkpoint_lsn() >= lsn)? {
            return Ok(());
        }
        let result = self.store_checkpoint(lsn);
        self.step_down(result)
    }

    fn store_checkpoint(&self, lsn: Lsn) -> Result<()> {
        let mut work = self.file.work.lock();
        work.slot = self.ring.store(Slot { checkpoint: lsn, ..work.slot })?;
        work.checkpoints += 1;
        let before = self.checkpoint.swap(lsn.0, Ordering::AcqRel);
        self.room.give(lsn.0 - before);
        Ok(())
    }

    /// Writes, and with `sync` syncs, until `mark` has reached `lsn`.
    fn reach(&self, lsn: Lsn, mark: &AtomicU64, sync: bool) -> Result<()> {
        debug_assert!(lsn <= self.current(), "{lsn} was not appended");
        let is_done = || mark.load(Ordering::Acquire) >= lsn.0;
        if is_done() || !self.file.lead.take(is_done)? {
            return Ok(());
        }
        let result = self.write_out(sync);
        self.step_down(result)
    }

    /// Writes all groups appended so far; with `sync`, makes them durable.
    fn write_out(&self, sync: bool) -> Result<()> {
        let mut work = self.file.work.lock();
        let taken = self.buffer.lock().take(&mut work.spare, self.written());
        if let Some((at, end)) = taken {
            if sync {
                self.ring.add_zeros(at, &mut work.spare);
            }
            self.ring.write(at, &work.spare)?;
            self.file.written.store(end.0, Ordering::Release);
        }
        if sync {
            let end = self.written();
            self.ring.sync()?;
            self.file.flushed.store(end.0, Ordering::Release);
        }
        Ok(())
    }

    fn step_down(&self, result: Result<()>) -> Result<()> {
        let result = result.map_err(|e| self.poison(&e.to_string()));
        self.file.lead.step_down();
        result
    }

    /// Stops the log (R6). REQUIRES: the calling thread leads.
    fn poison(&self, why: &str) -> Error {
        self.file.lead.poison(why);
        self.buffer.lock().poison();
        self.room.poison(why);
        Error::Poisoned { why: why.to_owned() }
    }
}
