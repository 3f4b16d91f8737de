# syntax=docker/dockerfile:1.7
# One image for every service: `up --service indexer`, or SOOHO_SERVICE=indexer.
#
# Both stages are Debian 12, so that the C library of the one is that of the other. Tags say what is meant, digests what is taken.

FROM docker.io/library/rust:1.95.0-bookworm@sha256:6258907abe69656e41cd992e0b705cdcfabcbbe3db374f92ed2d47121282d4a1 AS build
WORKDIR /build
# the image's toolchain, whatever a file in the sources may ask for; a build script must not take an old checkout for a new one
ENV RUSTUP_TOOLCHAIN=1.95.0 CARGO_INCREMENTAL=0 CARGO_TERM_COLOR=never
COPY . .
# dependencies are fetched and built once for each lock file: registry and build products stay in caches of the builder. The program is
# copied out of the cache in the same step, since the next one does not see it
RUN --mount=type=cache,id=sooho-registry,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,id=sooho-target,target=/build/target,sharing=locked \
    cargo build --locked --release -p sooho \
    && install -D -m 0755 target/release/sooho /out/sooho \
    && /out/sooho --version

# the C library, libgcc, certificates of authorities, /tmp and a user; no shell, no package manager
FROM gcr.io/distroless/cc-debian12:nonroot@sha256:9dac0a79194e45a7da0158a9c6da57b217585af0786db3845d1f0ec1a0dd182f AS runtime
ARG VERSION=0.0.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
ARG SOURCE=""
LABEL org.opencontainers.image.title="sooho" \
      org.opencontainers.image.description="Index DEX pools and NFT collections of EVM chains into MongoDB, and serve them by GraphQL and REST" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.base.name="gcr.io/distroless/cc-debian12:nonroot"
COPY --from=build /out/sooho /usr/local/bin/sooho
COPY LICENSE-MIT LICENSE-APACHE /usr/share/doc/sooho/
# sooho.toml in the working folder is the configuration: mount it there. What it names (ABI files, schemas) is relative to it
WORKDIR /etc/sooho
# a number, so that Kubernetes sees that it is not root
USER 65532:65532
EXPOSE 8080 8081 8082
STOPSIGNAL SIGTERM
# asks the services that SOOHO_SERVICE names, or all, as `up` runs them
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["/usr/local/bin/sooho", "health"]
ENTRYPOINT ["/usr/local/bin/sooho"]
CMD ["up"]
