# shellcheck shell=bash
# Running and testing Moodlift in this folder. Sourced by install.sh.

venv=.venv
cache=.cache

make_venv() {
    # A moved folder or another Python makes the old one useless.
    local kind flags
    kind="$("$python" --version) in $PWD"
    [ "$(cat $venv/.moodlift 2>/dev/null)" = "$kind" ] && [ -x $venv/bin/pip ] && return
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        debian "Python cannot make virtual environments" python3-venv || exit 1
    mapfile -t flags < <(venv_flags)
    say "making a virtual environment in $venv ($("$python" --version))"
    rm -rf $venv
    "$python" -m venv "${flags[@]}" $venv
    printf '%s\n' "$kind" >$venv/.moodlift
}

# once STAMP WORDS COMMAND...: run a command unless it went well before with the same inputs.
once() {
    local stamp=$1 words=$2 inputs
    shift 2
    inputs=$(cat pyproject.toml install/{checkout.sh,requirements.txt} tests/rig/{arm64/sysroot,tree}.sh |
        sha256sum)
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

# A Debian in which a kiosk is installed, and the packages for it.
appliance_rig() { tests/rig/tree.sh $venv/bin/pip $cache/rig; }

arm64_machine() { tests/rig/arm64/sysroot.sh $venv/bin/pip $cache/arm64; }

# without WHY: some tests will be skipped for this reason; in CI that is a failure.
without() {
    [ -z "${CI:-}" ] || fail "$*"
    say "$*"
}

# What the tests need of Debian; the last two, which boot a kiosk, are of use to root alone.
browser_packages=(chromium libatomic1 xvfb libxtst6 shellcheck strace openssl)
fleet_packages=(mosquitto prometheus)
proxy_packages=(nginx caddy)
sound_packages=(pulseaudio)
arm64_packages=(qemu-user-static)
renderer_packages=(libegl1 libgl1 libgl1-mesa-dri)
rig_packages=(mmdebstrap systemd-container)

test_programs() {
    local wanted new root
    wanted=("${browser_packages[@]}" "${fleet_packages[@]}" "${proxy_packages[@]}"
        "${sound_packages[@]}" "${arm64_packages[@]}" "${renderer_packages[@]}")
    [ "$(id -u)" != 0 ] || wanted+=("${rig_packages[@]}")
    mapfile -t new < <(missing "${fleet_packages[@]}" "${proxy_packages[@]}")
    debian "for the tests" "${wanted[@]}" || return 0
    # The tests start these themselves: here they need not run for good.
    if [ ${#new[@]} -gt 0 ] && [ -d /run/systemd/system ] && may_install; then
        "${root[@]}" systemctl --quiet disable --now "${new[@]}" || true
    fi
}

have() { [ -z "$(missing "$@")" ]; }

# aside COMMAND...: run a command while others run; sets `job`, to wait for. It ends with this script.
aside() {
    set -m
    "$@" </dev/null &
    set +m
    job=$!
    jobs+=("$job")
}

end_jobs() {
    local job
    for job in "${jobs[@]}"; do kill -- "-$job" 2>/dev/null || true; done
}

lint() {
    $venv/bin/ruff check --quiet .
    $venv/bin/ruff format --check --quiet .
    $venv/bin/mypy --no-error-summary
    find device training convert tests -name '*.py' -exec \
        awk 'FNR == 351 { print FILENAME ": more than 350 lines"; long = 1 } END { exit long }' {} +
    $venv/bin/lint-imports --no-logo >$cache/imports.txt || { cat $cache/imports.txt && return 1; }
    if command -v shellcheck >/dev/null; then
        shellcheck -x install.sh .ci/run systemd/{moodlift,give-back-console} examples/retraining/retrain-weekly tests/rig/{arm64/sysroot,tree}.sh
    else
        without "shellcheck is missing, so the shell scripts are not checked"
    fi
    say "ruff, mypy, import-linter and shellcheck: no complaints"
}

# rigs: begins to make the machines that a kiosk is installed on and arm64 programs run on, aside.
rigs() {
    if have "${arm64_packages[@]}"; then
        aside once $cache/arm64.stamp "making an emulated arm64 machine (100 MB)" arm64_machine
        arm64=$job
    fi
    if have "${rig_packages[@]}" && [ "$(id -u)" = 0 ]; then
        aside once $cache/rig.stamp "making a Debian to install a kiosk on (700 MB)" appliance_rig
        rig=$job
    fi
}

# Waits for them, and tells the tests where they are.
await_rigs() {
    if [ -n "$arm64" ] && wait "$arm64"; then
        export MOODLIFT_ARM64=$PWD/$cache/arm64
    else
        without "the arm64 tests will be skipped"
    fi
    if [ -n "$rig" ] && wait "$rig"; then
        export MOODLIFT_RIG=$PWD/$cache/rig
    else
        without "the tests of the appliance will be skipped: they need root and mmdebstrap"
    fi
}

run_tests() {
    local job jobs=() arm64='' rig='' quick=''
    trap end_jobs EXIT
    [ "${1:-}" != --quick ] || quick=yes
    make_venv
    device_packages
    mkdir -p $cache
    test_programs
    [ -n "$quick" ] || rigs
    packages_once test "installing Python packages for the tests (about 1 GB; some minutes)" '.[dev]'
    [ $# -gt 0 ] && [ -z "$quick" ] || lint
    have "${browser_packages[@]}" || without "some browser and window tests will be skipped"
    have "${fleet_packages[@]}" || without "the tests of a fleet will be skipped"
    have "${renderer_packages[@]}" || without "no synthetic people will be drawn"
    have "${proxy_packages[@]}" || without "the page will not be tested behind nginx and Caddy"
    have "${sound_packages[@]}" || without "sound that goes will not be tested"
    if once $cache/classic.stamp "fetching the other build of pygame" classic_pygame; then
        export MOODLIFT_PYGAME_CLASSIC=$PWD/$cache/pygame-classic
    else
        without "the tests of the other build of pygame will be skipped"
    fi
    if [ -n "$quick" ]; then
        shift
        trap - EXIT
        exec "${pytest[@]}" "${beside[@]}" -m 'not slow and not pace' "$@"
    fi
    await_rigs
    if [ $# -gt 0 ]; then
        trap - EXIT
        exec "${pytest[@]}" "$@"
    fi
    all_tests
}

pytest=("$venv/bin/python" -m pytest --durations=25)
# Three processes for two processors, as many tests wait; those of a module share what is dear to make.
beside=(-n $((($(nproc) * 3 + 1) / 2)) --dist loadfile --no-loadscope-reorder --max-worker-restart=0)
# Real windows and OpenGL, each in a process of its own: SDL's X11 driver crashes in one that has trained or
# drawn with OpenGL, and TensorFlow in one that has Mesa's LLVM.
graphics=(tests/hardware/display tests/training/synthetic/test_studio.py)

all_tests() {
    local failed=0 place
    "${pytest[@]}" "${beside[@]}" -m 'not pace' "${graphics[@]/#/--ignore=}" || failed=$?
    for place in "${graphics[@]}"; do
        "${pytest[@]}" -m 'not pace' "$place" || failed=$?
    done
    say "and the tests that want the machine for themselves:"
    "${pytest[@]}" -m pace || failed=$?
    return $failed
}
