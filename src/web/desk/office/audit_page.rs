//! The page of the audit chain: whether it holds, and the entries that were asked for.
//! It says in words what a reader can check by hand.

use crate::app::{Action, AuditChain, AuditFilter, action_label, minute_of};
use crate::response::Form;
use crate::text::{Lang, visible};
use crate::web::desk::Session;
use crate::web::desk::forms::draw::draw;
use crate::web::desk::forms::input::{Input, InputKind, options_or};
use crate::web::desk::forms::mistakes::Mistakes;
use maud::{Markup, html};

/// The longest page; older rows are reached by days.
const SHOWN: usize = 500;

pub(in crate::web::desk) fn filter(form: &Form) -> AuditFilter {
    let value = |name: &str| form.first(name).to_owned();
    AuditFilter {
        account: value("account"),
        action: value("action"),
        from: value("from"),
        to: value("to"),
    }
}

/// The form that asks for some of the entries.
fn inputs(accounts: &[&str], lang: Lang) -> Vec<Input> {
    let all = lang.pick("全部", "All");
    let accounts = options_or(all, accounts.iter().map(|name| (*name, *name)));
    let actions = options_or(all, Action::all().map(|a| (a.code(), a.label(lang))));
    vec![
        Input::new("account", lang.pick("账号", "Account"), accounts),
        Input::new("action", lang.pick("操作", "Action"), actions),
        Input::new("from", lang.pick("自", "From"), InputKind::Day),
        Input::new("to", lang.pick("至", "To"), InputKind::Day),
    ]
}

#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
pub(in crate::web::desk) fn page(
    session: &Session,
    chain: &AuditChain,
    asked: &Form,
    query: &str,
) -> Markup {
    let lang = session.lang;
    let filter = filter(asked);
    let mut accounts: Vec<&str> = chain.rows.iter().map(|row| row.account.as_str()).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let rows: Vec<_> = chain.rows.iter().rev().filter(|row| filter.takes(row)).collect();
    html! {
        h1 { (lang.pick("审计记录", "Audit record")) }
        @match chain.broken_at {
            None => {
                p {
                    (lang.pick("链条完整：共 ", "The chain is whole: "))
                    (chain.rows.len())
                    (lang.pick(
                        " 条，每条都含前一条的散列值，没有增删改动。每日最后一条的散列值公布在公示\
                         栏，可据以核对没有被截断。",
                        " entries, each holding the hash of the one before; nothing was added, \
                         removed or changed. The hash of each day's last entry stands on the \
                         bulletin, so that a cut can be noticed.",
                    ))
                }
            }
            Some(place) => {
                div.errors role="alert" {
                    (lang.pick("链条从第 ", "The chain is broken from entry "))
                    (place)
                    (lang.pick(
                        " 条起不完整：有记录被改动或删除，请立即调查。",
                        " on: something was changed or removed. Investigate at once.",
                    ))
                }
            }
        }
        div.card {
            form.filter method="get" action="/desk/audit" {
                (draw(&inputs(&accounts, lang), asked, &Mistakes::default(), lang))
                div.row {
                    button type="submit" { (lang.pick("查询", "Search")) }
                    a.button.quiet href={ "/desk/audit.csv?" (query) } {
                        (lang.pick("导出 CSV", "Export CSV"))
                    }
                }
            }
        }
        div.card {
            @if rows.is_empty() {
                p.empty { (lang.pick("没有符合条件的记录。", "No entry matches.")) }
            } @else {
                p.soft {
                    (lang.pick("符合条件的 ", "Matching entries: "))
                    (rows.len())
                    (lang.pick(" 条", ""))
                    @if rows.len() > SHOWN {
                        (lang.pick("，只显示最近 ", "; the latest "))
                        (SHOWN)
                        (lang.pick(
                            " 条；更早的请按日期查询或导出",
                            " are shown, search by date or export for earlier ones",
                        ))
                    }
                    (lang.pick("。", "."))
                }
                div.scroll
                    tabindex="0"
                    role="region"
                    aria-label=(lang.pick("审计记录表", "Entries"))
                {
                    table {
                        thead {
                            tr {
                                th.n { (lang.pick("序号", "No.")) }
                                th { (lang.pick("时间", "Time")) }
                                th { (lang.pick("账号", "Account")) }
                                th { (lang.pick("操作", "Action")) }
                                th { (lang.pick("对象", "Subject")) }
                            }
                        }
                        tbody {
                            @for row in rows.iter().take(SHOWN) {
                                tr {
                                    td.n { (row.seq) }
                                    td { (minute_of(row.at)) }
                                    td {
                                        (visible(&row.account))
                                        @let person = session.people.of(&row.account);
                                        @if person != row.account {
                                            br;
                                            span.soft { (person) }
                                        }
                                    }
                                    td { (action_label(&row.action, lang)) }
                                    td { (visible(&row.subject)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
