//! The frame of pages: head, top bar, footer, and how a reader chooses language and print size.
//! Respondents choose by address alone, never by a header or a cookie that would tell them apart.

use actix_web::HttpRequest;
use actix_web::web::Data;
use maud::{DOCTYPE, Markup, html};

use super::assets::{CODE_JS, DESK_CSS, RESPONDENT_CSS};
use crate::app::{App, Session};
use crate::text::Lang;

/// How a respondent reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct View {
    /// Language.
    pub lang: Lang,
    /// Large print.
    pub large: bool,
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
                _ => {}
            }
        }
        view
    }

    /// The query that keeps this view, with its question mark.
    #[must_use]
    pub fn query(self) -> &'static str {
        match (self.lang, self.large) {
            (Lang::Zh, false) => "",
            (Lang::Zh, true) => "?view=large",
            (Lang::En, false) => "?lang=en",
            (Lang::En, true) => "?lang=en&view=large",
        }
    }
}

/// A page of the questionnaire side. `path` is its own address, for the switches.
#[must_use]
pub fn respondent(view: View, title: &str, path: &str, body: Markup) -> Markup {
    let other = View { lang: view.lang.pick(Lang::En, Lang::Zh), ..view };
    let size = View { large: !view.large, ..view };
    html! {
        (DOCTYPE)
        html lang=(view.lang.tag()) class=[view.large.then_some("large")] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="renderer" content="webkit";
                meta name="format-detection" content="telephone=no";
                title { (title) }
                link rel="stylesheet" href=(RESPONDENT_CSS.url());
            }
            body {
                header.top {
                    a href={ "/" (view.query()) } { b { "自查" } }
                    nav aria-label=(view.lang.pick("显示方式", "Display")) {
                        a href={ (path) (size.query()) } { (if view.large { view.lang.pick("标准字号", "Standard print") } else { view.lang.pick("大字版", "Large print") }) }
                        a href={ (path) (other.query()) } lang=(other.lang.tag()) { (other.lang.pick("中文", "English")) }
                    }
                }
                main {
                    @if view.demo { p.mark { (view.lang.pick("演示数据：单位、人数和答卷全部为虚构。", "Demo: all units, figures and responses are invented.")) } }
                    (body)
                }
                footer {
                    a href={ "/privacy" (view.query()) } { (view.lang.pick("匿名承诺", "The promise")) }
                    a href={ "/" (view.query()) } { (view.lang.pick("首页", "Home")) }
                }
                script src=(CODE_JS.url()) defer {}
            }
        }
    }
}

/// A page of the desk.
#[must_use]
pub fn desk(session: Option<&Session>, title: &str, marks: &str, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="renderer" content="webkit";
                title { (title) " · 自查" }
                link rel="stylesheet" href=(DESK_CSS.url());
            }
            body {
                header.bar {
                    a.brand href="/desk" { "自查" span { "作风纪律自查工作台" } }
                    @if let Some(session) = session {
                        nav {
                            a href="/desk" { "轮次" }
                            @if session.role.runs_rounds() { a href="/desk/units" { "单位" } }
                            @if session.role == crate::app::Role::Admin { a href="/desk/accounts" { "账号" } }
                            @if session.role == crate::app::Role::Auditor { a href="/desk/audit" { "审计" } }
                        }
                        form.who method="post" action="/desk/sign-out" {
                            (csrf(session))
                            span { (session.account) " · " (session.role.zh()) }
                            button.link type="submit" { "退出" }
                        }
                    }
                }
                @if !marks.is_empty() { p.marks { (marks) } }
                main { (body) }
            }
        }
    }
}

/// The hidden token of a desk form.
#[must_use]
pub fn csrf(session: &Session) -> Markup {
    html! { input type="hidden" name="csrf" value=(session.csrf); }
}
