# One image with every program: docker build -t baton .
# A container runs one of them: docker run baton deal-events-worker
#
# Base images are named by tag; a registry's digest goes here: --build-arg BASE_IMAGE=debian:12-slim@sha256:...

ARG SWIFT_IMAGE=swift:6.3.1-bookworm
ARG BASE_IMAGE=debian:12-slim
# Where the programs come from: compiled here, or the name of an image that has them in /programs (Deploy/containers/build).
ARG PROGRAMS=compiled

FROM ${SWIFT_IMAGE} AS compiled
RUN apt-get update \
    && apt-get install -y --no-install-recommends librabbitmq-dev libpq-dev libssl-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
ENV BATON_WITHOUT_TESTS=1
# Dependencies change less often than code. The versions are those of Deploy/packages.lock, also of what they bring along.
COPY Package.swift ./
COPY Deploy/packages Deploy/packages.lock Deploy/
RUN Deploy/packages pin && swift package resolve --force-resolved-versions && Deploy/packages check \
    && Deploy/packages licences /programs/licences && Deploy/packages sbom >/programs/packages.sbom
COPY Sources Sources
# What was compiled before is kept between builds, and is used for whatever did not change.
RUN --mount=type=cache,id=baton-release,target=/compiled,sharing=locked \
    swift build -c release --static-swift-stdlib --product every-program --scratch-path /compiled \
        --force-resolved-versions \
    && install -D --strip --target-directory=/programs /compiled/release/every-program

FROM ${PROGRAMS} AS programs

FROM ${BASE_IMAGE}
# librabbitmq before deb12u3 has known holes, so an older mirror must fail the build.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libpq5 librabbitmq4 libssl3 \
    && rm -rf /var/lib/apt/lists/* \
    && dpkg --compare-versions "$(dpkg-query -W -f '${Version}' librabbitmq4)" ge 0.11.0-1+deb12u3
RUN groupadd --system --gid 10001 baton \
    && useradd --system --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin baton \
    && install -d -o baton -g baton -m 700 /var/lib/sandbox
COPY --from=programs /programs /opt/baton
COPY Queues /opt/baton/Queues
COPY Catalog /opt/baton/Catalog
COPY Deploy/containers/finish /tmp/finish
WORKDIR /opt/baton
# glibc keeps an arena for each thread otherwise, and a worker's memory grows for no use.
ENV PATH=/opt/baton:/usr/bin:/bin MALLOC_ARENA_MAX=2
# One file is every program, by the names that lead to it; each must start before the image counts.
RUN bash /tmp/finish /opt/baton && rm /tmp/finish
ARG VERSION=0
ARG REVISION=unknown
ARG CREATED=unknown
LABEL org.opencontainers.image.title="Baton" \
    org.opencontainers.image.description="Workers that carry sold deals to billable projects" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.revision="${REVISION}" \
    org.opencontainers.image.created="${CREATED}"
USER 10001:10001
STOPSIGNAL SIGTERM
CMD ["baton", "--help"]
