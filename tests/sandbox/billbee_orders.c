/* Orders of the Billbee simulator: their records, and the order in which they changed. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/billbee.h"

enum { HOLES_MIN = 1024, MILLI = 1000 };

static uint64_t id_hash(int64_t id)
{
    return hash_mix((uint64_t)id);
}

/* A reference may be written in any letter case. */
static uint64_t number_hash(const char *s)
{
    uint64_t h = 0;

    for (; *s; s++)
        h = h * 31 + (unsigned char)lower(*s);
    return hash_mix(h);
}

/* ---- finding ---- */

uint32_t bb_order_record(const struct bb_account *a, int64_t id)
{
    size_t step = 0;
    uint32_t at;

    while (index_next(&a->by_id, id_hash(id), &step, &at)) {
        if (a->orders[at]->id == id)
            return at;
    }
    return BB_NO_RECORD;
}

struct bb_order *bb_order_find(const struct bb_account *a, int64_t id)
{
    uint32_t at = bb_order_record(a, id);

    return at == BB_NO_RECORD ? NULL : a->orders[at];
}

struct bb_order *bb_order_numbered(const struct bb_account *a, const char *number, size_t *step)
{
    uint32_t at;

    while (index_next(&a->by_number, number_hash(number), step, &at)) {
        if (same_text(a->orders[at]->number, number))
            return a->orders[at];
    }
    return NULL;
}

/* ---- the order of changes ---- */

static void recent_close(struct bb_account *a)
{
    size_t n = 0;

    for (size_t i = 0; i < a->recent_count; i++) {
        if (a->recent[i] == BB_NO_RECORD)
            continue;
        a->recent[n] = a->recent[i];
        a->orders[a->recent[n]]->place = n;
        n++;
    }
    a->recent_count = n;
    a->recent_holes = 0;
}

static void recent_add(struct bb_account *a, struct bb_order *o)
{
    if (a->recent_count == a->recent_max) {
        a->recent_max = a->recent_max ? a->recent_max * 2 : 256;
        a->recent = mem_grow(a->recent, a->recent_max * sizeof *a->recent);
    }
    if (a->recent_count) {
        uint32_t last = a->recent[a->recent_count - 1];

        if (last != BB_NO_RECORD && a->orders[last]->modified_wall > o->modified_wall)
            a->recent_mixed = true;
    }
    o->place = a->recent_count;
    o->turn = ++a->turns;
    a->recent[a->recent_count++] = o->record;
    a->changes++;
}

void bb_order_stamp(struct bb_account *a, struct bb_order *o, int64_t wall)
{
    a->recent[o->place] = BB_NO_RECORD;
    a->recent_holes++;
    o->modified_wall = wall;
    recent_add(a, o);
    if (a->recent_holes > HOLES_MIN && a->recent_holes > a->recent_count / 2)
        recent_close(a);
}

void bb_order_touch(struct bb_account *a, struct bb_order *o)
{
    bb_order_stamp(a, o, bb_now());
}

static const struct bb_account *sorted_account;

static int by_change(const void *x, const void *y)
{
    const struct bb_order *a = sorted_account->orders[*(const uint32_t *)x];
    const struct bb_order *b = sorted_account->orders[*(const uint32_t *)y];

    if (a->modified_wall != b->modified_wall)
        return a->modified_wall > b->modified_wall ? 1 : -1;
    return (a->turn > b->turn) - (a->turn < b->turn);
}

void bb_recent_ready(struct bb_account *a)
{
    if (!a->recent_mixed)
        return;
    recent_close(a);
    sorted_account = a;
    qsort(a->recent, a->recent_count, sizeof *a->recent, by_change);
    for (size_t i = 0; i < a->recent_count; i++)
        a->orders[a->recent[i]]->place = i;
    a->recent_mixed = false;
}

/* ---- events ---- */

const char *bb_event_name(int type)
{
    switch (type) {
    case BB_E_IMPORTED:
        return "Bestellung importiert";
    case BB_E_SHIPPED:
        return "Bestellung versendet";
    case BB_E_PAID:
        return "Bestellung bezahlt";
    case BB_E_STATE:
        return "Status ge\xc3\xa4ndert";
    case BB_E_SHIPMENT:
        return "Sendung erstellt";
    case BB_E_CANCELED:
        return "Bestellung storniert";
    case BB_E_CREATED:
        return "Bestellung per API angelegt";
    case BB_E_TRIGGERED:
        return "Ereignis ausgel\xc3\xb6st";
    default:
        return "Bestellung ge\xc3\xa4ndert";
    }
}

static void *list_grow(void *list, size_t count, size_t size)
{
    return count & (count - 1) || (count && count < 4)
               ? list
               : mem_grow(list, (count ? count * 2 : 4) * size);
}

void bb_event_add(struct bb_account *a, struct bb_order *o, int type, const char *detail)
{
    struct bb_event *e = mem_need(sizeof *e);

    *e = (struct bb_event){a->next_event++, bb_now(), o->record, type, mem_copy(detail)};
    o->events = list_grow(o->events, o->event_count, sizeof *o->events);
    o->events[o->event_count++] = (uint32_t)a->event_count;
    if (a->event_count == a->event_max) {
        a->event_max = a->event_max ? a->event_max * 2 : 256;
        a->events = mem_grow(a->events, a->event_max * sizeof(struct bb_event *));
    }
    a->events[a->event_count++] = e;
}

/* ---- tags ---- */

bool bb_has_tag(const struct bb_order *o, const char *tag)
{
    for (size_t i = 0; i < o->tag_count; i++) {
        if (same_word(o->tags[i], tag))
            return true;
    }
    return false;
}

static void tag_add(struct bb_order *o, const char *tag)
{
    o->tags = mem_grow(o->tags, (o->tag_count + 1) * sizeof(char *));
    o->tags[o->tag_count++] = mem_copy(tag);
}

size_t bb_tags_add(struct bb_order *o, const json_t *tags)
{
    size_t before = o->tag_count;

    for (size_t i = 0; i < json_array_size(tags); i++) {
        const char *tag = json_string_value(json_array_get(tags, i));

        if (tag && !bb_has_tag(o, tag))
            tag_add(o, tag);
    }
    return o->tag_count - before;
}

static void tags_clear(struct bb_order *o)
{
    while (o->tag_count)
        free(o->tags[--o->tag_count]);
}

void bb_tags_set(struct bb_order *o, const json_t *tags)
{
    tags_clear(o);
    for (size_t i = 0; i < json_array_size(tags); i++) {
        const char *tag = json_string_value(json_array_get(tags, i));

        if (tag)
            tag_add(o, tag);
    }
}

/* ---- shipments ---- */

struct bb_shipment *bb_shipment_new(struct bb_account *a, struct bb_order *o)
{
    struct bb_shipment *s = mem_need(sizeof *s);

    *s = (struct bb_shipment){.id = a->next_shipment++,
                              .created_wall = bb_now(),
                              .order = o->record,
                              .carrier = -1,
                              .type = -1};
    o->shipments = list_grow(o->shipments, o->shipment_count, sizeof *o->shipments);
    o->shipments[o->shipment_count++] = (uint32_t)a->shipment_count;
    if (a->shipment_count == a->shipment_max) {
        a->shipment_max = a->shipment_max ? a->shipment_max * 2 : 256;
        a->shipments = mem_grow(a->shipments, a->shipment_max * sizeof(struct bb_shipment *));
    }
    a->shipments[a->shipment_count++] = s;
    return s;
}

/* ---- states ---- */

/* Ordered, confirmed, paid, packed and fulfilling orders wait for their goods. */
static bool state_reserves(int state)
{
    return state == 1 || state == 2 || state == 3 || state == 13 || state == 16;
}

/* Counts what the order waits for, or no longer does. */
static void reserve(struct bb_account *a, struct bb_order *o, bool waits)
{
    if (waits == o->reserves)
        return;
    for (size_t i = 0; i < o->line_count; i++) {
        const struct bb_line *l = &o->lines[i];

        a->articles[l->article]->reserved += waits ? l->milli : -l->milli;
    }
    o->reserves = waits;
}

static void tell_marketplace(struct bb_account *a, const struct bb_order *o)
{
    for (size_t i = 0; i < o->shipment_count; i++)
        a->shipments[o->shipments[i]]->told = true;
}

void bb_order_state(struct bb_account *a, struct bb_order *o, int state)
{
    struct text detail = {0};
    bool shipped = state == BB_SHIPPED && o->state != BB_SHIPPED;

    text_fmt(&detail, "%d", state);
    o->state = state;
    reserve(a, o, state_reserves(state));
    bb_event_add(a, o, BB_E_STATE, detail.s);
    text_done(&detail);
    if (state == BB_CANCELED)
        bb_event_add(a, o, BB_E_CANCELED, "");
    if (state == BB_PAID && o->payed_wall == CLOCK_NEVER)
        o->payed_wall = bb_now();
    if (!shipped)
        return;
    bb_event_add(a, o, BB_E_SHIPPED, "");
    tell_marketplace(a, o);
    if (o->shipment_count)
        o->shipped_wall = bb_now();
}

/* ---- records ---- */

static void set_text(char **to, const json_t *from)
{
    free(*to);
    *to = mem_copy(json_string_value(from));
}

static int64_t date_of(const json_t *value)
{
    int64_t wall = CLOCK_NEVER;

    return bb_date_parse(json_string_value(value), &wall) ? wall : CLOCK_NEVER;
}

static void id_need(json_t *object, const char *key, int64_t *next)
{
    if (json_is_object(object) && !json_object_get(object, key))
        (void)json_object_set_new(object, key, json_integer((*next)++));
}

static void ids_need(struct bb_account *a, struct bb_order *o, json_t *said)
{
    json_t *items = json_object_get(said, "OrderItems"), *item;
    size_t i;

    (void)json_object_set_new(said, "BillBeeOrderId", json_integer(o->id));
    id_need(json_object_get(said, "InvoiceAddress"), "BillbeeId", &a->next_address);
    id_need(json_object_get(said, "ShippingAddress"), "BillbeeId", &a->next_address);
    json_array_foreach(items, i, item)
    {
        id_need(item, "BillbeeId", &a->next_item);
    }
}

/* A date in any form becomes what the wall clock shows; what is no date stays. */
static void settle_dates(json_t *said)
{
    for (const struct bb_field *f = bb_order_shape; f->name; f++) {
        int64_t wall =
            f->kind == BB_DATE && !f->mark ? date_of(json_object_get(said, f->name)) : CLOCK_NEVER;

        if (wall != CLOCK_NEVER)
            (void)json_object_set_new(said, f->name, bb_date_json(wall));
    }
}

static void set_lines(struct bb_account *a, struct bb_order *o, const json_t *items)
{
    o->line_count = 0;
    o->lines = mem_grow(o->lines, (json_array_size(items) + 1) * sizeof *o->lines);
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i), *product = json_object_get(item, "Product");
        int64_t id = json_integer_value(json_object_get(product, "BillbeeId"));
        uint32_t record = id ? bb_article_record(a, id) : BB_NO_RECORD;
        double quantity = json_number_value(json_object_get(item, "Quantity"));

        if (record != BB_NO_RECORD && quantity > 0)
            o->lines[o->line_count++] = (struct bb_line){record, (int64_t)(quantity * MILLI)};
    }
}

static void set_number(struct bb_account *a, struct bb_order *o, const json_t *number)
{
    if (o->number)
        index_remove(&a->by_number, number_hash(o->number), o->record);
    set_text(&o->number, number);
    if (o->number)
        index_add(&a->by_number, number_hash(o->number), o->record);
}

void bb_order_set(struct bb_account *a, struct bb_order *o, json_t *said, bool extra)
{
    struct text t = {0};
    const json_t *state = json_object_get(said, "State");

    reserve(a, o, false);
    ids_need(a, o, said);
    settle_dates(said);
    set_number(a, o, json_object_get(said, "OrderNumber"));
    set_text(&o->ref, json_object_get(said, "Id"));
    o->shop = json_integer_value(json_object_get(said, "ApiAccountId"));
    o->state = json_is_integer(state) ? (int)json_integer_value(state) : BB_ORDERED;
    o->created_wall = date_of(json_object_get(said, "CreatedAt"));
    o->payed_wall = date_of(json_object_get(said, "PayedAt"));
    o->shipped_wall = date_of(json_object_get(said, "ShippedAt"));
    bb_tags_set(o, json_object_get(said, "Tags"));
    set_lines(a, o, json_object_get(said, "OrderItems"));
    reserve(a, o, state_reserves(o->state));
    bb_render(&t, bb_order_shape, said, extra);
    free(o->wire);
    o->wire = mem_copy_n(t.s, t.len);
    text_done(&t);
    a->changes++;
}

struct bb_order *bb_order_new(struct bb_account *a, json_t *said, bool extra)
{
    struct bb_order *o = mem_need(sizeof *o);
    const json_t *id = json_object_get(said, "BillBeeOrderId");

    o->id = json_is_integer(id) ? json_integer_value(id) : a->next_order++;
    if (o->id >= a->next_order)
        a->next_order = o->id + 1;
    if (a->order_count == a->order_max) {
        a->order_max = a->order_max ? a->order_max * 2 : 256;
        a->orders = mem_grow(a->orders, a->order_max * sizeof(struct bb_order *));
    }
    o->record = (uint32_t)a->order_count;
    a->orders[a->order_count++] = o;
    index_add(&a->by_id, id_hash(o->id), o->record);
    o->modified_wall = date_of(json_object_get(said, "LastModifiedAt"));
    if (o->modified_wall == CLOCK_NEVER)
        o->modified_wall = bb_now();
    recent_add(a, o);
    bb_order_set(a, o, said, extra);
    return o;
}

json_t *bb_order_object(const struct bb_account *a, const struct bb_order *o)
{
    struct text t = {0};
    json_t *object;

    bb_order_text(&t, a, o);
    object = json_loadb(t.s, t.len, 0, NULL);
    text_done(&t);
    return object ? object : json_object();
}

static void order_free(struct bb_order *o)
{
    tags_clear(o);
    free(o->tags);
    free(o->wire);
    free(o->number);
    free(o->ref);
    free(o->posted);
    free(o->shipments);
    free(o->events);
    free(o->lines);
    free(o);
}

void bb_orders_done(struct bb_account *a)
{
    for (size_t i = 0; i < a->order_count; i++)
        order_free(a->orders[i]);
    for (size_t i = 0; i < a->shipment_count; i++) {
        free(a->shipments[i]->number);
        free(a->shipments[i]->shipper);
        free(a->shipments[i]);
    }
    for (size_t i = 0; i < a->event_count; i++) {
        free(a->events[i]->detail);
        free(a->events[i]);
    }
    free(a->orders);
    free(a->shipments);
    free(a->events);
    free(a->recent);
    index_done(&a->by_id);
    index_done(&a->by_number);
}
