//! The sockets on which clients arrive.
//!
//! RULES
//!
//! - **R1** Nobody but the owner can connect through the socket file, at no moment: it is made in a directory of mode
//!   0700, gets its mode 0600 there, and is then moved to its place.
//! - **R2** A socket file that nobody listens on, left by a killed server, is replaced. One that is in use, and a file
//!   of another kind, are refused.
//! - **R3** Only the file that this server made is removed when it ends.

use crate::socket::Socket;
use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, ErrorKind};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

/// A socket on which clients arrive.
pub(crate) enum Listener {
    Unix { listener: UnixListener, path: PathBuf, inode: u64 },
    Tcp(TcpListener),
}

impl Listener {
    /// Listens on a socket file. ERRORS: R2; the system's.
    pub(crate) fn unix(path: &Path) -> io::Result<Listener> {
        match fs::symlink_metadata(path) {
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            Err(e) => return Err(e),
            Ok(found) if !found.file_type().is_socket() => {
                return Err(io::Error::new(ErrorKind::AlreadyExists, "the file exists, and is no socket"));
            }
            Ok(_) if UnixStream::connect(path).is_ok() => {
                return Err(io::Error::new(ErrorKind::AddrInUse, "a server is listening on this socket"));
            }
            Ok(_) => {}
        }
        let mut dir = path.as_os_str().to_owned();
        dir.push(format!(".{}", std::process::id()));
        let dir = PathBuf::from(dir);
        DirBuilder::new().mode(0o700).create(&dir)?;
        let made = make_socket(&dir.join("s"), path);
        // It is empty, whatever happened.
        fs::remove_dir(&dir)?;
        let listener = made?;
        let inode = fs::symlink_metadata(path)?.ino();
        Ok(Listener::Unix { listener, path: path.to_owned(), inode })
    }

    pub(crate) fn tcp(address: SocketAddr) -> io::Result<Listener> {
        TcpListener::bind(address).map(Listener::Tcp)
    }

    /// The address of a TCP listener.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        match self {
            Listener::Unix { .. } => None,
            Listener::Tcp(listener) => listener.local_addr().ok(),
        }
    }

    /// Waits for a client. ERRORS: the system's; the listener is closed.
    pub(crate) fn accept(&self) -> io::Result<Socket> {
        match self {
            Listener::Unix { listener, .. } => listener.accept().map(|(stream, _)| Socket::Unix(stream)),
            Listener::Tcp(listener) => listener.accept().map(|(stream, _)| Socket::Tcp(stream)),
        }
    }

    /// Ends the `accept` under way, and all later ones. ERRORS: the system's.
    pub(crate) fn close(&self) -> io::Result<()> {
        // The library lets only streams be shut down; the system shuts down a listener as well.
        match self {
            Listener::Unix { listener, .. } => {
                UnixStream::from(OwnedFd::from(listener.try_clone()?)).shutdown(Shutdown::Both)
            }
            Listener::Tcp(listener) => TcpStream::from(OwnedFd::from(listener.try_clone()?)).shutdown(Shutdown::Both),
        }
    }
}

/// Makes a socket with mode 0600 at `first`, and moves it to `path` (R1).
fn make_socket(first: &Path, path: &Path) -> io::Result<UnixListener> {
    let listener = UnixListener::bind(first)?;
    let moved = fs::set_permissions(first, Permissions::from_mode(0o600)).and_then(|()| fs::rename(first, path));
    if moved.is_err() {
        fs::remove_file(first)?;
    }
    moved.map(|()| listener)
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Listener::Unix { path, inode, .. } = self
            && fs::symlink_metadata(&*path).is_ok_and(|found| found.ino() == *inode)
        {
            // R3
            let _ = fs::remove_file(path);
        }
    }
}
