//! The check of a level.

use crate::suite::on_scripts;
use crate::write_ahead_log::face::Log;
use crate::write_ahead_log::level::Level;
use crate::write_ahead_log::lives::{Lives, steps};
use innolab_testing::Broken;

/// Checks a level on random scripts. ERRORS: the first rule that is broken.
pub fn check<L: Log>(level: Level) -> Result<(), Broken> {
    on_scripts(level.about(), (200, 800), steps(level), |steps, script| {
        let mut lives = Lives::<L>::new(level, script)?;
        steps.iter().try_for_each(|step| lives.run(step))?;
        lives.end()
    })
}
