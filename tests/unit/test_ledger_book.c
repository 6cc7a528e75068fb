#include "unit/place.h"

/* --- The books -------------------------------------------------------------------------------- */

/* REQ-Z5 */
static void a_watermark_moves_when_it_is_set(void **state)
{
    struct place *place = *state;
    int64_t until = 0;

    must(ledger_watermark(place->ledger, "shop-parcels", KIND_ORDERS, &until, &why));
    assert_int_equal(until, UNSAID);
    must(ledger_watermark_set(place->ledger, "shop-parcels", KIND_ORDERS, 1717400000, &why));
    must(ledger_watermark_set(place->ledger, "shop-parcels", KIND_ORDERS, 1717403600, &why));
    place_commit(place);
    place_reopen(place);
    must(ledger_watermark(place->ledger, "shop-parcels", KIND_ORDERS, &until, &why));
    assert_int_equal(until, 1717403600);
    must(ledger_watermark(place->ledger, "shop-parcels", KIND_SHIPMENTS, &until, &why));
    assert_int_equal(until, UNSAID);
}

static bool article(struct place *place, const char *ref, const char *sku, struct article *out)
{
    bool found = false;

    must(ledger_article(place->ledger, "shop", ref, sku, &place->arena, out, &found, &why));
    return found;
}

/* REQ-A4 REQ-A5 */
static void an_article_is_found_by_ref_and_else_by_sku(void **state)
{
    struct place *place = *state;
    struct article one = place_cup("20", "CUP"), two = place_cup("10", "CUP"), got;

    two.weight_g = UNSAID;
    two.ean = NULL;
    must(ledger_article_put(place->ledger, "shop", &one, &why));
    must(ledger_article_put(place->ledger, "shop", &two, &why));
    assert_true(article(place, "20", NULL, &got));
    assert_string_equal(got.sku, "CUP");
    assert_string_equal(got.ean, "4006381333931");
    assert_string_equal(got.title, "Tasse");
    assert_string_equal(got.hs_code, "69111000");
    assert_string_equal(got.origin, "DE");
    assert_int_equal(got.weight_g, 350);
    assert_true(article(place, "99", "CUP", &got));
    assert_string_equal(got.head.ref, "10");
    assert_int_equal(got.weight_g, UNSAID);
    assert_null(got.ean);
    assert_false(article(place, "99", "cup", &got));
    assert_false(article(place, NULL, "", &got));
}

static void the_catalogues_of_accounts_are_apart(void **state)
{
    struct place *place = *state;
    struct article one = place_cup("20", "CUP"), got;

    must(ledger_article_put(place->ledger, "other", &one, &why));
    assert_false(article(place, "20", "CUP", &got));
}

/* REQ-B4 REQ-B5 */
static void a_bundles_parts_and_the_owner_of_a_number_are_told(void **state)
{
    struct place *place = *state;
    struct part parts[] = {{"20", "CUP", 2}, {"21", NULL, 1}};
    struct article cup = place_cup("20", "CUP"), set = place_cup("30", "SET"), got;
    const char *ref;

    set.ean = NULL;
    set.price_e4 = 199900;
    set.parts = parts;
    set.parts_len = ARRAY_LEN(parts);
    must(ledger_article_put(place->ledger, "shop", &cup, &why));
    must(ledger_article_put(place->ledger, "shop", &set, &why));
    assert_true(article(place, "30", NULL, &got));
    assert_int_equal(got.price_e4, 199900);
    assert_int_equal(got.parts_len, 2);
    assert_string_equal(got.parts[0].product_ref, "20");
    assert_string_equal(got.parts[0].sku, "CUP");
    assert_int_equal(got.parts[0].quantity, 2);
    assert_null(got.parts[1].sku);
    assert_true(article(place, "20", NULL, &got));
    assert_int_equal(got.parts_len, 0);
    must(ledger_article_owner(place->ledger, "shop", "sku", "SET", &place->arena, &ref, &why));
    assert_string_equal(ref, "30");
    must(ledger_article_owner(place->ledger, "shop", "ean", "4006381333931", &place->arena, &ref,
                              &why));
    assert_string_equal(ref, "20");
    must(ledger_article_owner(place->ledger, "shop", "ean", "1", &place->arena, &ref, &why));
    assert_null(ref);
    must(ledger_article_owner(place->ledger, "other", "sku", "SET", &place->arena, &ref, &why));
    assert_null(ref);
}

static void an_unchanged_article_costs_no_commit(void **state)
{
    struct place *place = *state;
    struct article one = place_cup("20", "CUP"), got;
    uint64_t before;

    must(ledger_article_put(place->ledger, "shop", &one, &why));
    place_commit(place);
    before = ledger_commits(place->ledger);
    must(ledger_article_put(place->ledger, "shop", &one, &why));
    place_commit(place);
    assert_int_equal(ledger_commits(place->ledger), before);
    one.origin = NULL;
    must(ledger_article_put(place->ledger, "shop", &one, &why));
    place_commit(place);
    assert_int_equal(ledger_commits(place->ledger), before + 1);
    assert_true(article(place, "20", NULL, &got));
    assert_null(got.origin);
}

static void calls_add_up_by_account_and_month(void **state)
{
    struct place *place = *state;
    uint64_t calls = 77;

    must(ledger_calls(place->ledger, "shop", "2024-06", &calls, &why));
    assert_int_equal(calls, 0);
    must(ledger_calls_add(place->ledger, "shop", "2024-06", 3, &why));
    must(ledger_calls_add(place->ledger, "shop", "2024-06", 4, &why));
    must(ledger_calls_add(place->ledger, "shop", "2024-06", 0, &why));
    must(ledger_calls_add(place->ledger, "shop", "2024-07", 1, &why));
    must(ledger_calls(place->ledger, "shop", "2024-06", &calls, &why));
    assert_int_equal(calls, 7);
}

static void put_run(struct place *place, const char *run, const char *route, int64_t ended)
{
    struct run_row row = {.run = run,
                          .route = route,
                          .command = "run",
                          .begun_utc = 1717400000,
                          .ended_utc = ended,
                          .exit_code = said(ended) ? 1 : UNSAID,
                          .extracted = true,
                          .loaded = said(ended)};

    must(ledger_run_put(place->ledger, &row, &why));
}

static void runs_come_newest_first(void **state)
{
    struct place *place = *state;
    struct run_row *runs;
    size_t count = 0;

    put_run(place, "run-1", "shop-parcels", UNSAID);
    put_run(place, "run-1", "other", 1717400060);
    put_run(place, "run-2", "shop-parcels", 1717403660);
    put_run(place, "run-1", "shop-parcels", 1717400060);
    must(ledger_runs(place->ledger, NULL, 10, &place->arena, &runs, &count, &why));
    assert_int_equal(count, 3);
    assert_string_equal(runs[0].run, "run-2");
    must(ledger_runs(place->ledger, "shop-parcels", 10, &place->arena, &runs, &count, &why));
    assert_int_equal(count, 2);
    assert_string_equal(runs[1].run, "run-1");
    assert_string_equal(runs[1].route, "shop-parcels");
    assert_string_equal(runs[1].command, "run");
    assert_int_equal(runs[1].begun_utc, 1717400000);
    assert_int_equal(runs[1].ended_utc, 1717400060);
    assert_int_equal(runs[1].exit_code, 1);
    assert_true(runs[1].extracted && runs[1].loaded);
    assert_false(runs[1].transformed || runs[1].reported);
    must(ledger_runs(place->ledger, NULL, 1, &place->arena, &runs, &count, &why));
    assert_int_equal(count, 1);
    must(ledger_runs(place->ledger, "nowhere", 10, &place->arena, &runs, &count, &why));
    assert_int_equal(count, 0);
}

static void a_run_that_did_not_end_says_so(void **state)
{
    struct place *place = *state;
    struct run_row *runs;
    size_t count = 0;

    put_run(place, "run-1", "shop-parcels", UNSAID);
    must(ledger_runs(place->ledger, NULL, 10, &place->arena, &runs, &count, &why));
    assert_int_equal(runs[0].ended_utc, UNSAID);
    assert_int_equal(runs[0].exit_code, UNSAID);
}

static void the_history_of_a_record_is_kept_in_order(void **state)
{
    struct place *place = *state;
    struct ledger_row row = place_row("1"), other = place_row("2");
    struct event_row *events;
    size_t count = 0;

    row.revision = 1;
    must(ledger_event(place->ledger, &row, "sent", NULL, 1717400000, &why));
    must(ledger_event(place->ledger, &other, "sent", NULL, 1717400000, &why));
    row.run = "run-2";
    must(ledger_event(place->ledger, &row, "refused", "postcode is missing", 1717400000, &why));
    row.revision = 2;
    must(ledger_event(place->ledger, &row, "sent", NULL, 1717300000, &why));
    must(ledger_events(place->ledger, "shop-parcels", KIND_ORDERS, "1", &place->arena, &events,
                       &count, &why));
    assert_int_equal(count, 3);
    assert_string_equal(events[0].what, "sent");
    assert_string_equal(events[0].run, "run-1");
    assert_null(events[0].text);
    assert_int_equal(events[0].at_utc, 1717400000);
    assert_string_equal(events[1].text, "postcode is missing");
    assert_string_equal(events[1].run, "run-2");
    assert_int_equal(events[1].revision, 1);
    assert_int_equal(events[2].revision, 2);
}

static void words_for_people_are_those_of_the_reports(void **state)
{
    (void)state;
    assert_string_equal(state_name(STATE_SENT), "sent");
    assert_string_equal(state_name(STATE_UNEXPLAINED), "unexplained");
    assert_string_equal(effect_name(EFFECT_NONE), "none");
    assert_string_equal(effect_name(EFFECT_UNSURE), "unsure");
}

static const struct CMUnitTest tests[] = {
    test(a_watermark_moves_when_it_is_set),
    test(an_article_is_found_by_ref_and_else_by_sku),
    test(the_catalogues_of_accounts_are_apart),
    test(a_bundles_parts_and_the_owner_of_a_number_are_told),
    test(an_unchanged_article_costs_no_commit),
    test(calls_add_up_by_account_and_month),
    test(runs_come_newest_first),
    test(a_run_that_did_not_end_says_so),
    test(the_history_of_a_record_is_kept_in_order),
    test(words_for_people_are_those_of_the_reports),
};

int main(void)
{
    return cmocka_run_group_tests_name("ledger book", tests, NULL, NULL);
}
