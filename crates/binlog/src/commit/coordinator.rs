//! Two-phase group commit in three stages. In each stage one thread, the leader, works for all transactions that wait.
//!
//! ```text
//! session:  prepare in each engine ─► join the queue
//!           ┌─ flush ─────────────────────────┐  ┌─ sync ─────────┐  ┌─ commit ──────────────────┐
//! leader:   │ sync_prepared(group); one write │─►│ sync the file  │─►│ engines commit, in order  │─► wake sessions
//!           └─ group 3 ───────────────────────┘  └─ group 2 ──────┘  └─ group 1 ─────────────────┘
//! ```
//!
//! The stages are a pipeline: while one group syncs, the next one is written. Transactions that arrive while a stage is
//! busy form the next group, so groups grow with the load.
//!
//! RULES
//!
//! - **R1** An engine's prepare is durable before the log has a byte of the transaction: every engine can commit what
//!   the log keeps.
//! - **R2** No engine commits before the log's sync (under `sync_binlog = 1`): the log keeps what an engine shows.
//! - **R3** Engines commit transactions in the order of the log. The queues keep that order (`stage` R2).
//! - **R4** A failed `prepare` rolls its transaction back. Any other failure poisons the log (I10): only a reopening
//!   can tell whether the transaction is in the log.
//! - **R5** The log leaves a file only when no group is under way and the engines' commits are durable.
//! - **R6** A replica may read what is synced if `sync_binlog` is 1, else what is written. So under `sync_binlog = 1`
//!   it never has a transaction that a power loss takes from this log.
//!
//! LOCKS: log (flush stage) → queue of the next stage; sync stage → queue; commit stage. No leader holds two stages. A
//! leader that rotates holds the log's lock and waits for the groups under way, which no longer need that lock.
//!
//! FACT: with `sync_binlog = 1` a group costs one sync of each engine and one of the log, however many transactions it
//! has.
//!
//! MySQL's counterpart: `MYSQL_BIN_LOG::ordered_commit`. Left out: `binlog_order_commits = OFF`,
//! `binlog_group_commit_sync_delay`.

use super::events::{Committed, Flushed, PoisonedNow, Prepared, PreparedSynced, Rotated, Synced};
use super::options::{Counts, Options, Order};
use super::participant::{Participant, Vote};
use super::recover::{self, Recovery};
use super::stage::{Poison, Queue, Ticket};
use crate::error::{Error, Failure, Result};
use crate::log::{LogWriter, Position, Settings, Transaction, reconcile};
use innolab_base::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use innolab_base::sync::{Condvar, Mutex};
use innolab_base::{Events, Xid};
use innolab_disk::{Disk, File};
use std::sync::Arc;

/// Transactions that were written together.
struct Group {
    /// Each transaction, with the position behind it.
    tickets: Vec<(Arc<Ticket>, Position)>,
    file: Arc<dyn File>,
}

/// A log, and the engines that commit with it.
#[doc(alias = "MYSQL_BIN_LOG")]
#[doc(alias = "TC_LOG")]
pub struct Coordinator {
    options: Options,
    participants: Vec<Arc<dyn Participant>>,
    events: Events,
    arriving: Queue<Arc<Ticket>>,
    /// The flush stage.
    log: Mutex<LogWriter>,
    flushed: Queue<Group>,
    /// The sync stage: number of groups since the last sync.
    unsynced: Mutex<u32>,
    synced: Queue<Group>,
    /// The commit stage.
    committing: Mutex<()>,
    /// The end of what a replica may read (R6). A leaf: no other lock is taken while it is held.
    readable: Mutex<Position>,
    /// The settings that can change while the log is open; they replace those of `options`.
    sync_binlog: AtomicU32,
    max_binlog_size: AtomicU64,
    /// Number of groups between the flush stage and their answers (R5).
    under_way: Mutex<usize>,
    group_done: Condvar,
    poison: Poison,
    counts: Mutex<Counts>,
}

impl Coordinator {
    /// Opens the log, or creates one: recovers ([`crate::recover`]), resolves what participants have in doubt, and
    /// begins a new file. `now_s`: seconds since 1970.
    ///
    /// ERRORS: [`Error::Corrupt`], [`Error::Index`], [`Error::Participant`], [`Error::Disk`]. After any of them the log
    /// can be opened again.
    pub fn open(
        disk: Arc<dyn Disk>,
        options: Options,
        participants: Vec<Arc<dyn Participant>>,
        now_s: u32,
        events: Events,
    ) -> Result<(Coordinator, Recovery)> {
        let names = reconcile(&*disk, &options.log_bin)?;
        let (recovery, gno) = recover::recover(&*disk, &names, &participants)?;
        let settings =
            Settings { base: options.log_bin.clone(), server_id: options.server_id, server_uuid: options.server_uuid };
        let log = LogWriter::start(disk, settings, names, gno, now_s)?;
        let readable = Mutex::new(log.position());
        let coordinator = Coordinator {
            sync_binlog: options.sync_binlog.into(),
            max_binlog_size: options.max_binlog_size.into(),
            options,
            participants,
            events,
            arriving: Queue::new(),
            log: Mutex::new(log),
            flushed: Queue::new(),
            unsynced: Mutex::new(0),
            synced: Queue::new(),
            committing: Mutex::new(()),
            readable,
            under_way: Mutex::new(0),
            group_done: Condvar::new(),
            poison: Poison::default(),
            counts: Mutex::new(Counts::default()),
        };
        Ok((coordinator, recovery))
    }

    /// An empty transaction for [`Coordinator::commit`]; see [`Transaction::new`].
    pub fn transaction(&self, thread_id: u32, xid: Xid, when_us: u64) -> Transaction {
        Transaction::new(self.options.server_id, thread_id, xid, when_us)
    }

    /// Commits in the log and in every participant, or nowhere. Returns the position behind the transaction.
    ///
    /// LOCKS: the caller holds no lock that another transaction's commit may need.
    ///
    /// ERRORS: [`Error::Participant`]: the transaction was rolled back. [`Error::Poisoned`]: it is in doubt until the
    /// log is reopened.
    pub fn commit(&self, mut transaction: Transaction) -> Result<Position> {
        self.poison.check()?;
        transaction.finish();
        let voters = self.prepare(transaction.xid())?;
        let ticket = Arc::new(Ticket::new(transaction, voters));
        if self.arriving.join([ticket.clone()]) {
            self.lead_flush();
        }
        ticket.wait()
    }

    /// Prepares in every participant; returns the indexes of those that have a part in the transaction. If one fails,
    /// all are rolled back (R4).
    fn prepare(&self, xid: Xid) -> Result<Vec<usize>> {
        if self.options.order != Order::TwoPhase {
            return Ok((0..self.participants.len()).collect());
        }
        let mut voters = Vec::new();
        for (number, participant) in self.participants.iter().enumerate() {
            match participant.prepare(xid) {
                Ok(Vote::Nothing) => {}
                Ok(Vote::Prepared) => {
                    voters.push(number);
                    self.events.emit(|| Prepared { xid, participant: participant.name().into() });
                }
                Err(why) => {
                    voters.push(number);
                    self.roll_back(xid, &voters)?;
                    return Err(failed(&**participant, "prepare")(why));
                }
            }
        }
        Ok(voters)
    }

    fn roll_back(&self, xid: Xid, voters: &[usize]) -> Result<()> {
        let rollback = |number: &usize| {
            let participant = &*self.participants[*number];
            participant.rollback(xid).map_err(failed(participant, "roll back"))
        };
        voters.iter().try_for_each(rollback).map_err(|e| self.poisoned(e))
    }

    /// First stage: writes all waiting transactions to the log.
    fn lead_flush(&self) {
        let mut log = self.log.lock();
        let tickets = self.arriving.take();
        let group = match self.flush(&mut log, &tickets) {
            Ok(group) => group,
            Err(e) => {
                let e = self.poisoned(e);
                return tickets.iter().for_each(|ticket| ticket.answer(Err(e.clone())));
            }
        };
        *self.under_way.lock() += 1;
        let leads = self.flushed.join([group]);
        drop(log);
        if leads {
            self.lead_sync();
        }
    }

    fn flush(&self, log: &mut LogWriter, tickets: &[Arc<Ticket>]) -> Result<Group> {
        self.poison.check()?;
        self.counts.lock().add_group(tickets.len());
        match self.options.order {
            Order::TwoPhase => self.sync_prepared(tickets)?,
            Order::EngineFirst => {
                tickets.iter().try_for_each(|ticket| self.commit_in_engines(ticket))?;
                self.sync_prepared(tickets)?;
            }
            Order::BinlogFirst => {}
        }
        let from = log.position();
        let preallocate_to = if self.sync_binlog() == 0 { 0 } else { self.max_binlog_size() };
        let ends = log.append(tickets.iter().map(|ticket| &ticket.transaction), preallocate_to)?;
        let to = log.position().offset;
        if self.sync_binlog() != 1 {
            *self.readable.lock() = log.position();
        }
        self.counts.lock().bytes += to - from.offset;
        let position = |offset| Position { file: from.file.clone(), offset };
        let tickets = tickets.iter().cloned().zip(ends.into_iter().map(position)).collect::<Vec<_>>();
        self.events.emit(|| Flushed { from: from.clone(), to, transactions: tickets.len() });
        Ok(Group { tickets, file: log.file() })
    }

    /// Makes the group's prepares durable (R1), with one call to each participant that has a part in the group.
    fn sync_prepared(&self, tickets: &[Arc<Ticket>]) -> Result<()> {
        for (number, participant) in self.participants.iter().enumerate() {
            let theirs = tickets.iter().filter(|ticket| ticket.voters.contains(&number));
            let xids: Vec<Xid> = theirs.map(|ticket| ticket.transaction.xid()).collect();
            if !xids.is_empty() {
                participant.sync_prepared(&xids).map_err(failed(&**participant, "sync what it prepared"))?;
            }
        }
        self.events.emit(|| PreparedSynced { transactions: tickets.len() });
        Ok(())
    }

    /// Second stage: one sync for all waiting groups.
    fn lead_sync(&self) {
        let mut unsynced = self.unsynced.lock();
        let groups = self.flushed.take();
        if let Err(e) = self.sync(&mut unsynced, &groups) {
            let e = self.poisoned(e);
            return groups.iter().for_each(|group| self.finish(group, |_| Err(e.clone())));
        }
        let leads = self.synced.join(groups);
        drop(unsynced);
        if leads {
            self.lead_commit();
        }
    }

    fn sync(&self, unsynced: &mut u32, groups: &[Group]) -> Result<()> {
        self.poison.check()?;
        *unsynced = unsynced.saturating_add(groups.len() as u32);
        let due = self.sync_binlog();
        // R5: all groups under way are in one file.
        if let Some(group) = groups.last().filter(|_| due > 0 && *unsynced >= due) {
            group.file.sync()?;
            *unsynced = 0;
            if let Some((_, end)) = group.tickets.last() {
                *self.readable.lock() = end.clone();
            }
            self.counts.lock().syncs += 1;
            self.events.emit(|| Synced { groups: groups.len() });
        }
        Ok(())
    }

    /// Third stage: the engines commit in the log's order (R3), and the sessions wake.
    fn lead_commit(&self) {
        let stage = self.committing.lock();
        let mut full = false;
        for group in self.synced.take() {
            self.finish(&group, |ticket| match self.options.order {
                Order::TwoPhase => self.commit_in_engines(ticket),
                Order::EngineFirst => Ok(()),
                Order::BinlogFirst => {
                    self.commit_in_engines(ticket)?;
                    self.sync_prepared(std::slice::from_ref(ticket))
                }
            });
            full |= group.tickets.last().is_some_and(|(_, end)| end.offset >= self.max_binlog_size());
        }
        drop(stage);
        if full {
            // The transaction of this thread has committed: a failure is reported to the next one.
            let _ = self.rotate_if(|log| log.position().offset >= self.max_binlog_size());
        }
    }

    /// Runs `last_step` for every ticket of a group, then answers all of them.
    fn finish(&self, group: &Group, last_step: impl Fn(&Arc<Ticket>) -> Result<()>) {
        let answers = group.tickets.iter().map(|(ticket, end)| (ticket, last_step(ticket).map(|()| end.clone())));
        let answers: Vec<_> = answers.map(|(ticket, a)| (ticket, a.map_err(|e| self.poisoned(e)))).collect();
        *self.under_way.lock() -= 1;
        self.group_done.notify_all();
        answers.into_iter().for_each(|(ticket, answer)| ticket.answer(answer));
    }

    fn commit_in_engines(&self, ticket: &Ticket) -> Result<()> {
        let xid = ticket.transaction.xid();
        for number in &ticket.voters {
            let participant = &*self.participants[*number];
            participant.commit(xid).map_err(failed(participant, "commit"))?;
            self.events.emit(|| Committed { xid, participant: participant.name().into() });
        }
        Ok(())
    }

    /// Changes to the next file. ERRORS: [`Error::Poisoned`].
    #[doc(alias = "FLUSH BINARY LOGS")]
    pub fn rotate(&self) -> Result<()> {
        self.rotate_if(|_| true)
    }

    fn rotate_if(&self, wanted: impl Fn(&LogWriter) -> bool) -> Result<()> {
        let mut log = self.log.lock();
        if !wanted(&log) {
            return Ok(());
        }
        self.drain().and_then(|()| log.rotate()).map_err(|e| self.poisoned(e))?;
        *self.readable.lock() = log.position();
        self.events.emit(|| Rotated { file: log.position().file.to_string() });
        Ok(())
    }

    /// Waits until no group is under way, then makes the engines' commits durable (R5). REQUIRES: the log's lock, so
    /// that no new group starts.
    fn drain(&self) -> Result<()> {
        let mut under_way = self.under_way.lock();
        while *under_way > 0 {
            self.group_done.wait(&mut under_way);
        }
        drop(under_way);
        self.poison.check()?;
        let sync = |p: &Arc<dyn Participant>| p.sync_committed().map_err(failed(&**p, "sync its commits"));
        self.participants.iter().try_for_each(sync)
    }

    /// Removes the files before `file`. Returns false if the log has no such file. ERRORS: [`Error::Poisoned`];
    /// [`Error::Disk`]: the next opening removes the files that are still there.
    #[doc(alias = "PURGE BINARY LOGS")]
    pub fn purge_to(&self, file: &str) -> Result<bool> {
        let mut log = self.log.lock();
        self.poison.check()?;
        log.purge_to(file)
    }

    /// Closes the log; no transaction is in doubt then. Every later call returns [`Error::Poisoned`]. ERRORS:
    /// [`Error::Poisoned`].
    pub fn close(&self) -> Result<()> {
        let mut log = self.log.lock();
        self.drain().and_then(|()| log.close()).map_err(|e| self.poisoned(e))?;
        self.poison.set(&"it was closed");
        Ok(())
    }

    /// The position of the end of the log.
    #[doc(alias = "SHOW MASTER STATUS")]
    pub fn position(&self) -> Position {
        self.log.lock().position()
    }

    /// The end of what a replica may read (R6).
    #[doc(alias = "update_binlog_end_pos")]
    pub fn readable(&self) -> Position {
        self.readable.lock().clone()
    }

    /// The log's files, oldest first.
    #[doc(alias = "SHOW BINARY LOGS")]
    pub fn files(&self) -> Vec<String> {
        self.log.lock().names().to_vec()
    }

    /// See [`Options::sync_binlog`].
    pub fn sync_binlog(&self) -> u32 {
        self.sync_binlog.load(Ordering::Relaxed)
    }

    /// Sets [`Options::sync_binlog`] for later groups.
    pub fn set_sync_binlog(&self, groups: u32) {
        self.sync_binlog.store(groups, Ordering::Relaxed);
    }

    /// See [`Options::max_binlog_size`].
    pub fn max_binlog_size(&self) -> u64 {
        self.max_binlog_size.load(Ordering::Relaxed)
    }

    /// Sets [`Options::max_binlog_size`] for later transactions.
    pub fn set_max_binlog_size(&self, bytes: u64) {
        self.max_binlog_size.store(bytes, Ordering::Relaxed);
    }

    /// Number of transactions that wait for the next group.
    pub fn waiting(&self) -> usize {
        self.arriving.len()
    }

    /// The counters since the log was opened.
    pub fn counts(&self) -> Counts {
        *self.counts.lock()
    }

    /// Checks that the log is not poisoned. ERRORS: [`Error::Poisoned`] (I10).
    pub fn check(&self) -> Result<()> {
        self.poison.check()
    }

    /// Poisons the log with a failure, and returns the error for the sessions.
    fn poisoned(&self, why: Error) -> Error {
        if let Error::Poisoned { .. } = why {
            return why;
        }
        if self.poison.set(&why) {
            self.events.emit(|| PoisonedNow { why: why.to_string() });
        }
        Error::Poisoned { why: why.to_string() }
    }
}

fn failed(participant: &dyn Participant, step: &'static str) -> impl Fn(Failure) -> Error {
    let participant = participant.name().to_owned();
    move |source| Error::Participant { participant: participant.clone(), step, source }
}
