//! Custody of a round's private key.
//! The key is wrapped under two secrets at once: one from whoever holds custody, one in a file
//! outside the database that the opening consumes. So an old backup and all passphrases open
//! nothing once that file is gone.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit};
use hkdf::Hkdf;
use rand::{CryptoRng, RngExt};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use vsss_rs::Gf256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::locked::{LockError, Locked};
use super::passphrase::Passphrase;
use super::seal::RoundPrivateKey;
use crate::access::ServerKey;
use crate::id::RoundId;

/// Most trustees of a round.
pub const MOST_TRUSTEES: u8 = 9;
/// Fewest passphrases that may open a box: with one, a single person could.
pub const SMALLEST_QUORUM: u8 = 2;
/// Argon2id over a passphrase: memory in KiB and passes. About a fifth of a second.
const ARGON: (u32, u32) = (64 << 10, 3);
/// A share: its number and 32 bytes.
const SHARE: usize = 33;

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
    /// No share opens with this passphrase.
    #[error("this passphrase does not belong to this round")]
    WrongPassphrase,
    /// Fewer different shares than the quorum.
    #[error("{have} of {need} trustees")]
    TooFew {
        /// Different shares at hand.
        have: usize,
        /// Shares needed.
        need: usize,
    },
    /// The key could be swapped.
    #[error(transparent)]
    Lock(#[from] LockError),
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
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Holder {
    /// The server key: a trial, for the server alone could open the box at any time.
    Server,
    /// Trustees, of whom a quorum must come together.
    Trustees {
        /// How many must come.
        quorum: u8,
        /// Salt of this round's passphrases.
        salt: String,
        /// Argon2id memory in KiB and passes.
        argon: (u32, u32),
        /// One sealed share for each trustee: nonce and ciphertext.
        shares: Vec<(String, String)>,
    },
}

/// One trustee's share of the holders' secret, opened with the passphrase.
pub struct Share(Locked<Zeroizing<[u8; SHARE]>>);

impl Share {
    /// Which trustee's it is.
    #[must_use]
    pub fn number(&self) -> u8 {
        self.0[0]
    }

    /// Whether two shares are the same trustee's.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.0[0] == other.0[0]
    }
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
    pub fn by_server(
        key: &RoundPrivateKey,
        server: &ServerKey,
        secret: &CustodySecret,
        round: &RoundId,
        rng: &mut impl CryptoRng,
    ) -> Self {
        Self::wrap(key, &server_secret(server), secret, round, Holder::Server, rng)
    }

    /// Wraps a key under a custody secret and passphrases, of which `quorum` will be needed.
    ///
    /// # Panics
    /// If there are fewer passphrases than the quorum, or more than a byte can number.
    pub fn by_trustees(
        key: &RoundPrivateKey,
        passphrases: &[Passphrase],
        quorum: u8,
        secret: &CustodySecret,
        round: &RoundId,
        rng: &mut impl CryptoRng,
    ) -> Self {
        let holders: Zeroizing<[u8; 32]> = Zeroizing::new(rng.random());
        let shares = Zeroizing::new(
            Gf256::split_array(quorum.into(), passphrases.len(), *holders, &mut *rng)
                .expect("a quorum of the passphrases"),
        );
        let salt: [u8; 16] = rng.random();
        let sealed = passphrases
            .iter()
            .zip(shares.iter())
            .map(|(passphrase, share)| {
                let nonce: [u8; 12] = rng.random();
                let sealed = passphrase_cipher(passphrase, &salt, ARGON)
                    .encrypt(
                        (&nonce).into(),
                        Payload { msg: share, aad: round.as_str().as_bytes() },
                    )
                    .expect("sealing a share cannot fail");
                (hex::encode(nonce), hex::encode(sealed))
            })
            .collect();
        let holder =
            Holder::Trustees { quorum, salt: hex::encode(salt), argon: ARGON, shares: sealed };
        Self::wrap(key, &holders, secret, round, holder, rng)
    }

    fn wrap(
        key: &RoundPrivateKey,
        holders: &[u8; 32],
        secret: &CustodySecret,
        round: &RoundId,
        custody: Holder,
        rng: &mut impl CryptoRng,
    ) -> Self {
        let nonce: [u8; 12] = rng.random();
        let key = cipher(holders, secret, round)
            .encrypt(
                (&nonce).into(),
                Payload { msg: &key.to_bytes(), aad: round.as_str().as_bytes() },
            )
            .expect("wrapping 32 bytes cannot fail");
        Self { version: 1, custody, nonce: hex::encode(nonce), key: hex::encode(&key) }
    }

    /// Quorum and number of trustees, if trustees hold the key.
    #[must_use]
    pub fn trustees(&self) -> Option<(usize, usize)> {
        match &self.custody {
            Holder::Server => None,
            Holder::Trustees { quorum, shares, .. } => Some((usize::from(*quorum), shares.len())),
        }
    }

    /// Opens the share of a passphrase. Which trustee's it is, the error does not tell.
    pub fn share(&self, passphrase: &Passphrase, round: &RoundId) -> Result<Share, CustodyError> {
        let Holder::Trustees { salt, argon, shares, .. } = &self.custody else {
            return Err(CustodyError::WrongPassphrase);
        };
        let salt = hex::decode(salt).map_err(|_| CustodyError::BadRecord)?;
        let cipher = passphrase_cipher(passphrase, &salt, *argon);
        for (nonce, sealed) in shares {
            let nonce: [u8; 12] = hex::decode(nonce)
                .ok()
                .and_then(|n| n.try_into().ok())
                .ok_or(CustodyError::BadRecord)?;
            let sealed = hex::decode(sealed).map_err(|_| CustodyError::BadRecord)?;
            if let Ok(share) = cipher
                .decrypt((&nonce).into(), Payload { msg: &sealed, aad: round.as_str().as_bytes() })
            {
                let share = Zeroizing::new(share);
                let share = Zeroizing::new(
                    share.as_slice().try_into().map_err(|_| CustodyError::BadRecord)?,
                );
                return Ok(Share(Locked::new(share)?));
            }
        }
        Err(CustodyError::WrongPassphrase)
    }

    /// Unwraps the key with the custody file and, where trustees hold it, their shares.
    pub fn unwrap_key(
        &self,
        server: &ServerKey,
        shares: &[Share],
        secret: &CustodySecret,
        round: &RoundId,
    ) -> Result<RoundPrivateKey, CustodyError> {
        let nonce: [u8; 12] = hex::decode(&self.nonce)
            .ok()
            .and_then(|n| n.try_into().ok())
            .ok_or(CustodyError::BadRecord)?;
        let wrapped = hex::decode(&self.key)
            .ok()
            .filter(|_| self.version == 1)
            .ok_or(CustodyError::BadRecord)?;
        let holders = match &self.custody {
            Holder::Server => server_secret(server),
            Holder::Trustees { quorum, .. } => combine(shares, usize::from(*quorum))?,
        };
        let bytes = cipher(&holders, secret, round)
            .decrypt((&nonce).into(), Payload { msg: &wrapped, aad: round.as_str().as_bytes() })
            .map(Zeroizing::new)
            .map_err(|_| CustodyError::WrongSecret)?;
        RoundPrivateKey::from_bytes(&bytes).map_err(|_| CustodyError::BadRecord)
    }
}

/// The holders' secret from their shares.
fn combine(shares: &[Share], need: usize) -> Result<Zeroizing<[u8; 32]>, CustodyError> {
    let different: Vec<&Share> = shares
        .iter()
        .enumerate()
        .filter(|(n, s)| !shares[..*n].iter().any(|t| t.is_same_as(s)))
        .map(|(_, s)| s)
        .collect();
    if different.len() < need {
        return Err(CustodyError::TooFew { have: different.len(), need });
    }
    let parts: Zeroizing<Vec<Vec<u8>>> =
        Zeroizing::new(different.iter().map(|s| s.0.to_vec()).collect());
    let whole = Zeroizing::new(Gf256::combine_array(&*parts).map_err(|_| CustodyError::BadRecord)?);
    whole.as_slice().try_into().map(Zeroizing::new).map_err(|_| CustodyError::BadRecord)
}

fn server_secret(server: &ServerKey) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(server.derive("zicha/custody-server/1"))
}

/// A cipher whose key is slow to guess.
fn passphrase_cipher(
    passphrase: &Passphrase,
    salt: &[u8],
    (memory, passes): (u32, u32),
) -> ChaCha20Poly1305 {
    let mut key = Zeroizing::new([0u8; 32]);
    let params = Params::new(memory, passes, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, key.as_mut_slice())
        .expect("salt and output are of legal size");
    ChaCha20Poly1305::new((&*key).into())
}

/// A cipher whose key needs the holders' secret and the custody file.
fn cipher(holders: &[u8; 32], secret: &CustodySecret, round: &RoundId) -> ChaCha20Poly1305 {
    let mut key = Zeroizing::new([0u8; 32]);
    Hkdf::<Sha256>::new(Some(&secret.0), holders)
        .expand_multi_info(&[b"zicha/custody/1", round.as_str().as_bytes()], key.as_mut_slice())
        .expect("32 bytes fit HKDF");
    ChaCha20Poly1305::new((&*key).into())
}
