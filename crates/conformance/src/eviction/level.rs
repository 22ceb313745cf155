//! The levels, and the check of each.

use crate::eviction::claims::Claims;
use crate::eviction::pool::PagelessPool;
use crate::eviction::rules::{Make, Rules, scripts};
use crate::eviction::traces::{FRAMES, Trace};
use crate::suite::{About, located, on_scripts};
use innolab_base::PageNo;
use innolab_testing::Broken;

/// A level of the suite; see the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The rules of the contract.
    Rules,
    /// Counted misses.
    Misses,
    /// Resistance to scans.
    Scans,
}

impl Level {
    fn about(self) -> About {
        let (name, read) = match self {
            Level::Rules => ("eviction, rules", "crates/store/src/replacer/contract.rs (C)"),
            Level::Misses => ("eviction, misses", "crates/store/src/replacer/mod.rs"),
            Level::Scans => ("eviction, scans", "crates/store/src/replacer/midpoint.rs"),
        };
        About { name, read }
    }
}

/// Checks a level; `make` returns an empty replacer for the given number of frames. ERRORS: the first rule or claim that is
/// broken.
pub fn check(level: Level, make: Make<'_>, claims: &Claims) -> Result<(), Broken> {
    let claimed = |done: Result<(), Broken>| done.map_err(|broken| located(level.about(), None, &broken.0));
    match level {
        Level::Rules => on_scripts(level.about(), (60, 300), scripts(), |(frames, calls), script| {
            Rules::new(make, *frames, script).run(calls)
        }),
        Level::Misses => claimed(Trace::ALL.into_iter().zip(&claims.misses).try_for_each(|(trace, bounds)| {
            let misses = misses(make, trace)?;
            let wrong = || Broken(format!("the trace \"{trace}\": {misses} misses, claimed are {bounds:?}"));
            bounds.contains(&misses).then_some(()).ok_or_else(wrong)
        })),
        Level::Scans if claims.resists_scans => claimed(resists_scans(make)),
        Level::Scans => Ok(()),
    }
}

/// Checks all levels, one after the other. ERRORS: as [`check`].
pub fn check_all(make: Make<'_>, claims: &Claims) -> Result<(), Broken> {
    [Level::Rules, Level::Misses, Level::Scans].into_iter().try_for_each(|level| check(level, make, claims))
}

/// Returns the number of misses of the policy on a trace. ERRORS: no victim, or a wrong one.
pub fn misses(make: Make<'_>, trace: Trace) -> Result<u64, Broken> {
    let mut pool = PagelessPool::new(FRAMES, make(FRAMES));
    for page in trace.pages() {
        pool.access(page).map_err(|e| Broken(format!("the trace \"{trace}\": {e}")))?;
    }
    Ok(pool.misses())
}

/// Half of the pool is hot; after a scan of sixteen times the pool, nine tenths of the hot pages must still be there.
fn resists_scans(make: Make<'_>) -> Result<(), Broken> {
    let mut pool = PagelessPool::new(FRAMES, make(FRAMES));
    let hot = || (0..FRAMES as u32 / 2).map(PageNo);
    let scan = |first: u32, pages: usize| (first..first + pages as u32).flat_map(|page| [PageNo(page); 2]);
    // The pool is full, and the hot pages are used for so long that they have proved themselves.
    let warm = scan(1000, FRAMES).chain((0..20).flat_map(|_| hot()));
    for page in warm.chain(scan(10_000, 16 * FRAMES)) {
        pool.access(page).map_err(Broken)?;
    }
    let left = hot().filter(|page| pool.contains(*page)).count();
    match left * 10 >= hot().count() * 9 {
        true => Ok(()),
        false => Err(Broken(format!("a scan left {left} of {} hot pages: no resistance", hot().count()))),
    }
}

/// Defines a test for each level of [`eviction`](mod@crate::eviction), for a policy of your own:
/// `innolab_conformance::eviction!(|frames| Box::new(MyPolicy::new(frames)), Claims::LEAST);`.
#[macro_export]
macro_rules! eviction {
    ($make:expr, $claims:expr) => {
        fn tested(level: $crate::eviction::Level) {
            use $crate::eviction::Claims;
            $crate::eviction::check(level, &$make, &$claims).unwrap_or_else(|broken| panic!("{broken}"));
        }

        #[test]
        fn the_rules_of_the_contract() {
            tested($crate::eviction::Level::Rules);
        }

        #[test]
        fn counted_misses() {
            tested($crate::eviction::Level::Misses);
        }

        #[test]
        fn resistance_to_scans() {
            tested($crate::eviction::Level::Scans);
        }
    };
}
