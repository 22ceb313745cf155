//! The login: a greeting, the client's answer, and the proof that it knows the password.
//!
//! ```text
//! server                                            client
//!   greeting: version, id, nonce, native      ──►
//!                                             ◄──   flags, character set, user, scramble, database, plugin
//!   plugin that has no scramble yet?   switch ──►
//!                                             ◄──   scramble
//!   caching_sha2: 01 03 (it was in the cache) ──►
//!   OK, or ERR 1045 and the end               ──►
//! ```
//!
//! RULES
//!
//! - **R1** Until the proof the client costs a thread, a socket and at most [`MAX_LOGIN_BYTES`], for as long as a login
//!   may take. There is no session, and nothing of the engine is touched.
//! - **R2** The plugin that the client names decides how it proves itself; the greeting's, if it names none of ours. A
//!   switch happens once.
//! - **R3** What the client asks for and the greeting did not offer is refused, if its answers would be read wrongly:
//!   TLS, another character set than UTF-8.

use crate::answer::send_error;
use crate::channel::{Broken, Channel, Patience};
use crate::column::UTF8MB4;
use crate::options::Account;
use crate::scramble::{NONCE_BYTES, Plugin, nonce, proves};
use innolab_sql::SqlError;
use mysql_common::collations::{Collation, CollationId};
use mysql_common::constants::{CapabilityFlags, StatusFlags};
use mysql_common::io::ParseBuf;
use mysql_common::packets::{AuthMoreData, AuthPlugin, AuthSwitchRequest, HandshakePacket, HandshakeResponse};

/// The largest packet of a client that has not logged in (R1).
pub(crate) const MAX_LOGIN_BYTES: usize = 1 << 16;
/// What the greeting names (R2).
const GREETED: Plugin = Plugin::Native;
/// The version, by which clients choose what they send: that of the server whose answers we give.
const VERSION: &str = "10.11-innolab";
/// `caching_sha2_password`: the scramble was enough.
const FAST_AUTH_SUCCESS: u8 = 3;

/// What the greeting offers.
const OFFERED: CapabilityFlags = CapabilityFlags::CLIENT_LONG_PASSWORD
    .union(CapabilityFlags::CLIENT_LONG_FLAG)
    .union(CapabilityFlags::CLIENT_CONNECT_WITH_DB)
    .union(CapabilityFlags::CLIENT_PROTOCOL_41)
    .union(CapabilityFlags::CLIENT_TRANSACTIONS)
    .union(CapabilityFlags::CLIENT_SECURE_CONNECTION)
    .union(CapabilityFlags::CLIENT_PLUGIN_AUTH)
    .union(CapabilityFlags::CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA)
    .union(CapabilityFlags::CLIENT_CONNECT_ATTRS)
    .union(CapabilityFlags::CLIENT_DEPRECATE_EOF);

/// A client that has proved itself. It waits for OK, or for the error of its database.
pub(crate) struct Client {
    pub(crate) capabilities: CapabilityFlags,
    /// The database that it names.
    pub(crate) database: Option<String>,
}

/// Logs a client in. Returns `None` if it was refused, and has the reason. ERRORS: it has gone, or sent no packet.
pub(crate) fn log_in(
    channel: &mut Channel,
    id: u32,
    account: &Account,
    patience: Patience,
) -> Result<Option<Client>, Broken> {
    let Ok(nonce) = nonce() else { return Err(Broken::Closed) };
    channel.send(&greeting(id, &nonce))?;
    let packet = channel.read(patience)?;
    let Ok(response) = ParseBuf(&packet).parse::<HandshakeResponse<'_>>(()) else {
        return refuse(channel, &SqlError::new(1043, "08S01", "Bad handshake".to_owned()));
    };
    let asked = response.capabilities();
    let needed = CapabilityFlags::CLIENT_PROTOCOL_41 | CapabilityFlags::CLIENT_SECURE_CONNECTION;
    if !asked.contains(needed) || asked.contains(CapabilityFlags::CLIENT_SSL) {
        return refuse(channel, &SqlError::new(1043, "08S01", "Bad handshake".to_owned()));
    }
    let collation = Collation::resolve(CollationId::from(u16::from(response.collation())));
    if !matches!(collation.charset(), "utf8mb4" | "utf8mb3" | "utf8") {
        let construct = format!(
            "character set {} of the client: it has to be UTF-8 (--default-character-set=utf8mb4)",
            response.collation()
        );
        return refuse(channel, &SqlError::not_supported(construct));
    }

    let (plugin, scramble) = proof(channel, &response, &nonce, patience)?;
    if !proves(account, response.user(), plugin, &nonce, &scramble) {
        let user = String::from_utf8_lossy(response.user());
        let with = if scramble.is_empty() { "NO" } else { "YES" };
        let text = format!("Access denied for user '{user}'@'localhost' (using password: {with})");
        return refuse(channel, &SqlError::new(1045, "28000", text));
    }
    if plugin == Plugin::CachingSha2 && !account.password.is_empty() {
        channel.send(&AuthMoreData::new(&[FAST_AUTH_SUCCESS][..]))?;
    }
    let database = response.db_name().filter(|name| !name.is_empty());
    let database = database.map(|name| String::from_utf8_lossy(name).into_owned());
    Ok(Some(Client { capabilities: asked & OFFERED, database }))
}

fn greeting(id: u32, nonce: &[u8; NONCE_BYTES]) -> HandshakePacket<'static> {
    let mut first = [0; 8];
    first.copy_from_slice(&nonce[..8]);
    let rest = [&nonce[8..], &[0]].concat();
    let collation = u8::try_from(UTF8MB4).unwrap_or(0);
    let status = StatusFlags::SERVER_STATUS_AUTOCOMMIT;
    HandshakePacket::new(
        10,
        VERSION.as_bytes(),
        id,
        first,
        Some(rest),
        OFFERED,
        collation,
        status,
        Some(GREETED.name().as_bytes()),
    )
}

/// How the client proves itself, and its scramble (R2).
fn proof(
    channel: &mut Channel,
    response: &HandshakeResponse<'_>,
    nonce: &[u8; NONCE_BYTES],
    patience: Patience,
) -> Result<(Plugin, Vec<u8>), Broken> {
    let scramble = response.scramble_buf();
    if !response.capabilities().contains(CapabilityFlags::CLIENT_PLUGIN_AUTH) {
        return Ok((GREETED, scramble.to_vec()));
    }
    let named = response.auth_plugin().map_or(&b""[..], AuthPlugin::as_bytes);
    let plugin = match Plugin::named(named) {
        Some(plugin) if plugin == GREETED || scramble.len() == plugin.scramble_bytes() => {
            return Ok((plugin, scramble.to_vec()));
        }
        other => other.unwrap_or(GREETED),
    };
    let data = [&nonce[..], &[0]].concat();
    channel.send(&AuthSwitchRequest::new(plugin.name().as_bytes(), data))?;
    Ok((plugin, channel.read(patience)?))
}

fn refuse(channel: &mut Channel, error: &SqlError) -> Result<Option<Client>, Broken> {
    send_error(channel, error, true).map(|()| None)
}
