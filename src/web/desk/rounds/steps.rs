//! The steps that a round takes: opening, closing, opening its box, letting results out, handing
//! lists over anew.
//! Each is confirmed on a page that names its consequence before anything happens.

use actix_web::web::{Data, Path};
use maud::{Markup, html};

use super::irreversible::{irreversible, to_check};
use super::keeping::unscreened;
use super::opening;
use crate::app::{Actor, App, AppError, Custody, SharedStep};
use crate::id::RoundId;
use crate::response::Form;
use crate::round::{Day, Reach, Round, parse_typed_day};
use crate::text::{Lang, Refusal};
use crate::web::desk::answer::{Answer, Desk, see_other};
use crate::web::desk::{Openings, Posted, Session};
use crate::web::error::WebError;
use crate::web::page::csrf;

/// What a step is called, where it is, and what comes of it.
struct Step {
    path: &'static str,
    title: [&'static str; 2],
    consequence: [&'static str; 2],
    /// Whether a later step can undo it.
    comes_back: bool,
    button: [&'static str; 2],
}

const OPEN: Step = Step {
    path: "open",
    title: ["开放本轮", "Open the round"],
    consequence: [
        "问卷、单位和统计组从此冻结，不能再改。监督员口令不足或钥匙文件丢失，本轮答卷永久作废；请确\
         认口令已全部封存，钥匙文件所在的数据目录不会被清理。",
        "Survey, units and groups are frozen from now on. Without enough passphrases or without \
         the key file, the responses are lost for good; make sure that all passphrases are sealed \
         and that nobody clears the data folder.",
    ],
    comes_back: false,
    button: ["确认开放", "Open it"],
};

const OPEN_AS_A_TRIAL: Step = Step {
    path: "open",
    title: ["试用开放", "Open as a trial"],
    consequence: [
        "问卷、单位和统计组从此冻结，不能再改。票箱钥匙由服务器保管，本轮全程标注“试用”，不能作为正\
         式轮次。",
        "Survey, units and groups are frozen from now on. The server keeps the key; the round is \
         marked as a trial throughout and does not count as a formal one.",
    ],
    comes_back: false,
    button: ["确认试用开放", "Open as a trial"],
};

const CLOSE_EARLY: Step = Step {
    path: "close",
    title: ["提前截止", "Close early"],
    consequence: [
        "截止日期还没到。提前截止后不能重新开放，公示栏会写明“本轮提前截止”。",
        "The last day has not come. A round closed early cannot be opened again, and the bulletin \
         says so.",
    ],
    comes_back: false,
    button: ["确认提前截止", "Close early"],
};

const CLOSE: Step = Step {
    path: "close",
    title: ["截止", "Close"],
    consequence: [
        "票箱封存，不再接收答卷，公示发放、使用和答卷数。",
        "The box is sealed, nothing more is received, and the bulletin shows slips issued, slips \
         used and responses.",
    ],
    comes_back: false,
    button: ["确认截止", "Close it"],
};

const OPEN_BOX: Step = Step {
    path: "box",
    title: ["开箱", "Open the box"],
    consequence: [
        "票箱只能开一次。开箱后生成结果，票箱和钥匙立即销毁，任何人再也不能查看单份答卷。",
        "The box opens once. Results are made, box and key are destroyed at once, and nobody can \
         ever see a single response.",
    ],
    comes_back: false,
    button: ["确认开箱", "Open the box"],
};

const RELEASE: Step = Step {
    path: "release",
    title: ["发布结果", "Release the results"],
    consequence: [
        "发布须两个账号先后确认，其中一个是政工科负责人。发布后，单位负责人看到本单位的问题清单，公\
         示栏按选定的范围公布。",
        "A release needs two accounts, one of them the head of the section. Heads of units then \
         see their lists, and the bulletin shows what was chosen.",
    ],
    comes_back: false,
    button: ["同意发布", "Agree to the release"],
};

const REISSUE: Step = Step {
    path: "lists",
    title: ["重新下发清单", "Hand the lists over anew"],
    consequence: [
        "须两个账号先后同意，其中一个是政工科负责人。下发后，各单位看到的是改动后的清单；以前的版本\
         仍有记录。",
        "This takes two accounts, one of them the head of the section. Units then see the changed \
         lists; earlier editions stay on record.",
    ],
    comes_back: true,
    button: ["同意重新下发", "Agree to hand them over"],
};

const POSTPONE: Step = Step {
    path: "postpone",
    title: ["延期截止", "Put the closing day off"],
    consequence: [
        "须两个账号先后同意，其中一个是政工科负责人。延期写入公示栏，所有人可见；延期后不能改回原来\
         的日期，提前截止须监督员到场。纸条上印的是原来的截止日，请另行通知。",
        "This takes two accounts, one of them the head of the section. The bulletin tells \
         everybody; the day cannot be brought forward again without the trustees. Slips show the \
         day before: tell people of the new one.",
    ],
    comes_back: false,
    button: ["同意延期", "Agree to it"],
};

/// `POST /desk/rounds/{round}/do/open`.
pub async fn open(desk: Desk, round: Path<RoundId>, Posted(form): Posted) -> Answer {
    let id = round.into_inner();
    let trustees = form.first("custody") == "trustees";
    let of = id.clone();
    let warnings = desk
        .run(move |app, _| {
            let mut warnings = app.warnings(&of)?;
            warnings.extend(app.still_open(&of)?);
            Ok::<_, AppError>(warnings)
        })
        .await??;
    let (step, custody) =
        if trustees { (OPEN, Custody::Trustees) } else { (OPEN_AS_A_TRIAL, Custody::Server) };
    take(&desk, &id, &step, (&form, &warnings), move |app, by, id| {
        app.open_round(by, id, custody).map(drop)
    })
    .await
}

/// `POST /desk/rounds/{round}/do/close`.
pub async fn close(desk: Desk, round: Path<RoundId>, Posted(form): Posted) -> Answer {
    let id = round.into_inner();
    let of = id.clone();
    let early =
        desk.run(move |app, _| app.round(&of).map(|round| app.now() < round.ends_at())).await??;
    let step = if early { CLOSE_EARLY } else { CLOSE };
    take(&desk, &id, &step, (&form, &[]), |app, by, id| app.close_round(by, id).map(drop)).await
}

/// `POST /desk/rounds/{round}/do/box`. The opening goes on beside the requests; the round's page
/// shows how far it is.
pub async fn open_box(
    desk: Desk,
    openings: Data<Openings>,
    round: Path<RoundId>,
    Posted(form): Posted,
) -> Answer {
    let id = round.into_inner();
    let app = desk.app().clone();
    let start = move |_: &App, by: &Actor, id: &RoundId| {
        opening::start(&app, &openings, id, by.clone());
        Ok(())
    };
    let of = id.clone();
    let open = desk.run(move |app, _| app.still_open(&of)).await??;
    take(&desk, &id, &OPEN_BOX, (&form, &open), start).await
}

/// `POST /desk/rounds/{round}/do/release`.
pub async fn release(desk: Desk, round: Path<RoundId>, Posted(form): Posted) -> Answer {
    let id = round.into_inner();
    let mut unscreened: Vec<Refusal> = unscreened(&desk, &id).await?.into_iter().collect();
    let of = id.clone();
    unscreened.extend(desk.run(move |app, _| app.still_open(&of)).await??);
    let reach = Reach::parse(form.first("reach")).unwrap_or_default();
    let told = lang_both(|lang| {
        lang.pick(
            format!("公示栏的公布范围：{}", reach.label(lang)),
            format!("the bulletin shows {}", reach.label(lang)),
        )
    });
    let warnings: Vec<Refusal> = unscreened.into_iter().chain([told]).collect();
    share(&desk, &id, (&RELEASE, SharedStep::Release), (&form, "reach"), &warnings).await
}

/// `POST /desk/rounds/{round}/do/lists`.
pub async fn reissue(desk: Desk, round: Path<RoundId>, Posted(form): Posted) -> Answer {
    let id = round.into_inner();
    share(&desk, &id, (&REISSUE, SharedStep::Lists), (&form, ""), &[]).await
}

/// `POST /desk/rounds/{round}/do/postpone`.
pub async fn postpone(desk: Desk, round: Path<RoundId>, Posted(form): Posted) -> Answer {
    let id = round.into_inner();
    let of = id.clone();
    let round = desk.run(move |app, _| app.round(&of)).await??;
    // A day that is none is told at once, before anything is to be confirmed.
    let checked = parse_typed_day(form.first("closes")).and_then(|day| {
        round.check_later(day)?;
        Ok(day)
    });
    let warnings = match checked {
        Ok(day) => {
            let (from, to) = (round.closes, day);
            vec![lang_both(|lang| {
                lang.pick(
                    format!("截止日由 {} 改为 {}", Day(from, lang), Day(to, lang)),
                    format!(
                        "the closing day was {} and becomes {}",
                        Day(from, lang),
                        Day(to, lang)
                    ),
                )
            })]
        }
        Err(refusal) => return desk.refused(refusal.into(), &format!("/desk/rounds/{id}")),
    };
    share(&desk, &id, (&POSTPONE, SharedStep::Postpone), (&form, "closes"), &warnings).await
}

/// A sentence in both languages.
fn lang_both(say: impl Fn(Lang) -> String) -> Refusal {
    Refusal::new(say(Lang::Zh), say(Lang::En))
}

/// `POST /desk/rounds/{round}/withdraw`: an agreement is taken back while nobody else has agreed.
pub async fn withdraw(desk: Desk, round: Path<RoundId>, Posted(form): Posted) -> Answer {
    let id = round.into_inner();
    let step = SharedStep::parse(form.first("step")).ok_or(WebError::NothingHere)?;
    let back = step.page(&id);
    match desk.run(move |app, by| app.withdraw(by, &id, step)).await? {
        Ok(()) => Ok(see_other(&back)),
        Err(error) => desk.refused(error, &back),
    }
}

/// The way to take an agreement back.
pub(in crate::web::desk) fn withdrawal(
    session: &Session,
    id: &RoundId,
    step: SharedStep,
) -> Markup {
    html! {
        form.inline method="post" action={ "/desk/rounds/" (id) "/withdraw" } {
            (csrf(session))
            input type="hidden" name="step" value=(step.as_str());
            button.link type="submit" { (session.lang.pick("撤回同意", "Take it back")) }
        }
    }
}

/// A step that takes two accounts, of whom this is one.
async fn share(
    desk: &Desk,
    id: &RoundId,
    (step, shared): (&Step, SharedStep),
    (form, choice): (&Form, &str),
    warnings: &[Refusal],
) -> Answer {
    let (seen, choice) = (form.first("seen").to_owned(), form.first(choice).to_owned());
    let moved = || {
        Refusal::new(
            "您打开页面之后，清单或本轮状态又有改动，本次同意没有记入；请重新查看后再同意",
            "the lists, or the round, have changed since you opened the page: your agreement was \
             not noted. Look at them again, then agree",
        )
    };
    let agree = move |app: &App, by: &Actor, id: &RoundId| match app.approve_seen(
        by,
        id,
        shared,
        (&seen, &choice),
    ) {
        Err(AppError::Changed) => Err(moved().into()),
        other => other.map(drop),
    };
    take(desk, id, step, (form, warnings), agree).await
}

/// Takes a step once it is confirmed; before that, says what comes of it.
async fn take(
    desk: &Desk,
    id: &RoundId,
    step: &Step,
    (form, warnings): (&Form, &[Refusal]),
    work: impl FnOnce(&App, &Actor, &RoundId) -> Result<(), AppError> + Send + 'static,
) -> Answer {
    let lang = desk.lang;
    let of = id.clone();
    if form.first("confirm") != "yes" {
        let round = desk.run(move |app, _| app.round(&of)).await??;
        let page = confirm(desk, &round, step, form, warnings);
        return Ok(desk.page(pick(step.title, lang), page));
    }
    match desk.run(move |app, by| work(app, by, &of)).await? {
        Ok(()) => Ok(see_other(&format!("/desk/rounds/{id}"))),
        Err(error) => desk.refused(error, &format!("/desk/rounds/{id}")),
    }
}

fn pick([zh, en]: [&'static str; 2], lang: Lang) -> &'static str {
    lang.pick(zh, en)
}

fn confirm(
    session: &Session,
    round: &Round,
    step: &Step,
    form: &Form,
    warnings: &[Refusal],
) -> Markup {
    let lang = session.lang;
    html! {
        div.card.narrow {
            h1 { (pick(step.title, lang)) }
            p { strong { (round.title) } }
            @if step.comes_back {
                p.lead { (pick(step.consequence, lang)) }
                (to_check(warnings, lang))
            } @else { (irreversible(pick(step.consequence, lang), warnings, lang)) }
            form method="post" action={ "/desk/rounds/" (round.id) "/do/" (step.path) } {
                (csrf(session))
                input type="hidden" name="confirm" value="yes";
                @for name in ["custody", "seen", "reach", "closes"] {
                    @if !form.first(name).is_empty() {
                        input type="hidden" name=(name) value=(form.first(name));
                    }
                }
                div.row {
                    button.grave type="submit" { (pick(step.button, lang)) }
                    a.button.quiet href={ "/desk/rounds/" (round.id) } {
                        (lang.pick("取消", "Cancel"))
                    }
                }
            }
        }
    }
}
