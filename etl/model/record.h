/* record.h: the canonical data. One struct per kind of record, each beginning with the same head,
 * and one table of fields per kind. The table is the only place that knows a field's name: the
 * codec, the mapping rules, the fingerprint and the manual all work from it.
 *
 * Units: money …_e4 (1/10000 of the currency's unit), weight …_g, length …_mm, time …_utc
 * (seconds). A text that nobody stated is NULL, a number UNSAID; "" is a text that was stated
 * empty. Owns nothing: a record and its texts live in the arena of whoever read it. */
#ifndef TAGWERK_MODEL_RECORD_H
#define TAGWERK_MODEL_RECORD_H

#include "core/arena.h"
#include "core/base.h"

/* A flow carries one kind. The order here is the order in which a load works through them: what
 * others refer to first, then what came back, then what is new, then what follows from it. */
enum kind {
    KIND_ARTICLES,
    KIND_SHIPMENTS,
    KIND_ORDERS,
    KIND_CANCELS,
    KIND_MARKS,
    KIND_STOCK,
    KIND_COUNT
};

const char *kind_name(enum kind kind); /* "orders" */
bool kind_from_name(const char *name, enum kind *out);

/* The head every record begins with. */
struct record {
    enum kind kind;
    const char *ref;       /* the source's stable id */
    const char *order_ref; /* the order it belongs to; of an order, its own ref */
    int64_t at_utc;        /* the moment that decides its day */
    const char
        *mark; /* tag to set at the order's origin once this record's effect is done; NULL: none */
    const char *flaw;      /* why it could not be read whole; NULL: it was */
    const char *flaw_code; /* reason code of the flaw */
};

/* Its texts were damaged on the way or at the source: it is read again for some days. */
#define FLAW_DAMAGED "damaged"

struct texts {
    const char *const *list;
    size_t len;
};

struct address {
    const char *name, *company, *street, *house_number, *extra, *postcode, *city, *state, *country;
    const char *phone, *email;
    const char *post_number; /* DHL customer number at a Packstation or Postfiliale */
};

struct item {
    const char *ref, *product_ref, *sku, *ean, *title;
    int64_t quantity;
    int64_t price_e4; /* one unit, in the order's currency */
    int64_t total_e4; /* the line, where the source tells that rather than the unit's price */
    int64_t weight_g; /* one unit */
    const char *hs_code, *origin;
    const char *fulfilment; /* who ships it: NULL = the merchant, "amazon", ... */
    const char
        *role; /* NULL: an article; "bundle": a set of others; "coupon", "discount": no goods */
};

struct order {
    struct record head;
    const char *number;
    int64_t modified_utc, paid_utc, shipped_utc;
    int64_t cancelled;           /* 1: the source says so */
    struct texts tracking, tags; /* as they stand at the source */
    const char *shipping_method; /* the source's free text */
    const char *delivery_label;  /* what the target's shipping rules see: "Kleinpaket" */
    const char *currency;
    int64_t total_e4, shipping_e4;
    int64_t weight_g;
    const char *weight_from; /* source, catalogue, default */
    struct address ship_to;
    const char *zone; /* eu, special, export */
    const char *customs_invoice, *customs_content;
    const char *marketplace, *marketplace_order;
    const char *credit_for; /* ref of the order that this one takes back: it is no order of goods */
    struct item *items;
    size_t items_len;
};

/* What a bundle is made of. */
struct part {
    const char *product_ref, *sku;
    int64_t quantity; /* of one bundle */
};

struct article {
    struct record head;
    const char *sku, *ean, *title;
    int64_t weight_g, price_e4;
    int64_t length_mm, width_mm, height_mm;
    const char *currency;
    const char *hs_code, *origin;
    struct part *parts; /* none: it is no bundle */
    size_t parts_len;
};

struct shipment {
    struct record head;
    const char *tracking, *tracking_url;
    const char *carrier, *carrier_name; /* code and readable name */
    const char *method;                 /* the readable service: "DHL Paket 0-5kg" */
    const char *status, *status_text;   /* the source's own id and words */
    const char
        *state; /* by lookup: waiting, label, transit, delivered, problem, failed, cancelled */
    int64_t is_return;
    int64_t complete; /* 1: the source says that all of the order is on its way */
    int64_t labelled_utc, shipped_utc;
    int64_t weight_g;
    struct texts
        order_tracking; /* all live numbers of the order, this one included; filled by the load */
};

struct cancel {
    struct record head;
    const char *target_id; /* the target's own id of the order, when it told us one */
    const char *why;
};

struct mark {
    struct record head;
    const char *tag;
};

struct stock {
    struct record head;
    const char *sku;
    int64_t quantity;
};

enum field_type {
    FIELD_TEXT,
    FIELD_TEXTS, /* struct texts */
    FIELD_INT,
    FIELD_BOOL,   /* int64_t 0/1 */
    FIELD_MONEY,  /* e4 */
    FIELD_WEIGHT, /* g */
    FIELD_TIME,   /* utc */
    FIELD_LIST,   /* array + length: struct item, struct part */
};

enum {
    FIELD_PRIVATE = 1, /* personal data: never in logs, reports or error texts */
    FIELD_STATUS =
        2, /* how things stand at the source; not part of what is sent, so not of the fingerprint */
};

struct field {
    const char *name;
    enum field_type type;
    unsigned flags;
    size_t offset;     /* in the record, or in the list's element */
    size_t len_offset; /* FIELD_LIST: of the length */
    const struct shape *element;
    const char *help; /* one line for the manual */
};

struct shape {
    const char *name;
    size_t size;
    const struct field *fields;
    size_t fields_len;
};

const struct shape *shape_of(enum kind kind);
extern const struct shape item_shape, part_shape;

/* NULL when the shape has no such field. */
const struct field *field_find(const struct shape *shape, const char *name);

/* An empty record of its kind: every text NULL, every number UNSAID. */
struct record *record_new(enum kind kind, struct arena *arena);
/* Empty elements of a list field's shape. */
void *elements_new(const struct shape *shape, size_t count, struct arena *arena);
struct item *items_new(size_t count, struct arena *arena);
/* What the line costs: its total, or else price times quantity; UNSAID when it does not say. */
int64_t item_total_e4(const struct item *item);
/* A copy that may be changed without touching the original; texts are shared. */
struct record *record_copy(const struct record *record, struct arena *arena);

/* The name of the first field whose text is damaged (text_is_damaged); NULL: none is. */
const char *record_damage(const struct record *record);

/* Typed access by row; `base` is the record or the list's element. */
static inline const char **field_text(const struct field *field, void *base)
{
    return (const char **)(void *)((char *)base + field->offset);
}
static inline int64_t *field_number(const struct field *field, void *base)
{
    return (int64_t *)(void *)((char *)base + field->offset);
}
static inline struct texts *field_texts(const struct field *field, void *base)
{
    return (struct texts *)(void *)((char *)base + field->offset);
}

bool field_is_number(const struct field *field);
bool field_is_empty(const struct field *field, const void *base);

#define ORDER(r) ((struct order *)(void *)(r))
#define ARTICLE(r) ((struct article *)(void *)(r))
#define SHIPMENT(r) ((struct shipment *)(void *)(r))
#define CANCEL(r) ((struct cancel *)(void *)(r))
#define MARK(r) ((struct mark *)(void *)(r))
#define STOCK(r) ((struct stock *)(void *)(r))
#define ORDER_OF(r) ((const struct order *)(const void *)(r))
#define SHIPMENT_OF(r) ((const struct shipment *)(const void *)(r))
#define ARTICLE_OF(r) ((const struct article *)(const void *)(r))
#define CANCEL_OF(r) ((const struct cancel *)(const void *)(r))
#define MARK_OF(r) ((const struct mark *)(const void *)(r))
#define STOCK_OF(r) ((const struct stock *)(const void *)(r))

#endif
