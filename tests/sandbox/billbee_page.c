/* Query parameters and pages of the Billbee simulator. */
#include <string.h>

#include "sandbox/billbee.h"
#include "sandbox/switches.h"

enum { SIZE_DEFAULT = 50 };

/* "tag", "tag[0]" and "TAG[]" are one parameter. */
static bool is_named(const char *said, const char *name)
{
    size_t n = strlen(name);

    for (size_t i = 0; i < n; i++) {
        if (lower(said[i]) != lower(name[i]))
            return false;
    }
    return !said[n] || said[n] == '[';
}

const char *bb_query(const struct call *c, const char *name, size_t *at)
{
    while (*at < c->query_count) {
        const struct pair *p = &c->query[(*at)++];

        if (is_named(p->name, name))
            return p->value;
    }
    return NULL;
}

static bool refuse_value(struct call *c, const char *name, const char *value, const char *type)
{
    struct text why = {0};
    json_t *errors = json_object();

    text_fmt(&why, "The value '%s' is not valid for %s.", value, type);
    (void)json_object_set_new(errors, name, json_pack("[s]", why.s));
    text_done(&why);
    bb_invalid(c, errors);
    return false;
}

bool bb_query_int(struct call *c, const char *name, int64_t *out)
{
    size_t at = 0;
    const char *value = bb_query(c, name, &at);

    return !value || !*value || int_of(value, out) || refuse_value(c, name, value, "Int64");
}

bool bb_query_date(struct call *c, const char *name, int64_t *out)
{
    size_t at = 0;
    const char *value = bb_query(c, name, &at);

    return !value || !*value || bb_date_parse(value, out) ||
           refuse_value(c, name, value, "Nullable`1");
}

bool bb_query_bool(struct call *c, const char *name, bool *out)
{
    size_t at = 0;
    const char *value = bb_query(c, name, &at);

    if (!value || !*value)
        return true;
    *out = same_word(value, "true");
    return *out || same_word(value, "false") || refuse_value(c, name, value, "Boolean");
}

bool bb_page_read(struct call *c, struct bb_page *p)
{
    int64_t max = switch_int(SWITCH_BB_PAGE_MAX);

    *p = (struct bb_page){.number = 1, .size = SIZE_DEFAULT};
    if (!bb_query_int(c, "page", &p->number) || !bb_query_int(c, "pageSize", &p->size))
        return false;
    p->number = p->number < 1 ? 1 : p->number;
    p->size = p->size < 1 ? SIZE_DEFAULT : p->size;
    p->size = p->size > max ? max : p->size;
    return true;
}

static size_t at_most(size_t n, size_t max)
{
    return n < max ? n : max;
}

/* Shifts the rows of a following page against those of the page before. */
static void spoil_rows(struct call *c, struct bb_page *p)
{
    if (fault_wanted(c, FAULT_DUP_ITEM) && p->from && p->from < p->total) {
        p->from--;
        fault_played(c);
    } else if (fault_wanted(c, FAULT_DRIFT) && p->from && p->to > p->from) {
        p->from++;
        p->to = at_most(p->to + 1, p->total);
        fault_played(c);
    } else if (fault_wanted(c, FAULT_EMPTY_PAGE_NEXT) && p->to > p->from) {
        p->to = p->from;
        p->pages = p->pages > p->number ? p->pages : p->number + 1;
        fault_played(c);
    } else if (fault_wanted(c, FAULT_ENDLESS_NEXT) && p->total) {
        if (p->from >= p->total)
            p->from = p->total - at_most((size_t)p->size, p->total);
        p->to = at_most(p->from + (size_t)p->size, p->total);
        p->pages = p->number + 1;
        fault_played(c);
    }
}

void bb_page_take(struct call *c, struct bb_page *p, size_t total)
{
    if (fault_wanted(c, FAULT_PAGE_SIZE) && p->size > 1) {
        p->size = (p->size + 1) / 2;
        fault_played(c);
    }
    p->total = total;
    p->pages = ((int64_t)total + p->size - 1) / p->size;
    p->from = p->number > p->pages ? total : (size_t)((p->number - 1) * p->size);
    p->to = at_most(p->from + (size_t)p->size, total);
    spoil_rows(c, p);
}
