#include "wire/gz.h"

#include "core/arena.h"

#define ZLIB_CONST /* zlib only reads what it is fed, and with this its header says so */
#include <zlib.h>

#define GZIP_WINDOW (15 + 16) /* 32 KiB, and a gzip header instead of zlib's */
#define MEMORY_LEVEL 8
#define STEP ((size_t)64 << 10)
#define PIECE_MAX                                                                                  \
    ((size_t)1 << 30) /* of what is handed to zlib in one go: its lengths are unsigned int */

struct gz_stream {
    z_stream z;
    bool half_read;
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

static struct gz_stream *stream_new(void)
{
    struct gz_stream *stream = heap_resize(NULL, sizeof *stream);

    *stream = (struct gz_stream){.z = {.zalloc = heap_items, .zfree = heap_item_free}};
    return stream;
}

/* Only a level that does not exist or a zlib of another version gets here. */
static void must(int status)
{
    if (status != Z_OK)
        abort();
}

static void feed(z_stream *z, const unsigned char *bytes, size_t len)
{
    z->next_in = bytes;
    z->avail_in = (uInt)(len < PIECE_MAX ? len : PIECE_MAX);
}

/* Where zlib may write: at most `step` bytes behind what is in `into`. A full buffer gets one byte
 * of room beside it: whether that byte is used tells contents that just fit from contents that are
 * too large. */
struct room {
    struct buf *into;
    size_t size;
    unsigned char beside;
};

static size_t ceiling(const struct buf *buf)
{
    return buf->max ? buf->max : BUF_MAX;
}

static void room_open(struct room *room, struct buf *into, size_t step, z_stream *z)
{
    size_t left = ceiling(into) - into->len;

    room->into = into;
    room->size = into->over ? 0 : step < left ? step : left;
    z->next_out = room->size ? (Bytef *)buf_room(into, room->size) : &room->beside;
    z->avail_out = room->size ? (uInt)room->size : 1;
}

/* False when the contents are too large; the buffer is over then. */
static bool room_close(struct room *room, const z_stream *z)
{
    if (!room->size) {
        room->into->over = room->into->over || z->avail_out == 0;
        return !room->into->over;
    }
    room->into->len += room->size - z->avail_out;
    room->into->data[room->into->len] = '\0';
    return true;
}

void gz_out_init(struct gz_out *out, unsigned level)
{
    out->stream = stream_new();
    must(deflateInit2(&out->stream->z, (int)level, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL,
                      Z_DEFAULT_STRATEGY));
}

void gz_out_done(struct gz_out *out)
{
    if (!out->stream)
        return;
    (void)deflateEnd(&out->stream->z);
    heap_free(out->stream);
    out->stream = NULL;
}

/* Deflates what is fed until zlib has no more to say. What a full buffer cannot take is lost, as it
 * says itself. */
static void deflate_into(z_stream *z, int flush, struct buf *into)
{
    struct room room;

    do {
        room_open(&room, into, STEP, z);
        (void)deflate(z, flush);
    } while (room_close(&room, z) && z->avail_out == 0);
}

void gz_out_put(struct gz_out *out, const void *bytes, size_t len, struct buf *into)
{
    const unsigned char *at = bytes;

    while (len) {
        size_t piece = len < PIECE_MAX ? len : PIECE_MAX;

        feed(&out->stream->z, at, piece);
        deflate_into(&out->stream->z, Z_NO_FLUSH, into);
        at += piece;
        len -= piece;
    }
}

void gz_out_member_end(struct gz_out *out, struct buf *into)
{
    feed(&out->stream->z, NULL, 0);
    deflate_into(&out->stream->z, Z_FINISH, into);
    must(deflateReset(&out->stream->z));
}

void gz_in_init(struct gz_in *in)
{
    in->stream = stream_new();
    must(inflateInit2(&in->stream->z, GZIP_WINDOW));
}

void gz_in_done(struct gz_in *in)
{
    if (!in->stream)
        return;
    (void)inflateEnd(&in->stream->z);
    heap_free(in->stream);
    in->stream = NULL;
}

void gz_in_restart(struct gz_in *in)
{
    must(inflateReset(&in->stream->z));
    in->stream->half_read = false;
}

bool gz_in_is_between(const struct gz_in *in)
{
    return !in->stream->half_read;
}

static enum gz_got judge(struct gz_in *in, int status, struct err *err)
{
    switch (status) {
    case Z_OK:
    case Z_BUF_ERROR: /* nothing to do until more comes */
        return GZ_MORE;
    case Z_STREAM_END:
        gz_in_restart(in);
        return GZ_MEMBER_END;
    default:
        (void)err_set(err, ERR_RECORD, "damaged gzip data: %s",
                      in->stream->z.msg ? in->stream->z.msg : "it cannot be read");
        return GZ_FAILED;
    }
}

enum gz_got gz_in_take(struct gz_in *in, const unsigned char **bytes, size_t *len, struct buf *into,
                       size_t step, struct err *err)
{
    z_stream *z = &in->stream->z;
    struct room room;
    size_t fed;
    int status;

    feed(z, *bytes, *len);
    fed = z->avail_in;
    in->stream->half_read = in->stream->half_read || fed > 0;
    room_open(&room, into, step, z);
    status = inflate(z, Z_NO_FLUSH);
    *bytes += fed - z->avail_in;
    *len -= fed - z->avail_in;
    if (!room_close(&room, z)) {
        (void)err_set(err, ERR_RECORD, "the gzip data expands to more than %zu bytes",
                      ceiling(into));
        return GZ_FAILED;
    }
    return judge(in, status, err);
}

bool gz_expand(struct gz_in *in, const void *bytes, size_t len, struct buf *into, struct err *err)
{
    const unsigned char *at = bytes;

    gz_in_restart(in);
    while (len)
        if (gz_in_take(in, &at, &len, into, STEP, err) == GZ_FAILED)
            return false;
    if (!gz_in_is_between(in))
        return err_set(err, ERR_RECORD, "damaged gzip data: it ends in the middle");
    return true;
}
