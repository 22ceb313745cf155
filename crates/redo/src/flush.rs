//! Group flush: the first who needs it leads, takes all that was appended, writes and syncs it; those who come
//! meanwhile wait, and the next leader does it for all of them at once. Sixteen committers so cost a few syncs, not
//! sixteen.
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

use crate::buffer::half;
use crate::ring::Slot;
use crate::{Error, Redo, Result, Stats};
use innolab_base::Lsn;
use innolab_base::sync::atomic::{AtomicU64, Ordering};
use innolab_base::sync::{Condvar, Mutex};

/// Who leads, and how far the file has come.
pub(crate) struct Flush {
    written: AtomicU64,
    flushed: AtomicU64,
    lead: Mutex<Lead>,
    stepped_down: Condvar,
    /// Only the leader locks it.
    work: Mutex<Work>,
}

#[derive(Default)]
struct Lead {
    taken: bool,
    why: Option<String>,
}

struct Work {
    spare: Vec<u8>,
    slot: Slot,
    checkpoints: u64,
}

impl Flush {
    pub(crate) fn new(slot: Slot, end: Lsn, buffer_bytes: usize) -> Flush {
        Flush {
            written: end.0.into(),
            flushed: end.0.into(),
            lead: Mutex::default(),
            stepped_down: Condvar::new(),
            work: Mutex::new(Work { spare: half(buffer_bytes), slot, checkpoints: 0 }),
        }
    }
}

impl Redo {
    /// How far the file has been written.
    #[doc(alias = "write_lsn")]
    pub fn written(&self) -> Lsn {
        Lsn(self.flush.written.load(Ordering::Acquire))
    }

    /// How far the log survives a power loss.
    #[doc(alias = "flushed_to_disk_lsn")]
    pub fn flushed(&self) -> Lsn {
        Lsn(self.flush.flushed.load(Ordering::Acquire))
    }

    /// Makes all groups that end at or before `lsn` survive a power loss. REQUIRES: `lsn ≤ current`.
    /// ERRORS: [`Error::Poisoned`]: nothing is known of the groups that were not flushed before.
    #[doc(alias = "log_write_up_to")]
    pub fn flush_to(&self, lsn: Lsn) -> Result<()> {
        self.reach(lsn, &self.flush.flushed, true)
    }

    /// Hands all groups that end at or before `lsn` to the system, so that they survive a killed process
    /// (`innodb_flush_log_at_trx_commit = 2`). REQUIRES and ERRORS: as [`Redo::flush_to`].
    pub fn write_to(&self, lsn: Lsn) -> Result<()> {
        self.reach(lsn, &self.flush.written, false)
    }

    /// Lets a recovery start from `lsn`, and gives the room before it back. REQUIRES: `lsn ≤ flushed`, a group's start
    /// or end, and every page that a group before it changed is durable in its own file. An `lsn` behind the last
    /// checkpoint does nothing.
    /// ERRORS: [`Error::Poisoned`].
    #[doc(alias = "log_checkpoint")]
    pub fn checkpoint(&self, lsn: Lsn) -> Result<()> {
        assert!(lsn <= self.flushed(), "a checkpoint at {lsn} is ahead of the flushed log ({})", self.flushed());
        if !self.take_lead(|| self.checkpoint_lsn() >= lsn)? {
            return Ok(());
        }
        let result = self.store_checkpoint(lsn);
        self.step_down(result)
    }

    fn store_checkpoint(&self, lsn: Lsn) -> Result<()> {
        let mut work = self.flush.work.lock();
        work.slot = self.ring.store(Slot { checkpoint: lsn, ..work.slot })?;
        work.checkpoints += 1;
        let before = self.checkpoint.swap(lsn.0, Ordering::AcqRel);
        self.room.give(lsn.0 - before);
        Ok(())
    }

    fn reach(&self, lsn: Lsn, mark: &AtomicU64, sync: bool) -> Result<()> {
        debug_assert!(lsn <= self.current(), "{lsn} was not appended");
        let is_done = || mark.load(Ordering::Acquire) >= lsn.0;
        if is_done() || !self.take_lead(is_done)? {
            return Ok(());
        }
        let result = self.write_out(sync);
        self.step_down(result)
    }

    /// Writes all that was appended; with `sync`, makes it durable.
    fn write_out(&self, sync: bool) -> Result<()> {
        let mut work = self.flush.work.lock();
        let taken = self.buffer.lock().take(&mut work.spare, self.written());
        if let Some((at, end)) = taken {
            if sync {
                self.ring.add_zeros(at, &mut work.spare);
            }
            self.ring.write(at, &work.spare)?;
            self.flush.written.store(end.0, Ordering::Release);
        }
        if sync {
            let end = self.written();
            self.ring.sync()?;
            self.flush.flushed.store(end.0, Ordering::Release);
        }
        Ok(())
    }

    /// Waits until `is_done` (false) or until this thread leads (true).
    fn take_lead(&self, is_done: impl Fn() -> bool) -> Result<bool> {
        let mut lead = self.flush.lead.lock();
        loop {
            if is_done() {
                return Ok(false);
            }
            if let Some(why) = &lead.why {
                return Err(Error::Poisoned { why: why.clone() });
            }
            if !lead.taken {
                lead.taken = true;
                return Ok(true);
            }
            self.flush.stepped_down.wait(&mut lead);
        }
    }

    fn step_down(&self, result: Result<()>) -> Result<()> {
        let result = result.map_err(|e| self.poison(&e.to_string()));
        self.flush.lead.lock().taken = false;
        self.flush.stepped_down.notify_all();
        result
    }

    /// R6: from here on nothing is promised. REQUIRES: this thread leads.
    fn poison(&self, why: &str) -> Error {
        self.flush.lead.lock().why.get_or_insert_with(|| why.to_owned());
        self.buffer.lock().poison();
        self.room.poison(why);
        Error::Poisoned { why: why.to_owned() }
    }

    /// The counts of the file's side.
    pub(crate) fn file_stats(&self) -> Stats {
        Stats {
            writes: self.ring.writes.load(Ordering::Relaxed),
            written_bytes: self.ring.written_bytes.load(Ordering::Relaxed),
            syncs: self.ring.syncs.load(Ordering::Relaxed),
            checkpoints: self.flush.work.lock().checkpoints,
            ..Stats::default()
        }
    }
}
