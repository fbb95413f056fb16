//! Surveys that the section writes at the desk: the checks of `zicha check`, nothing lost, a copy instead of a change where a round has it.

use zicha::app::Role;
use zicha::round::Access;

use crate::test_app::{Backend, Desk, Page, TestApp, UNITS, backends};

fn desk(zicha: &TestApp, name: &str) -> Desk {
    let password = zicha.app.add_account(name, Role::Clerk, &[], None).unwrap();
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
    page.body.split(&format!("name=\"{name}\" value=\"")).nth(1).map_or_else(String::new, |rest| rest.split('"').next().unwrap().to_owned())
}

fn save(desk: &Desk, opened: &Page, text: &str) -> Page {
    let (csrf, seen, id) = (field(opened, "csrf"), field(opened, "seen"), field(opened, "id"));
    desk.post("/desk/surveys/edit", &[("csrf", &csrf), ("seen", &seen), ("id", &id), ("definition", text)])
}

#[test]
fn a_survey_is_copied_changed_used_and_changed_again_without_touching_the_round() {
    for backend in backends() {
        let zicha = TestApp::start(backend);
        zicha.import_units(UNITS);
        let clerk = desk(&zicha, "jingban");
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
        assert_eq!(zicha.app.survey(&zicha.app.round(&round).unwrap().survey).unwrap().title().zh(), "餐厅调查");
        assert!(clerk.get("/desk/surveys/canteen-2/json").body.contains("第二版"), "what was written comes out as it was written");
        assert!(text_of(&clerk.get("/desk/surveys/edit?from=canteen-2")).contains("\"id\": \"canteen-3\""));
        // Dropped, it is gone from the list, not from the round.
        let page = clerk.get("/desk/surveys/edit?id=canteen-2");
        let (csrf, seen) = (field(&page, "csrf"), field(&page, "seen"));
        clerk.post("/desk/surveys/edit", &[("csrf", &csrf), ("seen", &seen), ("id", "canteen-2"), ("drop", "yes")]);
        assert!(zicha.app.own_surveys().unwrap().is_empty());
        assert!(zicha.app.survey(&zicha.app.round(&round).unwrap().survey).is_ok());
    }
}

#[test]
fn mistakes_are_named_with_their_places_and_the_text_stays() {
    let zicha = TestApp::start(Backend::Sqlite);
    let clerk = desk(&zicha, "jingban");
    let blank = clerk.get("/desk/surveys/edit");
    let text = text_of(&blank);
    let broken = text.replace("\"max_chars\": 200", "\"max_chars\": 999999").replace("first_item", "First Item<script>");
    let told = save(&clerk, &blank, &broken);
    told.assert_says(422, "尚未保存");
    assert!(told.body.matches("<li>").count() >= 2, "all mistakes at once: {}", told.body);
    assert!(text_of(&told).contains("First Item<script>") && !told.body.contains("Item<script>"));
    save(&clerk, &blank, "{").assert_says(422, "1:");
    save(&clerk, &blank, &text.replace("my-survey", "self-check")).assert_says(422, "自带问卷的编号");
    save(&clerk, &blank, &text.replace("\"prominent\": 40", "\"prominent\": 41")).assert_says(422, "尚未保存");
    assert!(zicha.app.own_surveys().unwrap().is_empty());
    // Tried out, it is shown and not kept; what is wrong is said in the same place.
    let csrf = field(&blank, "csrf");
    let shown = clerk.post("/desk/surveys/try", &[("csrf", &csrf), ("definition", &text)]);
    shown.assert_says(200, "这里写一种现象");
    assert_eq!(shown.headers["x-frame-options"], "SAMEORIGIN");
    clerk.post("/desk/surveys/try", &[("csrf", &csrf), ("definition", "{}")]).assert_says(200, "请修改以下各处");
    assert!(zicha.app.own_surveys().unwrap().is_empty());
    // What is offered to begin with is a good survey itself.
    assert_eq!(save(&clerk, &blank, &text).status, 303);
}

#[test]
fn two_who_write_one_survey_are_shown_the_lines_that_differ() {
    for backend in backends() {
        let zicha = TestApp::start(backend);
        let (one, two) = (desk(&zicha, "jia"), desk(&zicha, "yi"));
        let blank = one.get("/desk/surveys/edit");
        let text = text_of(&blank);
        assert_eq!(save(&one, &blank, &text).status, 303);
        let (first, second) = (one.get("/desk/surveys/edit?id=my-survey"), two.get("/desk/surveys/edit?id=my-survey"));
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
        save(&two, &other, &text_of(&other).replace("\"other\"", "\"my-survey\"")).assert_says(422, "不能改它的编号");
        // A new one with a name that is taken overwrites nothing either.
        let fresh = two.get("/desk/surveys/edit");
        assert_eq!(save(&two, &fresh, &text).status, 409);
        assert_eq!(zicha.app.own_surveys().unwrap()[0].survey.title().zh(), "乙的标题");
    }
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
        let before: serde_json::Value = serde_json::from_str(&clerk.get(&format!("/desk/surveys/{id}/json")).body).unwrap();
        let after: serde_json::Value = serde_json::from_str(&text_of(&read)).unwrap();
        // What is left out in one of the two means the same; compared is what the program makes of them.
        let same = |value: &serde_json::Value| zicha::survey::Survey::parse(value.to_string().as_bytes()).unwrap().questions().to_vec();
        assert_eq!(format!("{:?}", same(&before)), format!("{:?}", same(&after)), "{id}");
    }
    // A cell that says something else is named, and a formula is not taken.
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("survey").unwrap();
    for (c, text) in ["type", "name", "label::zh-CN"].iter().enumerate() {
        sheet.write_string(0, u16::try_from(c).unwrap(), *text).unwrap();
    }
    sheet.write_string(1, 0, "checkbox").unwrap();
    let wrong = clerk.upload("/desk/surveys/import", &[("csrf", &csrf)], "a.xlsx", &book.save_to_buffer().unwrap());
    wrong.assert_says(422, "缺少工作表 settings");
    wrong.assert_says(422, "工作表 survey 第 2 行 type 列");
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().set_name("survey").unwrap().write_formula(0, 0, "=1+1").unwrap();
    clerk.upload("/desk/surveys/import", &[("csrf", &csrf)], "a.xlsx", &book.save_to_buffer().unwrap()).assert_says(422, "含有公式");
    clerk.upload("/desk/surveys/import", &[("csrf", &csrf)], "a.json", b"\xff\xfe").assert_says(422, "既不是 Excel");
    clerk.upload("/desk/surveys/import", &[("csrf", &csrf)], "a.json", b"{ \"id\": 1 }").assert_says(422, "请修改以下各处");
}

#[test]
fn a_survey_is_changed_question_by_question_without_seeing_its_text() {
    for backend in backends() {
        let zicha = TestApp::start(backend);
        let clerk = desk(&zicha, "jingban");
        let text = zicha::app::App::shipped_text("canteen").unwrap().replacen("\"canteen\"", "\"canteen-2\"", 1);
        zicha.app.save_survey(&text, None, "jingban").unwrap();
        let outline = "/desk/surveys/canteen-2/outline";
        let own = || zicha.app.own_surveys().unwrap().remove(0);
        // Every question goes through its form and comes back as it was.
        let before = format!("{:?}", own().survey.questions());
        for question in own().survey.questions().iter().map(|q| q.id.clone()).collect::<Vec<_>>() {
            let path = format!("/desk/surveys/canteen-2/question/{question}");
            let saved = clerk.post(&path, &fields_of(&clerk.get(&path).body).iter().map(|(n, v)| (n.as_str(), v.as_str())).collect::<Vec<_>>());
            assert_eq!(saved.status, 303, "{question}: {}", saved.body);
        }
        assert_eq!(format!("{:?}", own().survey.questions()), before);
        // Reworded, with options of its own; refused input stays as it was typed.
        let path = "/desk/surveys/canteen-2/question/visit_meal";
        let change = |changes: &[(&str, &str)]| {
            let mut fields = fields_of(&clerk.get(path).body);
            for (name, value) in changes {
                fields.retain(|(known, _)| known != name);
                fields.push(((*name).to_owned(), (*value).to_owned()));
            }
            clerk.post(path, &fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect::<Vec<_>>())
        };
        let wrong = change(&[("options", "lunch | 午餐 | Lunch | sometimes"), ("text_zh-CN", "您在哪一餐<b>")]);
        wrong.assert_says(422, "选项第 1 行：不认识“sometimes”");
        wrong.assert_says(422, "您在哪一餐&lt;b&gt;");
        assert!(change(&[("options", "")]).status == 422, "a choice without options is refused by the survey's own checks");
        assert_eq!(change(&[("text_zh-CN", "您一般吃哪一餐？")]).status, 303);
        assert_eq!(own().survey.question("visit_meal").unwrap().text.zh(), "您一般吃哪一餐？");
        // Moved, added, taken out; a category more.
        let order = || own().survey.questions().iter().map(|q| q.id.clone()).collect::<Vec<_>>();
        let first = order()[0].clone();
        clerk.post_from(outline, outline, &[("do", "down"), ("question", &first)]);
        assert_eq!(order()[1], first);
        let added = clerk.post_from(outline, outline, &[("do", "add"), ("group", "0")]).location;
        assert!(added.starts_with("/desk/surveys/canteen%2D2/question/"), "{added}");
        clerk.get(&added).assert_says(200, "新的题目");
        let id = added.rsplit('/').next().unwrap();
        clerk.post_from(outline, outline, &[("do", "remove"), ("question", id)]);
        assert!(!order().contains(&id.to_owned()));
        let categories = own().survey.categories().count();
        clerk.post_from(outline, outline, &[("do", "category")]);
        clerk.post_from(
            outline,
            outline,
            &[
                ("do", "name"),
                ("group", &categories.to_string()),
                ("name_zh-CN", "服务态度"),
                ("name_en", "Service"),
                ("short_zh-CN", "服务"),
                ("short_en", "Service"),
            ],
        );
        assert_eq!(own().survey.categories().last().unwrap().name.zh(), "服务态度");
        // What another question depends on cannot be taken out unseen.
        let refused = clerk.post_from(outline, outline, &[("do", "remove"), ("question", "visit_meal")]);
        assert_eq!((refused.status, order().contains(&"visit_meal".to_owned())), (422, true));
        // A survey that comes with zicha is copied first.
        assert_eq!(clerk.get("/desk/surveys/canteen/outline").status, 404);
    }
}

#[test]
fn two_who_change_different_questions_both_get_what_they_meant() {
    let zicha = TestApp::start(Backend::Sqlite);
    let (one, two) = (desk(&zicha, "jia"), desk(&zicha, "yi"));
    let text = zicha::app::App::shipped_text("canteen").unwrap().replacen("\"canteen\"", "\"canteen-2\"", 1);
    zicha.app.save_survey(&text, None, "jia").unwrap();
    let path = |question: &str| format!("/desk/surveys/canteen-2/question/{question}");
    let send = |desk: &Desk, question: &str, page: &Page, text: &str| {
        let mut fields = fields_of(&page.body);
        fields.retain(|(name, _)| name != "text_zh-CN");
        fields.push(("text_zh-CN".to_owned(), text.to_owned()));
        desk.post(&path(question), &fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect::<Vec<_>>())
    };
    let (first, second) = (one.get(&path("visit_meal")), two.get(&path("visit_note")));
    assert_eq!(send(&one, "visit_meal", &first, "甲改的题目").status, 303);
    let told = send(&two, "visit_note", &second, "乙改的题目");
    told.assert_says(409, "他人刚修改了这份问卷");
    told.assert_says(409, "乙改的题目");
    assert_eq!(send(&two, "visit_note", &told, "乙改的题目").status, 303);
    let survey = zicha.app.own_surveys().unwrap().remove(0).survey;
    let said = |question: &str| survey.question(question).unwrap().text.zh().to_owned();
    assert_eq!((said("visit_meal"), said("visit_note")), ("甲改的题目".to_owned(), "乙改的题目".to_owned()));
}

/// The fields of the form of a question as a browser would send them.
fn fields_of(body: &str) -> Vec<(String, String)> {
    let form = &body[body.find("/question/").map_or(0, |at| body[..at].rfind("<form").unwrap_or(0))..];
    let form = &form[..form.find("</form>").unwrap()];
    let plain = |text: &str| text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let attribute = |tag: &str, name: &str| tag.split(&format!("{name}=\"")).nth(1).map(|rest| plain(rest.split('"').next().unwrap()));
    let mut fields = Vec::new();
    for tag in form.split("<input").skip(1).map(|rest| rest.split_once('>').unwrap().0) {
        if tag.contains("type=\"checkbox\"") && !tag.contains("checked") {
            continue;
        }
        fields.push((attribute(tag, "name").unwrap(), attribute(tag, "value").unwrap_or_default()));
    }
    for area in form.split("<textarea").skip(1) {
        let (tag, rest) = area.split_once('>').unwrap();
        fields.push((attribute(tag, "name").unwrap(), plain(rest.split("</textarea>").next().unwrap())));
    }
    for select in form.split("<select").skip(1) {
        let (tag, rest) = select.split_once('>').unwrap();
        let options: Vec<&str> = rest.split("</select>").next().unwrap().split("<option").skip(1).collect();
        let chosen = options.iter().find(|o| o.split('>').next().unwrap().contains("selected")).or(options.first());
        fields.push((attribute(tag, "name").unwrap(), chosen.and_then(|o| attribute(o, "value")).unwrap_or_default()));
    }
    fields
}
