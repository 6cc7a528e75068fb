#include "harness/harness.h"

static void an_empty_buffer_is_the_empty_text(void **state)
{
    AUTO(buf_done) struct buf buf = {0};
    struct err err;

    (void)state;
    assert_string_equal(buf_str(&buf), "");
    assert_null(buf.data);
    buf_reset(&buf);
    buf_text(&buf, NULL);
    assert_int_equal(buf.len, 0);
    assert_true(buf_whole(&buf, "nothing", &err));
}

static void everything_that_is_put_stands_in_turn(void **state)
{
    AUTO(buf_done) struct buf buf = {0};

    (void)state;
    buf_text(&buf, "a");
    buf_char(&buf, '-');
    buf_int(&buf, 42);
    buf_put(&buf, "xyz", 2);
    buf_format(&buf, "<%s %03d>", "b", 7);
    buf_text(&buf, NULL);
    buf_put(&buf, NULL, 0);
    assert_string_equal(buf_str(&buf), "a-42xy<b 007>");
    assert_int_equal(buf.len, strlen("a-42xy<b 007>"));
}

static void whole_numbers_are_written_up_to_their_limits(void **state)
{
    AUTO(buf_done) struct buf buf = {0};
    static const int64_t numbers[] = {0, 9, 10, -1, INT64_MAX, INT64_MIN};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        buf_int(&buf, numbers[i]);
        buf_char(&buf, ' ');
    }
    assert_string_equal(buf_str(&buf), "0 9 10 -1 9223372036854775807 -9223372036854775808 ");
}

static void a_nul_stands_behind_at_any_length(void **state)
{
    AUTO(buf_done) struct buf buf = {0};

    (void)state;
    for (size_t i = 0; i < 3000; i++) {
        buf_put(&buf, "\xFF", 1);
        assert_int_equal(buf.data[buf.len], '\0');
        assert_true(buf.room > buf.len);
    }
    assert_int_equal(buf.len, 3000);
}

static void a_nul_stands_behind_room_that_was_not_used(void **state)
{
    AUTO(buf_done) struct buf buf = {0};

    (void)state;
    assert_non_null(buf_room(&buf, 100));
    assert_string_equal(buf_str(&buf), "");
    buf_text(&buf, "text");
    assert_non_null(buf_room(&buf, 100000));
    assert_string_equal(buf_str(&buf), "text");
}

static void what_the_caller_wrote_into_the_room_counts(void **state)
{
    AUTO(buf_done) struct buf buf = {0};
    char *room;

    (void)state;
    buf_text(&buf, "ab");
    room = buf_room(&buf, 1000);
    assert_ptr_equal(room, buf.data + 2);
    memset(room, 'c', 1000);
    buf.len += 1000;
    buf_text(&buf, "d");
    assert_int_equal(buf.len, 1003);
    assert_string_equal(buf.data + 1000, "ccd");
}

static void exactly_the_ceiling_fits(void **state)
{
    AUTO(buf_done) struct buf buf = {.max = 8};
    struct err err;

    (void)state;
    buf_text(&buf, "1234");
    buf_text(&buf, "5678");
    buf_text(&buf, "");
    assert_string_equal(buf_str(&buf), "12345678");
    assert_true(buf_whole(&buf, "it", &err));
}

static void what_would_pass_the_ceiling_is_dropped_once_and_for_all(void **state)
{
    AUTO(buf_done) struct buf buf = {.max = 8};
    struct err err = {0};

    (void)state;
    buf_text(&buf, "1234");
    buf_text(&buf, "56789");
    assert_true(buf.over);
    buf_text(&buf, "5");
    buf_char(&buf, '5');
    buf_int(&buf, 5);
    buf_format(&buf, "%d", 5);
    assert_null(buf_room(&buf, 1));
    assert_string_equal(buf_str(&buf), "1234");
    assert_false(buf_whole(&buf, "the body", &err));
    assert_says(err, ERR_RECORD, "the body is larger than 8 bytes");
}

static void a_reset_buffer_may_be_filled_again(void **state)
{
    AUTO(buf_done) struct buf buf = {.max = 8};
    struct err err;

    (void)state;
    buf_text(&buf, "123456789");
    buf_reset(&buf);
    assert_string_equal(buf_str(&buf), "");
    buf_format(&buf, "%s", "12345678");
    assert_true(buf_whole(&buf, "it", &err));
    assert_string_equal(buf_str(&buf), "12345678");
}

static void a_buffer_that_is_done_keeps_its_ceiling(void **state)
{
    AUTO(buf_done) struct buf buf = {.max = 3};

    (void)state;
    buf_text(&buf, "12");
    buf_done(&buf);
    assert_string_equal(buf_str(&buf), "");
    buf_text(&buf, "1234");
    assert_true(buf.over);
    assert_int_equal(buf.len, 0);
}

static void without_a_ceiling_of_its_own_the_common_one_holds(void **state)
{
    AUTO(buf_done) struct buf buf = {0};
    struct err err = {0};

    (void)state;
    assert_null(buf_room(&buf, BUF_MAX + 1));
    assert_false(buf_whole(&buf, "it", &err));
    assert_says(err, ERR_RECORD, "67108864 bytes");
    buf_reset(&buf);
    assert_null(buf_room(&buf, SIZE_MAX));
    buf_reset(&buf);
    buf_char(&buf, 'a');
    assert_null(buf_room(&buf, SIZE_MAX));
    assert_null(buf.over ? NULL : "over");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_buffer_is_the_empty_text),
        cmocka_unit_test(everything_that_is_put_stands_in_turn),
        cmocka_unit_test(whole_numbers_are_written_up_to_their_limits),
        cmocka_unit_test(a_nul_stands_behind_at_any_length),
        cmocka_unit_test(a_nul_stands_behind_room_that_was_not_used),
        cmocka_unit_test(what_the_caller_wrote_into_the_room_counts),
        cmocka_unit_test(exactly_the_ceiling_fits),
        cmocka_unit_test(what_would_pass_the_ceiling_is_dropped_once_and_for_all),
        cmocka_unit_test(a_reset_buffer_may_be_filled_again),
        cmocka_unit_test(a_buffer_that_is_done_keeps_its_ceiling),
        cmocka_unit_test(without_a_ceiling_of_its_own_the_common_one_holds),
    };

    return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
