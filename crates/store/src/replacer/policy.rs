//! The policies by name, as a setting has them.

use crate::replacer::clock::ClockSweep;
use crate::replacer::contract::Replacer;
use crate::replacer::lru::Lru;
use crate::replacer::midpoint::MidpointLru;
use std::fmt;
use std::str::FromStr;

/// The setting that chooses a replacement policy. Policies are equal if their names are.
#[derive(Clone, Copy, Debug, Default)]
pub enum Policy {
    /// `midpoint`: InnoDB's LRU list with a midpoint ([`MidpointLru`]).
    #[default]
    Midpoint,
    /// `lru`: exact LRU ([`Lru`]).
    Lru,
    /// `clock`: second chance ([`ClockSweep`]).
    Clock,
    /// A policy from outside of this crate. Only code can choose it: it is not parsed.
    Own {
        /// Its name.
        name: &'static str,
        /// Makes an empty replacer for the given number of frames.
        make: fn(usize) -> Box<dyn Replacer>,
    },
}

impl Policy {
    /// The policies that have a name to parse.
    pub const ALL: [Policy; 3] = [Policy::Midpoint, Policy::Lru, Policy::Clock];

    /// The name.
    pub fn name(&self) -> &'static str {
        match self {
            Policy::Midpoint => "midpoint",
            Policy::Lru => "lru",
            Policy::Clock => "clock",
            Policy::Own { name, .. } => name,
        }
    }

    /// Makes an empty replacer for frames below `frames`. `old_blocks_time_ms` is `innodb_old_blocks_time`, which only
    /// [`Policy::Midpoint`] uses.
    pub fn make(&self, frames: usize, old_blocks_time_ms: u64) -> Box<dyn Replacer> {
        match self {
            Policy::Midpoint => Box::new(MidpointLru::new(frames, old_blocks_time_ms)),
            Policy::Lru => Box::new(Lru::new(frames)),
            Policy::Clock => Box::new(ClockSweep::new(frames)),
            Policy::Own { make, .. } => make(frames),
        }
    }
}

impl PartialEq for Policy {
    fn eq(&self, other: &Policy) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Policy {}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// No policy has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown replacer `{0}`: it must be one of midpoint, lru, clock")]
pub struct UnknownPolicy(pub String);

impl FromStr for Policy {
    type Err = UnknownPolicy;

    /// Parses a policy's name, ignoring case.
    fn from_str(name: &str) -> Result<Policy, UnknownPolicy> {
        let policy = Policy::ALL.into_iter().find(|policy| policy.name().eq_ignore_ascii_case(name));
        policy.ok_or_else(|| UnknownPolicy(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_parsed_and_printed() {
        for policy in Policy::ALL {
            assert_eq!(policy.to_string().parse(), Ok(policy));
        }
        assert_eq!("Clock".parse(), Ok(Policy::Clock));
        let unknown = "fifo".parse::<Policy>().expect_err("no such policy").to_string();
        assert_eq!(unknown, "unknown replacer `fifo`: it must be one of midpoint, lru, clock");
        let own = Policy::Own { name: "mine", make: |frames| Box::new(Lru::new(frames)) };
        assert_eq!(own.to_string(), "mine");
        assert!(own != Policy::Lru && own == own);
    }
}
