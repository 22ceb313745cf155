//! Events as text: one line an event, one more for each row.

use super::body::{Entry, Event};
use super::column_type::ColumnType;
use super::gtid::{Gtid, Sid, source_text};
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
                write!(f, "{}, ", gtid.id_text())?;
                show_gtid(f, gtid)
            }
            Event::AnonymousGtid(gtid) => show_gtid(f, gtid),
            Event::PreviousGtids(set) => {
                let interval = |(first, end): &(u64, u64)| format!(":{first}-{}", end.saturating_sub(1));
                let one = |(source, intervals): &((Sid, String), Vec<(u64, u64)>)| {
                    source_text(source) + &intervals.iter().map(interval).collect::<String>()
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
                f.write_str(if rows.is_full() { "" } else { ", not all columns" })?;
                rows.changes()
                    .map_while(|change| change.ok())
                    .try_for_each(|change| show_change(f, &rows.table, &change))
            }
            Event::OpaqueRows(rows) => {
                write!(f, "{}.{}, ", rows.table.db, rows.table.table)?;
                write!(f, "not read because of {}: {} bytes ", rows.unread_column(), rows.body.len())?;
                rows.body.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
            Event::Xid(xid) => write!(f, "{xid}"),
            Event::XaPrepare { one_phase } => f.write_str(if *one_phase { "committed in one phase" } else { "" }),
            Event::Payload(body) => write!(f, "{} bytes, compressed; its events:", body.len()),
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
            Event::Other(body) => {
                write!(f, "{} bytes ", body.len())?;
                body.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
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
        f.write_str(&map.column_name(i))?;
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

fn show_change(f: &mut fmt::Formatter<'_>, table: &TableMap, change: &Change) -> fmt::Result {
    write!(f, "\n{:32}", "")?;
    match change {
        Change::Insert(row) => show_row(f, "+", table, row),
        Change::Delete(row) => show_row(f, "-", table, row),
        Change::Update { before, after } => {
            let changed = |(i, (old, new)): (usize, (&Value, &Value))| {
                let name = table.column_name(i);
                match (old, new) {
                    (Value::Missing, Value::Missing) => None,
                    (Value::Missing, new) => Some(format!("{name} → {new}")),
                    (old, new) if *new == Value::Missing || old == new => Some(format!("{name}={old}")),
                    (old, new) => Some(format!("{name}={old} → {new}")),
                }
            };
            let values: Vec<String> = before.iter().zip(after).enumerate().filter_map(changed).collect();
            write!(f, "~ {}", values.join(", "))
        }
    }
}

fn show_row(f: &mut fmt::Formatter<'_>, sign: &str, table: &TableMap, row: &Row) -> fmt::Result {
    let present = row.iter().enumerate().filter(|(_, value)| **value != Value::Missing);
    let values: Vec<String> = present.map(|(i, value)| format!("{}={value}", table.column_name(i))).collect();
    write!(f, "{sign} {}", values.join(", "))
}
