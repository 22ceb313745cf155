//! What undo tells of itself.

use innolab_base::{PageNo, TrxId, TrxNo, Xid};
use innolab_page::undo::RollPtr;

innolab_base::event! {
    /// A transaction got its log.
    pub struct LogBegan "undo.begin" {
        /// The transaction.
        trx: TrxId,
        /// The slot of its segment.
        slot: u16,
        /// The segment's first page.
        page: PageNo,
        /// Whether the segment was there already.
        reused: bool,
    } => |e, f| write!(f, "trx {} begins a log in slot {}, page {}{}", e.trx, e.slot, e.page, if e.reused { "" } else { ", new" })
}

innolab_base::event! {
    /// A record was written.
    pub struct Appended "undo.append" {
        /// The transaction.
        trx: TrxId,
        /// The record's number within the log.
        undo_no: u64,
        /// Where it is.
        at: RollPtr,
        /// Bytes of its payload.
        bytes: usize,
    } => |e, f| write!(f, "trx {} undo no {} at {}: {} bytes", e.trx, e.undo_no, e.at, e.bytes)
}

innolab_base::event! {
    /// A log forgot its newest records: they were rolled back.
    pub struct Truncated "undo.truncate" {
        /// The transaction.
        trx: TrxId,
        /// Records before.
        from: u64,
        /// Records now.
        to: u64,
    } => |e, f| write!(f, "trx {} cuts its log from {} to {} records", e.trx, e.from, e.to)
}

innolab_base::event! {
    /// A log is in doubt from now on.
    pub struct Prepared "undo.prepare" {
        /// The transaction.
        trx: TrxId,
        /// What the binlog calls it.
        xid: Xid,
    } => |e, f| write!(f, "trx {} is prepared as XID {}", e.trx, e.xid)
}

innolab_base::event! {
    /// A log went into the history.
    pub struct Committed "undo.commit" {
        /// The transaction.
        trx: TrxId,
        /// Its number.
        no: TrxNo,
        /// Records of the log.
        records: u64,
        /// Logs in the history now.
        history: u64,
    } => |e, f| write!(f, "trx {} no {}: {} records into the history, length {}", e.trx, e.no, e.records, e.history)
}

innolab_base::event! {
    /// A log of inserts only, or one that was rolled back, was given back at once.
    pub struct GivenBack "undo.free" {
        /// The transaction.
        trx: TrxId,
        /// Records of the log.
        records: u64,
    } => |e, f| write!(f, "trx {} gives back its log of {} records", e.trx, e.records)
}

innolab_base::event! {
    /// The oldest log left the history.
    pub struct Purged "undo.purge" {
        /// The transaction.
        trx: TrxId,
        /// Its number.
        no: TrxNo,
        /// Logs in the history now.
        history: u64,
    } => |e, f| write!(f, "trx {} no {} leaves the history, length {}", e.trx, e.no, e.history)
}
