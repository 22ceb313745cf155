//! Recovers a disk image after a crash, and looks for the transaction in the engine, the binlog and the replica.

use super::disk_image::{DiskImage, Knobs};
use super::model::{Crash, Fate};
use crate::failure::Failure;
use innolab_base::Events;
use innolab_binlog::{Action, Event, Position, Reader, files};
use innolab_disk::Disk;
use innolab_sql::{Outcome, Session};

/// Crashes the image, recovers it and returns the transaction's fate. `acknowledged`: true if the client had its answer
/// before the crash. ERRORS: recovery fails, or leaves half of the transaction (I4).
pub(super) fn recover(image: &DiskImage, crash: Crash, knobs: Knobs, acknowledged: bool) -> Result<Fate, Failure> {
    let replica = has_transaction(&image.disk, Some(&image.readable))?;
    let disk = match crash {
        Crash::Kill => image.disk.killed(),
        Crash::PowerLoss => image.disk.power_loss(0),
    };
    let engine = knobs.open(&disk, Events::none())?;
    let mut session = Session::new(engine.clone(), "lab");
    let balances = balances(&mut session)?;
    drop(session);
    let engine = match balances.as_str() {
        "90 10" => true,
        "100 0" => false,
        half => return Err(format!("I4: half of the transaction is recovered: the balances are {half}").into()),
    };
    Ok(Fate { engine, binlog: has_transaction(&disk, None)?, replica, acknowledged })
}

fn balances(session: &mut Session) -> Result<String, Failure> {
    match session.execute("select balance from account order by id")? {
        Outcome::Rows { rows, .. } => {
            let text = |value: Option<Vec<u8>>| String::from_utf8_lossy(&value.unwrap_or_default()).into_owned();
            Ok(rows.into_iter().flatten().map(text).collect::<Vec<_>>().join(" "))
        }
        Outcome::Ok { .. } => Err("a SELECT returned no rows".into()),
    }
}

/// True if the log on `disk` has the whole transaction before `end`; without `end`, anywhere.
fn has_transaction(disk: &dyn Disk, end: Option<&Position>) -> Result<bool, Failure> {
    for name in files(disk, "binlog")? {
        let end = end.filter(|end| *end.file == *name).map_or(u64::MAX, |end| end.offset);
        let mut updates = 0;
        for entry in Reader::open(disk, &name)? {
            let entry = entry?;
            match &entry.event {
                _ if entry.end > end => break,
                Event::Rows(rows) if rows.action == Action::Update => updates += rows.changes().count(),
                Event::Xid(_) if updates == 2 => return Ok(true),
                _ => {}
            }
        }
    }
    Ok(false)
}
