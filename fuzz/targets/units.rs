//! Tables of units, CSV or workbook: refused with a sentence, or a table that is written and read again as it was.
//! They are uploaded by people from files of any origin.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zicha::app::App;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(units) = App::read_units(bytes) {
        assert!(!units.is_empty() && units.iter().all(|unit| !unit.code.as_str().is_empty()));
    }
});
