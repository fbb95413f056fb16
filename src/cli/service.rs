//! `zicha serve`: runs the service until it is told to stop.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use super::output::say;
use crate::app::{App, AppError, Part, Settings};
use crate::text::Refusal;
use crate::web;

/// Serves with these settings.
pub(super) fn serve(settings: Settings) -> Result<(), AppError> {
    let app = Arc::new(App::open(settings)?);
    app.remember_public_address()?;
    if app.settings().part == Part::Desk && !app.may_open_boxes()? {
        return Err(Refusal::new(
            "工作台没有开启票箱的数据库权限：请设置 ZICHA_OPENING_DATABASE（角色见 \
             deploy/postgres/roles.sql）",
            "this desk may not close rounds or open boxes in its database: set \
             ZICHA_OPENING_DATABASE (deploy/postgres/roles.sql has the roles)",
        )
        .into());
    }
    // A node that only takes ballots in has no desk to set up, and no right to.
    let setup = if app.settings().part == Part::Intake { None } else { app.setup_token()? };
    run(app, move |app| {
        let settings = app.settings();
        let desk = settings.desk_listen.as_deref().unwrap_or(&settings.listen);
        if settings.part != Part::Desk {
            say(format_args!(
                "zicha listens on http://{}  (public address {})",
                settings.listen,
                settings.public_url()
            ));
        }
        if settings.part != Part::Intake {
            say(format_args!("desk: http://{desk}/desk"));
        }
        if !settings.is_https() {
            eprintln!(
                "zicha: the public address is not https; real use needs a proxy with TLS in front \
                 and ZICHA_PUBLIC_URL=https://…"
            );
        }
        if let Some(token) = &setup {
            say(format_args!(
                "first start: make the first account at http://{desk}/desk/setup/{token}  (works \
                 once)"
            ));
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

/// How long the service may take to say that it is well.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks a running service whether it is well; for containers that hold nothing but this program.
pub(super) fn health(listen: &str, ready: bool) -> Result<(), AppError> {
    let path = if ready { "/readyz" } else { "/healthz" };
    // What listens everywhere also listens here.
    let address = listen.replace("0.0.0.0", "127.0.0.1").replace("[::]", "[::1]");
    let ask = || -> std::io::Result<String> {
        let to = address.to_socket_addrs()?.next().ok_or(std::io::ErrorKind::AddrNotAvailable)?;
        let mut stream = TcpStream::connect_timeout(&to, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(
            format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")
                .as_bytes(),
        )?;
        let mut answer = String::new();
        stream.take(1 << 10).read_to_string(&mut answer)?;
        Ok(answer.lines().next().unwrap_or_default().to_owned())
    };
    match ask() {
        Ok(first) if first.split(' ').nth(1) == Some("200") => Ok(()),
        Ok(first) => Err(AppError::File(format!("the service at {address} is not well: {first}"))),
        Err(error) => Err(AppError::File(format!("nothing answers at {address}: {error}"))),
    }
}

/// A core file would hold answers and keys.
pub(super) fn forbid_core_dumps() {
    let none = rustix::process::Rlimit { current: Some(0), maximum: Some(0) };
    if rustix::process::setrlimit(rustix::process::Resource::Core, none).is_err() {
        eprintln!("zicha: core dumps could not be switched off");
    }
}
