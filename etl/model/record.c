#include "model/record.h"

#include "core/decimal.h"
#include "core/text.h"

static const char *const kind_names[KIND_COUNT] = {
    [KIND_ARTICLES] = "articles", [KIND_SHIPMENTS] = "shipments", [KIND_CANCELS] = "cancels",
    [KIND_ORDERS] = "orders",     [KIND_MARKS] = "marks",         [KIND_STOCK] = "stock",
};

const char *kind_name(enum kind kind)
{
    return kind_names[kind];
}

bool kind_from_name(const char *name, enum kind *out)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (!text_same(kind_names[i], name))
            continue;
        *out = (enum kind)i;
        return true;
    }
    return false;
}

const struct field *field_find(const struct shape *shape, const char *name)
{
    for (size_t i = 0; i < shape->fields_len; i++)
        if (strcmp(shape->fields[i].name, name) == 0)
            return &shape->fields[i];
    return NULL;
}

bool field_is_number(const struct field *field)
{
    return field->type != FIELD_TEXT && field->type != FIELD_TEXTS && field->type != FIELD_LIST;
}

bool field_is_empty(const struct field *field, const void *base)
{
    const char *at = (const char *)base + field->offset;
    const struct texts *texts;

    switch (field->type) {
    case FIELD_TEXT:
        return text_is_empty(*(const char *const *)(const void *)at);
    case FIELD_TEXTS:
        texts = (const struct texts *)(const void *)at;
        for (size_t i = 0; i < texts->len; i++)
            if (!text_is_empty(texts->list[i]))
                return false;
        return true;
    case FIELD_LIST:
        return *(const size_t *)(const void *)((const char *)base + field->len_offset) == 0;
    case FIELD_INT:
    case FIELD_BOOL:
    case FIELD_MONEY:
    case FIELD_WEIGHT:
    case FIELD_TIME:
        break;
    }
    return !said(*(const int64_t *)(const void *)at);
}

static bool is_damaged(const struct field *field, const void *base)
{
    const char *at = (const char *)base + field->offset;
    const struct texts *texts = (const struct texts *)(const void *)at;

    if (field->type == FIELD_TEXT)
        return text_is_damaged(*(const char *const *)(const void *)at);
    for (size_t i = 0; field->type == FIELD_TEXTS && i < texts->len; i++)
        if (text_is_damaged(texts->list[i]))
            return true;
    return false;
}

static const char *damage_of(const struct shape *shape, const void *base)
{
    for (size_t i = 0; i < shape->fields_len; i++)
        if (is_damaged(&shape->fields[i], base))
            return shape->fields[i].name;
    return NULL;
}

const char *record_damage(const struct record *record)
{
    const char *name = damage_of(shape_of(record->kind), record);
    size_t items_len = record->kind == KIND_ORDERS ? ORDER_OF(record)->items_len : 0;

    for (size_t i = 0; i < items_len && !name; i++)
        name = damage_of(&item_shape, &ORDER_OF(record)->items[i]);
    return name;
}

/* Says of every number of a fresh, zeroed struct that nobody stated it. */
static void unsay(const struct shape *shape, void *base)
{
    for (size_t i = 0; i < shape->fields_len; i++)
        if (field_is_number(&shape->fields[i]))
            *field_number(&shape->fields[i], base) = UNSAID;
}

struct record *record_new(enum kind kind, struct arena *arena)
{
    const struct shape *shape = shape_of(kind);
    struct record *record = arena_alloc(arena, shape->size);

    unsay(shape, record);
    record->kind = kind;
    return record;
}

void *elements_new(const struct shape *shape, size_t count, struct arena *arena)
{
    char *elements = arena_array(arena, count ? count : 1, shape->size);

    for (size_t i = 0; i < count; i++)
        unsay(shape, elements + i * shape->size);
    return elements;
}

struct item *items_new(size_t count, struct arena *arena)
{
    return elements_new(&item_shape, count, arena);
}

int64_t item_total_e4(const struct item *item)
{
    int64_t total_e4;

    if (said(item->total_e4))
        return item->total_e4;
    return said(item->price_e4) && said(item->quantity) &&
                   multiply_fits(item->price_e4, item->quantity, &total_e4)
               ? total_e4
               : UNSAID;
}

struct record *record_copy(const struct record *record, struct arena *arena)
{
    const struct shape *shape = shape_of(record->kind);
    struct record *copy = arena_alloc(arena, shape->size);

    memcpy(copy, record, shape->size);
    if (record->kind == KIND_ORDERS) {
        struct order *order = ORDER(copy);
        struct item *items = items_new(order->items_len, arena);

        if (order->items_len)
            memcpy(items, order->items, order->items_len * sizeof *items);
        order->items = items;
    }
    return copy;
}

/* ---- the tables: the only place that knows a field's name ---- */

#define HEAD                                                                                       \
    {"ref", FIELD_TEXT, 0, offsetof(struct record, ref), 0, NULL, "the source's stable id"},       \
        {"order_ref",                                                                              \
         FIELD_TEXT,                                                                               \
         0,                                                                                        \
         offsetof(struct record, order_ref),                                                       \
         0,                                                                                        \
         NULL,                                                                                     \
         "the order it belongs to"},                                                               \
        {"at_utc",                                                                                 \
         FIELD_TIME,                                                                               \
         FIELD_STATUS,                                                                             \
         offsetof(struct record, at_utc),                                                          \
         0,                                                                                        \
         NULL,                                                                                     \
         "the moment that decides its day"},                                                       \
        {"mark",                                                                                   \
         FIELD_TEXT,                                                                               \
         FIELD_STATUS,                                                                             \
         offsetof(struct record, mark),                                                            \
         0,                                                                                        \
         NULL,                                                                                     \
         "tag to set at the order's origin once this is done"},                                    \
        {"flaw",                                                                                   \
         FIELD_TEXT,                                                                               \
         FIELD_STATUS,                                                                             \
         offsetof(struct record, flaw),                                                            \
         0,                                                                                        \
         NULL,                                                                                     \
         "why it could not be read whole"},                                                        \
    {                                                                                              \
        "flaw_code", FIELD_TEXT, FIELD_STATUS, offsetof(struct record, flaw_code), 0, NULL,        \
            "reason code of the flaw"                                                              \
    }

#define ROW(owner, member, type, flags, help)                                                      \
    {                                                                                              \
#member, type, flags, offsetof(struct owner, member), 0, NULL, help                        \
    }
#define SHAPE(owner, rows)                                                                         \
    {                                                                                              \
#owner, sizeof(struct owner), rows, ARRAY_LEN(rows)                                        \
    }

static const struct field item_fields[] = {
    ROW(item, ref, FIELD_TEXT, 0, "the line's id at the source"),
    ROW(item, product_ref, FIELD_TEXT, 0, "the article's ref at the source"),
    ROW(item, sku, FIELD_TEXT, 0, "article number"),
    ROW(item, ean, FIELD_TEXT, 0, "EAN / GTIN"),
    ROW(item, title, FIELD_TEXT, 0, "description"),
    ROW(item, quantity, FIELD_INT, 0, "pieces"),
    ROW(item, price_e4, FIELD_MONEY, 0, "price of one piece"),
    ROW(item, total_e4, FIELD_MONEY, 0, "price of the line, where the source tells that"),
    ROW(item, weight_g, FIELD_WEIGHT, 0, "weight of one piece"),
    ROW(item, hs_code, FIELD_TEXT, 0, "customs tariff number"),
    ROW(item, origin, FIELD_TEXT, 0, "country of origin, ISO-2"),
    ROW(item, fulfilment, FIELD_TEXT, 0, "who ships it; empty: the merchant"),
    ROW(item, role, FIELD_TEXT, 0, "bundle, coupon or discount; empty: an article"),
};

const struct shape item_shape = SHAPE(item, item_fields);

static const struct field part_fields[] = {
    ROW(part, product_ref, FIELD_TEXT, 0, "the article's ref at the source"),
    ROW(part, sku, FIELD_TEXT, 0, "article number"),
    ROW(part, quantity, FIELD_INT, 0, "pieces in one bundle"),
};

const struct shape part_shape = SHAPE(part, part_fields);

#define SHIP_TO(member, help)                                                                      \
    {                                                                                              \
        "ship_to." #member, FIELD_TEXT, FIELD_PRIVATE, offsetof(struct order, ship_to.member), 0,  \
            NULL, help                                                                             \
    }

static const struct field order_fields[] = {
    HEAD,
    ROW(order, number, FIELD_TEXT, 0, "the number people see"),
    ROW(order, modified_utc, FIELD_TIME, FIELD_STATUS, "last change at the source"),
    ROW(order, paid_utc, FIELD_TIME, FIELD_STATUS, "paid"),
    ROW(order, shipped_utc, FIELD_TIME, FIELD_STATUS, "shipped, as the source has it"),
    ROW(order, cancelled, FIELD_BOOL, FIELD_STATUS, "cancelled at the source"),
    ROW(order, tracking, FIELD_TEXTS, FIELD_STATUS, "tracking numbers at the source"),
    ROW(order, tags, FIELD_TEXTS, FIELD_STATUS, "tags at the source"),
    ROW(order, shipping_method, FIELD_TEXT, 0, "the source's shipping method, free text"),
    ROW(order, delivery_label, FIELD_TEXT, 0, "what the target's shipping rules see"),
    ROW(order, currency, FIELD_TEXT, 0, "ISO 4217"),
    ROW(order, total_e4, FIELD_MONEY, 0, "total of the order"),
    ROW(order, shipping_e4, FIELD_MONEY, 0, "shipping costs"),
    ROW(order, weight_g, FIELD_WEIGHT, 0, "weight of the parcel"),
    ROW(order, weight_from, FIELD_TEXT, 0, "source, catalogue or default"),
    SHIP_TO(name, "recipient"),
    SHIP_TO(company, "company"),
    SHIP_TO(street, "street"),
    SHIP_TO(house_number, "house number"),
    SHIP_TO(extra, "second address line"),
    SHIP_TO(postcode, "postcode"),
    SHIP_TO(city, "city"),
    SHIP_TO(state, "state or province"),
    {"ship_to.country", FIELD_TEXT, 0, offsetof(struct order, ship_to.country), 0, NULL,
     "country, ISO-2"},
    SHIP_TO(phone, "telephone"),
    SHIP_TO(email, "e-mail"),
    SHIP_TO(post_number, "DHL customer number at a Packstation or Postfiliale"),
    ROW(order, zone, FIELD_TEXT, 0, "eu, special or export"),
    ROW(order, customs_invoice, FIELD_TEXT, 0, "invoice number of the customs declaration"),
    ROW(order, customs_content, FIELD_TEXT, 0, "gift, documents, commercial_goods, ..."),
    ROW(order, marketplace, FIELD_TEXT, 0, "where it was sold"),
    ROW(order, marketplace_order, FIELD_TEXT, 0, "its number there"),
    ROW(order, credit_for, FIELD_TEXT, FIELD_STATUS, "ref of the order that this one takes back"),
    {"items", FIELD_LIST, 0, offsetof(struct order, items), offsetof(struct order, items_len),
     &item_shape, "the lines"},
};

static const struct field article_fields[] = {
    HEAD,
    ROW(article, sku, FIELD_TEXT, 0, "article number"),
    ROW(article, ean, FIELD_TEXT, 0, "EAN / GTIN"),
    ROW(article, title, FIELD_TEXT, 0, "name"),
    ROW(article, weight_g, FIELD_WEIGHT, 0, "weight of one piece"),
    ROW(article, price_e4, FIELD_MONEY, 0, "selling price"),
    ROW(article, length_mm, FIELD_INT, 0, "length in millimetres"),
    ROW(article, width_mm, FIELD_INT, 0, "width in millimetres"),
    ROW(article, height_mm, FIELD_INT, 0, "height in millimetres"),
    ROW(article, currency, FIELD_TEXT, 0, "ISO 4217"),
    ROW(article, hs_code, FIELD_TEXT, 0, "customs tariff number"),
    ROW(article, origin, FIELD_TEXT, 0, "country of origin, ISO-2"),
    {"parts", FIELD_LIST, 0, offsetof(struct article, parts), offsetof(struct article, parts_len),
     &part_shape, "what a bundle is made of"},
};

static const struct field shipment_fields[] = {
    HEAD,
    ROW(shipment, tracking, FIELD_TEXT, 0, "tracking number"),
    ROW(shipment, tracking_url, FIELD_TEXT, 0, "tracking link"),
    ROW(shipment, carrier, FIELD_TEXT, 0, "carrier code"),
    ROW(shipment, carrier_name, FIELD_TEXT, 0, "carrier, readable"),
    ROW(shipment, method, FIELD_TEXT, 0, "shipping service, readable"),
    ROW(shipment, status, FIELD_TEXT, FIELD_STATUS, "the source's status id"),
    ROW(shipment, status_text, FIELD_TEXT, FIELD_STATUS, "the source's words for it"),
    ROW(shipment, state, FIELD_TEXT, FIELD_STATUS,
        "waiting, label, transit, delivered, problem, failed, cancelled"),
    ROW(shipment, is_return, FIELD_BOOL, FIELD_STATUS, "a parcel coming back"),
    ROW(shipment, complete, FIELD_BOOL, FIELD_STATUS, "all of the order is on its way"),
    ROW(shipment, labelled_utc, FIELD_TIME, 0, "label made"),
    ROW(shipment, shipped_utc, FIELD_TIME, 0, "to be written as ship date; empty: none is written"),
    ROW(shipment, weight_g, FIELD_WEIGHT, FIELD_STATUS, "weight of the parcel"),
    ROW(shipment, order_tracking, FIELD_TEXTS, 0, "all live numbers of the order"),
};

static const struct field cancel_fields[] = {
    HEAD,
    ROW(cancel, target_id, FIELD_TEXT, 0, "the target's id of the order"),
    ROW(cancel, why, FIELD_TEXT, 0, "reason"),
};

static const struct field mark_fields[] = {
    HEAD,
    ROW(mark, tag, FIELD_TEXT, 0, "the tag"),
};

static const struct field stock_fields[] = {
    HEAD,
    ROW(stock, sku, FIELD_TEXT, 0, "article number"),
    ROW(stock, quantity, FIELD_INT, 0, "pieces on stock"),
};

static const struct shape shapes[KIND_COUNT] = {
    [KIND_ARTICLES] = SHAPE(article, article_fields),
    [KIND_SHIPMENTS] = SHAPE(shipment, shipment_fields),
    [KIND_CANCELS] = SHAPE(cancel, cancel_fields),
    [KIND_ORDERS] = SHAPE(order, order_fields),
    [KIND_MARKS] = SHAPE(mark, mark_fields),
    [KIND_STOCK] = SHAPE(stock, stock_fields),
};

const struct shape *shape_of(enum kind kind)
{
    return &shapes[kind];
}
