//! The reference for page views and for requests as such: the same HTTP library with the same
//! workers, answering bytes from memory.
//! `cargo bench --bench reference -- ADDRESS FILE`: GET answers the file's bytes, POST reads the
//! body and answers nothing.

use actix_web::web::{Bytes, Data, get, post, resource};
use actix_web::{App, HttpResponse, HttpServer};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let [address, file] = arguments.as_slice() else {
        eprintln!("usage: reference ADDRESS FILE");
        return Ok(());
    };
    let bytes = Data::new(Bytes::from(std::fs::read(file)?));
    let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    HttpServer::new(move || {
        App::new().app_data(bytes.clone()).service(
            resource("/")
                .route(get().to(async |bytes: Data<Bytes>| {
                    HttpResponse::Ok()
                        .content_type("text/html; charset=utf-8")
                        .body(bytes.get_ref().clone())
                }))
                .route(post().to(async |body: Bytes| {
                    HttpResponse::Ok().body(if body.is_empty() { "" } else { "ok" })
                })),
        )
    })
    .workers(workers)
    .bind(address)?
    .run()
    .await
}
