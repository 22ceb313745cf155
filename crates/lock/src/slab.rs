//! A vector in chunks whose slots are numbered and reused. A value never moves, so growth copies nothing while the lock
//! table's mutex is held.
//!
//! ```text
//!   number 2051 = chunk 2, slot 3       a freed number is reused, the last freed first; an empty slab frees its memory
//! ```

use std::ops::{Index, IndexMut};

/// The null number: it ends a linked list.
pub(crate) const NONE: u32 = u32::MAX;

const CHUNK: usize = 1024;

/// See the module.
#[derive(Debug)]
pub(crate) struct Slab<T> {
    chunks: Vec<Vec<Option<T>>>,
    free: Vec<u32>,
    len: usize,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Slab { chunks: Vec::new(), free: Vec::new(), len: 0 }
    }
}

impl<T> Slab<T> {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Stores `value` and returns its number.
    pub(crate) fn add(&mut self, value: T) -> u32 {
        self.len += 1;
        if let Some(number) = self.free.pop() {
            self.chunks[number as usize / CHUNK][number as usize % CHUNK] = Some(value);
            return number;
        }
        if self.chunks.last().is_none_or(|last| last.len() == CHUNK) {
            self.chunks.push(Vec::with_capacity(CHUNK));
        }
        let chunk = self.chunks.len() - 1;
        self.chunks[chunk].push(Some(value));
        (chunk * CHUNK + self.chunks[chunk].len() - 1) as u32
    }

    pub(crate) fn remove(&mut self, number: u32) -> Option<T> {
        let value = self.chunks[number as usize / CHUNK][number as usize % CHUNK].take()?;
        self.len -= 1;
        if self.len == 0 && self.chunks.len() > 1 {
            self.chunks.clear();
            self.free = Vec::new();
        } else {
            self.free.push(number);
        }
        Some(value)
    }

    pub(crate) fn get(&self, number: u32) -> Option<&T> {
        self.chunks.get(number as usize / CHUNK)?.get(number as usize % CHUNK)?.as_ref()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        self.chunks.iter().flatten().enumerate().filter_map(|(number, value)| Some((number as u32, value.as_ref()?)))
    }

    /// Bytes of memory for values and the list of free numbers.
    pub(crate) fn bytes(&self) -> usize {
        self.chunks.len() * CHUNK * size_of::<Option<T>>() + self.free.capacity() * size_of::<u32>()
    }
}

impl<T> Index<u32> for Slab<T> {
    type Output = T;

    #[inline]
    fn index(&self, number: u32) -> &T {
        match &self.chunks[number as usize / CHUNK][number as usize % CHUNK] {
            Some(value) => value,
            None => panic!("number {number} is not in use"),
        }
    }
}

impl<T> IndexMut<u32> for Slab<T> {
    #[inline]
    fn index_mut(&mut self, number: u32) -> &mut T {
        match &mut self.chunks[number as usize / CHUNK][number as usize % CHUNK] {
            Some(value) => value,
            None => panic!("number {number} is not in use"),
        }
    }
}
