#include "sandbox/sendcloud.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/json_quick.h"
#include "sandbox/switches.h"

enum { READS_A_MINUTE = 1000, WRITES_A_MINUTE = 100, WRITES_A_SECOND = 15 };

struct route {
    const char *path; /* below /api */
    const char *name; /* how counts and faults call it */
    sc_call_fn *run;
    enum method method;
    bool write;
};

static const struct route routes[] = {
    {"/v2/integrations", "GET /integrations", sc_integrations_get, METHOD_GET, false},
    {"/v2/integrations/logs", "GET /integrations/logs", sc_logs_get, METHOD_GET, false},
    {"/v2/integrations/{id}", "GET /integrations/{id}", sc_integration_get, METHOD_GET, false},
    {"/v2/integrations/{id}", "PUT /integrations/{id}", sc_integration_put, METHOD_PUT, true},
    {"/v2/integrations/{id}", "PATCH /integrations/{id}", sc_integration_patch, METHOD_PATCH, true},
    {"/v2/integrations/{id}", "DELETE /integrations/{id}", sc_integration_delete, METHOD_DELETE,
     true},
    {"/v2/integrations/{id}/logs", "GET /integrations/{id}/logs", sc_logs_get, METHOD_GET, false},
    {"/v2/integrations/{id}/logs", "POST /integrations/{id}/logs", sc_logs_post, METHOD_POST, true},
    {"/v2/integrations/{id}/shipments", "GET /integrations/{id}/shipments", sc_shipments_get,
     METHOD_GET, false},
    {"/v2/integrations/{id}/shipments", "POST /integrations/{id}/shipments", sc_shipments_post,
     METHOD_POST, true},
    {"/v2/integrations/{id}/shipments/delete", "POST /integrations/{id}/shipments/delete",
     sc_shipments_delete, METHOD_POST, true},
    {"/v2/parcels", "GET /parcels", sc_parcels_get, METHOD_GET, false},
    {"/v2/parcels", "POST /parcels", sc_parcels_post, METHOD_POST, true},
    {"/v2/parcels", "PUT /parcels", sc_parcels_put, METHOD_PUT, true},
    {"/v2/parcels/statuses", "GET /parcels/statuses", sc_statuses_get, METHOD_GET, false},
    {"/v2/parcels/{id}", "GET /parcels/{id}", sc_parcel_get, METHOD_GET, false},
    {"/v2/parcels/{id}/cancel", "POST /parcels/{id}/cancel", sc_parcel_cancel, METHOD_POST, true},
    {"/v2/shipping_methods", "GET /shipping_methods", sc_methods_get, METHOD_GET, false},
    {"/v2/shipping_methods/{id}", "GET /shipping_methods/{id}", sc_method_get, METHOD_GET, false},
    {"/v2/tracking/{number}", "GET /tracking/{number}", sc_tracking_get, METHOD_GET, false},
    {"/v3/orders", "POST /v3/orders", sc_v3_orders_post, METHOD_POST, true},
    {"/v3/orders", "GET /v3/orders", sc_v3_orders_get, METHOD_GET, false},
    {"/v3/orders/{id}", "GET /v3/orders/{id}", sc_v3_order_get, METHOD_GET, false},
    {"/v3/orders/{id}", "PATCH /v3/orders/{id}", sc_v3_order_patch, METHOD_PATCH, true},
    {"/v3/orders/{id}", "DELETE /v3/orders/{id}", sc_v3_order_delete, METHOD_DELETE, true},
    {"/v3/user/auth/metadata", "GET /v3/user/auth/metadata", sc_v3_metadata_get, METHOD_GET, false},
    {"/v3/parcels/statuses", "GET /v3/parcels/statuses", sc_v3_statuses_get, METHOD_GET, false},
};

/* What identify found out. */
struct prepared {
    const struct route *route;
    struct path_parts parts;
    bool other_method; /* the path exists, not with this method */
};

static bool is_v3(const struct call *c)
{
    return strncmp(c->path, "/api/v3/", 8) == 0;
}

static void identify(struct call *c)
{
    struct prepared *p = mem_need(sizeof *p);
    const char *path = c->path + strlen("/api");

    c->prepared = p;
    for (size_t i = 0; i < sizeof routes / sizeof *routes && !p->route; i++) {
        if (!path_matches(path, routes[i].path, &p->parts))
            continue;
        if (routes[i].method == c->method)
            p->route = &routes[i];
        else
            p->other_method = true;
    }
    text_copy(c->name, sizeof c->name, p->route ? p->route->name : "NotFound");
    c->write = p->route ? p->route->write : c->method != METHOD_GET;
}

static void forget(struct call *c)
{
    free(c->prepared);
    c->prepared = NULL;
}

struct sc_account *sc_account_of(const struct call *c)
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
    return sc_account_by_keys(plain, colon + 1);
}

void sc_error(struct call *c, int status, const char *message)
{
    const char *path = c->path + 1;

    call_answer_json(c, status,
                     json_pack("{s:{s:i,s:s,s:s}}", "error", "code", status, "request", path,
                               "message", message));
}

json_t *sc_v3_error_entry(int status, const char *code, const char *detail, const char *pointer)
{
    struct text number = {0};
    json_t *entry;

    text_int(&number, status);
    entry = json_pack("{s:s,s:s,s:s}", "status", number.s, "code", code, "detail", detail);
    if (pointer)
        (void)json_object_set_new(entry, "source", json_pack("{s:s}", "pointer", pointer));
    text_done(&number);
    return entry;
}

void sc_v3_error(struct call *c, int status, const char *code, const char *title,
                 const char *detail, const char *pointer)
{
    json_t *entry = sc_v3_error_entry(status, code, detail, pointer);

    if (title)
        (void)json_object_set_new(entry, "title", json_string(title));
    call_answer_json(c, status, json_pack("{s:[o]}", "errors", entry));
}

json_t *sc_body(struct call *c)
{
    json_error_t why;
    json_t *body = json_read(c->body.s, c->body.len, &why);
    struct text t = {0};

    if (body)
        return body;
    text_fmt(&t, "JSON parse error - %s", why.text);
    if (is_v3(c))
        sc_v3_error(c, 400, "invalid", "Parse error", t.s, NULL);
    else
        sc_error(c, 400, t.s);
    text_done(&t);
    return NULL;
}

/* ---- the gate: keys, partner, rate ---- */

static void refuse(struct call *c, int status)
{
    static const struct {
        int status;
        const char *code, *text;
    } rows[] = {{401, "authentication_failed", "Invalid username/password."},
                {403, "forbidden", "You do not have permission to perform this action."},
                {404, "not_found", "Not found."},
                {405, "invalid", "Method not allowed."},
                {409, "invalid", "Conflict with an existing object."},
                {422, "validation_error", "The request could not be processed."},
                {500, "invalid", "Internal server error."},
                {503, "invalid", "Service temporarily unavailable."},
                {504, "invalid", "Gateway timeout."}};
    size_t i = 0;

    if (status == 429 && is_v3(c)) {
        call_answer_json(c, status,
                         json_pack("{s:[{s:s,s:s,s:s,s:i}]}", "errors", "code", "hit_rate_limit",
                                   "title", "Rate limit exceeded", "detail",
                                   "Rate limit exceeded: 100 per 1 minute", "status", 429));
        return;
    }
    if (status == 429) {
        call_answer(c, status, "application/json");
        return;
    }
    while (i + 1 < sizeof rows / sizeof *rows && rows[i].status != status)
        i++;
    if (is_v3(c))
        sc_v3_error(c, status, rows[i].code, rows[i].text, rows[i].text, NULL);
    else
        sc_error(c, status, rows[i].text);
}

static void fail(struct call *c)
{
    if (is_v3(c))
        sc_v3_error(c, 200, "invalid", "Error", "An unexpected error occurred.", NULL);
    else
        call_answer_json(c, 200,
                         json_pack("{s:{s:i,s:s,s:s}}", "error", "code", 500, "request",
                                   c->path + 1, "message", "An unexpected error occurred."));
}

/* Counts the call; 0, or the seconds until the next one is welcome. */
static int64_t rate_wait(struct sc_rate *r, bool write)
{
    int64_t now = clock_s();

    if (now / 60 != r->minute) {
        r->minute = now / 60;
        r->reads = r->writes = 0;
    }
    if (now != r->second) {
        r->second = now;
        r->burst = 0;
    }
    if (!write)
        return ++r->reads > READS_A_MINUTE ? 60 - now % 60 : 0;
    if (++r->burst > WRITES_A_SECOND)
        return 1;
    return ++r->writes > WRITES_A_MINUTE ? 60 - now % 60 : 0;
}

static bool rate_fine(struct call *c, struct sc_account *a)
{
    int64_t wait =
        switch_on(SWITCH_SC_RATE_LIMITS) ? rate_wait(&a->rate, c->method != METHOD_GET) : 0;
    struct text seconds = {0};

    if (!wait)
        return true;
    refuse(c, 429);
    if (switch_on(SWITCH_SC_RETRY_AFTER)) {
        text_int(&seconds, wait);
        call_header(c, "Retry-After", seconds.s);
        text_done(&seconds);
    }
    return false;
}

static void refuse_keys(struct call *c)
{
    if (c->authorization || !is_v3(c)) {
        refuse(c, 401);
        return;
    }
    sc_v3_error(c, 401, "authentication_failed", "No credentials",
                "Authentication credentials were not provided.", NULL);
}

static bool partner_fine(struct call *c)
{
    if (!c->partner_id || same_text(c->partner_id, switch_words(SWITCH_SC_PARTNER_ID)))
        return true;
    if (is_v3(c))
        sc_v3_error(c, 404, "not_found", "Not found", "The partner ID was not found.", NULL);
    else
        sc_error(c, 400, "The partner ID was not found.");
    return false;
}

static void serve(struct call *c)
{
    const struct prepared *p = c->prepared;
    struct sc_account *a = sc_account_of(c);

    c->reply.gzip = switch_on(SWITCH_SC_GZIP);
    if (!a) {
        refuse_keys(c);
        call_header(c, "WWW-Authenticate", "Basic realm=\"api\"");
        return;
    }
    if (!rate_fine(c, a) || !partner_fine(c))
        return;
    for (struct sc_account *each = sc_account_first(); each; each = each->next)
        sc_parcels_age(each);
    if (p->route)
        p->route->run(c, a, &p->parts);
    else
        refuse(c, p->other_method ? 405 : 404);
    sc_hook_flush();
}

const struct system sendcloud_system = {
    .name = "sendcloud",
    .prefix = "/api/",
    .identify = identify,
    .serve = serve,
    .forget = forget,
    .refuse = refuse,
    .fail = fail,
    .account = sc_account_add,
    .state = sc_state,
    .check = sc_check,
    .control = sc_control,
    .open = sc_accounts_open,
    .done = sc_accounts_done,
};
