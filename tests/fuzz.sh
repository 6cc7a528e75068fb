#!/bin/sh
# Runs every built fuzz target for some seconds, two at a time; its last lines are shown.
#
#   tests/fuzz.sh build/fuzz 60
#
# New inputs are kept in build/fuzz/corpus, so the next run goes on from there. An input that breaks
# something is to become a file of tests/fuzz/corpus/<target>, and thereby a test.
set -eu

fuzz_one() {
    variant=$1 seconds=$2 name=$3
    found=$variant/corpus/$name
    kept=tests/fuzz/corpus/$name
    log=$variant/$name.log
    mkdir -p "$found" "$kept"
    if "$variant/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
        -print_final_stats=1 -artifact_prefix="$variant/$name-" "$found" "$kept" >"$log" 2>&1; then
        printf '  ok %-12s %s\n' "$name" "$(sed -n 's/^stat::number_of_executed_units: */executions: /p' "$log")"
    else
        {
            tail -n 40 "$log"
            printf 'FAIL %-12s copy the input named above to %s/\n' "$name" "$kept"
        } >"$log.shown"
        cat "$log.shown"
        return 1
    fi
}

if [ "$1" = --one ]; then
    shift
    fuzz_one "$@"
    exit
fi

variant=$1 seconds=$2
names=
for source in tests/fuzz/fuzz_*.c; do
    name=$(basename "$source" .c)
    [ ! -f "$source" ] || names="$names ${name#fuzz_}"
done
if [ -z "$names" ]; then
    echo "fuzz: tests/fuzz has no fuzz_*.c yet: nothing was fuzzed"
    exit 0
fi
echo "$names" | xargs -P "${JOBS:-2}" -n 1 "$0" --one "$variant" "$seconds"
