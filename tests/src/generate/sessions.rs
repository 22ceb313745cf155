//! Cases of several sessions: a small table, two or three sessions, and keys so few that the sessions conflict.
//!
//! RULES
//!
//! - **R1** Each statement has only one possible plan; otherwise the comparison would be about estimates. FORCE INDEX
//!   names the index of every range and of every condition on the secondary index; DELETE, which takes no such hint,
//!   names one row by its primary key.
//! - **R2** A range never holds exactly one value, or the optimiser could turn it into an equality.
//! - **R3** Every session ends with COMMIT or ROLLBACK.

use super::Profile;
use innolab_base::rng::Rng;
use std::fmt::Write;

/// Returns the body of one case.
pub(super) fn case(rng: &mut Rng, profile: Profile) -> String {
    let index = index(rng, profile);
    let hot = 10 * (1 + rng.below(4));
    let mut out = String::new();
    Case { rng, profile, index, hot, taken: vec![] }.write(&mut out);
    out
}

/// Definition of the secondary index, if the profile has one.
fn index(rng: &mut Rng, profile: Profile) -> Option<&'static str> {
    match profile {
        Profile::Secondary => Some(rng.pick(&["key k (a)", "key k (a, b)"])),
        Profile::Unique => Some(rng.pick(&["unique key k (a)", "unique key k (a)", "unique key k (a, b)"])),
        Profile::Mixed => {
            let other = Profile::SESSIONS[rng.index(4)];
            index(rng, other)
        }
        Profile::Point | Profile::Range | Profile::Composite | Profile::Types | Profile::Ddl => None,
    }
}

struct Case<'r> {
    rng: &'r mut Rng,
    profile: Profile,
    index: Option<&'static str>,
    /// The key around which sessions conflict: most statements use keys near it.
    hot: u64,
    /// Values of `a` in the rows of the set-up.
    taken: Vec<u64>,
}

impl Case<'_> {
    fn write(mut self, out: &mut String) {
        self.set_up(out);
        let count = 2 + self.rng.index(5) / 3;
        let mut inside: Vec<bool> = (0..count).map(|_| self.rng.chance(85)).collect();
        for (i, inside) in inside.iter().enumerate() {
            let level = match self.rng.below(20) {
                0..=11 => "repeatable read",
                12..=16 => "read committed",
                17 => "read uncommitted",
                _ => "serializable",
            };
            let begin = if *inside { " begin;" } else { "" };
            let _ = writeln!(out, "set session transaction isolation level {level};{begin} -- T{}", i + 1);
        }
        for _ in 0..6 + self.rng.below(9) {
            let i = self.rng.index(count);
            let sql = match (inside[i], self.rng.below(100)) {
                (true, 0..=6) => {
                    inside[i] = false;
                    self.rng.pick(&["commit", "commit", "rollback"]).to_owned()
                }
                (false, 0..=49) => {
                    inside[i] = true;
                    "begin".to_owned()
                }
                _ => self.statement(),
            };
            let _ = writeln!(out, "{sql}; -- T{}", i + 1);
        }
        for i in 0..count {
            let _ = writeln!(out, "{}; -- T{}", self.rng.pick(&["commit", "commit", "rollback"]), i + 1);
        }
        let _ = writeln!(out, "select * from t order by id; -- T1");
    }

    fn set_up(&mut self, out: &mut String) {
        let index = self.index.map_or(String::new(), |index| format!(", {index}"));
        let _ = writeln!(out, "create table t (id int primary key, a int, b int{index});");
        let first = 1 + self.rng.below(2);
        let ids: Vec<u64> = (first..first + 5 + self.rng.below(4)).map(|n| 10 * n).collect();
        let rows = ids.iter().map(|id| {
            let a = if self.is_unique() { 100 - id } else { 10 * (1 + self.rng.below(5)) };
            self.taken.push(a);
            format!("({id}, {a}, {})", self.rng.below(3))
        });
        let rows = rows.collect::<Vec<_>>().join(", ");
        let _ = writeln!(out, "insert into t values {rows};");
    }

    fn is_unique(&self) -> bool {
        self.index.is_some_and(|index| index.starts_with("unique"))
    }

    /// A primary key: that of a row near the hot key, or a value in a gap beside it.
    fn id(&mut self) -> u64 {
        let near = self.hot + 10 * (self.rng.below(5) / 2);
        if self.rng.chance(40) { near + self.rng.below(9) + 1 } else { near }
    }

    /// A value of `a`: one of the set-up, or one above it.
    fn a(&mut self) -> u64 {
        let taken = self.taken[self.rng.index(self.taken.len())];
        if self.rng.chance(30) { taken + 1 + self.rng.below(8) } else { taken }
    }

    fn new_row(&mut self) -> String {
        let null = self.index.is_some() && self.rng.chance(6);
        let a = if null { "null".to_owned() } else { self.a().to_string() };
        format!("({}, {a}, {})", self.id(), self.rng.below(3))
    }

    /// An index hint, empty where a server has no choice (R1), and a condition.
    fn condition(&mut self) -> (&'static str, String) {
        let by_index = self.index.is_some() && self.rng.chance(65);
        let is_range = match self.profile {
            Profile::Point => false,
            Profile::Range => self.rng.chance(85),
            _ => self.rng.chance(40),
        };
        let (column, hint) = if by_index { ("a", " force index (k)") } else { ("id", " force index (primary)") };
        let value = if by_index { self.a() } else { self.id() };
        match (is_range, self.rng.below(4)) {
            (false, _) if !by_index => ("", format!("id = {value}")),
            (false, 0) if self.index.is_some_and(|index| index.ends_with("(a, b)")) => {
                (hint, format!("a = {value} and b = {}", self.rng.below(3)))
            }
            (false, _) => (hint, format!("{column} = {value}")),
            (true, 0) => (hint, format!("{column} {} {value}", self.rng.pick(&[">", ">=", "<", "<="]))),
            (true, 1) => (hint, format!("{column} > {value} and {column} <= {}", value + 2 + self.rng.below(20))),
            (true, _) => (hint, format!("{column} between {value} and {}", value + 1 + self.rng.below(20))),
        }
    }

    fn statement(&mut self) -> String {
        match self.rng.below(100) {
            0..=17 => self.select(""),
            18..=37 => self.select(" for update"),
            38..=47 => self.select(" lock in share mode"),
            48..=50 => self.select(" for update nowait"),
            51..=53 => self.select(" for update skip locked"),
            54..=71 => self.insert("insert"),
            72..=73 => self.insert("replace"),
            74..=77 => self.insert("insert") + " on duplicate key update b = b + 10",
            78..=90 => self.update(),
            _ => format!("delete from t where id = {}", self.id()),
        }
    }

    fn select(&mut self, lock: &str) -> String {
        let (hint, condition) = self.condition();
        format!("select * from t{hint} where {condition}{lock}")
    }

    fn insert(&mut self, verb: &str) -> String {
        let rows: Vec<String> = (0..1 + self.rng.below(6) / 5).map(|_| self.new_row()).collect();
        format!("{verb} into t values {}", rows.join(", "))
    }

    fn update(&mut self) -> String {
        let (hint, condition) = self.condition();
        // An update of `a` over a range of `a` could meet rows that it has moved: only a lookup by primary key changes
        // it.
        let change = match condition.starts_with("id = ") && self.rng.chance(50) {
            true => format!("a = {}", self.a()),
            false => "b = b + 1".to_owned(),
        };
        format!("update t{hint} set {change} where {condition}")
    }
}
