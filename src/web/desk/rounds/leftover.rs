//! The card on which slips that nobody drew are noted, unit by unit, before the box opens.
//! What is noted stands on the bulletin, beside slips issued and used.

use std::collections::BTreeMap;

use actix_web::web::Path;
use maud::{Markup, html};

use crate::app::AppError;
use crate::id::RoundId;
use crate::response::Form;
use crate::round::Access;
use crate::text::Refusal;
use crate::unit::{Unit, UnitCode};
use crate::web::desk::answer::{Answer, Desk, see_other};
use crate::web::desk::forms::draw::cell;
use crate::web::desk::forms::input::{Cell, Column};
use crate::web::desk::forms::inputs::put;
use crate::web::desk::rounds::facts::Facts;
use crate::web::desk::{Posted, Session};
use crate::web::page::csrf;

/// `POST /desk/rounds/{round}/leftover`.
pub async fn post(desk: Desk, round: Path<RoundId>, Posted(form): Posted) -> Answer {
    let id = round.into_inner();
    let of = id.clone();
    let result = desk
        .run(move |app, by| {
            let units = app.round_units(&of)?;
            let counts = read(&form, &units)?;
            let before = serde_json::from_str(form.first("seen")).unwrap_or_default();
            app.set_leftover(by, &of, &before, &counts)
        })
        .await?;
    match result {
        Ok(()) => Ok(see_other(&format!("/desk/rounds/{id}#leftover"))),
        Err(AppError::Changed) => {
            let said = Refusal::new(
                "您打开页面之后，他人登记过剩余纸条，本次没有记入；请返回查看后再填",
                "somebody else noted slips after you opened the page: nothing of yours was noted. \
                 Go back, look, then note them again",
            );
            desk.refused(said.into(), &format!("/desk/rounds/{id}"))
        }
        Err(error) => desk.refused(error, &format!("/desk/rounds/{id}")),
    }
}

/// The counts that were typed; an empty field says nothing of its unit.
fn read(form: &Form, units: &[Unit]) -> Result<BTreeMap<UnitCode, u32>, AppError> {
    let mut counts = BTreeMap::new();
    for unit in units {
        let typed = form.first(&format!("n.{}", unit.code)).trim();
        if typed.is_empty() {
            continue;
        }
        let count = typed.parse().map_err(|_| {
            let name = &unit.name;
            Refusal::new(
                format!("{name}：剩余张数应为整数，您填写的是“{typed}”"),
                format!("{name}: “{typed}” is no number of slips"),
            )
            .at("leftover")
        })?;
        counts.insert(unit.code.clone(), count);
    }
    Ok(counts)
}

/// The card, while there is something to note.
pub(in crate::web::desk) fn card(session: &Session, facts: &Facts) -> Markup {
    let (lang, round) = (session.lang, &facts.round);
    if round.access == Access::Poster || facts.issued_by_unit.is_empty() {
        return html! {};
    }
    let count = Column { name: "", label: "", cell: Cell::Number };
    let mut noted = Form::default();
    for (code, number) in &round.leftover {
        put(&mut noted, &format!("n.{code}"), number.to_string());
    }
    html! {
        div #leftover.card {
            h2 { (lang.pick("剩余纸条", "Slips left over")) }
            p.soft {
                (lang.pick(
                    "各单位抽取结束后，没有人抽的纸条当众清点、销毁，张数按见证人签字的封面登记在这\
                     里，公示栏同时列出发放、剩余和已用。没有清点的先不填。",
                    "When a unit has drawn, slips that nobody took are counted and destroyed \
                     before witnesses. Note the numbers from the signed covers; the bulletin shows \
                     issued, left over and used. Leave a unit empty until it has counted.",
                ))
            }
            form method="post" action={ "/desk/rounds/" (round.id) "/leftover" } {
                (csrf(session))
                input
                    type="hidden"
                    name="seen"
                    value=(serde_json::to_string(&round.leftover).unwrap_or_default());
                table {
                    thead {
                        tr {
                            th { (lang.pick("单位", "Unit")) }
                            th.n { (lang.pick("发放", "Issued")) }
                            th.n { (lang.pick("剩余", "Left over")) }
                        }
                    }
                    tbody {
                        @for (code, name, issued) in &facts.issued_by_unit {
                            tr {
                                td { (name) }
                                td.n {
                                    span.soft { (lang.pick("发放 ", "issued ")) }
                                    (issued)
                                }
                                td.n { (cell(&count, &format!("n.{code}"), &noted, name)) }
                            }
                        }
                    }
                }
                div.row { button.quiet type="submit" { (lang.pick("登记", "Note them")) } }
            }
        }
    }
}
