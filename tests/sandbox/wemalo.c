#include "sandbox/wemalo.h"

#include <stdlib.h>
#include <string.h>

struct route {
    const char *path; /* below /wemalo/v1, without a last slash */
    const char *name; /* how counts and faults call it */
    wm_call_fn *run;
    enum method method;
    bool write;
};

/* Fixed words stand in front of {places}: the first row that matches wins. */
static const struct route routes[] = {
    {"/goodsOrder/add", "POST /goodsOrder/add", wm_order_add, METHOD_POST, true},
    {"/goodsOrder/addConditional", "POST /goodsOrder/addConditional", wm_order_add_conditional,
     METHOD_POST, true},
    {"/goodsOrder/getStatus/{externalId}", "GET /goodsOrder/getStatus/{externalId}",
     wm_order_status, METHOD_GET, false},
    {"/goodsOrder/updateMeta/{externalId}", "PUT /goodsOrder/updateMeta/{externalId}",
     wm_order_meta, METHOD_PUT, true},
    {"/goodsOrder/addPosition/{externalId}", "POST /goodsOrder/addPosition/{externalId}",
     wm_order_add_position, METHOD_POST, true},
    {"/goodsOrder/removePosition/{externalId}/{externalPositionId}",
     "DELETE /goodsOrder/removePosition/{externalId}/{externalPositionId}",
     wm_order_remove_position, METHOD_DELETE, true},
    {"/goodsOrder/cancel/{externalId}", "PUT /goodsOrder/cancel/{externalId}", wm_order_cancel,
     METHOD_PUT, true},
    {"/goodsOrder/changePriority/{externalId}", "PUT /goodsOrder/changePriority/{externalId}",
     wm_order_priority, METHOD_PUT, true},
    {"/goodsOrder/note/{externalId}", "PUT /goodsOrder/note/{externalId}", wm_order_note,
     METHOD_PUT, true},
    {"/goodsOrder/addDocument/{externalId}", "POST /goodsOrder/addDocument/{externalId}",
     wm_order_document, METHOD_POST, true},
    {"/goodsOrder/finish/{orderId}", "POST /goodsOrder/finish/{orderId}", wm_order_finish,
     METHOD_POST, true},
    {"/goodsOrder/reservations", "DELETE /goodsOrder/reservations", wm_reservations_delete,
     METHOD_DELETE, true},
    {"/goodsOrder/profiles", "GET /goodsOrder/profiles", wm_profiles_get, METHOD_GET, false},
    {"/goodsOrder/packages", "GET /goodsOrder/packages", wm_packages_get, METHOD_GET, false},
    {"/goodsOrder/packages/sent", "GET /goodsOrder/packages/sent", wm_sent_unflagged, METHOD_GET,
     false},
    {"/goodsOrder/packages/sent/{historyId}", "PUT /goodsOrder/packages/sent/{historyId}",
     wm_sent_flag, METHOD_PUT, true},
    {"/goodsOrder/package/{parcelId}/trackingNumber",
     "GET /goodsOrder/package/{parcelId}/trackingNumber", wm_tracking_get, METHOD_GET, false},
    {"/goodsOrder/package/{parcelId}/label", "GET /goodsOrder/package/{parcelId}/label",
     wm_label_get, METHOD_GET, false},
    {"/goodsOrder/sentPackages", "GET /goodsOrder/sentPackages", wm_sent_range, METHOD_GET, false},
    {"/product/add", "POST /product/add", wm_product_add, METHOD_POST, true},
    {"/product/addMultiple", "POST /product/addMultiple", wm_product_add_multiple, METHOD_POST,
     true},
    {"/product/update/{externalId}", "PUT /product/update/{externalId}", wm_product_update,
     METHOD_PUT, true},
    {"/product/get/{externalId}", "GET /product/get/{externalId}", wm_product_get, METHOD_GET,
     false},
    {"/product/getAll", "GET /product/getAll", wm_product_get_all, METHOD_GET, false},
    {"/product/changeActiveFlag/{externalId}", "PUT /product/changeActiveFlag/{externalId}",
     wm_product_active, METHOD_PUT, true},
    {"/product/addImage/{externalId}", "PUT /product/addImage/{externalId}", wm_product_image,
     METHOD_PUT, true},
    {"/product/unit/{externalId}", "POST /product/unit/{externalId}", wm_product_unit_add,
     METHOD_POST, true},
    {"/product/unit/{externalId}", "GET /product/unit/{externalId}", wm_product_unit_get,
     METHOD_GET, false},
    {"/product/shop", "GET /product/shop", wm_shop_get, METHOD_GET, false},
    {"/product/availableStock", "GET /product/availableStock", wm_stock_available, METHOD_GET,
     false},
    {"/product/stock/{externalId}", "GET /product/stock/{externalId}", wm_stock_get, METHOD_GET,
     false},
    {"/product/stock/reduced/{externalId}", "GET /product/stock/reduced/{externalId}",
     wm_stock_reduced, METHOD_GET, false},
    {"/product/bookings/flag", "GET /product/bookings/flag", wm_flags_get, METHOD_GET, false},
    {"/product/bookings/flag", "PUT /product/bookings/flag", wm_flags_put, METHOD_PUT, true},
    {"/returns/announce", "POST /returns/announce", wm_return_announce, METHOD_POST, true},
    {"/returns/announceConditional", "POST /returns/announceConditional", wm_return_announce,
     METHOD_POST, true},
    {"/returns/booked", "GET /returns/booked", wm_return_booked, METHOD_GET, false},
    {"/returns/booked/{bookingId}", "PUT /returns/booked/{bookingId}", wm_return_flag, METHOD_PUT,
     true},
    {"/returns/getBookings", "GET /returns/getBookings", wm_return_bookings, METHOD_GET, false},
    {"/goodsReceipt/add", "POST /goodsReceipt/add", wm_receipt_add, METHOD_POST, true},
    {"/goodsReceipt/get", "GET /goodsReceipt/get", wm_receipt_get, METHOD_GET, false},
    {"/webhook", "GET /webhook", wm_hook_list, METHOD_GET, false},
    {"/webhook/{event}", "POST /webhook/{event}", wm_hook_register, METHOD_POST, true},
    {"/webhook/{event}", "DELETE /webhook/{event}", wm_hook_remove, METHOD_DELETE, true},
};

/* What identify found out. */
struct prepared {
    const struct route *route;
    struct path_parts parts;
};

static bool is_conditional(const struct route *r)
{
    return r->run == wm_order_add_conditional && !switch_on(SWITCH_WM_ADD_CONDITIONAL);
}

static void identify(struct call *c)
{
    struct prepared *p = mem_need(sizeof *p);
    char *path;
    size_t n;

    c->prepared = p;
    text_copy(c->name, sizeof c->name, "NotFound");
    c->write = c->method != METHOD_GET;
    if (strncmp(c->path, "/wemalo/v1/", 11) != 0)
        return;
    path = mem_copy(c->path + strlen("/wemalo/v1"));
    n = strlen(path);
    if (n > 1 && path[n - 1] == '/')
        path[n - 1] = '\0';
    for (size_t i = 0; i < sizeof routes / sizeof *routes && !p->route; i++) {
        if (routes[i].method == c->method && path_matches(path, routes[i].path, &p->parts) &&
            !is_conditional(&routes[i]))
            p->route = &routes[i];
    }
    free(path);
    if (!p->route)
        return;
    text_copy(c->name, sizeof c->name, p->route->name);
    c->write = p->route->write;
}

static void forget(struct call *c)
{
    free(c->prepared);
    c->prepared = NULL;
}

/* ---- refusals ---- */

/* What stands in front of the application speaks HTTP; the application speaks in its body. */
static void refuse(struct call *c, int status)
{
    if (status == 401 || status == 403)
        call_answer_text(c, status, "text/plain", status == 401 ? "Unauthorized" : "Forbidden");
    else if (status == 503 || status == 504)
        call_answer_text(c, status, "text/html",
                         "<html><head><title>Error</title></head><body><center><h1>The service is "
                         "unavailable</h1></center><hr><center>nginx</center></body></html>\r\n");
    else if (status == 429)
        wm_error(c, 419, "message", NULL, "Too many calls");
    else
        wm_error(c, status, "message", NULL, "The request could not be processed");
}

static void fail(struct call *c)
{
    call_answer_text(c, 200, "application/json",
                     "{\"message\":\"Internal error\",\"Success\":false,\"status\":500}");
}

static void refuse_path(struct call *c)
{
    call_answer(c, 404, "text/html");
    text_str(&c->reply.body, "<!DOCTYPE html>\n<html><head><title>Error</title></head><body><pre>"
                             "Cannot ");
    text_str(&c->reply.body, c->method_name);
    text_char(&c->reply.body, ' ');
    text_xml(&c->reply.body, c->path, strlen(c->path));
    text_str(&c->reply.body, "</pre></body></html>\n");
}

/* ---- the gate: token, rate ---- */

static struct wm_account *account_of(const struct call *c)
{
    if (!c->authorization || strncmp(c->authorization, "JWT ", 4) != 0)
        return NULL;
    return wm_account_by_token(c->authorization + 4);
}

/* A bucket: so many calls at once, and so many a minute afterwards. */
static bool rate_fine(struct wm_account *a)
{
    int64_t most = switch_int(SWITCH_WM_MAX_CALLS) * 1000, now = clock_ms();
    int64_t refill = switch_int(SWITCH_WM_CALLS_A_MINUTE), passed = now - a->filled_ms;

    if (!a->filled_ms || passed > 3600000 || passed < 0) {
        a->calls_milli = most;
        a->filled_ms = now;
    } else {
        a->calls_milli += passed * refill / 60;
        a->filled_ms = now - passed * refill % 60 / (refill > 0 ? refill : 1);
    }
    a->calls_milli = a->calls_milli > most ? most : a->calls_milli;
    if (a->calls_milli < 1000)
        return false;
    a->calls_milli -= 1000;
    return true;
}

static void rate_header(struct call *c, const char *name, int64_t calls)
{
    struct text t = {0};

    text_int(&t, calls);
    call_header(c, name, t.s);
    text_done(&t);
}

static void run(struct call *c, struct wm_account *a)
{
    const struct prepared *p = c->prepared;
    bool limited = switch_on(SWITCH_WM_RATE_LIMITS);

    if (limited && !rate_fine(a))
        refuse(c, 429);
    else if (!p->route)
        refuse_path(c);
    else
        p->route->run(c, a, &p->parts);
    if (!limited)
        return;
    rate_header(c, "X-Wemalo-Limit-MaxCall", switch_int(SWITCH_WM_MAX_CALLS));
    rate_header(c, "X-Wemalo-Limit-RemainingCall", a->calls_milli / 1000);
}

static void serve(struct call *c)
{
    struct wm_account *a = account_of(c);

    c->reply.gzip = true;
    if (!a) {
        refuse(c, (int)switch_int(SWITCH_WM_AUTH_STATUS));
        return;
    }
    for (struct wm_account *each = wm_account_first(); each; each = each->next)
        wm_age(each);
    run(c, a);
}

const struct system wemalo_system = {
    .name = "wemalo",
    .prefix = "/wemalo/",
    .identify = identify,
    .serve = serve,
    .forget = forget,
    .refuse = refuse,
    .fail = fail,
    .account = wm_account_add,
    .state = wm_state,
    .check = wm_check,
    .control = wm_control,
    .open = wm_accounts_open,
    .done = wm_accounts_done,
};
