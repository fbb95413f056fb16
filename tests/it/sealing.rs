//! Ballots: published vectors, constant size, and what a forger, a copier and a swapper get.

use std::collections::BTreeSet;

use hpke::{Deserializable, Kem, OpModeR, PskBundle, Serializable};
use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;
use zicha::access::ServerKey;
use zicha::ballot::{CustodySecret, Layout, RoundPrivateKey, StuffingKey, WrappedKey};
use zicha::id::RoundId;
use zicha::response::{Form, read};
use zicha::round::BallotEdition;

use crate::test_app::{Backend, TestApp, UNITS, all_files, files_with, survey};

fn hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|n| u8::from_str_radix(&text[2 * n..2 * n + 2], 16).unwrap()).collect()
}

#[test]
fn x_wing_agrees_with_its_published_vector() {
    let vector: serde_json::Value =
        serde_json::from_str(include_str!("../vectors/xwing.json")).unwrap();
    let field = |name: &str| hex(vector[name].as_str().unwrap());
    type XWing = hpke::kem::XWing;
    let private = <XWing as Kem>::PrivateKey::from_bytes(&field("sk")).unwrap();
    let public = <XWing as Kem>::sk_to_pk(&private).to_bytes().to_vec();
    assert!(
        public.starts_with(&field("pk_begins"))
            && public.ends_with(&field("pk_ends"))
            && public.len() == 1216
    );
    let encapsulated = <XWing as Kem>::EncappedKey::from_bytes(&field("ct")).unwrap();
    let shared = <XWing as Kem>::decap(&private, None, &encapsulated).unwrap();
    assert_eq!(shared.0.to_vec(), field("ss"));
}

/// RFC 9180, A.2.2: the key schedule, the pre-shared key and the cipher that ballots use.
#[test]
fn hpke_with_a_pre_shared_key_agrees_with_its_published_vector() {
    type X25519 = hpke::kem::X25519HkdfSha256;
    let private = <X25519 as Kem>::PrivateKey::from_bytes(&hex(
        "77d114e0212be51cb1d76fa99dd41cfd4d0166b08caa09074430a6c59ef17879",
    ))
    .unwrap();
    let encapsulated = <X25519 as Kem>::EncappedKey::from_bytes(&hex(
        "2261299c3f40a9afc133b969a97f05e95be2c514e54f3de26cbe5644ac735b04",
    ))
    .unwrap();
    let (psk, id) = (
        hex("0247fd33b913760fa1fa51e1892d9f307fbe65eb171e8132c2af18555a738b82"),
        hex("456e6e796e20447572696e206172616e204d6f726961"),
    );
    type Aead = hpke::aead::ChaCha20Poly1305;
    let plaintext = hpke::single_shot_open::<Aead, hpke::kdf::HkdfSha256, X25519>(
        &OpModeR::Psk(PskBundle::new(&psk, &id).unwrap()),
        &private,
        &encapsulated,
        b"Ode on a Grecian Urn",
        &hex("4a177f9c0d6f15cfdf533fb65bf84aecdc6ab16b8b85b4cf65a370e07fc1d78d\
              28fb073214525276f4a89608ff"),
        b"Count-0",
    )
    .unwrap();
    assert_eq!(plaintext, b"Beauty is truth, truth beauty");
}

#[test]
fn a_ballot_opens_only_with_the_right_round_unit_name_and_server_key() {
    let mut rng = StdRng::seed_from_u64(1);
    let (private, public) = RoundPrivateKey::generate(&mut rng).unwrap();
    let (ours, theirs) = (ServerKey::random(&mut rng), ServerKey::random(&mut rng));
    let (psk, forged) = (StuffingKey::of(&ours), StuffingKey::of(&theirs));
    let (round, other): (RoundId, RoundId) =
        ("abcdefgh".parse().unwrap(), "hgfedcba".parse().unwrap());
    let ballot = public.seal(&psk, &round, &"CY".into(), &[7; 512], &mut rng);
    assert_eq!(private.open(&psk, &round, &ballot).unwrap().to_vec(), vec![7; 512]);
    assert!(private.open(&psk, &other, &ballot).is_err(), "another round");
    assert!(private.open(&forged, &round, &ballot).is_err(), "a server key that sealed nothing");
    let mut swapped = ballot.clone();
    swapped.unit = "CF".into();
    assert!(private.open(&psk, &round, &swapped).is_err(), "another unit");
    let mut renamed = ballot.clone();
    renamed.id[0] ^= 1;
    assert!(private.open(&psk, &round, &renamed).is_err(), "a copy under another name");
    let stuffed = public.seal(&forged, &round, &"CY".into(), &[7; 512], &mut rng);
    assert!(
        private.open(&psk, &round, &stuffed).is_err(),
        "sealed by somebody who only has the database"
    );
    assert_eq!(format!("{ballot:?}"), "SealedBallot([redacted])");
}

#[test]
fn a_wrapped_key_needs_the_server_key_and_the_custody_file() {
    let mut rng = StdRng::seed_from_u64(2);
    let (private, _) = RoundPrivateKey::generate(&mut rng).unwrap();
    let round: RoundId = "abcdefgh".parse().unwrap();
    let (server, stranger) = (ServerKey::random(&mut rng), ServerKey::random(&mut rng));
    let (secret, wrong) = (CustodySecret::random(&mut rng), CustodySecret::random(&mut rng));
    let wrapped = WrappedKey::by_server(&private, &server, &secret, &round, &mut rng);
    assert_eq!(
        wrapped.unwrap_key(&server, &[], &secret, &round).unwrap().to_bytes(),
        private.to_bytes()
    );
    assert!(wrapped.unwrap_key(&stranger, &[], &secret, &round).is_err());
    assert!(
        wrapped.unwrap_key(&server, &[], &wrong, &round).is_err(),
        "an old backup without the custody file opens nothing"
    );
    assert!(wrapped.unwrap_key(&server, &[], &secret, &"hgfedcba".parse().unwrap()).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn whatever_is_answered_the_plaintext_has_one_size_and_reads_back(
        edition in proptest::sample::select(&BallotEdition::ALL[..]),
        cold in 0..6usize,
        meal in 0..4usize,
        week in proptest::option::of(0..=21i64),
        want in proptest::collection::vec(0..4usize, 0..3),
        note in "\\PC{0,100}",
        other in "\\PC{0,30}",
    ) {
        let survey = survey("canteen");
        let layout = Layout::of(&survey, edition);
        let mut form = Form::default();
        let mut set = |name: &str, values: Vec<String>| { form.0.insert(name.to_owned(), values); };
        let steps = ["", "strongly", "agree", "partly", "disagree", "unsure"];
        set("food_cold", vec![steps[cold].into()]);
        set("visit_meal", vec![["breakfast", "lunch", "dinner", "lunch"][meal].into()]);
        set("visit_week", vec![week.map_or(String::new(), |w| w.to_string())]);
        let dishes = ["noodles", "vegetables", "soup", "other"];
        let names: BTreeSet<&str> = want.iter().map(|n| dishes[*n]).collect();
        let names = names.into_iter().map(str::to_owned).collect();
        set("food_want", names);
        set("visit_note", vec![note]);
        if other.is_empty() { set("food_want.other", vec![other]); }
        if let Ok(response) = read(&survey, &form) {
            let plaintext = layout.encode(&response).unwrap();
            prop_assert_eq!(plaintext.len(), layout.size());
            prop_assert!(layout.decode(&plaintext).unwrap() == response);
        }
    }

    #[test]
    fn no_plaintext_makes_decoding_panic(
        edition in proptest::sample::select(&BallotEdition::ALL[..]),
        mut bytes in proptest::collection::vec(any::<u8>(), 1024),
        fixed in 0..40usize,
    ) {
        let layout = Layout::of(&survey("canteen"), edition);
        bytes.truncate(layout.size());
        prop_assert_eq!(layout.size(), bytes.len());
        // A valid head and unanswered questions, so that the noise reaches every kind of slot.
        bytes[..2].copy_from_slice(&[edition as u8, 0]);
        bytes[2..2 + fixed].fill(0xFF);
        drop(layout.decode(&bytes));
    }
}

#[test]
fn after_the_opening_no_file_holds_a_readable_answer() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.open_round(&survey("canteen"));
    let codes = zicha.slips(&round);
    let word = "独一无二的记号甲乙丙";
    for code in codes["CY"].iter().take(6) {
        zicha
            .answer(&round, code, &[("visit_meal", "lunch"), ("visit_note", word)])
            .assert_received();
    }
    // While open: neither the word nor a code is in any file.
    assert_eq!(files_with(&zicha.data(), word.as_bytes()), Vec::<String>::new());
    for code in &codes["CY"] {
        assert_eq!(files_with(&zicha.data(), code.as_bytes()), Vec::<String>::new());
        assert_eq!(
            files_with(&zicha.data(), code.replace(' ', "").as_bytes()),
            Vec::<String>::new()
        );
    }
    zicha.finish(&round);
    // After: the detached text is in the main database only; box and custody file are gone.
    let left: Vec<String> = files_with(&zicha.data(), word.as_bytes());
    assert!(left.iter().all(|f| f.starts_with("zicha.db")), "{left:?}");
    let names: Vec<String> = all_files(&zicha.data());
    assert!(!names.iter().any(|n| n.contains("box-") || n.starts_with("custody/")), "{names:?}");
}
