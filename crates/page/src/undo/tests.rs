use super::*;
use crate::fsp::Addr;
use innolab_base::{PAGE_SIZE, PageId, SpaceId, TrxId, TrxNo, Xid};

fn first() -> Vec<u8> {
    let mut page = vec![0; PAGE_SIZE];
    format_first(&mut page[..], PageId::new(SpaceId(7), PageNo(9)));
    page
}

#[test]
fn a_roll_pointer_has_innodbs_bits() {
    let ptr = RollPtr::new(Kind::Insert, PageNo(0x0102_0304), 0x0506);
    assert_eq!(ptr.encode(), [0x80, 1, 2, 3, 4, 5, 6]);
    assert_eq!(RollPtr::read(&ptr.encode(), 0), ptr);
    assert_eq!((ptr.is_insert(), ptr.rseg(), ptr.page(), ptr.at()), (true, 0, PageNo(0x0102_0304), 0x0506));
    assert_eq!(RollPtr::new(Kind::Modify, PageNo(1), 2).encode(), [0, 0, 0, 0, 1, 0, 2]);
    assert_eq!(RollPtr::NONE.encode(), [0x80, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn logs_and_records_are_walked_both_ways() {
    let mut bytes = first();
    let mut page = UndoMut::new(&mut bytes[..]);
    let a = page.begin_log(TrxId(5), false);
    let records =
        [page.append(Kind::Insert, b""), page.append(Kind::Modify, b"one"), page.append(Kind::Modify, &[7; 300])];
    page.prepare(a, Xid(77), true);
    page.commit(a, TrxNo(8), State::Cached);
    page.set_next_history(a, Addr { page: PageNo(9), at: 500 });
    let b = page.begin_log(TrxId(9), false);
    page.append(Kind::Modify, b"two");
    check(&bytes).expect("sound");
    let page = UndoPage::new(&bytes);
    let logs: Vec<_> = page.logs().collect();
    assert_eq!(logs.len(), 2);
    let header = page.find_log(a).expect("there");
    assert_eq!((header.trx, header.no, header.state, header.xid), (TrxId(5), TrxNo(8), State::Cached, Xid(77)));
    assert!(header.has_modify && header.next_log == b && logs[1].1.prev_log == a);
    let range = page.records_of(a);
    let forward: Vec<_> = page.records(range.clone()).map(|r| r.at).collect();
    assert_eq!(forward, records);
    let mut backward = vec![];
    let mut next = page.last_in(&range);
    while let Some(record) = next {
        backward.push(record.at);
        next = page.before(&range, record.at);
    }
    backward.reverse();
    assert_eq!(backward, records);
    assert_eq!(page.record(records[1]).map(|r| (r.kind, r.payload)), Some((Kind::Modify, &b"one"[..])));
    assert_eq!(page.record(records[1] + 1), None, "R1: not where a record begins");

    UndoMut::new(&mut bytes[..]).remove_last_log();
    check(&bytes).expect("sound");
    let page = UndoPage::new(&bytes);
    assert_eq!((page.last_log(), page.free()), (Some(a), usize::from(b)));
    let anew = UndoMut::new(&mut bytes[..]).begin_log(TrxId(11), true);
    check(&bytes).expect("sound");
    assert_eq!((usize::from(anew), UndoPage::new(&bytes).logs().count()), (START, 1));
}

#[test]
fn a_record_can_fill_a_page() {
    let mut bytes = vec![0; PAGE_SIZE];
    format_further(&mut bytes[..], PageId::new(SpaceId(7), PageNo(10)), PageNo(9), PageNo(9), 12);
    let mut page = UndoMut::new(&mut bytes[..]);
    assert!(page.has_room(MAX_PAYLOAD + RECORD_EXTRA) && !page.has_room(MAX_PAYLOAD + RECORD_EXTRA + 1));
    page.append(Kind::Modify, &vec![3; MAX_PAYLOAD]);
    check(&bytes).expect("sound");
    let page = UndoPage::new(&bytes);
    assert_eq!((page.first_no(), page.owner(), page.prev_page(), page.free()), (12, PageNo(9), PageNo(9), END));
}
