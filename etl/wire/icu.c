#include "wire/icu.h"

#include "core/arena.h"

#include <unicode/uclean.h>

static void *piece_new(const void *unused, size_t size)
{
    (void)unused;
    return heap_resize(NULL, size);
}

static void *piece_resize(const void *unused, void *old, size_t size)
{
    (void)unused;
    return heap_resize(old, size);
}

static void piece_free(const void *unused, void *old)
{
    (void)unused;
    heap_free(old);
}

void icu_memory(void)
{
    static bool done;
    UErrorCode status = U_ZERO_ERROR;

    if (!done)
        u_setMemoryFunctions(NULL, piece_new, piece_resize, piece_free, &status);
    done = true;
}
