//! Visibility explained: a row's version chain, newest first, and for each view the clause that decided at each
//! version.
//!
//! ```text
//! version   RC  sees <6, not 6, not >=7             RR  sees <4, not >=4
//! c by 6    ✗ active at my view                     ✗ not yet begun at my view
//! b by 4    ✓ ended before any that was active      ✗ not yet begun at my view
//! a by 3                                            ✓ ended before any that was active
//! reads     b                                       a
//! ```
//!
//! The caller gives the chain, newest version first; an engine builds it from a row and its undo records.

use crate::view::{Clause, ReadView};
use innolab_base::TrxId;
use std::fmt::Write;

/// One version of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The transaction that wrote it (`DB_TRX_ID`).
    pub trx_id: TrxId,
    /// The row as text; `None`: in this version the row is deleted (delete-marked).
    pub row: Option<String>,
}

impl Version {
    /// Returns the version `row`, written by `trx_id`.
    pub fn new(trx_id: TrxId, row: &str) -> Version {
        Version { trx_id, row: Some(row.to_owned()) }
    }

    /// Returns the version in which `trx_id` deleted the row.
    pub fn deleted(trx_id: TrxId) -> Version {
        Version { trx_id, row: None }
    }

    fn shown(&self) -> &str {
        self.row.as_deref().unwrap_or("(deleted)")
    }
}

/// The walk of a view down a version chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk {
    /// The clause for each version met, newest first. The last one is seen, unless the chain ended before.
    pub clauses: Vec<Clause>,
    /// The position of the version that is read; `None`: the view sees none, as if the row had never been
    /// inserted.
    pub found: Option<usize>,
}

impl Walk {
    /// Walks `chain`, newest first, as a consistent read does: to the first version that `view` sees.
    #[doc(alias = "row_vers_build_for_consistent_read")]
    pub fn of(view: &ReadView, chain: &[Version]) -> Walk {
        let mut clauses = Vec::new();
        for (at, version) in chain.iter().enumerate() {
            let clause = view.why(version.trx_id);
            clauses.push(clause);
            if clause.seen() {
                return Walk { clauses, found: Some(at) };
            }
        }
        Walk { clauses, found: None }
    }
}

/// Returns the table of the module head: a column for each named view, a line for each version.
pub fn side_by_side(chain: &[Version], views: &[(&str, &ReadView)]) -> String {
    let walks: Vec<Walk> = views.iter().map(|(_, view)| Walk::of(view, chain)).collect();
    let mut columns = vec![version_column(chain)];
    columns.extend(views.iter().zip(&walks).map(|((name, view), walk)| view_column(name, view, walk, chain)));
    let mut out = String::new();
    for line in 0..chain.len() + 2 {
        let mut text = String::new();
        for column in &columns {
            let width = column.iter().map(|cell| cell.chars().count()).max().unwrap_or(0);
            let _ = write!(text, "{:width$}   ", column[line]);
        }
        out.push_str(text.trim_end());
        out.push('\n');
    }
    out
}

fn version_column(chain: &[Version]) -> Vec<String> {
    let versions = chain.iter().map(|version| format!("{} by {}", version.shown(), version.trx_id));
    std::iter::once("version".to_owned()).chain(versions).chain(["reads".to_owned()]).collect()
}

fn view_column(name: &str, view: &ReadView, walk: &Walk, chain: &[Version]) -> Vec<String> {
    let cell = |at: usize| match walk.clauses.get(at) {
        Some(clause) => format!("{} {clause}", if clause.seen() { '✓' } else { '✗' }),
        None => String::new(),
    };
    let read = match walk.found {
        Some(at) => chain[at].shown(),
        None => "(no row)",
    };
    let head = format!("{name}  {view}");
    std::iter::once(head).chain((0..chain.len()).map(cell)).chain([read.to_owned()]).collect()
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use super::*;
    use crate::TrxSys;
    use expect_test::expect;
    use innolab_base::Events;
    use innolab_testing::Script;

    /// The same versions as in the table below, view by view: a failure is shorter than the table.
    #[test]
    fn a_walk_ends_at_the_first_version_that_is_seen() {
        use Clause::{ActiveThen, BegunAfter, EndedBefore, Own};
        let sys = TrxSys::new(TrxId(4), Events::none());
        let chain = [Version::deleted(TrxId(5)), Version::new(TrxId(4), "b"), Version::new(TrxId(3), "a")];
        let walk = |view: &ReadView, chain: &[Version], clauses: &[Clause], found: Option<usize>| {
            let versions: Vec<String> = version_column(chain);
            let mut script = Script::new();
            script.step(format_args!("a view that {view} walks {}", versions[1..versions.len() - 1].join(", ")));
            let walk = Walk::of(view, chain);
            script.same("the walk (the clause of each version met)", clauses, &walk.clauses[..]);
            script.same("the walk (the position of the version that is read)", &found, &walk.found);
        };
        let mut view = sys.view(None);
        walk(&view, &chain, &[BegunAfter, BegunAfter, EndedBefore], Some(2));
        walk(&view, &chain[..2], &[BegunAfter, BegunAfter], None);
        walk(&view, &[], &[], None);
        sys.begin();
        walk(&sys.view(None), &chain, &[BegunAfter, ActiveThen, EndedBefore], Some(2));
        sys.commit(TrxId(4));
        view.set_own(TrxId(5));
        walk(&view, &chain, &[Own], Some(0));
        walk(&sys.view(None), &chain[1..], &[EndedBefore], Some(0));
    }

    #[test]
    fn the_worked_interleaving_of_the_crate_head() {
        let sys = TrxSys::new(TrxId(4), Events::none());
        let rr = sys.view(None);
        let four = sys.begin();
        let rc_before = sys.view(None);
        sys.commit(four);
        let six = sys.begin();
        let rc_after = sys.view(None);
        let mut mine = rr.clone();
        mine.set_own(six);
        let chain = [Version::deleted(six), Version::new(four, "b"), Version::new(TrxId(3), "a")];
        let views = [("RR", &rr), ("RC", &rc_before), ("RC later", &rc_after), ("RR of 6", &mine)];
        expect![[r#"
            version          RR  sees <4, not >=4                 RC  sees <4, not 4, not >=5          RC later  sees <6, not 6, not >=7    RR of 6  sees <4, not >=4, own 6
            (deleted) by 6   ✗ not yet begun at my view           ✗ not yet begun at my view           ✗ active at my view                  ✓ my own change
            b by 4           ✗ not yet begun at my view           ✗ active at my view                  ✓ ended before any that was active
            a by 3           ✓ ended before any that was active   ✓ ended before any that was active
            reads            a                                    a                                    b                                    (deleted)
        "#]]
        .assert_eq(&side_by_side(&chain, &views));
        assert!(side_by_side(&chain[..2], &[("RR", &rr)]).ends_with("reads            (no row)\n"));
    }
}
