//! The gap deadlock: two sessions look for the same missing row with FOR UPDATE, both get the gap, and both insert.
//!
//! `cargo run -p innolab-lock --example deadlock`

#[allow(dead_code)]
#[path = "../tests/lab/mod.rs"]
mod lab;

use innolab_base::Events;
use innolab_base::event::Lines;
use innolab_lock::RecordMode;
use lab::Lab;
use std::sync::Arc;

fn main() {
    print!("{}", transcript());
}

/// The whole output, which a test keeps.
pub(crate) fn transcript() -> String {
    let told = Arc::new(Lines::default());
    let mut lab = Lab::new(2, Events::to(told.clone()));
    let rows = [10, 20, 30];
    let tell = |lab: &mut Lab, text: &str| lab.out += &format!("\n── {text}\n");
    lab.out += "An index on age, with rows 10, 20 and 30.\n";

    tell(&mut lab, "T1: select * from user where age = 15 for update;  -- no such row: X on the gap before 20");
    lab.ask(1, RecordMode::XGap, 20);
    tell(&mut lab, "T2: select * from user where age = 16 for update;  -- gap locks do not exclude each other");
    lab.ask(2, RecordMode::XGap, 20);
    lab.draw(&rows);

    tell(&mut lab, "T1: insert into user values (…, 15);  -- waits for T2's gap");
    lab.insert(1, 15, 20);
    lab.draw(&rows);

    tell(&mut lab, "T2: insert into user values (…, 16);  -- waits for T1's gap: a cycle");
    lab.insert(2, 16, 20);

    tell(&mut lab, "T2 has got error 1213 and rolls back; T1 goes on");
    lab.end(2);
    lab.insert(1, 15, 20);
    lab.draw(&rows);
    lab.locks();
    tell(&mut lab, "T1 commits");
    lab.end(1);
    lab.out += &format!("\nThe organ's own events:\n  {}\n", told.take().join("\n  ").replace("\n  T", "\n    T"));
    lab.out
}
