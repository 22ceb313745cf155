//! Which files, and which stretch of them.
//!
//! RULES
//!
//! - **R1** A start position is in the first file, a stop position in the last one; both are where an event starts, or
//!   the end of the file. Another one is an error: nobody wants what comes of a slip of the pen.
//! - **R2** A stretch by time ends before the first event that was written at that second or later, as
//!   `mysqlbinlog --stop-datetime` has it.

use crate::failure::Failure;
use innolab_base::temporal::DateTime;
use innolab_binlog::{Entry, MAGIC, Reader, Torn};
use innolab_disk::ReadOnlyDir;
use std::fmt::Display;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Where the first event of every file starts.
const FIRST_EVENT: u64 = MAGIC.len() as u64;

/// The files of a log.
#[derive(clap::Args)]
#[group(required = true)]
pub(crate) struct Log {
    /// Log files, oldest first.
    #[arg(value_name = "FILE", conflicts_with = "data")]
    files: Vec<PathBuf>,
    /// All files of the log in this directory, as its index names them.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// From where to where.
#[derive(clap::Args, Default)]
pub(crate) struct Stretch {
    /// Begin at this byte of the first file.
    #[arg(long, value_name = "BYTE", value_parser = clap::value_parser!(u64).range(FIRST_EVENT..))]
    start_position: Option<u64>,
    /// End before this byte of the last file.
    #[arg(long, value_name = "BYTE", value_parser = clap::value_parser!(u64).range(FIRST_EVENT..))]
    stop_position: Option<u64>,
    /// End before the first event of this second (UTC) or later: 'YYYY-MM-DD hh:mm:ss'.
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    stop_datetime: Option<u32>,
}

/// A file of a log, to be read.
pub(crate) struct LogFile {
    dir: PathBuf,
    /// Its name in its directory.
    pub(crate) name: String,
    /// What its user called it.
    called: String,
}

/// What a walk meets.
pub(crate) enum Met<'a> {
    /// An event of the stretch.
    Event(Entry),
    /// The file is in use and ends in the middle of a write.
    Torn(&'a Torn),
}

impl Log {
    /// The files, oldest first. ERRORS: there are none.
    pub(crate) fn files(&self) -> Result<Vec<LogFile>, Failure> {
        let Some(data) = &self.data else {
            return self.files.iter().map(|path| LogFile::at(path)).collect();
        };
        let names = innolab_binlog::files(&ReadOnlyDir::open(data)?, "binlog")?;
        if names.is_empty() {
            return Err(format!("{}: there is no log (binlog.index)", data.display()).into());
        }
        let file = |name: String| LogFile { dir: data.clone(), called: name.clone(), name };
        Ok(names.into_iter().map(file).collect())
    }
}

impl LogFile {
    fn at(path: &Path) -> Result<LogFile, Failure> {
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| format!("{}: this is no name of a file", path.display()))?;
        let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Ok(LogFile { dir: dir.to_owned(), name: name.to_owned(), called: path.display().to_string() })
    }

    pub(crate) fn open(&self) -> Result<Reader, Failure> {
        Reader::open(&ReadOnlyDir::open(&self.dir)?, &self.name).map_err(|e| self.failed(e))
    }

    /// What is wrong with the file; the log's words begin with its name.
    pub(crate) fn failed(&self, why: impl Display) -> Failure {
        let why = why.to_string();
        match why.strip_prefix(&self.name) {
            Some(rest) => format!("{}{rest}", self.called).into(),
            None => format!("{}: {why}", self.called).into(),
        }
    }

    /// Whether it is a file of this directory.
    pub(crate) fn is_in(&self, dir: &Path) -> bool {
        self.dir.canonicalize().is_ok_and(|own| dir.canonicalize().is_ok_and(|dir| own == dir))
    }
}

impl Stretch {
    /// Calls `each` for what the stretch has of `files`, in order. ERRORS: a file is not whole, a position is not where
    /// an event starts (R1).
    pub(crate) fn walk(
        &self,
        files: &[LogFile],
        mut each: impl FnMut(&str, Met<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        if let ([_], Some(start), Some(stop)) = (files, self.start_position, self.stop_position)
            && stop < start
        {
            return Err(format!("the stop position, {stop}, is before the start position, {start}").into());
        }
        for (n, file) in files.iter().enumerate() {
            let start = self.start_position.filter(|_| n == 0);
            let stop = self.stop_position.filter(|_| n + 1 == files.len());
            if self.walk_file(file, start, stop, &mut each)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// The part of one file; whether the time is up (R2).
    fn walk_file(
        &self,
        file: &LogFile,
        start: Option<u64>,
        stop: Option<u64>,
        each: &mut impl FnMut(&str, Met<'_>) -> Result<(), Failure>,
    ) -> Result<ControlFlow<()>, Failure> {
        let mut reader = file.open()?;
        let positions = || start.into_iter().chain(stop);
        while stop.is_none_or(|stop| reader.position() < stop) {
            let Some(entry) = reader.next_entry().map_err(|e| file.failed(e))? else { break };
            let (from, to) = (entry.offset, entry.end());
            if let Some(inside) = positions().find(|at| from < *at && *at < to) {
                return Err(file.failed(format!("no event starts at byte {inside}: one goes from {from} to {to}")));
            }
            if start.is_some_and(|start| from < start) {
                continue;
            }
            if self.stop_datetime.is_some_and(|time| entry.header.timestamp >= time) {
                return Ok(ControlFlow::Break(()));
            }
            each(&file.name, Met::Event(entry))?;
        }
        let end = reader.position();
        if let Some(beyond) = positions().find(|at| *at > end) {
            return Err(file.failed(format!("no event starts at byte {beyond}: it ends at byte {end}")));
        }
        if let Some(torn) = reader.torn().filter(|_| stop.is_none()) {
            each(&file.name, Met::Torn(torn))?;
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// 'YYYY-MM-DD hh:mm:ss' as seconds since 1970.
fn seconds(text: &str) -> Result<u32, String> {
    let moment = text.replacen('T', " ", 1).parse::<DateTime>().ok();
    let found = moment.and_then(|moment| {
        let micros = moment.micros_since_1970()?;
        // What the calendar or the clock does not have comes back as another moment.
        let is_one = DateTime::since_1970(micros).with_fsp(moment.fsp) == moment;
        u32::try_from(micros / 1_000_000).ok().filter(|_| is_one)
    });
    found.ok_or_else(|| format!("'{text}' is no time like 2024-02-29 23:59:58"))
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
