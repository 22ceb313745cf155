//! The trait through which all bytes of a page change.
//!
//! A mutator says which bytes change; the target decides what that means. A plain slice just takes the bytes. The
//! store's mini-transaction takes them and appends the same write to the redo log. So the code of a page format exists
//! once.

use std::ops::Range;

/// A page that may be changed.
pub trait Write {
    /// Returns the page, [`PAGE_SIZE`](innolab_base::PAGE_SIZE) bytes, with all earlier writes.
    fn bytes(&self) -> &[u8];
    /// Writes `bytes` at byte `at`.
    fn write(&mut self, at: usize, bytes: &[u8]);
    /// Copies the bytes of `from` to byte `to`; the ranges may overlap.
    fn copy_within(&mut self, from: Range<usize>, to: usize);
    /// Sets the bytes of `range` to `byte`.
    fn fill(&mut self, range: Range<usize>, byte: u8);

    /// Writes one byte at `at`.
    fn write_u8(&mut self, at: usize, v: u8) {
        self.write(at, &[v]);
    }
    /// Writes a big-endian integer of two bytes at `at`.
    fn write_u16(&mut self, at: usize, v: u16) {
        self.write(at, &v.to_be_bytes());
    }
    /// Writes a big-endian integer of four bytes at `at`.
    fn write_u32(&mut self, at: usize, v: u32) {
        self.write(at, &v.to_be_bytes());
    }
    /// Writes a big-endian integer of eight bytes at `at`.
    fn write_u64(&mut self, at: usize, v: u64) {
        self.write(at, &v.to_be_bytes());
    }
}

impl Write for [u8] {
    fn bytes(&self) -> &[u8] {
        self
    }
    fn write(&mut self, at: usize, bytes: &[u8]) {
        self[at..at + bytes.len()].copy_from_slice(bytes);
    }
    fn copy_within(&mut self, from: Range<usize>, to: usize) {
        <[u8]>::copy_within(self, from, to);
    }
    fn fill(&mut self, range: Range<usize>, byte: u8) {
        self[range].fill(byte);
    }
}
