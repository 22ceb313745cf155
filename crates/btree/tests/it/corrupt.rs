//! Damaged pages with correct checksums (I11): every call returns a result or an error; nothing panics, hangs, or reads
//! out of bounds.

use crate::common::{Rng, small_pool};
use innolab_base::PAGE_SIZE;
use innolab_btree::{Error, Kv, Result};
use innolab_disk::{Disk, SimDisk};
use innolab_page::fil;
use innolab_store::{Doublewrite, Options};
use innolab_testing::seeds;
use std::sync::Arc;

const FILE: &str = "plain.ibd";
const KEYS: u64 = 600;

fn options() -> Options {
    Options { innodb_log_file_size: 2 << 20, innodb_doublewrite: Doublewrite::Off, ..small_pool() }
}

fn key(n: u64) -> Vec<u8> {
    [&n.to_be_bytes()[..], &vec![b'k'; (n % 7 * 30) as usize]].concat()
}

/// A closed map of three levels with holes and garbage.
fn sound() -> SimDisk {
    let disk = SimDisk::new(1);
    let map = Kv::open(Arc::new(disk.clone()), options()).expect("opens");
    let mut rng = Rng(5);
    for _ in 0..KEYS {
        let n = rng.below(KEYS);
        map.put(&key(n), &vec![n as u8; rng.below(700) as usize]).expect("puts");
        if n.is_multiple_of(3) {
            map.remove(&key(rng.below(KEYS))).expect("removes");
        }
    }
    let shape = map.tree().validate().expect("sound");
    assert!(shape.height() >= 2 && shape.pages() > 8, "{shape}");
    map.close().expect("closes");
    disk
}

/// Damages one page of the file and corrects its checksum; returns which page and which bytes.
fn damage(disk: &SimDisk, rng: &mut Rng) -> String {
    let file = disk.open(FILE).expect("is there");
    let pages = file.len().expect("has a length") / PAGE_SIZE as u64;
    loop {
        // The store checks the file-space pages.
        let no = 3 + rng.below(pages - 3);
        let mut page = vec![0; PAGE_SIZE];
        file.read_at(no * PAGE_SIZE as u64, &mut page).expect("reads");
        if page.iter().all(|b| *b == 0) {
            continue;
        }
        let mut damage = format!("page {no}:");
        for _ in 0..1 + rng.below(3) {
            // Headers, the first records and the directory more often than by their share of the page.
            let at = match rng.below(4) {
                0 => 8 + rng.below(112),
                1 => PAGE_SIZE as u64 - 8 - rng.below(80),
                2 => 120 + rng.below(2000),
                _ => 8 + rng.below(PAGE_SIZE as u64 - 16),
            } as usize;
            let new = match rng.below(3) {
                0 => page[at] ^ 1 << rng.below(8),
                1 => rng.below(256) as u8,
                _ => [0, 0xff, 0x80, 1][rng.below(4) as usize],
            };
            damage += &format!(" byte {at} {:#04x} → {new:#04x}", page[at]);
            page[at] = new;
        }
        let lsn = fil::get_lsn(&page);
        fil::seal(&mut page, lsn, fil::ChecksumAlgorithm::FullCrc32);
        file.write_at(no * PAGE_SIZE as u64, &page).expect("writes");
        return damage;
    }
}

/// Uses the map in every way, until the first error.
fn use_it(disk: &SimDisk, rng: &mut Rng) -> Result<()> {
    let map = Kv::open(Arc::new(disk.clone()), options())?;
    let (mut last, mut n) = (None, 0);
    for pair in map.iter() {
        let (key, _) = pair?;
        assert!(last.as_ref() < Some(&key), "a walk goes on in order");
        last = Some(key);
        n += 1;
    }
    assert!(n <= 2 * KEYS, "a walk ends");
    let mut cursor = map.tree().cursor();
    let mut there = cursor.last()?;
    while there {
        there = cursor.prev()?;
    }
    drop(cursor);
    for i in 0..KEYS {
        map.get(&key(i))?;
    }
    for _ in 0..200 {
        let n = rng.below(2 * KEYS);
        match rng.below(3) {
            0 => map.remove(&key(n)).map(|_| ())?,
            _ => map.put(&key(n), &vec![1; rng.below(3000) as usize])?,
        }
    }
    map.tree().validate()?;
    map.close()
}

#[test]
fn damage_is_an_error_or_harmless() {
    let sound = sound();
    use_it(&sound.killed(), &mut Rng(1)).expect("nothing is damaged yet");
    let (mut errors, mut cases) = (0, 0);
    for seed in seeds(80, 1000) {
        let (disk, mut rng) = (sound.killed(), Rng(seed));
        let what = damage(&disk, &mut rng);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| use_it(&disk, &mut rng)));
        let outcome = outcome.unwrap_or_else(|_| panic!("seed {seed}: {what}: panicked"));
        if let Err(e) = outcome {
            let named = e.to_string().contains(FILE)
                || matches!(
                    e,
                    Error::Store(
                        innolab_store::Error::Poisoned(_)
                            | innolab_store::Error::SpaceTwice { .. }
                            | innolab_store::Error::Setting(_)
                    )
                );
            assert!(named, "seed {seed}: {what}: {e} does not name the file");
            errors += 1;
        }
        cases += 1;
    }
    assert!(errors * 4 > cases, "only {errors} of {cases} damages were found");
}
