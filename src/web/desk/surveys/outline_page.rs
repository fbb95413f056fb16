//! The outline of a survey: its parts in their order, each with what can be done to it.
//! Whoever knows the paper questionnaire finds it again.

use crate::survey::{Part, QuestionFile, SurveyFile};
use crate::web::desk::Session;
use crate::web::desk::forms::conflict;
use crate::web::desk::office::password::percent;
use crate::web::desk::surveys::question::kind_name;
use crate::web::page::csrf;
use maud::{Markup, html};

/// A survey as it is edited.
pub(in crate::web::desk) struct Edited {
    pub(in crate::web::desk) file: SurveyFile,
    pub(in crate::web::desk) version: i32,
}

pub(in crate::web::desk) struct Outline<'a> {
    pub(in crate::web::desk) session: &'a Session,
    pub(in crate::web::desk) edited: &'a Edited,
}

impl Outline<'_> {
    pub(in crate::web::desk) fn path(&self, rest: &str) -> String {
        format!("/desk/surveys/{}/{rest}", percent(&self.edited.file.id))
    }

    pub(in crate::web::desk) fn pick(&self, zh: &'static str, en: &'static str) -> &'static str {
        self.session.lang.pick(zh, en)
    }

    /// A button that does one step.
    pub(in crate::web::desk) fn button(
        &self,
        fields: &[(&str, &str)],
        class: &str,
        label: &str,
        name: &str,
    ) -> Markup {
        html! {
            form.inline method="post" action=(self.path("outline")) {
                (csrf(self.session))
                (conflict::seen(&self.edited.version.to_string()))
                @for (name, value) in fields {
                    input type="hidden" name=(name) value=(value);
                }
                @let named = Some(name).filter(|n| !n.is_empty());
                button class=(class) type="submit" aria-label=[named] { (label) }
            }
        }
    }

    /// What can be done with a part: moved, and taken out once that is confirmed.
    pub(in crate::web::desk) fn steps(&self, part: &Part, moves: bool) -> Markup {
        let part = part.to_string();
        html! {
            @if moves {
                (self.button(
                    &[("do", "up"), ("part", &part)],
                    "link",
                    "↑",
                    &format!("{}{part}", self.pick("上移 ", "Move up: ")),
                ))
                (self.button(
                    &[("do", "down"), ("part", &part)],
                    "link",
                    "↓",
                    &format!("{}{part}", self.pick("下移 ", "Move down: ")),
                ))
            }
            details.sure {
                summary aria-label={ (self.pick("删除 ", "Remove: ")) (part) } {
                    (self.pick("删除", "Remove"))
                }
                (self.button(
                    &[("do", "remove"), ("part", &part)],
                    "quiet",
                    self.pick("确定删除", "Yes, remove it"),
                    "",
                ))
            }
        }
    }

    pub(in crate::web::desk) fn question(&self, question: &QuestionFile) -> Markup {
        let lang = self.session.lang;
        let part = Part::Question(question.id.clone());
        html! {
            tr id=(part) {
                td {
                    a href=(self.path(&format!("part/{part}"))) { (question.text.get(lang)) }
                    br;
                    span.soft {
                        (question.id)
                        " · "
                        (kind_name(&question.answer, lang))
                        @if question.hold { (self.pick(" · 存疑", " · held")) }
                        @if !question.visible_if.is_empty() {
                            (self.pick(" · 有显示条件", " · shown on a condition"))
                        }
                    }
                }
                td.steps { (self.steps(&part, true)) }
            }
        }
    }

    pub(in crate::web::desk) fn page(&self, said: &Markup) -> Markup {
        let lang = self.session.lang;
        let file = &self.edited.file;
        html! {
            p {
                a href="/desk/surveys" { (self.pick("← 全部问卷", "← All surveys")) }
                " · "
                a href=(self.path("preview")) target="_blank" { (self.pick("手机预览", "Preview")) }
                " · "
                a href={ "/desk/surveys/edit?id=" (percent(&file.id)) } {
                    (self.pick("以文本修改", "Change as text"))
                }
                " · "
                a href=(self.path("versions")) { (self.pick("历次版本", "All versions")) }
            }
            h1 { (file.title.get(lang)) }
            p.soft {
                (file.id)
                (self.pick(" · 第 ", " · version "))
                (self.edited.version)
                (self.pick(
                    " 版。每一步都作检查并立即保存，旧版可以找回；已用于轮次的不受影响。",
                    ". Every step is checked and kept at once, and earlier versions can be brought \
                     back; rounds that use it are not touched.",
                ))
            }
            (said)
            (self.general())
            (self.groups())
            (self.button(&[("do", "category")], "quiet", self.pick("加一类", "Add a category"), ""))
            div.cols {
                (self.scales())
                (self.sets())
            }
        }
    }

    fn groups(&self) -> Markup {
        let (lang, file) = (self.session.lang, &self.edited.file);
        html! {
            @for group in 0..file.categories.len() + usize::from(file.closing.is_some()) {
                @match file.categories.get(group) {
                    Some(category) => {
                        @let part = Part::Category(category.id.clone());
                        div.card id=(part) {
                            div.row {
                                h2 {
                                    (group + 1)
                                    (self.pick("、", ". "))
                                    a href=(self.path(&format!("part/{part}"))) {
                                        (category.name.get(lang))
                                    }
                                }
                                span.steps { (self.steps(&part, true)) }
                            }
                            (self.questions(group))
                        }
                    }
                    None => {
                        div.card {
                            h2 {
                                a href=(self.path("part/general")) {
                                    (file.closing.as_ref().map_or("", |c| c.name.get(lang)))
                                }
                            }
                            (self.questions(group))
                        }
                    }
                }
            }
        }
    }

    fn general(&self) -> Markup {
        let file = &self.edited.file;
        html! {
            div #general.card {
                h2 { a href=(self.path("part/general")) { (self.pick("总体设置", "General")) } }
                p.soft {
                    (self.pick(
                        "标题、卷首语、致谢、语言、匿名承诺 ",
                        "Title, words above and below, languages, promises (",
                    ))
                    (file.privacy.len())
                    (self.pick(" 条、阈值 ", "), thresholds "))
                    (file.thresholds.prominent)
                    " / "
                    (file.thresholds.tendency)
                    " / "
                    (file.thresholds.emerging)
                    " %"
                    (self.pick("、整改类型 ", ", kinds of rectification ("))
                    (file.rectification_types.len())
                    (self.pick(" 种。", ")."))
                }
            }
        }
    }

    fn sets(&self) -> Markup {
        let file = &self.edited.file;
        html! {
            div.card {
                h2 { (self.pick("共用选项组", "Shared options")) }
                @if file.option_sets.is_empty() {
                    p.soft {
                        (self.pick(
                            "没有。多道多选题选项相同时，放在这里只写一次。",
                            "None. Options that several questions have in common are written \
                             once here.",
                        ))
                    }
                }
                div.scroll {
                    table {
                        tbody {
                            @for (name, set) in &file.option_sets {
                                @let part = Part::Options(name.clone());
                                tr id=(part) {
                                    td {
                                        a href=(self.path(&format!("part/{part}"))) { (name) }
                                        br;
                                        span.soft { (set.len()) (self.pick(" 项", " options")) }
                                    }
                                    td.steps { (self.steps(&part, false)) }
                                }
                            }
                        }
                    }
                }
                (self.button(
                    &[("do", "options")],
                    "quiet",
                    self.pick("加一个选项组", "Add a set"),
                    "",
                ))
            }
        }
    }

    fn scales(&self) -> Markup {
        let (lang, file) = (self.session.lang, &self.edited.file);
        html! {
            div.card {
                h2 { (self.pick("量表", "Scales")) }
                div.scroll {
                    table {
                        tbody {
                            @for (name, scale) in &file.scales {
                                @let part = Part::Scale(name.clone());
                                tr id=(part) {
                                    td {
                                        a href=(self.path(&format!("part/{part}"))) { (name) }
                                        br;
                                        span.soft {
                                            (scale
                                                .options
                                                .iter()
                                                .map(|s| s.label.get(lang))
                                                .collect::<Vec<_>>()
                                                .join(" / "))
                                        }
                                    }
                                    td.steps { (self.steps(&part, false)) }
                                }
                            }
                        }
                    }
                }
                (self.button(
                    &[("do", "scale")],
                    "quiet",
                    self.pick("加一个量表", "Add a scale"),
                    "",
                ))
            }
        }
    }

    pub(in crate::web::desk) fn questions(&self, group: usize) -> Markup {
        html! {
            div.scroll {
                table {
                    tbody {
                        @for question in self.edited.file.questions_of(group) {
                            (self.question(question))
                        }
                    }
                }
            }
            @let part = Part::Question(self.edited.file.next_item(group));
            a.button.quiet href=(self.path(&format!("part/{part}?new={group}"))) {
                (self.pick("加一题", "Add a question"))
            }
        }
    }
}
