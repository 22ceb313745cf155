//! The calls of an ordered map that the suite makes.

use std::ops::Bound;

/// A key or a value.
pub type Bytes = Vec<u8>;

/// An ordered map of byte strings, as the suite calls it: each method is the one of the same name of `innolab_btree::Kv`,
/// with errors as text. The macro [`ordered_map`](crate::ordered_map!) implements it.
#[allow(missing_docs)] // documented there
pub trait OrderedMap: Sized {
    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, String>;
    fn insert(&self, key: &[u8], value: &[u8]) -> Result<bool, String>;
    fn update(&self, key: &[u8], value: &[u8]) -> Result<bool, String>;
    fn put(&self, key: &[u8], value: &[u8]) -> Result<(), String>;
    fn remove(&self, key: &[u8]) -> Result<bool, String>;
    fn range(&self, range: (Bound<Bytes>, Bound<Bytes>)) -> Result<Vec<(Bytes, Bytes)>, String>;
    fn sync(&self) -> Result<(), String>;
    fn close(self) -> Result<(), String>;
}

/// Defines the type `$name`, which is a map with the calls of `innolab_btree::Kv` as the suite calls it:
/// `innolab_conformance::ordered_map_calls!(Tested, my_tree::Kv);`.
#[macro_export]
macro_rules! ordered_map_calls {
    ($name:ident, $map:ty) => {
        struct $name($map);

        const _: () = {
            use std::ops::Bound;
            use $crate::ordered_map::Bytes;

            impl $crate::ordered_map::OrderedMap for $name {
                fn get(&self, key: &[u8]) -> Result<Option<Bytes>, String> {
                    self.0.get(key).map_err(|e| e.to_string())
                }
                fn insert(&self, key: &[u8], value: &[u8]) -> Result<bool, String> {
                    self.0.insert(key, value).map_err(|e| e.to_string())
                }
                fn update(&self, key: &[u8], value: &[u8]) -> Result<bool, String> {
                    self.0.update(key, value).map_err(|e| e.to_string())
                }
                fn put(&self, key: &[u8], value: &[u8]) -> Result<(), String> {
                    self.0.put(key, value).map_err(|e| e.to_string())
                }
                fn remove(&self, key: &[u8]) -> Result<bool, String> {
                    self.0.remove(key).map_err(|e| e.to_string())
                }
                fn range(&self, range: (Bound<Bytes>, Bound<Bytes>)) -> Result<Vec<(Bytes, Bytes)>, String> {
                    self.0.range(range).collect::<Result<_, _>>().map_err(|e| e.to_string())
                }
                fn sync(&self) -> Result<(), String> {
                    self.0.sync().map_err(|e| e.to_string())
                }
                fn close(self) -> Result<(), String> {
                    self.0.close().map_err(|e| e.to_string())
                }
            }
        };
    };
}

/// Defines a test for each level of [`ordered_map`](mod@crate::ordered_map), for a map with the calls of `innolab_btree::Kv`
/// and a closure that opens it on a disk, or creates it there:
/// `innolab_conformance::ordered_map!(my_tree::Kv, |disk| my_tree::Kv::open(disk, options()));`.
#[macro_export]
macro_rules! ordered_map {
    ($map:ty, $open:expr) => {
        use $crate::ordered_map::{Level, check};

        $crate::ordered_map_calls!(Tested, $map);

        fn tested(level: Level) {
            let open = |disk| $open(disk).map(Tested).map_err(|e| e.to_string());
            check(level, open).unwrap_or_else(|broken| panic!("{broken}"));
        }

        #[test]
        fn an_ordered_map() {
            tested(Level::Map);
        }

        #[test]
        fn large_pairs() {
            tested(Level::Large);
        }

        #[test]
        fn closed_and_opened_again() {
            tested(Level::Close);
        }

        #[test]
        fn power_losses() {
            tested(Level::PowerLoss);
        }
    };
}
