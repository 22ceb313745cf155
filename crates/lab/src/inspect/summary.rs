//! The modes about a tablespace as a whole: what its pages are, and whether they are sound.

use super::columns::Columns;
use super::space::Space;
use super::survey::{Extent, Page, Survey, What};
use super::tell::Teller;
use super::tree::{Level, Tree, trees};
use crate::failure::Failure;
use innolab_base::{PAGE_SIZE, PageNo};
use innolab_page::fil::{self, ChecksumAlgorithm};
use innolab_page::fsp::xdes::State;
use innolab_page::index;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;

/// Ranges of pages that a summary shows one by one.
const MAX_RANGES: usize = 24;

/// `space-summary`.
pub(crate) fn summary<W: Write>(tell: &mut Teller<W>, space: &Space, columns: &Columns) -> Result<(), Failure> {
    let survey = Survey::take(space)?;
    let ranges = ranges(&survey, columns);
    let room = Room::of(&survey);
    let trees = if survey.index_ids().is_empty() { Vec::new() } else { trees(&survey, None)? };
    let text = || {
        let mut out = format!("{}\npages\n   first    last   pages  what\n", headline(space, &survey));
        for range in shown(&ranges) {
            out += &format!("{:>8}{:>8}{:>8}  {}\n", range.first.0, range.last.0, range.n, range.what);
        }
        out += &format!("room\n{}", room.text());
        for tree in &trees {
            let root = tree.root().map_or("no single root".to_string(), |page| format!("root page {page}"));
            out += &format!("{}, {root}\n", columns.name(tree.index));
            tree.levels.iter().for_each(|level| out += &format!("  {}\n", level_text(level)));
        }
        out
    };
    let json = || {
        let range = |r: &Range| json!({"first": r.first.0, "last": r.last.0, "what": r.what});
        json!({
            "file": space.name(), "space": space.id().0, "pages": space.n_pages(), "flags": survey.flags,
            "checksum": checksum(space), "free_limit": survey.free_limit,
            "ranges": ranges.iter().map(range).collect::<Vec<_>>(), "room": room.json(),
            "indexes": trees.iter().map(|tree| tree_json(tree, columns)).collect::<Vec<_>>(),
        })
    };
    tell.tell(text, json)
}

pub(crate) fn headline(space: &Space, survey: &Survey) -> String {
    format!(
        "{}: tablespace {}, {} pages ({} KiB), {}, free limit {}",
        space.name(),
        space.id(),
        space.n_pages(),
        u64::from(space.n_pages()) * PAGE_SIZE as u64 / 1024,
        checksum(space),
        survey.free_limit
    )
}

fn checksum(space: &Space) -> &'static str {
    match space.algorithm() {
        ChecksumAlgorithm::FullCrc32 => "full_crc32",
        ChecksumAlgorithm::Crc32 => "crc32",
    }
}

/// A level on one line.
pub(crate) fn level_text(level: &Level) -> String {
    let (n, steps) = (level.nodes.len(), level.nodes.len().saturating_sub(1));
    let mut text = format!("level {}: {}, {}", level.level, counted(n, "page"), counted(level.n_recs(), "record"));
    text += &format!(", {} % full", level.fill());
    if steps > 0 {
        text += &format!(", {} of {steps} next pages lie right behind", level.in_sequence());
    }
    if !level.strays.is_empty() {
        text += &format!(", {} outside of the chain", counted(level.strays.len(), "page"));
    }
    text
}

/// "1 page", "2 pages".
pub(crate) fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn tree_json(tree: &Tree, columns: &Columns) -> Value {
    let level = |level: &Level| {
        json!({
            "level": level.level, "pages": level.nodes.len(), "records": level.n_recs(), "fill": level.fill(),
            "in_sequence": level.in_sequence(), "strays": level.strays.len(),
        })
    };
    let reader = columns.of(tree.index);
    json!({
        "index": tree.index.0, "table": reader.map(|r| r.table()), "name": reader.map(|r| r.name()),
        "root": tree.root().map(|page| page.0), "levels": tree.levels.iter().map(level).collect::<Vec<_>>(),
    })
}

/// Pages that are the same: neighbours, or all of a kind.
#[derive(Clone)]
struct Range {
    first: PageNo,
    last: PageNo,
    n: usize,
    what: String,
}

/// The ranges, if they are few; else one for all pages that are the same.
fn shown(ranges: &[Range]) -> Vec<Range> {
    if ranges.len() <= MAX_RANGES {
        return ranges.to_vec();
    }
    let mut kinds: Vec<Range> = Vec::new();
    for range in ranges {
        match kinds.iter_mut().find(|kind| kind.what == range.what) {
            Some(kind) => (kind.last, kind.n) = (range.last, kind.n + range.n),
            None => kinds.push(range.clone()),
        }
    }
    kinds
}

fn ranges(survey: &Survey, columns: &Columns) -> Vec<Range> {
    let mut ranges: Vec<Range> = Vec::new();
    for page in &survey.pages {
        let what = what(page, columns);
        match ranges.last_mut() {
            Some(range) if range.what == what => (range.last, range.n) = (page.no, range.n + 1),
            _ => ranges.push(Range { first: page.no, last: page.no, n: 1, what }),
        }
    }
    ranges
}

fn what(page: &Page, columns: &Columns) -> String {
    match &page.what {
        What::Bad(_) => "BAD (see space-verify)".to_string(),
        _ if !page.used => "free".to_string(),
        What::NeverWritten => "used, not written yet".to_string(),
        What::Node(node) => format!("{}, level {}", columns.name(node.index), node.level),
        What::Other(page_type) => page_type.to_string(),
    }
}

/// Where the pages that nobody uses are.
struct Room {
    /// For each state of an extent: extents, used pages, free pages.
    states: BTreeMap<&'static str, (usize, usize, usize)>,
    n_pages: usize,
}

impl Room {
    fn of(survey: &Survey) -> Room {
        let mut room = Room { states: BTreeMap::new(), n_pages: survey.pages.len() };
        for extent in &survey.extents {
            // The last extent may be cut by the end of the file.
            let there = (survey.pages.len() - extent.first.0 as usize).min(extent.used.len());
            let used = extent.used[..there].iter().filter(|used| **used).count();
            let entry = room.states.entry(state_name(extent)).or_default();
            *entry = (entry.0 + 1, entry.1 + used, entry.2 + there - used);
        }
        room
    }

    fn text(&self) -> String {
        let line = |(state, (extents, used, free)): (&&str, &(usize, usize, usize))| {
            format!("  {:<36} {extents:>6} extents {used:>8} used {free:>8} free\n", meaning(state))
        };
        let used: usize = self.states.values().map(|state| state.1).sum();
        let percent = 100 * used / self.n_pages.max(1);
        format!(
            "{}  in use {used} of {} pages ({percent} %)\n",
            self.states.iter().map(line).collect::<String>(),
            self.n_pages
        )
    }

    fn json(&self) -> Value {
        let state = |(state, (extents, used, free)): (&&str, &(usize, usize, usize))| json!({"state": state, "extents": extents, "used": used, "free": free});
        self.states.iter().map(state).collect()
    }
}

pub(crate) fn state_name(extent: &Extent) -> &'static str {
    match extent.state {
        None => "none",
        Some(State::Free) => "FREE",
        Some(State::FreeFrag) => "FREE_FRAG",
        Some(State::FullFrag) => "FULL_FRAG",
        Some(State::Segment) => "FSEG",
    }
}

fn meaning(state: &str) -> &'static str {
    match state {
        "FREE" => "FREE: nobody's",
        "FREE_FRAG" => "FREE_FRAG: shared, some free",
        "FULL_FRAG" => "FULL_FRAG: shared, none free",
        "FSEG" => "FSEG: one segment's",
        _ => "beyond the free limit",
    }
}

/// `space-pages`.
pub(crate) fn pages<W: Write>(tell: &mut Teller<W>, space: &Space, columns: &Columns) -> Result<(), Failure> {
    let survey = Survey::take(space)?;
    tell.heading(|| headline(space, &survey))?;
    tell.heading(|| format!("{:>8}  {:>14}  {:>7} {:>5}  {}", "page", "LSN", "records", "free", "what"))?;
    for page in &survey.pages {
        let (records, free) = match &page.what {
            What::Node(node) => (Some(node.n_recs), Some(index::EMPTY_ROOM.saturating_sub(node.data_bytes))),
            _ => (None, None),
        };
        let shown = |n: Option<usize>| n.map_or(String::new(), |n| n.to_string());
        let text = || {
            format!(
                "{:>8}  {:>14}  {:>7} {:>5}  {}",
                page.no,
                page.lsn,
                shown(records),
                shown(free),
                what(page, columns)
            )
        };
        let json = || page_json(space, page, free);
        tell.tell(text, json)?;
    }
    Ok(())
}

fn page_json(space: &Space, page: &Page, free: Option<usize>) -> Value {
    let node = match &page.what {
        What::Node(node) => Some(node),
        _ => None,
    };
    json!({
        "file": space.name(), "page": page.no.0, "used": page.used, "lsn": page.lsn.0,
        "type": match &page.what {
            What::NeverWritten => "zeros".to_string(),
            What::Bad(_) => "bad".to_string(),
            What::Node(_) => fil::PageType::INDEX.to_string(),
            What::Other(page_type) => page_type.to_string(),
        },
        "error": match &page.what { What::Bad(corrupt) => Some(corrupt.to_string()), _ => None },
        "index": node.map(|n| n.index.0), "level": node.map(|n| n.level), "records": node.map(|n| n.n_recs),
        "free": free, "garbage": node.map(|n| n.garbage_bytes),
    })
}

/// `space-verify`: the number of bad pages.
pub(crate) fn verify<W: Write>(tell: &mut Teller<W>, space: &Space, columns: &Columns) -> Result<usize, Failure> {
    let survey = Survey::take(space)?;
    let (mut bad, mut checked) = (0, 0);
    for page in &survey.pages {
        let wrong = match &page.what {
            What::Bad(corrupt) => Some(corrupt.to_string()),
            What::Node(node) if page.used => match columns.of(node.index) {
                Some(reader) => {
                    checked += 1;
                    let bytes = space.page(page.no)?.unwrap_or_default();
                    let checked = index::check(&bytes, reader.layout());
                    let checked = checked.and_then(|()| index::check_order(&bytes, reader.layout()));
                    checked.err().map(|e| format!("no records of {} of {}: {e}", reader.name(), reader.table()))
                }
                None => None,
            },
            _ => None,
        };
        if let Some(rule) = wrong {
            bad += 1;
            let json = || json!({"file": space.name(), "page": page.no.0, "error": rule});
            tell.tell(|| format!("{}: page {}: {rule}", space.name(), page.no), json)?;
        }
    }
    let n = survey.pages.len();
    let empty = survey.pages.iter().filter(|page| matches!(page.what, What::NeverWritten)).count();
    tell.tell(
        || format!("{}: {n} pages, {empty} never written, {bad} bad; records of {checked} pages checked", space.name()),
        || json!({"file": space.name(), "pages": n, "never_written": empty, "bad": bad, "records_checked": checked}),
    )?;
    Ok(bad)
}
