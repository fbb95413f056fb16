//! Codes as people type them: whatever is accepted is one code, printed and read again as the same.
//! Full-width digits, spaces and dashes come from phones; nothing may panic on them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zicha::access::SlipCode;

fuzz_target!(|text: &str| {
    if let Ok(code) = SlipCode::parse(text) {
        assert_eq!(SlipCode::parse(&code.printed()).unwrap().printed(), code.printed());
    }
});
