//! The events that undo emits.

use innolab_base::{PageNo, TrxId, TrxNo, Xid};
use innolab_page::undo::RollPtr;

innolab_base::event! {
    /// A transaction began its log.
    pub struct LogBegan "undo.begin" {
        /// The transaction.
        trx: TrxId,
        /// The slot of its segment.
        slot: u16,
        /// The segment's first page.
        page: PageNo,
        /// True if the segment was a cached one, false if it is new.
        reused: bool,
    } => |e, f| write!(f, "trx {} begins a log in slot {}, page {}{}", e.trx, e.slot, e.page, if e.reused { "" } else { ", new" })
}

innolab_base::event! {
    /// A record was appended.
    pub struct Appended "undo.append" {
        /// The transaction.
        trx: TrxId,
        /// The record's number within the log.
        undo_no: u64,
        /// The record's address.
        at: RollPtr,
        /// Bytes of the payload.
        bytes: usize,
    } => |e, f| write!(f, "trx {} undo no {} at {}: {} bytes", e.trx, e.undo_no, e.at, e.bytes)
}

innolab_base::event! {
    /// The newest records of a log were cut off: they were rolled back.
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
    /// A log was prepared: its transaction is in doubt until it commits or rolls back.
    pub struct Prepared "undo.prepare" {
        /// The transaction.
        trx: TrxId,
        /// The transaction's id in the binlog.
        xid: Xid,
    } => |e, f| write!(f, "trx {} is prepared as XID {}", e.trx, e.xid)
}

innolab_base::event! {
    /// A log was committed and entered the history.
    pub struct Committed "undo.commit" {
        /// The transaction.
        trx: TrxId,
        /// The transaction's number.
        no: TrxNo,
        /// Records of the log.
        records: u64,
        /// Logs in the history, after this.
        history: u64,
    } => |e, f| write!(f, "trx {} no {}: {} records into the history, length {}", e.trx, e.no, e.records, e.history)
}

innolab_base::event! {
    /// A log was freed at once: it had inserts only, or was rolled back.
    pub struct GivenBack "undo.free" {
        /// The transaction.
        trx: TrxId,
        /// Records of the log.
        records: u64,
    } => |e, f| write!(f, "trx {} gives back its log of {} records", e.trx, e.records)
}

innolab_base::event! {
    /// The oldest log was purged and left the history.
    pub struct Purged "undo.purge" {
        /// The transaction.
        trx: TrxId,
        /// The transaction's number.
        no: TrxNo,
        /// Logs in the history, after this.
        history: u64,
    } => |e, f| write!(f, "trx {} no {} leaves the history, length {}", e.trx, e.no, e.history)
}
