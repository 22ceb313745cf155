//! The profiles of random scenarios.

/// The subject of a random scenario. All but `Types` have two or three sessions on keys so few that they conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Several sessions, rows by their primary key.
    Point,
    /// Several sessions, ranges of the primary key.
    Range,
    /// Several sessions, a secondary index of one or two columns.
    Secondary,
    /// Several sessions, a unique secondary index, and duplicates.
    Unique,
    /// Several sessions, all of the above.
    Mixed,
    /// Several sessions, and tables that change while they are used.
    Ddl,
    /// One session, columns of many types, and values at the limits of types.
    Types,
    /// Several sessions, keys of several columns that overlap, ORDER BY and LIMIT, no hints.
    Composite,
}

impl Profile {
    /// The profiles with several sessions on one table.
    pub const SESSIONS: [Profile; 5] =
        [Profile::Point, Profile::Range, Profile::Secondary, Profile::Unique, Profile::Mixed];
}
