#!/bin/bash
# Make a Debian with systemd that can be booted in a container, and the Python packages of a kiosk:
#
#   tree.sh PIP FOLDER
#
# The suite and the mirrors are this machine's own. What Raspberry Pi OS brings and what install.sh
# would fetch is there already, but for one small package that waits in apt's cache: so a kiosk can
# be installed without a network. Needs root, mmdebstrap, and the network once.
set -euo pipefail

pip=$1
folder=$(realpath -m "$2")
suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
mirrors=()
for file in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources; do
    [ ! -s $file ] || mirrors+=("$file")
done
waits=libasound2-data
packages=systemd-sysv,dbus,udev,login,procps,python3-venv,avahi-daemon,polkitd,libpam-systemd
packages+=,libgbm1,libdrm2,libegl1,libgles2,libgl1,libgl1-mesa-dri

rm -rf "$folder"
mkdir -p "$folder"
mmdebstrap --quiet --variant=minbase --include=$packages --skip=cleanup/apt \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --customize-hook="chroot \"\$1\" apt-get -qq clean" \
    --customize-hook="chroot \"\$1\" apt-get -qq install --download-only $waits" \
    --customize-hook="echo kiosk >\"\$1/etc/hostname\"; rm -f \"\$1/etc/resolv.conf\"" \
    "$suite" "$folder/tree" "${mirrors[@]}" >&2
"$pip" download -q --no-deps --require-hashes --only-binary :all: \
    -r "$(dirname "$0")/../../install/requirements.txt" -d "$folder/wheelhouse"
