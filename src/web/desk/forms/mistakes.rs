//! What is wrong with a form: a summary above it that leads to each place, and the sentence again
//! beside its field.

use maud::{Markup, html};

use crate::app::AppError;
use crate::text::{Lang, Refusal};
use crate::web::error::WebError;

/// What is wrong with a form; nothing at first.
#[derive(Default)]
pub struct Mistakes {
    list: Vec<Refusal>,
    lang: Lang,
}

impl Mistakes {
    /// What a use case refused; other errors go their own way.
    pub fn of(error: AppError, lang: Lang) -> Result<Self, WebError> {
        let list = match error {
            AppError::Refused(refusal) => vec![refusal],
            AppError::Mistakes(list) => list,
            other => return Err(other.into()),
        };
        Ok(Self { list, lang })
    }

    /// What was found wrong with the form itself.
    #[must_use]
    pub fn list(list: Vec<Refusal>, lang: Lang) -> Self {
        Self { list, lang }
    }

    /// All of them, above the form.
    pub fn summary(&self) -> Markup {
        html! {
            @if !self.list.is_empty() {
                div.errors role="alert" {
                    @for refusal in &self.list {
                        p {
                            @match refusal.field {
                                Some(field) => {
                                    a href={ "#" (field) } { (refusal.get(self.lang)) }
                                }
                                None => { (refusal.get(self.lang)) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Whether there are any.
    #[must_use]
    pub fn any(&self) -> bool {
        !self.list.is_empty()
    }

    /// Those about one field, beside it.
    pub fn beside(&self, field: &str) -> Markup {
        html! {
            @for refusal in self.list.iter().filter(|r| r.field == Some(field)) {
                p.error id={ "e-" (field) } { (refusal.get(self.lang)) }
            }
        }
    }

    /// What the field is described by, and whether it is wrong.
    #[must_use]
    pub fn describes(&self, field: &str) -> Option<String> {
        self.list.iter().any(|r| r.field == Some(field)).then(|| format!("e-{field}"))
    }
}
