/* What left the warehouse: parcels, and one row for every booked thing. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/counts.h"
#include "sandbox/wemalo.h"

static const int64_t HOUR_MS = 3600000;

/* The id of a path as a booking; false, and an answer, when it is none. */
static bool booking_of(struct call *c, const struct wm_account *a, const char *id, size_t *out)
{
    int64_t n;

    c->items = 1;
    if (int_of(id, &n) && wm_booking_by_id(a, n, out))
        return true;
    wm_error(c, 404, "historyId", "NOT_FOUND", id);
    return false;
}

/* ---- rows ---- */

static void write_parent(struct text *t, const struct wm_article *x)
{
    text_member_raw(t, "parent", "{");
    wm_member_external(t, "externalProductId", x->external_id);
    wm_member_id(t, "productId", x->id, 1);
    text_member(t, "sku", x->sku);
    text_char(t, '}');
}

static void write_texts(struct text *t, const json_t *from, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i += 2) {
        const char *value = json_string_value(json_object_get(from, names[i]));

        text_member(t, names[i + 1], value ? value : "");
    }
}

static void write_order_info(struct text *t, const json_t *meta)
{
    static const char *const names[] = {"departmentNumber", "departmentNumber", "extraInfo",
                                        "extraInfo",        "extraInfo1",       "extraInfo1",
                                        "extraInfo2",       "extraInfo2",       "extraInfo3",
                                        "extraInfo3",       "extraInfo4",       "extraInfo4"};

    text_member_raw(t, "orderInfo", "{");
    write_texts(t, meta, names, sizeof names / sizeof *names);
    text_char(t, '}');
}

/* Other names than those under which the address was given. */
static void write_recipient(struct text *t, const json_t *meta)
{
    static const char *const names[] = {"name1",
                                        "name1",
                                        "name2",
                                        "name2",
                                        "name3",
                                        "name3",
                                        "street",
                                        "street",
                                        "streetNumber",
                                        "houseNumber",
                                        "addressAddition",
                                        "addressAddition",
                                        "zip",
                                        "zip",
                                        "city",
                                        "city",
                                        "countryCode2Letter",
                                        "countryCode",
                                        "phoneNumber",
                                        "phone",
                                        "email",
                                        "email"};

    text_member_raw(t, "recipient", "{");
    write_texts(t, json_array_get(json_object_get(meta, "receiver"), 0), names,
                sizeof names / sizeof *names);
    text_char(t, '}');
}

static char *article_name(const struct wm_article *x)
{
    json_t *body = wm_compact(x->body);
    char *name = wm_words(json_object_get(body, "name"));

    json_decref(body);
    return name ? name : mem_copy("");
}

static void write_article(struct text *t, const struct wm_account *a, const struct wm_booking *b)
{
    const struct wm_article *x = a->articles[b->article];
    char *name = article_name(x);

    wm_member_external(t, "externalProductId", x->external_id);
    wm_member_id(t, "productId", x->id, 1);
    text_member(t, "productName", name);
    text_member(t, "sku", x->sku);
    if (b->parent != WM_NONE)
        write_parent(t, a->articles[b->parent]);
    free(name);
}

/* full: as the flagged rows have it, with parcel and state of the order. */
static void write_row(struct text *t, const struct call *c, const struct wm_account *a, size_t at,
                      bool full)
{
    const struct wm_booking *b = &a->bookings[at];
    const struct wm_parcel *p = a->parcels[b->parcel];
    const struct wm_order *o = a->orders[b->order];
    json_t *meta = wm_compact(o->meta);

    wm_next(t);
    write_article(t, a, b);
    wm_member_id(t, "historyId", wm_history_id(a, at), 6);
    wm_member_id(t, "goodsOrderId", o->id, 4);
    wm_member_external(t, "orderNumberCustomer", o->order_number);
    wm_member_external(t, "externalGoodsOrderId", o->external_id);
    wm_member_date(t, "handoverDate", p->handed_ms);
    wm_member_date(t, "bookingDate", b->at_ms);
    text_member(t, "trackingNumber", p->tracking);
    text_member_int(t, "count", b->quantity);
    text_member(t, "serialNumber", b->serial ? b->serial : "");
    text_member(t, "dispatcherName", p->profile->carrier);
    text_member(t, "dispatcherProduct", p->profile->carrier_product);
    write_order_info(t, meta);
    if (full) {
        wm_member_id(t, "packageId", p->id, 7);
        text_member(t, "orderStatusId", wm_status_id(o->status));
    }
    if (same_text(call_query(c, "addRecipient"), "true"))
        write_recipient(t, meta);
    text_char(t, '}');
    json_decref(meta);
}

static void answer_rows(struct call *c, const struct wm_account *a, const struct wm_page *p,
                        bool full)
{
    struct text *t = wm_ok(c);

    text_member_int(t, "page", (int64_t)p->number);
    wm_member_bool(t, "additionalPage", p->more);
    text_member_raw(t, "bookings", "[");
    for (size_t i = 0; i < p->count; i++)
        write_row(t, c, a, p->at[i], full);
    text_char(t, ']');
    wm_ok_end(c);
}

/* ---- by time ---- */

struct sent_query {
    int64_t from_local, to_local;
    const char *external_id;
};

static bool sent_fits(const struct wm_account *a, size_t at, const void *query)
{
    const struct sent_query *q = query;
    const struct wm_booking *b = &a->bookings[at];
    int64_t local = berlin_of(b->at_ms / 1000);

    return b->reason == WM_SENT && local >= q->from_local && local <= q->to_local &&
           (!q->external_id || same_text(a->orders[b->order]->external_id, q->external_id));
}

static bool date_of(struct call *c, const char *name, int64_t *local)
{
    const char *s = call_query(c, name);

    if (!s && call_query(c, "externalId"))
        return true;
    if (!s)
        wm_error(c, 400, "missingParameter", NULL, name);
    else if (!german_parse(s, local) || !strchr(s, ':'))
        wm_error(c, 400, name, "INVALID", "dd.MM.yyyy HH:mm:ss was expected");
    else
        return true;
    return false;
}

/* Bookings stand in the order of their moments: the first that is not before one. */
static size_t booking_from(const struct wm_account *a, int64_t ms)
{
    size_t low = 0, high = a->booking_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (a->bookings[middle].at_ms < ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Of one order, only what left with its parcels is looked at. */
static void narrow(const struct wm_account *a, const char *external_id, struct wm_range *r)
{
    int64_t first = INT64_MAX, last = 0;
    const struct wm_order *o;
    size_t step = 0;

    while ((o = wm_order_next(a, external_id, &step))) {
        for (size_t i = 0; i < o->parcel_count; i++) {
            int64_t ms = a->parcels[o->parcels[i]]->handed_ms;

            first = ms && ms < first ? ms : first;
            last = ms > last ? ms : last;
        }
    }
    r->from = booking_from(a, first);
    r->to = booking_from(a, last + 1);
}

/* Wall clocks are compared, as they stand in the answer; hence an hour more on both sides. */
static struct wm_range range_of(struct wm_account *a, const struct sent_query *q)
{
    struct wm_range r = {0, a->booking_count, sent_fits, q, NULL};

    if (q->external_id) {
        narrow(a, q->external_id, &r);
        return r;
    }
    if (a->sent.from_local != q->from_local || a->sent.to_local != q->to_local)
        a->sent = (struct wm_memo){q->from_local, q->to_local, 0, 0};
    r.memo = &a->sent;
    if (q->from_local > 0)
        r.from = booking_from(a, berlin_to_utc(q->from_local) * 1000 - HOUR_MS);
    if (q->to_local < INT32_MAX * (int64_t)2)
        r.to = booking_from(a, berlin_to_utc(q->to_local) * 1000 + 2 * HOUR_MS);
    return r;
}

void wm_sent_range(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    struct sent_query q = {0, INT64_MAX, call_query(c, "externalId")};
    struct wm_page page = {0};
    struct wm_range range;

    (void)parts;
    if (!date_of(c, "dateFrom", &q.from_local) || !date_of(c, "dateTo", &q.to_local))
        return;
    range = range_of(a, &q);
    if (wm_page_take(c, a, &range, &page))
        answer_rows(c, a, &page, false);
    wm_page_done(&page);
}

/* ---- by flag ---- */

static bool flag_fits(const struct wm_account *a, size_t at, const void *query)
{
    const enum wm_reason *reason = query;

    return !a->bookings[at].flagged && a->bookings[at].reason == *reason;
}

/* Whatever nobody waits for any more is never looked at again. */
static struct wm_range unflagged(struct wm_account *a, const enum wm_reason *reason)
{
    size_t *from = &a->unflagged_from[*reason];

    while (*from < a->booking_count && !flag_fits(a, *from, reason))
        ++*from;
    return (struct wm_range){*from, a->booking_count, flag_fits, reason, NULL};
}

void wm_sent_unflagged(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    static const enum wm_reason sent = WM_SENT;
    struct wm_range range = unflagged(a, &sent);
    struct wm_page page = {0};

    (void)parts;
    if (wm_page_take(c, a, &range, &page))
        answer_rows(c, a, &page, true);
    wm_page_done(&page);
}

static void flag(struct wm_booking *b)
{
    if (!b->flagged)
        counts_mutations("wemalo", 1);
    b->flagged = true;
}

void wm_sent_flag(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    size_t at;

    if (!booking_of(c, a, parts->part[0], &at))
        return;
    flag(&a->bookings[at]);
    wm_ok_plain(c);
}

static const char *const reasons[WM_REASONS] = {"INCOMING", "RETURNSHIPMENT", "PACK_PARCEL",
                                                "SENT",     "INVENTORY_IN",   "INVENTORY_OUT"};

static void write_booking(struct text *t, const struct call *c, const struct wm_account *a,
                          size_t at)
{
    const struct wm_booking *b = &a->bookings[at];

    if (b->parcel != WM_NONE) {
        write_row(t, c, a, at, true);
        return;
    }
    wm_next(t);
    write_article(t, a, b);
    wm_member_id(t, "historyId", wm_history_id(a, at), 6);
    wm_member_date(t, "bookingDate", b->at_ms);
    text_member_int(t, "count", b->quantity);
    text_char(t, '}');
}

void wm_flags_get(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    const char *said = call_query(c, "reason");
    enum wm_reason reason = WM_INCOMING;
    struct wm_page page = {0};
    struct wm_range range;

    (void)parts;
    while (reason < WM_REASONS && !same_text(reasons[reason], said))
        reason++;
    if (reason == WM_REASONS) {
        wm_error(c, 400, "reason", "INVALID", said ? said : "missing");
        return;
    }
    range = unflagged(a, &reason);
    if (wm_page_take(c, a, &range, &page)) {
        struct text *t = wm_ok(c);

        text_member_int(t, "page", (int64_t)page.number);
        wm_member_bool(t, "additionalPage", page.more);
        text_member_int(t, "numberOfBookings", (int64_t)page.count);
        text_member_int(t, "maxResults", (int64_t)page.size);
        text_member_raw(t, "bookings", "[");
        for (size_t i = 0; i < page.count; i++)
            write_booking(t, c, a, page.at[i]);
        text_char(t, ']');
        wm_ok_end(c);
    }
    wm_page_done(&page);
}

enum { FLAGS_MAX = 50 };

/* Unknown ids are left out of `updated`. */
static void flag_all(struct call *c, struct wm_account *a, const json_t *ids)
{
    struct text *t = wm_ok(c);
    size_t at, done = 0;

    text_member_raw(t, "updated", "[");
    for (size_t i = 0; i < json_array_size(ids); i++) {
        char *id = wm_words(json_array_get(ids, i));
        int64_t n;

        if (int_of(id, &n) && wm_booking_by_id(a, n, &at)) {
            flag(&a->bookings[at]);
            text_str(t, done++ ? "," : "");
            text_int(t, n);
        }
        free(id);
    }
    text_char(t, ']');
    wm_member_bool(t, "allUpdated", done == json_array_size(ids));
    wm_ok_end(c);
}

void wm_flags_put(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    static const struct wm_field allowed[] = {
        {"historyIds", WM_LIST, true}, {"shop", WM_TEXT, false}, {NULL}};
    json_t *said = wm_body(c, a), *taken;
    struct wm_wrong wrong = {0};
    const json_t *ids;

    (void)parts;
    if (!said)
        return;
    taken = wm_taken(said, allowed, &wrong);
    ids = json_object_get(taken, "historyIds");
    c->items = json_array_size(ids);
    if (!taken)
        wm_say_wrong(c, &wrong);
    else if (c->items > FLAGS_MAX)
        wm_error(c, 400, "historyIds", "INVALID", "more than 50");
    else
        flag_all(c, a, ids);
    json_decref(taken);
    json_decref(said);
}

/* ---- parcels ---- */

/* quantitySum, as in the example; not quantity, as in the table. */
static void write_parcel(struct text *t, const struct wm_account *a, const struct wm_parcel *p)
{
    int64_t sum = 0;

    wm_next(t);
    text_member(t, "profileName", p->profile->name);
    text_member(t, "errorMessage",
                a->orders[p->order]->block_reason ? a->orders[p->order]->block_reason : "");
    for (size_t i = 0; i < p->item_count; i++)
        sum += p->items[i].quantity;
    text_member_int(t, "weightTotal", 500 * sum);
    text_member_int(t, "quantitySum", sum);
    wm_member_bool(t, "isHandedOver", p->handed_ms != 0);
    text_member(t, "storageCell", p->handed_ms ? "" : "WA-1");
    wm_member_id(t, "id", p->id, 7);
    text_member_raw(t, "barcode", "");
    text_fmt(t, "\"P%lld\"", (long long)p->id);
    text_member(t, "trackingNumber", p->tracking);
    text_member_raw(t, "items", "[");
    for (size_t i = 0; i < p->item_count; i++) {
        const struct wm_article *x = a->articles[p->items[i].article];
        char *name = article_name(x);

        wm_next(t);
        text_member(t, "serialNumber", p->items[i].serial ? p->items[i].serial : "");
        text_member_int(t, "quantity", p->items[i].quantity);
        text_member(t, "name", name);
        text_member(t, "sku", x->sku);
        text_char(t, '}');
        free(name);
    }
    text_str(t, "],\"units\":[]}");
}

void wm_packages_get(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    const char *external = call_query(c, "externalOrderId");
    const struct wm_order *o =
        external ? wm_order_find(a, external) : wm_order_by_id(a, call_query_int(c, "orderId", -1));
    struct text *t;

    (void)parts;
    if (!o) {
        wm_error(c, 404, "externalOrderId", "NOT_FOUND", external ? external : "missing");
        return;
    }
    t = wm_ok(c);
    text_member_raw(t, "packages", "[");
    for (size_t i = 0; i < o->parcel_count; i++)
        write_parcel(t, a, a->parcels[o->parcels[i]]);
    text_char(t, ']');
    wm_ok_end(c);
    c->items = o->parcel_count;
}

static const struct wm_parcel *parcel_of(struct call *c, const struct wm_account *a,
                                         const struct path_parts *parts)
{
    int64_t id;
    const struct wm_parcel *p = int_of(parts->part[0], &id) ? wm_parcel_by_id(a, id) : NULL;

    c->items = 1;
    if (!p)
        wm_error(c, 404, "parcelId", "NOT_FOUND", parts->part[0]);
    return p;
}

void wm_tracking_get(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    const struct wm_parcel *p = parcel_of(c, a, parts);
    struct text *t;

    if (!p)
        return;
    t = wm_ok(c);
    text_member(t, "trackingNumber", p->tracking);
    text_member(t, "profileName", p->profile->name);
    text_member(t, "carrier", p->profile->carrier);
    wm_ok_end(c);
}

void wm_label_get(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    const struct wm_parcel *p = parcel_of(c, a, parts);
    struct text *t;

    if (!p)
        return;
    t = wm_ok(c);
    text_member_raw(t, "files", "[{");
    wm_member_id(t, "id", p->id, 8);
    text_member(t, "filename", "label.pdf");
    text_member(t, "base64", "JVBERi0xLjQK");
    text_str(t, "}]");
    wm_ok_end(c);
}
