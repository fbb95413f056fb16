//! Plaintexts of ballots: only what a response can have produced is taken, and it is the same bytes again.
//! A forged ballot that opened would be counted otherwise.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use zicha::ballot::Layout;
use zicha::survey::Survey;

static LAYOUT: LazyLock<Layout> = LazyLock::new(|| Layout::of(&Survey::parse(include_bytes!("../../surveys/canteen.json")).unwrap()));

fuzz_target!(|bytes: &[u8]| {
    // Most bytes of a ballot are padding; the fuzzer writes the beginning.
    let mut plaintext = bytes.to_vec();
    plaintext.resize(LAYOUT.size(), 0);
    if let Ok(response) = LAYOUT.decode(&plaintext) {
        assert_eq!(LAYOUT.encode(&response), plaintext);
    }
});
