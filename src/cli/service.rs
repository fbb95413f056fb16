//! `zicha serve`: runs the service until it is told to stop.

use std::sync::Arc;

use crate::app::{App, AppError, Settings};
use crate::text::Refusal;
use crate::web;

/// Serves with these settings.
pub(super) fn serve(settings: Settings) -> Result<(), AppError> {
    let app = Arc::new(App::open(settings)?);
    let setup = app.setup_token()?;
    run(app, move |app| {
        let settings = app.settings();
        println!("zicha listens on http://{}  (public address {})", settings.listen, settings.public_url());
        let desk = settings.desk_listen.as_deref().unwrap_or(&settings.listen);
        println!("desk: http://{desk}/desk");
        if !settings.is_https() {
            eprintln!("zicha: the public address is not https; real use needs a proxy with TLS in front and ZICHA_PUBLIC_URL=https://…");
        }
        if let Some(token) = &setup {
            println!("first start: make the first account at http://{desk}/desk/setup/{token}  (works once)");
        }
    })
}

/// Runs the service of an application.
pub(super) fn run(app: Arc<App>, ready: impl FnOnce(&App)) -> Result<(), AppError> {
    let listen = app.settings().listen.clone();
    actix_web::rt::System::new().block_on(web::serve(app, ready)).map_err(|e| {
        Refusal::new(
            format!("无法在 {listen} 上提供服务：{e}；请换一个端口（--listen）"),
            format!("cannot serve on {listen}: {e}; choose another port with --listen"),
        )
        .into()
    })
}

/// A core file would hold answers and keys.
pub(super) fn forbid_core_dumps() {
    let none = rustix::process::Rlimit { current: Some(0), maximum: Some(0) };
    if rustix::process::setrlimit(rustix::process::Resource::Core, none).is_err() {
        eprintln!("zicha: core dumps could not be switched off");
    }
}
