//! Proof that a client knows the password, without sending it.
//!
//! ```text
//! server ── nonce: 20 random bytes ──► client
//! server ◄── scramble ───────────────  client      native: SHA1(p) XOR SHA1(nonce + SHA1(SHA1(p)))
//!                                                   sha2:   SHA256(p) XOR SHA256(SHA256(SHA256(p)) + nonce)
//! ```
//!
//! RULES
//!
//! - **R1** A nonce serves one login. Its bytes are 1 to 127 and not `$`: clients treat it as text.
//! - **R2** The whole scramble is compared, and the time that it takes does not depend on where the two differ.
//! - **R3** The server knows the password, so it computes the scramble itself: `caching_sha2_password` needs neither
//!   TLS nor RSA, because the server always answers as if the password were in its cache.

use crate::options::Account;
use mysql_common::auth::plugins::{caching_sha2_password, mysql_native_password};
use std::fs::File;
use std::io::{self, Read};

/// Bytes of a nonce.
pub(crate) const NONCE_BYTES: usize = 20;

/// The methods of proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plugin {
    Native,
    CachingSha2,
}

impl Plugin {
    /// The plugin of this name.
    pub(crate) fn named(name: &[u8]) -> Option<Plugin> {
        [Plugin::Native, Plugin::CachingSha2].into_iter().find(|plugin| plugin.name().as_bytes() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Plugin::Native => "mysql_native_password",
            Plugin::CachingSha2 => "caching_sha2_password",
        }
    }

    /// Bytes of a scramble.
    pub(crate) fn scramble_bytes(self) -> usize {
        match self {
            Plugin::Native => 20,
            Plugin::CachingSha2 => 32,
        }
    }

    /// What a client that knows `password` answers; nothing for an empty password.
    fn scramble(self, nonce: &[u8; NONCE_BYTES], password: &str) -> Vec<u8> {
        let password = password.as_bytes();
        match self {
            Plugin::Native => mysql_native_password::scramble_native(nonce, password).map(Vec::from),
            Plugin::CachingSha2 => caching_sha2_password::scramble_sha256(nonce, password).map(Vec::from),
        }
        .unwrap_or_default()
    }
}

/// Returns a nonce (R1). ERRORS: the system gives no random bytes.
pub(crate) fn nonce() -> io::Result<[u8; NONCE_BYTES]> {
    let mut bytes = [0; NONCE_BYTES];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.map(|byte| match byte & 0x7f {
        0 | b'$' => b'x',
        other => other,
    }))
}

/// True if a client that calls itself `user` has proved that it may use the account.
pub(crate) fn proves(
    account: &Account,
    user: &[u8],
    plugin: Plugin,
    nonce: &[u8; NONCE_BYTES],
    scramble: &[u8],
) -> bool {
    // An empty password is sent as no bytes, or as an empty text with its end.
    let scramble = if scramble == [0] { &[] } else { scramble };
    let is_scramble = equal(scramble, &plugin.scramble(nonce, &account.password));
    equal(user, account.user.as_bytes()) & is_scramble
}

/// Compares in a time that depends on the lengths only (R2).
fn equal(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_scramble_proves_r2() {
        let account = Account { user: "ann".into(), password: "secret".into() };
        let nonce = nonce().expect("the system has random bytes");
        assert!(nonce.iter().all(|byte| (1..128).contains(byte) && *byte != b'$'), "R1: {nonce:?}");
        for plugin in [Plugin::Native, Plugin::CachingSha2] {
            let right = plugin.scramble(&nonce, "secret");
            assert_eq!(right.len(), plugin.scramble_bytes());
            assert!(proves(&account, b"ann", plugin, &nonce, &right));
            assert!(!proves(&account, b"bob", plugin, &nonce, &right));
            for at in 0..right.len() {
                let mut wrong = right.clone();
                wrong[at] ^= 1;
                assert!(!proves(&account, b"ann", plugin, &nonce, &wrong), "byte {at} counts");
                assert!(!proves(&account, b"ann", plugin, &nonce, &right[..at]), "a part of it is not enough");
            }
        }
    }
}
