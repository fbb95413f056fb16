//! Every route of the desk in one table: method, address, who may come in, and what is done.
//! There is no other way to add one, so that a route without a right can only be one that says it
//! is open.

use actix_web::dev::ServiceFactory;
use actix_web::http::Method;
use actix_web::web::{PathConfig, method, resource};
use actix_web::{FromRequest, Handler, Responder, Route, Scope};

use super::door::{Entrance, choose_language, door};
use super::{lists, office, results, rounds, surveys};
use crate::app::Permission::{Accounts, Audit, Clock, ReadLists, RunRounds, SignedIn};
use crate::web::error::WebError;
use Entrance::{Form, Grave, Open, Page, Secret, Trial, Upload};

/// One route.
pub struct Row {
    /// Its method.
    pub method: Method,
    /// Its address below `/desk`.
    pub path: &'static str,
    /// What is asked of whoever comes in.
    pub entrance: Entrance,
    route: Route,
}

fn row<F, Args>(asked: Method, path: &'static str, entrance: Entrance, handler: F) -> Row
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let route = method(asked.clone()).to(handler).wrap(door(entrance));
    Row { method: asked, path, entrance, route }
}

fn get<F, Args>(path: &'static str, entrance: Entrance, handler: F) -> Row
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    row(Method::GET, path, entrance, handler)
}

fn post<F, Args>(path: &'static str, entrance: Entrance, handler: F) -> Row
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    row(Method::POST, path, entrance, handler)
}

/// The table.
#[must_use]
#[expect(clippy::too_many_lines, reason = "a list, one entry after the other")]
pub fn rows() -> Vec<Row> {
    vec![
        get("", Page(SignedIn), office::home::show),
        get("/sign-in", Open, office::sign_in::show),
        post("/sign-in", Open, office::sign_in::post),
        post("/sign-out", Form(SignedIn), office::sign_in::sign_out),
        get("/help", Page(SignedIn), office::help::index),
        get("/help/{guide}", Page(SignedIn), office::help::show),
        get("/me", Page(SignedIn), office::me::show),
        post("/me", Form(SignedIn), office::me::post),
        get("/confirm", Page(SignedIn), office::password::show),
        post("/confirm", Grave(SignedIn), office::password::post),
        get("/setup/{token}", Open, office::sign_in::setup),
        post("/setup/{token}", Open, office::sign_in::set_up),
        post("/vouch", Form(RunRounds), office::home::vouch),
        post("/clock", Form(Clock), office::home::confirm_clock),
        get("/calendar", Page(RunRounds), office::calendar::show),
        post("/calendar", Form(RunRounds), office::calendar::set),
        get("/units", Page(RunRounds), office::units::show),
        post("/units", Form(RunRounds), office::units::import),
        get("/language", Open, choose_language),
        post("/units/file", Upload(RunRounds), office::units::upload),
        post("/units/columns", Form(RunRounds), office::units::columns),
        post("/units/one", Form(RunRounds), office::units::add),
        get("/units/template.csv", Page(RunRounds), office::units::template),
        get("/units.csv", Page(RunRounds), office::units::export),
        get("/accounts", Page(Accounts), office::accounts::show),
        post("/accounts", Grave(Accounts), office::accounts::add),
        post("/accounts/do", Grave(Accounts), office::accounts::act),
        get("/accounts/change", Page(Accounts), office::accounts::edit),
        post("/accounts/change", Grave(Accounts), office::accounts::change),
        get("/accounts/many", Page(Accounts), office::roster::show),
        post("/accounts/many", Grave(Accounts), office::roster::make),
        post("/accounts/read", Form(Accounts), office::roster::read),
        post("/accounts/file", Upload(Accounts), office::roster::upload),
        get("/accounts/template.csv", Page(Accounts), office::roster::template),
        get("/audit", Page(Audit), office::audit::show),
        get("/audit.csv", Page(Audit), office::audit::export),
        get("/surveys", Page(RunRounds), surveys::list::list),
        get("/surveys/edit", Page(RunRounds), surveys::list::edit),
        post("/surveys/edit", Form(RunRounds), surveys::list::save),
        post("/surveys/copy", Form(RunRounds), surveys::list::copy),
        post("/surveys/try", Form(RunRounds), surveys::list::attempt),
        get("/surveys/{id}/outline", Page(RunRounds), surveys::outline::outline),
        post("/surveys/{id}/outline", Form(RunRounds), surveys::outline::step),
        get("/surveys/{id}/part/{part}", Page(RunRounds), surveys::parts::show),
        post("/surveys/{id}/part/{part}", Form(RunRounds), surveys::parts::change),
        post("/surveys/{id}/part/{part}/try", Form(RunRounds), surveys::parts::attempt),
        get("/surveys/{id}/versions", Page(RunRounds), surveys::versions::show),
        post("/surveys/{id}/versions", Form(RunRounds), surveys::versions::restore),
        post("/surveys/import", Upload(RunRounds), surveys::list::import),
        get("/surveys/{id}/xlsx", Page(RunRounds), surveys::list::xlsx),
        get("/surveys/{id}/json", Page(RunRounds), surveys::list::json),
        get("/surveys/{id}/preview", Page(RunRounds), surveys::preview::show),
        get("/surveys/{id}/preview/page", Page(RunRounds), surveys::preview::page),
        post("/surveys/{id}/preview/page", Trial(RunRounds), surveys::preview::post),
        get("/surveys/{id}/preview/received", Page(RunRounds), surveys::preview::received),
        get("/rounds/new", Page(RunRounds), rounds::draft::new),
        post("/rounds/new", Form(RunRounds), rounds::draft::create),
        get("/rounds/{round}/edit", Page(RunRounds), rounds::draft::edit),
        post("/rounds/{round}/edit", Form(RunRounds), rounds::draft::change),
        get("/rounds/{round}", Page(RunRounds), rounds::show::show),
        get("/rounds/{round}/frozen", Page(RunRounds), rounds::frozen::show),
        get("/rounds/{round}/standing", Open, rounds::follow::show),
        get("/rounds/{round}/custody", Page(RunRounds), rounds::custody::show),
        post("/rounds/{round}/custody", Secret(RunRounds), rounds::custody::post),
        get("/rounds/{round}/keeping", Page(RunRounds), rounds::keeping::show),
        post("/rounds/{round}/keeping", Grave(RunRounds), rounds::keeping::post),
        get("/rounds/{round}/texts", Page(RunRounds), lists::screening::show),
        post("/rounds/{round}/texts", Form(RunRounds), lists::screening::post),
        post("/rounds/{round}/texts/many", Form(RunRounds), lists::screening_many::post),
        post("/rounds/{round}/texts/undo", Form(RunRounds), lists::screening_many::undo),
        post("/rounds/{round}/names", Form(RunRounds), lists::screening::load_names),
        post("/rounds/{round}/slips", Form(RunRounds), rounds::show::slips),
        post("/rounds/{round}/do/open", Form(RunRounds), rounds::steps::open),
        post("/rounds/{round}/do/close", Form(RunRounds), rounds::steps::close),
        post("/rounds/{round}/do/box", Grave(RunRounds), rounds::steps::open_box),
        post("/rounds/{round}/do/release", Grave(RunRounds), rounds::steps::release),
        post("/rounds/{round}/do/postpone", Grave(RunRounds), rounds::steps::postpone),
        post("/rounds/{round}/do/lists", Grave(RunRounds), rounds::steps::reissue),
        post("/rounds/{round}/withdraw", Form(RunRounds), rounds::steps::withdraw),
        post("/rounds/{round}/lists/{group}", Form(ReadLists), lists::paper::receive),
        post("/rounds/{round}/receipts", Form(RunRounds), lists::problems::note_receipts),
        post("/rounds/{round}/leftover", Form(RunRounds), rounds::leftover::post),
        post("/rounds/{round}/hold", Form(RunRounds), rounds::show::hold),
        get("/rounds/{round}/results", Page(ReadLists), results::overview::show),
        get("/rounds/{round}/rows", Page(RunRounds), lists::rows::show),
        post("/rounds/{round}/rows", Form(RunRounds), lists::rows::step),
        get("/rounds/{round}/problems", Page(RunRounds), lists::problems::overview),
        get("/rounds/{round}/problems/{group}", Page(RunRounds), lists::problems::list),
        post("/rounds/{round}/problems/{group}", Form(RunRounds), lists::problems::add),
        get("/rounds/{round}/problems/{group}/{number}", Page(RunRounds), lists::problems::row),
        post("/rounds/{round}/problems/{group}/{number}", Form(RunRounds), lists::problems::change),
        post(
            "/rounds/{round}/problems/{group}/{number}/undo",
            Form(RunRounds),
            lists::problems::undo,
        ),
        post(
            "/rounds/{round}/problems/{group}/{number}/drop",
            Form(RunRounds),
            lists::problems::remove,
        ),
        get("/rounds/{round}/results/{category}", Page(ReadLists), results::overview::category),
        get("/rounds/{round}/pictures/{picture}", Page(ReadLists), results::pictures::show),
        get("/rounds/{round}/compare", Page(ReadLists), results::compare::show),
        get("/rounds/{round}/groups/{group}", Page(ReadLists), results::group::show),
        get("/rounds/{round}/lists/{group}", Page(ReadLists), lists::paper::show),
        get("/rounds/{round}/exports", Page(ReadLists), lists::exports::show),
        get("/rounds/{round}/export/{table}", Page(ReadLists), lists::exports::export),
    ]
}

/// Adds the table to the desk's scope: the routes of one address are one resource.
pub fn routes<T>(desk: Scope<T>) -> Scope<T>
where
    T: ServiceFactory<
            actix_web::dev::ServiceRequest,
            Config = (),
            Error = actix_web::Error,
            InitError = (),
        >,
{
    let mut resources: Vec<(&str, actix_web::Resource)> = Vec::new();
    for row in rows() {
        let known = resources.iter().position(|(path, _)| *path == row.path);
        let (path, resource) =
            known.map_or_else(|| (row.path, resource(row.path)), |at| resources.remove(at));
        resources.push((path, resource.route(row.route)));
    }
    let paths = PathConfig::default().error_handler(|_, _| WebError::NothingHere.into());
    resources.into_iter().fold(desk.app_data(paths), |desk, (_, resource)| desk.service(resource))
}
