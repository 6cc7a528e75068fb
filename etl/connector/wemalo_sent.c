/* wemalo_sent.c: what left the warehouse, as shipments. wemalo lists booked items, not parcels: one
 * row per article, the parcel's number in each. Rows of a page are put together to parcels; those
 * of a parcel that lies on two pages are the same shipment twice, which harms nobody.
 *
 * Whether an order is on its way as a whole stands in its status, one call per order. So a page's
 * parcels travel on in the cursor that asks for the first one's order; its answer completes that
 * order's parcels, and the others travel on. A status is newer than the list of parcels: when it
 * says that the order is on its way, a parcel of it may have left since the list was read. So the
 * last question is who left later; an order of which anything did is not complete yet. An answer
 * that is read again comes without cursor: then the parcels are read from the page, and whether
 * their order is complete stays unsaid.
 *
 * A cursor is "page NUMBER FIRST" (the first booking of the page before, so that a list that begins
 * again is noticed), "status NUMBER [SHIPMENT...]" (the first one's order is asked for; behind
 * those that wait stand those that seem complete) or "later NUMBER [SHIPMENT...]". */
#include "connector/wemalo.h"

#include "connector/fields.h"
#include "core/decimal.h"
#include "core/text.h"
#include "model/codec.h"

#include <inttypes.h>

#define ORDER_SENT "500" /* orderStatusId of an order that was sent completely */
#define LIST_CALL "GET /goodsOrder/sentPackages"
#define LIST_PATH "/v1/goodsOrder/sentPackages/"
#define CLOCKS_DIFFER_S 300
#define NO_END_UTC INT64_C(4102358400) /* the list wants to be told an end: 2099 */

/* ---- cursors ---- */

struct place {
    int64_t page;
    const char *first;   /* of a page: first booking of the page before; NULL */
    const char *parcels; /* of a status, or of who left later: the shipments; NULL: it is a page */
    bool is_later;
};

static struct place place_of(const char *cursor, struct arena *arena)
{
    struct place place = {0};
    const char *number = cursor ? strchr(cursor, ' ') : NULL;
    const char *rest = number ? strchr(number + 1, ' ') : NULL;
    struct err ignored;

    if (!rest || !integer_parse(arena_slice(arena, number + 1, (size_t)(rest - number - 1)),
                                &place.page, &ignored))
        return (struct place){0};
    place.is_later = text_starts_nocase(cursor, "later ");
    if (place.is_later || text_starts_nocase(cursor, "status "))
        place.parcels = rest + 1;
    else
        place.first = rest + 1;
    return place;
}

/* `what`: "status" or "later". */
static const char *parcels_cursor(const char *what, int64_t page, struct record *const *records,
                                  size_t len, struct arena *arena)
{
    AUTO(buf_done) struct buf text = {0};
    struct json_out json;

    buf_format(&text, "%s %" PRId64 " ", what, page);
    json = json_begin(&text);
    json_list(&json);
    for (size_t i = 0; i < len; i++)
        record_put(&json, records[i], 0);
    json_list_end(&json);
    return arena_text(arena, buf_str(&text));
}

static bool parcels_list(const char *parcels, struct arena *arena, const struct node **first,
                         struct err *err)
{
    const struct node *list;

    if (!json_parse(parcels, strlen(parcels), arena, &list, err) || !node_first(list, NULL))
        return err_set(err, ERR_SYSTEM, "a cursor that holds no shipments");
    *first = node_first(list, NULL);
    return true;
}

/* ---- asking ---- */

static void put_time(struct request *out, const char *name, const struct account *account,
                     int64_t utc)
{
    AUTO(buf_done) struct buf text = {0};

    if (!said(utc))
        return;
    put_time_de(&text, account->zone, utc);
    request_parameter(out, name, buf_str(&text));
}

static void ask_list(const struct account *account, int64_t from_utc, int64_t until_utc,
                     int64_t page, struct request *out)
{
    wemalo_get(out, LIST_CALL, account, LIST_PATH);
    put_time(out, "dateFrom", account, from_utc);
    put_time(out, "dateTo", account, said(until_utc) ? until_utc - 1 : UNSAID);
    request_parameter(out, "page", arena_format(out->arena, "%" PRId64, page));
}

bool wemalo_sent_ask(const struct account *account, const struct window *window, const char *cursor,
                     struct request *out, struct err *err)
{
    struct place place = place_of(cursor, out->arena);
    const struct node *parcel = NULL;

    if (place.is_later) {
        ask_list(account, said(window->until_utc) ? window->until_utc - CLOCKS_DIFFER_S : UNSAID,
                 NO_END_UTC, place.page, out);
    } else if (place.parcels) {
        if (!parcels_list(place.parcels, out->arena, &parcel, err))
            return false;
        wemalo_get(out, WEMALO_STATUS, account,
                   wemalo_path_of("/v1/goodsOrder/getStatus/", node_text(parcel, "order_ref"),
                                  out->arena));
    } else {
        ask_list(account, window->from_utc, window->until_utc, place.page, out);
    }
    return true;
}

/* ---- a page ---- */

static const struct field_path parcel_fields[] = {
    {"externalGoodsOrderId", AS_TEXT, offsetof(struct shipment, head.order_ref)},
    {"trackingNumber", AS_TEXT, offsetof(struct shipment, tracking)},
    {"dispatcherName", AS_TEXT, offsetof(struct shipment, carrier_name)},
    {"dispatcherProduct", AS_TEXT, offsetof(struct shipment, method)},
    {"orderStatusId", AS_TEXT, offsetof(struct shipment, status)},
};

/* For the eye only: what cannot be read of these is left out, and the tracking number still goes
 * back. */
static const struct field_path parcel_extras[] = {
    {"handoverDate", AS_TIME_LOCAL, offsetof(struct shipment, head.at_utc)},
    {"bookingDate", AS_TIME_LOCAL, offsetof(struct shipment, head.at_utc)},
};

/* What makes the parcel one: its number; of a letter without one, its id or when it left. */
static const char *parcel_name(const struct node *row, const struct shipment *shipment)
{
    static const char *const places[] = {"packageId", "handoverDate", "bookingDate"};
    const char *name = shipment->tracking;

    for (size_t i = 0; i < ARRAY_LEN(places) && text_is_empty(name); i++)
        name = node_text(row, places[i]);
    return name;
}

static struct record *read_row(const struct node *row, const struct account *account,
                               struct arena *arena)
{
    struct record *record = record_new(KIND_SHIPMENTS, arena);
    struct shipment *shipment = SHIPMENT(record);
    const char *name, *order;
    struct err ignored;

    fields_read_record(FIELDS(parcel_fields), row, account->zone, shipment, record, arena);
    (void)!fields_read(FIELDS(parcel_extras), row, account->zone, shipment, arena, &ignored);
    if (shipment->status)
        shipment->complete = text_same(shipment->status, ORDER_SENT);
    name = parcel_name(row, shipment);
    order = record->order_ref ? record->order_ref : node_text(row, "goodsOrderId");
    if (text_is_empty(name) || text_is_empty(order))
        record->ref = record_ref(record, NULL, row, arena);
    else
        record->ref = arena_format(arena, "%s %s", order, name);
    return record;
}

static size_t length_of(const struct node *first)
{
    size_t length = 0;

    for (; first; first = first->next)
        length++;
    return length;
}

/* A page's parcels: those that are through, and those whose order is to be asked about. */
struct sorted {
    struct record **waiting;
    size_t waiting_len;
};

/* The page's record of that parcel, NULL when there is none yet. */
static struct record *known_parcel(const char *ref, const struct intake *intake,
                                   const struct sorted *sorted)
{
    for (size_t i = 0; i < intake->records_len; i++)
        if (text_same(intake->records[i]->ref, ref))
            return intake->records[i];
    for (size_t i = 0; i < sorted->waiting_len; i++)
        if (text_same(sorted->waiting[i]->ref, ref))
            return sorted->waiting[i];
    return NULL;
}

static void sort_row(const struct node *row, struct record *record, struct intake *out,
                     struct sorted *sorted)
{
    bool is_told = said(SHIPMENT(record)->complete) || record->flaw || !record->order_ref;
    struct record *known = known_parcel(record->ref, out, sorted);

    if (!known && (is_told || !out->window)) {
        intake_add(out, record, row);
        return;
    }
    if (!known)
        sorted->waiting[sorted->waiting_len++] = record;
    intake_hold(out, known ? known : record, row);
}

static bool says_more(const struct response *response)
{
    struct err ignored;
    int64_t more;

    return value_read(AS_FLAG, node_text(response->root, "additionalPage"), NULL, &more,
                      &ignored) &&
           more == 1;
}

static bool read_page(const struct account *account, const struct response *response,
                      struct place place, struct intake *out, struct err *err)
{
    struct sorted sorted = {0};
    const struct node *first = NULL;
    const char *booking;

    if (!wemalo_list(response, "bookings", &first, err))
        return false;
    if (!first && says_more(response))
        return err_set(err, ERR_SYSTEM, "wemalo says that there are more parcels, but shows none");
    sorted.waiting = arena_array(out->arena, length_of(first) + 1, sizeof(struct record *));
    for (const struct node *row = first; row; row = row->next)
        sort_row(row, read_row(row, account, out->arena), out, &sorted);
    booking = node_text(first, "historyId");
    if (says_more(response) && !(booking && text_same(booking, place.first)))
        intake_next(out, arena_format(out->arena, "page %" PRId64 " %s", place.page + 1,
                                      booking ? booking : "-"));
    if (sorted.waiting_len)
        intake_next(out, parcels_cursor("status", place.page, sorted.waiting, sorted.waiting_len,
                                        out->arena));
    return true;
}

/* ---- a status ---- */

/* The shipments of a cursor. */
static bool take_parcels(const char *parcels, struct arena *arena, struct sorted *out,
                         struct err *err)
{
    const struct node *first = NULL;

    if (!parcels_list(parcels, arena, &first, err))
        return false;
    out->waiting = arena_array(arena, length_of(first), sizeof(struct record *));
    for (const struct node *one = first; one; one = one->next)
        if (!record_get(one, KIND_SHIPMENTS, arena, &out->waiting[out->waiting_len++], err))
            return false;
    return true;
}

static bool read_status(const struct response *response, struct place place, struct intake *out,
                        struct err *err)
{
    const char *status = wemalo_status_name(response), *order;
    bool is_shipped = text_same_nocase(status, "SHIPPED");
    struct sorted all = {0}, rest = {0}, shipped = {0};

    if (!take_parcels(place.parcels, out->arena, &all, err))
        return false;
    rest.waiting = arena_array(out->arena, all.waiting_len, sizeof(struct record *));
    shipped.waiting = arena_array(out->arena, all.waiting_len, sizeof(struct record *));
    order = all.waiting[0]->order_ref;
    for (size_t i = 0; i < all.waiting_len; i++) {
        struct record *record = all.waiting[i];
        bool is_asked_for = text_same(record->order_ref, order);

        if (is_asked_for) {
            SHIPMENT(record)->status_text = status;
            SHIPMENT(record)->complete = is_shipped;
        }
        if (is_asked_for && !is_shipped)
            intake_add(out, record, response->root);
        else if (said(SHIPMENT(record)->complete))
            shipped.waiting[shipped.waiting_len++] = record;
        else
            rest.waiting[rest.waiting_len++] = record;
    }
    if (rest.waiting_len + shipped.waiting_len == 0)
        return true;
    memcpy(rest.waiting + rest.waiting_len, shipped.waiting,
           shipped.waiting_len * sizeof(struct record *));
    intake_next(out,
                rest.waiting_len
                    ? parcels_cursor("status", place.page, rest.waiting,
                                     rest.waiting_len + shipped.waiting_len, out->arena)
                    : parcels_cursor("later", 0, rest.waiting, shipped.waiting_len, out->arena));
    return true;
}

/* ---- who left later ---- */

/* Did a parcel of that order leave that is none of ours? */
static bool leaves_later(const char *order, const struct sorted *rows, const struct sorted *ours)
{
    const struct intake none = {0};

    for (size_t i = 0; i < rows->waiting_len; i++)
        if (text_same(rows->waiting[i]->order_ref, order) &&
            !known_parcel(rows->waiting[i]->ref, &none, ours))
            return true;
    return false;
}

static bool read_later(const struct account *account, const struct response *response,
                       struct place place, struct intake *out, struct err *err)
{
    const struct node *first = NULL;
    struct sorted all = {0}, rest = {0}, rows = {0};
    bool is_last;

    if (!take_parcels(place.parcels, out->arena, &all, err) ||
        !wemalo_list(response, "bookings", &first, err))
        return false;
    out->damaged = 0; /* its rows are none of this run's; ours came undamaged, or say so */
    is_last = !first || !says_more(response);
    rows.waiting = arena_array(out->arena, length_of(first) + 1, sizeof(struct record *));
    for (const struct node *row = first; row; row = row->next)
        rows.waiting[rows.waiting_len++] = read_row(row, account, out->arena);
    rest.waiting = arena_array(out->arena, all.waiting_len, sizeof(struct record *));
    for (size_t i = 0; i < all.waiting_len; i++) {
        struct record *record = all.waiting[i];

        if (leaves_later(record->order_ref, &rows, &all))
            SHIPMENT(record)->complete = 0;
        if (is_last || !SHIPMENT(record)->complete)
            intake_add(out, record, NULL);
        else
            rest.waiting[rest.waiting_len++] = record;
    }
    if (rest.waiting_len)
        intake_next(out, parcels_cursor("later", place.page + 1, rest.waiting, rest.waiting_len,
                                        out->arena));
    return true;
}

/* The answer of a status that is read again: its parcels are read from their page. */
static bool is_lone_status(const struct response *response)
{
    return wemalo_status_name(response) || wemalo_status(response) == WEMALO_UNKNOWN;
}

bool wemalo_sent_read(const struct account *account, const struct response *response,
                      const char *cursor, struct intake *out, struct err *err)
{
    struct place place = place_of(cursor, out->arena);

    if (place.is_later)
        return read_later(account, response, place, out, err);
    if (place.parcels)
        return read_status(response, place, out, err);
    return (!cursor && is_lone_status(response)) || read_page(account, response, place, out, err);
}
