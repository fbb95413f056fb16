//! Bodies of forms: both ways of reading agree, and what is accepted survives the ballot.
//! The first byte chooses the survey, the rest is the body.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use zicha::ballot::{Layout, Straight};
use zicha::round::BallotEdition;
use zicha::response::{Form, read};
use zicha::survey::Survey;

static SURVEYS: LazyLock<Vec<(Survey, Layout, Straight)>> = LazyLock::new(|| {
    let texts = [include_str!("../../surveys/canteen.json"), include_str!("../../surveys/self-check-short.json")];
    let one = |text: &str| {
        let survey = Survey::parse(text.as_bytes()).unwrap();
        let layout = Layout::of(&survey, BallotEdition::default());
        let straight = Straight::of(&survey, &layout);
        (survey, layout, straight)
    };
    texts.map(one).into()
});

fuzz_target!(|bytes: &[u8]| {
    let Some((first, body)) = bytes.split_first() else { return };
    let (survey, layout, straight) = &SURVEYS[usize::from(first % 2)];
    let quick = straight.read(body);
    let Ok(form) = Form::decode(body) else {
        assert!(quick.is_none(), "the straight way takes what cannot be decoded");
        return;
    };
    let slow = read(survey, &form);
    let encoded = slow.as_ref().ok().and_then(|response| layout.encode(response).ok());
    if let (Ok(response), Some(encoded)) = (&slow, &encoded) {
        assert!(layout.decode(encoded).unwrap() == *response);
    }
    if let Some(quick) = quick {
        assert_eq!(quick.plaintext[..], encoded.expect("the straight way takes what the long way refuses")[..]);
    }
});
