/* test_rounds.c: SIGKILL at random moments, from outside, while the far sides fault at random.
 * ROUNDS (20) says how often, SEED which life it is; `make rounds` does it often, to the program as
 * it is shipped. Its last line is `rounds: N, killed N, orders N, faults N, lost N, doubled N`. */
#include "harness/harness.h"
#include "life.h"

#include <inttypes.h>
#include <signal.h>
#include <time.h>

#define SETTLE_EVERY 50
#define KILLED (128 + SIGKILL)

static uint64_t number(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);

    return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

/* True: it was still running. */
static bool run_and_kill(struct world *w, uint64_t *seed)
{
    static const char *const words[] = {"run", "--quiet", NULL};
    static const uint64_t within_us[] = {20000, 80000,
                                         400000}; /* a run's beginning, or all of it */
    uint64_t most_us = within_us[life_draw(seed, ARRAY_LEN(within_us))];
    struct timespec moment = {.tv_nsec = (long)life_draw(seed, most_us) * 1000};
    pid_t pid = world_start(w, NULL, words);

    (void)nanosleep(&moment, NULL);
    (void)kill(pid, SIGKILL);
    return world_wait(pid) == KILLED;
}

static void settle(struct world *w)
{
    life_clear(w);
    life_settle(w, 1);
    life_print_all(w);
    world_pass(w, 3600);
    life_settle(w, 1);
    world_assert_balanced(w);
}

static void nothing_is_lost_or_doubled_whenever_it_is_killed(void **state)
{
    /* REQ-Z3 REQ-Z4 */
    uint64_t rounds = number("ROUNDS", 20), seed = number("SEED", 1), killed = 0;
    int64_t next = 560000001;
    struct judgement judgement;
    struct world w;

    (void)state;
    world_open(&w, "2024-06-04T08:00:00Z");
    for (uint64_t i = 1; i <= rounds; i++) {
        uint64_t sold = life_draw(&seed, 4);

        life_sell(&w, next, sold);
        next += (int64_t)sold;
        if (i % 7 == 0)
            life_print_all(&w);
        life_faults(&w, seed, 150);
        killed += run_and_kill(&w, &seed);
        world_pass(&w, 300 + (int64_t)life_draw(&seed, 1200));
        life_clear(&w);
        if (i % SETTLE_EVERY == 0 || i == rounds)
            settle(&w);
    }
    judgement = life_judge(&w);
    life_print_faults();
    (void)printf("rounds: %" PRIu64 ", killed %" PRIu64 ", orders %" PRIu64 ", faults %" PRIu64
                 ", lost %" PRIu64 ", doubled %" PRIu64 "\n",
                 rounds, killed, judgement.orders, judgement.faults, judgement.lost,
                 judgement.doubled);
    assert_int_equal(judgement.lost, 0);
    assert_int_equal(judgement.doubled, 0);
    world_assert_quiet(&w);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_lost_or_doubled_whenever_it_is_killed),
    };

    return cmocka_run_group_tests_name("rounds", tests, NULL, NULL);
}
