//! The questionnaire as one document, of a round or of a survey that is only looked at.
//! It works as it stands; the script turns its sections into steps and needs nothing else from the
//! server.

use maud::{Markup, html};

use super::question::{Filled, question};
use super::questionnaire_parts::{contents, section_name, sending, summary};
use crate::app::{App, Line, Live};
use crate::identity;
use crate::response::{CHECK_FIELD, CODE_FIELD, FieldErrors, Form, form_size};
use crate::round::{Access, Day};
use crate::survey::{Kind, Question, QuestionRole, Scale, Section, Survey};
use crate::text::Lang;
use crate::web::journey::{Key, journey};
use crate::web::page::{PageKind, View, respondent};

/// A questionnaire to be shown.
pub struct Questionnaire<'a> {
    /// What is asked.
    pub survey: &'a Survey,
    /// Its heading.
    pub title: &'a str,
    /// What kind of code opens it.
    pub access: Access,
    /// Marks of a trial or a preview.
    pub marks: Markup,
    /// Who asks, until when, and whom to ask.
    pub about: Markup,
    /// The promise above the first question.
    pub promise: Vec<Line>,
    /// Who holds the key of the box.
    pub key: Key,
    /// Where it stands and where it is sent.
    pub path: String,
    /// Whether it is only looked at: nothing is kept on the device and nothing counts.
    pub preview: bool,
    /// Whether the code was only tried, and is good.
    pub usable: bool,
    /// Id of the element at which a preview opens.
    pub at: Option<&'a str>,
}

/// Who asks, until when it can be answered, and whom to ask about it.
fn about(live: &Live, lang: Lang) -> Markup {
    html! {
        ul.about {
            @if !live.organiser.is_empty() {
                li { (lang.pick("组织单位：", "Organised by: ")) (live.organiser) }
            }
            li {
                (lang.pick("截止：", "Closes at the end of "))
                (Day(live.round.closes, lang))
                (lang.pick(" 24 时", ""))
            }
            @if !live.contact.is_empty() {
                li { (lang.pick("咨询：", "Questions: ")) (live.contact) }
            }
        }
    }
}

impl<'a> Questionnaire<'a> {
    /// The questionnaire of a round.
    #[must_use]
    pub fn of(app: &App, live: &'a Live, lang: Lang) -> Self {
        Self {
            survey: &live.survey,
            title: &live.round.title,
            access: live.round.access,
            marks: marks(live, lang),
            about: about(live, lang),
            promise: app.round_promise(live),
            key: Key::of(&live.round),
            path: format!("/r/{}", live.round.id),
            preview: false,
            usable: false,
            at: None,
        }
    }

    /// The page, empty or with what was sent and what is wrong with it.
    #[must_use]
    pub fn page(&self, view: View, form: &Form, errors: &FieldErrors) -> Markup {
        let lang = view.lang;
        let survey = self.survey;
        let filled = Filled { form, errors, survey, lang };
        let body = html! {
            (self.marks)
            h1 lang=[written_in(self.title, lang)] { (self.title) }
            @if self.title != survey.title().get(lang) {
                p.soft.subtitle { (survey.title().get(lang)) }
            }
            (summary(survey, errors, lang))
            form
                #form
                method="post"
                action={ (self.path) (view.query()) }
                autocomplete="off"
                data-size=(form_size(survey))
                data-patterns=(patterns(lang))
                data-preview[self.preview]
                data-at=[self.at]
            {
                div #start.step {
                    p { (survey.intro().get(lang)) }
                    (self.about)
                    div.card.promise {
                        h2 { (lang.pick("匿名说明", "About anonymity")) }
                        (journey(self.key, lang))
                        ul {
                            @for line in &self.promise {
                                li.but[line.is_caveat()] { (line.text.get(lang)) }
                            }
                        }
                    }
                    (self.code(&filled))
                }
                (contents(survey, lang))
                @for (n, section) in survey.sections().iter().enumerate() {
                    (section_card(survey, n, section, &filled))
                }
                (sending(&filled))
            }
        };
        respondent(PageKind::Form, view, self.title, &self.path, body)
    }

    #[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
    fn code(&self, filled: &Filled) -> Markup {
        let lang = filled.lang;
        let slip = self.access == Access::Slip;
        html! {
            div.card.wrong[filled.errors.contains_key(CODE_FIELD)] id={ "q-" (CODE_FIELD) } {
                h2 {
                    label for="code" {
                        (if slip {
                            lang.pick("填写码", "Your code")
                        } else {
                            lang.pick("单位填写码", "Unit code")
                        })
                    }
                }
                p #h-code.hint {
                    (if slip {
                        lang.pick(
                            "纸条上的 20 位数字，空格可有可无。",
                            "The 20 digits on your slip; spaces do not matter. ",
                        )
                    } else {
                        lang.pick(
                            "海报上的 20 位数字，空格可有可无。",
                            "The 20 digits on the poster; spaces do not matter. ",
                        )
                    })
                    span.scripted {
                        (lang.pick(
                            "扫码打开的会自动填好。",
                            "Filled in by itself if you scanned the QR code.",
                        ))
                    }
                }
                (filled.error(CODE_FIELD))
                input
                    #code
                    type="text"
                    inputmode="numeric"
                    name=(CODE_FIELD)
                    value=(filled.form.first(CODE_FIELD))
                    maxlength="300"
                    autocomplete="off"
                    spellcheck="false"
                    aria-describedby=[filled.described(CODE_FIELD, true)]
                    aria-invalid=[filled.invalid(CODE_FIELD)];
                @if slip && !self.preview {
                    @if self.usable {
                        p #usable.right role="status" {
                            (lang.pick(
                                "✓ 此填写码可以使用，尚未用过。",
                                "✓ This code is good and has not been used.",
                            ))
                        }
                    }
                    p {
                        button #try.second.small type="submit" name=(CHECK_FIELD) value="1" {
                            (lang.pick("先验纸条", "Try the slip first"))
                        }
                        " "
                        span.hint {
                            (lang.pick(
                                "只验码，不交答案，不作废。",
                                "Only tries the code: sends no answers, uses nothing up.",
                            ))
                        }
                    }
                }
            }
        }
    }
}

/// The language of a title, where it is not the page's: titles of rounds are written in one
/// language only.
fn written_in(title: &str, lang: Lang) -> Option<&'static str> {
    (lang == Lang::En && title.chars().any(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c)))
        .then_some(Lang::Zh.tag())
}

/// What may tell who somebody is, for the script: name and pattern.
fn patterns(lang: Lang) -> String {
    let list: Vec<(&str, &str)> =
        identity::PATTERNS.iter().map(|(kind, pattern)| (kind.label(lang), *pattern)).collect();
    serde_json::to_string(&list).expect("names and patterns are JSON")
}

/// Marks of a trial round.
pub(super) fn marks(live: &Live, lang: Lang) -> Markup {
    html! {
        @if live.round.is_trial() {
            p.mark {
                (lang.pick("试用：", "Trial: "))
                @if live.round.trial {
                    (lang.pick(
                        "本轮票箱的钥匙由服务器保管，没有监督员共同掌握，不具备正式轮次的全部保\
                         证。",
                        "the key of this round's box is held by the server and not by trustees, so \
                         not all guarantees of a real round hold.",
                    ))
                }
                @if live.round.access == Access::Poster {
                    (lang.pick(
                        "本轮使用单位公用填写码，不能保证每人只交一份，结果未核验。",
                        "this round uses one open code per unit, so once-each cannot be kept and \
                         results are unverified.",
                    ))
                }
            }
        }
    }
}

fn section_card(survey: &Survey, index: usize, section: &Section, filled: &Filled) -> Markup {
    let lang = filled.lang;
    let questions = &survey.questions()[section.questions.clone()];
    let follows_up = |q: &&Question| section.is_category && q.role != QuestionRole::Item;
    let items: Vec<&Question> = questions.iter().filter(|q| !follows_up(q)).collect();
    let more: Vec<&Question> = questions.iter().filter(follows_up).collect();
    let wrong =
        more.iter().any(|q| filled.errors.keys().any(|k| k.split('.').next() == Some(&q.id)));
    let answered = more.iter().any(|q| {
        filled
            .form
            .0
            .iter()
            .any(|(k, v)| k.split('.').next() == Some(&q.id) && v.iter().any(|v| !v.is_empty()))
    });
    html! {
        section.card.step id={ "s-" (section.id) } aria-labelledby={ "t-" (section.id) } {
            h2 id={ "t-" (section.id) } { (section_name(section, lang)) }
            @let mut number = 0;
            @for run in {
                items .chunk_by(|a, b| {
                        scale_of(a).is_some()
                            && scale_of(a).map(|s| &s.id) == scale_of(b).map(|s| &s.id)
                    })
            } {
                div.run {
                    @if let Some(scale) = scale_of(run[0]) { (stem(scale, lang)) }
                    @for item in run {
                        // Numbers leave no gap where a follow-up is not shown
                        @let own = section.is_category && item.visible_if.is_empty();
                        @let number = {
                            number += usize::from(own);
                            number
                        };
                        (question(
                            item,
                            &if own {
                                format!("{}.{number}", index + 1)
                            } else {
                                String::new()
                            },
                            filled,
                        ))
                    }
                }
            }
            @if !more.is_empty() {
                details.more open[wrong || answered] {
                    summary {
                        (lang.pick(
                            "危害、原因、事例和建议（选填）",
                            "Harm, causes, example and suggestion (optional)",
                        ))
                    }
                    @for item in &more { (question(item, "", filled)) }
                }
            }
        }
    }
}

fn scale_of(question: &Question) -> Option<&Scale> {
    if let Kind::Scale(scale) = &question.kind { Some(scale) } else { None }
}

/// A scale's question, its period and the gloss of each step. It stays in sight while its items are
/// answered.
fn stem(scale: &Scale, lang: Lang) -> Markup {
    html! {
        div.stem {
            p { (scale.stem.get(lang)) }
            @if {
                scale.reference_period.is_some()
                    || scale.steps.iter().any(|s| s.hint.is_some())
            } {
                details.gloss {
                    summary { (lang.pick("各档含义", "What the steps mean")) }
                    @if let Some(period) = &scale.reference_period {
                        p { (period.get(lang)) }
                    }
                    dl {
                        @for step in scale.steps.iter().filter(|s| s.hint.is_some()) {
                            div {
                                dt { (step.label.get(lang)) (lang.pick("：", ": ")) }
                                dd { (step.hint.as_ref().map_or("", |h| h.get(lang))) }
                            }
                        }
                    }
                }
            }
        }
    }
}
