//! `run --binlog`: the events that each step added to the log.
//!
//! ```text
//!   3  T1  delete from t limit 1
//!          ok, 1 row
//!          rows are logged: LIMIT takes rows in whatever order they come        the rule by which MIXED logs rows
//!               157  ANONYMOUS_GTID       transaction 1 after 0, 300 bytes
//!               …
//! {"case":"…","step":3,"rows_because":["LIMIT …"],"binlog":[{"file":"binlog.000001","position":157,…}]}
//! ```

use super::event_json::object;
use crate::failure::Failure;
use innolab_base::Sink;
use innolab_base::sync::Mutex;
use innolab_binlog::{Coordinator, Entry, Event, Position, Reader};
use innolab_disk::ReadOnlyDir;
use innolab_engine::events::RowsLogged;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;

/// Collects, from the engine's events, the rules by which `binlog_format = MIXED` logged rows instead of a statement.
#[derive(Default)]
pub(crate) struct MixedRules(Mutex<Vec<&'static str>>);

impl Sink for MixedRules {
    fn event(&self, event: &dyn innolab_base::Event) {
        self.0.lock().extend(event.as_any().downcast_ref::<RowsLogged>().map(|chosen| chosen.rule));
    }
}

/// The events of a step, each with its file, and the rules of MIXED that applied.
pub(crate) struct StepEvents {
    rules: Vec<&'static str>,
    events: Vec<(Arc<str>, Entry)>,
}

/// Reads new events of a growing log.
pub(crate) struct Follower {
    dir: ReadOnlyDir,
    rules: Arc<MixedRules>,
    /// The end of the events that were read.
    at: Position,
}

impl Follower {
    /// Starts at the end of the log, which is in `dir`.
    pub(crate) fn new(dir: &Path, rules: Arc<MixedRules>, log: &Coordinator) -> Result<Follower, Failure> {
        rules.0.lock().clear();
        Ok(Follower { dir: ReadOnlyDir::open(dir)?, rules, at: log.position() })
    }

    /// The events since the last call. ERRORS: the log cannot be read.
    pub(crate) fn read_new(&mut self, log: &Coordinator) -> Result<StepEvents, Failure> {
        let end = log.position();
        let mut events = Vec::new();
        for file in log.files().into_iter().filter(|file| **file >= *self.at.file) {
            let file: Arc<str> = file.into();
            for entry in Reader::open(&self.dir, &file)? {
                let entry = entry?;
                let at = Position { file: file.clone(), offset: entry.offset };
                if at >= self.at && at < end && !matches!(entry.event, Event::FormatDescription(_)) {
                    events.push((file.clone(), entry));
                }
            }
        }
        self.at = end;
        Ok(StepEvents { rules: std::mem::take(&mut *self.rules.0.lock()), events })
    }
}

impl StepEvents {
    /// True if the step logged nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.events.is_empty()
    }

    /// As text, each line indented by `margin`.
    pub(crate) fn pretty(&self, margin: &str) -> String {
        let rules = self.rules.iter().map(|rule| format!("{margin}rows are logged: {rule}\n"));
        let lines = |(_, entry): &(Arc<str>, Entry)| {
            let shown = entry.to_string();
            shown.trim_end().lines().map(|line| format!("{margin}{line}\n")).collect::<String>()
        };
        rules.chain(self.events.iter().map(lines)).collect()
    }

    /// As a line of JSON.
    pub(crate) fn json_line(&self, case: &str, step: usize) -> String {
        let events: Vec<String> = self.events.iter().map(|(file, entry)| object(file, entry)).collect();
        let (case, rules) = (json!(case), json!(self.rules));
        format!(r#"{{"case":{case},"step":{step},"rows_because":{rules},"binlog":[{}]}}"#, events.join(","))
    }
}
