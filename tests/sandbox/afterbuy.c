#include "sandbox/afterbuy.h"

#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/shop.h"
#include "sandbox/switches.h"

enum { ERROR_PARSE = 2, ERROR_CALL = 12, ERROR_QUOTA = 99, ERROR_SERVER = 1, DAY = 86400 };

static const char xml_path[] = "/afterbuy/ABInterface.aspx";
static const char shop_path[] = "/afterbuy/ShopInterface.aspx";
static const char shop_utf8_path[] = "/afterbuy/ShopInterfaceUTF8.aspx";

struct call_row {
    const char *name;
    ab_call_fn *run;
    bool write;
};

void ab_get_time(struct ab_request *r)
{
    struct text stamp = {0};

    ab_answer_open(r, AB_SUCCESS);
    text_german(&stamp, clock_local());
    ab_element(&r->call->reply.body, "AfterbuyTimeStamp", stamp.s);
    text_clear(&stamp);
    text_german(&stamp, clock_s());
    ab_element(&r->call->reply.body, "AfterbuyUniversalTimeStamp", stamp.s);
    ab_answer_close(r);
    text_done(&stamp);
}

void ab_get_shipping_services(struct ab_request *r)
{
    static const struct {
        const char *name, *from, *to, *price, *dotted;
    } methods[] = {{"KleinPaket", "0", "1", "4,19", "4.19"},
                   {"NormalPaket", "0", "31,5", "6,9", "5.9"},
                   {"DHL Paket International", "0", "20", "18,49", "18.49"}};
    struct text *t = &r->call->reply.body;

    ab_answer_open(r, AB_SUCCESS);
    text_str(t,
             "<ShippingServices>\r\n<ShippingService>\r\n<Name><![CDATA[Standard]]></Name>\r\n"
             "<DisplayArea>1</DisplayArea>\r\n<GroupPrio>1</GroupPrio>\r\n<ShippingMethods>\r\n");
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        text_str(t, "<ShippingMethod>\r\n");
        ab_element_int(t, "ShippingMethodID", 4711 + (int64_t)i);
        ab_element(t, "Name", methods[i].name);
        ab_element(t, "CountryGroup", "1");
        ab_element(t, "Level", "1");
        ab_element(t, "TaxRate", "19,00");
        ab_element(t, "PriceFrom", "0");
        ab_element(t, "PriceTo", methods[i].dotted);
        text_str(t, "<WeightDefinitions>\r\n");
        ab_element(t, "WeightFrom", methods[i].from);
        ab_element(t, "WeightTo", methods[i].to);
        ab_element(t, "Price", methods[i].price);
        text_str(t, "</WeightDefinitions>\r\n</ShippingMethod>\r\n");
    }
    text_str(t, "</ShippingMethods>\r\n</ShippingService>\r\n</ShippingServices>\r\n");
    ab_answer_close(r);
}

/* The wrapper stands once for every flag, as recorded. */
void ab_get_flags(struct ab_request *r)
{
    static const char *const flags[][3] = {{"Storniert", "#FF0000", "1001"},
                                           {"Eilig", "#FFA500", "1002"},
                                           {"Kl\xc3\xa4rung", "#FFFF00", "1003"}};

    ab_answer_open(r, AB_SUCCESS);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        text_str(&r->call->reply.body, "<UserDefinedFlags>\r\n<UserDefinedFlag>\r\n");
        ab_element(&r->call->reply.body, "Name", flags[i][0]);
        ab_element(&r->call->reply.body, "Color", flags[i][1]);
        ab_element(&r->call->reply.body, "FlagID", flags[i][2]);
        text_str(&r->call->reply.body, "</UserDefinedFlag>\r\n</UserDefinedFlags>\r\n");
    }
    ab_answer_close(r);
}

static const struct call_row rows[] = {
    {"GetAfterbuyTime", ab_get_time, false},
    {"GetSoldItems", ab_get_sold_items, false},
    {"GetShopProducts", ab_get_shop_products, false},
    {"GetStockInfo", ab_get_stock_info, false},
    {"GetShippingServices", ab_get_shipping_services, false},
    {"GetUserDefinedFlags", ab_get_flags, false},
    {"UpdateSoldItems", ab_update_sold_items, true},
    {"CancelOrders", ab_cancel_orders, true},
    {"UpdateShopProducts", ab_update_shop_products, true},
};

static const struct call_row *row_of(const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (same_word(rows[i].name, name))
            return &rows[i];
    }
    return NULL;
}

static struct ab_account *account_of(const xmlNode *global)
{
    static const char *const names[] = {"PartnerToken",    "AccountToken", "PartnerID",
                                        "PartnerPassword", "UserID",       "UserPassword"};
    char *said[6];
    struct ab_account *a;

    for (size_t i = 0; i < 6; i++)
        said[i] = ab_child_text(global, names[i]);
    a = ab_account_find((const char *const *)said);
    for (size_t i = 0; i < 6; i++)
        free(said[i]);
    return a;
}

/* <Request>, which a client that is in use wraps into an element of its own. */
static xmlNode *request_of(xmlDoc *doc)
{
    xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;

    if (root && strcmp((const char *)root->name, "Request") == 0)
        return root;
    return ab_child(root, "Request");
}

static void identify(struct call *c)
{
    struct ab_request *r = mem_need(sizeof *r);
    const struct call_row *row;
    const xmlNode *global;

    c->prepared = r;
    r->call = c;
    if (strcmp(c->path, xml_path) != 0) {
        bool shop = strcmp(c->path, shop_path) == 0 || strcmp(c->path, shop_utf8_path) == 0;

        text_copy(c->name, sizeof c->name, shop ? "ShopInterface" : "NotFound");
        c->write = shop;
        r->name = mem_copy("");
        return;
    }
    r->doc = xmlReadMemory(c->body.s, (int)c->body.len, NULL, NULL,
                           XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                               XML_PARSE_NOCDATA);
    r->root = request_of(r->doc);
    global = ab_child(r->root, "AfterbuyGlobal");
    r->name = ab_child_text(global, "CallName");
    r->name = r->name ? r->name : mem_copy(r->doc ? "" : "NotFound");
    r->detail = ab_child_int(global, "DetailLevel", 0);
    r->account = account_of(global);
    row = row_of(r->name);
    text_copy(c->name, sizeof c->name, row ? row->name : r->doc ? "Unknown" : "NotFound");
    c->write = row && row->write;
}

static void forget(struct call *c)
{
    struct ab_request *r = c->prepared;

    if (r->doc)
        xmlFreeDoc(r->doc);
    free(r->name);
    free(r);
    c->prepared = NULL;
}

/* Counts the calls of a day; false when the contract allows no more. */
static bool quota_left(struct ab_account *a)
{
    int64_t today = clock_s() / DAY, limit = switch_int(SWITCH_AB_DAILY_CALLS);

    if (a->day != today) {
        a->day = today;
        a->calls_today = 0;
    }
    return ++a->calls_today <= limit || limit == 0;
}

static void serve_xml(struct call *c, struct ab_request *r)
{
    const struct call_row *row = row_of(r->name);

    if (!r->root) {
        free(r->name);
        r->name = mem_copy("NotFound");
        ab_answer_error(r, ERROR_PARSE, "Request XML Parsefehler");
    } else if (!r->account) {
        ab_answer_error(r, switch_int(SWITCH_AB_AUTH_CODE),
                        "Die Zugangsdaten sind ung\xc3\xbcltig.");
    } else if (!row) {
        ab_answer_error(r, ERROR_CALL, "Unsupported CallName.");
    } else if (!quota_left(r->account)) {
        ab_answer_error(r, ERROR_QUOTA, "Das Limit der Aufrufe pro Tag ist erreicht.");
    } else {
        row->run(r);
    }
    call_header(c, "Cache-Control", "private");
    call_header(c, "Server", "Microsoft-IIS/10.0");
    call_header(c, "Set-Cookie", "ASP.NET_SessionId=sandbox0sandbox0sandbox0; path=/; HttpOnly");
    c->reply.chunked = switch_on(SWITCH_AB_CHUNKED);
    c->reply.gzip = switch_on(SWITCH_AB_GZIP);
}

static void serve(struct call *c)
{
    if (strcmp(c->path, shop_utf8_path) == 0)
        ab_shop_interface(c, true);
    else if (strcmp(c->path, shop_path) == 0)
        ab_shop_interface(c, false);
    else if (strcmp(c->path, xml_path) != 0)
        call_answer_text(c, 404, "text/html", "<html><body>404</body></html>");
    else if (c->method != METHOD_GET && c->method != METHOD_POST)
        call_answer_text(c, 405, "text/html", "<html><body>405</body></html>");
    else
        serve_xml(c, c->prepared);
}

/* Afterbuy itself answers 200; any other status comes from the web server in front of it. */
static void refuse(struct call *c, int status)
{
    struct ab_request *r = c->prepared;

    if (status == 401 && strcmp(c->path, xml_path) == 0) {
        ab_answer_error(r, switch_int(SWITCH_AB_AUTH_CODE),
                        "Die Zugangsdaten sind ung\xc3\xbcltig.");
        return;
    }
    call_answer(c, status, "text/html; charset=us-ascii");
    text_fmt(&c->reply.body,
             "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\"\"http://www.w3.org/TR/html4/"
             "strict.dtd\">\r\n<HTML><HEAD><TITLE>HTTP Error %d</TITLE></HEAD>\r\n"
             "<BODY><h2>HTTP Error %d</h2></BODY></HTML>\r\n",
             status, status);
}

static void fail(struct call *c)
{
    ab_answer_error(c->prepared, ERROR_SERVER, "Interner Fehler.");
}

const struct system afterbuy_system = {
    .name = "afterbuy",
    .prefix = "/afterbuy/",
    .identify = identify,
    .serve = serve,
    .forget = forget,
    .refuse = refuse,
    .fail = fail,
    .account = ab_account_add,
    .fill = shop_fill,
    .state = ab_state,
    .check = ab_check,
    .control = ab_control,
    .open = ab_accounts_open,
    .done = ab_accounts_done,
};
