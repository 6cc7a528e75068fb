/* gz.h: gzip (RFC 1952). Headers, check sums, members and ceilings are gz.c; the deflate data
 * between them is an engine's (gz_engine.h): ISA-L, or zlib with `make GZ=zlib`. Which one it is
 * shows in time and size only. Staging writes level 1; a reader takes any number of members,
 * bounded in what it expands to.
 *
 * Owns: its engine's state, kept between members and uses, so that the steady state allocates
 * nothing.
 * Errors: ERR_RECORD for damaged input (truncated, wrong check sum, larger than allowed). */
#ifndef TAGWERK_WIRE_GZ_H
#define TAGWERK_WIRE_GZ_H

#include "core/buf.h"
#include "core/err.h"

struct gz_deflater; /* the engine's, on the heap */
struct gz_inflater;

struct gz_out {
    struct gz_deflater *deflater;
    uint32_t crc, size; /* of the member so far; size modulo 2^32, as the trailer has it */
    bool begun;
};

/* Compresses into `into`; each gz_out_member_end closes one gzip member. */
void gz_out_init(struct gz_out *out, unsigned level);
void gz_out_done(struct gz_out *out);
void gz_out_put(struct gz_out *out, const void *bytes, size_t len, struct buf *into);
void gz_out_member_end(struct gz_out *out, struct buf *into);

/* What comes next of a member, in the order in which it stands there. */
enum gz_part {
    GZ_FIXED,
    GZ_EXTRA_LEN,
    GZ_EXTRA,
    GZ_NAME,
    GZ_COMMENT,
    GZ_HEADER_CRC,
    GZ_DATA,
    GZ_CRC,
    GZ_SIZE,
    GZ_WHOLE,
};

struct gz_in {
    struct gz_inflater *inflater;
    enum gz_part part;
    uint32_t have, number; /* bytes of the part so far, and the number that they are */
    uint32_t extra_len, header_crc, crc, size;
    unsigned char flags;
};

enum gz_got {
    GZ_MORE,       /* go on; feed more when *len is 0 and nothing came */
    GZ_MEMBER_END, /* a member ended here; input may go on */
    GZ_FAILED,
};

void gz_in_init(struct gz_in *in);
void gz_in_done(struct gz_in *in);
/* Inflates from *bytes (moved on) into `into` until input, output room (`step` bytes at most) or
 * the member ends. */
enum gz_got gz_in_take(struct gz_in *in, const unsigned char **bytes, size_t *len, struct buf *into,
                       size_t step, struct err *err);
/* True between members: nothing is half read. */
bool gz_in_is_between(const struct gz_in *in);
void gz_in_restart(struct gz_in *in);

/* A whole body at once; `into` has the ceiling. All members must be complete. */
MUST_CHECK bool gz_expand(struct gz_in *in, const void *bytes, size_t len, struct buf *into,
                          struct err *err);

#endif
