//! The shape of a tree in a file that a real MariaDB wrote.
//!
//! ```text
//! cargo run -p innolab-btree --example shape [-- FILE.ibd COLUMN …]
//! ```
//!
//! COLUMN is the length of a fixed column (`4`) or the limit of a variable one (`v1500`), followed by `?` if it may be
//! NULL. The first column is the key; DB_TRX_ID and DB_ROLL_PTR are added behind it. Without arguments the file is
//! `tests/data/two_levels.ibd`, made by
//!
//! ```sql
//! create table t (id int unsigned not null primary key, name varchar(1500)) charset latin1;
//! ```
//!
//! with 70 inserts in random order and 12 deletes. The file is only read; each page's checksum and structure are
//! checked first.

use innolab_base::{PAGE_SIZE, PageId, PageNo};
use innolab_page::record::show_field;
use innolab_page::server::{SpaceFormat, verify};
use innolab_page::{Column, IndexPage, Layout, fil, fsp, index};
use std::fmt::Write;

type Anything<T> = Result<T, Box<dyn std::error::Error>>;

/// A tablespace file in memory.
struct File {
    bytes: Vec<u8>,
    format: SpaceFormat,
}

impl File {
    fn open(path: &str) -> Anything<File> {
        let bytes = std::fs::read(path)?;
        let page0 = bytes.get(..PAGE_SIZE).ok_or("the file is shorter than a page")?;
        let format = SpaceFormat::of_flags(fsp::flags(page0))?;
        Ok(File { bytes, format })
    }

    fn page(&self, no: PageNo) -> Anything<&[u8]> {
        let at = no.0 as usize * PAGE_SIZE;
        let page = self.bytes.get(at..at + PAGE_SIZE).ok_or_else(|| format!("page {no} is behind the file's end"))?;
        verify(page, PageId::new(fil::space_id(&self.bytes), no), self.format)?;
        Ok(page)
    }

    /// Returns a page of the index, its structure checked.
    fn node<'a>(&'a self, no: PageNo, layout: &'a Layout) -> Anything<IndexPage<'a>> {
        let page = self.page(no)?;
        index::check(page, layout).map_err(|e| format!("page {no}: {e}"))?;
        index::check_order(page, layout).map_err(|e| format!("page {no}: {e}"))?;
        Ok(IndexPage::new(page, layout))
    }
}

/// Draws the tree level by level from the root: how full each page is, and its first and last keys.
pub(crate) fn draw(path: &str, layout: &Layout, root: PageNo) -> Anything<String> {
    let file = File::open(path)?;
    let mut out = String::new();
    let mut leftmost = root;
    loop {
        let first = file.node(leftmost, layout)?;
        let level = first.level();
        writeln!(out, "level {level}")?;
        let (mut no, mut pages, mut records) = (leftmost, 0, 0);
        while !no.is_null() {
            let page = file.node(no, layout)?;
            if page.level() != level || pages > file.bytes.len() / PAGE_SIZE {
                return Err(format!("page {no} is not one of level {level}").into());
            }
            out += &line(no, &page);
            (pages, records, no) = (pages + 1, records + page.n_recs(), page.next_page());
        }
        writeln!(out, "  {pages} pages, {records} records")?;
        if level == 0 {
            return Ok(out);
        }
        leftmost = first.record(first.first()).child();
    }
}

fn line(no: PageNo, page: &IndexPage<'_>) -> String {
    const WIDTH: usize = 32;
    let part = |bytes: usize| (bytes * WIDTH).div_ceil(index::EMPTY_ROOM);
    let data = part(page.data_len());
    let garbage = part(page.counts().garbage.into()).min(WIDTH - data);
    let bar = format!("{}{}{}", "█".repeat(data), "░".repeat(garbage), " ".repeat(WIDTH - data - garbage));
    let key = |origin| page.record(origin).key().map(show_field).collect::<Vec<_>>().join(", ");
    let keys =
        if page.n_recs() == 0 { String::new() } else { format!("{} … {}", key(page.first()), key(page.last())) };
    format!("  page {no:>4} │{bar}│ {:>4} records  {keys}\n", page.n_recs())
}

fn column(text: &str) -> Anything<Column> {
    let (body, nullable) = text.strip_suffix('?').map_or((text, false), |body| (body, true));
    let column = match body.strip_prefix('v') {
        Some(max) => Column::variable(max.parse()?),
        None => Column::fixed(body.parse()?),
    };
    Ok(if nullable { column.nullable() } else { column })
}

#[allow(dead_code)] // a test compares the drawing
fn main() -> Anything<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/two_levels.ibd").to_owned();
    let (path, columns) = match args.split_first() {
        Some((path, columns)) if !columns.is_empty() => (path.clone(), columns.to_vec()),
        _ => (sample, vec!["4".to_owned(), "v1500?".to_owned()]),
    };
    let mut all: Vec<Column> = columns.iter().map(|c| column(c)).collect::<Anything<_>>()?;
    all.splice(1..1, [Column::fixed(6), Column::fixed(7)]);
    println!("{path}\n\n{}", draw(&path, &Layout::new(all, 1), PageNo(3))?);
    println!("█ records   ░ what removed records left behind");
    Ok(())
}
