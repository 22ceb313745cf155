//! Renaming files: a crash at any call of a swap leaves one of its states, and each file keeps its own pages.

use crate::common::{open, sim, small};
use innolab_base::{PageNo, SpaceId};
use innolab_disk::{Call, Disk, Fault, FaultKind, SimDisk};
use innolab_store::Store;
use innolab_store::replacer::Policy;
use std::sync::{Arc, Mutex};

const A: SpaceId = SpaceId(7);
const B: SpaceId = SpaceId(8);

/// The renames by which `a.ibd` and `b.ibd` change places.
const SWAP: [(SpaceId, &str); 3] = [(A, "c.ibd"), (B, "a.ibd"), (A, "b.ibd")];

/// The names of both files, by number.
fn names(store: &Store) -> [String; 2] {
    [A, B].map(|id| store.space(id).expect("it is there").name().to_string())
}

/// All states that a crash in the swap may leave. `written`: the pages were written to the files before; otherwise only
/// the log has their numbers.
fn crashes(written: bool) -> Vec<(String, SimDisk)> {
    let (sim, disk) = sim(3);
    let (store, _) = open(&disk, small(Policy::Midpoint)).expect("an empty directory");
    for (id, name) in [(A, "a.ibd"), (B, "b.ibd")] {
        store.create_space(id, name).expect("room");
    }
    match written {
        true => store.flush_all().expect("a sound disk"),
        false => store.flush_log(store.appended_lsn()).expect("a sound disk"),
    }
    let crashes = Arc::new(Mutex::new(vec![]));
    sim.on_call({
        let (sim, crashes) = (sim.clone(), crashes.clone());
        move |call| {
            let mut crashes = crashes.lock().expect("no panic");
            let at = format!("written: {written}, before {call:?} {}", crashes.len());
            crashes.push((format!("killed, {at}"), sim.killed()));
            crashes.extend((0..6).map(|seed| (format!("power loss {seed}, {at}"), sim.power_loss(seed))));
        }
    });
    for (id, name) in SWAP {
        store.rename_space(id, name).expect("a sound disk");
    }
    assert_eq!(names(&store), ["b.ibd", "a.ibd"]);
    sim.clear_hook();
    drop(store);
    std::mem::take(&mut *crashes.lock().expect("no panic"))
}

#[test]
fn a_file_has_one_name_and_its_own_pages() {
    let states = [["a.ibd", "b.ibd"], ["c.ibd", "b.ibd"], ["c.ibd", "a.ibd"], ["b.ibd", "a.ibd"]];
    for (at, sim) in [true, false].into_iter().flat_map(crashes) {
        let disk: Arc<dyn Disk> = Arc::new(sim.clone());
        let (store, recovery) = open(&disk, small(Policy::Midpoint)).unwrap_or_else(|e| panic!("{at}: {e}"));
        let found = names(&store);
        assert!(states.contains(&found.each_ref().map(String::as_str)), "{at}: {found:?}");
        assert!(recovery.empty_files.is_empty(), "{at}: {recovery:?}");
        for id in [A, B] {
            let space = store.space(id).expect("it is there");
            let page = store.read(&space, PageNo(0)).expect("a whole page");
            assert_eq!(innolab_page::fil::space_id(page.bytes()), id, "{at}");
        }
        let files = disk.list().expect("a sound disk");
        assert_eq!(files.iter().filter(|f| f.ends_with(".ibd")).count(), 2, "{at}: {files:?}");
    }
}

#[test]
fn a_rename_that_fails_poisons_the_store() {
    let (sim, disk) = sim(3);
    let (store, _) = open(&disk, small(Policy::Midpoint)).expect("an empty directory");
    store.create_space(A, "a.ibd").expect("room");
    sim.inject(Fault { call: Some(Call::Rename), nth: 1, kind: FaultKind::Io, lasting: false });
    assert!(store.rename_space(A, "b.ibd").is_err());
    assert!(store.flush_all().is_err(), "it was not poisoned");
    drop(store);
    let (store, _) = open(&disk, small(Policy::Midpoint)).expect("the log has the rename");
    assert_eq!(&*store.space(A).expect("it is there").name(), "b.ibd");
}
