//! The modes about extents and segments: the owner of each page.

use super::columns::Columns;
use super::faults::Faults;
use super::output::Output;
use super::space::Space;
use super::summary::{headline, state_name};
use super::survey::{Page, PageContent, Survey};
use crate::failure::Failure;
use innolab_base::IndexId;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Write;

/// `space-extents`.
pub(crate) fn extents<W: Write>(output: &mut Output<W>, space: &Space, columns: &Columns) -> Result<Faults, Failure> {
    let survey = Survey::read(space, output.progress())?;
    let letters: BTreeMap<IndexId, char> = survey.index_ids().into_iter().zip(('a'..='z').cycle()).collect();
    output.heading(|| headline(space, &survey))?;
    output.heading(|| format!("{:>8}  {:<10}{:>8} {:>5}  {}", "page", "state", "segment", "used", "pages"))?;
    for extent in &survey.extents {
        let used = extent.used.iter().filter(|used| **used).count();
        let owner = survey.segments.iter().find(|s| s.id == extent.segment).and_then(|s| survey.owners.get(&s.at));
        let text = || {
            let pages = extent.first.0 as usize..(extent.first.0 as usize + extent.used.len()).min(survey.pages.len());
            let map: String = survey.pages[pages].iter().map(|page| sign(page, &letters)).collect();
            let segment = extent.segment.0.checked_sub(1).map_or("-".to_string(), |_| extent.segment.to_string());
            format!("{:>8}  {:<10}{segment:>8} {used:>5}  {map}", extent.first, state_name(extent))
        };
        let json = || {
            let map: String = extent.used.iter().map(|used| if *used { '1' } else { '0' }).collect();
            json!({
                "file": space.name(), "first": extent.first.0, "state": state_name(extent),
                "segment": extent.segment.0, "index": owner.map(|(index, _)| index.0), "used": used, "map": map,
            })
        };
        output.item(text, json)?;
    }
    output.heading(|| {
        let index = |(index, letter): (&IndexId, &char)| {
            format!("  {letter} leaf, {} upper page of {}\n", letter.to_ascii_uppercase(), columns.name(*index))
        };
        let indexes: String = letters.iter().map(index).collect();
        format!("{indexes}  # other page, + used but not written yet, ! bad, ? not read, · free")
    })?;
    Ok(survey.not_read())
}

/// The character of a page on the map of extents.
fn sign(page: &Page, letters: &BTreeMap<IndexId, char>) -> char {
    match &page.content {
        PageContent::Bad(_) => '!',
        PageContent::Unread(_) => '?',
        _ if !page.used => '·',
        PageContent::NeverWritten => '+',
        PageContent::Other(_) | PageContent::Doublewrite => '#',
        PageContent::Node(node) => {
            let letter = letters.get(&node.index).copied().unwrap_or('?');
            if node.level == 0 { letter } else { letter.to_ascii_uppercase() }
        }
    }
}

/// `space-inodes`.
pub(crate) fn inodes<W: Write>(output: &mut Output<W>, space: &Space, columns: &Columns) -> Result<Faults, Failure> {
    let survey = Survey::read(space, output.progress())?;
    output.heading(|| headline(space, &survey))?;
    output.heading(|| {
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
        output.item(text, json)?;
    }
    Ok(survey.not_read())
}
