# shellcheck shell=bash
# Releases: this folder's program with its own Python packages, side by side in /opt/moodlift, and a
# link to the one that runs. Sourced by install.sh.

opt=/opt/moodlift
units=/usr/local/lib/systemd/system
shipped=(device assets systemd install install.sh docs README.md LICENSE)
start_seconds=5 # for so long a kiosk that has drawn its first picture must stay up
room_mib=900

# Prints this folder's program as a tar archive, which depends on nothing but its content.
program() {
    tar --create --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
        --exclude=__pycache__ "${shipped[@]}"
}

# Prints a name for the release that this folder makes: its version, and what it is made of.
release_name() {
    local version content
    version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' device/__init__.py)
    content=$({ program && "$python" --version && venv_flags; } | sha256sum)
    echo "$version-${content:0:8}"
}

# release_at LINK: prints the name of the release that a link means, if there is one.
release_at() {
    local to
    to=$(readlink "$prefix$opt/$1") || return 0
    [ ! -d "$prefix$opt/$to" ] || basename "$to"
}

# make_link TARGET LINK: make or turn a link, in one stroke. (`ln -f` leaves a file with a random name when it is killed.)
make_link() {
    rm -f "$2.new"
    ln -s "$1" "$2.new"
    mv -fT "$2.new" "$2"
}

# point LINK RELEASE: turn a link to a release.
point() {
    make_link "releases/$2" "$prefix$opt/$1"
}

# build RELEASE: make it under another name, so that what bears its name is whole.
build() {
    local place=$prefix$opt/releases partial
    partial=$place/partial
    room "$prefix/"
    rm -rf "$partial"
    mkdir -p "$partial"
    program | tar --extract --directory "$partial"
    python_packages "$partial"
    "$partial/venv/bin/python" -m compileall -q "$partial/device"
    sync --file-system "$partial"
    mv -T "$partial" "$place/$1"
}

# room FOLDER: see that a release fits.
room() {
    local free
    free=$(df --output=avail --block-size=1M "$1" | tail -n 1)
    [ "$free" -ge $room_mib ] || fail "Moodlift needs $room_mib MB of free disk; there are $((free)) MB"
}

# python_packages FOLDER: the packages of install/requirements.txt, in an environment of their own. An
# environment holds no path of its own but to the system's Python, so it may be moved and linked.
python_packages() {
    local venv=$1/venv flags from=() total
    mapfile -t flags < <(venv_flags)
    if same_packages "${flags[@]}"; then
        cp -al "$prefix$opt/current/venv" "$venv"
        return
    fi
    "$python" -m venv "${flags[@]}" "$venv"
    [ -z "$wheelhouse" ] || from=(--no-index --find-links "$wheelhouse")
    total=$(grep -c '^[a-z].*==' install/requirements.txt)
    "$venv/bin/python" -m pip install --no-deps --require-hashes \
        --only-binary :all: --no-cache-dir --progress-bar off "${from[@]}" \
        -r install/requirements.txt | counted "$total" ||
        fail "pip could not install the Python packages; run the same command again"
}

# same_packages [FLAG]: has the release in use the packages that this one needs?
same_packages() {
    local old=$prefix$opt/current site=false
    [ -z "${1:-}" ] || site=true
    cmp -s install/requirements.txt "$old/install/requirements.txt" &&
        grep -qx "version = $("$python" -c 'import platform; print(platform.python_version())')" \
            "$old/venv/pyvenv.cfg" &&
        grep -qx "include-system-site-packages = $site" "$old/venv/pyvenv.cfg"
}

# counted TOTAL: tell from pip's words how far it is; on a terminal in one line that counts.
counted() {
    local line n=0 end='\n'
    [ ! -t 2 ] || end='\r'
    while read -r line; do
        case $line in
        Collecting* | Processing*)
            n=$((n + 1))
            [ ! -t 2 ] && [ $((n % 10)) != 0 ] ||
                printf "install: Python packages: %d of at most %d$end" "$n" "$1" >&2
            ;;
        "Installing collected"*) say "Python packages: all are there, being unpacked" ;;
        esac
    done
}

# property NAME: prints what systemd says of the kiosk.
property() { systemctl show --property "$1" --value moodlift.service; }

# starts: start the kiosk, and see that it draws and stays.
starts() {
    local first
    systemctl reset-failed moodlift.service 2>/dev/null || true
    systemctl restart moodlift.service || return 1
    first=$(property MainPID)
    sleep $start_seconds
    [ "$(property MainPID)" = "$first" ] && systemctl --quiet is-active moodlift.service
}

# switch RELEASE: run another release; where it does not start, the one before runs again.
switch() {
    local old older
    old=$(release_at current)
    older=$(release_at previous)
    if [ -n "$old" ] && [ "$old" != "$1" ]; then point previous "$old"; fi
    point current "$1"
    lay_files
    [ -z "$image" ] || return 0
    say "starting $1, until its first picture (at most 2 minutes)"
    starts && return
    systemctl --no-pager --lines=0 status moodlift.service >&2 || true
    if [ -z "$old" ] || [ "$old" = "$1" ]; then
        fail "$1 does not start; journalctl -u moodlift -e tells why"
    fi
    say "$1 does not start; going back to $old"
    point current "$old"
    rm -f "$opt/previous"
    if [ -n "$older" ] && [ "$older" != "$1" ]; then point previous "$older"; fi
    lay_files
    rm -rf "$opt/releases/$1"
    starts || fail "$old does not start either; journalctl -u moodlift -e tells why"
    fail "$old runs again; journalctl -u moodlift -e tells why $1 does not"
}

# Only the release that runs and the one before are kept.
prune() {
    local folder name
    for folder in "$prefix$opt"/releases/*; do
        name=$(basename "$folder")
        case $name in
        "$(release_at current)" | "$(release_at previous)") ;;
        *) change "removing the old release $name" rm -rf "$folder" ;;
        esac
    done
}

roll_back() {
    local to
    to=$(release_at previous)
    [ -e $units/moodlift.service.d/screen.conf ] || screen=''
    [ -n "$to" ] || fail "there is no release to go back to"
    change "going back from $(release_at current) to $to" switch "$to"
}
