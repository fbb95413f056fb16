//! Sealing and opening single ballots with HPKE (RFC 9180) over X-Wing.
//! Ciphertexts may outlive us in backups, so they must also hold against a quantum computer; the
//! pre-shared key keeps those who only have the database from stuffing the box.

use std::fmt;

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{
    Deserializable, Kem, OpModeR, OpModeS, PskBundle, Serializable, single_shot_open,
    single_shot_seal_with_rng,
};
use rand::{CryptoRng, RngExt};
use zeroize::Zeroizing;

use super::locked::{LockError, Locked};
use crate::access::ServerKey;
use crate::id::RoundId;
use crate::unit::UnitCode;

const INFO: &[u8] = b"zicha/ballot/1";
const PSK_ID: &[u8] = b"zicha/ballot-psk/1";

/// A ballot's random name.
pub type BallotId = [u8; 16];

/// Where a ballot stands in the file of its box: the first half of its name, as a signed number in
/// the same order.
#[must_use]
pub fn place(id: &BallotId) -> i64 {
    let half: [u8; 8] = std::array::from_fn(|n| id[n]);
    (u64::from_be_bytes(half) ^ (1 << 63)) as i64
}

/// What is stored of a response while the round is open.
#[derive(Clone)]
pub struct SealedBallot {
    /// Random name.
    pub id: BallotId,
    /// Unit whose slip was used.
    pub unit: UnitCode,
    /// Encapsulated key.
    pub encapsulation: Vec<u8>,
    /// Ciphertext of constant size.
    pub ciphertext: Vec<u8>,
}

impl fmt::Debug for SealedBallot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedBallot([redacted])")
    }
}

/// A round's public key.
#[derive(Clone)]
pub struct RoundPublicKey(<XWing as Kem>::PublicKey);

/// A round's private key; in clear only while it is made and while the box is opened.
pub struct RoundPrivateKey(Locked<<XWing as Kem>::PrivateKey>);

/// The pre-shared key that a forger of ballots lacks.
pub struct StuffingKey(Zeroizing<[u8; 32]>);

/// A ballot that does not open.
#[derive(Debug, thiserror::Error)]
#[error("the ballot does not open")]
pub struct OpenError;

impl StuffingKey {
    /// The key of a server.
    #[must_use]
    pub fn of(key: &ServerKey) -> Self {
        Self(Zeroizing::new(key.derive("zicha/ballot-psk/1")))
    }

    fn bundle(&self) -> PskBundle<'_> {
        PskBundle::new(self.0.as_slice(), PSK_ID).expect("neither half is empty")
    }
}

impl RoundPrivateKey {
    /// A new pair of keys.
    pub fn generate(rng: &mut impl CryptoRng) -> Result<(Self, RoundPublicKey), LockError> {
        let (private, public) = XWing::gen_keypair_with_rng(rng);
        Ok((Self(Locked::new(private)?), RoundPublicKey(public)))
    }

    /// The key as bytes, wiped when dropped.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.to_bytes().to_vec())
    }

    /// Reads a key.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, OpenError> {
        let key = <XWing as Kem>::PrivateKey::from_bytes(bytes).map_err(|_| OpenError)?;
        Locked::new(key).map(Self).map_err(|_| OpenError)
    }

    /// Opens a ballot of a round.
    pub fn open(
        &self,
        psk: &StuffingKey,
        round: &RoundId,
        ballot: &SealedBallot,
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let encapsulation = <XWing as Kem>::EncappedKey::from_bytes(&ballot.encapsulation)
            .map_err(|_| OpenError)?;
        single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeR::Psk(psk.bundle()),
            &self.0,
            &encapsulation,
            INFO,
            &ballot.ciphertext,
            &associated(round, &ballot.unit, &ballot.id),
        )
        .map(Zeroizing::new)
        .map_err(|_| OpenError)
    }
}

impl RoundPublicKey {
    /// Reads a key.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, OpenError> {
        <XWing as Kem>::PublicKey::from_bytes(bytes).map(Self).map_err(|_| OpenError)
    }

    /// The key as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes().to_vec()
    }

    /// Seals a plaintext with a fresh encapsulation under a fresh random name.
    pub fn seal(
        &self,
        psk: &StuffingKey,
        round: &RoundId,
        unit: &UnitCode,
        plaintext: &[u8],
        rng: &mut impl CryptoRng,
    ) -> SealedBallot {
        let id: BallotId = rng.random();
        let (encapsulation, ciphertext) =
            single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, XWing>(
                &OpModeS::Psk(psk.bundle()),
                &self.0,
                INFO,
                plaintext,
                &associated(round, unit, &id),
                rng,
            )
            .expect("a parsed key always encapsulates");
        SealedBallot {
            id,
            unit: unit.to_owned(),
            encapsulation: encapsulation.to_bytes().to_vec(),
            ciphertext,
        }
    }
}

/// Binds a ballot to its round, unit and name. Round and unit are followed by a byte that neither
/// can hold.
fn associated(round: &RoundId, unit: &UnitCode, id: &BallotId) -> Vec<u8> {
    let mut out = Vec::with_capacity(48);
    out.extend(round.as_str().as_bytes());
    out.push(0);
    out.extend(unit.as_str().as_bytes());
    out.push(0);
    out.extend(id);
    out
}
