# check=skip=InvalidDefaultArgInFrom
# The image of the plugin's sidecar, with no base image: one static binary and how Argo CD calls it.
#
#   docker build --build-arg RUST_IMAGE=docker.io/library/rust:1.95.0@sha256:… -t registry.example.com/tenantry:v0.1.0 .
#
# RUST_IMAGE has no default on purpose: a tag can move, so whoever builds says by digest which compiler is used. Without
# it the build stops at the first FROM. Any Debian image with rustup and a C linker will do; rust-toolchain.toml decides the
# compiler's version, whatever the image brings.
ARG RUST_IMAGE

FROM ${RUST_IMAGE} AS build
ARG RUST_IMAGE
RUN printf '%s\n' "${RUST_IMAGE}" | grep -Eq '@sha256:[0-9a-f]{64}$' \
    || { echo "error: RUST_IMAGE \`${RUST_IMAGE}\` is not pinned: it must end in \`@sha256:\` and 64 hexadecimal digits" >&2; exit 1; }
WORKDIR /src
COPY . .
ARG VERSION=0.1.0
# An image whose binary is not the version in the plugin's name would answer for another version's tenants.
RUN crate="$(cargo pkgid --locked -p tenantry)" \
    && crate="${crate##*[#@]}" \
    && plugin="$(sed -n 's/^  version: v//p' argocd-cmp.yaml)" \
    && { [ "${crate}" = "${VERSION}" ] && [ "${plugin}" = "${VERSION}" ] \
    || { echo "error: versions differ: VERSION is \`${VERSION}\`, Cargo.toml has \`${crate}\`, argocd-cmp.yaml has \`${plugin}\`" >&2; exit 1; }; }
# Static, and with glibc: musl copies and compares memory so slowly that a review would take a quarter longer.
RUN RUSTFLAGS='-C target-feature=+crt-static' cargo build --release --locked -p tenantry --target x86_64-unknown-linux-gnu

FROM scratch
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="tenantry" \
      org.opencontainers.image.description="An Argo CD Config Management Plugin: one small file per tenant becomes everything the tenant needs" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="Apache-2.0"
# Modes are set here, for a checkout made under a strict umask would give user 999 files it cannot read.
COPY --from=build --chmod=0555 /src/target/x86_64-unknown-linux-gnu/release/tenantry /usr/local/bin/tenantry
COPY --chmod=0444 argocd-cmp.yaml /home/argocd/cmp-server/config/plugin.yaml
WORKDIR /home/argocd
# Argo CD's own user: repo-server and sidecar meet at a socket, which only its owner may open. By number, since there is
# no /etc/passwd. There is no /tmp either: the pod must mount a volume there, into which Argo CD unpacks what is rendered.
USER 999:999
# Argo CD's plugin server, which an init container of the repo-server's pod puts into a shared volume.
# To run the plugin alone: --entrypoint /usr/local/bin/tenantry
ENTRYPOINT ["/var/run/argocd/argocd-cmp-server"]
