//! The forms of a survey's general part, its categories, scales and shared options: their inputs,
//! and the way to the file and back.
//! Each names the places of the file that its inputs are about, so that a mistake the survey's
//! checks find is told beside its field.

use std::collections::{BTreeMap, BTreeSet};

use crate::response::Form;
use crate::survey::{
    Part, PrivacyLine, RectificationType, ScaleFile, StepFile, SurveyFile, UnitKind,
};
use crate::text::{Lang, Refusal};
use crate::web::desk::forms::inputs::{
    Row, put, put_rows, put_text, read_rows, read_text, text_cells,
};
use crate::web::desk::surveys::part_rows::{
    CONDITIONS, at_row, kind_columns, measure_columns_read, number, privacy_columns, put_options,
    read_options, requires, small, step_columns, type_columns,
};
use crate::web::desk::surveys::question;

/// Places of a part and the inputs that are about them, the more exact ones first.
type Places = &'static [(&'static str, &'static str)];

const GENERAL: Places = &[
    ("/title", "title"),
    ("/intro", "intro"),
    ("/thanks", "thanks"),
    ("/languages", "languages"),
    ("/privacy", "privacy"),
    ("/thresholds", "prominent"),
    ("/rectification_types", "rectification_types"),
    ("/unit_kinds", "unit_kinds"),
    ("/closing/name", "closing"),
];
const CATEGORY: Places = &[
    ("/id", "id"),
    ("/name", "text"),
    ("/short_name", "short"),
    ("/measure_templates", "measures"),
];
const SCALE: Places = &[("/stem", "stem"), ("/reference_period", "period"), ("", "steps")];
const OPTIONS: Places = &[("", "options")];

/// The input that a mistake is about, if it is about this part.
pub fn place(part: &Part, base: &str, pointer: &str) -> Option<&'static str> {
    let rest = pointer.strip_prefix(base)?;
    let places = match part {
        Part::General => GENERAL,
        Part::Category(_) => CATEGORY,
        Part::Question(_) => question::PLACES,
        Part::Scale(_) => SCALE,
        Part::Options(_) => OPTIONS,
    };
    places.iter().find(|(prefix, _)| rest.starts_with(prefix)).map(|(_, field)| *field)
}

/// What is filled in to begin with; none if the file has no such part.
pub fn fill(file: &SurveyFile, part: &Part) -> Option<Form> {
    let mut form = Form::default();
    match part {
        Part::General => fill_general(&mut form, file),
        Part::Category(id) => {
            let category = file.categories.iter().find(|c| &c.id == id)?;
            put(&mut form, "id", id.clone());
            put_text(&mut form, "text", Some(&category.name));
            put_text(&mut form, "short", Some(&category.short_name));
            put_rows(
                &mut form,
                "measures",
                category.measure_templates.iter().map(|(kind, text)| {
                    let [zh, en] = text_cells("zh", "en", text);
                    vec![("kind", kind.clone()), zh, en]
                }),
            );
        }
        Part::Question(id) => question::fill(&mut form, file.question_named(id)?),
        Part::Scale(name) => fill_scale(&mut form, name, file.scales.get(name)?),
        Part::Options(name) => {
            put(&mut form, "id", name.clone());
            put_options(&mut form, file.option_sets.get(name)?);
        }
    }
    Some(form)
}

fn fill_general(form: &mut Form, file: &SurveyFile) {
    put_text(form, "title", Some(&file.title));
    put_text(form, "intro", Some(&file.intro));
    put_text(form, "thanks", Some(&file.thanks));
    put_text(form, "closing", file.closing.as_ref().map(|c| &c.name));
    put(form, "version", file.version.clone().unwrap_or_default());
    put(form, "languages", file.languages.join(" "));
    for (name, share) in [
        ("prominent", file.thresholds.prominent),
        ("tendency", file.thresholds.tendency),
        ("emerging", file.thresholds.emerging),
    ] {
        put(form, name, share.to_string());
    }
    put_rows(
        form,
        "privacy",
        file.privacy.iter().map(|line| {
            let [zh, en] = text_cells("zh", "en", &line.text);
            vec![("id", line.id.clone()), ("requires", requires(line.requires).to_owned()), zh, en]
        }),
    );
    put_rows(
        form,
        "rectification_types",
        file.rectification_types.iter().map(|kind| {
            let [zh, en] = text_cells("zh", "en", &kind.label);
            let [text_zh, text_en] = text_cells("text_zh", "text_en", &kind.text);
            vec![("id", kind.id.clone()), zh, en, text_zh, text_en]
        }),
    );
    put_rows(
        form,
        "unit_kinds",
        file.unit_kinds.iter().map(|kind| {
            let [zh, en] = text_cells("zh", "en", &kind.label);
            vec![("id", kind.id.clone()), zh, en, ("also", kind.also.join(" "))]
        }),
    );
}

fn fill_scale(form: &mut Form, name: &str, scale: &ScaleFile) {
    put(form, "id", name.to_owned());
    put_text(form, "stem", Some(&scale.stem));
    put_text(form, "period", scale.reference_period.as_ref());
    put(form, "present_from", scale.present_from.to_string());
    put(form, "prominent_from", scale.prominent_from.to_string());
    put_rows(
        form,
        "steps",
        scale.options.iter().map(|step| {
            let [zh, en] = text_cells("zh", "en", &step.label);
            let [hint_zh, hint_en] = step.hint.as_ref().map_or_else(
                || [("hint_zh", String::new()), ("hint_en", String::new())],
                |h| text_cells("hint_zh", "hint_en", h),
            );
            vec![
                ("id", step.id.clone()),
                ("score", step.score.map_or_else(String::new, |s| s.to_string())),
                zh,
                en,
                hint_zh,
                hint_en,
            ]
        }),
    );
}

/// Takes over what was typed; returns the part, which may have got another name. What cannot be
/// read is all told at once.
pub fn read(form: &Form, file: &mut SurveyFile, part: &Part) -> Result<Part, Vec<Refusal>> {
    let mut wrong = Vec::new();
    match part {
        Part::General => read_general(form, file, &mut wrong),
        Part::Category(id) => {
            if let Some(category) = file.categories.iter_mut().find(|c| &c.id == id) {
                category.name = read_text(form, "text").unwrap_or_default();
                category.short_name = read_text(form, "short").unwrap_or_default();
                let mut measures = BTreeMap::new();
                for row in &read_rows(form, "measures", &measure_columns_read()) {
                    if measures.insert(row.get("kind").to_owned(), row.text("zh", "en")).is_some() {
                        wrong.push(at_row(
                            "measures",
                            row.at,
                            "同一整改类型只能写一条",
                            "a kind of rectification is given twice",
                        ));
                    }
                }
                category.measure_templates = measures;
            }
        }
        Part::Question(id) => {
            if let Some(old) = file.question_named(id).cloned() {
                let new = question::read(form, &old, &mut wrong);
                file.replace_question(id, new);
            }
        }
        Part::Scale(name) => {
            let present = number(form, "present_from", 1..=255, &mut wrong);
            let prominent = number(form, "prominent_from", 1..=255, &mut wrong);
            let options = read_steps(form, &mut wrong);
            if let Some(scale) = file.scales.get_mut(name) {
                scale.stem = read_text(form, "stem").unwrap_or_default();
                scale.reference_period = read_text(form, "period");
                (scale.present_from, scale.prominent_from, scale.options) =
                    (small(present), small(prominent), options);
            }
        }
        Part::Options(name) => {
            let options = read_options(form, &mut wrong);
            if let Some(set) = file.option_sets.get_mut(name) {
                *set = options;
            }
        }
    }
    let named = if matches!(part, Part::General) {
        Ok(Part::General)
    } else {
        part.rename(file, form.first("id").trim())
    };
    match named {
        Ok(part) if wrong.is_empty() => Ok(part),
        Ok(_) => Err(wrong),
        Err(refusal) => Err(wrong.into_iter().chain([refusal]).collect()),
    }
}

fn read_general(form: &Form, file: &mut SurveyFile, wrong: &mut Vec<Refusal>) {
    let languages: Vec<String> =
        form.first("languages").split_whitespace().map(str::to_owned).collect();
    let changed = languages.iter().collect::<BTreeSet<_>>() != file.languages.iter().collect();
    file.languages = languages;
    file.title = read_text(form, "title").unwrap_or_default();
    file.intro = read_text(form, "intro").unwrap_or_default();
    file.thanks = read_text(form, "thanks").unwrap_or_default();
    if let Some(closing) = &mut file.closing {
        closing.name = read_text(form, "closing").unwrap_or_default();
    }
    file.version = Some(form.first("version").trim().to_owned()).filter(|v| !v.is_empty());
    file.thresholds.prominent = small(number(form, "prominent", 1..=99, wrong));
    file.thresholds.tendency = small(number(form, "tendency", 1..=99, wrong));
    file.thresholds.emerging = small(number(form, "emerging", 1..=99, wrong));
    let line = |row: &Row| PrivacyLine {
        id: row.get("id").to_owned(),
        text: row.text("zh", "en"),
        requires: CONDITIONS
            .iter()
            .find(|(_, name, _)| *name == row.get("requires"))
            .and_then(|(condition, ..)| *condition),
    };
    file.privacy =
        read_rows(form, "privacy", &privacy_columns(Lang::Zh)).iter().map(line).collect();
    let kind = |row: &Row| RectificationType {
        id: row.get("id").to_owned(),
        label: row.text("zh", "en"),
        text: row.text("text_zh", "text_en"),
    };
    file.rectification_types =
        read_rows(form, "rectification_types", &type_columns(Lang::Zh)).iter().map(kind).collect();
    let words = |text: &str| {
        text.split([' ', '、', ',', '，', '　'])
            .filter(|w| !w.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let kind = |row: &Row| UnitKind {
        id: row.get("id").to_owned(),
        label: row.text("zh", "en"),
        also: words(row.get("also")),
    };
    file.unit_kinds =
        read_rows(form, "unit_kinds", &kind_columns(Lang::Zh)).iter().map(kind).collect();
    // A language that goes takes its texts along; one that comes begins with the texts that are
    // there, to be translated part by part.
    if changed {
        file.keep_to_languages();
    }
}

fn read_steps(form: &Form, wrong: &mut Vec<Refusal>) -> Vec<StepFile> {
    let mut steps = Vec::new();
    for row in &read_rows(form, "steps", &step_columns(Lang::Zh)) {
        let score = row.get("score");
        let read = score.parse().ok();
        if read.is_none() && !score.is_empty() {
            wrong.push(at_row(
                "steps",
                row.at,
                "得分应为 0 至 255 的整数，或留空",
                "a score is a whole number from 0 to 255, or empty",
            ));
        }
        let hint = row.text("hint_zh", "hint_en");
        steps.push(StepFile {
            id: row.get("id").to_owned(),
            label: row.text("zh", "en"),
            hint: (!hint.0.is_empty()).then_some(hint),
            score: read,
        });
    }
    steps
}
