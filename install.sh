#!/bin/bash
# Set Moodlift up.
#
#   ./install.sh demo [OPTIONS]   run the kiosk here: webcam or the bundled clip; see demo --help
#   ./install.sh test [OPTIONS]   set up what the tests need and run them all; options go to pytest
#
# Everything lands in .venv and .cache beside this file. What only Debian packages can give is
# installed with apt where this script may (as root, or with sudo without a password); else it says
# what to install. A second run installs nothing, and needs no network.
set -euo pipefail
self=$(readlink -f "$0")
start=$PWD
cd "$(dirname "$self")"

venv=.venv
cache=.cache
export PIP_DISABLE_PIP_VERSION_CHECK=1

say() { printf 'install: %s\n' "$*" >&2; }
fail() {
    say "$*"
    exit 1
}

usage() {
    sed -n '2,/^set /{s/^# \{0,1\}//;/^set /!p}' "$self"
    exit "$1"
}

check_system() {
    [ "$(uname -s)" = Linux ] || fail "Moodlift runs on Linux; this is $(uname -s)"
    case $(uname -m) in
    x86_64 | aarch64) ;;
    *) fail "Moodlift needs a 64-bit system (x86_64 or aarch64); this is $(uname -m)" ;;
    esac
    local candidate
    for candidate in python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            python=$candidate
            return
        fi
    done
    fail "Moodlift needs Python 3.11 or newer: sudo apt install python3"
}

# May this script install Debian packages? Sets `root` to the words that make it so.
may_install() {
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" = 0 ]; then
        root=()
    elif sudo -n true 2>/dev/null; then
        root=(sudo -n)
    else
        return 1
    fi
}

# debian WHY PACKAGE...: see that Debian packages are there; where that cannot be, return 1.
debian() {
    local why=$1 package missing=() root
    shift
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
            missing+=("$package")
    done
    [ ${#missing[@]} = 0 ] && return
    if ! may_install; then
        say "$why: sudo apt install ${missing[*]}"
        return 1
    fi
    say "installing Debian packages: ${missing[*]}"
    "${root[@]}" apt-get -qq update >&2 &&
        DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get -qq install -y \
            --no-install-recommends -o Dpkg::Use-Pty=0 "${missing[@]}" >/dev/null
}

make_venv() {
    # A moved folder or another Python makes the old one useless.
    local kind
    kind="$("$python" --version) in $PWD"
    [ "$(cat $venv/.moodlift 2>/dev/null)" = "$kind" ] && [ -x $venv/bin/pip ] && return
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        debian "Python cannot make virtual environments" python3-venv || exit 1
    # picamera2 exists only as a package of Raspberry Pi OS, so there the venv must see it.
    local flags=()
    "$python" -c 'import picamera2' 2>/dev/null && flags=(--system-site-packages)
    say "making a virtual environment in $venv ($("$python" --version))"
    rm -rf $venv
    "$python" -m venv "${flags[@]}" $venv
    printf '%s\n' "$kind" >$venv/.moodlift
}

# once STAMP WORDS COMMAND...: run a command unless it went well before with the same inputs.
once() {
    local stamp=$1 words=$2 inputs
    shift 2
    inputs=$(cat pyproject.toml "$self" tests/arm64/sysroot.sh | sha256sum)
    [ "$(cat "$stamp" 2>/dev/null)" = "$inputs" ] && return
    say "$words"
    "$@" || return 1
    printf '%s\n' "$inputs" >"$stamp"
}

# Python packages are needed for all that follows.
packages_once() {
    once "$venv/.moodlift-$1" "$2" packages "$3" ||
        fail "pip could not install them; once the cause is mended, run the same command again"
}

# An editable install: the program runs from this folder, where its assets lie.
packages() { $venv/bin/python -m pip install -q -e "$1" 2> >(grep -v '^WARNING: Location' >&2); }

device_packages() {
    packages_once device "installing Python packages (about 150 MB; a minute or two)" '.[device]'
}

demo() {
    make_venv
    device_packages
    # Paths in the options are meant from where this was called.
    local moodlift=$PWD/$venv/bin/moodlift
    cd "$start"
    exec "$moodlift" demo "$@"
}

# The other build of pygame, which must draw the same; never in one environment with pygame-ce.
classic_pygame() {
    rm -rf $cache/pygame-classic
    $venv/bin/python -m pip install -q --target $cache/pygame-classic pygame==2.6.1
}

arm64_machine() { tests/arm64/sysroot.sh $venv/bin/pip $cache/arm64; }

# without WHY: some tests will be skipped for this reason; in CI that is a failure.
without() {
    [ -z "${CI:-}" ] || fail "$*"
    say "$*"
}

lint() {
    $venv/bin/ruff check --quiet .
    $venv/bin/ruff format --check --quiet .
    $venv/bin/mypy --no-error-summary
    if command -v shellcheck >/dev/null; then
        shellcheck install.sh .ci/run tests/arm64/sysroot.sh
    else
        without "shellcheck is missing, so the shell scripts are not checked"
    fi
    say "ruff, mypy and shellcheck: nothing to say"
}

run_tests() {
    make_venv
    device_packages
    packages_once test "installing Python packages for the tests (about 1 GB; some minutes)" '.[dev]'
    mkdir -p $cache
    debian "for the browser and window tests" chromium libatomic1 xvfb libxtst6 shellcheck ||
        without "some browser and window tests will be skipped"
    if debian "for the arm64 tests" qemu-user-static &&
        once $cache/arm64.stamp "making an emulated arm64 machine (100 MB)" arm64_machine; then
        export MOODLIFT_ARM64=$PWD/$cache/arm64
    else
        without "the arm64 tests will be skipped"
    fi
    if once $cache/classic.stamp "fetching the other build of pygame" classic_pygame; then
        export MOODLIFT_PYGAME_CLASSIC=$PWD/$cache/pygame-classic
    else
        without "the tests of the other build of pygame will be skipped"
    fi
    [ $# -gt 0 ] || lint
    exec $venv/bin/python -m pytest "$@"
}

mode=${1:-}
[ $# = 0 ] || shift
case $mode in
demo)
    check_system
    demo "$@"
    ;;
test)
    check_system
    run_tests "$@"
    ;;
-h | --help) usage 0 ;;
*) usage 2 >&2 ;;
esac
