# shellcheck shell=bash disable=SC2154 # spec.sh reads this file, and has what is used here
# From Billbee to the warehouse wemalo and back, and from Afterbuy into Billbee. Of all these only
# Billbee stands behind the judge.

# configure NAME REST: a fresh home with a Billbee account `boutique`.
configure() {
    home=$work/$1
    rm -rf "$home"
    mkdir -p "$home"
    cp -r mappings "$home/mappings"
    cat >"$home/tagwerk.conf" <<END
[account boutique]
system = billbee
url = $judge/billbee
user = haendler@example.org
api_password = Demo-Passwort-1
api_key = 00000000-0000-4000-8000-000000000001
tag = wemalo

$2
END
    chmod 600 "$home/tagwerk.conf"
}

# merchant ID JSON: what somebody does to an order in Billbee itself.
merchant() {
    control POST "/billbee/orders/$1" "$2"
}

# A shop's orders and articles go to the warehouse. Then one order changes, one is cancelled, three
# are taken back by credit orders, whose original is named (all of it, some of it), or has to be
# looked for. The warehouse ships: numbers, states and stock come back.
to_the_warehouse() {
    local first=300000180009001

    configure billbee-wemalo "[account warehouse]
system = wemalo
url = http://127.0.0.1:$port/wemalo
token = demo-wemalo-token

[route boutique-warehouse]
from = boutique
to = warehouse
tag = wemalo"
    clock 2024-06-11T08:00:00Z
    control POST /fill '{"system":"billbee","seed":1,"orders":60,"articles":30}'
    control POST /billbee/orders "[{\"BillBeeOrderId\":$first},{\"BillBeeOrderId\":$((first + 1))},
        {\"BillBeeOrderId\":$((first + 2))},{\"BillBeeOrderId\":$((first + 3))},
        {\"BillBeeOrderId\":$((first + 4)),\"OrderItems\":[{\"Product\":{\"SKU\":\"TASSE-1\"},\"Quantity\":3}]}]"
    run doctor
    run run
    clock 2024-06-11T08:30:00Z
    merchant "$first" '{"ShippingAddress":{"Street":"Bahnhofstrasse"},"Tags":["wemalo"]}'
    merchant "$((first + 1))" '{"cancel":true}'
    merchant "$((first + 2))" '{"credit":true}'
    control POST /switches '{"billbee.credit_parent":1}'
    merchant "$((first + 3))" '{"credit":true}'
    merchant "$((first + 4))" '{"credit":[{"item":0,"quantity":1}]}'
    run run
    clock 2024-06-11T16:00:00Z
    control POST /wemalo/ship '{"all":true}'
    run run
    run run
}

# Orders of another shop are entered into Billbee.
from_another_shop() {
    configure afterbuy-billbee "[account shop]
system = afterbuy
url = http://127.0.0.1:$port
partner_token = demo-partner-token
account_token = demo-account-token

[route shop-boutique]
from = shop
to = boutique
prefix = AB-
mapping = afterbuy-sendcloud"
    clock 2024-06-13T08:00:00Z
    control POST /fill '{"seed":3,"orders":60,"articles":30}'
    run run
    run run
}

# What the sandbox answers to all else that the file describes and it plays: later routes ask for it,
# and other programs do. ID stands for the id that the answer before names.
all_else() {
    local headers method path body id=

    headers="Authorization: Basic $(printf 'haendler@example.org:Demo-Passwort-1' | base64)\r\n"
    headers+='X-Billbee-Api-Key: 00000000-0000-4000-8000-000000000001\r\nAccept: application/json\r\n'
    control POST /switches '{"billbee.rate_limits":0}'
    while read -r method path body; do
        talk "${judge##*:}" "$method" "/billbee/api/v1${path/ID/$id}" "$headers" "$body" \
            >"$work/answer.json"
        tail -n 1 "$work/calls.txt" | grep -q ' 200$' ||
            echo "$method $path: the sandbox refuses what the file describes" >>"$work/findings.txt"
        id=$(sed -n 's/.*"Id": *"*\([^",]*\).*/\1/p' "$work/answer.json")
    done <<'END'
GET /orders/PatchableFields
PATCH /orders/300000180009001 {"ShippingProfileName":"DHL"}
PUT /orders/300000180009001/tags {"Tags":["wemalo","order_received_by_wemalo"]}
POST /orders/300000180009001/trigger-event {"Name":"shipped","DelayInMinutes":0}
GET /shipment/ping
GET /shipment/shippingcarriers
GET /shipment/shipments?orderId=300000180009001&pageSize=250
GET /enums/orderstates
GET /enums/paymenttypes
GET /enums/shippingcarriers
GET /enums/shipmenttypes
GET /events?orderId=300000180009001
GET /shopaccounts
GET /products/stocks
GET /products/TASSE-1?lookupBy=sku
GET /products/reservedamount?id=TASSE-1&lookupBy=sku
POST /products/updatestock {"Sku":"TASSE-1","NewQuantity":3}
POST /products/updatestockcode {"Sku":"TASSE-1","StockCode":"A-1"}
POST /products {"SKU":"NEU-1","Title":[{"Text":"Neu","LanguageCode":"DE"}],"Price":1.5,"VatIndex":1,"Vat1Rate":19,"Vat2Rate":7,"Type":1,"IsDigital":false,"IsCustomizable":false}
PATCH /products/ID {"Price":2.5}
DELETE /products/ID
GET /webhooks/filters
POST /webhooks {"WebHookUri":"http://127.0.0.1:9/x?noecho","Secret":"0123456789abcdef0123456789abcdef","Filters":["order.created"]}
GET /webhooks/ID
PUT /webhooks/ID {"WebHookUri":"http://127.0.0.1:9/y?noecho","Secret":"0123456789abcdef0123456789abcdef"}
DELETE /webhooks/ID
GET /webhooks
DELETE /webhooks
END
}

control POST /switches '{"billbee.by_the_book":1,"billbee.page_max":20}'
to_the_warehouse
from_another_shop
all_else
