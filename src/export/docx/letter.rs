//! The letter with which the section hands the lists over: a plain official letter, its annexes
//! named below the body.
//! Its words are the section's; what is counted comes from the lists.

use docx_rs::{AlignmentType, Paragraph};

use super::{BODY, PITCH, SANHAO, clean, pack, pitch, portrait, run, title};

/// What the letter says.
pub struct Letter {
    /// Title.
    pub title: String,
    /// Addressees.
    pub to: String,
    /// Paragraphs.
    pub body: Vec<String>,
    /// Annexes.
    pub annexes: Vec<String>,
    /// Who signs.
    pub from: String,
    /// Day, as it is written.
    pub day: String,
}

/// The letter as a file.
#[must_use]
pub fn letter(letter: &Letter) -> Vec<u8> {
    let line = || pitch(Paragraph::new(), PITCH);
    let indented =
        || line().indent(None, Some(docx_rs::SpecialIndentType::FirstLine(640)), None, None);
    let mut document = portrait().add_paragraph(title(&letter.title)).add_paragraph(line());
    document =
        document.add_paragraph(line().add_run(run(&format!("{}：", letter.to), BODY, SANHAO)));
    for text in &letter.body {
        document = document.add_paragraph(indented().add_run(run(text, BODY, SANHAO)));
    }
    document = document.add_paragraph(line());
    let one = letter.annexes.len() == 1;
    for (n, annex) in letter.annexes.iter().enumerate() {
        let head = if n == 0 { "附件：" } else { "　　　" };
        document = document.add_paragraph(indented().add_run(run(
            &if one {
                format!("{head}{}", clean(annex))
            } else {
                format!("{head}{}.{}", n + 1, clean(annex))
            },
            BODY,
            SANHAO,
        )));
    }
    let signed = |text: &str, edge: i32| {
        line()
            .align(AlignmentType::Right)
            .indent(None, None, Some(edge), None)
            .add_run(run(text, BODY, SANHAO))
    };
    document = document
        .add_paragraph(line())
        .add_paragraph(signed(&letter.from, 640))
        .add_paragraph(signed(&letter.day, 1_280));
    pack(document)
}
