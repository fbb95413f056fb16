//! Changing a survey step by step: one question or category at a time, the rest untouched.
//! Every step gives a whole definition again, which is checked like any other before it is kept.

use serde_json::Value;

use super::file::{
    AnswerFile, CategoryFile, OptionFile, QuestionFile, QuestionRole, ScaleFile, StepFile,
    SurveyFile,
};
use crate::text::Text;

/// Where a question stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    /// Index of its category; the one after the last is the closing part.
    group: usize,
    at: usize,
}

impl SurveyFile {
    /// The questions of a category, or of the closing part.
    #[must_use]
    pub fn questions_of(&self, group: usize) -> &[QuestionFile] {
        match self.categories.get(group) {
            Some(category) => &category.questions,
            None => self.closing.as_ref().map_or(&[], |c| &c.questions),
        }
    }

    /// All questions, to be changed.
    pub fn questions_mut(&mut self) -> impl Iterator<Item = &mut QuestionFile> {
        let closing = self.closing.iter_mut().flat_map(|c| &mut c.questions);
        self.categories.iter_mut().flat_map(|c| &mut c.questions).chain(closing)
    }

    fn list(&mut self, group: usize) -> Option<&mut Vec<QuestionFile>> {
        if group < self.categories.len() {
            Some(&mut self.categories[group].questions)
        } else {
            self.closing.as_mut().map(|c| &mut c.questions)
        }
    }

    fn place(&self, id: &str) -> Option<Place> {
        (0..=self.categories.len()).find_map(|group| {
            self.questions_of(group).iter().position(|q| q.id == id).map(|at| Place { group, at })
        })
    }

    /// A question by its id.
    #[must_use]
    pub fn question_named(&self, id: &str) -> Option<&QuestionFile> {
        self.place(id).map(|p| &self.questions_of(p.group)[p.at])
    }

    /// Puts a question in the place of the one with that id; false if there is none.
    pub fn replace_question(&mut self, id: &str, question: QuestionFile) -> bool {
        let Some(place) = self.place(id) else { return false };
        self.list(place.group).is_some_and(|list| {
            list[place.at] = question;
            true
        })
    }

    /// Moves a question up or down, at an end into the neighbouring category; false if there is
    /// nowhere to go.
    pub fn move_question(&mut self, id: &str, up: bool) -> bool {
        let Some(place) = self.place(id) else { return false };
        let groups = self.categories.len() + usize::from(self.closing.is_some());
        let last = self.questions_of(place.group).len() - 1;
        let (group, at) = match (up, place.at) {
            (true, 0) if place.group == 0 => return false,
            (true, 0) => (place.group - 1, self.questions_of(place.group - 1).len()),
            (true, at) => (place.group, at - 1),
            (false, at) if at == last && place.group + 1 >= groups => return false,
            (false, at) if at == last => (place.group + 1, 0),
            (false, at) => (place.group, at + 1),
        };
        let Some(question) = self.list(place.group).map(|list| list.remove(place.at)) else {
            return false;
        };
        if let Some(list) = self.list(group) {
            list.insert(at, question);
        }
        true
    }

    /// Takes a question out; false if there is none.
    pub fn remove_question(&mut self, id: &str) -> bool {
        let Some(place) = self.place(id) else { return false };
        self.list(place.group).is_some_and(|list| {
            list.remove(place.at);
            true
        })
    }

    /// The id that a new question of a category would have.
    #[must_use]
    pub fn next_item(&self, group: usize) -> String {
        let stem = self.categories.get(group).map_or("closing", |c| c.id.as_str());
        self.free_id(&format!("{stem}_item"))
    }

    /// Adds an item without words at the end of a category; returns its id. It is no good survey
    /// until the words are there.
    pub fn begin_item(&mut self, group: usize) -> Option<String> {
        let id = self.add_item(group)?;
        let question = self.questions_mut().find(|question| question.id == id)?;
        question.text = Text::default();
        question.problem = None;
        Some(id)
    }

    /// Adds an item at the end of a category, asked on the survey's first scale; returns its id.
    pub fn add_item(&mut self, group: usize) -> Option<String> {
        let id = self.next_item(group);
        let answer = match self.scales.keys().next() {
            Some(scale) if group < self.categories.len() => {
                AnswerFile::Scale { scale: scale.clone() }
            }
            _ => AnswerFile::Text { max_chars: 200 },
        };
        let is_item = matches!(answer, AnswerFile::Scale { .. });
        let question = QuestionFile {
            id: id.clone(),
            text: Text::both("新的题目", "New question"),
            hint: None,
            required: false,
            role: QuestionRole::Item,
            checked: None,
            problem: is_item.then(|| {
                Text::both("这道题在问题清单中的表述。", "How the problem list words it.")
            }),
            core: false,
            hold: false,
            suggested: None,
            scope: Vec::new(),
            visible_if: Vec::new(),
            answer,
        };
        self.list(group)?.push(question);
        Some(id)
    }

    /// Adds a category with one item at the end; returns its id.
    pub fn add_category(&mut self) -> String {
        let id = free("category", |id| self.categories.iter().any(|c| c.id == id));
        let (name, short_name) =
            (Text::both("新的类别", "New category"), Text::both("新类别", "New"));
        self.categories.push(CategoryFile {
            id: id.clone(),
            name,
            short_name,
            questions: Vec::new(),
            measure_templates: std::collections::BTreeMap::new(),
        });
        self.add_item(self.categories.len() - 1);
        id
    }

    /// Brings every text to the languages of the survey: one that it does not have goes, one that
    /// is missing begins as the text that is there.
    pub fn keep_to_languages(&mut self) {
        let Ok(mut tree) = serde_json::to_value(&*self) else { return };
        each_text(&mut tree, &self.languages);
        if let Ok(file) = serde_json::from_value(tree) {
            *self = file;
        }
    }

    /// Moves a category up or down; false if there is nowhere to go.
    pub fn move_category(&mut self, id: &str, up: bool) -> bool {
        let Some(at) = self.categories.iter().position(|c| c.id == id) else { return false };
        let to = if up {
            at.checked_sub(1)
        } else {
            Some(at + 1).filter(|to| *to < self.categories.len())
        };
        to.is_some_and(|to| {
            self.categories.swap(at, to);
            true
        })
    }

    /// Takes a category out with its questions; false if there is none.
    pub fn remove_category(&mut self, id: &str) -> bool {
        let before = self.categories.len();
        self.categories.retain(|c| c.id != id);
        self.categories.len() < before
    }

    /// Adds a scale of three steps and "do not know"; returns its name.
    pub fn add_scale(&mut self) -> String {
        let name = free("scale", |name| self.scales.contains_key(name));
        let step = |id: &str, zh: &str, en: &str, score| StepFile {
            id: id.to_owned(),
            label: Text::both(zh, en),
            hint: None,
            score,
        };
        let options = vec![
            step("often", "经常", "Often", Some(2)),
            step("sometimes", "有时", "Sometimes", Some(1)),
            step("never", "没有", "Never", Some(0)),
            step("unknown", "不了解", "Do not know", None),
        ];
        self.scales.insert(
            name.clone(),
            ScaleFile {
                stem: Text::both("这种情况有多常见？", "How often does this happen?"),
                reference_period: None,
                present_from: 1,
                prominent_from: 2,
                options,
            },
        );
        name
    }

    /// Adds a set of options that several questions can share; returns its name.
    pub fn add_option_set(&mut self) -> String {
        let name = free("options", |name| self.option_sets.contains_key(name));
        let option = OptionFile {
            id: "first".to_owned(),
            label: Text::both("新的选项", "New option"),
            exclusive: false,
            other_text: None,
        };
        self.option_sets.insert(name.clone(), vec![option]);
        name
    }

    fn free_id(&self, stem: &str) -> String {
        if self.place(stem).is_none() {
            return stem.to_owned();
        }
        (2..10_000)
            .map(|n| format!("{stem}{n}"))
            .find(|id| self.place(id).is_none())
            .unwrap_or_default()
    }
}

/// Languages that a text can be in.
const TAGS: [&str; 2] = ["zh-CN", "en"];

fn each_text(value: &mut Value, languages: &[String]) {
    match value {
        Value::Object(map)
            if !map.is_empty() && map.keys().all(|key| TAGS.contains(&key.as_str())) =>
        {
            let known = map.values().next().cloned().unwrap_or_default();
            map.retain(|tag, _| languages.contains(tag));
            for tag in languages {
                map.entry(tag.clone()).or_insert_with(|| known.clone());
            }
        }
        Value::Object(map) => map.values_mut().for_each(|inner| each_text(inner, languages)),
        Value::Array(list) => list.iter_mut().for_each(|inner| each_text(inner, languages)),
        _ => {}
    }
}

/// `stem1`, or the next that is not taken.
fn free(stem: &str, taken: impl Fn(&str) -> bool) -> String {
    (1..10_000).map(|n| format!("{stem}{n}")).find(|name| !taken(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::Survey;

    fn canteen() -> SurveyFile {
        serde_json::from_str(include_str!("../../surveys/canteen.json")).unwrap()
    }

    fn order(survey: &SurveyFile) -> Vec<String> {
        (0..=survey.categories.len())
            .flat_map(|g| survey.questions_of(g).iter().map(|q| q.id.clone()))
            .collect()
    }

    #[test]
    fn a_question_moves_through_the_whole_survey_and_back() {
        let mut survey = canteen();
        let before = order(&survey);
        let first = before[0].clone();
        let mut steps = 0;
        while survey.move_question(&first, false) {
            steps += 1;
        }
        assert_eq!(order(&survey).last(), Some(&first));
        assert!(steps >= before.len() - 1);
        while survey.move_question(&first, true) {}
        assert_eq!(order(&survey), before);
        assert!(!survey.move_question("nobody", true));
    }

    #[test]
    fn what_is_added_is_a_good_survey_again_and_what_is_taken_out_is_gone() {
        let mut survey = canteen();
        let category = survey.add_category();
        let item = survey.add_item(0).unwrap();
        assert_ne!(survey.add_item(0).unwrap(), item, "ids are never used twice");
        let text = serde_json::to_string(&survey).unwrap();
        let read = Survey::parse(text.as_bytes()).unwrap();
        assert!(read.categories().any(|c| c.id == category) && read.question(&item).is_some());
        assert!(survey.remove_question(&item) && !survey.remove_question(&item));
        let (scale, set) = (survey.add_scale(), survey.add_option_set());
        assert_ne!(survey.add_scale(), scale, "names are never used twice");
        assert!(survey.scales.contains_key(&scale) && survey.option_sets.contains_key(&set));
        assert!(Survey::parse(serde_json::to_string(&survey).unwrap().as_bytes()).is_ok());
        assert!(
            survey.move_category(&category, true)
                && survey.remove_category(&category)
                && !survey.remove_category(&category)
        );
    }
}
