#!/bin/bash
# What `make spec` does: a shop's orders go to Sendcloud and back by both back ends, and every call
# is judged by Sendcloud's own OpenAPI files, both ways: our questions, and the sandbox's answers.
# Where such a file is wrong itself, exceptions.json corrects it and says why.
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
    echo "SKIPPED: spec: $1, so nobody knows whether the calls satisfy Sendcloud's files"
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

# control METHOD PATH [JSON]: asks the sandbox; the answer's body is then in $work/control.json.
control() {
    local body=${3:-}
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    printf '%s /_control%s HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s' \
        "$1" "$2" "${#body}" "$body" >&3
    sed '1,/^\r$/d' <&3 >"$work/control.json"
    exec 3>&-
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

# configure API: a fresh home.
configure() {
    home=$work/$1
    rm -rf "$home"
    mkdir -p "$home/staging/inbox/parcels"
    cp -r mappings "$home/mappings"
    cat >"$home/tagwerk.conf" <<END
[account shop]
system = afterbuy
url = http://127.0.0.1:$port
partner_token = demo-partner-token
account_token = demo-account-token
cancelled_flag = 42

[account parcels]
system = sendcloud
url = $judge
public_key = demo-public
secret_key = demo-secret
integration = 7
api = $1

[route shop-parcels]
from = shop
to = parcels
tag = Sendcloud abgeschlossen
END
    chmod 600 "$home/tagwerk.conf"
}

# What the program makes of its answers is not asked here; the findings are.
run() {
    "$tagwerk" --home "$home" "$@" >>"$home/run.log" 2>&1 || :
}

# scenario API SEED FIRST DAY: a shop's orders, and four more from number FIRST on. One changes and
# one is cancelled before the label, one is cancelled after it, one lacks all that may be lacking; a
# webhook asks for one parcel.
scenario() {
    local seed=$2 first=$3 day=$4 parcel
    local cancelled='{"items":[{"UserDefinedFlag":42}]}'
    local bare='"billing":{"Mail":"","Phone":""},"shipping_address":{"Phone":"","Company":""},"shipping":null'

    configure "$1"
    clock "${day}T08:00:00Z"
    control POST /fill "{\"seed\":$seed,\"orders\":60,\"articles\":30}"
    control POST /afterbuy/orders "[{\"id\":$first},{\"id\":$((first + 1))},{\"id\":$((first + 2))}]"
    control POST /afterbuy/orders "[{\"id\":$((first + 3)),$bare}]"
    run doctor
    run run
    clock "${day}T09:00:00Z"
    control POST "/afterbuy/orders/$first" '{"shipping_address":{"Street":"Bahnhofstrasse 9"}}'
    control POST "/afterbuy/orders/$((first + 1))" "$cancelled"
    run run
    clock "${day}T10:00:00Z"
    control POST /sendcloud/print '{"all":true}'
    control POST "/afterbuy/orders/$((first + 2))" "$cancelled"
    control GET /sendcloud/parcels
    parcel=$(grep -o '"id": *[0-9]*' "$work/control.json" | head -n 1 | grep -o '[0-9]*$' || echo 0)
    printf '{"action":"parcel_status_changed","parcel":{"id":%d}}' "$parcel" \
        >"$home/staging/inbox/parcels/0000000000000001-00.json"
    run run
    run run
}

: >"$work/findings.txt"
: >"$work/calls.txt"
touch "$TAGWERK_CLOCK"
clock 2024-06-04T08:00:00Z
begin sandbox.log "$sandbox" --clock "$TAGWERK_CLOCK"
port=${ready##*:}
begin judge.log node tests/spec/judge.js "$modules" "$specs" "$ready" "$work"
judge=$ready

control POST /switches '{"sendcloud.by_the_book":1,"sendcloud.page_size":20}'
scenario v2-integration 1 560900001 2024-06-04
scenario v3-orders 2 560900101 2024-06-06

sort "$work/findings.txt"
violations=$(wc -l <"$work/findings.txt")
echo "spec: $(wc -l <"$work/calls.txt") calls, $violations kinds of violation, $(grep -c '"why"' tests/spec/exceptions.json || :) correction(s) of the files"
[ "$violations" -eq 0 ] || exit 1

# A judge that was asked nothing objects to nothing.
while read -r call; do
    grep -Eq "^$call\$" "$work/calls.txt" || {
        echo "spec: the scenario made no call: $call"
        exit 1
    }
done <<'END'
GET /api/v3/user/auth/metadata 200
GET /api/v2/integrations 200
POST /api/v2/integrations/7/shipments 200
GET /api/v2/integrations/7/shipments\?.*external_order_ids=.* 200
POST /api/v2/integrations/7/shipments/delete 204
POST /api/v3/orders 201
GET /api/v3/orders\?.*order_id=.* 200
DELETE /api/v3/orders/[0-9]+ 204
GET /api/v2/parcels\?.*updated_after=.* 200
GET /api/v2/parcels\?.*cursor=.* 200
GET /api/v2/parcels\?.*order_number=.* 200
GET /api/v2/parcels/[0-9]+ 200
END
