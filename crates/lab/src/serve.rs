//! `serve`: a database behind a socket, for clients of MySQL.
//!
//! ```text
//! open (recovery) ─► listen ─► "ready" on standard output ─► clients ─► SIGTERM, SIGINT ─► roll back ─► close
//! ```
//!
//! After a kill nothing that was acknowledged is lost: the next command that opens the database recovers it.

use crate::database::{Database, DatabaseArguments};
use crate::failure::Failure;
use crate::progress::Progress;
use innolab_server::{Account, Limits, Listen, Server, Stopper};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

/// The socket file's name, if none is given.
const SOCKET: &str = "mysql.sock";

/// The options of `serve`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The database's directory; it is created if it does not exist.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The socket file, for this user only; without it `mysql.sock` in the database's directory.
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
    /// Listen on this port for TCP, too; 0 is any free port.
    #[arg(long, value_name = "N", requires = "password")]
    port: Option<u16>,
    /// The address on which to listen for TCP.
    #[arg(long, value_name = "ADDRESS", requires = "port", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    bind: IpAddr,
    /// The one account's name.
    #[arg(long, value_name = "NAME", default_value = "root")]
    user: String,
    /// Its password, for the socket file and for TCP. Others on this machine may see a command's arguments.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    password: String,
}

/// Serves a database until a signal ends it. ERRORS: those of opening; the address is in use; the system's.
pub(crate) fn serve(
    arguments: Arguments,
    name: &DatabaseArguments,
    progress: &Progress,
    mut out: impl Write,
) -> Result<(), Failure> {
    let database = Database::open(Some(&arguments.data), name, progress)?;
    let served = serve_database(&arguments, &database, name.database(), &mut out);
    served.and(database.close())
}

fn serve_database(arguments: &Arguments, database: &Database, name: &str, out: &mut impl Write) -> Result<(), Failure> {
    let Arguments { data, socket, port, bind, user, password } = arguments;
    let socket = socket.clone().unwrap_or_else(|| data.join(SOCKET));
    let listen = Listen { socket: Some(socket.clone()), tcp: port.map(|port| (*bind, port)) };
    let account = Account { user: user.clone(), password: password.clone() };
    let server = Server::bind(database.engine().clone(), name, account, &listen, Limits::default())?;
    stop_at_signals(server.stopper())?;
    say_how_to_connect(&server, &socket, (user, name, password.is_empty()), out)?;
    Ok(server.run()?)
}

/// Prints a command that connects, for the socket file and for TCP.
fn say_how_to_connect(
    server: &Server,
    socket: &Path,
    (user, name, is_open): (&str, &str, bool),
    out: &mut impl Write,
) -> Result<(), Failure> {
    let password = if is_open { "" } else { " --password" };
    // Without it the client takes its character set from the locale, which need not be UTF-8.
    let utf8 = "--default-character-set=utf8mb4";
    writeln!(out, "ready: mariadb --socket={} --user={user}{password} {utf8} {name}", socket.display())?;
    if let Some(address) = server.address() {
        let (host, port) = (address.ip(), address.port());
        writeln!(out, "ready: mariadb --host={host} --port={port} --user={user}{password} {utf8} {name}")?;
    }
    Ok(out.flush()?)
}

/// Stops the server at SIGTERM and SIGINT. ERRORS: the system's.
fn stop_at_signals(stopper: Stopper) -> Result<(), Failure> {
    let mut signals = Signals::new([SIGTERM, SIGINT])?;
    std::thread::Builder::new().name("signals".into()).spawn(move || signals.forever().for_each(|_| stopper.stop()))?;
    Ok(())
}
