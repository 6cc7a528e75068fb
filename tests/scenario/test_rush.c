/* test_rush.c: many orders within minutes and hardly any for the rest of the day. Where the first
 * page foretells many more, the window is read in slices of time, side by side: each order must
 * come whichever slice it lies in, on a seam too, and once. */
#include "core/clock.h"
#include "harness/harness.h"
#include "look.h"

#define FIRST 560000001
#define RUSH 260 /* more than a page holds */

struct day {
    const char *midnight; /* of yesterday, in Berlin: where the window begins */
    const char *now;
    int64_t length_s;
};

static int64_t utc_of(const char *iso)
{
    int64_t utc;
    struct err err;

    if (!iso_parse(iso, &utc, &err))
        fail_msg("%s", err.text);
    return utc;
}

static void sell_at(struct buf *json, int64_t id, int64_t utc)
{
    char iso[ISO_TEXT_SIZE];

    buf_format(json, "%s{\"id\":%lld,\"at\":\"%s\"}", json->len ? "," : "[", (long long)id,
               iso_text(utc, iso));
}

/* One order a second from midnight on, then one every `step_s` until the window ends. */
static size_t sell_rush(struct world *w, const struct day *day, int64_t step_s)
{
    AUTO(buf_done) struct buf json = {0};
    int64_t midnight_utc = utc_of(day->midnight), id = FIRST;

    for (int64_t second = 0; second < RUSH; second++)
        sell_at(&json, id++, midnight_utc + second);
    for (int64_t second = RUSH; second < day->length_s; second += step_s)
        sell_at(&json, id++, midnight_utc + second);
    buf_char(&json, ']');
    (void)world_control(w, "POST", "/afterbuy/orders", buf_str(&json));
    return (size_t)(id - FIRST);
}

static void assert_each_once(struct world *w, size_t count)
{
    const struct node *times = node_at(world_state(w, "sendcloud"), "pushes");

    assert_int_equal(incoming_count(w), count);
    for (size_t i = 0; i < count; i++) {
        const char *order = arena_format(&w->arena, "%zu", FIRST + i);

        if (!node_text(times, order) || strcmp(node_text(times, order), "1") != 0)
            fail_msg("order %s was pushed %s times", order,
                     node_text(times, order) ? node_text(times, order) : "no");
    }
}

static void rush_on(const struct day *day)
{
    struct world w;
    size_t count;

    world_open(&w, day->now);
    count = sell_rush(&w, day, 600);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_each_once(&w, count);
    /* In single file it would be two pages. */
    assert_true(calls_of(&w, "afterbuy", "GetSoldItems") >= 5);
    world_assert_balanced(&w);
    world_assert_quiet(&w);
    world_close(&w);
}

static void a_rush_at_midnight_and_the_quiet_day_after_it_are_read_whole(void **state)
{
    /* REQ-A1 REQ-Z3 REQ-Z4 */
    (void)state;
    rush_on(&(struct day){"2024-06-02T22:00:00Z", "2024-06-04T08:00:00Z", INT64_C(34) * HOUR});
}

/* Local times come twice, or never: no order may fall between two slices there. */
static void so_are_days_on_which_the_clock_is_changed(void **state)
{
    /* REQ-A1 REQ-Z3 */
    (void)state;
    rush_on(&(struct day){"2024-10-26T22:00:00Z", "2024-10-28T08:00:00Z", INT64_C(34) * HOUR});
    rush_on(&(struct day){"2024-03-30T23:00:00Z", "2024-04-01T08:00:00Z", INT64_C(33) * HOUR});
}

/* A slice may be a rush of its own: it is cut again. */
static void a_second_rush_within_the_day_loses_nothing(void **state)
{
    /* REQ-A1 REQ-Z3 REQ-Z4 */
    AUTO(buf_done) struct buf json = {0};
    int64_t midnight_utc = utc_of("2024-06-02T22:00:00Z"), id = FIRST;
    struct world w;

    (void)state;
    world_open(&w, "2024-06-04T08:00:00Z");
    for (int64_t second = 0; second < RUSH; second++)
        sell_at(&json, id++, midnight_utc + second);
    for (int64_t second = 0; second < INT64_C(3) * RUSH; second++)
        sell_at(&json, id++, midnight_utc + 20 * HOUR + second);
    buf_char(&json, ']');
    (void)world_control(&w, "POST", "/afterbuy/orders", buf_str(&json));
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_each_once(&w, (size_t)(id - FIRST));
    world_assert_balanced(&w);
    world_assert_quiet(&w);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rush_at_midnight_and_the_quiet_day_after_it_are_read_whole),
        cmocka_unit_test(so_are_days_on_which_the_clock_is_changed),
        cmocka_unit_test(a_second_rush_within_the_day_loses_nothing),
    };

    return cmocka_run_group_tests_name("rush", tests, NULL, NULL);
}
