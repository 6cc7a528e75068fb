/* Sendcloud v2 parcels: how they are listed, cancelled and tracked. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/counts.h"
#include "sandbox/sendcloud.h"
#include "sandbox/switches.h"

enum { CANCEL_AFTER_S = 900, CANCEL_DAYS = 42, DAY_S = 86400, IDS_MAX = 100 };

/* ---- reading ---- */

struct parcels_query {
    const struct call *call;
    const char *order_number, *reference, *tracking;
    int64_t status, updated_after, announced_after;
    int64_t ids[IDS_MAX];
    size_t id_count;
    bool has_status, has_ids;
    const uint32_t *chosen; /* positions to look at, NULL: all */
};

static bool id_listed(const struct parcels_query *q, int64_t id)
{
    for (size_t i = 0; i < q->id_count; i++) {
        if (q->ids[i] == id)
            return true;
    }
    return !q->has_ids;
}

static bool parcel_fits(const struct sc_account *a, size_t i, const void *query)
{
    const struct parcels_query *q = query;
    struct sc_parcel *p = a->parcels[q->chosen ? q->chosen[i] : i];

    if (p->gone || !id_listed(q, p->id) || (q->has_status && p->status != q->status) ||
        p->updated_ms < q->updated_after ||
        (q->announced_after != INT64_MIN && p->announced_ms < q->announced_after))
        return false;
    if ((q->order_number && !same_word(p->order_number, q->order_number)) ||
        (q->reference && !same_text(p->reference, q->reference)) ||
        (q->tracking && !same_text(p->tracking, q->tracking)))
        return false;
    return sc_visible(&p->lag);
}

static bool read_instant(struct call *c, const char *name, int64_t *out)
{
    const char *s = call_query(c, name);
    struct text t = {0};

    *out = INT64_MIN;
    if (!s || iso_parse(s, out))
        return true;
    text_fmt(&t, "%s: Enter a valid date/time.", name);
    sc_error(c, 400, t.s);
    text_done(&t);
    return false;
}

static bool read_ids(struct call *c, struct parcels_query *q)
{
    const char *s = call_query(c, "ids");

    q->has_ids = s != NULL;
    while (s && *s) {
        size_t n = strcspn(s, ",");
        char *one = mem_copy_n(s, n);
        bool fine = q->id_count < IDS_MAX && int_of(one, &q->ids[q->id_count]);

        free(one);
        if (!fine) {
            sc_error(c, 400, "ids: Enter a comma separated list of at most 100 ids.");
            return false;
        }
        q->id_count++;
        s += n + (s[n] == ',');
    }
    return true;
}

static bool read_query(struct call *c, struct parcels_query *q)
{
    const char *status = call_query(c, "parcel_status");

    q->call = c;
    q->order_number = call_query(c, "order_number");
    q->reference = call_query(c, "external_reference");
    q->tracking = call_query(c, "tracking_number");
    q->has_status = status != NULL;
    if (status && !int_of(status, &q->status)) {
        sc_error(c, 400, "parcel_status: Enter a number.");
        return false;
    }
    return read_instant(c, "updated_after", &q->updated_after) &&
           read_instant(c, "announced_after", &q->announced_after) && read_ids(c, q);
}

/* Positions from the index that narrows most; NULL when all parcels are to be walked. */
static uint32_t *choose(const struct sc_account *a, const struct parcels_query *q, size_t *count)
{
    const struct index *ix = q->tracking       ? &a->by_tracking
                             : q->reference    ? &a->by_reference
                             : q->order_number ? &a->by_parcel_number
                                               : NULL;
    uint64_t hash = 0;
    uint32_t *all = NULL, at;
    size_t step = 0;

    *count = 0;
    if (!ix)
        return NULL;
    hash = q->tracking    ? hash_text(q->tracking)
           : q->reference ? hash_text(q->reference)
                          : sc_hash_folded(q->order_number);
    all = mem_need(sizeof *all);
    while (index_next(ix, hash, &step, &at)) {
        all = mem_grow(all, (*count + 1) * sizeof *all);
        all[(*count)++] = at;
    }
    return all;
}

static void answer_parcels(struct call *c, const struct sc_account *a, const struct sc_page *page,
                           const uint32_t *chosen)
{
    struct text *t = &c->reply.body;

    if (!page->count && switch_on(SWITCH_SC_BY_THE_BOOK)) {
        sc_error(c, 404, "No Parcel matches the given query.");
        return;
    }
    call_answer(c, 200, "application/json");
    text_char(t, '{');
    sc_page_links(t, c, page);
    text_member_raw(t, "parcels", "[");
    for (size_t i = 0; i < page->count; i++) {
        text_str(t, i ? "," : "");
        sc_parcel_text(t, a->parcels[chosen ? chosen[page->at[i]] : page->at[i]], false);
    }
    text_str(t, "]}");
}

void sc_parcels_get(struct call *c, struct sc_account *a, const struct path_parts *parts)
{
    struct parcels_query q = {0};
    struct sc_page page = {0};
    uint32_t *chosen;
    size_t count;

    (void)parts;
    if (!read_query(c, &q))
        return;
    chosen = choose(a, &q, &count);
    q.chosen = chosen;
    if (sc_page_take(c, a, chosen ? count : a->parcel_count, parcel_fits, &q, &page))
        answer_parcels(c, a, &page, chosen);
    if (page.has_moved && !chosen && page.moved < a->parcel_count)
        a->parcels[page.moved]->updated_ms = clock_ms(); /* under a cursor nothing else moves one */
    sc_page_done(&page);
    free(chosen);
}

static struct sc_parcel *parcel_of(struct call *c, struct sc_account *a,
                                   const struct path_parts *parts)
{
    int64_t id;
    struct sc_parcel *p = int_of(parts->part[0], &id) ? sc_parcel_by_id(a, id) : NULL;

    c->items = 1;
    if (p && sc_visible(&p->lag))
        return p;
    sc_error(c, 404, "No Parcel matches the given query.");
    return NULL;
}

void sc_parcel_get(struct call *c, struct sc_account *a, const struct path_parts *parts)
{
    const struct sc_parcel *p = parcel_of(c, a, parts);

    if (!p)
        return;
    call_answer(c, 200, "application/json");
    text_str(&c->reply.body, "{\"parcel\":");
    sc_parcel_text(&c->reply.body, p, true);
    text_str(&c->reply.body, "}");
}

/* ---- cancelling ---- */

static void later(struct sc_account *a, struct sc_parcel *p)
{
    a->pending = mem_grow(a->pending, (a->pending_count + 1) * sizeof *a->pending);
    a->pending[a->pending_count++] = sc_parcel_position(a, p);
    p->cancel_due_ms = clock_ms() + (int64_t)CANCEL_AFTER_S * 1000;
}

void sc_parcels_age(struct sc_account *a)
{
    for (size_t i = 0; i < a->pending_count;) {
        struct sc_parcel *p = a->parcels[a->pending[i]];

        if (clock_ms() < p->cancel_due_ms) {
            i++;
            continue;
        }
        a->pending[i] = a->pending[--a->pending_count];
        if (p->status == SC_CANCEL_REQUESTED)
            sc_parcel_move(a, p, p->reject_later ? p->after_cancel : SC_CANCELLED);
        p->reject_later = false;
    }
}

static const char *cancel_refusal(const struct sc_parcel *p)
{
    int64_t age_s = (clock_ms() - p->announced_ms) / 1000;

    if (p->status >= SC_CANCELLED_UPSTREAM && p->status <= SC_CANCEL_SUBMITTING)
        return "This shipment is already being cancelled.";
    if (p->status == SC_DELIVERED || p->status == 93)
        return "This shipment has already been delivered.";
    if (age_s > (int64_t)CANCEL_DAYS * DAY_S)
        return "Shipments can only be cancelled within 42 days after the announcement.";
    return NULL;
}

static void cancel_answer(struct call *c, int status, const char *word, const char *message)
{
    call_answer_json(c, status, json_pack("{s:s,s:s}", "status", word, "message", message));
}

void sc_parcel_cancel(struct call *c, struct sc_account *a, const struct path_parts *parts)
{
    struct sc_parcel *p = parcel_of(c, a, parts);
    const char *no;

    if (!p)
        return;
    if (p->status == SC_NO_LABEL || p->status == SC_FAILED) {
        p->gone = true;
        counts_mutations("sendcloud", 1);
        cancel_answer(c, 410, "deleted", "Parcel has been deleted");
        return;
    }
    no = cancel_refusal(p);
    if (no) {
        cancel_answer(c, 400, "failed", no);
        return;
    }
    counts_mutations("sendcloud", 1);
    if (p->letter) {
        sc_parcel_move(a, p, SC_CANCELLED);
        cancel_answer(c, 200, "cancelled", "Parcel has been cancelled");
        return;
    }
    p->after_cancel = p->status;
    if (fault_wanted(c, FAULT_REJECTED_LATER)) {
        p->reject_later = true;
        fault_played(c);
    }
    later(a, p);
    sc_parcel_move(a, p, SC_CANCEL_REQUESTED);
    cancel_answer(c, 202, "queued", "Parcel cancellation has been queued");
}

/* ---- tracking ---- */

/* What the storage behind the tracking service says of a number it has never seen. */
static void no_such_key(struct call *c, const char *number)
{
    call_answer(c, 404, "application/xml");
    text_str(&c->reply.body,
             "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code>"
             "<Message>The specified key does not exist.</Message><Key>");
    text_fmt(&c->reply.body, "%s/", switch_words(SWITCH_SC_TRACKING_404));
    text_xml(&c->reply.body, number, strlen(number));
    text_str(&c->reply.body,
             ".json</Key><RequestId>D4W06G972XFZYM6</RequestId>"
             "<HostId>icweEyuSLyXQoikNKR5ndkrbCZL55s7NbFIYbLn25OQ=</HostId></Error>");
}

static json_t *stamp_of(int64_t ms)
{
    struct civil c = civil_of(ms / 1000);
    struct text t = {0};
    json_t *s;

    text_fmt(&t, "%04lld-%02d-%02d %02d:%02d:%02d.%06d+00:00", (long long)c.year, c.month, c.day,
             c.hour, c.minute, c.second, (int)(ms % 1000) * 1000);
    s = json_string(t.s);
    text_done(&t);
    return s;
}

static const char *parent_status(int status)
{
    if (status == SC_READY)
        return "ready-to-send";
    if (status == SC_ANNOUNCING)
        return "announcing";
    if (status == SC_DELIVERED || status == 93)
        return "delivered";
    return status >= SC_CANCELLED_UPSTREAM && status <= SC_CANCEL_SUBMITTING ? "cancelled"
                                                                             : "shipment-on-route";
}

static json_t *history_row(const struct sc_parcel *p, int64_t ms, int status, const char *id)
{
    return json_pack("{s:o,s:s,s:s,s:s,s:s}", "carrier_update_timestamp", stamp_of(ms),
                     "parcel_status_history_id", id, "parent_status", parent_status(status),
                     "carrier_code", p->carrier, "carrier_message", sc_status_message(status));
}

static json_t *tracking_json(const struct sc_parcel *p)
{
    struct text id = {0};
    json_t *body;

    text_int(&id, p->id);
    body = json_pack("{s:s,s:s,s:o,s:b,s:b,s:b,s:[o,o]}", "parcel_id", id.s, "carrier_code",
                     p->carrier, "created_at", stamp_of(p->created_ms), "is_return",
                     (int)p->is_return, "is_to_service_point", 0, "is_mail_box", 0, "statuses",
                     history_row(p, p->updated_ms, p->status, "2"),
                     history_row(p, p->created_ms, SC_ANNOUNCING, "1"));
    text_done(&id);
    return body;
}

void sc_tracking_get(struct call *c, struct sc_account *a, const struct path_parts *parts)
{
    size_t step = 0;
    uint32_t at;

    while (index_next(&a->by_tracking, hash_text(parts->part[0]), &step, &at)) {
        if (!a->parcels[at]->gone && same_text(a->parcels[at]->tracking, parts->part[0])) {
            call_answer_json(c, 200, tracking_json(a->parcels[at]));
            return;
        }
    }
    no_such_key(c, parts->part[0]);
}
