//! Files that leave the house: every table in every format it has, one unit or all of them in one
//! archive, and the letter they go with.
//! Web and command line make them here, so a file is the same wherever it was asked for.

use std::collections::HashSet;
use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::app::lists::Results;
use crate::app::lists::wanted::{Document, FileFormat, Wanted};
use crate::app::{Action, Actor, App, AppError, Permission};
use crate::export::docx::{ListFacts, problem_list, task_list};
use crate::export::{Compared, Headers, Table, TableName, task_table, to_csv, to_gb18030, to_xlsx};
use crate::gate::Band;
use crate::id::RoundId;
use crate::problem::{ProblemList, Side, look_back};
use crate::round::{Day, RoundState, parse_day};
use crate::text::{Lang, Refusal};
use crate::unit::{GroupCode, Scope};

/// A file.
pub struct ExportFile {
    /// Its name.
    pub name: String,
    /// Its type.
    pub content_type: &'static str,
    /// What it holds.
    pub bytes: Vec<u8>,
}

impl App {
    /// A file of a round's results, if whoever asks may have it. Either way it is a link of the
    /// chain.
    pub fn export(
        &self,
        by: &Actor,
        id: &RoundId,
        wanted: &Wanted<'_>,
    ) -> Result<ExportFile, AppError> {
        by.need(Permission::ReadLists)?;
        let whole = if wanted.each { "each" } else { "-" };
        let scope = wanted.group.map_or(whole, GroupCode::as_str);
        let subject = format!(
            "{id} {} {}",
            wanted.document.as_str(),
            scope.chars().take(60).collect::<String>()
        );
        let table = match wanted.document {
            Document::Table(table) => Some(table),
            Document::Letter | Document::Report => None,
        };
        let runs = by.may(Permission::RunRounds);
        if table == Some(TableName::TASKS) && runs && !self.round(id)?.state.has_results() {
            self.tell(by, Action::Export, &subject)?;
            return self.task_file(id, wanted);
        }
        let mut results = self.results_for(by, id)?;
        let all = results.may_be_read_whole(by);
        let own = wanted.group.is_some_and(|group| results.may_be_read(by, group));
        if !(all || own && table.is_some()) {
            return self.refuse(by, Action::ExportDenied, &subject);
        }
        self.tell(by, Action::Export, &subject)?;
        match (table, wanted.document) {
            (Some(table), _) if wanted.each && all => self.table_files(&mut results, table, wanted),
            (Some(table), _) => self.table_file(&mut results, table, wanted),
            (None, Document::Letter) => self.letter(&results),
            (None, _) => self.report(&results),
        }
    }

    /// Tells that a chart left the house as a picture, as for any other file.
    pub fn picture_taken(&self, by: &Actor, id: &RoundId, name: &str) -> Result<(), AppError> {
        let name: String = name.chars().take(60).collect();
        self.tell(by, Action::Export, &format!("{id} {name}"))
    }

    /// A table as a file.
    fn table_file(
        &self,
        results: &mut Results,
        name: TableName,
        wanted: &Wanted<'_>,
    ) -> Result<ExportFile, AppError> {
        if !FileFormat::of(name).contains(&wanted.format) {
            let known: Vec<&str> = FileFormat::of(name).iter().map(|f| f.as_str()).collect();
            return Err(Refusal::new(
                format!("{}没有这种格式；可用：{}", name.label(Lang::Zh), known.join("、")),
                format!("{} has no such format; there are {}", name.as_str(), known.join(", ")),
            )
            .into());
        }
        if name == TableName::LOOKBACK {
            self.compare(results)?;
        }
        let table = results.table_for(
            name,
            wanted.group,
            wanted.headers == Headers::Chinese && wanted.format != FileFormat::Json,
        )?;
        let bytes = if wanted.format == FileFormat::Docx {
            results.word(name, wanted, &table)?
        } else {
            Self::render(&table, name, wanted)
        };
        Ok(ExportFile {
            name: file_name(&table.title, wanted.format.as_str()),
            content_type: wanted.content_type(),
            bytes,
        })
    }

    /// The task lists of a round that may not be opened yet: the only table that needs no results.
    fn task_file(&self, id: &RoundId, wanted: &Wanted<'_>) -> Result<ExportFile, AppError> {
        let round = self.round(id)?;
        let units = self.round_units(id)?;
        let names: Vec<&str> = units
            .iter()
            .filter(|u| wanted.group.is_none_or(|code| code.as_str() == u.code.as_str()))
            .map(|u| u.name.as_str())
            .collect();
        let marks = self.marks(&round, Lang::Zh);
        let table = task_table(
            format!("{}_{}", TableName::TASKS.label(Lang::Zh), round.title),
            &names,
            &self.phases()?,
            &marks,
        );
        let bytes = if wanted.format == FileFormat::Docx {
            task_list(&names, &table, &marks)
        } else {
            Self::render(&table, TableName::TASKS, wanted)
        };
        Ok(ExportFile {
            name: file_name(&table.title, wanted.format.as_str()),
            content_type: wanted.content_type(),
            bytes,
        })
    }

    fn render(table: &Table, name: TableName, wanted: &Wanted<'_>) -> Vec<u8> {
        match wanted.format {
            FileFormat::Csv if wanted.gb18030 => to_gb18030(&to_csv(table, wanted.headers)),
            FileFormat::Xlsx => to_xlsx(table, wanted.headers, name.parts()),
            FileFormat::Json => table.to_json().into_bytes(),
            FileFormat::Csv | FileFormat::Docx => to_csv(table, wanted.headers),
        }
    }

    /// The same for every published group, in one archive, with the bureau's where there is one.
    fn table_files(
        &self,
        results: &mut Results,
        table: TableName,
        wanted: &Wanted<'_>,
    ) -> Result<ExportFile, AppError> {
        let mut codes: Vec<GroupCode> =
            results.release.groups.iter().map(|g| g.code.clone()).collect();
        if table == TableName::PROBLEMS {
            codes.push(GroupCode::bureau());
        }
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        let expect = "writing into memory does not fail";
        let mut taken = HashSet::new();
        for code in &codes {
            let file = self.table_file(results, table, &Wanted { group: Some(code), ..*wanted })?;
            // Two groups whose names begin alike keep a file each.
            let name = if taken.insert(file.name.clone()) {
                file.name
            } else {
                file_name(&format!("{}_{code}", table.label(Lang::Zh)), wanted.format.as_str())
            };
            archive
                .start_file(name, options)
                .and_then(|()| archive.write_all(&file.bytes).map_err(Into::into))
                .expect(expect);
        }
        let bytes = archive.finish().expect(expect).into_inner();
        let name =
            file_name(&format!("{}_各单位_{}", table.label(Lang::Zh), results.round.title), "zip");
        Ok(ExportFile { name, content_type: "application/zip", bytes })
    }

    fn compare(&self, results: &mut Results) -> Result<(), AppError> {
        let base = results.round.looks_back.as_ref().ok_or_else(|| {
            Refusal::new("本轮没有设定对照的轮次", "this round looks back at none")
        })?;
        let base = self.working_results(base)?;
        let base = if results.reads_issued() { base.as_issued() } else { base };
        if results.reads_issued() && base.round.state != RoundState::Released {
            return Err(
                Refusal::new("对照的轮次尚未发布", "the round before is not released").into()
            );
        }
        let list = look_back(&base.side(), &results.side());
        let band = |band: Option<Band>| band.map_or_else(String::new, |b| b.to_string());
        let compared = list
            .iter()
            .map(|c| Compared {
                group_code: c.group.code.clone(),
                group_name: c.group.name.clone(),
                category: results.survey.sections()[c.question.section].name.zh().to_owned(),
                question_id: c.question.id.clone(),
                number: format!(
                    "{}.{}",
                    results.survey.sections()[c.question.section].order,
                    c.question.order
                ),
                question: c.question.text.zh().to_owned(),
                before: band(c.before),
                after: band(c.after),
                change: c.change.label(Lang::Zh).to_owned(),
            })
            .collect();
        results.compared = compared;
        Ok(())
    }
}

impl Results {
    /// One side of a comparison of two rounds.
    #[must_use]
    pub fn side(&self) -> Side<'_> {
        Side { round: &self.round, survey: &self.survey, release: &self.release }
    }

    fn word(
        &self,
        name: TableName,
        wanted: &Wanted<'_>,
        table: &Table,
    ) -> Result<Vec<u8>, AppError> {
        let codes: Vec<&GroupCode> = match wanted.group {
            Some(code) => vec![code],
            None => self.release.groups.iter().map(|g| &g.code).collect(),
        };
        if name == TableName::TASKS {
            return Ok(task_list(&self.unit_names(wanted.group), table, self.marks.zh()));
        }
        let lists = codes
            .iter()
            .map(|code| {
                let list = self.list(code)?;
                let whole = Scope::of(code) == Scope::Bureau;
                let merged = if list.merged { "（合并统计）" } else { "" };
                let second = if list.merged {
                    "样本不足，合并统计，本清单送合并各单位负责人"
                } else {
                    "结果为不记名看法，列入事项须结合明察暗访等核实"
                };
                let marks = if self.marks.zh().is_empty() {
                    String::new()
                } else {
                    format!("【{}】", self.marks.zh())
                };
                let facts = ListFacts {
                    title: format!(
                        "作风纪律自查问题清单{}",
                        if whole { "（全局汇总）" } else { "" }
                    ),
                    above: vec![
                        [
                            format!("责任单位：{}{merged}", list.name),
                            format!("问卷填写时间：{}", self.round.days(Lang::Zh)),
                        ],
                        [format!("自查轮次：{}", self.round.title), self.printed_edition(&list)],
                    ],
                    notes: format!(
                        "注：1.存在程度按突出率、存在率所在区间判定，区间宽度只由作答人数决定，不公\
                         布人数。2.{second}。3.任何单位和个人不得追查填写人。{marks}"
                    ),
                    nothing: list.nothing(Lang::Zh).to_owned(),
                };
                Ok((facts, self.table(TableName::PROBLEMS, Some(code))?))
            })
            .collect::<Result<Vec<_>, AppError>>()?;
        Ok(problem_list(&lists))
    }
}

impl Results {
    /// Which edition a printed list is of, with its day; a list that was not handed over as it
    /// stands says so.
    fn printed_edition(&self, list: &ProblemList) -> String {
        match &self.edition {
            Some(edition) if edition.lists.iter().any(|l| l == list) => {
                let day = parse_day(&edition.issued)
                    .map_or_else(|_| edition.issued.clone(), |day| Day(day, Lang::Zh).to_string());
                format!("第{}版，{day}印发", edition.number)
            }
            Some(edition) => format!("工作稿（已印发第{}版）", edition.number),
            None => "工作稿（未印发）".to_owned(),
        }
    }
}

/// A name for a file: nothing that a file system refuses.
pub(in crate::app) fn file_name(title: &str, end: &str) -> String {
    let plain: String = title
        .chars()
        .map(|c| if "/\\:*?\"<>|".contains(c) || crate::text::is_deceptive(c) { '_' } else { c })
        .take(80)
        .collect();
    format!("{plain}.{end}")
}
