#include "harness/harness.h"

#include "wire/unicode.h"

static void assert_cleaned(const char *text, const char *expected)
{
    AUTO(arena_done) struct arena arena = {0};

    assert_string_equal(unicode_clean(&arena, text), expected);
}

static void what_is_clean_stays_where_it_is(void **state)
{
    static const char *const texts[] = {"",     "24103", "Am Alten Markt 1", "Köln",
                                        "Łódź", "東京",  "Nguyễn",           "😀"};
    AUTO(arena_done) struct arena arena = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        assert_ptr_equal(unicode_clean(&arena, texts[i]), texts[i]);
    assert_null(unicode_clean(&arena, NULL));
}

static void blanks_of_all_kinds_become_one_and_ends_are_trimmed(void **state)
{
    (void)state;
    assert_cleaned("24103 ", "24103");
    assert_cleaned("  a  b\t\r\nc ", "a b c");
    assert_cleaned("\xC2\xA0"
                   "Köln\xE2\x80\x83\xE2\x80\xAF"
                   "West\xE3\x80\x80",
                   "Köln West");
    assert_cleaned("a\xE2\x80\xA8"
                   "b\xC2\x85"
                   "c",
                   "a b c");
    assert_cleaned(" \xC2\xA0\t", "");
}

static void what_cannot_be_seen_goes(void **state)
{
    (void)state;
    assert_cleaned("\xEF\xBB\xBF"
                   "241\xE2\x80\x8B"
                   "03\xE2\x80\x8E",
                   "24103");
    assert_cleaned("a\x01"
                   "b\x7F\xC2\x80"
                   "c",
                   "abc");
    assert_cleaned("Donau\xC2\xAD"
                   "dampf",
                   "Donaudampf");
    assert_cleaned("a \xE2\x80\x8B b", "a b");
    assert_cleaned("\xE2\x80\x8D", "");
}

static void letters_in_two_code_points_become_one(void **state)
{
    (void)state;
    assert_cleaned("Bu\xCC\x88singen", "Büsingen");
    assert_cleaned("o\xE2\x80\x8B\xCC\x88", "ö");
    assert_cleaned("q\xCC\x88", "q\xCC\x88"); /* there is no such letter */
    assert_cleaned(" e\xCC\x81 \xF0\x9F\x98\x80 ", "é 😀");
}

static void folding_forgets_case_and_accents(void **state)
{
    static const char *const pairs[][2] = {
        {"Büsingen", "BUSINGEN"},
        {"Straße", "STRASSE"},
        {"Čapljina", "capljina"},
        {"ÉTÉ", "ete"},
        {"ﬁn", "Fin"},
        {" Ｗｅｒｋ ", "werk"},
        {"Bu\xCC\x88singen", "büsingen"},
        {"İzmir", "izmir"},
        {"ΑΘΉΝΑ", "αθηνα"},
    };
    AUTO(arena_done) struct arena arena = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
        assert_string_equal(unicode_fold(&arena, pairs[i][0]), unicode_fold(&arena, pairs[i][1]));
    assert_string_equal(unicode_fold(&arena, "Büsingen am Hochrhein"), "busingen am hochrhein");
    assert_string_not_equal(unicode_fold(&arena, "Bonn"), unicode_fold(&arena, "Born"));
}

/* U+00AF is a blank and an accent. */
static void what_was_folded_is_clean(void **state)
{
    AUTO(arena_done) struct arena arena = {0};

    (void)state;
    assert_string_equal(unicode_fold(&arena, "\xC2\xAFT"), "t");
    assert_string_equal(unicode_fold(&arena, "A \xC2\xAF B"), "a b");
}

static void what_is_folded_stays_where_it_is(void **state)
{
    static const char folded[] = "packstation 101";
    static const char greek[] = "αθηνα";
    AUTO(arena_done) struct arena arena = {0};

    (void)state;
    assert_ptr_equal(unicode_fold(&arena, folded), folded);
    assert_ptr_equal(unicode_fold(&arena, greek), greek);
    assert_null(unicode_fold(&arena, NULL));
    assert_string_equal(unicode_fold(&arena, ""), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_clean_stays_where_it_is),
        cmocka_unit_test(blanks_of_all_kinds_become_one_and_ends_are_trimmed),
        cmocka_unit_test(what_cannot_be_seen_goes),
        cmocka_unit_test(letters_in_two_code_points_become_one),
        cmocka_unit_test(folding_forgets_case_and_accents),
        cmocka_unit_test(what_was_folded_is_clean),
        cmocka_unit_test(what_is_folded_stays_where_it_is),
    };

    return cmocka_run_group_tests_name("unicode", tests, NULL, NULL);
}
