/*
 * The shop that fills a Billbee account: a German merchant's day and a half, by a seed.
 *
 * Names, places and goods are those of the Afterbuy shop; what is special here is what Billbee
 * makes of them: sets with a bill of material, coupons and discounts as lines, credit orders, tags.
 */
#include <stdlib.h>
#include <string.h>

#include "sandbox/billbee.h"
#include "sandbox/shop_goods.h"

enum {
    DEFAULT_ORDERS = 400,
    DEFAULT_ARTICLES = 150,
    ORDERS_MAX = 1000000,
    ARTICLES_MAX = 1000000,
    DAY_S = 86400,
    MS = 1000,
    LINES_MAX = 4,
    NO_SKU_EVERY = 25,
    NO_EAN_EVERY = 23,
    SAME_SKU_EVERY = 97
};

/* What an order can be; an order can be several things at once. */
#define CLASS_LIST(X)                                                                              \
    X(OPEN, "open")                                                                                \
    X(UNTAGGED, "untagged")                                                                        \
    X(RECEIVED, "received")                                                                        \
    X(WRONG_STATE, "wrong_state")                                                                  \
    X(CANCELLED, "cancelled")                                                                      \
    X(CREDIT, "credit")                                                                            \
    X(SET, "bundle")                                                                               \
    X(SET_MANY, "bundle_of_several")                                                               \
    X(TWICE, "component_twice")                                                                    \
    X(COUPON, "coupon")                                                                            \
    X(DISCOUNT, "discount")                                                                        \
    X(REBATE, "rebate_line")                                                                       \
    X(ODD_CENTS, "odd_cents")                                                                      \
    X(MANY, "quantity")                                                                            \
    X(METRES, "broken_quantity")                                                                   \
    X(NO_SKU, "no_sku")                                                                            \
    X(NO_EAN, "no_ean")                                                                            \
    X(EMOJI, "emoji")                                                                              \
    X(LONG_ADDRESS, "long_address")                                                                \
    X(LOCKER, "packstation")                                                                       \
    X(COMPANY_ONLY, "company_only")                                                                \
    X(FOREIGN, "foreign")                                                                          \
    X(SPECIAL_PLACE, "special_territory")                                                          \
    X(MANUAL, "entered_by_hand")                                                                   \
    X(SHIPPED, "shipped")

enum fill_class {
#define X(id, name) FILL_##id,
    CLASS_LIST(X)
#undef X
        FILL_CLASSES
};

static const char *const class_names[FILL_CLASSES] = {
#define X(id, name) name,
    CLASS_LIST(X)
#undef X
};

struct fill {
    struct shop shop; /* chance */
    struct bb_account *account;
    const char *tag;
    int64_t articles, first_article, state;
    int64_t made[FILL_CLASSES];
};

struct draft {
    bool is[FILL_CLASSES];
    json_t *order, *items;
    int64_t number, total_cents;
};

static json_t *text_json_of(struct text *t)
{
    json_t *s = json_stringn(t->s ? t->s : "", t->len);

    text_done(t);
    return s;
}

static void put_text(json_t *object, const char *key, const char *value)
{
    (void)json_object_set_new(object, key, json_string(value));
}

static void put_cents(json_t *object, const char *key, int64_t cents)
{
    (void)json_object_set_new(object, key, json_real((double)cents / 100));
}

/* ---- articles ---- */

static bool has_same_part_twice(int64_t n)
{
    return shop_is_set(n) && n / 20 % 3 == 1;
}

static json_t *sku_of(int64_t n)
{
    struct text t = {0};

    if (n % NO_SKU_EVERY == NO_SKU_EVERY - 1)
        return n % 2 ? json_null() : json_string("");
    text_fmt(&t, "SKU-%05lld", (long long)(n % SAME_SKU_EVERY == SAME_SKU_EVERY - 1 ? n - 1 : n));
    return text_json_of(&t);
}

static json_t *parts_of(const struct fill *f, int64_t n)
{
    json_t *parts = json_array();

    for (int64_t k = 1; shop_is_set(n) && k <= 3; k++) {
        int64_t part = k == 3 && has_same_part_twice(n) ? n - 1 : n - k;

        (void)json_array_append_new(
            parts, json_pack("{s:i,s:o,s:o}", "Amount", k == 2 ? 2 : 1, "ArticleId",
                             json_integer(f->first_article + part), "SKU", sku_of(part)));
    }
    return parts;
}

static json_t *ean_of(int64_t n)
{
    struct text t = {0};

    if (n % NO_EAN_EVERY == NO_EAN_EVERY - 1)
        return n % 2 ? json_null() : json_string("");
    shop_ean_text(&t, n);
    return text_json_of(&t);
}

static json_t *name_of(int64_t n)
{
    struct text t = {0};

    shop_name_text(&t, n);
    return text_json_of(&t);
}

static void make_article(struct fill *f, int64_t n)
{
    const struct goods *g = shop_goods_of(n);
    json_t *said =
        json_pack("{s:o,s:o,s:o,s:[{s:o,s:s}],s:i,s:o}", "Id", json_integer(f->first_article + n),
                  "SKU", sku_of(n), "EAN", ean_of(n), "Title", "Text", name_of(n), "LanguageCode",
                  "DE", "Type", shop_is_set(n) ? 2 : 1, "BillOfMaterial", parts_of(f, n));
    int64_t grams = shop_grams(n);

    put_cents(said, "Price", shop_cents(n));
    (void)json_object_set_new(said, "Weight", grams ? json_integer(grams) : json_null());
    if (n % 6 != 5) {
        put_text(said, "TaricNumber", g->tariff);
        put_text(said, "CountryOfOrigin", g->origin);
    }
    if (n % 4 == 0) {
        (void)json_object_set_new(said, "LengthCm", json_real(30));
        (void)json_object_set_new(said, "WidthCm", json_real(20.5));
        (void)json_object_set_new(said, "HeightCm", json_integer(10 + n % 7));
    }
    if (!shop_is_set(n))
        (void)json_object_set_new(said, "StockCurrent", json_integer(n * 7 % 120));
    (void)bb_article_new(f->account, said, false);
    json_decref(said);
}

/* ---- lines ---- */

static json_t *product_of(const struct fill *f, struct draft *d, int64_t n)
{
    const struct bb_article *p =
        f->account->articles[bb_article_record(f->account, f->first_article + n)];

    d->is[FILL_NO_SKU] = d->is[FILL_NO_SKU] || !p->sku || !*p->sku;
    d->is[FILL_NO_EAN] = d->is[FILL_NO_EAN] || !p->ean || !*p->ean;
    return json_pack("{s:I,s:s?,s:s?,s:s?,s:s?,s:s?,s:s?,s:o,s:i}", "BillbeeId", (json_int_t)p->id,
                     "SKU", p->sku, "SkuOrId", p->sku, "EAN", p->ean, "Title", p->title,
                     "TARICCode", p->tariff, "CountryOfOrigin", p->origin, "Weight",
                     p->grams ? json_integer(p->grams) : json_null(), "Type", p->type);
}

static int64_t choose_article(struct fill *f, struct draft *d, int line)
{
    int64_t n = (int64_t)shop_pick(&f->shop, (size_t)f->articles);

    if (line == 0 && d->is[FILL_SET] && f->articles >= 20)
        n = n / 20 * 20 + 19 < f->articles ? n / 20 * 20 + 19 : 19;
    d->is[FILL_SET] = d->is[FILL_SET] || shop_is_set(n);
    d->is[FILL_TWICE] = d->is[FILL_TWICE] || has_same_part_twice(n);
    return n;
}

static void add_line(struct draft *d, json_t *item, int64_t cents)
{
    put_cents(item, "TotalPrice", cents);
    (void)json_object_set_new(item, "TaxAmount", json_real((double)cents * 19 / 11900));
    d->total_cents += cents;
    (void)json_array_append_new(d->items, item);
}

static void make_line(struct fill *f, struct draft *d, int line)
{
    int64_t n = choose_article(f, d, line);
    int64_t milli = 1000 * (shop_chance(&f->shop, 700) ? 1 : 2 + (int64_t)shop_pick(&f->shop, 4));
    int64_t cents;
    json_t *item;

    if (d->is[FILL_METRES] && !shop_is_set(n))
        milli = 2500;
    d->is[FILL_MANY] = d->is[FILL_MANY] || milli > 1000;
    d->is[FILL_SET_MANY] = d->is[FILL_SET_MANY] || (shop_is_set(n) && milli > 1000);
    cents = (shop_cents(n) * milli + 500) / 1000;
    item = json_pack("{s:o,s:f,s:i}", "Product", product_of(f, d, n), "Quantity",
                     (double)milli / 1000, "TaxIndex", 1);
    put_cents(item, "UnrebatedTotalPrice", cents);
    if (d->is[FILL_ODD_CENTS])
        cents -= 1;
    if (d->is[FILL_DISCOUNT]) {
        (void)json_object_set_new(item, "Discount", json_real(12.5));
        cents = (cents * 875 + 500) / 1000;
    }
    add_line(d, item, cents);
}

/* Lines that are no goods. */
static void make_other_lines(struct draft *d)
{
    if (d->is[FILL_COUPON])
        add_line(d,
                 json_pack("{s:{s:s,s:n,s:n,s:i},s:i,s:b,s:i}", "Product", "Title",
                           "Gutschein HERBST24", "SKU", "EAN", "Type", 1, "Quantity", 1, "IsCoupon",
                           1, "TaxIndex", 0),
                 -500);
    if (d->is[FILL_REBATE])
        add_line(d,
                 json_pack("{s:{s:s,s:n,s:n,s:i},s:i,s:b,s:i}", "Product", "Title",
                           "Rabatt 3 f\xc3\xbcr 2", "SKU", "EAN", "Type", 1, "Quantity", 1,
                           "IsDiscount", 1, "TaxIndex", 1),
                 -333);
}

/* ---- addresses ---- */

static const struct place *choose_place(struct fill *f, const struct draft *d)
{
    struct shop *s = &f->shop;

    if (d->is[FILL_SPECIAL_PLACE])
        return &shop_special.places[shop_pick(s, shop_special.count)];
    if (d->is[FILL_FOREIGN])
        return shop_chance(s, 500) ? &shop_abroad.places[shop_pick(s, shop_abroad.count)]
                                   : &shop_union.places[shop_pick(s, shop_union.count)];
    return &shop_home.places[shop_pick(s, shop_home.count)];
}

static void put_street(struct fill *f, const struct draft *d, const struct place *p,
                       json_t *address)
{
    struct shop *s = &f->shop;
    struct text t = {0};

    if (d->is[FILL_LOCKER]) {
        put_text(address, "Street", "Packstation");
        text_int(&t, 100 + (int64_t)shop_pick(s, 899));
        (void)json_object_set_new(address, "HouseNumber", text_json_of(&t));
        text_int(&t, 10000000 + (int64_t)shop_pick(s, 89999999));
        (void)json_object_set_new(address, "Line2", text_json_of(&t));
    } else if (*p->street || shop_chance(s, 60)) {
        text_str(&t, *p->street ? p->street : "Am Alten Sportplatz 7 b");
        (void)json_object_set_new(address, "Street", text_json_of(&t));
        (void)json_object_set_new(address, "HouseNumber",
                                  shop_chance(s, 500) ? json_null() : json_string(""));
    } else {
        put_text(address, "Street", shop_word(s, &shop_home_streets));
        put_text(address, "HouseNumber", shop_word(s, &shop_house_numbers));
    }
    if (d->is[FILL_LONG_ADDRESS]) {
        put_text(address, "Line2",
                 "Gewerbepark Nord, Geb\xc3\xa4ude 17, Aufgang C, 3. Obergeschoss links, "
                 "bei Frau Dr. Leutheusser-Schnarrenberger klingeln");
        put_text(address, "NameAddition",
                 "Abteilung Einkauf und Wareneingang \xc3\x9c"
                 "berregional");
    }
}

static json_t *make_address(struct fill *f, const struct draft *d)
{
    struct shop *s = &f->shop;
    const struct place *p = choose_place(f, d);
    const char *first = shop_word(s, &shop_first_names), *last = shop_word(s, &shop_last_names);
    bool company = d->is[FILL_COMPANY_ONLY] || shop_chance(s, 100);
    json_t *address = json_pack(
        "{s:s?,s:s?,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "FirstName",
        d->is[FILL_COMPANY_ONLY] ? NULL : first, "LastName", d->is[FILL_COMPANY_ONLY] ? NULL : last,
        "Company", company ? shop_word(s, &shop_companies) : "", "Zip", p->postal_code, "City",
        p->city, "CountryISO2", p->iso, "Country", p->iso, "State", p->state, "Phone", p->phone);
    struct text mail = {0};

    text_fmt(&mail, "kunde%lld@example.com", (long long)d->number);
    (void)json_object_set_new(address, "Email", text_json_of(&mail));
    put_street(f, d, p, address);
    if (d->is[FILL_EMOJI])
        put_text(address, "NameAddition", "\xf0\x9f\x8e\x84 Familie \xf0\x9f\x91\xaa");
    return address;
}

/* ---- orders ---- */

static void choose_classes(struct fill *f, struct draft *d)
{
    static const struct {
        enum fill_class class;
        unsigned per_mille;
    } rows[] = {{FILL_SET, 120},         {FILL_COUPON, 40},       {FILL_DISCOUNT, 50},
                {FILL_REBATE, 20},       {FILL_ODD_CENTS, 80},    {FILL_METRES, 10},
                {FILL_EMOJI, 15},        {FILL_LONG_ADDRESS, 20}, {FILL_LOCKER, 70},
                {FILL_COMPANY_ONLY, 20}, {FILL_MANUAL, 15}};
    uint64_t dice = shop_draw(&f->shop) % 1000;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        d->is[rows[i].class] = shop_chance(&f->shop, rows[i].per_mille);
    d->is[FILL_UNTAGGED] = dice < 60;
    d->is[FILL_RECEIVED] = dice >= 60 && dice < 110;
    d->is[FILL_WRONG_STATE] = dice >= 110 && dice < 170;
    d->is[FILL_CANCELLED] = dice >= 170 && dice < 200;
    d->is[FILL_SHIPPED] = dice >= 200 && dice < 230;
    d->is[FILL_CREDIT] = dice >= 230 && dice < 240;
    d->is[FILL_OPEN] = dice >= 240;
    dice = shop_draw(&f->shop) % 1000;
    d->is[FILL_SPECIAL_PLACE] = dice < 20 && !d->is[FILL_LOCKER];
    d->is[FILL_FOREIGN] = dice >= 20 && dice < 140 && !d->is[FILL_LOCKER];
}

static int64_t state_of(struct fill *f, const struct draft *d)
{
    static const int others[] = {1, 2, 7, 10, 13, 14, 16, 17};

    if (d->is[FILL_CANCELLED])
        return BB_CANCELED;
    if (d->is[FILL_SHIPPED])
        return BB_SHIPPED;
    if (d->is[FILL_WRONG_STATE])
        return others[shop_pick(&f->shop, sizeof others / sizeof *others)];
    return d->is[FILL_CREDIT] ? BB_ORDERED : f->state;
}

static void put_tags(const struct fill *f, const struct draft *d)
{
    json_t *tags = json_array();
    struct text received = {0};

    if (!d->is[FILL_UNTAGGED])
        (void)json_array_append_new(tags, json_string(f->tag));
    text_fmt(&received, "order_received_by_%s", f->tag);
    if (d->is[FILL_RECEIVED] || d->is[FILL_SHIPPED])
        (void)json_array_append_new(tags, json_string(received.s));
    text_done(&received);
    if (d->number % 9 == 0)
        (void)json_array_append_new(tags, json_string("Gr\xc3\xbc\xc3\x9f"
                                                      "e"));
    (void)json_object_set_new(d->order, "Tags", tags);
}

static void put_shop(struct fill *f, const struct draft *d)
{
    const json_t *shops = f->account->shops;
    const json_t *shop = json_array_get(shops, shop_pick(&f->shop, json_array_size(shops)));
    struct text number = {0};

    if (d->is[FILL_MANUAL]) {
        (void)json_object_set_new(d->order, "Buyer", json_null());
        return;
    }
    text_fmt(&number, "%s%lld%s", d->number % 3 ? "" : "#", (long long)d->number,
             d->is[FILL_CREDIT] ? "-GS" : "");
    put_text(d->order, "OrderNumber", number.s);
    if (!d->is[FILL_CREDIT])
        put_text(d->order, "Id", number.s);
    text_done(&number);
    (void)json_object_set(d->order, "ApiAccountId", json_object_get(shop, "Id"));
    (void)json_object_set(d->order, "ApiAccountName", json_object_get(shop, "Name"));
    (void)json_object_set_new(d->order, "Seller",
                              json_pack("{s:O?,s:O?,s:O?}", "Platform",
                                        json_object_get(shop, "Platform"), "BillbeeShopName",
                                        json_object_get(shop, "Name"), "BillbeeShopId",
                                        json_object_get(shop, "Id")));
}

/* A credit order has all its amounts below zero. */
static void turn_negative(struct draft *d)
{
    static const char *const amounts[] = {"Quantity", "TotalPrice", "TaxAmount",
                                          "UnrebatedTotalPrice"};
    json_t *item;
    size_t i;

    json_array_foreach(d->items, i, item)
    {
        for (size_t k = 0; k < sizeof amounts / sizeof *amounts; k++) {
            double n = json_number_value(json_object_get(item, amounts[k]));

            (void)json_object_set_new(item, amounts[k], json_real(-n));
        }
    }
    d->total_cents = -d->total_cents;
}

static void put_dates(struct fill *f, const struct draft *d, int64_t wall, int64_t state)
{
    struct text t = {0};
    bool payed = state != BB_ORDERED && state != 14 && !shop_chance(&f->shop, 50);

    bb_date_text(&t, d->is[FILL_MANUAL] ? wall - wall % (DAY_S * INT64_C(1000)) : wall);
    (void)json_object_set_new(d->order, "CreatedAt", json_stringn(t.s + 1, t.len - 2));
    text_clear(&t);
    bb_date_text(&t, wall);
    put_text(d->order, "LastModifiedAt", "");
    (void)json_object_set_new(d->order, "LastModifiedAt", json_stringn(t.s + 1, t.len - 2));
    if (payed)
        (void)json_object_set_new(d->order, "PayedAt", json_stringn(t.s + 1, t.len - 2));
    text_done(&t);
}

static void put_money(struct fill *f, const struct draft *d)
{
    static const int payments[] = {1, 2, 3, 26, 31, 59, 104, 150};
    int64_t shipping = d->is[FILL_CREDIT] ? 0 : 390;

    put_cents(d->order, "ShippingCost", shipping);
    put_cents(d->order, "TotalCost", d->total_cents + shipping);
    put_text(d->order, "Currency", d->is[FILL_FOREIGN] && d->number % 4 == 0 ? "CHF" : "EUR");
    (void)json_object_set_new(
        d->order, "PaymentMethod",
        json_integer(payments[shop_pick(&f->shop, sizeof payments / sizeof *payments)]));
    put_text(d->order, "LanguageCode", "DE");
    put_text(d->order, "ShippingProfileName",
             d->is[FILL_FOREIGN] ? "DHL Paket International" : "DHL Paket");
}

static void make_order(struct fill *f, int64_t wall)
{
    struct draft d = {
        .order = json_object(), .items = json_array(), .number = f->account->next_number++};
    int64_t state;
    int lines;
    struct bb_order *o;

    choose_classes(f, &d);
    lines = shop_chance(&f->shop, 650) ? 1 : 1 + (int)shop_pick(&f->shop, LINES_MAX);
    for (int i = 0; i < lines; i++)
        make_line(f, &d, i);
    make_other_lines(&d);
    if (d.is[FILL_CREDIT])
        turn_negative(&d);
    state = state_of(f, &d);
    (void)json_object_set_new(d.order, "State", json_integer(state));
    (void)json_object_set_new(d.order, "OrderItems", d.items);
    (void)json_object_set_new(d.order, "ShippingAddress", make_address(f, &d));
    (void)json_object_set(d.order, "InvoiceAddress", json_object_get(d.order, "ShippingAddress"));
    put_dates(f, &d, wall, state);
    put_money(f, &d);
    put_shop(f, &d);
    put_tags(f, &d);
    o = bb_order_new(f->account, d.order, false);
    bb_event_add(f->account, o, BB_E_IMPORTED, "");
    json_decref(d.order);
    for (size_t i = 0; i < FILL_CLASSES; i++)
        f->made[i] += d.is[i];
}

/* ---- the whole fill ---- */

static int64_t number(const json_t *said, const char *key, int64_t otherwise)
{
    const json_t *n = json_object_get(said, key);

    return json_is_integer(n) ? json_integer_value(n) : otherwise;
}

/* Seconds since 1970, or an ISO instant. */
static bool moment(const json_t *said, const char *key, int64_t *out)
{
    const json_t *m = json_object_get(said, key);
    int64_t ms;

    if (json_is_integer(m))
        *out = json_integer_value(m);
    else if (json_is_string(m) && iso_parse(json_string_value(m), &ms))
        *out = ms / MS;
    else
        return m == NULL;
    return true;
}

/* Yesterday and today so far. */
static int64_t yesterday_start(void)
{
    int64_t local = clock_local();

    return berlin_to_utc(local - ((local % DAY_S) + DAY_S) % DAY_S - DAY_S);
}

/* Orders come in the sequence of their times; a step apart, with some chance in it. */
static void make_all(struct fill *f, int64_t orders, int64_t from, int64_t until)
{
    int64_t span = (until - from) * MS, step = orders ? span / orders : 0;

    f->first_article = f->account->next_article;
    for (int64_t n = 0; n < f->articles; n++)
        make_article(f, n);
    for (int64_t i = 0; i < orders; i++) {
        int64_t at =
            from * MS + i * step + (step > 1 ? (int64_t)(shop_draw(&f->shop) % (uint64_t)step) : 0);

        make_order(f, bb_wall(at));
    }
}

bool bb_fill(const json_t *said, struct text *report)
{
    const char *tag = json_string_value(json_object_get(said, "tag"));
    struct fill f = {.account =
                         bb_account_by_name(json_string_value(json_object_get(said, "account"))),
                     .tag = tag ? tag : "wemalo",
                     .state = number(said, "state", BB_PAID),
                     .articles = number(said, "articles", DEFAULT_ARTICLES)};
    int64_t orders = number(said, "orders", DEFAULT_ORDERS);
    int64_t from = yesterday_start(), until = clock_s();

    f.shop.state = hash_mix((uint64_t)number(said, "seed", 1));
    if (!f.account || orders < 0 || orders > ORDERS_MAX || f.articles < 1 ||
        f.articles > ARTICLES_MAX || !moment(said, "from_utc", &from) ||
        !moment(said, "until_utc", &until) || until < from) {
        text_str(report, "account, orders, articles, from_utc or until_utc is wrong");
        return false;
    }
    make_all(&f, orders, from, until);
    text_str(report, "{");
    text_member_int(report, "orders", orders);
    text_member_int(report, "articles", f.articles);
    for (size_t i = 0; i < FILL_CLASSES; i++)
        text_member_int(report, class_names[i], f.made[i]);
    text_str(report, "}");
    return true;
}
