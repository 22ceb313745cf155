//! The check of a level.

use crate::read_views::face::TrxSys;
use crate::read_views::history::{FIRST, History, steps};
use crate::read_views::level::Level;
use crate::suite::on_scripts;
use innolab_base::TrxId;
use innolab_testing::Broken;

/// Checks a level on random histories; `make` returns a system whose first id is given. ERRORS: the first rule that is
/// broken.
pub fn check<S: TrxSys>(level: Level, make: impl Fn(TrxId) -> S) -> Result<(), Broken> {
    on_scripts(level.about(), (80, 300), steps(level), |steps, script| {
        let mut history = History::new(level, make(TrxId(FIRST)), script);
        steps.iter().try_for_each(|step| history.run(step))
    })
}
