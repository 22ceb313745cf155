//! The check of a level.

use crate::lock_table::face::LockTable;
use crate::lock_table::level::Level;
use crate::lock_table::model::Order;
use crate::lock_table::pair::Pair;
use crate::lock_table::steps::steps;
use crate::suite::on_scripts;
use innolab_testing::Broken;

/// Checks a level on random scripts; `make` returns an empty table. REQUIRES: with an order of the table's choice, a level
/// up to [`Level::Victims`]. ERRORS: the first rule that is broken.
pub fn check<T: LockTable>(level: Level, order: Order, make: impl Fn() -> T) -> Result<(), Broken> {
    assert!(level <= Level::Victims || order == Order::OfArrival, "the weights are those of the order of arrival");
    on_scripts(level.about(), (80, 300), steps(level), |steps, script| {
        let mut pair = Pair::new(level, order, make(), script)?;
        steps.iter().try_for_each(|step| pair.run(step))?;
        pair.drain()
    })
}
