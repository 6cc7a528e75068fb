/* The controls of the Sendcloud simulator, its dump for comparisons, and the search for doubles. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/control.h"
#include "sandbox/hook.h"
#include "sandbox/sendcloud.h"

/* ---- printing and moving ---- */

static size_t print_number(struct sc_account *a, const char *number, const struct sc_print *how)
{
    size_t step = 0, parcels = 0;
    uint32_t at;

    while (index_next(&a->by_entry_number, sc_hash_folded(number), &step, &at)) {
        struct sc_entry *e = a->entries[at];

        if (e->alive && !e->printed && same_text(e->order_number, number))
            parcels += sc_print_entry(a, e, how);
    }
    return parcels;
}

static void print(struct call *c, struct sc_account *a, const json_t *said)
{
    const json_t *orders = json_object_get(said, "orders");
    const json_t *status = json_object_get(said, "status"), *count = json_object_get(said, "count");
    struct sc_print how = {.method = json_string_value(json_object_get(said, "method")),
                           .carrier = json_string_value(json_object_get(said, "carrier")),
                           .status =
                               json_is_integer(status) ? (int)json_integer_value(status) : SC_READY,
                           .count = json_is_integer(count) ? (int)json_integer_value(count) : 1};
    size_t parcels = 0;

    for (size_t i = 0; i < json_array_size(orders); i++) {
        const char *number = json_string_value(json_array_get(orders, i));

        parcels += number ? print_number(a, number, &how) : 0;
    }
    if (json_is_true(json_object_get(said, "all"))) {
        for (size_t i = 0; i < a->entry_count; i++) {
            if (a->entries[i]->alive && !a->entries[i]->printed)
                parcels += sc_print_entry(a, a->entries[i], &how);
        }
    }
    call_answer_json(c, 200, json_pack("{s:b,s:I}", "ok", 1, "parcels", (json_int_t)parcels));
}

static void move(struct call *c, struct sc_account *a, const char *number, const json_t *said)
{
    int64_t id;
    struct sc_parcel *p = int_of(number, &id) ? sc_parcel_by_id(a, id) : NULL;
    const json_t *status = json_object_get(said, "status");
    const json_t *tracking = json_object_get(said, "tracking_number");
    const json_t *is_return = json_object_get(said, "is_return");

    if (!p || !json_is_integer(status)) {
        control_answer(c, false, p ? "status is missing" : "no such parcel");
        return;
    }
    if (json_is_string(tracking)) {
        free(p->tracking);
        p->tracking = mem_copy(json_string_value(tracking));
        index_add(&a->by_tracking, hash_text(p->tracking), sc_parcel_position(a, p));
    }
    if (is_return)
        p->is_return = json_is_true(is_return);
    sc_parcel_move(a, p, (int)json_integer_value(status));
    control_answer(c, true, NULL);
}

/* Ids and states of the parcels of an order, for tests that want to move them. */
static void find(struct call *c, struct sc_account *a)
{
    const char *number = call_query(c, "order_number");
    json_t *list = json_array();

    for (size_t i = 0; i < a->parcel_count; i++) {
        const struct sc_parcel *p = a->parcels[i];

        if (!p->gone && (!number || same_text(p->order_number, number)))
            (void)json_array_append_new(list,
                                        json_pack("{s:I,s:s,s:i,s:s}", "id", (json_int_t)p->id,
                                                  "order_number", p->order_number, "status",
                                                  p->status, "tracking_number", p->tracking));
    }
    call_answer_json(c, 200, list);
}

static void set_hook(struct call *c, struct sc_account *a, const json_t *said)
{
    const json_t *id = json_object_get(said, "integration");
    const char *url = json_string_value(json_object_get(said, "url"));
    struct sc_integration *in =
        json_is_integer(id) ? sc_integration_find(a, json_integer_value(id)) : a->integrations;

    if (!in || (url && !hook_url_local(url))) {
        control_answer(c, false, "no such integration, or an address beyond this machine");
        return;
    }
    free(in->webhook_url);
    in->webhook_url = mem_copy(url);
    in->webhook_active = url != NULL;
    control_answer(c, true, NULL);
}

static void show_hooks(struct call *c)
{
    call_answer(c, 200, "application/json");
    hook_text(&c->reply.body, HOOK_SENDCLOUD);
}

bool sc_control(struct call *c, const char *path, const json_t *said)
{
    struct sc_account *a = sc_account_by_name(call_query(c, "account"));
    struct path_parts parts;

    if (!a)
        return false;
    sc_parcels_age(a);
    if (c->method == METHOD_POST && same_text(path, "print"))
        print(c, a, said);
    else if (c->method == METHOD_POST && same_text(path, "hook"))
        set_hook(c, a, said);
    else if (c->method == METHOD_POST && path_matches(path, "parcels/{id}", &parts))
        move(c, a, parts.part[0], said);
    else if (c->method == METHOD_GET && same_text(path, "parcels"))
        find(c, a);
    else if (c->method == METHOD_GET && same_text(path, "hooks"))
        show_hooks(c);
    else
        return false;
    sc_hook_flush();
    return true;
}

/* ---- the dump ---- */

static int entry_order(const void *a, const void *b)
{
    const struct sc_entry *x = *(struct sc_entry *const *)a, *y = *(struct sc_entry *const *)b;
    int by_id = strcmp(x->order_id, y->order_id);

    if (by_id)
        return by_id;
    by_id = strcmp(x->shipment_id ? x->shipment_id : "", y->shipment_id ? y->shipment_id : "");
    return by_id ? by_id : (x->v3 - y->v3);
}

static int parcel_order(const void *a, const void *b)
{
    const struct sc_parcel *x = *(struct sc_parcel *const *)a, *y = *(struct sc_parcel *const *)b;
    int by_number = strcmp(x->order_number, y->order_number);

    return by_number ? by_number : (x->id > y->id) - (x->id < y->id);
}

static int push_order(const void *a, const void *b)
{
    return strcmp(((const struct sc_push *)a)->order_id, ((const struct sc_push *)b)->order_id);
}

static void dump_entries(struct text *t, const struct sc_account *a)
{
    struct sc_entry **sorted = mem_need((a->entry_count + 1) * sizeof(struct sc_entry *));
    size_t n = 0;

    for (size_t i = 0; i < a->entry_count; i++) {
        if (a->entries[i]->alive)
            sorted[n++] = a->entries[i];
    }
    qsort(sorted, n, sizeof(struct sc_entry *), entry_order);
    text_str(t, ",\"incoming\":[");
    for (size_t i = 0; i < n; i++) {
        const struct sc_entry *e = sorted[i];

        text_str(t, i ? ",{" : "{");
        text_member(t, "order_id", e->order_id);
        text_member(t, "shipment_id", e->shipment_id);
        text_member(t, "order_number", e->order_number);
        text_member(t, "api", e->v3 ? "v3" : "v2");
        text_member_int(t, "integration", e->integration);
        text_member_int(t, "shop_created_ms", e->shop_created_ms);
        text_member_int(t, "shop_updated_ms", e->shop_updated_ms);
        text_member_raw(t, "printed", e->printed ? "true" : "false");
        text_member_raw(t, "body", e->body);
        text_char(t, '}');
    }
    text_char(t, ']');
    free(sorted);
}

static void dump_parcels(struct text *t, const struct sc_account *a)
{
    struct sc_parcel **sorted = mem_need((a->parcel_count + 1) * sizeof(struct sc_parcel *));
    size_t n = 0;

    for (size_t i = 0; i < a->parcel_count; i++) {
        if (!a->parcels[i]->gone)
            sorted[n++] = a->parcels[i];
    }
    qsort(sorted, n, sizeof(struct sc_parcel *), parcel_order);
    text_str(t, ",\"parcels\":[");
    for (size_t i = 0; i < n; i++) {
        const struct sc_parcel *p = sorted[i];

        text_str(t, i ? ",{" : "{");
        text_member(t, "order_number", p->order_number);
        text_member(t, "order_id", p->order_id);
        text_member_int(t, "status", p->status);
        text_member_int(t, "collo_nr", p->collo_nr);
        text_member_int(t, "collo_count", p->collo_count);
        text_member(t, "method", p->method);
        text_member(t, "reference", p->reference);
        text_member_int(t, "grams", p->grams);
        text_char(t, '}');
    }
    text_char(t, ']');
    free(sorted);
}

bool sc_state(struct text *t, const char *account)
{
    struct sc_account *a = sc_account_by_name(account);
    struct sc_push *sorted;

    if (!a)
        return false;
    sc_parcels_age(a);
    text_char(t, '{');
    text_member(t, "account", a->name);
    dump_entries(t, a);
    dump_parcels(t, a);
    sorted = mem_need((a->push_count + 1) * sizeof *sorted);
    if (a->push_count)
        memcpy(sorted, a->pushes, a->push_count * sizeof *sorted);
    qsort(sorted, a->push_count, sizeof *sorted, push_order);
    text_str(t, ",\"pushes\":{");
    for (size_t i = 0; i < a->push_count; i++)
        text_member_int(t, sorted[i].order_id, sorted[i].times);
    text_str(t, "}}");
    free(sorted);
    return true;
}

/* ---- doubles ---- */

/* An order number as it stands in the list or on a parcel. */
struct standing {
    const char *number;
    uint64_t set; /* parcels of one multi-collo set stand once; 0: an incoming order */
};

static int standing_order(const void *a, const void *b)
{
    const struct standing *x = a, *y = b;
    int by_number = strcmp(x->number, y->number);

    return by_number ? by_number : (x->set > y->set) - (x->set < y->set);
}

static size_t check_account(struct text *t, const struct sc_account *a)
{
    struct standing *all = mem_need((a->entry_count + a->parcel_count + 1) * sizeof *all);
    size_t n = 0, doubled = 0;

    for (size_t i = 0; i < a->entry_count; i++) {
        if (a->entries[i]->alive && !a->entries[i]->printed && !a->entries[i]->shipment_id)
            all[n++] = (struct standing){a->entries[i]->order_number, 0};
    }
    for (size_t i = 0; i < a->parcel_count; i++) {
        if (sc_parcel_live(a->parcels[i]) && *a->parcels[i]->order_number &&
            !a->parcels[i]->shipment_id)
            all[n++] = (struct standing){a->parcels[i]->order_number, a->parcels[i]->collo_set};
    }
    qsort(all, n, sizeof *all, standing_order);
    for (size_t i = 1; i < n; i++) {
        if (!same_text(all[i].number, all[i - 1].number) ||
            (all[i].set && all[i].set == all[i - 1].set))
            continue;
        doubled++;
        text_fmt(t, "\"sendcloud %s: order %s stands more than once\",", a->name, all[i].number);
    }
    free(all);
    return doubled;
}

size_t sc_check(struct text *t)
{
    size_t doubled = 0;

    for (const struct sc_account *a = sc_account_first(); a; a = a->next)
        doubled += check_account(t, a);
    return doubled;
}
