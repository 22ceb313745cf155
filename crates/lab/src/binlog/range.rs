//! The files of a log, and the range of their events that a command reads.
//!
//! RULES
//!
//! - **R1** A start position is in the first file, a stop position in the last. Both must be where an event starts, or
//!   the end of the file. Any other position is a mistake of the user and an error.
//! - **R2** A stop time ends the range before the first event with that second or a later one, as
//!   `mysqlbinlog --stop-datetime` does.
//! - **R3** The files are a chain ([`innolab_binlog::check_next`]): a gap or a wrong order is an error. Of a relay log, the
//!   replica's own ROTATEs count.

use crate::failure::Failure;
use crate::progress::Task;
use innolab_base::temporal::DateTime;
use innolab_binlog::{Entry, Event, MAGIC, Reader, Torn, check_next, flags};
use innolab_disk::ReadOnlyDir;
use std::fmt::Display;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Position of the first event of every file.
const FIRST_EVENT: u64 = MAGIC.len() as u64;

/// The files of a log.
#[derive(clap::Args)]
#[group(required = true)]
pub(crate) struct Log {
    /// Log files, oldest first.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// All files of the log in this directory, in the order of its index. `flashback FILE… --data DIR` takes the
    /// definitions of tables from there instead.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// The range of events. Without an option: all of them.
#[derive(clap::Args, Default)]
pub(crate) struct LogRange {
    /// Start at this byte of the first file.
    #[arg(long, value_name = "BYTE", value_parser = clap::value_parser!(u64).range(FIRST_EVENT..))]
    start_position: Option<u64>,
    /// Stop before this byte of the last file.
    #[arg(long, value_name = "BYTE", value_parser = clap::value_parser!(u64).range(FIRST_EVENT..))]
    stop_position: Option<u64>,
    /// Stop before the first event with this time (UTC) or a later one: 'YYYY-MM-DD hh:mm:ss'.
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    stop_datetime: Option<u32>,
}

/// A file of a log.
pub(crate) struct LogFile {
    dir: PathBuf,
    /// Its name, without the directory.
    pub(crate) name: String,
    /// The name that error messages use: as the user wrote it.
    shown: String,
}

/// An item of a range.
pub(crate) enum LogItem<'a> {
    /// An event.
    Event(Entry),
    /// The end of a file that is in use: an incomplete write.
    Torn(&'a Torn),
}

impl Log {
    /// The files, oldest first. ERRORS: the directory has no log; files and a directory are given.
    pub(crate) fn files(&self) -> Result<Vec<LogFile>, Failure> {
        match &self.data {
            Some(_) if !self.files.is_empty() => Err("log files and --data cannot be given together".into()),
            _ => self.files_beside_data(),
        }
    }

    /// The files that are given; with none, those of the directory. ERRORS: it has no log.
    pub(crate) fn files_beside_data(&self) -> Result<Vec<LogFile>, Failure> {
        let Some(data) = self.data.as_ref().filter(|_| self.files.is_empty()) else {
            return self.files.iter().map(|path| LogFile::at(path)).collect();
        };
        let names = innolab_binlog::files(&ReadOnlyDir::open(data)?, "binlog")?;
        if names.is_empty() {
            return Err(format!("{}: no binary log in this directory (no binlog.index)", data.display()).into());
        }
        let file = |name: String| LogFile { dir: data.clone(), shown: name.clone(), name };
        Ok(names.into_iter().map(file).collect())
    }

    /// The directory whose database defines the tables of the files that are given.
    pub(crate) fn definitions(&self) -> Option<&Path> {
        self.data.as_deref().filter(|_| !self.files.is_empty())
    }
}

impl LogFile {
    fn at(path: &Path) -> Result<LogFile, Failure> {
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| format!("{}: not a file name", path.display()))?;
        let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Ok(LogFile { dir: dir.to_owned(), name: name.to_owned(), shown: path.display().to_string() })
    }

    /// Its size; 0 if it cannot be read: opening it says why.
    fn bytes(&self) -> u64 {
        std::fs::metadata(self.dir.join(&self.name)).map_or(0, |file| file.len())
    }

    pub(crate) fn open(&self) -> Result<Reader, Failure> {
        Reader::open(&ReadOnlyDir::open(&self.dir)?, &self.name).map_err(|e| self.failed(e))
    }

    /// An error of this file. The log crate's messages already begin with the file's name.
    pub(crate) fn failed(&self, why: impl Display) -> Failure {
        let why = why.to_string();
        match why.strip_prefix(&self.name) {
            Some(rest) => format!("{}{rest}", self.shown).into(),
            None => format!("{}: {why}", self.shown).into(),
        }
    }

    /// True if the file is in this directory.
    pub(crate) fn is_in(&self, dir: &Path) -> bool {
        self.dir.canonicalize().is_ok_and(|own| dir.canonicalize().is_ok_and(|dir| own == dir))
    }
}

/// Bytes of all files together.
pub(crate) fn total_bytes(files: &[LogFile]) -> u64 {
    files.iter().map(LogFile::bytes).sum()
}

impl LogRange {
    /// Calls `each` with the file name and each item of the range, in order. `task` counts the bytes of all files.
    /// ERRORS: a file is damaged, or does not follow the one before (R3); a position is not where an event starts (R1).
    pub(crate) fn walk(
        &self,
        files: &[LogFile],
        task: &Task,
        mut each: impl FnMut(&str, LogItem<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        if let ([_], Some(start), Some(stop)) = (files, self.start_position, self.stop_position)
            && stop < start
        {
            return Err(format!("stop position {stop} is before start position {start}").into());
        }
        let mut bytes_before = 0;
        let (mut rotated_to, mut before) = (None, None);
        for (n, file) in files.iter().enumerate() {
            let mut reader = file.open()?;
            if let Some(before) = &before {
                reader = reader.after(before);
                let rotated_to: Option<String> = rotated_to.take();
                check_next(&files[n - 1].name, rotated_to.as_deref(), &file.name).map_err(|rule| file.failed(rule))?;
            }
            let start = self.start_position.filter(|_| n == 0);
            let stop = self.stop_position.filter(|_| n + 1 == files.len());
            let mut each = |item: LogItem<'_>| {
                if let LogItem::Event(entry) = &item {
                    task.set(bytes_before + entry.end);
                }
                each(&file.name, item)
            };
            match self.walk_file(file, &mut reader, (start, stop), &mut each)? {
                ControlFlow::Continue(next_file) => rotated_to = next_file,
                ControlFlow::Break(()) => break,
            }
            bytes_before += file.bytes();
            before = Some(reader);
        }
        Ok(())
    }

    /// Walks one file. Returns the file that its last event, a ROTATE, names; `Break` if the stop time is reached (R2).
    fn walk_file(
        &self,
        file: &LogFile,
        reader: &mut Reader,
        (start, stop): (Option<u64>, Option<u64>),
        each: &mut impl FnMut(LogItem<'_>) -> Result<(), Failure>,
    ) -> Result<ControlFlow<(), Option<String>>, Failure> {
        let mut rotated_to = None;
        let positions = || start.into_iter().chain(stop);
        while stop.is_none_or(|stop| Reader::position(reader) < stop) {
            let Some(entry) = reader.next_entry().map_err(|e| file.failed(e))? else { break };
            let (from, to) = (entry.offset, entry.end);
            rotated_to = match &entry.event {
                Event::Rotate { next_file, .. }
                    if !reader.is_relay_log() || entry.header.flags & flags::RELAY_LOG != 0 =>
                {
                    Some(next_file.clone())
                }
                _ => None,
            };
            if let Some(inside) = positions().find(|at| from < *at && *at < to) {
                return Err(
                    file.failed(format!("no event starts at byte {inside}: an event covers bytes {from} to {to}"))
                );
            }
            if start.is_some_and(|start| from < start) {
                continue;
            }
            if self.stop_datetime.is_some_and(|time| entry.header.timestamp >= time) {
                return Ok(ControlFlow::Break(()));
            }
            each(LogItem::Event(entry))?;
        }
        let end = Reader::position(reader);
        if let Some(beyond) = positions().find(|at| *at > end) {
            return Err(file.failed(format!("no event starts at byte {beyond}: the log ends at byte {end}")));
        }
        if let Some(torn) = reader.torn().filter(|_| stop.is_none()) {
            each(LogItem::Torn(torn))?;
        }
        Ok(ControlFlow::Continue(rotated_to))
    }
}

/// Parses 'YYYY-MM-DD hh:mm:ss' to seconds since 1970.
fn seconds(text: &str) -> Result<u32, String> {
    let moment = text.replacen('T', " ", 1).parse::<DateTime>().ok();
    let found = moment.and_then(|moment| {
        let micros = moment.micros_since_1970()?;
        // A date or time that does not exist comes back as another moment.
        let exists = DateTime::since_1970(micros).with_fsp(moment.fsp) == moment;
        u32::try_from(micros / 1_000_000).ok().filter(|_| exists)
    });
    found.ok_or_else(|| format!("'{text}' is not a time such as 2024-02-29 23:59:58"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_since_1970() {
        assert_eq!(seconds("1970-01-01 00:00:00"), Ok(0));
        assert_eq!(seconds("2023-11-14 22:13:20"), Ok(1_700_000_000));
        assert_eq!(seconds("2024-02-29T23:59:58"), Ok(1_709_251_198));
        assert_eq!(seconds("2000-03-01 00:00:00"), Ok(951_868_800));
        for wrong in [
            "",
            "2024",
            "2024-13-01 00:00:00",
            "2024-01-01 00:00:00:00",
            "2024-01-01 24:00:00",
            "2023-02-29 00:00:00",
            "x",
        ] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
