//! Damaged pages with correct checksums (I11): every call returns a result or an error; nothing panics, hangs, or reads
//! out of bounds.

use crate::common::{ROOT, World, kind, options, payload};
use innolab_base::rng::Rng;
use innolab_base::{Events, PAGE_SIZE, SpaceId, SystemClock, TrxId, TrxNo, Xid};
use innolab_disk::{Disk, SimDisk};
use innolab_page::fil;
use innolab_page::undo::{self, UndoPage};
use innolab_store::{Doublewrite, Options, Store};
use innolab_testing::size;
use innolab_undo::{Error, Kind, Result, RollPtr, Undo};
use std::sync::Arc;

const FILE: &str = "undo.ibd";

/// A closed tablespace with logs in every state, short and long.
fn sound() -> SimDisk {
    let world = World::new(1);
    let mut no = 100;
    for n in [5, 60, 1, 2, 90] {
        let mut log = world.undo.begin(TrxId(no)).expect("begins");
        (0..n).for_each(|i| drop(log.append(kind(i + 1), &payload(i + 1))));
        no += 2;
        log.commit(&mut || TrxNo(no - 1)).expect("commits");
    }
    let mut open: Vec<_> = (0..3).map(|n| world.undo.begin(TrxId(no + n)).expect("begins")).collect();
    for log in &mut open {
        (0..30).for_each(|i| drop(log.append(kind(i), &payload(i))));
    }
    open[1].prepare(Xid(5)).expect("prepared");
    let survey = world.undo.validate().expect("sound");
    assert!(survey.pages.len() > 10 && survey.history.len() == 5 && survey.open.len() == 3, "{survey}");
    world.store.close().expect("closed");
    world.disk
}

/// Damages one page and corrects its checksum; returns which page and which bytes.
fn damage(disk: &SimDisk, rng: &mut Rng) -> String {
    let file = disk.open(FILE).expect("there");
    let pages = file.len().expect("known") / PAGE_SIZE as u64;
    loop {
        let no = u64::from(ROOT.0) + rng.below(pages - u64::from(ROOT.0));
        let mut page = vec![0; PAGE_SIZE];
        file.read_at(no * PAGE_SIZE as u64, &mut page).expect("read");
        if page.iter().all(|b| *b == 0) {
            continue;
        }
        let mut damage = format!("page {no}:");
        for _ in 0..1 + rng.below(3) {
            let at = match rng.below(4) {
                0 | 1 => 8 + rng.below(90),
                2 if fil::page_type(&page) == fil::PageType::UNDO_LOG => boundary(&page, rng),
                _ => 8 + rng.below(PAGE_SIZE as u64 - 16),
            } as usize;
            let new = match rng.below(3) {
                0 => page[at] ^ 1 << rng.below(8),
                1 => rng.below(256) as u8,
                _ => [0, 0xff, 0x80, 1, 2, 4][rng.below(6) as usize],
            };
            damage += &format!(" byte {at} {:#04x} → {new:#04x}", page[at]);
            page[at] = new;
        }
        let lsn = fil::get_lsn(&page);
        fil::seal(&mut page, lsn, fil::ChecksumAlgorithm::FullCrc32);
        file.write_at(no * PAGE_SIZE as u64, &page).expect("written");
        return damage;
    }
}

/// Returns a byte of a log header, or one where a record begins or ends.
fn boundary(page: &[u8], rng: &mut Rng) -> u64 {
    let undo = UndoPage::new(page);
    let mut places: Vec<u64> = undo.logs().map(|(at, _)| u64::from(at) + rng.below(undo::LOG_HEADER as u64)).collect();
    let log = undo.last_log().unwrap_or(undo::START as u16);
    if undo::check(page).is_ok() {
        places.extend(undo.records(undo.records_of(log)).map(|record| u64::from(record.at) + 2));
        places.push(undo.free() as u64 - 1);
    }
    places.get(rng.below(places.len() as u64) as usize).copied().unwrap_or(38)
}

/// Uses the rollback segment in every way, until the first error.
fn use_it(disk: &SimDisk) -> Result<()> {
    let options = Options { innodb_doublewrite: Doublewrite::Off, ..options() };
    let opened = Store::open(Arc::new(disk.clone()), options, Arc::new(SystemClock::default()), Events::none());
    let (store, _) = opened?;
    let space = store.space(SpaceId(1)).ok_or(innolab_store::Error::NoSpace(SpaceId(1)))?;
    let (undo, recovered) = Undo::open(&store, &space, ROOT, Events::none())?;
    let whole = undo.validate();
    let mut into = vec![];
    for page in 0..space.size_pages() {
        for at in [0, 54, 90, 91, 500, 16000, u16::MAX] {
            match undo.read(RollPtr::new(Kind::Modify, innolab_base::PageNo(page), at), &mut into) {
                Ok(()) | Err(Error::Gone(_) | Error::Store(_)) => {}
                Err(e) => panic!("{e}"),
            }
        }
    }
    let mut fresh = undo.begin(TrxId(1000))?;
    for i in 0..40 {
        fresh.append(Kind::Modify, &payload(i))?;
    }
    for found in recovered {
        let mut log = found.log;
        let mut next = log.top(&mut into)?;
        let mut seen = 0;
        while let Some(at) = next {
            seen += 1;
            assert!(seen < 100_000, "a walk ends");
            next = log.before(at, &mut into)?;
        }
        log.discard()?;
    }
    let mut horizon = 0;
    while let Some(mut history) = undo.next_purgeable(TrxNo(u64::MAX))? {
        horizon += 1;
        assert!(horizon < 1000, "a history ends");
        while history.next(&mut into)?.is_some() {}
        history.free()?;
    }
    let largest = undo.largest_trx_no().0;
    fresh.commit(&mut || TrxNo(largest + 1))?;
    whole.map(|_| ())
}

#[test]
fn damage_is_an_error_and_never_a_panic() {
    let sound = sound();
    use_it(&sound.killed()).expect("sound");
    let (mut errors, tries) = (0, size(300, 700));
    for seed in 1..=tries {
        let disk = sound.killed();
        let what = damage(&disk, &mut Rng(seed));
        let used = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| use_it(&disk)));
        match used {
            Ok(Ok(())) => {}
            Ok(Err(_)) => errors += 1,
            Err(_) => panic!("seed {seed}: {what}"),
        }
    }
    assert!(errors > tries / 4, "only {errors} of {tries} damages were found");
}
