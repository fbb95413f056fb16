//! The tasks of a unit in the five phases of a campaign (T1): what is to be done and by when; who
//! does it is filled in by the unit.
//! They follow the notice's phases and what this service does in each.

use super::Definition;
use crate::export::{Column, Subject};

pub(super) const TABLE: Definition = Definition {
    id: "tasks",
    title: ["任务清单", "Task list"],
    purpose: [
        "各单位五个阶段的任务清单（T1），由单位填写责任人后报送",
        "Tasks of each unit in the five phases (T1); units fill in who is responsible",
    ],
    sheets: Some("unit"),
    signed: true,
    columns: &[
        Column::text("unit", "填报单位"),
        Column::count("no", "序号"),
        Column::text("phase", "阶段"),
        Column::text("task", "工作任务"),
        Column::text("measures", "具体措施和要求"),
        Column::text("leader", "责任领导"),
        Column::text("person", "责任人"),
        Column::text("due", "完成时限"),
        Column::text("progress", "完成情况"),
        Column::text("evidence", "佐证材料"),
        Column::text("note", "备注"),
    ],
    rows: tasks,
};

/// Tasks by phase: what, and how.
const TASKS: [(usize, &str, &str); 12] = [
    (0, "成立工作小组，明确对口联系人", "明确第一责任人和具体责任人，报政工科备案"),
    (0, "召开动员会，制定本单位计划", "全员参加，说明问卷不记名、不追查；会议有记录"),
    (1, "组织学习教育", "每周集中学习不少于一小时，有计划、签到和记录"),
    (1, "熟悉问卷填写方法", "用宣传页说明填写码一人一次、何处公示，不统一答案"),
    (
        2,
        "组织抽取填写码、自愿填写",
        "当众抽取，不登记、不核对，给足填写时间；未用的当场收回登记数量",
    ),
    (2, "召开自评互评会", "结合实际找出具体事例，剖析危害和原因，结果报政工科"),
    (2, "签收问题清单", "负责人签收并在本单位通报；对结果有疑问的书面报政工科"),
    (3, "制定整改清单", "逐条明确目标、措施、责任人和时限，经分管领导审定"),
    (3, "落实整改、申请销号", "立行立改的当即整改，限期整改的按期完成；附佐证材料申请销号"),
    (3, "建立长效机制", "针对共性问题修订或新建制度，明确执行和监督办法"),
    (4, "配合回头看", "提供整改佐证，组织复测问卷的抽取和填写"),
    (4, "总结归档", "整理计划、记录、清单和佐证材料，按目录移交"),
];

fn tasks(subject: &Subject) -> Vec<Vec<String>> {
    rows(subject.units, subject.phases, subject.marks)
}

/// The tasks of units that may have no results yet. `phases` are the names and last days of the
/// campaign's phases.
pub(super) fn rows(units: &[&str], phases: &[(String, String)], marks: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for unit in units {
        for (n, (phase, task, measures)) in TASKS.iter().enumerate() {
            let (name, due) = phases.get(*phase).cloned().unwrap_or_default();
            let blank = String::new;
            let texts = [
                (*task).to_owned(),
                (*measures).to_owned(),
                blank(),
                blank(),
                due,
                "未启动".to_owned(),
                blank(),
                marks.to_owned(),
            ];
            rows.push(
                [(*unit).to_owned(), (n + 1).to_string(), name].into_iter().chain(texts).collect(),
            );
        }
    }
    rows
}
