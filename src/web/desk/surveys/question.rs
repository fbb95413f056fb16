//! The form of one question of a survey: its words, its flags, when it is shown and how it is
//! answered.
//! Inputs that matter for one way of answering only are marked so, and shown all the same where
//! there is no script.

use std::ops::RangeInclusive;

use crate::response::Form;
use crate::survey::{
    AnswerFile, AnswerSource, ConditionFile, NumberClassFile, OptionFile, QuestionFile,
};
use crate::text::{Lang, Refusal};
use crate::web::desk::forms::input::{Cell, Column};
use crate::web::desk::forms::inputs::{put, put_rows, put_text, read_rows, read_text, text_cells};
use crate::web::desk::surveys::part_rows::{at_row, number, put_options, read_options};
use crate::web::desk::surveys::question_inputs::{ROLES, class_columns};

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

/// The name of a way of answering.
pub fn kind_name(answer: &AnswerFile, lang: Lang) -> &'static str {
    let label = answer.flat().kind().label;
    lang.pick(label[0], label[1])
}

/// Fills a question into a form.
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
    let answer = question.answer.flat();
    put(form, "kind", answer.id.to_owned());
    put_options(form, &answer.options);
    put_rows(
        form,
        "classes",
        answer.classes.iter().map(|c| {
            let [zh, en] = text_cells("zh", "en", &c.label);
            let bounds = [("from", c.from.to_string()), ("to", c.to.to_string())];
            [("id", c.id.clone()), zh, en].into_iter().chain(bounds).collect()
        }),
    );
    for (name, value) in answer.values {
        put(form, name, value);
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
        answer: read_answer(form, old, wrong),
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// An answer as it was typed. Fields of other types are not looked at.
struct FormAnswer<'a> {
    form: &'a Form,
    wrong: &'a mut Vec<Refusal>,
}

impl AnswerSource for FormAnswer<'_> {
    fn words(&self, name: &str) -> String {
        // Without a set nothing can be taken from it.
        let idle = name == "option_ids" && self.form.first("option_set").is_empty();
        if idle { String::new() } else { self.form.first(name).to_owned() }
    }

    fn optional(&mut self, name: &'static str, range: RangeInclusive<i64>) -> Option<i64> {
        if self.form.first(name).trim().is_empty() {
            return None;
        }
        number(self.form, name, range, self.wrong)
    }

    fn number(&mut self, name: &'static str, range: RangeInclusive<i64>, usual: i64) -> i64 {
        // Where it is asked for, an empty field is a mistake.
        number(self.form, name, range, self.wrong).unwrap_or(usual)
    }

    fn options(&mut self) -> Vec<OptionFile> {
        read_options(self.form, self.wrong)
    }

    fn classes(&mut self) -> Vec<NumberClassFile> {
        read_classes(self.form, self.wrong)
    }
}

fn read_answer(form: &Form, old: &QuestionFile, wrong: &mut Vec<Refusal>) -> AnswerFile {
    AnswerFile::read(form.first("kind"), &mut FormAnswer { form, wrong }).unwrap_or_else(|| {
        wrong
            .push(Refusal::new("请选择作答方式", "choose how the question is answered").at("kind"));
        old.answer.clone()
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::SurveyFile;

    #[test]
    fn every_type_of_answer_goes_through_its_form_unchanged() {
        let kinds: SurveyFile =
            serde_json::from_str(include_str!("../../../../tests/vectors/kinds.json")).unwrap();
        for question in (0..=kinds.categories.len()).flat_map(|group| kinds.questions_of(group)) {
            let (mut form, mut wrong) = (Form::default(), Vec::new());
            fill(&mut form, question);
            let back = read(&form, question, &mut wrong);
            assert!(wrong.is_empty(), "{}: {wrong:?}", question.id);
            assert_eq!(
                serde_json::to_value(&back).unwrap(),
                serde_json::to_value(question).unwrap(),
                "{}",
                question.id
            );
        }
    }
}
