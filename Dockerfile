# The image from source. Both architectures come from the amd64 toolchain, so one builder serves both:
#   docker buildx build --platform linux/amd64,linux/arm64 .        (--target nonroot: USER 65532:65532)
ARG TARGETARCH
FROM --platform=linux/amd64 swift:6.3.1-bookworm AS packages
WORKDIR /debugbox
COPY scripts/setup scripts/
RUN scripts/setup build

FROM packages AS builder
COPY . .
ARG DEBUGBOX_VERSION
ARG DEBUGBOX_COMMIT
RUN scripts/build

FROM builder AS tree-amd64
RUN images/root /image .build/debugbox

FROM packages AS packages-arm64
RUN scripts/setup arm64

FROM packages-arm64 AS tree-arm64
COPY . .
ARG DEBUGBOX_VERSION
ARG DEBUGBOX_COMMIT
RUN scripts/build arm64
# Its list of applets names the links.
COPY --from=builder /debugbox/.build/debugbox .build/
RUN images/root /image .build/debugbox-arm64 .build/debugbox

FROM tree-${TARGETARCH} AS tree
# Permitted only, so that it also starts where a container lacks one of them.
RUN setcap cap_net_raw,cap_net_admin,cap_sys_ptrace=p /image/bin/debugbox

FROM scratch AS debugbox
ARG DEBUGBOX_VERSION=unreleased
ARG DEBUGBOX_COMMIT
COPY --from=tree /image/ /
ENV PATH=/bin:/sbin:/usr/bin:/usr/sbin:/usr/local/bin:/usr/local/sbin
WORKDIR /
LABEL org.opencontainers.image.title="swift-debugbox" \
  org.opencontainers.image.description="One static binary that debugs the container beside it" \
  org.opencontainers.image.source="https://github.com/org/swift-debugbox" \
  org.opencontainers.image.licenses="Apache-2.0 AND LGPL-2.1-or-later AND BSD-3-Clause AND MPL-2.0" \
  org.opencontainers.image.version="$DEBUGBOX_VERSION" \
  org.opencontainers.image.revision="$DEBUGBOX_COMMIT"
CMD ["/bin/sh"]

FROM debugbox AS nonroot
USER 65532:65532

FROM debugbox AS latest
USER 0:0
