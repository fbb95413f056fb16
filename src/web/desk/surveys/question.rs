//! The form of one question of a survey: its words, its flags, when it is shown and how it is answered.
//! Inputs that matter for one way of answering only are marked so, and shown all the same where there is no script.

use crate::response::Form;
use crate::survey::{AnswerFile, ConditionFile, NumberClassFile, QuestionFile, QuestionRole, SurveyFile};
use crate::text::{Lang, Refusal};
use crate::web::desk::forms::inputs::{Cell, Column, Input, InputKind, put, put_rows, put_text, read_rows, read_text, text_cells};
use crate::web::desk::surveys::part_rows::{at_row, named, number, option_columns, put_options, read_options};

/// Places of a question in the file and the inputs that are about them, the more exact ones first.
pub const PLACES: &[(&str, &str)] = &[
    ("/id", "id"),
    ("/text", "text"),
    ("/hint", "hint"),
    ("/problem", "problem"),
    ("/hold", "hold"),
    ("/role", "role"),
    ("/suggested", "suggested"),
    ("/scope", "scope"),
    ("/checked", "checked"),
    ("/visible_if", "visible_if"),
    ("/answer/scale", "scale"),
    ("/answer/options", "options"),
    ("/answer/option_set", "option_set"),
    ("/answer/option_ids", "option_ids"),
    ("/answer/classes", "classes"),
    ("/answer", "kind"),
];

const KINDS: [(&str, [&str; 2]); 6] = [
    ("scale", ["量表（程度）", "scale"]),
    ("single", ["单选", "one of several"]),
    ("multi", ["多选", "some of several"]),
    ("number", ["数字", "number"]),
    ("text", ["文字", "text"]),
    ("rank", ["排序", "ranking"]),
];
const ROLES: [(QuestionRole, &str, [&str; 2]); 6] = [
    (QuestionRole::Item, "item", ["评价题", "rated item"]),
    (QuestionRole::HarmLevel, "harm_level", ["危害程度", "how harmful"]),
    (QuestionRole::Harm, "harm", ["主要危害", "main harms"]),
    (QuestionRole::Cause, "cause", ["主要成因", "causes"]),
    (QuestionRole::Example, "example", ["具体事例（文字）", "concrete example (text)"]),
    (QuestionRole::Measure, "measure", ["整改建议（文字）", "suggested measure (text)"]),
];

fn kind(answer: &AnswerFile) -> &'static str {
    match answer {
        AnswerFile::Scale { .. } => "scale",
        AnswerFile::Single { .. } => "single",
        AnswerFile::Multi { .. } => "multi",
        AnswerFile::Number { .. } => "number",
        AnswerFile::Text { .. } => "text",
        AnswerFile::Rank { .. } => "rank",
    }
}

/// The name of a way of answering.
pub fn kind_name(answer: &AnswerFile, lang: Lang) -> &'static str {
    KINDS.iter().find(|k| k.0 == kind(answer)).map_or("", |k| lang.pick(k.1[0], k.1[1]))
}

/// The inputs of a question.
pub fn inputs(file: &SurveyFile, lang: Lang) -> Vec<Input> {
    let words = |name, label, long| Input::new(name, label, InputKind::Words { long });
    let tick = |name, label| Input::new(name, label, InputKind::Tick);
    let choice = |name, label, options: Vec<(String, String)>| Input::new(name, label, InputKind::Choice(options));
    let none = || [(String::new(), lang.pick("（无）", "(none)").to_owned())].into_iter();
    let scales = file.scales.iter().map(|(name, scale)| {
        let steps = scale.options.iter().map(|s| s.label.get(lang)).collect::<Vec<_>>().join(" / ");
        (name.clone(), format!("{name}{}{steps}", lang.pick("：", ": ")))
    });
    let sets = file.option_sets.keys().map(|name| (name.clone(), name.clone()));
    vec![
        Input::new("id", lang.pick("编号", "Id"), InputKind::Line).hint(lang.pick("小写字母、数字、下划线；导出表的列名。引用它的地方一并修改。", "Lower-case letters, digits, underscores; the column name in exports. What refers to it follows.")),
        words("text", lang.pick("题目", "Question"), false),
        words("hint", lang.pick("填写说明", "Hint"), false).hint(lang.pick("可不填。", "May be left empty.")),
        words("problem", lang.pick("问题清单中的表述", "Wording in problem lists"), false).hint(lang.pick("量表题填写后才会进入问题清单。", "A scale question enters problem lists only if this is filled in.")).only("scale"),
        tick("required", lang.pick("必答", "Must be answered")),
        tick("core", lang.pick("短卷也问", "Part of the short form")),
        tick("hold", lang.pick("存疑：核实前对所有单位不显示", "Held: shown to no unit until checked")).only("scale"),
        words("checked", lang.pick("核实后的表述", "Wording once checked"), false).hint(lang.pick("存疑的题核实之后，清单上改用这句；可不填。", "Used in lists once a held question was checked; may be left empty.")).only("scale"),
        choice("role", lang.pick("在类别中的作用", "What it does in its category"), ROLES.iter().map(|(_, name, label)| ((*name).to_owned(), lang.pick(label[0], label[1]).to_owned())).collect()),
        choice("suggested", lang.pick("建议整改类型", "Suggested rectification"), none().chain(file.rectification_types.iter().map(|t| (t.id.clone(), t.label.get(lang).to_owned()))).collect()).only("scale"),
        Input::new("scope", lang.pick("适用单位类型", "Kinds of units"), InputKind::Line).hint(format!(
            "{}{}",
            lang.pick("留空为全部；多个用空格隔开。可用：", "Empty: all. Several with spaces. There are: "),
            file.unit_kinds.iter().map(|kind| format!("{}（{}）", kind.id, kind.label.get(lang))).collect::<Vec<_>>().join(lang.pick("、", ", "))
        )),
        choice("kind", lang.pick("怎样作答", "How it is answered"), KINDS.iter().map(|(name, label)| ((*name).to_owned(), lang.pick(label[0], label[1]).to_owned())).collect()),
        choice("scale", lang.pick("量表", "Scale"), scales.collect()).only("scale"),
        choice("option_set", lang.pick("共用选项组", "Shared options"), none().chain(sets).collect()).hint(lang.pick("选了选项组，下面的选项就留空。", "With shared options, leave those below empty.")).only("multi"),
        Input::new("option_ids", lang.pick("只用选项组中的", "Only these of them"), InputKind::Line).hint(lang.pick("编号用空格隔开；留空为全部。", "Ids with spaces between; empty for all.")).only("multi"),
        Input::new("options", lang.pick("选项", "Options"), InputKind::Rows(option_columns(lang))).only("single multi rank"),
        Input::new("min", lang.pick("最少", "Least"), InputKind::Number).hint(lang.pick("多选：至少选几项（0 为不限）；数字：最小值。", "Choices: fewest (0 for no limit); numbers: smallest.")).only("multi number"),
        Input::new("max", lang.pick("最多", "Most"), InputKind::Number).hint(lang.pick("多选：至多选几项（留空不限）；数字：最大值。", "Choices: most (empty for no limit); numbers: largest.")).only("multi number"),
        Input::new("classes", lang.pick("分段", "Classes"), InputKind::Rows(class_columns(lang))).hint(lang.pick("统计只到分段；从最小值到最大值依次相接。", "What is counted; they follow each other from the smallest value to the largest.")).only("number"),
        Input::new("max_chars", lang.pick("最多字数", "Longest text in characters"), InputKind::Number).only("text"),
        Input::new("places", lang.pick("排几名", "Places to fill"), InputKind::Number).only("rank"),
        Input::new("visible_if", lang.pick("何时显示", "Shown only if"), InputKind::Rows(condition_columns(file, lang))).hint(lang.pick("不填为总是显示。各行都满足才显示；只能看前面不进入清单的题。选项编号用空格隔开，满足其一即可；数字题填从、到。", "Empty: always. All rows must hold; they look at earlier questions that enter no list. Ids of options with spaces, one of which is enough; numbers have from and to.")),
    ]
}

fn class_columns(lang: Lang) -> Vec<Column> {
    let bound = |name, label| Column { name, label, cell: Cell::Number };
    let mut columns = named(lang);
    columns.extend([bound("from", lang.pick("从", "From")), bound("to", lang.pick("到", "To"))]);
    columns
}

fn condition_columns(file: &SurveyFile, lang: Lang) -> Vec<Column> {
    let mut questions = vec![(String::new(), String::new())];
    for group in 0..=file.categories.len() {
        for question in file.questions_of(group).iter().filter(|q| q.problem.is_none()) {
            let text: String = question.text.get(lang).chars().take(18).collect();
            questions.push((question.id.clone(), format!("{} {text}", question.id)));
        }
    }
    vec![
        Column { name: "question", label: lang.pick("前面的题", "Earlier question"), cell: Cell::Choice(questions) },
        Column { name: "any_of", label: lang.pick("选了其中之一", "Any of"), cell: Cell::Words },
        Column { name: "from", label: lang.pick("从", "From"), cell: Cell::Number },
        Column { name: "to", label: lang.pick("到", "To"), cell: Cell::Number },
    ]
}

/// Fills a question into a form.
pub fn fill(form: &mut Form, question: &QuestionFile) {
    put(form, "id", question.id.clone());
    put_text(form, "text", Some(&question.text));
    put_text(form, "hint", question.hint.as_ref());
    put_text(form, "problem", question.problem.as_ref());
    put_text(form, "checked", question.checked.as_ref());
    for (name, on) in [("required", question.required), ("core", question.core), ("hold", question.hold)] {
        if on {
            put(form, name, "yes".to_owned());
        }
    }
    put(form, "role", ROLES.iter().find(|(role, ..)| *role == question.role).map_or("", |(_, name, _)| name).to_owned());
    put(form, "suggested", question.suggested.clone().unwrap_or_default());
    put(form, "scope", question.scope.join(" "));
    put(form, "kind", kind(&question.answer).to_owned());
    let written = |number: Option<i64>| number.map_or_else(String::new, |n| n.to_string());
    put_rows(
        form,
        "visible_if",
        question
            .visible_if
            .iter()
            .map(|c| vec![("question", c.question.clone()), ("any_of", c.any_of.join(" ")), ("from", written(c.from)), ("to", written(c.to))]),
    );
    match &question.answer {
        AnswerFile::Scale { scale } => put(form, "scale", scale.clone()),
        AnswerFile::Single { options } => put_options(form, options),
        AnswerFile::Multi { options, option_set, option_ids, min, max } => {
            put_options(form, options);
            put(form, "option_set", option_set.clone().unwrap_or_default());
            put(form, "option_ids", option_ids.join(" "));
            put(form, "min", min.to_string());
            put(form, "max", max.map_or_else(String::new, |m| m.to_string()));
        }
        AnswerFile::Number { min, max, classes } => {
            put(form, "min", min.to_string());
            put(form, "max", max.to_string());
            put_rows(
                form,
                "classes",
                classes.iter().map(|c| {
                    let [zh, en] = text_cells("zh", "en", &c.label);
                    vec![("id", c.id.clone()), zh, en, ("from", c.from.to_string()), ("to", c.to.to_string())]
                }),
            );
        }
        AnswerFile::Text { max_chars } => put(form, "max_chars", max_chars.to_string()),
        AnswerFile::Rank { options, places } => {
            put_options(form, options);
            put(form, "places", places.to_string());
        }
    }
}

/// The question that was typed in the place of `old`, which keeps its id for now.
pub fn read(form: &Form, old: &QuestionFile, wrong: &mut Vec<Refusal>) -> QuestionFile {
    let is_scale = form.first("kind") == "scale";
    QuestionFile {
        id: old.id.clone(),
        text: read_text(form, "text").unwrap_or_default(),
        hint: read_text(form, "hint"),
        // What does not show for this way of answering is not taken over either.
        problem: read_text(form, "problem").filter(|_| is_scale),
        checked: read_text(form, "checked").filter(|_| is_scale),
        required: form.has("required", "yes"),
        role: ROLES.iter().find(|(_, name, _)| *name == form.first("role")).map_or(old.role, |(role, ..)| *role),
        core: form.has("core", "yes"),
        hold: form.has("hold", "yes") && is_scale,
        suggested: Some(form.first("suggested").to_owned()).filter(|s| !s.is_empty() && is_scale),
        scope: words(form.first("scope")),
        visible_if: read_conditions(form, wrong),
        answer: read_answer(form, wrong),
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn read_answer(form: &Form, wrong: &mut Vec<Refusal>) -> AnswerFile {
    // The bounds of each number are those of its field; the checks of the survey are narrower and say so.
    let mut small = |name: &'static str, least: i64| number(form, name, least..=255, wrong).and_then(|n| u8::try_from(n).ok()).unwrap_or(0);
    match form.first("kind") {
        "scale" => AnswerFile::Scale { scale: form.first("scale").to_owned() },
        "single" => AnswerFile::Single { options: read_options(form, wrong) },
        "multi" => {
            let min = if form.first("min").trim().is_empty() { 0 } else { small("min", 0) };
            let max = if form.first("max").trim().is_empty() { None } else { Some(small("max", 1)) };
            let option_set = Some(form.first("option_set").to_owned()).filter(|set| !set.is_empty());
            let option_ids = if option_set.is_some() { words(form.first("option_ids")) } else { Vec::new() };
            AnswerFile::Multi { options: read_options(form, wrong), option_set, option_ids, min, max }
        }
        "number" => {
            let whole = i64::MIN..=i64::MAX;
            let (min, max) = (number(form, "min", whole.clone(), wrong).unwrap_or(0), number(form, "max", whole, wrong).unwrap_or(0));
            AnswerFile::Number { min, max, classes: read_classes(form, wrong) }
        }
        "rank" => {
            let places = small("places", 1);
            AnswerFile::Rank { options: read_options(form, wrong), places }
        }
        _ => AnswerFile::Text { max_chars: number(form, "max_chars", 1..=2_000, wrong).and_then(|n| u16::try_from(n).ok()).unwrap_or(0) },
    }
}

fn read_classes(form: &Form, wrong: &mut Vec<Refusal>) -> Vec<NumberClassFile> {
    let mut classes = Vec::new();
    for row in &read_rows(form, "classes", &class_columns(Lang::Zh)) {
        match (row.get("from").parse(), row.get("to").parse()) {
            (Ok(from), Ok(to)) => classes.push(NumberClassFile { id: row.get("id").to_owned(), label: row.text("zh", "en"), from, to }),
            _ => wrong.push(at_row("classes", row.at, "“从”和“到”应为整数", "from and to are whole numbers")),
        }
    }
    classes
}

fn read_conditions(form: &Form, wrong: &mut Vec<Refusal>) -> Vec<ConditionFile> {
    let columns = ["question", "any_of", "from", "to"].map(|name| Column { name, label: "", cell: Cell::Words });
    let mut conditions = Vec::new();
    for row in &read_rows(form, "visible_if", &columns) {
        let mut bound = |name: &str| {
            let typed = row.get(name);
            let read = typed.parse().ok();
            if read.is_none() && !typed.is_empty() {
                wrong.push(at_row("visible_if", row.at, "“从”和“到”应为整数", "from and to are whole numbers"));
            }
            read
        };
        let (from, to) = (bound("from"), bound("to"));
        conditions.push(ConditionFile { question: row.get("question").to_owned(), any_of: words(row.get("any_of")), from, to });
    }
    conditions
}
