//! The tests of `page` through its public interface, in one binary.

mod batches;
mod edge_cases;
mod hostile;
mod model;
mod samples;
mod steps;

use innolab_base::{IndexId, PAGE_SIZE, PageId, PageNo, SpaceId};
use innolab_page::{fil, index};

/// An INDEX page without records, page 3 of space 7 and of index 42, on this level.
fn empty_page(level: u16) -> Vec<u8> {
    let mut page = vec![0; PAGE_SIZE];
    fil::init(&mut page[..], PageId::new(SpaceId(7), PageNo(3)), fil::PageType::INDEX);
    index::format(&mut page[..], IndexId(42), level);
    page
}
