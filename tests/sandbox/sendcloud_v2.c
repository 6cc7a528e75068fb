/* Sendcloud v2: the incoming orders of an integration, which v2 calls shipments. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/counts.h"
#include "sandbox/sendcloud.h"
#include "sandbox/sendcloud_shape.h"
#include "sandbox/switches.h"

enum { BATCH_MAX = 100, YEAR_S = 365 * 86400, DAY_S = 86400, LAG_READS = 2 };

/* ---- writing ---- */

static int64_t instant_ms(const json_t *o, const char *key)
{
    int64_t ms = 0;

    (void)iso_parse(json_string_value(json_object_get(o, key)), &ms);
    return ms;
}

/* Stores the accepted fields; the two shop times have columns of their own. */
static void entry_store(struct sc_account *a, struct sc_entry *e, const json_t *said,
                        const struct text *good)
{
    char *number = shape_words(said, "order_number");

    sc_entry_renumber(a, e, number);
    e->shop_created_ms = instant_ms(said, "created_at");
    e->shop_updated_ms = instant_ms(said, "updated_at");
    e->modified_ms = clock_ms();
    free(e->body);
    e->body = mem_copy_n(good->s, good->len);
    free(number);
}

static void answer_entry(struct text *t, const struct sc_account *a, const struct sc_entry *e,
                         const char *status)
{
    char uuid[37];

    sc_uuid(uuid, (uint64_t)a->user_id, e->id);
    text_str(t, "{");
    text_member(t, "external_order_id", e->order_id);
    if (e->shipment_id || !switch_on(SWITCH_SC_BY_THE_BOOK))
        text_member(t, "external_shipment_id", e->shipment_id ? e->shipment_id : "");
    text_member(t, "shipment_uuid", uuid);
    text_member(t, "status", status);
    text_str(t, "}");
}

static void answer_wrong(struct text *t, const json_t *said, const json_t *errors)
{
    const char *order = json_string_value(json_object_get(said, "external_order_id"));
    const char *shipment = json_string_value(json_object_get(said, "external_shipment_id"));
    char *s = json_dumps(errors, JSON_COMPACT | JSON_REAL_PRECISION(15));

    text_str(t, "{");
    text_member_raw(t, "error", s);
    text_member(t, "external_order_id", order ? order : "");
    text_member(t, "external_shipment_id", shipment ? shipment : "");
    text_member(t, "status", "error");
    text_str(t, "}");
    free(s);
}

/* Creates or changes one entry; an unchanged updated_at makes it a harmless repetition. */
static void upsert(struct call *c, struct sc_account *a, int64_t integration, const json_t *said,
                   const struct text *good)
{
    char *order = shape_words(said, "external_order_id");
    char *words = shape_words(said, "external_shipment_id");
    const char *shipment = *words ? words : NULL;
    struct sc_entry *e = sc_entry_find(a, integration, false, order, shipment);
    bool created = !e;

    sc_push_count(a, order);
    if (created) {
        e = sc_entry_new(a, integration, false, order, shipment);
        if (fault_wanted(c, FAULT_LAG_404)) {
            e->lag = (uint16_t)fault_number(c, "reads", LAG_READS);
            fault_played(c);
        }
    }
    if (created || e->shop_updated_ms != instant_ms(said, "updated_at")) {
        entry_store(a, e, said, good);
        counts_mutations("sendcloud", 1);
    }
    answer_entry(&c->reply.body, a, e, created ? "created" : "updated");
    free(order);
    free(words);
}

static void upsert_all(struct call *c, struct sc_account *a, int64_t integration,
                       const json_t *said)
{
    struct text *t = &c->reply.body, good = {0};

    call_answer(c, 200, "application/json");
    text_char(t, '[');
    for (size_t i = 0; i < json_array_size(said); i++) {
        const json_t *one = json_array_get(said, i);
        json_t *errors;

        text_clear(&good);
        errors = shape_check_v2(sc_v2_shipment_shape, one, &good);
        text_str(t, i ? "," : "");
        if (errors)
            answer_wrong(t, one, errors);
        else
            upsert(c, a, integration, one, &good);
        json_decref(errors);
    }
    text_char(t, ']');
    text_done(&good);
}

void sc_shipments_post(struct call *c, struct sc_account *a, const struct path_parts *parts)
{
    const struct sc_integration *in = sc_integration_of(c, a, parts);
    json_t *said = in ? sc_body(c) : NULL;

    if (!said)
        return;
    c->items = json_array_size(said);
    if (!json_is_array(said))
        sc_error(c, 400, "Expected a list of items but got type \"dict\".");
    else if (json_array_size(said) > BATCH_MAX)
        sc_error(c, 400, "Ensure this field has no more than 100 elements.");
    else
        upsert_all(c, a, in->id, said);
    json_decref(said);
}

static struct sc_entry *entry_by_uuid(const struct sc_account *a, int64_t integration,
                                      const char *wanted)
{
    char uuid[37];

    for (size_t i = 0; i < a->entry_count; i++) {
        if (!a->entries[i]->alive || a->entries[i]->integration != integration)
            continue;
        sc_uuid(uuid, (uint64_t)a->user_id, a->entries[i]->id);
        if (strcmp(uuid, wanted) == 0)
            return a->entries[i];
    }
    return NULL;
}

static bool is_uuid(const char *s)
{
    static const char pattern[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    size_t i = 0;

    for (; s[i] && pattern[i]; i++) {
        bool hex = (s[i] >= '0' && s[i] <= '9') || ((s[i] | 32) >= 'a' && (s[i] | 32) <= 'f');

        if (pattern[i] == '-' ? s[i] != '-' : !hex)
            return false;
    }
    return !s[i] && !pattern[i];
}

void sc_shipments_delete(struct call *c, struct sc_account *a, const struct path_parts *parts)
{
    const struct sc_integration *in = sc_integration_of(c, a, parts);
    json_t *said = in ? sc_body(c) : NULL;
    const char *uuid = json_string_value(json_object_get(said, "shipment_uuid"));
    const char *order = json_string_value(json_object_get(said, "external_order_id"));
    const char *shipment = json_string_value(json_object_get(said, "external_shipment_id"));
    struct sc_entry *e = NULL;

    if (!said)
        return;
    c->items = 1;
    if (!uuid && (!order || !shipment)) {
        sc_error(c, 400,
                 "Missing shipment_uuid or the pair external_order_id and external_shipment_id");
    } else if (uuid && !is_uuid(uuid)) {
        sc_error(c, 400, "Must be a valid UUID.");
    } else {
        e = uuid ? entry_by_uuid(a, in->id, uuid)
                 : sc_entry_find(a, in->id, false, order, shipment);
        if (e) {
            sc_entry_remove(a, e);
            counts_mutations("sendcloud", 1);
            call_answer(c, 204, NULL);
        } else {
            sc_error(c, 404, "No ShipmentBlob matches the given query.");
        }
    }
    json_decref(said);
}

/* ---- reading ---- */

struct shipments_query {
    const struct call *call;
    int64_t integration, from_ms, to_ms;
    const char *order_number;
    bool has_orders, has_shipments;
};

static bool query_lists(const struct call *c, const char *key, const char *value)
{
    for (size_t i = 0; i < c->query_count; i++) {
        if (same_text(c->query[i].name, key) && same_text(c->query[i].value, value))
            return true;
    }
    return false;
}

static bool shipment_fits(const struct sc_account *a, size_t at, const void *query)
{
    const struct shipments_query *q = query;
    struct sc_entry *e = a->entries[at];

    if (!e->alive || e->v3 || e->integration != q->integration || e->created_ms < q->from_ms ||
        e->created_ms >= q->to_ms || (e->printed && switch_on(SWITCH_SC_PRINT_REMOVES)))
        return false;
    if (q->order_number && !same_text(q->order_number, e->order_number))
        return false;
    if (q->has_orders && !query_lists(q->call, "external_order_ids", e->order_id))
        return false;
    if (q->has_shipments && !query_lists(q->call, "external_shipment_ids", e->shipment_id))
        return false;
    return sc_visible(&e->lag);
}

static void write_instant(struct text *t, const char *key, int64_t ms)
{
    struct text s = {0};

    text_iso(&s, ms);
    text_member(t, key, s.s);
    text_done(&s);
}

/* The stored body, opened again for what Sendcloud adds. */
static void write_shipment(struct text *t, const struct sc_account *a, const struct sc_entry *e)
{
    char uuid[37];

    sc_uuid(uuid, (uint64_t)a->user_id, e->id);
    text_add(t, e->body, strlen(e->body) - 1);
    text_member(t, "shipment_uuid", uuid);
    text_member_int(t, "integration", e->integration);
    text_member_raw(t, "allowed_shipping_methods", "[");
    text_int(t, sc_method_id(sc_method_find("DHL Paket 0-5kg", NULL)));
    text_str(t, "],\"sender_address\":null,\"barcode\":\"");
    text_fmt(t, "SC%010lld\"", (long long)e->id);
    write_instant(t, "created_at", e->created_ms);
    write_instant(t, "updated_at", e->modified_ms);
    write_instant(t, "shipment_created_at", e->shop_created_ms);
    write_instant(t, "shipment_updated_at", e->shop_updated_ms);
    text_char(t, '}');
}

static bool read_query(struct call *c, struct shipments_query *q)
{
    const char *from = call_query(c, "start_date"), *to = call_query(c, "end_date");
    int64_t from_s = clock_s() - YEAR_S, to_s = clock_s();

    if ((from && !iso_day_parse(from, &from_s)) || (to && !iso_day_parse(to, &to_s))) {
        sc_error(c, 400, "Enter a valid date.");
        return false;
    }
    q->call = c;
    q->from_ms = from_s * 1000;
    q->to_ms = to ? (to_s + DAY_S) * 1000 : INT64_MAX;
    q->order_number = call_query(c, "order_number");
    q->has_orders = call_query(c, "external_order_ids") != NULL;
    q->has_shipments = call_query(c, "external_shipment_ids") != NULL;
    return true;
}

/* Looking up a few known orders must not cost a walk over all. */
struct chosen {
    const struct shipments_query *query;
    uint32_t *at;
    size_t count;
    bool used;
};

static int position_order(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static void choose(struct chosen *ch, const struct index *ix, uint64_t hash)
{
    size_t step = 0;
    uint32_t at;

    while (index_next(ix, hash, &step, &at)) {
        ch->at = mem_grow(ch->at, (ch->count + 1) * sizeof *ch->at);
        ch->at[ch->count++] = at;
    }
}

static void choose_all(struct chosen *ch, const struct sc_account *a, int64_t integration)
{
    const struct call *c = ch->query->call;

    for (size_t i = 0; i < c->query_count; i++) {
        if (same_text(c->query[i].name, "external_order_ids"))
            choose(ch, &a->by_order, sc_order_hash(integration, false, c->query[i].value));
    }
    if (!ch->query->has_orders && ch->query->order_number)
        choose(ch, &a->by_entry_number, sc_hash_folded(ch->query->order_number));
    if (ch->count)
        qsort(ch->at, ch->count, sizeof *ch->at, position_order);
    ch->used = ch->query->has_orders || ch->query->order_number;
}

static bool chosen_fits(const struct sc_account *a, size_t i, const void *query)
{
    const struct chosen *ch = query;

    return (!i || ch->at[i] != ch->at[i - 1]) && shipment_fits(a, ch->at[i], ch->query);
}

static void answer_shipments(struct call *c, const struct sc_account *a, const struct sc_page *p,
                             const struct chosen *ch)
{
    struct text *t = &c->reply.body;

    call_answer(c, 200, "application/json");
    text_char(t, '{');
    sc_page_links(t, c, p);
    text_member_raw(t, "results", "[");
    for (size_t i = 0; i < p->count; i++) {
        text_str(t, i ? "," : "");
        write_shipment(t, a, a->entries[ch->used ? ch->at[p->at[i]] : p->at[i]]);
    }
    text_str(t, "]}");
}

void sc_shipments_get(struct call *c, struct sc_account *a, const struct path_parts *parts)
{
    const struct sc_integration *in = sc_integration_of(c, a, parts);
    struct shipments_query q = {.integration = in ? in->id : 0};
    struct chosen ch = {.query = &q};
    struct sc_page page = {0};
    bool fine;

    if (!in || !read_query(c, &q))
        return;
    choose_all(&ch, a, in->id);
    fine = ch.used ? sc_page_take(c, a, ch.count, chosen_fits, &ch, &page)
                   : sc_page_take(c, a, a->entry_count, shipment_fits, &q, &page);
    if (fine)
        answer_shipments(c, a, &page, &ch);
    sc_page_done(&page);
    free(ch.at);
}
