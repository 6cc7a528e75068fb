#include "sandbox/shop.h"

#include <stdlib.h>
#include <string.h>

#include "sandbox/index.h"
#include "sandbox/shop_goods.h"

enum { FIRST_PRODUCT = 900000001, DEFAULT_ORDERS = 400, DEFAULT_ARTICLES = 150 };
enum { ORDERS_MAX = 2000000, ARTICLES_MAX = 1000000, DAY_S = 86400, LINES_MAX = 4 };

static const char *const class_names[SHOP_CLASSES] = {
#define X(id, name) name,
    SHOP_CLASS_LIST(X)
#undef X
};

/* The kinds of broken orders, in turn. */
enum { BROKEN_WEIGHT, BROKEN_ADDRESS, BROKEN_COUNTRY, BROKEN_QUANTITY, BROKEN_KINDS };

/* One order under construction. */
struct draft {
    struct ab_order *order;
    const struct place *place;
    const char *first, *last;
    const char *company;
    struct text street, street2, when;
    bool is[SHOP_CLASSES];
    int64_t total;
    int broken, lines;
};

/* ---- lines ---- */

static void put_bundle(struct shop *s, int64_t n)
{
    shop_put(s, AF_I_BASE_TYPE, "2");
    for (int64_t k = 1; k <= 2; k++) {
        text_clear(&s->t);
        text_fmt(&s->t, "%lld\x1f", (long long)(s->first_product + n - k));
        shop_ean_text(&s->t, n - k);
        text_fmt(&s->t, "\x1f%lld\x1f", (long long)(SHOP_FIRST_ANR + n - k));
        shop_name_text(&s->t, n - k);
        text_fmt(&s->t,
                 "\x1f%lld\x1f"
                 "19\x1f",
                 (long long)k);
        text_weight(&s->t, shop_grams(n - k), ',');
        text_char(&s->t, '\x1f');
        text_money(&s->t, shop_cents(n - k), ',');
        bag_add(&s->bag, AF_I_BASE_CHILD, s->t.s, s->t.len);
    }
}

static void put_product(struct shop *s, struct draft *d, int64_t n)
{
    if (shop_chance(s, 60)) {
        d->is[CLASS_UNLINKED] = true;
        return;
    }
    shop_put_int(s, AF_I_PRODUCT_ID, s->first_product + n);
    text_clear(&s->t);
    shop_name_text(&s->t, n);
    bag_add(&s->bag, AF_I_PRODUCT_NAME, s->t.s, s->t.len);
    text_clear(&s->t);
    shop_ean_text(&s->t, n);
    bag_add(&s->bag, AF_I_PRODUCT_EAN, s->t.s, s->t.len);
    shop_put_int(s, AF_I_PRODUCT_ANR, SHOP_FIRST_ANR + n);
    if (shop_is_set(n)) {
        d->is[CLASS_BUNDLE] = true;
        put_bundle(s, n);
    }
}

/* A missing weight has four faces. */
static void put_weight(struct shop *s, const struct draft *d, int64_t n, int line)
{
    static const char *const blanks[] = {NULL, "", "0", "0,00"};
    bool missing = d->is[CLASS_NO_WEIGHT] || (d->is[CLASS_SOME_WEIGHT] && line == 0);
    const char *blank = blanks[shop_pick(s, 4)];

    if (d->is[CLASS_BROKEN] && d->broken == BROKEN_WEIGHT) {
        shop_put(s, AF_I_WEIGHT, "abc");
    } else if (!missing) {
        text_clear(&s->t);
        text_weight(&s->t, shop_goods_of(n)->grams, ',');
        bag_add(&s->bag, AF_I_WEIGHT, s->t.s, s->t.len);
    } else if (blank) {
        shop_put(s, AF_I_WEIGHT, blank);
    }
}

static void put_kind(struct shop *s, const struct draft *d, int line)
{
    bool amazon = d->is[CLASS_FBA] || (d->is[CLASS_FBA_MIXED] && line == 0);
    static const char *const types[] = {"201", "301", "501"};

    shop_put(s, AF_I_SERVICE_LEVEL, amazon ? "2" : "0");
    shop_put(s, AF_I_TYPE, amazon ? types[shop_pick(s, 3)] : "9");
    if (amazon)
        shop_put(s, AF_I_PRIME, "1");
    shop_put(s, AF_I_FLAG, "0");
}

static void make_line(struct shop *s, struct draft *d, int line)
{
    int64_t n = (int64_t)shop_pick(s, (size_t)s->articles), quantity = 1 + (int64_t)shop_pick(s, 3);
    bool none = d->is[CLASS_BROKEN] && d->broken == BROKEN_QUANTITY;

    shop_put_int(s, AF_I_ITEM_ID, d->order->id * 100 + line);
    shop_put(s, AF_I_DETAILS_DONE, "1");
    shop_put_int(s, AF_I_ANR, SHOP_FIRST_ANR + n);
    shop_put(s, AF_I_ALT_NUMBER, "");
    text_clear(&s->t);
    text_fmt(&s->t, "SKU-%05lld", (long long)n);
    shop_put(s, AF_I_ALT_NUMBER1, s->t.s);
    put_kind(s, d, line);
    text_clear(&s->t);
    shop_name_text(&s->t, n);
    if (d->is[CLASS_ODD_BLANKS])
        text_str(&s->t, "\xc2\xa0\xe2\x80\x8b ");
    bag_add(&s->bag, AF_I_TITLE, s->t.s, s->t.len);
    shop_put_int(s, AF_I_QUANTITY, none ? 0 : quantity);
    shop_put_money(s, AF_I_PRICE, shop_cents(n));
    shop_put(s, AF_I_TAX_RATE, "19,00");
    shop_put(s, AF_I_TAX_BY, "0");
    put_weight(s, d, n, line);
    shop_put(s, AF_I_END_DATE, d->when.s);
    shop_put(s, AF_I_MOD_DATE, d->when.s);
    shop_put(s, AF_I_XML_DATE, "");
    shop_put(s, AF_I_PLATFORM, d->is[CLASS_FBA] || d->is[CLASS_FBA_MIXED] ? "amazon" : "store");
    if (d->is[CLASS_CURRENCY]) {
        shop_put_money(s, AF_I_CUR_PRICE, shop_cents(n) * 110 / 100);
        shop_put(s, AF_I_CUR_CODE, same_text(d->place->iso, "CH") ? "CHF" : "USD");
        shop_put(s, AF_I_CUR_SHIPPING, "0,00");
    }
    put_product(s, d, n);
    d->total += shop_cents(n) * quantity;
    *ab_item_new(d->order) = shop_keep(s);
}

/* ---- the order ---- */

static void choose_place(struct shop *s, struct draft *d)
{
    uint64_t dice = shop_draw(s) % 1000;

    d->is[CLASS_SPECIAL] = dice < 45;
    d->is[CLASS_NON_EU] = dice >= 45 && dice < 125;
    d->is[CLASS_EU] = dice >= 125 && dice < 235;
    d->is[CLASS_PACKSTATION] = dice >= 235 && dice < 310;
    if (d->is[CLASS_SPECIAL])
        d->place = &shop_special.places[(size_t)s->made[CLASS_SPECIAL] % shop_special.count];
    else if (d->is[CLASS_NON_EU])
        d->place = &shop_abroad.places[(size_t)s->made[CLASS_NON_EU] % shop_abroad.count];
    else if (d->is[CLASS_EU])
        d->place = &shop_union.places[shop_pick(s, shop_union.count)];
    else
        d->place = &shop_home.places[shop_pick(s, shop_home.count)];
}

static void choose_street(struct shop *s, struct draft *d)
{
    if (d->is[CLASS_PACKSTATION]) {
        text_fmt(&d->street, shop_chance(s, 300) ? "Postfiliale %d" : "Packstation %d",
                 100 + (int)shop_pick(s, 899));
        text_fmt(&d->street2, "Postnummer %d", 10000000 + (int)shop_pick(s, 89999999));
    } else if (*d->place->street) {
        text_str(&d->street, d->place->street);
    } else {
        text_fmt(&d->street, "%s %s", shop_word(s, &shop_home_streets),
                 shop_word(s, &shop_house_numbers));
        if (shop_chance(s, 40))
            text_fmt(&d->street2, "c/o %s", shop_word(s, &shop_last_names));
        else if (shop_chance(s, 40))
            text_str(&d->street2, "Hinterhaus, 2. Stock");
    }
    if (d->is[CLASS_ODD_BLANKS])
        text_str(&d->street, "  \xc2\xa0");
    (void)text_room(&d->street, 1);
    text_str(&d->street2, "");
}

static void choose_classes(struct shop *s, struct draft *d)
{
    d->is[CLASS_BROKEN] = shop_chance(s, 10);
    d->broken = (int)(s->made[CLASS_BROKEN] % BROKEN_KINDS);
    d->is[CLASS_TRACKED] = shop_chance(s, 60);
    d->is[CLASS_NO_WEIGHT] = shop_chance(s, 90);
    d->is[CLASS_FBA] = shop_chance(s, 30);
    d->is[CLASS_UNPAID] = shop_chance(s, 50);
    d->is[CLASS_NO_PROCESS] = d->is[CLASS_UNPAID] && shop_chance(s, 200);
    d->is[CLASS_HIDDEN] = shop_chance(s, 10);
    d->is[CLASS_LONG_NAME] = shop_chance(s, 10);
    d->is[CLASS_ODD_BLANKS] = shop_chance(s, 30);
    d->is[CLASS_BANK] = shop_chance(s, 100);
    d->lines = shop_chance(s, 650) ? 1 : 1 + (int)shop_pick(s, LINES_MAX);
    d->is[CLASS_FBA_MIXED] = !d->is[CLASS_FBA] && d->lines > 1 && shop_chance(s, 60);
    d->is[CLASS_SOME_WEIGHT] = !d->is[CLASS_NO_WEIGHT] && d->lines > 1 && shop_chance(s, 350);
    choose_place(s, d);
    d->is[CLASS_CURRENCY] = d->is[CLASS_NON_EU] && shop_chance(s, 400);
    d->first = shop_word(s, &shop_first_names);
    d->last = d->is[CLASS_LONG_NAME] ? "Freifrau von und zu Leutheusser-Schnarrenberger-M\xc3\xbc"
                                       "ller-L\xc3\xbc"
                                       "denscheidt-Wolfeschlegelsteinhausenbergerdorff"
                                     : shop_word(s, &shop_last_names);
    d->company = shop_chance(s, 120) ? shop_word(s, &shop_companies) : "";
    choose_street(s, d);
}

static void put_head(struct shop *s, const struct draft *d, int64_t local)
{
    int64_t id = d->order->id;

    if (shop_chance(s, 700))
        shop_put(s, AF_INVOICE_NUMBER, "");
    else
        shop_put_int(s, AF_INVOICE_NUMBER, id - 500000000);
    shop_put_int(s, AF_ANR, SHOP_FIRST_ANR);
    shop_put(s, AF_ALT_NUMBER, "");
    shop_put(s, AF_FEEDBACK_DATE, d->is[CLASS_NO_PROCESS] ? "" : d->when.s);
    shop_put(s, AF_ORDER_DATE, d->when.s);
    shop_put(s, AF_USER_COMMENT, shop_chance(s, 50) ? "Bitte klingeln & warten <3" : "");
    text_clear(&s->t);
    text_fmt(&s->t, "00340434161%08lld0", (long long)(id % 100000000));
    shop_put(s, AF_ADDITIONAL_INFO, d->is[CLASS_TRACKED] && id % 2 ? s->t.s : "");
    shop_put(s, AF_MEMO, "");
    shop_put(s, AF_INVOICE_MEMO, "");
    shop_put(s, AF_CONFIRMED, "1");
    shop_put(s, AF_EBAY_PLUS, "0");
    (void)local;
}

static void put_payment(struct shop *s, const struct draft *d, int64_t local)
{
    const char *method = shop_word(s, &shop_payments);

    shop_put(s, AF_PAY_ID, method);
    shop_put(s, AF_PAY_METHOD,
             same_text(method, "TRANSFER") ? "\xc3\x9c"
                                             "berweisung"
                                           : "PayPal");
    shop_put(s, AF_PAY_FUNCTION, method);
    shop_put(s, AF_PAY_DATE, d->is[CLASS_UNPAID] ? "" : d->when.s);
    shop_put_money(s, AF_ALREADY_PAID, d->is[CLASS_UNPAID] ? 0 : d->total);
    shop_put_money(s, AF_FULL_AMOUNT, d->total);
    text_clear(&s->t);
    text_german_day(&s->t, local);
    shop_put(s, AF_INVOICE_DATE, shop_chance(s, 300) ? s->t.s : "");
    if (!d->is[CLASS_BANK])
        return;
    shop_put(s, AF_BANK_CODE, "37040044");
    shop_put(s, AF_BANK_HOLDER, d->last);
    shop_put(s, AF_BANK_NAME, "Commerzbank K\xc3\xb6ln");
    shop_put(s, AF_BANK_IBAN, "DE89370400440532013000");
    shop_put(s, AF_BANK_BIC, "COBADEFFXXX");
}

static const char *country_of(const struct draft *d)
{
    return d->is[CLASS_BROKEN] && d->broken == BROKEN_COUNTRY ? "" : d->place->iso;
}

static void put_billing(struct shop *s, const struct draft *d)
{
    bool bare = d->is[CLASS_BROKEN] && d->broken == BROKEN_ADDRESS;

    shop_put_int(s, AF_B_USER_ID, s->account->next_customer++);
    if (bare)
        return;
    shop_put(s, AF_B_FIRST_NAME, d->first);
    shop_put(s, AF_B_LAST_NAME, d->last);
    shop_put(s, AF_B_COMPANY, d->company);
    shop_put(s, AF_B_STREET, d->street.s);
    shop_put(s, AF_B_STREET2, d->street2.s);
    shop_put(s, AF_B_POSTAL_CODE, d->place->postal_code);
    shop_put(s, AF_B_CITY, d->place->city);
    shop_put(s, AF_B_STATE, d->place->state);
    shop_put(s, AF_B_COUNTRY, *country_of(d) ? d->place->plate : "");
    shop_put(s, AF_B_COUNTRY_ISO, country_of(d));
    shop_put(s, AF_B_PHONE, d->place->phone);
    shop_put(s, AF_B_FAX, "");
    text_clear(&s->t);
    text_fmt(&s->t, "kunde%lld@example.com", (long long)d->order->id);
    shop_put(s, AF_B_MAIL, s->t.s);
    shop_put(s, AF_B_MERCHANT, *d->company ? "1" : "0");
}

/* A quarter of the orders goes to the billing address and has no other. */
static void put_address(struct shop *s, const struct draft *d)
{
    if ((d->is[CLASS_BROKEN] && d->broken == BROKEN_ADDRESS) ||
        (!d->is[CLASS_PACKSTATION] && shop_chance(s, 250)))
        return;
    shop_put(s, AF_S_FIRST_NAME, d->first);
    shop_put(s, AF_S_LAST_NAME, d->last);
    shop_put(s, AF_S_COMPANY, d->company);
    shop_put(s, AF_S_STREET, d->street.s);
    shop_put(s, AF_S_STREET2, d->street2.s);
    shop_put(s, AF_S_POSTAL_CODE, d->place->postal_code);
    shop_put(s, AF_S_CITY, d->place->city);
    shop_put(s, AF_S_STATE, d->place->state);
    shop_put(s, AF_S_PHONE, d->place->phone);
    shop_put(s, AF_S_COUNTRY, *country_of(d) ? d->place->plate : "");
    if (shop_chance(s, 950))
        shop_put(s, AF_S_COUNTRY_ISO, country_of(d));
}

static void put_rest(struct shop *s, const struct draft *d)
{
    shop_put(s, AF_SHIP_METHOD, shop_word(s, &shop_methods));
    shop_put(s, AF_SHIP_COST, "4,90");
    shop_put(s, AF_SHIP_TOTAL_COST, "4,90");
    shop_put(s, AF_SHIP_TAX, "19,00");
    shop_put(s, AF_DELIVERY_DATE, d->is[CLASS_TRACKED] ? d->when.s : "");
    text_clear(&s->t);
    text_fmt(&s->t, "W-%lld", (long long)(d->order->id % 1000000));
    shop_put(s, AF_INFO1, s->t.s);
    shop_put(s, AF_INFO2, "");
    if (!d->is[CLASS_CURRENCY])
        return;
    shop_put(s, AF_CUR_SHIPPING, "5,40");
    shop_put_money(s, AF_CUR_INVOICE, d->total * 110 / 100);
    shop_put(s, AF_CUR_RATE, "1,1000");
    shop_put_money(s, AF_CUR_PAID, d->total * 110 / 100);
}

static void put_label(struct shop *s, struct draft *d)
{
    if (!d->is[CLASS_TRACKED] || d->order->id % 2)
        return;
    shop_put_int(s, AF_L_ITEM_ID, d->order->id * 100);
    shop_put(s, AF_L_PACKAGE, "1");
    text_clear(&s->t);
    text_fmt(&s->t, "00340434162%08lld0", (long long)(d->order->id % 100000000));
    shop_put(s, AF_L_NUMBER, s->t.s);
    shop_put(s, AF_L_QUANTITY, "1");
    shop_put(s, AF_L_WEIGHT, "10,5");
    *ab_label_new(d->order) = shop_keep(s);
}

static void make_order(struct shop *s, int64_t local)
{
    struct draft d = {.order = ab_order_new(s->account->next_order_id)};

    text_german(&d.when, local);
    choose_classes(s, &d);
    for (int i = 0; i < d.lines; i++)
        make_line(s, &d, i);
    put_head(s, &d, local);
    put_payment(s, &d, local);
    put_billing(s, &d);
    put_address(s, &d);
    put_rest(s, &d);
    d.order->fields = shop_keep(s);
    put_label(s, &d);
    d.order->hidden = d.is[CLASS_HIDDEN];
    ab_order_refresh(d.order);
    ab_order_put(s->account, d.order);
    for (size_t i = 0; i < SHOP_CLASSES; i++)
        s->made[i] += d.is[i];
    text_done(&d.street);
    text_done(&d.street2);
    text_done(&d.when);
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
        *out = ms / 1000;
    else
        return m == NULL;
    return true;
}

/* From the midnight before yesterday's end to now: yesterday and today so far. */
static int64_t yesterday_start(void)
{
    int64_t local = clock_local();

    return berlin_to_utc(local - ((local % DAY_S) + DAY_S) % DAY_S - DAY_S);
}

static void make_all(struct shop *s, int64_t orders, int64_t from, int64_t until)
{
    struct text now = {0};

    text_german(&now, berlin_of(until));
    for (int64_t i = 0; i < s->articles; i++)
        shop_make_product(s, i, now.s);
    for (int64_t i = 0; i < orders; i++) {
        int64_t step = (until - from) * i / orders;
        int64_t width = (until - from) / orders + 1;

        make_order(s, berlin_of(from + step + (int64_t)(shop_draw(s) % (uint64_t)width)));
    }
    text_done(&now);
}

bool shop_fill(const json_t *said, struct text *report)
{
    struct shop s = {.account =
                         ab_account_by_name(json_string_value(json_object_get(said, "account")))};
    int64_t orders = number(said, "orders", DEFAULT_ORDERS);
    int64_t from = yesterday_start(), until = clock_s();

    s.state = hash_mix((uint64_t)number(said, "seed", 1));
    s.articles = number(said, "articles", DEFAULT_ARTICLES);
    s.first_product = FIRST_PRODUCT;
    if (!s.account || orders < 0 || orders > ORDERS_MAX || s.articles < 1 ||
        s.articles > ARTICLES_MAX || !moment(said, "from_utc", &from) ||
        !moment(said, "until_utc", &until) || until < from) {
        text_str(report, "account, orders, articles, from_utc or until_utc is wrong");
        return false;
    }
    s.account->next_order_id = number(said, "first_id", s.account->next_order_id);
    make_all(&s, orders, from, until);
    text_str(report, "{");
    text_member_int(report, "orders", orders);
    text_member_int(report, "articles", s.articles);
    for (size_t i = 0; i < SHOP_CLASSES; i++)
        text_member_int(report, class_names[i], s.made[i]);
    text_str(report, "}");
    text_done(&s.t);
    bag_done(&s.bag);
    return true;
}
