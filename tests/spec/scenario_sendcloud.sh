# shellcheck shell=bash disable=SC2154 # spec.sh reads this file, and has what is used here
# To Sendcloud and back, by both back ends.

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

control POST /switches '{"sendcloud.by_the_book":1,"sendcloud.page_size":20}'
scenario v2-integration 1 560900001 2024-06-04
scenario v3-orders 2 560900101 2024-06-06
