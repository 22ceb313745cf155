//! Progress of index builds, drawn from the engine's events: first the rows read, then the indexes loaded.
//!
//! ```text
//! engine.building t, 65536 of about 200000 rows ─► bar, "t: reading rows for its indexes"
//! engine.built    t, index k                    ─► spinner, "t: loading its indexes, k is loaded"
//! the statement has ended                       ─► IndexBuilds::end: no line
//! ```
//!
//! No event says that a build has failed, so the line is cleared when the statement ends.

use crate::progress::{Progress, Task};
use innolab_base::sync::Mutex;
use innolab_base::{Event, Events, event::Sink};
use innolab_engine::events::{Building, Built};
use std::sync::Arc;

/// Draws builds, and passes every event on.
pub(crate) struct IndexBuilds {
    progress: Progress,
    next: Events,
    line: Mutex<Line>,
}

#[derive(Default)]
enum Line {
    #[default]
    None,
    Reading(Task),
    Loading(Task),
}

impl IndexBuilds {
    /// A sink that passes events on to `next`.
    pub(crate) fn new(progress: Progress, next: Events) -> Arc<IndexBuilds> {
        Arc::new(IndexBuilds { progress, next, line: Mutex::default() })
    }

    /// The events to give to an engine. If nothing is drawn, they go to the next sink directly.
    pub(crate) fn events(self: &Arc<IndexBuilds>) -> Events {
        if self.progress.is_hidden() { self.next.clone() } else { Events::to(self.clone()) }
    }

    /// Clears the line: the statement that built indexes has ended.
    pub(crate) fn end(&self) {
        *self.line.lock() = Line::None;
    }

    fn building(&self, event: &Building) {
        let mut line = self.line.lock();
        if !matches!(*line, Line::Reading(_)) {
            let what = format!("{}: reading rows for its indexes", event.table);
            *line = Line::Reading(self.progress.bar(what, "rows", event.of));
        }
        if let Line::Reading(task) = &*line {
            task.set_total(event.of);
            task.set(event.rows);
        }
    }

    /// Small tables are built without an event for their rows, and without a line.
    fn built(&self, event: &Built) {
        let mut line = self.line.lock();
        let what = format!("{}: loading its indexes, {} is loaded", event.table, event.index);
        match &*line {
            Line::None => {}
            Line::Reading(_) => *line = Line::Loading(self.progress.spinner(what)),
            Line::Loading(task) => task.describe(what),
        }
    }
}

impl Sink for IndexBuilds {
    fn event(&self, event: &dyn Event) {
        if !self.progress.is_hidden() {
            if let Some(building) = event.as_any().downcast_ref() {
                self.building(building);
            } else if let Some(built) = event.as_any().downcast_ref() {
                self.built(built);
            }
        }
        self.next.forward(event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::terminal::Terminal;
    use innolab_base::event::Lines;

    fn events() -> [Box<dyn Event>; 4] {
        let building = |rows| Box::new(Building { table: "t".to_owned(), rows, of: 200 });
        let built =
            |index: &str| Box::new(Built { table: "t".to_owned(), index: index.to_owned(), rows: 200, runs: 0 });
        [building(100), building(200), built("k"), built("l")]
    }

    #[test]
    fn a_build_is_a_bar_then_a_spinner_and_every_event_is_passed_on() {
        let (terminal, progress) = Terminal::display();
        let lines = Arc::new(Lines::default());
        let builds = IndexBuilds::new(progress, Events::to(lines.clone()));
        let shown = events().map(|event| {
            builds.event(&*event);
            terminal.line()
        });
        assert!(shown[0].contains("t: reading rows for its indexes") && shown[0].contains("100/200 rows"), "{shown:?}");
        assert!(shown[1].contains("200/200 rows") && shown[2].contains("k is loaded"), "{shown:?}");
        assert!(terminal.written().contains("l is loaded"), "{shown:?}");
        builds.end();
        assert_eq!((terminal.line().as_str(), lines.take().len()), ("", 4));
    }

    #[test]
    fn a_hidden_display_only_passes_events_on() {
        let lines = Arc::new(Lines::default());
        let builds = IndexBuilds::new(Progress::hidden(), Events::to(lines.clone()));
        events().iter().for_each(|event| builds.event(&**event));
        assert!(matches!(*builds.line.lock(), Line::None));
        assert_eq!(lines.take().len(), 4);
    }
}
