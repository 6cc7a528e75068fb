/* The controls of the wemalo simulator, its dump for comparisons, and the search for doubles. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/control.h"
#include "sandbox/hook.h"
#include "sandbox/wemalo.h"

/* ---- orders ---- */

/* {"parcels":2,"tracking":["A",""]} for the packing that is still to come. */
static void wish(struct wm_order *o, const json_t *said)
{
    static const char *const names[] = {"parcels", "tracking"};

    for (size_t i = 0; i < 2; i++) {
        json_t *value = json_object_get(said, names[i]);

        if (!value)
            continue;
        o->wish = o->wish ? o->wish : json_object();
        (void)json_object_set(o->wish, names[i], value);
    }
}

static void say_reasons(struct wm_order *o, const json_t *said)
{
    const char *block = json_string_value(json_object_get(said, "blockReason"));
    const char *reason = json_string_value(json_object_get(said, "reason"));

    if (block) {
        free(o->block_reason);
        o->block_reason = mem_copy(block);
    }
    if (reason)
        o->reason = same_text(reason, "ADDRESS") ? "ADDRESS" : "UNKNOWN";
}

static void move(struct call *c, struct wm_account *a, const char *id, const json_t *said)
{
    const char *status = json_string_value(json_object_get(said, "status"));
    struct wm_order *o = wm_order_find(a, id);
    bool fine;

    if (!o) {
        control_answer(c, false, "no such order");
        return;
    }
    wish(o, said);
    fine = !status || wm_force(a, o, wm_status_of(status));
    if (fine) {
        say_reasons(o, said);
        if (json_is_true(json_object_get(said, "hold")))
            wm_set_due(a, o, INT64_MAX);
    }
    control_answer(c, fine, "no such status, or one that lies behind");
}

/* Packs, and hands over everything, or (partly) one parcel. */
static bool ship_one(struct wm_account *a, struct wm_order *o, const json_t *said)
{
    if (o->status >= WM_SHIPPED)
        return false;
    wish(o, said);
    if (!json_is_true(json_object_get(said, "partly")))
        return wm_force(a, o, WM_SHIPPED);
    (void)wm_force(a, o, WM_PACKED);
    wm_set_due(a, o, INT64_MAX);
    return wm_hand_over(a, o, clock_ms());
}

static void ship(struct call *c, struct wm_account *a, const json_t *said)
{
    const json_t *orders = json_object_get(said, "orders");
    size_t shipped = 0;

    for (size_t i = 0; i < json_array_size(orders); i++) {
        char *id = wm_words(json_array_get(orders, i));
        struct wm_order *o = id ? wm_order_find(a, id) : NULL;

        shipped += o && ship_one(a, o, said);
        free(id);
    }
    if (json_is_true(json_object_get(said, "all"))) {
        for (size_t i = 0; i < a->order_count; i++)
            shipped += ship_one(a, a->orders[i], said);
    }
    call_answer_json(c, 200, json_pack("{s:b,s:I}", "ok", 1, "orders", (json_int_t)shipped));
}

/* Ids and states, for the next call. */
static void list_orders(struct call *c, const struct wm_account *a)
{
    const char *wanted = call_query(c, "externalId");
    json_t *list = json_array();

    for (size_t i = 0; i < a->order_count; i++) {
        const struct wm_order *o = a->orders[i];
        json_t *parcels;

        if (wanted && !same_text(o->external_id, wanted))
            continue;
        parcels = json_array();
        for (size_t k = 0; k < o->parcel_count; k++) {
            const struct wm_parcel *p = a->parcels[o->parcels[k]];

            (void)json_array_append_new(parcels, json_pack("{s:I,s:s,s:b}", "id", (json_int_t)p->id,
                                                           "trackingNumber", p->tracking,
                                                           "isHandedOver", p->handed_ms != 0));
        }
        (void)json_array_append_new(
            list,
            json_pack("{s:s,s:I,s:s,s:I,s:o}", "externalId", o->external_id, "id",
                      (json_int_t)o->id, "status", wm_status_name(o->status), "due_ms",
                      (json_int_t)(o->due_ms == INT64_MAX ? 0 : o->due_ms), "parcels", parcels));
    }
    call_answer_json(c, 200, list);
}

/* ---- articles ---- */

static bool put_set(struct wm_account *a, uint32_t at, const json_t *list)
{
    struct wm_part *parts = mem_need(json_array_size(list) * sizeof *parts);
    size_t n = json_array_size(list);

    for (size_t i = 0; i < n; i++) {
        const json_t *one = json_array_get(list, i);
        const json_t *quantity = json_object_get(one, "quantity");

        parts[i].article = wm_article_by_sku(a, json_string_value(json_object_get(one, "sku")));
        parts[i].quantity = json_is_integer(quantity) ? json_integer_value(quantity) : 1;
        if (parts[i].article >= at || parts[i].quantity < 1) {
            free(parts);
            return false;
        }
    }
    free(a->articles[at]->parts);
    a->articles[at]->parts = parts;
    a->articles[at]->part_count = n;
    return true;
}

/* Adds an article, or changes stock and parts of one that is there, by its sku. */
static bool put_article(struct wm_account *a, const json_t *said)
{
    const char *sku = json_string_value(json_object_get(said, "sku"));
    const char *ean = json_string_value(json_object_get(said, "ean"));
    const json_t *set = json_object_get(said, "set"), *stock = json_object_get(said, "stock");
    char *id = wm_words(json_object_get(said, "externalId"));
    uint32_t at = wm_article_by_sku(a, sku);

    if (sku && at == WM_NONE) {
        json_t *body;

        at = wm_article_new(a, id ? id : sku);
        body = json_pack("{s:s,s:s,s:s}", "sku", sku, "productGroup", "default", "name", sku);
        if (ean)
            (void)json_object_set_new(body, "ean", json_string(ean));
        a->articles[at]->body = wm_dump(body);
        wm_article_put_sku(a, at, sku);
        wm_article_put_ean(a, at, ean);
        json_decref(body);
    }
    free(id);
    if (at == WM_NONE || (set && !put_set(a, at, set)))
        return false;
    if (json_is_integer(stock))
        wm_stock_move(a, at, json_integer_value(stock) - a->articles[at]->stock, clock_ms());
    return true;
}

static void put_articles(struct call *c, struct wm_account *a, const json_t *said)
{
    bool fine = json_is_array(said);

    for (size_t i = 0; fine && i < json_array_size(said); i++)
        fine = put_article(a, json_array_get(said, i));
    control_answer(c, fine, "a list of articles with sku; parts of a set must be there before it");
}

static void put_profile(struct call *c, struct wm_account *a, const json_t *said)
{
    static const char *const names[6] = {"dispatcher", "product", "matchId",
                                         "name",       "carrier", "carrierProduct"};
    const char *parts[6];
    bool fine = true;

    for (size_t i = 0; i < 6; i++) {
        parts[i] = json_string_value(json_object_get(said, names[i]));
        fine = fine && parts[i];
    }
    if (fine)
        wm_profile_add(a, parts);
    control_answer(c, fine, "dispatcher, product, matchId, name, carrier, carrierProduct");
}

static void book(struct call *c, struct wm_account *a, const char *external_id)
{
    int64_t pieces = wm_notice_book(a, external_id);

    if (pieces < 0)
        control_answer(c, false, "nothing of that externalId is announced");
    else
        call_answer_json(c, 200, json_pack("{s:b,s:I}", "ok", 1, "pieces", (json_int_t)pieces));
}

static bool post(struct call *c, struct wm_account *a, const char *path, const json_t *said)
{
    struct path_parts parts;

    if (path_matches(path, "orders/{externalId}", &parts))
        move(c, a, parts.part[0], said);
    else if (path_matches(path, "book/{externalId}", &parts))
        book(c, a, parts.part[0]);
    else if (same_text(path, "ship"))
        ship(c, a, said);
    else if (same_text(path, "articles"))
        put_articles(c, a, said);
    else if (same_text(path, "profiles"))
        put_profile(c, a, said);
    else
        return false;
    return true;
}

bool wm_control(struct call *c, const char *path, const json_t *said)
{
    struct wm_account *a = wm_account_by_name(call_query(c, "account"));

    if (!a)
        return false;
    wm_age(a);
    if (c->method == METHOD_POST)
        return post(c, a, path, said);
    if (same_text(path, "orders")) {
        list_orders(c, a);
        return true;
    }
    call_answer(c, 200, "application/json");
    hook_text(&c->reply.body, HOOK_WEMALO);
    return same_text(path, "hooks");
}

/* ---- the dump ---- */

static int article_order(const void *a, const void *b)
{
    const struct wm_article *x = *(struct wm_article *const *)a;
    const struct wm_article *y = *(struct wm_article *const *)b;
    int by_external = strcmp(x->external_id, y->external_id);

    return by_external ? by_external : (x->id > y->id) - (x->id < y->id);
}

static int order_order(const void *a, const void *b)
{
    const struct wm_order *x = *(struct wm_order *const *)a, *y = *(struct wm_order *const *)b;
    int by_external = strcmp(x->external_id, y->external_id);

    return by_external ? by_external : (x->id > y->id) - (x->id < y->id);
}

static int push_order(const void *a, const void *b)
{
    return strcmp(((const struct wm_push *)a)->external_id,
                  ((const struct wm_push *)b)->external_id);
}

static void dump_articles(struct text *t, const struct wm_account *a)
{
    struct wm_article **sorted = mem_need((a->article_count + 1) * sizeof(struct wm_article *));

    if (a->article_count)
        memcpy(sorted, a->articles, a->article_count * sizeof(struct wm_article *));
    qsort(sorted, a->article_count, sizeof(struct wm_article *), article_order);
    text_member_raw(t, "articles", "[");
    for (size_t i = 0; i < a->article_count; i++) {
        wm_next(t);
        text_member(t, "externalId", sorted[i]->external_id);
        text_member_int(t, "stock", sorted[i]->stock);
        text_member_int(t, "reserved", sorted[i]->reserved);
        text_member_raw(t, "body", sorted[i]->body);
        text_char(t, '}');
    }
    text_char(t, ']');
    free(sorted);
}

static void dump_positions(struct text *t, const struct wm_account *a, const struct wm_order *o)
{
    text_member_raw(t, "positions", "[");
    for (size_t i = 0; i < o->position_count; i++) {
        const struct wm_position *p = &o->positions[i];

        wm_next(t);
        text_member(t, "sku", a->articles[p->article]->sku);
        text_member_int(t, "quantity", p->quantity);
        text_member_int(t, "total", p->total_cents);
        text_member_int(t, "tax", p->tax_cents);
        text_member(t, "externalPositionIdentifier", p->identifier);
        text_char(t, '}');
    }
    text_char(t, ']');
}

static void dump_parcels(struct text *t, const struct wm_account *a, const struct wm_order *o)
{
    text_member_raw(t, "parcels", "[");
    for (size_t i = 0; i < o->parcel_count; i++) {
        const struct wm_parcel *p = a->parcels[o->parcels[i]];

        wm_next(t);
        text_member(t, "trackingNumber", p->tracking);
        text_member(t, "profile", p->profile->name);
        wm_member_bool(t, "isHandedOver", p->handed_ms != 0);
        text_member_raw(t, "items", "[");
        for (size_t k = 0; k < p->item_count; k++) {
            wm_next(t);
            text_member(t, "sku", a->articles[p->items[k].article]->sku);
            text_member_int(t, "quantity", p->items[k].quantity);
            text_char(t, '}');
        }
        text_str(t, "]}");
    }
    text_char(t, ']');
}

static void dump_orders(struct text *t, const struct wm_account *a)
{
    struct wm_order **sorted = mem_need((a->order_count + 1) * sizeof(struct wm_order *));

    if (a->order_count)
        memcpy(sorted, a->orders, a->order_count * sizeof(struct wm_order *));
    qsort(sorted, a->order_count, sizeof(struct wm_order *), order_order);
    text_member_raw(t, "orders", "[");
    for (size_t i = 0; i < a->order_count; i++) {
        const struct wm_order *o = sorted[i];

        wm_next(t);
        text_member(t, "externalId", o->external_id);
        text_member(t, "orderNumber", o->order_number);
        text_member(t, "status", wm_status_name(o->status));
        text_member_int(t, "documents", (int64_t)o->documents);
        text_member(t, "notes", o->notes);
        text_member_raw(t, "meta", o->meta);
        dump_positions(t, a, o);
        dump_parcels(t, a, o);
        text_char(t, '}');
    }
    text_char(t, ']');
    free(sorted);
}

static void dump_pushes(struct text *t, const struct wm_account *a)
{
    struct wm_push *sorted = mem_need((a->push_count + 1) * sizeof *sorted);

    if (a->push_count)
        memcpy(sorted, a->pushes, a->push_count * sizeof *sorted);
    qsort(sorted, a->push_count, sizeof *sorted, push_order);
    text_member_raw(t, "pushes", "{");
    for (size_t i = 0; i < a->push_count; i++)
        text_member_int(t, sorted[i].external_id, sorted[i].times);
    text_char(t, '}');
    free(sorted);
}

bool wm_state(struct text *t, const char *account)
{
    struct wm_account *a = wm_account_by_name(account);
    int64_t flagged = 0;

    if (!a)
        return false;
    wm_age(a);
    for (size_t i = 0; i < a->booking_count; i++)
        flagged += a->bookings[i].flagged;
    text_char(t, '{');
    text_member(t, "account", a->name);
    dump_articles(t, a);
    dump_orders(t, a);
    text_member_int(t, "flagged", flagged);
    text_member_int(t, "dimensions_late", a->dimensions_late);
    text_member_int(t, "announced", (int64_t)a->notice_count);
    dump_pushes(t, a);
    text_char(t, '}');
    return true;
}

/* ---- doubles ---- */

static size_t check_orders(struct text *t, const struct wm_account *a)
{
    size_t doubled = 0;

    for (size_t i = 0; i < a->order_count; i++) {
        struct wm_order *o = a->orders[i];
        bool changed = false;

        if (o->status == WM_CANCELLED)
            continue;
        if (wm_order_find(a, o->external_id) != o) {
            doubled++;
            text_fmt(t, "\"wemalo %s: order %s stands more than once\",", a->name, o->external_id);
        }
        for (size_t k = 0; k < o->position_count; k++)
            changed = changed || o->positions[k].quantity != o->positions[k].asked;
        if (changed) {
            doubled++;
            text_fmt(t, "\"wemalo %s: order %s holds more than was asked for\",", a->name,
                     o->external_id);
        }
    }
    return doubled;
}

static size_t check_articles(struct text *t, const struct wm_account *a)
{
    size_t doubled = 0;

    for (uint32_t i = 0; i < a->article_count; i++) {
        const struct wm_article *x = a->articles[i];

        if (wm_article_by_external(a, x->external_id) == i && wm_article_by_sku(a, x->sku) == i)
            continue;
        doubled++;
        text_fmt(t, "\"wemalo %s: article %s stands more than once\",", a->name, x->external_id);
    }
    return doubled;
}

size_t wm_check(struct text *t)
{
    size_t doubled = 0;

    for (struct wm_account *a = wm_account_first(); a; a = a->next) {
        wm_age(a);
        doubled += check_orders(t, a) + check_articles(t, a);
    }
    return doubled;
}
