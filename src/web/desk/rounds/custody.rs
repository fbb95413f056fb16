//! The trustees' page: passphrases made and printed once, tested while a round is open, typed in
//! turn before the box is opened.
//! Nothing that is typed comes back on any page, and no error says whose passphrase it was.

use actix_web::web::{Data, Path};
use maud::html;

use crate::app::{Action, Actor, App, AppError, PreparedSet};
use crate::id::RoundId;
use crate::response::Form;
use crate::round::Round;
use crate::text::{Lang, Refusal};
use crate::web::desk::answer::{Answer, Desk, download, refusal_text};
use crate::web::desk::forms::reading::Reading;
use crate::web::desk::rounds::custody_page::{Said, page, trustee_inputs};
use crate::web::desk::rounds::follow;
use crate::web::desk::{Openings, Posted};
use crate::web::sheet;

/// `GET /desk/rounds/{round}/custody`.
pub async fn show(desk: Desk, openings: Data<Openings>, round: Path<RoundId>) -> Answer {
    let id = round.into_inner();
    answer(&desk, &openings, id, Said::default()).await
}

async fn answer(desk: &Desk, openings: &Data<Openings>, id: RoundId, said: Said) -> Answer {
    let lang = desk.lang;
    let running = openings.clone();
    let (round, standing, printed) = desk
        .run(move |app, _| {
            let standing = follow::standing(app, &running, &id)?;
            let printed = app.last_change(Action::TrusteesPrepared, Some(id.as_str()))?;
            Ok::<_, AppError>((app.round(&id)?, standing, printed))
        })
        .await??;
    let bad = said.bad.is_some();
    let body = html! {
        (follow::mark(&round.id, &standing))
        (page(desk, desk.app(), &round, printed.as_ref(), &said))
    };
    Ok(desk.answer(bad, lang.pick("钥匙保管", "Custody of the key"), body))
}

/// `POST /desk/rounds/{round}/custody`.
pub async fn post(
    desk: Desk,
    openings: Data<Openings>,
    round: Path<RoundId>,
    Posted(form): Posted,
) -> Answer {
    let lang = desk.lang;
    let id = round.into_inner();
    let of = id.clone();
    if form.first("step") == "make" {
        return made(&desk, &openings, id, form).await;
    }
    let result = desk.run(move |app, by| typed(app, by, &of, &form, lang)).await?;
    let said = match result {
        Ok(good) => Said { good: Some(good), ..Said::default() },
        Err(error) => Said { bad: Some(refusal_text(error, lang)?), ..Said::default() },
    };
    answer(&desk, &openings, id, said).await
}

/// Makes passphrases and answers with the sheet to print.
async fn made(desk: &Desk, openings: &Data<Openings>, id: RoundId, form: Form) -> Answer {
    let (lang, of) = (desk.lang, id.clone());
    let replaces = form.first("replaces").to_owned();
    if !replaces.is_empty() && form.first("confirm") != "yes" {
        return answer(desk, openings, id, Said { voiding: true, ..Said::default() }).await;
    }
    let made = desk.run(move |app, by| make(app, &of, by, &form)).await?;
    let bad = match made {
        Ok((round, html)) => {
            return Ok(download(
                &format!("监督员口令_{}.html", round.title),
                "text/html; charset=utf-8",
                html,
            ));
        }
        Err(AppError::Changed) => lang
            .pick(
                "口令刚才已经生成（您的另一次点击，或另一位经办），见下。没有再次生成，已打印的\
                 仍然有效。",
                "The passphrases were made a moment ago, by another click of yours or by \
                 somebody else; see below. Nothing was made anew, and what was printed still \
                 counts.",
            )
            .to_owned(),
        Err(error) => refusal_text(error, lang)?,
    };
    return answer(desk, openings, id, Said { bad: Some(bad), ..Said::default() }).await;
}

/// Takes a passphrase, or forgets those taken; says how it went.
fn typed(app: &App, by: &Actor, of: &RoundId, form: &Form, lang: Lang) -> Result<String, AppError> {
    let typed = zeroize::Zeroizing::new(form.first("passphrase").to_owned());
    match form.first("step") {
        "test" => app.test_passphrase(of, &typed).map(|()| match app.prepared(of) {
            Some(PreparedSet { tested, need, .. }) => lang.pick(
                format!(
                    "口令有效。输入的口令不会保存。已有 {tested} 位监督员核对，至少须 {need} 位。"
                ),
                format!(
                    "The passphrase is valid; it was not kept. {tested} trustees have tested \
                 theirs, at least {need} must."
                ),
            ),
            None => lang
                .pick(
                    "口令有效。输入的口令不会保存，也没有开启任何东西。",
                    "The passphrase is valid. Nothing was kept and nothing else was done.",
                )
                .to_owned(),
        }),
        "enter" => {
            let (have, need) = app.enter_passphrase(by, of, &typed, form.has("opening", "yes"))?;
            Ok(if have >= need {
                lang.pick(
                    format!("{have} 位监督员的口令已齐，可以进行下一步。"),
                    format!("All {have} passphrases are in; go on."),
                )
            } else {
                lang.pick(
                    format!("已收到 {have} 位，还需 {} 位。请下一位监督员输入。", need - have),
                    format!("{have} received, {} to come. Next trustee, please.", need - have),
                )
            })
        }
        "forget" => {
            app.forget_gathered(of);
            Ok(lang.pick("已清除输入的口令。", "The passphrases entered are forgotten.").to_owned())
        }
        _ => Err(AppError::NotFound(Refusal::new("没有这一步", "there is no such step"))),
    }
}

fn make(app: &App, id: &RoundId, by: &Actor, form: &Form) -> Result<(Round, Vec<u8>), AppError> {
    let inputs = trustee_inputs(Lang::Zh);
    let mut reading = Reading::of(&inputs, form);
    let wrong =
        || Refusal::new("人数应为整数，例如 4 人中 3 人", "numbers are needed, such as 3 of 4");
    let (all, quorum) = (reading.number("trustees", wrong()), reading.number("quorum", wrong()));
    let (trustees, quorum): (u8, u8) = reading.done(all.zip(quorum))?;
    let (set, passphrases) =
        app.prepare_trustees(by, id, (trustees, quorum), form.first("replaces"))?;
    let round = app.round(id)?;
    let html = sheet::envelopes(&round, &set, &passphrases, quorum, &app.marks(&round, Lang::Zh))
        .into_string()
        .into_bytes();
    Ok((round, html))
}
