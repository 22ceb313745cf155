//! A page of a small table: inserts, a removal, a reorganisation.
//!
//! `cargo run -p innolab-page --example page`

use innolab_base::{IndexId, Lsn, PAGE_SIZE, PageId, PageNo, SpaceId};
use innolab_page::fil::{self, ChecksumAlgorithm, PageType};
use innolab_page::{Column, IndexMut, Layout, Record, SearchKey, TooLarge, dump, index, regions};

fn main() -> Result<(), TooLarge> {
    // create table fish (name varchar(30) primary key, length int)
    let columns = [Column::variable(120), Column::fixed(6), Column::fixed(7), Column::fixed(4).nullable()];
    let layout = Layout::new(columns, 1);
    let mut page = vec![0; PAGE_SIZE];
    fil::init(&mut page[..], PageId::new(SpaceId(7), PageNo(3)), PageType::INDEX);
    index::format(&mut page[..], IndexId(42), 0);

    let mut edit = IndexMut::new(&mut page[..], &layout);
    let mut record = Record::new();
    let names = ["trout", "carp", "pike", "eel", "perch", "tench", "bream", "zander", "barbel", "ide"];
    for (i, name) in names.iter().enumerate() {
        let length = (0x8000_0000 + 10 * i as u32).to_be_bytes();
        let length = (*name != "eel").then_some(&length[..]);
        record.leaf(&layout, &[Some(name.as_bytes()), Some(&[0, 0, 0, 0, 1, 0]), Some(&[0; 7]), length])?;
        let key = [Some(name.as_bytes())];
        let prev = edit.page().search(&SearchKey::new(&layout, &key)).origin;
        edit.insert_after(prev, &mut record);
    }
    println!("Ten rows. The chain is in key order, the heap in order of arrival:\n");
    println!("{}", dump(edit.page().bytes(), Some(&layout)));

    let key = [Some(&b"perch"[..])];
    let perch = edit.page().search(&SearchKey::new(&layout, &key)).origin;
    edit.remove(perch);
    println!("Without the perch: its bytes are garbage, and its place is free for the next row that fits:\n");
    for region in regions(edit.page().bytes(), Some(&layout)).iter().filter(|r| r.name.contains("removed")) {
        println!("  {:>5} +{:<3} {:<18} {}", region.offset, region.len, region.name, region.value);
    }

    edit.reorganise();
    println!("\nReorganised: heap and chain have the same order, and there is no garbage:\n");
    fil::seal(&mut page, Lsn(1000), ChecksumAlgorithm::FullCrc32);
    println!("{}", dump(&page, Some(&layout)));
    Ok(())
}
