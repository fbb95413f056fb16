//! HTTP: the questionnaire side and the desk. actix and maud live here and nowhere else.
//! The two sides share the application, and the desk's preview shows the questionnaire's page; the
//! questionnaire side has no cookie, no session and no log.

mod api;
mod assets;
pub mod body;
mod cookies;
pub mod desk;
mod error;
mod files;
mod journey;
mod negotiate;
mod page;
pub mod respondent;
pub mod sheet;
mod sockets;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Server, ServerHandle, ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_SECURITY_POLICY, HeaderValue, X_FRAME_OPTIONS};
use actix_web::http::{ConnectionType, Method};
use actix_web::middleware::{DefaultHeaders, Next, from_fn};
use actix_web::web::{Data, ServiceConfig, get, head, post, resource, route, scope};
use actix_web::{App as ActixApp, HttpResponse, HttpServer};
use tokio::signal::unix::{SignalKind, signal};

use crate::app::{App, Part};
use crate::id::RoundId;

pub use error::WebError;

// Time-outs that keep slow and dead connections from piling up; bodies have their own in
// `respondent::submit`.
const KEEP_ALIVE: Duration = Duration::from_secs(29);
const REQUEST_HEAD: Duration = Duration::from_secs(5);
const DISCONNECT: Duration = Duration::from_secs(2);
const DRAIN_SECONDS: u64 = 10;

/// Whether the process runs, and whether it reaches its database.
fn health_routes(config: &mut ServiceConfig) {
    config
        .service(
            resource("/healthz")
                .route(get().to(respondent::health::live))
                .route(head().to(respondent::health::live)),
        )
        .service(
            resource("/readyz")
                .route(get().to(respondent::health::ready))
                .route(head().to(respondent::health::ready)),
        );
}

/// Routes of the questionnaire side.
pub fn respondent_routes(config: &mut ServiceConfig) {
    health_routes(config);
    config
        .service(resource("/").route(get().to(respondent::home::show)))
        .service(
            resource("/r/{round}")
                .route(get().to(respondent::form::show))
                .route(post().to(respondent::submit::post)),
        )
        .service(resource("/r/{round}/received").route(get().to(respondent::submit::received)))
        .service(resource("/r/{round}/again").route(get().to(respondent::submit::again)))
        .service(resource("/bulletin/{round}").route(get().to(respondent::bulletin::show)))
        .service(resource("/privacy").route(get().to(respondent::privacy::show)))
        .service(resource("/assets/{name}").route(get().to(files::serve)))
        .service(resource("/worker.js").route(get().to(files::worker)))
        .service(resource("/unfrozen").route(get().to(files::unfrozen)))
        .default_service(route().to(error::nothing_here));
}

/// Routes of the desk and of the interface for programs.
pub fn desk_routes(config: &mut ServiceConfig) {
    api::routes(config);
    let desk = desk::routes(scope("/desk").wrap(from_fn(desk::errors)))
        .default_service(route().to(desk::nothing_here));
    config.service(desk).service(resource("/metrics").route(get().to(desk::metrics)));
}

/// What a page may have to do with frames; nothing, but for the desk's preview.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FrameRule {
    None,
    MayFrame,
    MayBeFramed,
}

fn policy(rule: FrameRule) -> String {
    let frames = if rule == FrameRule::MayFrame { " frame-src 'self';" } else { "" };
    let ancestors = if rule == FrameRule::MayBeFramed { "'self'" } else { "'none'" };
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src \
         'self'; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';{frames} \
         frame-ancestors {ancestors}"
    )
}

/// Gives one page another rule than [`headers`] has.
fn content_policy(response: &mut HttpResponse, rule: FrameRule) {
    let value = HeaderValue::try_from(policy(rule)).expect("the policy is plain text");
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, value);
    if rule == FrameRule::MayBeFramed {
        response.headers_mut().insert(X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    }
}

/// Headers of every answer; static files keep their own caching.
pub fn headers(https: bool) -> DefaultHeaders {
    let headers = DefaultHeaders::new()
        .add(("Content-Security-Policy", policy(FrameRule::None)))
        .add(("X-Content-Type-Options", "nosniff"))
        .add(("X-Frame-Options", "DENY"))
        .add(("Referrer-Policy", "no-referrer"))
        .add(("Cache-Control", "no-store"))
        .add(("Cross-Origin-Opener-Policy", "same-origin"))
        .add(("Cross-Origin-Resource-Policy", "same-origin"))
        .add(("Cross-Origin-Embedder-Policy", "require-corp"))
        .add(("X-Robots-Tag", "noindex, noarchive"))
        .add((
            "Permissions-Policy",
            "camera=(), microphone=(), geolocation=(), usb=(), serial=(), display-capture=(), \
             payment=()",
        ));
    if https {
        headers.add(("Strict-Transport-Security", "max-age=63072000; includeSubDomains"))
    } else {
        headers
    }
}

/// What one address serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Questionnaires,
    Desk,
    Both,
    /// Beside questionnaires that have no desk: figures and health only.
    Metrics,
}

/// Serves until the process is told to stop, and calls `ready` once the addresses are bound.
pub async fn serve(app: Arc<App>, ready: impl FnOnce(&App)) -> std::io::Result<()> {
    let settings = app.settings().clone();
    let shared =
        Shared { pages: Data::default(), openings: Data::default(), stopping: Data::default() };
    let (listen, desk_listen) = (settings.listen, settings.desk_listen);
    let mut sides = match (settings.part, desk_listen) {
        (Part::All, None) => vec![(listen, Side::Both)],
        (Part::All, Some(desk)) => vec![(listen, Side::Questionnaires), (desk, Side::Desk)],
        (Part::Intake, None) => vec![(listen, Side::Questionnaires)],
        (Part::Intake, Some(desk)) => vec![(listen, Side::Questionnaires), (desk, Side::Metrics)],
        (Part::Desk, desk) => vec![(desk.unwrap_or(listen), Side::Desk)],
    }
    .into_iter()
    .map(|(address, side)| side_server(&app, &shared, &address, side));
    let (first, second) = (sides.next(), sides.next());
    let (first, second) = (first.transpose()?, second.transpose()?);
    let ticking = actix_web::rt::spawn(tick(app.clone()));
    let handles: Vec<ServerHandle> =
        [&first, &second].into_iter().flatten().map(Server::handle).collect();
    let stopping = actix_web::rt::spawn(stop_when_told(shared.stopping.clone(), handles)?);
    ready(&app);
    let run = |server: Option<Server>| async move {
        if let Some(server) = server { server.await } else { Ok(()) }
    };
    let result = tokio::try_join!(run(first), run(second)).map(drop);
    ticking.abort();
    stopping.abort();
    result
}

/// Told to stop, it answers what is under way and lets go of connections that would go on sending.
fn stop_when_told(
    stopping: Data<Stopping>,
    handles: Vec<ServerHandle>,
) -> std::io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) =
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! { _ = terminate.recv() => {} _ = interrupt.recv() => {} }
        stopping.0.store(true, Ordering::Relaxed);
        futures_util::future::join_all(handles.iter().map(|handle| handle.stop(true))).await;
    })
}

/// What every server of this process knows.
struct Shared {
    pages: Data<respondent::Pages>,
    openings: Data<desk::Openings>,
    stopping: Data<Stopping>,
}

/// Whether the process was told to stop.
#[derive(Default)]
struct Stopping(AtomicBool);

/// While the process stops, every answer is the last one of its connection.
async fn last_answer(
    stopping: Data<Stopping>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let mut answer = next.call(request).await?.map_body(|_, body| sockets::sliced(body));
    if stopping.0.load(Ordering::Relaxed) {
        answer.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(answer)
}

/// The address that was meant by one with a slash at its end, or with a round's name in capitals.
/// On the side of respondents only pages that there can be are answered so: nothing else of what
/// was sent comes back in an answer.
fn meant_by(path: &str) -> Option<String> {
    let plain = path.trim_end_matches('/');
    let round_page = ["/r/", "/bulletin/"]
        .into_iter()
        .find_map(|start| plain.strip_prefix(start).map(|rest| (start, rest)));
    let meant = match round_page {
        Some((start, rest)) => {
            let (round, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let round: RoundId = round.to_ascii_lowercase().parse().ok()?;
            ["", "/received", "/again"].contains(&rest).then(|| format!("{start}{round}{rest}"))?
        }
        None if plain == "/privacy" || plain == "/desk" || plain.starts_with("/desk/") => {
            plain.to_owned()
        }
        None => return None,
    };
    (meant != path && !meant.contains('\\')).then_some(meant)
}

/// Refuses an address that holds a NUL before anybody looks it up: no database has such a thing.
async fn sane_address(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let address = request.uri().path_and_query().map_or("", |address| address.as_str());
    if address.contains("%00") {
        let page = WebError::NothingHere.page(page::View::of(request.request()));
        return Ok(request.into_response(page));
    }
    if let Some(to) = meant_by(request.path()) {
        let desk = to.starts_with("/desk");
        let query = if desk {
            format!("?{}", request.query_string())
        } else {
            page::View::of(request.request()).query()
        };
        let to = format!("{to}{}", if query == "?" { "" } else { &query });
        let moved = HttpResponse::PermanentRedirect().insert_header(("Location", to)).finish();
        return Ok(request.into_response(moved));
    }
    // Whoever asks for the head gets that of the page; the body stays here.
    let mut request = request;
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    next.call(request).await.map(ServiceResponse::map_into_boxed_body)
}

fn side_server(
    app: &Arc<App>,
    shared: &Shared,
    address: &str,
    side: Side,
) -> std::io::Result<Server> {
    let settings = app.settings();
    let (https, workers) = (settings.is_https(), settings.workers);
    let (app, pages, openings, stopping) = (
        Data::from(app.clone()),
        shared.pages.clone(),
        shared.openings.clone(),
        shared.stopping.clone(),
    );
    let server = HttpServer::new(move || {
        let app = ActixApp::new()
            .app_data(app.clone())
            .app_data(pages.clone())
            .app_data(openings.clone())
            .app_data(stopping.clone())
            .wrap(from_fn(sane_address))
            .wrap(headers(https))
            .wrap(from_fn(last_answer));
        match side {
            Side::Questionnaires => app.configure(respondent_routes),
            Side::Both => app.configure(respondent_routes).configure(desk_routes),
            Side::Desk => app
                .configure(desk_routes)
                .configure(health_routes)
                .service(resource("/assets/{name}").route(get().to(files::serve)))
                .default_service(route().to(error::nothing_here)),
            Side::Metrics => app
                .configure(health_routes)
                .service(resource("/metrics").route(get().to(desk::metrics)))
                .default_service(route().to(error::nothing_here)),
        }
    });
    let server = sockets::listen(address)?.into_iter().try_fold(server, HttpServer::listen)?;
    Ok(server
        .workers(workers.unwrap_or_else(|| {
            std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
        }))
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(REQUEST_HEAD)
        .client_disconnect_timeout(DISCONNECT)
        .shutdown_timeout(DRAIN_SECONDS)
        .disable_signals()
        .run())
}

/// Lets the service do by itself what the days ask for.
async fn tick(app: Arc<App>) {
    loop {
        let ticking = app.clone();
        // What failed was reported where it failed, and is tried again.
        drop(actix_web::web::block(move || ticking.tick()).await);
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
}
