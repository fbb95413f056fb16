//! Survey definitions: any bytes are either refused with a place, or a survey that can be shown, sealed, counted and written down again.
//! Whoever holds a `Survey` relies on that everywhere else.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zicha::ballot::Layout;
use zicha::round::BallotEdition;
use zicha::response::Response;
use zicha::survey::Survey;

fuzz_target!(|bytes: &[u8]| {
    match Survey::parse(bytes) {
        Ok(survey) => {
            let layout = Layout::of(&survey, BallotEdition::default());
            let empty = Response::empty(&survey);
            assert!(layout.decode(&layout.encode(&empty).unwrap()).unwrap() == empty);
            let again = Survey::parse(survey.to_json().as_bytes()).expect("what was written is read again");
            assert_eq!(again.hash(), survey.hash());
        }
        Err(errors) => assert!(!errors.0.is_empty() && errors.0.iter().all(|e| e.position.0 > 0 && !e.refusal.zh.is_empty())),
    }
});
