//! Events as text: one line an event, one more for each row.

use super::body::{Entry, Event};
use super::column_type::ColumnType;
use super::gtid::{Gtid, sid_text};
use super::header::flags;
use super::row_image::Row;
use super::rows::Change;
use super::table_map::{TableMap, collation};
use super::value::Value;
use std::fmt;

impl fmt::Display for Entry {
    /// Offset, kind and contents; rows on lines of their own: `+` inserted, `-` deleted, `~` updated.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>8}  {:<20} ", self.offset, self.header.kind)?;
        match &self.event {
            Event::FormatDescription(format) => {
                let sum = if format.checksum { "CRC32" } else { "no checksum" };
                let state = if self.header.flags & flags::IN_USE != 0 { "in use" } else { "closed" };
                write!(f, "{}, {sum}, {state}", format.server_version)
            }
            Event::Rotate { next_file, position } => write!(f, "to {next_file}:{position}"),
            Event::Stop => Ok(()),
            Event::Gtid(gtid) => {
                write!(f, "{}:{}, ", sid_text(&gtid.sid), gtid.gno)?;
                show_gtid(f, gtid)
            }
            Event::AnonymousGtid(gtid) => show_gtid(f, gtid),
            Event::PreviousGtids(set) => {
                let interval = |(first, end): &(u64, u64)| format!(":{first}-{}", end.saturating_sub(1));
                let one = |(sid, intervals): &([u8; 16], Vec<(u64, u64)>)| {
                    sid_text(sid) + &intervals.iter().map(interval).collect::<String>()
                };
                let all: Vec<String> = set.iter().map(one).collect();
                f.write_str(if all.is_empty() { "none" } else { "" })?;
                f.write_str(&all.join(", "))
            }
            Event::Query(query) => {
                f.write_str(&query.sql)?;
                if !query.db.is_empty() {
                    write!(f, "   in {}", query.db)?;
                }
                query.ddl_xid().map_or(Ok(()), |xid| write!(f, "   as XID {xid}"))
            }
            Event::StatementContext(context) => write!(f, "{context}"),
            Event::RowsQuery(sql) => f.write_str(sql),
            Event::TableMap(map) => show_table(f, map),
            Event::Rows(rows) => {
                write!(f, "{}.{}", rows.table.db, rows.table.table)?;
                f.write_str(if rows.is_full() {
                    ""
                } else {
                    ", not all columns: one that is left out is shown as NULL"
                })?;
                rows.changes()
                    .map_while(|change| change.ok())
                    .try_for_each(|change| show_change(f, &rows.table, &change))
            }
            Event::Xid(xid) => write!(f, "{xid}"),
            Event::MariadbGtid(gtid) => {
                write!(f, "{}-{}-{}", gtid.domain, self.header.server_id, gtid.seq)?;
                f.write_str(if gtid.standalone() { ", standalone" } else { "" })
            }
            Event::GtidList(list) => {
                let all: Vec<String> = list.iter().map(|g| format!("{}-{}-{}", g.domain, g.server_id, g.seq)).collect();
                f.write_str(if all.is_empty() { "none" } else { "" })?;
                f.write_str(&all.join(", "))
            }
            Event::BinlogCheckpoint(file) => f.write_str(file),
            Event::Other(body) => write!(f, "{} bytes", body.len()),
        }
    }
}

fn show_gtid(f: &mut fmt::Formatter<'_>, gtid: &Gtid) -> fmt::Result {
    write!(f, "transaction {} after {}, {} bytes", gtid.sequence_number, gtid.last_committed, gtid.transaction_len)
}

fn show_table(f: &mut fmt::Formatter<'_>, map: &TableMap) -> fmt::Result {
    write!(f, "#{} is {}.{} (", map.id, map.db, map.table)?;
    for (i, column) in map.columns.iter().enumerate() {
        f.write_str(if i == 0 { "" } else { ", " })?;
        show_name(f, map, i)?;
        let ty = column.ty.to_string();
        let ty = match (column.ty, column.collation == Some(collation::BINARY)) {
            (ColumnType::Varchar { .. } | ColumnType::Char { .. }, true) => ty.replace("CHAR", "BINARY"),
            (ColumnType::Blob { .. }, false) if column.collation.is_some() => ty.replace("BLOB", "TEXT"),
            _ => ty,
        };
        write!(f, " {ty}{}", if column.nullable { " NULL" } else { "" })?;
    }
    f.write_str(")")
}

fn show_name(f: &mut fmt::Formatter<'_>, map: &TableMap, i: usize) -> fmt::Result {
    match &map.columns[i].name {
        Some(name) => f.write_str(name),
        None => write!(f, "@{}", i + 1),
    }
}

fn show_change(f: &mut fmt::Formatter<'_>, table: &TableMap, change: &Change) -> fmt::Result {
    write!(f, "\n{:32}", "")?;
    match change {
        Change::Insert(row) => show_row(f, "+", table, row),
        Change::Delete(row) => show_row(f, "-", table, row),
        Change::Update { before, after } => {
            f.write_str("~")?;
            for (i, (old, new)) in before.iter().zip(after).enumerate() {
                f.write_str(if i == 0 { " " } else { ", " })?;
                show_name(f, table, i)?;
                write!(f, "={old}")?;
                if old != new {
                    write!(f, " → {new}")?;
                }
            }
            Ok(())
        }
    }
}

fn show_row(f: &mut fmt::Formatter<'_>, sign: &str, table: &TableMap, row: &Row) -> fmt::Result {
    f.write_str(sign)?;
    let show = |(i, value): (usize, &Value)| {
        f.write_str(if i == 0 { " " } else { ", " })?;
        show_name(f, table, i)?;
        write!(f, "={value}")
    };
    row.iter().enumerate().try_for_each(show)
}
