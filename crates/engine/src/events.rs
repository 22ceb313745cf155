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
    /// A statement took its changes back.
    pub struct RolledBack "engine.rollback" {
        /// How many changes.
        changes: usize,
    } => |e, f| write!(f, "{} changes taken back", e.changes)
}
