/* Sendcloud v3: the list of orders, its filters, its order and its pages. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/sendcloud.h"
#include "sandbox/switches.h"

enum { PAGE_MAX = 200, DAY_MS = 86400000 };

struct orders_query {
    int64_t integration; /* 0: any */
    const char *number, *id, *status;
    int64_t created_from, created_to, updated_from, updated_to;
};

static bool status_is(const struct sc_entry *e, const char *status)
{
    json_t *order = json_loads(e->body, 0, NULL);
    const json_t *details = json_object_get(order, "order_details");
    bool same = same_word(
        json_string_value(json_object_get(json_object_get(details, "status"), "code")), status);

    json_decref(order);
    return same;
}

static bool order_fits(struct sc_entry *e, const struct orders_query *q)
{
    if (!e->alive || !e->v3 || (q->integration && e->integration != q->integration) ||
        (e->printed && switch_on(SWITCH_SC_PRINT_REMOVES)))
        return false;
    if (e->shop_created_ms < q->created_from || e->shop_created_ms >= q->created_to ||
        e->shop_updated_ms < q->updated_from || e->shop_updated_ms >= q->updated_to)
        return false;
    if ((q->number && !same_word(e->order_number, q->number)) ||
        (q->id && !same_word(e->order_id, q->id)) || (q->status && !status_is(e, q->status)))
        return false;
    return sc_visible(&e->lag);
}

/* "order_created_at" for a whole day, "..._min" and "..._max" for a span of days. */
static bool read_span(struct call *c, const char *name, int64_t *from, int64_t *to)
{
    static const char *const endings[] = {"", "_min", "_max"};

    *from = INT64_MIN;
    *to = INT64_MAX;
    for (size_t i = 0; i < 3; i++) {
        struct text key = {0};
        const char *value;
        int64_t day = 0;

        text_fmt(&key, "%s%s", name, endings[i]);
        value = call_query(c, key.s);
        text_done(&key);
        if (!value)
            continue;
        if (!iso_day_parse(value, &day) && !iso_parse(value, &day)) {
            sc_v3_error(c, 400, "invalid", "Invalid", "Enter a valid date.", NULL);
            return false;
        }
        day = iso_day_parse(value, &day) ? day * 1000 : day;
        if (i != 2)
            *from = day;
        if (i != 1)
            *to = day + DAY_MS;
    }
    return true;
}

static bool read_query(struct call *c, struct sc_account *a, struct orders_query *q)
{
    const char *integration = call_query(c, "integration");
    struct text t = {0};

    q->number = call_query(c, "order_number");
    q->id = call_query(c, "order_id");
    q->status = call_query(c, "status");
    if (integration &&
        (!int_of(integration, &q->integration) || !sc_integration_find(a, q->integration))) {
        json_t *entry;

        text_fmt(&t, "Select a valid choice. %s is not one of the available choices.", integration);
        entry = sc_v3_error_entry(400, "invalid_choice", t.s, NULL);
        (void)json_object_set_new(entry, "title", json_string("Invalid Choice"));
        (void)json_object_set_new(entry, "source", json_pack("{s:s}", "parameter", "integration"));
        call_answer_json(c, 400, json_pack("{s:[o]}", "errors", entry));
        text_done(&t);
        return false;
    }
    return read_span(c, "order_created_at", &q->created_from, &q->created_to) &&
           read_span(c, "order_updated_at", &q->updated_from, &q->updated_to);
}

static int number_order(const void *a, const void *b)
{
    return strcmp((*(struct sc_entry *const *)a)->order_number,
                  (*(struct sc_entry *const *)b)->order_number);
}

static int created_order(const void *a, const void *b)
{
    int64_t x = (*(struct sc_entry *const *)a)->shop_created_ms;
    int64_t y = (*(struct sc_entry *const *)b)->shop_created_ms;

    return (x > y) - (x < y);
}

static int updated_order(const void *a, const void *b)
{
    int64_t x = (*(struct sc_entry *const *)a)->shop_updated_ms;
    int64_t y = (*(struct sc_entry *const *)b)->shop_updated_ms;

    return (x > y) - (x < y);
}

static void sort_found(struct sc_entry **found, size_t n, const char *sort)
{
    bool down = sort && *sort == '-';
    int (*order)(const void *, const void *) = NULL;

    if (!sort || !n)
        return;
    sort += down;
    if (same_text(sort, "order_number"))
        order = number_order;
    else if (same_text(sort, "order_created_at") || same_text(sort, "created_at"))
        order = created_order;
    else if (same_text(sort, "order_updated_at"))
        order = updated_order;
    if (order)
        qsort(found, n, sizeof(struct sc_entry *), order);
    for (size_t i = 0; down && i < n / 2; i++) {
        struct sc_entry *other = found[i];

        found[i] = found[n - 1 - i];
        found[n - 1 - i] = other;
    }
}

/* A page of a list that may be sorted: positions count in the list of what was found. */
struct found {
    struct sc_entry **entries;
    size_t count, start, size;
    bool more, before;
};

static void find_in(struct found *f, const struct sc_account *a, const struct orders_query *q,
                    const struct index *ix, uint64_t hash)
{
    size_t step = 0;
    uint32_t at;

    while (index_next(ix, hash, &step, &at)) {
        if (!order_fits(a->entries[at], q))
            continue;
        f->entries = mem_grow(f->entries, (f->count + 1) * sizeof(struct sc_entry *));
        f->entries[f->count++] = a->entries[at];
    }
}

/* Looking up one order must not cost a walk over all. */
static void find_by_index(struct found *f, const struct sc_account *a, const struct orders_query *q)
{
    if (!q->id) {
        find_in(f, a, q, &a->by_entry_number, sc_hash_folded(q->number));
        return;
    }
    for (size_t i = 0; i < a->integration_count; i++) {
        int64_t integration = a->integrations[i].id;

        find_in(f, a, q, &a->by_order, sc_order_hash(integration, true, q->id));
    }
}

/* Without a sort, entries are taken from the cursor's position on and no further than needed. */
static size_t find_by_walk(struct found *f, const struct sc_account *a,
                           const struct orders_query *q, bool all)
{
    size_t i = all ? 0 : f->start;

    f->entries = mem_need((all ? a->entry_count + 1 : f->size + 1) * sizeof(struct sc_entry *));
    for (; i < a->entry_count; i++) {
        if (!order_fits(a->entries[i], q))
            continue;
        if (!all && f->count == f->size) {
            f->more = true;
            break;
        }
        f->entries[f->count++] = a->entries[i];
    }
    return i;
}

/* RFC 5988; the addresses lack /api, as those in the documentation do. */
static void link_header(struct call *c, const struct found *f, size_t next)
{
    struct text t = {0};

    if (f->more) {
        text_fmt(&t, "<%s/v3/orders?cursor=", c->base);
        sc_cursor(&t, next, false);
        text_fmt(&t, "&page_size=%zu>; rel=\"next\"", f->size);
    }
    if (f->before) {
        text_fmt(&t, "%s<%s/v3/orders?cursor=", t.len ? ", " : "", c->base);
        sc_cursor(&t, f->start > f->size ? f->start - f->size : 0, false);
        text_fmt(&t, "&page_size=%zu>; rel=\"prev\"", f->size);
    }
    if (t.len)
        call_header(c, "Link", t.s);
    text_done(&t);
}

static void answer_found(struct call *c, const struct found *f, size_t from, size_t n)
{
    struct text *t = &c->reply.body;

    call_answer(c, 200, "application/json");
    text_str(t, "{\"data\":[");
    for (size_t i = from; i < from + n; i++) {
        text_str(t, i > from ? "," : "");
        sc_v3_order_text(t, f->entries[i]);
    }
    text_str(t, "]}");
    c->items = n;
}

static bool read_page(struct call *c, struct found *f)
{
    const char *cursor = call_query(c, "cursor");
    int64_t size = call_query_int(c, "page_size", 100);
    bool backward = false;

    if (cursor && (!sc_cursor_read(cursor, &f->start, &backward) || backward)) {
        sc_v3_error(c, 404, "not_found", "Invalid cursor", "Invalid cursor", NULL);
        return false;
    }
    f->size = (size_t)(size < 1 ? 1 : size > PAGE_MAX ? PAGE_MAX : size);
    if (fault_wanted(c, FAULT_PAGE_SIZE) && f->size > 1) {
        f->size = (f->size + 1) / 2;
        fault_played(c);
    }
    if (f->start && (fault_wanted(c, FAULT_DUP_ITEM) || fault_wanted(c, FAULT_DRIFT))) {
        f->start = fault_wanted(c, FAULT_DRIFT) ? f->start + 1 : f->start - 1;
        fault_played(c);
    }
    f->before = f->start > 0;
    return true;
}

/* Cuts the page out of a list that was found as a whole; gives where it begins. */
static size_t cut_page(struct found *f, size_t *n, size_t *next)
{
    size_t from = f->start < f->count ? f->start : f->count;

    *n = f->count - from < f->size ? f->count - from : f->size;
    *next = from + *n;
    f->more = *next < f->count;
    return from;
}

/* A page that is empty, or the same for ever. */
static void spoil_page(struct call *c, struct found *f, size_t *n, size_t *next)
{
    bool empty = fault_wanted(c, FAULT_EMPTY_PAGE_NEXT);

    if (!*n || (!empty && !fault_wanted(c, FAULT_ENDLESS_NEXT)))
        return;
    *n = empty ? 0 : *n;
    *next = f->start;
    f->more = true;
    fault_played(c);
}

void sc_v3_orders_get(struct call *c, struct sc_account *a, const struct path_parts *parts)
{
    const char *sort = call_query(c, "sort");
    struct orders_query q = {0};
    struct found f = {0};
    size_t from = 0, n, next = 0;

    (void)parts;
    if (!read_page(c, &f) || !read_query(c, a, &q))
        return;
    if (q.number || q.id)
        find_by_index(&f, a, &q);
    else
        next = find_by_walk(&f, a, &q, sort != NULL);
    sort_found(f.entries, f.count, sort);
    n = f.count;
    if (sort || q.number || q.id)
        from = cut_page(&f, &n, &next);
    spoil_page(c, &f, &n, &next);
    answer_found(c, &f, from, n);
    link_header(c, &f, next);
    free(f.entries);
}
