//! Checks a survey file and says everything that is wrong with it at once.
//! Each error names line, column and question and what to do, because the author is an official with forty questions, not a programmer.

use std::collections::HashSet;
use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Survey;
use super::file::{AnswerFile, OptionFile, QuestionFile, QuestionRole, SurveyFile};
use super::position::Positions;
use crate::text::{Lang, Refusal, Text, is_deceptive};

/// Largest survey file: far above any real questionnaire, far below what could hurt.
pub const MAX_FILE_BYTES: usize = 1 << 20;
/// Form fields that are not questions.
const RESERVED: [&str; 6] = ["code", "blank", "pad", "lang", "view", "closing"];
const MAX_QUESTIONS: usize = 500;
const MAX_OPTIONS: usize = 60;
const MAX_TEXT_CHARS: u16 = 2000;

/// All mistakes of a survey file, each with its place.
#[derive(Debug, Clone)]
pub struct SurveyErrors(pub Vec<SurveyError>);

/// One mistake.
#[derive(Debug, Clone)]
pub struct SurveyError {
    /// Line and column, from 1.
    pub position: (usize, usize),
    /// What is wrong and what to do.
    pub refusal: Refusal,
}

impl SurveyError {
    /// `line:column: sentence`, in `lang`.
    #[must_use]
    pub fn line(&self, lang: Lang) -> String {
        format!("{}:{}: {}", self.position.0, self.position.1, self.refusal.get(lang))
    }
}

impl fmt::Display for SurveyErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, error) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_str("\n")?;
            }
            f.write_str(&error.line(Lang::En))?;
        }
        Ok(())
    }
}

impl std::error::Error for SurveyErrors {}

/// Reads and checks a definition.
pub(super) fn parse(bytes: &[u8]) -> Result<Survey, SurveyErrors> {
    let text = readable(bytes)?;
    let tree: Value = serde_json::from_str(text).map_err(|e| {
        let en = format!("this is not valid JSON: {}. Check commas, quotes and brackets near this place", plain(&e.to_string()));
        single((e.line(), e.column()), "此处不是合法的 JSON，请检查附近的逗号、引号和括号", en)
    })?;
    let mut report = Report { positions: Positions::scan(text), errors: Vec::new() };
    for pointer in report.positions.repeated.clone() {
        let key = pointer.rsplit('/').next().unwrap_or_default().to_owned();
        report.add(
            &format!("{pointer}#repeated"),
            format!("同一处两次出现“{key}”，请删去一个"),
            format!("the key `{key}` occurs twice here; delete one"),
        );
    }
    let file = structure(&mut report, &tree);
    let Some(file) = file.filter(|_| report.errors.is_empty()) else { return Err(report.finish()) };
    Checker { file: &file, report: &mut report, names: HashSet::new() }.run();
    if report.errors.is_empty() { Ok(Survey::assemble(file)) } else { Err(report.finish()) }
}

fn readable(bytes: &[u8]) -> Result<&str, SurveyErrors> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(single(
            (1, 1),
            format!("文件过大（{} 字节），问卷定义不得超过 1 MiB", bytes.len()),
            format!("the file has {} bytes; a survey definition may have 1 MiB at most", bytes.len()),
        ));
    }
    let bytes = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|e| {
        let line = bytes[..e.valid_up_to()].iter().filter(|b| **b == b'\n').count() + 1;
        single((line, 1), "文件不是 UTF-8 编码，请另存为 UTF-8", "the file is not UTF-8 here; save it as UTF-8")
    })
}

fn single(position: (usize, usize), zh: impl Into<String>, en: impl Into<String>) -> SurveyErrors {
    SurveyErrors(vec![SurveyError { position, refusal: Refusal::new(zh, en) }])
}

/// serde's message without its own position.
fn plain(message: &str) -> String {
    message.split(" at line ").next().unwrap_or(message).to_owned()
}

struct Report {
    positions: Positions,
    errors: Vec<SurveyError>,
}

impl Report {
    fn add(&mut self, pointer: &str, zh: impl Into<String>, en: impl Into<String>) {
        let position = self.positions.of(pointer);
        self.errors.push(SurveyError { position, refusal: Refusal::new(zh, en) });
    }

    fn finish(mut self) -> SurveyErrors {
        self.errors.sort_by_key(|e| e.position);
        SurveyErrors(self.errors)
    }
}

/// Turns the tree into the file's types. Every question is read on its own, so that one wrong field does not hide the others.
fn structure(report: &mut Report, tree: &Value) -> Option<SurveyFile> {
    let mut shell = tree.clone();
    let mut lists = Vec::new();
    if let Some(categories) = shell.get_mut("categories").and_then(Value::as_array_mut) {
        for (n, category) in categories.iter_mut().enumerate() {
            lists.push((format!("/categories/{n}/questions"), detach(category)));
        }
    }
    if let Some(closing) = shell.get_mut("closing") {
        lists.push(("/closing/questions".to_owned(), detach(closing)));
    }
    let mut read = Vec::new();
    for (pointer, questions) in lists {
        let mut list = Vec::new();
        for (n, question) in questions.into_iter().enumerate() {
            let name = question.get("id").and_then(Value::as_str).unwrap_or("?").to_owned();
            list.extend(typed::<QuestionFile>(report, &format!("{pointer}/{n}"), question, Some(&name)));
        }
        read.push(list);
    }
    let mut file = typed::<SurveyFile>(report, "", shell, None)?;
    let mut read = read.into_iter();
    for category in &mut file.categories {
        category.questions = read.next().unwrap_or_default();
    }
    if let Some(closing) = &mut file.closing {
        closing.questions = read.next().unwrap_or_default();
    }
    Some(file)
}

/// Takes the questions out of a category, leaving an empty list for the shell.
fn detach(category: &mut Value) -> Vec<Value> {
    match category.get_mut("questions") {
        Some(Value::Array(questions)) => std::mem::take(questions),
        _ => Vec::new(),
    }
}

fn typed<T: DeserializeOwned>(report: &mut Report, base: &str, value: Value, question: Option<&str>) -> Option<T> {
    serde_path_to_error::deserialize(value)
        .map_err(|e| {
            let mut pointer = base.to_owned();
            for segment in e.path() {
                use serde_path_to_error::Segment as S;
                match segment {
                    S::Seq { index } => pointer.push_str(&format!("/{index}")),
                    S::Map { key } => pointer.push_str(&format!("/{key}")),
                    S::Enum { .. } | S::Unknown => break,
                }
            }
            let why = plain(&e.inner().to_string());
            let place = question.map_or_else(String::new, |q| format!("question `{q}`: "));
            let place_zh = question.map_or_else(String::new, |q| format!("题目 {q}："));
            report.add(
                &pointer,
                format!("{place_zh}内容不符合格式（{why}），请对照 surveys/survey.schema.json 修改"),
                format!("{place}{why}; compare with surveys/survey.schema.json"),
            );
        })
        .ok()
}

struct Checker<'a> {
    file: &'a SurveyFile,
    report: &'a mut Report,
    names: HashSet<String>,
}

impl Checker<'_> {
    fn run(&mut self) {
        self.head();
        self.scales();
        for (name, set) in &self.file.option_sets {
            self.options(&format!("/option_sets/{name}"), &format!("option set `{name}`"), set);
        }
        let file = self.file;
        if file.categories.is_empty() {
            self.report.add("/categories", "至少要有一个类别", "there must be at least one category");
        }
        for (n, category) in file.categories.iter().enumerate() {
            let pointer = format!("/categories/{n}");
            self.name(&format!("{pointer}/id"), "category", &category.id);
            self.text(&format!("{pointer}/name"), "category name", &category.name);
            self.text(&format!("{pointer}/short_name"), "short name", &category.short_name);
            for (kind, text) in &category.measure_templates {
                self.text(&format!("{pointer}/measure_templates/{kind}"), "measure template", text);
                self.rectification(&format!("{pointer}/measure_templates/{kind}"), kind);
            }
            self.questions(&format!("{pointer}/questions"), &category.questions);
        }
        if let Some(closing) = &file.closing {
            self.text("/closing/name", "name of the closing section", &closing.name);
            self.questions("/closing/questions", &closing.questions);
        }
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
                format!("问卷编号“{}”应为小写字母开头，只含小写字母、数字、下划线、短横，最长 64 个字符", file.id),
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
        self.text("/title", "title", &file.title);
        self.text("/intro", "intro", &file.intro);
        self.text("/thanks", "thanks", &file.thanks);
        for (n, line) in file.privacy.iter().enumerate() {
            self.text(&format!("/privacy/{n}/text"), "privacy line", &line.text);
        }
        for (n, kind) in file.rectification_types.iter().enumerate() {
            self.text(&format!("/rectification_types/{n}/label"), "rectification type", &kind.label);
            self.text(&format!("/rectification_types/{n}/text"), "rectification type", &kind.text);
        }
        let t = file.thresholds;
        if !(1 <= t.tendency && t.tendency < t.prominent && t.prominent <= 99 && (1..=99).contains(&t.emerging)) {
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
            self.text(&format!("{pointer}/stem"), "stem", &scale.stem);
            if let Some(period) = &scale.reference_period {
                self.text(&format!("{pointer}/reference_period"), "reference period", period);
            }
            let mut ids = HashSet::new();
            for (n, step) in scale.options.iter().enumerate() {
                let at = format!("{pointer}/options/{n}");
                self.text(&format!("{at}/label"), "label", &step.label);
                if let Some(hint) = &step.hint {
                    self.text(&format!("{at}/hint"), "hint", hint);
                }
                if !is_name(&step.id, false) || !ids.insert(&step.id) {
                    self.bad_option(&format!("{at}/id"), &format!("scale `{name}`"), &step.id);
                }
            }
            let scored = scale.options.iter().filter(|s| s.score.is_some()).count();
            let top = scale.options.iter().filter_map(|s| s.score).max().unwrap_or(0);
            if scored < 2 || scale.options.len() > MAX_OPTIONS || scale.present_from < 1 || scale.prominent_from < scale.present_from || scale.prominent_from > top {
                self.report.add(
                    &pointer,
                    format!("量表 {name} 至少要有两个计分的选项，且 1 ≤ present_from ≤ prominent_from ≤ 最高分"),
                    format!("scale `{name}` needs two scored steps or more, and 1 ≤ present_from ≤ prominent_from ≤ top score"),
                );
            }
        }
    }

    fn questions(&mut self, pointer: &str, questions: &[QuestionFile]) {
        for (n, question) in questions.iter().enumerate() {
            let at = format!("{pointer}/{n}");
            self.name(&format!("{at}/id"), "question", &question.id);
            let what = format!("question `{}`", question.id);
            self.text(&format!("{at}/text"), &format!("{what}: text"), &question.text);
            if let Some(hint) = &question.hint {
                self.text(&format!("{at}/hint"), &format!("{what}: hint"), hint);
            }
            if let Some(problem) = &question.problem {
                self.text(&format!("{at}/problem"), &format!("{what}: problem"), problem);
                if !matches!(question.answer, AnswerFile::Scale { .. }) || question.role != QuestionRole::Item {
                    self.report.add(
                        &format!("{at}/problem"),
                        format!("题目 {} 不是量表评价题，不能写 problem", question.id),
                        format!("{what}: only a rated item on a scale can have a problem statement; delete `problem`"),
                    );
                }
            }
            if question.hold && question.problem.is_none() {
                self.report.add(
                    &format!("{at}/hold"),
                    format!("题目 {} 没有 problem，hold 没有意义", question.id),
                    format!("{what}: `hold` needs a `problem`"),
                );
            }
            if let Some(kind) = &question.suggested {
                self.rectification(&format!("{at}/suggested"), kind);
            }
            self.answer(&format!("{at}/answer"), &what, &question.answer);
        }
    }

    fn answer(&mut self, at: &str, what: &str, answer: &AnswerFile) {
        let file = self.file;
        match answer {
            AnswerFile::Scale { scale } if !file.scales.contains_key(scale) => self.report.add(
                &format!("{at}/scale"),
                format!("{what}：没有名为 {scale} 的量表，请在 scales 中定义"),
                format!("{what}: there is no scale `{scale}`; define it under scales"),
            ),
            AnswerFile::Scale { .. } => {}
            AnswerFile::Single { options } => self.options(&format!("{at}/options"), what, options),
            AnswerFile::Rank { options, places } => {
                self.options(&format!("{at}/options"), what, options);
                if *places == 0 || usize::from(*places) > options.len() {
                    self.report.add(at, format!("{what}：places 应在 1 至选项数之间"), format!("{what}: places must be 1 to the number of options"));
                }
            }
            AnswerFile::Multi { min, max, options, option_set, option_ids } => {
                self.multi_source(at, what, options, option_set.as_deref(), option_ids);
                let count = super::multi_options(file, answer).len();
                let max = max.map_or(count, usize::from);
                if max == 0 || max > count || usize::from(*min) > max {
                    self.report.add(at, format!("{what}：应满足 min ≤ max ≤ 选项数（{count}）"), format!("{what}: min ≤ max ≤ number of options ({count}) must hold"));
                }
            }
            AnswerFile::Number { min, max, classes } => {
                let mut next = Some(*min);
                let covers = !classes.is_empty() && min <= max && classes.iter().all(|c| {
                    let fits = next == Some(c.from) && c.from <= c.to;
                    next = c.to.checked_add(1);
                    fits
                }) && classes.last().is_some_and(|c| c.to == *max);
                if !covers || classes.len() > MAX_OPTIONS {
                    self.report.add(&format!("{at}/classes"), format!("{what}：classes 应从 min 到 max 依次相接、没有空档"), format!("{what}: classes must cover {min} to {max} in order and without gaps"));
                }
                for (n, class) in classes.iter().enumerate() {
                    self.text(&format!("{at}/classes/{n}/label"), what, &class.label);
                }
            }
            AnswerFile::Text { max_chars } => self.chars(at, what, *max_chars),
        }
    }

    fn multi_source(&mut self, at: &str, what: &str, options: &[OptionFile], set: Option<&str>, ids: &[String]) {
        match set {
            None => self.options(&format!("{at}/options"), what, options),
            Some(name) => match self.file.option_sets.get(name) {
                None => self.report.add(&format!("{at}/option_set"), format!("{what}：没有名为 {name} 的选项组"), format!("{what}: there is no option set `{name}`; define it under option_sets")),
                Some(_) if !options.is_empty() => self.report.add(at, format!("{what}：options 与 option_set 只能写一个"), format!("{what}: give `options` or `option_set`, not both")),
                Some(set) => {
                    let mut seen = HashSet::new();
                    for (n, id) in ids.iter().enumerate() {
                        if !set.iter().any(|o| &o.id == id) || !seen.insert(id) {
                            self.report.add(&format!("{at}/option_ids/{n}"), format!("{what}：选项组 {name} 中没有 {id}，或重复列出"), format!("{what}: `{id}` is not in option set `{name}`, or is listed twice"));
                        }
                    }
                }
            },
        }
    }

    fn options(&mut self, at: &str, what: &str, options: &[OptionFile]) {
        if options.is_empty() || options.len() > MAX_OPTIONS {
            self.report.add(at, format!("{what}：选项数应在 1 至 {MAX_OPTIONS} 之间"), format!("{what}: there must be 1 to {MAX_OPTIONS} options"));
        }
        let mut ids = HashSet::new();
        for (n, option) in options.iter().enumerate() {
            let at = format!("{at}/{n}");
            if !is_name(&option.id, false) || !ids.insert(&option.id) {
                self.bad_option(&format!("{at}/id"), what, &option.id);
            }
            self.text(&format!("{at}/label"), what, &option.label);
            if let Some(other) = option.other_text {
                self.chars(&at, what, other.max_chars);
            }
        }
    }

    fn bad_option(&mut self, at: &str, what: &str, id: &str) {
        self.report.add(at, format!("{what}：选项编号“{id}”重复，或不是小写字母开头的英文名"), format!("{what}: option id `{id}` occurs twice or does not match [a-z][a-z0-9_]{{0,63}}"));
    }

    fn chars(&mut self, at: &str, what: &str, max: u16) {
        if max == 0 || max > MAX_TEXT_CHARS {
            self.report.add(at, format!("{what}：max_chars 应在 1 至 {MAX_TEXT_CHARS} 之间"), format!("{what}: max_chars must be 1 to {MAX_TEXT_CHARS}"));
        }
    }

    fn rectification(&mut self, at: &str, kind: &str) {
        if !self.file.rectification_types.iter().any(|t| t.id == kind) {
            self.report.add(at, format!("没有名为 {kind} 的整改类型"), format!("there is no rectification type `{kind}`; define it under rectification_types"));
        }
    }

    /// A name of a category or question: well formed, not reserved, used once.
    fn name(&mut self, at: &str, what: &str, id: &str) {
        if !is_name(id, false) || RESERVED.contains(&id) {
            self.report.add(at, format!("编号“{id}”不可用：应为小写字母开头，只含小写字母、数字、下划线，且不是保留字"), format!("{what} id `{id}` must match [a-z][a-z0-9_]{{0,63}} and not be one of {}", RESERVED.join(", ")));
        } else if !self.names.insert(format!("{what} {id}")) {
            self.report.add(at, format!("编号 {id} 重复，请改用别的编号"), format!("{what} id `{id}` is used twice; choose another"));
        }
    }

    fn text(&mut self, at: &str, what: &str, text: &Text) {
        for language in &self.file.languages {
            if text.0.get(language).is_none_or(|t| t.trim().is_empty()) {
                self.report.add(at, format!("{what} 缺少 {language} 文本"), format!("{what}: the {language} text is missing"));
            }
        }
        for (language, value) in &text.0 {
            if !self.file.languages.contains(language) {
                self.report.add(&format!("{at}/{language}"), format!("{what}：languages 中没有列出 {language}"), format!("{what}: language `{language}` is not listed under languages"));
            }
            if value.chars().any(is_deceptive) || value.chars().count() > 2000 {
                self.report.add(&format!("{at}/{language}"), format!("{what}：含有控制字符、隐形字符，或超过 2000 字"), format!("{what}: holds control or invisible characters, or more than 2000 characters"));
            }
        }
    }
}

fn is_name(id: &str, dashes: bool) -> bool {
    let mut chars = id.chars();
    id.len() <= 64
        && chars.next().is_some_and(|c| c.is_ascii_lowercase())
        && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || (dashes && c == '-'))
}
