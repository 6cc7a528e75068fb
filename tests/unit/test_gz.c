#include "harness/harness.h"

#include "wire/gz.h"

/* One member of `times` lines. */
static void pack(struct buf *into, const char *line, int times)
{
    AUTO(gz_out_done) struct gz_out out = {0};

    gz_out_init(&out, 1);
    for (int i = 0; i < times; i++)
        gz_out_put(&out, line, strlen(line), into);
    gz_out_member_end(&out, into);
}

static void assert_damaged(const void *bytes, size_t len, size_t max, const char *words)
{
    AUTO(gz_in_done) struct gz_in in = {0};
    AUTO(buf_done) struct buf plain = {.max = max};
    struct err err = {0};

    gz_in_init(&in);
    assert_false(gz_expand(&in, bytes, len, &plain, &err));
    assert_says(err, ERR_RECORD, words);
}

static void what_goes_in_comes_out(void **state)
{
    AUTO(buf_done) struct buf packed = {0};
    AUTO(buf_done) struct buf plain = {0};
    AUTO(gz_in_done) struct gz_in in = {0};
    struct err err = {0};

    (void)state;
    pack(&packed, "{\"ref\":\"4711\",\"city\":\"Kiel\"}\n", 20000);
    assert_true(packed.len < 30000);
    assert_memory_equal(packed.data, "\x1F\x8B\x08", 3);
    gz_in_init(&in);
    assert_true(gz_expand(&in, packed.data, packed.len, &plain, &err));
    assert_int_equal(plain.len, 20000 * 29);
    assert_memory_equal(plain.data + plain.len - 29, "{\"ref\":\"4711\",\"city\":\"Kiel\"}\n", 29);
}

static void the_same_bytes_pack_to_the_same_file(void **state)
{
    AUTO(buf_done) struct buf one = {0};
    AUTO(buf_done) struct buf two = {0};

    (void)state;
    pack(&one, "order\n", 100);
    pack(&two, "order\n", 100);
    assert_int_equal(one.len, two.len);
    assert_memory_equal(one.data, two.data, one.len);
}

static void members_follow_each_other(void **state)
{
    AUTO(buf_done) struct buf packed = {0};
    AUTO(buf_done) struct buf plain = {0};
    AUTO(gz_out_done) struct gz_out out = {0};
    AUTO(gz_in_done) struct gz_in in = {0};
    struct err err = {0};

    (void)state;
    gz_out_init(&out, 1);
    for (int i = 0; i < 3; i++) {
        gz_out_put(&out, &"abc"[i], 1, &packed);
        gz_out_member_end(&out, &packed);
    }
    gz_out_member_end(&out, &packed); /* an empty one */
    gz_in_init(&in);
    assert_true(gz_expand(&in, packed.data, packed.len, &plain, &err));
    assert_string_equal(buf_str(&plain), "abc");
    buf_reset(&plain);
    assert_true(gz_expand(&in, packed.data, packed.len, &plain, &err));
    assert_string_equal(buf_str(&plain), "abc");
    assert_true(gz_expand(&in, NULL, 0, &plain, &err));
}

/* A reader that gets its input byte by byte and takes seven bytes of output at most. */
static void a_reader_stops_at_each_member(void **state)
{
    AUTO(buf_done) struct buf packed = {0};
    AUTO(buf_done) struct buf plain = {0};
    AUTO(gz_in_done) struct gz_in in = {0};
    struct err err = {0};
    size_t ends = 0;

    (void)state;
    pack(&packed, "first page ", 50);
    pack(&packed, "second page ", 50);
    gz_in_init(&in);
    assert_true(gz_in_is_between(&in));
    for (size_t at = 0; at < packed.len; at++) {
        const unsigned char *byte = (const unsigned char *)packed.data + at;
        size_t left = 1, before;
        enum gz_got got;

        do {
            before = plain.len;
            got = gz_in_take(&in, &byte, &left, &plain, 7, &err);
            assert_int_not_equal(got, GZ_FAILED);
            assert_true(plain.len - before <= 7);
            assert_int_equal(gz_in_is_between(&in), got == GZ_MEMBER_END);
            if (got == GZ_MEMBER_END && !ends++)
                assert_int_equal(plain.len, 550);
        } while (left || (got == GZ_MORE && plain.len - before == 7));
    }
    assert_int_equal(ends, 2);
    assert_int_equal(plain.len, 550 + 600);
}

static void a_cut_body_is_noticed_wherever_it_was_cut(void **state)
{
    AUTO(buf_done) struct buf packed = {0};

    (void)state;
    pack(&packed, "page ", 10);
    for (size_t len = 1; len < packed.len; len++)
        assert_damaged(packed.data, len, 0, "ends in the middle");
}

static void a_flipped_bit_is_noticed(void **state)
{
    AUTO(buf_done) struct buf packed = {0};

    (void)state;
    pack(&packed, "page ", 10);
    packed.data[packed.len - 6] ^= 1; /* check sum */
    assert_damaged(packed.data, packed.len, 0, "damaged");
    packed.data[packed.len - 6] ^= 1;
    packed.data[packed.len - 1] ^= 1; /* length */
    assert_damaged(packed.data, packed.len, 0, "damaged");
    packed.data[packed.len - 1] ^= 1;
    buf_text(&packed, "rubbish");
    assert_damaged(packed.data, packed.len, 0, "damaged");
    assert_damaged("{\"not\":\"gzip\"}", 14, 0, "damaged");
}

static void a_bomb_is_bounded_by_the_buffer(void **state)
{
    AUTO(buf_done) struct buf packed = {0};
    AUTO(buf_done) struct buf plain = {.max = 5000};
    AUTO(gz_in_done) struct gz_in in = {0};
    struct err err = {0};

    (void)state;
    pack(&packed, "00000", 1000);
    gz_in_init(&in);
    assert_true(gz_expand(&in, packed.data, packed.len, &plain, &err)); /* just fits */
    assert_int_equal(plain.len, 5000);
    assert_damaged(packed.data, packed.len, 4999, "expands to more than 4999 bytes");
    assert_damaged(packed.data, packed.len, 1, "expands to more than 1 bytes");
}

static void a_stream_is_good_again_after_damage(void **state)
{
    AUTO(buf_done) struct buf packed = {0};
    AUTO(buf_done) struct buf plain = {0};
    AUTO(gz_in_done) struct gz_in in = {0};
    struct err err = {0};

    (void)state;
    pack(&packed, "page ", 10);
    gz_in_init(&in);
    assert_false(gz_expand(&in, packed.data, packed.len / 2, &plain, &err));
    buf_reset(&plain);
    assert_true(gz_expand(&in, packed.data, packed.len, &plain, &err));
    assert_int_equal(plain.len, 50);
}

static void a_full_buffer_is_told_and_the_next_member_is_whole(void **state)
{
    AUTO(gz_out_done) struct gz_out out = {0};
    AUTO(buf_done) struct buf tight = {.max = 12};
    AUTO(buf_done) struct buf packed = {0};
    AUTO(buf_done) struct buf plain = {0};
    AUTO(gz_in_done) struct gz_in in = {0};
    struct err err = {0};

    (void)state;
    gz_out_init(&out, 1);
    gz_out_put(&out, "too long for this", 17, &tight);
    gz_out_member_end(&out, &tight);
    assert_true(tight.over);
    assert_true(tight.len <= 12);
    gz_out_put(&out, "next", 4, &packed);
    gz_out_member_end(&out, &packed);
    gz_in_init(&in);
    assert_true(gz_expand(&in, packed.data, packed.len, &plain, &err));
    assert_string_equal(buf_str(&plain), "next");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_out),
        cmocka_unit_test(the_same_bytes_pack_to_the_same_file),
        cmocka_unit_test(members_follow_each_other),
        cmocka_unit_test(a_reader_stops_at_each_member),
        cmocka_unit_test(a_cut_body_is_noticed_wherever_it_was_cut),
        cmocka_unit_test(a_flipped_bit_is_noticed),
        cmocka_unit_test(a_bomb_is_bounded_by_the_buffer),
        cmocka_unit_test(a_stream_is_good_again_after_damage),
        cmocka_unit_test(a_full_buffer_is_told_and_the_next_member_is_whole),
    };

    return cmocka_run_group_tests_name("gz", tests, NULL, NULL);
}
