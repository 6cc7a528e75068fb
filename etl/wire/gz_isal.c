/* Raw deflate only: the gzip reader of ISA-L 2.30 forgets what it knew of a header that comes in
 * pieces, and then refuses good files. */
#include "core/arena.h"
#include "wire/gz_engine.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#define BLOCK ((size_t)64 << 10)
#define LEVEL_MAX 2
#define AHEAD ((size_t)8) /* bytes that ISA-L may have read and not used */

/* ISA-L makes its hash table as large as the last piece of a short member: 28 KB given line by line
 * and then ended come out at 16 KB, and at 2.5 KB when given as one piece. So pieces are collected.
 * That also makes what comes out independent of how it was handed over. */
struct gz_deflater {
    struct isal_zstream z;
    size_t have;
    unsigned char block[BLOCK], out[BLOCK];
    _Alignas(16) unsigned char level_memory[]; /* it keeps tables there */
};

struct gz_inflater {
    struct inflate_state z;
    unsigned char last[AHEAD]; /* the last bytes of all that was fed */
    size_t rest;               /* of them behind the data */
};

/* ISA-L only reads what it is fed. */
static uint8_t *not_const(const unsigned char *bytes)
{
    return (uint8_t *)(uintptr_t)bytes;
}

uint32_t gz_crc(uint32_t crc, const void *bytes, size_t len)
{
    return crc32_gzip_refl(crc, bytes, len);
}

/* Nothing above level 2: level 3 takes twice the time for 4 % of the size, and lets its choices
 * depend on memory that it never wrote (valgrind), so equal contents might not make equal files. */
struct gz_deflater *gz_deflater_new(unsigned level)
{
    static const uint32_t memory[] = {ISAL_DEF_LVL0_DEFAULT, ISAL_DEF_LVL1_DEFAULT,
                                      ISAL_DEF_LVL2_DEFAULT};
    uint32_t nearest = level < LEVEL_MAX ? level : LEVEL_MAX;
    struct gz_deflater *deflater = heap_resize(NULL, sizeof *deflater + memory[nearest]);

    isal_deflate_init(&deflater->z);
    deflater->z.level = nearest;
    deflater->z.level_buf = deflater->level_memory;
    deflater->z.level_buf_size = memory[nearest];
    deflater->have = 0;
    return deflater;
}

void gz_deflater_free(struct gz_deflater *deflater)
{
    heap_free(deflater);
}

static void deflate_block(struct gz_deflater *deflater, bool last, struct buf *into)
{
    struct isal_zstream *z = &deflater->z;

    z->next_in = deflater->block;
    z->avail_in = (uint32_t)deflater->have;
    z->end_of_stream = last;
    do {
        z->next_out = deflater->out;
        z->avail_out = sizeof deflater->out;
        if (isal_deflate(z) != COMP_OK)
            abort(); /* only a level or a memory that does not exist */
        buf_put(into, deflater->out, sizeof deflater->out - z->avail_out);
    } while (z->avail_in || (last && z->internal_state.state != ZSTATE_END));
    deflater->have = 0;
}

void gz_deflate(struct gz_deflater *deflater, const void *bytes, size_t len, bool last,
                struct buf *into)
{
    const unsigned char *at = bytes;

    while (len) {
        size_t room = BLOCK - deflater->have, piece = len < room ? len : room;

        memcpy(deflater->block + deflater->have, at, piece);
        deflater->have += piece;
        at += piece;
        len -= piece;
        if (deflater->have == BLOCK)
            deflate_block(deflater, false, into);
    }
    if (last) {
        deflate_block(deflater, true, into);
        isal_deflate_reset(&deflater->z);
    }
}

struct gz_inflater *gz_inflater_new(void)
{
    struct gz_inflater *inflater = heap_resize(NULL, sizeof *inflater);

    isal_inflate_init(&inflater->z);
    return inflater;
}

void gz_inflater_free(struct gz_inflater *inflater)
{
    heap_free(inflater);
}

void gz_inflater_restart(struct gz_inflater *inflater)
{
    isal_inflate_reset(&inflater->z);
}

static void remember(struct gz_inflater *inflater, const unsigned char *bytes, size_t len)
{
    size_t fresh = len < AHEAD ? len : AHEAD;

    if (len == 0)
        return;
    memmove(inflater->last, inflater->last + fresh, AHEAD - fresh);
    memcpy(inflater->last + AHEAD - fresh, bytes + len - fresh, fresh);
}

/* ISA-L reads up to eight bytes ahead, and while there is no room for what it inflates, the data's
 * end may be among bytes of an earlier step. Later versions move next_in back over all of them by
 * themselves, even in front of where this step began; 2.30 leaves them in read_in. */
static void give_back(struct gz_inflater *inflater, struct gz_step *step)
{
    int64_t used = (int64_t)step->len - inflater->z.avail_in - inflater->z.read_in_length / 8;

    inflater->rest = used < 0 ? (size_t)-used : 0;
    step->bytes += used < 0 ? 0 : used;
    step->len -= used < 0 ? 0 : (size_t)used;
}

enum gz_inflated gz_inflate(struct gz_inflater *inflater, struct gz_step *step)
{
    struct inflate_state *z = &inflater->z;
    size_t used;

    z->next_in = not_const(step->bytes);
    z->avail_in = (uint32_t)step->len;
    z->next_out = step->room;
    z->avail_out = (uint32_t)step->room_len;
    if (isal_inflate(z) != ISAL_DECOMP_OK)
        return GZ_DAMAGED;
    step->room = z->next_out;
    step->room_len = z->avail_out;
    if (z->block_state == ISAL_BLOCK_FINISH) {
        give_back(inflater, step);
        return GZ_ENDED;
    }
    used = step->len - z->avail_in;
    remember(inflater, step->bytes, used);
    step->bytes += used;
    step->len -= used;
    return GZ_GOES_ON;
}

const unsigned char *gz_inflater_rest(const struct gz_inflater *inflater, size_t *len)
{
    *len = inflater->rest;
    return inflater->last + AHEAD - inflater->rest;
}
