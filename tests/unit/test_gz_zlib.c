/* gz beside zlib, which is the measure whatever engine is built: each reads what the other wrote,
 * and both refuse the same. An engine may be assembly, which no sanitizer sees into: what it is
 * given ends where a page ends that nobody may touch. */
#include "harness/harness.h"

#include "wire/gz_engine.h"

#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#define GZIP (15 + 16)

/* --- Contents --------------------------------------------------------------------------------- */

static uint32_t random_state = 1;

static uint32_t random_below(uint32_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % limit;
}

enum shape { ZEROS, NOISE, RECORDS, SHAPES };

static void fill(struct buf *into, enum shape shape, size_t len)
{
    static const char *const words[] = {"\"ref\":\"", "Kiel", "\",\"city\":\"", "4711", "}\n{"};

    buf_reset(into);
    while (into->len < len)
        if (shape == RECORDS)
            buf_format(into, "%s%u", words[random_below(ARRAY_LEN(words))], random_below(5000));
        else
            buf_char(into, (char)(shape == NOISE ? random_below(256) : 0));
    into->len = len;
}

/* Around the sizes of what engines collect, look back to, and put into one stored block. */
static const size_t sizes[] = {0, 1, 3, 8, 300, 32768, 33000, 65535, 65536, 65537, 150000};

/* --- The other side --------------------------------------------------------------------------- */

struct writing {
    int level, strategy;
    gz_header *header;
};

static void zlib_pack(const struct buf *plain, struct writing how, struct buf *into)
{
    z_stream z = {0};
    size_t room;

    assert_int_equal(deflateInit2(&z, how.level, Z_DEFLATED, GZIP, 8, how.strategy), Z_OK);
    if (how.header)
        assert_int_equal(deflateSetHeader(&z, how.header), Z_OK);
    room = deflateBound(&z, plain->len) + 256;
    z.next_in = (Bytef *)(uintptr_t)buf_str(plain);
    z.avail_in = (uInt)plain->len;
    z.next_out = (Bytef *)buf_room(into, room);
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    into->len += room - z.avail_out;
    assert_int_equal(deflateEnd(&z), Z_OK);
}

/* False when zlib would not have it: every member whole and right, and nothing between them. */
static bool zlib_expand(const struct buf *packed, struct buf *into)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)buf_str(packed), .avail_in = (uInt)packed->len};
    size_t room = into->max ? into->max : (size_t)1 << 20;
    int status = Z_STREAM_END;

    assert_int_equal(inflateInit2(&z, GZIP), Z_OK);
    buf_reset(into);
    z.next_out = (Bytef *)buf_room(into, room);
    z.avail_out = (uInt)room;
    while (status == Z_STREAM_END && z.avail_in) {
        (void)inflateReset(&z);
        status = inflate(&z, Z_FINISH);
    }
    into->len = room - z.avail_out;
    (void)inflateEnd(&z);
    return status == Z_STREAM_END;
}

static void assert_same(const struct buf *a, const struct buf *b)
{
    assert_int_equal(a->len, b->len);
    assert_memory_equal(buf_str(a), buf_str(b), a->len);
}

/* --- Our side --------------------------------------------------------------------------------- */

static void our_pack(struct gz_out *out, const struct buf *plain, size_t piece, struct buf *into)
{
    for (size_t at = 0; at < plain->len; at += piece) {
        size_t left = plain->len - at;

        gz_out_put(out, plain->data + at, left < piece ? left : piece, into);
    }
    gz_out_member_end(out, into);
}

/* Fed in pieces, taken in steps. */
static void our_expand(struct gz_in *in, const struct buf *packed, size_t piece, size_t step,
                       struct buf *into)
{
    struct err err = {0};

    gz_in_restart(in);
    buf_reset(into);
    for (size_t at = 0; at < packed->len; at += piece) {
        size_t left = packed->len - at < piece ? packed->len - at : piece, before;
        const unsigned char *bytes = (const unsigned char *)packed->data + at;

        do {
            before = into->len;
            assert_int_not_equal(gz_in_take(in, &bytes, &left, into, step, &err), GZ_FAILED);
            assert_true(into->len - before <= step);
        } while (left || into->len != before);
    }
    assert_true(gz_in_is_between(in));
}

/* --- The tests -------------------------------------------------------------------------------- */

static void zlib_reads_what_we_write(void **state)
{
    static const unsigned levels[] = {1, 2, 3, 6};
    static const size_t pieces[] = {7, 1000, 65536, SIZE_MAX / 2};
    AUTO(buf_done) struct buf plain = {0}, packed = {0}, again = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
        AUTO(gz_out_done) struct gz_out out = {0};

        gz_out_init(&out, levels[i]);
        for (size_t n = 0; n < ARRAY_LEN(sizes) * SHAPES; n++) {
            fill(&plain, (enum shape)(n % SHAPES), sizes[n / SHAPES]);
            buf_reset(&packed);
            our_pack(&out, &plain, pieces[(n + i) % ARRAY_LEN(pieces)], &packed);
            assert_true(zlib_expand(&packed, &again));
            assert_same(&plain, &again);
        }
    }
}

static void we_read_what_zlib_writes(void **state)
{
    static const struct writing ways[] = {{0, Z_DEFAULT_STRATEGY},
                                          {1, Z_DEFAULT_STRATEGY},
                                          {6, Z_DEFAULT_STRATEGY},
                                          {9, Z_DEFAULT_STRATEGY},
                                          {6, Z_FIXED},
                                          {6, Z_HUFFMAN_ONLY},
                                          {6, Z_RLE}};
    static const size_t pieces[] = {17, 3, 300, 4096, SIZE_MAX / 2};
    static const size_t steps[] = {65536, 7, 300, 32768, 100000};
    AUTO(buf_done) struct buf plain = {0}, packed = {0}, again = {0};
    AUTO(gz_in_done) struct gz_in in = {0};

    (void)state;
    gz_in_init(&in);
    for (size_t n = 0; n < ARRAY_LEN(sizes) * SHAPES * ARRAY_LEN(ways); n++) {
        size_t size = sizes[n / SHAPES % ARRAY_LEN(sizes)], few = size / 500;

        fill(&plain, (enum shape)(n % SHAPES), size);
        buf_reset(&packed);
        zlib_pack(&plain, ways[n / SHAPES / ARRAY_LEN(sizes)], &packed);
        our_expand(&in, &packed, pieces[n % ARRAY_LEN(pieces)] + few,
                   steps[n / 5 % ARRAY_LEN(steps)] + few, &again);
        assert_same(&plain, &again);
    }
}

static void members_of_both_stand_in_one_file(void **state)
{
    AUTO(buf_done) struct buf plain = {0}, all = {0}, packed = {0}, again = {0};
    AUTO(gz_out_done) struct gz_out out = {0};
    AUTO(gz_in_done) struct gz_in in = {0};
    struct err err = {0};

    (void)state;
    gz_out_init(&out, 1);
    gz_in_init(&in);
    for (size_t n = 0; n < 60; n++) {
        fill(&plain, (enum shape)(n % SHAPES), n % 7 ? random_below(3000) : 0);
        buf_put(&all, buf_str(&plain), plain.len);
        if (n % 2)
            zlib_pack(&plain, (struct writing){.level = (int)(n % 10)}, &packed);
        else
            our_pack(&out, &plain, 100, &packed);
    }
    assert_true(zlib_expand(&packed, &again));
    assert_same(&all, &again);
    buf_reset(&again);
    assert_true(gz_expand(&in, packed.data, packed.len, &again, &err));
    assert_same(&all, &again);
    for (size_t piece = 1; piece < 40; piece++) {
        our_expand(&in, &packed, piece, piece, &again);
        assert_same(&all, &again);
    }
}

static void how_it_was_handed_over_does_not_show(void **state)
{
    AUTO(buf_done) struct buf plain = {0}, whole = {0}, pieces = {0};
    AUTO(gz_out_done) struct gz_out out = {0};

    (void)state;
    gz_out_init(&out, 1);
    fill(&plain, RECORDS, 150000);
    our_pack(&out, &plain, plain.len, &whole);
    our_pack(&out, &plain, 701, &pieces);
    assert_same(&whole, &pieces);
    buf_reset(&whole);
    buf_reset(&pieces);
    fill(&plain, RECORDS, 3000);
    our_pack(&out, &plain, plain.len, &whole);
    our_pack(&out, &plain, 100, &pieces);
    assert_same(&whole, &pieces);
}

/* Small files are many: a member of a few records is packed like a part of a large one. */
static void a_short_member_is_packed_well(void **state)
{
    AUTO(buf_done) struct buf plain = {0}, ours = {0}, theirs = {0};
    AUTO(gz_out_done) struct gz_out out = {0};

    (void)state;
    gz_out_init(&out, 1);
    fill(&plain, RECORDS, 20000);
    our_pack(&out, &plain, 500, &ours);
    zlib_pack(&plain, (struct writing){.level = 1}, &theirs);
    assert_true(ours.len < theirs.len * 11 / 10);
}

static void every_kind_of_header_is_read(void **state)
{
    AUTO(buf_done) struct buf plain = {0}, packed = {0}, again = {0};
    AUTO(gz_in_done) struct gz_in in = {0};
    char extra[400], name[] = "orders.csv", comment[] = "of the shop";
    struct err err = {0};

    (void)state;
    gz_in_init(&in);
    memset(extra, 'x', sizeof extra);
    for (int set = 0; set < 32; set++) {
        gz_header header = {.text = set & 1,
                            .time = 1717495200,
                            .os = 3,
                            .extra = set & 2 ? (Bytef *)extra : NULL,
                            .extra_len = set & 16 ? 0 : sizeof extra,
                            .name = set & 4 ? (Bytef *)name : NULL,
                            .comment = set & 8 ? (Bytef *)comment : NULL,
                            .hcrc = set / 2 % 2 ^ set / 8 % 2};

        fill(&plain, RECORDS, 100);
        buf_reset(&packed);
        zlib_pack(&plain, (struct writing){.level = 6, .header = &header}, &packed);
        for (size_t piece = 1; piece < 30; piece++) {
            our_expand(&in, &packed, piece, 64, &again);
            assert_same(&plain, &again);
        }
        if (!header.hcrc)
            continue;
        packed.data[5] ^= 1; /* a byte of the time, which only that sum covers */
        assert_false(gz_expand(&in, packed.data, packed.len, &again, &err));
        assert_says(err, ERR_RECORD, "header crc mismatch");
    }
}

/* Does gz say of these bytes what zlib says? */
static void assert_agreed(struct gz_in *in, const struct buf *packed)
{
    static char room[2][1 << 14];
    struct buf ours = {room[0], 0, sizeof room[0], sizeof room[0] - 1, false};
    struct buf theirs = {room[1], 0, sizeof room[1], sizeof room[1] - 1, false};
    struct err err = {0};
    bool good = zlib_expand(packed, &theirs);

    assert_int_equal(gz_expand(in, buf_str(packed), packed->len, &ours, &err), good);
    if (good)
        assert_same(&ours, &theirs);
    else
        assert_says(err, ERR_RECORD, "damaged gzip data: ");
}

static void what_zlib_refuses_we_refuse(void **state)
{
    static const struct writing ways[] = {
        {0, Z_DEFAULT_STRATEGY}, {6, Z_DEFAULT_STRATEGY}, {6, Z_FIXED}};
    AUTO(buf_done) struct buf plain = {0}, packed = {0};
    AUTO(gz_in_done) struct gz_in in = {0};

    (void)state;
    gz_in_init(&in);
    for (size_t way = 0; way < ARRAY_LEN(ways); way++) {
        fill(&plain, RECORDS, 900);
        buf_reset(&packed);
        zlib_pack(&plain, ways[way], &packed);
        for (size_t bit = 0; bit < 8 * packed.len; bit++) {
            packed.data[bit / 8] = (char)(packed.data[bit / 8] ^ 1 << bit % 8);
            assert_agreed(&in, &packed);
            packed.data[bit / 8] = (char)(packed.data[bit / 8] ^ 1 << bit % 8);
        }
        for (size_t len = packed.len; packed.len--;)
            if (packed.len < 40 || len - packed.len < 40)
                assert_agreed(&in, &packed);
    }
}

static void nothing_may_stand_between_members(void **state)
{
    static const char *const rubbish[] = {"x",
                                          "\x1f",
                                          "\x1f\x8b",
                                          "\x1f\x8b\x08",
                                          "rubbish",
                                          "\n",
                                          "much longer than any trailer or header"};
    AUTO(buf_done) struct buf plain = {0}, packed = {0};
    AUTO(gz_in_done) struct gz_in in = {0};

    (void)state;
    gz_in_init(&in);
    fill(&plain, RECORDS, 200);
    for (size_t i = 0; i < ARRAY_LEN(rubbish); i++)
        for (int after = 0; after < 2; after++) {
            buf_reset(&packed);
            zlib_pack(&plain, (struct writing){.level = 6}, &packed);
            assert_agreed(&in, &packed);
            buf_text(&packed, rubbish[i]);
            if (after)
                zlib_pack(&plain, (struct writing){.level = 6}, &packed);
            assert_agreed(&in, &packed);
        }
}

/* --- Edges ------------------------------------------------------------------------------------ */

struct edge {
    unsigned char *block, *end; /* at `end` begins a page that nobody may touch */
    size_t page;
};

#define PAGES 40

static struct edge edge_make(void)
{
    struct edge edge = {.page = (size_t)sysconf(_SC_PAGESIZE)};
    void *block = NULL;

    assert_int_equal(posix_memalign(&block, edge.page, (PAGES + 1) * edge.page), 0);
    edge.block = block;
    edge.end = edge.block + PAGES * edge.page;
    assert_int_equal(mprotect(edge.end, edge.page, PROT_NONE), 0);
    return edge;
}

static void edge_done(struct edge *edge)
{
    assert_int_equal(mprotect(edge->end, edge->page, PROT_READ | PROT_WRITE), 0);
    free(edge->block);
}

/* What is inflated of the packed bytes (raw deflate), fed and taken in ever other portions, each of
 * them right at an edge. */
static void inflate_at_edges(struct gz_inflater *inflater, const struct buf *packed,
                             const size_t portions[static 2], struct buf *into)
{
    AUTO(edge_done) struct edge from = edge_make(), to = edge_make();
    enum gz_inflated got = GZ_GOES_ON;
    size_t at = 0;

    gz_inflater_restart(inflater);
    buf_reset(into);
    while (got == GZ_GOES_ON) {
        size_t feed = 1 + random_below((uint32_t)portions[0]);
        size_t room = 1 + random_below((uint32_t)portions[1]);
        struct gz_step step;

        feed = feed < packed->len - at ? feed : packed->len - at;
        step = (struct gz_step){from.end - feed, feed, to.end - room, room};
        memcpy(from.end - feed, packed->data + at, feed);
        got = gz_inflate(inflater, &step);
        assert_int_not_equal(got, GZ_DAMAGED);
        assert_true(feed || got == GZ_ENDED || step.room_len < room);
        at += feed - step.len;
        buf_put(into, to.end - room, room - step.room_len);
    }
}

static void no_byte_beyond_is_touched(void **state)
{
    static const size_t portions[][2] = {{1, 1},     {9, 9},           {70, 300},    {3, 60000},
                                         {20000, 5}, {100000, 100000}, {300, 32768}, {150000, 17}};
    AUTO(buf_done) struct buf plain = {0}, packed = {0}, raw = {0}, again = {0};
    struct gz_inflater *inflater = gz_inflater_new();

    (void)state;
    for (size_t n = 0; n < ARRAY_LEN(portions) * SHAPES; n++) {
        fill(&plain, (enum shape)(n % SHAPES), n / SHAPES ? 140000 : 5000);
        buf_reset(&packed);
        buf_reset(&raw);
        zlib_pack(&plain, (struct writing){.level = 6}, &packed);
        buf_put(&raw, packed.data + 10, packed.len - 18);
        inflate_at_edges(inflater, &raw, portions[n / SHAPES], &again);
        assert_same(&plain, &again);
    }
    gz_inflater_free(inflater);
}

static void the_check_sum_is_zlibs(void **state)
{
    AUTO(edge_done) struct edge edge = edge_make();

    (void)state;
    for (size_t len = 0; len < 2000; len++) {
        unsigned char *bytes = edge.end - len;
        uint32_t before = random_below(UINT32_MAX);

        for (size_t i = 0; i < len; i++)
            bytes[i] = (unsigned char)random_below(256);
        assert_int_equal(gz_crc(0, bytes, len), crc32(0, bytes, (uInt)len));
        assert_int_equal(gz_crc(before, bytes, len),
                         len ? crc32(before, bytes, (uInt)len) : before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zlib_reads_what_we_write),
        cmocka_unit_test(we_read_what_zlib_writes),
        cmocka_unit_test(members_of_both_stand_in_one_file),
        cmocka_unit_test(how_it_was_handed_over_does_not_show),
        cmocka_unit_test(a_short_member_is_packed_well),
        cmocka_unit_test(every_kind_of_header_is_read),
        cmocka_unit_test(what_zlib_refuses_we_refuse),
        cmocka_unit_test(nothing_may_stand_between_members),
        cmocka_unit_test(no_byte_beyond_is_touched),
        cmocka_unit_test(the_check_sum_is_zlibs),
    };

    return cmocka_run_group_tests_name("gz beside zlib", tests, NULL, NULL);
}
