/* Accounts, incoming orders and parcels of the Sendcloud simulator, and how they are found. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/sendcloud.h"

enum { FIRST_ENTRY = 660001, FIRST_PARCEL = 310000001, FIRST_USER = 9001 };

static struct sc_account *accounts; /* the first one */
static int64_t entries_made, parcels_made;

struct sc_account *sc_account_first(void)
{
    return accounts;
}

struct sc_account *sc_account_by_name(const char *name)
{
    for (struct sc_account *a = accounts; a; a = a->next) {
        if (!name || same_text(a->name, name) || same_text(a->public_key, name))
            return a;
    }
    return NULL;
}

struct sc_account *sc_account_by_keys(const char *public_key, const char *secret_key)
{
    for (struct sc_account *a = accounts; a; a = a->next) {
        if (same_text(a->public_key, public_key) && same_text(a->secret_key, secret_key))
            return a;
    }
    return NULL;
}

struct sc_integration *sc_integration_find(struct sc_account *a, int64_t id)
{
    for (size_t i = 0; i < a->integration_count; i++) {
        if (a->integrations[i].id == id)
            return &a->integrations[i];
    }
    return NULL;
}

static void integration_add(struct sc_account *a, const json_t *said)
{
    const json_t *id = json_object_get(said, "integration");
    const char *shop = json_string_value(json_object_get(said, "shop_name"));
    const char *hook = json_string_value(json_object_get(said, "webhook_url"));
    struct sc_integration *in;

    a->integrations = mem_grow(a->integrations, (a->integration_count + 1) * sizeof *in);
    in = &a->integrations[a->integration_count++];
    *in = (struct sc_integration){.id = json_is_integer(id) ? json_integer_value(id) : a->user_id,
                                  .shop_name = mem_copy(shop ? shop : "J&J Aftersend"),
                                  .shop_url = mem_copy("https://shop.example.com"),
                                  .webhook_url = hook ? mem_copy(hook) : NULL,
                                  .webhook_active = hook != NULL,
                                  .carriers = json_array(),
                                  .logs = json_array(),
                                  .updated_ms = clock_ms()};
}

bool sc_account_add(const json_t *said)
{
    const char *name = json_string_value(json_object_get(said, "name"));
    const char *public_key = json_string_value(json_object_get(said, "public_key"));
    const char *secret_key = json_string_value(json_object_get(said, "secret_key"));
    const json_t *list = json_object_get(said, "integrations");
    struct sc_account **last = &accounts, *a;

    if (!name || !public_key || !secret_key || sc_account_by_name(name) ||
        sc_account_by_name(public_key))
        return false;
    a = mem_need(sizeof *a);
    a->name = mem_copy(name);
    a->public_key = mem_copy(public_key);
    a->secret_key = mem_copy(secret_key);
    a->user_id = FIRST_USER;
    for (; *last; last = &(*last)->next)
        a->user_id++;
    *last = a;
    if (!list)
        integration_add(a, said);
    for (size_t i = 0; i < json_array_size(list); i++)
        integration_add(a, json_array_get(list, i));
    return true;
}

void sc_accounts_open(void)
{
    json_t *demo =
        json_pack("{s:s,s:s,s:s,s:i,s:s}", "name", "demo", "public_key", "demo-public",
                  "secret_key", "demo-secret", "integration", 7, "shop_name", "J&J Aftersend");

    (void)sc_account_add(demo);
    json_decref(demo);
}

static void entry_free(struct sc_entry *e)
{
    free(e->order_id);
    free(e->shipment_id);
    free(e->order_number);
    free(e->body);
    free(e);
}

static void parcel_free(struct sc_parcel *p)
{
    free(p->order_number);
    free(p->order_id);
    free(p->shipment_id);
    free(p->reference);
    free(p->fixed);
    free(p->tracking);
    free(p->method);
    free(p->carrier);
    free(p->carrier_name);
    free(p->country);
    free(p->postal_code);
    json_decref(p->customs);
    free(p);
}

static void account_free(struct sc_account *a)
{
    for (size_t i = 0; i < a->integration_count; i++) {
        free(a->integrations[i].shop_name);
        free(a->integrations[i].shop_url);
        free(a->integrations[i].webhook_url);
        json_decref(a->integrations[i].carriers);
        json_decref(a->integrations[i].logs);
    }
    for (size_t i = 0; i < a->entry_count; i++)
        entry_free(a->entries[i]);
    for (size_t i = 0; i < a->parcel_count; i++)
        parcel_free(a->parcels[i]);
    for (size_t i = 0; i < a->push_count; i++)
        free(a->pushes[i].order_id);
    index_done(&a->by_order);
    index_done(&a->by_entry_number);
    index_done(&a->by_parcel_number);
    index_done(&a->by_reference);
    index_done(&a->by_tracking);
    index_done(&a->by_push);
    free(a->integrations);
    free(a->entries);
    free(a->parcels);
    free(a->pushes);
    free(a->pending);
    free(a->name);
    free(a->public_key);
    free(a->secret_key);
    free(a);
}

void sc_accounts_done(void)
{
    sc_hook_done();
    while (accounts) {
        struct sc_account *a = accounts;

        accounts = a->next;
        account_free(a);
    }
}

void sc_uuid(char out[37], uint64_t salt, int64_t n)
{
    uint64_t a = hash_mix(hash_mix(salt) ^ (uint64_t)n), b = hash_mix(a);

    (void)snprintf(out, 37, "%08x-%04x-4%03x-8%03x-%012llx", (unsigned)(a >> 32),
                   (unsigned)(a >> 16 & 0xffff), (unsigned)(a & 0xfff), (unsigned)(b >> 52),
                   (unsigned long long)(b & 0xffffffffffffu));
}

bool sc_visible(uint16_t *lag)
{
    if (!*lag)
        return true;
    --*lag;
    return false;
}

uint64_t sc_hash_folded(const char *s)
{
    uint64_t h = 0xcbf29ce484222325u;

    for (; *s; s++)
        h = (h ^ (unsigned char)lower(*s)) * 0x100000001b3u;
    return hash_mix(h);
}

/* ---- incoming orders ---- */

uint64_t sc_order_hash(int64_t integration, bool v3, const char *order_id)
{
    return hash_mix(sc_hash_folded(order_id) ^ ((uint64_t)integration * 2 + v3));
}

struct sc_entry *sc_entry_find(const struct sc_account *a, int64_t integration, bool v3,
                               const char *order_id, const char *shipment_id)
{
    uint64_t hash = sc_order_hash(integration, v3, order_id);
    size_t step = 0;
    uint32_t at;

    while (index_next(&a->by_order, hash, &step, &at)) {
        struct sc_entry *e = a->entries[at];

        if (e->alive && e->v3 == v3 && e->integration == integration &&
            same_text(e->order_id, order_id) && same_text(e->shipment_id, shipment_id))
            return e;
    }
    return NULL;
}

struct sc_entry *sc_entry_by_id(const struct sc_account *a, int64_t id)
{
    size_t low = 0, high = a->entry_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (a->entries[middle]->id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < a->entry_count && a->entries[low]->id == id && a->entries[low]->alive
               ? a->entries[low]
               : NULL;
}

/* Position of an entry in its account. */
static uint32_t entry_position(const struct sc_account *a, const struct sc_entry *e)
{
    size_t low = 0, high = a->entry_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (a->entries[middle]->id < e->id)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint32_t)low;
}

struct sc_entry *sc_entry_new(struct sc_account *a, int64_t integration, bool v3,
                              const char *order_id, const char *shipment_id)
{
    struct sc_entry *e = mem_need(sizeof *e);

    e->id = FIRST_ENTRY + entries_made++;
    e->integration = integration;
    e->v3 = v3;
    e->alive = true;
    e->order_id = mem_copy(order_id);
    e->shipment_id = mem_copy(shipment_id);
    e->created_ms = clock_ms();
    if (a->entry_count == a->entry_max) {
        a->entry_max = a->entry_max ? a->entry_max * 2 : 256;
        a->entries = mem_grow(a->entries, a->entry_max * sizeof(struct sc_entry *));
    }
    index_add(&a->by_order, sc_order_hash(integration, v3, order_id), (uint32_t)a->entry_count);
    a->entries[a->entry_count++] = e;
    return e;
}

void sc_entry_renumber(struct sc_account *a, struct sc_entry *e, const char *order_number)
{
    if (same_text(e->order_number, order_number))
        return;
    if (e->order_number)
        index_remove(&a->by_entry_number, sc_hash_folded(e->order_number), entry_position(a, e));
    free(e->order_number);
    e->order_number = mem_copy(order_number);
    index_add(&a->by_entry_number, sc_hash_folded(order_number), entry_position(a, e));
}

/* The place stays, so that cursors keep their meaning. */
void sc_entry_remove(struct sc_account *a, struct sc_entry *e)
{
    e->alive = false;
    index_remove(&a->by_order, sc_order_hash(e->integration, e->v3, e->order_id),
                 entry_position(a, e));
}

void sc_push_count(struct sc_account *a, const char *order_id)
{
    uint64_t hash = hash_text(order_id);
    size_t step = 0;
    uint32_t at;

    while (index_next(&a->by_push, hash, &step, &at)) {
        if (same_text(a->pushes[at].order_id, order_id)) {
            a->pushes[at].times++;
            return;
        }
    }
    if (a->push_count == a->push_max) {
        a->push_max = a->push_max ? a->push_max * 2 : 256;
        a->pushes = mem_grow(a->pushes, a->push_max * sizeof *a->pushes);
    }
    index_add(&a->by_push, hash, (uint32_t)a->push_count);
    a->pushes[a->push_count++] = (struct sc_push){mem_copy(order_id), 1};
}

/* ---- parcels ---- */

struct sc_parcel *sc_parcel_new(struct sc_account *a)
{
    struct sc_parcel *p = mem_need(sizeof *p);

    p->id = FIRST_PARCEL + parcels_made++;
    p->status = SC_NO_LABEL;
    p->collo_count = 1;
    p->tracking = mem_copy("");
    p->order_number = mem_copy("");
    p->created_ms = p->updated_ms = clock_ms();
    sc_uuid(p->uuid, (uint64_t)a->user_id + 1000000, p->id);
    p->collo_set = hash_mix((uint64_t)p->id);
    if (a->parcel_count == a->parcel_max) {
        a->parcel_max = a->parcel_max ? a->parcel_max * 2 : 256;
        a->parcels = mem_grow(a->parcels, a->parcel_max * sizeof(struct sc_parcel *));
    }
    a->parcels[a->parcel_count++] = p;
    return p;
}

static size_t parcel_position(const struct sc_account *a, int64_t id)
{
    size_t low = 0, high = a->parcel_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (a->parcels[middle]->id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t sc_parcel_position(const struct sc_account *a, const struct sc_parcel *p)
{
    return (uint32_t)parcel_position(a, p->id);
}

struct sc_parcel *sc_parcel_by_id(const struct sc_account *a, int64_t id)
{
    size_t at = parcel_position(a, id);

    return at < a->parcel_count && a->parcels[at]->id == id && !a->parcels[at]->gone
               ? a->parcels[at]
               : NULL;
}

/* Enters the present number, reference and tracking number; to be called once for each value. */
void sc_parcel_index(struct sc_account *a, struct sc_parcel *p)
{
    uint32_t at = sc_parcel_position(a, p);

    index_add(&a->by_parcel_number, sc_hash_folded(p->order_number), at);
    if (p->reference)
        index_add(&a->by_reference, hash_text(p->reference), at);
}

bool sc_parcel_live(const struct sc_parcel *p)
{
    return !p->gone && !p->is_return &&
           (p->status < SC_CANCELLED_UPSTREAM || p->status > SC_CANCEL_SUBMITTING);
}
