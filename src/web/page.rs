//! The frame of pages: head, top bar, footer, and how a reader chooses language and print size.
//! Respondents choose by address alone, never by a header or a cookie that would tell them apart.

use actix_web::HttpRequest;
use actix_web::web::Data;
use maud::{DOCTYPE, Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::assets::{DESK_CSS, DESK_JS, PHONE_JS, RESPONDENT_CSS};
use crate::app::{App, Role, Session};
use crate::text::Lang;

/// The mark of the site, in the page itself: a request for it would be one more.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 \
 32'%3E%3Crect width='32' height='32' rx='7' fill='%230b6b4f'/%3E%3Cpath d='M9 17l5 5 9-11' \
 fill='none' stroke='%23fff' stroke-width='4'/%3E%3C/svg%3E";

/// What surrounds a page.
pub struct Frame<'a> {
    /// Who is signed in.
    pub session: Option<&'a Session>,
    /// The language.
    pub lang: Lang,
    /// The page itself, for the language switch.
    pub here: &'a str,
    /// How much waits for whoever is signed in.
    pub waiting: usize,
}

/// How a respondent reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct View {
    /// Language.
    pub lang: Lang,
    /// Large print.
    pub large: bool,
    /// On a device that many people use in turn: nothing is kept on it, and it returns to an empty
    /// start by itself.
    pub shared: bool,
    /// Everything here is invented, and the page says so.
    pub demo: bool,
}

impl View {
    /// From the address.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        let demo = request.app_data::<Data<App>>().is_some_and(|app| app.is_demo());
        let mut view = Self { demo, ..Self::default() };
        for pair in request.query_string().split('&') {
            match pair.split_once('=') {
                Some(("lang", value)) => view.lang = Lang::from_query(value),
                Some(("view", value)) => view.large = value == "large",
                Some(("device", value)) => view.shared = value == "shared",
                _ => {}
            }
        }
        view
    }

    /// The query that keeps this view, with its question mark.
    #[must_use]
    pub fn query(self) -> String {
        let parts = [
            (self.lang == Lang::En, "lang=en"),
            (self.large, "view=large"),
            (self.shared, "device=shared"),
        ];
        let parts: Vec<&str> =
            parts.into_iter().filter_map(|(set, part)| set.then_some(part)).collect();
        if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
    }
}

/// What a page of the questionnaire side is, for the script that receives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageKind {
    /// The questionnaire, perhaps with what is wrong in it.
    Form,
    /// A response was put into the box, or had been before.
    Settled,
    /// The round can be answered no more.
    Closed,
    /// The round cannot be answered now.
    Paused,
    /// Something else went wrong.
    Error,
    /// A page to read.
    Reading,
}

impl PageKind {
    fn name(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Settled => "settled",
            Self::Closed => "closed",
            Self::Paused => "paused",
            Self::Error => "error",
            Self::Reading => "reading",
        }
    }
}

/// A page of the questionnaire side. `path` is its own address, for the switches.
#[must_use]
#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
pub fn respondent(kind: PageKind, view: View, title: &str, path: &str, body: Markup) -> Markup {
    let other = View { lang: view.lang.pick(Lang::En, Lang::Zh), ..view };
    let size = View { large: !view.large, ..view };
    let alone = path.starts_with("/desk/"); // a preview in a frame leads nowhere else
    html! {
        (DOCTYPE)
        html lang=(view.lang.tag()) class=[view.large.then_some("large")] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="renderer" content="webkit";
                meta name="format-detection" content="telephone=no";
                meta name="color-scheme" content="light dark";
                meta name="description" content=(view.lang.pick("不记名自查问卷", "Anonymous self-check"));
                title { (title) }
                link rel="icon" href=(ICON);
                link rel="stylesheet" href=(RESPONDENT_CSS.url());
                script src=(PHONE_JS.url()) defer {}
            }
            body data-page=(kind.name()) data-shared[view.shared] {
                header.top {
                    @if alone {
                        span.brand { "自查" }
                    } @else {
                        a.brand href={ "/" (view.query()) } { "自查" }
                    }
                    nav aria-label=(view.lang.pick("显示方式", "Display")) {
                        a href={ (path) (size.query()) } {
                            (if view.large {
                                view.lang.pick("标准字号", "Standard print")
                            } else {
                                view.lang.pick("大字版", "Large print")
                            })
                        }
                        a href={ (path) (other.query()) } lang=(other.lang.tag()) {
                            (other.lang.pick("中文", "English"))
                        }
                    }
                }
                main {
                    @if view.demo {
                        p.mark {
                            (view.lang
                                .pick(
                                    "演示数据：单位、人数和答卷全部为虚构。",
                                    "Demo: all units, figures and responses are invented.",
                                ))
                        }
                    }
                    (body)
                    // Chromium freezes a page that is left and shows it again, filled in, on the
                    // way back; not one whose media may never be stored.
                    // The script sees to that by itself, so only without it is this asked for.
                    @if kind == PageKind::Form {
                        noscript { video src="/unfrozen" hidden {} }
                    }
                }
                @if !alone {
                    footer {
                        a href={ "/privacy" (view.query()) } {
                            (view.lang.pick("匿名承诺", "The promise"))
                        }
                        a href={ "/" (view.query()) } { (view.lang.pick("首页", "Home")) }
                    }
                }
            }
        }
    }
}

/// A page of the desk.
#[must_use]
pub fn desk(frame: &Frame<'_>, title: &str, marks: &str, body: Markup) -> Markup {
    let lang = frame.lang;
    let other = lang.pick(Lang::En, Lang::Zh);
    html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="renderer" content="webkit";
                title { (title) (lang.pick(" · 自查", " · zicha")) }
                link rel="icon" href=(ICON);
                link rel="stylesheet" href=(DESK_CSS.url());
                script src=(DESK_JS.url()) defer {}
            }
            body {
                header.bar {
                    a.brand href="/desk" {
                        (lang.pick("自查", "zicha"))
                        span { (lang.pick("作风纪律自查工作台", "Desk of the self-check")) }
                    }
                    @if let Some(session) = frame.session {
                        nav {
                            a href="/desk" {
                                (lang.pick("待办", "To do"))
                                @if frame.waiting > 0 { span.badge { (frame.waiting) } }
                            }
                            @if session.role.runs_rounds() {
                                a href="/desk#rounds" { (lang.pick("轮次", "Rounds")) }
                                a href="/desk/units" { (lang.pick("单位", "Units")) }
                                a href="/desk/surveys" { (lang.pick("问卷", "Surveys")) }
                            }
                            @if session.role == Role::Admin {
                                a href="/desk/accounts" { (lang.pick("账号", "Accounts")) }
                            }
                            @if session.role == Role::Auditor {
                                a href="/desk/audit" { (lang.pick("审计", "Audit")) }
                            }
                            a href="/desk/help" { (lang.pick("帮助", "Help")) }
                        }
                        form.who method="post" action="/desk/sign-out" {
                            (csrf(session))
                            a href="/desk/me" {
                                (session.shown()) " · " (session.role.label(lang))
                            }
                            (switch(other, frame.here))
                            button.link type="submit" { (lang.pick("退出", "Sign out")) }
                        }
                    } @else {
                        div.who { (switch(other, frame.here)) }
                    }
                }
                @if !marks.is_empty() {
                    aside.marks aria-label=(lang.pick("标注", "Marks")) { (marks) }
                }
                main { (body) }
            }
        }
    }
}

/// The way to the other language.
fn switch(other: Lang, here: &str) -> Markup {
    // The cookie belongs to the desk; the page of the interface for programs stands outside it.
    let to = if here.starts_with("/desk") {
        format!(
            "/desk/language?lang={}&to={}",
            other.tag(),
            utf8_percent_encode(here, NON_ALPHANUMERIC)
        )
    } else {
        format!("{here}?lang={}", other.tag())
    };
    html! {
        a.language href=(to) lang=(other.tag()) hreflang=(other.tag()) {
            (other.pick("中文", "English"))
        }
    }
}

/// The hidden token of a desk form.
#[must_use]
pub fn csrf(session: &Session) -> Markup {
    html! {
        input type="hidden" name="csrf" value=(session.csrf);
    }
}
