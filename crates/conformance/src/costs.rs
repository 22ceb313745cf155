//! Counted costs of an organ, in a table beside those of others. Time is never measured: a count is the same everywhere.

/// The counts of one organ on a fixed workload, each with what it counts.
pub type Costs = Vec<(String, u64)>;

/// Returns a table with a column for each organ. REQUIRES: all counted the same.
pub fn beside(organs: &[(&str, Costs)]) -> String {
    let names = || organs.iter().flat_map(|(_, costs)| costs.iter().map(|(what, _)| what.as_str()));
    let first = names().map(|what| what.chars().count()).max().unwrap_or(0);
    let width = |organ: &str| organ.chars().count().max(9) + 2;
    let mut out = " ".repeat(first);
    organs.iter().for_each(|(organ, _)| out += &format!("{organ:>0$}", width(organ)));
    for (at, (what, _)) in organs.first().into_iter().flat_map(|(_, costs)| costs.iter().enumerate()) {
        out += &format!("\n{what:first$}");
        for (organ, costs) in organs {
            assert_eq!(costs[at].0, *what, "{organ} counted something else");
            out += &format!("{:>1$}", costs[at].1, width(organ));
        }
    }
    out + "\n"
}
