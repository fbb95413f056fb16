//! Reading a form by its description: what was typed, in the types that the use cases take.
//! The description says what can be typed at all; what is needed and what fits together, the use
//! cases say, and their mistakes join those found here.

use std::str::FromStr;

use time::Date;

use crate::app::AppError;
use crate::response::Form;
use crate::round::parse_typed_day;
use crate::text::Refusal;
use crate::web::desk::forms::input::{Input, InputKind};

/// A form that is being read.
pub struct Reading<'a> {
    inputs: &'a [Input],
    form: &'a Form,
    wrong: Vec<Refusal>,
}

impl<'a> Reading<'a> {
    /// Begins with what the description alone can tell: values that are not offered, texts that are
    /// too long.
    pub fn of(inputs: &'a [Input], form: &'a Form) -> Self {
        Self { inputs, form, wrong: inputs.iter().filter_map(|i| check(i, form)).collect() }
    }

    fn input(&self, name: &str) -> &'a Input {
        all(self.inputs).find(|i| i.name == name).expect("only what is described is read")
    }

    /// A line, without the blanks around it.
    pub fn line(&self, name: &str) -> &'a str {
        self.form.first(self.input(name).name).trim()
    }

    /// Some lines, however the browser ends them.
    pub fn lines(&self, name: &str) -> String {
        self.form.first(self.input(name).name).replace("\r\n", "\n")
    }

    /// What the page sends along without anybody typing it.
    pub fn beside(&self, name: &str) -> &'a str {
        self.form.first(name)
    }

    /// What was ticked; nothing at all where it was not asked.
    pub fn picked<T: for<'t> From<&'t str>>(&self, name: &str) -> Option<Vec<T>> {
        let ticked = self.form.0.get(self.input(name).name)?;
        Some(ticked.iter().filter(|one| !one.is_empty()).map(|one| T::from(one)).collect())
    }

    /// Whether it is ticked.
    pub fn ticked(&self, name: &str) -> bool {
        self.form.has(self.input(name).name, "yes")
    }

    /// A number, or what is said of anything else.
    pub fn number<N: FromStr>(&mut self, name: &str, wrong: Refusal) -> Option<N> {
        let input = self.input(name);
        self.line(name).parse().map_err(|_| self.wrong.push(wrong.at(input.name))).ok()
    }

    /// A day, or a mistake.
    pub fn day(&mut self, name: &str) -> Option<Date> {
        let input = self.input(name);
        parse_typed_day(self.line(name)).map_err(|r| self.wrong.push(r.at(input.name))).ok()
    }

    /// Adds what something else found wrong, unless something is wrong with the field already.
    pub fn also(&mut self, wrong: impl IntoIterator<Item = Refusal>) {
        for one in wrong {
            if one.field.is_none() || self.wrong.iter().all(|w| w.field != one.field) {
                self.wrong.push(one);
            }
        }
    }

    /// Ends the reading: what was read, or all mistakes.
    pub fn done<T>(self, read: Option<T>) -> Result<T, AppError> {
        if self.wrong.is_empty() {
            Ok(read.expect("what is missing is a mistake"))
        } else {
            Err(AppError::Mistakes(self.wrong))
        }
    }
}

/// The inputs, and those beside a way to answer.
fn all(inputs: &[Input]) -> impl Iterator<Item = &Input> {
    inputs.iter().flat_map(|input| {
        let ways = if let InputKind::Ways(ways) = &input.kind { &ways[..] } else { &[] };
        std::iter::once(input).chain(ways.iter().filter_map(|way| way.with.as_ref()))
    })
}

/// What is wrong with one input, whatever it is needed for.
fn check(input: &Input, form: &Form) -> Option<Refusal> {
    let (typed, label) = (form.first(input.name), &input.label);
    if !input.required && !form.0.contains_key(input.name) {
        return None;
    }
    let choose =
        || Refusal::new(format!("请选择{label}"), format!("{label}: choose one of those offered"));
    let wrong = match &input.kind {
        InputKind::Choice(options) if options.iter().all(|(value, _)| value != typed) => choose(),
        InputKind::Choice(_) if input.required && typed.is_empty() => choose(),
        InputKind::Ways(ways) if ways.iter().all(|way| way.value != typed) => choose(),
        InputKind::Line | InputKind::Lines { .. }
            if typed.replace("\r\n", "\n").chars().count() > usize::from(input.most) =>
        {
            let most = input.most;
            Refusal::new(
                format!("{label}最多 {most} 字"),
                format!("{label}: at most {most} characters"),
            )
        }
        _ => return None,
    };
    Some(wrong.at(input.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::desk::forms::input::options;

    fn typed(fields: &[(&str, &str)]) -> Form {
        Form(fields.iter().map(|(n, v)| ((*n).to_owned(), vec![(*v).to_owned()])).collect())
    }

    fn inputs() -> Vec<Input> {
        vec![
            Input::new("title", "名称", InputKind::Line).most(4),
            Input::new("role", "角色", options([("head", "负责人"), ("clerk", "经办")])),
            Input::new("from", "开始", InputKind::Day),
            Input::new("units", "单位", InputKind::Picks(Vec::new())),
            Input::new("others", "其他", InputKind::Picks(Vec::new())),
        ]
    }

    #[test]
    fn every_mistake_is_told_at_once_and_at_its_field() {
        let form = typed(&[("title", "一二三四五"), ("role", "root"), ("from", "昨天")]);
        let inputs = inputs();
        let mut reading = Reading::of(&inputs, &form);
        assert_eq!(reading.day("from"), None);
        // A second word about a field that is wrong already would only be in the way.
        reading.also(Some(Refusal::new("请填写名称", "give a title").at("title")));
        reading.also(Some(Refusal::new("另有错误", "something else is wrong")));
        let Err(AppError::Mistakes(wrong)) = reading.done(Some(())) else {
            panic!("mistakes were let in")
        };
        let fields: Vec<_> = wrong.iter().map(|r| r.field).collect();
        assert_eq!(fields, [Some("title"), Some("role"), Some("from"), None]);
    }

    #[test]
    fn what_is_right_is_read_in_the_types_of_the_use_cases() {
        let mut form = typed(&[("title", " 一 "), ("role", "head"), ("from", "2020-06-10")]);
        form.0.insert("units".to_owned(), ["", "CY", "CF"].map(str::to_owned).into());
        let inputs = inputs();
        let mut reading = Reading::of(&inputs, &form);
        assert_eq!((reading.line("title"), reading.line("role")), ("一", "head"));
        assert_eq!(reading.day("from").map(|day| day.to_string()).as_deref(), Some("2020-06-10"));
        assert_eq!(reading.picked::<String>("units"), Some(vec!["CY".into(), "CF".into()]));
        assert_eq!(reading.picked::<String>("others"), None, "nobody was asked");
        reading.done(Some(())).unwrap();
    }

    #[test]
    #[should_panic(expected = "only what is described is read")]
    fn a_field_that_no_description_has_is_not_read() {
        let form = Form::default();
        Reading::of(&[], &form).line("secret");
    }
}
