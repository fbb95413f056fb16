//! The demo: a bureau that does not exist, filled through the real intake and the real opening.
//! Units differ in their troubles, two small sections fall under the floor and are merged; every
//! name is invented.

use std::collections::BTreeMap;
use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use time::{Date, Duration};

use crate::app::accounts::passwords;
use crate::app::{
    Actor, App, AppError, Custody, Decision, NewAccount, NewRound, Official, PrintedSlip, Role,
    SharedStep,
};
use crate::id::RoundId;
use crate::problem::{Problem, ProblemEdit, Source};
use crate::response::Form;
use crate::round::{Access, Reach, shanghai_day};
use crate::storage::Outcome;
use crate::survey::{Kind, QuestionRole, Survey};
use crate::unit::{Unit, UnitCode};

/// What somebody who looks at the demo needs.
pub struct Demo {
    /// The released round.
    pub past: RoundId,
    /// The open round.
    pub open: RoundId,
    /// Slips of the open round that nobody has used.
    pub slips: Vec<PrintedSlip>,
    /// One account for each role.
    pub accounts: Vec<DemoAccount>,
    /// Ballots of the past round.
    pub ballots: u64,
}

/// A demo account.
pub struct DemoAccount {
    /// Sign-in name.
    pub name: String,
    /// Password.
    pub password: String,
    /// Role.
    pub role: Role,
}

const UNITS: &[u8] = include_bytes!("../../assets/demo-units.csv");
/// How the demo's units answer, by unit and category: the share of prominent answers in percent.
const TROUBLES: [(&str, &str, u32); 14] = [
    ("CY", "service", 52),
    ("CY", "discipline", 34),
    ("CF", "learning", 46),
    ("CS", "org", 55),
    ("CS", "zeal", 44),
    ("GQ", "honor", 30),
    ("SQ", "lawful", 58),
    ("YC", "discipline", 50),
    ("ZR", "service", 32),
    ("CZ", "lawful", 45),
    ("TP", "zeal", 52),
    ("TP", "learning", 33),
    ("CW", "lawful", 60),
    ("JD", "org", 38),
];

const TEXTS: [(&str, [&str; 5]); 7] = [
    (
        "honor",
        [
            "有的队员对队伍荣誉不太在意，宣传活动参加不积极。",
            "抽考时有人应付了事。",
            "有时在公众场合说话不注意。",
            "希望多树几个身边的典型。",
            "某次活动集合时队容不整齐。",
        ],
    ),
    (
        "learning",
        [
            "集中学习多是念文件，听完就散。",
            "新划转的事项没有系统培训过。",
            "希望安排到办案多的中队跟班学习。",
            "学习记录有补写的情况。",
            "业务书发了很少有人翻。",
        ],
    ),
    (
        "lawful",
        [
            "个别案卷签名、日期有漏项。",
            "指标紧的月份有的案子质量一般。",
            "希望请法制科每季度来评一次卷。",
            "现场记录仪有时没有及时归档。",
            "遇到复杂案子不知道问谁。",
        ],
    ),
    (
        "org",
        [
            "分工经常变，找谁说不清。",
            "请销假登记不及时。",
            "谈心谈话开展得少。",
            "年轻人和老同志搭配不够。",
            "希望固定每周一次的队务会。",
        ],
    ),
    (
        "service",
        [
            "同一处投诉反复来，答复都是老样子。",
            "群众电话有时没人接。",
            "希望重复投诉由专人跟到底。",
            "回访做得少。",
            "有的件临到期了才去看现场。",
        ],
    ),
    (
        "discipline",
        [
            "着装检查时严时松。",
            "开会签到有代签。",
            "早上点名后有人离岗。",
            "希望考勤每月公布一次。",
            "请示报告有时先做后报。",
        ],
    ),
    (
        "zeal",
        [
            "干多干少差别不大，没什么劲头。",
            "布置的事要催几次才动。",
            "有困难不敢讲。",
            "希望考核能拉开差距。",
            "有的活推来推去。",
        ],
    ),
];

/// Texts that the demo's screeners have dealt with: the question, a part of the text, the summary,
/// and whose row it is a case of, where a group lists that.
const SUMMARIES: [(&str, &str, &str, &str); 3] = [
    ("service_example", "电话有时没人接", "群众来电有无人应答的情况", "service_perfunctory"),
    ("service_example", "临到期了才去看现场", "个别工单拖到时限前才处理", "service_delay"),
    ("discipline_example", "点名后有人离岗", "有点名之后脱岗的现象", "discipline_hours"),
];

impl App {
    /// Fills an empty installation.
    pub fn fill_demo(self: &Arc<Self>) -> Result<Demo, AppError> {
        // Kept with the data, so that whoever opens it later says so, too.
        self.set_setting("demo", "1")?;
        // The past round really takes place in the past: the demo's clock starts forty days ago.
        let today = shanghai_day(crate::app::config::system_now());
        self.set_clock_back(Duration::days(40));
        let by = &Actor::Service;
        self.set_bureau_name(by, "江湾区城管执法局（虚构）")?;
        let units = self.import_units(by, UNITS)?;
        let survey =
            Self::shipped_surveys().into_iter().next().expect("the self-check comes first");
        let mut rng = StdRng::seed_from_u64(2020);
        let first = today - Duration::days(40);
        let past =
            self.demo_round(by, &survey, "第一轮对照检查", first, first + Duration::days(7), None)?;
        let slips = self.issue_slips(by, &past, None, 10, true)?;
        self.vote(&past, &survey, &units, &slips, 86, &mut rng)?;
        self.set_clock_back(Duration::days(32));
        let closed = self.close_round(by, &past)?;
        self.open_box(by, &past, &mut |_| {})?;
        let accounts = self.demo_accounts(by)?;
        let (clerk, head) = (self.demo_actor("jingban")?, self.demo_actor("fuzeren")?);
        self.work_on_lists(&clerk, &head, &past)?;
        for account in [&clerk, &head] {
            self.approve_seen(account, &past, SharedStep::Release, ("", Reach::Results.as_str()))?;
        }
        self.set_clock_back(Duration::ZERO);
        let open = self.demo_round(
            by,
            &survey,
            "第二轮对照检查（回头看）",
            today,
            today + Duration::days(14),
            Some(past.clone()),
        )?;
        let slips = self.issue_slips(by, &open, None, 10, true)?;
        let used = self.vote(&open, &survey, &units, &slips, 30, &mut rng)?;
        self.take_turnout(&open)?;
        let slips = slips
            .into_iter()
            .enumerate()
            .filter(|(n, _)| !used.contains(n))
            .map(|(_, s)| s)
            .collect();
        Ok(Demo { past, open, slips, accounts, ballots: closed.closing.map_or(0, |c| c.ballots) })
    }

    /// One of the demo's accounts at work.
    fn demo_actor(&self, name: &str) -> Result<Actor, AppError> {
        let session = self.standing_of(&name.into())?;
        session
            .map(Actor::Desk)
            .ok_or_else(|| AppError::File(format!("the demo has no account {name}")))
    }

    /// What the section did before it handed the lists over: some texts screened by two, a row
    /// found by an inspection, a wording changed.
    fn work_on_lists(&self, clerk: &Actor, head: &Actor, id: &RoundId) -> Result<(), AppError> {
        for (field, part, summary, question) in SUMMARIES {
            let texts = self.screened(clerk, id, field)?;
            for text in texts.iter().filter(|t| t.body.contains(part)).take(3) {
                let rows = self.working_results(id)?.rows_for(field, &text.group)?;
                let row = rows.iter().find(|row| row.problem.question == question);
                let problem = row.map(|row| row.problem.number.clone()).unwrap_or_default();
                let summary = if problem.is_empty() { "" } else { summary }.to_owned();
                self.propose(
                    clerk,
                    id,
                    field,
                    std::slice::from_ref(text),
                    &Decision { summary, problem, anyway: false },
                )?;
                let mut proposed = self.screened(clerk, id, field)?;
                proposed.retain(|t| t.id == text.id);
                self.confirm_screening(head, id, &proposed)?;
            }
        }
        // What the demo did is nobody's last step.
        self.forget_steps();
        let found = ProblemEdit {
            source: Source::Inspection,
            statement: Some("夜间巡查抽查两次，有一次应到岗位无人。".to_owned()),
            found: Some(shanghai_day(self.now()).to_string()),
            evidence: Some("检查记录第 6 号".to_owned()),
            category: 6,
            ..ProblemEdit::of(&Problem::default(), &"CS".into())
        };
        self.add_problem(clerk, id, found, false)?;
        Ok(())
    }

    fn demo_round(
        &self,
        by: &Actor,
        survey: &Survey,
        title: &str,
        opens: Date,
        closes: Date,
        looks_back: Option<RoundId>,
    ) -> Result<RoundId, AppError> {
        let id = self.create_round(
            by,
            &NewRound {
                survey,
                title,
                opens,
                closes,
                units: &[],
                access: Access::Slip,
                looks_back,
            },
        )?;
        self.open_round(by, &id, Custody::Server)?;
        Ok(id)
    }

    fn demo_accounts(&self, by: &Actor) -> Result<Vec<DemoAccount>, AppError> {
        // Nobody is called that: the names say what they are for.
        let roles: [(&str, [&str; 2], Role, &[&str]); 6] = [
            ("jingban", ["甲经办", "政工科科员"], Role::Clerk, &[]),
            ("fuzeren", ["乙负责", "政工科科长"], Role::Head, &[]),
            ("lingdao", ["丙领导", "副局长"], Role::Leader, &[]),
            ("zhongdui", ["丁队长", "中队长"], Role::UnitHead, &["CS"]),
            ("shenji", ["戊审计", "审计员"], Role::Auditor, &[]),
            ("guanli", ["己管理", "系统管理员"], Role::Admin, &[]),
        ];
        roles
            .into_iter()
            .map(|(name, [person, post], role, units)| {
                let account = NewAccount {
                    official: Official::of(person, post),
                    units: units.iter().copied().map(UnitCode::from).collect(),
                    ..NewAccount::new(name, role)
                };
                let password = self.add_account_of(by, &account, Some(&passwords::generate()))?;
                Ok(DemoAccount { name: name.to_owned(), password, role })
            })
            .collect()
    }

    /// Answers with some of the slips, over all cores; returns which slips were used.
    fn vote(
        self: &Arc<Self>,
        id: &RoundId,
        survey: &Survey,
        units: &[Unit],
        slips: &[PrintedSlip],
        percent: u32,
        rng: &mut StdRng,
    ) -> Result<Vec<usize>, AppError> {
        let mut forms: Vec<(usize, Form)> = Vec::new();
        for unit in units {
            let own: Vec<usize> =
                (0..slips.len()).filter(|n| slips[*n].unit == unit.code).collect();
            // The two smallest sections fall short of the floor even together.
            let answering = match unit.code.as_str() {
                "CB" | "JJ" => 2,
                code => unit.headcount * (percent + u32::from(code.as_bytes()[0] % 9)) / 100,
            };
            for n in own.into_iter().take(answering as usize) {
                let mut form = answers(survey, &unit.code, rng);
                form.0.insert("code".into(), vec![slips[n].code.printed()]);
                forms.push((n, form));
            }
        }
        let used = forms.iter().map(|(n, _)| *n).collect();
        let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get) * 16;
        std::thread::scope(|scope| {
            let parts: Vec<_> = forms
                .chunks(forms.len().div_ceil(threads).max(1))
                .map(|chunk| {
                    scope.spawn(|| {
                        chunk.iter().try_for_each(|(_, form)| match self.submit(id, form) {
                            Ok(Outcome::Stored) => Ok(()),
                            Ok(other) => Err(AppError::File(format!(
                                "a demo ballot was not stored: {other:?}"
                            ))),
                            Err(reject) => Err(AppError::File(format!(
                                "a demo ballot was refused: {reject:?}"
                            ))),
                        })
                    })
                })
                .collect();
            parts.into_iter().try_for_each(|part| part.join().expect("answering does not panic"))
        })?;
        Ok(used)
    }
}

/// One invented person's answers.
fn answers(survey: &Survey, unit: &UnitCode, rng: &mut StdRng) -> Form {
    let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
    if rng.random_ratio(1, 60) {
        fields.insert("blank".into(), vec!["1".into()]);
        return Form(fields);
    }
    // Some people are milder, some harsher, about everything.
    let temper = rng.random_range(-8..=8);
    for section in survey.sections() {
        let trouble =
            TROUBLES.iter().find(|t| *unit == t.0 && t.1 == section.id).map_or(5, |t| t.2);
        for question in &survey.questions()[section.questions.clone()] {
            if let Some(values) = answer(question, &section.id, trouble, temper, rng) {
                fields.insert(question.id.clone(), values);
            }
        }
    }
    Form(fields)
}

fn answer(
    question: &crate::survey::Question,
    section: &str,
    trouble: u32,
    temper: i32,
    rng: &mut StdRng,
) -> Option<Vec<String>> {
    match &question.kind {
        Kind::Scale(scale) if question.role == QuestionRole::HarmLevel => {
            let step = if trouble > 40 { rng.random_range(0..3) } else { rng.random_range(1..4) };
            rng.random_ratio(4, 5).then(|| vec![scale.steps[step].id.clone()])
        }
        Kind::Scale(scale) => {
            if rng.random_ratio(1, 25) {
                return None;
            }
            // Items of a category differ by a fixed amount drawn from the name.
            let spread = question.id.bytes().map(i32::from).sum::<i32>() % 21 - 8;
            let prominent = (trouble as i32 + temper + spread).clamp(1, 90);
            let unsure = if question.id == "lawful_models" { 55 } else { 9 };
            let roll = rng.random_range(0..100);
            let step = if rng.random_range(0..100) < unsure {
                4
            } else if roll < prominent / 3 {
                0
            } else if roll < prominent {
                1
            } else if roll < prominent + 8 {
                2
            } else {
                3
            };
            Some(vec![scale.steps[step].id.clone()])
        }
        Kind::Multi { choices, max, .. } => {
            if rng.random_ratio(1, 4) {
                return None;
            }
            let pool = (choices.len() - 1).min(5);
            let mut picked: Vec<usize> =
                (0..rng.random_range(1..=*max)).map(|_| rng.random_range(0..pool)).collect();
            picked.sort_unstable();
            picked.dedup();
            Some(picked.into_iter().map(|n| choices[n].id.clone()).collect())
        }
        Kind::Single(choices) => rng
            .random_ratio(9, 10)
            .then(|| vec![choices[rng.random_range(0..choices.len())].id.clone()]),
        Kind::Text { .. } => {
            let texts = TEXTS.iter().find(|t| t.0 == section).map(|t| t.1)?;
            let odds = if trouble > 30 { 3 } else { 12 };
            rng.random_ratio(1, odds)
                .then(|| vec![texts[rng.random_range(0..texts.len())].to_owned()])
        }
        // The demo's questionnaire has no other.
        _ => None,
    }
}
