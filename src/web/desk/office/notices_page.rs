//! Notices of new accounts, one for each person: where, who, the first password, and what to do.
//! Like slips, passwords exist in clear only on this page; it is printed, handed over and gone.

use crate::app::{MadeAccount, Role};
use crate::text::Lang;
use crate::unit::{self, Unit};
use crate::web::assets::qr;
use crate::web::desk::Session;
use maud::{Markup, html};

pub(in crate::web::desk) fn notices(
    session: &Session,
    made: &[MadeAccount],
    units: &[Unit],
    bureau: &str,
    url: &str,
) -> Markup {
    let lang = session.lang;
    html! {
        div.noprint {
            p { a href="/desk/accounts" { (lang.pick("← 账号", "← Accounts")) } }
            h1 { (lang.pick("账号告知单", "Notices of accounts")) }
            div.done role="status" {
                p {
                    strong {
                        (lang.pick("口令只在本页显示这一次。", "The passwords are shown on this page, once."))
                    }
                    (lang.pick(
                        "请立即打印，裁开后当面交给本人；离开本页后不能再看，只能重置。",
                        " Print now, cut, and hand each over in person. Once you leave, they can \
                         only be reset.",
                    ))
                }
                div.row {
                    button type="button" data-print hidden { (lang.pick("打印", "Print")) }
                }
            }
        }
        div.notices {
            @for one in made { (notice(one, units, bureau, url, lang)) }
        }
    }
}

fn notice(one: &MadeAccount, units: &[Unit], bureau: &str, url: &str, lang: Lang) -> Markup {
    let account = &one.account;
    let own = unit::names(units, &account.units);
    let desk = format!("{}/desk", url.trim_end_matches('/'));
    html! {
        section.notice {
            div {
                h2 { (lang.pick("自查工作台账号告知单", "Your account at the desk of the self-check")) }
                p {
                    strong { (account.official.signed(&one.name)) }
                    (lang.pick("　", " · "))
                    (account.role.label(lang))
                    @if !own.is_empty() {
                        (lang.pick("　", " · ")) (own.join(lang.pick("、", ", ")))
                    }
                }
                dl {
                    dt { (lang.pick("网址", "Address")) }
                    dd { (desk) }
                    dt { (lang.pick("账号", "Account")) }
                    dd { strong { (one.name) } }
                    dt { (lang.pick("首次口令", "First password")) }
                    dd.digest { strong { (one.password) } }
                }
                p {
                    (lang.pick(
                        "登录后按提示改成只有自己知道的口令（至少 12 位），然后销毁本单。账号限本人\
                         使用，不转借；离任请告知系统管理员停用。",
                        "Sign in, choose a password that only you know (12 characters or more), \
                         then destroy this paper. The account is yours alone; tell the \
                         administrator when you leave.",
                    ))
                }
                p { (what(account.role, lang)) }
                p.soft { (bureau) }
            }
            (qr(&desk))
        }
    }
}

/// What somebody of this role does here.
fn what(role: Role, lang: Lang) -> &'static str {
    match role {
        Role::Clerk => lang.pick(
            "用途：建立轮次、印发纸条、筛查意见、整理问题清单。",
            "For: rounds, slips, screening, problem lists.",
        ),
        Role::Head => lang.pick(
            "用途：办理自查各项工作；发布结果须有您同意。",
            "For: all work of the self-check; nothing is released without you.",
        ),
        Role::Leader => lang.pick(
            "用途：结果发布后查看全局和分管单位的情况。",
            "For: reading the results of the bureau and of your units after a release.",
        ),
        Role::UnitHead => lang.pick(
            "用途：签收并查看本单位的问题清单，对照回头看。看不到任何人的答卷。",
            "For: receiving your unit's problem list and looking back. Nobody's answers can be \
             seen.",
        ),
        Role::Auditor => {
            lang.pick("用途：查看工作台操作的审计记录。", "For: the record of what was done here.")
        }
        Role::Admin => {
            lang.pick("用途：管理账号。看不到任何结果。", "For: accounts. No results can be seen.")
        }
    }
}
