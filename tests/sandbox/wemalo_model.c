/* Accounts, articles, orders, parcels and bookings of the wemalo simulator, and how they are found.
 */
#include <stdlib.h>
#include <string.h>

#include "sandbox/wemalo.h"

/* Every account has its own ten million ids of each kind. */
static const int64_t IDS = 10000000;
enum { FIRST_ARTICLE = 4711, FIRST_ORDER = 12001, FIRST_PARCEL = 1214, FIRST_HISTORY = 8219212 };

static struct wm_account *accounts;

struct wm_account *wm_account_first(void)
{
    return accounts;
}

struct wm_account *wm_account_by_name(const char *name)
{
    for (struct wm_account *a = accounts; a; a = a->next) {
        if (!name || same_text(a->name, name) || same_text(a->token, name))
            return a;
    }
    return NULL;
}

struct wm_account *wm_account_by_token(const char *token)
{
    for (struct wm_account *a = accounts; a; a = a->next) {
        if (same_text(a->token, token))
            return a;
    }
    return NULL;
}

/* ---- shipping profiles ---- */

void wm_profile_add(struct wm_account *a, const char *const parts[6])
{
    struct wm_profile *p = mem_need(sizeof *p);

    *p = (struct wm_profile){mem_copy(parts[0]), mem_copy(parts[1]), mem_copy(parts[2]),
                             mem_copy(parts[3]), mem_copy(parts[4]), mem_copy(parts[5])};
    a->profiles = mem_grow(a->profiles, (a->profile_count + 1) * sizeof(struct wm_profile *));
    a->profiles[a->profile_count++] = p;
}

const struct wm_profile *wm_profile_by_match(const struct wm_account *a, const char *match_id)
{
    for (size_t i = 0; match_id && *match_id && i < a->profile_count; i++) {
        if (same_text(a->profiles[i]->match_id, match_id))
            return a->profiles[i];
    }
    return NULL;
}

static void profiles_open(struct wm_account *a)
{
    static const char *const rows[][6] = {
        {"DHL Geschäftsversand", "V01PAK", "dhl", "DHL Paket National", "DHL", "DHL Paket"},
        {"DHL Geschäftsversand", "V53WPAK", "intl", "DHL Paket International", "DHL",
         "DHL Paket International"},
        {"DHL Geschäftsversand", "V62WP", "warenpost", "DHL Warenpost", "DHL", "DHL Warenpost"},
        {"DHL Geschäftsversand", "V01PAK", "dhl_cod", "DHL Nachnahme", "DHL", "DHL Paket"},
        {"DPD Cloud", "Classic", "dpd", "DPD Classic", "DPD", "DPD Classic"},
        {"DPD Cloud", "Classic_COD", "dpd_cod", "DPD Classic Nachnahme", "DPD", "DPD Classic"},
        {"Internetmarke", "10247", "brief", "Großbrief", "Deutsche Post", "Großbrief"},
        {"Spedition", "STUECK", "", "Stückgut", "Spedition", "Stückgut"}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        wm_profile_add(a, rows[i]);
}

/* ---- accounts ---- */

bool wm_account_add(const json_t *said)
{
    const char *name = json_string_value(json_object_get(said, "name"));
    const char *token = json_string_value(json_object_get(said, "token"));
    const char *shop = json_string_value(json_object_get(said, "shop"));
    struct wm_account **last = &accounts, *a;

    if (!name || !token || wm_account_by_name(name) || wm_account_by_token(token))
        return false;
    a = mem_need(sizeof *a);
    a->name = mem_copy(name);
    a->token = mem_copy(token);
    a->shop = mem_copy(shop ? shop : name);
    for (; *last; last = &(*last)->next)
        a->base += IDS;
    *last = a;
    profiles_open(a);
    return true;
}

void wm_accounts_open(void)
{
    json_t *demo = json_pack("{s:s,s:s,s:s}", "name", "demo", "token", "demo-wemalo-token", "shop",
                             "demo-shop");

    (void)wm_account_add(demo);
    json_decref(demo);
}

static void article_free(struct wm_article *x)
{
    free(x->external_id);
    free(x->sku);
    free(x->ean);
    free(x->body);
    free(x->parts);
    free(x);
}

void wm_positions_free(struct wm_position *positions, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(positions[i].identifier);
        free(positions[i].serial);
    }
    free(positions);
}

static void order_free(struct wm_order *o)
{
    wm_positions_free(o->positions, o->position_count);
    free(o->external_id);
    free(o->order_number);
    free(o->meta);
    free(o->block_reason);
    free(o->notes);
    free(o->parcels);
    json_decref(o->wish);
    free(o);
}

static void parcel_free(struct wm_parcel *p)
{
    free(p->tracking);
    free(p->items);
    free(p);
}

static void profile_free(struct wm_profile *p)
{
    free(p->dispatcher);
    free(p->product);
    free(p->match_id);
    free(p->name);
    free(p->carrier);
    free(p->carrier_product);
    free(p);
}

static void notices_free(struct wm_account *a)
{
    for (size_t i = 0; i < a->notice_count; i++) {
        free(a->notices[i].external_id);
        free(a->notices[i].body);
    }
    for (size_t i = 0; i < a->return_count; i++)
        free(a->returns[i].reason);
    for (size_t i = 0; i < a->push_count; i++)
        free(a->pushes[i].external_id);
    free(a->notices);
    free(a->returns);
    free(a->pushes);
}

static void account_free(struct wm_account *a)
{
    for (size_t i = 0; i < a->parcel_count; i++)
        parcel_free(a->parcels[i]);
    for (size_t i = 0; i < a->order_count; i++)
        order_free(a->orders[i]);
    for (size_t i = 0; i < a->article_count; i++)
        article_free(a->articles[i]);
    for (size_t i = 0; i < a->profile_count; i++)
        profile_free(a->profiles[i]);
    notices_free(a);
    wm_hooks_done(a);
    index_done(&a->by_external);
    index_done(&a->by_sku);
    index_done(&a->by_ean);
    index_done(&a->by_order);
    index_done(&a->by_push);
    free(a->parcels);
    free(a->orders);
    free(a->articles);
    free(a->profiles);
    free(a->bookings);
    free(a->due);
    free(a->name);
    free(a->token);
    free(a->shop);
    free(a);
}

void wm_accounts_done(void)
{
    while (accounts) {
        struct wm_account *a = accounts;

        accounts = a->next;
        account_free(a);
    }
}

/* ---- articles ---- */

/* The first of those that an index offers and that carries the text at all. */
static uint32_t article_of(const struct wm_account *a, const struct index *ix, const char *s,
                           size_t offset)
{
    size_t step = 0;
    uint32_t at, first = WM_NONE;

    while (s && *s && index_next(ix, hash_text(s), &step, &at)) {
        char *const *text = (char *const *)(const void *)((const char *)a->articles[at] + offset);

        if (at < first && same_text(*text, s))
            first = at;
    }
    return first;
}

uint32_t wm_article_by_external(const struct wm_account *a, const char *external_id)
{
    return article_of(a, &a->by_external, external_id, offsetof(struct wm_article, external_id));
}

uint32_t wm_article_by_sku(const struct wm_account *a, const char *sku)
{
    return article_of(a, &a->by_sku, sku, offsetof(struct wm_article, sku));
}

uint32_t wm_article_by_ean(const struct wm_account *a, const char *ean)
{
    return article_of(a, &a->by_ean, ean, offsetof(struct wm_article, ean));
}

uint32_t wm_article_new(struct wm_account *a, const char *external_id)
{
    struct wm_article *x = mem_need(sizeof *x);
    uint32_t at = (uint32_t)a->article_count;

    if (a->article_count == a->article_max) {
        a->article_max = a->article_max ? a->article_max * 2 : 256;
        a->articles = mem_grow(a->articles, a->article_max * sizeof(struct wm_article *));
    }
    a->articles[a->article_count++] = x;
    x->id = a->base + FIRST_ARTICLE + at;
    x->external_id = mem_copy(external_id);
    x->stock = switch_int(SWITCH_WM_FIRST_STOCK);
    x->changed_ms = x->stock_ms = clock_ms();
    index_add(&a->by_external, hash_text(external_id), at);
    return at;
}

static void put_text(struct index *ix, char **text, const char *value, uint32_t at)
{
    if (same_text(*text, value))
        return;
    if (*text)
        index_remove(ix, hash_text(*text), at);
    free(*text);
    *text = mem_copy(value);
    if (value)
        index_add(ix, hash_text(value), at);
}

void wm_article_put_sku(struct wm_account *a, uint32_t at, const char *sku)
{
    put_text(&a->by_sku, &a->articles[at]->sku, sku, at);
}

void wm_article_put_ean(struct wm_account *a, uint32_t at, const char *ean)
{
    put_text(&a->by_ean, &a->articles[at]->ean, ean, at);
}

/* ---- orders ---- */

struct wm_order *wm_order_next(const struct wm_account *a, const char *external_id, size_t *step)
{
    uint32_t at;

    while (index_next(&a->by_order, hash_text(external_id), step, &at)) {
        if (same_text(a->orders[at]->external_id, external_id))
            return a->orders[at];
    }
    return NULL;
}

struct wm_order *wm_order_find(const struct wm_account *a, const char *external_id)
{
    struct wm_order *o, *live = NULL, *cancelled = NULL;
    size_t step = 0;

    while ((o = wm_order_next(a, external_id, &step))) {
        if (o->status == WM_CANCELLED)
            cancelled = cancelled && cancelled->id > o->id ? cancelled : o;
        else
            live = live && live->id < o->id ? live : o;
    }
    return live ? live : cancelled;
}

uint32_t wm_order_position(const struct wm_account *a, const struct wm_order *o)
{
    return (uint32_t)(o->id - a->base - FIRST_ORDER);
}

struct wm_order *wm_order_by_id(const struct wm_account *a, int64_t id)
{
    int64_t at = id - a->base - FIRST_ORDER;

    return at >= 0 && (size_t)at < a->order_count ? a->orders[at] : NULL;
}

struct wm_order *wm_order_new(struct wm_account *a, const char *external_id)
{
    struct wm_order *o = mem_need(sizeof *o);

    if (a->order_count == a->order_max) {
        a->order_max = a->order_max ? a->order_max * 2 : 256;
        a->orders = mem_grow(a->orders, a->order_max * sizeof(struct wm_order *));
    }
    o->id = a->base + FIRST_ORDER + (int64_t)a->order_count;
    o->external_id = mem_copy(external_id);
    o->reason = "";
    o->seed = hash_mix(hash_text(external_id) ^ (uint64_t)switch_int(SWITCH_WM_SEED));
    o->received_ms = clock_ms();
    o->due_ms = INT64_MAX;
    index_add(&a->by_order, hash_text(external_id), (uint32_t)a->order_count);
    a->orders[a->order_count++] = o;
    return o;
}

void wm_push_count(struct wm_account *a, const char *external_id)
{
    uint64_t hash = hash_text(external_id);
    size_t step = 0;
    uint32_t at;

    while (index_next(&a->by_push, hash, &step, &at)) {
        if (same_text(a->pushes[at].external_id, external_id)) {
            a->pushes[at].times++;
            return;
        }
    }
    if (a->push_count == a->push_max) {
        a->push_max = a->push_max ? a->push_max * 2 : 256;
        a->pushes = mem_grow(a->pushes, a->push_max * sizeof *a->pushes);
    }
    index_add(&a->by_push, hash, (uint32_t)a->push_count);
    a->pushes[a->push_count++] = (struct wm_push){mem_copy(external_id), 1};
}

/* ---- parcels and bookings ---- */

struct wm_parcel *wm_parcel_new(struct wm_account *a, uint32_t order)
{
    struct wm_order *o = a->orders[order];
    struct wm_parcel *p = mem_need(sizeof *p);

    if (a->parcel_count == a->parcel_max) {
        a->parcel_max = a->parcel_max ? a->parcel_max * 2 : 256;
        a->parcels = mem_grow(a->parcels, a->parcel_max * sizeof(struct wm_parcel *));
    }
    p->id = a->base + FIRST_PARCEL + (int64_t)a->parcel_count;
    p->order = order;
    o->parcels = mem_grow(o->parcels, (o->parcel_count + 1) * sizeof *o->parcels);
    o->parcels[o->parcel_count++] = (uint32_t)a->parcel_count;
    a->parcels[a->parcel_count++] = p;
    return p;
}

struct wm_parcel *wm_parcel_by_id(const struct wm_account *a, int64_t id)
{
    int64_t at = id - a->base - FIRST_PARCEL;

    return at >= 0 && (size_t)at < a->parcel_count ? a->parcels[at] : NULL;
}

void wm_book(struct wm_account *a, struct wm_booking b)
{
    if (a->booking_count == a->booking_max) {
        a->booking_max = a->booking_max ? a->booking_max * 2 : 1024;
        a->bookings = mem_grow(a->bookings, a->booking_max * sizeof *a->bookings);
    }
    a->bookings[a->booking_count++] = b;
}

int64_t wm_history_id(const struct wm_account *a, size_t booking)
{
    return a->base + FIRST_HISTORY + (int64_t)booking;
}

bool wm_booking_by_id(const struct wm_account *a, int64_t id, size_t *out)
{
    int64_t at = id - a->base - FIRST_HISTORY;

    if (at < 0 || (size_t)at >= a->booking_count)
        return false;
    *out = (size_t)at;
    return true;
}
