//! Random scenarios of several sessions: a small table, two or three sessions, and keys so few that they meet.
//!
//! RULES
//!
//! - **R1** A statement leaves a server one plan, or the comparison would be about estimates: FORCE INDEX names the
//!   index of a range and of every condition on a secondary one; a DELETE, which has no such hint, asks for one row by
//!   its primary key.
//! - **R2** No condition on a range is a single value in disguise.
//! - **R3** Every session ends with COMMIT or ROLLBACK.

use innolab_base::rng::Rng;
use std::fmt::Write;

/// What a scenario is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Rows by their primary key.
    Point,
    /// Ranges of the primary key.
    Range,
    /// A secondary index of one or two columns.
    Secondary,
    /// A unique secondary index, and duplicates.
    Unique,
    /// All of it.
    Mixed,
}

impl Profile {
    /// All.
    pub const ALL: [Profile; 5] = [Profile::Point, Profile::Range, Profile::Secondary, Profile::Unique, Profile::Mixed];

    /// The secondary index's definition.
    fn index(self, rng: &mut Rng) -> Option<&'static str> {
        match self {
            Profile::Point | Profile::Range => None,
            Profile::Secondary => Some(rng.pick(&["key k (a)", "key k (a, b)"])),
            Profile::Unique => Some(rng.pick(&["unique key k (a)", "unique key k (a)", "unique key k (a, b)"])),
            Profile::Mixed => Profile::ALL[rng.below(4) as usize].index(rng),
        }
    }
}

/// `cases` cases of a scenario file.
pub fn sessions(seed: u64, profile: Profile, cases: u64) -> String {
    let mut out = String::new();
    for n in 1..=cases {
        let mut rng = Rng::of(&[seed, n, profile as u64]);
        let index = profile.index(&mut rng);
        let hot = 10 * (1 + rng.below(4));
        let _ = writeln!(out, "-- case: {profile:?} seed {seed} case {n}");
        Case { rng: &mut rng, profile, index, hot, taken: vec![] }.write(&mut out);
        out.push('\n');
    }
    out
}

/// The script with a question after each step: what does each transaction weigh, when it comes to choosing a victim?
pub fn weighed(script: &str) -> String {
    const ASKS: &str = "select trx_mysql_thread_id, trx_lock_structs, trx_rows_modified from information_schema.innodb_trx \
                        where trx_lock_structs > 0 order by 1; -- T9\n";
    let question = |line: &str| if line.contains("; -- T") { ASKS } else { "" };
    script.split_inclusive('\n').map(|line| format!("{line}{}", question(line))).collect()
}

struct Case<'r> {
    rng: &'r mut Rng,
    profile: Profile,
    index: Option<&'static str>,
    /// Where sessions meet: keys around this one are asked for most.
    hot: u64,
    /// Values of `a` that the set-up has given.
    taken: Vec<u64>,
}

impl Case<'_> {
    fn write(mut self, out: &mut String) {
        self.set_up(out);
        let count = 2 + self.rng.below(5) / 3;
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
            let i = self.rng.below(count) as usize;
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

    /// A primary key: of a row near the hot one, or of a gap beside it.
    fn id(&mut self) -> u64 {
        let near = self.hot + 10 * (self.rng.below(5) / 2);
        if self.rng.chance(40) { near + self.rng.below(9) + 1 } else { near }
    }

    /// A value of `a`.
    fn a(&mut self) -> u64 {
        let taken = self.taken[self.rng.below(self.taken.len() as u64) as usize];
        if self.rng.chance(30) { taken + 1 + self.rng.below(8) } else { taken }
    }

    fn new_row(&mut self) -> String {
        let null = self.index.is_some() && self.rng.chance(6);
        let a = if null { "null".to_owned() } else { self.a().to_string() };
        format!("({}, {a}, {})", self.id(), self.rng.below(3))
    }

    /// A hint and a condition (R1, R2).
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
        // A range that changes the column that it is over would meet its own rows again.
        let change = match condition.starts_with("id = ") && self.rng.chance(50) {
            true => format!("a = {}", self.a()),
            false => "b = b + 1".to_owned(),
        };
        format!("update t{hint} set {change} where {condition}")
    }
}
