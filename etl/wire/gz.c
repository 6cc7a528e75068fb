#include "wire/gz_engine.h"

#define STEP ((size_t)64 << 10)

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* --- Writing ---------------------------------------------------------------------------------- */

void gz_out_init(struct gz_out *out, unsigned level)
{
    *out = (struct gz_out){.deflater = gz_deflater_new(level)};
}

void gz_out_done(struct gz_out *out)
{
    if (out->deflater)
        gz_deflater_free(out->deflater);
    out->deflater = NULL;
}

/* No name and no time: equal contents make equal files. */
static void begin(struct gz_out *out, struct buf *into)
{
    static const unsigned char header[10] = {0x1f, 0x8b, 8, [9] = 3 /* Unix */};

    if (!out->begun)
        buf_put(into, header, sizeof header);
    out->begun = true;
}

void gz_out_put(struct gz_out *out, const void *bytes, size_t len, struct buf *into)
{
    const unsigned char *at = bytes;

    begin(out, into);
    while (len) {
        size_t piece = least(len, GZ_PIECE_MAX);

        out->crc = gz_crc(out->crc, at, piece);
        out->size += (uint32_t)piece;
        gz_deflate(out->deflater, at, piece, false, into);
        at += piece;
        len -= piece;
    }
}

static void put_number(uint32_t number, struct buf *into)
{
    const unsigned char bytes[4] = {(unsigned char)number, (unsigned char)(number >> 8),
                                    (unsigned char)(number >> 16), (unsigned char)(number >> 24)};

    buf_put(into, bytes, sizeof bytes);
}

void gz_out_member_end(struct gz_out *out, struct buf *into)
{
    begin(out, into);
    gz_deflate(out->deflater, "", 0, true, into);
    put_number(out->crc, into);
    put_number(out->size, into);
    *out = (struct gz_out){.deflater = out->deflater};
}

/* --- Reading ---------------------------------------------------------------------------------- */

void gz_in_init(struct gz_in *in)
{
    *in = (struct gz_in){.inflater = gz_inflater_new()};
}

void gz_in_done(struct gz_in *in)
{
    if (in->inflater)
        gz_inflater_free(in->inflater);
    in->inflater = NULL;
}

void gz_in_restart(struct gz_in *in)
{
    gz_inflater_restart(in->inflater);
    *in = (struct gz_in){.inflater = in->inflater};
}

bool gz_in_is_between(const struct gz_in *in)
{
    return in->part == GZ_FIXED && in->have == 0;
}

static bool damaged(struct err *err, const char *what)
{
    return err_set(err, ERR_RECORD, "damaged gzip data: %s", what);
}

/* A byte of the part that every header has; have counts it already. */
static bool fixed_byte(struct gz_in *in, unsigned char byte, struct err *err)
{
    if ((in->have == 1 && byte != 0x1f) || (in->have == 2 && byte != 0x8b))
        return damaged(err, "incorrect header check");
    if (in->have == 3 && byte != 8)
        return damaged(err, "unknown compression method");
    if (in->have == 4 && byte & 0xe0)
        return damaged(err, "unknown header flags set");
    if (in->have == 4)
        in->flags = byte;
    return true;
}

/* Is the part complete with this byte? */
static bool part_ends(const struct gz_in *in, unsigned char byte)
{
    static const uint32_t len[] = {
        [GZ_FIXED] = 10, [GZ_EXTRA_LEN] = 2, [GZ_HEADER_CRC] = 2, [GZ_CRC] = 4, [GZ_SIZE] = 4};

    if (in->part == GZ_NAME || in->part == GZ_COMMENT)
        return byte == 0;
    return in->have == (in->part == GZ_EXTRA ? in->extra_len : len[in->part]);
}

static bool part_is_right(struct gz_in *in, struct err *err)
{
    if (in->part == GZ_HEADER_CRC && in->number != (in->header_crc & 0xffff))
        return damaged(err, "header crc mismatch");
    if (in->part == GZ_CRC && in->number != in->crc)
        return damaged(err, "incorrect data check");
    if (in->part == GZ_SIZE && in->number != in->size)
        return damaged(err, "incorrect length check");
    if (in->part == GZ_EXTRA_LEN)
        in->extra_len = in->number;
    return true;
}

static bool has_part(const struct gz_in *in)
{
    static const unsigned char flag[] = {
        [GZ_EXTRA_LEN] = 4, [GZ_EXTRA] = 4, [GZ_NAME] = 8, [GZ_COMMENT] = 16, [GZ_HEADER_CRC] = 2};

    if (in->part >= GZ_DATA)
        return true;
    return in->flags & flag[in->part] && (in->part != GZ_EXTRA || in->extra_len > 0);
}

/* A byte of a header or trailer. */
static bool wrapper_byte(struct gz_in *in, unsigned char byte, struct err *err)
{
    in->number |= in->have < 4 ? (uint32_t)byte << (8 * in->have) : 0;
    in->have++;
    if (in->part == GZ_FIXED && !fixed_byte(in, byte, err))
        return false;
    if (in->part < GZ_HEADER_CRC)
        in->header_crc = gz_crc(in->header_crc, &byte, 1);
    if (!part_ends(in, byte))
        return true;
    if (!part_is_right(in, err))
        return false;
    in->have = in->number = 0;
    do
        in->part++;
    while (!has_part(in));
    return true;
}

static size_t ceiling(const struct buf *buf)
{
    return buf->max ? buf->max : BUF_MAX;
}

/* Inflates what fits. A full buffer gets one byte of room beside it: whether that byte is used
 * tells contents that just fit from contents that are too large. */
static enum gz_inflated inflate_into(struct gz_in *in, struct gz_step *step, struct buf *into)
{
    size_t room = step->room_len ? step->room_len : 1, written;
    unsigned char beside = 0, *at = &beside;
    enum gz_inflated got;

    if (step->room_len)
        at = (unsigned char *)buf_room(into, room);
    step->room = at;
    step->room_len = room;
    got = gz_inflate(in->inflater, step);
    written = room - step->room_len;
    if (at == &beside) {
        into->over = into->over || written > 0;
        return got;
    }
    in->crc = gz_crc(in->crc, at, written);
    in->size += (uint32_t)written;
    into->len += written;
    into->data[into->len] = '\0';
    return got;
}

static bool take_rest(struct gz_in *in, struct err *err)
{
    size_t len;
    const unsigned char *rest = gz_inflater_rest(in->inflater, &len);

    in->part = GZ_CRC;
    for (size_t i = 0; i < len; i++)
        if (!wrapper_byte(in, rest[i], err))
            return false;
    return true;
}

static bool take_data(struct gz_in *in, const unsigned char **bytes, size_t *len, struct buf *into,
                      size_t room, struct err *err)
{
    size_t fed = least(*len, GZ_PIECE_MAX), left = into->over ? 0 : ceiling(into) - into->len;
    struct gz_step step = {*bytes, fed, NULL, least(least(room, GZ_PIECE_MAX), left)};
    enum gz_inflated got = inflate_into(in, &step, into);

    *bytes = step.bytes;
    *len -= fed - step.len;
    if (into->over)
        return err_set(err, ERR_RECORD, "the gzip data expands to more than %zu bytes",
                       ceiling(into));
    if (got == GZ_DAMAGED)
        return damaged(err, "its contents cannot be inflated");
    return got == GZ_GOES_ON || take_rest(in, err);
}

static bool take_wrapper(struct gz_in *in, const unsigned char **bytes, size_t *len,
                         struct err *err)
{
    while (*len && in->part != GZ_DATA && in->part != GZ_WHOLE) {
        --*len;
        if (!wrapper_byte(in, *(*bytes)++, err))
            return false;
    }
    return true;
}

enum gz_got gz_in_take(struct gz_in *in, const unsigned char **bytes, size_t *len, struct buf *into,
                       size_t step, struct err *err)
{
    if (in->part < GZ_DATA && !take_wrapper(in, bytes, len, err))
        return GZ_FAILED;
    if (in->part == GZ_DATA && !take_data(in, bytes, len, into, step, err))
        return GZ_FAILED;
    if (in->part > GZ_DATA && !take_wrapper(in, bytes, len, err))
        return GZ_FAILED;
    if (in->part != GZ_WHOLE)
        return GZ_MORE;
    gz_in_restart(in);
    return GZ_MEMBER_END;
}

bool gz_expand(struct gz_in *in, const void *bytes, size_t len, struct buf *into, struct err *err)
{
    const unsigned char *at = bytes;
    size_t before;

    gz_in_restart(in);
    do { /* an engine may have taken all input, and still hold what comes of it */
        before = into->len;
        if (gz_in_take(in, &at, &len, into, STEP, err) == GZ_FAILED)
            return false;
    } while (len || into->len != before);
    if (!gz_in_is_between(in))
        return damaged(err, "it ends in the middle");
    return true;
}
