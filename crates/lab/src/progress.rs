//! How far long work has come, for whoever sits at a terminal: one line, written over and over, gone when it is done.
//!
//! ```text
//! t: 131072 of about 200000 rows read
//! 1300 of 10000 transactions replayed
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
        self.next.forward(event);
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

/// The line of a command that counts what it does, on the error output if that is a terminal. It goes away with the meter.
pub(crate) struct Meter<W: Write = Stderr> {
    line: Option<Line<W>>,
    what: &'static str,
    of: u64,
    /// Hundredths that are shown.
    shown: u64,
}

impl Meter {
    /// Nothing is done yet, `of` is to be.
    pub(crate) fn new(what: &'static str, of: u64) -> Meter {
        let out = stderr();
        let line = out.is_terminal().then_some(Line { out, shown: false });
        Meter { line, what, of, shown: 0 }
    }
}

impl<W: Write> Meter<W> {
    /// So many are done; said at each hundredth.
    pub(crate) fn tell(&mut self, done: u64) {
        let now = done * 100 / self.of.max(1);
        if let (Some(line), true) = (&mut self.line, std::mem::replace(&mut self.shown, now) != now) {
            line.shown = true;
            let _ = write!(line.out, "{CLEAR}{done} of {} {}", self.of, self.what).and_then(|()| line.out.flush());
        }
    }
}

impl<W: Write> Drop for Meter<W> {
    fn drop(&mut self) {
        if let Some(line) = self.line.as_mut().filter(|line| line.shown) {
            let _ = write!(line.out, "{CLEAR}").and_then(|()| line.out.flush());
        }
    }
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

    #[test]
    fn a_meter_speaks_at_each_hundredth() {
        let mut out = Vec::new();
        let mut meter = Meter { line: Some(Line { out: &mut out, shown: false }), what: "rows", of: 250, shown: 0 };
        (1..=7).for_each(|done| meter.tell(done));
        drop(meter);
        let shown = String::from_utf8(out).expect("text");
        assert_eq!(shown.replace(CLEAR, "<"), "<3 of 250 rows<5 of 250 rows<");
    }
}
