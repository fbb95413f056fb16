//! The page of exports: every table with the forms that it comes in.
//! What is not there for a round says why.

use crate::app::{FileFormat, Results};
use crate::export::TableName;
use crate::text::Lang;
use crate::web::desk::office::password::percent;
use maud::{Markup, html};

pub(in crate::web::desk) fn page(results: &Results, works: bool, lang: Lang) -> Markup {
    let base = format!("/desk/rounds/{}/export", results.round.id);
    html! {
        p {
            @if works {
                a href={ "/desk/rounds/" (results.round.id) } {
                    (lang.pick("← 返回本轮", "← Back to the round"))
                }
            } @else { a href="/desk" { (lang.pick("← 返回", "← Back")) } }
        }
        h1 { (lang.pick("导出：", "Export: ")) (results.round.title) }
        p.soft {
            (lang.pick(
                "所有文件都取自同一份发布结果，内容与页面一致；没有任何单份答卷、时间、地址。距上\
                 次输入口令超过十分钟的，导出前须再次输入；每次导出记入审计。",
                "All files come from the same Release and say what the pages say; no single \
                 response, time or address is in any. More than ten minutes after the password \
                 was typed it is asked for again; every export is audited.",
            ))
        }
        div.card {
            div.scroll {
                table {
                    thead {
                        tr {
                            th { (lang.pick("表", "Table")) }
                            th { (lang.pick("用途", "What it is for")) }
                            th { (lang.pick("全部", "All")) }
                            th { (lang.pick("各单位分别（压缩包）", "Each unit (archive)")) }
                        }
                    }
                    tbody {
                        @for table in {
                            TableName::ALL
                                .into_iter()
                                .filter(|t| {
                                    *t != TableName::LOOKBACK
                                        || results.round.looks_back.is_some()
                                })
                        } {
                            (table_row(&base, table, lang))
                        }
                        (letter_row(&base, lang))
                        (report_row(&base, lang))
                    }
                }
            }
        }
        (group_card(&base, results, lang))
        p.soft {
            (lang.pick(
                "“其他格式”供程序和旧系统读取；其中 CSV 也可用 Excel、WPS 双击打开。",
                "Other formats are for programs and old systems; CSV opens in Excel and WPS by \
                 double-click, too.",
            ))
        }
    }
}

fn report_row(base: &str, lang: Lang) -> Markup {
    html! {
        tr {
            td { strong { (lang.pick("总结报告", "Report")) } }
            td {
                (lang.pick(
                    "六部分的总结报告（Word），数字已填好，其余由政工科补写；附台账\
                     目录",
                    "The summary report in six parts (Word): figures filled in, \
                     the rest for the section to write; with the catalogue of the \
                     ledger",
                ))
            }
            td {
                a href={ (base) "/report?format=docx" } { "Word" }
            }
            td {}
        }
    }
}

fn letter_row(base: &str, lang: Lang) -> Markup {
    html! {
        tr {
            td { strong { (lang.pick("印发通知", "Letter")) } }
            td {
                (lang.pick(
                    "随问题清单印发的通知（Word），按公文格式",
                    "The letter that lists go with (Word), as an official letter",
                ))
            }
            td {
                a href={ (base) "/letter?format=docx" } { "Word" }
            }
            td {}
        }
    }
}

/// Lists of single groups.
fn group_card(base: &str, results: &Results, lang: Lang) -> Markup {
    html! {
        div.card {
            h2 { (lang.pick("单个统计组", "One group")) }
            div.scroll {
                table {
                    tbody {
                        @for group in &results.release.groups {
                            tr {
                                td { (group.name) }
                                td {
                                    (formats(
                                        base,
                                        "problems",
                                        FileFormat::of(TableName::PROBLEMS),
                                        &format!("&group={}", percent(group.code.as_str())),
                                        lang,
                                    ))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A table with its forms.
fn table_row(base: &str, table: TableName, lang: Lang) -> Markup {
    html! {
        tr {
            td { strong { (table.label(lang)) } }
            td { (table.purpose(lang)) }
            td {
                (formats(
                    base,
                    table.as_str(),
                    FileFormat::of(table),
                    "",
                    lang,
                ))
                @if table == TableName::PROBLEMS {
                    br;
                    (lang.pick("全局汇总：", "Bureau: "))
                    (formats(
                        base,
                        table.as_str(),
                        FileFormat::of(table),
                        "&group=ALL",
                        lang,
                    ))
                }
            }
            td {
                @if table != TableName::TURNOUT {
                    (formats(
                        base,
                        table.as_str(),
                        FileFormat::of(table),
                        "&each=unit",
                        lang,
                    ))
                }
            }
        }
    }
}

/// Links to the formats of a table. CSV comes in two more kinds.
fn formats(base: &str, table: &str, formats: &[FileFormat], more: &str, lang: Lang) -> Markup {
    let (usual, other): (Vec<FileFormat>, Vec<FileFormat>) =
        formats.iter().partition(|f| matches!(f, FileFormat::Docx | FileFormat::Xlsx));
    let link = |format: FileFormat| {
        html! {
            a href={ (base) "/" (table) "?format=" (format.as_str()) (more) } {
                (match format {
                    FileFormat::Docx => "Word",
                    FileFormat::Xlsx => "Excel",
                    FileFormat::Csv => "CSV",
                    FileFormat::Json => "JSON",
                })
            }
        }
    };
    html! {
        @for (n, format) in usual.into_iter().enumerate() {
            @if n > 0 { " · " }
            (link(format))
        }
        @if !other.is_empty() {
            details.aside {
                summary { (lang.pick("其他格式", "Other formats")) }
                @for (n, format) in other.into_iter().enumerate() {
                    @if n > 0 { " · " }
                    (link(format))
                    @if format == FileFormat::Csv && more.is_empty() {
                        " · "
                        a href={ (base) "/" (table) "?format=csv&headers=id" } {
                            (lang.pick("CSV（英文列名）", "CSV (column ids)"))
                        }
                        " · "
                        a href={ (base) "/" (table) "?format=csv&encoding=gb18030" } {
                            (lang.pick("CSV（国标编码）", "CSV (GB 18030)"))
                        }
                    }
                }
            }
        }
    }
}
