//! The functions of the real server, ours or not: a call of a name that is not here is error 1305, a call of a function
//! here that we lack is error 1235, which names it.
//!
//! The list, `server_functions.txt`, was made by calling each function of a MariaDB 10.11 with 0 to 13 arguments: a line
//! has a name, the fewest arguments and the most, if there is a limit. Functions that its grammar reads
//! (`crate::parse`) are here without numbers if the calls tell nothing.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

static FUNCTIONS: LazyLock<BTreeMap<&'static str, RangeInclusive<usize>>> = LazyLock::new(|| {
    let line = |line: &'static str| {
        let mut words = line.split(' ');
        let name = words.next().unwrap_or_default();
        let mut number = |default| words.next().and_then(|n| n.parse().ok()).unwrap_or(default);
        (name, number(0)..=number(usize::MAX))
    };
    include_str!("server_functions.txt").lines().map(line).collect()
});

/// How many arguments the server's function with this lower-case name takes; `None`: it has no such function.
pub(crate) fn server_arity(name: &str) -> Option<RangeInclusive<usize>> {
    FUNCTIONS.get(name).cloned()
}
