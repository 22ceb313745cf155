//! The check of a server's INDEX page with a [`ServerLayout`]: the rules of [`index::check`], with what servers may do
//! besides: instant columns, values off the page, REDUNDANT records.

use super::layout::ServerLayout;
use super::record::ServerRecord;
use crate::error::{Corrupt, demand};
use crate::index::{self, Origin, Shape};

impl Shape for ServerLayout {
    const OURS: bool = false;

    fn measure(&self, page: &[u8], at: Origin, _: usize) -> Result<(usize, usize), Corrupt> {
        ServerRecord::read(page, at, self).map(|record| record.sizes)
    }
}

/// Checks a page's structure; not the order of its keys. Of REDUNDANT pages: chain, bounds and fields.
/// ERRORS: the broken rule, also if the layout is not this page's.
pub fn check(page: &[u8], layout: &ServerLayout) -> Result<(), Corrupt> {
    let records = index::outline(page)?;
    if !index::is_redundant(page) {
        return index::check_shape(page, layout);
    }
    let mut ranges = Vec::with_capacity(records.len());
    for record in records {
        let (extra, data) = ServerRecord::read(page, record.origin, layout)?.sizes;
        ranges.push((record.origin.at() - extra, record.origin.at() + data));
    }
    ranges.sort_unstable();
    let apart = ranges.windows(2).all(|two| two[0].1 <= two[1].0);
    demand!(apart, "records do not overlap", "on a REDUNDANT page");
    Ok(())
}
