#!/bin/bash
# Set Moodlift up.
#
#   sudo ./install.sh [OPTIONS]   make this machine a kiosk, or bring its kiosk up to date
#       --camera SOURCE           auto, picamera2, usb:NAME, file:PATH or rtsp://..., for a new configuration
#       --no-kiosk                only the status page: the screen is left alone
#       --offline WHEELHOUSE      Python packages from this folder, and nothing from the network
#       --prefix DIR              for images: lay all into this root folder, and start nothing
#   sudo ./install.sh --check [OPTIONS]       say what would change, and change nothing
#   sudo ./install.sh --uninstall [--purge]   remove it; --purge: also settings, history, packages
#   sudo ./install.sh --rollback              back to the release before (or: sudo moodlift rollback)
#
#   ./install.sh demo [OPTIONS]   run the kiosk here: webcam or the bundled clip; see demo --help
#   ./install.sh test [OPTIONS]   set up what the tests need and run them all; options go to pytest
#   ./install.sh test --quick     lint, and the tests that need no browser, container or training
#
# A kiosk lands in /opt/moodlift, /etc/moodlift and /var/lib/moodlift, its units in
# /usr/local/lib/systemd. Interrupted, it goes on when it is run again. demo and test keep to .venv
# and .cache beside this file. What only Debian packages can give is installed with apt where this
# script may (as root, or with sudo without a password); else it says what to install. A second run
# installs nothing, and needs no network.
set -euo pipefail
self=$(readlink -f "$0")
start=$PWD
cd "$(dirname "$self")"
export PIP_DISABLE_PIP_VERSION_CHECK=1

# The end of the desktop that started this must not end it.
say() { printf 'install: %s\n' "$*" >&2 || true; }
fail() {
    say "$*"
    exit 1
}

usage() {
    sed -n '2,/^set /{s/^# \{0,1\}//;/^set /!p}' "$self"
    exit "$1"
}

# shellcheck source=install/machine.sh
. install/machine.sh
# shellcheck source=install/checkout.sh
. install/checkout.sh
# shellcheck source=install/release.sh
. install/release.sh
# shellcheck source=install/appliance.sh
. install/appliance.sh

# folder OPTION [FOLDER]: prints the whole path of a folder, which is meant from where this was called.
folder() {
    [ -n "${2:-}" ] || fail "$1 needs a folder"
    cd "$start"
    cd "$2" 2>/dev/null || fail "$1: there is no folder $2"
    pwd
}

# Sets what the options of the appliance's modes say.
options() {
    mode=set_up camera='' screen=yes wheelhouse='' image='' prefix='' check='' purge=''
    while [ $# -gt 0 ]; do
        case $1 in
        --camera)
            camera=${2:-}
            [ -n "$camera" ] || fail "--camera needs a source"
            shift
            ;;
        --no-kiosk) screen='' ;;
        --offline)
            wheelhouse=$(folder "$@")
            shift
            ;;
        --prefix)
            prefix=$(folder "$@")
            image=yes prefix=${prefix%/}
            shift
            ;;
        --check) check=yes ;;
        --uninstall) mode=take_away ;;
        --purge) purge=yes ;;
        --rollback) mode=roll_back ;;
        *)
            say "there is no option $1"
            usage 2 >&2
            ;;
        esac
        shift
    done
    [ -z "$purge" ] || [ $mode = take_away ] || fail "--purge goes with --uninstall"
}

mode=${1:-}
case $mode in
demo)
    shift
    check_system
    demo "$@"
    ;;
test)
    shift
    check_system
    run_tests "$@"
    ;;
-h | --help) usage 0 ;;
'' | --*)
    options "$@"
    check_system
    check_appliance
    "$mode"
    ;;
*) usage 2 >&2 ;;
esac
