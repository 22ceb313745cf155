//! The gap deadlock: two sessions look for the same missing row with FOR UPDATE, both get the gap, and both insert.
//!
//! `cargo run -p innolab-lock --example deadlock`

#[allow(dead_code)] // the tests use more of it
#[path = "../tests/it/lab.rs"]
pub(crate) mod lab;

use innolab_base::Events;
use innolab_base::event::Lines;
use innolab_lock::RecordMode;
use lab::Lab;
use std::sync::Arc;

#[allow(dead_code)] // a test includes this file as a module
fn main() {
    print!("{}", transcript());
}

/// Returns the whole output, which a test compares with a golden file.
pub(crate) fn transcript() -> String {
    let events = Arc::new(Lines::default());
    let mut lab = Lab::new(2, Events::to(events.clone()));
    let rows = [10, 20, 30];
    let statement = |lab: &mut Lab, text: &str| lab.out += &format!("\n── {text}\n");
    lab.out += "An index on age, with rows 10, 20 and 30.\n";

    statement(&mut lab, "T1: select * from user where age = 15 for update;  -- no such row: X on the gap before 20");
    lab.lock(1, RecordMode::XGap, 20);
    statement(&mut lab, "T2: select * from user where age = 16 for update;  -- gap locks do not exclude each other");
    lab.lock(2, RecordMode::XGap, 20);
    lab.draw(&rows);

    statement(&mut lab, "T1: insert into user values (…, 15);  -- waits for T2's gap lock");
    lab.insert(1, 15, 20);
    lab.draw(&rows);

    statement(&mut lab, "T2: insert into user values (…, 16);  -- waits for T1's gap lock: a cycle");
    lab.insert(2, 16, 20);

    statement(&mut lab, "T2 got error 1213 and rolls back; T1 goes on");
    lab.end(2);
    lab.insert(1, 15, 20);
    lab.draw(&rows);
    lab.show_locks();
    statement(&mut lab, "T1 commits");
    lab.end(1);
    let events = events.take().join("\n  ").replace("\n  T", "\n    T");
    lab.out += &format!("\nThe lock table's events:\n  {events}\n");
    lab.out
}
