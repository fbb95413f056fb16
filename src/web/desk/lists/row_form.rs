//! A row of a problem list as a form, and what a form makes of a row.
//! Both directions stand together, so that what is shown and left alone is no change.

use std::collections::BTreeMap;

use crate::problem::{Problem, ProblemEdit, RowState, Source, WorkingRow};
use crate::response::Form;
use crate::text::Text;
use crate::web::desk::forms::reading::Reading;

fn joined(texts: &[Text]) -> String {
    texts.iter().map(Text::zh).collect::<Vec<_>>().join("；")
}

/// The texts of a row under the names of their fields.
fn texts(problem: &Problem) -> [(&'static str, String); 7] {
    [
        ("statement", problem.statement.zh().to_owned()),
        ("example", problem.example.clone()),
        ("harm_level", problem.harm_level.as_ref().map_or_else(String::new, |t| t.zh().to_owned())),
        ("harms", joined(&problem.harms)),
        ("causes", joined(&problem.causes)),
        ("note", problem.note.clone()),
        ("evidence", problem.evidence.clone()),
    ]
}

/// A row as its form. Lists are Chinese documents, so the form holds Chinese texts whatever the
/// language of the page.
pub(in crate::web::desk) fn form_of(row: &WorkingRow) -> Form {
    let mut fields: Vec<(&str, String)> = texts(&row.problem).into();
    let (state, reason, into) = match row.state() {
        RowState::Listed => ("listed", String::new(), String::new()),
        RowState::Aside(reason) => ("aside", reason, String::new()),
        RowState::Merged(into) => ("merged", String::new(), into),
    };
    fields.extend([("state", state.to_owned()), ("reason", reason), ("into", into)]);
    fields.extend([
        ("source", row.problem.source.as_str().to_owned()),
        ("found", row.problem.found.clone().unwrap_or_default()),
    ]);
    fields.push(("seen", row.edit.as_ref().map_or(0, |e| e.version).to_string()));
    Form(fields.into_iter().map(|(name, value)| (name.to_owned(), vec![value])).collect())
}

/// What a form makes of a row. What is as the Release says is not kept as a change.
pub(in crate::web::desk) fn read(
    form: &Reading<'_>,
    base: &ProblemEdit,
    derived: Option<&Problem>,
) -> ProblemEdit {
    let original = derived.map_or_else(BTreeMap::new, |problem| texts(problem).into());
    let field =
        |name: &str| Some(form.lines(name)).filter(|typed| original.get(name) != Some(typed));
    let by_hand = base.question.is_none();
    let source = if by_hand { Source::parse(form.line("source")) } else { Some(Source::Survey) };
    ProblemEdit {
        source: source.unwrap_or_default(),
        statement: field("statement"),
        // The cases that screeners confirmed are shown in the field: they are no change, and taking
        // them out is one.
        example: Some(form.lines("example")).filter(|typed| typed != form.beside("cases")),
        harm_level: field("harm_level"),
        harms: field("harms"),
        causes: field("causes"),
        note: field("note").filter(|t| !t.is_empty()),
        evidence: field("evidence").filter(|t| !t.is_empty()),
        found: by_hand.then(|| form.line("found").to_owned()),
        ..base.clone()
    }
}

/// Whether the row stands in its list.
pub(in crate::web::desk) fn read_state(form: &Reading<'_>) -> RowState {
    match form.line("state") {
        "aside" => RowState::Aside(form.line("reason").to_owned()),
        "merged" => RowState::Merged(form.line("into").to_owned()),
        _ => RowState::Listed,
    }
}
