#include "core/arena.h"
#include "wire/gz_engine.h"

#define ZLIB_CONST /* zlib only reads what it is fed, and with this its header says so */
#include <zlib.h>

#define RAW_WINDOW (-15) /* 32 KiB, and neither gzip's header nor zlib's */
#define MEMORY_LEVEL 8
#define STEP ((size_t)64 << 10)

struct gz_deflater {
    z_stream z;
    unsigned char out[STEP];
};

struct gz_inflater {
    z_stream z;
};

static void *heap_items(void *opaque, unsigned items, unsigned size)
{
    (void)opaque;
    return heap_resize(NULL, (size_t)items * size);
}

static void heap_item_free(void *opaque, void *item)
{
    (void)opaque;
    heap_free(item);
}

static const z_stream on_our_heap = {.zalloc = heap_items, .zfree = heap_item_free};

/* Only a level that does not exist or a zlib of another version gets here. */
static void must(int status)
{
    if (status != Z_OK)
        abort();
}

uint32_t gz_crc(uint32_t crc, const void *bytes, size_t len)
{
    return len ? (uint32_t)crc32(crc, bytes, (uInt)len) : crc; /* NULL would be a question to it */
}

struct gz_deflater *gz_deflater_new(unsigned level)
{
    struct gz_deflater *deflater = heap_resize(NULL, sizeof *deflater);

    deflater->z = on_our_heap;
    must(deflateInit2(&deflater->z, (int)level, Z_DEFLATED, RAW_WINDOW, MEMORY_LEVEL,
                      Z_DEFAULT_STRATEGY));
    return deflater;
}

void gz_deflater_free(struct gz_deflater *deflater)
{
    (void)deflateEnd(&deflater->z);
    heap_free(deflater);
}

void gz_deflate(struct gz_deflater *deflater, const void *bytes, size_t len, bool last,
                struct buf *into)
{
    z_stream *z = &deflater->z;

    z->next_in = bytes;
    z->avail_in = (uInt)len;
    do {
        z->next_out = deflater->out;
        z->avail_out = sizeof deflater->out;
        (void)deflate(z, last ? Z_FINISH : Z_NO_FLUSH);
        buf_put(into, deflater->out, sizeof deflater->out - z->avail_out);
    } while (z->avail_out == 0);
    if (last)
        must(deflateReset(z));
}

struct gz_inflater *gz_inflater_new(void)
{
    struct gz_inflater *inflater = heap_resize(NULL, sizeof *inflater);

    inflater->z = on_our_heap;
    must(inflateInit2(&inflater->z, RAW_WINDOW));
    return inflater;
}

void gz_inflater_free(struct gz_inflater *inflater)
{
    (void)inflateEnd(&inflater->z);
    heap_free(inflater);
}

void gz_inflater_restart(struct gz_inflater *inflater)
{
    must(inflateReset(&inflater->z));
}

enum gz_inflated gz_inflate(struct gz_inflater *inflater, struct gz_step *step)
{
    z_stream *z = &inflater->z;
    int status;

    z->next_in = step->bytes;
    z->avail_in = (uInt)step->len;
    z->next_out = step->room;
    z->avail_out = (uInt)step->room_len;
    status = inflate(z, Z_NO_FLUSH);
    step->bytes = z->next_in;
    step->len = z->avail_in;
    step->room = z->next_out;
    step->room_len = z->avail_out;
    if (status == Z_STREAM_END)
        return GZ_ENDED;
    return status == Z_OK || status == Z_BUF_ERROR ? GZ_GOES_ON : GZ_DAMAGED;
}

/* zlib gives back what it did not need. */
const unsigned char *gz_inflater_rest(const struct gz_inflater *inflater, size_t *len)
{
    (void)inflater;
    *len = 0;
    return NULL;
}
