//! Who may log in, how, and where.

use crate::fixture::{Client, Login, PASSWORD, Running};
use innolab_disk::SimDisk;
use innolab_engine::{Engine, Options};
use innolab_server::{Account, Limits, Listen, Server};
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::Arc;

const NATIVE: &str = "mysql_native_password";
const SHA2: &str = "caching_sha2_password";

#[test]
fn the_plugin_that_the_client_names_proves_the_password() {
    let server = Running::start(Limits::default());
    // plugin, whether it waits for the switch, and the switch that it gets
    let ways = [
        (NATIVE, false, None),
        (SHA2, false, None),
        (SHA2, true, Some(SHA2)),
        ("sha256_password", true, Some(NATIVE)),
        ("", true, Some(NATIVE)),
    ];
    for (plugin, keeps_scramble, switch) in ways {
        let right = Login { plugin, keeps_scramble, ..Login::default() };
        let client = server.log_in(&right).unwrap_or_else(|e| panic!("{plugin}: {e:?}"));
        assert_eq!(client.switched_to.as_deref(), switch, "{plugin}");
        for (user, password, with) in [("root", "Secret", "YES"), ("roo", PASSWORD, "YES"), ("root", "", "NO")] {
            let wrong = Login { user: user.into(), password: password.into(), ..right.clone() };
            let denied = server.log_in(&wrong).err().unwrap_or_else(|| panic!("{plugin}: {user} logged in"));
            let text = format!("#28000Access denied for user '{user}'@'localhost' (using password: {with})");
            assert_eq!((denied.errno, denied.text), (1045, text), "{plugin}");
        }
    }
}

#[test]
fn a_database_that_does_not_exist_ends_the_login() {
    let server = Running::start(Limits::default());
    let unknown = server.log_in(&Login { database: Some("x`y"), ..Login::default() }).err().expect("1049");
    assert_eq!((unknown.errno, unknown.text.as_str()), (1049, "#42000Unknown database 'x`y'"));
    assert!(server.log_in(&Login { database: None, ..Login::default() }).is_ok());
}

#[test]
fn another_character_set_and_tls_are_refused() {
    let server = Running::start(Limits::default());
    let refused = |change: &dyn Fn(&mut Vec<u8>)| {
        let (mut client, nonce) = Client::greeted(server.stream()).expect("a greeting");
        let mut response = Login::default().response(&nonce);
        change(&mut response);
        client.write(&response).expect("it reads");
        let refused = client.done().expect_err("refused");
        assert!(client.is_closed());
        refused
    };
    let latin1 = refused(&|response| response[8] = 8);
    assert_eq!(latin1.errno, 1235);
    assert!(latin1.text.contains("character set 8 of the client: it has to be UTF-8"), "{}", latin1.text);
    let tls = refused(&|response| response[1] |= 0x08);
    assert_eq!((tls.errno, tls.text.as_str()), (1043, "#08S01Bad handshake"));
}

fn bind(socket: Option<&Path>, password: &str, tcp: bool) -> std::io::Result<Server> {
    let engine = Engine::open(Arc::new(SimDisk::new(1)), Options::default()).expect("the disk is empty");
    let account = Account { user: "root".into(), password: password.into() };
    let tcp = tcp.then_some((IpAddr::V4(Ipv4Addr::LOCALHOST), 0));
    let listen = Listen { socket: socket.map(Path::to_owned), tcp };
    Server::bind(engine, "test", account, &listen, Limits::default())
}

#[test]
fn tcp_needs_a_password() {
    let refused = bind(None, "", true).err().expect("refused").to_string();
    assert!(refused.contains("TCP needs an account with a password"), "{refused}");
    assert!(bind(None, PASSWORD, true).expect("it has one").address().is_some());
}

#[test]
fn the_socket_file_is_its_owners_and_replaced_only_if_it_is_stale() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("s");
    let text = |result: std::io::Result<Server>| result.err().expect("refused").to_string();

    let server = bind(Some(&path), "", false).expect("the path is free");
    assert_eq!(path.metadata().expect("it is there").permissions().mode() & 0o777, 0o600);
    assert!(text(bind(Some(&path), "", false)).ends_with("s: a server is listening on this socket"));
    drop(server);
    assert!(!path.exists(), "its own file is removed");

    drop(UnixListener::bind(&path).expect("the path is free"));
    let server = bind(Some(&path), "", false).expect("the file is stale");
    std::fs::remove_file(&path).expect("it is there");
    let other = UnixListener::bind(&path).expect("the path is free");
    drop(server);
    assert!(path.exists(), "the file of another server stays");
    drop(other);

    let file = dir.path().join("f");
    std::fs::write(&file, "precious").expect("it is new");
    assert!(text(bind(Some(&file), "", false)).ends_with("f: the file exists, and is no socket"));
    assert_eq!(std::fs::read(&file).expect("it is there"), b"precious");
    assert_eq!(std::fs::read_dir(dir.path()).expect("a directory").count(), 2, "nothing else is left");
}
