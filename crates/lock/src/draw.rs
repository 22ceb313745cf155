//! An index drawn as a number line, with the locks of each session below it.
//!
//! ```text
//!       ──────────5──────10──────15──────+∞
//!  T1                xxxxX                          next-key X on 10: the gap before it, and the record
//!  T2            sssss      i?                      gap S before 5; waits to insert before 15
//! ```
//!
//! Small letters fill the gap before a key, capitals stand under the key: `s`/`S`, `x`/`X`. `i` is an insert intention.
//! `?` follows a lock that is waited for.

use crate::data_lock::{DataLock, Key, Target};
use crate::mode::RecordMode;
use crate::table::LockTable;
use innolab_base::IndexId;
use std::collections::{BTreeMap, BTreeSet};

/// Width of a gap, in characters.
const GAP: usize = 6;

impl LockTable {
    /// Draws an index, a line for each session with locks on it. `keys`: records to draw even if they are not locked;
    /// `show` formats a key.
    pub fn draw(&self, index: IndexId, keys: &[&[u8]], show: &dyn Fn(&[u8]) -> String) -> String {
        draw(&self.data_locks(), index, keys, show)
    }
}

/// Draws those of `locks` that are on an index, as [`LockTable::draw`] does.
pub fn draw(locks: &[DataLock], index: IndexId, keys: &[&[u8]], show: &dyn Fn(&[u8]) -> String) -> String {
    let mut columns: BTreeSet<Key> = keys.iter().map(|key| Key::Bytes(key.to_vec())).collect();
    columns.insert(Key::Supremum);
    let mut lines: BTreeMap<u64, BTreeMap<Key, Cell>> = BTreeMap::new();
    for held in locks {
        if let (Target::Record { index: of, key }, Some(mode)) = (&held.target, held.record_mode())
            && *of == index
        {
            columns.insert(key.clone());
            let cell = lines.entry(held.session).or_default().entry(key.clone()).or_default();
            cell.add(mode, held.waiting);
        }
    }
    let columns: Vec<(Key, String)> = columns.into_iter().map(|key| (key.clone(), key.shown(show))).collect();
    let axis: String = columns.iter().map(|(_, label)| format!("{}{label}", "─".repeat(GAP))).collect();
    let mut out = format!("     {axis}\n");
    for (session, cells) in &lines {
        let text: String = columns
            .iter()
            .map(|(key, label)| cells.get(key).map_or_else(|| blank(label), |cell| cell.text(label)))
            .collect();
        out += format!("{:5}{text}", format!("T{session}")).trim_end();
        out += "\n";
    }
    out
}

/// A session's locks on one key: for the gap and the record a letter, and true if the lock is waited for.
#[derive(Default)]
struct Cell {
    gap: Option<(char, bool)>,
    record: Option<(char, bool)>,
    insert: Option<bool>,
}

impl Cell {
    /// Adds a lock. Of several, a granted one is shown rather than a waiting one, and an X lock rather than an S lock.
    fn add(&mut self, mode: RecordMode, waiting: bool) {
        let letter = if mode.is_shared() { 's' } else { 'x' };
        let better = |old: Option<(char, bool)>| old.is_none_or(|(had, was)| (!was, had) < (!waiting, letter));
        if mode.covers_gap() && better(self.gap) {
            self.gap = Some((letter, waiting));
        }
        if mode.covers_record() && better(self.record) {
            self.record = Some((letter.to_ascii_uppercase(), waiting));
        }
        if mode == RecordMode::Insert {
            self.insert = Some(waiting || self.insert.unwrap_or(false));
        }
    }

    fn text(&self, label: &str) -> String {
        let fill = |letter: char| letter.to_string().repeat(GAP);
        let mut gap: Vec<char> = self.gap.map_or_else(|| " ".repeat(GAP), |(letter, _)| fill(letter)).chars().collect();
        if let (Some((_, true)), None) = (self.gap, self.record) {
            gap[GAP - 1] = '?';
        }
        if let Some(waiting) = self.insert {
            gap[GAP / 2] = 'i';
            gap[GAP / 2 + 1] = if waiting { '?' } else { gap[GAP / 2 + 1] };
        }
        let record = self.record.map_or(String::new(), |(letter, w)| format!("{letter}{}", if w { "?" } else { "" }));
        let width = label.chars().count();
        format!("{}{record:width$}", gap.iter().collect::<String>())
    }
}

fn blank(label: &str) -> String {
    " ".repeat(GAP + label.chars().count())
}
