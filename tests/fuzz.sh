#!/bin/sh
# Runs every built fuzz target for some seconds, two at a time, and prints a line for each and a sum.
#
#   tests/fuzz.sh build/fuzz 60
#
# New inputs are kept in build/fuzz/corpus, so the next run goes on from there. An input that breaks
# something ends its target and fails the run; it is to become a file of tests/fuzz/corpus/<target>,
# and thereby a test. From the environment: JOBS (2). An input may take a minute: the machine may be
# held up for some seconds, and that is no finding.
set -eu

# From libFuzzer's log the last "#123 DONE cov: 45 ft: 67 corp: 8/9Kb exec/s: 10 rss: 11Mb".
sum_up='
/^#[0-9]+[ \t].* cov: / {
    done = substr($1, 2)
    for (i = 2; i < NF; i++)
        value[$i] = $(i + 1)
}
END {
    split(value["corp:"], corpus, "/")
    printf "%-8s executions %9d, exec/s %6d, coverage %5d, corpus %4d, findings %d\n", \
        name, done, value["exec/s:"], value["cov:"], corpus[1], findings
}'

fuzz_one() {
    variant=$1 seconds=$2 name=$3
    found=$variant/corpus/$name
    kept=tests/fuzz/corpus/$name
    log=$variant/$name.log
    findings=0
    mkdir -p "$found" "$kept"
    "$variant/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=2048 \
        -artifact_prefix="$variant/$name-" "$found" "$kept" >"$log" 2>&1 || findings=1
    awk -v name="$name" -v findings="$findings" "$sum_up" "$log" >"$variant/$name.sum"
    {
        sed 's/^/fuzz: /' "$variant/$name.sum"
        [ "$findings" -eq 0 ] || {
            tail -n 40 "$log"
            echo "FAIL $name: mend it, and copy the input named above to $kept/"
        }
    } >"$log.shown"
    cat "$log.shown"
}

if [ "$1" = --one ]; then
    shift
    fuzz_one "$@"
    exit
fi

variant=$1 seconds=$2
names=$(basename -s .c tests/fuzz/fuzz_*.c)
rm -f "$variant"/*.sum
echo "$names" | sed 's/^fuzz_//' | xargs -P "${JOBS:-2}" -n 1 "$0" --one "$variant" "$seconds"
cat "$variant"/*.sum | awk '
    { executions += $3; findings += $NF }
    END {
        printf "fuzz: targets %d, seconds %d each, executions %d, findings %d\n", \
            NR, seconds, executions, findings
        exit findings > 0
    }' seconds="$seconds"
