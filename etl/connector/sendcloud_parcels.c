/* sendcloud_parcels.c: parcels out of Sendcloud: as shipments, found by polling since the watermark
 * or one by one as a webhook hints; and as the second place where an order is sought, for an order
 * that became a parcel may have left the incoming list. */
#include "connector/sendcloud.h"

#include "connector/fields.h"
#include "core/clock.h"
#include "core/text.h"

#define HINT "parcel:"
#define OVERLAP_S 900

/* ---- the feed ---- */

static bool parcels_ask(const struct account *account, const struct window *window,
                        const char *cursor, struct request *out, struct err *err)
{
    char since[ISO_TEXT_SIZE]; // cppcheck-suppress variableScope; declarations stand at the top

    (void)err;
    if (cursor && strncmp(cursor, HINT, strlen(HINT)) == 0) {
        request_begin(out, HTTP_GET, SENDCLOUD_PARCEL, account,
                      arena_format(out->arena, "/api/v2/parcels/%s", cursor + strlen(HINT)));
        return true;
    }
    request_begin(out, HTTP_GET, SENDCLOUD_PARCELS, account, "/api/v2/parcels");
    if (said(window->from_utc))
        request_parameter(out, "updated_after", iso_text(window->from_utc, since));
    request_parameter(out, "cursor", cursor);
    return true;
}

static const struct field_path parcel_fields[] = {
    {"tracking_number", AS_TEXT, offsetof(struct shipment, tracking)},
    {"tracking_url", AS_TEXT, offsetof(struct shipment, tracking_url)},
    {"carrier.code", AS_TEXT, offsetof(struct shipment, carrier)},
    {"carrier.name", AS_TEXT, offsetof(struct shipment, carrier_name)},
    {"shipment.name", AS_TEXT, offsetof(struct shipment, method)},
    {"status.id", AS_TEXT, offsetof(struct shipment, status)},
    {"status.message", AS_TEXT, offsetof(struct shipment, status_text)},
    {"external_order_id", AS_TEXT, offsetof(struct shipment, head.order_ref)},
    {"order_number", AS_TEXT, offsetof(struct shipment, head.order_ref)},
    {"is_return", AS_FLAG, offsetof(struct shipment, is_return)},
};

/* For the eye only: what cannot be read of these is left out, and the tracking number still goes
 * back. */
static const struct field_path parcel_extras[] = {
    {"date_created", AS_TIME_LOCAL, offsetof(struct shipment, head.at_utc)},
    {"date_announced", AS_TIME_LOCAL, offsetof(struct shipment, head.at_utc)},
    {"date_updated", AS_TIME_LOCAL, offsetof(struct shipment, head.at_utc)},
    {"date_announced", AS_TIME_LOCAL, offsetof(struct shipment, labelled_utc)},
    {"weight", AS_KILOGRAMS, offsetof(struct shipment, weight_g)},
};

static struct record *read_parcel(const struct node *node, const struct account *account,
                                  struct arena *arena)
{
    struct record *record = record_new(KIND_SHIPMENTS, arena);
    struct err ignored;

    record->ref = record_ref(record, node_text(node, "id"), node, arena);
    fields_read_record(FIELDS(parcel_fields), node, account->zone, SHIPMENT(record), record, arena);
    (void)!fields_read(FIELDS(parcel_extras), node, account->zone, SHIPMENT(record), arena,
                       &ignored);
    return record;
}

static bool parcels_read(const struct account *account, const struct response *response,
                         const char *cursor, struct intake *out, struct err *err)
{
    const struct node *one = node_at(response->root, "parcel");
    const struct node *parcel;
    const char *next;

    if (one) {
        intake_add(out, read_parcel(one, account, out->arena), one);
        return true;
    }
    if (!sendcloud_list(response, "parcels", &parcel, err))
        return false;
    /* A full page that leads to itself is the last one; an empty one is a circle, not an end. */
    next = sendcloud_cursor(node_text(response->root, "next"), parcel ? cursor : NULL, out->arena);
    for (; parcel; parcel = parcel->next)
        intake_add(out, read_parcel(parcel, account, out->arena), parcel);
    if (next)
        intake_next(out, next);
    return true;
}

/* ---- an order among the parcels ---- */

bool sendcloud_parcels_of(const struct account *account, struct batch *batch, struct request *out,
                          struct err *err)
{
    (void)err;
    request_begin(out, HTTP_GET, SENDCLOUD_PARCELS, account, "/api/v2/parcels");
    request_parameter(out, "order_number", sendcloud_only(batch)->key);
    request_parameter(out, "cursor", batch->next);
    return true;
}

/* Cancelled in any of its stages: no parcel that goes anywhere. One whose announcement failed is
 * not dead: somebody will mend it and print it. */
static bool is_dead(const char *status)
{
    static const char *const dead[] = {"1998", "1999", "2000", "2001"};

    for (size_t i = 0; i < ARRAY_LEN(dead); i++)
        if (text_same(status, dead[i]))
            return true;
    return false;
}

static bool is_live(const struct node *parcel, const char *key)
{
    const char *order = node_text(parcel, "external_order_id");
    int64_t is_return;
    struct err ignored;

    if (text_is_empty(order))
        order = node_text(parcel, "order_number");
    if (!text_same(order, key) || is_dead(node_text(parcel, "status.id")))
        return false;
    return !value_read(AS_FLAG, node_text(parcel, "is_return"), NULL, &is_return, &ignored) ||
           is_return != 1;
}

/* The order's live parcel on this page, NULL when there is none; and the next page, once none was
 * found. */
static bool find_live(const struct response *response, struct batch *batch, const struct node **out,
                      struct err *err)
{
    const struct node *parcel;

    if (!sendcloud_list(response, "parcels", &parcel, err))
        return false;
    while (parcel && !is_live(parcel, sendcloud_only(batch)->key))
        parcel = parcel->next;
    batch->next =
        parcel ? NULL
               : sendcloud_cursor(node_text(response->root, "next"), batch->next, batch->arena);
    *out = parcel;
    return true;
}

bool sendcloud_parcels_order(const struct account *account, const struct response *response,
                             struct batch *batch, struct err *err)
{
    struct entry *entry = sendcloud_only(batch);
    const struct node *parcel;

    (void)account;
    if (!find_live(response, batch, &parcel, err))
        return false;
    if (!parcel)
        return true;
    sendcloud_note_id(entry, node_text(parcel, "shipment_uuid"), batch->arena);
    if (entry->revision <= 1)
        entry_settle(entry, VERDICT_DONE, NULL, NULL);
    else
        entry_settle(entry, VERDICT_REFUSED, "too-late-label",
                     "it is a parcel already; whether that carries the change cannot be told: "
                     "compare it at Sendcloud");
    return true;
}

/* A live parcel: too late. In the list: it can be taken out. In neither: there is nothing left to
 * cancel, unless its number at Sendcloud is known and nobody has tried yet. */
bool sendcloud_parcels_cancel(const struct account *account, const struct response *response,
                              struct batch *batch, struct err *err)
{
    struct entry *entry = sendcloud_only(batch);
    bool is_known = entry->target_id || CANCEL_OF(entry->record)->target_id;
    const struct node *parcel;

    (void)account;
    if (!find_live(response, batch, &parcel, err))
        return false;
    if (parcel)
        entry_settle(entry, VERDICT_REFUSED, "cancelled-late",
                     "it is a parcel already: stop it by hand");
    else if (!batch->next && !sendcloud_is_listed(entry) && (batch->written || !is_known))
        entry_settle(entry, batch->written ? VERDICT_DONE : VERDICT_SAME, NULL, NULL);
    return true;
}

/* ---- the table ---- */

const struct feed sendcloud_feeds[] = {
    {.kind = KIND_SHIPMENTS,
     .ask = parcels_ask,
     .read = parcels_read,
     .span = SPAN_SINCE,
     .overlap_s = OVERLAP_S},
    {0},
};
