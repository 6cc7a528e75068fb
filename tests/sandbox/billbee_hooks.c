/* Registrations of webhooks at the Billbee simulator: what is delivered to them nobody could say,
 * so nothing is. And the merchant's rule that calls an address when an order is cancelled. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/billbee.h"
#include "sandbox/counts.h"
#include "sandbox/hook.h"
#include "sandbox/switches.h"

enum { SECRET_MIN = 32, SECRET_MAX = 64 };

static size_t hook_at(const struct bb_account *a, const char *id)
{
    size_t i = 0;

    while (i < json_array_size(a->hooks) &&
           !same_text(json_string_value(json_object_get(json_array_get(a->hooks, i), "Id")), id))
        i++;
    return i;
}

static void answer_hook(struct call *c, const json_t *hook)
{
    call_answer(c, 200, bb_json_type);
    bb_render(&c->reply.body, bb_webhook_shape, hook, false);
}

void bb_hooks_get(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    (void)parts;
    call_answer(c, 200, bb_json_type);
    text_char(&c->reply.body, '[');
    for (size_t i = 0; i < json_array_size(a->hooks); i++) {
        text_str(&c->reply.body, i ? "," : "");
        bb_render(&c->reply.body, bb_webhook_shape, json_array_get(a->hooks, i), false);
    }
    text_char(&c->reply.body, ']');
}

void bb_hook_get(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    size_t i = hook_at(a, parts->part[0]);

    if (i < json_array_size(a->hooks))
        answer_hook(c, json_array_get(a->hooks, i));
    else
        bb_missing(c);
}

/* A judged registration; NULL, and an answer, when it cannot stand. */
static json_t *hook_said(struct call *c)
{
    json_t *body = bb_body(c, bb_webhook_shape, "webHook");
    size_t secret = json_string_length(json_object_get(body, "Secret"));
    const char *url = json_string_value(json_object_get(body, "WebHookUri"));

    if (!body || (url && *url && secret >= SECRET_MIN && secret <= SECRET_MAX))
        return body;
    bb_invalid(c, json_pack("{s:[s]}", url && *url ? "webHook.Secret" : "webHook.WebHookUri",
                            url && *url ? "The secret must have 32 to 64 characters."
                                        : "The WebHookUri field is required."));
    json_decref(body);
    return NULL;
}

void bb_hooks_post(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    json_t *body = hook_said(c);
    struct text id = {0};

    (void)parts;
    if (!body)
        return;
    text_fmt(&id, "%032llx", (unsigned long long)a->next_hook++);
    (void)json_object_set_new(body, "Id", json_string(id.s));
    text_done(&id);
    (void)json_array_append(a->hooks, body);
    counts_mutations("billbee", 1);
    answer_hook(c, body);
    json_decref(body);
}

void bb_hook_put(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    size_t i = hook_at(a, parts->part[0]);
    json_t *body;

    if (i == json_array_size(a->hooks)) {
        bb_missing(c);
        return;
    }
    body = hook_said(c);
    if (!body)
        return;
    (void)json_object_set_new(body, "Id", json_string(parts->part[0]));
    (void)json_array_set(a->hooks, i, body);
    counts_mutations("billbee", 1);
    answer_hook(c, body);
    json_decref(body);
}

/* All of the user, whoever registered them. */
void bb_hooks_delete(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    (void)parts;
    counts_mutations("billbee", json_array_size(a->hooks));
    (void)json_array_clear(a->hooks);
    call_answer_text(c, 200, bb_json_type, "{}");
}

void bb_hook_delete(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    size_t i = hook_at(a, parts->part[0]);

    if (i == json_array_size(a->hooks)) {
        bb_missing(c);
        return;
    }
    (void)json_array_remove(a->hooks, i);
    counts_mutations("billbee", 1);
    call_answer_text(c, 200, bb_json_type, "{}");
}

void bb_hook_filters_get(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    (void)a;
    (void)parts;
    call_answer_text(c, 200, bb_json_type,
                     "[{\"Name\":\"order.created\",\"Description\":\"Neue Bestellung\"},"
                     "{\"Name\":\"order.statuschanged\",\"Description\":\"Status einer Bestellung "
                     "ge\xc3\xa4ndert\"}]");
}

/* ---- the rule ---- */

static const char placeholder[] = "{OrderId}";

void bb_rule_run(const struct bb_account *a, const struct bb_order *o, bool by_api)
{
    struct text url = {0};
    const char *at = a->rule_url ? strstr(a->rule_url, placeholder) : NULL;

    if (!a->rule_url || o->state != BB_CANCELED || (by_api && !a->rule_hears_api))
        return;
    text_add(&url, a->rule_url, at ? (size_t)(at - a->rule_url) : strlen(a->rule_url));
    if (at && switch_on(SWITCH_BB_RULE_NUMBER))
        text_str(&url, o->number ? o->number : "");
    else if (at)
        text_int(&url, o->id);
    text_str(&url, at ? at + strlen(placeholder) : "");
    hook_send(
        &(struct hook_message){.url = url.s, .body = "", .headers = "", .sender = HOOK_BILLBEE}, 1);
    text_done(&url);
}
