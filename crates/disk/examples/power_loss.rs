//! Three ways to replace a file, and the states in which a power loss leaves it.
//!
//! `cargo run -p innolab-disk --example power_loss`

use innolab_disk::{Disk, Result, SimDisk};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Overwrites the file in place and syncs it.
fn overwrite(disk: &dyn Disk, bytes: &[u8]) -> Result<()> {
    let file = disk.open("config")?;
    file.write_at(0, bytes)?;
    file.sync()
}

/// Writes another file, renames it and syncs the directory, but not the file.
fn rename_only(disk: &dyn Disk, bytes: &[u8]) -> Result<()> {
    disk.create("config.new")?.write_at(0, bytes)?;
    disk.rename("config.new", "config")?;
    disk.sync_dir()
}

/// Writes another file, syncs it, renames it and syncs the directory.
fn careful(disk: &dyn Disk, bytes: &[u8]) -> Result<()> {
    let file = disk.create("config.new")?;
    file.write_at(0, bytes)?;
    file.sync()?;
    disk.rename("config.new", "config")?;
    disk.sync_dir()
}

type Way = fn(&dyn Disk, &[u8]) -> Result<()>;
type Seen = BTreeMap<&'static str, u32>;

/// Reads the file and classifies it.
fn state(disk: &SimDisk) -> Result<&'static str> {
    let file = disk.open("config")?;
    let mut bytes = vec![0; file.len()? as usize];
    file.read_at(0, &mut bytes)?;
    Ok(match (bytes.len(), bytes.iter().all(|b| *b == b'o'), bytes.iter().all(|b| *b == b'n')) {
        (1024, true, _) => "old",
        (1024, _, true) => "new",
        _ => "BROKEN",
    })
}

/// Runs `way`; before each of its calls, loses power with 20 seeds and counts the resulting states.
fn try_everywhere(way: Way) -> Result<Seen> {
    let disk = SimDisk::new(1);
    let old = disk.create("config")?;
    old.write_at(0, &[b'o'; 1024])?;
    old.sync()?;
    disk.sync_dir()?;
    let seen = Arc::new(Mutex::new(Seen::new()));
    let (on, count) = (disk.clone(), seen.clone());
    disk.on_call(move |_| {
        for seed in 0..20 {
            let state = state(&on.power_loss(seed)).unwrap_or("GONE");
            *count.lock().unwrap_or_else(|e| e.into_inner()).entry(state).or_default() += 1;
        }
    });
    way(&disk, &[b'n'; 1024])?;
    disk.clear_hook();
    let seen = seen.lock().unwrap_or_else(|e| e.into_inner()).clone();
    Ok(seen)
}

fn main() -> Result<()> {
    let ways: [(&str, Way); 3] = [("overwrite", overwrite), ("rename only", rename_only), ("careful", careful)];
    for (name, way) in ways {
        let seen = try_everywhere(way)?;
        println!("{name:<12} {seen:?}");
        assert_eq!(name == "careful", seen.keys().all(|state| ["old", "new"].contains(state)));
    }
    Ok(())
}
