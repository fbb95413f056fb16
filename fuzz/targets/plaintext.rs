//! Plaintexts of ballots: only what a response can have produced is taken, and it is the same bytes again.
//! A forged ballot that opened would be counted otherwise.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use zicha::ballot::Layout;
use zicha::round::BallotEdition;
use zicha::survey::Survey;

static LAYOUTS: LazyLock<[Layout; 2]> = LazyLock::new(|| {
    let survey = Survey::parse(include_bytes!("../../surveys/canteen.json")).unwrap();
    BallotEdition::ALL.map(|edition| Layout::of(&survey, edition))
});

fuzz_target!(|bytes: &[u8]| {
    // Most bytes of a ballot are padding; the fuzzer writes the beginning.
    let Some(layout) = LAYOUTS.iter().find(|layout| bytes.first() == Some(&(layout.edition() as u8))) else { return };
    let mut plaintext = bytes.to_vec();
    plaintext.resize(layout.size(), 0);
    if let Ok(response) = layout.decode(&plaintext) {
        assert_eq!(layout.encode(&response).unwrap(), plaintext);
    }
});
