//! Errors as pages: one sentence and what to do, in the reader's language, with the status that
//! fits.
//! The only place that knows status codes. Causes go to the log without anything the request held.

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use maud::{Markup, html};

use super::page::{self, PageKind, View};
use crate::app::{AppError, Cause, Event, report};
use crate::storage::StorageError;
use crate::text::{Lang, Refusal, visible};

/// What can go wrong in a handler.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// No such page.
    #[error("nothing here")]
    NothingHere,
    /// The desk user may not do this.
    #[error("not allowed")]
    Forbidden,
    /// A desk form without the session's token.
    #[error("the form is stale")]
    Stale,
    /// Nobody is signed in who could see this address.
    #[error("sign in")]
    SignIn(String),
    /// The session ended while a form was filled in: its address, and what is carried along of it,
    /// sealed.
    #[error("sign in again")]
    SessionOver(String, Option<String>),
    /// The password was given by somebody else and has to be changed first.
    #[error("change the password first")]
    ChangePassword,
    /// The request cannot be read.
    #[error("{1}")]
    Unreadable(StatusCode, Refusal),
    /// Too much at once.
    #[error("busy")]
    Busy,
    /// The use case did not happen.
    #[error(transparent)]
    App(#[from] AppError),
    /// The worker thread was lost.
    #[error("interrupted")]
    Interrupted,
}

impl From<actix_web::error::BlockingError> for WebError {
    fn from(_: actix_web::error::BlockingError) -> Self {
        Self::Interrupted
    }
}

impl WebError {
    fn refusal(&self) -> Refusal {
        match self {
            Self::NothingHere => {
                Refusal::new("没有这个页面，请核对地址", "there is no such page; check the address")
            }
            Self::Forbidden | Self::App(AppError::Forbidden) => Refusal::new(
                "您的账号没有这项权限；工作需要的，请与政工科负责人或系统管理员联系",
                "your account may not do this; if your work needs it, ask the head of the section \
                 or the administrator",
            ),
            Self::Stale => Refusal::new(
                "页面已过期，请返回刷新后重新提交",
                "the page is stale; go back, reload and submit again",
            ),
            Self::ChangePassword => {
                Refusal::new("请先修改初始口令", "change the first password before anything else")
            }
            Self::SignIn(_) | Self::SessionOver(..) => Refusal::new("请先登录", "sign in first"),
            Self::Busy => Refusal::new(
                "现在提交的人较多，请稍等几秒再试，您的答案没有丢失",
                "many people are submitting; wait a few seconds and try again",
            ),
            Self::App(AppError::Changed) => Refusal::new(
                "您打开页面之后，他人修改了同一内容；请返回刷新，核对后再保存",
                "somebody else has changed this since you opened the page; reload it, compare and \
                 save again",
            ),
            Self::Unreadable(_, refusal)
            | Self::App(AppError::Refused(refusal) | AppError::NotFound(refusal)) => {
                refusal.clone()
            }
            Self::App(AppError::Mistakes(list)) => Refusal::new(
                list.iter().map(|r| r.zh.as_str()).collect::<Vec<_>>().join("\n"),
                list.iter().map(|r| r.en.as_str()).collect::<Vec<_>>().join("\n"),
            ),
            Self::App(AppError::Storage(_) | AppError::File(_)) | Self::Interrupted => {
                Refusal::new(
                    "服务暂时不可用，请稍后再试；已收到的答卷不受影响",
                    "the service is unavailable for the moment; try again later. Responses already \
                     received are safe",
                )
            }
        }
    }

    /// Status and reason, for a program.
    #[must_use]
    pub fn for_programs(&self) -> (StatusCode, Refusal) {
        if let Self::App(error @ (AppError::Storage(_) | AppError::File(_))) = self {
            report(&Event::RequestFailed(error.into()));
        }
        (self.status_code(), self.refusal())
    }

    /// The page of this error.
    #[must_use]
    pub fn page(&self, view: View) -> HttpResponse {
        let lang = view.lang;
        match self {
            Self::App(error @ (AppError::Storage(_) | AppError::File(_))) => {
                report(&Event::RequestFailed(error.into()));
            }
            Self::Interrupted => report(&Event::RequestFailed(Cause::Interrupted)),
            _ => {}
        }
        let title = lang.pick("未能完成", "That did not work");
        let body = self.body(lang, &format!("/{}", view.query()));
        self.response(page::respondent(PageKind::Error, view, title, "/", body))
    }

    pub(super) fn body(&self, lang: Lang, home: &str) -> Markup {
        html! {
            h1 { (lang.pick("未能完成", "That did not work")) }
            @for line in self.refusal().get(lang).lines() {
                p { (visible(line)) }
            }
            p { a href=(home) { (lang.pick("返回首页", "Home")) } }
        }
    }

    pub(super) fn response(&self, page: Markup) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        if self.status_code() == StatusCode::SERVICE_UNAVAILABLE {
            response.insert_header((RETRY_AFTER, "5"));
        }
        response.content_type("text/html; charset=utf-8").body(page.into_string())
    }
}

impl ResponseError for WebError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NothingHere
            | Self::App(AppError::NotFound(_) | AppError::Storage(StorageError::NotFound)) => {
                StatusCode::NOT_FOUND
            }
            Self::Forbidden | Self::Stale | Self::App(AppError::Forbidden) => StatusCode::FORBIDDEN,
            Self::SignIn(_) | Self::ChangePassword => StatusCode::SEE_OTHER,
            Self::SessionOver(..) => StatusCode::UNAUTHORIZED,
            Self::Unreadable(status, _) => *status,
            Self::App(AppError::Changed) => StatusCode::CONFLICT,
            Self::App(AppError::Refused(_) | AppError::Mistakes(_)) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::Busy | Self::App(AppError::Storage(_) | AppError::File(_)) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Interrupted => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        self.page(View::default())
    }
}

/// Any address that no route knows.
pub async fn nothing_here(request: HttpRequest) -> HttpResponse {
    WebError::NothingHere.page(View::of(&request))
}
