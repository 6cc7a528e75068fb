#include "sandbox/fault.h"

#include <string.h>

#include "sandbox/clock.h"
#include "sandbox/index.h"
#include "sandbox/system.h"

enum phase { PHASE_NONE, PHASE_BEFORE, PHASE_AFTER, PHASE_INSIDE };
enum { RULES_MAX = 256, SLOW_MS = 1500, RETRY_AFTER_S = 5, CLOCK_OFF_S = 86400 };

struct kind_row {
    const char *name;
    enum phase phase;
};

struct rule {
    json_t *said;
    const char *system, *call;
    enum fault_kind kind;
    int64_t after, left, seen;
};

static const struct kind_row kinds[FAULT_KINDS] = {{"none", PHASE_NONE},
#define X(id, name, phase) {name, PHASE_##phase},
                                                   FAULT_LIST(X)
#undef X
};

static struct rule rules[RULES_MAX];
static size_t rule_count;
static uint64_t injected[FAULT_KINDS];
static bool random_kinds[FAULT_KINDS];
static const char *random_system;
static uint64_t random_state;
static int64_t per_mille;

const char *fault_name(enum fault_kind kind)
{
    return kinds[kind].name;
}

static bool rule_fits(const char *said, const char *name)
{
    return !said || same_text(said, "*") || same_text(said, name);
}

static void pick_random(struct call *c)
{
    enum fault_kind choice[FAULT_KINDS];
    size_t n = 0;

    if (per_mille <= 0 || !rule_fits(random_system, c->system->name))
        return;
    for (int k = 1; k < FAULT_KINDS; k++) {
        if (random_kinds[k])
            choice[n++] = (enum fault_kind)k;
    }
    random_state = hash_mix(random_state);
    if (n && (int64_t)(random_state % 1000) < per_mille)
        c->fault = (struct fault_hit){.kind = choice[(random_state >> 20) % n]};
}

void fault_pick(struct call *c)
{
    for (size_t i = 0; i < rule_count; i++) {
        struct rule *r = &rules[i];

        if (!rule_fits(r->system, c->system->name) || !rule_fits(r->call, c->name))
            continue;
        if (r->seen++ < r->after || !r->left || c->fault.kind)
            continue;
        r->left--;
        c->fault = (struct fault_hit){.kind = r->kind, .rule = i + 1};
    }
    if (!c->fault.kind)
        pick_random(c);
}

void fault_settle(struct call *c)
{
    if (c->fault.played)
        injected[c->fault.kind]++;
    else if (c->fault.rule && c->fault.kind)
        rules[c->fault.rule - 1].left++;
}

bool fault_wanted(const struct call *c, enum fault_kind kind)
{
    return c->fault.kind == kind;
}

void fault_played(struct call *c)
{
    c->fault.played = true;
}

static const json_t *fault_said(const struct call *c, const char *name)
{
    return c->fault.rule ? json_object_get(rules[c->fault.rule - 1].said, name) : NULL;
}

const char *fault_field(const struct call *c)
{
    return json_string_value(fault_said(c, "field"));
}

int64_t fault_number(const struct call *c, const char *name, int64_t otherwise)
{
    const json_t *n = fault_said(c, name);

    return json_is_integer(n) ? json_integer_value(n) : otherwise;
}

static void html_page(struct call *c, int status, const char *title)
{
    call_answer(c, status, "text/html; charset=iso-8859-1");
    text_fmt(&c->reply.body,
             "<!DOCTYPE html>\r\n<html><head><title>%s</title></head>\r\n"
             "<body bgcolor=white><center><h1>%s</h1></center><hr><center>gateway</center>"
             "</body></html>\r\n",
             title, title);
}

static bool is_refusal(enum fault_kind kind, int *status)
{
    static const struct {
        enum fault_kind kind;
        int status;
    } refusals[] = {{FAULT_STATUS_401, 401},       {FAULT_STATUS_403, 403},
                    {FAULT_STATUS_409, 409},       {FAULT_STATUS_422, 422},
                    {FAULT_STATUS_429_AFTER, 429}, {FAULT_STATUS_429, 429},
                    {FAULT_STATUS_500, 500},       {FAULT_STATUS_503, 503},
                    {FAULT_STATUS_504, 504},       {FAULT_STATUS_503_LATE, 503}};

    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        if (refusals[i].kind != kind)
            continue;
        *status = refusals[i].status;
        return true;
    }
    return false;
}

static void refuse(struct call *c, int status)
{
    c->system->refuse(c, status);
    if (c->fault.kind == FAULT_STATUS_429_AFTER) {
        struct text after = {0};

        text_int(&after, fault_number(c, "seconds", RETRY_AFTER_S));
        call_header(c, "Retry-After", after.s);
        text_done(&after);
    }
}

bool fault_before(struct call *c)
{
    int status;

    if (kinds[c->fault.kind].phase != PHASE_BEFORE)
        return false;
    fault_played(c);
    call_answer(c, 200, "text/html");
    if (c->fault.kind == FAULT_REFUSE)
        c->reply.wire = WIRE_RESET;
    else if (c->fault.kind == FAULT_TIMEOUT_BEFORE)
        c->reply.wire = WIRE_SILENCE;
    else if (c->fault.kind == FAULT_ERROR_BODY_200)
        c->system->fail(c);
    else if (c->fault.kind == FAULT_HTML_200)
        html_page(c, 200, "Wartungsarbeiten");
    else if (c->fault.kind == FAULT_HTML_502)
        html_page(c, 502, "502 Bad Gateway");
    else if (is_refusal(c->fault.kind, &status))
        refuse(c, status);
    return true;
}

/* The clock of the server is off: the Date header (and what fault_body finds). */
static void wrong_clock(struct call *c)
{
    struct text date = {0};

    (void)fault_body(c);
    text_http_date(&date, clock_s() + fault_number(c, "seconds", CLOCK_OFF_S));
    call_header(c, "Date", date.s);
    text_done(&date);
}

/* The faults that only concern how the bytes leave; false: another fault. */
static bool spoil_wire(struct call *c)
{
    static const struct {
        enum fault_kind kind;
        enum wire wire;
    } wires[] = {{FAULT_RESET_HEADER, WIRE_RESET_HEAD}, {FAULT_RESET_BODY, WIRE_RESET_BODY},
                 {FAULT_TIMEOUT_AFTER, WIRE_SILENCE},   {FAULT_DRIP, WIRE_DRIP},
                 {FAULT_CUT_BODY, WIRE_CUT_BODY},       {FAULT_CUT_GZIP, WIRE_CUT_GZIP}};

    for (size_t i = 0; i < sizeof wires / sizeof *wires; i++) {
        if (wires[i].kind == c->fault.kind)
            c->reply.wire = wires[i].wire;
    }
    return c->reply.wire != WIRE_WHOLE;
}

/* A body that is to be cut must be there; a gzip stream needs a client that takes it. */
static bool wire_possible(const struct call *c)
{
    bool needs_body = c->fault.kind == FAULT_CUT_BODY || c->fault.kind == FAULT_RESET_BODY ||
                      c->fault.kind == FAULT_CUT_GZIP || c->fault.kind == FAULT_DRIP;

    if (c->fault.kind == FAULT_CUT_GZIP &&
        (!c->accept_encoding || !strstr(c->accept_encoding, "gzip")))
        return false;
    return !needs_body || c->reply.body.len > 1;
}

/* The faults that change the answer but not its body; false: another fault. */
static bool spoil_answer(struct call *c)
{
    if (c->fault.kind == FAULT_SLOW)
        c->reply.delay_ms += fault_number(c, "ms", SLOW_MS);
    else if (c->fault.kind == FAULT_STATUS_503_LATE)
        refuse(c, 503);
    else if (c->fault.kind == FAULT_WRONG_CLOCK)
        wrong_clock(c);
    else
        return false;
    return true;
}

void fault_after(struct call *c)
{
    if (kinds[c->fault.kind].phase != PHASE_AFTER || !wire_possible(c))
        return;
    if (spoil_wire(c) || spoil_answer(c) || fault_body(c))
        fault_played(c);
}

static enum fault_kind kind_of(const char *name)
{
    for (int k = 1; k < FAULT_KINDS; k++) {
        if (same_text(kinds[k].name, name))
            return (enum fault_kind)k;
    }
    return FAULT_NONE;
}

bool fault_add(const json_t *said)
{
    enum fault_kind kind = kind_of(json_string_value(json_object_get(said, "fault")));
    const json_t *times = json_object_get(said, "times");
    struct rule *r = &rules[rule_count];

    if (!kind || rule_count == RULES_MAX)
        return false;
    r->said = json_deep_copy(said);
    r->system = json_string_value(json_object_get(r->said, "system"));
    r->call = json_string_value(json_object_get(r->said, "call"));
    r->kind = kind;
    r->after = json_integer_value(json_object_get(said, "after"));
    r->left = json_is_integer(times) ? json_integer_value(times) : 1;
    r->seen = 0;
    rule_count++;
    return true;
}

bool fault_random(const json_t *said)
{
    const json_t *names = json_object_get(said, "faults"),
                 *system = json_object_get(said, "system");
    const struct system *s = system_by_name(json_string_value(system));

    if (json_is_string(system) && !s)
        return false;
    for (int k = 1; k < FAULT_KINDS; k++)
        random_kinds[k] = !names;
    for (size_t i = 0; i < json_array_size(names); i++) {
        enum fault_kind kind = kind_of(json_string_value(json_array_get(names, i)));

        if (!kind)
            return false;
        random_kinds[kind] = true;
    }
    random_system = s ? s->name : NULL;
    random_state = hash_mix((uint64_t)json_integer_value(json_object_get(said, "seed")));
    per_mille = json_integer_value(json_object_get(said, "per_mille"));
    return true;
}

void fault_clear(void)
{
    while (rule_count)
        json_decref(rules[--rule_count].said);
    per_mille = 0;
    memset(injected, 0, sizeof injected);
}

void fault_text(struct text *t)
{
    uint64_t total = 0;

    text_str(t, "{\"injected\":{");
    for (size_t k = 1; k < FAULT_KINDS; k++) {
        total += injected[k];
        if (injected[k])
            text_member_int(t, kinds[k].name, (int64_t)injected[k]);
    }
    text_char(t, '}');
    text_member_int(t, "total", (int64_t)total);
    text_member_int(t, "per_mille", per_mille);
    text_str(t, ",\"rules\":[");
    for (size_t i = 0; i < rule_count; i++) {
        const struct rule *r = &rules[i];

        text_str(t, i ? ",{" : "{");
        text_member(t, "system", r->system ? r->system : "*");
        text_member(t, "call", r->call ? r->call : "*");
        text_member(t, "fault", kinds[r->kind].name);
        text_member_int(t, "after", r->after);
        text_member_int(t, "left", r->left);
        text_member_int(t, "seen", r->seen);
        text_char(t, '}');
    }
    text_str(t, "],\"known\":[");
    for (size_t k = 1; k < FAULT_KINDS; k++) {
        text_str(t, k > 1 ? "," : "");
        text_json(t, kinds[k].name);
    }
    text_str(t, "]}");
}
