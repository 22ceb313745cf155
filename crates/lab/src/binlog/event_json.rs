//! An event as a line of JSON.
//!
//! ```text
//! {"file":"binlog.000001","position":700,"end":769,"kind":"WRITE_ROWS","time":1700000000,"server":1,
//!  "table":"bank.accounts","rows":[{"after":{"id":"1","owner":"Ann","balance":null}}]}
//! ```
//!
//! RULES
//!
//! - **R1** One object per event and line, with its members in this order. Values are strings, NULL is null; a column
//!   without a name is `@1`, `@2`, …; a column that is not in a row's image has no member.
//! - **R2** What is not read is there as bytes in hex: `body`.

use super::sql;
use innolab_binlog::{Entry, Event, Row, StatementContext, TableMap, Value};
use serde_json::json;

/// An event as a line of JSON (R1).
pub(super) fn object(file: &str, entry: &Entry) -> String {
    let head = format!(
        r#""file":{},"position":{},"end":{},"kind":"{}","time":{},"server":{}"#,
        json!(file),
        entry.offset,
        entry.end,
        entry.header.kind,
        entry.header.timestamp,
        entry.header.server_id
    );
    format!("{{{head}{}}}", content(&entry.event))
}

/// The members of this kind of event, each after a comma.
fn content(event: &Event) -> String {
    match event {
        Event::FormatDescription(format) => {
            format!(r#","version":{},"checksum":{}"#, json!(format.server_version), format.checksum)
        }
        Event::Rotate { next_file, position } => format!(r#","next":{},"at":{position}"#, json!(next_file)),
        Event::Gtid(gtid) => {
            let id = json!(gtid.id_text());
            format!(r#","gtid":{id},"sequence":{},"after":{}"#, gtid.sequence_number, gtid.last_committed)
        }
        Event::AnonymousGtid(gtid) => {
            format!(r#","sequence":{},"after":{}"#, gtid.sequence_number, gtid.last_committed)
        }
        Event::MariadbGtid(gtid) => format!(r#","domain":{},"seq":{}"#, gtid.domain, gtid.seq),
        Event::Query(query) => {
            let xid = query.ddl_xid().map_or(String::new(), |xid| format!(r#","xid":{xid}"#));
            format!(r#","db":{},"sql":{}{xid}"#, json!(query.db), json!(query.sql))
        }
        Event::StatementContext(StatementContext::LastInsertId(value)) => format!(r#","last_insert_id":{value}"#),
        Event::StatementContext(StatementContext::InsertId(value)) => format!(r#","insert_id":{value}"#),
        Event::StatementContext(StatementContext::UserVariable { name, value, .. }) => {
            format!(r#","variable":{},"value":{}"#, json!(name), json!(sql::text(value)))
        }
        Event::RowsQuery(sql) => format!(r#","sql":{}"#, json!(sql)),
        Event::TableMap(map) => {
            let column = |(i, c): (usize, &innolab_binlog::Column)| {
                let ty = json!(c.ty.to_string());
                format!(r#"{{"name":{},"type":{ty},"nullable":{}}}"#, json!(map.column_name(i)), c.nullable)
            };
            let columns: Vec<String> = map.columns.iter().enumerate().map(column).collect();
            format!(r#","id":{},"table":{},"columns":[{}]"#, map.id, json!(name(map)), columns.join(","))
        }
        Event::Rows(rows) => {
            let image = |side: &str, row: &Row| format!(r#""{side}":{}"#, members(&rows.table, row));
            let change = |change: innolab_binlog::Change| {
                let before = change.before().map(|row| image("before", row));
                let after = change.after().map(|row| image("after", row));
                format!("{{{}}}", before.into_iter().chain(after).collect::<Vec<_>>().join(","))
            };
            // The reader has checked the rows: `Ok` holds for all of them.
            let all: Vec<String> = rows.changes().map_while(Result::ok).map(change).collect();
            let full = if rows.is_full() { "" } else { r#","full":false"# };
            format!(r#","table":{}{full},"rows":[{}]"#, json!(name(&rows.table)), all.join(","))
        }
        Event::OpaqueRows(rows) => {
            let why = json!(rows.unread_column());
            format!(r#","table":{},"unread":{why},"body":"{}""#, json!(name(&rows.table)), hex(&rows.body))
        }
        Event::Xid(xid) => format!(r#","xid":{}"#, xid.0),
        Event::XaPrepare { one_phase } => format!(r#","one_phase":{one_phase}"#),
        Event::Payload(body) => format!(r#","bytes":{}"#, body.len()),
        Event::BinlogCheckpoint(file) => format!(r#","needed":{}"#, json!(file)),
        Event::Other(body) => format!(r#","bytes":{},"body":"{}""#, body.len(), hex(body)),
        Event::Stop | Event::PreviousGtids(_) | Event::GtidList(_) => String::new(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn name(map: &TableMap) -> String {
    format!("{}.{}", map.db, map.table)
}

fn members(map: &TableMap, row: &Row) -> String {
    let member = |(i, value)| format!("{}:{}", json!(map.column_name(i)), json!(sql::text(value)));
    let present = row.iter().enumerate().filter(|(_, value)| **value != Value::Missing);
    format!("{{{}}}", present.map(member).collect::<Vec<_>>().join(","))
}
