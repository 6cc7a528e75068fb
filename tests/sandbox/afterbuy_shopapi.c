/* ShopInterface: creating an order from a form. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/afterbuy.h"
#include "sandbox/counts.h"
#include "sandbox/index.h"

enum { FIELDS_MAX = 2048, LINES_MAX = 200 };

struct form {
    struct pair fields[FIELDS_MAX];
    size_t count;
};

static int hex_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent-decodes; the older address sends ISO-8859-1. */
static char *decode(const char *s, size_t n, bool utf8)
{
    struct text out = {0};

    for (size_t i = 0; i < n; i++) {
        unsigned char c = s[i] == '+' ? ' ' : (unsigned char)s[i];

        if (s[i] == '%' && i + 2 < n && hex_of(s[i + 1]) >= 0 && hex_of(s[i + 2]) >= 0) {
            c = (unsigned char)(hex_of(s[i + 1]) * 16 + hex_of(s[i + 2]));
            i += 2;
        }
        if (c >= 0x80 && !utf8) {
            text_char(&out, (char)(0xc0 | (c >> 6)));
            c = 0x80 | (c & 0x3f);
        }
        text_char(&out, (char)c);
    }
    return text_take(&out);
}

static void form_read(struct form *f, const struct text *body, bool utf8)
{
    const char *at = body->s, *end = body->s + body->len;

    while (at < end && f->count < FIELDS_MAX) {
        size_t n = strcspn(at, "&"), name = strcspn(at, "=&");

        f->fields[f->count].name = decode(at, name, utf8);
        f->fields[f->count++].value =
            name < n ? decode(at + name + 1, n - name - 1, utf8) : mem_copy("");
        at += n + 1;
    }
}

static void form_done(struct form *f)
{
    while (f->count) {
        free(f->fields[--f->count].name);
        free(f->fields[f->count].value);
    }
}

static const char *form_get(const struct form *f, const char *name)
{
    for (size_t i = 0; i < f->count; i++) {
        if (same_text(f->fields[i].name, name))
            return f->fields[i].value;
    }
    return NULL;
}

/* Field of the n-th line. */
static const char *form_line(const struct form *f, const char *name, int64_t n)
{
    struct text full = {0};
    const char *value;

    text_fmt(&full, "%s_%lld", name, (long long)n);
    value = form_get(f, full.s);
    text_done(&full);
    return value;
}

static void fail(struct call *c, const char *text)
{
    call_answer(c, 200, "text/xml; charset=utf-8");
    text_str(&c->reply.body, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<result>"
                             "<success>0</success><errorlist><error>");
    text_xml(&c->reply.body, text, strlen(text));
    text_str(&c->reply.body, "</error></errorlist></result>");
}

static const struct {
    const char *name;
    unsigned field;
} order_map[] = {
    {"Kbenutzername", AF_B_PLATFORM_USER},
    {"Kanrede", AF_B_TITLE},
    {"KFirma", AF_B_COMPANY},
    {"KVorname", AF_B_FIRST_NAME},
    {"KNachname", AF_B_LAST_NAME},
    {"KStrasse", AF_B_STREET},
    {"KStrasse2", AF_B_STREET2},
    {"KPLZ", AF_B_POSTAL_CODE},
    {"KOrt", AF_B_CITY},
    {"KBundesland", AF_B_STATE},
    {"KLand", AF_B_COUNTRY},
    {"Ktelefon", AF_B_PHONE},
    {"Kfax", AF_B_FAX},
    {"Kemail", AF_B_MAIL},
    {"KLFirma", AF_S_COMPANY},
    {"KLVorname", AF_S_FIRST_NAME},
    {"KLNachname", AF_S_LAST_NAME},
    {"KLStrasse", AF_S_STREET},
    {"KLStrasse2", AF_S_STREET2},
    {"KLPLZ", AF_S_POSTAL_CODE},
    {"KLOrt", AF_S_CITY},
    {"KLLand", AF_S_COUNTRY},
    {"KLTelefon", AF_S_PHONE},
    {"Versandart", AF_SHIP_METHOD},
    {"Versandkosten", AF_SHIP_COST},
    {"Zahlart", AF_PAY_METHOD},
    {"PaymentStatus", AF_PAY_STATUS},
    {"PaymentTransactionId", AF_PAY_TRANSACTION},
    {"VMemo", AF_MEMO},
    {"Kommentar", AF_USER_COMMENT},
    {"OrderInfo1", AF_INFO1},
    {"OrderInfo2", AF_INFO2},
    {"OrderInfo3", AF_INFO3},
    {"VID", AF_VID},
};

static const struct {
    const char *name;
    unsigned field;
} line_map[] = {
    {"Artikelnr", AF_I_ANR},
    {"AlternArtikelNr1", AF_I_ALT_NUMBER1},
    {"AlternArtikelNr2", AF_I_ALT_NUMBER},
    {"Artikelname", AF_I_TITLE},
    {"ArtikelEpreis", AF_I_PRICE},
    {"ArtikelMwSt", AF_I_TAX_RATE},
    {"ArtikelMenge", AF_I_QUANTITY},
    {"ArtikelGewicht", AF_I_WEIGHT},
    {"ArtikelLink", AF_I_LINK},
    {"ArtikelStammID", AF_I_PRODUCT_ID},
};

static void add_line(struct ab_order *o, const struct form *f, int64_t n, const char *when)
{
    struct bag *item = ab_item_new(o);
    struct text id = {0};

    text_int(&id, o->id * 100 + n);
    bag_set(item, AF_I_ITEM_ID, id.s);
    text_done(&id);
    for (size_t i = 0; i < sizeof line_map / sizeof *line_map; i++) {
        const char *value = form_line(f, line_map[i].name, n);

        if (value)
            bag_set(item, line_map[i].field, value);
    }
    bag_set(item, AF_I_END_DATE, when);
    bag_set(item, AF_I_MOD_DATE, when);
    bag_set(item, AF_I_PLATFORM, "store");
    bag_set(item, AF_I_TYPE, "9");
}

static void set_paid(struct ab_order *o, const struct form *f, const char *now)
{
    const char *when = form_get(f, "SetPayDate");

    if (same_text(form_get(f, "SetPay"), "1"))
        bag_set(&o->fields, AF_PAY_DATE, when && *when ? when : now);
}

static struct ab_order *build(struct ab_account *a, const struct form *f, int64_t lines)
{
    struct ab_order *o = ab_order_new(a->next_order_id);
    const char *bought = form_get(f, "BuyDate");
    bool other = same_text(form_get(f, "Lieferanschrift"), "1");
    struct text now = {0}, customer = {0};
    const char *when;

    text_german(&now, clock_local());
    text_int(&customer, a->next_customer++);
    when = bought && *bought ? bought : now.s;
    for (size_t i = 0; i < sizeof order_map / sizeof *order_map; i++) {
        const char *value = form_get(f, order_map[i].name);
        bool delivery =
            strncmp(order_map[i].name, "KL", 2) == 0 && order_map[i].field != AF_B_COUNTRY;

        if (value && (other || !delivery))
            bag_set(&o->fields, order_map[i].field, value);
    }
    bag_set(&o->fields, AF_B_USER_ID, customer.s);
    bag_set(&o->fields, AF_ORDER_DATE, when);
    if (!same_text(form_get(f, "NoFeedback"), "1"))
        bag_set(&o->fields, AF_FEEDBACK_DATE, when);
    set_paid(o, f, now.s);
    for (int64_t n = 1; n <= lines; n++)
        add_line(o, f, n, when);
    ab_order_refresh(o);
    text_done(&now);
    text_done(&customer);
    return o;
}

static const struct ab_order *find_vid(const struct ab_account *a, const char *vid)
{
    for (size_t i = 0; i < a->order_count; i++) {
        if (same_text(bag_get(&a->orders[i]->fields, AF_VID), vid))
            return a->orders[i];
    }
    return NULL;
}

static void create(struct call *c, struct ab_account *a, const struct form *f)
{
    const char *vid = form_get(f, "VID");
    struct text *t = &c->reply.body;
    struct ab_order *o;
    int64_t lines = 0;
    uint64_t id;

    if (!int_of(form_get(f, "PosAnz"), &lines) || lines < 1 || lines > LINES_MAX) {
        fail(c, "PosAnz fehlt oder ist ung\xc3\xbcltig.");
        return;
    }
    if (same_text(form_get(f, "CheckVID"), "1") && vid && *vid && find_vid(a, vid)) {
        fail(c, "Bestellung mit dieser VID existiert bereits.");
        return;
    }
    o = build(a, f, lines);
    id = hash_mix((uint64_t)o->id);
    ab_order_put(a, o);
    if (fault_wanted(c, FAULT_LAG_404)) {
        o->lag = (uint16_t)fault_number(c, "reads", 2);
        fault_played(c);
    }
    counts_mutations("afterbuy", 1);
    call_answer(c, 200, "text/xml; charset=utf-8");
    text_str(t, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<result><success>1</success>");
    text_fmt(t, "<Action>new</Action><data><AID>%lld</AID>", (long long)o->id);
    text_fmt(t, "<UID>{%08llX-0000-4000-8000-%012llX}</UID>", (unsigned long long)(id >> 32),
             (unsigned long long)(id & 0xffffffffffffu));
    text_fmt(t, "<KundenNr>%s</KundenNr><EKundenNr>%s</EKundenNr><CouponUsed>0</CouponUsed>",
             bag_get(&o->fields, AF_B_USER_ID), bag_get(&o->fields, AF_B_USER_ID));
    text_str(t, "</data></result>");
}

void ab_shop_interface(struct call *c, bool utf8)
{
    struct form *f = mem_need(sizeof *f);
    struct ab_account *a;

    form_read(f, &c->body, utf8);
    a = form_get(f, "PartnerToken")
            ? ab_account_find((const char *const[]){
                  form_get(f, "PartnerToken"), form_get(f, "UserToken"), NULL, NULL, NULL, NULL})
            : NULL;
    for (struct ab_account *one = ab_account_first(); one && !a; one = one->next) {
        if (one->partner_id && same_text(one->partner_id, form_get(f, "PartnerID")) &&
            same_text(one->partner_password, form_get(f, "PartnerPass")) &&
            same_text(one->user_id, form_get(f, "UserID")))
            a = one;
    }
    c->items = 1;
    if (!same_text(form_get(f, "Action"), "new"))
        fail(c, "Action unbekannt.");
    else if (!a)
        fail(c, "UserId nicht vorhanden oder nicht freigegeben.");
    else
        create(c, a, f);
    form_done(f);
    free(f);
}
