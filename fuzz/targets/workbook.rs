//! Workbooks of surveys: refused with a sentence, or a text that the survey's own checks can judge.
//! A workbook is an archive of XML parts, which is a wide door.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zicha::app::App;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = App::survey_text(bytes) {
        drop(App::check_survey(text.as_bytes()));
    }
});
