//! What an answer as it is written may be: scales and options that exist, limits that can be kept.
//! Every mistake is told with its place and what to write instead.

use super::file::{AnswerFile, OptionFile};
use std::collections::HashSet;

use super::rules::{Checker, MAX_OPTIONS, MAX_TEXT_CHARS, What, is_name};

impl Checker<'_> {
    pub(super) fn answer(&mut self, at: &str, what: &What, answer: &AnswerFile) {
        let What { zh, en } = what;
        let file = self.file;
        match answer {
            AnswerFile::Scale { scale } if !file.scales.contains_key(scale) => self.report.add(
                &format!("{at}/scale"),
                format!("{zh}：没有名为 {scale} 的量表，请在 scales 中定义"),
                format!("{en}: there is no scale `{scale}`; define it under scales"),
            ),
            AnswerFile::Scale { .. } => {}
            AnswerFile::Single { options } => self.options(&format!("{at}/options"), what, options),
            AnswerFile::Rank { options, places } => {
                self.options(&format!("{at}/options"), what, options);
                if *places == 0 || usize::from(*places) > options.len() {
                    self.report.add(
                        at,
                        format!("{zh}：places 应在 1 至选项数之间"),
                        format!("{en}: places must be 1 to the number of options"),
                    );
                }
            }
            AnswerFile::Multi { min, max, options, option_set, option_ids } => {
                self.multi_source(at, what, options, option_set.as_deref(), option_ids);
                let count = super::multi_options(file, answer).len();
                let max = max.map_or(count, usize::from);
                if max == 0 || max > count || usize::from(*min) > max {
                    self.report.add(
                        at,
                        format!("{zh}：应满足 min ≤ max ≤ 选项数（{count}）"),
                        format!("{en}: min ≤ max ≤ number of options ({count}) must hold"),
                    );
                }
            }
            AnswerFile::Number { min, max, classes } => {
                let mut next = Some(*min);
                let covers = !classes.is_empty()
                    && min <= max
                    && classes.iter().all(|c| {
                        let fits = next == Some(c.from) && c.from <= c.to;
                        next = c.to.checked_add(1);
                        fits
                    })
                    && classes.last().is_some_and(|c| c.to == *max);
                if !covers || classes.len() > MAX_OPTIONS {
                    self.report.add(
                        &format!("{at}/classes"),
                        format!("{zh}：classes 应从 min 到 max 依次相接、没有空档"),
                        format!(
                            "{en}: classes must cover {min} to {max} in order and without gaps"
                        ),
                    );
                }
                for (n, class) in classes.iter().enumerate() {
                    self.text(&format!("{at}/classes/{n}/label"), what, &class.label);
                }
            }
            AnswerFile::Text { max_chars } => self.chars(at, what, *max_chars),
        }
    }

    pub(super) fn multi_source(
        &mut self,
        at: &str,
        what: &What,
        options: &[OptionFile],
        set: Option<&str>,
        ids: &[String],
    ) {
        let What { zh, en } = what;
        match set {
            None => self.options(&format!("{at}/options"), what, options),
            Some(name) => match self.file.option_sets.get(name) {
                None => self.report.add(
                    &format!("{at}/option_set"),
                    format!("{zh}：没有名为 {name} 的选项组"),
                    format!("{en}: there is no option set `{name}`; define it under option_sets"),
                ),
                Some(_) if !options.is_empty() => {
                    self.report.add(
                        at,
                        format!("{zh}：options 与 option_set 只能写一个"),
                        format!("{en}: give `options` or `option_set`, not both"),
                    );
                }
                Some(set) => {
                    let mut seen = HashSet::new();
                    for (n, id) in ids.iter().enumerate() {
                        if !set.iter().any(|o| &o.id == id) || !seen.insert(id) {
                            self.report.add(
                                &format!("{at}/option_ids/{n}"),
                                format!("{zh}：选项组 {name} 中没有 {id}，或重复列出"),
                                format!(
                                    "{en}: `{id}` is not in option set `{name}`, or is listed twice"
                                ),
                            );
                        }
                    }
                }
            },
        }
    }

    pub(super) fn options(&mut self, at: &str, what: &What, options: &[OptionFile]) {
        let What { zh, en } = what;
        if options.is_empty() || options.len() > MAX_OPTIONS {
            self.report.add(
                at,
                format!("{zh}：选项数应在 1 至 {MAX_OPTIONS} 之间"),
                format!("{en}: there must be 1 to {MAX_OPTIONS} options"),
            );
        }
        if options.iter().filter(|o| o.other_text.is_some()).count() > 1 {
            self.report.add(
                at,
                format!("{zh}：只能有一个选项带 other_text"),
                format!("{en}: only one option may have other_text"),
            );
        }
        let mut ids = HashSet::new();
        for (n, option) in options.iter().enumerate() {
            let at = format!("{at}/{n}");
            if !is_name(&option.id, false) || !ids.insert(&option.id) {
                self.bad_option(&format!("{at}/id"), what, &option.id);
            }
            self.text(&format!("{at}/label"), what, &option.label);
            if let Some(other) = option.other_text {
                self.chars(&at, what, other.max_chars);
            }
        }
    }

    pub(super) fn bad_option(&mut self, at: &str, what: &What, id: &str) {
        let What { zh, en } = what;
        self.report.add(
            at,
            format!("{zh}：选项编号“{id}”重复，或不是小写字母开头的英文名"),
            format!("{en}: option id `{id}` occurs twice or does not match [a-z][a-z0-9_]{{0,63}}"),
        );
    }

    pub(super) fn chars(&mut self, at: &str, what: &What, max: u16) {
        let What { zh, en } = what;
        if max == 0 || max > MAX_TEXT_CHARS {
            self.report.add(
                at,
                format!("{zh}：max_chars 应在 1 至 {MAX_TEXT_CHARS} 之间"),
                format!("{en}: max_chars must be 1 to {MAX_TEXT_CHARS}"),
            );
        }
    }

    pub(super) fn rectification(&mut self, at: &str, kind: &str) {
        if !self.file.rectification_types.iter().any(|t| t.id == kind) {
            self.report.add(
                at,
                format!("没有名为 {kind} 的整改类型"),
                format!(
                    "there is no rectification type `{kind}`; define it under rectification_types"
                ),
            );
        }
    }
}
