#include "harness/harness.h"

#include "connector/fields.h"
#include "core/clock.h"
#include "wire/json.h"

/* ---- helpers ---- */

static int64_t good(enum field_as as, const char *text, struct zone *zone)
{
    int64_t value = -77;
    struct err err;

    if (!value_read(as, text, zone, &value, &err))
        fail_msg("'%s': %s", text, err.text);
    return value;
}

static void bad(enum field_as as, const char *text, const char *words)
{
    int64_t value = -77;
    struct err err = {0};

    if (value_read(as, text, NULL, &value, &err))
        fail_msg("'%s' was read as %lld", text, (long long)value);
    assert_says(err, ERR_RECORD, words);
    assert_int_equal(value, -77);
}

static int64_t utc(const char *iso)
{
    int64_t out;
    struct err err;

    if (!iso_parse(iso, &out, &err))
        fail_msg("%s", err.text);
    return out;
}

static const struct node *parse(const char *json, struct arena *arena)
{
    const struct node *root;
    struct err err;

    if (!json_parse(json, strlen(json), arena, &root, &err))
        fail_msg("%s", err.text);
    return root;
}

static struct zone berlin(void)
{
    struct zone zone;
    struct err err;

    if (!zone_open("Europe/Berlin", &zone, &err))
        fail_msg("%s", err.text);
    return zone;
}

/* ---- single values ---- */

static void money_takes_comma_and_dot(void **state)
{
    (void)state;
    assert_int_equal(good(AS_MONEY, "112,30", NULL), 1123000);
    assert_int_equal(good(AS_MONEY, "112.3", NULL), 1123000);
    assert_int_equal(good(AS_MONEY, "0,00", NULL), 0);
    assert_int_equal(good(AS_MONEY, " -4,9\r\n", NULL), -49000);
    bad(AS_MONEY, "1.234,56", "not a number");
    bad(AS_MONEY, "1e3", "not a number");
}

/* REQ-A4: a weight of nothing is no weight, so that the default applies and is seen. */
static void a_weight_of_zero_is_not_said(void **state)
{
    (void)state;
    assert_int_equal(good(AS_KILOGRAMS, "0,85", NULL), 850);
    assert_int_equal(good(AS_KILOGRAMS, "10.5", NULL), 10500);
    assert_int_equal(good(AS_KILOGRAMS, "0,0004", NULL), UNSAID);
    assert_int_equal(good(AS_KILOGRAMS, "0,00", NULL), UNSAID);
    assert_int_equal(good(AS_GRAMS, "850", NULL), 850);
    assert_int_equal(good(AS_GRAMS, "0", NULL), UNSAID);
}

static void a_weight_that_cannot_be_is_refused(void **state)
{
    (void)state;
    bad(AS_KILOGRAMS, "abc", "weight: 'abc' is not a number");
    bad(AS_KILOGRAMS, "-1,5", "below zero");
    bad(AS_KILOGRAMS, "99999999999999999999", "not a number");
    bad(AS_GRAMS, "-1", "below zero");
}

static void a_length_comes_in_centimetres(void **state)
{
    (void)state;
    assert_int_equal(good(AS_CENTIMETRES, "8.25", NULL), 83);
    assert_int_equal(good(AS_CENTIMETRES, "12,000", NULL), 120);
    assert_int_equal(good(AS_CENTIMETRES, "0.0", NULL), UNSAID);
    bad(AS_CENTIMETRES, "-1", "length '-1' is below zero");
}

static void whole_numbers_may_come_with_empty_places(void **state)
{
    (void)state;
    assert_int_equal(good(AS_INT, "981223", NULL), 981223);
    assert_int_equal(good(AS_INT, "981223,00", NULL), 981223);
    assert_int_equal(good(AS_INT, "-1", NULL), -1);
    bad(AS_INT, "1,5", "not a whole number");
    bad(AS_INT, "12a", "not a whole number");
}

static void a_flag_has_many_spellings(void **state)
{
    static const char *const yes[] = {"1", "-1", "true", "True", "yes"};
    static const char *const no[] = {"0", "False", "false", "NO"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(yes); i++)
        assert_int_equal(good(AS_FLAG, yes[i], NULL), 1);
    for (size_t i = 0; i < ARRAY_LEN(no); i++)
        assert_int_equal(good(AS_FLAG, no[i], NULL), 0);
    bad(AS_FLAG, "perhaps", "neither yes nor no");
}

static void nothing_said_is_unsaid_whatever_it_should_be(void **state)
{
    static const char *const nothing[] = {NULL, "", " ", "\r\n   \t", "\xC2\xA0"};

    (void)state;
    for (int as = AS_INT; as <= AS_TIME_LOCAL; as++)
        for (size_t i = 0; i < ARRAY_LEN(nothing); i++)
            assert_int_equal(good((enum field_as)as, nothing[i], NULL), UNSAID);
}

static void a_text_too_long_for_a_number_is_refused(void **state)
{
    char digits[100];

    (void)state;
    memset(digits, '1', sizeof digits - 1);
    digits[sizeof digits - 1] = '\0';
    bad(AS_INT, digits, "too long");
    bad(AS_TEXT, "1", "no number");
}

static void a_local_time_has_three_forms(void **state)
{
    struct zone zone = berlin();

    (void)state;
    assert_int_equal(good(AS_TIME_LOCAL, "03.06.2024 09:12:44", &zone),
                     utc("2024-06-03T07:12:44Z"));
    assert_int_equal(good(AS_TIME_LOCAL, "03-06-2024 09:12:44", &zone),
                     utc("2024-06-03T07:12:44Z"));
    assert_int_equal(good(AS_TIME_LOCAL, "2024-06-03T09:12:44", &zone),
                     utc("2024-06-03T07:12:44Z"));
    assert_int_equal(good(AS_TIME_LOCAL, "03.06.2024 09:12", &zone), utc("2024-06-03T07:12:00Z"));
    assert_int_equal(good(AS_TIME_LOCAL, "03.06.2024", &zone), utc("2024-06-02T22:00:00Z"));
    zone_close(&zone);
}

static void a_zone_that_is_named_wins(void **state)
{
    struct zone zone = berlin();

    (void)state;
    assert_int_equal(good(AS_TIME_LOCAL, "2024-06-03T09:12:44Z", &zone),
                     utc("2024-06-03T09:12:44Z"));
    assert_int_equal(good(AS_TIME_LOCAL, "2024-06-03T09:12:44+05:00", &zone),
                     utc("2024-06-03T04:12:44Z"));
    assert_int_equal(good(AS_TIME_LOCAL, "03.06.2024 09:12:44", NULL), utc("2024-06-03T09:12:44Z"));
    assert_int_equal(good(AS_TIME_ISO, "2024-06-03T09:12:44.123Z", &zone),
                     utc("2024-06-03T09:12:44Z"));
    zone_close(&zone);
}

static void both_clock_changes_read_as_the_zone_says(void **state)
{
    struct zone zone = berlin();

    (void)state;
    assert_int_equal(good(AS_TIME_LOCAL, "27.10.2024 02:30:00", &zone),
                     utc("2024-10-27T00:30:00Z"));
    assert_int_equal(good(AS_TIME_LOCAL, "31.03.2024 02:30:00", &zone),
                     utc("2024-03-31T01:30:00Z"));
    zone_close(&zone);
}

static void the_year_one_means_no_date(void **state)
{
    (void)state;
    assert_int_equal(good(AS_TIME_LOCAL, "01.01.0001 00:00:00", NULL), UNSAID);
    assert_int_equal(good(AS_TIME_LOCAL, "30.12.1899", NULL), UNSAID);
    assert_int_equal(good(AS_TIME_LOCAL, "0001-01-01T00:00:00Z", NULL), UNSAID);
}

static void a_time_that_cannot_be_is_refused(void **state)
{
    static const char *const wrong[] = {"31.02.2024",     "32.01.2024",       "03.13.2024 10:00:00",
                                        "03.06-2024",     "03.06.2024 24:00", "03.06.2024T10:00",
                                        "3.6.2024",       "03.06.24",         "yesterday",
                                        "03.06.2024 10:0"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        bad(AS_TIME_LOCAL, wrong[i], "is not a date and time");
    bad(AS_TIME_ISO, "03.06.2024", "");
}

static void a_time_is_written_as_it_is_read(void **state)
{
    static const char *const times[] = {"01.01.2024 00:00:00", "31.03.2024 03:00:00",
                                        "27.10.2024 23:59:59"};
    struct zone zone = berlin();

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(times); i++) {
        AUTO(buf_done) struct buf out = {0};

        put_time_de(&out, &zone, good(AS_TIME_LOCAL, times[i], &zone));
        assert_string_equal(buf_str(&out), times[i]);
    }
    zone_close(&zone);
}

/* ---- rows ---- */

static const struct field_path rows[] = {
    {"Weight", AS_KILOGRAMS, offsetof(struct item, weight_g)},
    {"Number", AS_TEXT, offsetof(struct item, sku)},
    {"Details.Number", AS_TEXT, offsetof(struct item, sku)},
    {"Price", AS_MONEY, offsetof(struct item, price_e4)},
    {"OldPrice", AS_MONEY, offsetof(struct item, price_e4)},
    {"Quantity", AS_INT, offsetof(struct item, quantity)},
};

static bool read_item(const char *json, struct arena *arena, struct item **item, struct err *err)
{
    *item = items_new(1, arena);
    return fields_read(FIELDS(rows), parse(json, arena), NULL, *item, arena, err);
}

static void the_first_row_that_says_something_wins(void **state)
{
    struct arena arena = {0};
    struct item *item;
    struct err err;

    (void)state;
    assert_true(read_item(
        "{\"number\":\"  \",\"DETAILS\":{\"Number\":\" A-1 \"},\"Price\":null,\"OldPrice\":9.9}",
        &arena, &item, &err));
    assert_string_equal(item->sku, "A-1");
    assert_int_equal(item->price_e4, 99000);
    assert_int_equal(item->weight_g, UNSAID);
    assert_null(item->title);
    arena_done(&arena);
}

static void trouble_names_the_path_and_the_rest_is_read(void **state)
{
    struct arena arena = {0};
    struct item *item;
    struct err err;

    (void)state;
    assert_false(read_item("{\"Weight\":\"abc\",\"Number\":\"A-1\",\"Quantity\":\"x\",\"Price\":1}",
                           &arena, &item, &err));
    assert_says(err, ERR_RECORD, "Weight: weight: 'abc' is not a number");
    assert_string_equal(item->sku, "A-1");
    assert_int_equal(item->price_e4, 10000);
    assert_int_equal(item->weight_g, UNSAID);
    assert_int_equal(item->quantity, UNSAID);
    arena_done(&arena);
}

static void things_of_the_wrong_shape_are_not_there(void **state)
{
    struct arena arena = {0};
    struct item *item;
    struct err err;

    (void)state;
    assert_true(read_item("{\"Weight\":{},\"Number\":[1],\"Details\":false}", &arena, &item, &err));
    assert_null(item->sku);
    assert_int_equal(item->weight_g, UNSAID);
    arena_done(&arena);
}

/* ---- records ---- */

static void the_first_flaw_stays(void **state)
{
    struct arena arena = {0};
    struct record *record = record_new(KIND_ORDERS, &arena);

    (void)state;
    record_flaw(record, "one", &arena);
    record_flaw(record, "two", &arena);
    assert_string_equal(record->flaw, "one");
    assert_string_equal(record->flaw_code, "unreadable");
    arena_done(&arena);
}

static void an_entry_without_an_id_has_the_same_name_every_time(void **state)
{
    struct arena arena = {0};
    struct record *record = record_new(KIND_ORDERS, &arena);
    const struct node *one = parse("{\"a\":\"x\",\"b\":[\"1\"]}", &arena);
    const struct node *other = parse("{\"a\":\"x\",\"b\":[\"2\"]}", &arena);
    const char *name = record_ref(record, NULL, one, &arena);

    (void)state;
    assert_string_equal(
        name, record_ref(record, " ", parse("{\"a\":\"x\",\"b\":[\"1\"]}", &arena), &arena));
    assert_string_not_equal(name, record_ref(record, "A7", other, &arena));
    assert_string_equal(record->flaw, "it has no id");
    assert_string_equal(record_ref(record, " 560000123 ", one, &arena), "560000123");
    arena_done(&arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(money_takes_comma_and_dot),
        cmocka_unit_test(a_weight_of_zero_is_not_said),
        cmocka_unit_test(a_weight_that_cannot_be_is_refused),
        cmocka_unit_test(a_length_comes_in_centimetres),
        cmocka_unit_test(whole_numbers_may_come_with_empty_places),
        cmocka_unit_test(a_flag_has_many_spellings),
        cmocka_unit_test(nothing_said_is_unsaid_whatever_it_should_be),
        cmocka_unit_test(a_text_too_long_for_a_number_is_refused),
        cmocka_unit_test(a_local_time_has_three_forms),
        cmocka_unit_test(a_zone_that_is_named_wins),
        cmocka_unit_test(both_clock_changes_read_as_the_zone_says),
        cmocka_unit_test(the_year_one_means_no_date),
        cmocka_unit_test(a_time_that_cannot_be_is_refused),
        cmocka_unit_test(a_time_is_written_as_it_is_read),
        cmocka_unit_test(the_first_row_that_says_something_wins),
        cmocka_unit_test(trouble_names_the_path_and_the_rest_is_read),
        cmocka_unit_test(things_of_the_wrong_shape_are_not_there),
        cmocka_unit_test(the_first_flaw_stays),
        cmocka_unit_test(an_entry_without_an_id_has_the_same_name_every_time),
    };

    return cmocka_run_group_tests_name("fields", tests, NULL, NULL);
}
