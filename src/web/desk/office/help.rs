//! Help in the product: the guides as pages, and every term of the desk in a sentence.
//! Nobody has to leave the desk, or to have the internet, to learn what a word means.

use actix_web::web::Path;
use maud::{Markup, html};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::app::Role;
use crate::text::Lang;
use crate::web::assets::guide_markup;
use crate::web::desk::answer::{Answer, Desk};
use crate::web::error::WebError;

/// A guide: its address, its title and its text in Chinese and English.
struct Guide {
    id: &'static str,
    title: [&'static str; 2],
    text: [&'static str; 2],
}

macro_rules! guide {
    ($id:literal, $zh:literal, $en:literal) => {
        Guide {
            id: $id,
            title: [$zh, $en],
            text: [
                include_str!(concat!("../../../../docs/guide/zh-CN/", $id, ".md")),
                include_str!(concat!("../../../../docs/guide/en/", $id, ".md")),
            ],
        }
    };
}

const GUIDES: [Guide; 6] = [
    guide!("section", "一轮自查从头到尾", "One round from beginning to end"),
    guide!("survey", "编写问卷", "Writing a survey"),
    guide!("trustees", "监督员：保管口令和开箱", "Trustees: keeping a passphrase, opening the box"),
    guide!("unit-head", "单位负责人：收到问题清单之后", "Heads of units: when the list arrives"),
    guide!("respondent", "填写人：填一份问卷", "Respondents: answering"),
    guide!("it", "技术人员：安装、备份、恢复", "IT: installing, backing up, restoring"),
];

/// A word of the desk that not everybody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web::desk) enum Term {
    Present,
    Prominent,
    Level,
    Band,
    Merged,
    Group,
    Held,
    Turnout,
    Slip,
    Trustee,
    Receipt,
    LookBack,
    Common,
    Median,
}

/// Each term: its place on the page of help, its name, and its sentence.
const TERMS: [(Term, &str, [&str; 2], [&str; 2]); 14] = [
    (
        Term::Common,
        "common",
        ["共性问题", "common problem"],
        [
            "三分之一以上的统计组都列出的问题，全局清单单独标明。",
            "A problem that a third of the groups or more list; the bureau's list marks it.",
        ],
    ),
    (
        Term::Median,
        "median",
        ["中位", "median"],
        [
            "把选择按轻重排成一列，正中间那一档；不受个别极端选择影响。",
            "The step in the middle once all answers stand in order; single extremes do not move \
             it.",
        ],
    ),
    (
        Term::Present,
        "present",
        ["存在率", "present rate"],
        [
            "认为存在（包括个别存在）的占有效作答的比例；答“不清楚”的不计入。",
            "The share of those who answered who say that it occurs at all; who does not know is \
             left out.",
        ],
    ),
    (
        Term::Prominent,
        "prominent",
        ["突出率", "prominent rate"],
        [
            "回答“普遍”或“较多”的占有效作答的比例，不含“不清楚”；列不列入清单主要看它。",
            "The share of those who answered who say that it is common or widespread; lists \
             follow it.",
        ],
    ),
    (
        Term::Level,
        "level",
        ["突出、倾向性、苗头性", "prominent, tendency, emerging"],
        [
            "问题的三个程度，由突出率、存在率按问卷里定好的标准算出，不由人评定。",
            "Three levels of a problem, which follow from both rates by the survey's own \
             thresholds.",
        ],
    ),
    (
        Term::Band,
        "band",
        ["区间", "band"],
        [
            "只公布比例落在哪一段，不公布人数；作答的人越少，区间越宽，单个人的回答就推不出来。",
            "Only the range of a share is published, never a number; the fewer answer, the wider \
             it is.",
        ],
    ),
    (
        Term::Merged,
        "merged",
        ["合并统计", "counted together"],
        [
            "有效答卷不足的单位与同类单位合在一起统计，只出一份共同的清单。",
            "Units with too few valid responses are counted with others of their kind and share a \
             list.",
        ],
    ),
    (
        Term::Group,
        "group",
        ["统计组", "group"],
        [
            "公布结果的最小单位：一个单位，或事先合在一起的几个小单位。",
            "The smallest thing that results are told of: a unit, or small units set together \
             before.",
        ],
    ),
    (
        Term::Held,
        "held",
        ["存疑题目", "held question"],
        [
            "可能涉及违纪的题目：核实并写明依据之前，对所有单位一律不显示。",
            "A question that may be about a breach of discipline: shown for nobody until it was \
             checked.",
        ],
    ),
    (
        Term::Turnout,
        "turnout",
        ["回收情况", "turnout"],
        [
            "填写期间各大组交回的大致比例，每天固定时刻更新一次；不能看到谁交了。",
            "Roughly how much came back from large groups, at fixed hours; never who answered.",
        ],
    ),
    (
        Term::Slip,
        "slip",
        ["填写码（纸条）", "slip"],
        [
            "一张纸条交一份答卷；纸条自行抽取，不登记谁抽了哪张，答卷里也没有码。",
            "One slip, one response; slips are drawn, nobody notes by whom, and no response holds \
             one.",
        ],
    ),
    (
        Term::Trustee,
        "trustee",
        ["监督员", "trustee"],
        [
            "各自保管一份口令的人；够数的监督员到场，票箱才能打开。",
            "Somebody who keeps a passphrase; only enough of them together open the box.",
        ],
    ),
    (
        Term::Receipt,
        "receipt",
        ["签收", "receipt"],
        [
            "单位负责人在工作台确认收到清单；不表示认可每一项。",
            "The head of a unit confirms that the list arrived; it says nothing about its rows.",
        ],
    ),
    (
        Term::LookBack,
        "look-back",
        ["回头看", "look-back"],
        [
            "后一轮与前一轮同一单位、同一道题对照：改善、可能改善、无明显变化、可能反弹、反弹。",
            "The same question of the same unit in two rounds: better, perhaps, no clear change, \
             worse.",
        ],
    ),
];

/// A mark beside a term that says in a sentence what it means, and leads to the page of help.
pub(in crate::web::desk) fn help(term: Term, lang: Lang) -> Markup {
    let Some((_, id, name, words)) = TERMS.iter().find(|known| known.0 == term) else {
        return html! {};
    };
    let (name, words) = (lang.pick(name[0], name[1]), lang.pick(words[0], words[1]));
    html! {
        a.help.noprint href={ "/desk/help#" (id) } title=(words)
            aria-label={ (name) (lang.pick("：", ": ")) (words) } { "?" }
    }
}

/// The guide for somebody of this role.
fn guide_of(role: Role) -> &'static str {
    match role {
        Role::Clerk | Role::Head | Role::Auditor => "section",
        Role::Leader | Role::UnitHead => "unit-head",
        Role::Admin => "it",
    }
}

/// `GET /desk/help`.
pub async fn index(desk: Desk) -> Answer {
    let (lang, own) = (desk.lang, guide_of(desk.role));
    let body = html! {
        h1 { (lang.pick("帮助", "Help")) }
        div.card {
            h2 { (lang.pick("使用指南", "Guides")) }
            ul {
                @for guide in &GUIDES {
                    li {
                        a href={ "/desk/help/" (guide.id) } {
                            (lang.pick(guide.title[0], guide.title[1]))
                        }
                        @if guide.id == own {
                            span.soft { (lang.pick("（供您使用）", " (yours)")) }
                        }
                    }
                }
            }
        }
        div.card {
            h2 { (lang.pick("用语", "Terms")) }
            dl.terms {
                @for (_, id, name, words) in &TERMS {
                    dt id=(id) { (lang.pick(name[0], name[1])) }
                    dd { (lang.pick(words[0], words[1])) }
                }
            }
        }
    };
    Ok(desk.page(lang.pick("帮助", "Help"), body))
}

/// `GET /desk/help/{guide}`.
pub async fn show(desk: Desk, guide: Path<String>) -> Answer {
    let lang = desk.lang;
    let guide = GUIDES.iter().find(|g| g.id == *guide).ok_or(WebError::NothingHere)?;
    let body = html! {
        p.noprint { a href="/desk/help" { (lang.pick("← 帮助", "← Help")) } }
        article.card.guide { (rendered(lang.pick(guide.text[0], guide.text[1]))) }
    };
    Ok(desk.page(lang.pick(guide.title[0], guide.title[1]), body))
}

/// A guide as a page: without pictures, which are in the printed one, and with links to other
/// guides only.
fn rendered(text: &str) -> Markup {
    let mut picture = 0usize;
    let mut linked = Vec::new();
    let events = Parser::new_ext(text, Options::ENABLE_TABLES).filter_map(|event| match event {
        Event::Start(Tag::Image { .. }) => {
            picture += 1;
            None
        }
        Event::End(TagEnd::Image) => {
            picture -= 1;
            None
        }
        _ if picture > 0 => None,
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let to = guide_at(&dest_url);
            linked.push(to.is_some());
            let dest_url = to?.into();
            Some(Event::Start(Tag::Link { link_type, dest_url, title, id }))
        }
        Event::End(TagEnd::Link) if linked.pop() == Some(false) => None,
        // The guides are ours, and hold no markup of their own.
        Event::Html(_) | Event::InlineHtml(_) => None,
        other => Some(other),
    });
    let mut page = String::new();
    pulldown_cmark::html::push_html(&mut page, events);
    guide_markup(page)
}

/// The address in the product of a guide that another one names.
fn guide_at(link: &str) -> Option<String> {
    let id = link.strip_suffix(".md")?;
    GUIDES.iter().any(|guide| guide.id == id).then(|| format!("/desk/help/{id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_guide_is_a_page_in_both_languages_and_leads_nowhere_outside() {
        for guide in &GUIDES {
            for text in guide.text {
                let page = rendered(text).into_string();
                assert!(page.starts_with("<h1>"), "{}", guide.id);
                assert!(!page.contains("<img") && !page.contains("<script"), "{}", guide.id);
                for link in page.split("href=\"").skip(1) {
                    assert!(link.starts_with("/desk/help/"), "{}: {link:.40}", guide.id);
                }
            }
        }
    }

    #[test]
    fn every_term_has_its_own_place_and_one_sentence() {
        for (n, (term, id, ..)) in TERMS.iter().enumerate() {
            assert!(TERMS[..n].iter().all(|(other, known, ..)| other != term && known != id));
            assert!(help(*term, Lang::Zh).into_string().contains(&format!("/desk/help#{id}")));
        }
    }
}
