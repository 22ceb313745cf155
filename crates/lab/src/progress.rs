//! How far the building of indexes has come, for whoever sits at a terminal: one line, written over and over, gone when it is done.
//!
//! ```text
//! t: 131072 of about 200000 rows read
//! ```

use innolab_base::sync::Mutex;
use innolab_base::{Event, Events, event::Sink};
use innolab_engine::events::Building;
use std::io::{IsTerminal, Stderr, Write, stderr};
use std::sync::Arc;

/// Back to the line's beginning, and all of it away.
const CLEAR: &str = "\r\x1b[K";

/// Writes the line, and hands events on.
struct Progress<W> {
    next: Events,
    out: Mutex<Line<W>>,
}

struct Line<W> {
    out: W,
    shown: bool,
}

impl<W: Write> Line<W> {
    /// What cannot be shown is not shown: nothing depends on it.
    fn event(&mut self, event: &dyn Event) -> std::io::Result<()> {
        match event.as_any().downcast_ref::<Building>() {
            Some(Building { table, rows, of }) => {
                self.shown = true;
                write!(self.out, "{CLEAR}{table}: {rows} of about {of} rows read")?;
            }
            None if std::mem::take(&mut self.shown) => write!(self.out, "{CLEAR}")?,
            None => return Ok(()),
        }
        self.out.flush()
    }
}

impl<W: Write + Send> Sink for Progress<W> {
    fn event(&self, event: &dyn Event) {
        let _ = self.out.lock().event(event);
        self.next.hand_on(event);
    }
}

/// Events for an engine, which go on to `next`: shown if the error output is a terminal, else only handed on.
pub(crate) fn shown(next: Events) -> Events {
    let out = stderr();
    match out.is_terminal() {
        true => Events::to(Arc::new(progress::<Stderr>(out, next))),
        false => next,
    }
}

fn progress<W>(out: W, next: Events) -> Progress<W> {
    Progress { next, out: Mutex::new(Line { out, shown: false }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use innolab_base::event::Lines;
    use innolab_engine::events::Built;

    #[test]
    fn one_line_that_goes_away() {
        let lines = Arc::new(Lines::default());
        let progress = progress(Vec::new(), Events::to(lines.clone()));
        let building = |rows| Building { table: "t".to_owned(), rows, of: 200 };
        [building(100), building(200)].iter().for_each(|event| progress.event(event));
        let built = Built { table: "t".to_owned(), index: "k".to_owned(), rows: 200, runs: 0 };
        [&built, &built].into_iter().for_each(|event| progress.event(event));
        let shown = String::from_utf8(progress.out.into_inner().out).expect("text");
        assert_eq!(shown.replace(CLEAR, "<"), "<t: 100 of about 200 rows read<t: 200 of about 200 rows read<");
        assert_eq!(lines.take().len(), 4, "all are handed on");
    }
}
