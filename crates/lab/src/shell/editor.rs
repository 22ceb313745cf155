//! The line editor of a terminal: `rustyline`, with our completion and history.

use super::completion::Completion;
use super::history::{HistoryFile, MAX_ENTRIES};
use crate::failure::Failure;
use rustyline::error::ReadlineError;
use rustyline::history::{History, MemHistory};
use rustyline::{
    Cmd, CompletionType, ConditionalEventHandler, Config, Event as Keys, EventContext, EventHandler, KeyEvent,
    RepeatCount,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What the user did at a prompt.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A line, or several that were pasted at once.
    Text(String),
    /// Ctrl-C, on a line with or without text.
    Interrupt { on_text: bool },
    /// Ctrl-D, or the end of a pipe.
    End,
}

/// A terminal's lines.
pub(super) struct Editor {
    lines: rustyline::Editor<Completion, MemHistory>,
    /// `None`: the history is not kept.
    file: Option<HistoryFile>,
    on_text: Arc<AtomicBool>,
}

/// Remembers whether Ctrl-C came on a line with text, which the editor does not report.
struct NoteText(Arc<AtomicBool>);

impl ConditionalEventHandler for NoteText {
    fn handle(&self, _: &Keys, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        self.0.store(!context.line().is_empty(), Ordering::Relaxed);
        Some(Cmd::Interrupt)
    }
}

impl Editor {
    /// Prepares the terminal and loads the history. A history that cannot be read is reported, and not kept.
    pub(super) fn open(completion: Completion) -> Result<Editor, Failure> {
        let config = Config::builder().completion_type(CompletionType::List).max_history_size(MAX_ENTRIES)?.build();
        let history = MemHistory::with_config(&config);
        let mut lines = rustyline::Editor::with_history(config, history)?;
        lines.set_helper(Some(completion));
        let on_text = Arc::new(AtomicBool::new(false));
        let note = EventHandler::Conditional(Box::new(NoteText(on_text.clone())));
        lines.bind_sequence(KeyEvent::ctrl('C'), note);
        let mut editor = Editor { lines, file: HistoryFile::of_user(), on_text };
        match editor.file.as_ref().map_or(Ok(Vec::new()), HistoryFile::load) {
            Ok(entries) => entries.iter().try_for_each(|entry| editor.lines.history_mut().add(entry).map(|_| ()))?,
            Err(e) => editor.give_up_history(&e),
        }
        Ok(editor)
    }

    /// Reads a line.
    pub(super) fn next(&mut self, prompt: &str) -> Result<Event, Failure> {
        match self.lines.readline(prompt) {
            Ok(text) => Ok(Event::Text(text)),
            Err(ReadlineError::Interrupted) => Ok(Event::Interrupt { on_text: self.on_text.load(Ordering::Relaxed) }),
            Err(ReadlineError::Eof) => Ok(Event::End),
            Err(e) => Err(e.into()),
        }
    }

    /// Adds an entry to the history and to its file. A repetition of the last one is not added.
    pub(super) fn remember(&mut self, entry: &str) {
        let is_new = self.lines.add_history_entry(entry).unwrap_or(false);
        if let Some(Err(e)) = self.file.as_ref().filter(|_| is_new).map(|file| file.append(entry)) {
            self.give_up_history(&e);
        }
    }

    fn give_up_history(&mut self, why: &std::io::Error) {
        self.file = None;
        eprintln!("innolab: the history of this shell is not kept: {why}");
    }
}
