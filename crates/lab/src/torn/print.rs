//! The table and the objects.

use super::model::Fate;
use super::observe::{Observed, UnderSetting};
use innolab_base::PAGE_SIZE;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Width of the first column, and of a setting's.
const KIND: usize = 32;
const CELL: usize = 32;

/// A torn write as a JSON object.
pub(super) fn object(one: &Observed) -> String {
    let Observed { setting, file, page, sector, front, fate, .. } = one;
    format!(
        r#"{{"innodb_doublewrite":"{setting}","file":"{file}","page":{page},"torn_at_sector":{sector},"new":"{}","fate":"{fate}","as_modelled":{}}}"#,
        if *front { "before" } else { "after" },
        one.fate == one.predicted
    )
}

/// Kinds of pages down, settings across; then what each setting costs.
pub(super) fn table(under: &[UnderSetting], out: &mut impl Write) -> io::Result<()> {
    write!(
        out,
        "The power is lost while a page is written: torn at each of its 32 sectors, those before the tear new, or those after it.\n\
         repaired: the doublewrite file had a copy · named: opening refuses, the list said which page was being written\n\
         refused: opening refuses, the checksum is wrong · rebuilt: redo makes a new page, the tear does not matter\n\
         whole: nothing is torn, all changed sectors are old or new · SERVED: rows are wrong, and nobody noticed\n\n"
    )?;
    let heads: Vec<String> = under.iter().map(|under| under.setting.to_string()).collect();
    line("innodb_doublewrite =", &heads, out)?;
    let mut kinds: Vec<&str> = vec![];
    for one in under.iter().flat_map(|under| &under.observed) {
        if !kinds.contains(&one.kind.as_str()) {
            kinds.push(&one.kind);
        }
    }
    for kind in kinds {
        let cells: Vec<String> = under.iter().map(|under| fates(&under.observed, kind)).collect();
        line(kind, &cells, out)?;
    }
    writeln!(out, "\nwhat the batch costs")?;
    type Number = fn(&UnderSetting) -> u64;
    let costs: [(&str, Number); 4] = [
        ("pages to their places", |under| under.cost.pages),
        ("bytes of these", |under| under.cost.pages * PAGE_SIZE as u64),
        ("bytes to the doublewrite file", |under| under.cost.doublewrite_bytes),
        ("syncs", |under| under.cost.syncs),
    ];
    for (what, cost) in costs {
        line(what, &under.iter().map(|under| cost(under).to_string()).collect::<Vec<_>>(), out)?;
    }
    Ok(())
}

/// How often each fate came.
fn fates(observed: &[Observed], kind: &str) -> String {
    let mut counts: BTreeMap<Fate, usize> = BTreeMap::new();
    observed.iter().filter(|one| one.kind == kind).for_each(|one| *counts.entry(one.fate).or_default() += 1);
    counts.iter().map(|(fate, n)| format!("{n} {fate}")).collect::<Vec<_>>().join(", ")
}

fn line(first: &str, cells: &[String], out: &mut impl Write) -> io::Result<()> {
    let cells: String = cells.iter().map(|cell| format!("{cell:CELL$}")).collect();
    writeln!(out, "{}", format!("{first:KIND$}{cells}").trim_end())
}
