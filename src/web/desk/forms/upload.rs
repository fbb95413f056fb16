//! Files that are uploaded to the desk, within limits of size and time, and never under the name
//! that the sender gave them.
//! A form with a file is `multipart/form-data`; it carries the session's token as every other form
//! does.

use std::time::Duration;

use actix_multipart::Multipart;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Payload;
use futures_util::StreamExt;

use crate::response::Form;
use crate::text::Refusal;
use crate::web::desk::Session;
use crate::web::error::WebError;

/// Largest file.
const MAX_FILE: usize = 5 << 20;
/// Largest other field.
const MAX_FIELD: usize = 64 << 10;
const MAX_FIELDS: usize = 20;
const TIME: Duration = Duration::from_mins(1);

/// The fields of an upload of this session, and its file.
pub async fn read_upload(
    session: &Session,
    request: &HttpRequest,
    payload: Payload,
) -> Result<(Form, Vec<u8>), WebError> {
    let (form, file) =
        tokio::time::timeout(TIME, read(request, payload)).await.unwrap_or_else(|_| {
            let refusal = Refusal::new(
                "网络过慢，一分钟内没有传完，请重试",
                "the network is too slow: the file did not arrive within a minute",
            );
            Err(WebError::Unreadable(StatusCode::REQUEST_TIMEOUT, refusal))
        })?;
    if form.first("csrf") == session.csrf { Ok((form, file)) } else { Err(WebError::Stale) }
}

async fn read(request: &HttpRequest, payload: Payload) -> Result<(Form, Vec<u8>), WebError> {
    let unreadable = || {
        WebError::Unreadable(
            StatusCode::BAD_REQUEST,
            Refusal::new(
                "上传的内容无法读取，请重新选择文件",
                "the upload cannot be read; choose the file again",
            ),
        )
    };
    let mut parts = Multipart::new(request.headers(), payload);
    let (mut form, mut file) = (Form::default(), Vec::new());
    let mut count = 0;
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(|_| unreadable())?;
        count += 1;
        if count > MAX_FIELDS {
            return Err(unreadable());
        }
        let name = part.name().unwrap_or_default().to_owned();
        let is_file = name == "file";
        let limit = if is_file { MAX_FILE } else { MAX_FIELD };
        let mut bytes = Vec::new();
        while let Some(chunk) = part.next().await {
            let chunk = chunk.map_err(|_| unreadable())?;
            if bytes.len() + chunk.len() > limit {
                let refusal = Refusal::new("文件超过 5 MiB", "the file is over 5 MiB");
                return Err(WebError::Unreadable(StatusCode::PAYLOAD_TOO_LARGE, refusal));
            }
            bytes.extend_from_slice(&chunk);
        }
        if is_file {
            file = bytes;
        } else {
            let text = String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'));
            form.0.entry(name).or_default().push(text.ok_or_else(unreadable)?);
        }
    }
    Ok((form, file))
}
