//! Writes a log without any engine, prints it, and prints the changes that would undo it.
//!
//! `cargo run -p innolab-binlog --example write_and_print`; with a directory as argument the files stay there for other
//! tools: `mariadb-binlog -v --base64-output=decode-rows --verify-binlog-checksum DIR/binlog.000001`.

#![allow(unreachable_pub)]

use innolab_base::{Events, Xid};
use innolab_binlog::{Change, Column, ColumnType, Coordinator, Options, Reader, RowChange, TableMap, Value, flashback};
use innolab_disk::{Disk, OsDisk, SimDisk};
use std::error::Error;
use std::fmt::Write;
use std::sync::Arc;

/// Writes a log of three transactions on `disk` and prints it.
pub fn story(disk: Arc<dyn Disk>) -> Result<String, Box<dyn Error>> {
    let mut out = String::new();
    let now_us = 1_700_000_000_000_000;
    let (log, _) =
        Coordinator::open(disk.clone(), Options::default(), Vec::new(), (now_us / 1_000_000) as u32, Events::none())?;

    let accounts = Arc::new(TableMap {
        id: 7,
        db: "bank".into(),
        table: "accounts".into(),
        columns: vec![
            Column::new("id", ColumnType::INT),
            Column::new("owner", ColumnType::Varchar { max_bytes: 80 }),
            Column::new("balance", ColumnType::BIGINT).null(),
        ],
        primary_key: vec![0],
        has_signs: true,
    });
    let row = |id, owner: &str, balance| vec![Value::Int(id), Value::Bytes(owner.into()), Value::Int(balance)];
    let change = |change| RowChange { table: accounts.clone(), change };

    let mut ddl = log.transaction(1, Xid(1), now_us);
    ddl.ddl("bank", "create table accounts (id int primary key, owner varchar(20), balance bigint)");
    log.commit(ddl)?;
    let first = log.position().offset;

    let mut open = log.transaction(1, Xid(2), now_us);
    open.rows_query("insert into accounts values (1, 'Ann', 100), (2, 'Bob', 50)");
    open.rows(&[change(Change::Insert(row(1, "Ann", 100))), change(Change::Insert(row(2, "Bob", 50)))]);
    log.commit(open)?;

    let mut pay = log.transaction(2, Xid(3), now_us);
    pay.rows(&[change(Change::Update { before: row(1, "Ann", 100), after: row(1, "Ann", 70) })]);
    pay.rows(&[change(Change::Update { before: row(2, "Bob", 50), after: row(2, "Bob", 80) })]);
    let savepoint = pay.mark();
    pay.rows(&[change(Change::Delete(row(2, "Bob", 80)))]);
    pay.cut_back(savepoint);
    log.commit(pay)?;
    let files = log.files();
    log.close()?;

    writeln!(out, "the log, file by file\n")?;
    let mut entries = Vec::new();
    for name in &files {
        writeln!(out, "{name}")?;
        for entry in Reader::open(&*disk, name)? {
            let entry = entry?;
            writeln!(out, "{}", entry.to_string().trim_end())?;
            entries.push(entry);
        }
    }
    writeln!(out, "\nwhat undoes the rows, newest transaction first\n")?;
    for undo in flashback::reverse(&files[0], entries.iter().filter(|e| e.offset >= first), &flashback::Scope::ALL)? {
        writeln!(out, "{:>8}", undo.offset)?;
        for RowChange { table, change } in &undo.changes {
            let show = |row: Option<&Vec<Value>>| {
                row.map_or("nothing".into(), |row| row.iter().map(Value::to_string).collect::<Vec<_>>().join(", "))
            };
            writeln!(
                out,
                "          {}.{}: {} becomes {}",
                table.db,
                table.table,
                show(change.before()),
                show(change.after())
            )?;
        }
    }
    Ok(out)
}

fn main() -> Result<(), Box<dyn Error>> {
    let disk: Arc<dyn Disk> = match std::env::args().nth(1) {
        Some(dir) => Arc::new(OsDisk::create(dir)?),
        None => Arc::new(SimDisk::new(1)),
    };
    print!("{}", story(disk)?);
    Ok(())
}
