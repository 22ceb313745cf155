//! The socket: clients of MySQL talk to the engine through it.
//!
//! A client and a server exchange packets. In each exchange the client sends one packet and reads the answer, so a
//! connection is a thread that reads a packet, runs it in a [`Session`](innolab_sql::Session) and writes what came out.
//! The thread sleeps in the session while another connection holds a lock, exactly as a session of the lab does.
//!
//! ```text
//!           accept                 greeting           scramble                     QUIT, end of input, silence,
//! listener ───────► place ─────► login ────────────► session ─┬─► read a command ─────────────────────────► rolled back
//!                     │ 1040        │ 1043 1045 time           ▲          │                                  place given back
//!                     ▼             ▼                          │          ▼
//!                    end           end                         └── write the answer ◄── run it
//!
//! greeting   0A │ version 0 │ id 4 │ nonce 8 │ 0 │ flags 2 │ charset 1 │ status 2 │ flags 2 │ 21 │ 0 × 10 │ nonce 12 │ 0 │ plugin 0
//! answer     flags 4 │ max packet 4 │ charset 1 │ 0 × 23 │ user 0 │ length, scramble │ database 0 │ plugin 0 │ attributes
//! command    its byte │ its argument               SELECT 1:  09 00 00 00 │ 03 │ 53 45 4C 45 43 54 20 31
//! ```
//!
//! RULES
//!
//! - **R1** Nobody reads or changes anything without the rights for it. The socket file is for its owner only; TCP needs an
//!   account with a password; a client has no session before it proved that it knows the password.
//! - **R2** No packet harms another connection: each is limited in size and time, costs its own thread, and a wrong one
//!   ends its own connection.
//! - **R3** A statement is acknowledged when the session has returned: a commit is then as durable as
//!   `innodb_flush_log_at_trx_commit` says. A killed server loses nothing that was acknowledged under 1.
//! - **R4** When a server has stopped, no statement runs and no transaction is open. A statement that runs when the signal
//!   comes is not committed: it ends at its next row, or before its commit.
//! - **R5** Beside the one account there is nothing to protect from each other: each connection may kill each one.
//!
//! | file          | what                                                              |
//! |---------------|-------------------------------------------------------------------|
//! | `server`      | [`Server`]: listens, gives each client a thread, stops            |
//! | `connection`  | one client from its first byte to its last                        |
//! | `commands`    | the commands of a client that has logged in                       |
//! | `login`       | greeting, switch of plugins, proof                                |
//! | `scramble`    | nonces, and the two ways to prove a password                      |
//! | `answer`, `column` | OK, ERR, EOF, rows, and the definitions of their columns     |
//! | `channel`     | packets over a socket, within limits of size and time             |
//! | `connections` | the open connections: counted, killed                             |
//! | `listen`, `socket` | the socket file and TCP                                      |
//! | `options`, `shared` | what a server is given; what its threads share              |
//!
//! InnoDB's counterpart: none; MySQL's `sql/conn_handler`, `sql/auth/sql_authentication.cc`, `sql/protocol_classic.cc`,
//! `sql/sql_parse.cc` (`dispatch_command`). The codec and the packets of both sides, except OK, EOF, columns and rows, are
//! `mysql_common`'s. Left out: TLS, compression, prepared statements, several accounts and their grants, replicas' commands.

mod answer;
mod channel;
mod column;
mod commands;
mod connection;
mod connections;
mod listen;
mod login;
mod options;
mod scramble;
mod server;
mod shared;
mod socket;

pub use options::{Account, Limits, Listen};
pub use server::{Server, Stopper};
