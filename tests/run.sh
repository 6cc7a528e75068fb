#!/bin/sh
# Runs the built test programs of some levels and adds up their results.
#
#   tests/run.sh build/asan unit scenario ...
#
# Prints a line per program and per level; failures in full. The last line is "N passed, N failed"
# over all. What each program wrote is kept in <variant>/results. From the environment: JOBS (2),
# TIMEOUT of one program in seconds (900), WRAP (a command put before each program).
set -eu

root=$(pwd)

# One program in a process group of its own, so that nothing it started outlives it. The results go
# to $out.*; what is to be shown is shown in one piece.
run_one() {
    variant=$1 level=$2 program=$3
    name=$(basename "$program")
    out=$variant/results/$level/$name
    by_status=0
    set --
    if [ "$level" = replay ]; then
        set -- "tests/fuzz/corpus/${name#fuzz_}"
        by_status=1
    fi
    if [ "$level" = replay ] && [ -z "$(ls "$1" 2>/dev/null)" ]; then
        echo "1..1" >"$out.out"
        echo "ok 1 # SKIP its corpus, $1, is empty" >>"$out.out"
        : >"$out.err"
        status=0
    else
        # shellcheck disable=SC2086 # WRAP is a command with arguments
        timeout -k 10 "${TIMEOUT:-900}" ${WRAP:-} "$program" "$@" \
            >"$out.out" 2>"$out.err" </dev/null &
        group=$!
        status=0
        wait "$group" || status=$?
        kill -s KILL -- "-$group" 2>/dev/null || :
    fi
    awk -f tests/summary.awk -v name="$level/$name" -v status="$status" -v by_status="$by_status" \
        -v counts="$out.counts" "$out.out" >"$out.shown"
    if grep -q '^FAIL' "$out.shown" && [ -s "$out.err" ]; then
        {
            echo "       --- standard error, its last 60 lines ($out.err) ---"
            tail -n 60 "$out.err" | sed 's/^/       /'
        } >>"$out.shown"
    fi
    grep -E "^($level|rounds): " "$out.out" >>"$out.shown" || : # what a program says of itself, in one line
    cat "$out.shown"
}

# The programs of a level: one per test source, not what may lie in build/ from before.
programs_of() {
    case $2 in
    replay) sources="tests/fuzz/fuzz_*.c" ;;
    *) sources="tests/$2/test_*.c" ;;
    esac
    for source in $sources; do
        [ ! -f "$source" ] || echo "$1/${source%.c}"
    done
}

# The sum of the counts on standard input, as "12 passed, 0 failed".
add_up() {
    awk '{ p += $1; f += $2; s += $3 }
        END { printf "%d passed, %d failed%s\n", p, f, s ? sprintf(", %d skipped", s) : "" }'
}

# Of lines such as "crash: scenarios 3, killed 120, lost 0, doubled 0" on standard input, the sums.
tally() {
    sed 's/^rounds: /rounds /; s/^[a-z]*: //' | tr ',' '\n' | awk '
        {
            count = $NF
            sub(/^ */, "")
            sub(/ [0-9]+$/, "")
            if (!($0 in sum) && $0 != "lost" && $0 != "doubled")
                name[++names] = $0
            sum[$0] += count
        }
        END {
            for (i = 1; i <= names; i++)
                printf "%s %d, ", name[i], sum[name[i]]
            if (names)
                printf "lost %d, doubled %d\n", sum["lost"], sum["doubled"]
        }'
}

if [ "$1" = --one ]; then
    shift
    run_one "$@"
    exit
fi

variant=$1
shift
export CMOCKA_MESSAGE_OUTPUT=tap
# 99 is none of tagwerk's exit codes, so a finding is never mistaken for an answer.
export ASAN_OPTIONS="${ASAN_OPTIONS:-exitcode=99:detect_leaks=1:detect_stack_use_after_return=1:allow_user_segv_handler=0}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-exitcode=99:print_stacktrace=1}"
export TAGWERK_ROOT="$root"
export TAGWERK_BIN="$root/$variant/tagwerk"
export TAGWERK_SANDBOX="$root/$variant/tests/sandbox/sandbox"
export TAGWERK_DISK="$root/$variant/tests/disk/disk.so"
unset TAGWERK_SHARED
if [ -d ../shared ]; then
    TAGWERK_SHARED=$(cd ../shared && pwd)
    export TAGWERK_SHARED
fi

results=$variant/results
rm -rf "$results"
mkdir -p "$results"
for level; do
    mkdir "$results/$level"
    programs=$(programs_of "$variant" "$level")
    if [ -z "$programs" ]; then
        printf '%-12s no tests yet\n' "$level:"
        continue
    fi
    echo "$programs" | xargs -P "${JOBS:-2}" -n 1 "$0" --one "$variant" "$level"
    printf '%-12s %s\n' "$level:" "$(cat "$results/$level"/*.counts | add_up)"
done

skips=$(find "$results" -name '*.shown' -exec grep -h '^ *SKIPPED: ' {} + || :)
[ -z "$skips" ] || printf 'Skipped, so nobody knows whether they would pass:\n%s\n' "$skips"
find "$results" -name '*.out' -exec grep -hE '^(crash|soak|rounds): ' {} + | sort | tally | sed 's/^/survived: /'
total=$(find "$results" -name '*.counts' -exec cat {} + | add_up)
echo "$total"
case $total in
*" 0 failed"*) ;;
*) exit 1 ;;
esac
