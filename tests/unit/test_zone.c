#include "harness/harness.h"

#include "wire/zone.h"

#define HOUR 3600

static struct zone zone(const char *name)
{
    struct zone out = {0};
    struct err err = {0};

    if (!zone_open(name, &out, &err))
        fail_msg("%s", err.text);
    return out;
}

static int64_t utc(const char *iso)
{
    int64_t out = 0;
    struct err err = {0};

    if (!iso_parse(iso, &out, &err))
        fail_msg("%s", err.text);
    return out;
}

/* A local time, written like ISO but meant without a zone. */
static struct civil local(const char *text)
{
    return civil_from_seconds(utc(text));
}

static void assert_reads(struct zone *in, const char *local_text, const char *utc_text)
{
    struct civil civil = local(local_text);
    char got[ISO_TEXT_SIZE];

    assert_string_equal(iso_text(zone_utc(in, &civil), got), utc_text);
}

static void assert_shows(struct zone *in, const char *utc_text, const char *local_text)
{
    struct civil civil = zone_local(in, utc(utc_text));
    char got[ISO_TEXT_SIZE];

    assert_string_equal(iso_text(civil_seconds(&civil), got), local_text);
}

static void summer_and_winter_in_berlin(void **state)
{
    AUTO(zone_close) struct zone berlin = zone("Europe/Berlin");

    (void)state;
    assert_shows(&berlin, "2024-06-03T07:12:44Z", "2024-06-03T09:12:44Z");
    assert_shows(&berlin, "2024-12-31T23:30:00Z", "2025-01-01T00:30:00Z");
    assert_reads(&berlin, "2024-06-03T09:12:44", "2024-06-03T07:12:44Z");
    assert_reads(&berlin, "2025-01-01T00:30:00", "2024-12-31T23:30:00Z");
    assert_string_equal(berlin.name, "Europe/Berlin");
}

/* REQ-A1 */
static void in_spring_an_hour_is_skipped(void **state)
{
    AUTO(zone_close) struct zone berlin = zone("Europe/Berlin");

    (void)state;
    assert_shows(&berlin, "2024-03-31T00:59:59Z", "2024-03-31T01:59:59Z");
    assert_shows(&berlin, "2024-03-31T01:00:00Z", "2024-03-31T03:00:00Z");
    assert_reads(&berlin, "2024-03-31T01:59:59", "2024-03-31T00:59:59Z");
    assert_reads(&berlin, "2024-03-31T02:00:00", "2024-03-31T01:00:00Z");
    assert_reads(&berlin, "2024-03-31T02:30:00", "2024-03-31T01:30:00Z"); /* shows as 03:30 */
    assert_reads(&berlin, "2024-03-31T03:00:00", "2024-03-31T01:00:00Z");
    assert_reads(&berlin, "2024-03-31T23:59:59", "2024-03-31T21:59:59Z");
}

/* REQ-A1 */
static void in_autumn_an_hour_reads_as_its_first(void **state)
{
    AUTO(zone_close) struct zone berlin = zone("Europe/Berlin");

    (void)state;
    assert_shows(&berlin, "2024-10-27T00:59:59Z", "2024-10-27T02:59:59Z");
    assert_shows(&berlin, "2024-10-27T01:00:00Z", "2024-10-27T02:00:00Z");
    assert_shows(&berlin, "2024-10-27T02:00:00Z", "2024-10-27T03:00:00Z");
    assert_reads(&berlin, "2024-10-27T01:59:59", "2024-10-26T23:59:59Z");
    assert_reads(&berlin, "2024-10-27T02:00:00", "2024-10-27T00:00:00Z");
    assert_reads(&berlin, "2024-10-27T02:59:59", "2024-10-27T00:59:59Z");
    assert_reads(&berlin, "2024-10-27T03:00:00", "2024-10-27T02:00:00Z");
}

/* The answer must not depend on what was asked before. */
static void the_span_that_is_kept_does_not_change_the_answer(void **state)
{
    static const char *const before[] = {"1990-01-01T00:00:00Z", "2024-03-31T00:30:00Z",
                                         "2024-03-31T01:30:00Z", "2024-07-01T00:00:00Z",
                                         "2024-10-27T01:30:00Z", "2090-01-01T00:00:00Z"};
    AUTO(zone_close) struct zone berlin = zone("Europe/Berlin");

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(before); i++) {
        (void)zone_local(&berlin, utc(before[i]));
        assert_reads(&berlin, "2024-10-27T02:30:00", "2024-10-27T00:30:00Z");
        (void)zone_local(&berlin, utc(before[i]));
        assert_reads(&berlin, "2024-03-31T02:30:00", "2024-03-31T01:30:00Z");
        (void)zone_local(&berlin, utc(before[i]));
        assert_reads(&berlin, "2024-10-27T12:00:00", "2024-10-27T11:00:00Z");
        (void)zone_local(&berlin, utc(before[i]));
        assert_reads(&berlin, "2024-03-30T12:00:00", "2024-03-30T11:00:00Z");
    }
}

/* REQ-A1: a day is local midnight to next local midnight. */
static void days_have_23_24_or_25_hours(void **state)
{
    AUTO(zone_close) struct zone berlin = zone("Europe/Berlin");
    int64_t spring = civil_days(2024, 3, 31), autumn = civil_days(2024, 10, 27);
    int64_t plain = civil_days(2024, 6, 3);

    (void)state;
    assert_int_equal(zone_day_start(&berlin, spring + 1) - zone_day_start(&berlin, spring),
                     23 * HOUR);
    assert_int_equal(zone_day_start(&berlin, autumn + 1) - zone_day_start(&berlin, autumn),
                     25 * HOUR);
    assert_int_equal(zone_day_start(&berlin, plain + 1) - zone_day_start(&berlin, plain),
                     24 * HOUR);
}

static void every_day_begins_where_the_one_before_ends(void **state)
{
    static const char *const names[] = {"Europe/Berlin", "America/Los_Angeles", "America/Sao_Paulo",
                                        "Asia/Kolkata",  "Australia/Lord_Howe", "UTC"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        AUTO(zone_close) struct zone in = zone(names[i]);

        for (int64_t day = civil_days(2015, 1, 1); day < civil_days(2027, 1, 1); day++) {
            int64_t start = zone_day_start(&in, day);

            assert_int_equal(zone_day(&in, start), day);
            assert_int_equal(zone_day(&in, start - 1), day - 1);
        }
    }
}

static void two_zones_live_in_one_process(void **state)
{
    AUTO(zone_close) struct zone berlin = zone("Europe/Berlin");
    AUTO(zone_close) struct zone pacific = zone("America/Los_Angeles");

    (void)state;
    assert_shows(&berlin, "2024-03-20T12:00:00Z", "2024-03-20T13:00:00Z");
    assert_shows(&pacific, "2024-03-20T12:00:00Z", "2024-03-20T05:00:00Z");
    assert_reads(&pacific, "2024-03-10T02:30:00", "2024-03-10T10:30:00Z");
    assert_reads(&pacific, "2024-11-03T01:30:00", "2024-11-03T08:30:00Z");
    assert_int_equal(zone_day(&berlin, utc("2024-06-03T23:00:00Z")), civil_days(2024, 6, 4));
    assert_int_equal(zone_day(&pacific, utc("2024-06-03T23:00:00Z")), civil_days(2024, 6, 3));
}

static void a_conversion_is_arithmetic_within_its_span(void **state)
{
    AUTO(zone_close) struct zone berlin = zone("Europe/Berlin");
    int64_t start = utc("2024-05-01T00:00:00Z"), wrong = 0;
    struct civil first = zone_local(&berlin, start);
    void *calendar = berlin.calendar;

    (void)state;
    assert_int_equal(first.hour, 2);
    berlin.calendar = NULL; /* whoever asks ICU now crashes */
    for (int64_t i = 0; i < 1000000; i++) {
        struct civil civil = zone_local(&berlin, start + i * 10);

        wrong += zone_utc(&berlin, &civil) != start + i * 10;
        wrong += zone_day(&berlin, start + i * 10) < civil_days(2024, 5, 1);
    }
    berlin.calendar = calendar;
    assert_int_equal(wrong, 0);
}

static void days_before_1970_are_days_too(void **state)
{
    AUTO(zone_close) struct zone berlin = zone("Europe/Berlin");

    (void)state;
    assert_int_equal(zone_day(&berlin, (int64_t)-2 * HOUR), -1);
    assert_int_equal(zone_day(&berlin, -HOUR), 0);
    assert_int_equal(zone_day_start(&berlin, 0), -HOUR);
    assert_shows(&berlin, "1890-01-01T00:00:00Z", "1890-01-01T00:53:28Z");
}

static void a_zone_without_changes_has_no_end(void **state)
{
    AUTO(zone_close) struct zone plain = zone("UTC");

    (void)state;
    assert_reads(&plain, "2024-03-31T02:30:00", "2024-03-31T02:30:00Z");
    assert_shows(&plain, "2300-01-01T00:00:00Z", "2300-01-01T00:00:00Z");
}

static void assert_no_zone(const char *name)
{
    struct zone in = {0};
    struct err err = {0};

    assert_false(zone_open(name, &in, &err));
    assert_says(err, ERR_SETUP, "Europe/Berlin");
    assert_null(in.calendar);
    zone_close(&in);
}

static void an_unknown_zone_is_a_matter_of_set_up(void **state)
{
    (void)state;
    assert_no_zone("");
    assert_no_zone("Europe/Berln");
    assert_no_zone("Grüße");
    assert_no_zone("Mars/Olympus");
    assert_no_zone("A/Name/Longer/Than/Any/Zone/Of/The/Database/Would/Ever/Be/Allowed/To/Be");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(summer_and_winter_in_berlin),
        cmocka_unit_test(in_spring_an_hour_is_skipped),
        cmocka_unit_test(in_autumn_an_hour_reads_as_its_first),
        cmocka_unit_test(the_span_that_is_kept_does_not_change_the_answer),
        cmocka_unit_test(days_have_23_24_or_25_hours),
        cmocka_unit_test(every_day_begins_where_the_one_before_ends),
        cmocka_unit_test(two_zones_live_in_one_process),
        cmocka_unit_test(a_conversion_is_arithmetic_within_its_span),
        cmocka_unit_test(days_before_1970_are_days_too),
        cmocka_unit_test(a_zone_without_changes_has_no_end),
        cmocka_unit_test(an_unknown_zone_is_a_matter_of_set_up),
    };

    return cmocka_run_group_tests_name("zone", tests, NULL, NULL);
}
