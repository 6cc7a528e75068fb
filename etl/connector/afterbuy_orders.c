/* afterbuy_read.c: sold items as orders. A page never fails because of a bad entry in it: the entry
 * is added with what could be read of it, and with its flaw. */
#include "connector/afterbuy.h"

#include "connector/fields.h"
#include "core/text.h"
#include "wire/xml.h"

#define IDS_CURSOR "ids:" /* a cursor that names orders: "ids:560000123,560000124" */

/* ---- orders: asking ---- */

static void filter_ids(struct buf *body, const char *ids, struct arena *arena)
{
    const char *const *list = text_split(arena, ids, ',', NULL);

    afterbuy_filter(body, "OrderID");
    for (; *list; list++)
        xml_leaf(body, "FilterValue", *list);
    afterbuy_filter_end(body);
}

static bool names_orders(const char *cursor)
{
    return cursor && strncmp(cursor, IDS_CURSOR, strlen(IDS_CURSOR)) == 0;
}

/* An answer does not tell which of its orders are hidden. Without a marking that tells the
 * cancelled ones, a hidden order would be shipped like any other: so it is not even read. */
static bool wants_hidden(const struct settings *settings)
{
    return settings_bool(settings, "hidden") && said(settings_int(settings, "cancelled_flag"));
}

bool afterbuy_orders_ask(const struct account *account, const struct window *window,
                         const char *cursor, struct request *out, struct err *err)
{
    const struct settings *settings = &account->settings;

    (void)err;
    afterbuy_begin(out, account, "GetSoldItems", false);
    afterbuy_sold_items(out, settings_int(settings, "page_size"), wants_hidden(settings));
    xml_open(&out->body, "DataFilter");
    if (names_orders(cursor)) {
        filter_ids(&out->body, cursor + strlen(IDS_CURSOR), out->arena);
    } else {
        struct afterbuy_place place = afterbuy_place(window, cursor);

        afterbuy_filter_date(&out->body, account, &place.window, settings_text(settings, "date"));
        afterbuy_range(&out->body, place.id);
    }
    xml_close(&out->body, "DataFilter");
    return true;
}

/* ---- orders: reading ---- */

static const struct field_path order_fields[] = {
    {"OrderDate", AS_TIME_LOCAL, offsetof(struct order, head.at_utc)},
    {"FeedbackDate", AS_TIME_LOCAL, offsetof(struct order, head.at_utc)},
    {"PaymentInfo.PaymentDate", AS_TIME_LOCAL, offsetof(struct order, head.at_utc)},
    {"SoldItems.SoldItem.ItemEndDate", AS_TIME_LOCAL, offsetof(struct order, head.at_utc)},
    {"PaymentInfo.PaymentDate", AS_TIME_LOCAL, offsetof(struct order, paid_utc)},
    {"PaymentInfo.FullAmount", AS_MONEY, offsetof(struct order, total_e4)},
    {"ShippingInfo.DeliveryDate", AS_TIME_LOCAL, offsetof(struct order, shipped_utc)},
    {"ShippingInfo.ShippingMethod", AS_TEXT, offsetof(struct order, shipping_method)},
    {"ShippingInfo.ShippingTotalCost", AS_MONEY, offsetof(struct order, shipping_e4)},
    {"ShippingInfo.ShippingCost", AS_MONEY, offsetof(struct order, shipping_e4)},
    {"SoldItems.SoldItem.ItemPlatformName", AS_TEXT, offsetof(struct order, marketplace)},
    {"SoldItems.SoldItem.PlatformSpecificOrderId", AS_TEXT,
     offsetof(struct order, marketplace_order)},
    {"VorgangsInfo.VorgangsInfo1", AS_TEXT, offsetof(struct order, marketplace_order)},
};

/* The date that decides an order's day is the one it is asked by, as far as the answer tells that
 * date. */
static const struct {
    const char *option;
    struct field_path field;
} asked_dates[] = {
    {"FeedbackDate", {"FeedbackDate", AS_TIME_LOCAL, offsetof(struct order, head.at_utc)}},
    {"PayDate", {"PaymentInfo.PaymentDate", AS_TIME_LOCAL, offsetof(struct order, head.at_utc)}},
    {"ShippingDate",
     {"ShippingInfo.DeliveryDate", AS_TIME_LOCAL, offsetof(struct order, head.at_utc)}},
    {"InvoiceDate",
     {"PaymentInfo.InvoiceDate", AS_TIME_LOCAL, offsetof(struct order, head.at_utc)}},
};

static const struct field_path address_fields[] = {
    {"Company", AS_WRITTEN, offsetof(struct address, company)},
    {"Street", AS_WRITTEN, offsetof(struct address, street)},
    {"Street2", AS_WRITTEN, offsetof(struct address, extra)},
    {"PostalCode", AS_WRITTEN, offsetof(struct address, postcode)},
    {"City", AS_WRITTEN, offsetof(struct address, city)},
    {"StateOrProvince", AS_WRITTEN, offsetof(struct address, state)},
    {"CountryISO", AS_TEXT, offsetof(struct address, country)},
    {"Country", AS_TEXT, offsetof(struct address, country)},
    {"Phone", AS_WRITTEN, offsetof(struct address, phone)},
    {"Mail", AS_WRITTEN, offsetof(struct address, email)},
};

static const struct field_path item_fields[] = {
    {"ItemID", AS_TEXT, offsetof(struct item, ref)},
    {"ShopProductDetails.ProductID", AS_TEXT, offsetof(struct item, product_ref)},
    {"AlternativeItemNumber1", AS_TEXT, offsetof(struct item, sku)},
    {"AlternativeItemNumber", AS_TEXT, offsetof(struct item, sku)},
    {"ShopProductDetails.Anr", AS_TEXT, offsetof(struct item, sku)},
    {"Anr", AS_TEXT, offsetof(struct item, sku)},
    {"ShopProductDetails.EAN", AS_TEXT, offsetof(struct item, ean)},
    {"ItemTitle", AS_TEXT, offsetof(struct item, title)},
    {"ItemQuantity", AS_INT, offsetof(struct item, quantity)},
    {"ItemPrice", AS_MONEY, offsetof(struct item, price_e4)},
    {"ItemWeight", AS_KILOGRAMS, offsetof(struct item, weight_g)},
};

static const char *joined_name(const struct node *node, struct arena *arena)
{
    const char *first = text_trim(arena, node_text(node, "FirstName"));
    const char *last = text_trim(arena, node_text(node, "LastName"));

    if (text_is_empty(first))
        return text_is_empty(last) ? NULL : last;
    return text_is_empty(last) ? first : arena_format(arena, "%s %s", first, last);
}

static void read_address(const struct node *node, struct address *into, struct record *record,
                         struct arena *arena)
{
    fields_read_record(FIELDS(address_fields), node, NULL, into, record, arena);
    into->name = joined_name(node, arena);
}

/* A shipping address that names neither person nor place is none. */
static bool is_somewhere(const struct address *address)
{
    return address->name || address->company || address->street || address->postcode ||
           address->city;
}

static void read_ship_to(const struct node *order, struct record *record, struct arena *arena)
{
    struct address billing = {0};
    struct address *ship_to = &ORDER(record)->ship_to;

    read_address(node_at(order, "BuyerInfo.BillingAddress"), &billing, record, arena);
    read_address(node_at(order, "BuyerInfo.ShippingAddress"), ship_to, record, arena);
    if (!is_somewhere(ship_to))
        *ship_to = billing;
    if (!ship_to->phone)
        ship_to->phone = billing.phone;
    if (!ship_to->email)
        ship_to->email = billing.email;
}

static bool is_by_amazon(const struct node *item)
{
    static const char *const types[] = {"201", "301", "501"};
    const char *type = node_text(item, "InternalItemType");

    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (text_same(type, types[i]))
            return true;
    return false;
}

static void read_item(const struct node *node, const struct account *account, struct item *item,
                      struct order *order, struct arena *arena)
{
    struct err err;
    int64_t changed_utc, flag;
    int64_t cancelled_flag = settings_int(&account->settings, "cancelled_flag");

    fields_read_record(FIELDS(item_fields), node, account->zone, item, &order->head, arena);
    if (is_by_amazon(node))
        item->fulfilment = "amazon";
    if (!said(item->quantity) || item->quantity <= 0)
        record_flaw(&order->head, "an item has no quantity above zero", arena);
    /* For the eye only: a change stamp that cannot be read is no reason to keep an order back. */
    if (value_read(AS_TIME_LOCAL, node_text(node, "ItemModDate"), account->zone, &changed_utc,
                   &err) &&
        changed_utc > order->modified_utc) /* UNSAID is below all times */
        order->modified_utc = changed_utc;
    if (said(cancelled_flag) &&
        value_read(AS_INT, node_text(node, "UserDefinedFlag"), NULL, &flag, &err) &&
        flag == cancelled_flag)
        order->cancelled = 1;
}

static void read_items(const struct node *node, const struct account *account, struct order *order,
                       struct arena *arena)
{
    const struct node *first = node_first(node_at(node, "SoldItems"), "SoldItem");
    size_t count = 0, at = 0;

    for (const struct node *item = first; item; item = node_next(item))
        count++;
    if (!count) {
        record_flaw(&order->head, "it has no items", arena);
        return;
    }
    order->items = items_new(count, arena);
    order->items_len = count;
    for (const struct node *item = first; item; item = node_next(item))
        read_item(item, account, &order->items[at++], order, arena);
}

/* A list of texts that grows by unique, filled ones. */
static void texts_add(struct texts *texts, const char *text, struct arena *arena)
{
    const char **list;

    text = text_trim(arena, text);
    if (text_is_empty(text))
        return;
    for (size_t i = 0; i < texts->len; i++)
        if (text_same(texts->list[i], text))
            return;
    list = arena_array(arena, texts->len + 1, sizeof(char *));
    for (size_t i = 0; i < texts->len; i++)
        list[i] = texts->list[i];
    list[texts->len] = text;
    *texts = (struct texts){list, texts->len + 1};
}

static void add_children(struct texts *texts, const struct node *parent, const char *name,
                         const char *leaf, struct arena *arena)
{
    for (const struct node *child = node_first(parent, name); child; child = node_next(child))
        texts_add(texts, node_text(child, leaf), arena);
}

struct texts afterbuy_tags(const struct node *order, struct arena *arena)
{
    struct texts tags = {0};

    add_children(&tags, node_at(order, "Tags"), "Tag", "", arena);
    for (const struct node *item = node_first(node_at(order, "SoldItems"), "SoldItem"); item;
         item = node_next(item))
        add_children(&tags, node_at(item, "Tags"), "Tag", "", arena);
    return tags;
}

static struct texts tracking_of(const struct node *order, struct arena *arena)
{
    struct texts tracking = {0};

    texts_add(&tracking, node_text(order, "AdditionalInfo"), arena);
    add_children(&tracking, node_at(order, "ShippingInfo.ParcelLabels"), "ParcelLabel",
                 "ParcelLabelNumber", arena);
    return tracking;
}

static void read_dates(const struct node *node, const struct account *account,
                       struct record *record, struct arena *arena)
{
    const char *date = settings_text(&account->settings, "date");

    for (size_t i = 0; i < ARRAY_LEN(asked_dates); i++)
        if (text_same(asked_dates[i].option, date))
            fields_read_record(&(const struct fields){&asked_dates[i].field, 1}, node,
                               account->zone, ORDER(record), record, arena);
}

static struct record *read_order(const struct node *node, const struct account *account,
                                 struct arena *arena)
{
    struct record *record = record_new(KIND_ORDERS, arena);
    struct order *order = ORDER(record);

    record->ref = record_ref(record, node_text(node, "OrderID"), node, arena);
    record->order_ref = record->ref;
    order->number = record->ref;
    order->currency = settings_text(&account->settings, "currency");
    read_dates(node, account, record, arena);
    fields_read_record(FIELDS(order_fields), node, account->zone, order, record, arena);
    if (said(settings_int(&account->settings, "cancelled_flag")))
        order->cancelled = 0;
    read_items(node, account, order, arena);
    read_ship_to(node, record, arena);
    order->tracking = tracking_of(node, arena);
    order->tags = afterbuy_tags(node, arena);
    if (!said(record->at_utc))
        record_flaw(record, "it has no date", arena);
    return record;
}

bool afterbuy_orders_read(const struct account *account, const struct response *response,
                          const char *cursor, struct intake *out, struct err *err)
{
    (void)err;
    for (const struct node *order = afterbuy_first_order(response); order; order = node_next(order))
        intake_add(out, read_order(order, account, out->arena), order);
    if (!names_orders(cursor))
        afterbuy_go_on(account, response, cursor, out);
    return true;
}
