#include "harness/harness.h"

#include "core/decimal.h"

static void assert_parses(const char *text, unsigned scale, int64_t wanted)
{
    struct err err;
    int64_t number = UNSAID;

    if (!decimal_parse(text, scale, &number, &err))
        fail_msg("%s", err.text);
    if (number != wanted)
        fail_msg("'%s' became %lld, not %lld", text, (long long)number, (long long)wanted);
}

/* REQ-A4 */
static void either_mark_is_read(void **state)
{
    (void)state;
    assert_parses("12.5", 4, 125000);
    assert_parses("12,5", 4, 125000);
    assert_parses("3", 3, 3000);
    assert_parses("0,05", 3, 50);
    assert_parses("+1.25", 2, 125);
    assert_parses("-1,25", 2, -125);
    assert_parses(".5", 1, 5);
    assert_parses("5.", 1, 50);
    assert_parses("007", 0, 7);
    assert_parses("-0", 4, 0);
    assert_parses("0000000000000000000000001.5", 1, 15);
}

static void digits_beyond_the_scale_round_half_away_from_zero(void **state)
{
    (void)state;
    assert_parses("0.00004", 4, 0);
    assert_parses("0.00005", 4, 1);
    assert_parses("0.000049999999999999999999999", 4, 0);
    assert_parses("-0.00005", 4, -1);
    assert_parses("-0.00004", 4, 0);
    assert_parses("0.99995", 4, 10000);
    assert_parses("2.5", 0, 3);
    assert_parses("-2.5", 0, -3);
    assert_parses("2.4999", 0, 2);
    assert_parses("1.00049", 3, 1000);
    assert_parses("1.0005", 3, 1001);
}

static void the_limits_are_exact(void **state)
{
    struct err err;
    int64_t number = 7;

    (void)state;
    assert_parses("922337203685477.5807", 4, INT64_MAX);
    assert_parses("922337203685477.58074", 4, INT64_MAX);
    assert_parses("-922337203685477.5807", 4, -INT64_MAX);
    assert_parses("9223372036854775807", 0, INT64_MAX);
    assert_false(decimal_parse("922337203685477.5808", 4, &number, &err));
    assert_false(decimal_parse("922337203685477.58075", 4, &number, &err));
    assert_false(decimal_parse("-922337203685477.5808", 4, &number, &err)); /* would be UNSAID */
    assert_false(decimal_parse("1000000000000000", 4, &number, &err));
    assert_false(decimal_parse("99999999999999999999999999", 0, &number, &err));
    assert_int_equal(number, 7);
}

static void what_is_no_number_is_refused_and_quoted(void **state)
{
    static const char *const bad[] = {
        "",    " ",   "abc",  "1 ",       " 1",    "1.2.3", ".",   "-",     "+",  "--1",     "+-1",
        "-+1", "1e5", "0x10", "1.234,56", "1'000", "NaN",   "inf", "12 kg", "1-", "\xC2\xBD"};
    struct err err;
    int64_t number = 7;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (decimal_parse(bad[i], 4, &number, &err))
            fail_msg("'%s' passed as %lld", bad[i], (long long)number);
        assert_says(err, ERR_RECORD, bad[i]);
        assert_says(err, ERR_RECORD, "is not a number");
    }
    assert_false(decimal_parse(NULL, 4, &number, &err));
    assert_says(err, ERR_RECORD, "''");
    assert_int_equal(number, 7);
}

static void whole_numbers_have_no_mark(void **state)
{
    static const char *const bad[] = {"", "1.0", "1,", "-", "+", "+-5", "-+5", "1e3", " 5", "5 "};
    struct err err;
    int64_t number = 7;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_false(integer_parse(bad[i], &number, &err));
        assert_says(err, ERR_RECORD, "is not a whole number");
    }
    assert_false(integer_parse(NULL, &number, &err));
    assert_false(integer_parse("9223372036854775808", &number, &err));
    assert_false(integer_parse("-9223372036854775808", &number, &err)); /* UNSAID */
    assert_int_equal(number, 7);
    assert_true(integer_parse("-9223372036854775807", &number, &err));
    assert_int_equal(number, -INT64_MAX);
    assert_true(integer_parse("+42", &number, &err));
    assert_int_equal(number, 42);
}

static void assert_puts(int64_t value, unsigned scale, unsigned places_min, const char *wanted)
{
    AUTO(buf_done) struct buf buf = {0};

    decimal_put(&buf, value, scale, places_min, '.');
    assert_string_equal(buf_str(&buf), wanted);
}

static void trailing_zeros_are_cut_down_to_the_minimum(void **state)
{
    (void)state;
    assert_puts(125000, 4, 2, "12.50");
    assert_puts(125000, 4, 0, "12.5");
    assert_puts(120000, 4, 0, "12");
    assert_puts(120000, 4, 2, "12.00");
    assert_puts(125001, 4, 2, "12.5001");
    assert_puts(1, 4, 0, "0.0001");
    assert_puts(0, 4, 0, "0");
    assert_puts(0, 4, 2, "0.00");
    assert_puts(-1, 4, 2, "-0.0001");
    assert_puts(-125000, 4, 2, "-12.50");
    assert_puts(7, 0, 0, "7");
    assert_puts(INT64_MAX, 4, 2, "922337203685477.5807");
    assert_puts(-INT64_MAX, 4, 2, "-922337203685477.5807");
}

static void assert_fixed(int64_t value, unsigned scale, unsigned places, const char *wanted)
{
    AUTO(buf_done) struct buf buf = {0};

    decimal_put_fixed(&buf, value, scale, places, ',');
    assert_string_equal(buf_str(&buf), wanted);
}

/* REQ-A4: grams inside, three decimals of a kilogram at the edge */
static void exactly_so_many_places_are_written(void **state)
{
    (void)state;
    assert_fixed(3000, 3, 3, "3,000");
    assert_fixed(50, 3, 3, "0,050");
    assert_fixed(0, 3, 3, "0,000");
    assert_fixed(12345, 0, 0, "12345");
    assert_fixed(3, 0, 2, "3,00");
    assert_fixed(125, 2, 4, "1,2500");
    assert_fixed(-5, 2, 4, "-0,0500");
}

static void places_that_are_dropped_round_half_away_from_zero(void **state)
{
    (void)state;
    assert_fixed(99995, 4, 3, "10,000"); /* 9.9995 */
    assert_fixed(99994, 4, 3, "9,999");
    assert_fixed(125050, 4, 2, "12,51");
    assert_fixed(125049, 4, 2, "12,50");
    assert_fixed(-125050, 4, 2, "-12,51");
    assert_fixed(5, 1, 0, "1");
    assert_fixed(4, 1, 0, "0");
    assert_fixed(INT64_MAX, 4, 2, "922337203685477,58");
    assert_fixed(-INT64_MAX, 4, 0, "-922337203685478");
}

static void zero_has_no_sign(void **state)
{
    (void)state;
    assert_fixed(-4, 4, 2, "0,00");
    assert_fixed(-49, 4, 2, "0,00");
    assert_fixed(-50, 4, 2, "-0,01");
    assert_fixed(-4, 1, 0, "0");
}

static void what_was_written_reads_back(void **state)
{
    static const int64_t values[] = {0, 1, -1, 9999, 10000, -10001, 123456789, INT64_MAX};
    AUTO(buf_done) struct buf buf = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        for (unsigned scale = 0; scale <= 6; scale++) {
            buf_reset(&buf);
            decimal_put(&buf, values[i], scale, 0, scale % 2 ? ',' : '.');
            assert_parses(buf_str(&buf), scale, values[i]);
        }
    }
}

static void products_that_do_not_fit_are_told(void **state)
{
    int64_t product = 7;

    (void)state;
    assert_true(multiply_fits(3, -4, &product));
    assert_int_equal(product, -12);
    assert_true(multiply_fits(INT64_MAX, 1, &product));
    assert_int_equal(product, INT64_MAX);
    product = 7;
    assert_false(multiply_fits(INT64_MAX, 2, &product));
    assert_false(multiply_fits(INT64_MIN / 2, 2, &product)); /* fits, but means UNSAID */
    assert_false(multiply_fits(INT64_C(1) << 32, INT64_C(1) << 32, &product));
    assert_int_equal(product, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(either_mark_is_read),
        cmocka_unit_test(digits_beyond_the_scale_round_half_away_from_zero),
        cmocka_unit_test(the_limits_are_exact),
        cmocka_unit_test(what_is_no_number_is_refused_and_quoted),
        cmocka_unit_test(whole_numbers_have_no_mark),
        cmocka_unit_test(trailing_zeros_are_cut_down_to_the_minimum),
        cmocka_unit_test(exactly_so_many_places_are_written),
        cmocka_unit_test(places_that_are_dropped_round_half_away_from_zero),
        cmocka_unit_test(zero_has_no_sign),
        cmocka_unit_test(what_was_written_reads_back),
        cmocka_unit_test(products_that_do_not_fit_are_told),
    };

    return cmocka_run_group_tests_name("decimal", tests, NULL, NULL);
}
