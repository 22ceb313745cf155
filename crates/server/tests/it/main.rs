//! A server in this process, and clients that are `mysql_common`'s packets, the program `mariadb` and PyMySQL.
//!
//! | file       | what                                                                              |
//! |------------|-----------------------------------------------------------------------------------|
//! | `fixture`  | the server, and a client that shows each packet                                   |
//! | `login`    | who may log in, how, and where                                                    |
//! | `commands` | what a client that has logged in gets                                             |
//! | `kill`     | KILL, COMMIT RELEASE                                                              |
//! | `stop`     | a server that stops while a statement works: nothing of it stays                  |
//! | `limits`   | clients that are too many, too slow, too large, or talk nonsense; the server's end |
//! | `mutated`  | conversations with random changes: no panic, no hang, no login without the scramble |
//! | `programs` | the client `mariadb`, and PyMySQL                                                 |

mod commands;
mod fixture;
mod kill;
mod limits;
mod login;
mod mutated;
mod programs;
mod stop;
