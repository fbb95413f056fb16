//! Surveys that the section writes at the desk: the checks of `zicha check`, nothing lost, a copy
//! instead of a change where a round has it.

use zicha::app::{OwnSurvey, Role};
use zicha::round::Access;

use crate::test_app::{Backend, Desk, Page, TestApp, UNITS, a_clerk, on_both, shell};

fn desk(zicha: &TestApp, name: &str) -> Desk {
    let password = zicha
        .app
        .add_account(&shell(), name, Role::Clerk, &[], Some(crate::test_app::PASSWORD))
        .unwrap();
    let desk = zicha.desk();
    desk.sign_in(name, &password);
    desk
}

/// The text on the page of a survey.
fn text_of(page: &Page) -> String {
    let at = page.body.find("name=\"definition\"").unwrap();
    let rest = &page.body[at..];
    let text = &rest[rest.find('>').unwrap() + 1..rest.find("</textarea>").unwrap()];
    text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

fn field(page: &Page, name: &str) -> String {
    page.body
        .split(&format!("name=\"{name}\" value=\""))
        .nth(1)
        .map_or_else(String::new, |rest| rest.split('"').next().unwrap().to_owned())
}

fn save(desk: &Desk, opened: &Page, text: &str) -> Page {
    let (csrf, seen, id) = (field(opened, "csrf"), field(opened, "seen"), field(opened, "id"));
    desk.post(
        "/desk/surveys/edit",
        &[("csrf", &csrf), ("seen", &seen), ("id", &id), ("definition", text)],
    )
}

#[test]
fn a_survey_is_copied_changed_used_and_changed_again_without_touching_the_round() {
    on_both(|zicha| {
        zicha.import_units(UNITS);
        let clerk = desk(zicha, "jingban");
        let copy = clerk.get("/desk/surveys/edit?from=canteen");
        let text = text_of(&copy);
        assert!(text.contains("\"id\": \"canteen-2\""), "a copy has a name of its own");
        let changed = text.replace("机关食堂满意度不记名调查", "餐厅调查");
        assert_eq!(save(&clerk, &copy, &changed).status, 303);
        clerk.get("/desk/surveys").assert_says(200, "餐厅调查");
        clerk.get("/desk/surveys/canteen-2/preview/page").assert_says(200, "餐厅调查");
        // It can be chosen for a round, which keeps what it was then.
        clerk.get("/desk/rounds/new").assert_says(200, "餐厅调查");
        let own = zicha.app.surveys().unwrap().into_iter().find(|s| s.id() == "canteen-2").unwrap();
        let round = zicha.draft(&own, Access::Slip);
        let again = clerk.get("/desk/surveys/edit?id=canteen-2");
        assert_eq!(save(&clerk, &again, &changed.replace("餐厅调查", "第二版")).status, 303);
        assert_eq!(
            zicha.app.survey(&zicha.app.round(&round).unwrap().survey).unwrap().title().zh(),
            "餐厅调查"
        );
        assert!(
            clerk.get("/desk/surveys/canteen-2/json").body.contains("第二版"),
            "what was written comes out as it was written"
        );
        assert!(
            text_of(&clerk.get("/desk/surveys/edit?from=canteen-2"))
                .contains("\"id\": \"canteen-3\"")
        );
        // Dropped, it is gone from the list, not from the round.
        let page = clerk.get("/desk/surveys/edit?id=canteen-2");
        let (csrf, seen) = (field(&page, "csrf"), field(&page, "seen"));
        clerk.post(
            "/desk/surveys/edit",
            &[("csrf", &csrf), ("seen", &seen), ("id", "canteen-2"), ("drop", "yes")],
        );
        assert!(zicha.app.own_surveys().unwrap().is_empty());
        assert!(zicha.app.survey(&zicha.app.round(&round).unwrap().survey).is_ok());
    });
}

#[test]
fn mistakes_are_named_with_their_places_and_the_text_stays() {
    let zicha = TestApp::start(Backend::Sqlite);
    let clerk = desk(&zicha, "jingban");
    let blank = clerk.get("/desk/surveys/edit");
    let text = text_of(&blank);
    let broken = text
        .replace("\"max_chars\": 200", "\"max_chars\": 999999")
        .replace("first_item", "First Item<script>");
    let told = save(&clerk, &blank, &broken);
    told.assert_says(422, "尚未保存");
    assert!(told.body.matches("<li>").count() >= 2, "all mistakes at once: {}", told.body);
    assert!(text_of(&told).contains("First Item<script>") && !told.body.contains("Item<script>"));
    save(&clerk, &blank, "{").assert_says(422, "1:");
    save(&clerk, &blank, &text.replace("my-survey", "self-check"))
        .assert_says(422, "自带问卷的编号");
    save(&clerk, &blank, &text.replace("\"prominent\": 40", "\"prominent\": 25"))
        .assert_says(422, "尚未保存");
    assert!(zicha.app.own_surveys().unwrap().is_empty());
    // Tried out, it is shown and not kept; what is wrong is said in the same place.
    let csrf = field(&blank, "csrf");
    let shown = clerk.post("/desk/surveys/try", &[("csrf", &csrf), ("definition", &text)]);
    shown.assert_says(200, "这里写一种现象");
    assert_eq!(shown.headers["x-frame-options"], "SAMEORIGIN");
    clerk
        .post("/desk/surveys/try", &[("csrf", &csrf), ("definition", "{}")])
        .assert_says(200, "请修改以下各处");
    assert!(zicha.app.own_surveys().unwrap().is_empty());
    // What is offered to begin with is a good survey itself.
    assert_eq!(save(&clerk, &blank, &text).status, 303);
}

#[test]
fn two_who_write_one_survey_are_shown_the_lines_that_differ() {
    on_both(|zicha| {
        let (one, two) = (desk(zicha, "jia"), desk(zicha, "yi"));
        let blank = one.get("/desk/surveys/edit");
        let text = text_of(&blank);
        assert_eq!(save(&one, &blank, &text).status, 303);
        let (first, second) = (
            one.get("/desk/surveys/edit?id=my-survey"),
            two.get("/desk/surveys/edit?id=my-survey"),
        );
        assert_eq!(save(&one, &first, &text.replace("新的不记名问卷", "甲的标题")).status, 303);
        let told = save(&two, &second, &text.replace("新的不记名问卷", "乙的标题"));
        for said in ["内容已被他人修改", "jia", "甲的标题", "乙的标题"] {
            told.assert_says(409, said);
        }
        assert_eq!(save(&two, &told, &text.replace("新的不记名问卷", "乙的标题")).status, 303);
        // Nor does a survey that is given the name of another one while it is changed.
        let fresh = two.get("/desk/surveys/edit");
        assert_eq!(save(&two, &fresh, &text.replace("my-survey", "other")).status, 303);
        let other = two.get("/desk/surveys/edit?id=other");
        save(&two, &other, &text_of(&other).replace("\"other\"", "\"my-survey\""))
            .assert_says(422, "不能改它的编号");
        // A new one with a name that is taken overwrites nothing either.
        let fresh = two.get("/desk/surveys/edit");
        assert_eq!(save(&two, &fresh, &text).status, 409);
        assert_eq!(zicha.app.own_surveys().unwrap()[0].survey.title().zh(), "乙的标题");
    });
}

#[test]
fn a_survey_goes_through_excel_without_loss_and_mistakes_name_their_cells() {
    let zicha = TestApp::start(Backend::Sqlite);
    let clerk = desk(&zicha, "jingban");
    let csrf = field(&clerk.get("/desk/surveys"), "csrf");
    for id in ["self-check", "self-check-short", "canteen"] {
        let book = clerk.file(&format!("/desk/surveys/{id}/xlsx"));
        let read = clerk.upload("/desk/surveys/import", &[("csrf", &csrf)], "a.xlsx", &book);
        read.assert_says(200, "没有错误，尚未保存");
        let before: serde_json::Value =
            serde_json::from_str(&clerk.get(&format!("/desk/surveys/{id}/json")).body).unwrap();
        let after: serde_json::Value = serde_json::from_str(&text_of(&read)).unwrap();
        // What is left out in one of the two means the same; compared is what the program makes of
        // them.
        let same = |value: &serde_json::Value| {
            zicha::survey::Survey::parse(value.to_string().as_bytes()).unwrap().questions().to_vec()
        };
        assert_eq!(format!("{:?}", same(&before)), format!("{:?}", same(&after)), "{id}");
    }
    // A cell that says something else is named, and a formula is not taken.
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("survey").unwrap();
    for (c, text) in ["type", "name", "label::zh-CN"].iter().enumerate() {
        sheet.write_string(0, u16::try_from(c).unwrap(), *text).unwrap();
    }
    sheet.write_string(1, 0, "checkbox").unwrap();
    let wrong = clerk.upload(
        "/desk/surveys/import",
        &[("csrf", &csrf)],
        "a.xlsx",
        &book.save_to_buffer().unwrap(),
    );
    wrong.assert_says(422, "缺少工作表 settings");
    wrong.assert_says(422, "工作表 survey 第 2 行 type 列");
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().set_name("survey").unwrap().write_formula(0, 0, "=1+1").unwrap();
    clerk
        .upload(
            "/desk/surveys/import",
            &[("csrf", &csrf)],
            "a.xlsx",
            &book.save_to_buffer().unwrap(),
        )
        .assert_says(422, "含有公式");
    clerk
        .upload("/desk/surveys/import", &[("csrf", &csrf)], "a.json", b"\xff\xfe")
        .assert_says(422, "既不是 Excel");
    clerk
        .upload("/desk/surveys/import", &[("csrf", &csrf)], "a.json", b"{ \"id\": 1 }")
        .assert_says(422, "请修改以下各处");
}

/// A copy of a shipped survey that can be changed.
fn copy_of(zicha: &TestApp, id: &str) {
    let text = zicha::app::App::shipped_text(id).unwrap().replacen(
        &format!("\"{id}\""),
        &format!("\"{id}-2\""),
        1,
    );
    zicha.app.save_survey(&a_clerk("jingban"), &text, None).unwrap();
}

fn part(id: &str, part: &str) -> String {
    format!("/desk/surveys/{id}/part/{part}")
}

/// Sends the form of a page as it stands, with these fields changed.
fn send(desk: &Desk, path: &str, page: &Page, changes: &[(&str, &str)]) -> Page {
    let mut fields = fields_of(&page.body);
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    desk.post(path, &fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect::<Vec<_>>())
}

#[test]
fn every_part_of_a_survey_goes_through_its_form_unchanged() {
    for id in ["self-check", "canteen"] {
        let zicha = TestApp::start(Backend::Sqlite);
        let clerk = desk(&zicha, "clerk");
        copy_of(&zicha, id);
        let own = || zicha.app.own_surveys().unwrap().remove(0);
        let file: serde_json::Value = serde_json::from_str(&own().text).unwrap();
        let names = |key: &str| {
            file[key].as_object().map(|o| o.keys().cloned().collect::<Vec<_>>()).unwrap_or_default()
        };
        let mut parts = vec!["general".to_owned()];
        parts.extend(names("scales").iter().map(|name| format!("scale.{name}")));
        parts.extend(names("option_sets").iter().map(|name| format!("options.{name}")));
        parts.extend(own().survey.categories().map(|c| format!("category.{}", c.id)));
        parts.extend(own().survey.questions().iter().map(|q| format!("question.{}", q.id)));
        let before = own().survey.to_json().to_owned();
        for name in parts {
            let path = part(&format!("{id}-2"), &name);
            let saved = send(&clerk, &path, &clerk.get(&path), &[]);
            assert_eq!(saved.status, 303, "{name}: {}", saved.body);
            assert_eq!(own().survey.to_json(), before, "{name}");
        }
    }
}

/// A clerk at the editor of an own copy of the canteen's survey.
struct Editor<'a> {
    zicha: &'a TestApp,
    clerk: Desk,
}

impl Editor<'_> {
    fn own(&self) -> OwnSurvey {
        self.zicha.app.own_surveys().unwrap().remove(0)
    }

    fn change(&self, name: &str, changes: &[(&str, &str)]) -> Page {
        let path = part("canteen-2", name);
        send(&self.clerk, &path, &self.clerk.get(&path), changes)
    }

    fn step(&self, fields: &[(&str, &str)]) -> Page {
        let outline = "/desk/surveys/canteen-2/outline";
        self.clerk.post_from(outline, outline, fields)
    }
}

#[test]
fn a_survey_is_changed_part_by_part_without_seeing_its_text() {
    on_both(|zicha| {
        let clerk = desk(zicha, "clerk");
        copy_of(zicha, "canteen");
        let editor = Editor { zicha, clerk };
        a_question_is_changed(&editor);
        general_things_are_changed(&editor);
        parts_come_and_go(&editor);
    });
}

/// Parts are moved, added, taken out; what another part depends on cannot be taken out unseen.
fn parts_come_and_go(editor: &Editor) {
    let order = || editor.own().survey.questions().iter().map(|q| q.id.clone()).collect::<Vec<_>>();
    let first = order()[0].clone();
    editor.step(&[("do", "down"), ("part", &format!("question.{first}"))]);
    assert_eq!(order()[1], first);
    // A new question is kept once it is complete.
    let outline = editor.clerk.get("/desk/surveys/canteen-2/outline").body;
    let added = outline.split("href=\"").find_map(|rest| rest.split_once("?new=0\"")).unwrap().0;
    let id = added.rsplit('.').next().unwrap().to_owned();
    let address = format!("{added}?new=0");
    let page = editor.clerk.get(&address);
    page.assert_says(200, "新的题目");
    send(&editor.clerk, &address, &page, &[]).assert_says(422, "id=\"e-text\"");
    assert!(!order().contains(&id), "nothing is kept of half a question");
    let words = [("text_zh-CN", "今天的汤"), ("text_en", "Today's soup")];
    assert_eq!(send(&editor.clerk, &address, &page, &words).status, 303);
    assert!(order().contains(&id));
    editor.step(&[("do", "remove"), ("part", &format!("question.{id}"))]);
    assert!(!order().contains(&id));
    let category =
        editor.step(&[("do", "category")]).location.rsplit('/').next().unwrap().to_owned();
    assert_eq!(
        editor
            .change(
                &category,
                &[
                    ("text_zh-CN", "服务态度"),
                    ("text_en", "Service"),
                    ("short_zh-CN", "服务"),
                    ("short_en", "Service")
                ]
            )
            .status,
        303
    );
    assert_eq!(editor.own().survey.categories().last().unwrap().name.zh(), "服务态度");
    editor.step(&[("do", "up"), ("part", &category)]);
    assert_ne!(editor.own().survey.categories().last().unwrap().name.zh(), "服务态度");
    for what in ["scale", "options"] {
        let made = editor.step(&[("do", what)]).location;
        editor.clerk.get(&made).assert_says(200, "检查并保存");
        assert_eq!(
            editor.step(&[("do", "remove"), ("part", made.rsplit('/').next().unwrap())]).status,
            303
        );
    }
    // What another part depends on cannot be taken out unseen.
    for needed in ["question.meal", "scale.consent"] {
        assert_eq!(editor.step(&[("do", "remove"), ("part", needed)]).status, 422, "{needed}");
    }
    // A survey that comes with zicha is copied first; what is not there is not found.
    assert_eq!(editor.clerk.get("/desk/surveys/canteen/outline").status, 404);
    for missing in ["question.nobody", "nothing", "scale.", "general.x"] {
        assert_eq!(editor.clerk.get(&part("canteen-2", missing)).status, 404, "{missing}");
    }
}

/// Thresholds, promises, conditions.
fn general_things_are_changed(editor: &Editor) {
    editor.change("general", &[("prominent", "101")]).assert_says(422, "id=\"e-prominent\"");
    editor.change("general", &[("tendency", "60")]).assert_says(422, "id=\"e-prominent\"");
    editor.change("general", &[("prominent", "25")]).assert_says(422, "阈值不可用");
    assert_eq!(
        editor
            .change(
                "general",
                &[
                    ("prominent", "50"),
                    ("privacy.1.id", "p_more"),
                    ("privacy.1.zh", "再一条"),
                    ("privacy.1.en", "One more"),
                    ("privacy.1.requires", "trustees")
                ]
            )
            .status,
        303
    );
    let survey = editor.own().survey;
    assert_eq!(
        (survey.thresholds().prominent, survey.privacy().last().unwrap().text.zh()),
        (50, "再一条")
    );
    assert!(survey.privacy().last().unwrap().requires.is_some());
    editor
        .change(
            "question.visit_note",
            &[("visible_if.0.question", "meal"), ("visible_if.0.any_of", "supper")],
        )
        .assert_says(422, "id=\"e-visible_if\"");
    assert_eq!(
        editor
            .change(
                "question.visit_note",
                &[("visible_if.0.question", "meal"), ("visible_if.0.any_of", "dinner night")]
            )
            .status,
        303
    );
    assert_eq!(editor.own().survey.question("visit_note").unwrap().visible_if.len(), 1);
}

/// Reworded, its options in another order, called by another name. Refused input stays as it was
/// typed, and what is wrong stands beside its field.
fn a_question_is_changed(editor: &Editor) {
    let wrong = editor.change(
        "question.visit_meal",
        &[("options.0.other", "sometimes"), ("text_zh-CN", "您在哪一餐<b>")],
    );
    wrong.assert_says(422, "第 1 行：“附文字”应填字数");
    wrong.assert_says(422, "id=\"e-options\"");
    wrong.assert_says(422, "您在哪一餐&lt;b&gt;");
    let wrong = editor.change("question.visit_meal", &[("text_en", "")]);
    wrong.assert_says(422, "<a href=\"#text\">");
    wrong.assert_says(422, "id=\"e-text\"");
    assert_eq!(
        editor.change("question.visit_meal", &[("text_zh-CN", "您一般吃哪一餐？")]).status,
        303
    );
    assert_eq!(editor.own().survey.question("visit_meal").unwrap().text.zh(), "您一般吃哪一餐？");
    // Options in another order, one more, one taken out.
    assert_eq!(
        editor
            .change(
                "question.visit_meal",
                &[
                    ("options.0.no", "9"),
                    ("options.1.id", ""),
                    ("options.1.zh", ""),
                    ("options.1.en", ""),
                    ("options.3.id", "night"),
                    ("options.3.zh", "夜宵"),
                    ("options.3.en", "Night")
                ]
            )
            .status,
        303
    );
    assert_eq!(
        editor.own().survey.question("visit_meal").unwrap().kind.option_ids(),
        ["dinner", "night", "breakfast"]
    );
    // Another name goes wherever it is spoken of; one that is taken is told beside its field.
    editor.change("question.visit_meal", &[("id", "visit_week")]).assert_says(422, "id=\"e-id\"");
    assert_eq!(editor.change("question.visit_meal", &[("id", "meal")]).status, 303);
    assert!(editor.own().survey.question("meal").is_some());
    assert_eq!(
        editor
            .change(
                "scale.agree",
                &[("id", "consent"), ("steps.1.score", "2"), ("stem_zh-CN", "请选一档：")]
            )
            .status,
        303
    );
}

#[test]
fn a_language_goes_with_its_texts_and_comes_back_with_what_is_there() {
    let zicha = TestApp::start(Backend::Sqlite);
    let clerk = desk(&zicha, "clerk");
    copy_of(&zicha, "canteen");
    let general = part("canteen-2", "general");
    let own = || zicha.app.own_surveys().unwrap().remove(0);
    assert_eq!(send(&clerk, &general, &clerk.get(&general), &[("languages", "zh-CN")]).status, 303);
    assert!(!own().text.contains("\"en\":"), "its texts went along");
    // What is added to a survey of one language is in one language.
    for what in ["category", "scale", "options"] {
        let outline = "/desk/surveys/canteen-2/outline";
        assert_eq!(clerk.post_from(outline, outline, &[("do", what)]).status, 303, "{what}");
    }
    assert_eq!(
        send(&clerk, &general, &clerk.get(&general), &[("languages", "zh-CN en")]).status,
        303
    );
    let note = own().survey.question("visit_note").unwrap().text.clone();
    assert_eq!(
        (note.0.len(), note.0["en"].as_str()),
        (2, note.zh()),
        "to be translated part by part"
    );
}

#[test]
fn line_breaks_of_a_browser_are_kept_and_a_part_that_is_gone_loses_no_words() {
    let zicha = TestApp::start(Backend::Sqlite);
    let clerk = desk(&zicha, "clerk");
    copy_of(&zicha, "canteen");
    let (general, note) = (part("canteen-2", "general"), part("canteen-2", "question.visit_note"));
    assert_eq!(
        send(
            &clerk,
            &general,
            &clerk.get(&general),
            &[("privacy.0.zh", "第一行\r\n第二行"), ("intro_zh-CN", "上\r\n下")]
        )
        .status,
        303
    );
    let own = || zicha.app.own_surveys().unwrap().remove(0).survey;
    assert_eq!(own().privacy()[0].text.zh(), "第一行\n第二行");
    // A text of two lines is drawn as a field of several, so that saving it again keeps them.
    assert_eq!(send(&clerk, &note, &clerk.get(&note), &[("text_zh-CN", "甲\r\n乙")]).status, 303);
    clerk.get(&note).assert_says(200, "甲\n乙</textarea>");
    // Renamed by somebody else meanwhile: what was typed is still there.
    let opened = clerk.get(&note);
    assert_eq!(send(&clerk, &note, &opened, &[("id", "remark")]).status, 303);
    let told = send(&clerk, &note, &opened, &[("text_zh-CN", "我写了很久的话")]);
    told.assert_says(409, "删除或改了编号");
    told.assert_says(409, "我写了很久的话");
}

#[test]
fn what_is_typed_is_shown_at_the_size_of_a_phone_and_not_kept() {
    let zicha = TestApp::start(Backend::Sqlite);
    let clerk = desk(&zicha, "clerk");
    copy_of(&zicha, "canteen");
    let (path, before) =
        (part("canteen-2", "question.visit_note"), zicha.app.own_surveys().unwrap().remove(0).text);
    let page = clerk.get(&path);
    let shown = send(&clerk, &format!("{path}/try"), &page, &[("text_zh-CN", "还想说什么？")]);
    shown.assert_says(200, "还想说什么？");
    shown.assert_says(200, "data-at=\"q-visit_note\"");
    assert_eq!(shown.headers["x-frame-options"], "SAMEORIGIN");
    send(&clerk, &format!("{path}/try"), &page, &[("text_zh-CN", ""), ("text_en", "")])
        .assert_says(200, "还不能预览");
    assert_eq!(zicha.app.own_surveys().unwrap().remove(0).text, before);
}

#[test]
fn two_who_change_different_questions_are_in_nobody_s_way_and_one_question_shows_both_versions() {
    on_both(|zicha| {
        let (one, two) = (desk(zicha, "jia"), desk(zicha, "yi"));
        copy_of(zicha, "canteen");
        let path = |question: &str| part("canteen-2", &format!("question.{question}"));
        let (first, second, same) = (
            one.get(&path("visit_meal")),
            two.get(&path("visit_note")),
            two.get(&path("visit_meal")),
        );
        assert_eq!(
            send(
                &one,
                &path("visit_meal"),
                &first,
                &[("text_zh-CN", "甲改的题目"), ("options.0.zh", "早饭")]
            )
            .status,
            303
        );
        assert_eq!(
            send(&two, &path("visit_note"), &second, &[("text_zh-CN", "乙改的题目")]).status,
            303
        );
        let told = send(&two, &path("visit_meal"), &same, &[("text_zh-CN", "乙也改了")]);
        for said in ["内容已被他人修改", "甲改的题目", "乙也改了", "早饭", "题目（中文）"]
        {
            told.assert_says(409, said);
        }
        let survey = || zicha.app.own_surveys().unwrap().remove(0).survey;
        let said = |question: &str| survey().question(question).unwrap().text.zh().to_owned();
        assert_eq!(
            (said("visit_meal"), said("visit_note")),
            ("甲改的题目".to_owned(), "乙改的题目".to_owned())
        );
        assert_eq!(
            send(&two, &path("visit_meal"), &told, &[]).status,
            303,
            "saved once more, it is what they typed"
        );
        assert_eq!(said("visit_meal"), "乙也改了");
    });
}

#[test]
fn every_version_is_kept_and_can_be_brought_back() {
    on_both(|zicha| {
        let clerk = desk(zicha, "jingban");
        copy_of(zicha, "canteen");
        let (path, versions) =
            (part("canteen-2", "question.visit_meal"), "/desk/surveys/canteen-2/versions");
        let opened = clerk.get(versions);
        send(&clerk, &path, &clerk.get(&path), &[("text_zh-CN", "第二版的题目")]);
        let page = clerk.get(versions);
        for said in ["第 2 版", "第 1 版", "第二版的题目", "1 处改动", "jingban"] {
            page.assert_says(200, said);
        }
        let text = || zicha.app.own_surveys().unwrap().remove(0).text;
        let first = zicha::app::App::shipped_text("canteen").unwrap().replacen(
            "\"canteen\"",
            "\"canteen-2\"",
            1,
        );
        let back = |page: &Page, version: &str| {
            clerk.post(
                versions,
                &[
                    ("csrf", &field(page, "csrf")),
                    ("seen", &field(page, "seen")),
                    ("version", version),
                ],
            )
        };
        // Not from a page that has not seen the latest.
        assert!(field(&opened, "seen").is_empty(), "there was nothing to go back to");
        assert_eq!(
            clerk
                .post(versions, &[("csrf", &field(&page, "csrf")), ("seen", "1"), ("version", "1")])
                .status,
            409
        );
        assert_eq!(back(&page, "1").status, 303);
        assert_eq!(text(), first);
        assert_eq!(
            zicha.app.survey_versions("canteen-2").unwrap().len(),
            3,
            "nothing is lost by going back"
        );
        assert_eq!(back(&clerk.get(versions), "77").status, 404);
        // Dropped, all of it is gone; a new one of that name begins anew.
        zicha.app.drop_survey(&shell(), "canteen-2", 3).unwrap();
        copy_of(zicha, "canteen");
        assert_eq!(zicha.app.survey_versions("canteen-2").unwrap().len(), 1);
        assert_eq!(clerk.get("/desk/surveys/nobody/versions").status, 404);
    });
}

/// The fields of the form of a question as a browser would send them.
fn fields_of(body: &str) -> Vec<(String, String)> {
    let form =
        &body[body.find("data-live=").map_or(0, |at| body[..at].rfind("<form").unwrap_or(0))..];
    let form = &form[..form.find("</form>").unwrap()];
    let plain = |text: &str| {
        text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    };
    let attribute = |tag: &str, name: &str| {
        tag.split(&format!("{name}=\"")).nth(1).map(|rest| plain(rest.split('"').next().unwrap()))
    };
    let mut fields = Vec::new();
    for tag in form.split("<input").skip(1).map(|rest| rest.split_once('>').unwrap().0) {
        if tag.contains("type=\"checkbox\"") && !tag.contains("checked") {
            continue;
        }
        fields.push((attribute(tag, "name").unwrap(), attribute(tag, "value").unwrap_or_default()));
    }
    for area in form.split("<textarea").skip(1) {
        let (tag, rest) = area.split_once('>').unwrap();
        fields.push((
            attribute(tag, "name").unwrap(),
            plain(rest.split("</textarea>").next().unwrap()),
        ));
    }
    for select in form.split("<select").skip(1) {
        let (tag, rest) = select.split_once('>').unwrap();
        let options: Vec<&str> =
            rest.split("</select>").next().unwrap().split("<option").skip(1).collect();
        let chosen = options
            .iter()
            .find(|o| o.split('>').next().unwrap().contains("selected"))
            .or(options.first());
        fields.push((
            attribute(tag, "name").unwrap(),
            chosen.and_then(|o| attribute(o, "value")).unwrap_or_default(),
        ));
    }
    fields
}
