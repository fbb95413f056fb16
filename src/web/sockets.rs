//! Listening sockets, and bodies sent in slices: what a reader who does not read can hold of the
//! service, and for how long.
//! Without these a connection that asks for many pages and takes none holds them in memory for
//! ever.

use std::convert::Infallible;
use std::net::{TcpListener, ToSocketAddrs};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;
use socket2::{Domain, Protocol, Socket, Type};

/// How long the other side may leave unread what was sent to it. The slowest phone takes a packet
/// in far less.
const UNREAD: Duration = Duration::from_secs(20);
/// Connections that wait to be accepted.
const BACKLOG: i32 = 1024;
/// At most this much of a body is handed to a connection at once.
const SLICE: usize = 16 << 10;

/// Sockets on every address that `address` stands for. The system ends connections whose other side
/// does not read.
pub(super) fn listen(address: &str) -> std::io::Result<Vec<TcpListener>> {
    address
        .to_socket_addrs()?
        .map(|address| {
            let socket =
                Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
            socket.set_reuse_address(true)?;
            // A body goes out in slices: the last one must not wait until the one before is
            // acknowledged.
            socket.set_tcp_nodelay(true)?;
            #[cfg(target_os = "linux")]
            socket.set_tcp_user_timeout(Some(UNREAD))?;
            socket.bind(&address.into())?;
            socket.listen(BACKLOG)?;
            socket.set_nonblocking(true)?;
            Ok(socket.into())
        })
        .collect()
}

/// The same body, handed over in slices if it is long.
pub(super) fn sliced(body: impl MessageBody + 'static) -> BoxBody {
    match body.try_into_bytes() {
        Ok(bytes) if bytes.len() > SLICE => BoxBody::new(Slices(bytes)),
        Ok(bytes) => BoxBody::new(bytes),
        Err(body) => body.boxed(),
    }
}

struct Slices(Bytes);

impl MessageBody for Slices {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.0.len() as u64)
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        let next = self.0.len().min(SLICE);
        Poll::Ready((next > 0).then(|| Ok(self.0.split_to(next))))
    }
}
