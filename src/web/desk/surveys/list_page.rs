//! The pages of surveys: the list, and a survey as text.
//! The text stays one click away.

use crate::app::AppError;
use crate::app::OwnSurvey;
use crate::survey::Survey;
use crate::text::Lang;
use crate::web::desk::Session;
use crate::web::desk::forms::draw::fresh;
use crate::web::desk::forms::input::{Input, InputKind};
use crate::web::error::WebError;
use crate::web::page::csrf;
use maud::{Markup, html};

/// What is wrong, a line each, as `zicha check` says it.
pub(in crate::web::desk) fn mistakes(error: AppError, lang: Lang) -> Result<Markup, WebError> {
    let lines = crate::web::desk::answer::refusal_text(error, lang)?;
    Ok(html! {
        div.errors role="alert" {
            p {
                strong {
                    (lang.pick(
                        "尚未保存，请修改以下各处（行:列）：",
                        "Not saved. Please mend (line:column):",
                    ))
                }
            }
            ul {
                @for line in lines.lines() {
                    li { (line) }
                }
            }
        }
    })
}

/// All surveys: the bureau's own first, then those that come with zicha.
#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
pub(in crate::web::desk) fn list_page(
    session: &Session,
    own: &[OwnSurvey],
    shipped: &[Survey],
) -> Markup {
    let lang = session.lang;
    let label = lang.pick("问卷文件", "File");
    let file = Input::new("file", label, InputKind::File(".xlsx,.json")).required();
    html! {
        p { a href="/desk" { (lang.pick("← 全部轮次", "← All rounds")) } }
        div.row {
            h1 { (lang.pick("问卷", "Surveys")) }
            (copy(session, "", "quiet", lang.pick("新建空白问卷", "New survey")))
        }
        p.soft {
            (lang.pick(
                "自带问卷不能改，可以复制后修改。已用于轮次的问卷由轮次另存一份：在这里修改，不影响\
                 任何轮次。",
                "Surveys that come with zicha are copied before they are changed. A round keeps \
                 its own copy: what is changed here changes no round.",
            ))
        }
        div.card {
            div.scroll {
                table {
                    thead {
                        tr {
                            th { (lang.pick("问卷", "Survey")) }
                            th.n { (lang.pick("问题类别", "Categories")) }
                            th.n { (lang.pick("题数", "Questions")) }
                            th { (lang.pick("操作", "Action")) }
                        }
                    }
                    tbody {
                        @for one in own { (row(session, &one.survey, Some(one.version))) }
                        @for survey in shipped { (row(session, survey, None)) }
                    }
                }
            }
        }
        div.card {
            h2 { (lang.pick("从文件读入", "From a file")) }
            p.hint {
                (lang.pick(
                    "可下载上面任一问卷的 Excel，在 Excel 或 WPS 中修改后传回：一张表一行一题，另一张\
                     表是选项，各列含义见“帮助”。读入后先显示，检查无误再保存。",
                    "Download any of these as Excel, change it in Excel or WPS, and upload it: the \
                     sheet survey has a question a row, choices has the options; the guide says \
                     what each column means. It is shown first and kept when you save it.",
                ))
            }
            form method="post" action="/desk/surveys/import" enctype="multipart/form-data" {
                (csrf(session))
                (fresh(&[file], lang))
                div.row {
                    button.quiet type="submit" { (lang.pick("上传并检查", "Upload and check")) }
                }
                details.aside {
                    summary { (lang.pick("更多", "More")) }
                    a href="/desk/surveys/edit" {
                        (lang.pick("以文本新建（JSON）", "Write one as text (JSON)"))
                    }
                }
            }
        }
    }
}

/// The button that opens a copy, or an empty survey, in the editor.
fn copy(session: &Session, from: &str, class: &str, label: &str) -> Markup {
    html! {
        form.inline method="post" action="/desk/surveys/copy" {
            (csrf(session))
            input type="hidden" name="from" value=(from);
            button class=(class) type="submit" { (label) }
        }
    }
}

fn row(session: &Session, survey: &Survey, version: Option<i32>) -> Markup {
    let lang = session.lang;
    html! {
        tr {
            td {
                strong title=(survey.id()) { (survey.title().get(lang)) }
                br;
                span.soft {
                    @match version {
                        Some(version) => {
                            (lang.pick(
                                format!("自编，第 {version} 版"),
                                format!("the bureau's own, version {version}"),
                            ))
                        }
                        None => { (lang.pick("自带", "comes with zicha")) }
                    }
                }
            }
            td.n { (survey.categories().count()) }
            td.n { (survey.questions().len()) }
            td {
                a href={ "/desk/surveys/" (survey.id()) "/preview" } {
                    (lang.pick("手机预览", "Preview"))
                }
                " · "
                @if version.is_some() {
                    a href={ "/desk/surveys/" (survey.id()) "/outline" } {
                        (lang.pick("修改", "Change"))
                    }
                    " · "
                }
                (copy(session, survey.id(), "link", lang.pick("复制为新问卷", "Copy")))
                " · "
                a href={ "/desk/surveys/" (survey.id()) "/xlsx" } { "Excel" }
                details.aside {
                    summary { (lang.pick("更多", "More")) }
                    a href={ "/desk/surveys/" (survey.id()) "/json" } {
                        (lang.pick("下载文本（JSON）", "As text (JSON)"))
                    }
                    @if version.is_some() {
                        br;
                        a href={ "/desk/surveys/edit?id=" (survey.id()) } {
                            (lang.pick("以文本修改（JSON）", "Change the text (JSON)"))
                        }
                    }
                }
            }
        }
    }
}
