//! A doubly linked list of frame numbers, used by the flush list and the replacers. The links of all frames are in one
//! array, so linking allocates nothing, and a frame is in a list at most once.

/// The end of a list: no frame.
pub(crate) const NIL: u32 = u32::MAX;

/// A list of frame numbers below the capacity it was made with.
pub(crate) struct FrameList {
    links: Vec<[u32; 2]>,
    front: u32,
    back: u32,
    len: usize,
}

const PREV: usize = 0;
const NEXT: usize = 1;
/// In `links[f][PREV]` of a frame that is not in the list.
const OUT: u32 = u32::MAX - 1;

impl FrameList {
    pub(crate) fn new(capacity: usize) -> FrameList {
        FrameList { links: vec![[OUT, OUT]; capacity], front: NIL, back: NIL, len: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The last frame, or [`NIL`].
    pub(crate) fn back(&self) -> u32 {
        self.back
    }

    #[cfg(test)]
    pub(crate) fn front(&self) -> u32 {
        self.front
    }

    pub(crate) fn contains(&self, f: u32) -> bool {
        self.links[f as usize][PREV] != OUT
    }

    /// The frames from the back to the front.
    pub(crate) fn iter_from_back(&self) -> impl Iterator<Item = u32> {
        let some = |frame| (frame != NIL).then_some(frame);
        std::iter::successors(some(self.back), move |frame| some(self.prev(*frame)))
    }

    /// The frame before `f` (towards the front), or [`NIL`].
    pub(crate) fn prev(&self, f: u32) -> u32 {
        self.links[f as usize][PREV]
    }

    /// The frame after `f` (towards the back), or [`NIL`].
    pub(crate) fn next(&self, f: u32) -> u32 {
        self.links[f as usize][NEXT]
    }

    pub(crate) fn push_front(&mut self, f: u32) {
        self.insert_before(self.front, f);
    }

    /// Inserts `f` before `at`; [`NIL`] is behind the last.
    pub(crate) fn insert_before(&mut self, at: u32, f: u32) {
        assert!(!self.contains(f), "frame {f} is in the list already");
        let before = if at == NIL { self.back } else { self.prev(at) };
        self.links[f as usize] = [before, at];
        *self.toward_back(before) = f;
        *self.toward_front(at) = f;
        self.len += 1;
    }

    pub(crate) fn remove(&mut self, f: u32) {
        assert!(self.contains(f), "frame {f} is not in the list");
        let [before, after] = std::mem::replace(&mut self.links[f as usize], [OUT, OUT]);
        *self.toward_back(before) = after;
        *self.toward_front(after) = before;
        self.len -= 1;
    }

    /// The link from `f` towards the back; for [`NIL`] the list's front.
    fn toward_back(&mut self, f: u32) -> &mut u32 {
        if f == NIL { &mut self.front } else { &mut self.links[f as usize][NEXT] }
    }

    /// The link from `f` towards the front; for [`NIL`] the list's back.
    fn toward_front(&mut self, f: u32) -> &mut u32 {
        if f == NIL { &mut self.back } else { &mut self.links[f as usize][PREV] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::VecDeque;

    fn contents(list: &FrameList) -> Vec<u32> {
        let mut out = vec![];
        let mut f = list.front();
        while f != NIL {
            out.push(f);
            f = list.next(f);
        }
        out
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: innolab_testing::size(32, 256), ..ProptestConfig::default() })]

        #[test]
        fn agrees_with_a_deque(ops in proptest::collection::vec((0u32..16, 0u32..16), 1..200)) {
            let (mut list, mut model) = (FrameList::new(16), VecDeque::new());
            for (f, at) in ops {
                if let Some(i) = model.iter().position(|m| *m == f) {
                    list.remove(f);
                    model.remove(i);
                } else if let Some(i) = model.iter().position(|m| *m == at) {
                    list.insert_before(at, f);
                    model.insert(i, f);
                } else {
                    list.push_front(f);
                    model.push_front(f);
                }
                prop_assert_eq!(contents(&list), model.iter().copied().collect::<Vec<_>>());
                prop_assert_eq!(list.back(), model.back().copied().unwrap_or(NIL));
                prop_assert_eq!(list.len(), model.len());
            }
        }
    }
}
