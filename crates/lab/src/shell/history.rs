//! The history of typed statements, kept between runs in the user's state directory.
//!
//! ```text
//! $XDG_STATE_HOME/innolab/history, else $HOME/.local/state/innolab/history
//! select 1;
//! select *\n  from t;        an entry is a line: `\n` is a line break, `\\` a backslash
//! ```
//!
//! RULES
//!
//! - **R1** An entry is appended when it is typed, in one write. So a shell that is killed loses none, and those of
//!   several shells do not mix.
//! - **R2** At most [`MAX_ENTRIES`] are kept: when a file has twice as many, opening rewrites it.
//! - **R3** Only its user can read the file: statements contain data.
//!
//! The editor's own history file is not used: it needs a newer Rust than the workspace's.

use std::fs::{OpenOptions, create_dir_all, read_to_string, rename};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The most entries that are loaded.
pub(super) const MAX_ENTRIES: usize = 1000;

/// The history's file.
pub(super) struct HistoryFile {
    path: PathBuf,
}

impl HistoryFile {
    /// The file of this user. `None`: the environment names no home.
    pub(super) fn of_user() -> Option<HistoryFile> {
        let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")))?;
        Some(HistoryFile { path: state.join("innolab/history") })
    }

    /// The entries, oldest first (R2). ERRORS: the file exists and cannot be read.
    pub(super) fn load(&self) -> io::Result<Vec<String>> {
        let text = match read_to_string(&self.path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            text => text?,
        };
        let mut entries: Vec<String> = text.lines().map(unescape).collect();
        let is_long = entries.len() >= 2 * MAX_ENTRIES;
        entries.drain(..entries.len().saturating_sub(MAX_ENTRIES));
        if is_long {
            let new = self.path.with_extension("new");
            write(&new, &entries.iter().map(|entry| escape(entry) + "\n").collect::<String>())?;
            rename(new, &self.path)?;
        }
        Ok(entries)
    }

    /// Adds an entry (R1). ERRORS: the directory or the file cannot be written.
    pub(super) fn append(&self, entry: &str) -> io::Result<()> {
        self.path.parent().map_or(Ok(()), create_dir_all)?;
        write(&self.path, &(escape(entry) + "\n"))
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)?.write_all(text.as_bytes())
}

fn escape(entry: &str) -> String {
    entry.replace('\\', "\\\\").replace('\n', "\\n")
}

fn unescape(line: &str) -> String {
    let (mut entry, mut chars) = (String::new(), line.chars());
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n') => entry.push('\n'),
                Some(other) => entry.push(other),
                None => entry.push('\\'),
            },
            (c, false) => entry.push(c),
        }
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_back_and_old_ones_are_dropped() {
        let dir = tempfile::tempdir().unwrap();
        let file = HistoryFile { path: dir.path().join("innolab/history") };
        assert_eq!(file.load().unwrap(), Vec::<String>::new());
        for entry in ["select 1;", "select '\\n'\n  from t \\G", "\\"] {
            file.append(entry).unwrap();
        }
        assert_eq!(file.load().unwrap(), ["select 1;", "select '\\n'\n  from t \\G", "\\"]);
        assert_eq!(read_to_string(&file.path).unwrap().lines().count(), 3);
        for n in 0..2 * MAX_ENTRIES {
            file.append(&format!("select {n};")).unwrap();
        }
        let entries = file.load().unwrap();
        assert_eq!((entries.len(), entries[0].as_str()), (MAX_ENTRIES, "select 1000;"));
        assert_eq!(read_to_string(&file.path).unwrap().lines().count(), MAX_ENTRIES, "R2");
    }
}
