//! Two engines, a log, and a crash at each step of one commit: which of the three has the transaction afterwards?
//!
//! The example tries the right order of the steps and two wrong ones. Each step is an event of the log: at each, the
//! disk loses power, both engines and the log are opened again, and their contents are compared. `cargo run -p
//! innolab-binlog --example two_phase`

#![allow(unreachable_pub)]

pub(crate) mod toy;

use innolab_base::sync::Mutex;
use innolab_base::{Event, Events, Sink, Xid};
use innolab_binlog::{Coordinator, Event as Logged, Options, Order, Participant, Reader, Recovery};
use innolab_disk::{Call, SimDisk};
use std::error::Error;
use std::fmt::Write;
use std::sync::Arc;
use toy::Toy;

const XID: Xid = Xid(7);

/// Keeps an image of the disk at every step.
struct Camera {
    disk: SimDisk,
    images: Mutex<Vec<(String, SimDisk)>>,
}

impl Camera {
    /// Keeps what a power loss would leave here: all synced bytes and no others.
    fn take(&self, step: &str) {
        self.images.lock().push((step.to_owned(), self.disk.power_loss(0)));
    }
}

impl Sink for Camera {
    fn event(&self, event: &dyn Event) {
        self.take(&format!("{event}"));
    }
}

fn open(
    disk: &SimDisk,
    order: Order,
    events: Events,
) -> innolab_binlog::Result<([Arc<Toy>; 2], Coordinator, Recovery)> {
    let toys = [Toy::open(disk, "red")?, Toy::open(disk, "blue")?];
    let participants = toys.iter().map(|toy| toy.clone() as Arc<dyn Participant>).collect();
    let options = Options { order, ..Options::default() };
    let (log, recovery) = Coordinator::open(Arc::new(disk.clone()), options, participants, 1_700_000_000, events)?;
    Ok((toys, log, recovery))
}

/// One commit; the disk images of a crash at each step.
fn commit_and_crash(order: Order) -> innolab_binlog::Result<Vec<(String, SimDisk)>> {
    let disk = SimDisk::new(1);
    let camera = Arc::new(Camera { disk: disk.clone(), images: Mutex::default() });
    let (toys, log, _) = open(&disk, order, Events::to(camera.clone()))?;
    toys.iter().for_each(|toy| toy.put(XID, b"key", 42));
    camera.take("before anything");
    let writes = Mutex::new(0);
    disk.on_call({
        let camera = camera.clone();
        move |call| {
            let nth = &mut *writes.lock();
            *nth += u32::from(call == Call::Write);
            // In the right order the third write is the log's. A power loss may keep only some of its sectors.
            if call == Call::Sync && *nth == 3 && order == Order::TwoPhase {
                let torn = |disk: &SimDisk| {
                    Reader::open(disk, "binlog.000001")
                        .is_ok_and(|mut log| log.by_ref().count() > 0 && log.torn().is_some())
                };
                let image = (2..100).map(|seed| camera.disk.power_loss(seed)).find(torn);
                camera.images.lock().extend(image.map(|disk| ("the log partly written".into(), disk)));
            }
        }
    });
    let mut transaction = log.transaction(1, XID, 1_700_000_000_000_000);
    transaction.rows_query(&"-- a transaction of several sectors, so that it can be torn\n".repeat(30));
    log.commit(transaction)?;
    disk.clear_hook();
    camera.take("acknowledged");
    Ok(std::mem::take(&mut *camera.images.lock()))
}

/// Prints a table for each of the three orders.
pub fn story() -> Result<String, Box<dyn Error>> {
    let mut out = String::new();
    for (order, title) in [
        (Order::TwoPhase, "prepare, log, commit"),
        (Order::EngineFirst, "WRONG: engines commit, then the log"),
        (Order::BinlogFirst, "WRONG: log, then engines commit, nothing prepared"),
    ] {
        writeln!(out, "{title}\n")?;
        writeln!(
            out,
            "  {:<30} {:<5} {:<5} {:<5} {:<14} recovery",
            "power lost after", "log", "red", "blue", "verdict"
        )?;
        for (step, disk) in commit_and_crash(order)? {
            let acknowledged = step == "acknowledged";
            let (toys, log, recovery) = open(&disk, order, Events::none())?;
            let mut in_log = false;
            for name in log.files() {
                for entry in Reader::open(&disk, &name)? {
                    in_log |= entry?.event == Logged::Xid(XID);
                }
            }
            let [red, blue] = toys.map(|toy| toy.committed().contains_key(&XID));
            let verdict = match (in_log == red && red == blue, acknowledged && !in_log) {
                (false, _) => "DIVERGED",
                (true, true) => "LOST",
                (true, false) if in_log => "kept by all",
                (true, false) => "gone from all",
            };
            let mark = |there| if there { "has" } else { "-" };
            writeln!(
                out,
                "  {step:<30} {:<5} {:<5} {:<5} {verdict:<14} {recovery}",
                mark(in_log),
                mark(red),
                mark(blue)
            )?;
        }
        writeln!(out)?;
    }
    Ok(out)
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", story()?);
    Ok(())
}
