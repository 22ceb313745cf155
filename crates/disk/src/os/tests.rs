//! The real directory against the simulated disk, and what only a real one can do.

use super::{LOCK_FILE, OsDisk, ReadOnlyDir};
use crate::sim::tests::{Op, apply, op};
use crate::{Disk, Error, SimDisk};
use innolab_testing::{Script, size};
use proptest::prelude::*;
use std::os::unix::fs::MetadataExt;

fn temp() -> (tempfile::TempDir, OsDisk) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let disk = OsDisk::open(dir.path()).expect("it can be locked");
    (dir, disk)
}

#[test]
fn files_are_their_owners_r6() {
    use std::os::unix::fs::PermissionsExt;
    let (dir, disk) = temp();
    disk.create("f").expect("it is new");
    for name in ["f", LOCK_FILE] {
        let mode = dir.path().join(name).metadata().expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

/// An operation on the directory or on one of its files.
#[derive(Debug, Clone)]
enum Step {
    Create(u8),
    Remove(u8),
    Rename(u8, u8),
    SyncDir,
    File(u8, Op),
    Read(u8, u64, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let name = 0..3u8;
    prop_oneof![
        2 => name.clone().prop_map(Step::Create),
        1 => name.clone().prop_map(Step::Remove),
        1 => (name.clone(), name.clone()).prop_map(|(from, to)| Step::Rename(from, to)),
        1 => Just(Step::SyncDir),
        6 => (name.clone(), op()).prop_map(|(name, op)| Step::File(name, op)),
        4 => (name, 0..16000u64, 0..2000usize).prop_map(|(name, at, len)| Step::Read(name, at, len)),
    ]
}

fn run(disk: &dyn Disk, step: &Step) -> crate::Result<Vec<u8>> {
    let name = |n: &u8| format!("file{n}");
    match step {
        Step::Create(n) => disk.create(&name(n)).map(|_| Vec::new()),
        Step::Remove(n) => disk.remove(&name(n)).map(|_| Vec::new()),
        Step::Rename(from, to) => disk.rename(&name(from), &name(to)).map(|_| Vec::new()),
        Step::SyncDir => disk.sync_dir().map(|_| disk.list().expect("it is there").join(" ").into_bytes()),
        Step::File(n, op) => {
            let file = disk.open(&name(n))?;
            apply(op, &*file)?;
            Ok(file.len()?.to_be_bytes().to_vec())
        }
        Step::Read(n, at, len) => {
            let mut bytes = vec![0; *len];
            disk.open(&name(n))?.read_at(*at, &mut bytes)?;
            Ok(bytes)
        }
    }
}

/// The pieces of a large write are contiguous, wherever it begins (R4), and `begin_sync` changes no byte.
#[test]
fn a_large_write_is_written_whole_r4() {
    let (_dir, disk) = temp();
    let file = disk.create("large").expect("room");
    let bytes: Vec<u8> = (0..300_000u32).flat_map(u32::to_be_bytes).collect();
    file.write_at(1000, &bytes).expect("room");
    file.begin_sync(1000, bytes.len() as u64);
    let mut read = vec![0; bytes.len()];
    file.read_at(1000, &mut read).expect("is there");
    assert!(read == bytes);
    assert_eq!(file.len().expect("is there"), 1000 + bytes.len() as u64);
    file.sync().expect("a sound disk");
    file.read_at(1000, &mut read).expect("is there");
    assert!(read == bytes);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: size(20, 40), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_disks_return_the_same(steps in prop::collection::vec(step(), 1..40)) {
        let (_dir, os) = temp();
        let sim = SimDisk::new(1);
        let mut script = Script::new();
        for step in &steps {
            script.step(format_args!("{step:?}"));
            script.same("SimDisk does what OsDisk does", &run(&os, step), &run(&sim, step));
        }
    }
}

#[test]
fn a_second_process_is_refused_with_the_pid_and_the_lock_ends_with_its_owner_r1() {
    let (dir, disk) = temp();
    let name = dir.path().display().to_string();
    let expected = Error::InUse { name: name.clone(), pid: Some(std::process::id()) };
    let second = OsDisk::open(dir.path()).expect_err("it is locked");
    assert_eq!(second, expected);
    assert_eq!(
        second.to_string(),
        format!("{name}: the directory is in use by another process (pid {})", std::process::id())
    );
    assert_eq!(disk.list(), Ok(vec![]), "{LOCK_FILE} is left out");
    drop(disk);
    assert!(OsDisk::open(dir.path()).is_ok());
}

#[test]
fn the_lock_ends_with_its_owner_while_a_forked_process_shares_the_descriptor_r5() {
    let (dir, disk) = temp();
    let shared = disk.lock.try_clone().expect("a second descriptor of the same open file");
    assert!(OsDisk::open(dir.path()).is_err(), "it is locked");
    drop(disk);
    assert!(OsDisk::open(dir.path()).is_ok(), "R5: the lock outlived its owner");
    drop(shared);
}

#[test]
fn a_missing_directory_and_a_file_in_its_place() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let below = dir.path().join("a/b");
    assert_eq!(OsDisk::open(&below).err(), Some(Error::NotFound { name: below.display().to_string() }));
    assert_eq!(OsDisk::create(&below).expect("it is created").dir(), below);
    let file = dir.path().join("file");
    std::fs::write(&file, "").expect("it can be written");
    let shown = OsDisk::open(&file).expect_err("not a directory").to_string();
    assert!(shown.ends_with("file: cannot open: it is not a directory"), "{shown}");
}

#[test]
fn a_read_only_directory_is_a_clear_error() {
    // This directory is read-only for every user, root included.
    let error = OsDisk::open("/proc/self/net").expect_err("no file can be created there").to_string();
    assert!(error.starts_with("/proc/self/net/innolab.lock: "), "{error}");
}

#[test]
fn a_full_disk_is_an_error_of_its_own() {
    let (dir, disk) = temp();
    std::os::unix::fs::symlink("/dev/full", dir.path().join("full")).expect("a link");
    let full = disk.open("full").expect("it opens");
    assert_eq!(full.write_at(0, b"x"), Err(Error::Full { op: "write", name: "full".to_owned() }));
}

#[test]
fn an_extension_reserves_its_space_r2() {
    let (dir, disk) = temp();
    let file = disk.create("f").expect("it can be made");
    file.set_len(1 << 20).expect("there is space");
    let meta = std::fs::metadata(dir.path().join("f")).expect("it is there");
    assert_eq!(meta.len(), 1 << 20);
    assert!(meta.blocks() * 512 >= 1 << 20, "{} blocks", meta.blocks());
}

/// R1 of `read_only`: it reads what another process has locked and writes, and changes nothing.
#[test]
fn a_read_only_directory_neither_hinders_nor_is_hindered() {
    let (dir, disk) = temp();
    disk.create("a").expect("healthy").write_at(0, b"one").expect("healthy");
    let view = ReadOnlyDir::open(dir.path()).expect("healthy");
    let file = view.open("a").expect("healthy");
    let mut seen = [0; 3];
    for bytes in [b"one", b"two"] {
        disk.open("a").expect("healthy").write_at(0, bytes).expect("healthy");
        file.read_at(0, &mut seen).expect("healthy");
        assert_eq!(&seen, bytes);
    }
    assert_eq!(view.list().expect("healthy"), ["a"]);
    assert!(file.write_at(0, b"x").is_err() && file.set_len(0).is_err());
    assert!(view.create("b").is_err() && view.remove("a").is_err() && view.rename("a", "b").is_err());
    file.read_at(0, &mut seen).expect("healthy");
    assert_eq!((&seen, view.list().expect("healthy")), (b"two", vec!["a".to_string()]));
    assert!(ReadOnlyDir::open(dir.path().join("none")).is_err());
}
