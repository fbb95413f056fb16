//! Days as the office counts and writes them, in Shanghai.
//! A day that somebody typed is read as it was meant, and refused with what to write.

use crate::text::{Lang, Refusal};
use std::fmt;
use time::macros::offset;
use time::{Date, Duration, OffsetDateTime, Time, UtcOffset};

/// The bureau's time zone; it has had no daylight saving since 1991.
pub const SHANGHAI: UtcOffset = offset!(+8);

/// The first moment of a day.
pub fn midnight(day: Date) -> OffsetDateTime {
    day.with_time(Time::MIDNIGHT).assume_offset(SHANGHAI)
}

/// The calendar day in Shanghai at `now`.
#[must_use]
pub fn shanghai_day(now: OffsetDateTime) -> Date {
    now.to_offset(SHANGHAI).date()
}

/// Reads `2026-06-01`.
pub fn parse_day(text: &str) -> Result<Date, Refusal> {
    let format = time::macros::format_description!("[year]-[month]-[day]");
    Date::parse(text.trim(), format).map_err(|_| {
        if text.is_empty() {
            Refusal::new("请填写日期", "give a date")
        } else {
            Refusal::new(
                format!("日期“{text}”应写作 2026-06-01 的格式"),
                format!("`{text}` is not a date; write it as 2026-06-01"),
            )
        }
    })
}

/// Years that a date may be in; anything else is a slip of the finger.
pub const FIRST_YEAR: u16 = 2000;

/// The last of them.
pub const LAST_YEAR: u16 = 2199;

/// Reads a day that somebody typed, within the years that are meant.
pub fn parse_typed_day(text: &str) -> Result<Date, Refusal> {
    parse_day(text).and_then(|day| check_year(day).map(|()| day))
}

fn check_year(day: Date) -> Result<(), Refusal> {
    if (i32::from(FIRST_YEAR)..=i32::from(LAST_YEAR)).contains(&day.year()) {
        return Ok(());
    }
    Err(Refusal::new(
        format!("年份应在 {FIRST_YEAR} 至 {LAST_YEAR} 之间，请核对"),
        format!("the year must be from {FIRST_YEAR} to {LAST_YEAR}; check the date"),
    ))
}

/// Checks the two dates of a round.
pub fn check_dates(opens: Date, closes: Date) -> Result<(), Refusal> {
    check_year(opens).map_err(|r| r.at("opens"))?;
    check_year(closes).map_err(|r| r.at("closes"))?;
    if closes < opens {
        return Err(Refusal::new(
            "截止日期不能早于开放日期",
            "the closing day must not be before the opening day",
        )
        .at("closes"));
    }
    if closes - opens > Duration::days(366) {
        return Err(Refusal::new("一轮最长一年", "a round may last one year at most").at("closes"));
    }
    Ok(())
}

/// First and last day as an official writes them: a single day once, the year once if it is the
/// same.
pub struct Days(pub Date, pub Date, pub Lang);

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(first, last, lang) = *self;
        write!(f, "{}", Day(first, lang))?;
        match lang {
            _ if first == last => Ok(()),
            Lang::Zh if first.year() == last.year() => {
                write!(f, "至{}月{}日", u8::from(last.month()), last.day())
            }
            Lang::Zh => write!(f, "至{}", Day(last, lang)),
            Lang::En => write!(f, " to {}", Day(last, lang)),
        }
    }
}

/// A day as an official writes it, in either language.
pub struct Day(pub Date, pub Lang);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            Lang::Zh => {
                write!(f, "{}年{}月{}日", self.0.year(), u8::from(self.0.month()), self.0.day())
            }
            Lang::En => write!(f, "{}", self.0),
        }
    }
}
