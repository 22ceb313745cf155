//! `redo-dump`: the groups of the redo log. A group is the redo of one mini-transaction.
//!
//! ```text
//! LSN 8192, 74 bytes
//!   page 3 of t.ibd
//!     write 120 (31 bytes) 80000001…
//! ```

use super::directory::Directory;
use super::output::Output;
use crate::failure::Failure;
use innolab_base::{Lsn, PageId, SpaceId};
use innolab_redo::{FILE_NAME, Group, Scan};
use innolab_store::log::{Entry, entries};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;

/// The most bytes of a write that the text form shows.
const SHOWN: usize = 24;

/// Prints the groups from `from` on, or from the checkpoint. ERRORS: no log in the directory; it is damaged; no group
/// starts at `from`.
pub(crate) fn dump<W: Write>(output: &mut Output<W>, directory: &Directory, from: Option<Lsn>) -> Result<(), Failure> {
    let scan = Scan::look(directory.disk())?;
    let files = directory.names()?;
    let (oldest, checkpoint, end) = (scan.oldest(), scan.checkpoint, scan.end);
    output.item(
        || format!("{FILE_NAME}: checkpoint {checkpoint}, end {end}, oldest group {oldest}"),
        || json!({"file": FILE_NAME, "checkpoint": checkpoint.0, "end": end.0, "oldest": oldest.0}),
    )?;
    let from = from.unwrap_or(checkpoint);
    if from > end {
        return Err(format!("{FILE_NAME}: LSN {from} is beyond the end of the log, {end}").into());
    }
    // Reading starts where a group starts: at the nearest known start before `from`. Before `oldest` no start is known,
    // so `from` itself must be one.
    let start = match from {
        from if from >= checkpoint => checkpoint,
        from if from >= oldest || from == Lsn(0) => oldest,
        from => from,
    };
    let mut groups = scan.groups_from(start);
    while let Some(group) = groups.next()? {
        if group.end > from {
            let entries = entries(group.payload).collect::<Result<Vec<_>, _>>();
            let entries = entries.map_err(|e| format!("{FILE_NAME}: group at LSN {}: {e}", group.start))?;
            output.item(|| text(&group, &entries, &files), || group_json(&group, &entries, &files))?;
        }
    }
    Ok(())
}

fn page_name(page: &PageId, files: &BTreeMap<SpaceId, String>) -> String {
    match files.get(&page.space) {
        Some(file) => format!("page {} of {file}", page.page),
        None => format!("page {} of tablespace {}", page.page, page.space),
    }
}

fn text(group: &Group<'_>, entries: &[Entry<'_>], files: &BTreeMap<SpaceId, String>) -> String {
    let mut out = format!("LSN {}, {} bytes\n", group.start, group.end.0 - group.start.0);
    for entry in entries {
        out += &match entry {
            Entry::Page(page) => format!("  {}\n", page_name(page, files)),
            Entry::Init => "    init\n".to_string(),
            Entry::Write { at, bytes } => format!("    write {at} ({} bytes) {}\n", bytes.len(), hex(bytes, SHOWN)),
            Entry::Copy { from, to } => format!("    copy {}..{} to {to}\n", from.start, from.end),
            Entry::Fill { range, byte } => format!("    fill {}..{} with {byte:02x}\n", range.start, range.end),
            Entry::Create { space, name } => format!("  create tablespace {space}: {name}\n"),
            Entry::Rename { space, name } => format!("  rename tablespace {space}: {name}\n"),
            Entry::Drop { space } => format!("  drop tablespace {space}\n"),
            Entry::Unlogged { first, pages } => {
                format!("  {}, {pages} from there on: unlogged\n", page_name(first, files))
            }
        };
    }
    out
}

fn group_json(group: &Group<'_>, entries: &[Entry<'_>], files: &BTreeMap<SpaceId, String>) -> Value {
    let entry = |entry: &Entry<'_>| match entry {
        Entry::Page(page) => {
            json!({"op": "page", "space": page.space.0, "page": page.page.0, "file": files.get(&page.space)})
        }
        Entry::Init => json!({"op": "init"}),
        Entry::Write { at, bytes } => json!({"op": "write", "at": at, "bytes": hex(bytes, usize::MAX)}),
        Entry::Copy { from, to } => json!({"op": "copy", "from": from.start, "len": from.len(), "to": to}),
        Entry::Fill { range, byte } => json!({"op": "fill", "at": range.start, "len": range.len(), "byte": byte}),
        Entry::Create { space, name } => json!({"op": "create", "space": space.0, "name": name}),
        Entry::Rename { space, name } => json!({"op": "rename", "space": space.0, "name": name}),
        Entry::Drop { space } => json!({"op": "drop", "space": space.0}),
        Entry::Unlogged { first, pages } => {
            json!({"op": "unlogged", "space": first.space.0, "page": first.page.0, "pages": pages, "file": files.get(&first.space)})
        }
    };
    json!({"lsn": group.start.0, "end": group.end.0, "entries": entries.iter().map(entry).collect::<Vec<_>>()})
}

fn hex(bytes: &[u8], most: usize) -> String {
    let shown: String = bytes.iter().take(most).map(|byte| format!("{byte:02x}")).collect();
    if bytes.len() > most { shown + "…" } else { shown }
}
