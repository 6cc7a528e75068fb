/* Returns and goods receipts of the wemalo simulator, as far as the reference knows them. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/counts.h"
#include "sandbox/wemalo.h"

static const struct wm_field return_fields[] = {{"items", WM_LIST, true},
                                                {"deliveryNumber", WM_TEXT, false},
                                                {"orderNumberCustomer", WM_TEXT, false},
                                                {"externalId", WM_ID, false},
                                                {"goodsOrderExternalId", WM_ID, false},
                                                {"sender", WM_OBJECT, false},
                                                {"picking_notice", WM_TEXT, false},
                                                {"skipSerialNumberCheck", WM_BOOL, false},
                                                {"shop", WM_TEXT, false},
                                                {NULL}};

static const struct wm_field receipt_fields[] = {{"items", WM_LIST, true},
                                                 {"deliveryNumber", WM_TEXT, false},
                                                 {"orderNumberCustomer", WM_TEXT, false},
                                                 {"externalId", WM_ID, false},
                                                 {"trackingNumber", WM_TEXT, false},
                                                 {"shop", WM_TEXT, false},
                                                 {NULL}};

static const struct wm_field item_fields[] = {
    {"quantity", WM_WHOLE, true},     {"externalId", WM_ID, false},    {"id", WM_ID, false},
    {"returnReason", WM_TEXT, false}, {"productUnitId", WM_ID, false}, {NULL}};

/* The article of an item, by our id or by wemalo's. */
static uint32_t article_of(const struct wm_account *a, const json_t *item)
{
    char *external = wm_words(json_object_get(item, "externalId"));
    char *id = wm_words(json_object_get(item, "id"));
    uint32_t at = external ? wm_article_by_external(a, external) : WM_NONE;
    int64_t n;

    if (!external && int_of(id, &n)) {
        int64_t place = a->article_count ? n - a->articles[0]->id : -1;

        at = place >= 0 && (size_t)place < a->article_count ? (uint32_t)place : WM_NONE;
    }
    free(external);
    free(id);
    return at;
}

static bool items_fine(const struct wm_account *a, const json_t *list, struct wm_wrong *wrong)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *taken = wm_taken(json_array_get(list, i), item_fields, wrong);
        bool known = taken && article_of(a, taken) != WM_NONE;
        bool some = json_integer_value(json_object_get(taken, "quantity")) > 0;

        if (taken)
            json_decref(taken);
        else
            return false;
        if (!known)
            return wm_is_wrong(wrong, 404, "externalId", "NOT_FOUND", "article of an item");
        if (!some)
            return wm_is_wrong(wrong, 400, "quantity", "INVALID", "0");
    }
    return json_array_size(list) || wm_is_wrong(wrong, 400, "missingParameter", NULL, "items");
}

static void announce(struct call *c, struct wm_account *a, const struct wm_field *fields,
                     bool receipt)
{
    json_t *said = wm_body(c, a), *taken;
    struct wm_wrong wrong = {0};
    struct wm_notice *n;

    if (!said)
        return;
    c->items = 1;
    taken = wm_taken(said, fields, &wrong);
    if (!taken || !items_fine(a, json_object_get(taken, "items"), &wrong)) {
        wm_say_wrong(c, &wrong);
    } else {
        a->notices = mem_grow(a->notices, (a->notice_count + 1) * sizeof *n);
        n = &a->notices[a->notice_count++];
        *n = (struct wm_notice){.id = a->base + 700 + (int64_t)a->notice_count,
                                .external_id = wm_words(json_object_get(taken, "externalId")),
                                .body = wm_dump(taken),
                                .receipt = receipt};
        counts_mutations("wemalo", 1);
        wm_member_id(wm_ok(c), "id", n->id, 9);
        wm_ok_end(c);
    }
    json_decref(taken);
    json_decref(said);
}

void wm_return_announce(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    (void)parts;
    announce(c, a, return_fields, false);
}

void wm_receipt_add(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    (void)parts;
    announce(c, a, receipt_fields, true);
}

/* ---- booked ---- */

static int64_t book_item(struct wm_account *a, uint32_t notice, const json_t *item)
{
    bool receipt = a->notices[notice].receipt;
    uint32_t article = article_of(a, item);
    int64_t quantity = json_integer_value(json_object_get(item, "quantity"));
    int64_t now = clock_ms();

    wm_stock_move(a, article, quantity, now);
    wm_book(a, (struct wm_booking){.at_ms = now,
                                   .order = WM_NONE,
                                   .parcel = WM_NONE,
                                   .article = article,
                                   .parent = WM_NONE,
                                   .quantity = quantity,
                                   .reason = receipt ? WM_INCOMING : WM_RETURNSHIPMENT});
    if (!receipt) {
        a->returns = mem_grow(a->returns, (a->return_count + 1) * sizeof *a->returns);
        a->returns[a->return_count++] =
            (struct wm_return){.notice = notice,
                               .booking = (uint32_t)(a->booking_count - 1),
                               .reason = wm_words(json_object_get(item, "returnReason"))};
    }
    return quantity;
}

int64_t wm_notice_book(struct wm_account *a, const char *external_id)
{
    int64_t pieces = 0;

    for (size_t i = 0; i < a->notice_count; i++) {
        struct wm_notice *n = &a->notices[i];
        json_t *body;
        const json_t *items;

        if (n->booked || !same_text(n->external_id, external_id))
            continue;
        body = wm_compact(n->body);
        items = json_object_get(body, "items");
        for (size_t k = 0; k < json_array_size(items); k++)
            pieces += book_item(a, (uint32_t)i, json_array_get(items, k));
        n->booked = true;
        json_decref(body);
        if (wm_hook_wanted(a, WM_STOCK_CHANGE))
            wm_hook_event(a, WM_STOCK_CHANGE,
                          json_pack("{s:s,s:I,s:s}", "type",
                                    n->receipt ? "INCOMING_STOCK" : "RETURNSHIPMENT", "orderId",
                                    (json_int_t)n->id, "externalId", external_id));
    }
    return pieces ? pieces : -1;
}

/* The table's names and the example's, as the documentation has them both. */
static void write_return(struct text *t, const struct wm_account *a, const struct wm_return *r)
{
    const struct wm_booking *b = &a->bookings[r->booking];
    const struct wm_notice *n = &a->notices[r->notice];
    json_t *body = wm_compact(n->body);
    char *order = wm_words(json_object_get(body, "goodsOrderExternalId"));

    wm_next(t);
    wm_member_id(t, "bookingId", wm_history_id(a, r->booking), 6);
    wm_member_id(t, "returnId", n->id, 9);
    text_member(t, "externalId", n->external_id);
    text_member(t, "goodsOrderExternalId", order);
    wm_member_external(t, "externalProductId", a->articles[b->article]->external_id);
    text_member(t, "sku", a->articles[b->article]->sku);
    text_member_int(t, "quantity", b->quantity);
    text_member(t, "returnReason", r->reason);
    wm_member_date(t, "bookingDate", b->at_ms);
    text_char(t, '}');
    free(order);
    json_decref(body);
}

static bool return_fits(const struct wm_account *a, size_t at, const void *query)
{
    (void)query;
    return !a->returns[at].flagged;
}

struct return_query {
    int64_t from_local, to_local;
};

static bool return_in_time(const struct wm_account *a, size_t at, const void *query)
{
    const struct return_query *q = query;
    int64_t local = berlin_of(a->bookings[a->returns[at].booking].at_ms / 1000);

    return local >= q->from_local && local <= q->to_local;
}

static void answer_returns(struct call *c, const struct wm_account *a, const struct wm_range *range)
{
    struct wm_page page = {0};

    if (wm_page_take(c, a, range, &page)) {
        struct text *t = wm_ok(c);

        text_member_int(t, "page", (int64_t)page.number);
        wm_member_bool(t, "additionalPage", page.more);
        text_member_raw(t, "bookings", "[");
        for (size_t i = 0; i < page.count; i++)
            write_return(t, a, &a->returns[page.at[i]]);
        text_char(t, ']');
        wm_ok_end(c);
    }
    wm_page_done(&page);
}

void wm_return_booked(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    (void)parts;
    answer_returns(c, a, &(struct wm_range){0, a->return_count, return_fits, NULL, NULL});
}

void wm_return_flag(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    int64_t id;
    size_t i = 0;

    c->items = 1;
    if (!int_of(parts->part[0], &id))
        id = -1;
    while (i < a->return_count && wm_history_id(a, a->returns[i].booking) != id)
        i++;
    if (i == a->return_count) {
        wm_error(c, 404, "bookingId", "NOT_FOUND", parts->part[0]);
        return;
    }
    if (!a->returns[i].flagged)
        counts_mutations("wemalo", 1);
    a->returns[i].flagged = true;
    wm_ok_plain(c);
}

/* Both dates, or an answer. */
static bool dates_of(struct call *c, struct return_query *q)
{
    static const char *const names[] = {"dateFrom", "dateTo"};
    int64_t *const to[] = {&q->from_local, &q->to_local};

    for (size_t i = 0; i < 2; i++) {
        const char *s = call_query(c, names[i]);

        if (s && german_parse(s, to[i]) && strchr(s, ':'))
            continue;
        if (s)
            wm_error(c, 400, names[i], "INVALID", "dd.MM.yyyy HH:mm:ss was expected");
        else
            wm_error(c, 400, "missingParameter", NULL, names[i]);
        return false;
    }
    return true;
}

void wm_return_bookings(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    struct return_query q;

    (void)parts;
    if (dates_of(c, &q))
        answer_returns(c, a, &(struct wm_range){0, a->return_count, return_in_time, &q, NULL});
}

void wm_receipt_get(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    const char *wanted = call_query(c, "deliveryNote");
    struct text *t = wm_ok(c);

    (void)parts;
    text_member_int(t, "page", 0);
    wm_member_bool(t, "additionalPage", false);
    text_member_raw(t, "orders", "[");
    for (size_t i = 0; i < a->notice_count; i++) {
        const struct wm_notice *n = &a->notices[i];
        json_t *body = wm_compact(n->body);
        const char *note = json_string_value(json_object_get(body, "deliveryNumber"));

        if (n->receipt && (!wanted || same_text(wanted, note))) {
            wm_next(t);
            wm_member_id(t, "id", n->id, 9);
            text_member(t, "externalId", n->external_id);
            text_member(t, "deliveryNumber", note);
            wm_member_bool(t, "booked", n->booked);
            text_char(t, '}');
            c->items++;
        }
        json_decref(body);
    }
    text_char(t, ']');
    wm_ok_end(c);
}
