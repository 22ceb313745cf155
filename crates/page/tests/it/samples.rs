//! Files that a real server wrote, in both checksum algorithms: every page verifies, passes its check and reads as it
//! was written; and our functions build the same pages, byte for byte.

use expect_test::expect;
use innolab_base::{PAGE_SIZE, PageId, PageNo, SegId, SpaceId};
use innolab_page::fil::{self, ChecksumAlgorithm, PageType, Sealed};
use innolab_page::fsp::{self, Addr, FsegHeader, ListBase, inode, xdes};
use innolab_page::server::SpaceFormat;
use innolab_page::{Column, IndexMut, IndexPage, Layout, Origin, Record, SearchKey, index};

const FULL: &[u8] = include_bytes!("../data/sample_full_crc32_dynamic.ibd");
const OLD: &[u8] = include_bytes!("../data/sample_crc32_compact.ibd");

/// `create table … (id int primary key, age int, name varchar(20) not null, key (age))`.
fn clustered() -> Layout {
    let columns =
        [Column::fixed(4), Column::fixed(6), Column::fixed(7), Column::fixed(4).nullable(), Column::variable(80)];
    Layout::new(columns, 1)
}

fn secondary() -> Layout {
    Layout::new([Column::fixed(4).nullable(), Column::fixed(4)], 2)
}

fn page(file: &[u8], n: usize) -> &[u8] {
    &file[n * PAGE_SIZE..(n + 1) * PAGE_SIZE]
}

#[test]
fn pages_verify_in_both_flavours() {
    for (file, flags, space) in [(FULL, 0x15, 743), (OLD, 0, 744)] {
        assert_eq!(fsp::flags(page(file, 0)), flags);
        let format = SpaceFormat::of_flags(flags).expect("known");
        let algorithm = if format.full_crc32 { ChecksumAlgorithm::FullCrc32 } else { ChecksumAlgorithm::Crc32 };
        let types = [PageType::FSP_HDR, PageType::IBUF_BITMAP, PageType::INODE, PageType::INDEX, PageType::INDEX];
        for (n, page_type) in types.into_iter().enumerate() {
            let id = PageId::new(SpaceId(space), PageNo(n as u32));
            let mut bytes = page(file, n).to_vec();
            assert_eq!(fil::verify(&bytes, id, algorithm), Ok(Sealed::Good));
            assert_eq!(fil::page_type(&bytes), page_type);
            // Sealing it again gives the same bytes.
            let lsn = fil::get_lsn(&bytes);
            fil::seal(&mut bytes, lsn, algorithm);
            assert_eq!(bytes, page(file, n));
            // A change of any byte is detected (except those that crc32 leaves out), and so is a page in the wrong
            // place.
            for at in (0..PAGE_SIZE).step_by(97) {
                bytes[at] ^= 4;
                let left_out = algorithm == ChecksumAlgorithm::Crc32 && (26..34).contains(&at);
                assert_eq!(fil::verify(&bytes, id, algorithm).is_ok(), left_out, "byte {at}");
                bytes[at] ^= 4;
            }
            let other = PageId::new(SpaceId(space), PageNo(n as u32 + 1));
            assert_eq!(
                fil::verify(&bytes, other, algorithm).expect_err("the page is broken").rule,
                "a page bears its own number"
            );
            let other = PageId::new(SpaceId(1), PageNo(n as u32));
            assert_eq!(
                fil::verify(&bytes, other, algorithm).expect_err("the page is broken").rule,
                "a page bears its space's id"
            );
        }
    }
    let zeros = vec![0; PAGE_SIZE];
    for algorithm in [ChecksumAlgorithm::FullCrc32, ChecksumAlgorithm::Crc32] {
        assert_eq!(fil::verify(&zeros, PageId::default(), algorithm), Ok(Sealed::NeverWritten));
    }
}

#[test]
fn the_space_header_its_extent_and_its_segments() {
    let (head, inodes) = (page(FULL, 0), page(FULL, 2));
    assert_eq!((fsp::space_id(head), fsp::size(head), fsp::free_limit(head)), (SpaceId(743), 5, 64));
    assert_eq!((fsp::frag_n_used(head), fsp::next_seg_id(head)), (5, SegId(5)));
    let (holder, first) = xdes::of_page(PageNo(4));
    assert_eq!((holder, first), (PageNo(0), 150));
    let node = Addr { page: PageNo(0), at: 158 };
    assert_eq!(ListBase::read(head, fsp::FREE_FRAG), ListBase { len: 1, first: node, last: node });
    assert_eq!(ListBase::read(head, fsp::FREE), ListBase::EMPTY);
    assert_eq!(xdes::of_node(158), Ok(150));
    assert!(xdes::of_node(159).is_err() && xdes::of_node(8).is_err() && xdes::of_node(10398).is_err());
    assert_eq!(xdes::state(head, first), Ok(xdes::State::FreeFrag));
    assert_eq!(xdes::n_used(head, first), 5);
    assert_eq!(
        (0..7).map(|i| xdes::is_free(head, first, i)).collect::<Vec<_>>(),
        [false, false, false, false, false, true, true]
    );
    assert_eq!((xdes::find_free(head, first, 0), xdes::find_free(head, first, 63)), (Some(5), Some(63)));
    assert!(xdes::state(head, xdes::at(1)).is_err(), "a descriptor that is not valid yet");

    let root = page(FULL, 3);
    let leaf = FsegHeader::read(root, index::SEG_LEAF);
    assert_eq!(leaf, FsegHeader { space: SpaceId(743), page: PageNo(2), at: 242 });
    assert_eq!(leaf.inode(SpaceId(743)), Ok(242));
    assert!(leaf.inode(SpaceId(1)).is_err() && FsegHeader { at: 243, ..leaf }.inode(SpaceId(743)).is_err());
    let top = FsegHeader::read(root, index::SEG_TOP).inode(SpaceId(743)).expect("an inode");
    assert_eq!((inode::id(inodes, top), inode::frag(inodes, top, 0)), (SegId(1), PageNo(3)));
    assert_eq!((inode::n_used(inodes), inode::find_free(inodes)), (4, Some(inode::at(4))));
    assert_eq!(inode::find_frag(inodes, top, PageNo::NULL), Some(1));
    inode::check(inodes, top).expect("in use");
    assert!(inode::check(inodes, inode::at(4)).is_err());
}

/// Our formatting functions write the bytes that the server wrote.
#[test]
fn file_space_pages_are_built_to_the_byte() {
    let id = |n| PageId::new(SpaceId(743), PageNo(n));
    let mut head = vec![0; PAGE_SIZE];
    let w = &mut head[..];
    fsp::format_header(w, SpaceId(743), 5);
    xdes::init(w, 150, xdes::State::FreeFrag);
    for i in 0..5 {
        xdes::set_free(w, 150, i, false);
    }
    let base = |page, at| ListBase { len: 1, first: Addr { page, at }, last: Addr { page, at } };
    base(PageNo(0), 158).write(w, fsp::FREE_FRAG);
    base(PageNo(2), 38).write(w, fsp::INODES_FREE);
    fsp::set_free_limit(w, 64);
    fsp::set_frag_n_used(w, 5);
    fsp::set_next_seg_id(w, SegId(5));
    fil::seal(w, fil::get_lsn(page(FULL, 0)), ChecksumAlgorithm::FullCrc32);
    assert!(w == page(FULL, 0));

    let mut bitmap = vec![0; PAGE_SIZE];
    fsp::format_bitmap(&mut bitmap[..], id(1));
    fil::seal(&mut bitmap, fil::get_lsn(page(FULL, 1)), ChecksumAlgorithm::FullCrc32);
    assert!(bitmap == page(FULL, 1));

    let mut inodes = vec![0; PAGE_SIZE];
    let w = &mut inodes[..];
    inode::format(w, id(2));
    for i in 0..4 {
        inode::init(w, inode::at(i), SegId(i as u64 + 1));
    }
    inode::set_frag(w, inode::at(0), 0, PageNo(3));
    inode::set_frag(w, inode::at(2), 0, PageNo(4));
    fil::seal(w, fil::get_lsn(page(FULL, 2)), ChecksumAlgorithm::FullCrc32);
    assert!(w == page(FULL, 2));
}

#[test]
fn records_read_as_the_server_wrote_them() {
    let layout = clustered();
    let mut out = String::new();
    for file in [FULL, OLD] {
        let bytes = page(file, 3);
        index::check(bytes, &layout).expect("a good page");
        index::check_order(bytes, &layout).expect("in order");
        for (origin, record) in IndexPage::new(bytes, &layout).records() {
            out += &format!("{} heap {}: {}\n", origin.0, record.heap_no(), record.show());
        }
    }
    let layout = secondary();
    let bytes = page(FULL, 4);
    index::check(bytes, &layout).expect("a good page");
    index::check_order(bytes, &layout).expect("in order");
    for (origin, record) in IndexPage::new(bytes, &layout).records() {
        out += &format!("{} heap {}: {}\n", origin.0, record.heap_no(), record.show());
    }
    expect![[r#"
        127 heap 2: 80000001, 000000002586, f5000001c60110, 8000000a, 'ann'
        158 heap 3: 80000002, 000000002586, f5000001c6011d, 80000014, 'bob'
        189 heap 4: 80000003, 000000002586, f5000001c6012a, NULL, 'cat'
        216 heap 5: 80000005, 000000002586, f5000001c60137, 80000014, 'eve'
        127 heap 2: 80000001, 00000000258e, f9000001c60110, 8000000a, 'ann'
        158 heap 3: 80000002, 00000000258e, f9000001c6011d, 80000014, 'bob'
        189 heap 4: 80000003, 00000000258e, f9000001c6012a, NULL, 'cat'
        216 heap 5: 80000005, 00000000258e, f9000001c60137, 80000014, 'eve'
        154 heap 4: NULL, 80000003
        126 heap 2: 8000000a, 80000001
        140 heap 3: 80000014, 80000002
        164 heap 5: 80000014, 80000005
    "#]]
    .assert_eq(&out);

    let age = 20u32 ^ 1 << 31;
    let key = [Some(&age.to_be_bytes()[..])];
    let found = IndexPage::new(bytes, &layout);
    let search = SearchKey::new(&layout, &key);
    assert_eq!(found.rank(found.first_not_below(&search)), 2);
    assert_eq!(found.first_above(&search), Origin::SUPREMUM);
}

/// Inserting the sample's rows in the order of their heap numbers builds the server's pages, byte for byte.
#[test]
fn index_pages_are_built_to_the_byte() {
    for (file, algorithm) in [(FULL, ChecksumAlgorithm::FullCrc32), (OLD, ChecksumAlgorithm::Crc32)] {
        for (n, layout) in [(3, clustered()), (4, secondary())] {
            let theirs = page(file, n);
            let view = IndexPage::new(theirs, &layout);
            let mut ours = vec![0; PAGE_SIZE];
            let w = &mut ours[..];
            fil::init(w, PageId::new(fil::space_id(theirs), PageNo(n as u32)), PageType::INDEX);
            index::format(w, view.index_id(), 0);
            for at in [index::SEG_LEAF, index::SEG_TOP] {
                FsegHeader::read(theirs, at).write(w, at);
            }
            let mut records: Vec<_> = view.records().map(|(_, record)| record).collect();
            records.sort_by_key(|record| record.heap_no());
            for theirs in records {
                let fields: Vec<_> = theirs.fields().collect();
                let mut record = Record::new();
                record.leaf(&layout, &fields).expect("small");
                let mut edit = IndexMut::new(w, &layout);
                let prev = edit.page().search(&SearchKey::new(&layout, &fields[..layout.n_key()])).origin;
                edit.insert_after(prev, &mut record).expect("there is room");
            }
            IndexMut::new(w, &layout).set_stamp(view.stamp());
            fil::seal(w, fil::get_lsn(theirs), algorithm);
            for (at, (a, b)) in ours.iter().zip(theirs).enumerate() {
                assert_eq!(a, b, "byte {at} of page {n}");
            }
        }
    }
}
