//! How much a test does: its size, quick or full, the seeds of random tests, and whether the hash index is on.

use std::ops::Range;

/// True if `INNOLAB_FULL` is set to anything but `0`: tests run in their full size.
pub fn is_full() -> bool {
    is_set("INNOLAB_FULL")
}

/// True if `INNOLAB_HASH` is set to anything but `0`: the engine's tests have the adaptive hash index on.
pub fn hash_index() -> bool {
    is_set("INNOLAB_HASH")
}

fn is_set(name: &str) -> bool {
    std::env::var(name).is_ok_and(|value| value != "0")
}

/// Returns `full` in the full size, else `quick`.
pub fn size<T>(quick: T, full: T) -> T {
    if is_full() { full } else { quick }
}

/// Returns the seeds of a random test: `0..full` in the full size, else `0..quick`. `INNOLAB_SEEDS` replaces both: `40`
/// means `0..40`, `900..950` is a range.
///
/// # Panics
/// If `INNOLAB_SEEDS` is neither a number nor a range.
pub fn seeds(quick: u64, full: u64) -> Range<u64> {
    match std::env::var("INNOLAB_SEEDS") {
        Ok(text) => parse(&text).unwrap_or_else(|| panic!("INNOLAB_SEEDS={text}: neither `40` nor `900..950`")),
        Err(_) => 0..size(quick, full),
    }
}

fn parse(text: &str) -> Option<Range<u64>> {
    match text.split_once("..") {
        Some((from, to)) => Some(from.parse().ok()?..to.parse().ok()?),
        None => Some(0..text.parse().ok()?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_a_count_or_a_range() {
        assert_eq!((parse("40"), parse("900..950"), parse("x")), (Some(0..40), Some(900..950), None));
    }
}
