/* The merchants of the Billbee simulator, and its dates. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/billbee.h"
#include "sandbox/switches.h"

/* Every account's ids lie this far from those of the one before. */
#define ACCOUNT_STEP INT64_C(1000000000)
enum { MS = 1000, DAY_TEXT = 10, FIRST_NUMBER = 5001, KEY_TEXT = 12 };

static struct bb_account *accounts;
static int64_t account_count;

/* ---- dates ---- */

int64_t bb_wall(int64_t utc_ms)
{
    int64_t s = utc_ms / MS - (utc_ms % MS < 0);

    return switch_on(SWITCH_BB_UTC) ? utc_ms : berlin_of(s) * MS + (utc_ms - s * MS);
}

int64_t bb_wall_to_utc(int64_t wall)
{
    int64_t s = wall / MS;

    return switch_on(SWITCH_BB_UTC) ? wall : berlin_to_utc(s) * MS + wall % MS;
}

int64_t bb_now(void)
{
    return bb_wall(clock_ms());
}

bool bb_date_parse(const char *s, int64_t *wall)
{
    struct text full = {0};
    int64_t day;
    bool ok;

    if (!s)
        return false;
    if (strlen(s) == DAY_TEXT) {
        ok = iso_day_parse(s, &day);
        *wall = ok ? day * MS : *wall;
        return ok;
    }
    if (strlen(s) < DAY_TEXT || (s[DAY_TEXT] != ' ' && s[DAY_TEXT] != 'T'))
        return false;
    text_str(&full, s);
    full.s[DAY_TEXT] = 'T';
    if (full.len == DAY_TEXT + 6)
        text_str(&full, ":00");
    ok = iso_parse(full.s, &day);
    if (ok) /* without a zone it is the wall clock's time already */
        *wall = strpbrk(full.s + DAY_TEXT, "Z+-") ? bb_wall(day) : day;
    text_done(&full);
    return ok;
}

void bb_date_text(struct text *t, int64_t wall)
{
    struct civil c = civil_of(wall / MS);
    int64_t ms = wall % MS;
    int digits = 3;

    if (wall == CLOCK_NEVER) {
        text_str(t, "null");
        return;
    }
    text_char(t, '"');
    text_digits(t, c.year, 4);
    text_char(t, '-');
    text_digits(t, c.month, 2);
    text_char(t, '-');
    text_digits(t, c.day, 2);
    text_char(t, 'T');
    text_digits(t, c.hour, 2);
    text_char(t, ':');
    text_digits(t, c.minute, 2);
    text_char(t, ':');
    text_digits(t, c.second, 2);
    for (; ms && ms % 10 == 0; ms /= 10)
        digits--;
    if (ms) {
        text_char(t, '.');
        text_digits(t, ms, digits);
    }
    text_char(t, '"');
}

json_t *bb_date_json(int64_t wall)
{
    struct text t = {0};
    json_t *date;

    bb_date_text(&t, wall);
    date = json_stringn(t.s + 1, t.len - 2);
    text_done(&t);
    return date;
}

/* ---- accounts ---- */

static const char shops_json[] =
    "[{\"Id\":300000000090001,\"Name\":\"Onlineshop\",\"Platform\":\"Shopify\",\"Type\":10},"
    "{\"Id\":300000000090002,\"Name\":\"Tagwerk auf eBay\",\"Platform\":\"eBay\",\"Type\":2},"
    "{\"Id\":300000000090003,\"Name\":\"Amazon DE\",\"Platform\":\"Amazon\",\"Type\":3}]";

static const char stocks_json[] =
    "[{\"Id\":300000000000001,\"Name\":\"Standard\",\"Description\":null,\"IsDefault\":true},"
    "{\"Id\":300000000000002,\"Name\":\"Au\\u00dfenlager\",\"Description\":\"Halle 2\","
    "\"IsDefault\":false}]";

static const char providers_json[] =
    "[{\"id\":300000000027001,\"name\":\"DHL\",\"products\":["
    "{\"id\":300000000048001,\"displayName\":\"DHL Paket\",\"productName\":\"V01PAK;01\"},"
    "{\"id\":300000000048002,\"displayName\":\"DHL Kleinpaket\",\"productName\":\"V62KP;01\"},"
    "{\"id\":300000000048003,\"displayName\":\"DHL Paket International\","
    "\"productName\":\"V53WPAK;01\"}]},"
    "{\"id\":300000000027002,\"name\":\"Freier Provider\",\"products\":["
    "{\"id\":300000000048011,\"displayName\":\"DPD Classic\",\"productName\":\"DPD\"},"
    "{\"id\":300000000048012,\"displayName\":\"GLS\",\"productName\":\"GLS\"},"
    "{\"id\":300000000048013,\"displayName\":\"Hermes "
    "P\\u00e4ckchen\",\"productName\":\"HERMES\"}]}]";

static json_t *list_said(const json_t *said, const char *key, const char *otherwise)
{
    json_t *list = json_object_get(said, key);

    return json_is_array(list) ? json_deep_copy(list) : json_loads(otherwise, 0, NULL);
}

static const char *text_said(const json_t *said, const char *key)
{
    const char *s = json_string_value(json_object_get(said, key));

    return s ? s : "";
}

static bool taken(const char *name, const char *user)
{
    for (const struct bb_account *a = accounts; a; a = a->next) {
        if (same_text(a->name, name) || same_text(a->user, user))
            return true;
    }
    return false;
}

bool bb_account_add(const json_t *said)
{
    const char *name = text_said(said, "name"), *user = text_said(said, "user");
    const json_t *first = json_object_get(said, "first_order_id");
    int64_t step = account_count * ACCOUNT_STEP;
    struct bb_account *a, **end = &accounts;

    if (!*name || !*user || taken(name, user) || strlen(text_said(said, "password")) < KEY_TEXT ||
        !*text_said(said, "api_key"))
        return false;
    a = mem_need(sizeof *a);
    a->name = mem_copy(name);
    a->user = mem_copy(user);
    a->password = mem_copy(text_said(said, "password"));
    a->api_key = mem_copy(text_said(said, "api_key"));
    a->shops = list_said(said, "shops", shops_json);
    a->stocks = list_said(said, "stocks", stocks_json);
    a->providers = list_said(said, "providers", providers_json);
    a->hooks = json_array();
    a->next_order = json_is_integer(first) ? json_integer_value(first) : 300000180000001 + step;
    a->next_article = 300000065000001 + step;
    a->next_address = 300000171000001 + step;
    a->next_item = 300000305000001 + step;
    a->next_shipment = 300000402000001 + step;
    a->next_event = 300000510000001 + step;
    a->next_number = FIRST_NUMBER;
    a->next_hook = 1;
    a->endpoints = mem_need(bb_endpoint_count() * sizeof *a->endpoints);
    account_count++;
    while (*end)
        end = &(*end)->next;
    *end = a;
    return true;
}

void bb_accounts_open(void)
{
    json_t *demo =
        json_pack("{s:s,s:s,s:s,s:s}", "name", "demo", "user", "haendler@example.org", "password",
                  "Demo-Passwort-1", "api_key", "00000000-0000-4000-8000-000000000001");

    (void)bb_account_add(demo);
    json_decref(demo);
}

static void account_free(struct bb_account *a)
{
    bb_orders_done(a);
    bb_articles_done(a);
    for (size_t i = 0; i < a->day_count; i++)
        free(a->days[i].calls);
    json_decref(a->shops);
    json_decref(a->stocks);
    json_decref(a->providers);
    json_decref(a->hooks);
    free(a->days);
    free(a->pages);
    free(a->endpoints);
    free(a->found.rows);
    free(a->name);
    free(a->user);
    free(a->password);
    free(a->api_key);
    free(a->rule_url);
    free(a);
}

void bb_accounts_done(void)
{
    while (accounts) {
        struct bb_account *next = accounts->next;

        account_free(accounts);
        accounts = next;
    }
    account_count = 0;
    bb_limits_done();
}

struct bb_account *bb_account_first(void)
{
    return accounts;
}

struct bb_account *bb_account_by_name(const char *name)
{
    struct bb_account *a = accounts;

    while (name && a && !same_text(a->name, name) && !same_text(a->user, name))
        a = a->next;
    return a;
}

struct bb_account *bb_account_by_user(const char *user, const char *password)
{
    struct bb_account *a = accounts;

    while (a && (!same_word(a->user, user) || !same_text(a->password, password)))
        a = a->next;
    return a;
}

const json_t *bb_row(const json_t *list, const char *key, int64_t id)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *row = json_array_get(list, i);

        if (json_integer_value(json_object_get(row, key)) == id)
            return row;
    }
    return NULL;
}
