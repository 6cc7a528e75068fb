#include "harness/aid.h"
#include "harness/harness.h"

#include "core/clock.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- the civil calendar ---- */

static int month_length(int year, int month)
{
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    if (month == 2)
        return leap ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

static void assert_same_civil(const struct civil *a, const struct civil *b)
{
    assert_int_equal(a->year, b->year);
    assert_int_equal(a->month, b->month);
    assert_int_equal(a->day, b->day);
    assert_int_equal(a->hour, b->hour);
    assert_int_equal(a->minute, b->minute);
    assert_int_equal(a->second, b->second);
}

static void assert_day(int year, int month, int day, int64_t days)
{
    struct civil first = {year, month, day, 0, 0, 0}, last = {year, month, day, 23, 59, 59};
    struct civil back = civil_from_seconds(days * 86400);

    assert_int_equal(civil_days(year, month, day), days);
    assert_true(civil_valid(&first));
    assert_same_civil(&back, &first);
    assert_int_equal(civil_seconds(&last), days * 86400 + 86399);
    back = civil_from_seconds(days * 86400 + 86399);
    assert_same_civil(&back, &last);
}

static void every_day_from_1900_to_2200_is_itself(void **state)
{
    int64_t days = -25567; /* 1900-01-01 */

    (void)state;
    for (int year = 1900; year <= 2200; year++)
        for (int month = 1; month <= 12; month++)
            for (int day = 1; day <= month_length(year, month); day++)
                assert_day(year, month, day, days++);
    assert_int_equal(days, 84371); /* 2201-01-01 */
}

static void the_epoch_and_known_days_are_where_everybody_has_them(void **state)
{
    (void)state;
    assert_int_equal(civil_days(1970, 1, 1), 0);
    assert_int_equal(civil_days(1969, 12, 31), -1);
    assert_int_equal(civil_days(2000, 3, 1), 11017);
    assert_int_equal(civil_days(1, 1, 1), -719162);
    assert_int_equal(civil_days(-400, 3, 1), -719468 - 146097);
    assert_int_equal(civil_from_seconds((-719468 - 146097) * INT64_C(86400)).year, -400);
    assert_int_equal(civil_from_seconds(INT64_C(1717398764)).minute, 12);
}

static void days_that_do_not_exist_are_not_valid(void **state)
{
    static const struct civil bad[] = {
        {2023, 2, 29, 0, 0, 0}, {1900, 2, 29, 0, 0, 0},  {2024, 4, 31, 0, 0, 0},
        {2024, 0, 1, 0, 0, 0},  {2024, 13, 1, 0, 0, 0},  {2024, 1, 0, 0, 0, 0},
        {2024, 1, 32, 0, 0, 0}, {0, 1, 1, 0, 0, 0},      {10000, 1, 1, 0, 0, 0},
        {2024, 1, 1, 24, 0, 0}, {2024, 1, 1, -1, 0, 0},  {2024, 1, 1, 0, 60, 0},
        {2024, 1, 1, 0, -1, 0}, {2024, 1, 1, 0, 0, 60},  {2024, 1, 1, 0, 0, -1},
        {2024, -5, 1, 0, 0, 0}, {2100, 2, 29, 12, 0, 0},
    };
    static const struct civil good = {2000, 2, 29, 23, 59, 59};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(civil_valid(&bad[i]));
    assert_true(civil_valid(&good));
}

/* ---- texts ---- */

#define MOMENT INT64_C(1717398764) /* 2024-06-03T07:12:44Z */

static void each_iso_form_is_the_same_moment(void **state)
{
    static const char *const forms[] = {
        "2024-06-03T07:12:44Z",         "2024-06-03T07:12:44",
        "2024-06-03 07:12:44",          "2024-06-03t07:12:44z",
        "2024-06-03T07:12:44.999Z",     "2024-06-03T07:12:44,123456789Z",
        "2024-06-03T09:12:44+02:00",    "2024-06-03T09:12:44+0200",
        "2024-06-03T09:12:44+02",       "2024-06-02T22:12:44-09:00",
        "2024-06-03T12:42:44.5+05:30",  "2024-06-03T07:12:44-00:00",
        "2024-06-03T07:12:44.0000000Z", "2024-06-03T07:12:44+00:00",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        struct err err;
        int64_t utc = 0;

        if (!iso_parse(forms[i], &utc, &err))
            fail_msg("%s", err.text);
        if (utc != MOMENT)
            fail_msg("%s became %lld", forms[i], (long long)utc);
    }
}

static void a_day_or_a_minute_alone_begins_there(void **state)
{
    struct err err;
    int64_t utc = 0;

    (void)state;
    assert_true(iso_parse("2024-06-03", &utc, &err));
    assert_int_equal(utc, MOMENT / 86400 * 86400);
    assert_true(iso_parse("2024-06-03T07:12Z", &utc, &err));
    assert_int_equal(utc, MOMENT / 60 * 60);
}

static void what_is_no_iso_time_is_refused_and_quoted(void **state)
{
    static const char *const bad[] = {
        "",
        "soon",
        "2024-06-0",
        "2024-6-3T07:12:44Z",
        "24-06-03T07:12:44Z",
        "2024-06-03T",
        "2024-06-03T07",
        "2024-06-03T7:12:44Z",
        "2024-06-03T07:12:",
        "2024-06-03T07:12:4",
        "2024-06-03T07:12:44.Z",
        "2024-06-03T07:12:44ZZ",
        "2024-06-03T07:12:44Z ",
        " 2024-06-03T07:12:44Z",
        "2024-06-03T07:12:44+",
        "2024-06-03T07:12:44+2",
        "2024-06-03T07:12:44+02:",
        "2024-06-03T07:12:44+02:0",
        "2024-06-03T07:12:44+24:00",
        "2024-06-03T07:12:44+02:60",
        "2024-06-03T07:12:44 CEST",
        "2024-02-30T07:12:44Z",
        "2024-06-03T24:00:00Z",
        "2024-06-03T07:60:00Z",
        "0000-06-03T07:12:44Z",
        "03.06.2024 07:12:44",
        "20240603T071244Z",
        "2024-06-03X07:12:44Z",
    };
    struct err err;
    int64_t utc = 7;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (iso_parse(bad[i], &utc, &err))
            fail_msg("'%s' passed as %lld", bad[i], (long long)utc);
        assert_says(err, ERR_RECORD, bad[i]);
    }
    assert_false(iso_parse(NULL, &utc, &err));
    assert_int_equal(utc, 7);
}

static void moments_are_written_as_they_are_read(void **state)
{
    static const int64_t moments[] = {0, MOMENT, 951782399, 951782400, 4102444800, -1};
    AUTO(buf_done) struct buf buf = {0};
    char text[ISO_TEXT_SIZE];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(moments); i++) {
        struct err err;
        int64_t back = 0;

        buf_reset(&buf);
        iso_put(&buf, moments[i]);
        assert_string_equal(iso_text(moments[i], text), buf_str(&buf));
        assert_true(iso_parse(text, &back, &err));
        assert_int_equal(back, moments[i]);
    }
    assert_string_equal(iso_text(MOMENT, text), "2024-06-03T07:12:44Z");
}

static void days_are_written_as_they_are_read(void **state)
{
    static const char *const bad[] = {"",           "2024-06-3",   "2024-06-03T00:00:00Z",
                                      "2024-13-01", "2023-02-29",  "yesterday",
                                      "03.06.2024", " 2024-06-03", "2024-06-03 "};
    char text[DAY_TEXT_SIZE];
    struct err err;
    int64_t days = 7;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_false(day_parse(bad[i], &days, &err));
        assert_says(err, ERR_SETUP, "write it as 2024-06-03");
    }
    assert_false(day_parse(NULL, &days, &err));
    assert_int_equal(days, 7);
    assert_true(day_parse("2024-02-29", &days, &err));
    assert_int_equal(days, civil_days(2024, 2, 29));
    assert_string_equal(day_text(days, text), "2024-02-29");
    assert_string_equal(day_text(-1, text), "1969-12-31");
}

/* ---- the world's clock: these tests run in the order of the list below ---- */

static void without_a_world_time_is_the_systems(void **state)
{
    struct err err;
    int64_t before = clock_steady_ms();

    (void)state;
    (void)unsetenv("TAGWERK_CLOCK");
    assert_true(clock_open(&err));
    assert_false(clock_is_world());
    assert_in_range(clock_utc(), (uintmax_t)time(NULL) - 5, (uintmax_t)time(NULL) + 5);
    clock_sleep_ms(-5); /* at once */
    clock_sleep_ms(0);
    clock_sleep_ms(2);
    assert_true(clock_steady_ms() >= before + 2);
    assert_false(clock_is_world());
}

static void a_clock_file_that_is_not_usable_is_refused(void **state)
{
    struct err err = {0};

    (void)state;
    (void)setenv("TAGWERK_CLOCK", path_of("missing"), 1);
    assert_false(clock_open(&err));
    assert_says(err, ERR_SETUP, "missing");
    write_file(path_of("short"), "1234567");
    (void)setenv("TAGWERK_CLOCK", path_of("short"), 1);
    assert_false(clock_open(&err));
    assert_says(err, ERR_SETUP, "8 bytes");
    (void)setenv("TAGWERK_CLOCK", path_of(NULL), 1);
    assert_false(clock_open(&err));
    assert_false(clock_is_world());
}

static int tick_elsewhere(void)
{
    if (clock_ms() != 1000)
        return 1;
    clock_sleep_ms(500);
    return clock_ms() == 1500 ? 0 : 2;
}

/* Sets the world to one second after the epoch. */
static void open_world(void)
{
    static const int64_t second = 1000;
    int fd = open(path_of("clock"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    struct err err;

    assert_int_equal(write(fd, &second, sizeof second), sizeof second);
    (void)close(fd);
    (void)setenv("TAGWERK_CLOCK", path_of("clock"), 1);
    assert_true(clock_open(&err));
}

static void a_world_has_one_time_for_all_who_map_it(void **state)
{
    _Atomic int64_t *other;
    struct err err;
    void *map;
    int fd;

    (void)state;
    open_world();
    assert_true(clock_is_world());
    assert_int_equal(clock_utc(), 1);
    assert_int_equal(in_child(tick_elsewhere), 0);
    assert_int_equal(clock_ms(), 1500);
    fd = open(path_of("clock"), O_RDWR);
    map = mmap(NULL, sizeof *other, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    (void)close(fd);
    other = map;
    assert_int_equal(*other, 1500);
    *other = 90000;
    assert_int_equal(clock_ms(), 90000);
    assert_int_equal(clock_steady_ms(), 90000);
    assert_true(clock_open(&err)); /* again: the same world */
    assert_int_equal(clock_ms(), 90000);
    (void)munmap(map, sizeof *other);
}

static void sleeping_in_a_world_moves_it_on_and_takes_no_time(void **state)
{
    int64_t before = clock_ms();

    (void)state;
    assert_true(clock_is_world());
    clock_sleep_ms(INT64_C(1000) * 86400 * 365);
    assert_int_equal(clock_ms() - before, INT64_C(1000) * 86400 * 365);
    clock_sleep_ms(0);
    clock_sleep_ms(-1000);
    assert_int_equal(clock_ms() - before, INT64_C(1000) * 86400 * 365);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_from_1900_to_2200_is_itself),
        cmocka_unit_test(the_epoch_and_known_days_are_where_everybody_has_them),
        cmocka_unit_test(days_that_do_not_exist_are_not_valid),
        cmocka_unit_test(each_iso_form_is_the_same_moment),
        cmocka_unit_test(a_day_or_a_minute_alone_begins_there),
        cmocka_unit_test(what_is_no_iso_time_is_refused_and_quoted),
        cmocka_unit_test(moments_are_written_as_they_are_read),
        cmocka_unit_test(days_are_written_as_they_are_read),
        cmocka_unit_test(without_a_world_time_is_the_systems),
        in_folder(a_clock_file_that_is_not_usable_is_refused),
        in_folder(a_world_has_one_time_for_all_who_map_it),
        cmocka_unit_test(sleeping_in_a_world_moves_it_on_and_takes_no_time),
    };

    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
