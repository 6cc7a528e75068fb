/* GET /orders: filters, and the rows they leave, in the order in which they changed. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/billbee.h"
#include "sandbox/switches.h"

enum { TAGS_MAX = 16, SHOPS_MAX = 32, STATES_MAX = 32, SORT_CREATED = 0, SORT_NEWEST_FIRST = 1 };

struct filter {
    int64_t from, until, modified_from, modified_until, minimum_id;
    const char *tags[TAGS_MAX];
    int64_t shops[SHOPS_MAX];
    size_t tag_count, shop_count;
    uint32_t states; /* one bit each; 0: all */
    bool exclude;
};

/* ---- the question ---- */

static bool read_numbers(struct call *c, const char *name, int64_t *out, size_t max, size_t *count)
{
    size_t at = 0;
    const char *value;

    while ((value = bb_query(c, name, &at)) != NULL) {
        if (!int_of(value, &out[*count])) {
            bb_invalid(c, json_pack("{s:[s]}", name, "The value is not valid."));
            return false;
        }
        *count += *count + 1 < max;
    }
    return true;
}

static bool read_lists(struct call *c, struct filter *f)
{
    int64_t states[STATES_MAX];
    size_t count = 0, at = 0;
    const char *tag;

    if (!read_numbers(c, "orderStateId", states, STATES_MAX, &count) ||
        !read_numbers(c, "shopId", f->shops, SHOPS_MAX, &f->shop_count))
        return false;
    for (size_t i = 0; i < count; i++)
        f->states |= UINT32_C(1) << (states[i] >= 1 && states[i] <= BB_STATES ? states[i] : 31);
    while (f->tag_count < TAGS_MAX && (tag = bb_query(c, "tag", &at)) != NULL)
        f->tags[f->tag_count++] = tag;
    return true;
}

static bool read_filter(struct call *c, struct filter *f)
{
    int64_t title = 0;

    *f = (struct filter){.from = CLOCK_NEVER,
                         .until = INT64_MAX,
                         .modified_from = CLOCK_NEVER,
                         .modified_until = INT64_MAX};
    return bb_query_date(c, "minOrderDate", &f->from) &&
           bb_query_date(c, "maxOrderDate", &f->until) &&
           bb_query_date(c, "modifiedAtMin", &f->modified_from) &&
           bb_query_date(c, "modifiedAtMax", &f->modified_until) &&
           bb_query_int(c, "minimumBillBeeOrderId", &f->minimum_id) &&
           bb_query_int(c, "articleTitleSource", &title) &&
           bb_query_bool(c, "excludeTags", &f->exclude) && read_lists(c, f);
}

/* ---- the rows ---- */

static bool fits_tags(const struct filter *f, const struct bb_order *o)
{
    size_t have = 0;

    if (!f->tag_count)
        return true;
    for (size_t i = 0; i < f->tag_count; i++)
        have += bb_has_tag(o, f->tags[i]);
    if (f->exclude)
        return !have;
    return switch_on(SWITCH_BB_TAGS_ALL) ? have == f->tag_count : have > 0;
}

static bool fits_shop(const struct filter *f, const struct bb_order *o)
{
    size_t i = 0;

    while (i < f->shop_count && f->shops[i] != o->shop)
        i++;
    return !f->shop_count || i < f->shop_count;
}

static bool fits(const struct filter *f, const struct bb_order *o)
{
    uint32_t bit = o->state >= 1 && o->state <= BB_STATES ? UINT32_C(1) << o->state : 0;

    if ((f->states && !(f->states & bit)) || o->id < f->minimum_id)
        return false;
    if (o->modified_wall <= f->modified_from || o->modified_wall > f->modified_until)
        return false;
    if ((f->from != CLOCK_NEVER && o->created_wall < f->from) || o->created_wall > f->until)
        return false;
    return fits_tags(f, o) && fits_shop(f, o);
}

/* A thing with read lag becomes visible by and by. */
static bool visible(struct bb_account *a, struct bb_order *o)
{
    if (!o->lag)
        return true;
    a->lagging -= !--o->lag;
    return false;
}

/* The row at a place of the whole list; NULL at a hole. */
static struct bb_order *row_at(const struct bb_account *a, size_t i, int64_t sort)
{
    uint32_t record;

    if (sort == SORT_CREATED)
        return i < a->order_count ? a->orders[i] : NULL;
    record = a->recent[sort == SORT_NEWEST_FIRST ? a->recent_count - 1 - i : i];
    return record == BB_NO_RECORD ? NULL : a->orders[record];
}

/* Everything that was asked but the page, as a number. */
static uint64_t question_of(const struct call *c, int64_t sort)
{
    uint64_t h = hash_mix((uint64_t)sort * 2 + (uint64_t)switch_int(SWITCH_BB_TAGS_ALL));

    for (size_t i = 0; i < c->query_count; i++) {
        if (same_word(c->query[i].name, "page") || same_word(c->query[i].name, "pageSize"))
            continue;
        h = hash_bytes(c->query[i].name, strlen(c->query[i].name), h);
        h = hash_bytes(c->query[i].value, strlen(c->query[i].value), h);
    }
    return h;
}

/* Finds the rows, or takes those of the page before when nothing has changed since. */
static const struct bb_found *find(const struct call *c, struct bb_account *a,
                                   const struct filter *f)
{
    int64_t sort = switch_int(SWITCH_BB_SORT);
    struct bb_found *found = &a->found;
    uint64_t question = question_of(c, sort);

    bb_recent_ready(a);
    if (found->valid && found->question == question && found->changes == a->changes)
        return found;
    found->rows = mem_grow(found->rows, (a->order_count + 1) * sizeof *found->rows);
    found->count = 0;
    found->valid = !a->lagging;
    found->question = question;
    found->changes = a->changes;
    for (size_t i = 0; i < a->recent_count; i++) {
        struct bb_order *o = row_at(a, i, sort);

        if (o && fits(f, o) && visible(a, o))
            found->rows[found->count++] = o->record;
    }
    return found;
}

void bb_orders_get(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    const struct bb_found *found;
    struct filter f;
    struct bb_page p;

    (void)parts;
    if (!bb_page_read(c, &p) || !read_filter(c, &f))
        return;
    found = find(c, a, &f);
    bb_page_take(c, &p, found->count);
    bb_page_open(c, &p);
    for (size_t i = p.from; i < p.to; i++) {
        if (i > p.from)
            text_char(&c->reply.body, ',');
        bb_order_text(&c->reply.body, a, a->orders[found->rows[i]]);
    }
    bb_page_close(c);
}

/* ---- one order ---- */

static void answer_order(struct call *c, struct bb_account *a, struct bb_order *o)
{
    if (!o || !visible(a, o)) {
        bb_missing(c);
        return;
    }
    bb_open(c, 200);
    bb_order_text(&c->reply.body, a, o);
    bb_close(c);
}

void bb_order_get(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    int64_t id;
    struct bb_order *o;

    if (!bb_path_id(c, parts->part[0], &id))
        return;
    o = bb_order_find(a, id);
    if (!o || bb_limit_order(c, o))
        answer_order(c, a, o);
}

/* Among several with one number, the one that changed last would be as good. */
void bb_order_by_number(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    size_t step = 0;

    answer_order(c, a, bb_order_numbered(a, parts->part[0], &step));
}
