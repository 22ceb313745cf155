//! Whether a log is whole: a line a file, or the file, the byte and the rule that is broken.

use super::source::LogFile;
use crate::failure::Failure;
use innolab_binlog::verify::{Ending, Verified, verify as verify_file};
use std::io::Write;

/// Reads all files, each as the one after those before it. ERRORS: the first that is wrong.
pub(super) fn verify(files: &[LogFile], mut out: impl Write) -> Result<(), Failure> {
    let mut before: Option<Verified> = None;
    for file in files {
        let verified = verify_file(file.open()?, before.as_ref()).map_err(|e| file.failed(e))?;
        writeln!(out, "{}", line(&verified))?;
        before = Some(verified);
    }
    Ok(())
}

fn line(v: &Verified) -> String {
    let many = |n: u64, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let ending = match &v.ending {
        Ending::Rotated(next) => format!("goes on in {next}"),
        Ending::Stopped => "ended by a shutdown".to_owned(),
        Ending::Cut => "ended by a recovery".to_owned(),
        Ending::InUse => {
            let open = if v.whole_to < v.bytes { format!("; whole to {}", v.whole_to) } else { String::new() };
            let room = if v.room > 0 { format!(", {} bytes of room behind it", v.room) } else { String::new() };
            format!("in use{open}{room}")
        }
        Ending::Torn(torn) => {
            format!(
                "in use, torn: {} bytes from {} on ({}); whole to {}",
                torn.bytes, torn.offset, torn.rule, v.whole_to
            )
        }
    };
    let counts =
        [many(v.bytes, "byte"), many(v.events, "event"), many(v.transactions, "transaction"), many(v.rows, "row")];
    format!("{}: {}: {ending}", v.file, counts.join(", "))
}
