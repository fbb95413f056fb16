//! The rules of a survey beyond its format: names, references, limits, languages.
//! Every rule adds to one report and none stops it, so that an author mends everything in one go.

use std::collections::HashSet;

use super::condition;
use super::file::{AnswerFile, QuestionFile, QuestionRole, SurveyFile};
use super::report::Report;
use crate::text::{Lang, Rule, Text, is_blank, meant, nearest};

/// Form fields that are not questions.
const RESERVED: [&str; 6] = ["code", "blank", "pad", "lang", "view", "closing"];
const MAX_QUESTIONS: usize = 500;
pub(super) const MAX_OPTIONS: usize = 60;
pub(super) const MAX_TEXT_CHARS: u16 = 2000;

/// Checks a well-formed file against all rules.
pub(super) struct Checker<'a> {
    pub(super) file: &'a SurveyFile,
    pub(super) report: &'a mut Report,
    pub(super) names: HashSet<String>,
}

impl<'a> Checker<'a> {
    pub(super) fn new(file: &'a SurveyFile, report: &'a mut Report) -> Self {
        Self { file, report, names: HashSet::new() }
    }

    pub(super) fn run(&mut self) {
        self.head();
        self.scales();
        for (name, set) in &self.file.option_sets {
            self.options(
                &format!("/option_sets/{name}"),
                &What::new(format!("选项组 {name}"), format!("option set `{name}`")),
                set,
            );
        }
        self.unit_kinds();
        let file = self.file;
        if file.categories.is_empty() {
            self.report.add(
                "/categories",
                "至少要有一个类别",
                "there must be at least one category",
            );
        }
        for (n, category) in file.categories.iter().enumerate() {
            let pointer = format!("/categories/{n}");
            self.name(&format!("{pointer}/id"), "category", &category.id);
            self.text(
                &format!("{pointer}/name"),
                &What::new("类别名称", "category name"),
                &category.name,
            );
            self.text(
                &format!("{pointer}/short_name"),
                &What::new("类别短名", "short name"),
                &category.short_name,
            );
            for (kind, text) in &category.measure_templates {
                self.text(
                    &format!("{pointer}/measure_templates/{kind}"),
                    &What::new("整改措施参考", "measure template"),
                    text,
                );
                self.rectification(&format!("{pointer}/measure_templates/{kind}"), kind);
            }
            self.questions(&format!("{pointer}/questions"), &category.questions);
        }
        if let Some(closing) = &file.closing {
            self.text(
                "/closing/name",
                &What::new("结尾部分标题", "name of the closing section"),
                &closing.name,
            );
            self.questions("/closing/questions", &closing.questions);
        }
        condition::check(file, self.report);
        let count = file.categories.iter().map(|c| c.questions.len()).sum::<usize>()
            + file.closing.as_ref().map_or(0, |c| c.questions.len());
        if count == 0 || count > MAX_QUESTIONS {
            self.report.add(
                "/categories",
                format!("题目数为 {count}，应在 1 至 {MAX_QUESTIONS} 之间"),
                format!("there are {count} questions; 1 to {MAX_QUESTIONS} are possible"),
            );
        }
    }

    fn head(&mut self) {
        let file = self.file;
        if !is_name(&file.id, true) {
            self.report.add(
                "/id",
                format!(
                    "问卷编号“{}”应为小写字母开头，只含小写字母、数字、下划线、短横，最长 64 个字\
                     符",
                    file.id
                ),
                format!("survey id `{}` must match [a-z][a-z0-9_-]{{0,63}}", file.id),
            );
        }
        let known: HashSet<&str> = Lang::ALL.iter().map(|l| l.tag()).collect();
        if file.languages.is_empty() || file.languages.iter().any(|l| !known.contains(l.as_str())) {
            self.report.add(
                "/languages",
                "languages 应列出 zh-CN、en 中的一种或两种，第一种为默认语言",
                "languages must list one or both of zh-CN and en, the default one first",
            );
        }
        self.text("/title", &What::new("问卷标题", "title"), &file.title);
        self.text("/intro", &What::new("卷首语", "intro"), &file.intro);
        self.text("/thanks", &What::new("致谢", "thanks"), &file.thanks);
        for (n, line) in file.privacy.iter().enumerate() {
            self.text(
                &format!("/privacy/{n}/text"),
                &What::new("匿名承诺", "privacy line"),
                &line.text,
            );
        }
        for (n, kind) in file.rectification_types.iter().enumerate() {
            self.text(
                &format!("/rectification_types/{n}/label"),
                &What::new("整改类型", "rectification type"),
                &kind.label,
            );
            self.text(
                &format!("/rectification_types/{n}/text"),
                &What::new("整改类型", "rectification type"),
                &kind.text,
            );
        }
        let t = file.thresholds;
        if !(1 <= t.tendency
            && t.tendency < t.prominent
            && t.prominent <= 99
            && (1..=99).contains(&t.emerging))
        {
            self.report.add(
                "/thresholds",
                "阈值应满足 1 ≤ tendency < prominent ≤ 99，且 1 ≤ emerging ≤ 99",
                "thresholds must satisfy 1 ≤ tendency < prominent ≤ 99 and 1 ≤ emerging ≤ 99",
            );
        }
    }

    fn scales(&mut self) {
        let file = self.file;
        for (name, scale) in &file.scales {
            let pointer = format!("/scales/{name}");
            self.text(&format!("{pointer}/stem"), &What::new("量表的问法", "stem"), &scale.stem);
            if let Some(period) = &scale.reference_period {
                self.text(
                    &format!("{pointer}/reference_period"),
                    &What::new("量表的时段", "reference period"),
                    period,
                );
            }
            let mut ids = HashSet::new();
            for (n, step) in scale.options.iter().enumerate() {
                let at = format!("{pointer}/options/{n}");
                self.text(&format!("{at}/label"), &What::new("选项文字", "label"), &step.label);
                if let Some(hint) = &step.hint {
                    self.text(&format!("{at}/hint"), &What::new("选项说明", "hint"), hint);
                }
                if !is_name(&step.id, false) || !ids.insert(&step.id) {
                    self.bad_option(
                        &format!("{at}/id"),
                        &What::new(format!("量表 {name}"), format!("scale `{name}`")),
                        &step.id,
                    );
                }
            }
            let scored = scale.options.iter().filter(|s| s.score.is_some()).count();
            let top = scale.options.iter().filter_map(|s| s.score).max().unwrap_or(0);
            if scored < 2
                || scale.options.len() > MAX_OPTIONS
                || scale.present_from < 1
                || scale.prominent_from < scale.present_from
                || scale.prominent_from > top
            {
                self.report.add(
                    &pointer,
                    format!(
                        "量表 {name} 至少要有两个计分的选项，且 1 ≤ present_from ≤ prominent_from \
                         ≤ 最高分"
                    ),
                    format!(
                        "scale `{name}` needs two scored steps or more, and 1 ≤ present_from ≤ \
                         prominent_from ≤ top score"
                    ),
                );
            }
        }
    }

    fn unit_kinds(&mut self) {
        let mut ids = HashSet::new();
        for (n, kind) in self.file.unit_kinds.iter().enumerate() {
            let at = format!("/unit_kinds/{n}");
            let what =
                What::new(format!("单位类型 {}", kind.id), format!("kind of units `{}`", kind.id));
            if !is_name(&kind.id, false) || !ids.insert(&kind.id) {
                self.bad_option(&format!("{at}/id"), &what, &kind.id);
            }
            self.text(&format!("{at}/label"), &what, &kind.label);
        }
    }

    /// A scope names kinds that the survey knows; one that names none would drop the item from
    /// every list without a word.
    fn scope(&mut self, at: &str, what: &What, question: &QuestionFile) {
        let known: Vec<&str> = self.file.unit_kinds.iter().map(|kind| kind.id.as_str()).collect();
        let unknown = question
            .scope
            .iter()
            .enumerate()
            .filter(|(_, word)| !known.is_empty() && !known.contains(&word.as_str()));
        for (n, word) in unknown {
            let nearest = nearest(word, known.iter().copied());
            self.report.add(
                &format!("{at}/scope/{n}"),
                format!(
                    "{}：没有名为 {word} 的单位类型{}；可用：{}",
                    what.zh,
                    meant(nearest, Lang::Zh),
                    known.join("、")
                ),
                format!(
                    "{}: there is no kind of units `{word}`{}; unit_kinds has {}",
                    what.en,
                    meant(nearest, Lang::En),
                    known.join(", ")
                ),
            );
        }
    }

    fn questions(&mut self, pointer: &str, questions: &[QuestionFile]) {
        for (n, question) in questions.iter().enumerate() {
            let at = format!("{pointer}/{n}");
            self.name(&format!("{at}/id"), "question", &question.id);
            let what =
                What::new(format!("题目 {}", question.id), format!("question `{}`", question.id));
            self.text(&format!("{at}/text"), &what.part("题目文字", "text"), &question.text);
            if let Some(hint) = &question.hint {
                self.text(&format!("{at}/hint"), &what.part("填写说明", "hint"), hint);
            }
            if let Some(problem) = &question.problem {
                self.text(&format!("{at}/problem"), &what.part("问题表述", "problem"), problem);
                if !matches!(question.answer, AnswerFile::Scale { .. })
                    || question.role != QuestionRole::Item
                {
                    self.report.add(
                        &format!("{at}/problem"),
                        format!("题目 {} 不是量表评价题，不能写 problem", question.id),
                        format!(
                            "{}: only a rated item on a scale can have a problem statement; delete \
                             `problem`",
                            what.en
                        ),
                    );
                }
            }
            if let Some(checked) = &question.checked {
                self.text(&format!("{at}/checked"), &what.part("核实后的表述", "checked"), checked);
            }
            if question.hold && question.problem.is_none() {
                self.report.add(
                    &format!("{at}/hold"),
                    format!("题目 {} 没有 problem，hold 没有意义", question.id),
                    format!("{}: `hold` needs a `problem`", what.en),
                );
            }
            if let Some(kind) = &question.suggested {
                self.rectification(&format!("{at}/suggested"), kind);
            }
            self.scope(&at, &what, question);
            self.answer(&format!("{at}/answer"), &what, &question.answer);
        }
    }

    /// A name of a category or question: well formed, not reserved, used once.
    pub(super) fn name(&mut self, at: &str, what: &str, id: &str) {
        if !is_name(id, false) || RESERVED.contains(&id) {
            self.report.add(
                at,
                format!(
                    "编号“{id}”不可用：应为小写字母开头，只含小写字母、数字、下划线，且不是保留字"
                ),
                format!(
                    "{what} id `{id}` must match [a-z][a-z0-9_]{{0,63}} and not be one of {}",
                    RESERVED.join(", ")
                ),
            );
        } else if !self.names.insert(format!("{what} {id}")) {
            self.report.add(
                at,
                format!("编号 {id} 重复，请改用别的编号"),
                format!("{what} id `{id}` is used twice; choose another"),
            );
        }
    }

    pub(super) fn text(&mut self, at: &str, what: &What, text: &Text) {
        let What { zh, en } = what;
        for language in &self.file.languages {
            if text.0.get(language).is_none_or(|t| is_blank(t)) {
                self.report.add(
                    at,
                    format!(
                        "{zh}缺少{}（{language}）",
                        if language == "en" { "英文" } else { "中文" }
                    ),
                    format!("{en}: the {language} text is missing"),
                );
            }
        }
        for (language, value) in &text.0 {
            if !self.file.languages.contains(language) {
                self.report.add(
                    &format!("{at}/{language}"),
                    format!("{zh}：languages 中没有列出 {language}"),
                    format!("{en}: language `{language}` is not listed under languages"),
                );
            }
            if let Err(unfit) = Rule::lines(2000).check_if_any(value) {
                let refusal = unfit.refusal(&format!("{zh}："), &format!("{en}:"));
                self.report.add(&format!("{at}/{language}"), refusal.zh, refusal.en);
            }
        }
    }
}

/// What a mistake is about, in both languages.
pub(super) struct What {
    pub(super) zh: String,
    pub(super) en: String,
}

impl What {
    pub(super) fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// A part of it.
    pub(super) fn part(&self, zh: &str, en: &str) -> Self {
        Self::new(format!("{}：{zh}", self.zh), format!("{}: {en}", self.en))
    }
}

pub(super) fn is_name(id: &str, dashes: bool) -> bool {
    let mut chars = id.chars();
    id.len() <= 64
        && chars.next().is_some_and(|c| c.is_ascii_lowercase())
        && chars.all(|c| {
            c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || (dashes && c == '-')
        })
}
