//! The straight way held against the long one: on forms made up at random, and on those that a
//! phone sends.
//! The two must never differ, since whichever is taken decides what is counted.

use proptest::prelude::*;

use super::*;
use crate::response::{Form, Response, read};

/// Every way of answering, with conditions, demands, "other" texts and rankings.
const ALL_KINDS: &str = include_str!("../../../tests/vectors/kinds.json");
const CODE: &str = "96373146640977629564";

fn field() -> impl Strategy<Value = (String, String)> {
    let plain = |name: &'static str, values: &'static [&'static str]| {
        proptest::sample::select(values).prop_map(move |v| (name.to_owned(), v.to_owned()))
    };
    prop_oneof![
        4 => plain("item", &["bad", "good", "unsure", "", "better"]),
        3 => plain("one", &["a", "b", ""]),
        2 => plain("one.other", &["", "  ", "甲", "甲乙丙", "甲乙丙丁"]),
        4 => plain("many", &["a", "b", "c", "d", "none", ""]),
        1 => plain("many.other", &["", "x", "long text"]),
        3 => plain("number", &["", "-2", "0", "4", "9", "10", "007", "-0", "+1", "１", "x", " 3 "]),
        3 => plain("rank.1", &["", "a", "b", "c", "d"]),
        3 => plain("rank.2", &["", "a", "b", "c"]),
        2 => plain("text", &["", " ", "短", "a\r\nb", "e\u{301}", "𠮷", "😀😀", "很长的一段话", "\u{7}"]),
        2 => plain("late", &["a", ""]),
        1 => plain("blank", &["1", "", "2"]),
        1 => plain("pad", &["....", "题"]),
        1 => plain("code", &[CODE, "1"]),
        1 => ("[a-z.%]{1,6}", "[a-z0-9 ]{0,4}").prop_map(|(name, value)| (name, value)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]
    /// Whatever goes straight is what the long way makes of it; what the long way refuses never
    /// goes straight.
    #[test]
    fn the_straight_way_is_the_long_way(
        edition in proptest::sample::select(&BallotEdition::ALL[..]),
        fields in proptest::collection::vec(field(), 0..14),
        with_code in proptest::bool::weighted(0.9),
    ) {
        let survey = Survey::parse(ALL_KINDS.as_bytes()).unwrap();
        let layout = Layout::of(&survey, edition);
        let straight = Straight::of(&survey, &layout);
        let escaped = |text: &str| {
            let all = percent_encoding::NON_ALPHANUMERIC;
            let escaped = percent_encoding::utf8_percent_encode(text, all).to_string();
            escaped.replace("%2E", ".").replace("%2D", "-")
        };
        let mut body = if with_code { format!("code={CODE}&") } else { String::new() };
        for (name, value) in &fields {
            body.push_str(&format!("{}={}&", escaped(name), escaped(value).replace("%20", "+")));
        }
        let form = Form::decode(body.as_bytes()).unwrap();
        let long = read(&survey, &form);
        let blank_as_said =
            |r: &Response| r.has_no_answer() == form.has(BLANK_FIELD, "1");
        let plain = long.as_ref().is_ok_and(blank_as_said)
            && form.0.get(CODE_FIELD).is_some_and(|v| v.len() == 1)
            && SlipCode::parse(form.first(CODE_FIELD)).is_ok();
        if let Some(form) = straight.read(body.as_bytes()) {
            prop_assert!(plain);
            prop_assert_eq!(&form.plaintext[..], &layout.encode(&long.unwrap()).unwrap()[..]);
            prop_assert_eq!(form.code.printed(), SlipCode::parse(CODE).unwrap().printed());
        } else {
            // What may be declined though it is right: what no page sends.
            let unusual = fields.iter().any(|(name, value)| {
                let odd = ["+1", "１", " 3 ", "2", "题"].contains(&value.as_str());
                let twice = fields.iter().filter(|(other, _)| other == name).count() > 1;
                odd || twice || name == "late" || name == "text"
            });
            prop_assert!(!plain || unusual, "declined though it is plain");
        }
    }
}

#[test]
fn what_a_phone_sends_goes_straight() {
    for text in [
        include_str!("../../../surveys/self-check.json"),
        include_str!("../../../surveys/canteen.json"),
    ] {
        let survey = Survey::parse(text.as_bytes()).unwrap();
        let layout = Layout::of(&survey, BallotEdition::default());
        // A page without script sends every field, empty or not, and the pad.
        let mut body = format!("code={}+{}&pad={}", &CODE[..10], &CODE[10..], ".".repeat(5_000));
        let mut response = Response::empty(&survey);
        for (n, question) in survey.questions().iter().enumerate() {
            let (value, answer) = match &question.kind {
                Kind::Scale(scale) => (scale.steps[0].id.clone(), crate::response::Answer::One(0)),
                Kind::Single(choices) if question.required => {
                    (choices[0].id.clone(), crate::response::Answer::One(0))
                }
                Kind::Text { .. } => (
                    "%E7%94%B2+%E4%B9%99".to_owned(),
                    crate::response::Answer::Text("甲 乙".to_owned()),
                ),
                _ => (String::new(), crate::response::Answer::Blank),
            };
            let asked = question.visible_if.is_empty();
            body.push_str(&format!(
                "&{}={value}",
                if matches!(question.kind, Kind::Rank { .. }) {
                    format!("{}.1", question.id)
                } else {
                    question.id.clone()
                }
            ));
            if asked {
                response.answers[n] = answer;
            }
        }
        response.blank = false;
        let read = Straight::of(&survey, &layout).read(body.as_bytes()).expect("goes straight");
        assert_eq!(read.plaintext[..], layout.encode(&response).unwrap()[..]);
    }
}
