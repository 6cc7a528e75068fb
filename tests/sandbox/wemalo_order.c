/* Goods orders of the wemalo simulator: created, changed, cancelled, asked for. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/counts.h"
#include "sandbox/wemalo.h"

enum { LAG_READS = 2 };

static const struct wm_field outer_fields[] = {
    {"meta", WM_OBJECT, true}, {"positions", WM_LIST, true}, {"shop", WM_TEXT, false}, {NULL}};

/* externalId and receiver are only required of a new order. */
static const struct wm_field meta_fields[] = {{"externalId", WM_ID, true},
                                              {"receiver", WM_LIST, true},
                                              {"orderNumber", WM_TEXT, false},
                                              {"currency", WM_TEXT, false},
                                              {"total", WM_NUMBER, false},
                                              {"totalInvoice", WM_NUMBER, false},
                                              {"totalNet", WM_NUMBER, false},
                                              {"totalVat", WM_NUMBER, false},
                                              {"dispatcherProfile", WM_TEXT, false},
                                              {"externalIdMatch", WM_MATCH, false},
                                              {"pickingInfo", WM_TEXT, false},
                                              {"expectedDeliveryDate", WM_DAY, false},
                                              {"descriptionOfGoods", WM_TEXT, false},
                                              {"b2b", WM_FLAG, false},
                                              {"blocked", WM_FLAG, false},
                                              {"fastSendWeight", WM_WHOLE, false},
                                              {"extraInfo", WM_TEXT, false},
                                              {"extraInfo1", WM_TEXT, false},
                                              {"extraInfo2", WM_TEXT, false},
                                              {"extraInfo3", WM_TEXT, false},
                                              {"extraInfo4", WM_TEXT, false},
                                              {"departmentNumber", WM_TEXT, false},
                                              {"category", WM_TEXT, false},
                                              {"priority", WM_PRIORITY, false},
                                              {"linkedOrderExternalId", WM_ID, false},
                                              {"createWECheck", WM_BOOL, false},
                                              {"createWACheck", WM_BOOL, false},
                                              {NULL}};

enum { META_REQUIRED = 2 };

static const struct wm_field receiver_fields[] = {{"name1", WM_TEXT, true},
                                                  {"street", WM_TEXT, true},
                                                  {"countryCode2Letter", WM_COUNTRY, true},
                                                  {"city", WM_TEXT, true},
                                                  {"zip", WM_TEXT, true},
                                                  {"primary", WM_BOOL, false},
                                                  {"name2", WM_TEXT, false},
                                                  {"name3", WM_TEXT, false},
                                                  {"streetNumber", WM_TEXT, false},
                                                  {"addressAddition", WM_TEXT, false},
                                                  {"stateProvinceCountry", WM_TEXT, false},
                                                  {"phoneNumber", WM_TEXT, false},
                                                  {"email", WM_TEXT, false},
                                                  {"customerNumber", WM_TEXT, false},
                                                  {NULL}};

static const struct wm_field position_fields[] = {{"externalId", WM_ID, true},
                                                  {"quantity", WM_WHOLE, false},
                                                  {"serialNumber", WM_TEXT, false},
                                                  {"externalPositionIdentifier", WM_ID, false},
                                                  {"total", WM_WHOLE, false},
                                                  {"tax", WM_WHOLE, false},
                                                  {"name", WM_TEXT, false},
                                                  {"sku", WM_TEXT, false},
                                                  {NULL}};

/* ---- reading what was asked ---- */

/* A request for an order, checked. */
struct asked {
    json_t *meta; /* as it will be stored */
    char *external_id;
    struct wm_position *positions;
    size_t position_count;
};

static void asked_done(struct asked *q)
{
    json_decref(q->meta);
    free(q->external_id);
    wm_positions_free(q->positions, q->position_count);
}

static bool read_receivers(json_t *meta, struct wm_wrong *wrong)
{
    const json_t *list = json_object_get(meta, "receiver");
    size_t primary = 0;

    if (!json_array_size(list))
        return wm_is_wrong(wrong, 400, "missingParameter", NULL, "receiver");
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *taken = wm_taken(json_array_get(list, i), receiver_fields, wrong);

        if (!taken)
            return false;
        primary += json_is_true(json_object_get(taken, "primary"));
        json_decref(taken);
    }
    return primary < 2 || wm_is_wrong(wrong, 400, "receiver", "INVALID", "more than one primary");
}

static int64_t whole(const json_t *object, const char *key, int64_t otherwise)
{
    const json_t *n = json_object_get(object, key);

    return json_is_integer(n) ? json_integer_value(n) : otherwise;
}

static bool read_position(const struct wm_account *a, bool by_sku, const json_t *said,
                          struct wm_position *p, struct wm_wrong *wrong)
{
    json_t *taken = wm_taken(said, position_fields, wrong);
    char *id = wm_words(json_object_get(taken, "externalId"));
    uint32_t at = !id ? WM_NONE : by_sku ? wm_article_by_sku(a, id) : wm_article_by_external(a, id);
    bool fine = taken != NULL;

    *p = (struct wm_position){.article = at,
                              .quantity = whole(taken, "quantity", 1),
                              .total_cents = whole(taken, "total", 0),
                              .tax_cents = whole(taken, "tax", 0),
                              .identifier =
                                  wm_words(json_object_get(taken, "externalPositionIdentifier")),
                              .serial = wm_words(json_object_get(taken, "serialNumber"))};
    p->asked = p->quantity;
    if (fine && at == WM_NONE)
        fine = wm_is_wrong(wrong, 404, "externalId", "NOT_FOUND", id);
    if (fine && (p->quantity < 1 || (p->serial && p->quantity != 1)))
        fine = wm_is_wrong(wrong, 400, "quantity", "INVALID", id);
    free(id);
    json_decref(taken);
    return fine;
}

static bool read_positions(const struct wm_account *a, bool by_sku, const json_t *list,
                           struct asked *q, struct wm_wrong *wrong)
{
    if (!json_array_size(list))
        return wm_is_wrong(wrong, 400, "missingParameter", NULL, "positions");
    q->positions = mem_need(json_array_size(list) * sizeof *q->positions);
    for (size_t i = 0; i < json_array_size(list); i++) {
        q->position_count++;
        if (!read_position(a, by_sku, json_array_get(list, i), &q->positions[i], wrong))
            return false;
    }
    return true;
}

static bool is_by_sku(const json_t *said)
{
    return same_text(json_string_value(json_object_get(said, "externalIdMatch")), "sku");
}

static bool read_order(const struct wm_account *a, const json_t *said, struct asked *q,
                       struct wm_wrong *wrong)
{
    json_t *outer = wm_taken(said, outer_fields, wrong);
    bool fine = outer != NULL;

    if (fine)
        q->meta = wm_taken(json_object_get(outer, "meta"), meta_fields, wrong);
    q->external_id = wm_words(json_object_get(q->meta, "externalId"));
    fine = q->meta && read_receivers(q->meta, wrong) &&
           read_positions(a, is_by_sku(q->meta), json_object_get(outer, "positions"), q, wrong);
    if (q->meta)
        (void)json_object_del(q->meta, "externalId");
    json_decref(outer);
    return fine;
}

/* ---- storing ---- */

/* Takes the header over, as far as the warehouse reads it; false when it says nothing new. */
static bool store_meta(struct wm_order *o, const json_t *meta)
{
    const char *number = json_string_value(json_object_get(meta, "orderNumber"));
    const char *day = json_string_value(json_object_get(meta, "expectedDeliveryDate"));
    char *words = wm_dump(meta);
    int64_t at_s;

    if (same_text(words, o->meta)) {
        free(words);
        return false;
    }
    free(o->meta);
    free(o->order_number);
    o->meta = words;
    o->order_number = mem_copy(number && *number ? number : o->external_id);
    o->blocked = whole(meta, "blocked", 0) == 1;
    o->wait_until_ms = day && iso_day_parse(day, &at_s) ? berlin_to_utc(at_s) * 1000 : 0;
    return true;
}

static bool same_position(const struct wm_position *x, const struct wm_position *y)
{
    return x->article == y->article && x->quantity == y->quantity && x->asked == y->asked &&
           x->total_cents == y->total_cents && x->tax_cents == y->tax_cents &&
           same_text(x->identifier, y->identifier) && same_text(x->serial, y->serial);
}

static bool same_positions(const struct wm_order *o, const struct asked *q)
{
    if (o->position_count != q->position_count)
        return false;
    for (size_t i = 0; i < o->position_count; i++) {
        if (!same_position(&o->positions[i], &q->positions[i]))
            return false;
    }
    return true;
}

static void store_positions(struct wm_account *a, struct wm_order *o, struct asked *q)
{
    wm_release(a, o);
    wm_positions_free(o->positions, o->position_count);
    o->positions = q->positions;
    o->position_count = q->position_count;
    q->positions = NULL;
    q->position_count = 0;
}

/* Takes the request over as the whole order. The warehouse looks anew at what changed, and at what
 * it could not reserve. */
static void store_order(struct wm_account *a, struct wm_order *o, struct asked *q)
{
    bool rows = !same_positions(o, q), header = store_meta(o, q->meta);

    if (rows)
        store_positions(a, o, q);
    if (rows || header)
        counts_mutations("wemalo", 1);
    if (rows || header || o->status == WM_PARTIAL) {
        wm_release(a, o);
        wm_receive(a, o);
    }
}

static struct wm_order *create(struct call *c, struct wm_account *a, struct asked *q)
{
    struct wm_order *o = wm_order_new(a, q->external_id);

    if (fault_wanted(c, FAULT_LAG_404)) {
        o->lag = (uint16_t)fault_number(c, "reads", LAG_READS);
        fault_played(c);
    }
    store_order(a, o, q);
    return o;
}

static void say_too_late(struct call *c, const struct wm_order *o)
{
    wm_error(c, 400, "orderStatus", wm_status_name(o->status),
             "the order can no longer be changed");
}

static void say_stored(struct call *c, const struct wm_order *o, bool conditional)
{
    struct text *t = wm_ok(c);

    wm_member_id(t, "id", o->id, 4);
    if (conditional) {
        text_member(t, "orderStatus", wm_status_name(o->status));
        text_member(t, "statusName", wm_status_name(o->status));
        if (*o->reason)
            text_member(t, "reasonPartiallyReserved", o->reason);
        if (o->block_reason)
            text_member(t, "blockReason", o->block_reason);
    }
    wm_ok_end(c);
}

/* again: as wemalo.add_again; a cancelled order makes room for another one. */
static void put(struct call *c, struct wm_account *a, int64_t again, bool conditional)
{
    json_t *said = wm_body(c, a);
    struct asked q = {0};
    struct wm_wrong wrong = {0};

    if (!said)
        return;
    c->items = 1;
    if (!read_order(a, said, &q, &wrong)) {
        wm_say_wrong(c, &wrong);
    } else {
        struct wm_order *o;

        wm_push_count(a, q.external_id);
        o = wm_order_find(a, q.external_id);
        if (!o || o->status == WM_CANCELLED || again == 1) {
            say_stored(c, create(c, a, &q), conditional);
        } else if (again == 0) {
            wm_error(c, 400, "externalId", "NOT_UNIQUE", q.external_id);
        } else if (!wm_order_open(o)) {
            say_too_late(c, o);
        } else {
            store_order(a, o, &q);
            say_stored(c, o, conditional);
        }
    }
    asked_done(&q);
    json_decref(said);
}

void wm_order_add(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    (void)parts;
    put(c, a, switch_int(SWITCH_WM_ADD_AGAIN), false);
}

void wm_order_add_conditional(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    (void)parts;
    put(c, a, 2, true);
}

/* ---- changing ---- */

/* The order of the path; NULL, and an answer, when there is none. */
static struct wm_order *order_of(struct call *c, const struct wm_account *a,
                                 const struct path_parts *parts)
{
    struct wm_order *o = wm_order_find(a, parts->part[0]);

    c->items = 1;
    if (o && !o->lag)
        return o;
    if (o)
        o->lag--;
    wm_error(c, (int)switch_int(SWITCH_WM_UNKNOWN_STATUS), "externalId", "NOT_FOUND",
             parts->part[0]);
    return NULL;
}

/* The same, for a change; and its body. */
static struct wm_order *open_order_of(struct call *c, const struct wm_account *a,
                                      const struct path_parts *parts, json_t **said)
{
    struct wm_order *o = order_of(c, a, parts);

    *said = NULL;
    if (o && !wm_order_open(o)) {
        say_too_late(c, o);
        return NULL;
    }
    if (o)
        *said = wm_body(c, a);
    return *said ? o : NULL;
}

void wm_order_meta(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    struct wm_field optional[sizeof meta_fields / sizeof *meta_fields];
    json_t *said, *taken;
    struct wm_order *o = open_order_of(c, a, parts, &said);
    struct wm_wrong wrong = {0};
    char *id;

    if (!o)
        return;
    memcpy(optional, meta_fields, sizeof meta_fields);
    for (size_t i = 0; i < META_REQUIRED; i++)
        optional[i].required = false;
    taken = wm_taken(json_object_get(said, "meta"), optional, &wrong);
    id = wm_words(json_object_get(taken, "externalId"));
    if (id && !same_text(id, o->external_id))
        (void)wm_is_wrong(&wrong, 400, "externalId", "INVALID", "it cannot be changed");
    if (taken && json_object_get(taken, "receiver"))
        (void)read_receivers(taken, &wrong);
    if (!taken || wrong.status) {
        wm_say_wrong(c, &wrong);
    } else {
        json_t *stored = wm_compact(o->meta);

        (void)json_object_del(taken, "externalId");
        (void)json_object_update(stored, taken);
        if (store_meta(o, stored)) {
            counts_mutations("wemalo", 1);
            wm_release(a, o);
            wm_receive(a, o);
        }
        json_decref(stored);
        wm_ok_plain(c);
    }
    free(id);
    json_decref(taken);
    json_decref(said);
}

static void position_add(struct wm_order *o, const struct wm_position *p, int64_t asked)
{
    struct wm_position *to;

    o->positions = mem_grow(o->positions, (o->position_count + 1) * sizeof *o->positions);
    to = &o->positions[o->position_count++];
    *to = *p;
    to->asked = asked;
    to->identifier = mem_copy(p->identifier);
    to->serial = mem_copy(p->serial);
}

static bool stands(const struct wm_order *o, const char *identifier)
{
    for (size_t i = 0; identifier && i < o->position_count; i++) {
        if (same_text(o->positions[i].identifier, identifier))
            return true;
    }
    return false;
}

/* Does not look whether a position is already there: check finds what that makes of the order. */
static void positions_add(struct wm_account *a, struct wm_order *o, const struct asked *q)
{
    wm_release(a, o);
    for (size_t i = 0; i < q->position_count; i++) {
        const struct wm_position *p = &q->positions[i];

        position_add(o, p, stands(o, p->identifier) ? 0 : p->quantity);
        if (switch_on(SWITCH_WM_ADD_POSITION_BUG))
            position_add(o, p, 0);
    }
    counts_mutations("wemalo", 1);
    wm_receive(a, o);
}

void wm_order_add_position(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    static const struct wm_field outer[] = {{"positions", WM_LIST, true},
                                            {"externalIdMatch", WM_MATCH, false},
                                            {"shop", WM_TEXT, false},
                                            {NULL}};
    json_t *said, *taken;
    struct wm_order *o = open_order_of(c, a, parts, &said);
    struct wm_wrong wrong = {0};
    struct asked q = {0};

    if (!o)
        return;
    taken = wm_taken(said, outer, &wrong);
    if (taken &&
        read_positions(a, is_by_sku(taken), json_object_get(taken, "positions"), &q, &wrong)) {
        positions_add(a, o, &q);
        wm_ok_plain(c);
    } else {
        wm_say_wrong(c, &wrong);
    }
    asked_done(&q);
    json_decref(taken);
    json_decref(said);
}

void wm_order_remove_position(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    json_t *said;
    struct wm_order *o = open_order_of(c, a, parts, &said);
    size_t i = 0;

    if (!o)
        return;
    json_decref(said);
    while (i < o->position_count && !same_text(o->positions[i].identifier, parts->part[1]))
        i++;
    if (i == o->position_count) {
        wm_error(c, 404, "externalPositionId", "NOT_FOUND", parts->part[1]);
        return;
    }
    wm_release(a, o);
    free(o->positions[i].identifier);
    free(o->positions[i].serial);
    o->position_count--;
    memmove(&o->positions[i], &o->positions[i + 1], (o->position_count - i) * sizeof *o->positions);
    counts_mutations("wemalo", 1);
    wm_receive(a, o);
    wm_ok_plain(c);
}

void wm_order_cancel(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    static const struct wm_field allowed[] = {
        {"reason", WM_TEXT, false}, {"shop", WM_TEXT, false}, {NULL}};
    struct wm_order *o = order_of(c, a, parts);
    json_t *said = o ? wm_body(c, a) : NULL;
    struct wm_wrong wrong = {0};
    json_t *taken = wm_taken(said, allowed, &wrong);
    bool late = o && !wm_order_open(o) && o->status != WM_CANCELLED;

    if (said && !taken) {
        wm_say_wrong(c, &wrong);
    } else if (said && late && !switch_on(SWITCH_WM_CANCEL_SILENT)) {
        say_too_late(c, o);
    } else if (said) {
        if (fault_wanted(c, FAULT_REJECTED_LATER) && wm_order_open(o)) {
            wm_cancel_for_now(a, o);
            fault_played(c);
            counts_mutations("wemalo", 1);
        } else if (wm_cancel(a, o)) {
            counts_mutations("wemalo", 1);
        }
        wm_ok_plain(c);
    }
    json_decref(taken);
    json_decref(said);
}

void wm_order_priority(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    static const struct wm_field allowed[] = {
        {"priority", WM_PRIORITY, true}, {"shop", WM_TEXT, false}, {NULL}};
    json_t *said, *taken;
    struct wm_order *o = open_order_of(c, a, parts, &said);
    struct wm_wrong wrong = {0};

    if (!o)
        return;
    taken = wm_taken(said, allowed, &wrong);
    if (taken) {
        json_t *meta = wm_compact(o->meta);

        (void)json_object_set(meta, "priority", json_object_get(taken, "priority"));
        counts_mutations("wemalo", store_meta(o, meta));
        json_decref(meta);
        wm_ok_plain(c);
    } else {
        wm_say_wrong(c, &wrong);
    }
    json_decref(taken);
    json_decref(said);
}

void wm_order_note(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    static const struct wm_field allowed[] = {{"notices", WM_TEXT, true},
                                              {"noticeField", WM_WHOLE, false},
                                              {"shop", WM_TEXT, false},
                                              {NULL}};
    struct wm_order *o = order_of(c, a, parts);
    json_t *said = o ? wm_body(c, a) : NULL, *taken;
    struct wm_wrong wrong = {0};

    if (!said)
        return;
    taken = wm_taken(said, allowed, &wrong);
    if (taken) {
        free(o->notes);
        o->notes = wm_words(json_object_get(taken, "notices"));
        counts_mutations("wemalo", 1);
        wm_ok_plain(c);
    } else {
        wm_say_wrong(c, &wrong);
    }
    json_decref(taken);
    json_decref(said);
}

static bool document_fine(const json_t *taken, struct wm_wrong *wrong)
{
    static const char *const types[] = {"BILL", "RETURNSHIPMENT", "GOODSORDERCUSTOMSDOCUMENTS",
                                        "GOODSORDERDELIVERYNOTE"};
    const char *type = json_string_value(json_object_get(taken, "docType"));

    if (!json_object_get(taken, "base64data") == !json_object_get(taken, "fileUrl"))
        return wm_is_wrong(wrong, 400, "missingParameter", NULL, "base64data or fileUrl");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (same_text(type, types[i]))
            return true;
    }
    return wm_is_wrong(wrong, 400, "docType", "INVALID", type);
}

void wm_order_document(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    static const struct wm_field allowed[] = {
        {"docType", WM_TEXT, true},   {"base64data", WM_TEXT, false}, {"fileUrl", WM_TEXT, false},
        {"filename", WM_TEXT, false}, {"shop", WM_TEXT, false},       {NULL}};
    struct wm_order *o = order_of(c, a, parts);
    json_t *said = o ? wm_body(c, a) : NULL, *taken;
    struct wm_wrong wrong = {0};

    if (!said)
        return;
    taken = wm_taken(said, allowed, &wrong);
    if (taken && document_fine(taken, &wrong)) {
        o->documents++;
        counts_mutations("wemalo", 1);
        wm_ok_plain(c);
    } else {
        wm_say_wrong(c, &wrong);
    }
    json_decref(taken);
    json_decref(said);
}

void wm_order_finish(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    int64_t id;
    struct wm_order *o = int_of(parts->part[0], &id) ? wm_order_by_id(a, id) : NULL;

    c->items = 1;
    if (!o) {
        wm_error(c, 404, "orderId", "NOT_FOUND", parts->part[0]);
    } else if (!wm_force(a, o, WM_SHIPPED)) {
        say_too_late(c, o);
    } else {
        counts_mutations("wemalo", 1);
        wm_ok_plain(c);
    }
}

/* Whoever calls this takes away the goods of every open order. */
void wm_reservations_delete(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    (void)parts;
    for (size_t i = 0; i < a->order_count; i++) {
        if (a->orders[i]->status == WM_OPEN && wm_force(a, a->orders[i], WM_PARTIAL))
            c->items++;
    }
    counts_mutations("wemalo", c->items);
    wm_ok_plain(c);
}

/* ---- asking ---- */

void wm_order_status(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    const struct wm_order *o = order_of(c, a, parts);
    struct text *t;

    if (!o)
        return;
    t = wm_ok(c);
    text_member(t, "statusId", wm_status_id(o->status));
    text_member(t, "statusName", wm_status_name(o->status));
    text_member(t, "orderStatus", wm_status_name(o->status));
    text_member(t, "reasonPartiallyReserved", o->reason);
    text_member(t, "blockReason", o->block_reason ? o->block_reason : "");
    wm_member_id(t, "id", o->id, 5);
    wm_member_external(t, "orderNumber", o->order_number);
    wm_member_date(t, "deliveryDate", o->shipped_ms);
    wm_ok_end(c);
}

static void write_profile(struct text *t, const struct wm_profile *p)
{
    wm_next(t);
    text_member(t, "product", p->product);
    text_member(t, "matchId", p->match_id);
    text_member(t, "field2", "");
    text_member(t, "field3", "");
    text_member(t, "services", "");
    text_member(t, "name", p->name);
    text_char(t, '}');
}

static bool first_of_dispatcher(const struct wm_account *a, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (same_text(a->profiles[k]->dispatcher, a->profiles[i]->dispatcher))
            return false;
    }
    return true;
}

void wm_profiles_get(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    struct text *t = wm_ok(c);

    (void)parts;
    text_member_raw(t, "dispatcher", "[");
    for (size_t i = 0; i < a->profile_count; i++) {
        if (!first_of_dispatcher(a, i))
            continue;
        wm_next(t);
        text_member(t, "name", a->profiles[i]->dispatcher);
        text_member_raw(t, "profiles", "[");
        for (size_t k = i; k < a->profile_count; k++) {
            if (same_text(a->profiles[k]->dispatcher, a->profiles[i]->dispatcher))
                write_profile(t, a->profiles[k]);
        }
        text_str(t, "]}");
    }
    text_char(t, ']');
    wm_ok_end(c);
}
