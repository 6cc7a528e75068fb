/* Webhooks of the Sendcloud simulator, written and signed; hook sends them. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/hook.h"
#include "sandbox/sendcloud.h"
#include "sandbox/switches.h"

/* Events of the present call, in the order they happened. */
struct fresh {
    char *url, *headers, *body;
};

static struct fresh *fresh;
static size_t fresh_count;

/* Signs with the secret key, or so that nobody can believe it. */
static void sign(struct fresh *f, const char *key)
{
    crypto_auth_hmacsha256_state state;
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    char hex[crypto_auth_hmacsha256_BYTES * 2 + 1];
    struct text t = {0};

    (void)crypto_auth_hmacsha256_init(&state, (const unsigned char *)key, strlen(key));
    (void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)f->body, strlen(f->body));
    (void)crypto_auth_hmacsha256_final(&state, mac);
    if (switch_on(SWITCH_SC_HOOK_BAD_SIGNATURE))
        mac[0] ^= 1;
    text_fmt(&t, "Sendcloud-Signature: %s\r\n", sodium_bin2hex(hex, sizeof hex, mac, sizeof mac));
    f->headers = text_take(&t);
}

static void set_iso(json_t *parcel, const char *key, int64_t ms)
{
    struct text t = {0};

    if (!ms)
        return;
    text_iso(&t, ms / 1000 * 1000);
    t.s[t.len - 1] = '\0';
    (void)json_object_set_new(parcel, key, json_string(t.s));
    text_done(&t);
}

/* What receivers have seen: objects replaced by null and false, numbers where texts were. */
static void make_odd(json_t *parcel)
{
    static const char *const nulls[] = {"to_state", "telephone", "company_name", "label"};
    json_t *divided = json_object_get(parcel, "address_divided");
    const char *house = json_string_value(json_object_get(divided, "house_number"));
    int64_t number;

    for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++)
        (void)json_object_set_new(parcel, nulls[i], json_null());
    (void)json_object_set_new(parcel, "customs_declaration", json_false());
    (void)json_object_set_new(parcel, "data", json_array());
    if (int_of(house, &number))
        (void)json_object_set_new(divided, "house_number", json_integer(number));
}

/* Jansson's way of writing (blank behind ':' and ','), ASCII only: what the real sender does too.
 */
static char *event_body(const struct sc_parcel *p)
{
    struct text t = {0};
    int64_t dates = switch_int(SWITCH_SC_HOOK_ISO_DATES);
    int64_t stamp = switch_on(SWITCH_SC_HOOK_SECONDS) ? clock_s() : clock_ms();
    json_t *parcel, *event;
    char *body;

    sc_parcel_text(&t, p, false);
    parcel = json_loadb(t.s, t.len, 0, NULL);
    text_done(&t);
    if (dates == 1 || (dates == 2 && p->status % 2)) {
        set_iso(parcel, "date_created", p->created_ms);
        set_iso(parcel, "date_updated", p->updated_ms);
        set_iso(parcel, "date_announced", p->announced_ms);
    }
    if (switch_on(SWITCH_SC_HOOK_ODD_FIELDS))
        make_odd(parcel);
    event = json_pack("{s:s,s:I,s:n,s:o}", "action", "parcel_status_changed", "timestamp",
                      (json_int_t)stamp, "carrier_status_change_timestamp", "parcel", parcel);
    body = json_dumps(event, JSON_ENSURE_ASCII | JSON_REAL_PRECISION(15));
    json_decref(event);
    return body;
}

static void remember(const struct sc_integration *in, const char *key, const char *body)
{
    struct fresh f = {.url = mem_copy(in->webhook_url), .body = mem_copy(body)};

    sign(&f, key);
    fresh = mem_grow(fresh, (fresh_count + 1) * sizeof *fresh);
    fresh[fresh_count++] = f;
}

void sc_hook_parcel(struct sc_account *a, const struct sc_parcel *p)
{
    const struct sc_integration *in = sc_integration_find(a, p->integration);
    char *body;

    if (!in || !in->webhook_active || !hook_url_local(in->webhook_url))
        return;
    body = event_body(p);
    if (switch_on(SWITCH_SC_HOOK_DUPLICATE))
        remember(in, a->secret_key, body);
    remember(in, a->secret_key, body);
    free(body);
}

void sc_hook_flush(void)
{
    bool backward = switch_on(SWITCH_SC_HOOK_REORDER);

    for (size_t i = 0; i < fresh_count; i++) {
        const struct fresh *f = &fresh[backward ? fresh_count - 1 - i : i];

        hook_send(
            &(struct hook_message){
                .url = f->url, .headers = f->headers, .body = f->body, .sender = HOOK_SENDCLOUD},
            1);
    }
    sc_hook_done();
}

void sc_hook_done(void)
{
    while (fresh_count) {
        struct fresh *f = &fresh[--fresh_count];

        free(f->url);
        free(f->headers);
        free(f->body);
    }
    free(fresh);
    fresh = NULL;
}
