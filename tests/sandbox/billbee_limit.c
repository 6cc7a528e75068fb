/* What the Billbee simulator counts: calls that come too fast, and calls of a month. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/billbee.h"
#include "sandbox/switches.h"

enum {
    A_SECOND = 1000,
    A_MINUTE = 60 * A_SECOND,
    AN_HOUR = 60 * A_MINUTE,
    A_DAY = 24 * AN_HOUR,
    ENDPOINT_CALLS = 2,
    USER_CALLS = 10,
    KEY_CALLS = 50,
    ORDER_CALLS = 6,
    FREE_CALLS = 100000,
    DATE_TEXT = 8
};

/* One application key, used by any number of merchants. */
struct key {
    struct key *next;
    char *api_key;
    struct bb_ring ring;
};

static struct key *keys;

static struct bb_ring *ring_of_key(const char *api_key)
{
    struct key *k = keys;

    while (k && !same_text(k->api_key, api_key))
        k = k->next;
    if (!k) {
        k = mem_need(sizeof *k);
        k->api_key = mem_copy(api_key);
        k->next = keys;
        keys = k;
    }
    return &k->ring;
}

void bb_limits_done(void)
{
    while (keys) {
        struct key *next = keys->next;

        free(keys->api_key);
        free(keys);
        keys = next;
    }
}

/* Milliseconds until one more call within a second is welcome: the max-th last must be older. */
static int64_t ring_wait(const struct bb_ring *r, size_t max, int64_t now_ms)
{
    int64_t oldest = r->at_ms[(r->next + BB_RING - max) % BB_RING];

    return oldest && now_ms - oldest < A_SECOND ? A_SECOND - (now_ms - oldest) : 0;
}

static void ring_add(struct bb_ring *r, int64_t now_ms)
{
    r->at_ms[r->next] = now_ms;
    r->next = (r->next + 1) % BB_RING;
}

static int64_t longer(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t bb_limit(struct bb_account *a, size_t endpoint)
{
    struct bb_ring *key = ring_of_key(a->api_key), *own = &a->endpoints[endpoint];
    int64_t now = clock_ms();
    int64_t wait =
        longer(ring_wait(own, ENDPOINT_CALLS, now),
               longer(ring_wait(&a->user_ring, USER_CALLS, now), ring_wait(key, KEY_CALLS, now)));

    if (!switch_on(SWITCH_BB_RATE_LIMITS))
        return 0;
    if (wait)
        return (wait + A_SECOND - 1) / A_SECOND;
    ring_add(own, now);
    ring_add(&a->user_ring, now);
    ring_add(key, now);
    return 0;
}

void bb_throttle(struct call *c, int64_t seconds)
{
    struct text after = {0};

    c->system->refuse(c, 429);
    if (!switch_on(SWITCH_BB_RETRY_AFTER))
        return;
    text_int(&after, seconds);
    call_header(c, "Retry-After", after.s);
    text_done(&after);
}

bool bb_limit_order(struct call *c, struct bb_order *o)
{
    int64_t now = clock_ms(), since = now - o->asked_ms;

    if (!switch_on(SWITCH_BB_RATE_LIMITS))
        return true;
    if (since >= A_MINUTE || since < 0) {
        o->asked_ms = now;
        o->asked = 0;
        since = 0;
    }
    if (o->asked++ < ORDER_CALLS)
        return true;
    o->asked = ORDER_CALLS;
    bb_throttle(c, (A_MINUTE - since + A_SECOND - 1) / A_SECOND);
    return false;
}

bool bb_limit_events(struct call *c, struct bb_account *a, int64_t page)
{
    int64_t now = clock_ms();
    size_t i = 0;
    struct bb_page_limit *l;

    if (!switch_on(SWITCH_BB_RATE_LIMITS))
        return true;
    while (i < a->page_count && a->pages[i].page != page)
        i++;
    if (i == a->page_count) {
        a->pages = mem_grow(a->pages, (i + 1) * sizeof *a->pages);
        a->pages[a->page_count++] = (struct bb_page_limit){page, 0, 0};
    }
    l = &a->pages[i];
    if (l->first_ms && now - l->first_ms < AN_HOUR) {
        bb_throttle(c, (AN_HOUR - (now - l->first_ms) + A_SECOND - 1) / A_SECOND);
        return false;
    }
    l->first_ms = l->second_ms;
    l->second_ms = now;
    return true;
}

/* ---- the month ---- */

static struct bb_day *day_of(struct bb_account *a, int64_t day, bool make)
{
    for (size_t i = a->day_count; i-- > 0;) {
        if (a->days[i].day == day)
            return &a->days[i];
    }
    if (!make)
        return NULL;
    a->days = mem_grow(a->days, (a->day_count + 1) * sizeof *a->days);
    a->days[a->day_count] = (struct bb_day){day, mem_need(bb_endpoint_count() * sizeof(int64_t))};
    return &a->days[a->day_count++];
}

void bb_usage_count(struct bb_account *a, size_t endpoint)
{
    day_of(a, bb_now() / A_DAY, true)->calls[endpoint]++;
}

/* The day that is asked for as YYYYMMDD; today when none is. */
static bool usage_day(struct call *c, int64_t *day)
{
    const char *s = call_query(c, "Date");
    struct text dashed = {0};
    int64_t wall = bb_now();
    bool ok = true;

    if (s) {
        if (strlen(s) == DATE_TEXT)
            text_fmt(&dashed, "%.4s-%.2s-%.2s", s, s + 4, s + 6);
        ok = bb_date_parse(dashed.s, &wall);
        text_done(&dashed);
    }
    *day = wall / A_DAY;
    if (!ok)
        bb_invalid(c, NULL);
    return ok;
}

static bool same_month(int64_t one, int64_t other)
{
    struct civil x = civil_of(one * (A_DAY / A_SECOND)), y = civil_of(other * (A_DAY / A_SECOND));

    return x.year == y.year && x.month == y.month;
}

/* Calls of an endpoint (or of all), on that day or in its whole month. */
static int64_t usage_sum(const struct bb_account *a, int64_t day, bool month, size_t endpoint)
{
    int64_t sum = 0;

    for (size_t i = 0; i < a->day_count; i++) {
        const struct bb_day *d = &a->days[i];

        if (month ? !same_month(d->day, day) : d->day != day)
            continue;
        for (size_t k = 0; k < bb_endpoint_count(); k++)
            sum += endpoint == bb_endpoint_count() || endpoint == k ? d->calls[k] : 0;
    }
    return sum;
}

void bb_usage_get(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    struct text *t = &c->reply.body;
    int64_t day;

    (void)parts;
    if (!usage_day(c, &day))
        return;
    bb_open(c, 200);
    text_str(t, "{\"Date\":");
    bb_date_text(t, day * A_DAY);
    text_member_int(t, "Calls", usage_sum(a, day, false, bb_endpoint_count()));
    text_member_int(t, "CallsOfMonth", usage_sum(a, day, true, bb_endpoint_count()));
    text_member_int(t, "FreeCallsPerMonth", FREE_CALLS);
    text_char(t, '}');
    bb_close(c);
}

void bb_usage_detail_get(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    struct text *t = &c->reply.body;
    int64_t day, calls;
    bool any = false;

    (void)parts;
    if (!usage_day(c, &day))
        return;
    bb_open(c, 200);
    text_char(t, '[');
    for (size_t i = 0; i < bb_endpoint_count(); i++) {
        calls = usage_sum(a, day, true, i);
        if (!calls)
            continue;
        text_str(t, any ? ",{" : "{");
        any = true;
        text_member(t, "Endpoint", bb_endpoint_name(i));
        text_member_int(t, "Calls", calls);
        text_char(t, '}');
    }
    text_char(t, ']');
    bb_close(c);
}
