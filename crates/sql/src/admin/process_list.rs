//! SHOW PROCESSLIST.
//!
//! InnoDB's counterpart: `mysqld_list_processes`.

use crate::answer::Outcome;
use crate::catalog::{HOST, Names, USER, cut, processes};

/// Characters of a statement without FULL.
const INFO_CHARS: usize = 100;

/// SHOW [FULL] PROCESSLIST: the open sessions, by number.
pub(crate) fn process_list(names: &Names, full: bool) -> Outcome {
    let titles = ["Id", "User", "Host", "db", "Command", "Time", "State", "Info", "Progress"];
    let rows = processes(&names.engine).into_iter().map(|process| {
        let info = process.activity.running().map(|sql| if full { sql } else { cut(sql, INFO_CHARS) });
        [
            process.id.to_string(),
            USER.to_owned(),
            HOST.to_owned(),
            names.database.clone(),
            process.command.to_owned(),
            (process.age_us / 1_000_000).to_string(),
            process.state.to_owned(),
        ]
        .map(Some)
        .into_iter()
        .chain([info.map(str::to_owned), Some("0.000".to_owned())])
        .collect::<Vec<_>>()
    });
    let rows = rows.map(|row| row.into_iter().map(|v| v.map(String::into_bytes)).collect()).collect();
    Outcome::Rows { columns: titles.map(str::to_owned).to_vec(), rows }
}
