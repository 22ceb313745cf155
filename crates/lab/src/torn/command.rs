//! `torn`: the options.

use super::observe::{differences, observe_all};
use super::print;
use crate::failure::Failure;
use crate::progress::Progress;
use std::io::Write;

/// Which pages are torn, and what is printed.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Tear every page of the batch, not only the first one of each kind.
    #[arg(long)]
    every_page: bool,
    /// Print JSON, one object per torn write.
    #[arg(long)]
    json: bool,
}

/// Tears pages under each setting, and prints what became of them. ERRORS: what became of some is not what the model
/// predicts, by name.
pub(crate) fn torn(arguments: &Arguments, progress: &Progress, mut out: impl Write) -> Result<(), Failure> {
    let observed = observe_all(arguments.every_page, progress)?;
    if arguments.json {
        let all = observed.iter().flat_map(|under| &under.observed);
        all.into_iter().try_for_each(|one| writeln!(out, "{}", print::object(one)))?;
    } else {
        print::table(&observed, &mut out)?;
    }
    match differences(&observed) {
        none if none.is_empty() => Ok(()),
        different => {
            let n = different.len();
            Err(format!("the engine and the model differ in {n} torn writes:\n{}", different.join("\n")).into())
        }
    }
}
