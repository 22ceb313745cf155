//! Two-phase commit in three stages, each with one leader who works for all who wait.
//!
//! ```text
//! session:  prepare in each engine ─► queue
//!           ┌─ flush ─────────────────────────┐  ┌─ sync ─────────┐  ┌─ commit ───────────────────┐
//! leader:   │ sync_prepared(group); one write │─►│ sync the file  │─►│ engines commit, in order   │─► wake the sessions
//!           └─ group 3 ───────────────────────┘  └─ group 2 ──────┘  └─ group 1 ──────────────────┘
//! ```
//!
//! RULES
//!
//! - **R1** An engine's prepare is durable before the log has a byte of the transaction: what the log keeps, every
//!   engine can commit.
//! - **R2** No engine commits before the log's sync (under `sync_binlog = 1`): what an engine shows, the log keeps.
//! - **R3** The order of the transactions in the log is the order in which the engines commit them. The queues keep it (`stage`).
//! - **R4** A failed `prepare` rolls its transaction back. Any other failure poisons the log (I10): whether the
//!   transaction is in the log, only a reopening can say.
//! - **R5** The log leaves a file only when no group is under way and the engines' commits are durable.
//! - **R6** A replica may read what is synced under `sync_binlog = 1`, else what is written: it never has what a power
//!   loss takes from this log, unless that was accepted.
//!
//! LOCKS: log (flush stage) → queue of the next stage; sync door → queue; commit door. No leader holds two doors. A
//! leader who turns to the next file holds the log and waits for the groups ahead of it, which do not need the log any
//! more.
//!
//! FACT: with `sync_binlog = 1` a group costs one sync of each engine and one of the log, however many transactions it has.
//!
//! MySQL's counterpart: `MYSQL_BIN_LOG::ordered_commit`. Left out: `binlog_order_commits = OFF`,
//! `binlog_group_commit_sync_delay`.

use crate::error::{Error, Failure, Result};
use crate::events::{Committed, Flushed, PoisonedNow, Prepared, PreparedSynced, Rotated, Synced};
use crate::log::{Log, Position, Settings};
use crate::participant::{Participant, Vote};
use crate::recover::{self, Recovery};
use crate::stage::{Poison, Queue, Ticket};
use crate::transaction::Transaction;
use crate::{Counts, Options, Order, index};
use innolab_base::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use innolab_base::sync::{Condvar, Mutex};
use innolab_base::{Events, Xid};
use innolab_disk::{Disk, File};
use std::sync::Arc;

/// Transactions that were written together, on their way through the stages.
struct Group {
    /// Each with the place behind it.
    tickets: Vec<(Arc<Ticket>, Position)>,
    file: Arc<dyn File>,
}

/// A log and the engines that commit with it.
#[doc(alias = "MYSQL_BIN_LOG")]
#[doc(alias = "TC_LOG")]
pub struct Coordinator {
    options: Options,
    participants: Vec<Arc<dyn Participant>>,
    events: Events,
    arriving: Queue<Arc<Ticket>>,
    log: Mutex<Log>,
    flushed: Queue<Group>,
    /// The sync stage's door; groups since the last sync.
    unsynced: Mutex<u32>,
    synced: Queue<Group>,
    /// The commit stage's door.
    committing: Mutex<()>,
    /// How far a replica may read (R6). A leaf: nothing else is locked while it is held.
    readable: Mutex<Position>,
    /// The knobs that can be turned meanwhile; else those of `options`.
    sync_binlog: AtomicU32,
    max_binlog_size: AtomicU64,
    /// Groups between the flush stage and their answer (R5).
    under_way: Mutex<usize>,
    landed: Condvar,
    poison: Poison,
    counts: Mutex<Counts>,
}

impl Coordinator {
    /// Opens the log, or makes one: recovers ([`crate::recover`]), lets the participants follow the log, and begins a new file.
    /// `now_s`: seconds since 1970.
    ///
    /// ERRORS: [`Error::Corrupt`], [`Error::Index`], [`Error::Participant`], [`Error::Disk`]; all of them before a new
    /// file is begun, or repeatable by opening again.
    pub fn open(
        disk: Arc<dyn Disk>,
        options: Options,
        participants: Vec<Arc<dyn Participant>>,
        now_s: u32,
        events: Events,
    ) -> Result<(Coordinator, Recovery)> {
        let names = index::reconcile(&*disk, &options.log_bin)?;
        let (recovery, gno) = recover::recover(&*disk, &names, &participants)?;
        let settings =
            Settings { base: options.log_bin.clone(), server_id: options.server_id, server_uuid: options.server_uuid };
        let log = Log::start(disk, settings, names, gno, now_s)?;
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
            landed: Condvar::new(),
            poison: Poison::default(),
            counts: Mutex::new(Counts::default()),
        };
        Ok((coordinator, recovery))
    }

    /// An empty transaction for [`Coordinator::commit`]; see [`Transaction::new`].
    pub fn transaction(&self, thread_id: u32, xid: Xid, when_us: u64) -> Transaction {
        Transaction::new(self.options.server_id, thread_id, xid, when_us)
    }

    /// Commits: in the log and in every participant, or nowhere. Returns the place behind the transaction.
    ///
    /// LOCKS: none held by the caller that another transaction's commit may need.
    ///
    /// ERRORS: [`Error::Participant`]: rolled back. [`Error::Poisoned`]: in doubt until reopened.
    pub fn commit(&self, mut transaction: Transaction) -> Result<Position> {
        self.poison.check()?;
        transaction.finish();
        let voters = self.prepare(transaction.xid())?;
        let ticket = Arc::new(Ticket::new(transaction, voters));
        if self.arriving.enter([ticket.clone()]) {
            self.lead_flush();
        }
        ticket.wait()
    }

    /// Who has prepared the transaction (R4).
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
                    self.events.emit(|| Prepared { xid, who: participant.name().into() });
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

    /// First stage: all who wait get their place in the log.
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
        let leads = self.flushed.enter([group]);
        drop(log);
        if leads {
            self.lead_sync();
        }
    }

    fn flush(&self, log: &mut Log, tickets: &[Arc<Ticket>]) -> Result<Group> {
        self.poison.check()?;
        self.counts.lock().gathered(tickets.len());
        match self.options.order {
            Order::TwoPhase => self.sync_prepared(tickets)?,
            Order::EngineFirst => {
                tickets.iter().try_for_each(|ticket| self.commit_in_engines(ticket))?;
                self.sync_prepared(tickets)?;
            }
            Order::BinlogFirst => {}
        }
        let from = log.position();
        let room_to = if self.sync_binlog() == 0 { 0 } else { self.max_binlog_size() };
        let ends = log.append(tickets.iter().map(|ticket| &ticket.transaction), room_to)?;
        let to = log.position().offset;
        if self.sync_binlog() != 1 {
            *self.readable.lock() = log.position();
        }
        self.counts.lock().bytes += to - from.offset;
        let place = |offset| Position { file: from.file.clone(), offset };
        let tickets = tickets.iter().cloned().zip(ends.into_iter().map(place)).collect::<Vec<_>>();
        self.events.emit(|| Flushed { from: from.clone(), to, transactions: tickets.len() });
        Ok(Group { tickets, file: log.file() })
    }

    /// R1: one call for the whole group to each participant that has a part in it.
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

    /// Second stage: all groups that wait share a sync.
    fn lead_sync(&self) {
        let mut unsynced = self.unsynced.lock();
        let groups = self.flushed.take();
        if let Err(e) = self.sync(&mut unsynced, &groups) {
            let e = self.poisoned(e);
            return groups.iter().for_each(|group| self.land(group, |_| Err(e.clone())));
        }
        let leads = self.synced.enter(groups);
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

    /// Third stage: the engines commit, in the log's order (R3), and the sessions go on.
    fn lead_commit(&self) {
        let door = self.committing.lock();
        let mut full = false;
        for group in self.synced.take() {
            self.land(&group, |ticket| match self.options.order {
                Order::TwoPhase => self.commit_in_engines(ticket),
                Order::EngineFirst => Ok(()),
                Order::BinlogFirst => {
                    self.commit_in_engines(ticket)?;
                    self.sync_prepared(std::slice::from_ref(ticket))
                }
            });
            full |= group.tickets.last().is_some_and(|(_, end)| end.offset >= self.max_binlog_size());
        }
        drop(door);
        if full {
            // Its failure is the next transaction's: the one of this thread has committed.
            let _ = self.rotate_if(|log| log.position().offset >= self.max_binlog_size());
        }
    }

    /// Answers every ticket of a group; `finish` is what is still to be done for each.
    fn land(&self, group: &Group, finish: impl Fn(&Arc<Ticket>) -> Result<()>) {
        let answers = group.tickets.iter().map(|(ticket, end)| (ticket, finish(ticket).map(|()| end.clone())));
        let answers: Vec<_> = answers.map(|(ticket, a)| (ticket, a.map_err(|e| self.poisoned(e)))).collect();
        *self.under_way.lock() -= 1;
        self.landed.notify_all();
        answers.into_iter().for_each(|(ticket, answer)| ticket.answer(answer));
    }

    fn commit_in_engines(&self, ticket: &Ticket) -> Result<()> {
        let xid = ticket.transaction.xid();
        for number in &ticket.voters {
            let participant = &*self.participants[*number];
            participant.commit(xid).map_err(failed(participant, "commit"))?;
            self.events.emit(|| Committed { xid, who: participant.name().into() });
        }
        Ok(())
    }

    /// Goes on in the next file. ERRORS: [`Error::Poisoned`].
    #[doc(alias = "FLUSH BINARY LOGS")]
    pub fn rotate(&self) -> Result<()> {
        self.rotate_if(|_| true)
    }

    fn rotate_if(&self, wanted: impl Fn(&Log) -> bool) -> Result<()> {
        let mut log = self.log.lock();
        if !wanted(&log) {
            return Ok(());
        }
        self.settle().and_then(|()| log.rotate()).map_err(|e| self.poisoned(e))?;
        *self.readable.lock() = log.position();
        self.events.emit(|| Rotated { file: log.position().file.to_string() });
        Ok(())
    }

    /// R5. REQUIRES the log's lock: nobody else gets under way.
    fn settle(&self) -> Result<()> {
        let mut under_way = self.under_way.lock();
        while *under_way > 0 {
            self.landed.wait(&mut under_way);
        }
        drop(under_way);
        self.poison.check()?;
        let sync = |p: &Arc<dyn Participant>| p.sync_committed().map_err(failed(&**p, "sync its commits"));
        self.participants.iter().try_for_each(sync)
    }

    /// Removes the files before `file`; whether that is one of the log. ERRORS: [`Error::Poisoned`]; [`Error::Disk`]: files
    /// that are still there go at the next opening.
    #[doc(alias = "PURGE BINARY LOGS")]
    pub fn purge_to(&self, file: &str) -> Result<bool> {
        let mut log = self.log.lock();
        self.poison.check()?;
        log.purge_to(file)
    }

    /// Ends the log: nothing is in doubt any more. Afterwards every call answers [`Error::Poisoned`]. ERRORS:
    /// [`Error::Poisoned`].
    pub fn close(&self) -> Result<()> {
        let mut log = self.log.lock();
        self.settle().and_then(|()| log.close()).map_err(|e| self.poisoned(e))?;
        self.poison.set(&"it was closed");
        Ok(())
    }

    /// The end of the log.
    #[doc(alias = "SHOW MASTER STATUS")]
    pub fn position(&self) -> Position {
        self.log.lock().position()
    }

    /// How far a replica may read the log (R6).
    #[doc(alias = "update_binlog_end_pos")]
    pub fn readable(&self) -> Position {
        self.readable.lock().clone()
    }

    /// The log's files, oldest first.
    #[doc(alias = "SHOW BINARY LOGS")]
    pub fn files(&self) -> Vec<String> {
        self.log.lock().names().to_vec()
    }

    /// After how many groups it is synced; see [`Options`].
    pub fn sync_binlog(&self) -> u32 {
        self.sync_binlog.load(Ordering::Relaxed)
    }

    /// Changes it, for groups to come.
    pub fn set_sync_binlog(&self, groups: u32) {
        self.sync_binlog.store(groups, Ordering::Relaxed);
    }

    /// How long a file gets, in bytes; see [`Options`].
    pub fn max_binlog_size(&self) -> u64 {
        self.max_binlog_size.load(Ordering::Relaxed)
    }

    /// Changes it, for transactions to come.
    pub fn set_max_binlog_size(&self, bytes: u64) {
        self.max_binlog_size.store(bytes, Ordering::Relaxed);
    }

    /// How many transactions wait for the next group to be formed.
    pub fn waiting(&self) -> usize {
        self.arriving.len()
    }

    /// What was done since the opening.
    pub fn counts(&self) -> Counts {
        *self.counts.lock()
    }

    /// ERRORS: [`Error::Poisoned`], if something failed before (I10).
    pub fn check(&self) -> Result<()> {
        self.poison.check()
    }

    /// The failure, after which nothing goes on, as the sessions see it.
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
    let who = participant.name().to_owned();
    move |source| Error::Participant { who: who.clone(), step, source }
}
