//! A version chain and a history list: one row in memory, its earlier versions in undo pages.
//!
//! `cargo run -p innolab-undo --example chain`

use innolab_base::{Events, PageNo, SpaceId, SystemClock, TrxId, TrxNo};
use innolab_disk::SimDisk;
use innolab_store::{Options, Store};
use innolab_undo::{Kind, Log, Result, RollPtr, Undo};
use std::fmt::Write;
use std::sync::Arc;

#[allow(dead_code)]
fn main() -> Result<()> {
    print!("{}", output()?);
    Ok(())
}

/// A clustered row: the transaction that wrote this version, and the address of the version before.
#[derive(Clone, Copy)]
struct Row {
    trx: u64,
    roll_ptr: RollPtr,
    price: u64,
}

impl Row {
    /// The row as an undo record.
    fn encode(self) -> Vec<u8> {
        [&self.trx.to_be_bytes()[..], &self.roll_ptr.encode(), &self.price.to_be_bytes()].concat()
    }

    fn decode(bytes: &[u8]) -> Row {
        let word = |at| innolab_base::codec::get_u64(bytes, at);
        Row { trx: word(0), roll_ptr: RollPtr::read(bytes, 8), price: word(15) }
    }
}

/// Writes the row's present version to the undo log, then changes the row.
fn update(log: &mut Log, row: &mut Row, price: u64) -> Result<()> {
    let roll_ptr = log.append(Kind::Modify, &row.encode())?;
    *row = Row { trx: log.trx().0, roll_ptr, price };
    Ok(())
}

/// Shows the row and its versions, newest first.
fn chain(undo: &Undo, mut row: Row) -> Result<String> {
    let (mut out, mut bytes) = (String::new(), vec![]);
    loop {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "    price {:>3}  DB_TRX_ID {:>2}  DB_ROLL_PTR {}", row.price, row.trx, row.roll_ptr);
        if row.roll_ptr.is_insert() {
            return Ok(out);
        }
        undo.read(row.roll_ptr, &mut bytes)?;
        row = Row::decode(&bytes);
    }
}

/// Returns the whole output, which a test compares.
pub(crate) fn output() -> Result<String> {
    let (options, clock) = (Options { background: false, ..Options::default() }, Arc::new(SystemClock::default()));
    let (store, _) = Store::open(Arc::new(SimDisk::new(1)), options, clock, Events::none())?;
    let space = store.create_space(SpaceId(1), "undo.ibd")?;
    let root: PageNo = Undo::create(&store, &space)?;
    let (undo, _) = Undo::open(&store, &space, root, Events::none())?;
    let mut out = String::new();
    let mut show = |title: &str, text: String| out += &format!("── {title}\n{text}\n");

    let mut log = undo.begin(TrxId(1))?;
    let mut row = Row { trx: 1, roll_ptr: log.append(Kind::Insert, b"apple")?, price: 100 };
    log.commit(&mut || TrxNo(2))?;
    show("trx 1 inserts the row and commits: there is no earlier version to keep, so its log is freed", undo.dump()?);

    for (trx, price) in [(3, 110), (5, 120)] {
        let mut log = undo.begin(TrxId(trx))?;
        update(&mut log, &mut row, price)?;
        log.commit(&mut || TrxNo(trx + 1))?;
    }
    let mut log = undo.begin(TrxId(7))?;
    update(&mut log, &mut row, 500)?;
    update(&mut log, &mut row, 999)?;
    show(
        "trx 3 and trx 5 update it and commit, trx 7 updates it twice: the chain that a reader walks",
        chain(&undo, row)?,
    );
    show("two logs are in the history, trx 7's is in progress", undo.dump()?);

    let mut bytes = vec![];
    while let Some(at) = log.top(&mut bytes)? {
        // A crash may have come between the undo record and the change of the row.
        if row.roll_ptr == at {
            row = Row::decode(&bytes);
        }
        log.truncate(log.len() - 1)?;
    }
    log.discard()?;
    show("trx 7 rolls back, newest record first", chain(&undo, row)?);

    let mut purged = String::new();
    while let Some(mut history) = undo.next_purgeable(TrxNo(6))? {
        let _ = writeln!(purged, "    trx {} no {}", history.trx, history.no);
        while let Some(at) = history.next(&mut bytes)? {
            let _ = writeln!(purged, "      {at} kept price {}", Row::decode(&bytes).price);
        }
        history.free()?;
    }
    show("every open view sees the transactions with numbers below 6: purge takes their logs, oldest first", purged);
    show(
        "trx 5's log still exists, so the version before it can be read; the address in that version leads to a purged log",
        undo.dump()?,
    );
    Ok(out)
}
