//! Reading a table of people as an office has it: name, post, role, unit, in whatever order.
//! What was understood is shown before anybody gets an account, and every mistake with its place.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;

use crate::app::accounts::making::{NewAccount, wrong_units};
use crate::app::accounts::official::Official;
use crate::app::accounts::passwords;
use crate::app::accounts::role::Role;
use crate::app::{AccountInfo, Actor, App, AppError, Permission};
use crate::text::{Lang, Refusal, is_deceptive, visible};
use crate::unit::{Raw, Unit, UnitCode};

/// Columns of the table.
const COLUMNS: [&str; 5] = ["姓名", "职务", "角色", "单位", "账号"];
/// Other words for them.
const WORDS: [&[&str]; 5] = [
    &["name", "person", "人员", "人员姓名"],
    &["post", "职位", "岗位", "职务职级", "现任职务"],
    &["role", "权限", "账号角色", "系统角色"],
    &["unit", "units", "部门", "所在单位", "工作单位", "分管单位", "负责单位", "单位名称"],
    &["account", "login", "登录名", "用户名", "账号名"],
];
/// Columns of a table of units that name people: the heads.
const HEADS: [&str; 5] = ["负责人", "单位负责人", "主要负责人", "负责人姓名", "队长"];
/// Words that say a role, besides the roles' own names; a post that ends with one means it.
const ROLES: [(Role, &[&str]); 6] = [
    (Role::Head, &["政工科科长", "政工科负责人"]),
    (Role::Clerk, &["经办", "经办人", "政工科科员"]),
    (Role::Leader, &["局领导", "局长", "副局长", "政委", "党组成员", "党委委员", "分管领导"]),
    (Role::Auditor, &["审计", "审计员"]),
    (Role::Admin, &["管理员", "系统管理员"]),
    (Role::UnitHead, &["单位负责人", "负责人", "队长", "科长", "主任", "所长", "站长"]),
];
/// Rows that are looked through for a head, and how many people a table may have.
const LOOKED_THROUGH: usize = 20;
const MOST: usize = 500;

/// What a table of people was taken for.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    /// Accounts to be made, each under its sign-in name.
    pub accounts: Vec<NewAccount>,
    /// What was left out or made, in words.
    pub notes: Vec<Refusal>,
    /// What is wrong.
    pub errors: Vec<Refusal>,
}

impl App {
    /// What a table of people is taken for, to be looked at before anything is made.
    pub fn understand_accounts(&self, by: &Actor, raw: &Raw) -> Result<Roster, AppError> {
        by.need(Permission::Accounts)?;
        let Some((head, columns, heads)) = find_head(raw) else {
            let refusal = Refusal::new(
                format!(
                    "没有找到表头。应有一行列名：{}（后两栏可不填）；有“单位名称”“负责人”两栏的单位表也行",
                    COLUMNS.join("、")
                ),
                "no head was found; the first row names the columns name, post, role, unit (and \
                 account, which may be left out)",
            );
            return Ok(Roster { errors: vec![refusal], ..Roster::default() });
        };
        let mut table = Table {
            app: self,
            units: self.units()?,
            known: self.known_accounts()?,
            columns,
            heads,
            taken: HashSet::new(),
            out: Roster::default(),
        };
        let head_line = raw.rows[head].0;
        for (row, column, odd) in &raw.odd {
            if *row > head_line && columns.contains(&Some(*column)) {
                table.out.wrong(&raw.place(*row, Some(*column)), odd);
            }
        }
        for (line, fields) in &raw.rows[head + 1..] {
            if table.out.accounts.len() == MOST {
                table.out.errors.push(Refusal::new(
                    format!("一次最多 {MOST} 人，请分几次"),
                    format!("{MOST} people at most at a time"),
                ));
                break;
            }
            table.read_row(fields, &|column| raw.place(*line, columns[column]))?;
        }
        if table.out.accounts.is_empty() && table.out.errors.is_empty() {
            table.out.errors.push(Refusal::new(
                "表中没有要建立账号的人",
                "nobody in the table needs an account",
            ));
        }
        Ok(table.out)
    }
}

/// A table of people while its rows are read.
struct Table<'a> {
    app: &'a App,
    units: Vec<Unit>,
    known: Vec<AccountInfo>,
    columns: [Option<usize>; 5],
    /// Whether it is a table of units with their heads.
    heads: bool,
    taken: HashSet<String>,
    out: Roster,
}

impl Table<'_> {
    fn read_row(
        &mut self,
        fields: &[String],
        place: &dyn Fn(usize) -> Refusal,
    ) -> Result<(), AppError> {
        let field =
            |n: usize| self.columns[n].and_then(|c| fields.get(c)).map_or("", String::as_str);
        let post = if self.heads && field(1).is_empty() { "负责人" } else { field(1) };
        let official = Official::of(field(0), post);
        let (role, unit, typed) = (field(2), field(3), passwords::sign_in_name(field(4)));
        if let Some(words) = fields.iter().find(|f| !f.is_empty())
            && official.person.is_empty()
        {
            let zh = format!("“{}”一行没有姓名，不读入", visible(words));
            self.out.note(&place(0), &zh, "the row has no name and is not read");
        }
        if official.person.is_empty() {
            return Ok(());
        }
        let (role, units, ignored) = match read(&official, role, unit, &self.units) {
            Ok(read) => read,
            Err((column, refusal)) => {
                self.out.wrong(&place(column), &refusal);
                return Ok(());
            }
        };
        let person = official.person.clone();
        if ignored {
            let zh = format!("{person}是{}，不按单位授权，单位一栏不用", role.label(Lang::Zh));
            self.out.note(&place(3), &zh, "this role has no units; the unit is not used");
        }
        if self.has(&person, role, &units) {
            let zh = format!("{person}已有相同的账号，不再建立");
            self.out.note(&place(0), &zh, "there is such an account already; no other is made");
            return Ok(());
        }
        for refusal in official.mistakes() {
            self.out.wrong(&place(0), &refusal);
        }
        let name = if typed.is_empty() { self.app.free_name(&person, &self.taken)? } else { typed };
        if self.app.account_like(&name)?.is_some() || !self.taken.insert(name.clone()) {
            let name = visible(&name);
            let refusal = Refusal::new(
                format!("账号 {name} 已有人用，请另起一个，或留空由系统起名"),
                format!("account {name} is taken; choose another, or leave it empty"),
            );
            self.out.wrong(&place(4), &refusal);
        }
        self.out.accounts.push(NewAccount { name, official, role, units });
        Ok(())
    }

    /// Whether somebody of that name has such an account.
    fn has(&self, person: &str, role: Role, units: &[UnitCode]) -> bool {
        self.known.iter().filter(|a| a.active && a.role == role).any(|account| {
            let mut own = account.units.clone();
            own.sort();
            account.official.person == person && own == units
        })
    }
}

impl Roster {
    fn note(&mut self, place: &Refusal, zh: &str, en: &str) {
        self.notes.push(Refusal::new(format!("{}：{zh}", place.zh), format!("{}: {en}", place.en)));
    }

    fn wrong(&mut self, place: &Refusal, refusal: &Refusal) {
        self.errors.push(Refusal::new(
            format!("{}：{}", place.zh, refusal.zh),
            format!("{}: {}", place.en, refusal.en),
        ));
    }
}

fn plain(text: &str) -> String {
    text.nfkc()
        .filter(|c| !c.is_whitespace() && !is_deceptive(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// The row that names most columns, where each of them stands, and whether people are named as the
/// heads of units.
fn find_head(raw: &Raw) -> Option<(usize, [Option<usize>; 5], bool)> {
    let columns = |fields: &[String]| -> [Option<usize>; 5] {
        std::array::from_fn(|n| {
            fields.iter().position(|name| {
                let name = plain(name);
                name == COLUMNS[n] || WORDS[n].contains(&name.as_str())
            })
        })
    };
    let heads =
        |fields: &[String]| fields.iter().position(|name| HEADS.contains(&plain(name).as_str()));
    raw.rows
        .iter()
        .take(LOOKED_THROUGH)
        .enumerate()
        .map(|(n, (_, fields))| {
            let mut found = columns(fields);
            let heads = found[0].is_none().then(|| heads(fields)).flatten();
            found[0] = found[0].or(heads);
            (n, found, heads.is_some())
        })
        .find(|(_, found, _)| found[0].is_some() && found.iter().flatten().count() >= 2)
}

/// The role of a word, if it says one.
fn role_of(word: &str) -> Option<Role> {
    let word = plain(word);
    Role::ALL
        .iter()
        .find(|(_, id, labels)| *id == word || labels.iter().any(|label| plain(label) == word))
        .map(|(role, ..)| *role)
        .or_else(|| ROLES.iter().find(|(_, words)| words.contains(&word.as_str())).map(|r| r.0))
}

/// The role that a post means: it ends with a word that says one. Who manages accounts or audits is
/// never guessed.
fn role_of_post(post: &str) -> Option<Role> {
    let post = plain(post);
    let (role, word) = ROLES
        .iter()
        .filter(|(role, _)| !matches!(role, Role::Admin | Role::Auditor))
        .flat_map(|(role, words)| words.iter().map(move |word| (*role, *word)))
        .find(|(_, word)| post.ends_with(word))?;
    // A deputy is no head, and who commands a brigade leads no bureau: that is said, not guessed.
    let before = post.strip_suffix(word).unwrap_or_default();
    let deputy = role != Role::Leader && before.contains('副');
    let elsewhere = role == Role::Leader && before.ends_with('队');
    (!deputy && !elsewhere).then_some(role)
}

/// Role and units of a person, and whether units were left out; or the column of a mistake.
fn read(
    official: &Official,
    role: &str,
    units: &str,
    known: &[Unit],
) -> Result<(Role, Vec<UnitCode>, bool), (usize, Refusal)> {
    let role = if role.is_empty() { role_of_post(&official.post) } else { role_of(role) };
    let Some(role) = role else {
        let zh: Vec<&str> = Role::ALL.iter().map(|(.., labels)| labels[0]).collect();
        let en: Vec<&str> = Role::ALL.iter().map(|(_, id, _)| *id).collect();
        return Err((
            2,
            Refusal::new(
                format!("看不出{}的角色，请在“角色”一栏填：{}", official.person, zh.join("、")),
                format!("the role is not clear; it is one of {}", en.join(", ")),
            ),
        ));
    };
    if !matches!(role, Role::UnitHead | Role::Leader) {
        return Ok((role, Vec::new(), !units.is_empty()));
    }
    let whole = ["", "全局", "全部", "所有单位", "局领导", "all"];
    let mut own: Vec<UnitCode> = Vec::new();
    if !(role == Role::Leader && whole.contains(&plain(units).as_str())) {
        for word in units.split(['、', '，', ',', '；', ';', '\n', '/']).map(plain) {
            if word.is_empty() {
                continue;
            }
            let found = known
                .iter()
                .find(|u| plain(&u.name) == word || plain(u.code.as_str()) == word)
                .ok_or_else(|| {
                    (
                        3,
                        Refusal::new(
                            format!(
                                "没有名为“{}”的单位，请按单位表中的名称或代码填写",
                                visible(&word)
                            ),
                            format!("there is no unit {}", visible(&word)),
                        ),
                    )
                })?;
            if !own.contains(&found.code) {
                own.push(found.code.clone());
            }
        }
    }
    own.sort();
    match wrong_units(role, &own, known) {
        None => Ok((role, own, false)),
        Some(refusal) => Err((3, refusal)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_read_from_its_word_or_from_the_post() {
        assert_eq!(role_of("政工科经办"), Some(Role::Clerk));
        assert_eq!(role_of("unit_head"), Some(Role::UnitHead));
        assert_eq!(role_of("局领导"), Some(Role::Leader));
        assert_eq!(role_of("厨师"), None);
        assert_eq!(role_of_post("执法二中队中队长"), Some(Role::UnitHead));
        assert_eq!(role_of_post("党组成员、副局长"), Some(Role::Leader));
        assert_eq!(role_of_post("政工科科长"), Some(Role::Head));
        for unclear in ["科员", "档案管理员", "副中队长", "执法大队政委", "政工科副科长"]
        {
            assert_eq!(role_of_post(unclear), None, "{unclear}");
        }
    }
}
