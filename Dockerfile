# One static program on an empty image, running as nobody in particular on a read-only root.
# `scripts/image try` builds the same and runs it so, without a container engine.
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY .cargo ./.cargo
COPY src ./src
COPY benches ./benches
COPY assets ./assets
COPY surveys ./surveys
COPY docs/guide ./docs/guide
COPY migrations ./migrations
COPY scripts/image ./scripts/image
RUN scripts/image build /out && mkdir /empty

FROM scratch
COPY --from=build /out/zicha /zicha
COPY --from=build --chown=10001:10001 --chmod=0700 /empty /data
USER 10001:10001
VOLUME /data
ENV ZICHA_DATA=/data ZICHA_LISTEN=0.0.0.0:8080
EXPOSE 8080
# Asks /healthz: a node without its database is not to be restarted. There is no shell and no other program on the image.
HEALTHCHECK --interval=10s --timeout=4s CMD ["/zicha", "health"]
ENTRYPOINT ["/zicha"]
CMD ["serve"]
