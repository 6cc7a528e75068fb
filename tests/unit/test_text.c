#include "harness/harness.h"

#include "core/text.h"

#define NBSP "\xC2\xA0"
#define ZWSP "\xE2\x80\x8B"
#define BOM "\xEF\xBB\xBF"

static void blank_is_null_empty_or_white_space_of_any_width(void **state)
{
    (void)state;
    assert_true(text_is_empty(NULL));
    assert_true(text_is_empty(""));
    assert_true(text_is_empty(" \t\r\n\v\f"));
    assert_true(text_is_empty(NBSP ZWSP BOM " "));
    assert_false(text_is_empty(" 0 "));
    assert_false(text_is_empty("\xC2\xA1"));     /* an inverted exclamation mark */
    assert_false(text_is_empty("\xE2\x80\x8C")); /* holds letters apart: no blank */
}

static void null_is_the_same_as_null_only(void **state)
{
    static const char twin[] = "a";

    (void)state;
    assert_true(text_same(NULL, NULL));
    assert_false(text_same(NULL, ""));
    assert_false(text_same("", NULL));
    assert_true(text_same("a", twin));
    assert_false(text_same("a", "A"));
    assert_false(text_same("a", "ab"));
}

static void only_ascii_letters_lose_their_case(void **state)
{
    (void)state;
    assert_true(text_same_nocase("Order-ID[9]", "oRDER-id[9]"));
    assert_true(text_same_nocase(NULL, NULL));
    assert_true(text_same_nocase("", ""));
    assert_false(text_same_nocase(NULL, ""));
    assert_false(text_same_nocase("", NULL));
    assert_false(text_same_nocase("ab", "abc"));
    assert_false(text_same_nocase("abc", "ab"));
    assert_false(text_same_nocase("@", "`")); /* 0x40 and 0x60 */
    assert_false(text_same_nocase("[", "{"));
    assert_false(text_same_nocase("Ä", "ä"));
}

static void a_start_is_found_without_case(void **state)
{
    (void)state;
    assert_true(text_starts_nocase("Content-Type: x", "content-type"));
    assert_true(text_starts_nocase("x", ""));
    assert_true(text_starts_nocase("", ""));
    assert_false(text_starts_nocase("cont", "content"));
    assert_false(text_starts_nocase(NULL, "a"));
    assert_false(text_starts_nocase(NULL, ""));
}

static void digits_are_ascii_digits_and_at_least_one(void **state)
{
    (void)state;
    assert_true(text_is_digits("0"));
    assert_true(text_is_digits("0123456789"));
    assert_false(text_is_digits(NULL));
    assert_false(text_is_digits(""));
    assert_false(text_is_digits("-1"));
    assert_false(text_is_digits("1 "));
    assert_false(text_is_digits("1.0"));
    assert_false(text_is_digits("\xD9\xA1")); /* an Arabic one */
}

static void well_formed_utf8_is_valid(void **state)
{
    static const char *const good[] = {
        "",
        "a\x7F",
        "\xC2\x80",         /* the least of two bytes */
        "\xDF\xBF",         /* U+07FF */
        "\xE0\xA0\x80",     /* U+0800 */
        "\xED\x9F\xBF",     /* U+D7FF, before the surrogates */
        "\xEE\x80\x80",     /* U+E000, after them */
        "\xEF\xBF\xBF",     /* U+FFFF */
        "\xF0\x90\x80\x80", /* U+10000 */
        "\xF4\x8F\xBF\xBF", /* U+10FFFF, the last */
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        assert_true(utf8_valid(good[i], strlen(good[i])));
}

static void ill_formed_utf8_is_not_valid(void **state)
{
    static const char *const bad[] = {
        "\x80",                 /* a continuation by itself */
        "a\xBF",                /* one too many */
        "\xC0\xAF",             /* overlong / */
        "\xC1\xBF",             /* overlong */
        "\xE0\x9F\xBF",         /* overlong */
        "\xF0\x8F\xBF\xBF",     /* overlong */
        "\xED\xA0\x80",         /* first surrogate */
        "\xED\xBF\xBF",         /* last surrogate */
        "\xF4\x90\x80\x80",     /* beyond U+10FFFF */
        "\xF8\x88\x80\x80\x80", /* five bytes */
        "\xFE",
        "\xFF",
        "\xC3",     /* truncated */
        "\xC3(",    /* broken off */
        "\xE2\x82", /* truncated */
        "\xE2(\x82",
        "\xF0\x9F\x98", /* truncated */
        "K\xF6ln",      /* Latin-1 */
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(utf8_valid(bad[i], strlen(bad[i])));
}

static void a_flaw_is_found_wherever_it_stands(void **state)
{
    static const char flaws[] = {'\0', '\x80', '\xC3', '\xFF'};
    char text[41];

    (void)state;
    for (size_t at = 0; at < sizeof text; at++) {
        memset(text, 'a', sizeof text);
        assert_true(utf8_valid(text, sizeof text));
        for (size_t i = 0; i < ARRAY_LEN(flaws); i++) {
            text[at] = flaws[i];
            assert_false(utf8_valid(text, sizeof text));
            assert_true(utf8_valid(text, at));
        }
        if (at + 1 == sizeof text)
            break;
        text[at] = '\xC3';
        text[at + 1] = '\xA4';
        assert_true(utf8_valid(text, sizeof text));
        assert_false(utf8_valid(text, at + 1));
    }
}

static void a_nul_is_not_valid_text(void **state)
{
    (void)state;
    assert_false(utf8_valid("a\0b", 3));
    assert_false(utf8_valid("", 1));
    assert_int_equal(utf8_point_len("", 1), 0);
}

/* The bytes behind the given length are nobody's business, even when they would complete it. */
static void what_lies_behind_the_length_is_not_looked_at(void **state)
{
    (void)state;
    assert_false(utf8_valid("\xE2\x82\xAC", 2));
    assert_true(utf8_valid("ab\xFF", 2));
    assert_int_equal(utf8_point_len("\xE2\x82\xAC", 2), 0);
    assert_int_equal(utf8_point_len("\xE2\x82\xAC", 3), 3);
    assert_int_equal(utf8_point_len("abc", 3), 1);
    assert_int_equal(utf8_point_len("a", 0), 0);
}

static const char *mended(const char *bytes, size_t len, struct buf *out)
{
    buf_reset(out);
    utf8_mend(bytes, len, out);
    return buf_str(out);
}

static void each_run_of_bad_bytes_becomes_one_mark(void **state)
{
    AUTO(buf_done) struct buf out = {0};

    (void)state;
    assert_string_equal(mended("", 0, &out), "");
    assert_string_equal(mended("K\xC3\xB6ln", 5, &out), "Köln");
    assert_string_equal(mended("K\xF6ln", 4, &out), "K\uFFFDln");
    assert_string_equal(mended("K\xF6\xE4\xFFln\xC3", 7, &out), "K\uFFFDln\uFFFD");
    assert_string_equal(mended("a\0b", 3, &out), "a\uFFFDb");
    assert_string_equal(mended("\xC0\xAF/\xED\xA0\x80", 6, &out), "\uFFFD/\uFFFD");
    assert_true(text_is_damaged("K\uFFFDln"));
    assert_false(text_is_damaged("Köln"));
    assert_false(text_is_damaged("\uFFFC"));
    assert_false(text_is_damaged(NULL));
}

static void people_count_characters(void **state)
{
    (void)state;
    assert_int_equal(utf8_count(""), 0);
    assert_int_equal(utf8_count("Köln"), 4);
    assert_int_equal(utf8_count("€\xF0\x9F\x98\x80"), 2);
    assert_int_equal(utf8_prefix("Köln", 2), 3);
    assert_int_equal(utf8_prefix("Köln", 0), 0);
    assert_int_equal(utf8_prefix("Köln", 4), 5);
    assert_int_equal(utf8_prefix("Köln", 100), 5);
    assert_int_equal(utf8_prefix("", 1), 0);
}

static void code_points_come_one_by_one(void **state)
{
    static const uint32_t points[] = {'a', 0xE4, 0x20AC, 0x1F600, 0};
    const char *text = "aä€\xF0\x9F\x98\x80";
    const char *at = text;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(points); i++)
        assert_int_equal(utf8_next(&at), points[i]);
    assert_int_equal(utf8_next(&at), 0); /* the end stays the end */
    assert_ptr_equal(at, text + strlen(text));
}

static void both_ends_are_trimmed_of_what_nobody_sees(void **state)
{
    AUTO(arena_done) struct arena arena = {0};

    (void)state;
    assert_string_equal(text_trim(&arena, " \t12345" NBSP ZWSP), "12345");
    assert_string_equal(text_trim(&arena, BOM NBSP "Am " NBSP "See\r\n"), "Am " NBSP "See");
    assert_string_equal(text_trim(&arena, " à "), "à"); /* its last byte is that of a NBSP */
    assert_string_equal(text_trim(&arena, "x\xE2\x80\x8C"), "x\xE2\x80\x8C");
    assert_string_equal(text_trim(&arena, "\xE2\x80\x8C" BOM), "\xE2\x80\x8C");
    assert_string_equal(text_trim(&arena, "a" BOM ZWSP NBSP " \v" NBSP), "a");
    assert_string_equal(text_trim(&arena, "a b"), "a b");
    assert_string_equal(text_trim(&arena, NBSP " "), "");
    assert_string_equal(text_trim(&arena, ""), "");
    assert_null(text_trim(&arena, NULL));
}

static void what_needs_no_trimming_is_not_copied(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    const char *text = "Am See";

    (void)state;
    assert_ptr_equal(text_trim(&arena, text), text);
    assert_int_equal(arena_held(&arena), 0);
}

static void the_nearest_word_is_suggested(void **state)
{
    static const char *const words[] = {"partner_token", "account_token", "in_flight", "url", NULL};

    (void)state;
    assert_string_equal(text_nearest("partner_tokne", words), "partner_token");
    assert_string_equal(text_nearest("Acount_Token", words), "account_token");
    assert_string_equal(text_nearest("inflight", words), "in_flight");
    assert_string_equal(text_nearest("ulr", words), "url");
    assert_string_equal(text_nearest("url", words), "url");
}

static void what_is_far_from_all_words_gets_no_suggestion(void **state)
{
    static const char *const words[] = {"partner_token", "url", NULL};
    static const char *const none[] = {NULL};
    char endless[400];

    (void)state;
    assert_null(text_nearest("colour", words));
    assert_null(text_nearest("", words));
    assert_null(text_nearest("url", none));
    memset(endless, 'u', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    assert_null(text_nearest(endless, words));
}

static void a_list_is_split_and_its_parts_trimmed(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    size_t count = 0;
    const char *const *parts = text_split(&arena, "a; b c ;;" NBSP "d", ';', &count);

    (void)state;
    assert_int_equal(count, 4);
    assert_string_equal(parts[0], "a");
    assert_string_equal(parts[1], "b c");
    assert_string_equal(parts[2], "");
    assert_string_equal(parts[3], "d");
    assert_null(parts[4]);
}

static void nothing_splits_into_one_empty_part(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    size_t count = 0;
    const char *const *parts = text_split(&arena, "", ';', &count);

    (void)state;
    assert_int_equal(count, 1);
    assert_string_equal(parts[0], "");
    assert_null(parts[1]);
    assert_string_equal(text_split(&arena, ";", ';', NULL)[1], "");
}

static void hashes_tell_texts_apart_as_comparing_does(void **state)
{
    (void)state;
    assert_true(text_hash("") == 14695981039346656037U); /* FNV-1a's published values */
    assert_true(text_hash("a") == 0xAF63DC4C8601EC8CU);
    assert_true(text_hash("foobar") == 0x85944171F73967E8U);
    assert_true(text_hash("a") != text_hash("A"));
    assert_true(text_hash_nocase("FooBar") == text_hash("foobar"));
    assert_true(text_hash_nocase("Ä") != text_hash_nocase("ä"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blank_is_null_empty_or_white_space_of_any_width),
        cmocka_unit_test(null_is_the_same_as_null_only),
        cmocka_unit_test(only_ascii_letters_lose_their_case),
        cmocka_unit_test(a_start_is_found_without_case),
        cmocka_unit_test(digits_are_ascii_digits_and_at_least_one),
        cmocka_unit_test(well_formed_utf8_is_valid),
        cmocka_unit_test(ill_formed_utf8_is_not_valid),
        cmocka_unit_test(a_flaw_is_found_wherever_it_stands),
        cmocka_unit_test(a_nul_is_not_valid_text),
        cmocka_unit_test(what_lies_behind_the_length_is_not_looked_at),
        cmocka_unit_test(each_run_of_bad_bytes_becomes_one_mark),
        cmocka_unit_test(people_count_characters),
        cmocka_unit_test(code_points_come_one_by_one),
        cmocka_unit_test(both_ends_are_trimmed_of_what_nobody_sees),
        cmocka_unit_test(what_needs_no_trimming_is_not_copied),
        cmocka_unit_test(the_nearest_word_is_suggested),
        cmocka_unit_test(what_is_far_from_all_words_gets_no_suggestion),
        cmocka_unit_test(a_list_is_split_and_its_parts_trimmed),
        cmocka_unit_test(nothing_splits_into_one_empty_part),
        cmocka_unit_test(hashes_tell_texts_apart_as_comparing_does),
    };

    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
