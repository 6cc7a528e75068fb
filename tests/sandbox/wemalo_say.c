/* What all wemalo calls share: reading a request strictly, and the envelope of an answer. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/json_quick.h"
#include "sandbox/wemalo.h"

/* ---- answers ---- */

void wm_error(struct call *c, int status, const char *key, const char *code, const char *detail)
{
    int64_t plain = switch_int(SWITCH_WM_PLAIN_ERRORS);
    int http = plain == 1 || !switch_on(SWITCH_WM_HTTP_200) ? status : 200;
    struct text message = {0};

    if (code)
        text_fmt(&message, "%s: %s (%s)", key, code, detail);
    else
        text_str(&message, detail);
    if (plain) {
        call_answer_text(c, http, "text/plain", message.s);
    } else {
        json_t *body =
            json_pack("{s:b,s:i,s:s}", "Success", 0, "status", status, "message", message.s);

        if (!same_text(key, "message"))
            (void)json_object_set_new(body, key, json_string(code ? code : detail));
        call_answer_json(c, http, body);
    }
    text_done(&message);
}

void wm_say_wrong(struct call *c, const struct wm_wrong *wrong)
{
    wm_error(c, wrong->status, wrong->key, wrong->code, wrong->detail);
}

struct text *wm_ok(struct call *c)
{
    call_answer(c, 200, "application/json");
    text_char(&c->reply.body, '{');
    return &c->reply.body;
}

void wm_ok_end(struct call *c)
{
    text_member_raw(&c->reply.body, "Success", "true");
    text_member_int(&c->reply.body, "status", 200);
    text_char(&c->reply.body, '}');
}

void wm_ok_plain(struct call *c)
{
    (void)wm_ok(c);
    wm_ok_end(c);
}

void wm_member_id(struct text *t, const char *key, int64_t id, uint64_t salt)
{
    struct text digits = {0};

    text_int(&digits, id);
    if (switch_on(SWITCH_WM_MIXED_IDS) && hash_mix((uint64_t)id * 8 + salt) % 2)
        text_member(t, key, digits.s);
    else
        text_member_raw(t, key, digits.s);
    text_done(&digits);
}

/* Digits that a number would not change. */
static bool is_number(const char *s)
{
    size_t n = strspn(s, "0123456789");

    return n && n < 16 && !s[n] && (*s != '0' || n == 1);
}

void wm_member_external(struct text *t, const char *key, const char *id)
{
    if (switch_on(SWITCH_WM_MIXED_IDS) && is_number(id) && hash_text(id) % 2)
        text_member_raw(t, key, id);
    else
        text_member(t, key, id);
}

void wm_member_date(struct text *t, const char *key, int64_t ms)
{
    struct text date = {0};

    if (ms)
        text_german(&date, berlin_of(ms / 1000));
    text_member(t, key, ms ? date.s : "");
    text_done(&date);
}

void wm_member_bool(struct text *t, const char *key, bool value)
{
    text_member_raw(t, key, value ? "true" : "false");
}

void wm_next(struct text *t)
{
    if (t->s[t->len - 1] != '[')
        text_char(t, ',');
    text_char(t, '{');
}

/* ---- requests ---- */

bool wm_is_wrong(struct wm_wrong *wrong, int status, const char *key, const char *code,
                 const char *detail)
{
    wrong->status = status;
    wrong->key = key;
    wrong->code = code;
    text_copy(wrong->detail, sizeof wrong->detail, detail);
    return false;
}

char *wm_words(const json_t *value)
{
    struct text digits = {0};

    if (json_is_string(value))
        return mem_copy(json_string_value(value));
    if (!json_is_integer(value))
        return NULL;
    text_int(&digits, json_integer_value(value));
    return text_take(&digits);
}

json_t *wm_compact(const char *body)
{
    json_t *object = body ? json_loads(body, 0, NULL) : NULL;

    return object ? object : json_object();
}

char *wm_dump(const json_t *body)
{
    char *s = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(15));

    return s ? s : mem_copy("{}");
}

json_t *wm_body(struct call *c, const struct wm_account *a)
{
    json_error_t why;
    json_t *body = c->body.len ? json_read(c->body.s, c->body.len, &why) : json_object();
    const json_t *shop = json_object_get(body, "shop");

    if (!json_is_object(body)) {
        call_answer_text(c, 400, "text/plain", "SyntaxError: the body is no JSON object");
        json_decref(body);
        return NULL;
    }
    if (shop && !same_text(json_string_value(shop), a->shop)) {
        wm_error(c, 404, "shop", "NOT_FOUND", "the token belongs to another shop");
        json_decref(body);
        return NULL;
    }
    return body;
}

static bool is_country(const char *s)
{
    return s && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z' && !s[2];
}

static bool is_day(const char *s)
{
    int64_t day;

    return s && iso_day_parse(s, &day);
}

static bool is_whole(const json_t *value, int64_t from, int64_t to)
{
    return json_is_integer(value) && json_integer_value(value) >= from &&
           json_integer_value(value) <= to;
}

static bool fits(const json_t *value, enum wm_type type)
{
    const char *s = json_string_value(value);

    switch (type) {
    case WM_TEXT:
        return s;
    case WM_ID:
        return (s && *s) || json_is_integer(value);
    case WM_WHOLE:
        return is_whole(value, 0, INT64_MAX);
    case WM_NUMBER:
        return json_is_number(value);
    case WM_BOOL:
        return json_is_boolean(value);
    case WM_FLAG:
        return is_whole(value, 0, 1);
    case WM_LIST:
        return json_is_array(value);
    case WM_OBJECT:
        return json_is_object(value);
    case WM_DAY:
        return is_day(s);
    case WM_COUNTRY:
        return is_country(s);
    case WM_MATCH:
        return same_text(s, "sku") || same_text(s, "externalId");
    case WM_PRIORITY:
        return is_whole(value, 0, 5);
    }
    return false;
}

static const struct wm_field *field_of(const struct wm_field *fields, const char *name)
{
    while (fields->name && !same_text(fields->name, name))
        fields++;
    return fields->name ? fields : NULL;
}

/* Required texts must say something. */
static bool is_said(const json_t *value)
{
    return value && !json_is_null(value) && !(json_is_string(value) && !json_string_length(value));
}

static bool all_said(const json_t *said, const struct wm_field *fields, struct wm_wrong *wrong)
{
    for (; fields->name; fields++) {
        if (fields->required && !is_said(json_object_get(said, fields->name)))
            return wm_is_wrong(wrong, 400, "missingParameter", NULL, fields->name);
    }
    return true;
}

/* Adds one field to what is taken, unless it is null. */
static bool take(json_t *taken, const struct wm_field *fields, const char *name, json_t *value,
                 struct wm_wrong *wrong)
{
    const struct wm_field *f = field_of(fields, name);

    if (!f)
        return !switch_on(SWITCH_WM_STRICT) ||
               wm_is_wrong(wrong, 400, "unknownParameter", NULL, name);
    if (json_is_null(value))
        return true;
    if (!fits(value, f->type))
        return wm_is_wrong(wrong, 400, f->name, "INVALID", "another type was expected");
    return json_object_set(taken, name, value) == 0;
}

json_t *wm_taken(const json_t *said, const struct wm_field *fields, struct wm_wrong *wrong)
{
    json_t *taken = json_object(), *value;
    const char *name;
    bool fine = json_is_object(said)
                    ? all_said(said, fields, wrong)
                    : wm_is_wrong(wrong, 400, "message", NULL, "an object was expected");

    json_object_foreach(json_steps(said), name, value)
    {
        fine = fine && take(taken, fields, name, value, wrong);
    }
    if (fine)
        return taken;
    json_decref(taken);
    return NULL;
}

/* Two digits. */
static int two(const char *s)
{
    return (s[0] - '0') * 10 + (s[1] - '0');
}

bool wm_from_date(struct call *c, int64_t *local)
{
    const char *s = call_query(c, "fromDate");
    struct civil day;
    size_t n = s ? strspn(s, "0123456789") : 0;

    if (!s) {
        wm_error(c, 400, "missingParameter", NULL, "fromDate");
        return false;
    }
    if (n != 10 || s[n]) {
        wm_error(c, 400, "fromDate", "INVALID", "ddMMyyyyHH was expected");
        return false;
    }
    day = (struct civil){.day = two(s),
                         .month = two(s + 2),
                         .year = two(s + 4) * 100 + two(s + 6),
                         .hour = two(s + 8)};
    *local = civil_seconds(day);
    if (day.month < 1 || day.month > 12 || day.hour > 23 || civil_of(*local).day != day.day) {
        wm_error(c, 400, "fromDate", "INVALID", "there is no such day");
        return false;
    }
    return true;
}

/* ---- pages ---- */

enum { PAGE_SIZE = 50 };

/* How many fitting positions are in front of the page; the faults of paging change that. */
static size_t page_start(struct call *c, struct wm_page *p)
{
    size_t start;

    if (fault_wanted(c, FAULT_PAGE_SIZE)) {
        p->size /= 2;
        fault_played(c);
    }
    start = p->number * p->size;
    if (fault_wanted(c, FAULT_DUP_ITEM) && start) {
        fault_played(c);
        return start - 1;
    }
    if (fault_wanted(c, FAULT_DRIFT) && start) {
        fault_played(c);
        return start + 1;
    }
    return start;
}

static void page_spoil(struct call *c, struct wm_page *p)
{
    if (!p->count)
        return;
    if (fault_wanted(c, FAULT_EMPTY_PAGE_NEXT)) {
        p->count = 0;
        p->more = true;
        fault_played(c);
    } else if (fault_wanted(c, FAULT_ENDLESS_NEXT)) {
        p->more = true;
        fault_played(c);
    }
}

bool wm_page_take(struct call *c, const struct wm_account *a, const struct wm_range *range,
                  struct wm_page *p)
{
    int64_t number = call_query_int(c, "page", call_query(c, "page") ? -1 : 0);
    size_t skip, seen = 0, i = range->from;

    if (number < 0 || number > INT32_MAX) {
        wm_error(c, 400, "page", "INVALID", "a number from 0 was expected");
        return false;
    }
    p->number = (size_t)number;
    p->size = PAGE_SIZE;
    p->at = mem_need(PAGE_SIZE * sizeof *p->at);
    skip = page_start(c, p);
    if (range->memo && number && range->memo->number == p->number && !c->fault.played) {
        i = range->memo->at;
        seen = skip;
    }
    for (; i < range->to && !p->more; i++) {
        if (!range->fits(a, i, range->query) || seen++ < skip)
            continue;
        if (p->count < p->size)
            p->at[p->count++] = i;
        else
            p->more = true;
    }
    if (range->memo && p->more && !c->fault.played) {
        range->memo->number = p->number + 1;
        range->memo->at = i - 1;
    }
    page_spoil(c, p);
    c->items = p->count;
    return true;
}

void wm_page_done(struct wm_page *p)
{
    free(p->at);
    *p = (struct wm_page){0};
}
