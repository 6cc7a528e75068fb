/* arena.h: memory with an owner. Two arenas do all the work: `keep` lives as long as the run,
 * `scratch` is rewound per page or record. Arenas own, functions borrow; nothing taken from an
 * arena is freed by hand.
 *
 * Owns: its blocks; rewinding keeps them for the next page, so the steady state allocates nothing.
 * Errors: none. Out of memory ends the process: ending at any point is a case the crash test
 * covers. */
#ifndef TAGWERK_CORE_ARENA_H
#define TAGWERK_CORE_ARENA_H

#include "core/base.h"

struct arena_block;

struct arena {
    struct arena_block *first, *now;
    size_t used; /* bytes of `now` that are taken */
};

struct arena_mark {
    struct arena_block *block;
    size_t used;
};

/* An all-zero arena is ready to use. */
void arena_done(struct arena *arena);
void arena_reset(struct arena *arena);
struct arena_mark arena_mark(const struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);

/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((malloc, returns_nonnull));
void *arena_array(struct arena *arena, size_t count, size_t size)
    __attribute__((malloc, returns_nonnull));
/* Not zeroed, byte-aligned: for text. */
char *arena_bytes(struct arena *arena, size_t size) __attribute__((malloc, returns_nonnull));

/* NULL stays NULL. */
const char *arena_text(struct arena *arena, const char *text);
const char *arena_slice(struct arena *arena, const char *bytes, size_t len);
const char *arena_format(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

/* Bytes held from the system, for `status` and the bench. */
size_t arena_held(const struct arena *arena);

/* The only way to the heap besides struct buf: for tables that outlive arenas (libraries'
 * allocators). Never NULL; ends the process when there is no memory. */
void *heap_resize(void *old, size_t size);
void heap_free(void *old);

#endif
