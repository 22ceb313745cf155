//! What the engine tells of itself, to whom listens to the store.

innolab_base::event! {
    /// A table was made.
    pub struct Created "engine.create" {
        /// Its name.
        table: String,
        /// Its file.
        file: String,
    } => |e, f| write!(f, "table {} in {}", e.table, e.file)
}

innolab_base::event! {
    /// A table was dropped.
    pub struct Dropped "engine.drop" {
        /// Its name.
        table: String,
        /// Its file.
        file: String,
    } => |e, f| write!(f, "table {}, {} removed", e.table, e.file)
}

innolab_base::event! {
    /// Opening found a row of the DDL log: a CREATE or DROP was under way when the crash came.
    pub struct Settled "engine.ddl_settled" {
        /// The file it is about.
        file: String,
        /// Whether the dictionary knows it, so that it stays.
        known: bool,
    } => |e, f| write!(f, "{} {}", e.file, if e.known { "stays: the dictionary knows it" } else { "is no table's: it goes, if it is there" })
}

innolab_base::event! {
    /// Under `binlog_format = MIXED` a statement's rows are logged, not its text.
    pub struct RowsLogged "engine.rows_logged" {
        /// Why.
        rule: &'static str,
    } => |e, f| write!(f, "rows are logged: {}", e.rule)
}

innolab_base::event! {
    /// Changes were taken back.
    pub struct RolledBack "engine.rollback" {
        /// How many changes.
        changes: u64,
    } => |e, f| write!(f, "{} changes taken back", e.changes)
}

innolab_base::event! {
    /// A transaction's log was purged.
    pub struct Purged "engine.purge" {
        /// The transaction.
        trx: innolab_base::TrxId,
        /// Its number.
        no: innolab_base::TrxNo,
        /// Records of its log.
        records: u64,
    } => |e, f| write!(f, "trx {} (no {}): {} records purged", e.trx, e.no, e.records)
}

innolab_base::event! {
    /// Opening found a transaction that a crash had left under way.
    pub struct Recovered "engine.recovered" {
        /// The transaction.
        trx: innolab_base::TrxId,
        /// Records of its log.
        records: u64,
        /// Of one that was prepared.
        xid: Option<innolab_base::Xid>,
    } => |e, f| match e.xid {
        None => write!(f, "trx {} with {} records is to be rolled back", e.trx, e.records),
        Some(xid) => write!(f, "trx {} with {} records is in doubt, as {xid}", e.trx, e.records),
    }
}

innolab_base::event! {
    /// Work in the background could not be done; it will be tried again.
    pub struct Failed "engine.background_failed" {
        /// Why.
        why: String,
    } => |e, f| write!(f, "{}", e.why)
}
