# shellcheck shell=bash
# The kiosk as a part of this machine: its files, its user, its units. Sourced by install.sh.
#
# What was added to the machine and is not the kiosk's own (Debian packages, groups, another default
# target) is noted in $added, so that it can be taken away.

added=$opt/added
default_target=/etc/systemd/system/default.target
groups=(video render input audio gpio)
# FROM (in a release) TO; what goes into a folder of another program only where there is one.
files=(
    "systemd/moodlift.service $units/moodlift.service"
    "systemd/moodlift.service.d/screen.conf $units/moodlift.service.d/screen.conf"
    "systemd/moodlift-help.service $units/moodlift-help.service"
    "systemd/sysusers.conf /usr/local/lib/sysusers.d/moodlift.conf"
    "systemd/tmpfiles.conf /usr/local/lib/tmpfiles.d/moodlift.conf"
    "systemd/udev.rules /usr/local/lib/udev/rules.d/70-moodlift.rules"
    "systemd/avahi.xml /etc/avahi/services/moodlift.service"
    "systemd/polkit.rules /etc/polkit-1/rules.d/50-moodlift.rules"
)
# TO LINK
links=(
    "$opt/current/systemd/moodlift /usr/local/bin/moodlift"
    "$units/moodlift.service /etc/systemd/system/multi-user.target.wants/moodlift.service"
)
# polkitd lets the kiosk's button switch the machine off.
page_packages=(python3-venv avahi-daemon polkitd)
screen_packages=(libgbm1 libdrm2 libegl1 libgles2 libgl1 libgl1-mesa-dri libasound2-data)
pi_packages=(python3-picamera2 python3-lgpio)

# change WORDS COMMAND...: say what is done, and do it; with --check only say it.
change() {
    changed=yes
    if [ -n "$check" ]; then
        say "would be done: $1"
    else
        say "$1"
        shift
        "$@"
    fi
}

check_appliance() {
    [ "$(id -u)" = 0 ] || fail "this needs root: sudo $self"
    [ -n "$image" ] || [ -d /run/systemd/system ] ||
        fail "a kiosk needs systemd, which does not run here; ./install.sh demo does without"
    case $camera in
    '' | auto | picamera2 | usb:* | file:* | rtsp://* | rtsps://* | http://* | https://*) ;;
    *)
        fail "--camera should be auto, picamera2, usb:NAME, file:PATH or the rtsp:// or http://" \
            "address of an IP camera; this is $(without_password "$camera")"
        ;;
    esac
    case $camera in
    *[\"\\]*) fail "--camera takes no quotes and no backslashes" ;;
    esac
    changed=''
    umask 022
    trap '' HUP
    exec 9>/run/moodlift-install.lock
    flock --nonblock 9 || fail "another install.sh is at work"
}

set_up() {
    check_configuration
    debian_packages
    local name
    name=$(release_name)
    [ -d "$prefix$opt/releases/$name" ] ||
        change "making the release $name in $prefix$opt" build "$name"
    configure
    if [ "$(release_at current)" != "$name" ] || [ -n "$(stale_files)" ] || ! runs "$name"; then
        change "taking $name into use" switch "$name"
    fi
    [ -n "$check" ] || prune
    [ -n "$changed" ] || say "nothing to do: $name is in use"
    [ -n "$check" ] || say "done: $(page)"
}

# runs RELEASE: does it, with its units? One that was interrupted may have left another running.
runs() {
    [ -z "$image" ] || return 0
    systemctl --quiet is-active moodlift.service &&
        [ "$(property NeedDaemonReload)" = no ] &&
        grep -qa "/releases/$1/" "/proc/$(property MainPID)/cmdline"
}

# Prints where the status page is.
page() {
    local port file=$prefix/etc/moodlift/config.toml
    port=$(sed -n '/^ *\[ *web *\]/,/^ *\[/s/^ *port *= *\([0-9]*\).*/\1/p' "$file")
    echo "the status page is at http://$(uname -n).local:${port:-8080}/"
}

# without_password SOURCE: prints a camera's source with a mask for what an address has before its host.
without_password() { printf '%s' "${1/:*@/:********@}"; }

# A camera that is asked for must not be forgotten because there is a configuration already.
check_configuration() {
    local file=$prefix/etc/moodlift/config.toml
    [ -z "$camera" ] || [ ! -e "$file" ] || grep -qxF "source = \"$camera\"" "$file" ||
        fail "$file is yours and stays as it is:" \
            "write source = \"$(without_password "$camera")\" there, under [camera]"
}

configure() {
    local file=$prefix/etc/moodlift/config.toml
    [ -e "$file" ] || change "writing $file" write_configuration "$file"
}

write_configuration() {
    mkdir -p "$(dirname "$1")"
    local text
    text=$(<systemd/config.toml)
    [ -z "$camera" ] || text=${text/[#]source = \"auto\"/"source = \"$camera\""}
    printf '%s\n' "$text" >"$1.new"
    chmod 644 "$1.new"
    mv -T "$1.new" "$1"
}

# note WORD...: write down once what was added to the machine.
note() {
    mkdir -p "$opt"
    grep -qxF "$*" "$added" 2>/dev/null || printf '%s\n' "$*" >>"$added"
}

# noted KIND: prints what was added of a kind.
noted() { sed -n "s/^$1 //p" "$added" 2>/dev/null || true; }

debian_packages() {
    local wanted=("${page_packages[@]}") lacking
    [ -z "$screen" ] || wanted+=("${screen_packages[@]}")
    [ ! -e "$prefix/etc/rpi-issue" ] || wanted+=("${pi_packages[@]}") # Raspberry Pi OS alone has them
    if [ -n "$prefix" ]; then
        say "the image needs these Debian packages: ${wanted[*]}"
        return
    fi
    mapfile -t lacking < <(missing "${wanted[@]}")
    [ ${#lacking[@]} = 0 ] ||
        change "installing Debian packages (some minutes): ${lacking[*]}" \
            add_packages "${lacking[@]}"
}

# The list from before stays until all that is new is noted, also over an interruption.
add_packages() {
    local before=$opt/packages-before package root=()
    mkdir -p "$opt"
    [ -e "$before" ] || { all_packages >"$before.new" && mv -T "$before.new" "$before"; }
    if [ -n "$wheelhouse" ]; then
        apt_install --no-download "$@" # what apt has fetched before, it may use
    else
        apt-get -qq update >&2 && apt_install "$@"
    fi || fail "apt could not install them; once the cause is mended, run the same command again"
    while read -r package; do note package "$package"; done < <(all_packages | comm -13 "$before" -)
    rm "$before"
}

# Prints the names of all Debian packages that are there, even in part.
all_packages() { dpkg-query -W -f '${Package}\n' | LC_ALL=C sort -u; }

# here FILE-ENTRY: does this entry of `files` belong on this machine?
here() {
    case $1 in
    */screen.conf\ *) [ -n "$screen" ] ;;
    *\ /etc/*) [ -d "$prefix$(dirname "${1#* }")" ] ;;
    esac
}

# Prints what differs on this machine from what this folder brings.
stale_files() {
    local entry to
    for entry in "${files[@]}"; do
        to=$prefix${entry#* }
        if here "$entry"; then
            cmp -s "${entry% *}" "$to" || echo "$to"
        elif [ -e "$to" ]; then
            echo "$to"
        fi
    done
    for entry in "${links[@]}"; do
        [ "$(readlink "$prefix${entry#* }")" = "${entry% *}" ] || echo "${entry#* }"
    done
}

# Lay the files of the release in use where the system looks for them, and make it look.
lay_files() {
    local entry to
    for entry in "${files[@]}"; do
        to=$prefix${entry#* }
        if here "$entry" && [ -e "$prefix$opt/current/${entry% *}" ]; then
            command install -D -m 644 "$prefix$opt/current/${entry% *}" "$to.new"
            mv -fT "$to.new" "$to"
        else
            rm -f "$to"
        fi
    done
    for entry in "${links[@]}"; do
        mkdir -p "$(dirname "$prefix${entry#* }")"
        make_link "${entry% *}" "$prefix${entry#* }"
    done
    make_user
    [ -n "$image" ] || tell_system
}

make_user() {
    local group
    if [ -n "$prefix" ] && ! command -v systemd-sysusers >/dev/null; then
        say "the image makes the user moodlift when it first starts"
        return
    fi
    for group in "${groups[@]}"; do
        [ -n "$prefix" ] || getent group "$group" >/dev/null || note group "$group"
    done
    systemd-sysusers ${prefix:+--root="$prefix"} moodlift.conf
    systemd-tmpfiles --create ${prefix:+--root="$prefix"} moodlift.conf
}

tell_system() {
    systemctl daemon-reload
    if udevadm control --reload 2>/dev/null; then
        udevadm trigger --subsystem-match=gpio --subsystem-match=dma_heap
    fi
    # A desktop would hold the screen.
    if [ -n "$screen" ] && [ "$(systemctl get-default)" = graphical.target ] &&
        systemctl cat display-manager.service >/dev/null 2>&1; then
        say "this machine starts without its desktop from now on"
        note target "$(readlink $default_target || echo none)"
        systemctl --quiet set-default multi-user.target
    fi
}

take_away() {
    [ -z "$image" ] || fail "--uninstall works on the running system, not on an image"
    local entry target
    if systemctl cat moodlift.service >/dev/null 2>&1; then
        change "stopping the kiosk" systemctl stop moodlift.service moodlift-help.service
    fi
    for entry in "${files[@]}" "${links[@]}"; do
        entry=${entry#* }
        [ -n "$check" ] || rm -f "$entry.new"
        ! present "$entry" || change "removing $entry" rm -f "$entry"
    done
    [ -n "$check" ] || forget
    target=$(noted target)
    [ -z "$target" ] || change "from the next start on the desktop is back" give_back_desktop "$target"
    for entry in releases current previous; do
        ! present "$opt/$entry" || change "removing $opt/$entry" rm -rf "${opt:?}/$entry"
    done
    if [ -n "$purge" ]; then
        take_away_the_rest
    else
        say "settings, history, the user moodlift and Debian packages stay; --purge removes them too"
    fi
    [ -n "$changed" ] || say "nothing to do"
}

# present FILE: is there something of this name, be it a link to nothing?
present() { [ -e "$1" ] || [ -L "$1" ]; }

give_back_desktop() {
    rm -f $default_target
    [ "$1" = none ] || ln -s "$1" $default_target
    sed -i '/^target /d' "$added"
}

# Removes folders that may have been made for the kiosk alone, and what systemd remembers of it.
forget() {
    local entry folder
    for entry in "${files[@]}"; do
        folder=$(dirname "${entry#* }")
        while [[ $folder == /usr/local/lib/* ]]; do
            rmdir "$folder" 2>/dev/null || break
            folder=$(dirname "$folder")
        done
    done
    systemctl daemon-reload
    systemctl reset-failed moodlift.service moodlift-help.service 2>/dev/null || true
}

take_away_the_rest() {
    local group folder packages
    if getent passwd moodlift >/dev/null; then
        change "removing the user moodlift" userdel moodlift
    fi
    for group in $(noted group); do
        ! getent group "$group" >/dev/null || change "removing the group $group" groupdel "$group"
    done
    mapfile -t packages < <(noted package)
    [ ${#packages[@]} = 0 ] ||
        change "removing ${#packages[@]} Debian packages that came with the kiosk" \
            drop_packages "${packages[@]}"
    for folder in /etc/moodlift /var/lib/moodlift $opt; do
        [ ! -e "$folder" ] || change "removing $folder" rm -rf "$folder"
    done
}

# dpkg removes none that something else has come to need.
drop_packages() {
    dpkg --purge "$@" >/dev/null ||
        say "some Debian packages stay, since others need them by now"
}
