/* test_batch.c: many orders at once, and a few bad ones among them: whatever is wrong with one
 * order never holds up another, and is refused with its reason. */
#include "backend.h"
#include "core/text.h"
#include "harness/harness.h"

#define LAST_RULE "items.title,cut,255,,\n"

/* Lets a rule break these orders on purpose, so that Sendcloud is who refuses them. */
static void break_orders(struct world *w, const char *rules)
{
    world_remap(w, "afterbuy-sendcloud/orders.csv", LAST_RULE,
                arena_format(&w->arena, LAST_RULE "%s", rules));
}

static void assert_refused(struct world *w, const char *order, const char *why)
{
    const char *detail = world_cell(w, TODAY, ORDERS_CSV, order, "detail");

    assert_word(w, TODAY, ORDERS_CSV, order, "refused", "refused-by-target");
    if (!detail || !strstr(detail, why))
        fail_msg("order %s: '%s' does not tell '%s'", order, detail ? detail : "", why);
    assert_null(incoming(w, order));
}

/* ---- refused by Sendcloud ---- */

#define THREE_BAD                                                                                  \
    "currency,set,CHF,ref = 560000001,\n"                                                          \
    "ship_to.country,set,QQ,ref = 560000050,\n"                                                    \
    "items.origin,set,QQ,ref = 560000100,\n"

static void bad_orders_of_a_batch_are_refused_and_the_others_arrive(void **state)
{
    struct world *w = *state;

    break_orders(w, THREE_BAD);
    shop_sells(w, 560000001, 100, "");
    assert_int_equal(world_run(w, "run", NULL), 1);
    assert_refused(w, "560000001", "currency");
    assert_refused(w, "560000050", "country");
    assert_refused(w, "560000100", "country");
    assert_int_equal(world_summary(w, TODAY, "orders", "sent"), 97);
    assert_int_equal(world_summary(w, TODAY, "orders", "refused"), 3);
    assert_int_equal(incoming_count(w), 97);
    /* The list API takes the good ones of a batch; orders are all or nothing, so the good ones are
     * sent a second time. */
    assert_int_equal(push_calls(w), is_v3(w) ? 2 : 1);
    assert_int_equal(pushes(w, "560000002"), 1);
    end_quietly(w);
}

static void a_batch_of_bad_orders_is_not_sent_again_and_again(void **state)
{
    struct world *w = *state;

    break_orders(w, "currency,set,CHF,,\n");
    shop_sells(w, 560000001, 20, "");
    assert_int_equal(world_run(w, "run", NULL), 1);
    assert_int_equal(world_summary(w, TODAY, "orders", "refused"), 20);
    assert_int_equal(push_calls(w), 1);
    end_quietly(w);
}

static void a_refused_order_goes_once_it_is_mended(void **state)
{
    struct world *w = *state;

    break_orders(w, "currency,set,CHF,ref = 560000002,\n");
    shop_sells(w, 560000001, 3, "");
    assert_int_equal(world_run(w, "run", NULL), 1);
    world_remap(w, "afterbuy-sendcloud/orders.csv", "currency,set,CHF,ref = 560000002,\n", "");
    world_pass(w, HOUR);
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_word(w, TODAY, ORDERS_CSV, "560000002", "sent", "new");
    assert_int_equal(pushes(w, "560000001"), 1);
    assert_int_equal(pushes(w, "560000002"), 1);
    end_quietly(w);
}

/* Nothing in the answer says which order is meant: halves are tried until one stands alone. */
static void an_answer_that_names_no_order_refuses_none_of_the_good_ones(void **state)
{
    struct world *w = *state;

    world_fault(w, is_v3(w) ? "{\"system\":\"sendcloud\",\"call\":\"POST /v3/orders\",\"fault\":"
                              "\"422\",\"times\":1}"
                            : "{\"system\":\"sendcloud\",\"call\":\"POST /integrations/{id}/"
                              "shipments\",\"fault\":\"422\",\"times\":1}");
    shop_sells(w, 560000001, 100, "");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_int_equal(faults_played(w), 1);
    assert_int_equal(incoming_count(w), 100);
    assert_int_equal(world_summary(w, TODAY, "orders", "sent"), 100);
    assert_int_equal(push_calls(w), 3);
    end_quietly(w);
}

static void an_orders_api_that_is_still_busy_is_asked_again(void **state)
{
    struct world *w = *state;

    set_switch(w, "sendcloud.still_processing", 2);
    shop_sells(w, 560000001, 5, "");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_int_equal(world_summary(w, TODAY, "orders", "sent"), 5);
    assert_int_equal(push_calls(w), 3);
    end_quietly(w);
}

/* ---- many ---- */

static void hundreds_of_orders_go_in_batches_of_a_hundred(void **state)
{
    /* REQ-A3 REQ-Z4 */
    struct world *w = *state;

    shop_sells(w, 560000001, 250, "");
    shop_sells(w, 560000251, 20, "\"AdditionalInfo\":\"00340434161094000001\"");
    shop_sells(w, 560000271, 110, "");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_int_equal(incoming_count(w), 360);
    assert_int_equal(push_calls(w), 4);
    assert_int_equal(world_summary(w, TODAY, "orders", "source"), 380);
    assert_int_equal(world_summary(w, TODAY, "orders", "sent"), 360);
    assert_int_equal(world_summary(w, TODAY, "orders", "skipped"), 20);
    assert_int_equal(pushes(w, "560000001"), 1);
    assert_int_equal(pushes(w, "560000380"), 1);
    end_quietly(w);
}

/* Bad ones in every batch, while several batches are under way. */
static void every_batch_loses_its_own_bad_orders_only(void **state)
{
    struct world *w = *state;

    break_orders(w, "currency,set,CHF,ref = 560000010|560000110|560000111|560000399|560000400,\n");
    shop_sells(w, 560000001, 400, "");
    assert_int_equal(world_run(w, "run", NULL), 1);
    assert_int_equal(world_summary(w, TODAY, "orders", "sent"), 395);
    assert_int_equal(world_summary(w, TODAY, "orders", "refused"), 5);
    assert_int_equal(incoming_count(w), 395);
    assert_refused(w, "560000010", "currency");
    assert_refused(w, "560000400", "currency");
    assert_int_equal(push_calls(w), is_v3(w) ? 4 + 3 : 4);
    end_quietly(w);
}

/* A hundred writes a minute, fifteen at once: more batches than that wait, and no answer is 429. */
static void more_batches_than_sendcloud_allows_keep_its_pace(void **state)
{
    struct world *w = *state;
    const struct node *call;

    shop_sells(w, 560000001, 1700, "");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_int_equal(incoming_count(w), 1700);
    assert_int_equal(push_calls(w), 17);
    call = node_first(world_control(w, "GET", "/log", NULL), NULL);
    for (; call; call = call->next)
        assert_string_not_equal(node_text(call, "status"), "429");
    end_quietly(w);
}

static void a_single_request_at_a_time_brings_as_much(void **state)
{
    struct world *w = *state;

    world_configure(w, "in_flight = 1", "in_flight = 1", NULL, NULL);
    shop_sells(w, 560000001, 260, "");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_int_equal(incoming_count(w), 260);
    assert_int_equal(push_calls(w), 3);
    end_quietly(w);
}

/* ---- records that cannot be read ---- */

static void a_broken_order_is_refused_with_its_reason_and_stops_no_other(void **state)
{
    static const struct {
        const char *said, *why;
    } broken[] = {
        {"\"items\":[{\"ItemWeight\":\"abc\"}]", "weight"},
        {"\"items\":[{\"ItemWeight\":\"-1\"}]", "weight"},
        {"\"items\":[{\"ItemQuantity\":0}]", "quantity"},
        {"\"items\":[{\"ItemQuantity\":-2}]", "quantity"},
        {"\"items\":[{\"ItemQuantity\":null}]", "quantity"},
        {"\"items\":[{\"ItemQuantity\":\"1,5\"}]", "ItemQuantity"},
        {"\"items\":[{\"ItemPrice\":\"gratis\"}]", "ItemPrice"},
        {"\"items\":[]", "no items"},
        {"\"OrderDate\":\"31.02.2024 10:00:00\"", "OrderDate"},
        {"\"payment\":{\"FullAmount\":\"1.234,56\"}", "FullAmount"},
    };
    struct world *w = *state;
    size_t i;

    for (i = 0; i < ARRAY_LEN(broken); i++)
        world_order(w, arena_format(&w->arena, "\"id\":%zu,%s", 560000001 + i, broken[i].said));
    world_order(w, "\"id\":560000099");
    assert_int_equal(world_run(w, "run", NULL), 1);
    for (i = 0; i < ARRAY_LEN(broken); i++) {
        const char *order = arena_format(&w->arena, "%zu", 560000001 + i);
        const char *detail = world_cell(w, TODAY, ORDERS_CSV, order, "detail");

        assert_word(w, TODAY, ORDERS_CSV, order, "refused", "unreadable");
        if (!detail || !strstr(detail, broken[i].why))
            fail_msg("order %s: '%s' does not tell '%s'", order, detail ? detail : "",
                     broken[i].why);
    }
    assert_word(w, TODAY, ORDERS_CSV, "560000099", "sent", "new");
    assert_int_equal(incoming_count(w), 1);
    end_quietly(w);
}

static void an_order_that_the_shop_mends_goes(void **state)
{
    struct world *w = *state;

    world_order(w, "\"id\":560000001,\"items\":[{\"ItemWeight\":\"abc\"}]");
    assert_int_equal(world_run(w, "run", NULL), 1);
    world_pass(w, HOUR);
    shop_changes(w, "560000001", "\"items\":[{\"ItemWeight\":\"1,2\"}]");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_word(w, TODAY, ORDERS_CSV, "560000001", "sent", "new");
    assert_pushed(w, "560000001", "weight", "1.2");
    end_quietly(w);
}

/* What an element holds that nobody reads is of no concern. */
static void oddities_of_the_shop_do_no_harm(void **state)
{
    struct world *w = *state;

    world_order(w, "\"id\":560000001,\"OrderDate\":null,\"extra\":{\"NeuesFeld\":\"x\"},"
                   "\"items\":[{\"ItemModDate\":\"gestern\",\"extra\":{\"ItemNeu\":\"1\"}}]");
    world_order(w,
                "\"id\":560000002,\"items\":[{\"ItemTitle\":\"Kerze \\u0001\\u0007 <b>&amp;\"}]");
    world_order(w, "\"id\":560000003,\"items\":[{\"ItemTitle\":\"\",\"AlternativeItemNumber1\":"
                   "\"00/12-A\"}]");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_int_equal(incoming_count(w), 3);
    assert_line(w, "560000003", 0, "title", "00/12-A");
    end_quietly(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BOTH(bad_orders_of_a_batch_are_refused_and_the_others_arrive),
        WITH_BOTH(a_batch_of_bad_orders_is_not_sent_again_and_again),
        WITH_BOTH(a_refused_order_goes_once_it_is_mended),
        WITH_BOTH(an_answer_that_names_no_order_refuses_none_of_the_good_ones),
        WITH_V3(an_orders_api_that_is_still_busy_is_asked_again),
        WITH_BOTH(hundreds_of_orders_go_in_batches_of_a_hundred),
        WITH_BOTH(every_batch_loses_its_own_bad_orders_only),
        WITH_V2(more_batches_than_sendcloud_allows_keep_its_pace),
        WITH_BOTH(a_single_request_at_a_time_brings_as_much),
        WITH_BOTH(a_broken_order_is_refused_with_its_reason_and_stops_no_other),
        WITH_BOTH(an_order_that_the_shop_mends_goes),
        WITH_BOTH(oddities_of_the_shop_do_no_harm),
    };

    return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
