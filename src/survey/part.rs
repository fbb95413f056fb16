//! The parts of a survey that are changed on pages of their own: its general words and rules, a
//! category, a question, a scale, a set of options.
//! A part has an address, a place in the file for mistakes to be told beside their fields, and a
//! content by which two changes are told apart.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::file::{AnswerFile, SurveyFile};
use crate::text::{Lang, Refusal};

/// A part of a survey file, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Title, texts, languages, promises, thresholds, kinds of rectification, title of the closing
    /// part.
    General,
    /// Names and model measures of a category, without its questions.
    Category(String),
    /// A question.
    Question(String),
    /// A scale.
    Scale(String),
    /// A set of options that questions share.
    Options(String),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::General => f.write_str("general"),
            Self::Category(name) => write!(f, "category.{name}"),
            Self::Question(name) => write!(f, "question.{name}"),
            Self::Scale(name) => write!(f, "scale.{name}"),
            Self::Options(name) => write!(f, "options.{name}"),
        }
    }
}

impl FromStr for Part {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text == "general" {
            return Ok(Self::General);
        }
        let (kind, name) = text.split_once('.').ok_or(())?;
        let name = name.to_owned();
        match kind {
            "category" => Ok(Self::Category(name)),
            "question" => Ok(Self::Question(name)),
            "scale" => Ok(Self::Scale(name)),
            "options" => Ok(Self::Options(name)),
            _ => Err(()),
        }
    }
}

impl Part {
    /// Its name within its kind.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::General => "",
            Self::Category(name)
            | Self::Question(name)
            | Self::Scale(name)
            | Self::Options(name) => name,
        }
    }

    /// What people call it.
    #[must_use]
    pub fn heading(&self, file: &SurveyFile, lang: Lang) -> String {
        let named = |zh: &str, en: &str, name: &str| format!("{}{name}", lang.pick(zh, en));
        match self {
            Self::General => lang.pick("总体设置", "General").to_owned(),
            Self::Category(id) => named(
                "类别：",
                "Category: ",
                file.categories.iter().find(|c| &c.id == id).map_or(id, |c| c.name.get(lang)),
            ),
            Self::Question(id) => named("题目：", "Question: ", id),
            Self::Scale(name) => named("量表：", "Scale: ", name),
            Self::Options(name) => named("选项组：", "Shared options: ", name),
        }
    }

    /// Where it stands in the file, as a JSON Pointer; none if the file has no such part.
    #[must_use]
    pub fn pointer(&self, file: &SurveyFile) -> Option<String> {
        match self {
            Self::General => Some(String::new()),
            Self::Category(id) => {
                Some(format!("/categories/{}", file.categories.iter().position(|c| &c.id == id)?))
            }
            Self::Question(id) => {
                let closing = file.categories.len();
                (0..=closing).find_map(|group| {
                    let at = file.questions_of(group).iter().position(|q| &q.id == id)?;
                    Some(if group == closing {
                        format!("/closing/questions/{at}")
                    } else {
                        format!("/categories/{group}/questions/{at}")
                    })
                })
            }
            Self::Scale(name) => file.scales.contains_key(name).then(|| format!("/scales/{name}")),
            Self::Options(name) => {
                file.option_sets.contains_key(name).then(|| format!("/option_sets/{name}"))
            }
        }
    }

    /// What it says at the moment; none if the file has no such part.
    #[must_use]
    pub fn content(&self, file: &SurveyFile) -> Option<String> {
        let written = match self {
            Self::General => serde_json::to_string(&SurveyFile {
                scales: BTreeMap::default(),
                option_sets: BTreeMap::default(),
                categories: Vec::new(),
                closing: file.closing.as_ref().map(|c| super::file::ClosingFile {
                    name: c.name.clone(),
                    questions: Vec::new(),
                }),
                ..file.clone()
            }),
            Self::Category(id) => {
                let category = file.categories.iter().find(|c| &c.id == id)?;
                serde_json::to_string(&super::file::CategoryFile {
                    questions: Vec::new(),
                    ..category.clone()
                })
            }
            Self::Question(id) => serde_json::to_string(file.question_named(id)?),
            Self::Scale(name) => serde_json::to_string(file.scales.get(name)?),
            Self::Options(name) => serde_json::to_string(file.option_sets.get(name)?),
        };
        written.ok()
    }
}

impl Part {
    /// Gives it another name, in every place that speaks of it; returns it by that name. A name
    /// that is taken is refused.
    #[expect(clippy::too_many_lines, reason = "one case after the other")]
    pub fn rename(&self, file: &mut SurveyFile, name: &str) -> Result<Self, Refusal> {
        let name = name.to_owned();
        let taken = |taken: bool| {
            let fits = name.len() <= 64
                && name.starts_with(|c: char| c.is_ascii_lowercase())
                && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            if taken || !fits {
                return Err(Refusal::new(
                    format!(
                        "编号“{name}”已有，或不是小写字母开头、只含小写字母、数字、下划线的名称"
                    ),
                    format!("the name `{name}` is taken, or does not match [a-z][a-z0-9_]{{0,63}}"),
                )
                .at("id"));
            }
            Ok(())
        };
        match self {
            Self::General => Ok(Self::General),
            Self::Category(old) => {
                taken(old != &name && file.categories.iter().any(|c| c.id == name))?;
                file.categories
                    .iter_mut()
                    .filter(|c| &c.id == old)
                    .take(1)
                    .for_each(|c| c.id.clone_from(&name));
                Ok(Self::Category(name))
            }
            Self::Question(old) => {
                taken(old != &name && file.question_named(&name).is_some())?;
                file.questions_mut()
                    .filter(|q| &q.id == old)
                    .take(1)
                    .for_each(|q| q.id.clone_from(&name));
                file.questions_mut()
                    .flat_map(|q| &mut q.visible_if)
                    .filter(|c| &c.question == old)
                    .for_each(|c| c.question.clone_from(&name));
                Ok(Self::Question(name))
            }
            Self::Scale(old) => {
                taken(old != &name && file.scales.contains_key(&name))?;
                if let Some(scale) = file.scales.remove(old) {
                    file.scales.insert(name.clone(), scale);
                }
                for question in file.questions_mut() {
                    if let AnswerFile::Scale { scale } = &mut question.answer
                        && scale == old
                    {
                        scale.clone_from(&name);
                    }
                }
                Ok(Self::Scale(name))
            }
            Self::Options(old) => {
                taken(old != &name && file.option_sets.contains_key(&name))?;
                if let Some(set) = file.option_sets.remove(old) {
                    file.option_sets.insert(name.clone(), set);
                }
                for question in file.questions_mut() {
                    if let AnswerFile::Multi { option_set: Some(set), .. } = &mut question.answer
                        && set == old
                    {
                        set.clone_from(&name);
                    }
                }
                Ok(Self::Options(name))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_named_found_and_told_apart_from_its_neighbours() {
        let mut file: SurveyFile =
            serde_json::from_str(include_str!("../../surveys/self-check.json")).unwrap();
        let question = file.categories[2].questions[1].id.clone();
        let (category, scale, set) = (
            file.categories[2].id.clone(),
            file.scales.keys().next().unwrap().clone(),
            file.option_sets.keys().next().unwrap().clone(),
        );
        let parts = [
            Part::General,
            Part::Category(category),
            Part::Question(question.clone()),
            Part::Scale(scale),
            Part::Options(set),
        ];
        for part in &parts {
            assert_eq!(part.to_string().parse(), Ok(part.clone()));
            assert!(part.pointer(&file).is_some() && part.content(&file).is_some());
        }
        assert_eq!(parts[2].pointer(&file).unwrap(), "/categories/2/questions/1");
        // A change of one part is no change of another.
        let before: Vec<_> = parts.iter().map(|p| p.content(&file)).collect();
        let mut changed = file.question_named(&question).unwrap().clone();
        changed.required = !changed.required;
        file.replace_question(&question, changed);
        let differs: Vec<bool> = parts
            .iter()
            .zip(&before)
            .map(|(part, before)| &part.content(&file) != before)
            .collect();
        assert_eq!(differs, [false, false, true, false, false]);
        for unknown in ["", "general.x", "question", "scale.none", "nothing.x"] {
            assert!(
                unknown.parse::<Part>().map_or(true, |part| part.content(&file).is_none()),
                "{unknown}"
            );
        }
    }

    #[test]
    fn a_new_name_goes_everywhere_and_a_taken_one_is_refused() {
        let read = |file: &SurveyFile| {
            crate::survey::Survey::parse(serde_json::to_string(file).unwrap().as_bytes())
        };
        let mut file: SurveyFile =
            serde_json::from_str(include_str!("../../surveys/canteen.json")).unwrap();
        let scale = file.scales.keys().next().unwrap().clone();
        assert_eq!(
            Part::Scale(scale).rename(&mut file, "satisfaction"),
            Ok(Part::Scale("satisfaction".to_owned()))
        );
        assert!(read(&file).is_ok());
        Part::Question("visit_meal".to_owned()).rename(&mut file, "meal").unwrap();
        assert!(read(&file).unwrap().question("meal").is_some(), "conditions on it follow");
        let other = file.add_scale();
        assert!(
            Part::Scale(other.clone()).rename(&mut file, "satisfaction").is_err()
                && file.scales.contains_key(&other)
        );
        assert!(Part::Question("meal".to_owned()).rename(&mut file, "visit_note").is_err());
        let (first, second) = (file.categories[0].id.clone(), file.categories[1].id.clone());
        assert!(Part::Category(first).rename(&mut file, &second).is_err() && read(&file).is_ok());
    }
}
