//! Files with random bytes under a valid checksum (I11): every mode prints something or returns an error; none panics
//! or runs for ever.

use super::*;
use innolab_base::PAGE_SIZE;
use innolab_base::rng::Rng;
use innolab_page::fil::{self, ChecksumAlgorithm};
use innolab_testing::seeds;

const SAMPLES: [(&[u8], &str); 2] = [
    (
        include_bytes!("../../../../page/tests/data/sample_full_crc32_dynamic.ibd"),
        "id int primary key, age int, name varchar(20) not null",
    ),
    (include_bytes!("../../../../btree/tests/data/two_levels.ibd"), "id int unsigned primary key, name varchar(1500)"),
];

/// Changes some bytes of a page, mostly in headers, and seals the page again. Returns its number.
fn spoil(bytes: &mut [u8], rng: &mut Rng) -> u32 {
    let n = rng.index(bytes.len() / PAGE_SIZE);
    let page = &mut bytes[n * PAGE_SIZE..][..PAGE_SIZE];
    for _ in 0..1 + rng.index(6) {
        let at = match rng.index(5) {
            0 => rng.index(PAGE_SIZE),
            1 => fil::TRAILER - 1 - rng.index(40),
            2 => fil::PREV + rng.index(330),
            _ => fil::DATA + rng.index(60),
        };
        page[at] = [0, 1, 0x7f, 0x80, 0xff, rng.index(256) as u8][rng.index(6)];
    }
    let lsn = fil::get_lsn(page);
    fil::seal(page, lsn, ChecksumAlgorithm::FullCrc32);
    n as u32
}

fn modes(path: &Path, columns: Option<String>, pages: &[u32]) -> Vec<Mode> {
    let file = || FileArguments { path: path.to_owned(), columns: columns.clone() };
    let illustrate = |svg: Option<&str>| Mode::IndexIllustrate {
        file: file(),
        index: None,
        children: 4,
        svg: svg.map(|n| path.with_extension(n)),
    };
    let mut modes = vec![
        Mode::SpaceSummary(file()),
        Mode::SpacePages(file()),
        Mode::SpaceExtents(file()),
        Mode::SpaceInodes(file()),
        Mode::SpaceVerify(file()),
        illustrate(None),
        illustrate(Some("svg")),
    ];
    for &page in pages {
        modes.push(Mode::PageDump { file: file(), page });
        modes.push(Mode::PageIllustrate { file: file(), page });
    }
    modes
}

#[test]
fn random_bytes_are_printed_or_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.ibd");
    let (mut printed, mut refused) = (0, 0);
    for seed in seeds(12, 40).map(|seed| seed + 1) {
        let mut rng = Rng(seed);
        let (sample, columns) = SAMPLES[rng.index(2)];
        let mut bytes = sample.to_vec();
        let pages: Vec<u32> = (0..1 + rng.index(3)).map(|_| spoil(&mut bytes, &mut rng)).collect();
        std::fs::write(&path, &bytes).unwrap();
        let columns = (rng.index(2) == 0).then(|| columns.to_string());
        for mode in modes(&path, columns, &pages) {
            for as_json in [false, true] {
                let mut out = Vec::new();
                match inspect(&mode, as_json, &Progress::hidden(), &mut out) {
                    Ok(()) => printed += 1,
                    Err(e) => {
                        refused += 1;
                        assert!(!e.to_string().is_empty());
                    }
                }
                assert!(std::str::from_utf8(&out).is_ok(), "seed {seed}");
            }
        }
    }
    assert!(printed > 0 && refused > 0, "{printed} printed, {refused} refused");
}
