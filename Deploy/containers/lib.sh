# Sourced by the other scripts here: where everything is, and how the tools are called.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd -P)
# One engine for each checkout: another clone has another, and the machine's own engine is never spoken to.
id=$(cksum <<<"$root" | cut -d ' ' -f 1)
# Image layers, volumes, logs. Below a folder of root's, so that nobody else can have prepared it.
state=${BATON_CONTAINERS_STATE:-/var/lib/baton-containers/$id}
namespace=baton-$id
socket=/run/$namespace.sock
logs=$state/logs

say() { echo "${0##*/}: $*" >&2; }
die() {
    say "$*"
    exit 1
}

# Debian's own tools go before what else a machine may call by the same names.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH
unset "${!DOCKER_@}" "${!COMPOSE_@}" "${!BUILDKIT_@}"
export DOCKER_HOST=unix://$socket DOCKER_CONFIG=$state/docker-config DOCKER_BUILDKIT=1
# Compose's own name for what it makes, and where it looks for the file.
export COMPOSE_PROJECT_NAME=baton

# What is published on 127.0.0.1 is reached in the engine's network namespace only.
inside() { nsenter --net="/run/netns/$namespace" "$@"; }
compose() { (cd "$root" && docker compose --progress quiet "$@"); }
have() { docker image inspect "$1" >/dev/null 2>&1; }
# Not slower than what else the machine does.
quietly() { nice -n 5 "$@"; }

# The mirror of `debian` or `debian-security` that the machine's own apt uses.
mirror() {
    local known
    known=$(sed -nE "s#^(URIs: |deb (\\[[^]]*\\] )?)(https?://[^ ]*/$1)/?( .*)?\$#\\3#p" \
        /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null) || true
    known=${known%%$'\n'*}
    echo "${known:-http://deb.debian.org/$1}"
}
