//! The form of one question of a survey: its words, its flags, when it is shown and how it is
//! answered.
//! Inputs that matter for one way of answering only are marked so, and shown all the same where
//! there is no script.

use crate::response::Form;
use crate::survey::{AnswerFile, ConditionFile, NumberClassFile, QuestionFile};
use crate::text::{Lang, Refusal};
use crate::web::desk::forms::input::{Cell, Column};
use crate::web::desk::forms::inputs::{put, put_rows, put_text, read_rows, read_text, text_cells};
use crate::web::desk::surveys::part_rows::{at_row, number, put_options, read_options};
use crate::web::desk::surveys::question_inputs::{KINDS, ROLES, class_columns};

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

/// Fills a question into a form.
#[expect(clippy::too_many_lines, reason = "one case after the other")]
pub fn fill(form: &mut Form, question: &QuestionFile) {
    put(form, "id", question.id.clone());
    put_text(form, "text", Some(&question.text));
    put_text(form, "hint", question.hint.as_ref());
    put_text(form, "problem", question.problem.as_ref());
    put_text(form, "checked", question.checked.as_ref());
    for (name, on) in
        [("required", question.required), ("core", question.core), ("hold", question.hold)]
    {
        if on {
            put(form, name, "yes".to_owned());
        }
    }
    put(
        form,
        "role",
        ROLES
            .iter()
            .find(|(role, ..)| *role == question.role)
            .map_or("", |(_, name, _)| name)
            .to_owned(),
    );
    put(form, "suggested", question.suggested.clone().unwrap_or_default());
    put(form, "scope", question.scope.join(" "));
    put(form, "kind", kind(&question.answer).to_owned());
    let written = |number: Option<i64>| number.map_or_else(String::new, |n| n.to_string());
    put_rows(
        form,
        "visible_if",
        question.visible_if.iter().map(|c| {
            vec![
                ("question", c.question.clone()),
                ("any_of", c.any_of.join(" ")),
                ("from", written(c.from)),
                ("to", written(c.to)),
            ]
        }),
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
                    vec![
                        ("id", c.id.clone()),
                        zh,
                        en,
                        ("from", c.from.to_string()),
                        ("to", c.to.to_string()),
                    ]
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
        role: ROLES
            .iter()
            .find(|(_, name, _)| *name == form.first("role"))
            .map_or(old.role, |(role, ..)| *role),
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
    // The bounds of each number are those of its field; the checks of the survey are narrower and
    // say so.
    let mut small = |name: &'static str, least: i64| {
        number(form, name, least..=255, wrong).and_then(|n| u8::try_from(n).ok()).unwrap_or(0)
    };
    match form.first("kind") {
        "scale" => AnswerFile::Scale { scale: form.first("scale").to_owned() },
        "single" => AnswerFile::Single { options: read_options(form, wrong) },
        "multi" => {
            let min = if form.first("min").trim().is_empty() { 0 } else { small("min", 0) };
            let max =
                if form.first("max").trim().is_empty() { None } else { Some(small("max", 1)) };
            let option_set =
                Some(form.first("option_set").to_owned()).filter(|set| !set.is_empty());
            let option_ids =
                if option_set.is_some() { words(form.first("option_ids")) } else { Vec::new() };
            AnswerFile::Multi {
                options: read_options(form, wrong),
                option_set,
                option_ids,
                min,
                max,
            }
        }
        "number" => {
            let whole = i64::MIN..=i64::MAX;
            let (min, max) = (
                number(form, "min", whole.clone(), wrong).unwrap_or(0),
                number(form, "max", whole, wrong).unwrap_or(0),
            );
            AnswerFile::Number { min, max, classes: read_classes(form, wrong) }
        }
        "rank" => {
            let places = small("places", 1);
            AnswerFile::Rank { options: read_options(form, wrong), places }
        }
        _ => AnswerFile::Text {
            max_chars: number(form, "max_chars", 1..=2_000, wrong)
                .and_then(|n| u16::try_from(n).ok())
                .unwrap_or(0),
        },
    }
}

fn read_classes(form: &Form, wrong: &mut Vec<Refusal>) -> Vec<NumberClassFile> {
    let mut classes = Vec::new();
    for row in &read_rows(form, "classes", &class_columns(Lang::Zh)) {
        match (row.get("from").parse(), row.get("to").parse()) {
            (Ok(from), Ok(to)) => classes.push(NumberClassFile {
                id: row.get("id").to_owned(),
                label: row.text("zh", "en"),
                from,
                to,
            }),
            _ => wrong.push(at_row(
                "classes",
                row.at,
                "“从”和“到”应为整数",
                "from and to are whole numbers",
            )),
        }
    }
    classes
}

fn read_conditions(form: &Form, wrong: &mut Vec<Refusal>) -> Vec<ConditionFile> {
    let columns = ["question", "any_of", "from", "to"].map(|name| Column {
        name,
        label: "",
        cell: Cell::Words,
    });
    let mut conditions = Vec::new();
    for row in &read_rows(form, "visible_if", &columns) {
        let mut bound = |name: &str| {
            let typed = row.get(name);
            let read = typed.parse().ok();
            if read.is_none() && !typed.is_empty() {
                wrong.push(at_row(
                    "visible_if",
                    row.at,
                    "“从”和“到”应为整数",
                    "from and to are whole numbers",
                ));
            }
            read
        };
        let (from, to) = (bound("from"), bound("to"));
        conditions.push(ConditionFile {
            question: row.get("question").to_owned(),
            any_of: words(row.get("any_of")),
            from,
            to,
        });
    }
    conditions
}
