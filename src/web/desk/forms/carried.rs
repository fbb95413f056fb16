//! A form that was filled in when a session ended travels in the page of sign-in, and comes back to
//! whoever filled it in.
//! What may travel is named here; everything else, and everything of another account, is left
//! behind. It is sealed, so that no other site can put a form in its place.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use crate::app::App;
use crate::response::Form;

/// Largest form that is carried: as large as a form of the desk may be.
/// Largest form of the desk: a table of all units a bureau may have, or the longest survey, as
/// text.
pub const MAX_FORM: usize = 8 << 20;
const LARGEST: u64 = MAX_FORM as u64;

/// Pages whose forms hold nothing secret.
const CARRIED: [&str; 5] =
    ["/desk/units", "/desk/surveys", "/desk/rounds", "/desk/calendar", "/desk/accounts"];
/// Pages below them whose forms do.
const NOT_CARRIED: [&str; 1] = ["/custody"];
/// Fields that are made anew, or that nobody should find on a page again.
const NOT_KEPT: [&str; 9] =
    ["csrf", "password", "again", "old", "new", "confirm_password", "passphrase", "secret", "totp"];

/// What of the form of a page is carried along; nothing if the page may hold a secret.
pub(in crate::web::desk) fn of(path: &str, form: &Form) -> Option<Form> {
    let below = |base: &str| {
        path.strip_prefix(base)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || rest.starts_with('.'))
    };
    if !CARRIED.iter().any(|base| below(base))
        || NOT_CARRIED.iter().any(|part| path.ends_with(part))
    {
        return None;
    }
    Some(Form(
        form.0
            .iter()
            .filter(|(name, _)| !NOT_KEPT.contains(&name.as_str()))
            .map(|(name, values)| (name.clone(), values.clone()))
            .collect(),
    ))
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
    fn what_may_hold_a_secret_is_left_behind() {
        let form = Form(
            [("passphrase", "x"), ("code", "CY"), ("csrf", "t")]
                .map(|(k, v)| (k.to_owned(), vec![v.to_owned()]))
                .into(),
        );
        for path in [
            "/desk/me",
            "/desk/rounds/abcdefgh/custody",
            "/desk/sign-in",
            "/desk/setup/x",
            "/desk/confirm",
            "/desk/unitsx",
            "/elsewhere",
        ] {
            assert!(of(path, &form).is_none(), "{path}");
        }
        let kept = of("/desk/units/one", &form).unwrap();
        assert_eq!(kept.0.keys().collect::<Vec<_>>(), ["code"], "the code of a unit is no secret");
    }
}
