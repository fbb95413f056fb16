//! Reading a form's body within limits of size and time.
//! A stranger has nothing to say that is long, and nobody holds a connection by dripping.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, BytesMut, Payload};
use actix_web::{HttpMessage, HttpRequest};
use futures_util::StreamExt;

use super::error::WebError;
use crate::text::Refusal;

/// Largest body: a Chinese character takes nine bytes, and the largest survey allowed still fits.
pub const MAX_BODY: usize = 256 << 10;
/// A body must begin to arrive within this time and then come at least this fast; a padded form
/// takes a minute at the slowest.
const BODY_TIME: Duration = Duration::from_secs(15);
const SLOWEST_BYTES_PER_SECOND: u64 = 1 << 10;
const LONGEST_BODY_TIME: Duration = Duration::from_mins(1);

/// Reads a body within its limits of size and time.
pub async fn read_body(
    request: &HttpRequest,
    mut payload: Payload,
    limit: usize,
) -> Result<Bytes, WebError> {
    let form = request.content_type().eq_ignore_ascii_case("application/x-www-form-urlencoded");
    if !form {
        let refusal = Refusal::new("只接受本页面的表单", "only this page's form is accepted");
        return Err(WebError::Unreadable(StatusCode::UNSUPPORTED_MEDIA_TYPE, refusal));
    }
    let too_large = || {
        let refusal = Refusal::new(
            format!(
                "提交的内容过长（超过 {} KiB），未收到；请返回上一页，缩短文字后重新提交",
                limit >> 10
            ),
            format!(
                "what was sent is over {} KiB and was not received; go back, shorten your texts \
                 and submit again",
                limit >> 10
            ),
        );
        WebError::Unreadable(StatusCode::PAYLOAD_TOO_LARGE, refusal)
    };
    let started = tokio::time::Instant::now();
    let too_slow = |_| {
        let refusal = Refusal::new(
            "网络过慢，没有收完，未收到；请换个信号好的地方重新提交",
            "the network is too slow: the form did not arrive; submit again where the signal is \
             better",
        );
        WebError::Unreadable(StatusCode::REQUEST_TIMEOUT, refusal)
    };
    let mut body = BytesMut::with_capacity(8 << 10);
    loop {
        let earned =
            BODY_TIME + Duration::from_millis(body.len() as u64 * 1000 / SLOWEST_BYTES_PER_SECOND);
        let until = started + earned.min(LONGEST_BODY_TIME);
        let Some(chunk) = tokio::time::timeout_at(until, payload.next()).await.map_err(too_slow)?
        else {
            return Ok(body.freeze());
        };
        let chunk = chunk.map_err(|_| {
            WebError::Unreadable(
                StatusCode::BAD_REQUEST,
                Refusal::new(
                    "网络中断，未收到；请重新提交",
                    "the connection broke and nothing was received; submit again",
                ),
            )
        })?;
        if body.len() + chunk.len() > limit {
            // The rest is read and dropped, so that the sender sees the answer instead of a broken
            // connection.
            let mut left = 4 * limit;
            while let Ok(Some(Ok(chunk))) = tokio::time::timeout_at(until, payload.next()).await {
                left = left.saturating_sub(chunk.len());
                if left == 0 {
                    break;
                }
            }
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
}
