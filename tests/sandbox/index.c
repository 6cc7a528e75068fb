#include "sandbox/index.h"

#include <stdlib.h>
#include <string.h>

enum { SLOT_FREE, SLOT_LEFT, SLOT_FIRST };

uint64_t hash_mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

uint64_t hash_bytes(const void *bytes, size_t n, uint64_t seed)
{
    const unsigned char *p = bytes;
    uint64_t h = 0xcbf29ce484222325u ^ seed;

    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * 0x100000001b3u;
    return hash_mix(h);
}

uint64_t hash_text(const char *s)
{
    return hash_bytes(s, strlen(s), 0);
}

static void index_grow(struct index *ix)
{
    struct index old = *ix;

    ix->max = old.max ? old.max * 2 : 64;
    ix->slots = mem_need(ix->max * sizeof *ix->slots);
    ix->used = 0;
    for (size_t i = 0; i < old.max; i++) {
        if (old.slots[i].value >= SLOT_FIRST)
            index_add(ix, old.slots[i].hash, old.slots[i].value - SLOT_FIRST);
    }
    free(old.slots);
}

void index_add(struct index *ix, uint64_t hash, uint32_t record)
{
    size_t at;

    if ((ix->used + 1) * 4 >= ix->max * 3)
        index_grow(ix);
    at = hash & (ix->max - 1);
    while (ix->slots[at].value != SLOT_FREE)
        at = (at + 1) & (ix->max - 1);
    ix->slots[at] = (struct index_slot){hash, record + SLOT_FIRST};
    ix->used++;
}

bool index_next(const struct index *ix, uint64_t hash, size_t *step, uint32_t *record)
{
    while (*step < ix->max) {
        const struct index_slot *slot = &ix->slots[(hash + (*step)++) & (ix->max - 1)];

        if (slot->value == SLOT_FREE)
            return false;
        if (slot->value >= SLOT_FIRST && slot->hash == hash) {
            *record = slot->value - SLOT_FIRST;
            return true;
        }
    }
    return false;
}

void index_remove(struct index *ix, uint64_t hash, uint32_t record)
{
    for (size_t step = 0; step < ix->max; step++) {
        struct index_slot *slot = &ix->slots[(hash + step) & (ix->max - 1)];

        if (slot->value == SLOT_FREE)
            return;
        if (slot->hash == hash && slot->value == record + SLOT_FIRST) {
            slot->value = SLOT_LEFT;
            return;
        }
    }
}

void index_done(struct index *ix)
{
    free(ix->slots);
    *ix = (struct index){0};
}
