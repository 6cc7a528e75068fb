/* gz_engine.h: what stands behind gz.h: raw deflate data (RFC 1951) and the check sum. gz_isal.c
 * and gz_zlib.c both keep this header; GZ in the Makefile says which of them is built. In
 * etl only they and gz.c include it.
 *
 * Lengths given to an engine are at most GZ_PIECE_MAX: the libraries count in 32 bits.
 * Errors: damaged data is one answer, GZ_DAMAGED; in what way is the engine's own matter. */
#ifndef TAGWERK_WIRE_GZ_ENGINE_H
#define TAGWERK_WIRE_GZ_ENGINE_H

#include "wire/gz.h"

#define GZ_PIECE_MAX ((size_t)1 << 30)

/* How gzip's check sum goes on; it begins at 0. */
uint32_t gz_crc(uint32_t crc, const void *bytes, size_t len);

struct gz_deflater *gz_deflater_new(unsigned level); /* zlib's 1 to 9, or the engine's nearest */
void gz_deflater_free(struct gz_deflater *deflater);
/* Takes all bytes. `last`: and ends the data; what comes next begins new data. */
void gz_deflate(struct gz_deflater *deflater, const void *bytes, size_t len, bool last,
                struct buf *into);

/* One step of inflating: it moves on what it used of `bytes`, and what it wrote to `room`. */
struct gz_step {
    const unsigned char *bytes;
    size_t len;
    unsigned char *room;
    size_t room_len;
};

enum gz_inflated {
    GZ_GOES_ON,
    GZ_ENDED, /* bytes stands behind the data; see gz_inflater_rest */
    GZ_DAMAGED,
};

struct gz_inflater *gz_inflater_new(void);
void gz_inflater_free(struct gz_inflater *inflater);
void gz_inflater_restart(struct gz_inflater *inflater);
enum gz_inflated gz_inflate(struct gz_inflater *inflater, struct gz_step *step);
/* After GZ_ENDED: the bytes behind the data that the engine took in earlier steps already; eight at
 * most, so all of them are the trailer's. */
const unsigned char *gz_inflater_rest(const struct gz_inflater *inflater, size_t *len);

#endif
