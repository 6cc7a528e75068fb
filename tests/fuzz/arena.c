/* arena.c: core/arena.h once more, for finding faults instead of for speed: every piece is an
 * allocation of its own and freed when its arena is rewound, so that the sanitizer sees each step
 * over a border and each look at what is gone. Linked in front of the library, it takes the place
 * of core/arena.c. */
#include "core/arena.h"

#include "fuzz/fuzz.h"

#include <stdarg.h>
#include <unistd.h>

/* `first` is the newest; `now` and `used` are not needed. */
struct arena_block {
    struct arena_block *before;
    size_t size;
    _Alignas(16) unsigned char bytes[];
};

static size_t pieces_left = SIZE_MAX;

void memory_ends_after(size_t pieces)
{
    pieces_left = pieces;
}

void *heap_resize(void *old, size_t size)
{
    void *now;

    if (pieces_left-- == 0)
        _exit(MEMORY_EXIT);
    now = realloc(old, size ? size : 1);
    if (!now)
        abort();
    return now;
}

void heap_free(void *old)
{
    free(old);
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
    while (arena->first != mark.block) {
        struct arena_block *newest = arena->first;

        arena->first = newest->before;
        free(newest);
    }
}

void arena_reset(struct arena *arena)
{
    arena_rewind(arena, (struct arena_mark){0});
}

void arena_done(struct arena *arena)
{
    arena_reset(arena);
}

struct arena_mark arena_mark(const struct arena *arena)
{
    return (struct arena_mark){.block = arena->first};
}

static unsigned char *take(struct arena *arena, size_t size)
{
    struct arena_block *fresh = heap_resize(NULL, sizeof *fresh + size);

    *fresh = (struct arena_block){.before = arena->first, .size = size};
    arena->first = fresh;
    return fresh->bytes;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return memset(take(arena, size), 0, size);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(count, size, &total))
        abort();
    return arena_alloc(arena, total);
}

char *arena_bytes(struct arena *arena, size_t size)
{
    return (char *)take(arena, size);
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

    for (const struct arena_block *block = arena->first; block; block = block->before)
        held += sizeof *block + block->size;
    return held;
}
