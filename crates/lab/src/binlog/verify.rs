//! `binlog verify`: checks every file of a log. Prints a line per file, or fails with the file, the byte and the broken
//! rule.

use super::range::{LogFile, total_bytes};
use crate::failure::Failure;
use crate::progress::Progress;
use innolab_binlog::verify::{Ending, Verified, verify as verify_file};
use std::io::Write;

/// Verifies the files in order, each as the successor of the one before. ERRORS: the first fault.
pub(super) fn verify(files: &[LogFile], progress: &Progress, mut out: impl Write) -> Result<(), Failure> {
    let mut before: Option<Verified> = None;
    let reading = progress.bytes("verifying", total_bytes(files));
    for (n, file) in (1..).zip(files) {
        reading.describe(format!("verifying {}", file.name));
        let verified = verify_file(file.open()?, before.as_ref()).map_err(|e| file.failed(e))?;
        reading.add(verified.bytes + verified.preallocated);
        progress.suspend(|| writeln!(out, "{}", line(&verified, n == files.len())))?;
        before = Some(verified);
    }
    Ok(())
}

/// `is_last`: a file that is not, and was never closed, is no longer in use: its writer died.
fn line(v: &Verified, is_last: bool) -> String {
    let in_use = if is_last { "in use" } else { "never closed: its server died" };
    let many = |n: u64, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let ending = match &v.ending {
        Ending::Rotated(next) => format!("continued in {next}"),
        Ending::Stopped => "ended by a shutdown".to_owned(),
        Ending::Cut => "ended by a recovery".to_owned(),
        Ending::InUse => {
            let open = if v.whole_to < v.bytes {
                format!("; last whole transaction ends at {}", v.whole_to)
            } else {
                String::new()
            };
            let room = if v.preallocated > 0 {
                format!(", {} zero bytes reserved after it", v.preallocated)
            } else {
                String::new()
            };
            format!("{in_use}{open}{room}")
        }
        Ending::Torn(torn) => {
            format!(
                "{in_use}, torn: {} bytes at {} ({}); last whole transaction ends at {}",
                torn.bytes, torn.offset, torn.rule, v.whole_to
            )
        }
    };
    let counts =
        [many(v.bytes, "byte"), many(v.events, "event"), many(v.transactions, "transaction"), many(v.rows, "row")];
    let unread = v.first_unread.as_ref().map_or(String::new(), |(at, what)| {
        format!("; {} not read but as bytes, the first at {at}: {what}", many(v.unread, "event"))
    });
    format!("{}: {}: {ending}{unread}", v.file, counts.join(", "))
}
