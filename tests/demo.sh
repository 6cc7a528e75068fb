#!/bin/bash
# What `make run` shows: a day and a half of two German shops, from Afterbuy to Sendcloud and from
# Billbee to the warehouse wemalo, there and back, three runs, against the sandbox. Needs TAGWERK_BIN
# and TAGWERK_SANDBOX; leaves its home in build/demo for looking around.
set -euo pipefail
cd "$(dirname "$0")/.."

tagwerk=${TAGWERK_BIN:-build/plain/tagwerk}
sandbox=${TAGWERK_SANDBOX:-build/plain/tests/sandbox/sandbox}
home=build/demo

say() {
    printf '\n\033[1m%s\033[0m\n' "$*"
}

# control METHOD PATH [JSON]: asks the sandbox; its answer's body goes to standard output.
control() {
    local body=${3:-}
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    printf '%s /_control%s HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s' \
        "$1" "$2" "${#body}" "$body" >&3
    sed '1,/^\r$/d' <&3
    exec 3>&-
}

# number KEY: the value of "KEY": N in the JSON on standard input, the first there is.
number() {
    grep -o "\"$1\": *[0-9]*" | head -n 1 | grep -o '[0-9]*$'
}

writes() {
    control GET /counts | number writes
}

# clock MS: the time of both programs: 8 bytes, the lowest first. They wait for rate limits by moving it on.
clock() {
    local ms=$1 bytes='' i
    for i in 0 1 2 3 4 5 6 7; do
        bytes+=$(printf '\\x%02x' $(((ms >> (8 * i)) & 255)))
    done
    # shellcheck disable=SC2059 # the bytes are the format
    printf "$bytes" | dd of="$TAGWERK_CLOCK" conv=notrunc status=none
}

# A run may end with 1: some records were refused, and the reports say which and why.
run() {
    local status=0
    "$tagwerk" --home "$home" run 2>>"$home/run.log" || status=$?
    printf 'exit code %d\n' "$status"
    [ "$status" -le 1 ] || { tail -n 5 "$home/run.log" >&2; exit 1; }
}

rm -rf "$home"
mkdir -p "$home"
cp -r mappings "$home/mappings"

export TAGWERK_CLOCK=$PWD/$home/clock
clock "$(date +%s)000"
coproc SANDBOX { exec "$sandbox" --clock "$TAGWERK_CLOCK"; }
trap 'kill "$SANDBOX_PID" 2>/dev/null || :' EXIT
read -r ready <&"${SANDBOX[0]}"
port=${ready##*:}

cat >"$home/tagwerk.conf" <<END
# Made by make run. The same file with your own keys, and without the url lines, is a real configuration.
[account shop]
system = afterbuy
url = http://127.0.0.1:$port
partner_token = demo-partner-token
account_token = demo-account-token

[account parcels]
system = sendcloud
url = http://127.0.0.1:$port
public_key = demo-public
secret_key = demo-secret
integration = 7

[account boutique]
system = billbee
url = http://127.0.0.1:$port/billbee
user = haendler@example.org
api_password = Demo-Passwort-1
api_key = 00000000-0000-4000-8000-000000000001
tag = wemalo

[account warehouse]
system = wemalo
url = http://127.0.0.1:$port/wemalo
token = demo-wemalo-token

[route shop-parcels]
from = shop
to = parcels
tag = Sendcloud abgeschlossen

[route boutique-warehouse]
from = boutique
to = warehouse
tag = wemalo
END
chmod 600 "$home/tagwerk.conf"

say "The sandbox plays Afterbuy, Sendcloud, Billbee and wemalo on port $port, and opens two shops:"
control POST /fill '{"seed":1,"orders":400,"articles":150}'
echo
control POST /fill '{"system":"billbee","seed":1,"orders":200,"articles":100}'
echo

say "1. First run: orders go to Sendcloud, articles and orders to the warehouse"
run
say "   Sendcloud: somebody prints the labels; the warehouse ships"
control POST /sendcloud/print '{"all":true}' | head -c 200
control POST /wemalo/ship '{"all":true}' | head -c 200
echo
clock "$(($(control GET /clock | number ms) + 60000))"
say "2. Second run: tracking numbers go back; the tag to Afterbuy, the state shipped to Billbee"
run
before=$(writes)
say "3. Third run: nothing is left to do"
run
after=$(writes)

say "The balance, from the reports alone"
cat "$home"/reports/*/summary.csv | awk -F, 'NR == 1 || $1 != "day" {
    for (i = 1; i <= NF; i++)
        printf "%-*s", i == NF ? 0 : i == 2 ? 20 : 12, $i
    print ""
}'
unexplained=$(cat "$home"/reports/*/summary.csv | awk -F, '$1 != "day" { n += $NF } END { print n + 0 }')
doubled=$(control GET /check | number doubled)
printf '\nunexplained: %d\ndoubled orders: %d\nwrite requests of the third run: %d\n' \
    "$unexplained" "$doubled" $((after - before))

order=$(awk -F, 'NR > 1 && $7 == "same" { print $4; exit }' "$home"/reports/*/shop-parcels-orders.csv)
say "Where to look"
cat <<END
reports:        $home/reports/<day>/ (what each column says: reports/README.md)
staged files:   $home/staging/       (how to read them:      staging/README.md)
Try next:
  $tagwerk --home $home explain $order
  $tagwerk --home $home status
  $tagwerk systems
  make sandbox     keeps a sandbox running for a configuration of your own
END
[ "$unexplained" = 0 ] && [ "$doubled" = 0 ] && [ "$after" = "$before" ]
