#!/bin/sh
# Installs the Debian packages that are missing, and says which. Nothing missing: nothing happens.
#
#   tests/setup.sh [build] [check]      build (default): to build, run and test; check: CI's tools
# shellcheck disable=SC2086 # the lists of packages are to be split
set -eu

build="libcurl4-openssl-dev libxml2-dev libyajl-dev libcsv-dev zlib1g-dev libisal-dev
       libsqlite3-dev libmicrohttpd-dev libsodium-dev libicu-dev libpcre2-dev libcmocka-dev
       libjansson-dev pkgconf"
check="clang clang-format clang-tidy cppcheck gcovr libclang-rt-14-dev mandoc valgrind libc6-dbg"

wanted=
for group in "${@:-build}"; do
    case $group in
    build) wanted="$wanted $build" ;;
    check) wanted="$wanted $check" ;;
    *)
        echo "usage: tests/setup.sh [build] [check]" >&2
        exit 64
        ;;
    esac
done

if ! command -v dpkg-query >/dev/null; then
    echo "setup: not a Debian system; these packages, by their Debian names, must be there:"
    echo $wanted
    exit 0
fi

installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null |
    sed -n 's/^installed //p')
missing=
for package in $wanted; do
    echo "$installed" | grep -qx "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root="env DEBIAN_FRONTEND=noninteractive"
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
        echo "setup: missing$missing; install them as root, there is no sudo here" >&2
        exit 1
    }
    as_root="sudo $as_root"
fi
update() {
    $as_root apt-get update -q
}
install() {
    $as_root apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 $missing \
        </dev/null
}

echo "setup: installing the missing Debian packages:$missing"
apt-cache show $missing >/dev/null 2>&1 || update
install || { update && install; } # the package lists may be older than the mirror
