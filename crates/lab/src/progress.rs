//! Progress of long work: bars and spinners on standard error, each gone when its work ends.
//!
//! ```text
//! t: reading rows for its indexes  ████████████─────────  131,072/200,000 rows  410,003/s, 0s left
//! reading binlog.000001            ███████──────────────  31.00 MiB/92.10 MiB   88.03 MiB/s, 0s left
//! ⠹ exporting t  12s
//! ```
//!
//! RULES
//!
//! - **R1** Nothing is drawn unless standard error is a terminal. A command's output is the same either way.
//! - **R2** A bar lives as long as its [`Task`]: dropping the task clears the line, also when an error is returned.
//! - **R3** While bars are shown, a command writes its output inside [`Progress::suspend`]: standard output may be the
//!   same terminal.
//!
//! `indicatif` draws. The task of a hidden display has no bar, so that counting costs only a branch.

use indicatif::{HumanCount, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::time::Duration;

/// How often a spinner turns and the elapsed time is redrawn.
const TICK: Duration = Duration::from_millis(120);

/// Where progress is drawn. Clones draw on the same terminal, one line a task.
#[derive(Clone)]
pub(crate) struct Progress {
    lines: MultiProgress,
}

impl Progress {
    /// On standard error; hidden if that is not a terminal (R1).
    pub(crate) fn stderr() -> Progress {
        Progress::on(ProgressDrawTarget::stderr())
    }

    /// Draws nothing.
    pub(crate) fn hidden() -> Progress {
        Progress::on(ProgressDrawTarget::hidden())
    }

    pub(crate) fn on(target: ProgressDrawTarget) -> Progress {
        Progress { lines: MultiProgress::with_draw_target(target) }
    }

    /// True if nothing is drawn.
    pub(crate) fn is_hidden(&self) -> bool {
        self.lines.is_hidden()
    }

    /// A bar that counts to `total`, with rate and time left. `units`: the plural of what is counted.
    pub(crate) fn bar(&self, what: impl Into<String>, units: &str, total: u64) -> Task {
        self.task(what.into(), Some(total), || {
            format!("{{msg}}  {{bar:24}}  {{human_pos}}/{{human_len}} {units}  {{rate}}/s, {{eta}} left")
        })
    }

    /// A bar that counts bytes to `total`.
    pub(crate) fn bytes(&self, what: impl Into<String>, total: u64) -> Task {
        self.task(what.into(), Some(total), || {
            "{msg}  {bar:24}  {binary_bytes}/{binary_total_bytes}  {binary_bytes_per_sec}, {eta} left".to_owned()
        })
    }

    /// A spinner with the elapsed time, for work that cannot be counted.
    pub(crate) fn spinner(&self, what: impl Into<String>) -> Task {
        let task = self.task(what.into(), None, || "{spinner} {msg}  {elapsed}".to_owned());
        if let Some(line) = &task.line {
            line.tick();
            line.enable_steady_tick(TICK);
        }
        task
    }

    fn task(&self, what: String, total: Option<u64>, template: impl FnOnce() -> String) -> Task {
        if self.is_hidden() {
            return Task::hidden();
        }
        let line = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden()).with_message(what);
        // Every template is a constant of this file but for the units; the tests draw each.
        if let Ok(style) = ProgressStyle::with_template(&template()) {
            let rate = |state: &ProgressState, out: &mut dyn Write| {
                // Drawing cannot fail a command.
                let _ = write!(out, "{}", HumanCount(state.per_sec() as u64));
            };
            line.set_style(style.progress_chars("█▉▊▋▌▍▎▏─").with_key("rate", rate));
        }
        Task { line: Some(self.lines.add(line)) }
    }

    /// Runs `write` with all lines cleared, and draws them again (R3).
    pub(crate) fn suspend<R>(&self, write: impl FnOnce() -> R) -> R {
        if self.is_hidden() { write() } else { self.lines.suspend(write) }
    }
}

/// One line of a display (R2).
pub(crate) struct Task {
    line: Option<ProgressBar>,
}

impl Task {
    /// Shows nothing.
    pub(crate) fn hidden() -> Task {
        Task { line: None }
    }

    /// Sets the count. A total that was estimated too low grows with it.
    pub(crate) fn set(&self, done: u64) {
        if let Some(line) = &self.line {
            if line.length().is_some_and(|total| total < done) {
                line.set_length(done);
            }
            line.set_position(done);
        }
    }

    /// Adds to the count.
    pub(crate) fn add(&self, more: u64) {
        if let Some(line) = &self.line {
            self.set(line.position() + more);
        }
    }

    /// Sets the total.
    pub(crate) fn set_total(&self, total: u64) {
        if let Some(line) = &self.line {
            line.set_length(total);
        }
    }

    /// Sets the text before the bar.
    pub(crate) fn describe(&self, what: impl Into<String>) {
        if let Some(line) = &self.line {
            line.set_message(what.into());
        }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if let Some(line) = &self.line {
            line.finish_and_clear();
        }
    }
}

/// A terminal in memory, for tests of what is drawn.
#[cfg(test)]
pub(crate) mod terminal {
    use super::Progress;
    use indicatif::{ProgressDrawTarget, TermLike};
    use innolab_base::sync::Mutex;
    use std::io::Result;
    use std::sync::Arc;

    /// Keeps what was ever written, and the line that is shown now.
    #[derive(Debug, Clone, Default)]
    pub(crate) struct Terminal(Arc<Mutex<(String, String)>>);

    impl Terminal {
        /// A display on a new terminal. Each draw is a frame: the rate is not limited.
        pub(crate) fn display() -> (Terminal, Progress) {
            let terminal = Terminal::default();
            let target = ProgressDrawTarget::term_like_with_hz(Box::new(terminal.clone()), u8::MAX);
            (terminal, Progress::on(target))
        }

        /// All that was written.
        pub(crate) fn written(&self) -> String {
            self.0.lock().0.clone()
        }

        /// The text of the cursor's line.
        pub(crate) fn line(&self) -> String {
            self.0.lock().1.trim().to_owned()
        }
    }

    impl TermLike for Terminal {
        fn width(&self) -> u16 {
            120
        }
        fn move_cursor_up(&self, _: usize) -> Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> Result<()> {
            self.write_str(text)?;
            self.write_str("\n")
        }
        fn write_str(&self, text: &str) -> Result<()> {
            let (all, line) = &mut *self.0.lock();
            *all += text;
            *line += text;
            Ok(())
        }
        fn clear_line(&self) -> Result<()> {
            self.0.lock().1.clear();
            Ok(())
        }
        fn flush(&self) -> Result<()> {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::terminal::Terminal;
    use super::*;

    #[test]
    fn a_bar_counts_with_rate_and_time_left_and_clears_its_line_r2() {
        let (terminal, progress) = Terminal::display();
        let task = progress.bar("rows of t", "rows", 4000);
        task.set(1000);
        task.add(1000);
        let line = terminal.line();
        assert!(line.starts_with("rows of t  ████████████") && line.contains("2,000/4,000 rows"), "{line}");
        assert!(line.contains("/s, ") && line.ends_with(" left"), "{line}");
        drop(task);
        assert_eq!(terminal.line(), "");
    }

    #[test]
    fn an_estimate_that_was_too_low_grows() {
        let (terminal, progress) = Terminal::display();
        let task = progress.bar("t", "rows", 10);
        task.set(25);
        assert!(terminal.line().contains("25/25 rows"), "{}", terminal.line());
    }

    #[test]
    fn bytes_and_spinners() {
        let (terminal, progress) = Terminal::display();
        let task = progress.bytes("reading", 4 << 20);
        task.set(1 << 20);
        assert!(terminal.line().contains("1.00 MiB/4.00 MiB"), "{}", terminal.line());
        drop(task);
        let task = progress.spinner("exporting t");
        assert!(terminal.line().contains("exporting t  0s"), "{}", terminal.line());
        drop(task);
        assert_eq!(terminal.line(), "");
    }

    #[test]
    fn output_is_written_with_the_bars_away_r3() {
        let (terminal, progress) = Terminal::display();
        let task = progress.bar("t", "rows", 10);
        task.set(5);
        progress.suspend(|| assert_eq!(terminal.line(), ""));
        assert!(terminal.line().contains("5/10 rows"), "{}", terminal.line());
    }

    #[test]
    fn a_hidden_display_has_no_bars_r1() {
        let progress = Progress::hidden();
        assert!(progress.is_hidden());
        let task = progress.bar("t", "rows", 10);
        task.set(5);
        task.describe("u");
        assert!(task.line.is_none() && progress.spinner("x").line.is_none());
        assert_eq!(progress.suspend(|| 7), 7);
    }
}
