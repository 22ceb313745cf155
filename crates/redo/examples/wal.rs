//! The redo log alone: accounts whose transfers survive power losses.
//!
//! `cargo run -p innolab-redo --example wal`

use innolab_disk::{Disk, SimDisk};
use innolab_redo::{Options, Redo, Scan};
use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

const OPTIONS: Options = Options { capacity_bytes: 64 << 10, buffer_bytes: 16 << 10 };

type Accounts = BTreeMap<String, i64>;

/// Applies a group, which is a whole transfer: "from to amount". Both accounts change, or neither (I2).
fn apply(accounts: &mut Accounts, payload: &[u8]) -> Result<(), Box<dyn Error>> {
    let text = std::str::from_utf8(payload)?;
    let [from, to, amount] = text.split(' ').collect::<Vec<_>>()[..] else { return Err("not a transfer".into()) };
    let amount: i64 = amount.parse()?;
    *accounts.entry(from.to_owned()).or_default() -= amount;
    *accounts.entry(to.to_owned()).or_default() += amount;
    Ok(())
}

fn transfer(redo: &Redo, accounts: &mut Accounts, text: &str, durable: bool) -> Result<(), Box<dyn Error>> {
    let mut reservation = redo.reserve(text.len() as u64)?;
    let (start, end) = redo.append(&mut reservation, text.as_bytes(), |_, _| ());
    apply(accounts, text.as_bytes())?;
    if durable {
        redo.flush_to(end)?;
    }
    println!("  {start:>5}..{end:<5} {text:<16} {}", if durable { "flushed" } else { "only appended" });
    Ok(())
}

fn recover(scan: &Scan) -> Result<Accounts, Box<dyn Error>> {
    let mut accounts = Accounts::new();
    let mut groups = scan.groups();
    while let Some(group) = groups.next()? {
        apply(&mut accounts, group.payload)?;
    }
    Ok(accounts)
}

fn main() -> Result<(), Box<dyn Error>> {
    let disk = SimDisk::new(42);
    let handle = |disk: &SimDisk| -> Arc<dyn Disk> { Arc::new(disk.clone()) };
    println!("life 1: a new log of {} bytes", OPTIONS.capacity_bytes);
    let redo = Redo::create(&handle(&disk), &OPTIONS)?;
    let mut accounts = Accounts::new();
    transfer(&redo, &mut accounts, "bank alice 100", false)?;
    transfer(&redo, &mut accounts, "bank bob 50", true)?;
    transfer(&redo, &mut accounts, "alice bob 30", false)?;
    let stats = redo.stats();
    println!("  {} groups, {} bytes of log; in memory {accounts:?}", stats.groups, stats.bytes);

    println!("\n*** power loss ***\n");
    let disk = disk.power_loss(0);
    let (redo, scan) = Redo::open(&handle(&disk), &OPTIONS)?;
    let mut accounts = recover(&scan)?;
    println!("life 2: epoch {}, log {}..{}, recovered {accounts:?}", redo.epoch(), scan.checkpoint, scan.end);
    assert_eq!(accounts["alice"], 100, "the transfer that was only appended is lost as a whole");
    transfer(&redo, &mut accounts, "bob carol 20", true)?;

    println!("\nthe same log after 1000 power losses that each keep another part of what was not synced:");
    redo.append(&mut redo.reserve(12)?, b"bob carol 30", |_, _| ());
    redo.write_to(redo.current())?;
    let mut outcomes: BTreeMap<String, u32> = BTreeMap::new();
    for seed in 0..1000 {
        let (_, scan) = Redo::open(&handle(&disk.power_loss(seed)), &OPTIONS)?;
        *outcomes.entry(format!("{:?}", recover(&scan)?)).or_default() += 1;
    }
    for (accounts, times) in &outcomes {
        println!("  {times:>4} × {accounts}");
    }
    assert!(outcomes.len() <= 2, "bob's last transfer happened or not");
    Ok(())
}
