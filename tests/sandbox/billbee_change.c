/* What changes orders of the Billbee simulator over its API. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/billbee.h"
#include "sandbox/counts.h"
#include "sandbox/switches.h"

enum { ERROR_EXISTS = 9, ERROR_SHOP = 10, ERROR_DATA = 11, LAG_READS = 2, HIDDEN_BY_ID = 1 };

static const struct bb_field tags_shape[] = {{"Tags", BB_TEXTS, false, "[]"}, {0}};
static const struct bb_field state_shape[] = {{"NewStateId", BB_INT, false, "0"}, {0}};
static const struct bb_field trigger_shape[] = {
    {"Name", BB_TEXT, true, "null"}, {"DelayInMinutes", BB_INT, false, "0"}, {0}};

/* A number, or a text of digits; otherwise when it is neither. */
static int64_t number_of(const json_t *object, const char *key, int64_t otherwise)
{
    const json_t *n = json_object_get(object, key);
    int64_t out = otherwise;

    if (json_is_integer(n))
        return json_integer_value(n);
    (void)int_of(json_string_value(n), &out);
    return out;
}

/* The order that the path names; NULL, and an answer, when there is none. */
static struct bb_order *order_of(struct call *c, struct bb_account *a,
                                 const struct path_parts *parts)
{
    struct bb_order *o;
    int64_t id;

    if (!bb_path_id(c, parts->part[0], &id))
        return NULL;
    o = bb_order_find(a, id);
    if (!o)
        bb_missing(c);
    return o;
}

/* What is empty is of no type. */
static void answer_empty(struct call *c)
{
    call_answer(c, 200, NULL);
}

static void answer_done(struct call *c)
{
    bb_open(c, 200);
    text_str(&c->reply.body, "null");
    bb_close(c);
}

static void missing_member(struct call *c, const char *name, const char *member)
{
    struct text key = {0}, why = {0};

    text_fmt(&key, "%s.%s", name, member);
    text_fmt(&why, "The %s field is required.", member);
    bb_invalid(c, json_pack("{s:[s]}", key.s, why.s));
    text_done(&key);
    text_done(&why);
}

/* ---- tags ---- */

static void tags_changed(struct call *c, struct bb_account *a, struct bb_order *o, size_t n)
{
    if (n) {
        bb_event_add(a, o, BB_E_TAGS, "Tags");
        bb_order_touch(a, o);
        counts_mutations("billbee", n);
    }
    answer_done(c);
}

static json_t *tags_said(struct call *c)
{
    json_t *body = bb_body(c, tags_shape, "tagData");

    if (!body || json_is_array(json_object_get(body, "Tags")))
        return body;
    missing_member(c, "tagData", "Tags");
    json_decref(body);
    return NULL;
}

void bb_tags_post(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    struct bb_order *o = order_of(c, a, parts);
    json_t *body = o ? tags_said(c) : NULL;

    if (!body)
        return;
    tags_changed(c, a, o, bb_tags_add(o, json_object_get(body, "Tags")));
    json_decref(body);
}

/* Replaces the whole list, whoever set the tags that stand there. */
void bb_tags_put(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    struct bb_order *o = order_of(c, a, parts);
    json_t *body = o ? tags_said(c) : NULL;

    if (!body)
        return;
    bb_tags_set(o, json_object_get(body, "Tags"));
    tags_changed(c, a, o, 1);
    json_decref(body);
}

/* ---- state ---- */

void bb_state_put(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    struct bb_order *o = order_of(c, a, parts);
    json_t *body = o ? bb_body(c, state_shape, "model") : NULL;
    int64_t state = number_of(body, "NewStateId", 0);
    int was;

    if (!body)
        return;
    was = o->state;
    json_decref(body);
    if (state < 1 || state > BB_STATES) {
        bb_invalid(c, json_pack("{s:[s]}", "model.NewStateId", "The value is not valid."));
        return;
    }
    bb_order_state(a, o, (int)state);
    if (was != o->state)
        bb_rule_run(a, o, true);
    bb_order_touch(a, o);
    counts_mutations("billbee", 1);
    answer_empty(c);
}

void bb_trigger_post(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    struct bb_order *o = order_of(c, a, parts);
    json_t *body = o ? bb_body(c, trigger_shape, "model") : NULL;
    const char *name = json_string_value(json_object_get(body, "Name"));

    if (!body)
        return;
    bb_event_add(a, o, BB_E_TRIGGERED, name ? name : "");
    counts_mutations("billbee", 1);
    json_decref(body);
    answer_empty(c);
}

/* ---- shipments ---- */

/* What is wrong with a shipment; NULL when nothing is. */
static const char *shipment_wrong(const struct bb_account *a, const json_t *body)
{
    int64_t provider = number_of(body, "ShippingProviderId", 0),
            product = number_of(body, "ShippingProviderProductId", 0),
            carrier = number_of(body, "CarrierId", 0), type = number_of(body, "ShipmentType", 0);
    const json_t *row = provider ? bb_row(a->providers, "id", provider) : NULL;

    if (provider && !row)
        return "Unknown shipping provider";
    if (product && (!row || !bb_row(json_object_get(row, "products"), "id", product)))
        return "Unknown shipping provider product";
    if (carrier < 0 || carrier > BB_CARRIERS)
        return "Unknown carrier";
    return type < 0 || type > 1 ? "Unknown shipment type" : NULL;
}

/* Stores it once more, however often it was stored before. */
void bb_shipment_post(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    struct bb_order *o = order_of(c, a, parts);
    json_t *body = o ? bb_body(c, bb_add_shipment_shape, "model") : NULL;
    const char *wrong = body ? shipment_wrong(a, body) : NULL;
    struct bb_shipment *s;

    if (!body)
        return;
    if (wrong) {
        bb_error(c, 400, ERROR_DATA, wrong);
        json_decref(body);
        return;
    }
    s = bb_shipment_new(a, o);
    s->number = mem_copy(json_string_value(json_object_get(body, "ShippingId")));
    s->provider = number_of(body, "ShippingProviderId", 0);
    s->product = number_of(body, "ShippingProviderProductId", 0);
    s->carrier = (int)number_of(body, "CarrierId", -1);
    s->type = (int)number_of(body, "ShipmentType", 0);
    s->shipper = mem_copy(
        json_string_value(json_object_get(bb_row(a->providers, "id", s->provider), "name")));
    json_decref(body);
    bb_event_add(a, o, BB_E_SHIPMENT, s->number ? s->number : "");
    bb_order_touch(a, o);
    counts_mutations("billbee", 1);
    answer_empty(c);
}

/* ---- new orders ---- */

static bool exists(const struct bb_account *a, const json_t *body, int64_t shop)
{
    const char *number = json_string_value(json_object_get(body, "OrderNumber"));
    const char *ref = json_string_value(json_object_get(body, "Id"));
    size_t step = 0;
    const struct bb_order *o;

    if (!switch_on(SWITCH_BB_ORDER_EXISTS) || !number)
        return false;
    while ((o = bb_order_numbered(a, number, &step)) != NULL) {
        if (switch_int(SWITCH_BB_ORDER_EXISTS) != HIDDEN_BY_ID)
            return true;
        if (ref && o->shop == shop && same_text(o->ref, ref))
            return true;
    }
    return false;
}

/* What the server makes up or takes from the catalogue. */
static void adopt(struct bb_account *a, json_t *body, int64_t shop)
{
    static const char *const own[] = {"BillBeeOrderId", "BillBeeParentOrderId", "ShippingIds",
                                      "History",        "LastModifiedAt",       "IsCancelationFor"};
    json_t *items = json_object_get(body, "OrderItems"), *item;
    size_t i;

    for (i = 0; i < sizeof own / sizeof *own; i++)
        (void)json_object_del(body, own[i]);
    (void)json_object_set_new(body, "State", json_integer(number_of(body, "State", BB_ORDERED)));
    (void)json_object_set_new(body, "IsFromBillbeeApi", json_true());
    (void)json_object_set_new(body, "ApiAccountId", shop ? json_integer(shop) : json_null());
    (void)json_object_set(body, "ApiAccountName",
                          json_object_get(bb_row(a->shops, "Id", shop), "Name"));
    json_array_foreach(items, i, item)
    {
        json_t *product = json_object_get(item, "Product"), *sku = json_object_get(product, "SKU");
        uint32_t record = bb_article_by(a, json_string_value(sku), false);

        if (sku)
            (void)json_object_set(product, "SkuOrId", sku);
        if (record == BB_NO_RECORD)
            continue;
        (void)json_object_set_new(product, "BillbeeId", json_integer(a->articles[record]->id));
        (void)json_object_set_new(product, "Type", json_integer(a->articles[record]->type));
    }
}

/* False, and an answer, when the order cannot be taken. */
static bool acceptable(struct call *c, const struct bb_account *a, const json_t *body, int64_t shop)
{
    int64_t state = number_of(body, "State", BB_ORDERED);

    if (!json_object_get(body, "CreatedAt"))
        missing_member(c, "orderData", "CreatedAt");
    else if (state < 1 || state > BB_STATES)
        bb_error(c, 400, ERROR_DATA, "Unknown order state");
    else if (shop && !bb_row(a->shops, "Id", shop))
        bb_error(c, 400, ERROR_SHOP, "The shop does not exist");
    else if (exists(a, body, shop))
        bb_error(c, 200, ERROR_EXISTS, "The order exists already");
    else
        return true;
    return false;
}

void bb_orders_post(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    json_t *body = bb_body(c, bb_order_shape, "orderData");
    int64_t shop = number_of(body, "ApiAccountId", call_query_int(c, "shopId", 0));
    struct bb_order *o;
    char *posted;

    (void)parts;
    if (!body)
        return;
    if (!acceptable(c, a, body, shop)) {
        json_decref(body);
        return;
    }
    posted = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(15));
    adopt(a, body, shop);
    o = bb_order_new(a, body, false);
    o->posted = posted;
    json_decref(body);
    bb_event_add(a, o, BB_E_CREATED, "");
    counts_mutations("billbee", 1);
    if (fault_wanted(c, FAULT_LAG_404)) {
        o->lag = (uint16_t)fault_number(c, "reads", LAG_READS);
        a->lagging += o->lag;
        fault_played(c);
    }
    bb_open(c, 201);
    bb_order_text(&c->reply.body, a, o);
    bb_close(c);
}

/* ---- changed members ---- */

static const char *const patchable[] = {
    "OrderNumber",       "SellerComment",      "InvoiceNumber",    "InvoiceNumberPrefix",
    "InvoiceDate",       "PaymentMethod",      "PaymentReference", "Currency",
    "CustomInvoiceNote", "LanguageCode",       "ShipWeightKg",     "DeliverySourceCountryCode",
    "ShippingProfileId", "ShippingProfileName"};

void bb_patchable_get(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    (void)a;
    (void)parts;
    bb_open(c, 200);
    text_char(&c->reply.body, '[');
    for (size_t i = 0; i < sizeof patchable / sizeof *patchable; i++) {
        text_str(&c->reply.body, i ? "," : "");
        text_json(&c->reply.body, patchable[i]);
    }
    text_char(&c->reply.body, ']');
    bb_close(c);
}

static bool all_patchable(const json_t *body)
{
    const char *key;
    json_t *value;

    json_object_foreach(json_steps(body), key, value)
    {
        size_t i = 0, n = sizeof patchable / sizeof *patchable;

        while (i < n && strcmp(patchable[i], key) != 0)
            i++;
        if (i == n)
            return false;
    }
    return true;
}

void bb_order_patch(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    struct bb_order *o = order_of(c, a, parts);
    json_t *body = o ? bb_body(c, bb_order_shape, "model") : NULL, *full;

    if (!body)
        return;
    if (!all_patchable(body)) {
        bb_error(c, 400, ERROR_DATA, "A field cannot be patched");
        json_decref(body);
        return;
    }
    full = bb_order_object(a, o);
    (void)json_object_update(full, body);
    bb_order_set(a, o, full, true);
    json_decref(full);
    json_decref(body);
    bb_event_add(a, o, BB_E_CHANGED, "");
    bb_order_touch(a, o);
    counts_mutations("billbee", 1);
    bb_open(c, 200);
    bb_order_text(&c->reply.body, a, o);
    bb_close(c);
}
