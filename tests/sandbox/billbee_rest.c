/* The smaller calls of the Billbee simulator: shipments, providers, lists of ids, events, shops. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/billbee.h"

/* A bare list, without an envelope. */
static void answer_bare(struct call *c, const json_t *list)
{
    char *s = json_dumps(list, JSON_COMPACT);

    call_answer_text(c, 200, bb_json_type, s ? s : "[]");
    free(s);
}

/* ---- shipments ---- */

struct shipment_filter {
    int64_t from, until, minimum_id, order, provider;
};

static bool shipment_fits(const struct bb_account *a, const struct shipment_filter *f,
                          const struct bb_shipment *s)
{
    if (s->created_wall < f->from || s->created_wall > f->until || s->id < f->minimum_id)
        return false;
    if (f->provider && s->provider != f->provider)
        return false;
    return !f->order || a->orders[s->order]->id == f->order;
}

/* The n-th shipment of the one order that is asked for, or of all. */
static const struct bb_shipment *shipment_at(const struct bb_account *a, const struct bb_order *o,
                                             size_t n)
{
    return a->shipments[o ? o->shipments[n] : n];
}

void bb_shipments_get(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    struct shipment_filter f = {CLOCK_NEVER, INT64_MAX, 0, 0, 0};
    const struct bb_order *o;
    struct bb_page p;
    size_t all, total = 0, row = 0;

    (void)parts;
    if (!bb_page_read(c, &p) || !bb_query_date(c, "createdAtMin", &f.from) ||
        !bb_query_date(c, "createdAtMax", &f.until) || !bb_query_int(c, "orderId", &f.order) ||
        !bb_query_int(c, "minimumShipmentId", &f.minimum_id) ||
        !bb_query_int(c, "shippingProviderId", &f.provider))
        return;
    o = f.order ? bb_order_find(a, f.order) : NULL;
    all = o ? o->shipment_count : f.order ? 0 : a->shipment_count;
    for (size_t i = 0; i < all; i++)
        total += shipment_fits(a, &f, shipment_at(a, o, i));
    bb_page_take(c, &p, total);
    bb_page_open(c, &p);
    for (size_t i = 0; i < all && row < p.to; i++) {
        const struct bb_shipment *s = shipment_at(a, o, i);

        if (!shipment_fits(a, &f, s) || row++ < p.from)
            continue;
        if (row - 1 > p.from)
            text_char(&c->reply.body, ',');
        bb_shipment_text(&c->reply.body, s);
    }
    bb_page_close(c);
}

void bb_providers_get(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    (void)parts;
    answer_bare(c, a->providers);
}

void bb_ping_get(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    (void)a;
    (void)parts;
    call_answer_text(c, 200, bb_json_type, "{}");
}

/* ---- lists of ids ---- */

struct named_id {
    int id;
    const char *name;
};

static const struct named_id carriers[] = {{0, "Sonstige"},
                                           {1, "DHL Express"},
                                           {2, "DHL"},
                                           {3, "Hermes"},
                                           {4, "DPD"},
                                           {5, "UPS"},
                                           {6, "GLS"},
                                           {7, "Deutsche Post"},
                                           {8, "Oesterreichische Post"},
                                           {9, "FedEx"},
                                           {10, "General Overnight"},
                                           {11, "TNT"},
                                           {12, "Liefery"},
                                           {13, "Iloxx"},
                                           {14, "ParcelOne"},
                                           {15, "Cargo International"},
                                           {16, "PIN Mail"},
                                           {17, "US Postal Service"},
                                           {18, "Amazon Logistics"},
                                           {0, NULL}};

static const struct named_id states[] = {
    {1, "Bestellt"},        {2, "Best\xc3\xa4tigt"}, {3, "Zahlung_erhalten"},
    {4, "Versendet"},       {5, "Reklamation"},      {6, "Gel\xc3\xb6scht"},
    {7, "Abgeschlossen"},   {8, "Storniert"},        {9, "Archiviert"},
    {10, "Rated"},          {11, "Mahnung"},         {12, "Mahnung_2"},
    {13, "Gepackt"},        {14, "Angeboten"},       {15, "Zahlungserinnerung"},
    {16, "Im_Fulfillment"}, {17, "Retoure"},         {0, NULL}};

static const struct named_id payments[] = {{1, "Bank\xc3\xbc"
                                               "berweisung"},
                                           {2, "Nachnahme"},
                                           {3, "PayPal"},
                                           {4, "Barzahlung"},
                                           {6, "Gutschein"},
                                           {19, "Sofort"},
                                           {22, "Andere"},
                                           {23, "Lastschrift"},
                                           {25, "Klarna Rechnung"},
                                           {26, "Rechnung"},
                                           {31, "Kreditkarte"},
                                           {44, "Amazon Payments"},
                                           {59, "Vorkasse"},
                                           {61, "Amazon Marketplace"},
                                           {63, "Stripe"},
                                           {104, "eBay"},
                                           {150, "Neu"},
                                           {0, NULL}};

static const struct named_id shipment_types[] = {{0, "Shipment"}, {1, "Retoure"}, {0, NULL}};

static void answer_ids(struct call *c, const struct named_id *rows)
{
    struct text *t = &c->reply.body;

    call_answer(c, 200, bb_json_type);
    text_char(t, '[');
    for (const struct named_id *r = rows; r->name; r++) {
        text_str(t, r == rows ? "{" : ",{");
        text_member_int(t, "Id", r->id);
        text_member(t, "Name", r->name);
        text_char(t, '}');
    }
    text_char(t, ']');
}

void bb_carriers_get(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    (void)a;
    (void)parts;
    answer_ids(c, carriers);
}

void bb_enum_get(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    static const struct {
        const char *name;
        const struct named_id *rows;
    } enums[] = {{"orderstates", states},
                 {"shippingcarriers", carriers},
                 {"paymenttypes", payments},
                 {"shipmenttypes", shipment_types}};

    (void)a;
    for (size_t i = 0; i < sizeof enums / sizeof *enums; i++) {
        if (same_word(parts->part[0], enums[i].name)) {
            answer_ids(c, enums[i].rows);
            return;
        }
    }
    bb_missing(c);
}

/* ---- events ---- */

void bb_event_text(struct text *t, const struct bb_event *e)
{
    text_char(t, '{');
    text_member_int(t, "Id", e->id);
    text_str(t, ",\"Created\":");
    bb_date_text(t, e->at_wall);
    text_member_int(t, "TypeId", e->type);
    text_member(t, "TypeText", bb_event_name(e->type));
    text_member(t, "EmployeeId", NULL);
    text_member(t, "EmployeeName", NULL);
}

struct event_filter {
    int64_t from, until, order;
    uint64_t types[2]; /* one bit each; none: all */
};

static bool event_fits(const struct bb_account *a, const struct event_filter *f,
                       const struct bb_event *e)
{
    bool typed = f->types[0] || f->types[1];

    if (e->at_wall < f->from || e->at_wall > f->until)
        return false;
    if (f->order && a->orders[e->order]->id != f->order)
        return false;
    return !typed || (f->types[e->type / 64] >> (e->type % 64) & 1);
}

static bool read_event_filter(struct call *c, struct event_filter *f)
{
    size_t at = 0;
    const char *value;
    int64_t type;

    while ((value = bb_query(c, "typeId", &at)) != NULL) {
        if (!int_of(value, &type)) {
            bb_invalid(c, NULL);
            return false;
        }
        if (type >= 0 && type < 128)
            f->types[type / 64] |= UINT64_C(1) << (type % 64);
    }
    return bb_query_date(c, "minDate", &f->from) && bb_query_date(c, "maxDate", &f->until) &&
           bb_query_int(c, "orderId", &f->order);
}

void bb_events_get(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    struct event_filter f = {.from = CLOCK_NEVER, .until = INT64_MAX};
    struct bb_page p;
    size_t total = 0, row = 0;

    (void)parts;
    if (!bb_page_read(c, &p) || !read_event_filter(c, &f) || !bb_limit_events(c, a, p.number))
        return;
    for (size_t i = 0; i < a->event_count; i++)
        total += event_fits(a, &f, a->events[i]);
    bb_page_take(c, &p, total);
    bb_page_open(c, &p);
    for (size_t i = 0; i < a->event_count && row < p.to; i++) {
        const struct bb_event *e = a->events[i];

        if (!event_fits(a, &f, e) || row++ < p.from)
            continue;
        if (row - 1 > p.from)
            text_char(&c->reply.body, ',');
        bb_event_text(&c->reply.body, e);
        text_member_int(&c->reply.body, "OrderId", a->orders[e->order]->id);
        text_char(&c->reply.body, '}');
    }
    bb_page_close(c);
}

/* ---- shops ---- */

void bb_shops_get(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    struct text *t = &c->reply.body;
    struct bb_page p;

    (void)parts;
    if (!bb_page_read(c, &p))
        return;
    bb_page_take(c, &p, json_array_size(a->shops));
    bb_page_open(c, &p);
    for (size_t i = p.from; i < p.to; i++) {
        const json_t *row = json_array_get(a->shops, i);

        text_str(t, i > p.from ? ",{" : "{");
        text_member_int(t, "Id", json_integer_value(json_object_get(row, "Id")));
        text_member_int(t, "AccountType", json_integer_value(json_object_get(row, "Type")));
        text_member(t, "Name", json_string_value(json_object_get(row, "Name")));
        text_str(t, ",\"LastSyncDate\":");
        bb_date_text(t, bb_now());
        text_member_int(t, "LastSyncState", 0);
        text_char(t, '}');
    }
    bb_page_close(c);
}
