//! A picture, opened again after the crash: who has the transaction?

use super::model::{Crash, Fate};
use super::picture::{Knobs, Picture};
use crate::failure::Failure;
use innolab_base::Events;
use innolab_binlog::{Action, Event, Position, Reader, files};
use innolab_disk::Disk;
use innolab_sql::{Outcome, Session};

/// Crashes, recovers and looks. `told`: whether the client was told before the crash.
pub(super) fn look(picture: &Picture, crash: Crash, knobs: Knobs, told: bool) -> Result<Fate, Failure> {
    let replica = in_log(&picture.disk, Some(&picture.readable))?;
    let disk = match crash {
        Crash::Kill => picture.disk.killed(),
        Crash::PowerLoss => picture.disk.power_loss(0),
    };
    let engine = knobs.open(&disk, Events::none())?;
    let mut session = Session::new(engine.clone(), "lab");
    let balances = balances(&mut session)?;
    drop(session);
    let engine = match balances.as_str() {
        "90 10" => true,
        "100 0" => false,
        half => return Err(format!("I4: the accounts have {half}").into()),
    };
    Ok(Fate { engine, binlog: in_log(&disk, None)?, replica, acknowledged: told })
}

fn balances(session: &mut Session) -> Result<String, Failure> {
    match session.execute("select balance from account order by id")? {
        Outcome::Rows { rows, .. } => {
            let text = |value: Option<Vec<u8>>| String::from_utf8_lossy(&value.unwrap_or_default()).into_owned();
            Ok(rows.into_iter().flatten().map(text).collect::<Vec<_>>().join(" "))
        }
        Outcome::Ok { .. } => Err("a SELECT gives rows".into()),
    }
}

/// Whether the log has the whole transaction, up to `end` if there is one.
fn in_log(disk: &dyn Disk, end: Option<&Position>) -> Result<bool, Failure> {
    for name in files(disk, "binlog")? {
        let end = end.filter(|end| *end.file == *name).map_or(u64::MAX, |end| end.offset);
        let mut updates = 0;
        for entry in Reader::open(disk, &name)? {
            let entry = entry?;
            match &entry.event {
                _ if entry.end() > end => break,
                Event::Rows(rows) if rows.action == Action::Update => updates += rows.changes().count(),
                Event::Xid(_) if updates == 2 => return Ok(true),
                _ => {}
            }
        }
    }
    Ok(false)
}
