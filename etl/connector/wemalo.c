/* wemalo.c: wemalo connect, the interface of a warehouse: target of articles, orders and cancels,
 * source of shipments and stock. This file holds how calls are built, doctor's questions and
 * the table; see wemalo_judge.c, wemalo_articles.c, wemalo_orders.c and wemalo_sent.c for the rest.
 *
 * The public documentation is thin and old. What is dangerous or unsure, and how it is met:
 *  - Every answer carries `Success` and `status`, and the HTTP status may say something else: the
 * body's counts. Success and failure in one answer prove nothing: a read is asked again, a change
 * is in doubt. What is no JSON, or lacks both, is no answer. (The documented list of articles lacks
 * both; it is taken for one because of its list.)
 *  - 419, not 429, means too many calls, and no limit is published: one call a second, one at a
 * time.
 *  - Whether a second push of the same order makes a second order is not known: an order is pushed
 * again only after getStatus said that there is none. addConditional, which the vendor's own plugin
 * uses, is taken for create or change; add is taken for create alone, so with `api = add` every
 * order is looked for before it is sent, and a change is refused.
 *  - Only a 404, or a 400 that says NOT_FOUND, means that an order is not there. Any other failure
 * of getStatus leaves it in doubt.
 *  - Where a change or a cancellation stops being possible is not certain: PARTIAL and OPEN are
 * early enough, every other status, known or not, is too late. Statuses go by name; numbers are
 * known for two of them.
 *  - A cancellation's answer proves nothing: getStatus must say CANCELLED.
 *  - addMultiple creates or changes and answers once for all articles: a refused batch is halved
 * until the offender stands alone. An article that is there already is never sent dimensions.
 *  - Weights of articles and orders are taken as grams, since the vendor's plugin sends grams;
 * positions count cents, everything else euros.
 *  - Three ways to write a date: dd.MM.yyyy HH:mm:ss, ddMMyyyyHH, yyyy-MM-dd, all without a zone;
 * Berlin is assumed.
 *  - Shipments are read by time, never by the "not yet fetched" flag: that flag belongs to the
 * account, and another program that sets it would hide parcels from us.
 *  - DELETE /goodsOrder/reservations frees all reserved goods of the account. Never call it. */
#include "connector/wemalo.h"

#include "core/text.h"

#define SENT_OVERLAP_S 10800 /* the hour that occurs twice, and parcels that are seen late */
#define STOCK_OVERLAP_S 7200

/* ---- building calls ---- */

struct json_out wemalo_json_begin(struct request *request, enum http_method method,
                                  const char *call, const struct account *account, const char *path)
{
    struct json_out json;

    request_begin(request, method, call, account, path);
    request_header(request, "Content-Type", "application/json");
    request->changes = true;
    json = json_begin(&request->body);
    json_map(&json);
    return json;
}

void wemalo_json_end(struct json_out *json, const struct account *account)
{
    json_field(json, "shop", settings_text(&account->settings, "shop"));
    json_map_end(json);
}

void wemalo_get(struct request *request, const char *call, const struct account *account,
                const char *path)
{
    request_begin(request, HTTP_GET, call, account, path);
}

const char *wemalo_path_of(const char *path, const char *id, struct arena *arena)
{
    AUTO(buf_done) struct buf whole = {0};

    buf_text(&whole, path);
    url_put(&whole, id);
    return arena_text(arena, buf_str(&whole));
}

void wemalo_put_filled(struct json_out *out, const char *key, const char *text)
{
    if (!text_is_empty(text))
        json_field(out, key, text);
}

void wemalo_put_euros(struct json_out *out, const char *key, int64_t money_e4)
{
    if (!said(money_e4))
        return;
    json_key(out, key);
    json_decimal(out, money_e4, 4, 2);
}

const char *wemalo_hour(const struct account *account, int64_t utc, struct arena *arena)
{
    struct civil civil;

    if (!said(utc))
        return WEMALO_EVER;
    civil = zone_local(account->zone, utc);
    return arena_format(arena, "%02d%02d%04d%02d", civil.day, civil.month, civil.year, civil.hour);
}

static bool sign(const struct account *account, struct request *request, struct err *err)
{
    (void)err;
    request_header(
        request, "Authorization",
        arena_format(request->arena, "JWT %s", settings_text(&account->settings, "token")));
    request_header(request, "Accept", "application/json");
    return true;
}

/* ---- doctor ---- */

static bool shop_ask(const struct account *account, const char *tag, struct request *out,
                     struct err *err)
{
    (void)tag;
    (void)err;
    wemalo_get(out, "GET /product/shop", account, "/v1/product/shop");
    return true;
}

static bool shop_tell(const struct account *account, const char *tag,
                      const struct response *response, struct findings *out, struct err *err)
{
    AUTO(buf_done) struct buf scratch = {0};
    const char *wanted = settings_text(&account->settings, "shop");
    const char *shop = node_text(response->root, "shop");
    const char *date = response->call ? http_header(response->call, "date", &scratch) : NULL;

    (void)tag;
    (void)err;
    out->server_utc = date ? http_date_utc(date) : UNSAID;
    findings_add(out, FINDING_GOOD,
                 arena_format(out->arena,
                              "reachable, the token is accepted; it belongs to shop '%s'",
                              shop ? shop : "?"),
                 NULL);
    if (wanted && shop && !text_same(wanted, shop))
        findings_add(out, FINDING_WARN,
                     arena_format(out->arena, "the account's option says shop '%s'", wanted),
                     "set the option `shop` to the token's shop, or leave it out");
    return true;
}

static bool profiles_ask(const struct account *account, const char *tag, struct request *out,
                         struct err *err)
{
    (void)tag;
    (void)err;
    wemalo_get(out, "GET /goodsOrder/profiles", account, "/v1/goodsOrder/profiles");
    return true;
}

/* Only profiles with a matching key can be chosen. */
static void put_profiles(struct buf *out, const struct node *dispatcher)
{
    const struct node *profile = node_first(node_at(dispatcher, "profiles"), NULL);

    for (; profile; profile = profile->next) {
        const char *id = node_text(profile, "matchId");

        if (!text_is_empty(id))
            buf_format(out, "%s%s", out->len ? ", " : "", id);
    }
}

static bool profiles_tell(const struct account *account, const char *tag,
                          const struct response *response, struct findings *out, struct err *err)
{
    AUTO(buf_done) struct buf all = {0};
    const struct node *dispatcher = NULL;

    (void)account;
    (void)tag;
    if (!wemalo_list(response, "dispatcher", &dispatcher, err))
        return false;
    for (; dispatcher; dispatcher = dispatcher->next)
        put_profiles(&all, dispatcher);
    if (all.len)
        findings_add(out, FINDING_GOOD,
                     arena_format(out->arena, "keys of shipping profiles: %s", buf_str(&all)),
                     NULL);
    else
        findings_add(out, FINDING_WARN, "no shipping profile has a matching key",
                     "orders that name a delivery_label match none; set the keys in wemalo");
    return true;
}

/* ---- the table ---- */

static const struct feed feeds[] = {
    {.kind = KIND_SHIPMENTS,
     .ask = wemalo_sent_ask,
     .read = wemalo_sent_read,
     .span = SPAN_SINCE,
     .overlap_s = SENT_OVERLAP_S},
    {.kind = KIND_STOCK,
     .ask = wemalo_stock_ask,
     .read = wemalo_stock_read,
     .span = SPAN_ALL,
     .overlap_s = STOCK_OVERLAP_S},
    {0},
};

static const struct seek article_seeks[] = {
    {WEMALO_ARTICLES_MAX, wemalo_articles_list, wemalo_articles_listed, .lists_all = true}, {0}};
static const struct seek order_seeks[] = {{1, wemalo_order_status, wemalo_order_found}, {0}};
static const struct seek cancel_seeks[] = {{1, wemalo_order_status, wemalo_cancel_found}, {0}};

static const struct sink sinks[] = {
    {.kind = KIND_ARTICLES,
     .batch_max = WEMALO_ARTICLES_MAX,
     .write = wemalo_articles_write,
     .hear = wemalo_articles_hear,
     .seeks = article_seeks,
     .seek_first = true,
     .upserts = true},
    {.kind = KIND_ORDERS,
     .variant = "addConditional",
     .batch_max = 1,
     .write = wemalo_order_write,
     .hear = wemalo_order_hear,
     .seeks = order_seeks},
    {.kind = KIND_ORDERS,
     .variant = "add",
     .batch_max = 1,
     .write = wemalo_order_write,
     .hear = wemalo_order_hear,
     .seeks = order_seeks,
     .seek_first = true},
    {.kind = KIND_CANCELS,
     .batch_max = 1,
     .write = wemalo_cancel_write,
     .hear = wemalo_cancel_hear,
     .seeks = cancel_seeks,
     .upserts = true},
    {0},
};

static const struct probe probes[] = {
    {"token and clock", shop_ask, shop_tell},
    {"shipping profiles", profiles_ask, profiles_tell},
    {0},
};

static const struct option options[] = {
    {.name = "token",
     .type = OPTION_SECRET,
     .required = true,
     .help = "token of the shop's account, issued by wemalo"},
    {.name = "api",
     .type = OPTION_CHOICE,
     .fallback = "addConditional",
     .choices = "addConditional|add",
     .help = "the call that brings an order; add looks for each order first and changes none"},
    {.name = "shop",
     .type = OPTION_TEXT,
     .help = "name of the shop, where wemalo asks for it; `tagwerk doctor` tells it"},
    {.name = "product_group",
     .type = OPTION_TEXT,
     .fallback = "default",
     .help = "product group of the articles"},
    {0},
};

const struct connector wemalo_connector = {
    .name = "wemalo",
    .title = "wemalo",
    .options = options,
    .variant_option = "api",
    .url = "https://connect.wemalo.com",
    .zone = "Europe/Berlin",
    .format = FORMAT_JSON,
    .limits = {.paces = {{PACE_ALL, 1, 1000}},
               .in_flight = 1,
               .timeout_ms = 60000,
               .body_max = (size_t)64 << 20},
    .sign = sign,
    .judge = wemalo_judge,
    .feeds = feeds,
    .sinks = sinks,
    .probes = probes,
};
