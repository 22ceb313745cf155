//! A server in this process, and a client that shows each packet.

use innolab_disk::SimDisk;
use innolab_engine::{Engine, Options};
use innolab_server::{Account, Limits, Listen, Server, Stopper};
use mysql_common::auth::plugins::{caching_sha2_password, mysql_native_password};
use mysql_common::constants::CapabilityFlags;
use mysql_common::io::ParseBuf;
use mysql_common::packets::{AuthPlugin, AuthSwitchRequest, Column, HandshakePacket, HandshakeResponse};
use mysql_common::proto::MySerialize;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

pub(crate) const PASSWORD: &str = "secret";
/// The longest wait of a client for an answer: after it the server hangs.
const PATIENCE: Duration = Duration::from_secs(20);
const CHUNK: usize = (1 << 24) - 1;

pub(crate) struct Running {
    pub(crate) disk: Arc<SimDisk>,
    pub(crate) engine: Arc<Engine>,
    pub(crate) socket: PathBuf,
    pub(crate) tcp: Option<SocketAddr>,
    pub(crate) stopper: Stopper,
    thread: Option<JoinHandle<io::Result<()>>>,
    dir: tempfile::TempDir,
}

impl Running {
    /// A server for `root` with [`PASSWORD`], on a socket file and TCP.
    pub(crate) fn start(limits: Limits) -> Running {
        Running::start_with(Options::default(), limits)
    }

    pub(crate) fn start_with(options: Options, limits: Limits) -> Running {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let socket = dir.path().join("s");
        let disk = Arc::new(SimDisk::new(1));
        let engine = Engine::open(disk.clone(), options).expect("the disk is empty");
        let account = Account { user: "root".into(), password: PASSWORD.into() };
        let listen = Listen { socket: Some(socket.clone()), tcp: Some((IpAddr::V4(Ipv4Addr::LOCALHOST), 0)) };
        let server = Server::bind(engine.clone(), "test", account, &listen, limits).expect("the address is free");
        let (stopper, tcp) = (server.stopper(), server.address());
        let thread = Some(std::thread::spawn(move || server.run()));
        Running { disk, engine, socket, tcp, stopper, thread, dir }
    }

    /// A client that has logged in.
    pub(crate) fn client(&self) -> Client {
        self.log_in(&Login::default()).unwrap_or_else(|e| panic!("{e:?}"))
    }

    pub(crate) fn log_in(&self, login: &Login) -> Result<Client, Failed> {
        Client::log_in(self.stream(), login)
    }

    pub(crate) fn stream(&self) -> UnixStream {
        let stream = UnixStream::connect(&self.socket).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("not zero");
        stream
    }

    /// A file of this test.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Stops the server and waits for its end.
    pub(crate) fn stop(&mut self) {
        self.stopper.stop();
        if let Some(thread) = self.thread.take() {
            thread.join().expect("no panic").expect("it ran");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

/// How a client logs in.
#[derive(Clone)]
pub(crate) struct Login {
    pub(crate) user: String,
    pub(crate) password: String,
    /// The plugin that it names; with it the scramble, unless `keeps_scramble`.
    pub(crate) plugin: &'static str,
    /// It sends no scramble before the server asks for the plugin's.
    pub(crate) keeps_scramble: bool,
    pub(crate) database: Option<&'static str>,
    pub(crate) deprecates_eof: bool,
}

impl Default for Login {
    fn default() -> Login {
        let (user, password) = ("root".to_owned(), PASSWORD.to_owned());
        let plugin = "mysql_native_password";
        Login { user, password, plugin, keeps_scramble: false, database: Some("test"), deprecates_eof: true }
    }
}

impl Login {
    pub(crate) fn scramble(&self, nonce: &[u8], plugin: &str) -> Vec<u8> {
        let nonce: [u8; 20] = nonce[..20].try_into().expect("a nonce has 20 bytes");
        let password = self.password.as_bytes();
        match plugin {
            "caching_sha2_password" => {
                caching_sha2_password::scramble_sha256(&nonce, password).map_or(vec![], Vec::from)
            }
            _ => mysql_native_password::scramble_native(&nonce, password).map_or(vec![], Vec::from),
        }
    }

    /// The answer to a greeting.
    pub(crate) fn response(&self, nonce: &[u8]) -> Vec<u8> {
        let mut capabilities = CapabilityFlags::CLIENT_PROTOCOL_41
            | CapabilityFlags::CLIENT_SECURE_CONNECTION
            | CapabilityFlags::CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA;
        capabilities.set(CapabilityFlags::CLIENT_DEPRECATE_EOF, self.deprecates_eof);
        let scramble = if self.keeps_scramble { vec![] } else { self.scramble(nonce, self.plugin) };
        let response = HandshakeResponse::new(
            Some(scramble),
            (10, 11, 0),
            Some(self.user.clone().into_bytes()),
            self.database.map(|name| name.as_bytes().to_vec()),
            Some(AuthPlugin::from_bytes(self.plugin.as_bytes())),
            capabilities,
            None,
            1 << 30,
        );
        bytes_of(&response)
    }
}

pub(crate) fn bytes_of(packet: &impl MySerialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    packet.serialize(&mut bytes);
    bytes
}

/// An error packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failed {
    pub(crate) errno: u16,
    /// SQLSTATE and text.
    pub(crate) text: String,
}

impl Failed {
    fn read(packet: &[u8]) -> Failed {
        assert_eq!(packet[0], 0xFF, "an error packet");
        let text = String::from_utf8_lossy(&packet[3..]).into_owned();
        Failed { errno: u16::from_le_bytes([packet[1], packet[2]]), text }
    }
}

/// An OK packet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) affected: u64,
    pub(crate) insert_id: u64,
    pub(crate) status: u16,
    pub(crate) warnings: u16,
    pub(crate) info: String,
}

pub(crate) struct Rows {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<Option<Vec<u8>>>>,
}

pub(crate) struct Client {
    pub(crate) stream: UnixStream,
    pub(crate) seq: u8,
    deprecates_eof: bool,
    /// The server's number of the connection, from the greeting.
    pub(crate) id: u32,
    /// The plugin that the server asked for.
    pub(crate) switched_to: Option<String>,
}

impl Client {
    /// Reads the greeting.
    pub(crate) fn greeted(stream: UnixStream) -> Result<(Client, Vec<u8>), Failed> {
        let mut client = Client { stream, seq: 0, deprecates_eof: true, id: 0, switched_to: None };
        let packet = client.read().expect("a greeting");
        if packet[0] == 0xFF {
            return Err(Failed::read(&packet));
        }
        let greeting: HandshakePacket<'_> = ParseBuf(&packet).parse(()).expect("a greeting");
        let nonce = [greeting.scramble_1_ref(), greeting.scramble_2_ref().expect("a second part")].concat();
        client.id = greeting.connection_id();
        Ok((client, nonce))
    }

    pub(crate) fn log_in(stream: UnixStream, login: &Login) -> Result<Client, Failed> {
        let (mut client, nonce) = Client::greeted(stream)?;
        client.deprecates_eof = login.deprecates_eof;
        client.write(&login.response(&nonce)).expect("it reads");
        loop {
            let packet = client.read().expect("an answer");
            match packet[0] {
                0x00 => return Ok(client),
                0x01 => assert_eq!(packet, [1, 3], "the cache has every password"),
                0xFE => {
                    let asked: AuthSwitchRequest<'_> = ParseBuf(&packet).parse(()).expect("a switch");
                    let plugin = String::from_utf8_lossy(asked.auth_plugin().as_bytes()).into_owned();
                    let scramble = login.scramble(asked.plugin_data(), &plugin);
                    client.switched_to = Some(plugin);
                    client.write(&scramble).expect("it reads");
                }
                _ => return Err(Failed::read(&packet)),
            }
        }
    }

    /// Sends a packet with the next number.
    pub(crate) fn write(&mut self, payload: &[u8]) -> io::Result<()> {
        let mut rest = payload;
        loop {
            let chunk = &rest[..rest.len().min(CHUNK)];
            let mut header = u32::try_from(chunk.len()).expect("24 bits").to_le_bytes();
            header[3] = self.seq;
            self.seq = self.seq.wrapping_add(1);
            self.stream.write_all(&[&header[..], chunk].concat())?;
            rest = &rest[chunk.len()..];
            if chunk.len() < CHUNK {
                return Ok(());
            }
        }
    }

    /// Reads a packet, and checks its numbers. ERRORS: the connection has ended; no answer in time.
    pub(crate) fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut payload = Vec::new();
        loop {
            let mut header = [0; 4];
            self.stream.read_exact(&mut header)?;
            assert_eq!(header[3], self.seq, "packets are numbered");
            self.seq = self.seq.wrapping_add(1);
            let (bytes, start) = (u32::from_le_bytes([header[0], header[1], header[2], 0]) as usize, payload.len());
            payload.resize(start + bytes, 0);
            self.stream.read_exact(&mut payload[start..])?;
            if bytes < CHUNK {
                return Ok(payload);
            }
        }
    }

    /// The bytes of a small packet that begins an exchange.
    pub(crate) fn framed(&self, payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(payload.len()).expect("it is small").to_le_bytes();
        [&length[..], payload].concat()
    }

    /// Sends bytes as they are.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("it reads");
    }

    /// Begins an exchange with a command.
    pub(crate) fn command(&mut self, byte: u8, argument: &[u8]) {
        self.seq = 0;
        self.write(&[&[byte], argument].concat()).expect("it reads");
    }

    /// The answer to a command that has no rows.
    pub(crate) fn done(&mut self) -> Result<Done, Failed> {
        let packet = self.read().expect("an answer");
        if packet[0] == 0xFF {
            return Err(Failed::read(&packet));
        }
        assert_eq!(packet[0], 0, "{packet:?}: an OK packet");
        Ok(done_of(&packet))
    }

    pub(crate) fn execute(&mut self, sql: &str) -> Result<Done, Failed> {
        self.command(3, sql.as_bytes());
        self.done()
    }

    pub(crate) fn query(&mut self, sql: &str) -> Result<Rows, Failed> {
        self.command(3, sql.as_bytes());
        let first = self.read().expect("an answer");
        if first[0] == 0xFF {
            return Err(Failed::read(&first));
        }
        let n = usize::from(first[0]);
        assert!((1..0xFB).contains(&first[0]), "{sql}: {first:?}: a number of columns");
        let column = |packet: Vec<u8>| ParseBuf(&packet).parse::<Column>(()).expect("a column");
        let columns = (0..n).map(|_| column(self.read().expect("a column"))).collect();
        if !self.deprecates_eof {
            let eof = self.read().expect("EOF");
            assert_eq!((eof[0], eof.len()), (0xFE, 5));
        }
        let mut rows = Vec::new();
        loop {
            let packet = self.read().expect("a row or the end");
            if packet[0] == 0xFE && packet.len() < CHUNK {
                assert_eq!(packet.len(), if self.deprecates_eof { 7 } else { 5 }, "{packet:?}");
                return Ok(Rows { columns, rows });
            }
            rows.push(row_of(&packet));
            assert_eq!(rows.last().map(Vec::len), Some(n));
        }
    }

    /// The rows as text, columns with `|` between them.
    pub(crate) fn lines(&mut self, sql: &str) -> Vec<String> {
        let shown = |v: &Option<Vec<u8>>| v.as_ref().map_or("NULL".into(), |v| String::from_utf8_lossy(v).into_owned());
        let rows = self.query(sql).unwrap_or_else(|e| panic!("{sql}: {e:?}")).rows;
        rows.iter().map(|row| row.iter().map(shown).collect::<Vec<_>>().join("|")).collect()
    }

    /// True if the server has ended the connection.
    pub(crate) fn is_closed(&mut self) -> bool {
        match self.stream.read(&mut [0]) {
            Ok(read) => read == 0,
            Err(e) => e.kind() == io::ErrorKind::ConnectionReset,
        }
    }
}

/// Waits until something holds.
pub(crate) fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < until, "{what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn number(bytes: &mut &[u8]) -> u64 {
    let first = bytes[0];
    let n = match first {
        0xFC => 2,
        0xFD => 3,
        0xFE => 8,
        _ => 0,
    };
    let value = if n == 0 { first.into() } else { bytes[1..=n].iter().rev().fold(0, |v, b| v << 8 | u64::from(*b)) };
    *bytes = &bytes[1 + n..];
    value
}

fn done_of(packet: &[u8]) -> Done {
    let mut rest = &packet[1..];
    let (affected, insert_id) = (number(&mut rest), number(&mut rest));
    let [a, b, c, d, ref info @ ..] = *rest else { panic!("{packet:?}: two numbers of two bytes") };
    let (status, warnings) = (u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]));
    // The text has its length before it, as the real server sends it.
    let mut text = info;
    let length = if text.is_empty() { 0 } else { number(&mut text) };
    assert_eq!(text.len() as u64, length, "{packet:?}");
    Done { affected, insert_id, status, warnings, info: String::from_utf8_lossy(text).into_owned() }
}

fn row_of(packet: &[u8]) -> Vec<Option<Vec<u8>>> {
    let (mut rest, mut row) = (packet, Vec::new());
    while let Some(first) = rest.first() {
        if *first == 0xFB {
            row.push(None);
            rest = &rest[1..];
        } else {
            let bytes = usize::try_from(number(&mut rest)).expect("it is in memory");
            row.push(Some(rest[..bytes].to_vec()));
            rest = &rest[bytes..];
        }
    }
    row
}
