//! The entry: a scenario file of a profile.

use super::{Profile, composite, ddl, sessions, types};
use innolab_base::rng::Rng;
use std::fmt::Write;

/// Returns a scenario file with `cases` cases of this profile. A case depends on profile, seed and its number only.
pub fn scenario(profile: Profile, seed: u64, cases: u64) -> String {
    let mut out = String::new();
    for n in 1..=cases {
        let mut rng = Rng::of(&[seed, n, profile as u64]);
        let body = match profile {
            Profile::Types => types::case(&mut rng),
            Profile::Ddl => ddl::case(&mut rng),
            Profile::Composite => composite::case(&mut rng),
            _ => sessions::case(&mut rng, profile),
        };
        let _ = writeln!(out, "-- case: {profile:?} seed {seed} case {n}\n{body}");
    }
    out
}

/// Returns the scenario with a query after each step for what each transaction weighs in the choice of a deadlock
/// victim: its lock structures and changed rows. The tests' driver of the server answers it from InnoDB's status.
pub fn with_weights(scenario: &str) -> String {
    const QUERY: &str = "select trx_mysql_thread_id, trx_lock_structs, trx_rows_modified from information_schema.innodb_trx \
                         where trx_lock_structs > 0 order by 1; -- T9\n";
    let query = |line: &str| if line.contains("; -- T") { QUERY } else { "" };
    scenario.split_inclusive('\n').map(|line| format!("{line}{}", query(line))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_is_the_same_scenario_and_another_seed_another() {
        for profile in Profile::SESSIONS.into_iter().chain([Profile::Types, Profile::Ddl, Profile::Composite]) {
            let text = scenario(profile, 7, 2);
            assert_eq!(text, scenario(profile, 7, 2), "{profile:?}");
            assert_ne!(text, scenario(profile, 8, 2), "{profile:?}");
            assert!(
                scenario(profile, 7, 3).starts_with(&text),
                "{profile:?}: more cases leave the first ones as they are"
            );
            assert_eq!(text.matches("-- case: ").count(), 2, "{profile:?}");
        }
    }

    #[test]
    fn each_step_is_followed_by_a_query_for_weights() {
        let text = with_weights("create table t (a int);\nbegin; -- T1\n");
        assert_eq!(text.lines().count(), 3);
        assert!(text.ends_with("order by 1; -- T9\n"), "{text}");
    }
}
