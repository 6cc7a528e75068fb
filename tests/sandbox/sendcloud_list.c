/* Cursors and pages of the v2 lists. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/sendcloud.h"
#include "sandbox/switches.h"

/* "p=300", or "r=1&p=300" to go backward, in base64. */
void sc_cursor(struct text *t, size_t position, bool backward)
{
    struct text plain = {0};
    char packed[96];

    text_fmt(&plain, "%sp=%zu", backward ? "r=1&" : "", position);
    text_str(t, sodium_bin2base64(packed, sizeof packed, (const unsigned char *)plain.s, plain.len,
                                  sodium_base64_VARIANT_URLSAFE_NO_PADDING));
    text_done(&plain);
}

bool sc_cursor_read(const char *cursor, size_t *position, bool *backward)
{
    char plain[64] = {0};
    size_t n = 0;
    int64_t at;
    const char *number = plain;

    if (sodium_base642bin((unsigned char *)plain, sizeof plain - 1, cursor, strlen(cursor), "=", &n,
                          NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
        return false;
    plain[n] = '\0';
    *backward = strncmp(plain, "r=1&", 4) == 0;
    number += *backward ? 4 : 0;
    if (strncmp(number, "p=", 2) != 0 || !int_of(number + 2, &at) || at < 0)
        return false;
    *position = (size_t)at;
    return true;
}

/* The position in front of which a page begins, changed by the faults of paging. */
static size_t spoil_start(struct call *c, struct sc_page *p, size_t start)
{
    if (fault_wanted(c, FAULT_PAGE_SIZE) && p->size > 1) {
        p->size = (p->size + 1) / 2;
        fault_played(c);
    } else if (fault_wanted(c, FAULT_DUP_ITEM) && start) {
        fault_played(c);
        return start - 1;
    } else if (fault_wanted(c, FAULT_DRIFT) && start) {
        p->has_moved = true;
        p->moved = start;
        fault_played(c);
        return start + 1;
    }
    return start;
}

static void spoil_end(struct call *c, struct sc_page *p, size_t start)
{
    if (fault_wanted(c, FAULT_EMPTY_PAGE_NEXT) && p->count) {
        p->count = 0;
        p->next = start;
        p->has_next = true;
        fault_played(c);
    } else if (fault_wanted(c, FAULT_ENDLESS_NEXT) && p->count) {
        p->next = start;
        p->has_next = true;
        fault_played(c);
    }
}

static void take_forward(const struct sc_account *a, size_t total, size_t start, sc_fits_fn *fits,
                         const void *query, struct sc_page *p)
{
    size_t i = start;

    for (; i < total && p->count < p->size; i++) {
        if (fits(a, i, query))
            p->at[p->count++] = i;
    }
    while (i < total && !fits(a, i, query))
        i++;
    p->next = i;
    p->has_next = i < total;
    p->first = start;
    p->has_previous = start > 0;
}

static void take_backward(const struct sc_account *a, size_t total, size_t start, sc_fits_fn *fits,
                          const void *query, struct sc_page *p)
{
    size_t i = start < total ? start : total, n;

    while (i && p->count < p->size) {
        if (fits(a, --i, query))
            p->at[p->count++] = i;
    }
    n = p->count;
    for (size_t k = 0; k < n / 2; k++) {
        size_t other = p->at[k];

        p->at[k] = p->at[n - 1 - k];
        p->at[n - 1 - k] = other;
    }
    p->first = i;
    p->has_previous = i > 0;
    p->next = start;
    p->has_next = start < total;
}

bool sc_page_take(struct call *c, const struct sc_account *a, size_t total, sc_fits_fn *fits,
                  const void *query, struct sc_page *p)
{
    const char *cursor = call_query(c, "cursor");
    size_t start = 0;
    bool backward = false;

    if (cursor && !sc_cursor_read(cursor, &start, &backward)) {
        sc_error(c, 404, "Invalid cursor");
        return false;
    }
    p->size = p->size ? p->size : (size_t)switch_int(SWITCH_SC_PAGE_SIZE);
    p->at = mem_need((p->size + 1) * sizeof *p->at);
    start = spoil_start(c, p, start);
    if (backward)
        take_backward(a, total, start, fits, query, p);
    else
        take_forward(a, total, start, fits, query, p);
    spoil_end(c, p, start);
    c->items = p->count;
    return true;
}

/* Percent-encodes everything but letters, digits and -._~ */
static void text_query(struct text *t, const char *s)
{
    for (; *s; s++) {
        unsigned char ch = (unsigned char)*s;

        if ((ch >= '0' && ch <= '9') || ((ch | 32) >= 'a' && (ch | 32) <= 'z') ||
            strchr("-._~", ch))
            text_char(t, *s);
        else
            text_fmt(t, "%%%02X", ch);
    }
}

/* The complete address of a neighbouring page, with all filters of this one. */
static void page_link(struct text *t, const struct call *c, size_t position, bool backward)
{
    text_str(t, c->base);
    text_str(t, c->path);
    text_str(t, "?cursor=");
    sc_cursor(t, position, backward);
    for (size_t i = 0; i < c->query_count; i++) {
        if (same_text(c->query[i].name, "cursor"))
            continue;
        text_char(t, '&');
        text_query(t, c->query[i].name);
        text_char(t, '=');
        text_query(t, c->query[i].value);
    }
}

static void page_member(struct text *t, const char *key, const char *url)
{
    if (url || !switch_on(SWITCH_SC_BY_THE_BOOK))
        text_member(t, key, url);
}

void sc_page_links(struct text *t, const struct call *c, const struct sc_page *p)
{
    struct text url = {0};

    if (p->has_next)
        page_link(&url, c, p->next, false);
    page_member(t, "next", p->has_next ? url.s : NULL);
    text_clear(&url);
    if (p->has_previous)
        page_link(&url, c, p->first, true);
    page_member(t, "previous", p->has_previous ? url.s : NULL);
    text_done(&url);
}

void sc_page_done(struct sc_page *p)
{
    free(p->at);
    *p = (struct sc_page){0};
}
