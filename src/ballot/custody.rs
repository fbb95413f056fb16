//! Custody of a round's private key.
//! The key is wrapped under two secrets at once: one from whoever holds custody, one in a file outside the database that the opening consumes. So an old backup opens nothing once that file is gone.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit};
use hkdf::Hkdf;
use rand::{CryptoRng, RngExt};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::seal::RoundPrivateKey;
use crate::access::ServerKey;
use crate::id::RoundId;

/// The 256-bit secret of a round's custody file.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct CustodySecret([u8; 32]);

/// Why a key does not unwrap.
#[derive(Debug, thiserror::Error)]
pub enum CustodyError {
    /// The custody file is malformed.
    #[error("the custody file is damaged")]
    BadFile,
    /// The wrapped key is malformed or of an unknown kind.
    #[error("the wrapped key in the database is damaged")]
    BadRecord,
    /// One of the secrets is not the right one.
    #[error("the custody secret or the server key does not fit this round")]
    WrongSecret,
}

/// A private key that only both secrets together can unwrap.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrappedKey {
    version: u8,
    custody: Holder,
    nonce: String,
    key: String,
}

/// Who holds the secret beside the custody file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Holder {
    /// The server key: a trial, for the server alone could open the box at any time.
    Server,
}

impl CustodySecret {
    /// A new secret.
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        Self(rng.random())
    }

    /// Reads a custody file.
    pub fn parse(text: &str) -> Result<Self, CustodyError> {
        let bytes = Zeroizing::new(hex::decode(text.trim()).map_err(|_| CustodyError::BadFile)?);
        bytes.as_slice().try_into().map(Self).map_err(|_| CustodyError::BadFile)
    }

    /// The secret as written to its file.
    #[must_use]
    pub fn to_file(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{}\n", hex::encode(self.0.as_slice())))
    }
}

impl WrappedKey {
    /// Wraps a key under the server key and a custody secret.
    pub fn by_server(key: &RoundPrivateKey, server: &ServerKey, secret: &CustodySecret, round: &RoundId, rng: &mut impl CryptoRng) -> Self {
        let nonce: [u8; 12] = rng.random();
        let holder = Zeroizing::new(server.derive("zicha/custody-server/1"));
        let key = cipher(&holder, secret, round)
            .encrypt((&nonce).into(), Payload { msg: &key.to_bytes(), aad: round.as_str().as_bytes() })
            .expect("wrapping 32 bytes cannot fail");
        Self { version: 1, custody: Holder::Server, nonce: hex::encode(nonce), key: hex::encode(&key) }
    }

    /// Unwraps the key.
    pub fn unwrap_by_server(&self, server: &ServerKey, secret: &CustodySecret, round: &RoundId) -> Result<RoundPrivateKey, CustodyError> {
        let nonce: [u8; 12] = hex::decode(&self.nonce).ok().and_then(|n| n.try_into().ok()).ok_or(CustodyError::BadRecord)?;
        let wrapped = hex::decode(&self.key).ok().filter(|_| self.version == 1).ok_or(CustodyError::BadRecord)?;
        let holder = match self.custody {
            Holder::Server => Zeroizing::new(server.derive("zicha/custody-server/1")),
        };
        let bytes = cipher(&holder, secret, round)
            .decrypt((&nonce).into(), Payload { msg: &wrapped, aad: round.as_str().as_bytes() })
            .map(Zeroizing::new)
            .map_err(|_| CustodyError::WrongSecret)?;
        RoundPrivateKey::from_bytes(&bytes).map_err(|_| CustodyError::BadRecord)
    }
}

/// A cipher whose key needs the holder's secret and the custody file.
fn cipher(holder: &[u8; 32], secret: &CustodySecret, round: &RoundId) -> ChaCha20Poly1305 {
    let mut key = Zeroizing::new([0u8; 32]);
    Hkdf::<Sha256>::new(Some(&secret.0), holder)
        .expand_multi_info(&[b"zicha/custody/1", round.as_str().as_bytes()], key.as_mut_slice())
        .expect("32 bytes fit HKDF");
    ChaCha20Poly1305::new((&*key).into())
}
