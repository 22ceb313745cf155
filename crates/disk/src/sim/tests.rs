//! Power losses against a model that keeps every version of a whole file, and a test for each fault.

use super::{Call, Counts, Fault, FaultKind, SimDisk};
use crate::{Disk, Error, File, SECTOR};
use innolab_testing::size;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

const KIB: u64 = 1024;

/// An operation on one file.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    Write(u64, usize, u8),
    SetLen(u64),
    Sync,
}

pub(crate) fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => (0..12 * KIB, 0..3000usize, 1..=255u8).prop_map(|(at, len, fill)| Op::Write(at, len, fill)),
        2 => (0..16 * KIB).prop_map(Op::SetLen),
        1 => Just(Op::Sync),
    ]
}

pub(crate) fn apply(op: &Op, file: &dyn File) -> crate::Result<()> {
    match op {
        Op::Write(at, len, fill) => file.write_at(*at, &vec![*fill; *len]),
        Op::SetLen(len) => file.set_len(*len),
        Op::Sync => file.sync(),
    }
}

fn contents(file: &dyn File) -> Vec<u8> {
    let mut bytes = vec![0; file.len().expect("memory") as usize];
    file.read_at(0, &mut bytes).expect("memory");
    bytes
}

fn new_file(disk: &SimDisk) -> Arc<dyn File> {
    let file = disk.create("f").expect("memory");
    disk.sync_dir().expect("memory");
    file
}

/// The bytes of file `f` after a power loss.
fn left(disk: &SimDisk, seed: u64) -> Vec<u8> {
    contents(&*disk.power_loss(seed).open("f").expect("its name was synced"))
}

/// Sector `n` of the first `len` bytes of a file; zeros past its end.
fn sector(bytes: &[u8], n: usize, len: usize) -> Vec<u8> {
    (n * SECTOR..((n + 1) * SECTOR).min(len)).map(|i| bytes.get(i).copied().unwrap_or(0)).collect()
}

/// Every version of the file since its last sync: sector by sector, only these may survive.
struct Versions(Vec<Vec<u8>>);

impl Versions {
    fn apply(&mut self, op: &Op) {
        let mut now = self.0.last().expect("never empty").clone();
        match op {
            Op::Write(at, len, fill) => {
                let end = *at as usize + len;
                if *len > 0 {
                    now.resize(now.len().max(end), 0);
                    now[*at as usize..end].fill(*fill);
                }
            }
            Op::SetLen(len) => now.resize(*len as usize, 0),
            Op::Sync => self.0.clear(),
        }
        self.0.push(now);
    }

    fn allow(&self, left: &[u8]) -> Result<(), String> {
        if !self.0.iter().any(|version| version.len() == left.len()) {
            return Err(format!("R2: the file never had {} bytes", left.len()));
        }
        for n in 0..left.len().div_ceil(SECTOR) {
            let here = sector(left, n, left.len());
            if !self.0.iter().any(|version| sector(version, n, left.len()) == here) {
                return Err(format!("R2: sector {n} never was {here:?}"));
            }
        }
        Ok(())
    }
}

/// Runs `ops`; after each of them, checks what power losses would leave.
fn check_losses(ops: &[Op], seed: u64, lie: bool) -> Result<(), String> {
    let disk = SimDisk::new(seed);
    let file = new_file(&disk);
    let mut versions = Versions(vec![Vec::new()]);
    if lie {
        disk.lie_about_syncs();
    }
    let mut script = String::from("the script so far:");
    for (n, op) in ops.iter().enumerate() {
        script += &format!("\n{:>5}  {op:?}", n + 1);
        check_step(&disk, &*file, op, &mut versions).map_err(|broken| format!("{broken}\n{script}"))?;
    }
    Ok(())
}

/// One step of [`check_losses`].
fn check_step(disk: &SimDisk, file: &dyn File, op: &Op, versions: &mut Versions) -> Result<(), String> {
    apply(op, file).map_err(|e| e.to_string())?;
    versions.apply(op);
    if contents(file) != versions.0[versions.0.len() - 1] {
        return Err("readers see other bytes than were written".to_owned());
    }
    for loss in 0..6 {
        versions.allow(&left(disk, loss)).map_err(|broken| format!("{broken} (loss of seed {loss})"))?;
    }
    if left(disk, 0) != versions.0[0] || left(disk, 1) != versions.0[versions.0.len() - 1] {
        return Err("F2: seed 0 keeps what was synced, seed 1 everything".to_owned());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: size(30, 60), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_power_loss_leaves_versions_of_sectors_and_all_synced_bytes_r2(
        ops in prop::collection::vec(op(), 1..25), seed: u64,
    ) {
        check_losses(&ops, seed, false).map_err(TestCaseError::fail)?;
    }
}

#[test]
fn the_property_fails_on_a_disk_with_lying_syncs_f6() {
    let ops = [Op::Write(0, 600, 1), Op::Sync, Op::Write(100, 10, 2)];
    assert!(check_losses(&ops, 1, false).is_ok());
    assert!(check_losses(&ops, 1, true).is_err());
}

/// The distinct results of power losses with many seeds, as `show` renders them.
fn outcomes(disk: &SimDisk, show: impl Fn(&SimDisk) -> String) -> BTreeSet<String> {
    (0..300).map(|seed| show(&disk.power_loss(seed))).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| name.to_string()).collect()
}

#[test]
fn every_version_of_every_sector_may_survive_f2() {
    let disk = SimDisk::new(1);
    let file = new_file(&disk);
    let both = |fill| file.write_at(0, &[fill; 2 * SECTOR]).expect("memory");
    both(b'a');
    file.sync().expect("memory");
    both(b'b');
    both(b'c');
    let firsts = outcomes(&disk, |left| {
        let bytes = contents(&*left.open("f").expect("synced"));
        format!("{}{}", bytes[0] as char, bytes[SECTOR] as char)
    });
    assert_eq!(firsts, set(&["aa", "ab", "ac", "ba", "bb", "bc", "ca", "cb", "cc"]));
}

#[test]
fn an_extension_survives_or_not_with_or_without_its_bytes_f2() {
    let disk = SimDisk::new(1);
    let file = new_file(&disk);
    file.write_at(0, b"1").expect("memory");
    file.sync().expect("memory");
    file.write_at(SECTOR as u64, b"2").expect("memory");
    let lens = outcomes(&disk, |left| {
        let bytes = contents(&*left.open("f").expect("synced"));
        format!("{} {:?}", bytes.len(), bytes.get(SECTOR))
    });
    assert_eq!(lens, set(&["1 None", "513 Some(0)", "513 Some(50)"]));
}

#[test]
fn sync_dir_makes_names_durable_and_others_may_survive_f2() {
    let disk = SimDisk::new(1);
    for name in ["old", "gone"] {
        disk.create(name).expect("memory");
    }
    disk.sync_dir().expect("memory");
    disk.rename("old", "new").expect("memory");
    disk.remove("gone").expect("memory");
    disk.create("made").expect("memory");
    let all = outcomes(&disk, |left| left.list().expect("memory").join(" "));
    let expected = ["gone made new", "gone made old", "gone new", "gone old", "made new", "made old", "new", "old"];
    assert_eq!(all, set(&expected), "a rename is atomic, each change survives or not");
    disk.sync_dir().expect("memory");
    assert_eq!(outcomes(&disk, |left| left.list().expect("memory").join(" ")), set(&["made new"]));
}

#[test]
fn a_name_and_its_bytes_are_synced_separately_r1() {
    let disk = SimDisk::new(1);
    let file = disk.create("f").expect("memory");
    file.write_at(0, b"x").expect("memory");
    file.sync().expect("memory");
    assert!(!disk.power_loss(0).exists("f").expect("memory"));
    let disk = SimDisk::new(1);
    new_file(&disk).write_at(0, b"x").expect("memory");
    assert_eq!(left(&disk, 0), b"");
}

#[test]
fn a_kill_keeps_everything_and_detaches_the_handles_f1() {
    let disk = SimDisk::new(1);
    let file = disk.create("f").expect("memory");
    file.write_at(0, b"written").expect("memory");
    let after = disk.killed();
    file.write_at(0, b"another").expect("memory");
    assert_eq!(contents(&*after.open("f").expect("it is there")), b"written");
    assert!(!after.power_loss(0).exists("f").expect("memory"), "it is still not synced");
    // A file with one name before the last sync of the directory and another after it stays one file.
    disk.sync_dir().expect("memory");
    disk.rename("f", "g").expect("memory");
    let after = disk.killed();
    let renamed = after.open("g").expect("it is there");
    renamed.write_at(0, b"renamed").expect("memory");
    renamed.sync().expect("memory");
    assert_eq!(contents(&*after.power_loss(0).open("f").expect("the rename is not synced")), b"renamed");
}

#[test]
fn the_same_seeds_give_the_same_power_loss() {
    let run = |seed: u64| {
        let disk = SimDisk::new(seed);
        let file = new_file(&disk);
        (0..50u8).for_each(|i| file.write_at(u64::from(i) * 300, &[i; 700]).expect("memory"));
        (2..20).map(|loss| left(&disk, loss)).collect::<Vec<_>>()
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn the_hook_runs_before_every_call_takes_effect() {
    let disk = SimDisk::new(1);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (on, list) = (disk.clone(), seen.clone());
    disk.on_call(move |call| {
        let len = on.power_loss(1).open("f").map(|file| file.len().expect("memory")).ok();
        list.lock().expect("no panic").push((call, len));
    });
    let file = new_file(&disk);
    file.write_at(0, b"abc").expect("memory");
    file.sync().expect("memory");
    disk.clear_hook();
    file.sync().expect("memory");
    let expected = [(Call::Create, None), (Call::SyncDir, Some(0)), (Call::Write, Some(0)), (Call::Sync, Some(3))];
    assert_eq!(*seen.lock().expect("no panic"), expected);
    assert_eq!(disk.changes(), 5);
}

#[test]
fn calls_and_bytes_are_counted() {
    let disk = SimDisk::new(1);
    let before = disk.counts();
    let file = new_file(&disk);
    file.write_at(5, b"abc").expect("memory");
    file.read_at(5, &mut [0; 2]).expect("memory");
    file.sync().expect("memory");
    file.set_len(100).expect("memory");
    let expected = Counts {
        reads: 1,
        read_bytes: 2,
        writes: 1,
        written_bytes: 3,
        syncs: 1,
        dir_syncs: 1,
        set_lens: 1,
        name_changes: 1,
    };
    assert_eq!(disk.counts() - before, expected);
}

#[test]
fn the_nth_call_fails_once_or_from_there_on_f4() {
    let disk = SimDisk::new(1);
    let file = new_file(&disk);
    let write = || file.write_at(0, &[1; 4096]);
    disk.inject(Fault { call: Some(Call::Write), nth: 2, kind: FaultKind::Full, lasting: false });
    write().expect("the first");
    file.sync().expect("not a write");
    assert_eq!(write(), Err(Error::Full { op: "write", name: "f".to_owned() }));
    write().expect("once");
    disk.inject(Fault { call: None, nth: 1, kind: FaultKind::Io, lasting: true });
    for _ in 0..3 {
        assert_eq!(write().expect_err("it lasts").to_string(), "f: cannot write: injected EIO");
        assert!(disk.sync_dir().is_err());
    }
    file.read_at(0, &mut [0; 10]).expect("reads do not count");
    disk.heal();
    write().expect("healed");
}

#[test]
fn every_call_of_a_dead_process_fails_f3() {
    let disk = SimDisk::new(1);
    let file = new_file(&disk);
    disk.die_after(1);
    file.write_at(0, b"1").expect("the last");
    assert!(file.sync().is_err() && file.read_at(0, &mut [0]).is_err());
    assert!(disk.open("f").is_err() && disk.list().is_err() && disk.create("g").is_err());
    assert_eq!(contents(&*disk.killed().open("f").expect("alive")), b"1");
    assert_eq!(left(&disk, 0), b"", "the failed sync did nothing");
}

#[test]
fn what_a_failed_sync_forgot_stays_volatile_f4() {
    let lost = (0..40).filter(|&seed| {
        let disk = SimDisk::new(seed);
        let file = new_file(&disk);
        file.write_at(0, &[7; 4 * SECTOR]).expect("memory");
        disk.inject(Fault { call: Some(Call::Sync), nth: 1, kind: FaultKind::Io, lasting: false });
        assert!(file.sync().is_err());
        file.sync().expect("the next sync succeeds");
        assert_eq!(contents(&*file), [7; 4 * SECTOR], "readers see it");
        left(&disk, 1) != [7; 4 * SECTOR]
    });
    assert!((5..40).contains(&lost.count()), "the seed decides whether they are lost");
}

#[test]
fn all_files_share_a_capacity_f5() {
    let disk = SimDisk::new(1);
    let file = new_file(&disk);
    disk.set_capacity(Some(1000));
    file.set_len(900).expect("it fits");
    let other = disk.create("g").expect("memory");
    assert_eq!(other.write_at(0, &[0; 101]), Err(Error::Full { op: "write", name: "g".to_owned() }));
    assert_eq!(file.set_len(1001), Err(Error::Full { op: "extend", name: "f".to_owned() }));
    file.write_at(0, &[1; 900]).expect("its space is reserved");
    file.set_len(800).expect("a truncation");
    other.write_at(0, &[0; 200]).expect("it fits now");
}
