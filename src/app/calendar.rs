//! The campaign's calendar: five phases with their dates, so that the desk can say what is next.
//! Dates are the section's own; what the service does in each phase is the same in every campaign.

use serde::{Deserialize, Serialize};
use time::Date;

use crate::app::{Action, Actor, App, AppError, version};
use crate::round::{parse_day, parse_typed_day, shanghai_day};
use crate::text::{Refusal, Rule};

/// Phases as the notice names them, and what is done with this service in each.
pub const PHASES: [([&str; 2], [&str; 2]); 5] = [
    (
        ["思想动员", "Mobilisation"],
        [
            "核对单位、人数和统计组，建立各单位负责人账号，确定监督员。",
            "Check units, head counts and groups, make accounts for heads of units, name the \
             trustees.",
        ],
    ),
    (
        ["学习教育", "Study"],
        [
            "用手机预览问卷，用一轮试用走一遍全过程，印制填写码纸条。",
            "Preview the survey on a phone, walk through everything with a trial round, print the \
             slips.",
        ],
    ),
    (
        ["对照检查", "Self-check"],
        [
            "开放填写，截止后当场开箱；筛查文字意见，核实存疑题目，发布问题清单。",
            "Open the round, open the box after closing; screen texts, check held questions, \
             release the lists.",
        ],
    ),
    (
        ["重点整改", "Rectification"],
        [
            "各单位按问题清单制定整改清单，逐项整改、申请销号。",
            "Units turn their lists into ledgers, rectify item by item, and apply to close out.",
        ],
    ),
    (
        ["总结提高", "Summary"],
        [
            "回头看，复查整改成效；总结归档后由两个账号确认，销毁原文和已用填写码。",
            "Look back at what changed; then file the summary, and let two accounts destroy \
             originals and used codes.",
        ],
    ),
];

/// The calendar as stored.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct Calendar {
    /// First and last day of each phase, `YYYY-MM-DD`.
    pub days: [(String, String); 5],
    /// What the notice calls the campaign; titles of papers are made of it.
    #[serde(default)]
    pub name: String,
    /// Whom officers ask about the survey: an office, a telephone, a place.
    #[serde(default)]
    pub contact: String,
}

/// What the campaign is called where nobody has said so.
const NAME: &str = "百日作风纪律教育整顿活动";
/// Longest name and contact.
const LINE: Rule = Rule::line(60);

impl Calendar {
    /// What the campaign is called.
    #[must_use]
    pub fn campaign(&self) -> &str {
        if self.name.is_empty() { NAME } else { &self.name }
    }
}

/// Where the campaign stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The phase that is running, if any: its index and last day.
    pub now: Option<(usize, Date)>,
    /// The phase that comes next: its index and first day.
    pub next: Option<(usize, Date)>,
}

const SETTING: &str = "calendar";

impl App {
    /// The calendar, if one was set.
    pub fn calendar(&self) -> Result<Option<Calendar>, AppError> {
        Ok(self.storage.setting(SETTING)?.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// What the campaign is called.
    pub fn campaign(&self) -> Result<String, AppError> {
        Ok(self.calendar()?.map_or_else(|| NAME.to_owned(), |c| c.campaign().to_owned()))
    }

    /// The version of the calendar as it is now.
    pub fn calendar_version(&self) -> Result<String, AppError> {
        Ok(version(&self.storage.setting(SETTING)?.unwrap_or_default()))
    }

    /// Sets the calendar: each phase ends on or after its first day and begins after the one before
    /// has begun.
    /// `seen` is the [`version`] of the calendar that was changed.
    pub fn set_calendar(
        &self,
        by: &Actor,
        seen: &str,
        calendar: &Calendar,
    ) -> Result<(), AppError> {
        let mut mistakes = Vec::new();
        let mut before: Option<Date> = None;
        for (n, (from, to)) in calendar.days.iter().enumerate() {
            let name = PHASES[n].0[0];
            match (parse_typed_day(from), parse_typed_day(to)) {
                (Ok(from), Ok(to)) if to < from => {
                    mistakes.push(Refusal::new(
                        format!("{name}：结束日期早于开始日期"),
                        format!("phase {}: it ends before it begins", n + 1),
                    ));
                }
                (Ok(from), Ok(_)) => {
                    if before.is_some_and(|before| from < before) {
                        mistakes.push(Refusal::new(
                            format!("{name}：开始日期早于上一阶段的开始日期"),
                            format!("phase {}: it begins before the phase before it", n + 1),
                        ));
                    }
                    before = Some(from);
                }
                _ => mistakes.push(Refusal::new(
                    format!("{name}：请填写开始和结束日期"),
                    format!("phase {}: give its first and last day", n + 1),
                )),
            }
        }
        for (field, text, zh, en) in [
            ("name", &calendar.name, "活动名称", "name of the campaign"),
            ("contact", &calendar.contact, "咨询方式", "contact"),
        ] {
            let unfit = LINE.check_if_any(text).err();
            mistakes.extend(unfit.map(|unfit| unfit.refusal(zh, en).at(field)));
        }
        if !mistakes.is_empty() {
            return Err(AppError::Mistakes(mistakes));
        }
        let old = self.storage.setting(SETTING)?;
        let text = serde_json::to_string(calendar).expect("days are JSON");
        let fits = version(old.as_deref().unwrap_or_default()) == seen;
        self.deed(by, Action::CalendarSet, "", |tx| {
            if fits && tx.change_setting(SETTING, old.as_deref(), &text)? {
                Ok(())
            } else {
                Err(AppError::Changed)
            }
        })
    }

    /// Where the campaign stands today.
    pub fn standing(&self) -> Result<Option<Standing>, AppError> {
        let today = shanghai_day(self.now());
        Ok(self.calendar()?.map(|calendar| calendar.on(today)))
    }
}

impl Calendar {
    /// Where the campaign stands on a day. Of phases that overlap, the later one runs.
    #[must_use]
    pub fn on(&self, today: Date) -> Standing {
        let days: Vec<(usize, Date, Date)> = self
            .days
            .iter()
            .enumerate()
            .filter_map(|(n, (from, to))| Some((n, parse_day(from).ok()?, parse_day(to).ok()?)))
            .collect();
        Standing {
            now: days
                .iter()
                .rev()
                .find(|(_, from, to)| (*from..=*to).contains(&today))
                .map(|(n, _, to)| (*n, *to)),
            next: days.iter().find(|(_, from, _)| *from > today).map(|(n, from, _)| (*n, *from)),
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn a_day_is_in_one_phase_before_after_or_between_them() {
        let day = |text: &str| text.to_owned();
        let calendar = Calendar {
            days: [
                (day("2020-04-20"), day("2020-04-30")),
                (day("2020-05-01"), day("2020-05-31")),
                (day("2020-06-01"), day("2020-06-15")),
                (day("2020-06-15"), day("2020-07-15")),
                (day("2020-07-20"), day("2020-07-31")),
            ],
            name: String::new(),
            contact: String::new(),
        };
        let at = |today| {
            let standing = calendar.on(today);
            (standing.now.map(|n| n.0), standing.next.map(|n| n.0))
        };
        assert_eq!(at(date!(2020 - 04 - 19)), (None, Some(0)));
        assert_eq!(at(date!(2020 - 04 - 30)), (Some(0), Some(1)));
        assert_eq!(at(date!(2020 - 06 - 14)), (Some(2), Some(3)));
        assert_eq!(
            at(date!(2020 - 06 - 15)),
            (Some(3), Some(4)),
            "of two that overlap the later one"
        );
        assert_eq!(at(date!(2020 - 07 - 16)), (None, Some(4)));
        assert_eq!(at(date!(2020 - 08 - 01)), (None, None));
    }
}
