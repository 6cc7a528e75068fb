#include "sandbox/control.h"

#include <string.h>

#include "sandbox/clock.h"
#include "sandbox/counts.h"
#include "sandbox/switches.h"
#include "sandbox/system.h"

typedef void control_fn(struct call *c, const json_t *said);

struct control_row {
    enum method method;
    const char *path;
    control_fn *run;
};

void control_answer(struct call *c, bool ok, const char *error)
{
    json_t *body =
        ok ? json_pack("{s:b}", "ok", 1) : json_pack("{s:b,s:s}", "ok", 0, "error", error);

    call_answer_json(c, ok ? 200 : 400, body);
}

static void get_counts(struct call *c, const json_t *said)
{
    (void)said;
    call_answer(c, 200, "application/json");
    counts_text(&c->reply.body);
}

static void reset_counts(struct call *c, const json_t *said)
{
    (void)said;
    counts_reset();
    control_answer(c, true, NULL);
}

static void get_log(struct call *c, const json_t *said)
{
    (void)said;
    call_answer(c, 200, "application/json");
    log_text(&c->reply.body);
}

static void get_switches(struct call *c, const json_t *said)
{
    (void)said;
    call_answer_json(c, 200, switch_dump());
}

static void set_switches(struct call *c, const json_t *said)
{
    const char *name;
    json_t *value;

    json_object_foreach(json_steps(said), name, value)
    {
        if (!switch_set(name, value)) {
            control_answer(c, false, name);
            return;
        }
    }
    call_answer_json(c, 200, switch_dump());
}

static void reset_switches(struct call *c, const json_t *said)
{
    (void)said;
    switch_reset();
    control_answer(c, true, NULL);
}

static void get_faults(struct call *c, const json_t *said)
{
    (void)said;
    call_answer(c, 200, "application/json");
    fault_text(&c->reply.body);
}

static void add_fault(struct call *c, const json_t *said)
{
    control_answer(c, fault_add(said), "unknown fault, or too many rules");
}

static void add_random_faults(struct call *c, const json_t *said)
{
    control_answer(c, fault_random(said), "unknown fault or system");
}

static void clear_faults(struct call *c, const json_t *said)
{
    (void)said;
    fault_clear();
    control_answer(c, true, NULL);
}

static void add_account(struct call *c, const json_t *said)
{
    const struct system *s = system_by_name(json_string_value(json_object_get(said, "system")));

    control_answer(c, s && s->account(said), "unknown system, or a name or key that is taken");
}

static void check_all(struct call *c, const json_t *said)
{
    struct text details = {0};
    size_t doubled = 0;

    (void)said;
    for (size_t i = 0; i < system_count(); i++)
        doubled += system_at(i)->check(&details);
    call_answer(c, 200, "application/json");
    text_fmt(&c->reply.body, "{\"doubled\":%zu,\"details\":[", doubled);
    if (details.len)
        text_add(&c->reply.body, details.s, details.len - 1);
    text_str(&c->reply.body, "]}");
    text_done(&details);
}

static void get_clock(struct call *c, const json_t *said)
{
    struct text *t = &c->reply.body;

    (void)said;
    call_answer(c, 200, "application/json");
    text_str(t, "{");
    text_member_int(t, "ms", clock_ms());
    text_str(t, ",\"utc\":\"");
    text_iso(t, clock_ms());
    text_str(t, "\",\"berlin\":\"");
    text_german(t, clock_local());
    text_str(t, "\"}");
}

static void fill(struct call *c, const json_t *said)
{
    const char *name = json_string_value(json_object_get(said, "system"));
    const struct system *s = system_by_name(name ? name : "afterbuy");
    struct text report = {0};

    if (!s || !s->fill)
        control_answer(c, false, "no shop of that system can be filled");
    else if (!s->fill(said, &report))
        control_answer(c, false, report.s);
    else
        call_answer_text(c, 200, "application/json", report.s);
    text_done(&report);
}

static const struct control_row rows[] = {
    {METHOD_GET, "counts", get_counts},
    {METHOD_POST, "counts/reset", reset_counts},
    {METHOD_GET, "log", get_log},
    {METHOD_GET, "switches", get_switches},
    {METHOD_POST, "switches", set_switches},
    {METHOD_DELETE, "switches", reset_switches},
    {METHOD_GET, "faults", get_faults},
    {METHOD_POST, "faults", add_fault},
    {METHOD_POST, "faults/random", add_random_faults},
    {METHOD_DELETE, "faults", clear_faults},
    {METHOD_POST, "accounts", add_account},
    {METHOD_GET, "check", check_all},
    {METHOD_GET, "clock", get_clock},
    {METHOD_POST, "fill", fill},
};

/* state/<system> and <system>/...; false when there is no such path. */
static bool system_control(struct call *c, const char *path, const json_t *said)
{
    struct path_parts parts;

    if (path_matches(path, "state/{system}", &parts)) {
        const struct system *s = system_by_name(parts.part[0]);

        call_answer(c, 200, "application/json");
        return s && s->state(&c->reply.body, call_query(c, "account"));
    }
    for (size_t i = 0; i < system_count(); i++) {
        size_t n = strlen(system_at(i)->name);

        if (strncmp(path, system_at(i)->name, n) == 0 && path[n] == '/')
            return system_at(i)->control(c, path + n + 1, said);
    }
    return false;
}

void control_serve(struct call *c)
{
    const char *path = c->path + strlen(CONTROL_PREFIX);
    json_error_t why;
    json_t *said =
        c->body.len ? json_loadb(c->body.s, c->body.len, JSON_ALLOW_NUL, &why) : json_object();
    size_t i = 0, n = sizeof rows / sizeof *rows;

    c->reply.gzip = true;
    if (!said) {
        control_answer(c, false, why.text);
        return;
    }
    while (i < n && (rows[i].method != c->method || strcmp(rows[i].path, path) != 0))
        i++;
    if (i < n)
        rows[i].run(c, said);
    else if (!system_control(c, path, said))
        call_answer_text(c, 404, "application/json", "{\"ok\":false,\"error\":\"no such path\"}");
    json_decref(said);
}
