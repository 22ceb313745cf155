//! One row, two readers, four writers: what READ COMMITTED and REPEATABLE READ see after each step, and why; and what
//! the older view keeps from being purged.
//!
//! `cargo run -p innolab-mvcc --example versions`

use innolab_base::event::Lines;
use innolab_base::{Events, TrxId, TrxNo};
use innolab_mvcc::{ReadView, TrxSys, Version, side_by_side};
use std::sync::Arc;

#[allow(dead_code)] // a test includes this file as a module
fn main() {
    print!("{}", transcript());
}

/// The row's versions, newest first, and the ended transactions whose replaced versions wait for purge.
struct Row {
    chain: Vec<Version>,
    history: Vec<(TrxNo, TrxId)>,
}

impl Row {
    fn write(&mut self, trx_id: TrxId, text: &str) {
        self.chain.insert(0, Version::new(trx_id, text));
    }
}

/// Returns the whole output, which a test compares with a golden file.
pub(crate) fn transcript() -> String {
    let events = Arc::new(Lines::default());
    let sys = TrxSys::new(TrxId(4), Events::to(events.clone()));
    let mut row = Row { chain: vec![Version::new(TrxId(3), "k=a")], history: Vec::new() };
    let mut out = String::from(
        "A row k=a, written long ago by transaction 3. A reader at each isolation level makes its first read.\n\n",
    );
    let rr = sys.view(None);
    let step = |text: &str, row: &Row, out: &mut String| {
        let rc = sys.view(None);
        let purgeable = row.history.iter().filter(|(no, _)| *no < sys.horizon()).count();
        *out += &format!("── {text}\n");
        *out += &table(&row.chain, &rc, &rr);
        *out += &format!("{sys}; purge may take the undo of {purgeable} of {} ended\n\n", row.history.len());
    };
    step("nothing has happened yet", &row, &mut out);

    let first = sys.begin();
    row.write(first, "k=b");
    step("4 has written k=b and is active", &row, &mut out);

    row.history.push((sys.commit(first), first));
    let second = sys.begin();
    row.write(second, "k=c");
    step("4 has committed; 6 has written k=c and is active", &row, &mut out);

    let third = sys.begin();
    row.history.push((sys.commit(third), third));
    let no = sys.number(second);
    step("7 has begun and committed; 6 is committing: it has its number and is still active", &row, &mut out);

    sys.end(second);
    row.history.push((no, second));
    step("6 has ended", &row, &mut out);

    drop(rr);
    let free = row.history.iter().filter(|(no, _)| *no < sys.horizon()).count();
    out += &format!(
        "── the REPEATABLE READ reader commits and its view is closed\n{sys}; purge may take the undo of {free} of 3\n"
    );
    out += &format!("\nThe transaction system's events:\n  {}\n", events.take().join("\n  "));
    out
}

fn table(chain: &[Version], rc: &ReadView, rr: &ReadView) -> String {
    side_by_side(chain, &[("READ COMMITTED", rc), ("REPEATABLE READ", rr)])
}
