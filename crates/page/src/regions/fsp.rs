//! The regions of file-space pages: space header, extent descriptors, bitmap, inodes.

use super::tiles::{Part, Tiles};
use crate::fil;
use crate::fsp::{self, inode, list, xdes};

pub(super) fn space_header(out: &mut Tiles<'_>) {
    out.u32("space id");
    out.u32("unused");
    out.u32("size");
    out.u32("free limit");
    out.take(4, "flags", format!("{:#x}", fsp::flags(out.page)));
    out.u32("frag n used");
    out.base("FREE");
    out.base("FREE_FRAG");
    out.base("FULL_FRAG");
    out.u64("next segment id");
    out.base("INODES_FULL");
    out.base("INODES_FREE");
}

pub(super) fn descriptors(out: &mut Tiles<'_>) {
    out.part = Part::Extents;
    for i in 0..xdes::PER_PAGE {
        let at = xdes::at(i);
        let value = match xdes::state(out.page, at) {
            Ok(state) => {
                let (prev, next) = (list::prev(out.page, xdes::node(at)), list::next(out.page, xdes::node(at)));
                let (used, segment) = (xdes::n_used(out.page, at), xdes::segment(out.page, at));
                format!("{state:?}, {used} used, segment {segment}, {prev} ◄ ► {next}")
            }
            Err(_) => String::new(),
        };
        out.take(xdes::LEN, format!("extent {i}"), value);
    }
}

pub(super) fn bitmap(out: &mut Tiles<'_>) {
    out.part = Part::Bitmap;
    let len = fsp::DESCRIBED_PAGES as usize / 2;
    let set = out.page[fil::DATA..fil::DATA + len].iter().filter(|&&b| b != 0).count();
    out.take(len, "four bits a page", format!("{set} bytes not zero"));
}

pub(super) fn inodes(out: &mut Tiles<'_>) {
    out.node("list of INODE pages");
    out.part = Part::Inodes;
    for i in 0..inode::PER_PAGE {
        let at = inode::at(i);
        let id = inode::id(out.page, at);
        if id.0 == 0 {
            out.take(inode::LEN, format!("inode {i}"), String::new());
            continue;
        }
        out.take(8, format!("inode {i}: segment"), id.to_string());
        out.u32("used in NOT_FULL");
        out.base("FREE");
        out.base("NOT_FULL");
        out.base("FULL");
        out.u32("magic");
        let single = (0..inode::N_FRAG).filter_map(|i| inode::frag(out.page, at, i).some());
        let single: Vec<_> = single.map(|page| page.to_string()).collect();
        out.take(
            4 * inode::N_FRAG,
            "single pages",
            if single.is_empty() { "none".to_string() } else { single.join(" ") },
        );
    }
}
