//! Which files, and which stretch of them.
//!
//! RULES
//!
//! - **R1** A start position is in the first file, a stop position in the last one; both are where an event starts (the stop may also be the
//!   end of the file).
//! - **R2** A stretch by time ends before the first event that was written at that second or later, as `mysqlbinlog --stop-datetime` has it.

use crate::database::Failure;
use innolab_binlog::{Entry, Reader, Torn};
use innolab_disk::ReadOnlyDir;
use std::path::{Path, PathBuf};

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
    #[arg(long, value_name = "BYTE")]
    start_position: Option<u64>,
    /// End before this byte of the last file.
    #[arg(long, value_name = "BYTE")]
    stop_position: Option<u64>,
    /// End before the first event of this second (UTC) or later: 'YYYY-MM-DD hh:mm:ss'.
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    stop_datetime: Option<u32>,
}

/// A file of a log, to be read.
pub(crate) struct LogFile {
    dir: ReadOnlyDir,
    /// Its name in its directory.
    pub(crate) name: String,
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
        let dir = ReadOnlyDir::open(data)?;
        let names = innolab_binlog::files(&dir, "binlog")?;
        if names.is_empty() {
            return Err(format!("{}: there is no log (binlog.index)", data.display()).into());
        }
        names.into_iter().map(|name| Ok(LogFile { dir: ReadOnlyDir::open(data)?, name })).collect()
    }
}

impl LogFile {
    fn at(path: &Path) -> Result<LogFile, Failure> {
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| format!("{}: this is no name of a file", path.display()))?;
        let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Ok(LogFile { dir: ReadOnlyDir::open(dir)?, name: name.to_owned() })
    }

    pub(crate) fn open(&self) -> Result<Reader, Failure> {
        Ok(Reader::open(&self.dir, &self.name)?)
    }
}

impl Stretch {
    /// Calls `each` for what the stretch has of `files`, in order. ERRORS: a file is not whole, a position is not where an event starts (R1).
    pub(crate) fn walk(
        &self,
        files: &[LogFile],
        mut each: impl FnMut(&str, Met<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        for (n, file) in files.iter().enumerate() {
            let start = self.start_position.filter(|_| n == 0).unwrap_or(0);
            let stop = self.stop_position.filter(|_| n + 1 == files.len()).unwrap_or(u64::MAX);
            let mut reader = file.open()?;
            let mut boundary = start == 0;
            while reader.position() < stop {
                let Some(entry) = reader.next_entry()? else { break };
                boundary |= entry.offset == start;
                if self.stop_datetime.is_some_and(|time| entry.header.timestamp >= time && boundary) {
                    return Ok(());
                }
                if entry.end() > stop {
                    return Err(no_event(&file.name, stop));
                }
                if entry.offset >= start {
                    if !boundary {
                        return Err(no_event(&file.name, start));
                    }
                    each(&file.name, Met::Event(entry))?;
                }
            }
            if !boundary && reader.position() != start {
                return Err(no_event(&file.name, start));
            }
            if let Some(torn) = reader.torn().filter(|_| stop == u64::MAX) {
                each(&file.name, Met::Torn(torn))?;
            }
        }
        Ok(())
    }
}

fn no_event(file: &str, position: u64) -> Failure {
    format!("{file}: no event starts at byte {position}").into()
}

/// 'YYYY-MM-DD hh:mm:ss' as seconds since 1970.
fn seconds(text: &str) -> Result<u32, String> {
    let wrong = || format!("'{text}' is no time like 2024-02-29 23:59:58");
    let mut parts = text.split(['-', ' ', 'T', ':']).map(|part| part.parse::<u16>());
    let mut next = |range: std::ops::RangeInclusive<u16>| match parts.next() {
        Some(Ok(v)) if range.contains(&v) => Ok(v),
        _ => Err(wrong()),
    };
    let (year, month, day) = (next(1970..=2105)?, next(1..=12)?, next(1..=31)?);
    let (hour, minute, second) = (next(0..=23)?, next(0..=59)?, next(0..=59)?);
    match parts.next() {
        None => Ok(since_1970(year, month, day) * 86_400
            + u32::from(hour) * 3600
            + u32::from(minute) * 60
            + u32::from(second)),
        Some(_) => Err(wrong()),
    }
}

/// Days since 1970: the calendar's four-hundred-year cycle, counted from March so that the leap day is the last one of a year.
fn since_1970(year: u16, month: u16, day: u16) -> u32 {
    let (year, month) = (u32::from(year), u32::from(month));
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let day_of_year = (153 * month + 2) / 5 + u32::from(day) - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
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
        for wrong in ["", "2024", "2024-13-01 00:00:00", "2024-01-01 00:00:00:00", "2024-01-01 24:00:00", "x"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
