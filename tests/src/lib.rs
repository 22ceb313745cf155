//! What the tests of the whole lab share: the program under test, and the real server as its referee.
//!
//! | module       | what                                                                     |
//! |--------------|--------------------------------------------------------------------------|
//! | [`lab`]      | builds and runs the program `innolab`                                    |
//! | [`server`]   | a private MariaDB that runs scenarios                                    |
//! | [`sources`], [`aliases`] | the arrows between source files; the server's names in them |
//! | [`transcript`] | two transcripts compared; one as text                                   |
//! | [`generate`] | random scripts of one session, the same for the same seed                |
//! | [`history`]  | concurrent transactions on threads, and what they prove of isolation     |
//! | [`hermitage`] | what the comments of the public isolation suite say                     |
//! | [`isolation`] | anomalies by level                                                      |
//! | [`claims`], [`programs`] | sentences that are run                                       |
//! | [`markdown`] | generated parts of files                                                 |

pub mod aliases;
pub mod claims;
pub mod generate;
pub mod hermitage;
pub mod history;
pub mod isolation;
pub mod lab;
pub mod markdown;
pub mod programs;
pub mod server;
pub mod sources;
pub mod transcript;
