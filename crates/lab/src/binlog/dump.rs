//! Every event, for people (the log's own dump) or for programs.
//!
//! ```text
//! {"file":"binlog.000001","position":700,"end":769,"kind":"WRITE_ROWS","time":1700000000,"server":1,
//!  "table":"bank.accounts","rows":[{"after":{"id":"1","owner":"Ann","balance":null}}]}
//! ```
//!
//! RULES
//!
//! - **R1** One object an event and line, its members in this order. Values are text, NULL is null; a column without a
//!   name is `@1`, `@2`, …

use super::event_json::object;
use super::source::{LogFile, Met, Stretch};
use crate::failure::Failure;
use serde_json::json;
use std::io::{BufWriter, Write};

/// Prints the events of the stretch.
pub(super) fn dump(files: &[LogFile], stretch: &Stretch, as_json: bool, out: impl Write) -> Result<(), Failure> {
    let mut out = BufWriter::new(out);
    let mut shown = None;
    stretch.walk(files, |file, met| {
        if !as_json && shown.as_deref() != Some(file) {
            writeln!(out, "{}{file}", if shown.is_some() { "\n" } else { "" })?;
            shown = Some(file.to_owned());
        }
        match met {
            Met::Event(entry) if as_json => writeln!(out, "{}", object(file, &entry))?,
            Met::Event(entry) => writeln!(out, "{}", entry.to_string().trim_end())?,
            Met::Torn(torn) if as_json => {
                let (file, rule) = (json!(file), json!(torn.rule));
                let (position, end) = (torn.offset, torn.offset + torn.bytes);
                writeln!(out, r#"{{"file":{file},"position":{position},"end":{end},"torn":{rule}}}"#)?;
            }
            Met::Torn(torn) => writeln!(out, "{:>8}  torn: {}, {} bytes", torn.offset, torn.rule, torn.bytes)?,
        }
        Ok(())
    })?;
    Ok(out.flush()?)
}
