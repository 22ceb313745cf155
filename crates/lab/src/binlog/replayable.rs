//! What cannot be replayed, told from the event alone: before the target is opened.
//!
//! RULES
//!
//! - **R1** A statement that would do something else here than on its server is refused by the name of the cause. The
//!   sessions here have one time zone, UTC, one character set and one SQL mode; a logged setting that differs is refused
//!   where the statement may depend on it.
//! - **R2** A statement that its server ran without STRICT_TRANS_TABLES does the same here or fails: a value that would
//!   have been cut is an error. So the mode's absence is no reason.

use innolab_binlog::{Entry, Event, Query, flags};

/// Bits of `sql_mode`, with the text on which a statement must have to depend on it; empty: every statement does.
const MODES: [(u64, &str, &str); 11] = [
    (1, "REAL_AS_FLOAT", "REAL"),
    (1 << 1, "PIPES_AS_CONCAT", "||"),
    (1 << 2, "ANSI_QUOTES", "\""),
    (1 << 6, "NO_UNSIGNED_SUBTRACTION", "-"),
    (1 << 9, "ORACLE", ""),
    (1 << 19, "NO_AUTO_VALUE_ON_ZERO", "INTO"),
    (1 << 20, "NO_BACKSLASH_ESCAPES", "\\"),
    (1 << 29, "HIGH_NOT_PRECEDENCE", "NOT"),
    (1 << 31, "PAD_CHAR_TO_FULL_LENGTH", ""),
    (1 << 32, "EMPTY_STRING_IS_NULL or TIME_TRUNCATE_FRACTIONAL", ""),
    (1 << 33 | 1 << 34, "SIMULTANEOUS_ASSIGNMENT or TIME_ROUND_FRACTIONAL", ""),
];

/// Returns why an event cannot be replayed in a database with this name; `None` if it can.
pub(super) fn refusal(entry: &Entry, database: &str) -> Option<String> {
    let other =
        |what: &str, db: &str| format!("{what} of database `{db}`, but this one is `{database}` (see --database)");
    match &entry.event {
        Event::Query(query) if matches!(query.sql.as_str(), "BEGIN" | "COMMIT" | "ROLLBACK") => None,
        // `xa` says which of them cannot.
        Event::Query(query) if query.sql.starts_with("XA ") => None,
        Event::Query(query) if !query.db.is_empty() && query.db != database => Some(other("a statement", &query.db)),
        Event::Query(query) => statement(query).map(|why| format!("a statement cannot be replayed: {why}")),
        Event::TableMap(map) if map.db != database => Some(other("rows", &map.db)),
        Event::OpaqueRows(rows) => {
            let (map, column) = (&rows.table, rows.unread_column());
            Some(format!("rows of {}.{} cannot be replayed: {column}", map.db, map.table))
        }
        Event::Other(_) if entry.header.flags & flags::IGNORABLE == 0 => {
            Some(format!("an event of type {} cannot be replayed", entry.header.kind))
        }
        _ => None,
    }
}

/// Returns why a statement would do something else here (R1).
fn statement(query: &Query) -> Option<String> {
    let (settings, upper) = (query.settings(), query.sql.to_uppercase());
    let generates = ["INSERT", "REPLACE", "LOAD", "ALTER", "UPDATE"].iter().any(|verb| upper.starts_with(verb));
    let mode = MODES.iter().find(|(bits, _, text)| settings.sql_mode & bits != 0 && upper.contains(text));
    let (increment, offset) = settings.auto_increment;
    if query.error_code != 0 {
        return Some(format!("it ended with error {} on its server", query.error_code));
    }
    if query.lossy {
        return Some("its text is in a character set that is not read, or is none in it".to_owned());
    }
    if !settings.all_known {
        return Some("it depends on settings of its session that are not known".to_owned());
    }
    if let Some((_, name, _)) = mode {
        return Some(format!("its sql_mode has {name}"));
    }
    if generates && (increment, offset) != (1, 1) {
        return Some(format!("its auto_increment_increment is {increment} and its auto_increment_offset {offset}"));
    }
    if settings.auto_is_null {
        return Some("its sql_auto_is_null is 1".to_owned());
    }
    if settings.lc_time_names != 0 {
        return Some("its lc_time_names is not en_US".to_owned());
    }
    match settings.time_zone.as_deref() {
        None | Some("+00:00" | "UTC") => None,
        Some(zone) => Some(format!("its time_zone is {zone}; here it is +00:00")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The status entries replace those of a statement of ours.
    fn refused(status: &[u8], sql: &str) -> Option<String> {
        let mut body = vec![1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, status.len() as u8, 0];
        body.extend([status, &[0], sql.as_bytes()].concat());
        let mut file = innolab_binlog::MAGIC.to_vec();
        let stamp = innolab_binlog::Stamp { timestamp: 0, server_id: 1 };
        let format = innolab_binlog::FormatDescription { server_version: "8.0.36".into(), created: 0, checksum: true };
        innolab_binlog::frame(&mut file, stamp, innolab_binlog::Kind::FORMAT_DESCRIPTION, 0, |out| format.encode(out));
        innolab_binlog::frame(&mut file, stamp, innolab_binlog::Kind::QUERY, 0, |out| out.extend(body));
        innolab_binlog::seal(&mut file[4..], 4);
        let entries = innolab_binlog::Reader::over("x", file).unwrap().collect::<Result<Vec<_>, _>>().unwrap();
        refusal(&entries[1], "test").map(|why| why.trim_start_matches("a statement cannot be replayed: ").to_owned())
    }

    #[test]
    fn r1_a_setting_that_matters_is_refused_by_name() {
        let mode = |bits: u64| [&[1][..], &bits.to_le_bytes()].concat();
        let strict = 1 << 21 | 1 << 26 | 1 << 28 | 1 << 30;
        let insert = "insert into t values (0, 'a' || \"b\")";
        for (status, sql, want) in [
            (mode(strict), insert, None),
            (mode(0), insert, None),
            (mode(strict | 1 << 19), insert, Some("its sql_mode has NO_AUTO_VALUE_ON_ZERO")),
            (mode(strict | 1 << 19), "create table t (id int)", None),
            (mode(1 << 1), insert, Some("its sql_mode has PIPES_AS_CONCAT")),
            (mode(1 << 2), insert, Some("its sql_mode has ANSI_QUOTES")),
            (mode(1 << 20), insert, None),
            (mode(1 << 20), r"insert into t values ('\\')", Some("its sql_mode has NO_BACKSLASH_ESCAPES")),
            (vec![3, 5, 0, 2, 0], insert, Some("its auto_increment_increment is 5 and its auto_increment_offset 2")),
            (vec![3, 5, 0, 2, 0], "drop table t", None),
            (b"\x05\x06SYSTEM".to_vec(), insert, Some("its time_zone is SYSTEM; here it is +00:00")),
            (b"\x05\x06+00:00".to_vec(), insert, None),
            (vec![7, 3, 0], insert, Some("its lc_time_names is not en_US")),
            (vec![0, 0, 0x40, 0, 0], insert, Some("its sql_auto_is_null is 1")),
            (vec![250, 1], insert, Some("it depends on settings of its session that are not known")),
            (
                vec![4, 28, 0, 28, 0, 28, 0],
                "insert into t values ('ñ')",
                Some("its text is in a character set that is not read, or is none in it"),
            ),
            (vec![4, 8, 0, 8, 0, 8, 0], "insert into t values ('ñ')", None),
        ] {
            assert_eq!(refused(&status, sql).as_deref(), want, "{status:?} {sql}");
        }
    }
}
