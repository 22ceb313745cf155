use crate::{Kind, Log, Recovered, RollPtr, Undo};
use innolab_base::{Events, PageNo, SpaceId, SystemClock, TrxId, TrxNo};
use innolab_disk::SimDisk;
use innolab_store::{Options, Space, Store};
use std::sync::Arc;

fn store(disk: &SimDisk) -> Arc<Store> {
    let options = Options { innodb_buffer_pool_size: 2 << 20, background: false, ..Options::default() };
    Store::open(Arc::new(disk.clone()), options, Arc::new(SystemClock::default()), Events::none()).expect("opens").0
}

struct World {
    disk: SimDisk,
    store: Arc<Store>,
    #[allow(dead_code)]
    space: Arc<Space>,
    root: PageNo,
    undo: Undo,
    next: u64,
}

impl World {
    fn new() -> World {
        let disk = SimDisk::new(1);
        let store = store(&disk);
        let space = store.create_space(SpaceId(1), "sys.ibd").expect("made");
        let root = Undo::create(&store, &space).expect("made");
        let (undo, recovered) = Undo::open(&store, &space, root, Events::none()).expect("opens");
        assert!(recovered.is_empty());
        World { disk, store, space, root, undo, next: 1 }
    }

    fn again(self) -> (World, Vec<Recovered>) {
        let World { disk, store: old, root, next, .. } = self;
        old.flush_log(old.appended_lsn()).expect("flushed");
        drop(old);
        let disk = disk.power_loss(0);
        let store = store(&disk);
        let space = store.space(SpaceId(1)).expect("there");
        let (undo, recovered) = Undo::open(&store, &space, root, Events::none()).expect("opens");
        (World { disk, store, space, root, undo, next }, recovered)
    }

    fn begin(&mut self) -> Log {
        self.next += 1;
        self.undo.begin(TrxId(self.next)).expect("begins")
    }

    fn commit(&mut self, mut log: Log) -> TrxNo {
        self.next += 1;
        let no = TrxNo(self.next);
        log.commit(&mut || no).expect("commits");
        no
    }
}

fn payload(n: u64) -> Vec<u8> {
    vec![n as u8; (n * 37 % 900) as usize]
}

fn fill(log: &mut Log, n: u64) -> Vec<RollPtr> {
    (log.len()..n).map(|i| log.append(Kind::Modify, &payload(i)).expect("appended")).collect()
}

/// All records, newest first.
fn backwards(log: &Log) -> Vec<Vec<u8>> {
    let (mut out, mut into) = (vec![], vec![]);
    let mut next = log.top(&mut into).expect("read");
    while let Some(at) = next {
        out.push(into.clone());
        next = log.before(at, &mut into).expect("read");
    }
    out
}

fn expected(n: u64) -> Vec<Vec<u8>> {
    (0..n).rev().map(payload).collect()
}

#[test]
fn records_are_read_by_place_and_backwards() {
    let mut world = World::new();
    let mut log = world.begin();
    let places = fill(&mut log, 200);
    assert!(log.pages() > 4, "{} pages", log.pages());
    let mut into = vec![];
    for (i, at) in places.iter().enumerate() {
        world.undo.read(*at, &mut into).expect("read");
        assert_eq!(into, payload(i as u64));
    }
    assert_eq!(backwards(&log), expected(200));
    for len in [150, 149, 60, 1, 0] {
        log.truncate(len).expect("truncated");
        assert_eq!(backwards(&log), expected(len));
    }
    assert_eq!(log.pages(), 1);
    fill(&mut log, 90);
    assert_eq!(backwards(&log), expected(90));
}

#[test]
fn the_history_is_read_in_the_order_of_numbers() {
    let mut world = World::new();
    let mut numbers = vec![];
    for n in [3, 100, 0, 2, 1, 60] {
        let mut log = world.begin();
        fill(&mut log, n);
        let no = world.commit(log);
        numbers.extend((n > 0).then_some((no, n)));
    }
    assert_eq!(world.undo.history_length(), numbers.len() as u64);
    let (world, recovered) = world.again();
    assert!(recovered.is_empty());
    assert_eq!(world.undo.largest_trx_no(), numbers[numbers.len() - 1].0);
    for (no, n) in numbers {
        assert!(world.undo.next_purgeable(no).expect("read").is_none());
        let mut history = world.undo.next_purgeable(TrxNo(no.0 + 1)).expect("read").expect("there");
        assert_eq!(history.no, no);
        let (mut into, mut seen) = (vec![], 0);
        while history.next(&mut into).expect("read").is_some() {
            assert_eq!(into, payload(seen));
            seen += 1;
        }
        assert_eq!(seen, n);
        history.free().expect("freed");
    }
    assert_eq!(world.undo.history_length(), 0);
}
