#!/bin/bash
# What `make spec` does: orders go to the systems and back, and every call is judged by the vendors'
# own OpenAPI files, both ways: our questions, and the sandbox's answers. README.md has the rest.
#
# Needs TAGWERK_BIN, TAGWERK_SANDBOX, node and npm; the files lie in ../shared/apis/specs.
set -euo pipefail
cd "$(dirname "$0")/../.."

tagwerk=${TAGWERK_BIN:-build/plain/tagwerk}
sandbox=${TAGWERK_SANDBOX:-build/plain/tests/sandbox/sandbox}
specs=$PWD/../shared/apis/specs
work=$PWD/build/spec
modules=$work/node_modules
prism=@stoplight/prism-cli@5.14.2 # the last one for node 18 and 20

skip() {
    echo "SKIPPED: spec: $1, so nobody knows whether the calls satisfy the vendors' files"
    exit 0
}

[ -d "$specs" ] || skip "../shared/apis/specs is not here"
for tool in node npm; do
    command -v "$tool" >/dev/null || skip "$tool is not here"
done
mkdir -p "$work"
[ -d "$modules/@stoplight/prism-cli" ] ||
    npm install --prefix "$work" --no-save --no-audit --no-fund --loglevel=error "$prism" ||
    skip "npm cannot install $prism"

# talk PORT METHOD PATH HEADERS [JSON]: one question; HEADERS are whole lines. Prints the answer's body.
talk() {
    local body=${5:-}
    exec 3<>"/dev/tcp/127.0.0.1/$1"
    printf '%s %s HTTP/1.0\r\nConnection: close\r\n%bContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s' \
        "$2" "$3" "$4" "${#body}" "$body" >&3
    sed '1,/^\r$/d' <&3
    exec 3>&-
}

# control METHOD PATH [JSON]: asks the sandbox; the answer's body is then in $work/control.json.
control() {
    talk "$port" "$1" "/_control$2" '' "${3:-}" >"$work/control.json"
}

# begin LOG COMMAND...: in the background; $ready is the address that it prints.
begun=
trap 'kill $begun 2>/dev/null || :' EXIT
begin() {
    local log=$work/$1
    shift
    : >"$log"
    "$@" >>"$log" 2>&1 &
    begun="$begun $!"
    until ready=$(grep -o 'http://127.0.0.1:[0-9]*$' "$log"); do
        kill -0 $! 2>/dev/null || { cat "$log" >&2; exit 1; }
        sleep 0.1
    done
}

# clock ISO: the time for the program and the sandbox; waiting for a next try only moves it on.
export TAGWERK_CLOCK=$work/clock
clock() {
    node -e 'const fs = require("fs")
        const ms = BigInt64Array.of(BigInt(Date.parse(process.argv[2])))
        fs.writeSync(fs.openSync(process.argv[1], "r+"), ms)' "$TAGWERK_CLOCK" "$1"
}

# What the program makes of its answers is not asked here; the findings are.
run() {
    "$tagwerk" --home "$home" "$@" >>"$home/run.log" 2>&1 || :
}

rm -f "$work"/*.txt
: >"$work/findings.txt"
touch "$TAGWERK_CLOCK"
clock 2024-06-04T08:00:00Z
begin sandbox.log "$sandbox" --clock "$TAGWERK_CLOCK"
port=${ready##*:}
begin judge.log node tests/spec/judge.js "$modules" "$specs" "$ready" "$work"
judge=$ready
judge_id=$!

# told MEMBER: what the rows of specs.json say, each once and in their order.
told() {
    sed -n "s/^ *\"$1\": *\"\(.*\)\",*$/\1/p" tests/spec/specs.json | awk '!seen[$0]++'
}

for name in $(told scenario); do
    # shellcheck source=tests/spec/scenario_sendcloud.sh
    . "tests/spec/scenario_$name.sh"
done
kill "$judge_id"
wait "$judge_id" || :

sed 's/^/  corrected: /' "$work/corrections.txt"
sed 's/^/  judged: /' "$work/judged.txt"
sort "$work/findings.txt"
findings=$(wc -l <"$work/findings.txt")
echo "spec: files $(told file | wc -l), calls $(wc -l <"$work/calls.txt"), corrections $(wc -l <"$work/corrections.txt"), findings $findings"
[ "$findings" -eq 0 ]
