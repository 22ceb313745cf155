//! The hash index's memory: whose record an entry may be.

use crate::common::{OWNER, SPACE, open, sim, small, with_segments};
use innolab_base::{IndexId, SpaceId};
use innolab_page::Origin;
use innolab_store::Options;
use innolab_store::replacer::Policy;

/// Hashes of two indexes may be the same. The page of another index has other columns, so the tree must not even look
/// at it.
#[test]
fn an_entry_is_shown_only_to_its_own_index_in_its_own_file_r2() {
    let (_, disk) = sim(1);
    let options = Options { innodb_adaptive_hash_index: true, ..small(Policy::Midpoint) };
    let (store, _) = open(&disk, options).expect("opens");
    let space = with_segments(&store).expect("room");
    let other = store.create_space(SpaceId(SPACE.0 + 1), "u.ibd").expect("room");
    let (index, hash, origin) = (IndexId(5), 77, Origin(100));
    let leaf = store.read(&space, OWNER).expect("it is there");
    store.hash_leaf(&leaf, index, [(hash, origin)].into_iter());
    let shown =
        |space, index| store.find_hashed(space, index, hash, |_, _| true).map(|(leaf, at)| (leaf.page_no(), at));
    assert_eq!(shown(&space, index), Some((OWNER, origin)));
    assert_eq!((shown(&space, IndexId(6)), shown(&other, index)), (None, None));
    drop(leaf);
    // Its page is given up, and its frame with it.
    store.drop_space(SPACE).expect("drops");
    assert_eq!(shown(&space, index), None);
}
