/* What a scenario did not say about an order: a paid, tagged, shippable one of this moment. */
#include <string.h>

#include "sandbox/billbee.h"

static const char default_sku[] = "TASSE-1";

/* Sets a member that nobody said; takes the reference over. */
static void need(json_t *object, const char *key, json_t *value)
{
    if (json_object_get(object, key))
        json_decref(value);
    else
        (void)json_object_set_new(object, key, value);
}

/* ---- items ---- */

/* The catalogue's article that stands for "any", made when it is first needed. */
static uint32_t default_article(struct bb_account *a)
{
    uint32_t record = bb_article_by(a, default_sku, false);
    json_t *said;

    if (record != BB_NO_RECORD)
        return record;
    said = json_pack("{s:s,s:s,s:[{s:s,s:s}],s:f,s:i,s:s,s:s,s:i}", "SKU", default_sku, "EAN",
                     "4006381333931", "Title", "Text", "Tasse wei\xc3\x9f", "LanguageCode", "DE",
                     "Price", 9.95, "Weight", 350, "TaricNumber", "69111000", "CountryOfOrigin",
                     "DE", "StockCurrent", 40);
    (void)bb_article_new(a, said, false);
    json_decref(said);
    return (uint32_t)a->article_count - 1;
}

static uint32_t article_of(struct bb_account *a, const json_t *product)
{
    const json_t *id = json_object_get(product, "BillbeeId"),
                 *sku = json_object_get(product, "SKU");

    if (json_is_integer(id))
        return bb_article_record(a, json_integer_value(id));
    return sku || json_object_get(product, "Title")
               ? bb_article_by(a, json_string_value(sku), false)
               : default_article(a);
}

static void need_text(json_t *object, const char *key, const char *value)
{
    need(object, key, value ? json_string(value) : json_null());
}

static void complete_product(json_t *product, const struct bb_article *p)
{
    need(product, "BillbeeId", json_integer(p->id));
    need_text(product, "SKU", p->sku);
    need_text(product, "SkuOrId", p->sku);
    need_text(product, "EAN", p->ean);
    need_text(product, "Title", p->title);
    need_text(product, "TARICCode", p->tariff);
    need_text(product, "CountryOfOrigin", p->origin);
    need(product, "Weight", p->grams ? json_integer(p->grams) : json_null());
    need(product, "Type", json_integer(p->type));
}

static double cents(double amount)
{
    double hundredfold = amount * 100 + (amount < 0 ? -0.5 : 0.5);

    return (double)(int64_t)hundredfold / 100;
}

static void complete_item(struct bb_account *a, json_t *item)
{
    json_t *product;
    uint32_t record;
    double quantity, total;

    need(item, "Product", json_object());
    product = json_object_get(item, "Product");
    record = json_is_object(product) ? article_of(a, product) : BB_NO_RECORD;
    if (record != BB_NO_RECORD)
        complete_product(product, a->articles[record]);
    need(item, "Quantity", json_integer(1));
    quantity = json_number_value(json_object_get(item, "Quantity"));
    total = record == BB_NO_RECORD ? 0 : cents((double)a->articles[record]->cents / 100 * quantity);
    need(item, "TotalPrice", json_real(total));
    total = json_number_value(json_object_get(item, "TotalPrice"));
    need(item, "UnrebatedTotalPrice", json_real(total));
    need(item, "TaxIndex", json_integer(1));
    need(item, "TaxAmount", json_real(total * 19 / 119));
    need(item, "InvoiceSKU", json_incref(json_object_get(product, "SKU")));
    need(product, "SkuOrId", json_incref(json_object_get(product, "SKU")));
}

static double complete_items(struct bb_account *a, json_t *order)
{
    json_t *items, *item;
    double total = 0;
    size_t i;

    need(order, "OrderItems", json_pack("[{}]"));
    items = json_object_get(order, "OrderItems");
    json_array_foreach(items, i, item)
    {
        if (!json_is_object(item))
            continue;
        complete_item(a, item);
        total += json_number_value(json_object_get(item, "TotalPrice"));
    }
    return total;
}

/* ---- the order ---- */

static void complete_address(json_t *order, const char *key)
{
    static const struct {
        const char *key, *value;
    } rows[] = {{"FirstName", "J\xc3\xb6rg"},
                {"LastName", "M\xc3\xbcller"},
                {"Company", ""},
                {"Street", "Bahnhofstra\xc3\x9f"
                           "e"},
                {"HouseNumber", "12a"},
                {"Zip", "01067"},
                {"City", "Dresden"},
                {"CountryISO2", "DE"},
                {"Country", "DE"},
                {"Line2", ""},
                {"Email", "joerg.mueller@example.org"},
                {"State", ""},
                {"Phone", "0351 4711"}};
    json_t *address;

    need(order, key, json_object());
    address = json_object_get(order, key);
    for (size_t i = 0; json_is_object(address) && i < sizeof rows / sizeof *rows; i++)
        need_text(address, rows[i].key, rows[i].value);
}

static void complete_shop(const struct bb_account *a, json_t *order)
{
    const json_t *shop = json_array_get(a->shops, 0);
    int64_t id;

    need(order, "ApiAccountId", json_incref(json_object_get(shop, "Id")));
    id = json_integer_value(json_object_get(order, "ApiAccountId"));
    shop = bb_row(a->shops, "Id", id);
    need(order, "ApiAccountName", json_incref(json_object_get(shop, "Name")));
    need(order, "Seller",
         json_pack("{s:O?,s:O?,s:I}", "Platform", json_object_get(shop, "Platform"),
                   "BillbeeShopName", json_object_get(shop, "Name"), "BillbeeShopId",
                   (json_int_t)id));
}

static void complete_head(struct bb_account *a, json_t *order)
{
    struct text number = {0};
    const json_t *state;

    if (!json_object_get(order, "OrderNumber"))
        text_int(&number, a->next_number++);
    need(order, "OrderNumber", number.s ? json_string(number.s) : json_null());
    need(order, "Id", json_incref(json_object_get(order, "OrderNumber")));
    text_done(&number);
    need(order, "State", json_integer(BB_PAID));
    state = json_object_get(order, "State");
    need(order, "CreatedAt", bb_date_json(bb_now()));
    need(order, "PayedAt",
         json_integer_value(state) == BB_ORDERED ? json_null() : bb_date_json(bb_now()));
    need(order, "Tags", json_pack("[s]", "wemalo"));
    need(order, "Currency", json_string("EUR"));
    need(order, "PaymentMethod", json_integer(3));
    need(order, "LanguageCode", json_string("DE"));
    need(order, "ShippingProfileId", json_string("1"));
    need(order, "ShippingProfileName", json_string("DHL Paket"));
}

void bb_order_complete(struct bb_account *a, json_t *order)
{
    double total;

    complete_head(a, order);
    complete_shop(a, order);
    complete_address(order, "InvoiceAddress");
    complete_address(order, "ShippingAddress");
    need(order, "ShippingCost", json_real(3.9));
    total = complete_items(a, order) + json_number_value(json_object_get(order, "ShippingCost"));
    need(order, "TotalCost", json_real(cents(total)));
}

bool bb_order_members(json_t *said)
{
    json_t *extra = json_incref(json_object_get(said, "extra"));
    const char *key;
    json_t *value;
    bool fine = true;

    (void)json_object_del(said, "extra");
    json_object_foreach(said, key, value)
    {
        fine = fine && bb_field_find(bb_order_shape, key);
    }
    (void)json_object_update(said, extra);
    json_decref(extra);
    return fine;
}
