/* Webhooks of the wemalo simulator: one for each event; hook sends them. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/counts.h"
#include "sandbox/hook.h"
#include "sandbox/wemalo.h"

static const char *const events[WM_EVENTS] = {"status_update", "trackingnumber_added",
                                              "stock_change", "refurbishment_action"};

static uint64_t sources;

static void unregister(struct wm_hook *h)
{
    if (h->url)
        hook_forget(h->source);
    free(h->url);
    free(h->token);
    *h = (struct wm_hook){0};
}

void wm_hooks_done(struct wm_account *a)
{
    for (size_t i = 0; i < WM_EVENTS; i++)
        unregister(&a->hooks[i]);
}

void wm_hooks_look(struct wm_account *a)
{
    for (size_t i = 0; i < WM_EVENTS; i++) {
        if (a->hooks[i].url && hook_gave_up(a->hooks[i].source))
            unregister(&a->hooks[i]);
    }
}

bool wm_hook_wanted(const struct wm_account *a, enum wm_event event)
{
    return a->hooks[event].url != NULL;
}

void wm_hook_event(struct wm_account *a, enum wm_event event, json_t *data)
{
    const struct wm_hook *h = &a->hooks[event];
    json_t *whole = json_pack("{s:s,s:o}", "token", h->token ? h->token : "", "eventData", data);
    char *body = json_dumps(whole, JSON_COMPACT);

    if (h->url)
        hook_send(&(struct hook_message){.url = h->url,
                                         .headers = "",
                                         .body = body,
                                         .sender = HOOK_WEMALO,
                                         .source = h->source},
                  1);
    free(body);
    json_decref(whole);
}

/* The hook of the path; NULL, and an answer, when there is no such event. */
static struct wm_hook *hook_of(struct call *c, struct wm_account *a, const char *event)
{
    c->items = 1;
    for (size_t i = 0; i < WM_EVENTS; i++) {
        if (same_text(events[i], event))
            return &a->hooks[i];
    }
    wm_error(c, 404, "event", "NOT_FOUND", event);
    return NULL;
}

static void enter(struct call *c, struct wm_hook *h, const char *event, const json_t *taken,
                  const char *mail)
{
    const char *url = json_string_value(json_object_get(taken, "payload"));
    const char *token = json_string_value(json_object_get(taken, "token"));
    struct text *t = wm_ok(c);

    unregister(h);
    h->url = mem_copy(url);
    h->token = mem_copy(token);
    h->source = ++sources;
    counts_mutations("wemalo", 1);
    text_member(t, "mode", "create");
    text_member(t, "event", event);
    text_member(t, "payload", url);
    text_member(t, "token", token);
    text_member(t, "mail", mail);
    wm_ok_end(c);
}

/* The table calls it email, the example mail: either will do. */
void wm_hook_register(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    static const struct wm_field allowed[] = {{"payload", WM_TEXT, true}, {"token", WM_TEXT, true},
                                              {"mail", WM_TEXT, false},   {"email", WM_TEXT, false},
                                              {"shop", WM_TEXT, false},   {NULL}};
    struct wm_hook *h = hook_of(c, a, parts->part[0]);
    json_t *said = h ? wm_body(c, a) : NULL, *taken;
    struct wm_wrong wrong = {0};
    const char *mail;

    if (!said)
        return;
    taken = wm_taken(said, allowed, &wrong);
    mail = json_string_value(json_object_get(taken, "mail"));
    mail = mail ? mail : json_string_value(json_object_get(taken, "email"));
    if (!taken)
        wm_say_wrong(c, &wrong);
    else if (!hook_url_local(json_string_value(json_object_get(taken, "payload"))))
        wm_error(c, 400, "payload", "INVALID", "an address beyond this machine");
    else if (!mail)
        wm_error(c, 400, "missingParameter", NULL, "mail");
    else
        enter(c, h, parts->part[0], taken, mail);
    json_decref(taken);
    json_decref(said);
}

void wm_hook_list(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    struct text *t = wm_ok(c);

    (void)parts;
    text_member_raw(t, "hooks", "[");
    for (size_t i = 0; i < WM_EVENTS; i++) {
        if (!a->hooks[i].url)
            continue;
        wm_next(t);
        text_member(t, "payload", a->hooks[i].url);
        text_member(t, "token", a->hooks[i].token);
        text_member(t, "event", events[i]);
        text_char(t, '}');
        c->items++;
    }
    text_char(t, ']');
    wm_ok_end(c);
}

void wm_hook_remove(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    struct wm_hook *h = hook_of(c, a, parts->part[0]);

    if (!h)
        return;
    if (!h->url) {
        wm_error(c, 404, "event", "NOT_FOUND", parts->part[0]);
        return;
    }
    unregister(h);
    counts_mutations("wemalo", 1);
    wm_ok_plain(c);
}
