//! Charts as pictures for slides and papers: the drawing with its title, its source and its marks,
//! as a file of its own.
//! The same shapes as on the page. A bitmap is made of it by the reader's own browser, whose types
//! for Chinese are better than any that a program could carry.

use actix_web::web::Path;
use maud::{Markup, html};

use crate::app::{AppError, Results};
use crate::id::RoundId;
use crate::text::Lang;
use crate::unit::GroupCode;
use crate::web::desk::answer::{Answer, Desk, download};
use crate::web::desk::office::password::percent;
use crate::web::desk::results::charts::{Chart, categories, heat_map, profile};
use crate::web::desk::results::whole::Whole;
use crate::web::error::WebError;

const MARGIN: usize = 24;
const HEAD: usize = 62;
const FOOT: usize = 44;

/// What is drawn.
enum Picture {
    Heat,
    Categories,
    Group(GroupCode),
}

impl Picture {
    /// From the last part of an address, such as `heat.svg` or `unit-CY.svg`.
    fn named(name: &str) -> Option<Self> {
        match name.strip_suffix(".svg")? {
            "heat" => Some(Self::Heat),
            "categories" => Some(Self::Categories),
            other => Some(Self::Group(GroupCode::from(other.strip_prefix("unit-")?))),
        }
    }
}

/// `GET /desk/rounds/{round}/pictures/{picture}`.
pub async fn show(desk: Desk, path: Path<(RoundId, String)>) -> Answer {
    let lang = desk.lang;
    let (id, name) = path.into_inner();
    let picture = Picture::named(&name).ok_or(WebError::NothingHere)?;
    let (title, svg) = desk
        .run(move |app, by| {
            let drawn = match &picture {
                Picture::Group(code) => {
                    let results = app.read_list(by, &id, code)?;
                    let group = results.release.groups.iter().find(|g| g.code == *code);
                    group.map(|group| {
                        let title = lang.pick(
                            format!("{}：各题存在程度", group.name),
                            format!("{}: levels of each question", group.name),
                        );
                        let svg = framed(&results, &title, &profile(&results, group, lang), lang);
                        (title, svg)
                    })
                }
                Picture::Heat | Picture::Categories => {
                    let (whole, before) = Whole::read(app, by, &id)?;
                    let Whole { results, lists, .. } = &whole;
                    let (title, chart) = if matches!(picture, Picture::Heat) {
                        let title =
                            lang.pick("各单位各类问题分布", "Problems by unit and category");
                        (title, heat_map(results, lists, false, lang))
                    } else {
                        let before = before.as_ref().map(|before| before.lists.as_slice());
                        let title = lang.pick("各类问题列入项数", "Rows listed by category");
                        (title, categories(results, lists, before, lang))
                    };
                    Some((title.to_owned(), framed(results, title, &chart, lang)))
                }
            };
            if drawn.is_some() {
                app.picture_taken(by, &id, &name)?;
            }
            Ok::<_, AppError>(drawn)
        })
        .await??
        .ok_or(WebError::NothingHere)?;
    Ok(download(&format!("{title}.svg"), "image/svg+xml; charset=utf-8", svg.into_bytes()))
}

/// A chart with what a slide must say beside it: title, round, how many answered, and marks.
fn framed(results: &Results, title: &str, chart: &Chart, lang: Lang) -> String {
    let turnout = results.release.bureau.turnout;
    let width = chart.width.max(520) + 2 * MARGIN;
    let height = HEAD + chart.height + FOOT;
    let source = lang.pick(
        format!(
            "{}　{}　全局应参加 {} 人，有效答卷 {} 份",
            results.bureau, results.round.title, turnout.headcount, turnout.counted
        ),
        format!(
            "{} · {} · bureau: {} valid responses of {} people",
            results.bureau, results.round.title, turnout.counted, turnout.headcount
        ),
    );
    let marks = results.marks.get(lang);
    let drawn = html! {
        svg xmlns="http://www.w3.org/2000/svg"
            width=(width)
            height=(height)
            viewBox={ "0 0 " (width) " " (height) }
            role="img"
            aria-label=(title)
            font-family="'Noto Sans CJK SC','Microsoft YaHei','PingFang SC',sans-serif"
            color="#1b2420"
        {
            rect width=(width) height=(height) fill="#ffffff" {}
            text x=(MARGIN) y="36" font-size="20" font-weight="700" fill="#1b2420" { (title) }
            svg x=(MARGIN) y=(HEAD) width=(chart.width) height=(chart.height)
                viewBox={ "0 0 " (chart.width) " " (chart.height) }
            { (chart.shapes) }
            text x=(MARGIN) y=(height - 16) font-size="12" fill="#55605a" { (source) }
            @if !marks.is_empty() {
                text
                    x=(width - MARGIN)
                    y="36"
                    text-anchor="end"
                    font-size="13"
                    font-weight="700"
                    fill="#a3271c"
                { (marks) }
            }
        }
    };
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}", drawn.into_string())
}

/// The ways to take a chart away.
pub(in crate::web::desk) fn links(id: &RoundId, name: &str, lang: Lang) -> Markup {
    let path = format!("/desk/rounds/{id}/pictures/{}.svg", percent(name));
    html! {
        p.soft.noprint {
            (lang.pick("存为图片：", "As a picture: "))
            a href=(path) { "SVG" }
            button.link type="button" data-png=(path) hidden { "PNG" }
        }
    }
}
