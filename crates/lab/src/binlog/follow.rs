//! The log beside the steps of a run: what each step has put into it.
//!
//! ```text
//!   3  T1  delete from t limit 1
//!          ok, 1 row
//!          rows are logged: LIMIT takes rows in whatever order they come
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

/// Hears by which rules `binlog_format = MIXED` has chosen rows.
#[derive(Default)]
pub(crate) struct Rules(Mutex<Vec<&'static str>>);

impl Sink for Rules {
    fn event(&self, event: &dyn innolab_base::Event) {
        self.0.lock().extend(event.as_any().downcast_ref::<RowsLogged>().map(|chosen| chosen.rule));
    }
}

/// What a step has brought.
pub(crate) struct News {
    rules: Vec<&'static str>,
    events: Vec<(Arc<str>, Entry)>,
}

/// Reads a log that grows.
pub(crate) struct Follower {
    dir: ReadOnlyDir,
    rules: Arc<Rules>,
    /// Behind what was shown.
    at: Position,
}

impl Follower {
    /// From the end of the log on. `dir` is where it is.
    pub(crate) fn new(dir: &Path, rules: Arc<Rules>, log: &Coordinator) -> Result<Follower, Failure> {
        rules.0.lock().clear();
        Ok(Follower { dir: ReadOnlyDir::open(dir)?, rules, at: log.position() })
    }

    /// The events since the last call, with their files, and the rules by which they were chosen.
    pub(crate) fn news(&mut self, log: &Coordinator) -> Result<News, Failure> {
        let end = log.position();
        let mut news = Vec::new();
        for file in log.files().into_iter().filter(|file| **file >= *self.at.file) {
            let file: Arc<str> = file.into();
            for entry in Reader::open(&self.dir, &file)? {
                let entry = entry?;
                let place = Position { file: file.clone(), offset: entry.offset };
                if place >= self.at && place < end && !matches!(entry.event, Event::FormatDescription(_)) {
                    news.push((file.clone(), entry));
                }
            }
        }
        self.at = end;
        Ok(News { rules: std::mem::take(&mut *self.rules.0.lock()), events: news })
    }
}

impl News {
    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.events.is_empty()
    }

    /// As text, each line behind `margin`.
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
