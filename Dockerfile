# One static-enough binary on a small image, running as nobody in particular on a read-only root.
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY src ./src
COPY benches ./benches
COPY assets ./assets
COPY surveys ./surveys
COPY migrations ./migrations
RUN cargo build --release --locked --bin zicha

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data zicha \
    && install -d -o zicha -g zicha -m 0700 /data
COPY --from=build /src/target/release/zicha /usr/local/bin/zicha
USER zicha
VOLUME /data
ENV ZICHA_DATA=/data ZICHA_LISTEN=0.0.0.0:8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:8080/healthz"]
ENTRYPOINT ["zicha"]
CMD ["serve"]
