//! My ordered map against the rules.

innolab_conformance::ordered_map!(innolab_my_ordered_map::Map, innolab_my_ordered_map::open);
