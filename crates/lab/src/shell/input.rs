//! Where the shell's lines come from: a terminal with an editor, or a pipe.

use super::editor::{Editor, Event};
use crate::failure::Failure;
use std::io::BufRead;

/// A source of lines.
pub(super) enum Input<'a> {
    Terminal(Box<Editor>),
    Pipe(Box<dyn BufRead + 'a>),
}

impl Input<'_> {
    /// True if a user types: prompts are shown, and an error does not end the shell.
    pub(super) fn is_terminal(&self) -> bool {
        matches!(self, Input::Terminal(_))
    }

    /// The next event. Only a terminal shows the prompt.
    pub(super) fn next(&mut self, prompt: &str) -> Result<Event, Failure> {
        match self {
            Input::Terminal(editor) => editor.next(prompt),
            Input::Pipe(lines) => {
                let mut line = String::new();
                match lines.read_line(&mut line)? {
                    0 => Ok(Event::End),
                    _ => Ok(Event::Text(line.trim_end_matches(['\n', '\r']).to_owned())),
                }
            }
        }
    }

    /// Adds a statement with all its lines to a terminal's history.
    pub(super) fn remember(&mut self, entry: &str) {
        if let Input::Terminal(editor) = self {
            editor.remember(entry);
        }
    }
}
