/* The Billbee simulator at its door: paths, credentials, limits, and how it refuses. */
#include "sandbox/billbee.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/switches.h"

#define PREFIX "/billbee/api/v1"

struct route {
    const char *path; /* below PREFIX */
    const char *name; /* how counts and faults call it */
    bb_call_fn *run;
    enum method method;
    bool write;
};

/* The first that fits is taken. */
static const struct route routes[] = {
    {"/orders", "GET /orders", bb_orders_get, METHOD_GET, false},
    {"/orders", "POST /orders", bb_orders_post, METHOD_POST, true},
    {"/orders/PatchableFields", "GET /orders/PatchableFields", bb_patchable_get, METHOD_GET, false},
    {"/orders/findbyextref/{ref}", "GET /orders/findbyextref/{ref}", bb_order_by_number, METHOD_GET,
     false},
    {"/orders/{id}", "GET /orders/{id}", bb_order_get, METHOD_GET, false},
    {"/orders/{id}", "PATCH /orders/{id}", bb_order_patch, METHOD_PATCH, true},
    {"/orders/{id}/tags", "POST /orders/{id}/tags", bb_tags_post, METHOD_POST, true},
    {"/orders/{id}/tags", "PUT /orders/{id}/tags", bb_tags_put, METHOD_PUT, true},
    {"/orders/{id}/orderstate", "PUT /orders/{id}/orderstate", bb_state_put, METHOD_PUT, true},
    {"/orders/{id}/shipment", "POST /orders/{id}/shipment", bb_shipment_post, METHOD_POST, true},
    {"/orders/{id}/trigger-event", "POST /orders/{id}/trigger-event", bb_trigger_post, METHOD_POST,
     true},
    {"/products", "GET /products", bb_products_get, METHOD_GET, false},
    {"/products", "POST /products", bb_products_post, METHOD_POST, true},
    {"/products/stocks", "GET /products/stocks", bb_stocks_get, METHOD_GET, false},
    {"/products/reservedamount", "GET /products/reservedamount", bb_reserved_get, METHOD_GET,
     false},
    {"/products/updatestock", "POST /products/updatestock", bb_stock_post, METHOD_POST, true},
    {"/products/updatestockmultiple", "POST /products/updatestockmultiple", bb_stocks_post,
     METHOD_POST, true},
    {"/products/updatestockcode", "POST /products/updatestockcode", bb_stock_code_post, METHOD_POST,
     true},
    {"/products/{id}", "GET /products/{id}", bb_product_get, METHOD_GET, false},
    {"/products/{id}", "PATCH /products/{id}", bb_product_patch, METHOD_PATCH, true},
    {"/products/{id}", "DELETE /products/{id}", bb_product_delete, METHOD_DELETE, true},
    {"/shipment/shipments", "GET /shipment/shipments", bb_shipments_get, METHOD_GET, false},
    {"/shipment/shippingproviders", "GET /shipment/shippingproviders", bb_providers_get, METHOD_GET,
     false},
    {"/shipment/shippingcarriers", "GET /shipment/shippingcarriers", bb_carriers_get, METHOD_GET,
     false},
    {"/shipment/ping", "GET /shipment/ping", bb_ping_get, METHOD_GET, false},
    {"/enums/{name}", "GET /enums/{name}", bb_enum_get, METHOD_GET, false},
    {"/events", "GET /events", bb_events_get, METHOD_GET, false},
    {"/shopaccounts", "GET /shopaccounts", bb_shops_get, METHOD_GET, false},
    {"/webhooks", "GET /webhooks", bb_hooks_get, METHOD_GET, false},
    {"/webhooks", "POST /webhooks", bb_hooks_post, METHOD_POST, true},
    {"/webhooks", "DELETE /webhooks", bb_hooks_delete, METHOD_DELETE, true},
    {"/webhooks/filters", "GET /webhooks/filters", bb_hook_filters_get, METHOD_GET, false},
    {"/webhooks/{id}", "GET /webhooks/{id}", bb_hook_get, METHOD_GET, false},
    {"/webhooks/{id}", "PUT /webhooks/{id}", bb_hook_put, METHOD_PUT, true},
    {"/webhooks/{id}", "DELETE /webhooks/{id}", bb_hook_delete, METHOD_DELETE, true},
    {"/apiusage", "GET /apiusage", bb_usage_get, METHOD_GET, false},
    {"/apiusage/detail", "GET /apiusage/detail", bb_usage_detail_get, METHOD_GET, false},
};

enum { ROUTES = sizeof routes / sizeof *routes };

/* What identify found out. */
struct prepared {
    size_t route; /* ROUTES: none */
    struct path_parts parts;
    bool other_method; /* the path exists, not with this method */
};

/* The last one counts what no route takes. */
size_t bb_endpoint_count(void)
{
    return ROUTES + 1;
}

const char *bb_endpoint_name(size_t i)
{
    return i < ROUTES ? routes[i].name : "NotFound";
}

static void identify(struct call *c)
{
    struct prepared *p = mem_need(sizeof *p);
    struct path_parts parts = {0};
    const char *path = c->path + strlen(PREFIX);

    c->prepared = p;
    p->route = ROUTES;
    for (size_t i = 0; i < ROUTES && p->route == ROUTES; i++) {
        if (!path_matches(path, routes[i].path, &parts))
            continue;
        if (routes[i].method != c->method) {
            p->other_method = true;
            continue;
        }
        p->route = i;
        p->parts = parts;
    }
    text_copy(c->name, sizeof c->name, bb_endpoint_name(p->route));
    c->write = p->route < ROUTES ? routes[p->route].write : c->method != METHOD_GET;
}

static void forget(struct call *c)
{
    free(c->prepared);
    c->prepared = NULL;
}

static struct bb_account *account_of(const struct call *c)
{
    char plain[512] = {0};
    size_t n = 0;
    char *colon;

    if (!c->authorization || strncmp(c->authorization, "Basic ", 6) != 0 ||
        sodium_base642bin((unsigned char *)plain, sizeof plain - 1, c->authorization + 6,
                          strlen(c->authorization + 6), " ", &n, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0)
        return NULL;
    colon = strchr(plain, ':');
    if (!colon)
        return NULL;
    *colon = '\0';
    return bb_account_by_user(plain, colon + 1);
}

/* ---- refusing ---- */

static void refuse(struct call *c, int status)
{
    static const struct {
        int status;
        const char *text;
    } rows[] = {{401, "Die Autorisierung wurde f\xc3\xbcr diese Anforderung verweigert."},
                {403, "Zugriff verweigert."},
                {405, "Die angeforderte Ressource unterst\xc3\xbctzt diese HTTP-Methode nicht."},
                {409, "Konflikt."},
                {422, "Die Anforderung konnte nicht verarbeitet werden."},
                {429, "API calls quota exceeded!"},
                {503, "Der Dienst ist nicht verf\xc3\xbcgbar."},
                {504, "Zeit\xc3\xbc"
                      "berschreitung."},
                {500, "Fehler"}};
    size_t i = 0;

    if (status == 404) {
        bb_missing(c);
        return;
    }
    while (i + 1 < sizeof rows / sizeof *rows && rows[i].status != status)
        i++;
    call_answer_json(c, status, json_pack("{s:s}", "Message", rows[i].text));
    c->reply.type = bb_json_type;
}

static void fail(struct call *c)
{
    enum { INTERNAL_ERROR = 8 };

    bb_error(c, 200, INTERNAL_ERROR, "Interner Fehler");
}

/* ---- serving ---- */

/* The account of the call; NULL, and an answer, when the credentials are wrong. */
static struct bb_account *admit(struct call *c)
{
    struct bb_account *a = account_of(c);
    const char *key = call_sent(c, "X-Billbee-Api-Key");

    if (!a) {
        refuse(c, 401);
        call_header(c, "WWW-Authenticate", "Basic realm=\"Billbee API\"");
        return NULL;
    }
    if (same_text(key, a->api_key))
        return a;
    refuse(c, (int)switch_int(SWITCH_BB_KEY_STATUS));
    return NULL;
}

static void run(struct call *c, struct bb_account *a)
{
    const struct prepared *p = c->prepared;
    int64_t wait = bb_limit(a, p->route);

    if (wait) {
        bb_throttle(c, wait);
        return;
    }
    bb_usage_count(a, p->route);
    if (p->route < ROUTES)
        routes[p->route].run(c, a, &p->parts);
    else
        refuse(c, p->other_method ? 405 : 404);
}

/* JSON for those who name it, or who take anything. */
static bool wants_xml(const struct call *c)
{
    const char *accept = call_sent(c, "Accept");

    return switch_on(SWITCH_BB_XML) &&
           (!accept || (!strstr(accept, "json") && !strstr(accept, "*/*")));
}

static void serve(struct call *c)
{
    struct bb_account *a = admit(c);

    if (a)
        run(c, a);
    c->reply.gzip = switch_on(SWITCH_BB_GZIP);
    if (switch_on(SWITCH_BB_BY_THE_BOOK))
        bb_by_the_book(c);
    if (wants_xml(c))
        bb_as_xml(c);
    call_header(c, "Cache-Control", "no-cache");
    call_header(c, "Pragma", "no-cache");
    call_header(c, "Expires", "-1");
}

const struct system billbee_system = {
    .name = "billbee",
    .prefix = PREFIX "/",
    .identify = identify,
    .serve = serve,
    .forget = forget,
    .refuse = refuse,
    .fail = fail,
    .account = bb_account_add,
    .fill = bb_fill,
    .state = bb_state,
    .check = bb_check,
    .control = bb_control,
    .open = bb_accounts_open,
    .done = bb_accounts_done,
};
