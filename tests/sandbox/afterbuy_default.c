/* The order and the article that a scenario gets when it says nothing about them. */
#include <string.h>

#include "sandbox/afterbuy.h"

enum { DEFAULT_PRODUCT = 981223 };

static void set_int(struct bag *b, unsigned field, int64_t value)
{
    struct text t = {0};

    text_int(&t, value);
    bag_set_n(b, field, t.s, t.len);
    text_done(&t);
}

void ab_item_default(struct ab_order *o, struct bag *item, const char *when)
{
    static const struct {
        unsigned field;
        const char *value;
    } rows[] = {{AF_I_DETAILS_DONE, "1"},
                {AF_I_ANR, "100"},
                {AF_I_ALT_NUMBER, ""},
                {AF_I_ALT_NUMBER1, "KH-100"},
                {AF_I_TYPE, "9"},
                {AF_I_FLAG, "0"},
                {AF_I_TITLE, "Kerzenhalter \"Stern\" & Teller"},
                {AF_I_QUANTITY, "1"},
                {AF_I_PRICE, "29,90"},
                {AF_I_TAX_RATE, "19,00"},
                {AF_I_WEIGHT, "0,85"},
                {AF_I_XML_DATE, ""},
                {AF_I_PLATFORM, "store"},
                {AF_I_PRODUCT_ID, "981223"},
                {AF_I_PRODUCT_NAME, "Kerzenhalter \"Stern\" & Teller"},
                {AF_I_PRODUCT_EAN, "4006381333931"},
                {AF_I_PRODUCT_ANR, "100"}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        bag_set(item, rows[i].field, rows[i].value);
    set_int(item, AF_I_ITEM_ID, o->id * 100 + o->item_count);
    bag_set(item, AF_I_END_DATE, when);
    bag_set(item, AF_I_MOD_DATE, when);
}

static void default_product(struct ab_account *a)
{
    static const struct {
        unsigned field;
        const char *value;
    } rows[] = {{AF_P_ANR, "100"},
                {AF_P_EAN, "4006381333931"},
                {AF_P_NAME, "Kerzenhalter \"Stern\" & Teller"},
                {AF_P_WEIGHT, "0,85"},
                {AF_P_TAX, "19,00"},
                {AF_P_SELLING, "29,90"},
                {AF_P_TARIFF, "94055000"},
                {AF_P_ORIGIN, "DE"},
                {AF_P_STOCK, "1"},
                {AF_P_DISCONTINUED, "0"},
                {AF_P_QUANTITY, "40"},
                {AF_P_AUCTION_QUANTITY, "0"},
                {AF_P_MINIMUM, "0"},
                {AF_P_LEVEL, "1"}};
    struct ab_product *p;
    struct text now = {0};

    if (ab_product_find(a, DEFAULT_PRODUCT))
        return;
    p = mem_need(sizeof *p);
    p->id = DEFAULT_PRODUCT;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        bag_set(&p->fields, rows[i].field, rows[i].value);
    text_german(&now, clock_local());
    bag_set(&p->fields, AF_P_MOD_DATE, now.s);
    text_done(&now);
    ab_product_put(a, p);
}

static const struct {
    unsigned field;
    const char *value;
} default_order[] = {{AF_INVOICE_NUMBER, ""},
                     {AF_ANR, "100"},
                     {AF_ALT_NUMBER, ""},
                     {AF_USER_COMMENT, ""},
                     {AF_ADDITIONAL_INFO, ""},
                     {AF_MEMO, ""},
                     {AF_INVOICE_MEMO, ""},
                     {AF_CONFIRMED, "1"},
                     {AF_PAY_ID, "TRANSFER"},
                     {AF_PAY_METHOD, "\xc3\x9c"
                                     "berweisung / Vorkasse"},
                     {AF_PAY_FUNCTION, "TRANSFER"},
                     {AF_ALREADY_PAID, "29,90"},
                     {AF_FULL_AMOUNT, "29,90"},
                     {AF_INVOICE_DATE, ""},
                     {AF_B_FIRST_NAME, "Erika"},
                     {AF_B_LAST_NAME, "M\xc3\xbcstermann"},
                     {AF_B_COMPANY, ""},
                     {AF_B_STREET, "Heidestra\xc3\x9f"
                                   "e 17"},
                     {AF_B_STREET2, ""},
                     {AF_B_POSTAL_CODE, "51147"},
                     {AF_B_CITY, "K\xc3\xb6ln"},
                     {AF_B_STATE, ""},
                     {AF_B_COUNTRY, "D"},
                     {AF_B_COUNTRY_ISO, "DE"},
                     {AF_B_PHONE, "0221 123456"},
                     {AF_B_FAX, ""},
                     {AF_B_MAIL, "erika@example.com"},
                     {AF_B_MERCHANT, "0"},
                     {AF_S_FIRST_NAME, "Erika"},
                     {AF_S_LAST_NAME, "M\xc3\xbcstermann"},
                     {AF_S_COMPANY, ""},
                     {AF_S_STREET, "Heidestra\xc3\x9f"
                                   "e 17"},
                     {AF_S_STREET2, ""},
                     {AF_S_POSTAL_CODE, "51147"},
                     {AF_S_CITY, "K\xc3\xb6ln"},
                     {AF_S_PHONE, "0221 123456"},
                     {AF_S_COUNTRY, "D"},
                     {AF_S_COUNTRY_ISO, "DE"},
                     {AF_SHIP_METHOD, "NormalPaket"},
                     {AF_SHIP_COST, "0,00"},
                     {AF_SHIP_TAX, "19,00"},
                     {AF_DELIVERY_DATE, ""},
                     {AF_INFO1, ""}};

struct ab_order *ab_order_default(struct ab_account *a, int64_t id, int64_t local)
{
    struct ab_order *o = ab_order_new(id);
    struct text when = {0};

    text_german(&when, local);
    for (size_t i = 0; i < sizeof default_order / sizeof *default_order; i++)
        bag_set(&o->fields, default_order[i].field, default_order[i].value);
    bag_set(&o->fields, AF_FEEDBACK_DATE, when.s);
    bag_set(&o->fields, AF_ORDER_DATE, when.s);
    bag_set(&o->fields, AF_PAY_DATE, when.s);
    set_int(&o->fields, AF_B_USER_ID, a->next_customer++);
    ab_item_default(o, ab_item_new(o), when.s);
    default_product(a);
    text_done(&when);
    ab_order_refresh(o);
    return o;
}
