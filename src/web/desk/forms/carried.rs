//! A form that was filled in when a session ended travels in the page of sign-in, and comes back to
//! whoever filled it in.
//! Which forms travel stands in the table of routes; what is of another account is left behind. It
//! is sealed, so that no other site can put a form in its place.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use crate::app::App;
use crate::response::Form;

/// Largest form of the desk: a table of all units a bureau may have, or the longest survey, as
/// text.
pub const MAX_FORM: usize = 8 << 20;
const LARGEST: u64 = MAX_FORM as u64;

/// Fields that are made anew, or that nobody should find on a page again.
const NOT_KEPT: [&str; 9] =
    ["csrf", "password", "again", "old", "new", "confirm_password", "passphrase", "secret", "totp"];

/// What of a form is carried along: what is neither secret nor made anew.
pub(in crate::web::desk) fn of(form: &Form) -> Form {
    let kept = form.0.iter().filter(|(name, _)| !NOT_KEPT.contains(&name.as_str()));
    Form(kept.map(|(name, values)| (name.clone(), values.clone())).collect())
}

/// The form in one field: packed, so that it is no larger than it was, and sealed together with
/// whose it is.
pub(in crate::web::desk) fn sealed(app: &App, owner: &str, form: &Form) -> String {
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory cannot fail.
    let packed = packed
        .write_all(form.encode().as_bytes())
        .and_then(|()| packed.finish())
        .unwrap_or_default();
    let body = format!("{owner}.{}", hex::encode(packed));
    format!("{}.{body}", app.seal_of(&body))
}

/// The form in such a field and the tag of its owner, if it was sealed here.
pub(in crate::web::desk) fn opened(app: &App, field: &str) -> Option<(String, Form)> {
    let (seal, body) = field.split_once('.')?;
    if app.seal_of(body) != seal {
        return None;
    }
    let (owner, packed) = body.split_once('.')?;
    let mut plain = Vec::new();
    DeflateDecoder::new(hex::decode(packed).ok()?.as_slice())
        .take(LARGEST)
        .read_to_end(&mut plain)
        .ok()?;
    Some((owner.to_owned(), Form::decode(&plain).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret_is_left_behind() {
        let form = Form(
            [("passphrase", "x"), ("code", "CY"), ("csrf", "t")]
                .map(|(k, v)| (k.to_owned(), vec![v.to_owned()]))
                .into(),
        );
        assert_eq!(
            of(&form).0.keys().collect::<Vec<_>>(),
            ["code"],
            "the code of a unit is no secret"
        );
    }
}
