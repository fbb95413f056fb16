//! The parts of a question's form, in the order of the page.
//! Each is described once; drawing, reading and comparing follow from it.

use crate::survey::{ANSWER_TYPES, QuestionRole, SurveyFile};
use crate::text::Lang;
use crate::web::desk::forms::input::{Cell, Column, Input, InputKind};
use crate::web::desk::surveys::part_rows::{named, option_columns};

pub(in crate::web::desk) const ROLES: [(QuestionRole, &str, [&str; 2]); 6] = [
    (QuestionRole::Item, "item", ["评价题", "rated item"]),
    (QuestionRole::HarmLevel, "harm_level", ["危害程度", "how harmful"]),
    (QuestionRole::Harm, "harm", ["主要危害", "main harms"]),
    (QuestionRole::Cause, "cause", ["主要成因", "causes"]),
    (QuestionRole::Example, "example", ["具体事例（文字）", "concrete example (text)"]),
    (QuestionRole::Measure, "measure", ["整改建议（文字）", "suggested measure (text)"]),
];

/// The inputs of a question.
#[expect(clippy::too_many_lines, reason = "a list, one entry after the other")]
pub fn inputs(file: &SurveyFile, lang: Lang) -> Vec<Input> {
    let words = |name, label, long| Input::new(name, label, InputKind::Words { long });
    let tick = |name, label| Input::new(name, label, InputKind::Tick);
    let choice = |name, label, options: Vec<(String, String)>| {
        Input::new(name, label, InputKind::Choice(options))
    };
    let none = || [(String::new(), lang.pick("（无）", "(none)").to_owned())].into_iter();
    let scales = file.scales.iter().map(|(name, scale)| {
        let steps = scale.options.iter().map(|s| s.label.get(lang)).collect::<Vec<_>>().join(" / ");
        (name.clone(), format!("{name}{}{steps}", lang.pick("：", ": ")))
    });
    let sets = file.option_sets.keys().map(|name| (name.clone(), name.clone()));
    let inputs = vec![
        Input::new("id", lang.pick("编号", "Id"), InputKind::Line).hint(lang.pick(
            "小写字母、数字、下划线；导出表的列名。引用它的地方一并修改。",
            "Lower-case letters, digits, underscores; the column name in exports. What refers to \
             it follows.",
        )),
        words("text", lang.pick("题目", "Question"), false),
        words("hint", lang.pick("填写说明", "Hint"), false)
            .hint(lang.pick("可不填。", "May be left empty.")),
        words("problem", lang.pick("问题清单中的表述", "Wording in problem lists"), false)
            .hint(lang.pick(
                "量表题填写后才会进入问题清单。",
                "A scale question enters problem lists only if this is filled in.",
            ))
            .only("scale"),
        tick("required", lang.pick("必答", "Must be answered")),
        tick("core", lang.pick("短卷也问", "Part of the short form")),
        tick(
            "hold",
            lang.pick("存疑：核实前对所有单位不显示", "Held: shown to no unit until checked"),
        )
        .only("scale"),
        words("checked", lang.pick("核实后的表述", "Wording once checked"), false)
            .hint(lang.pick(
                "存疑的题核实之后，清单上改用这句；可不填。",
                "Used in lists once a held question was checked; may be left empty.",
            ))
            .only("scale"),
        choice(
            "role",
            lang.pick("在类别中的作用", "What it does in its category"),
            ROLES
                .iter()
                .map(|(_, name, label)| {
                    ((*name).to_owned(), lang.pick(label[0], label[1]).to_owned())
                })
                .collect(),
        ),
        choice(
            "suggested",
            lang.pick("建议整改类型", "Suggested rectification"),
            none()
                .chain(
                    file.rectification_types
                        .iter()
                        .map(|t| (t.id.clone(), t.label.get(lang).to_owned())),
                )
                .collect(),
        )
        .only("scale"),
        Input::new("scope", lang.pick("适用单位类型", "Kinds of units"), InputKind::Line).hint(
            format!(
                "{}{}",
                lang.pick(
                    "留空为全部；多个用空格隔开。可用：",
                    "Empty: all. Several with spaces. There are: "
                ),
                file.unit_kinds
                    .iter()
                    .map(|kind| format!("{}（{}）", kind.id, kind.label.get(lang)))
                    .collect::<Vec<_>>()
                    .join(lang.pick("、", ", "))
            ),
        ),
        choice(
            "kind",
            lang.pick("怎样作答", "How it is answered"),
            ANSWER_TYPES
                .iter()
                .map(|known| {
                    (known.id.to_owned(), lang.pick(known.label[0], known.label[1]).to_owned())
                })
                .collect(),
        ),
        choice("scale", lang.pick("量表", "Scale"), scales.collect()),
        choice(
            "option_set",
            lang.pick("共用选项组", "Shared options"),
            none().chain(sets).collect(),
        )
        .hint(lang.pick(
            "选了选项组，下面的选项就留空。",
            "With shared options, leave those below empty.",
        )),
        Input::new(
            "option_ids",
            lang.pick("只用选项组中的", "Only these of them"),
            InputKind::Line,
        )
        .hint(lang.pick("编号用空格隔开；留空为全部。", "Ids with spaces between; empty for all.")),
        Input::new("options", lang.pick("选项", "Options"), InputKind::Rows(option_columns(lang))),
        Input::new("min", lang.pick("最少", "Least"), InputKind::Number).hint(lang.pick(
            "多选：至少选几项（0 为不限）；数字：最小值。",
            "Choices: fewest (0 for no limit); numbers: smallest.",
        )),
        Input::new("max", lang.pick("最多", "Most"), InputKind::Number).hint(lang.pick(
            "多选：至多选几项（留空不限）；数字：最大值。",
            "Choices: most (empty for no limit); numbers: largest.",
        )),
        Input::new("classes", lang.pick("分段", "Classes"), InputKind::Rows(class_columns(lang)))
            .hint(lang.pick(
                "统计只到分段；从最小值到最大值依次相接。",
                "What is counted; they follow each other from the smallest value to the largest.",
            )),
        Input::new(
            "max_chars",
            lang.pick("最多字数", "Longest text in characters"),
            InputKind::Number,
        ),
        Input::new("places", lang.pick("排几名", "Places to fill"), InputKind::Number),
        Input::new(
            "visible_if",
            lang.pick("何时显示", "Shown only if"),
            InputKind::Rows(condition_columns(file, lang)),
        )
        .hint(lang.pick(
            "不填为总是显示。各行都满足才显示；只能看前面不进入清单的题。选项编号用空格隔开，满足其\
             一即可；数字题填从、到。",
            "Empty: always. All rows must hold; they look at earlier questions that enter no list. \
             Ids of options with spaces, one of which is enough; numbers have from and to.",
        )),
    ];
    inputs.into_iter().map(only_where_asked).collect()
}

/// What is a part of some types of answer shows for those only.
fn only_where_asked(input: Input) -> Input {
    let types = ANSWER_TYPES.iter().filter(|known| known.parts.contains(&input.name));
    let types: Vec<&str> = types.map(|known| known.id).collect();
    if types.is_empty() { input } else { input.only(&types.join(" ")) }
}

pub(in crate::web::desk) fn class_columns(lang: Lang) -> Vec<Column> {
    let bound = |name, label| Column { name, label, cell: Cell::Number };
    let mut columns = named(lang);
    columns.extend([bound("from", lang.pick("从", "From")), bound("to", lang.pick("到", "To"))]);
    columns
}

fn condition_columns(file: &SurveyFile, lang: Lang) -> Vec<Column> {
    let mut questions = vec![(String::new(), String::new())];
    for group in 0..=file.categories.len() {
        for question in file.questions_of(group).iter().filter(|q| q.problem.is_none()) {
            let text: String = question.text.get(lang).chars().take(18).collect();
            questions.push((question.id.clone(), format!("{} {text}", question.id)));
        }
    }
    vec![
        Column {
            name: "question",
            label: lang.pick("前面的题", "Earlier question"),
            cell: Cell::Choice(questions),
        },
        Column {
            name: "any_of", label: lang.pick("选了其中之一", "Any of"), cell: Cell::Words
        },
        Column { name: "from", label: lang.pick("从", "From"), cell: Cell::Number },
        Column { name: "to", label: lang.pick("到", "To"), cell: Cell::Number },
    ]
}
