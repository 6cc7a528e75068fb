/* Sendcloud v3: orders, all or nothing; and the two small calls beside them. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/counts.h"
#include "sandbox/sendcloud.h"
#include "sandbox/sendcloud_shape.h"
#include "sandbox/switches.h"

enum { BATCH_MAX = 100, LAG_READS = 2 };

/* ---- writing ---- */

static const char *words_at(const json_t *o, const char *a, const char *b)
{
    return json_string_value(json_object_get(json_object_get(o, a), b));
}

static int64_t integration_at(const json_t *order)
{
    const json_t *in = json_object_get(json_object_get(order, "order_details"), "integration");

    return json_integer_value(json_object_get(in, "id"));
}

static int64_t instant_at(const json_t *order, const char *key)
{
    int64_t ms = 0;

    (void)iso_parse(words_at(order, "order_details", key), &ms);
    return ms;
}

static void complain(json_t *errors, const char *detail, size_t i, const char *path)
{
    struct text pointer = {0};

    text_fmt(&pointer, "/data/attributes/[%zu]%s", i, path);
    (void)json_array_append_new(errors, sc_v3_error_entry(400, "invalid", detail, pointer.s));
    text_done(&pointer);
}

/* What only the stored data can tell: does the integration exist, does the id stay the same. */
static void check_against_store(struct sc_account *a, const json_t *order, size_t i, json_t *errors)
{
    int64_t integration = integration_at(order), id;
    const char *said = json_string_value(json_object_get(order, "id"));
    const struct sc_entry *e = int_of(said, &id) ? sc_entry_by_id(a, id) : NULL;
    const char *order_id = json_string_value(json_object_get(order, "order_id"));
    struct text t = {0};

    if (!sc_integration_find(a, integration)) {
        text_fmt(&t, "Integration with id %lld does not exist", (long long)integration);
        complain(errors, t.s, i, "/order_details/integration/id");
    }
    text_clear(&t);
    if (e && !same_text(e->order_id, order_id)) {
        text_fmt(&t, "Order id %s cannot be changed", e->order_id);
        complain(errors, t.s, i, "/order_id");
    }
    text_done(&t);
}

static json_t *check_all(struct sc_account *a, const json_t *said)
{
    json_t *errors = json_array();

    for (size_t i = 0; i < json_array_size(said); i++) {
        size_t before = json_array_size(errors);
        struct text pointer = {0};

        text_fmt(&pointer, "/data/attributes/[%zu]", i);
        shape_check_v3(sc_v3_order_shape, json_array_get(said, i), pointer.s, errors);
        if (json_array_size(errors) == before)
            check_against_store(a, json_array_get(said, i), i, errors);
        text_done(&pointer);
    }
    return errors;
}

static void store(struct sc_account *a, struct sc_entry *e, const json_t *order)
{
    char *body = json_dumps(order, JSON_COMPACT | JSON_REAL_PRECISION(15));

    if (!same_text(body, e->body))
        counts_mutations("sendcloud", 1);
    free(e->body);
    e->body = body;
    e->modified_ms = clock_ms();
    e->shop_created_ms = instant_at(order, "order_created_at");
    e->shop_updated_ms = instant_at(order, "order_updated_at");
    sc_entry_renumber(a, e, json_string_value(json_object_get(order, "order_number")));
}

static json_t *entry_reference(const struct sc_entry *e)
{
    return json_pack("{s:I,s:s,s:s}", "id", (json_int_t)e->id, "order_id", e->order_id,
                     "order_number", e->order_number);
}

static void store_all(struct call *c, struct sc_account *a, const json_t *said)
{
    json_t *data = json_array();

    for (size_t i = 0; i < json_array_size(said); i++) {
        json_t *order = json_array_get(said, i);
        const char *id = json_string_value(json_object_get(order, "order_id"));
        struct sc_entry *e = sc_entry_find(a, integration_at(order), true, id, NULL);

        (void)json_object_del(order, "id");
        sc_push_count(a, id);
        if (!e) {
            e = sc_entry_new(a, integration_at(order), true, id, NULL);
            e->lag =
                fault_wanted(c, FAULT_LAG_404) ? (uint16_t)fault_number(c, "reads", LAG_READS) : 0;
            if (e->lag)
                fault_played(c);
        }
        store(a, e, order);
        (void)json_array_append_new(data, entry_reference(e));
    }
    call_answer_json(c, 201, json_pack("{s:o}", "data", data));
}

static bool still_processing(struct call *c)
{
    int64_t left = switch_int(SWITCH_SC_STILL_PROCESSING);

    if (left <= 0)
        return false;
    switch_put(SWITCH_SC_STILL_PROCESSING, left - 1);
    sc_v3_error(c, 400, "invalid", NULL,
                "We are still processing a previous request. Please try again in a moment.",
                "/data");
    return true;
}

static void too_many(struct call *c, size_t n)
{
    struct text t = {0};

    text_fmt(&t, "Orders list should have at most 100 items, not %zu", n);
    sc_v3_error(c, 400, "invalid", NULL, t.s, "/data/attributes/");
    text_done(&t);
}

void sc_v3_orders_post(struct call *c, struct sc_account *a, const struct path_parts *parts)
{
    json_t *said, *errors;

    (void)parts;
    said = still_processing(c) ? NULL : sc_body(c);
    if (!said)
        return;
    c->items = json_array_size(said);
    if (!json_is_array(said)) {
        sc_v3_error(c, 400, "non_field_errors", "Wrong format",
                    "Wrong request format, expected list of objects", NULL);
    } else if (json_array_size(said) > BATCH_MAX) {
        too_many(c, json_array_size(said));
    } else {
        errors = check_all(a, said);
        if (json_array_size(errors)) {
            call_answer_json(c, 400, json_pack("{s:o}", "errors", errors));
        } else {
            json_decref(errors);
            store_all(c, a, said);
        }
    }
    json_decref(said);
}

/* ---- one order ---- */

/* The stored body, opened again for what Sendcloud adds. */
void sc_v3_order_text(struct text *t, const struct sc_entry *e)
{
    text_fmt(t, "{\"id\":\"%lld\",\"created_at\":\"", (long long)e->id);
    text_iso(t, e->created_ms);
    text_str(t, "\",\"modified_at\":\"");
    text_iso(t, e->modified_ms);
    text_str(t, "\",");
    text_str(t, e->body + 1);
}

static struct sc_entry *entry_of(struct call *c, struct sc_account *a,
                                 const struct path_parts *parts, const char *detail)
{
    int64_t id;
    struct sc_entry *e = int_of(parts->part[0], &id) ? sc_entry_by_id(a, id) : NULL;

    c->items = 1;
    if (e && e->v3 && sc_visible(&e->lag))
        return e;
    sc_v3_error(c, 404, "not_found", "Not found", detail, NULL);
    return NULL;
}

void sc_v3_order_get(struct call *c, struct sc_account *a, const struct path_parts *parts)
{
    const struct sc_entry *e =
        entry_of(c, a, parts, "The order could not be found with the search criteria given");

    if (!e)
        return;
    call_answer(c, 200, "application/json");
    text_str(&c->reply.body, "{\"data\":");
    sc_v3_order_text(&c->reply.body, e);
    text_str(&c->reply.body, "}");
}

void sc_v3_order_delete(struct call *c, struct sc_account *a, const struct path_parts *parts)
{
    struct sc_entry *e =
        entry_of(c, a, parts, "The order could not be found with the search criteria given");

    if (!e)
        return;
    sc_entry_remove(a, e);
    counts_mutations("sendcloud", 1);
    call_answer(c, 204, NULL);
}

/* Objects are merged, everything else is replaced. */
static void merge(json_t *to, const json_t *from)
{
    const char *key;
    json_t *value;

    json_object_foreach(json_steps(from), key, value)
    {
        json_t *old = json_object_get(to, key);

        if (json_is_object(old) && json_is_object(value))
            merge(old, value);
        else
            (void)json_object_set(to, key, value);
    }
}

static void patch(struct call *c, struct sc_account *a, struct sc_entry *e, const json_t *said)
{
    json_t *order = json_loads(e->body, 0, NULL), *errors = json_array();
    const json_t *id = json_object_get(said, "order_id");
    struct text t = {0};

    shape_check_v3(sc_v3_patch_shape, said, "order", errors);
    if (!json_array_size(errors)) {
        merge(order, said);
        (void)json_object_del(order, "id");
        shape_check_v3(sc_v3_order_shape, order, "order", errors);
    }
    if (json_is_string(id) && !same_text(json_string_value(id), e->order_id)) {
        text_fmt(&t, "Order id %s cannot be changed", e->order_id);
        (void)json_array_append_new(errors,
                                    sc_v3_error_entry(400, "invalid", t.s, "order/order_id"));
        text_done(&t);
    }
    if (json_array_size(errors)) {
        call_answer_json(c, 400, json_pack("{s:O}", "errors", errors));
    } else {
        store(a, e, order);
        call_answer_json(c, 200, json_pack("{s:o}", "data", entry_reference(e)));
    }
    json_decref(errors);
    json_decref(order);
}

void sc_v3_order_patch(struct call *c, struct sc_account *a, const struct path_parts *parts)
{
    struct sc_entry *e = entry_of(c, a, parts, "Could not find specified item.");
    json_t *said = e ? sc_body(c) : NULL;

    if (said)
        patch(c, a, e, said);
    json_decref(said);
}

/* ---- beside orders ---- */

void sc_v3_metadata_get(struct call *c, struct sc_account *a, const struct path_parts *parts)
{
    int64_t integration = a->integration_count ? a->integrations[0].id : 1;

    (void)parts;
    call_answer_json(c, 200,
                     json_pack("{s:{s:I,s:I}}", "data", "user_id", (json_int_t)a->user_id,
                               "integration_id", (json_int_t)integration));
}
