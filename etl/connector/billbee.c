/* billbee.c: Billbee's REST API v1, as source of articles and orders, and as target of tracking
 * numbers, tags, states, orders and stock. This file holds what all calls share, doctor's questions
 * and the tables; billbee_judge.c weighs answers, billbee_pages.c walks lists, billbee_orders.c and
 * billbee_articles.c read, billbee_write.c writes.
 *
 * How sure a fact is: [spec] the official Swagger document or help pages, [sdk] Billbee's own
 * clients, [wire] recorded answers, [recall] hearsay. What is not sure is met so that either
 * reading loses nothing and sends nothing twice.
 *
 * What is dangerous there, and how it is met:
 *  - ErrorCode and ErrorMessage may stand in an answer with status 200 [spec]: judge reads them
 * first. ErrorDescription is declared a number and comes as a name [wire]: it is not read.
 *  - PUT orderstate and POST shipment succeed with an empty body [sdk]: empty is done there, and
 * nowhere else; a body that is no success leaves doubt, and the order is looked at.
 *  - POST shipment has no key: twice makes two [spec]. A lost answer is sought in the order's
 * ShippingIds before another is sent.
 *  - Tracking numbers reach the marketplace when the state becomes 4, and not later [spec]: the
 * core sends all of an order's numbers before its mark "state:4".
 *  - PUT tags replaces all tags, there is no call that removes one [spec]: tags are only ever
 * added, by POST, which ignores what is there and does not care for case [spec].
 *  - The order of a list is not documented, and pages move while they are read: billbee_pages.c.
 *  - Articles cannot be asked for by their change, and have no date [spec]: all are read each time.
 *  - Dates come without a zone [wire]; that they are German local time is [recall]. Orders are
 * asked for with an overlap of three hours, which covers UTC as well, and the hour that occurs
 * twice. What is written says its offset, as the file declares dates [spec].
 *  - Ids have 15 to 17 digits [wire, sdk]: they stay text. Decimals come with any number of zeros
 * [wire]; quantities may have places [spec]: what is not whole is a flaw.
 *  - TotalCost is documented as without shipping, and is with it in every sample [wire]: it is the
 * total.
 *  - Weights are grams at articles ([spec] for an order's, by likeness for the catalogue's) and
 * kilograms at orders [spec].
 *  - Cancelled is state 8; 6, deleted, is as good as that [spec]. After the invoice a cancellation
 * is an order of its own, below zero, its number ending in -GS, while the original keeps its state
 * [spec]. Which field names the original is not confirmed: BillBeeParentOrderId is believed, else
 * its number is looked up. IsCancelationFor is Shopify's alone [spec], and an id that cannot be
 * asked for. A credit that takes back less than all goods has no `credit_for`.
 *  - findbyextref looks up by OrderNumber, whatever its name says [sdk]; which of two shops' orders
 * of one number it shows is not told: what is found must have that very number. A number with a
 * slash may be out of its reach [recall]: such a credit has no `credit_for`, such an order is not
 * created.
 *  - Whether an unknown number is 404 or ErrorCode 2 is not told: both are "not there", an answer
 * without order and without that word is not believed.
 *  - POST /orders twice: ErrorCode 9 exists, when it comes is not told [sdk]. A lost answer is
 * sought by the order's number, a found one is not sent again.
 *  - null where Billbee wants a number is an error [sdk]: what is not said is left out.
 *  - States, carriers and payments grow: numbers that nobody has heard of pass.
 *  - Limits: per endpoint two calls a second, per user ten, which are our paces; fifty per key,
 * which is all accounts of one application together, and one order six times a minute, which a
 * batch run never reaches [spec]. 100,000 calls a month are free [spec]: pages are as large as they
 * may be, and nothing is looked at without need. */
#include "connector/billbee.h"

#include "connector/fields.h"
#include "core/decimal.h"
#include "core/text.h"
#include "wire/hash.h"

#define OVERLAP_S 10800
#define MILLIONTHS 6

/* ---- building calls ---- */

static bool sign(const struct account *account, struct request *request, struct err *err)
{
    const struct settings *settings = &account->settings;
    const char *pair = arena_format(request->arena, "%s:%s", settings_text(settings, "user"),
                                    settings_text(settings, "api_password"));
    size_t size = sizeof "Basic " + (strlen(pair) + 2) / 3 * 4 + 1;
    char *basic = arena_bytes(request->arena, size);

    (void)err;
    memcpy(basic, "Basic ", sizeof "Basic ");
    base64_put(pair, strlen(pair), basic + strlen(basic), size - strlen(basic));
    request_header(request, "Authorization", basic);
    request_header(request, "X-Billbee-Api-Key", settings_text(settings, "api_key"));
    request_header(request, "Accept", "application/json");
    return true;
}

const char *billbee_time(const struct account *account, int64_t utc, struct arena *arena)
{
    struct civil local = zone_local(account->zone, utc);

    return arena_format(arena, "%04d-%02d-%02dT%02d:%02d:%02d", local.year, local.month, local.day,
                        local.hour, local.minute, local.second);
}

/* ---- reading what orders and articles share ---- */

int64_t billbee_pieces(const struct node *node, const char *path, struct record *record,
                       struct arena *arena)
{
    const char *text = node_text(node, path);
    int64_t millionths;
    struct err err;

    if (text_is_empty(text))
        return UNSAID;
    if (!decimal_parse(text, MILLIONTHS, &millionths, &err)) {
        record_flaw(record, arena_format(arena, "%s: %s", path, err.text), arena);
        return UNSAID;
    }
    if (millionths % 1000000 != 0) {
        record_flaw(record, arena_format(arena, "%s: '%.40s' is not a whole number", path, text),
                    arena);
        return UNSAID;
    }
    return millionths / 1000000;
}

/* ---- doctor ---- */

static bool providers_ask(const struct account *account, const char *tag, struct request *out,
                          struct err *err)
{
    (void)tag;
    (void)err;
    request_begin(out, HTTP_GET, "GET /shipment/shippingproviders", account,
                  "/api/v1/shipment/shippingproviders");
    return true;
}

static bool providers_tell(const struct account *account, const char *tag,
                           const struct response *response, struct findings *out, struct err *err)
{
    AUTO(buf_done) struct buf scratch = {0};
    AUTO(buf_done) struct buf names = {0};
    const char *date = response->call ? http_header(response->call, "date", &scratch) : NULL;

    (void)account;
    (void)tag;
    if (!response->root || response->root->type != NODE_LIST)
        return err_set(err, ERR_SYSTEM, "Billbee's answer holds no list of shipping providers");
    for (const struct node *one = node_first(response->root, NULL); one; one = one->next) {
        const char *name = node_text(one, "name");

        buf_format(&names, "%s'%s'", names.len ? ", " : "", name ? name : "");
    }
    out->server_utc = date ? http_date_utc(date) : UNSAID;
    findings_add(out, FINDING_GOOD, "reachable, credentials are accepted", NULL);
    findings_add(out, FINDING_GOOD,
                 arena_format(out->arena, "shipping providers of the account: %s",
                              names.len ? buf_str(&names) : "none"),
                 NULL);
    return true;
}

/* How many orders wait: Billbee has no list of its tags. */
static bool work_ask(const struct account *account, const char *tag, struct request *out,
                     struct err *err)
{
    const char *wanted = settings_text(&account->settings, "tag");

    (void)tag;
    if (!wanted) {
        *err = (struct err){0};
        return false;
    }
    request_begin(out, HTTP_GET, BILLBEE_ORDERS, account, BILLBEE_ORDERS_PATH);
    request_parameter(out, "orderStateId", settings_text(&account->settings, "state"));
    request_parameter(out, "tag", wanted);
    request_parameter(out, "page", "1");
    request_parameter(out, "pageSize", "1");
    return true;
}

static bool work_tell(const struct account *account, const char *tag,
                      const struct response *response, struct findings *out, struct err *err)
{
    const char *state = settings_text(&account->settings, "state");
    const char *wanted = settings_text(&account->settings, "tag");
    const char *rows = node_text(response->root, "Paging.TotalRows");

    (void)tag;
    if (!text_is_digits(rows))
        return err_set(err, ERR_SYSTEM, "Billbee's answer does not tell how many orders there are");
    if (text_same(rows, "0"))
        findings_add(out, FINDING_WARN,
                     arena_format(out->arena, "no order is in state %s and carries the tag '%s'",
                                  state, wanted),
                     "as it should be when all is done; else compare the tag with Billbee's");
    else
        findings_add(out, FINDING_GOOD,
                     arena_format(out->arena, "%s orders are in state %s and carry the tag '%s'",
                                  rows, state, wanted),
                     NULL);
    return true;
}

/* ---- the table ---- */

static const struct feed feeds[] = {
    {.kind = KIND_ORDERS,
     .ask = billbee_orders_ask,
     .read = billbee_orders_read,
     .span = SPAN_SINCE,
     .overlap_s = OVERLAP_S},
    {.kind = KIND_ARTICLES,
     .ask = billbee_articles_ask,
     .read = billbee_articles_read,
     .span = SPAN_ALL,
     .whole = true},
    {0},
};

static const struct probe probes[] = {
    {"credentials and clock", providers_ask, providers_tell},
    {"work list", work_ask, work_tell},
    {0},
};

static const struct option options[] = {
    {.name = "user",
     .type = OPTION_TEXT,
     .required = true,
     .help = "login of the merchant at Billbee, an e-mail address"},
    {.name = "api_password",
     .type = OPTION_SECRET,
     .required = true,
     .help = "password of the API, which is not that of the login"},
    {.name = "api_key",
     .type = OPTION_SECRET,
     .required = true,
     .help = "key of the application, from Billbee"},
    {.name = "state",
     .type = OPTION_INT,
     .fallback = "3",
     .min = 1,
     .max = 99,
     .help = "state in which orders are fetched by their tag: 3 is paid"},
    {.name = "tag",
     .type = OPTION_TEXT,
     .help = "tag of the orders that are fetched in that state, however old; not set: only changed "
             "orders are read"},
    {.name = "shop",
     .type = OPTION_INT,
     .min = 1,
     .max = INT64_MAX,
     .help = "id of the shop connection that created orders belong to; not set: none"},
    {.name = "storage_location",
     .type = OPTION_INT,
     .fallback = "0",
     .max = INT64_MAX,
     .help = "id of the stock that quantities are written to; 0: the standard one"},
    {.name = "currency",
     .type = OPTION_TEXT,
     .fallback = "EUR",
     .help = "currency of the articles' prices"},
    {0},
};

const struct connector billbee_connector = {
    .name = "billbee",
    .title = "Billbee",
    .options = options,
    .url = "https://api.billbee.io",
    .zone = "Europe/Berlin",
    .format = FORMAT_JSON,
    .limits = {.paces = {{PACE_CALL, 2, 1000}, {PACE_ALL, 10, 1000}},
               .month_calls = 100000,
               .in_flight = 4,
               .timeout_ms = 60000,
               .body_max = (size_t)64 << 20},
    .sign = sign,
    .judge = billbee_judge,
    .feeds = feeds,
    .sinks = billbee_sinks,
    .probes = probes,
};
