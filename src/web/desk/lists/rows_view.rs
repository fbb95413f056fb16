//! Which rows of all lists are looked at, and in which order, as an address says it.
//! Page, steps and the form of one row lead back to the same view.

use crate::app::Stepped;
use crate::gate::Level;
use crate::id::RoundId;
use crate::problem::{RowState, WorkingRow};
use crate::response::Form;
use crate::text::Lang;
use crate::unit::GroupCode;

/// A row with the list it belongs to.
pub(in crate::web::desk) struct Listed {
    pub(in crate::web::desk) group: GroupCode,
    pub(in crate::web::desk) name: String,
    pub(in crate::web::desk) row: WorkingRow,
}

/// Which rows are looked at, and in which order.
pub(in crate::web::desk) struct View(Form);

const FIELDS: [&str; 7] = ["q", "group", "category", "level", "source", "state", "sort"];

impl View {
    pub(in crate::web::desk) fn of(query: &Form) -> Self {
        let kept = FIELDS.into_iter().filter(|name| !query.first(name).is_empty());
        Self(Form(kept.map(|n| (n.to_owned(), vec![query.first(n).to_owned()])).collect()))
    }

    /// What is asked for, as a form.
    pub(in crate::web::desk) fn form(&self) -> Form {
        self.0.clone()
    }

    pub(in crate::web::desk) fn address(&self, id: &RoundId) -> String {
        format!("/desk/rounds/{id}/rows?{}", self.0.encode())
    }

    pub(in crate::web::desk) fn is_all(&self) -> bool {
        self.0.0.keys().all(|name| name == "sort")
    }

    pub(in crate::web::desk) fn takes(&self, listed: &Listed, lang: Lang) -> bool {
        let asked = |name: &str| Some(self.0.first(name)).filter(|value| !value.is_empty());
        let problem = &listed.row.problem;
        let level =
            problem.level.map_or(if problem.unclear { "unclear" } else { "none" }, Level::as_str);
        asked("group").is_none_or(|group| listed.group == group)
            && asked("category").is_none_or(|order| problem.category_order.to_string() == order)
            && asked("level").is_none_or(|wanted| level == wanted)
            && asked("source").is_none_or(|source| problem.source.as_str() == source)
            && asked("state").is_none_or(|state| has_state(listed, state))
            && asked("q").is_none_or(|words| says(listed, words, lang))
    }

    pub(in crate::web::desk) fn sort(&self, rows: &mut [Listed]) {
        match self.0.first("sort") {
            "level" => rows.sort_by_key(|l| std::cmp::Reverse(l.row.problem.level)),
            "category" => rows.sort_by_key(|l| l.row.problem.category_order),
            "source" => rows.sort_by_key(|l| l.row.problem.source),
            _ => {}
        }
    }
}

fn has_state(listed: &Listed, state: &str) -> bool {
    match (state, listed.row.state()) {
        ("changed", _) => listed.row.edit.is_some(),
        ("listed", RowState::Listed)
        | ("aside", RowState::Aside(_))
        | ("merged", RowState::Merged(_)) => true,
        _ => false,
    }
}

/// Whether every word that is looked for stands somewhere in the row.
fn says(listed: &Listed, words: &str, lang: Lang) -> bool {
    let p = &listed.row.problem;
    let text = [&p.number, p.statement.get(lang), &p.example, &p.note, &listed.name]
        .map(str::to_lowercase);
    words.to_lowercase().split_whitespace().all(|word| text.iter().any(|text| text.contains(word)))
}

/// Where the same rows are shown with what was done and how it is taken back.
pub(in crate::web::desk) fn after(
    id: &RoundId,
    query: &Form,
    did: &str,
    stepped: &Stepped,
) -> String {
    let mut query = View::of(query).form();
    let told = stepped.taken.iter().map(|(number, version)| format!("{number}:{version}"));
    query.0.insert("did".to_owned(), vec![did.to_owned()]);
    query.0.insert("n".to_owned(), told.collect());
    query.0.insert("left".to_owned(), stepped.left.clone());
    format!("/desk/rounds/{id}/rows?{}", query.encode())
}
