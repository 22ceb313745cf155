//! The pages of the dictionary as recovery would make them: the file's, with the redo log applied in memory.

use super::space::{Found, Space};
use crate::failure::Failure;
use innolab_base::{Lsn, PAGE_SIZE, PageNo, codec};
use innolab_disk::Disk;
use innolab_page::fil;
use innolab_redo::Scan;
use innolab_store::log::{Entry, apply, entries};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The pages of `sys` of which the log of its directory has records, as recovery R1 makes them. ERRORS: the log or a
/// page cannot be read.
pub(super) fn dictionary_pages(disk: &Arc<dyn Disk>, sys: &Space) -> Result<BTreeMap<PageNo, Vec<u8>>, Failure> {
    let mut pages: BTreeMap<PageNo, Vec<u8>> = BTreeMap::new();
    let mut groups = Scan::look(disk)?.groups();
    while let Some(group) = groups.next()? {
        let mut changed = Vec::new();
        let mut current = None;
        for entry in entries(group.payload) {
            match entry? {
                Entry::Page(id) => {
                    current = Some(id.page).filter(|_| id.space == sys.id());
                    if let Some(page) = current
                        && !pages.contains_key(&page)
                    {
                        pages.insert(page, on_disk(sys, page)?);
                    }
                    current =
                        current.filter(|page| pages.get(page).is_some_and(|bytes| fil::get_lsn(bytes) < group.end));
                    changed.extend(current);
                }
                entry => {
                    if let Some(bytes) = current.and_then(|page| pages.get_mut(&page)) {
                        apply(&entry, bytes);
                    }
                }
            }
        }
        for page in changed {
            pages.entry(page).and_modify(|bytes| codec::put_u64(bytes, fil::LSN, group.end.0));
        }
    }
    pages.retain(|_, bytes| fil::get_lsn(bytes) > Lsn(0));
    Ok(pages)
}

/// The page in its file; zeros if it was never written, or lies behind the file's end: the file grows first.
fn on_disk(sys: &Space, page: PageNo) -> Result<Vec<u8>, Failure> {
    let mut bytes = vec![0; PAGE_SIZE];
    if page.0 < sys.n_pages() {
        match sys.read(page, &mut bytes)? {
            Found::Bad(corrupt) => return Err(format!("{}: page {page}: {corrupt}", sys.name()).into()),
            Found::Good(_) | Found::NeverWritten | Found::Unread(_) | Found::Doublewrite => {}
        }
    }
    Ok(bytes)
}
