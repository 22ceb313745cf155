//! The check of a level.

use crate::ordered_map::face::OrderedMap;
use crate::ordered_map::level::Level;
use crate::ordered_map::pair::{Pair, steps};
use crate::suite::on_scripts;
use innolab_disk::Disk;
use innolab_testing::Broken;
use std::sync::Arc;

/// Checks a level on random scripts; `open` opens the map on a disk, or creates it there. ERRORS: the first rule that is
/// broken.
pub fn check<M: OrderedMap>(level: Level, open: impl Fn(Arc<dyn Disk>) -> Result<M, String>) -> Result<(), Broken> {
    let scripts = if level == Level::PowerLoss { (12, 100) } else { (25, 150) };
    on_scripts(level.about(), scripts, steps(level), |steps, script| {
        let mut pair = Pair::new(&open, script)?;
        steps.iter().try_for_each(|step| pair.run(step))?;
        pair.compare()
    })
}
