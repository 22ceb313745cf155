//! A client's session: takes statements one by one, keeps its transaction and settings, and sends each statement its way.

mod client;
mod commands;
mod transaction;
mod write;

pub use client::Session;
