//! The sealed ballot: constant-size plaintext, sealing and opening, and custody of the round's key.
//! Between a respondent's tap and the opening nothing but these ciphertexts exists.

mod custody;
mod layout;
mod locked;
mod passphrase;
mod seal;
mod straight;

pub use custody::{CustodyError, CustodySecret, MOST_TRUSTEES, SMALLEST_QUORUM, Share, WrappedKey};
pub use layout::{BadPlaintext, Layout, NoRoom};
pub use locked::{LockError, Locked};
pub use passphrase::{Passphrase, PassphraseError};
pub use seal::{
    BallotId, OpenError, RoundPrivateKey, RoundPublicKey, SealedBallot, StuffingKey, place,
};
pub use straight::{Straight, StraightForm};
