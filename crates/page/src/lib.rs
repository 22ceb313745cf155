//! (essay to come: the page crate's owner writes it)
pub mod write;
pub use write::Write;
