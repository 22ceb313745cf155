//! The bytes of a simulated file, copied on write: a snapshot costs next to nothing.
//!
//! ```text
//! Image ─► groups: [Arc<Group>] ─► 256 × Option<Arc<Chunk>> ─► 4096 bytes        None: zeros, never written
//!            1 MiB each                4 KiB each
//! ```
//!
//! Cloning an image of n MiB copies n pointers; the first write after it copies one group's pointers and one chunk.

use std::sync::Arc;

const CHUNK: usize = 4096;
const CHUNKS: usize = 256;
const GROUP: u64 = (CHUNK * CHUNKS) as u64;

type Chunk = [u8; CHUNK];
type Group = [Option<Arc<Chunk>>; CHUNKS];

/// A file's bytes and length. Bytes past the length are zeros.
#[derive(Clone, Default)]
pub(super) struct Image {
    groups: Vec<Arc<Group>>,
    len: u64,
}

impl Image {
    /// Returns the length in bytes.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Truncates, or extends with zeros.
    pub(super) fn set_len(&mut self, len: u64) {
        if len < self.len {
            self.zero(len, self.len);
            self.groups.truncate(len.div_ceil(GROUP) as usize);
        }
        self.len = len;
    }

    /// Fills `buf` from byte `at` on, with zeros past the end.
    pub(super) fn read(&self, at: u64, buf: &mut [u8]) {
        for (at, range) in pieces(at, buf.len()) {
            let out = &mut buf[range];
            match self.chunk(at) {
                Some(chunk) => out.copy_from_slice(&chunk[at as usize % CHUNK..][..out.len()]),
                None => out.fill(0),
            }
        }
    }

    /// Writes `bytes` at `at`, extending the image if they reach past its end.
    pub(super) fn write(&mut self, at: u64, bytes: &[u8]) {
        for (at, range) in pieces(at, bytes.len()) {
            let part = &bytes[range];
            self.chunk_mut(at)[at as usize % CHUNK..][..part.len()].copy_from_slice(part);
        }
        self.len = self.len.max(at + bytes.len() as u64);
    }

    fn zero(&mut self, from: u64, to: u64) {
        for (at, range) in pieces(from, (to - from) as usize) {
            if self.chunk(at).is_some() {
                self.chunk_mut(at)[at as usize % CHUNK..][..range.len()].fill(0);
            }
        }
    }

    fn chunk(&self, at: u64) -> Option<&Chunk> {
        self.groups.get((at / GROUP) as usize)?[(at % GROUP) as usize / CHUNK].as_deref()
    }

    fn chunk_mut(&mut self, at: u64) -> &mut Chunk {
        let group = (at / GROUP) as usize;
        if self.groups.len() <= group {
            self.groups.resize_with(group + 1, || Arc::new([const { None }; CHUNKS]));
        }
        let chunk = &mut Arc::make_mut(&mut self.groups[group])[(at % GROUP) as usize / CHUNK];
        Arc::make_mut(chunk.get_or_insert_with(|| Arc::new([0; CHUNK])))
    }
}

/// Splits the `len` bytes at `at` at chunk boundaries: the position of each piece, and its range within the whole.
fn pieces(at: u64, len: usize) -> impl Iterator<Item = (u64, std::ops::Range<usize>)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let here = at + done as u64;
        let n = (CHUNK - here as usize % CHUNK).min(len - done);
        let range = done..done + n;
        done += n;
        (n > 0).then_some((here, range))
    })
}
