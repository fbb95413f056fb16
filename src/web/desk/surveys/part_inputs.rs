//! The parts of the forms for everything in a survey but its questions.
//! Each is described once; drawing, reading and comparing follow from it.

use crate::survey::{Part, SurveyFile};
use crate::text::Lang;
use crate::web::desk::forms::input::{Input, InputKind};
use crate::web::desk::surveys::part_rows::{
    kind_columns, languages, measure_columns, option_columns, privacy_columns, step_columns,
    type_columns,
};
use crate::web::desk::surveys::question_inputs;

/// The inputs of a part.
#[expect(clippy::too_many_lines, reason = "a list, one entry after the other")]
pub fn inputs(file: &SurveyFile, part: &Part, lang: Lang) -> Vec<Input> {
    let words = |name, label, long| Input::new(name, label, InputKind::Words { long });
    let id = || {
        Input::new("id", lang.pick("编号", "Id"), InputKind::Line).hint(lang.pick(
            "小写字母、数字、下划线；引用它的地方一并修改。",
            "Lower-case letters, digits, underscores; what refers to it follows.",
        ))
    };
    match part {
        Part::General => {
            let mut inputs = vec![
                words("title", lang.pick("问卷标题", "Title"), false),
                words("intro", lang.pick("卷首语", "Above the first question"), true),
                words("thanks", lang.pick("提交后的致谢", "After sending"), true),
            ];
            if file.closing.is_some() {
                inputs.push(words(
                    "closing",
                    lang.pick("结尾部分标题", "Title of the closing part"),
                    false,
                ));
            }
            inputs.extend([
                Input::new(
                    "version",
                    lang.pick("内容版本", "Version of the content"),
                    InputKind::Line,
                )
                .hint(
                    lang.pick("给人看的，可不填，如 2026-03。", "For people; may be left empty."),
                ),
                Input::new(
                    "languages",
                    lang.pick("语言", "Languages"),
                    InputKind::Choice(languages(lang)),
                )
                .hint(lang.pick(
                    "选定的每种语言，所有文字都要有。去掉一种，它的文字一并去掉；增加一种，先以现有\
                     文字代替，再逐项翻译。",
                    "Every text is there in each of them. Taking one away takes its texts along; a \
                     new one begins with the texts that are there, to be translated part by part.",
                )),
                Input::new(
                    "privacy",
                    lang.pick("匿名承诺", "Promises"),
                    InputKind::Rows(privacy_columns(lang)),
                )
                .hint(lang.pick(
                    "显示在第一题之前。带条件的承诺，只在本轮确实做到时才显示。",
                    "Shown before the first question. One with a condition is shown only in rounds \
                     where it holds.",
                )),
                Input::new(
                    "prominent",
                    lang.pick(
                        "突出问题：突出率达到（%）",
                        "Prominent: from this share of prominent answers (%)",
                    ),
                    InputKind::Number,
                ),
                Input::new(
                    "tendency",
                    lang.pick(
                        "倾向性问题：突出率达到（%）",
                        "Tendency: from this share of prominent answers (%)",
                    ),
                    InputKind::Number,
                ),
                Input::new(
                    "emerging",
                    lang.pick(
                        "苗头性问题：存在率达到（%）",
                        "Emerging: from this share of present answers (%)",
                    ),
                    InputKind::Number,
                ),
                Input::new(
                    "rectification_types",
                    lang.pick("整改类型", "Kinds of rectification"),
                    InputKind::Rows(type_columns(lang)),
                ),
                Input::new(
                    "unit_kinds",
                    lang.pick("单位类型", "Kinds of units"),
                    InputKind::Rows(kind_columns(lang)),
                )
                .hint(lang.pick(
                    "题目可以只适用于其中几类。单位表里写编号、名称或别名都可以，别名用空格隔开。",
                    "A question may be for some of them only. A unit table may use the id, the \
                     name or another word; other words are separated by spaces.",
                )),
            ]);
            inputs
        }
        Part::Category(_) => vec![
            id(),
            words("text", lang.pick("类别名称", "Name"), false),
            words("short", lang.pick("短名（图表用）", "Short name (for charts)"), false),
            Input::new(
                "measures",
                lang.pick("整改措施参考", "Model measures"),
                InputKind::Rows(measure_columns(file, lang)),
            )
            .hint(lang.pick(
                "按整改类型给单位参考，可不填。",
                "By kind of rectification, for the units; may be left empty.",
            )),
        ],
        Part::Question(_) => question_inputs::inputs(file, lang),
        Part::Scale(_) => vec![
            id(),
            words(
                "stem",
                lang.pick("这类题共同的问法", "What is asked of every item on it"),
                false,
            ),
            words("period", lang.pick("所问时段", "Reference period"), false)
                .hint(lang.pick("可不填，如“近一年”。", "May be left empty.")),
            Input::new(
                "present_from",
                lang.pick("计为“存在”：得分不低于", "Counts as present from score"),
                InputKind::Number,
            ),
            Input::new(
                "prominent_from",
                lang.pick("计为“突出”：得分不低于", "Counts as prominent from score"),
                InputKind::Number,
            ),
            Input::new(
                "steps",
                lang.pick("各档，最重的在前", "Steps, the worst first"),
                InputKind::Rows(step_columns(lang)),
            )
            .hint(lang.pick(
                "得分留空的不计入（如“不了解”）。",
                "A step without score is left out of the count, such as “do not know”.",
            )),
        ],
        Part::Options(_) => vec![
            id(),
            Input::new(
                "options",
                lang.pick("选项", "Options"),
                InputKind::Rows(option_columns(lang)),
            ),
        ],
    }
}
