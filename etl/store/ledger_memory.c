#include "store/ledger_intern.h"

#include <sqlite3.h>

/* Memory for SQLite. Debian builds it without its own pool of small blocks, and it asks for a dozen
 * of them per row; so here they come from free lists, and the steady state asks the system for
 * nothing. Blocks keep their size in front of them. One thread: see ledger.h. */

#define HEAD ((size_t)8)
#define SLAB ((size_t)64 << 10)
#define CLASSES ARRAY_LEN(class_sizes)

/* Of blocks with their heads; the last two are a page of the database with what SQLite keeps beside
 * it, and the room in which it balances pages. */
static const size_t class_sizes[] = {32, 64, 128, 256, 512, 1024, 2048, 4608, 12288};

struct block {
    size_t size;        /* of all of it */
    struct block *next; /* while it is free; else the caller's bytes begin here */
};

static struct {
    struct block *free[CLASSES];
    unsigned char *slab;
    size_t left; /* bytes of `slab` */
} pool;

static size_t class_of(size_t size)
{
    size_t at = 0;

    while (at < CLASSES && class_sizes[at] < size)
        at++;
    return at;
}

static struct block *from_slab(size_t size)
{
    struct block *block;

    if (pool.left < size) {
        /* What is left of the old one is lost: less than a block. */
        pool.slab = heap_resize(NULL, SLAB);
        pool.left = SLAB;
    }
    block = (struct block *)(void *)pool.slab;
    pool.slab += size;
    pool.left -= size;
    block->size = size;
    return block;
}

static struct block *block_of(void *bytes)
{
    return (struct block *)(void *)((unsigned char *)bytes - HEAD);
}

static void *pool_take(int len)
{
    size_t size = (size_t)len + HEAD;
    size_t at = class_of(size);
    struct block *block;

    if (at == CLASSES) {
        block = heap_resize(NULL, size);
        block->size = size;
    } else if (pool.free[at]) {
        block = pool.free[at];
        pool.free[at] = block->next;
    } else {
        block = from_slab(class_sizes[at]);
    }
    return (unsigned char *)block + HEAD;
}

static void pool_give(void *bytes)
{
    struct block *block = block_of(bytes);
    size_t at = class_of(block->size);

    if (at == CLASSES) {
        heap_free(block);
        return;
    }
    block->next = pool.free[at];
    pool.free[at] = block;
}

static int pool_size(void *bytes)
{
    return bytes ? (int)(block_of(bytes)->size - HEAD) : 0;
}

static void *pool_resize(void *bytes, int len)
{
    size_t held = (size_t)pool_size(bytes);
    void *wider;

    if ((size_t)len <= held)
        return bytes; // GCOVR_EXCL_LINE: SQLite may, and seldom does
    wider = pool_take(len);
    memcpy(wider, bytes, held);
    pool_give(bytes);
    return wider;
}

static int pool_round(int len)
{
    size_t size = (size_t)len + HEAD;
    size_t at = class_of(size);

    return at == CLASSES ? (len + 7) & ~7 : (int)(class_sizes[at] - HEAD);
}

static int pool_begin(void *unused)
{
    (void)unused;
    return SQLITE_OK;
}

static void pool_end(void *unused) // GCOVR_EXCL_LINE: SQLite is never shut down
{
    (void)unused; // GCOVR_EXCL_LINE: as above
}

static const sqlite3_mem_methods methods = {
    .xMalloc = pool_take,
    .xFree = pool_give,
    .xRealloc = pool_resize,
    .xSize = pool_size,
    .xRoundup = pool_round,
    .xInit = pool_begin,
    .xShutdown = pool_end,
};

void ledger_memory(void)
{
    static bool done;

    /* Refused when SQLite is in use already (a test's own handle): then it keeps the system's
     * memory. */
    if (!done) {
        (void)sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
        (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    }
    done = true;
}
