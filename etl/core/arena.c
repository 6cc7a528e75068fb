#include "core/arena.h"

#include <stdarg.h>

#define BLOCK_SIZE ((size_t)64 << 10)
#define MEMORY_MAX (SIZE_MAX / 4) /* no machine has it: asking for it ends the process */

struct arena_block {
    struct arena_block *next;
    size_t room;
    _Alignas(16) unsigned char bytes[];
};

void *heap_resize(void *old, size_t size)
{
    void *now = realloc(old, size ? size : 1);

    if (!now) {
        (void)fputs("tagwerk: out of memory; nothing is lost: run the same command again\n",
                    stderr);
        abort();
    }
    return now;
}

void heap_free(void *old)
{
    free(old);
}

/* Sizes double, so that pages of slowly growing size do not leave a trail of blocks that are each a
 * little too small. */
static struct arena_block *block_new(size_t at_least)
{
    size_t room = BLOCK_SIZE;
    struct arena_block *block;

    while (room < at_least && room < MEMORY_MAX)
        room *= 2;
    block = heap_resize(NULL, sizeof *block + room);
    block->next = NULL;
    block->room = room;
    return block;
}

void arena_done(struct arena *arena)
{
    for (struct arena_block *block = arena->first, *next; block; block = next) {
        next = block->next;
        heap_free(block);
    }
    *arena = (struct arena){0};
}

void arena_reset(struct arena *arena)
{
    arena->now = arena->first;
    arena->used = 0;
}

struct arena_mark arena_mark(const struct arena *arena)
{
    return (struct arena_mark){arena->now, arena->used};
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
    arena->now = mark.block ? mark.block : arena->first;
    arena->used = mark.block ? mark.used : 0;
}

/* Moves on to a block with room for `size` bytes: the next one kept from before, or a new one put
 * in between. */
static void advance(struct arena *arena, size_t size)
{
    struct arena_block **link = arena->now ? &arena->now->next : &arena->first;

    if (!*link || (*link)->room < size) {
        struct arena_block *fresh = block_new(size);

        fresh->next = *link;
        *link = fresh;
    }
    arena->now = *link;
    arena->used = 0;
}

static void *take(struct arena *arena, size_t size, size_t align)
{
    size_t at = (arena->used + align - 1) & ~(align - 1);

    if (!arena->now || at + size > arena->now->room || at + size < size) {
        advance(arena, size);
        at = 0;
    }
    arena->used = at + size;
    return arena->now->bytes + at;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return memset(take(arena, size, 16), 0, size);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(count, size, &total))
        total = MEMORY_MAX;
    return arena_alloc(arena, total);
}

char *arena_bytes(struct arena *arena, size_t size)
{
    return take(arena, size, 1);
}

const char *arena_slice(struct arena *arena, const char *bytes, size_t len)
{
    char *copy = arena_bytes(arena, len + 1);

    if (len)
        memcpy(copy, bytes, len);
    copy[len] = '\0';
    return copy;
}

const char *arena_text(struct arena *arena, const char *text)
{
    return text ? arena_slice(arena, text, strlen(text)) : NULL;
}

const char *arena_format(struct arena *arena, const char *format, ...)
{
    va_list args;
    char *out;
    int len;

    va_start(args, format);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    out = arena_bytes(arena, (size_t)len + 1);
    va_start(args, format);
    (void)vsnprintf(out, (size_t)len + 1, format, args);
    va_end(args);
    return out;
}

size_t arena_held(const struct arena *arena)
{
    size_t held = 0;

    for (const struct arena_block *block = arena->first; block; block = block->next)
        held += sizeof *block + block->room;
    return held;
}
