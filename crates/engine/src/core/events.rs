//! What the engine tells of itself, to whom listens to the store.

innolab_base::event! {
    /// A table was made.
    pub struct Created "engine.create" {
        /// Its name.
        table: String,
        /// Its file.
        file: std::sync::Arc<str>,
    } => |e, f| write!(f, "table {} in {}", e.table, e.file)
}

innolab_base::event! {
    /// A table was dropped.
    pub struct Dropped "engine.drop" {
        /// Its name.
        table: String,
        /// Its file.
        file: std::sync::Arc<str>,
    } => |e, f| write!(f, "table {}, {} removed", e.table, e.file)
}

innolab_base::event! {
    /// A table has another definition, or another file.
    pub struct Altered "engine.alter" {
        /// Its name before.
        name: String,
        /// Its name now.
        now: String,
        /// Its number now.
        id: u64,
        /// Whether its rows have moved to a new file.
        moved: bool,
    } => |e, f| write!(f, "table {} is {}, number {}, {}", e.name, e.now, e.id, if e.moved { "in a new file" } else { "in place" })
}

innolab_base::event! {
    /// Indexes are being built: so many rows are read.
    pub struct Building "engine.building" {
        /// The table.
        table: String,
        /// Rows so far.
        rows: u64,
        /// About how many there are.
        of: u64,
    } => |e, f| write!(f, "indexes of {}: {} of about {} rows read", e.table, e.rows, e.of)
}

innolab_base::event! {
    /// An index is built.
    pub struct Built "engine.built" {
        /// The table.
        table: String,
        /// The index.
        index: String,
        /// Its entries.
        rows: u64,
        /// Runs that the sort has written to the disk.
        runs: usize,
    } => |e, f| write!(f, "index {} of {}: {} entries loaded, {} runs sorted on disk", e.index, e.table, e.rows, e.runs)
}

innolab_base::event! {
    /// Opening found a row of the DDL log: DDL was under way when the crash came.
    pub struct DdlRecovered "engine.ddl_settled" {
        /// The file or the tree it is about.
        what: String,
        /// Whether the dictionary knows it, so that it stays.
        known: bool,
    } => |e, f| write!(f, "{} {}", e.what, if e.known { "stays: the dictionary knows it" } else { "is no table's: it goes, if it is there" })
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
