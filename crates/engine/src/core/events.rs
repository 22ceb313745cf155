//! The engine's events. They go to the `Events` that the engine was opened with, as the store's do.

innolab_base::event! {
    /// A table was created.
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
    /// A table has a new definition, and perhaps a new file.
    pub struct Altered "engine.alter" {
        /// Its name before.
        name: String,
        /// Its name now.
        now: String,
        /// Its id now.
        id: u64,
        /// True if its rows were copied to a new file.
        moved: bool,
    } => |e, f| write!(f, "table {} is {}, number {}, {}", e.name, e.now, e.id, if e.moved { "in a new file" } else { "in place" })
}

innolab_base::event! {
    /// Progress of building indexes.
    pub struct Building "engine.building" {
        /// The table.
        table: String,
        /// Rows read so far.
        rows: u64,
        /// Estimated number of rows.
        of: u64,
    } => |e, f| write!(f, "indexes of {}: {} of about {} rows read", e.table, e.rows, e.of)
}

innolab_base::event! {
    /// An index was built.
    pub struct Built "engine.built" {
        /// The table.
        table: String,
        /// The index.
        index: String,
        /// Number of its entries.
        rows: u64,
        /// Number of sorted runs that were written to the disk.
        runs: usize,
    } => |e, f| write!(f, "index {} of {}: {} entries loaded, {} runs sorted on disk", e.index, e.table, e.rows, e.runs)
}

innolab_base::event! {
    /// Opening found a row of the DDL log, left by DDL that a crash interrupted.
    pub struct DdlRecovered "engine.ddl_settled" {
        /// The file or the tree that the row names.
        what: String,
        /// True if the dictionary knows it, so that it stays.
        known: bool,
    } => |e, f| write!(f, "{} {}", e.what, if e.known { "stays: the dictionary knows it" } else { "is no table's: it goes, if it is there" })
}

innolab_base::event! {
    /// Under `binlog_format = MIXED`, the rows of a statement are logged and not its text.
    pub struct RowsLogged "engine.rows_logged" {
        /// The reason.
        rule: &'static str,
    } => |e, f| write!(f, "rows are logged: {}", e.rule)
}

innolab_base::event! {
    /// Changes were rolled back.
    pub struct RolledBack "engine.rollback" {
        /// Number of changes.
        changes: u64,
    } => |e, f| write!(f, "{} changes taken back", e.changes)
}

innolab_base::event! {
    /// A transaction's log was purged.
    pub struct Purged "engine.purge" {
        /// The transaction.
        trx: innolab_base::TrxId,
        /// Its serialisation number.
        no: innolab_base::TrxNo,
        /// Number of records in its log.
        records: u64,
    } => |e, f| write!(f, "trx {} (no {}): {} records purged", e.trx, e.no, e.records)
}

innolab_base::event! {
    /// Opening found a transaction that was active or prepared when the engine last stopped.
    pub struct Recovered "engine.recovered" {
        /// The transaction.
        trx: innolab_base::TrxId,
        /// Number of records in its log.
        records: u64,
        /// The XID if it was prepared: the binary log decides it. `None`: it is rolled back.
        xid: Option<innolab_base::Xid>,
    } => |e, f| match e.xid {
        None => write!(f, "trx {} with {} records is to be rolled back", e.trx, e.records),
        Some(xid) => write!(f, "trx {} with {} records is in doubt, as {xid}", e.trx, e.records),
    }
}

innolab_base::event! {
    /// Background work (purge, rollback of recovered transactions) failed; it will be retried.
    pub struct Failed "engine.background_failed" {
        /// The error.
        why: String,
    } => |e, f| write!(f, "{}", e.why)
}
