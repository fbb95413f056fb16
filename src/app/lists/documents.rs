//! Documents that the section signs: the letter that lists go with, and the report at the end of
//! the campaign.
//! Their figures are those of the lists and the bulletin; nothing in them can be subtracted that is
//! not public already.

use crate::app::lists::Results;
use crate::app::lists::files::{ExportFile, file_name};
use crate::app::lists::wanted::WORD;
use crate::app::{App, AppError};
use crate::export::docx::{Letter, Report, ReportPart, letter, report};
use crate::gate::Level;
use crate::problem::{Problem, ProblemList, Source};
use crate::round::{Access, Day, parse_day, shanghai_day};
use crate::text::Lang;
use crate::unit::GroupCode;

impl App {
    /// The letter that the lists go with.
    pub(in crate::app) fn letter(&self, results: &Results) -> Result<ExportFile, AppError> {
        let lists = results
            .release
            .groups
            .iter()
            .map(|g| results.list(&g.code))
            .collect::<Result<Vec<_>, _>>()?;
        let rows = || lists.iter().flat_map(|l| &l.problems);
        let count = |level: Level| rows().filter(|p| p.level == Some(level)).count();
        let others = match rows().filter(|p| p.source != Source::Survey).count() {
            0 => String::new(),
            others => format!("，明察暗访等其他来源{others}项"),
        };
        let unclear = match rows().filter(|p| p.level.is_none() && p.unclear).count() {
            0 => String::new(),
            unclear => format!("、需核实{unclear}项"),
        };
        let turnout = results.release.bureau.turnout;
        let marks = results.marks.zh();
        let marked = if marks.is_empty() { String::new() } else { format!("（{marks}）") };
        let found = format!(
            "应参加{}人，回收有效答卷{}份，共列出问题{}项，其中突出问题{}项、倾向性问题{}项、苗头性问题\
             {}项{unclear}{others}。",
            turnout.headcount,
            turnout.counted,
            rows().count(),
            count(Level::Prominent),
            count(Level::Tendency),
            count(Level::Emerging),
        );
        // The day of the release, once there is one: the same lists give the same bytes.
        let issued = results.edition.as_ref().and_then(|e| parse_day(&e.issued).ok());
        let body = vec![
            format!(
                "{}，各单位参加了“{}”不记名问卷调查{marked}。{found}现将本单位问题清单印发给你们，\
                 请抓好以下工作：",
                results.round.days(Lang::Zh),
                results.round.title
            ),
            "一、逐项核实。问卷反映的是看法，请结合明察暗访、自评互评等核实；没有列入清单不等于没有\
             问题。".to_owned(),
            "二、限期整改。请制定整改清单，明确目标、措施、责任人和时限，按要求报政工科。".to_owned(),
            "三、不得追查。系统不保存任何单份答卷；任何单位和个人不得追查、猜测填写人，违者严肃处\
             理。".to_owned(),
        ];
        let text = Letter {
            title: "关于印发作风纪律自查问题清单的通知".to_owned(),
            to: "各单位".to_owned(),
            body,
            annexes: vec!["本单位问题清单".to_owned()],
            from: format!("{}政工科", if results.bureau == "全局" { "" } else { &results.bureau }),
            day: Day(issued.unwrap_or_else(|| shanghai_day(self.now())), Lang::Zh).to_string(),
        };
        Ok(ExportFile {
            name: file_name(&format!("印发通知_{}", results.round.title), "docx"),
            content_type: WORD,
            bytes: letter(&text),
        })
    }

    /// The summary report, to be finished in Word: figures written out, the rest left open in
    /// brackets.
    pub(in crate::app) fn report(&self, results: &Results) -> Result<ExportFile, AppError> {
        let lists = results
            .release
            .groups
            .iter()
            .map(|g| results.list(&g.code))
            .collect::<Result<Vec<_>, _>>()?;
        let mut parts = Vec::new();
        let mut add = |part: ReportPart| parts.push(part);
        add(ReportPart::Heading("一、活动开展情况".to_owned()));
        add(ReportPart::Text(format!(
            "{}根据作风纪律教育整顿工作安排，{}组织{}个单位、{}人参加自查。{}（组织领导、学习教育等\
             情况，由政工科补充。）",
            if results.marks.zh().is_empty() {
                String::new()
            } else {
                format!("【{}】", results.marks.zh())
            },
            results.round.days(Lang::Zh),
            results.units.len(),
            results.release.bureau.turnout.headcount,
            phases(results),
        )));
        add(ReportPart::Heading("二、问题查摆情况".to_owned()));
        add(ReportPart::Subheading("（一）问卷发放和回收".to_owned()));
        add(ReportPart::Text(returned(results)));
        add(ReportPart::Subheading("（二）问题数量".to_owned()));
        let rows = || lists.iter().flat_map(|l| &l.problems);
        add(ReportPart::Text(format!(
            "各单位问题清单共列出问题{}项，按类别和程度统计如下：",
            rows().count()
        )));
        add(categories(results, &lists));
        add(ReportPart::Text(sources(&lists)));
        add(ReportPart::Subheading("（三）全局较集中的问题".to_owned()));
        for text in prominent(&results.list(&GroupCode::bureau())?) {
            add(ReportPart::Text(text));
        }
        add(ReportPart::Subheading("（四）对结果的说明".to_owned()));
        add(ReportPart::Text(WORTH.to_owned()));
        add(ReportPart::Heading("三、整改落实情况".to_owned()));
        add(ReportPart::Text(rectification(&lists)));
        for heading in ["四、主要成效和经验做法", "五、存在不足", "六、下一步打算"]
        {
            add(ReportPart::Heading(heading.to_owned()));
            add(ReportPart::Text("（由政工科填写。）".to_owned()));
        }
        let bureau = if results.bureau == "全局" { "" } else { &results.bureau };
        let text = Report {
            title: format!("关于开展{}情况的总结报告", self.campaign()?),
            parts,
            from: format!("{bureau}政工科"),
            day: Day(shanghai_day(self.now()), Lang::Zh).to_string(),
            annexes: vec!["台账目录".to_owned(), "作风纪律自查问题清单（全局汇总）".to_owned()],
        };
        Ok(ExportFile {
            name: file_name(&format!("总结报告_{}", results.round.title), "docx"),
            content_type: WORD,
            bytes: report(&text),
        })
    }
}

/// What a list is worth, as it was measured (docs/LISTS.md).
const WORTH: &str = "问卷反映的是看法，不是查证结论。作答8份及以上的统计组，突出问题几乎都能列出；作答5至7\
 份的，较轻的问题可能列不出来。列入清单的应结合明察暗访等核实，没有列入的不等于没有问题；区间宽窄取决于\
 人数，清单项数不作单位之间的排名。";

fn phases(results: &Results) -> String {
    let dated: Vec<String> = results
        .phases
        .iter()
        .filter(|(_, last)| !last.is_empty())
        .map(|(name, last)| format!("{name}至{last}"))
        .collect();
    if dated.is_empty() {
        String::new()
    } else {
        format!("活动分{}个阶段：{}。", dated.len(), dated.join("，"))
    }
}

fn returned(results: &Results) -> String {
    let t = results.release.bureau.turnout;
    let share = |part: u32, whole: u32| {
        if whole == 0 {
            "—".to_owned()
        } else {
            format!("{:.1}%", 100.0 * f64::from(part) / f64::from(whole))
        }
    };
    let way = match results.round.access {
        Access::Slip => format!("发放填写码{}个（含备用），应参加{}人，", t.issued, t.headcount),
        Access::Poster => {
            format!("采用单位公用填写码，应参加{}人，结果未核验每人一份，", t.headcount)
        }
    };
    format!(
        "采用不记名问卷，“{}”{way}回收答卷{}份，回收率{}；其中空白{}份、无效{}份，有效答卷{}份，有\
         效率{}。问卷不登录、不记名，答卷加密投入电子票箱，截止后统一开箱统计；样本不足的单位合并统\
         计。",
        results.round.title,
        t.opened,
        share(t.opened, t.headcount),
        t.blank,
        t.spoiled,
        t.counted,
        share(t.counted, t.opened),
    )
}

/// Rows by category and level.
fn categories(results: &Results, lists: &[ProblemList]) -> ReportPart {
    let columns: [fn(&Problem) -> bool; 5] = [
        |p| p.level == Some(Level::Prominent),
        |p| p.level == Some(Level::Tendency),
        |p| p.level == Some(Level::Emerging),
        |p| p.level.is_none() && p.unclear,
        |p| p.source != Source::Survey,
    ];
    let row = |name: &str, own: &dyn Fn(&Problem) -> bool| {
        let rows: Vec<&Problem> =
            lists.iter().flat_map(|l| &l.problems).filter(|p| own(p)).collect();
        let counts =
            columns.iter().map(|column| rows.iter().filter(|p| column(p)).count().to_string());
        std::iter::once(name.to_owned())
            .chain(counts)
            .chain([rows.len().to_string()])
            .collect::<Vec<_>>()
    };
    let mut rows: Vec<Vec<String>> = results
        .survey
        .categories()
        .map(|c| row(c.name.zh(), &|p| p.category_order == c.order))
        .collect();
    rows.push(row("合计", &|_| true));
    ReportPart::Table(
        vec!["问题类别", "突出问题", "倾向性问题", "苗头性问题", "需核实", "其他来源", "合计"],
        vec![22, 8, 9, 9, 7, 8, 7],
        rows,
    )
}

fn sources(lists: &[ProblemList]) -> String {
    let count = |source: Source| {
        lists.iter().flat_map(|l| &l.problems).filter(|p| p.source == source).count()
    };
    let told: Vec<String> = Source::ALL
        .iter()
        .map(|(s, ..)| (s, count(*s)))
        .filter(|(_, n)| *n > 0)
        .map(|(s, n)| format!("{}{n}项", s.label(Lang::Zh)))
        .collect();
    if told.is_empty() {
        "本轮各单位清单均没有列出问题。".to_owned()
    } else {
        format!("按来源分：{}。", told.join("、"))
    }
}

/// The bureau's rows that weigh most, each a sentence.
fn prominent(list: &ProblemList) -> Vec<String> {
    const MOST: usize = 8;
    let weight = |p: &Problem| std::cmp::Reverse((p.level, p.listed_in));
    let mut rows: Vec<&Problem> =
        list.problems.iter().filter(|p| p.level.is_some() || p.common).collect();
    rows.sort_by_key(|p| weight(p));
    if rows.is_empty() {
        return vec!["全局汇总没有达到列入标准的问题。".to_owned()];
    }
    let told = rows.iter().take(MOST).enumerate().map(|(n, p)| {
        let level = p.level_label(Lang::Zh);
        let spread = p
            .listed_in
            .filter(|n| *n > 0)
            .map_or_else(String::new, |n| format!("，{n}个统计组列出"));
        let causes: Vec<&str> = p.causes.iter().map(crate::text::Text::zh).collect();
        let causes = if causes.is_empty() {
            String::new()
        } else {
            format!("主要原因：{}。", causes.join("；"))
        };
        format!(
            "{}.{}（{}{}{spread}）。{causes}",
            n + 1,
            p.statement.zh().trim_end_matches('。'),
            p.category.zh(),
            if level.is_empty() { String::new() } else { format!("，{level}") }
        )
    });
    told.collect()
}

/// Rows by suggested kind of rectification; what became of them is in the units' ledgers.
fn rectification(lists: &[ProblemList]) -> String {
    let mut kinds: Vec<(String, usize)> = Vec::new();
    for kind in lists.iter().flat_map(|l| &l.problems).filter_map(|p| p.suggested.as_ref()) {
        match kinds.iter_mut().find(|(name, _)| name == kind.zh()) {
            Some((_, count)) => *count += 1,
            None => kinds.push((kind.zh().to_owned(), 1)),
        }
    }
    let told: Vec<String> = kinds.iter().map(|(name, count)| format!("{name}{count}项")).collect();
    let suggested = if told.is_empty() {
        String::new()
    } else {
        format!("按建议的整改类型分：{}。", told.join("，"))
    };
    format!(
        "{suggested}（完成情况按各单位整改清单填写：已销号　　项，正在整改　　项，完成率　　%，新\
         建、修订制度　　项。）"
    )
}
