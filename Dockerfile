# syntax=docker/dockerfile:1
# One image with every program: docker build -t baton .
# A container runs one of them: docker run baton deal-events-worker

ARG SWIFT_VERSION=6.3.1
FROM swift:${SWIFT_VERSION}-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends librabbitmq-dev libpq-dev libssl-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
# Dependencies change less often than code, so they are a layer of their own.
COPY Package.swift ./
RUN swift package resolve
COPY Sources Sources
COPY Tests Tests
RUN swift build -c release --static-swift-stdlib
# Resources of modules are looked for beside the program.
RUN install -D --strip --target-directory=/programs \
        .build/release/baton \
        .build/release/requeue \
        .build/release/deal-events-worker \
        .build/release/project-provisioning-worker \
        .build/release/billing-schedules-worker \
        .build/release/status-feedback-worker \
        .build/release/gateway \
        .build/release/sandbox \
    && find .build/release/ -maxdepth 1 -name '*.resources' -exec cp -R {} /programs/ +

FROM debian:12-slim
# curl asks for health. librabbitmq before deb12u3 has known holes, so an older mirror must fail the build.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates curl libpq5 librabbitmq4 libssl3 \
    && rm -rf /var/lib/apt/lists/* \
    && dpkg --compare-versions "$(dpkg-query -W -f '${Version}' librabbitmq4)" ge 0.11.0-1+deb12u3
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin baton \
    && install -d -o baton -g baton -m 700 /var/lib/sandbox
COPY --from=build /programs /opt/baton
COPY Queues /opt/baton/Queues
COPY Catalog /opt/baton/Catalog
WORKDIR /opt/baton
# glibc keeps an arena for each thread otherwise, and a worker's memory grows for no use.
ENV PATH=/opt/baton:/usr/bin:/bin MALLOC_ARENA_MAX=2
USER 10001:10001
STOPSIGNAL SIGTERM
CMD ["baton", "--help"]
