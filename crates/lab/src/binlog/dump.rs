//! `binlog dump`: every event, as text (the log crate's own dump) or as JSON.
//!

use super::event_json::object;
use super::range::{LogFile, LogItem, LogRange};
use crate::failure::Failure;
use crate::progress::Task;
use serde_json::json;
use std::io::{BufWriter, Write};

/// Prints the events of the range.
pub(super) fn dump(files: &[LogFile], range: &LogRange, as_json: bool, out: impl Write) -> Result<(), Failure> {
    let mut out = BufWriter::new(out);
    let mut shown = None;
    range.walk(files, &Task::hidden(), |file, item| {
        if !as_json && shown.as_deref() != Some(file) {
            writeln!(out, "{}{file}", if shown.is_some() { "\n" } else { "" })?;
            shown = Some(file.to_owned());
        }
        match item {
            LogItem::Event(entry) if as_json => writeln!(out, "{}", object(file, &entry))?,
            LogItem::Event(entry) => writeln!(out, "{}", entry.to_string().trim_end())?,
            LogItem::Torn(torn) if as_json => {
                let (file, rule) = (json!(file), json!(torn.rule.to_string()));
                let (position, end) = (torn.offset, torn.offset + torn.bytes);
                writeln!(out, r#"{{"file":{file},"position":{position},"end":{end},"torn":{rule}}}"#)?;
            }
            LogItem::Torn(torn) => writeln!(out, "{:>8}  torn: {}, {} bytes", torn.offset, torn.rule, torn.bytes)?,
        }
        Ok(())
    })?;
    Ok(out.flush()?)
}
