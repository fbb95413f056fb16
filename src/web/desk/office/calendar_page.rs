//! The page of the calendar: five phases with their days, and what each means here.
//! The days are those of the notice.

use crate::app::PHASES;
use crate::response::Form;
use crate::text::Lang;
use crate::web::desk::Session;
use crate::web::desk::forms::conflict;
use crate::web::desk::forms::draw::{bare, draw};
use crate::web::desk::forms::input::{Input, InputKind};
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::page::csrf;
use maud::{Markup, html};

/// Names of the fields: first and last day of each phase.
pub(in crate::web::desk) const FIELDS: [(&str, &str); 5] =
    [("from0", "to0"), ("from1", "to1"), ("from2", "to2"), ("from3", "to3"), ("from4", "to4")];

/// The form: two days for each phase, in their order.
pub(in crate::web::desk) fn inputs(lang: Lang) -> Vec<Input> {
    let fields = PHASES.iter().zip(FIELDS).flat_map(|((name, _), (from, to))| {
        let name = lang.pick(name[0], name[1]);
        let first = format!("{name}{}", lang.pick("开始", ", first day"));
        let last = format!("{name}{}", lang.pick("结束", ", last day"));
        [Input::new(from, first, InputKind::Day), Input::new(to, last, InputKind::Day)]
    });
    fields.map(Input::required).collect()
}

/// What is asked beside the days.
pub(in crate::web::desk) fn further(lang: Lang) -> Vec<Input> {
    let name = lang.pick("活动名称", "Name of the campaign");
    let contact = lang.pick("问卷咨询方式", "Whom to ask about the survey");
    vec![
        Input::new("name", name, InputKind::Line).most(60).hint(lang.pick(
            "按通知写，如“百日作风纪律教育整顿活动”；用在总结报告的标题里。",
            "As the notice calls it; titles of papers are made of it.",
        )),
        Input::new("contact", contact, InputKind::Line).most(60).hint(lang.pick(
            "如“局政工科 0571-12345678”；显示在问卷开头，填写人有疑问时可以问。",
            "An office or a telephone, shown above the first question.",
        )),
    ]
}

pub(in crate::web::desk) fn page(
    session: &Session,
    form: &Form,
    said: &Markup,
    wrong: &Mistakes,
) -> Markup {
    let lang = session.lang;
    html! {
        p { a href="/desk" { (lang.pick("← 首页", "← Home")) } }
        h1 { (lang.pick("活动安排", "Calendar")) }
        p.soft {
            (lang.pick(
                "按通知填写五个阶段的起止日期，首页据此提示现在该做什么。随时可以修改，不影响已建立\
                 的轮次。",
                "Give the first and last day of the five phases as the notice sets them; the home \
                 page then says what is due. They can be changed at any time and do not touch \
                 rounds that exist.",
            ))
        }
        (said)
        (wrong.summary())
        div.card {
            form method="post" action="/desk/calendar" {
                (csrf(session))
                (conflict::seen(form.first("seen")))
                (draw(&further(lang), form, wrong, lang))
                div.scroll { (phases(form, wrong, lang)) }
                div.row { button type="submit" { (lang.pick("保存", "Save")) } }
            }
        }
    }
}

fn phases(form: &Form, wrong: &Mistakes, lang: Lang) -> Markup {
    let inputs = inputs(lang);
    let rows = PHASES.iter().zip(inputs.chunks(2)).enumerate();
    html! {
        table.phases {
            thead {
                tr {
                    th { (lang.pick("阶段", "Phase")) }
                    th { (lang.pick("开始", "First day")) }
                    th { (lang.pick("结束", "Last day")) }
                    th { (lang.pick("在本系统做什么", "What to do here")) }
                }
            }
            tbody {
                @for (n, ((name, what), days)) in rows {
                    tr {
                        td { (n + 1) "　" (lang.pick(name[0], name[1])) }
                        @for day in days {
                            td { (bare(day, form, wrong)) }
                        }
                        td { (lang.pick(what[0], what[1])) }
                    }
                }
            }
        }
    }
}
