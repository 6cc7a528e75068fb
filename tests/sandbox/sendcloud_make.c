/* Sendcloud v2: making and changing parcels over the API. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/counts.h"
#include "sandbox/sendcloud.h"
#include "sandbox/sendcloud_shape.h"
#include "sandbox/switches.h"

enum { BATCH_MAX = 100, COLLI_MAX = 20, LAG_READS = 2 };

static const char *words(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));

    return s && *s ? s : NULL;
}

static void put(char **to, const char *s)
{
    free(*to);
    *to = mem_copy(s);
}

static bool reference_taken(const struct sc_account *a, const char *reference)
{
    size_t step = 0;
    uint32_t at;

    while (reference && index_next(&a->by_reference, hash_text(reference), &step, &at)) {
        if (!a->parcels[at]->gone && same_text(a->parcels[at]->reference, reference))
            return true;
    }
    return false;
}

static bool wants_label(const json_t *good)
{
    return json_is_true(json_object_get(good, "request_label")) ||
           json_is_true(json_object_get(good, "requestLabel"));
}

/* The method a label is asked for; NULL: the id means nothing, or not for this country. */
static const struct sc_method *method_of(const json_t *good)
{
    const json_t *id = json_object_get(json_object_get(good, "shipment"), "id");
    const char *country = words(good, "country");
    const struct sc_method *m;

    if (!json_is_integer(id))
        return json_is_true(json_object_get(good, "apply_shipping_rules"))
                   ? sc_method_for(country, sc_weight_of(good))
                   : NULL;
    m = sc_method_by_id(json_integer_value(id));
    return m && (same_text(m->countries, "*") || strstr(m->countries, country)) ? m : NULL;
}

/* What is wrong beyond the shape of the fields. */
static void check_more(const struct sc_account *a, const json_t *good, json_t *errors)
{
    const json_t *quantity = json_object_get(good, "quantity");

    if (reference_taken(a, words(good, "external_reference")))
        (void)json_object_set_new(errors, "external_reference",
                                  json_pack("[s]", "This field must be unique."));
    if (wants_label(good) && !method_of(good))
        (void)json_object_set_new(errors, "shipment", json_pack("[s]", "Invalid shipment id"));
    if (json_is_integer(quantity) && json_integer_value(quantity) > COLLI_MAX)
        (void)json_object_set_new(
            errors, "quantity", json_pack("[s]", "Ensure this value is less than or equal to 20."));
}

/* "country_state" comes back as "to_state"; customs may stand in an object of their own. */
static void rename_fields(json_t *good)
{
    json_t *customs = json_object_get(good, "customs_information");
    static const char *const inner[] = {"customs_invoice_nr", "customs_shipment_type"};

    if (json_object_get(good, "country_state"))
        (void)json_object_set(good, "to_state", json_object_get(good, "country_state"));
    if (json_object_get(good, "total_order_value_currency"))
        (void)json_object_set(good, "currency",
                              json_object_get(good, "total_order_value_currency"));
    for (size_t i = 0; i < 2; i++) {
        if (json_object_get(customs, inner[i]))
            (void)json_object_set(good, inner[i], json_object_get(customs, inner[i]));
    }
}

static void fill_parcel(struct sc_account *a, struct sc_parcel *p, const json_t *good)
{
    put(&p->order_number, words(good, "order_number") ? words(good, "order_number") : "");
    put(&p->reference, words(good, "external_reference"));
    put(&p->order_id, words(good, "external_order_id"));
    put(&p->shipment_id, words(good, "external_shipment_id"));
    put(&p->country, words(good, "country"));
    put(&p->postal_code, words(good, "postal_code"));
    free(p->fixed);
    p->fixed = sc_fixed_members(good);
    p->grams = sc_weight_of(good);
    p->is_return = json_is_true(json_object_get(good, "is_return"));
    p->integration = a->integration_count ? a->integrations[0].id : 0;
    json_decref(p->customs);
    p->customs = json_is_object(json_object_get(good, "customs_information"))
                     ? json_deep_copy(json_object_get(good, "customs_information"))
                     : NULL;
}

static void announce(struct sc_account *a, struct sc_parcel *p, const json_t *good, struct call *c)
{
    const struct sc_method *m = method_of(good);

    if (!wants_label(good) || !m)
        return;
    sc_parcel_move(a, p, SC_ANNOUNCING);
    if (fault_wanted(c, FAULT_REJECTED_LATER)) {
        sc_parcel_move(a, p, SC_FAILED);
        fault_played(c);
        return;
    }
    sc_parcel_label(a, p, m);
    sc_parcel_move(a, p, SC_READY);
}

/* Makes all colli of one request; gives the first. */
static struct sc_parcel *make(struct call *c, struct sc_account *a, const json_t *good)
{
    const json_t *quantity = json_object_get(good, "quantity");
    int n = json_is_integer(quantity) ? (int)json_integer_value(quantity) : 1;
    struct sc_parcel *first = NULL;

    for (int i = 0; i < n; i++) {
        struct sc_parcel *p = sc_parcel_new(a);

        fill_parcel(a, p, good);
        first = first ? first : p;
        p->collo_set = first->collo_set;
        p->collo_nr = i;
        p->collo_count = n;
        if (fault_wanted(c, FAULT_LAG_404)) {
            p->lag = (uint16_t)fault_number(c, "reads", LAG_READS);
            fault_played(c);
        }
        sc_parcel_index(a, p);
        announce(a, p, good, c);
        counts_mutations("sendcloud", 1);
    }
    return first;
}

/* Checks one request; the errors, or NULL and the accepted fields. */
static json_t *examine(const struct sc_account *a, const json_t *said, json_t **good)
{
    struct text t = {0};
    json_t *errors = shape_check_v2(sc_v2_parcel_shape, said, &t);

    *good = errors ? NULL : json_loadb(t.s, t.len, 0, NULL);
    text_done(&t);
    if (errors)
        return errors;
    errors = json_object();
    check_more(a, *good, errors);
    rename_fields(*good);
    if (json_object_size(errors))
        return errors;
    json_decref(errors);
    return NULL;
}

/* Field and first message of an error object, as the flat text of v2. */
static void flat_error(struct call *c, json_t *errors)
{
    struct text t = {0};
    const char *key;
    json_t *value;

    json_object_foreach(errors, key, value)
    {
        const char *first = json_string_value(json_array_get(value, 0));

        text_fmt(&t, "%s%s: %s", t.len ? ", " : "", key, first ? first : "Invalid data.");
    }
    sc_error(c, 400, t.s);
    text_done(&t);
}

static void make_one(struct call *c, struct sc_account *a, const json_t *said)
{
    json_t *good = NULL, *errors = examine(a, said, &good);

    c->items = 1;
    if (errors) {
        flat_error(c, errors);
    } else {
        const struct sc_parcel *p = make(c, a, good);

        call_answer(c, 200, "application/json");
        if (p->collo_count > 1)
            text_str(&c->reply.body, "{\"parcels\":[");
        else
            text_str(&c->reply.body, "{\"parcel\":");
        for (int i = 0; i < p->collo_count; i++) {
            text_str(&c->reply.body, i ? "," : "");
            sc_parcel_text(&c->reply.body, a->parcels[sc_parcel_position(a, p) + (uint32_t)i],
                           true);
        }
        text_str(&c->reply.body, p->collo_count > 1 ? "]}" : "}");
    }
    json_decref(errors);
    json_decref(good);
}

/* Partial success: the bad ones stand in a list of their own. */
static void make_many(struct call *c, struct sc_account *a, const json_t *list)
{
    struct text made = {0}, failed = {0}, *t = &c->reply.body;

    c->items = json_array_size(list);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *said = json_array_get(list, i);
        json_t *good = NULL, *errors = examine(a, said, &good);

        if (errors) {
            char *what = json_dumps(said, JSON_COMPACT | JSON_REAL_PRECISION(15)),
                 *why = json_dumps(errors, JSON_COMPACT | JSON_REAL_PRECISION(15));

            text_fmt(&failed, "%s{\"parcel\":%s,\"errors\":%s}", failed.len ? "," : "", what, why);
            free(what);
            free(why);
        } else {
            text_str(&made, made.len ? "," : "");
            sc_parcel_text(&made, make(c, a, good), true);
        }
        json_decref(errors);
        json_decref(good);
    }
    call_answer(c, 200, "application/json");
    text_fmt(t, "{\"parcels\":[%s]", made.s ? made.s : "");
    if (failed.len)
        text_fmt(t, ",\"failed_parcels\":[%s]", failed.s);
    text_char(t, '}');
    text_done(&made);
    text_done(&failed);
}

void sc_parcels_post(struct call *c, struct sc_account *a, const struct path_parts *parts)
{
    json_t *said;
    const json_t *list;

    (void)parts;
    if (switch_on(SWITCH_SC_PARCELS_CLOSED) && !c->partner_id) {
        sc_error(c, 403, "This endpoint is no longer available for your account.");
        return;
    }
    said = sc_body(c);
    if (!said)
        return;
    list = json_object_get(said, "parcels");
    if (json_is_object(json_object_get(said, "parcel")))
        make_one(c, a, json_object_get(said, "parcel"));
    else if (json_is_array(list) && json_array_size(list) <= BATCH_MAX)
        make_many(c, a, list);
    else
        sc_error(c, 400, "parcel: This field is required.");
    json_decref(said);
}

/* The fields of the parcel as it is, with those that are said put over them. */
static void change(struct call *c, struct sc_account *a, struct sc_parcel *p, const json_t *said)
{
    struct text whole = {0};
    char *reference = mem_copy(p->reference);
    json_t *now, *good = NULL, *errors;

    text_fmt(&whole, "{%s}", p->fixed);
    now = json_loads(whole.s, 0, NULL);
    text_done(&whole);
    (void)json_object_set_new(now, "country", json_string(p->country));
    (void)json_object_set_new(now, "order_number", json_string(p->order_number));
    (void)json_object_del(now, "parcel_items");
    (void)json_object_del(now, "total_order_value");
    (void)json_object_update(now, json_steps(said));
    if (same_text(words(now, "external_reference"), p->reference))
        (void)json_object_del(now, "external_reference");
    errors = examine(a, now, &good);
    if (errors) {
        flat_error(c, errors);
    } else {
        fill_parcel(a, p, good);
        if (!p->reference)
            put(&p->reference, reference);
        sc_parcel_index(a, p);
        p->updated_ms = clock_ms();
        announce(a, p, good, c);
        counts_mutations("sendcloud", 1);
        call_answer(c, 200, "application/json");
        text_str(&c->reply.body, "{\"parcel\":[");
        sc_parcel_text(&c->reply.body, p, true);
        text_str(&c->reply.body, "]}");
    }
    json_decref(errors);
    json_decref(good);
    json_decref(now);
    free(reference);
}

void sc_parcels_put(struct call *c, struct sc_account *a, const struct path_parts *parts)
{
    json_t *said = sc_body(c);
    const json_t *parcel = json_object_get(said, "parcel");
    struct sc_parcel *p;

    (void)parts;
    if (!said)
        return;
    p = sc_parcel_by_id(a, json_integer_value(json_object_get(parcel, "id")));
    c->items = 1;
    if (!p)
        sc_error(c, 404, "No Parcel matches the given query.");
    else if (p->status != SC_NO_LABEL)
        sc_error(c, 400, "This parcel has already been announced.");
    else
        change(c, a, p, parcel);
    json_decref(said);
}
