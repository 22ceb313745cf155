//! `undo-history`: the undo logs in `sys.ibd`, each with its records.
//!
//! An engine may be writing them: if pages contradict each other, all are read again, a few times.

use super::directory::{Directory, SYS};
use super::output::Output;
use super::space::{Force, Space};
use crate::failure::Failure;
use innolab_base::{PageNo, TrxId};
use innolab_engine::inspect::{self, IndexReader, UndoneChange};
use innolab_page::undo::{self, RollPtr, UndoPage};
use innolab_undo::{LogInfo, Survey, survey};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;

/// The most reads of the logs until their pages are consistent.
const TRIES: usize = 5;

/// The undo logs of a directory.
pub(crate) struct UndoLogs {
    sys: Space,
    root: Option<PageNo>,
    /// The reader of each clustered index, by index id: an undo record names its table by that id.
    readers: BTreeMap<u64, IndexReader>,
}

impl UndoLogs {
    pub(crate) fn open(directory: &Directory) -> Result<UndoLogs, Failure> {
        let sys = directory.space(SYS, Force::No)?;
        let root = inspect::rollback_segment(&mut |page| sys.written(page))?;
        let clustered = directory.tables()?.into_iter().filter_map(|table| table.indexes.into_iter().next());
        Ok(UndoLogs { root, sys, readers: clustered.map(|index| (index.id.0, index.reader)).collect() })
    }

    /// The undo page with this number; `None` if the page is bad, or no undo page.
    fn page(&self, page: PageNo) -> Option<Vec<u8>> {
        self.sys.page(page).ok().flatten().filter(|bytes| undo::check(bytes).is_ok())
    }

    /// The payload of the record at `at` in the log of `trx`. `None` if another log has taken the space after purge.
    pub(crate) fn record(&self, at: RollPtr, trx: TrxId) -> Option<Vec<u8>> {
        let bytes = self.page(at.page())?;
        let page = UndoPage::new(&bytes);
        let record = page.record(at.at())?;
        let writer = match page.is_first() {
            true => log_of(page, at.at())?,
            // Only a segment's newest log has more than one page.
            false => log_of(UndoPage::new(&self.page(page.owner())?), u16::MAX)?,
        };
        (writer == trx).then(|| record.payload.to_vec())
    }

    fn undone(&self, payload: &[u8]) -> Result<UndoneChange, Failure> {
        Ok(inspect::undone(payload, |table| self.readers.get(&table).cloned())?)
    }

    /// The name of a table.
    fn table(&self, id: u64) -> String {
        self.readers.get(&id).map_or(format!("table {id}"), |reader| reader.table().to_string())
    }

    fn survey(&self, root: PageNo) -> Result<Survey, Failure> {
        let wrong =
            |page, e: Failure| innolab_store::Error::Corrupt { file: SYS.to_string(), page, rule: e.to_string() };
        let mut tries = 0;
        loop {
            tries += 1;
            match survey(SYS, root, &mut |page| Ok(self.sys.written(page).map_err(|e| wrong(page, e))?)) {
                Err(_) if tries < TRIES => {}
                done => return Ok(done?),
            }
        }
    }

    /// A log's changes, oldest first, each with page and byte.
    fn changes(&self, log: &LogInfo) -> Result<Vec<(PageNo, u16, UndoneChange)>, Failure> {
        let mut changes = Vec::new();
        let mut next = Some(log.place.page);
        // A log begins on this page; the newest log of a first page goes on in the pages after it.
        while let Some(page_no) = next {
            let Some(bytes) = self.page(page_no) else { break };
            let page = UndoPage::new(&bytes);
            for record in page.records(page.records_of(log.place.at)) {
                changes.push((page_no, record.at, self.undone(record.payload)?));
            }
            next = page.next_page().some().filter(|_| (changes.len() as u64) < log.records);
        }
        Ok(changes)
    }
}

/// The transaction of the newest log that begins before byte `at` of a first page.
fn log_of(first: UndoPage<'_>, at: u16) -> Option<TrxId> {
    let mut log = first.last_log().filter(|_| first.is_first())?;
    while log >= at {
        // `undo::check` has checked that the chain descends.
        log = first.log(log)?.prev_log;
    }
    Some(first.log(log)?.trx)
}

/// Prints all logs.
pub(crate) fn history<W: Write>(output: &mut Output<W>, directory: &Directory) -> Result<(), Failure> {
    let logs = UndoLogs::open(directory)?;
    let Some(root) = logs.root else {
        return Err(format!("{SYS}: no undo logs in this file").into());
    };
    let survey = logs.survey(root)?;
    output.item(
        || {
            let (n, pages) = (survey.history.len(), survey.pages.len());
            format!("{SYS}: rollback segment at page {root}, {pages} pages; history of {n}, largest number {}", survey.largest_no)
        },
        || {
            json!({
                "file": SYS, "root": root.0, "pages": survey.pages.len(), "history": survey.history.len(),
                "largest_no": survey.largest_no.0, "cached": survey.cached.iter().map(|(_, page)| page.0).collect::<Vec<_>>(),
            })
        },
    )?;
    let open = survey.open.iter().map(|(_, log)| (log, "active"));
    for (log, state) in open.chain(survey.history.iter().map(|log| (log, "committed"))) {
        let changes = logs.changes(log)?;
        output.item(|| text(&logs, log, state, &changes), || log_json(&logs, log, &changes))?;
    }
    Ok(())
}

fn text(logs: &UndoLogs, log: &LogInfo, state: &str, changes: &[(PageNo, u16, UndoneChange)]) -> String {
    let no = log.no.map_or(String::new(), |no| format!(", number {no}"));
    let mut out = format!("transaction {} {state}{no}, log at {}, state {:?}\n", log.trx, log.place, log.state);
    for (page, at, change) in changes {
        out += &format!("  {page}+{at:<6} {}: {change}\n", logs.table(change.table));
    }
    out
}

fn log_json(logs: &UndoLogs, log: &LogInfo, changes: &[(PageNo, u16, UndoneChange)]) -> Value {
    let change = |(page, at, change): &(PageNo, u16, UndoneChange)| {
        let fields = |fields: &[(String, Option<String>)]| -> Value {
            fields.iter().map(|(name, value)| (name.clone(), json!(value))).collect::<serde_json::Map<_, _>>().into()
        };
        json!({
            "page": page.0, "at": at, "op": format!("{:?}", change.op), "table": logs.table(change.table),
            "key": fields(&change.key), "old": fields(&change.old),
            "before_trx": change.before.map(|(trx, _)| trx.0),
        })
    };
    json!({
        "trx": log.trx.0, "no": log.no.map(|no| no.0), "state": format!("{:?}", log.state), "page": log.place.page.0,
        "at": log.place.at, "changes": changes.iter().map(change).collect::<Vec<_>>(),
    })
}
