//! Metadata locks: locks on the names of tables. A definition does not change while a transaction uses the table.
//!
//! ```text
//! T1  select … from t        SR on the name t, to the end of T1
//! T2  alter table t …        SU, then X: waits for T1
//! T3  select … from t        SR: waits behind the X that waits (N2)
//! T1  update t …             SW: waits behind it too. T1 → T2 → T1 is a cycle, and T1 is its lightest member (N4)
//! ```
//!
//! RULES
//!
//! - **N1** A lock is on a name, whether a table has it or not. It stays with the name when the table is renamed.
//! - **N2** A request is granted if no lock of another transaction is in its way: neither a granted one nor, by the second
//!   table of `metadata_mode`, a request that waits, however late that came. When a lock leaves, the requests that wait are looked at in
//!   their order.
//! - **N3** A transaction that holds a mode which blocks all that the requested mode blocks needs no new lock. `SH`, which
//!   lasts as long as a look, covers itself alone.
//! - **N4** A cycle through names alone is looked for when a wait begins, along *all* edges, depth first, granted locks
//!   before waiting ones. Its victim is a transaction that waits for `SH`, `SR` or `SW`, if there is one; among equals the
//!   first on the walk, which begins with the new waiter.
//! - **N5** A cycle through names and rows is found when its last edge is made, of either kind. Its victim is the lightest
//!   transaction by Q4, in which metadata locks weigh nothing; among equals the first on the walk.
//!
//! InnoDB knows nothing of these locks: the server's counterpart is `sql/mdl.cc`, which does not find the cycles of N5.
//! Left out: namespaces other than tables, `S`, `SRO`, `SNRW`, LOCK TABLES, `max_write_lock_count`.
//!
//! Queues are here, modes in `metadata_mode`; `name_locks` joins them to transactions, waits and the search for cycles (`deadlock`).

use crate::answer::Owner;
use crate::metadata_mode::MetadataMode;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A lock on a name, as its transaction knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NameLock {
    pub(crate) name: Arc<str>,
    pub(crate) mode: MetadataMode,
}

/// A lock on a name or a request for one, as the name's queue knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) owner: Owner,
    pub(crate) mode: MetadataMode,
}

/// The locks on one name, each list in the order in which they came.
#[derive(Debug, Default)]
struct Queue {
    granted: Vec<Holder>,
    waiting: Vec<Holder>,
}

/// The names that are locked or waited for.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeMap<Arc<str>, Queue>);

impl Queue {
    /// The locks and requests for which `request` waits (N2), granted ones first, each with `true` if it waits itself.
    fn blockers(&self, request: Holder) -> impl Iterator<Item = (Holder, bool)> {
        let granted = self.granted.iter().map(|there| (*there, false));
        let all = granted.chain(self.waiting.iter().map(|there| (*there, true)));
        let blocks = move |there: Holder, waits| request.mode.waits_for(there.mode, waits);
        all.filter(move |(there, waits)| there.owner != request.owner && blocks(*there, *waits))
    }
}

impl Names {
    /// True if the request's owner holds a lock on the name that covers it (N3).
    pub(crate) fn covers(&self, name: &str, request: Holder) -> bool {
        let covers = |held: &Holder| held.owner == request.owner && held.mode.covers(request.mode);
        self.0.get(name).is_some_and(|queue| queue.granted.iter().any(covers))
    }

    /// Grants a lock on a name if nothing is in its way. Returns the name, and true if it is granted.
    pub(crate) fn grant(&mut self, name: &str, request: Holder) -> (Arc<str>, bool) {
        let name: Arc<str> = self.0.get_key_value(name).map_or_else(|| name.into(), |(name, _)| name.clone());
        let queue = self.0.entry(name.clone()).or_default();
        let is_free = queue.blockers(request).next().is_none();
        if is_free {
            queue.granted.push(request);
        }
        (name, is_free)
    }

    /// Adds a request that waits.
    pub(crate) fn wait(&mut self, name: &Arc<str>, request: Holder) {
        self.0.entry(name.clone()).or_default().waiting.push(request);
    }

    /// Removes a lock, or the request if it waits. Returns the requests that are granted now (N2).
    pub(crate) fn remove(&mut self, name: &Arc<str>, gone: Holder, waits: bool) -> Vec<Holder> {
        if let Some(queue) = self.0.get_mut(name) {
            let list = if waits { &mut queue.waiting } else { &mut queue.granted };
            list.iter().position(|there| *there == gone).map(|at| list.remove(at));
        }
        self.grant_waiting(name)
    }

    /// Changes the mode of a granted lock. Returns the requests that are granted now (N2).
    pub(crate) fn downgrade(&mut self, name: &Arc<str>, held: Holder, to: MetadataMode) -> Vec<Holder> {
        let queue = self.0.get_mut(name);
        let found = queue.and_then(|queue| queue.granted.iter_mut().find(|there| **there == held));
        if let Some(there) = found {
            there.mode = to;
        }
        self.grant_waiting(name)
    }

    fn grant_waiting(&mut self, name: &Arc<str>) -> Vec<Holder> {
        let Some(queue) = self.0.get_mut(name) else { return vec![] };
        let mut granted = vec![];
        for request in queue.waiting.clone() {
            if queue.blockers(request).next().is_none() {
                queue.waiting.retain(|there| *there != request);
                queue.granted.push(request);
                granted.push(request);
            }
        }
        if queue.granted.is_empty() && queue.waiting.is_empty() {
            self.0.remove(name);
        }
        granted
    }

    /// The locks and requests for which a request waits, in the order of N4, each with `true` if it waits itself.
    pub(crate) fn blockers(&self, name: &str, request: Holder) -> Vec<(Holder, bool)> {
        self.0.get(name).map_or_else(Vec::new, |queue| queue.blockers(request).collect())
    }

    /// True if a transaction waits for this name; `None`: for any.
    pub(crate) fn is_waited_for(&self, name: Option<&str>) -> bool {
        match name {
            Some(name) => self.0.get(name).is_some_and(|queue| !queue.waiting.is_empty()),
            None => self.0.values().any(|queue| !queue.waiting.is_empty()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use MetadataMode as M;

    fn holder(owner: u32, mode: M) -> Holder {
        Holder { owner: Owner(owner), mode }
    }

    /// Requests in order; returns the owners of those that are granted at once.
    fn granted(names: &mut Names, requests: &[(u32, M)]) -> Vec<u32> {
        let grant = |(owner, mode): &(u32, M)| {
            let request = holder(*owner, *mode);
            let (name, is_free) = names.grant("t", request);
            if !is_free {
                names.wait(&name, request);
            }
            is_free.then_some(*owner)
        };
        requests.iter().filter_map(grant).collect()
    }

    #[test]
    fn a_request_waits_for_requests_that_wait_n2() {
        let mut names = Names::default();
        assert_eq!(granted(&mut names, &[(1, M::Read), (2, M::Exclusive), (3, M::Read), (4, M::Look)]), [1, 4]);
        // X waits only for what is granted, so a later X does not wait for an earlier reader.
        let name: Arc<str> = "t".into();
        assert_eq!(names.remove(&name, holder(4, M::Look), false), []);
        assert_eq!(names.remove(&name, holder(1, M::Read), false), [holder(2, M::Exclusive)]);
        assert_eq!(names.remove(&name, holder(2, M::Exclusive), false), [holder(3, M::Read)]);
        assert_eq!(names.remove(&name, holder(3, M::Read), false), []);
        assert!(names.0.is_empty(), "a name without locks is forgotten");
    }

    #[test]
    fn a_copying_alter_lets_readers_in_and_writers_wait() {
        let mut names = Names::default();
        let requests = [(1, M::Write), (2, M::Upgradable), (2, M::NoWrite), (3, M::Read), (4, M::Write)];
        assert_eq!(granted(&mut names, &requests), [1, 2, 3]);
    }

    #[test]
    fn a_transaction_does_not_wait_for_itself() {
        assert_eq!(granted(&mut Names::default(), &[(1, M::Upgradable), (1, M::Exclusive)]), [1, 1]);
    }
}
