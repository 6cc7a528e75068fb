/* test_operation.c: how it is run: step by step, again, from staging, twice at once, over damage;
 * and what the exit code says. */
#include "core/buf.h"
#include "core/file.h"
#include "core/text.h"
#include "harness/harness.h"
#include "look.h"

#include <poll.h>
#include <signal.h>

#define NOW "2024-06-04T08:00:00Z"
#define TODAY "2024-06-04"
#define PATIENCE 2000 /* looks, 5 ms apart */

static const char *content(struct world *w, const char *path_below_home)
{
    AUTO(buf_done) struct buf text = {0};
    struct err err;

    if (!file_read(arena_format(&w->arena, "%s/%s", w->home, path_below_home), &text, NULL, &err))
        fail_msg("%s", err.text);
    return arena_text(&w->arena, buf_str(&text));
}

static void write_below(struct world *w, const char *path_below_home, const char *text)
{
    struct err err;

    if (!file_put(arena_format(&w->arena, "%s/%s", w->home, path_below_home), text, strlen(text),
                  &err))
        fail_msg("%s", err.text);
}

/* Of the newest run of the route: staging/shop-parcels/<day>/<run>/<name>. */
static const char *staged(struct world *w, const char *name)
{
    const char *folder = "staging/shop-parcels";
    const char *const *names;
    size_t count;
    struct err err;

    for (int depth = 0; depth < 2; depth++) {
        assert_true(folder_list(arena_format(&w->arena, "%s/%s", w->home, folder), &w->arena,
                                &names, &count, &err));
        assert_true(count > 0);
        folder = arena_format(&w->arena, "%s/%s", folder, names[count - 1]);
    }
    return arena_format(&w->arena, "%s/%s", folder, name);
}

static void remove_staged(struct world *w, const char *name)
{
    struct err err;

    assert_true(file_remove(arena_format(&w->arena, "%s/%s", w->home, staged(w, name)), &err));
}

/* Orders of all sorts: plain, tracked already, without weight, and one that must be refused. */
static void sell_all_sorts(struct world *w)
{
    shop_sells(w, 560000001, 2, "");
    shop_sells(w, 560000003, 1, "\"AdditionalInfo\":\"00340434161094000001\"");
    shop_sells(w, 560000004, 1, "\"items\":[{\"ItemWeight\":\"0\"}]");
    shop_sells(w, 560000005, 1, "\"shipping_address\":{\"City\":\"\"}");
}

static void close_quiet(struct world *w)
{
    world_assert_balanced(w);
    world_assert_quiet(w);
    world_close(w);
}

/* ---- steps ---- */

static void four_steps_one_by_one_are_one_run(void **state)
{
    /* REQ-Z2 REQ-Z3 */
    static const char *const files[] = {
        ORDERS_CSV,   SHIPMENTS_CSV, MARKS_CSV, CANCELS_CSV, "shop-parcels-articles.csv",
        "summary.csv"};
    struct world whole, steps;

    (void)state;
    world_open(&whole, NOW);
    world_open(&steps, NOW);
    sell_all_sorts(&whole);
    sell_all_sorts(&steps);
    assert_int_equal(world_run(&whole, "run", NULL), 1);
    assert_int_equal(world_run(&steps, "extract", NULL), 0);
    assert_int_equal(world_run(&steps, "transform", NULL), 0);
    assert_int_equal(world_count(&steps, "sendcloud.writes"), 0);
    assert_int_equal(world_run(&steps, "load", NULL), 1);
    assert_int_equal(world_run(&steps, "report", NULL), 0);
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        const char *path = arena_format(&whole.arena, "reports/" TODAY "/%s", files[i]);

        assert_string_equal(content(&steps, path), content(&whole, path));
    }
    assert_int_equal(incoming_count(&steps), 3);
    close_quiet(&steps);
    close_quiet(&whole);
}

static void a_step_that_is_done_does_nothing(void **state)
{
    /* REQ-Z4 */
    static const char *const names[] = {"transform", "load", "report"};
    struct world w;

    (void)state;
    world_open(&w, NOW);
    sell_all_sorts(&w);
    assert_int_equal(world_run(&w, "extract", NULL), 0);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        int64_t calls;
        const char *out;

        (void)world_run(&w, names[i], NULL);
        calls = world_count(&w, "calls");
        out = content(&w, staged(&w, "orders.out.gz"));
        world_pass(&w, HOUR);
        assert_int_equal(world_run(&w, names[i], NULL), 0);
        assert_int_equal(world_count(&w, "calls"), calls);
        assert_string_equal(content(&w, staged(&w, "orders.out.gz")), out);
    }
    assert_int_equal(world_summary(&w, TODAY, "orders", "sent"), 3);
    close_quiet(&w);
}

static void a_step_without_the_one_before_says_so(void **state)
{
    /* REQ-Z3 */
    struct world w;

    (void)state;
    world_open(&w, NOW);
    assert_int_equal(world_run(&w, "load", NULL), 4);
    assert_told(&w, "tagwerk extract");
    assert_int_equal(world_run(&w, "rerun", TODAY, NULL), 4);
    assert_told(&w, "no staged run holds " TODAY);
    assert_int_equal(world_count(&w, "calls"), 0);
    world_close(&w);
}

/* ---- a day done again ---- */

static void a_day_is_done_again_with_a_mended_mapping(void **state)
{
    /* REQ-Z2 REQ-Z3 REQ-Z4 */
    (void)state;
    for (int raw = 0; raw <= 1; raw++) {
        struct world w;
        int64_t reads;

        world_open(&w, NOW);
        world_configure(&w, "currency = CHF", NULL, NULL, NULL);
        world_remap(&w, "lookup/rates.csv", "\n", "\nEUR,1,EUR,\n");
        shop_sells(&w, 560000001, 2, "");
        assert_int_equal(world_run(&w, "run", NULL), 1);
        assert_word(&w, TODAY, ORDERS_CSV, "560000001", "refused", "need-currency");
        world_pass(&w, DAY);
        assert_int_equal(world_run(&w, "run", NULL), 1); /* refused again, and told again */
        reads = world_count(&w, "afterbuy.calls");
        world_remap(&w, "lookup/rates.csv", "EUR,1,EUR,\n", "CHF,1.05,EUR,\n");
        assert_int_equal(raw ? world_run(&w, "--raw", "rerun", TODAY, NULL)
                             : world_run(&w, "rerun", TODAY, NULL),
                         0);
        assert_word(&w, TODAY, ORDERS_CSV, "560000001", "sent", "new");
        assert_string_equal(incoming_says(&w, "560000001", "body.currency"), "EUR");
        assert_string_equal(incoming_says(&w, "560000001", "body.total_order_value"), "31.40");
        assert_int_equal(world_count(&w, "afterbuy.calls"), reads); /* from staging alone */
        assert_int_equal(world_run(&w, "rerun", TODAY, NULL), 0);
        assert_int_equal(world_summary(&w, TODAY, "orders", "same"), 2);
        close_quiet(&w);
    }
}

static void only_the_day_that_was_named_is_done_again(void **state)
{
    /* REQ-Z2 */
    struct world w;

    (void)state;
    world_open(&w, NOW);
    world_configure(&w, "currency = CHF", NULL, NULL, NULL);
    shop_sells(&w, 560000001, 1, "\"at\":\"2024-06-03T10:00:00Z\"");
    shop_sells(&w, 560000002, 1, "");
    assert_int_equal(world_run(&w, "run", NULL), 1);
    world_remap(&w, "lookup/rates.csv", "\n", "\nCHF,1.05,EUR,\n");
    assert_int_equal(world_run(&w, "rerun", "2024-06-03", NULL), 0);
    assert_word(&w, "2024-06-03", ORDERS_CSV, "560000001", "sent", "new");
    assert_word(&w, TODAY, ORDERS_CSV, "560000002", "refused", "need-currency");
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_word(&w, TODAY, ORDERS_CSV, "560000002", "sent", "new");
    close_quiet(&w);
}

static void what_the_target_refused_is_tried_again_only_when_asked(void **state)
{
    /* REQ-Z3 REQ-Z4 */
    struct world w;

    (void)state;
    world_open(&w, NOW);
    /* A rule that sends a country which Sendcloud does not know. */
    world_remap(&w, "afterbuy-sendcloud/orders.csv", "zone,lookup,zones,,",
                "zone,lookup,zones,,\nship_to.country,set,QX,ref = 560000001,");
    shop_sells(&w, 560000001, 2, "");
    assert_int_equal(world_run(&w, "run", NULL), 1);
    assert_word(&w, TODAY, ORDERS_CSV, "560000001", "refused", "refused-by-target");
    assert_word(&w, TODAY, ORDERS_CSV, "560000002", "sent", "new");
    world_assert_quiet(&w);
    assert_word(&w, TODAY, ORDERS_CSV, "560000001", "refused", "refused-by-target");
    assert_int_equal(world_run(&w, "rerun", TODAY, NULL), 1);
    assert_int_equal(calls_of(&w, "sendcloud", "POST /integrations/{id}/shipments"), 2);
    world_remap(&w, "afterbuy-sendcloud/orders.csv", "ship_to.country,set,QX", "# ,set,");
    assert_int_equal(world_run(&w, "run", NULL), 0); /* what is to be sent has changed */
    assert_word(&w, TODAY, ORDERS_CSV, "560000001", "sent", "new");
    close_quiet(&w);
}

/* ---- two at once ---- */

/* A run that is held up by its source, once it has the lock. */
static pid_t start_slow_run(struct world *w)
{
    static const char *const words[] = {"run", NULL};
    pid_t pid;

    world_fault(w, "{\"system\":\"afterbuy\",\"call\":\"GetSoldItems\",\"fault\":\"slow\","
                   "\"ms\":1000}");
    pid = world_start(w, NULL, words);
    for (int i = 0; i < PATIENCE && calls_of(w, "afterbuy", "GetSoldItems") == 0; i++)
        (void)poll(NULL, 0, 5);
    assert_true(calls_of(w, "afterbuy", "GetSoldItems") > 0);
    return pid;
}

static void a_second_run_leaves_at_once_and_names_the_holder(void **state)
{
    /* REQ-Z4 */
    struct world w;
    pid_t first;

    (void)state;
    world_open(&w, NOW);
    shop_sells(&w, 560000001, 3, "");
    first = start_slow_run(&w);
    assert_int_equal(world_run(&w, "run", NULL), 5);
    assert_told(&w, arena_format(&w.arena, "`tagwerk run`, process %d", (int)first));
    assert_int_equal(world_run(&w, "rerun", TODAY, NULL), 5);
    assert_int_equal(world_run(&w, "status", NULL), 0); /* looking is always allowed */
    assert_int_equal(world_wait(first), 0);
    assert_int_equal(world_count(&w, "sendcloud.mutations"), 3);
    close_quiet(&w);
}

static void the_lock_dies_with_its_process(void **state)
{
    /* REQ-Z4 */
    struct world w;
    pid_t first;

    (void)state;
    world_open(&w, NOW);
    shop_sells(&w, 560000001, 3, "");
    first = start_slow_run(&w);
    (void)kill(first, SIGKILL);
    assert_int_equal(world_wait(first), 128 + SIGKILL);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_int_equal(world_count(&w, "sendcloud.mutations"), 3);
    close_quiet(&w);
}

/* ---- exit codes ---- */

static void one_system_that_is_down_does_not_stop_the_other_route(void **state)
{
    /* REQ-Z1 REQ-Z3 */
    struct world w;

    (void)state;
    world_open(&w, NOW);
    world_configure(&w, NULL, NULL, NULL,
                    arena_format(&w.arena,
                                 "[account other]\nsystem = sendcloud\n"
                                 "url = http://127.0.0.1:%u\npublic_key = demo-public\n"
                                 "secret_key = wrong\nintegration = 7\n"
                                 "[route a-other]\nfrom = shop\nto = other\n",
                                 w.port));
    shop_sells(&w, 560000001, 3, "");
    assert_int_equal(world_run(&w, "run", NULL), 2);
    assert_int_equal(incoming_count(&w), 3);
    assert_word(&w, TODAY, ORDERS_CSV, "560000001", "sent", "new");
    assert_word(&w, TODAY, "a-other-orders.csv", "560000001", "waiting", "target-down");
    assert_told(&w, "check public_key and secret_key");
    assert_int_equal(world_run(&w, "--route", "shop-parcels", "run", NULL), 0);
    world_assert_balanced(&w);
    world_close(&w);
}

static void what_was_not_accounted_for_is_said_aloud(void **state)
{
    /* REQ-Z3 */
    struct world w;

    (void)state;
    world_open(&w, NOW);
    shop_sells(&w, 560000001, 2, "");
    assert_int_equal(world_run(&w, "extract", NULL), 0);
    assert_int_equal(world_run(&w, "transform", NULL), 0);
    remove_staged(&w, "orders.out.gz");
    assert_int_equal(world_run(&w, "load", NULL), 0);
    assert_int_equal(world_run(&w, "report", NULL), 7);
    assert_int_equal(world_summary(&w, TODAY, "orders", "unexplained"), 2);
    assert_word(&w, TODAY, ORDERS_CSV, "560000001", "unexplained", "not-loaded");
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_int_equal(world_summary(&w, TODAY, "orders", "sent"), 2);
    close_quiet(&w);
}

static void damage_stops_the_run_before_anything_is_sent(void **state)
{
    /* REQ-Z3 REQ-Z4 */
    struct world w;
    struct err err;

    (void)state;
    world_open(&w, NOW);
    shop_sells(&w, 560000001, 2, "");
    assert_int_equal(world_run(&w, "extract", NULL), 0);
    write_below(&w, staged(&w, "orders.in.gz"), "no gzip at all");
    assert_int_equal(world_run(&w, "transform", NULL), 4);
    assert_told(&w, "orders.in.gz");
    write_below(&w, "staging/ledger.db",
                "this is no ledger, but it is long enough to be looked at");
    assert_int_equal(world_run(&w, "run", NULL), 4);
    assert_told(&w, "ledger.db");
    assert_int_equal(world_count(&w, "writes"), 0);
    assert_true(file_remove(arena_format(&w.arena, "%s/staging/ledger.db", w.home), &err));
    world_pass(&w, HOUR);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_int_equal(world_count(&w, "sendcloud.mutations"), 2);
    close_quiet(&w);
}

static void a_wrong_command_line_is_told_from_all_else(void **state)
{
    /* REQ-Z3 */
    static const struct {
        const char *words[4], *told;
    } cases[] = {{{NULL}, "say what to do"},
                 {{"rnu", NULL}, "did you mean 'run'"},
                 {{"frobnicate", NULL}, "no command"},
                 {{"run", "away", NULL}, "too many words"},
                 {{"rerun", NULL}, "DAY"},
                 {{"rerun", "yesterday", NULL}, "2024-06-03"},
                 {{"--route", "nowhere", "run", NULL}, "nowhere"},
                 {{"--frob", "run", NULL}, "--frob"},
                 {{"inbox", "close", NULL}, "serve"},
                 {{"explain", NULL}, "ORDER"}};
    struct world w;

    (void)state;
    world_open(&w, NOW);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *const *words = cases[i].words;

        assert_int_equal(world_run(&w, words[0], words[1], words[2], words[3], NULL), 64);
        assert_told(&w, cases[i].told);
    }
    assert_int_equal(world_count(&w, "calls"), 0);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_steps_one_by_one_are_one_run),
        cmocka_unit_test(a_step_that_is_done_does_nothing),
        cmocka_unit_test(a_step_without_the_one_before_says_so),
        cmocka_unit_test(a_day_is_done_again_with_a_mended_mapping),
        cmocka_unit_test(only_the_day_that_was_named_is_done_again),
        cmocka_unit_test(what_the_target_refused_is_tried_again_only_when_asked),
        cmocka_unit_test(a_second_run_leaves_at_once_and_names_the_holder),
        cmocka_unit_test(the_lock_dies_with_its_process),
        cmocka_unit_test(one_system_that_is_down_does_not_stop_the_other_route),
        cmocka_unit_test(what_was_not_accounted_for_is_said_aloud),
        cmocka_unit_test(damage_stops_the_run_before_anything_is_sent),
        cmocka_unit_test(a_wrong_command_line_is_told_from_all_else),
    };

    return cmocka_run_group_tests_name("operation", tests, NULL, NULL);
}
