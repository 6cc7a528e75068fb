#include "sandbox/bag.h"

#include <stdlib.h>
#include <string.h>

bool bag_next(const struct bag *b, size_t *at, struct bag_entry *out)
{
    const unsigned char *p = b->bytes + *at;
    unsigned shift = 0;

    if (*at >= b->len)
        return false;
    out->id = *p++;
    out->len = 0;
    do {
        out->len |= (size_t)(*p & 0x7f) << shift;
        shift += 7;
    } while (*p++ & 0x80);
    out->value = (const char *)p;
    *at = (size_t)(p - b->bytes) + out->len + 1;
    return true;
}

bool bag_find(const struct bag *b, unsigned id, struct bag_entry *out)
{
    size_t at = 0;

    while (bag_next(b, &at, out)) {
        if (out->id >= id)
            return out->id == id;
    }
    return false;
}

const char *bag_get(const struct bag *b, unsigned id)
{
    struct bag_entry e;

    return bag_find(b, id, &e) ? e.value : NULL;
}

/* Opens a gap of n bytes at a place. */
static unsigned char *bag_gap(struct bag *b, size_t at, size_t n)
{
    if (b->len + n > b->max) {
        b->max = (uint32_t)((b->len + n + 63) / 64 * 64);
        b->bytes = mem_grow(b->bytes, b->max);
    }
    memmove(b->bytes + at + n, b->bytes + at, b->len - at);
    b->len += (uint32_t)n;
    return b->bytes + at;
}

void bag_add(struct bag *b, unsigned id, const char *value, size_t n)
{
    struct bag_entry e;
    size_t at = 0, next = 0, head = 1;
    unsigned char *p;

    if (id >= b->last)
        at = b->len;
    else
        while (bag_next(b, &next, &e) && e.id <= id)
            at = next;
    b->last = id > b->last ? id : b->last;
    for (size_t rest = n >> 7; rest; rest >>= 7)
        head++;
    p = bag_gap(b, at, 1 + head + n + 1);
    *p++ = (unsigned char)id;
    for (size_t rest = n; head--; rest >>= 7)
        *p++ = (unsigned char)((rest & 0x7f) | (head ? 0x80 : 0));
    if (n)
        memcpy(p, value, n);
    p[n] = '\0';
}

void bag_drop(struct bag *b, unsigned id)
{
    struct bag_entry e;
    size_t from = 0, next = 0;

    while (bag_next(b, &next, &e)) {
        if (e.id == id) {
            memmove(b->bytes + from, b->bytes + next, b->len - next);
            b->len -= (uint32_t)(next - from);
            next = from;
        }
        from = next;
    }
}

void bag_set_n(struct bag *b, unsigned id, const char *value, size_t n)
{
    bag_drop(b, id);
    bag_add(b, id, value, n);
}

void bag_set(struct bag *b, unsigned id, const char *value)
{
    bag_set_n(b, id, value, strlen(value));
}

bool bag_same(const struct bag *a, const struct bag *b)
{
    return a->len == b->len && (!a->len || memcmp(a->bytes, b->bytes, a->len) == 0);
}

struct bag bag_copy(const struct bag *b)
{
    struct bag copy = {.len = b->len, .max = b->len, .last = b->last};

    if (b->len) {
        copy.bytes = mem_need(b->len);
        memcpy(copy.bytes, b->bytes, b->len);
    }
    return copy;
}

void bag_done(struct bag *b)
{
    free(b->bytes);
    *b = (struct bag){0};
}
