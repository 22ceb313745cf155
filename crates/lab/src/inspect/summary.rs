//! The modes about a whole tablespace: `space-summary`, `space-pages`, `space-verify`.

use super::columns::Columns;
use super::faults::{Faults, counted};
use super::output::Output;
use super::server::Order;
use super::space::Space;
use super::survey::{Extent, Node, Page, PageContent, Survey};
use super::tree::{Level, Tree, trees};
use crate::failure::Failure;
use innolab_base::codec::get_u64;
use innolab_base::{PAGE_SIZE, PageNo};
use innolab_page::fsp::xdes::State;
use innolab_page::index;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;

/// The most page ranges that a summary lists in file order; with more, it groups them by content.
const MAX_RANGES: usize = 24;

/// `space-summary`.
pub(crate) fn summary<W: Write>(output: &mut Output<W>, space: &Space, columns: &Columns) -> Result<Faults, Failure> {
    let survey = Survey::read(space, output.progress())?;
    let ranges = ranges(&survey, columns);
    let room = Room::of(&survey);
    let trees = if survey.index_ids().is_empty() { Vec::new() } else { trees(&survey, None)? };
    let text = || {
        let mut out = format!("{}\npages\n   first    last   pages  content\n", headline(space, &survey));
        for range in shown(&ranges) {
            out += &format!("{:>8}{:>8}{:>8}  {}\n", range.first.0, range.last.0, range.n, range.content);
        }
        out += &format!("space\n{}", room.text());
        for tree in &trees {
            let root = tree.root().map_or("more than one root".to_string(), |page| format!("root page {page}"));
            out += &format!("{}, {root}\n", columns.name(tree.index));
            tree.levels.iter().for_each(|level| out += &format!("  {}\n", level_text(level)));
        }
        out
    };
    let json = || {
        let range = |r: &Range| json!({"first": r.first.0, "last": r.last.0, "what": r.content});
        json!({
            "file": space.name(), "space": space.id().0, "pages": space.n_pages(), "flags": survey.flags,
            "checksum": checksum(space, &survey), "free_limit": survey.free_limit,
            "ranges": ranges.iter().map(range).collect::<Vec<_>>(), "room": room.json(),
            "indexes": trees.iter().map(|tree| tree_json(tree, columns)).collect::<Vec<_>>(),
        })
    };
    output.item(text, json)?;
    Ok(survey.not_read())
}

pub(crate) fn headline(space: &Space, survey: &Survey) -> String {
    format!(
        "{}: tablespace {}, {} pages ({} KiB), {}, free limit {}",
        space.name(),
        space.id(),
        space.n_pages(),
        u64::from(space.n_pages()) * PAGE_SIZE as u64 / 1024,
        checksum(space, survey),
        survey.free_limit
    )
}

/// The checksums of the pages; of a file without a good page, that of its format.
fn checksum(space: &Space, survey: &Survey) -> String {
    let names: Vec<_> = survey.checksums.iter().map(|name| name.to_string()).collect();
    match names.is_empty() {
        true if space.format().full_crc32 => "full_crc32".to_owned(),
        true => "crc32".to_owned(),
        false => names.join(" and "),
    }
}

/// A level as one line.
pub(crate) fn level_text(level: &Level) -> String {
    let (n, steps) = (level.nodes.len(), level.nodes.len().saturating_sub(1));
    let mut text = format!("level {}: {}, {}", level.level, counted(n, "page"), counted(level.n_recs(), "record"));
    text += &format!(", {} % full", level.fill());
    if steps > 0 {
        text += &format!(", {} of {steps} next pages adjacent in the file", level.in_sequence());
    }
    if !level.strays.is_empty() {
        text += &format!(", {} not in the chain of siblings", counted(level.strays.len(), "page"));
    }
    text
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

/// Pages with the same content: neighbours, or all of the file.
#[derive(Clone)]
struct Range {
    first: PageNo,
    last: PageNo,
    n: usize,
    content: String,
}

/// The ranges if they are few; else one range for each kind of content.
fn shown(ranges: &[Range]) -> Vec<Range> {
    if ranges.len() <= MAX_RANGES {
        return ranges.to_vec();
    }
    let mut kinds: Vec<Range> = Vec::new();
    for range in ranges {
        match kinds.iter_mut().find(|kind| kind.content == range.content) {
            Some(kind) => (kind.last, kind.n) = (range.last, kind.n + range.n),
            None => kinds.push(range.clone()),
        }
    }
    kinds
}

fn ranges(survey: &Survey, columns: &Columns) -> Vec<Range> {
    let mut ranges: Vec<Range> = Vec::new();
    for page in &survey.pages {
        let content = content(page, columns);
        match ranges.last_mut() {
            Some(range) if range.content == content => (range.last, range.n) = (page.no, range.n + 1),
            _ => ranges.push(Range { first: page.no, last: page.no, n: 1, content }),
        }
    }
    ranges
}

/// A page's content in words.
fn content(page: &Page, columns: &Columns) -> String {
    match &page.content {
        PageContent::Bad(_) => "BAD (see space-verify)".to_string(),
        PageContent::Unread(why) => why.to_string(),
        PageContent::Doublewrite => "doublewrite buffer: copies of pages".to_string(),
        _ if !page.used => "free".to_string(),
        PageContent::NeverWritten => "used, but not written yet".to_string(),
        PageContent::Node(node) => format!("{}, level {}", columns.name(node.index), node.level),
        PageContent::Other(page_type) => page_type.to_string(),
    }
}

/// Used and free pages, by state of their extents.
struct Room {
    /// For each state: extents, used pages, free pages.
    states: BTreeMap<&'static str, (usize, usize, usize)>,
    n_pages: usize,
}

impl Room {
    fn of(survey: &Survey) -> Room {
        let mut room = Room { states: BTreeMap::new(), n_pages: survey.pages.len() };
        for extent in &survey.extents {
            // The file may end within the last extent.
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
        _ if extent.unknown => "unknown",
        None => "none",
        Some(State::Free) => "FREE",
        Some(State::FreeFrag) => "FREE_FRAG",
        Some(State::FullFrag) => "FULL_FRAG",
        Some(State::Segment) => "FSEG",
    }
}

fn meaning(state: &str) -> &'static str {
    match state {
        "FREE" => "FREE: not in use",
        "FREE_FRAG" => "FREE_FRAG: shared, some pages free",
        "FULL_FRAG" => "FULL_FRAG: shared, no page free",
        "FSEG" => "FSEG: owned by a segment",
        "unknown" => "unknown: its descriptor is not there",
        _ => "beyond the free limit",
    }
}

/// `space-pages`.
pub(crate) fn pages<W: Write>(output: &mut Output<W>, space: &Space, columns: &Columns) -> Result<Faults, Failure> {
    let survey = Survey::read(space, output.progress())?;
    output.heading(|| headline(space, &survey))?;
    output.heading(|| format!("{:>8}  {:>14}  {:>7} {:>5}  {}", "page", "LSN", "records", "free", "content"))?;
    for page in &survey.pages {
        let (records, free) = match &page.content {
            PageContent::Node(node) => (Some(node.n_recs), Some(index::EMPTY_ROOM.saturating_sub(node.data_bytes))),
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
                content(page, columns)
            )
        };
        let json = || page_json(space, page, free);
        output.item(text, json)?;
    }
    Ok(survey.not_read())
}

fn page_json(space: &Space, page: &Page, free: Option<usize>) -> Value {
    let node = match &page.content {
        PageContent::Node(node) => Some(node),
        _ => None,
    };
    json!({
        "file": space.name(), "page": page.no.0, "used": page.used, "lsn": page.lsn.0,
        "type": match &page.content {
            PageContent::NeverWritten => "zeros".to_string(),
            PageContent::Bad(_) => "bad".to_string(),
            PageContent::Unread(_) => "not read".to_string(),
            PageContent::Doublewrite => "doublewrite".to_string(),
            PageContent::Node(node) => node.page_type.to_string(),
            PageContent::Other(page_type) => page_type.to_string(),
        },
        "error": match &page.content {
            PageContent::Bad(corrupt) => Some(corrupt.to_string()),
            PageContent::Unread(why) => Some(why.to_string()),
            _ => None,
        },
        "index": node.map(|n| n.index.0), "level": node.map(|n| n.level), "records": node.map(|n| n.n_recs),
        "free": free, "garbage": node.map(|n| n.garbage_bytes),
    })
}

/// `space-verify`: checksums; then the records of the indexes whose columns are known, and the order of their keys.
pub(crate) fn verify<W: Write>(output: &mut Output<W>, space: &Space, columns: &Columns) -> Result<Faults, Failure> {
    let survey = Survey::read(space, output.progress())?;
    let mut records = Records::default();
    let task =
        output.progress().bar(format!("checking the records of {}", space.name()), "pages", survey.pages.len() as u64);
    let mut told = Vec::new();
    for page in &survey.pages {
        task.set(page.no.0.into());
        let fault = match &page.content {
            PageContent::Bad(corrupt) => Some(corrupt.to_string()),
            PageContent::Unread(why) => Some(why.to_string()),
            PageContent::Node(node) if page.used => records.check(space, columns, node)?,
            _ => None,
        };
        told.extend(fault.map(|rule| (page.no, rule)));
    }
    drop(task);
    for (page, rule) in &told {
        let json = || json!({"file": space.name(), "page": page.0, "error": rule});
        output.item(|| format!("{}: page {page}: {rule}", space.name()), json)?;
    }
    let mut faults = survey.not_read();
    (faults.bad, faults.misfit) = (faults.bad + records.bad, records.misfit);
    let empty = survey.pages.iter().filter(|page| matches!(page.content, PageContent::NeverWritten)).count();
    output.item(|| records.text(space, &survey, empty, &faults), || records.json(space, &survey, empty, &faults))?;
    Ok(faults)
}

/// Pages whose records were checked.
#[derive(Default)]
struct Records {
    checked: usize,
    bad: usize,
    misfit: usize,
    not_judged: usize,
}

impl Records {
    /// Checks a node's records. Returns what is wrong with them.
    fn check(&mut self, space: &Space, columns: &Columns, node: &Node) -> Result<Option<String>, Failure> {
        let Some(reader) = columns.of(node.index) else { return Ok(None) };
        let bytes = space.written(node.page)?;
        // A writer may have given the page to another tree since the survey.
        if !index::is_node(&bytes) || get_u64(&bytes, index::INDEX_ID) != node.index.0 {
            return Ok(None);
        }
        self.checked += 1;
        let fault = match reader.check(&bytes).and_then(|()| reader.check_order(&bytes)) {
            Ok(Order::Ascends) => return Ok(None),
            Ok(Order::NotJudged) => {
                self.not_judged += 1;
                return Ok(None);
            }
            Err(corrupt) => corrupt,
        };
        let broken = if columns.by_user { &mut self.misfit } else { &mut self.bad };
        *broken += 1;
        Ok(Some(format!("its records are not those of {} of {}: {fault}", reader.name(), reader.table())))
    }

    fn text(&self, space: &Space, survey: &Survey, empty: usize, faults: &Faults) -> String {
        let (name, n, bad, checked) = (space.name(), survey.pages.len(), faults.bad, self.checked);
        let mut out = format!("{name}: {n} pages, {empty} never written, {bad} bad");
        if faults.unread > 0 {
            out += &format!(", {} not read", faults.unread);
        }
        out += &format!("; records checked on {}", counted(checked, "page"));
        if self.misfit > 0 {
            out += &format!(", on {} of them they do not fit --columns", self.misfit);
        }
        if self.not_judged > 0 {
            out += &format!(", on {} of them not the order of texts, whose collation is not known", self.not_judged);
        }
        out
    }

    fn json(&self, space: &Space, survey: &Survey, empty: usize, faults: &Faults) -> Value {
        json!({
            "file": space.name(), "pages": survey.pages.len(), "never_written": empty, "bad": faults.bad,
            "not_read": faults.unread, "misfit": self.misfit,
            "records_checked": self.checked, "order_not_judged": self.not_judged,
        })
    }
}
