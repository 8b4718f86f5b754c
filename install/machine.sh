# shellcheck shell=bash
# What this machine is, and its Debian packages. Sourced by install.sh.

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

# Prints which of some Debian packages are not there.
missing() {
    local package
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
            printf '%s\n' "$package"
    done
}

# debian WHY PACKAGE...: see that Debian packages are there; where that cannot be, return 1.
debian() {
    local why=$1 wanted root
    shift
    mapfile -t wanted < <(missing "$@")
    [ ${#wanted[@]} = 0 ] && return
    if ! may_install; then
        say "$why: sudo apt install ${wanted[*]}"
        return 1
    fi
    say "installing Debian packages: ${wanted[*]}"
    "${root[@]}" apt-get -qq update >&2 && apt_install "${wanted[@]}"
}

# apt_install PACKAGE...: install Debian packages as `root`; options of apt-get may stand among them.
apt_install() {
    DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get -qq install -y --no-install-recommends \
        -o Dpkg::Use-Pty=0 -o APT::Status-Fd=3 "$@" 3>&1 >/dev/null | share_done
}

# Tells on a terminal how far apt is, first with the download, then with the installation.
share_done() {
    local share
    while IFS=: read -r _ _ share _; do
        [ ! -t 2 ] || printf 'install: Debian packages: %3d %%\r' "${share%.*}" >&2
    done
}

# Prints the flags for a virtual environment: picamera2 exists only as a package of Raspberry Pi
# OS, so there the environment must see it.
venv_flags() {
    if "$python" -c 'import picamera2' 2>/dev/null; then echo --system-site-packages; fi
}
