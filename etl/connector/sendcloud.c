/* sendcloud.c: Sendcloud, as target of orders and source of parcels. This file holds what all calls
 * share, the judge, the webhook and doctor's questions; see sendcloud_v2.c, sendcloud_v3.c and
 * sendcloud_parcels.c for the rest.
 *
 * What is dangerous there, and how it is met:
 *  - v2 import answers 200 with failures inside: hear gives each entry its own verdict, by
 * external_order_id.
 *  - v3 orders are all or nothing: entries that a pointer names are refused, all others are to be
 * sent again; without an index the batch is halved by the load until one stands alone.
 *  - v2 ignores a correction whose updated_at has not moved: updated_at is the entry's revised_utc,
 * which moves with every revision and with nothing else, so a resend is a no-op and a change is
 * seen.
 *  - The incoming list may lose an order when its label is printed: a lost answer is sought in the
 * list and among the parcels.
 *  - external_shipment_id, to_state and currency know null, not "": put_or_null. The currency enum
 * is EUR, USD, GBP: the mapping converts; what slips through is refused by Sendcloud, entry by
 * entry.
 *  - The same quantity is a string in one API and a number in the other; more than two places of
 * money are refused.
 *  - Dates of v2 answers have no zone and two forms: they are shown, no decision hangs on them.
 *  - null, false and missing objects, id as number or text: reading goes by path and takes what is
 * there.
 *  - A cursor is taken out of `next` and put into an address of our own: no foreign address is ever
 * followed.
 *  - 2xx does not mean that a label exists: what a parcel's status means is a lookup table of the
 * mapping.
 *  - 403, 404 and 412 can mean "not for your account": the error text says what to look at.
 *  - Webhooks come late, twice, out of order: their parcel id is all that is used; the parcel is
 * then read. */
#include "connector/sendcloud.h"

#include "core/text.h"
#include "wire/hash.h"

/* ---- building calls ---- */

struct json_out sendcloud_json_begin(struct request *request, const char *call,
                                     const struct account *account, const char *path)
{
    request_begin(request, HTTP_POST, call, account, path);
    request_header(request, "Content-Type", "application/json");
    request->changes = true;
    return json_begin(&request->body);
}

const char *sendcloud_integration_path(const struct account *account, const char *rest,
                                       struct arena *arena)
{
    return arena_format(arena, "/api/v2/integrations/%s%s",
                        settings_text(&account->settings, "integration"), rest);
}

static bool sign(const struct account *account, struct request *request, struct err *err)
{
    const char *partner = settings_text(&account->settings, "partner_id");
    const char *pair =
        arena_format(request->arena, "%s:%s", settings_text(&account->settings, "public_key"),
                     settings_text(&account->settings, "secret_key"));
    size_t size = sizeof "Basic " + (strlen(pair) + 2) / 3 * 4 + 1;
    char *basic = arena_bytes(request->arena, size);

    (void)err;
    memcpy(basic, "Basic ", sizeof "Basic ");
    base64_put(pair, strlen(pair), basic + strlen(basic), size - strlen(basic));
    request_header(request, "Authorization", basic);
    request_header(request, "Accept", "application/json");
    if (partner)
        request_header(request, "Sendcloud-Partner-Id", partner);
    return true;
}

int64_t sendcloud_cents(int64_t money_e4)
{
    return money_e4 / 100 + (money_e4 % 100 >= 50) - (money_e4 % 100 <= -50);
}

const char *sendcloud_cursor(const char *url, const char *asked_with, struct arena *arena)
{
    const char *cursor = url ? url_parameter(url, "cursor", arena) : NULL;

    return text_is_empty(cursor) || text_same(cursor, asked_with) ? NULL : cursor;
}

bool sendcloud_list(const struct response *response, const char *name, const struct node **first,
                    struct err *err)
{
    const struct node *list = node_at(response->root, name);

    if ((!list || list->type != NODE_LIST) && response->status != 404)
        return err_set(err, ERR_SYSTEM, "Sendcloud's answer has no list '%s'", name);
    *first = node_first(list, NULL);
    return true;
}

/* ---- entries ---- */

bool sendcloud_can_say(struct entry *entry, const char *const *contents, struct arena *arena)
{
    const char *content = ORDER_OF(entry->record)->customs_content;

    if (text_is_empty(content))
        return true;
    for (; *contents; contents++)
        if (text_same(*contents, content))
            return true;
    entry_settle(
        entry, VERDICT_REFUSED, "customs-content",
        arena_format(arena, "this API of Sendcloud has no customs content '%.40s'", content));
    return false;
}

int64_t sendcloud_created_utc(const struct entry *entry)
{
    return said(entry->record->at_utc) ? entry->record->at_utc : entry->revised_utc;
}

void sendcloud_settle_found(struct entry *entry, int64_t there_utc)
{
    if (said(there_utc) ? there_utc >= entry->revised_utc : entry->revision <= 1)
        entry_settle(entry, VERDICT_DONE, NULL, NULL);
}

void sendcloud_note_listed(struct entry *entry, bool is_listed)
{
    entry->seen_text = is_listed ? "listed" : NULL;
}

bool sendcloud_is_listed(const struct entry *entry)
{
    return entry->seen_text != NULL;
}

struct entry *sendcloud_unheard(struct batch *batch, const char *key)
{
    for (size_t i = 0; i < batch->len; i++)
        if (batch->entries[i].verdict == VERDICT_UNSURE && text_same(batch->entries[i].key, key))
            return &batch->entries[i];
    return NULL;
}

void sendcloud_note_id(struct entry *entry, const char *id, struct arena *arena)
{
    if (!text_is_empty(id))
        entry->target_id = arena_text(arena, id);
}

void sendcloud_hear_whole(struct batch *batch, const char *text)
{
    if (batch->len == 1)
        batch_settle(batch, VERDICT_REFUSED, "refused-by-target", text);
    else
        batch_settle(batch, VERDICT_AGAIN, NULL, text);
}

/* ---- webhook ---- */

static bool genuine(const struct account *account, const char *signature, const void *body,
                    size_t len)
{
    const char *key = settings_text(&account->settings, "webhook_key");

    if (!key)
        key = settings_text(&account->settings, "secret_key");
    return key && signature && hmac_sha256_matches(key, body, len, signature);
}

static const char *hint(const struct account *account, const struct node *body, enum kind *kind,
                        struct arena *arena)
{
    const char *id = node_text(body, "parcel.id");

    (void)account;
    if (!text_same(node_text(body, "action"), "parcel_status_changed") || !text_is_digits(id))
        return NULL;
    *kind = KIND_SHIPMENTS;
    return arena_format(arena, "parcel:%s", id);
}

/* ---- doctor ---- */

static bool get(const struct account *account, const char *call, const char *path,
                struct request *out)
{
    request_begin(out, HTTP_GET, call, account, path);
    return true;
}

static bool keys_ask(const struct account *account, const char *tag, struct request *out,
                     struct err *err)
{
    (void)tag;
    (void)err;
    return get(account, "GET /user/auth/metadata", "/api/v3/user/auth/metadata", out);
}

static bool keys_tell(const struct account *account, const char *tag,
                      const struct response *response, struct findings *out, struct err *err)
{
    AUTO(buf_done) struct buf scratch = {0};
    const char *wanted = settings_text(&account->settings, "integration");
    const char *keys = node_text(response->root, "data.integration_id");
    const char *date = response->call ? http_header(response->call, "date", &scratch) : NULL;

    (void)tag;
    (void)err;
    out->server_utc = date ? http_date_utc(date) : UNSAID;
    findings_add(out, FINDING_GOOD, "reachable, keys are accepted", NULL);
    if (keys && !text_same(keys, wanted))
        findings_add(out, FINDING_WARN,
                     arena_format(out->arena,
                                  "the keys belong to integration %s, orders go to integration %s",
                                  keys, wanted),
                     "webhooks carry parcels of their own integration only: make both the same");
    return true;
}

static bool integrations_ask(const struct account *account, const char *tag, struct request *out,
                             struct err *err)
{
    (void)tag;
    (void)err;
    return get(account, "GET /integrations", "/api/v2/integrations", out);
}

static bool integrations_tell(const struct account *account, const char *tag,
                              const struct response *response, struct findings *out,
                              struct err *err)
{
    const char *wanted = settings_text(&account->settings, "integration");
    AUTO(buf_done) struct buf all = {0};
    bool there = false;

    (void)tag;
    (void)err;
    for (const struct node *one = node_first(response->root, NULL); one; one = one->next) {
        const char *id = node_text(one, "id");
        const char *name = node_text(one, "shop_name");

        there = there || text_same(id, wanted);
        buf_format(&all, "%s%s '%s'", all.len ? ", " : "", id ? id : "?", name ? name : "");
    }
    findings_add(
        out, there ? FINDING_GOOD : FINDING_BAD,
        arena_format(out->arena, "integrations of the account: %s",
                     all.len ? buf_str(&all) : "none"),
        there ? NULL
              : arena_format(out->arena,
                             "integration %s is not among them: set the option `integration`",
                             wanted));
    return true;
}

/* ---- the table ---- */

static const struct seek v2_order_seeks[] = {
    {SENDCLOUD_BATCH_MAX, sendcloud_v2_list, sendcloud_v2_listed},
    {1, sendcloud_parcels_of, sendcloud_parcels_order},
    {0}};
static const struct seek v2_cancel_seeks[] = {
    {SENDCLOUD_BATCH_MAX, sendcloud_v2_list, sendcloud_v2_listed_cancel},
    {1, sendcloud_parcels_of, sendcloud_parcels_cancel},
    {0}};
static const struct seek v3_order_seeks[] = {{1, sendcloud_v3_list, sendcloud_v3_listed},
                                             {1, sendcloud_parcels_of, sendcloud_parcels_order},
                                             {0}};
static const struct seek v3_cancel_seeks[] = {{1, sendcloud_v3_list, sendcloud_v3_listed_cancel},
                                              {1, sendcloud_parcels_of, sendcloud_parcels_cancel},
                                              {0}};

static const struct sink sinks[] = {
    {.kind = KIND_ORDERS,
     .variant = "v2-integration",
     .batch_max = SENDCLOUD_BATCH_MAX,
     .write = sendcloud_v2_write,
     .hear = sendcloud_v2_hear,
     .seeks = v2_order_seeks,
     .upserts = true},
    {.kind = KIND_ORDERS,
     .variant = "v3-orders",
     .batch_max = SENDCLOUD_BATCH_MAX,
     .write = sendcloud_v3_write,
     .hear = sendcloud_v3_hear,
     .seeks = v3_order_seeks,
     .upserts = true},
    {.kind = KIND_CANCELS,
     .variant = "v2-integration",
     .batch_max = 1,
     .write = sendcloud_v2_cancel,
     .hear = sendcloud_cancel_hear,
     .seeks = v2_cancel_seeks,
     .seek_first = true},
    {.kind = KIND_CANCELS,
     .variant = "v3-orders",
     .batch_max = 1,
     .write = sendcloud_v3_cancel,
     .hear = sendcloud_cancel_hear,
     .seeks = v3_cancel_seeks,
     .seek_first = true},
    {0},
};

static const struct hook hook = {
    .signature_header = "sendcloud-signature", .genuine = genuine, .hint = hint};

static const struct probe probes[] = {
    {"keys and clock", keys_ask, keys_tell},
    {"integration", integrations_ask, integrations_tell},
    {0},
};

static const struct option options[] = {
    {.name = "public_key",
     .type = OPTION_SECRET,
     .required = true,
     .help = "public key of the integration"},
    {.name = "secret_key",
     .type = OPTION_SECRET,
     .required = true,
     .help = "secret key of the integration"},
    {.name = "integration",
     .type = OPTION_INT,
     .required = true,
     .min = 1,
     .max = INT32_MAX,
     .help = "number of the integration the orders go to; `tagwerk doctor` lists them"},
    {.name = "api",
     .type = OPTION_CHOICE,
     .fallback = "v2-integration",
     .choices = "v2-integration|v3-orders",
     .help = "which import list: v2 takes each order by itself, v3 is the open successor"},
    {.name = "webhook_key",
     .type = OPTION_SECRET,
     .help = "key that signs webhooks, where it is not the secret key"},
    {.name = "partner_id",
     .type = OPTION_TEXT,
     .help = "Sendcloud-Partner-Id, for official partners"},
    {0},
};

const struct connector sendcloud_connector = {
    .name = "sendcloud",
    .title = "Sendcloud",
    .options = options,
    .variant_option = "api",
    .url = "https://panel.sendcloud.sc",
    .zone = "Europe/Amsterdam",
    .format = FORMAT_JSON,
    .limits = {.paces = {{PACE_READS, 1000, 60000},
                         {PACE_WRITES, 100, 60000},
                         {PACE_WRITES, 15, 1000}},
               .in_flight = 4,
               .timeout_ms = 30000,
               .body_max = (size_t)32 << 20},
    .sign = sign,
    .judge = sendcloud_judge,
    .feeds = sendcloud_feeds,
    .sinks = sinks,
    .probes = probes,
    .hook = &hook,
};
