#!/bin/bash
# Make a folder in which qemu-user runs arm64 Python with both TFLite runtimes:
#
#   sysroot.sh PIP FOLDER
#
# Debian's arm64 packages are unpacked, not installed, so that this machine's own package state is
# not touched. Needs Debian with apt, the network once, and qemu-user-static to use it.
set -euo pipefail

pip=$1
root=$(realpath -m "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

debian() {
    mkdir -p "$work"/{lists/partial,archives/partial}
    touch "$work/status"
    local apt=(apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures=arm64
        -o Dir::State="$work" -o Dir::State::lists="$work/lists" -o Dir::State::status="$work/status"
        -o Dir::Cache="$work" -o Dir::Cache::archives="$work/archives"
        -o APT::Sandbox::User="$(id -un)" -o Debug::NoLocking=1)
    "${apt[@]}" update >/dev/null
    "${apt[@]}" install -y --download-only --no-install-recommends \
        python3-minimal libpython3-stdlib libstdc++6 >/dev/null
    local deb
    for deb in "$work"/archives/*.deb; do dpkg-deb -x "$deb" "$root"; done
}

wheels() {
    local version platform tag=()
    version=$(basename "$root"/usr/lib/python3.*)
    for platform in 2_17 2_27 2_34; do tag+=(--platform "manylinux_${platform}_aarch64"); done
    "$pip" download -q --only-binary=:all: --no-deps --implementation cp \
        --python-version "${version#python}" "${tag[@]}" -d "$work/wheels" \
        numpy==1.26.4 ai-edge-litert==2.3.0 tflite-runtime==2.14.0
    local wheel
    for wheel in "$work"/wheels/*.whl; do python3 -m zipfile -e "$wheel" "$root/site"; done
}

# LiteRT's CPU detection mixes the emulated processor with the real machine's /sys and crashes; these
# few files describe one core of a Pi 4 (Cortex-A72) instead.
processor() {
    local cpu=$root/sys/devices/system/cpu
    mkdir -p "$cpu" "$root/proc"
    echo 0 | tee "$cpu/possible" "$cpu/present" >"$cpu/online"
    cat >"$root/proc/cpuinfo" <<'END'
processor	: 0
BogoMIPS	: 108.00
Features	: fp asimd evtstrm crc32 cpuid
CPU implementer	: 0x41
CPU architecture: 8
CPU variant	: 0x0
CPU part	: 0xd08
CPU revision	: 3
END
}

rm -rf "$root"
mkdir -p "$root/site"
debian
wheels
processor
