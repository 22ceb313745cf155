//! The modes about a tablespace as a whole: all of them show a [`Survey`].

use super::columns::Columns;
use super::space::Space;
use super::survey::{Extent, Page, Survey, What};
use super::tell::Teller;
use super::tree::{Level, Tree, trees};
use crate::database::Failure;
use innolab_base::{PAGE_SIZE, PageNo};
use innolab_page::fil::{self, Flavour};
use innolab_page::fsp::xdes::State;
use innolab_page::index;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;

/// `space-summary`.
pub(crate) fn summary<W: Write>(tell: &mut Teller<W>, space: &Space, columns: &Columns) -> Result<(), Failure> {
    let survey = Survey::take(space)?;
    let ranges = ranges(&survey, columns);
    let room = Room::of(&survey);
    let trees = if survey.index_ids().is_empty() { Vec::new() } else { trees(&survey, None)? };
    let text = || {
        let mut out = format!("{}\npages\n   first    last   pages  what\n", headline(space, &survey));
        for range in &ranges {
            let n = range.last.0 - range.first.0 + 1;
            out += &format!("{:>8}{:>8}{n:>8}  {}\n", range.first.0, range.last.0, range.what);
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

fn headline(space: &Space, survey: &Survey) -> String {
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
    match space.flavour() {
        Flavour::FullCrc32 => "full_crc32",
        Flavour::Crc32 => "crc32",
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

/// Neighbouring pages that are the same.
struct Range {
    first: PageNo,
    last: PageNo,
    what: String,
}

fn ranges(survey: &Survey, columns: &Columns) -> Vec<Range> {
    let mut ranges: Vec<Range> = Vec::new();
    for page in &survey.pages {
        let what = what(page, columns);
        match ranges.last_mut() {
            Some(range) if range.what == what => range.last = page.no,
            _ => ranges.push(Range { first: page.no, last: page.no, what }),
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

fn state_name(extent: &Extent) -> &'static str {
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

/// `space-extents`.
pub(crate) fn extents<W: Write>(tell: &mut Teller<W>, space: &Space, columns: &Columns) -> Result<(), Failure> {
    let survey = Survey::take(space)?;
    tell.heading(|| headline(space, &survey))?;
    tell.heading(|| {
        format!("{:>8}  {:<10}{:>8} {:>5}  {}", "page", "state", "segment", "used", "pages: █ used · free")
    })?;
    for extent in &survey.extents {
        let used = extent.used.iter().filter(|used| **used).count();
        let owner = survey.segments.iter().find(|s| s.id == extent.segment).and_then(|s| survey.owners.get(&s.at));
        let text = || {
            let map: String = extent.used.iter().map(|used| if *used { '█' } else { '·' }).collect();
            let segment = extent.segment.0.checked_sub(1).map_or("-".to_string(), |_| extent.segment.to_string());
            let owner = owner.map_or(String::new(), |(index, _)| format!("  {}", columns.name(*index)));
            format!("{:>8}  {:<10}{segment:>8} {used:>5}  {map}{owner}", extent.first, state_name(extent))
        };
        let json = || {
            let map: String = extent.used.iter().map(|used| if *used { '1' } else { '0' }).collect();
            json!({
                "file": space.name(), "first": extent.first.0, "state": state_name(extent),
                "segment": extent.segment.0, "index": owner.map(|(index, _)| index.0), "used": used, "map": map,
            })
        };
        tell.tell(text, json)?;
    }
    Ok(())
}

/// `space-inodes`.
pub(crate) fn inodes<W: Write>(tell: &mut Teller<W>, space: &Space, columns: &Columns) -> Result<(), Failure> {
    let survey = Survey::take(space)?;
    tell.heading(|| headline(space, &survey))?;
    tell.heading(|| {
        format!(
            "{:>8}  {:>11}  {:>6} {:>8} {:>6}  {}",
            "segment", "inode", "FREE", "NOT_FULL", "FULL", "owner, single pages"
        )
    })?;
    for segment in &survey.segments {
        let owner = survey.owners.get(&segment.at);
        let [free, not_full, full] = segment.extents;
        let text = || {
            let owner = match owner {
                Some((index, true)) => format!("leaves of {}", columns.name(*index)),
                Some((index, false)) => format!("upper pages of {}", columns.name(*index)),
                None => "not an index".to_string(),
            };
            let single: Vec<_> = segment.single.iter().map(|page| page.to_string()).collect();
            let inode = format!("{}+{}", segment.at.0, segment.at.1);
            format!("{:>8}  {inode:>11}  {free:>6} {not_full:>8} {full:>6}  {owner}: {}", segment.id, single.join(" "))
        };
        let json = || {
            json!({
                "file": space.name(), "segment": segment.id.0, "inode_page": segment.at.0.0, "inode_at": segment.at.1,
                "free": free, "not_full": not_full, "full": full, "not_full_used": segment.not_full_used,
                "index": owner.map(|o| o.0.0), "leaves": owner.map(|o| o.1),
                "single": segment.single.iter().map(|page| page.0).collect::<Vec<_>>(),
            })
        };
        tell.tell(text, json)?;
    }
    Ok(())
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
                    checked.and_then(|()| index::check_order(&bytes, reader.layout())).err().map(|e| e.to_string())
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
