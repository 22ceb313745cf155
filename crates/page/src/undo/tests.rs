use super::*;
use crate::fsp::Addr;
use innolab_base::{PAGE_SIZE, PageId, PageNo, SpaceId, TrxId, TrxNo, Xid};

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
fn logs_and_records_are_walked_in_both_directions_r1() {
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
    assert_eq!(page.record(records[1] + 1), None, "R1: no record begins there");

    UndoMut::new(&mut bytes[..]).remove_last_log();
    check(&bytes).expect("sound");
    let page = UndoPage::new(&bytes);
    assert_eq!((page.last_log(), page.free()), (Some(a), usize::from(b)));
    let again = UndoMut::new(&mut bytes[..]).begin_log(TrxId(11), true);
    check(&bytes).expect("sound");
    assert_eq!((usize::from(again), UndoPage::new(&bytes).logs().count()), (START, 1));
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

/// The bytes that `docs/formats.md` describes.
#[test]
fn the_bytes() {
    let mut bytes = first();
    let mut page = UndoMut::new(&mut bytes[..]);
    let a = page.begin_log(TrxId(5), false);
    page.append(Kind::Insert, b"row 1");
    page.append(Kind::Modify, b"a row as it was before");
    page.commit(a, TrxNo(8), State::Cached);
    page.set_next_history(a, Addr { page: PageNo(12), at: 54 });
    let b = page.begin_log(TrxId(9), false);
    page.append(Kind::Modify, b"");
    page.prepare(b, Xid(77), true);
    expect_test::expect![[r#"
        page 9 of space 7: UNDO_LOG, LSN 0, - ◄ ► -
             38  kind                  first
             40  free                  168
             42  last log              127
             44  last page             9
             48  pages                 1
             54  log: trx id           5
             62  number                8
             70  state                 Cached
             71  flags                 0
             72  XID                   0
             80  log before            0
             82  log after             127
             84  next in the history   12+54
             90  record 0: end, kind   100, Insert
             93  record 0              726f772031
             98  record 0: start       90
            100  record 1: end, kind   127, Modify
            103  record 1              6120726f772061732069742077617320…
            125  record 1: start       100
            127  log: trx id           9
            135  number                0
            143  state                 Prepared
            144  flags                 has modify
            145  XID                   77
            153  log before            54
            155  log after             0
            157  next in the history   -
            163  record 0: end, kind   168, Modify
            166  record 0: start       163
    "#]]
    .assert_eq(&crate::dump(&bytes, None));

    let mut bytes = vec![0; PAGE_SIZE];
    format_further(&mut bytes[..], PageId::new(SpaceId(7), PageNo(10)), PageNo(9), PageNo(9), 12);
    UndoMut::new(&mut bytes[..]).append(Kind::Modify, b"more");
    expect_test::expect![[r#"
        page 10 of space 7: UNDO_LOG, LSN 0, 9 ◄ ► -
             38  kind                  further
             40  free                  63
             42  first no              12
             50  owner                 9
             54  record 12: end, kind  63, Modify
             57  record 12             6d6f7265
             61  record 12: start      54
    "#]]
    .assert_eq(&crate::dump(&bytes, None));

    let mut bytes = vec![0; PAGE_SIZE];
    let segment = crate::fsp::FsegHeader { space: SpaceId(7), page: PageNo(2), at: 50 };
    rseg::format(&mut bytes[..], PageId::new(SpaceId(7), PageNo(3)), segment);
    rseg::set_slot(&mut bytes[..], 0, Some(PageNo(9)));
    rseg::set_slot(&mut bytes[..], 2, Some(PageNo(14)));
    let (first, last) = (Addr { page: PageNo(9), at: 54 }, Addr { page: PageNo(12), at: 54 });
    rseg::HistoryBase { first, len: 2, last, largest_no: TrxNo(11) }.write(&mut bytes[..]);
    rseg::check(&bytes).expect("sound");
    expect_test::expect![[r#"
        page 3 of space 7: SYS, LSN 0, - ◄ ► -
             38  magic                 innorseg
             46  segment               7:2+50
             56  history: first        9+54
             62  history: length       2
             70  history: last         12+54
             76  largest number        11
             84  slot 0                9
             92  slot 2                14
    "#]]
    .assert_eq(&crate::dump(&bytes, None));
}

/// For each rule of `check`, a page that breaks only this rule.
#[test]
fn a_broken_rule_is_named() {
    let good = {
        let mut bytes = first();
        let mut page = UndoMut::new(&mut bytes[..]);
        let a = page.begin_log(TrxId(5), false);
        page.append(Kind::Modify, b"before");
        page.commit(a, TrxNo(8), State::Cached);
        page.begin_log(TrxId(9), false);
        page.append(Kind::Insert, b"row");
        bytes
    };
    check(&good).expect("sound");
    let b = 54 + LOG_HEADER + 6 + RECORD_EXTRA;
    let rule = |at: usize, new: &[u8]| {
        let mut bytes = good.clone();
        bytes[at..at + new.len()].copy_from_slice(new);
        check(&bytes).expect_err("the page is corrupt").rule
    };
    assert_eq!(rule(24, &[0, 3]), "an undo page has type UNDO_LOG");
    assert_eq!(rule(KIND, &[0, 3]), "an undo page is a first or a further one");
    assert_eq!(rule(KIND, &[0, 2]), "a further undo page has a predecessor and a first number");
    assert_eq!(rule(FREE, &[0, 53]), "the first free byte of an undo page is 54 to 16376");
    assert_eq!(rule(N_PAGES, &[0, 0, 0, 2]), "an undo segment's first page has consistent links and counts");
    assert_eq!(rule(LAST_LOG, &[0, 0]), "an undo segment without logs is empty");
    assert_eq!(rule(LAST_LOG, &[0, 54]), "the newest log is the last one of the chain");
    assert_eq!(rule(b + 27, &[55]), "the logs of an undo page are a chain");
    assert_eq!(rule(54 + 28, &[0, 60]), "a log ends where the next one begins");
    assert_eq!(rule(54 + 16, &[State::ToPurge as u8]), "only the newest log of a page is not cached");
    assert_eq!(rule(54 + 15, &[0]), "a log has a number if it is committed");
    assert_eq!(rule(b, &[1]), "transaction ids and numbers have 48 bits");
    assert_eq!(rule(b + LOG_HEADER + 2, &[3]), "undo records tile their part of the page");
    assert_eq!(rule(b + LOG_HEADER + 1, &[0]), "undo records tile their part of the page");
}
