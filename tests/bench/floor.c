#include "bench/floor.h"

#include "bench/spy.h"
#include "harness/harness.h"

#include <zlib.h>

#define BLOCK ((size_t)128 << 10)

static unsigned char packed[BLOCK], plain[BLOCK], again[BLOCK];

/* What comes out of a file, piece by piece: deflated again or dropped. */
struct sink {
    z_stream z;
    int64_t us;
};

static void deflate_piece(struct sink *sink, size_t len, int flush)
{
    int64_t begun_us = cpu_us();

    sink->z.next_in = plain;
    sink->z.avail_in = (uInt)len;
    do {
        sink->z.next_out = again;
        sink->z.avail_out = sizeof again;
        (void)deflate(&sink->z, flush);
    } while (sink->z.avail_out == 0);
    sink->us += cpu_us() - begun_us;
}

/* Inflates all members of the file; returns what that took. What is inflated goes to `sink`. */
static int64_t inflate_file(const char *path, struct sink *sink)
{
    z_stream z = {0};
    FILE *file = fopen(path, "re");
    int64_t us = 0;

    assert_non_null(file);
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    while ((z.avail_in = (uInt)fread(packed, 1, sizeof packed, file)) > 0) {
        z.next_in = packed;
        while (z.avail_in) {
            int64_t begun_us = cpu_us();
            int status;

            z.next_out = plain;
            z.avail_out = sizeof plain;
            status = inflate(&z, Z_NO_FLUSH);
            us += cpu_us() - begun_us;
            assert_true(status == Z_OK || status == Z_STREAM_END);
            if (sink)
                deflate_piece(sink, sizeof plain - z.avail_out, Z_NO_FLUSH);
            if (status == Z_STREAM_END)
                (void)inflateReset(&z);
        }
    }
    (void)inflateEnd(&z);
    (void)fclose(file);
    return us;
}

int64_t floor_us(const char *in_path, const char *out_path)
{
    struct sink sink = {0};
    int64_t us = inflate_file(in_path, NULL);

    assert_int_equal(deflateInit2(&sink.z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    (void)inflate_file(out_path, &sink);
    deflate_piece(&sink, 0, Z_FINISH);
    (void)deflateEnd(&sink.z);
    return us + sink.us;
}
