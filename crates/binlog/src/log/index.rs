//! `binlog.index`: the names of the log's files, oldest first, one a line.
//!
//! ```text
//! ./binlog.000001
//! ./binlog.000002
//! ```
//!
//! RULES
//!
//! - **R1** A file enters the index only after its first events and its name are durable; it gets transactions only
//!   after the index is durable.
//! - **R2** The index is replaced as a whole: new file written, synced, renamed, the directory synced.
//! - **R3** So a file that the index does not name has one of two origins. A crash interrupted its creation: then it
//!   has the next number and no transactions. Or a crash interrupted a purge: then it is older than all files in the
//!   index. Both are removed. Any other missing or additional file is an error, so that a lost index does not lose
//!   transactions.
//!
//! MySQL's counterpart: `Binlog_index`.

use super::reader::Reader;
use crate::error::{Error, Result};
use crate::event::Event;
use innolab_disk::Disk;

/// The name of file `number` of log `base`.
pub(super) fn file_name(base: &str, number: u32) -> String {
    format!("{base}.{number:06}")
}

/// The number of a file of log `base`; `None` for other names.
pub(super) fn number_of(base: &str, name: &str) -> Option<u32> {
    let digits = name.strip_prefix(base)?.strip_prefix('.')?;
    let good = digits.len() >= 6 && digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|number| good && *number < u32::MAX)
}

fn index_name(base: &str) -> String {
    format!("{base}.index")
}

/// Returns the names in the index of log `base`, oldest first; none if there is no index. ERRORS: [`Error::Index`],
/// [`Error::Disk`].
pub fn files(disk: &dyn Disk, base: &str) -> Result<Vec<String>> {
    let name = index_name(base);
    if !disk.exists(&name)? {
        return Ok(Vec::new());
    }
    let file = disk.open(&name)?;
    let mut bytes = vec![0; file.len()? as usize];
    file.read_at(0, &mut bytes)?;
    let wrong = |rule| Error::Index { file: name.clone(), rule };
    let text = String::from_utf8(bytes).map_err(|_| wrong("the index is not text"))?;
    let names: Vec<String> = text.lines().map(|line| line.rsplit('/').next().unwrap_or(line).to_owned()).collect();
    let numbers: Option<Vec<u32>> = names.iter().map(|n| number_of(base, n)).collect();
    match numbers {
        Some(numbers) if numbers.is_sorted_by(|a, b| a < b) => Ok(names),
        Some(_) => Err(wrong("the files in the index do not ascend")),
        None => Err(wrong("a line of the index names no file of this log")),
    }
}

/// Replaces the index by `names` (R2).
pub(super) fn write(disk: &dyn Disk, base: &str, names: &[String]) -> Result<()> {
    let beside = format!("{}.new", index_name(base));
    if disk.exists(&beside)? {
        disk.remove(&beside)?;
    }
    let text: String = names.iter().map(|name| format!("./{name}\n")).collect();
    let file = disk.create(&beside)?;
    file.write_at(0, text.as_bytes())?;
    file.sync()?;
    disk.rename(&beside, &index_name(base))?;
    disk.sync_dir()?;
    Ok(())
}

/// Makes the directory agree with the index, and returns the names in the index (R3). ERRORS: [`Error::Index`],
/// [`Error::Disk`].
pub(crate) fn reconcile(disk: &dyn Disk, base: &str) -> Result<Vec<String>> {
    let names = files(disk, base)?;
    let there = disk.list()?;
    if let Some(missing) = names.iter().find(|name| there.binary_search(name).is_err()) {
        return Err(Error::Index { file: missing.clone(), rule: "the index names a file that is not there" });
    }
    let first = names.first().and_then(|name| number_of(base, name));
    let next = names.last().and_then(|name| number_of(base, name)).map_or(1, |n| n.saturating_add(1));
    for name in there.iter().filter(|name| !names.contains(name)) {
        match number_of(base, name) {
            None => {}
            Some(number) if first.is_some_and(|first| number < first) => disk.remove(name)?,
            Some(number) if number == next && !has_transactions(disk, name)? => disk.remove(name)?,
            Some(_) => {
                return Err(Error::Index { file: name.clone(), rule: "a file of the log is not in the index" });
            }
        }
    }
    Ok(names)
}

/// True if the file has more than the first events of a new file.
fn has_transactions(disk: &dyn Disk, name: &str) -> Result<bool> {
    let reader = match Reader::open(disk, name) {
        Ok(reader) => reader,
        Err(Error::Corrupt { .. }) => return Ok(false),
        Err(e) => return Err(e),
    };
    let first = |event: &Event| matches!(event, Event::FormatDescription(_) | Event::PreviousGtids(_));
    Ok(reader.map_while(|entry| entry.ok()).any(|entry| !first(&entry.event)))
}
