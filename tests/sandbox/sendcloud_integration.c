/* Sendcloud v2: integrations, their settings and their logs. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/counts.h"
#include "sandbox/sendcloud.h"
#include "sandbox/switches.h"

struct sc_integration *sc_integration_of(struct call *c, struct sc_account *a,
                                         const struct path_parts *parts)
{
    int64_t id;
    struct sc_integration *in = int_of(parts->part[0], &id) ? sc_integration_find(a, id) : NULL;

    if (!in)
        sc_error(c, 404, "No Integration matches the given query.");
    return in;
}

static json_t *instant(int64_t ms)
{
    struct text t = {0};
    json_t *s;

    text_iso(&t, ms);
    s = json_string(t.s);
    text_done(&t);
    return s;
}

static json_t *integration_json(const struct sc_integration *in)
{
    return json_pack("{s:I,s:s,s:s?,s:s,s:n,s:n,s:o,s:b,s:O,s:b,s:s?}", "id", (json_int_t)in->id,
                     "shop_name", in->shop_name, "shop_url", in->shop_url, "system", "api",
                     "failing_since", "last_fetch", "last_updated_at", instant(in->updated_ms),
                     "service_point_enabled", (int)in->service_point_enabled,
                     "service_point_carriers", in->carriers, "webhook_active",
                     (int)in->webhook_active, "webhook_url", in->webhook_url);
}

void sc_integrations_get(struct call *c, struct sc_account *a, const struct path_parts *parts)
{
    json_t *list = json_array();

    (void)parts;
    for (size_t i = 0; i < a->integration_count; i++)
        (void)json_array_append_new(list, integration_json(&a->integrations[i]));
    call_answer_json(c, 200, list);
}

void sc_integration_get(struct call *c, struct sc_account *a, const struct path_parts *parts)
{
    const struct sc_integration *in = sc_integration_of(c, a, parts);

    if (in)
        call_answer_json(c, 200, integration_json(in));
}

/* The complaint of the recorded 400: null where a value belongs; a Python repr inside JSON. */
static bool settings_wrong(struct call *c, const json_t *said)
{
    struct text t = {0};
    bool active_null = json_is_null(json_object_get(said, "webhook_active"));
    bool url_null = json_is_null(json_object_get(said, "webhook_url"));
    bool wrong = active_null || url_null;

    if (wrong) {
        text_str(&t, "{'settings': [");
        text_str(&t, active_null ? "'webhook_active: This field may not be null.'" : "");
        text_str(&t, active_null && url_null ? ", " : "");
        text_str(&t, url_null ? "'webhook_url: This field may not be null.'" : "");
        text_str(&t, "]}");
        sc_error(c, 400, t.s);
        text_done(&t);
    }
    return wrong;
}

static void put_words(char **to, const json_t *said, const char *key)
{
    const char *s = json_string_value(json_object_get(said, key));

    if (!s)
        return;
    free(*to);
    *to = mem_copy(s);
}

/* What an answer to a change holds: the settings, not the history. */
static json_t *settings_json(const struct sc_integration *in)
{
    json_t *all = integration_json(in);
    static const char *const history[] = {"id", "system", "failing_since", "last_fetch"};

    for (size_t i = 0; i < sizeof history / sizeof *history; i++)
        (void)json_object_del(all, history[i]);
    if (!in->webhook_url)
        (void)json_object_del(all, "webhook_url");
    return all;
}

static void put_bool(bool *to, const json_t *said, const char *key)
{
    const json_t *value = json_object_get(said, key);

    if (json_is_boolean(value))
        *to = json_is_true(value);
}

static void put_settings(struct sc_integration *in, const json_t *said)
{
    const json_t *carriers = json_object_get(said, "service_point_carriers");

    put_words(&in->shop_name, said, "shop_name");
    put_words(&in->shop_url, said, "shop_url");
    put_words(&in->webhook_url, said, "webhook_url");
    put_bool(&in->webhook_active, said, "webhook_active");
    put_bool(&in->service_point_enabled, said, "service_point_enabled");
    if (json_is_array(carriers)) {
        json_decref(in->carriers);
        in->carriers = json_deep_copy(carriers);
    }
    in->updated_ms = clock_ms();
    counts_mutations("sendcloud", 1);
}

/* Everything must be said when an integration is replaced. */
static bool settings_whole(const json_t *said)
{
    return json_object_get(said, "shop_name") && json_object_get(said, "shop_url") &&
           json_object_get(said, "webhook_active");
}

static void change_integration(struct call *c, struct sc_account *a, const struct path_parts *parts,
                               bool whole)
{
    struct sc_integration *in = sc_integration_of(c, a, parts);
    json_t *said = in ? sc_body(c) : NULL;

    if (!said)
        return;
    if (whole && !settings_whole(said)) {
        sc_error(c, 400, "shop_name, shop_url, webhook_active: This field is required.");
    } else if (!settings_wrong(c, said)) {
        put_settings(in, said);
        call_answer_json(c, 200, settings_json(in));
    }
    json_decref(said);
}

void sc_integration_put(struct call *c, struct sc_account *a, const struct path_parts *parts)
{
    change_integration(c, a, parts, true);
}

void sc_integration_patch(struct call *c, struct sc_account *a, const struct path_parts *parts)
{
    change_integration(c, a, parts, false);
}

void sc_integration_delete(struct call *c, struct sc_account *a, const struct path_parts *parts)
{
    struct sc_integration *in = sc_integration_of(c, a, parts);

    if (!in)
        return;
    free(in->shop_name);
    free(in->shop_url);
    free(in->webhook_url);
    json_decref(in->carriers);
    json_decref(in->logs);
    *in = a->integrations[--a->integration_count];
    counts_mutations("sendcloud", 1);
    call_answer(c, 204, NULL);
}

void sc_logs_get(struct call *c, struct sc_account *a, const struct path_parts *parts)
{
    json_t *all = json_array();
    const struct sc_integration *one = NULL;

    if (*parts->part[0]) {
        one = sc_integration_of(c, a, parts);
        if (!one) {
            json_decref(all);
            return;
        }
    }
    for (size_t i = 0; i < a->integration_count; i++) {
        if (!one || one == &a->integrations[i])
            (void)json_array_extend(all, a->integrations[i].logs);
    }
    if (switch_on(SWITCH_SC_BY_THE_BOOK))
        call_answer_json(c, 200, json_pack("{s:o}", "results", all));
    else
        call_answer_json(c, 200, json_pack("{s:n,s:n,s:o}", "next", "previous", "results", all));
}

void sc_logs_post(struct call *c, struct sc_account *a, const struct path_parts *parts)
{
    struct sc_integration *in = sc_integration_of(c, a, parts);
    json_t *said = in ? sc_body(c) : NULL;

    if (!said)
        return;
    if (!json_is_string(json_object_get(said, "base_url"))) {
        sc_error(c, 400, "{'base_url': ['This field is required.']}");
        json_decref(said);
        return;
    }
    (void)json_object_set_new(said, "id", json_integer((json_int_t)json_array_size(in->logs) + 1));
    (void)json_object_set_new(said, "created_at", instant(clock_ms()));
    (void)json_array_append(in->logs, said);
    counts_mutations("sendcloud", 1);
    call_answer_json(c, 201, said);
}
