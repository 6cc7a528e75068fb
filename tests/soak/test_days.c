/* test_days.c: DAYS (10) simulated days of a shop with ORDERS (400) orders, several runs a day at
 * odd times, faults at random, nights without a run, outages of some days, clock changes: the first
 * after a week. `make soak` asks for a year. Its last line is `soak: days N, runs N, orders N,
 * faults N, lost N, doubled N`. */
#include "harness/harness.h"
#include "life.h"

#include <inttypes.h>

#define RUNS_A_DAY 3
#define DAY_S INT64_C(86400)

static uint64_t number(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);

    return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

struct soak {
    struct world w;
    uint64_t seed, runs, sold;
};

static void one_run(struct soak *soak)
{
    int code = world_run(&soak->w, "run", NULL);

    soak->runs++;
    /* A system may fail (2) or leave a doubt (6); never the disk, the settings or the balance. */
    if (code > 2 && code != 6)
        fail_msg("run %" PRIu64 " ended with %d:\n%s", soak->runs, code, soak->w.output);
}

static void one_day(struct soak *soak, uint64_t orders)
{
    bool outage = life_draw(&soak->seed, 20) == 0;
    int64_t left_s = DAY_S;

    for (unsigned part = 0; part < RUNS_A_DAY; part++) {
        int64_t pass_s = 3600 + (int64_t)life_draw(&soak->seed, DAY_S / RUNS_A_DAY - 7200);
        uint64_t some = part + 1 < RUNS_A_DAY ? orders / RUNS_A_DAY
                                              : orders - orders / RUNS_A_DAY * (RUNS_A_DAY - 1);

        world_pass(&soak->w, pass_s);
        left_s -= pass_s;
        life_sell(&soak->w, 560000001 + (int64_t)soak->sold, some);
        soak->sold += some;
        if (part == 1)
            life_print_all(&soak->w);
        if (outage)
            continue;
        life_faults(&soak->w, soak->seed, 100);
        one_run(soak);
        life_clear(&soak->w);
    }
    world_pass(&soak->w, left_s);
}

static void a_long_life_loses_and_doubles_nothing(void **state)
{
    /* REQ-Z3 REQ-Z4 REQ-Z5 REQ-A1 */
    uint64_t days = number("DAYS", 10), orders = number("ORDERS", 400);
    struct soak soak = {.seed = number("SEED", 1)};
    struct judgement judgement;

    (void)state;
    world_open(&soak.w, "2024-03-24T23:00:00Z");
    for (uint64_t day = 0; day < days; day++)
        one_day(&soak, orders * (day + 1) / days - orders * day / days);
    life_settle(&soak.w, 1);
    life_print_all(&soak.w);
    world_pass(&soak.w, 3600);
    life_settle(&soak.w, 1);
    judgement = life_judge(&soak.w);
    life_print_faults();
    (void)printf("soak: days %" PRIu64 ", runs %" PRIu64 ", orders %" PRIu64 ", faults %" PRIu64
                 ", lost %" PRIu64 ", doubled %" PRIu64 "\n",
                 days, soak.runs, judgement.orders, judgement.faults, judgement.lost,
                 judgement.doubled);
    assert_int_equal(judgement.orders, orders);
    assert_int_equal(judgement.lost, 0);
    assert_int_equal(judgement.doubled, 0);
    world_assert_quiet(&soak.w);
    world_close(&soak.w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_life_loses_and_doubles_nothing),
    };

    return cmocka_run_group_tests_name("soak", tests, NULL, NULL);
}
