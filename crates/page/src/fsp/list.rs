//! Doubly linked lists that run through pages: a base with a count and both ends, and nodes with two neighbours, linked
//! by [`Addr`].
//!
//! ```text
//! base (16 bytes):  count 4 · first 6 · last 6            node (12 bytes):  prev 6 · next 6            address: page 4 · byte 2
//! ```
//!
//! InnoDB's counterpart: `fut0lst`.

use crate::write::Write;
use innolab_base::PageNo;
use innolab_base::codec::{get_u16, get_u32, put_u16, put_u32};

/// Bytes of a base.
#[doc(alias = "FLST_BASE_NODE_SIZE")]
pub const BASE_LEN: usize = 16;
/// Bytes of a node.
#[doc(alias = "FLST_NODE_SIZE")]
pub const NODE_LEN: usize = 12;

/// The address of a list node: a page and a byte in it.
#[doc(alias = "fil_addr_t")]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Addr {
    /// The page.
    pub page: PageNo,
    /// The first byte of the node there.
    pub at: u16,
}

impl Addr {
    /// The end of a list.
    pub const NULL: Addr = Addr { page: PageNo::NULL, at: 0 };

    /// True for [`Addr::NULL`].
    pub fn is_null(self) -> bool {
        self.page.is_null()
    }

    /// Reads the six bytes at `at`.
    pub fn read(page: &[u8], at: usize) -> Addr {
        Addr { page: PageNo(get_u32(page, at)), at: get_u16(page, at + 4) }
    }

    /// Returns its six bytes.
    pub fn encode(self) -> [u8; 6] {
        let mut out = [0; 6];
        put_u32(&mut out, 0, self.page.0);
        put_u16(&mut out, 4, self.at);
        out
    }
}

impl std::fmt::Display for Addr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_null() { f.write_str("-") } else { write!(f, "{}+{}", self.page, self.at) }
    }
}

/// The base of a list, which its owner stores.
#[doc(alias = "flst_base_node_t")]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ListBase {
    /// Number of nodes.
    pub len: u32,
    /// The first node.
    pub first: Addr,
    /// The last node.
    pub last: Addr,
}

impl ListBase {
    /// The base of an empty list.
    pub const EMPTY: ListBase = ListBase { len: 0, first: Addr::NULL, last: Addr::NULL };

    /// Reads the base at byte `at`.
    pub fn read(page: &[u8], at: usize) -> ListBase {
        ListBase { len: get_u32(page, at), first: Addr::read(page, at + 4), last: Addr::read(page, at + 10) }
    }

    /// Returns its sixteen bytes.
    pub fn encode(self) -> [u8; BASE_LEN] {
        let mut out = [0; BASE_LEN];
        put_u32(&mut out, 0, self.len);
        out[4..10].copy_from_slice(&self.first.encode());
        out[10..].copy_from_slice(&self.last.encode());
        out
    }

    /// Writes it at byte `at`.
    pub fn write(self, w: &mut (impl Write + ?Sized), at: usize) {
        w.write(at, &self.encode());
    }
}

impl std::fmt::Display for ListBase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} nodes, {} … {}", self.len, self.first, self.last)
    }
}

/// Returns the node before the one at byte `node` of `page`.
pub fn prev(page: &[u8], node: usize) -> Addr {
    Addr::read(page, node)
}

/// Returns the node after the one at byte `node` of `page`.
pub fn next(page: &[u8], node: usize) -> Addr {
    Addr::read(page, node + 6)
}

/// Sets the node before the one at byte `node`.
pub fn set_prev(w: &mut (impl Write + ?Sized), node: usize, addr: Addr) {
    w.write(node, &addr.encode());
}

/// Sets the node after the one at byte `node`.
pub fn set_next(w: &mut (impl Write + ?Sized), node: usize, addr: Addr) {
    w.write(node + 6, &addr.encode());
}

/// Sets both neighbours of the node at byte `node` in one write.
pub fn set_node(w: &mut (impl Write + ?Sized), node: usize, prev: Addr, next: Addr) {
    let mut out = [0; NODE_LEN];
    out[..6].copy_from_slice(&prev.encode());
    out[6..].copy_from_slice(&next.encode());
    w.write(node, &out);
}
