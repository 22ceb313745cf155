//! What a mode could not read: its exit status, and the text of its error (R5 of [`inspect`](super)).

use crate::failure::Failure;

/// What was not read.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Faults {
    /// Pages that do not verify, or whose records are broken.
    pub(crate) bad: usize,
    /// Pages that are compressed or encrypted.
    pub(crate) unread: usize,
    /// Pages whose records do not fit the columns that the user defined.
    pub(crate) misfit: usize,
    /// All else, a line each.
    lines: Vec<String>,
}

impl Faults {
    pub(crate) fn of_pages(bad: usize, unread: usize) -> Faults {
        Faults { bad, unread, ..Faults::default() }
    }

    /// Adds a fault that its line tells, once.
    pub(crate) fn tell(&mut self, line: impl Into<String>) {
        let line = line.into();
        if !self.lines.contains(&line) {
            self.lines.push(line);
        }
    }

    pub(crate) fn add(&mut self, more: Faults) {
        self.bad += more.bad;
        self.unread += more.unread;
        self.misfit += more.misfit;
        more.lines.into_iter().for_each(|line| self.tell(line));
    }

    /// ERRORS: there are faults; the text has them.
    pub(crate) fn none(mut self) -> Result<(), Failure> {
        let pages = [
            (self.bad, "bad page", ""),
            (self.unread, "page", " not read"),
            (self.misfit, "page", " with records that do not fit --columns"),
        ];
        let pages = pages.into_iter().filter(|(n, ..)| *n > 0);
        let pages: Vec<_> = pages.map(|(n, what, rest)| counted(n, what) + rest).collect();
        if !pages.is_empty() {
            self.lines.push(pages.join(", "));
        }
        if self.lines.is_empty() { Ok(()) } else { Err(self.lines.join("\n").into()) }
    }
}

/// "1 page", "2 pages".
pub(crate) fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
