#include "unit/place.h"

#include "core/gate.h"

static const char *effects(struct place *place, enum effect effect, const char *after, size_t most)
{
    struct ledger_row *rows;
    size_t count = 0;

    must(ledger_effects(place->ledger, "shop-parcels", KIND_ORDERS, effect, after, most,
                        &place->arena, &rows, &count, &why));
    return place_refs(place, rows, count);
}

static const char *of_order(struct place *place, enum kind kind, const char *order_ref)
{
    struct ledger_row *rows;
    size_t count = 0;

    must(ledger_of_order(place->ledger, "shop-parcels", kind, order_ref, &place->arena, &rows,
                         &count, &why));
    return place_refs(place, rows, count);
}

struct walk {
    struct place *place;
    const char *refs;
    unsigned left; /* rows until it is enough */
};

static bool note_ref(void *context, const struct ledger_row *row, struct err *err)
{
    struct walk *walk = context;

    if (walk->left-- == 0)
        return err_set(err, ERR_SYSTEM, "enough");
    walk->refs = arena_format(&walk->place->arena, "%s %s", walk->refs, row->ref);
    return true;
}

static const char *day(struct place *place, int64_t which)
{
    AUTO(arena_done) struct arena scratch = {0};
    struct walk walk = {place, "", 1000};

    must(ledger_day(place->ledger, "shop-parcels", KIND_ORDERS, which, &scratch, note_ref, &walk,
                    &why));
    return walk.refs;
}

/* --- Rows ------------------------------------------------------------------------------------- */

static const struct ledger_row full_row = {
    .route = "shop-parcels",
    .kind = KIND_SHIPMENTS,
    .ref = "P-1",
    .order_ref = "560000123",
    .day = DAY,
    .run = "run-2",
    .state = STATE_REFUSED,
    .reason = "target_refused",
    .notes = "default:weight_g cut:ship_to.name",
    .detail = "postcode is missing",
    .effect = EFFECT_REFUSED,
    .revision = 3,
    .revised_utc = 1,
    .fingerprint = WANTED,
    .at_target = OTHER,
    .target_id = "310000001",
    .body = "{\"tag\":\"x\"}",
    .found_utc = 2,
    .sent_utc = 3,
    .settled_utc = 4,
    .found_run = "run-1",
    .items = 5,
    .weight_g = -6,
    .total_e4 = 70000000000,
    .weight_from = "default",
    .currency = "EUR",
};

static void expect_same_effect(const struct ledger_row *got, const struct ledger_row *row)
{
    assert_int_equal(got->effect, row->effect);
    assert_int_equal(got->revision, row->revision);
    assert_int_equal(got->revised_utc, row->revised_utc);
    assert_string_equal(got->fingerprint, row->fingerprint);
    assert_string_equal(got->at_target, row->at_target);
    assert_string_equal(got->target_id, row->target_id);
    assert_string_equal(got->body, row->body);
    assert_int_equal(got->found_utc, row->found_utc);
    assert_int_equal(got->sent_utc, row->sent_utc);
    assert_int_equal(got->settled_utc, row->settled_utc);
    assert_string_equal(got->found_run, row->found_run);
}

static void expect_same_row(const struct ledger_row *got, const struct ledger_row *row)
{
    assert_string_equal(got->route, row->route);
    assert_int_equal(got->kind, row->kind);
    assert_string_equal(got->ref, row->ref);
    assert_string_equal(got->order_ref, row->order_ref);
    assert_int_equal(got->day, row->day);
    assert_string_equal(got->run, row->run);
    assert_int_equal(got->state, row->state);
    assert_string_equal(got->reason, row->reason);
    assert_string_equal(got->notes, row->notes);
    assert_string_equal(got->detail, row->detail);
    assert_int_equal(got->items, row->items);
    assert_int_equal(got->weight_g, row->weight_g);
    assert_int_equal(got->total_e4, row->total_e4);
    assert_string_equal(got->weight_from, row->weight_from);
    assert_string_equal(got->currency, row->currency);
}

static void a_row_is_read_back_as_it_was_put(void **state)
{
    struct place *place = *state;
    struct ledger_row got;

    place_put(place, &full_row);
    place_commit(place);
    place_reopen(place);
    assert_true(place_get(place, KIND_SHIPMENTS, "P-1", &got));
    expect_same_row(&got, &full_row);
    expect_same_effect(&got, &full_row);
}

static void what_is_not_said_stays_unsaid(void **state)
{
    struct place *place = *state;
    struct ledger_row row = place_row("1"), got;

    row.order_ref = NULL;
    row.run = row.found_run = NULL;
    row.day = row.found_utc = UNSAID;
    row.detail = "";
    place_put(place, &row);
    assert_true(place_get(place, KIND_ORDERS, "1", &got));
    assert_string_equal(got.order_ref, "1");
    assert_null(got.run);
    assert_null(got.found_run);
    assert_null(got.reason);
    assert_null(got.fingerprint);
    assert_null(got.target_id);
    assert_string_equal(got.detail, "");
    assert_int_equal(got.day, UNSAID);
    assert_int_equal(got.found_utc, UNSAID);
    assert_int_equal(got.weight_g, UNSAID);
}

static void a_row_that_nobody_put_is_not_found(void **state)
{
    struct place *place = *state;
    struct ledger_row got;

    assert_false(place_has(place, "1"));
    place_put_order(place, "1", EFFECT_NONE);
    assert_true(place_has(place, "1"));
    assert_false(place_has(place, "2"));
    assert_false(place_get(place, KIND_SHIPMENTS, "1", &got));
}

static void a_second_put_replaces_the_whole_row(void **state)
{
    struct place *place = *state;
    struct ledger_row row = place_row("1"), got;

    row.target_id = "310000001";
    row.fingerprint = WANTED;
    place_put(place, &row);
    row.run = "run-2";
    row.state = STATE_SENT;
    row.target_id = row.fingerprint = NULL;
    row.at_target = WANTED;
    place_put(place, &row);
    assert_true(place_get(place, KIND_ORDERS, "1", &got));
    assert_string_equal(got.run, "run-2");
    assert_string_equal(got.found_run, "run-1");
    assert_int_equal(got.state, STATE_SENT);
    assert_null(got.target_id);
    assert_null(got.fingerprint);
    assert_string_equal(got.at_target, WANTED);
}

static void a_row_can_move_to_another_day_and_order(void **state)
{
    struct place *place = *state;
    struct ledger_row row = place_row("1");

    row.order_ref = "A";
    place_put(place, &row);
    assert_string_equal(day(place, DAY), " 1");
    assert_string_equal(of_order(place, KIND_ORDERS, "A"), "1");
    row.day = DAY + 1;
    row.order_ref = "B";
    place_put(place, &row);
    assert_string_equal(day(place, DAY), "");
    assert_string_equal(day(place, DAY + 1), " 1");
    assert_string_equal(of_order(place, KIND_ORDERS, "A"), "");
    assert_string_equal(of_order(place, KIND_ORDERS, "B"), "1");
    row.order_ref = "1";
    row.day = UNSAID;
    place_put(place, &row);
    assert_string_equal(day(place, DAY + 1), "");
    assert_string_equal(of_order(place, KIND_ORDERS, "1"), "1");
}

static void a_fingerprint_must_be_one(void **state)
{
    struct place *place = *state;
    struct ledger_row row = place_row("1");
    struct err err = {0};

    row.fingerprint = "0011";
    assert_false(ledger_put(place->ledger, &row, &err));
    assert_says(err, ERR_STORE, "32 hex digits");
    row.fingerprint = "00112233445566778899aabbccddeefg";
    assert_false(ledger_put(place->ledger, &row, &err));
    assert_says(err, ERR_STORE, "32 hex digits");
}

/* A name of its own for each number; every third longer than what stays in memory. */
static const char *name_of(struct place *place, int number)
{
    return arena_format(&place->arena, "run-%0*d", number % 3 ? 3 : 80, number);
}

static void expect_named(struct place *place, const char *name)
{
    struct ledger_row got;
    bool found = false;

    must(ledger_get(place->ledger, name, KIND_ORDERS, "1", &place->arena, &got, &found, &why));
    assert_true(found);
    assert_string_equal(got.route, name);
    assert_string_equal(got.run, name);
}

/* More routes and runs than stay in memory. */
static void every_run_and_route_keeps_its_name(void **state)
{
    struct place *place = *state;

    for (int i = 0; i < 200; i++) {
        struct ledger_row row = place_row("1");

        row.run = row.route = name_of(place, i);
        place_put(place, &row);
        expect_named(place, row.route);
    }
    for (int i = 0; i < 200; i++)
        expect_named(place, name_of(place, i));
}

/* --- Effects ---------------------------------------------------------------------------------- */

static void effects_come_in_order_of_ref_and_in_portions(void **state)
{
    struct place *place = *state;

    place_put_order(place, "3", EFFECT_PLANNED);
    place_put_order(place, "1", EFFECT_PLANNED);
    place_put_order(place, "4", EFFECT_SENT);
    place_put_order(place, "2", EFFECT_PLANNED);
    place_put_order(place, "5", EFFECT_DONE);
    place_put_order(place, "6", EFFECT_UNSURE);
    place_put_order(place, "7", EFFECT_DONE);
    assert_string_equal(effects(place, EFFECT_PLANNED, NULL, 100), "1 2 3");
    assert_string_equal(effects(place, EFFECT_PLANNED, NULL, 2), "1 2");
    assert_string_equal(effects(place, EFFECT_PLANNED, "2", 2), "3");
    assert_string_equal(effects(place, EFFECT_PLANNED, "3", SIZE_MAX), "");
    assert_string_equal(effects(place, EFFECT_SENT, NULL, SIZE_MAX), "4");
    assert_string_equal(effects(place, EFFECT_UNSURE, NULL, 100), "6");
    assert_string_equal(effects(place, EFFECT_DONE, NULL, 100), "5 7");
    assert_string_equal(effects(place, EFFECT_REFUSED, NULL, 100), "");
}

/* REQ-Z4: what a crash leaves as `sent` is found again, and only that. */
static void an_effect_is_under_way_from_plan_to_verdict(void **state)
{
    struct place *place = *state;

    place_put_order(place, "1", EFFECT_PLANNED);
    place_commit(place);
    place_put_order(place, "1", EFFECT_SENT);
    place_commit(place);
    place_reopen(place);
    assert_string_equal(effects(place, EFFECT_PLANNED, NULL, 100), "");
    assert_string_equal(effects(place, EFFECT_SENT, NULL, 100), "1");
    place_put_order(place, "1", EFFECT_DONE);
    place_commit(place);
    place_reopen(place);
    assert_string_equal(effects(place, EFFECT_SENT, NULL, 100), "");
    assert_string_equal(effects(place, EFFECT_DONE, NULL, 100), "1");
}

static void effects_of_other_flows_are_not_mixed_in(void **state)
{
    struct place *place = *state;
    struct ledger_row row = place_row("1");

    row.effect = EFFECT_PLANNED;
    row.kind = KIND_MARKS;
    place_put(place, &row);
    row.kind = KIND_ORDERS;
    row.route = "other";
    place_put(place, &row);
    assert_string_equal(effects(place, EFFECT_PLANNED, NULL, 100), "");
}

static void more_effects_than_a_handful_are_all_there(void **state)
{
    struct place *place = *state;
    struct ledger_row *rows;
    size_t count = 0;
    char ref[16];

    for (int i = 0; i < 500; i++) {
        (void)snprintf(ref, sizeof ref, "%03d", i * 7 % 500);
        place_put_order(place, ref, EFFECT_PLANNED);
    }
    must(ledger_effects(place->ledger, "shop-parcels", KIND_ORDERS, EFFECT_PLANNED, NULL, SIZE_MAX,
                        &place->arena, &rows, &count, &why));
    assert_int_equal(count, 500);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(strtoul(rows[i].ref, NULL, 10), i);
}

/* --- Orders, days, finding -------------------------------------------------------------------- */

static void what_belongs_to_an_order_comes_oldest_first(void **state)
{
    struct place *place = *state;
    struct ledger_row row = place_row("P-9");

    place_put_order(place, "A", EFFECT_NONE);
    row.kind = KIND_SHIPMENTS;
    row.order_ref = "A";
    row.found_utc = 1;
    place_put(place, &row);
    row.ref = "P-1";
    row.found_utc = 2;
    place_put(place, &row);
    row.ref = "A"; /* a shipment that has the order's own number */
    row.found_utc = 3;
    place_put(place, &row);
    row.ref = "P-3";
    row.order_ref = "B";
    place_put(place, &row);
    assert_string_equal(of_order(place, KIND_SHIPMENTS, "A"), "P-9 P-1 A");
    assert_string_equal(of_order(place, KIND_ORDERS, "A"), "A");
    assert_string_equal(of_order(place, KIND_CANCELS, "A"), "");
}

static void an_order_is_found_with_all_that_belongs_to_it(void **state)
{
    struct place *place = *state;
    struct ledger_row row = place_row("A");
    struct ledger_row *rows;
    size_t count = 0;

    place_put(place, &row);
    row.route = "other";
    row.found_utc++;
    place_put(place, &row);
    row.route = "shop-parcels";
    row.kind = KIND_STOCK;
    row.ref = "P-1";
    row.found_utc++;
    place_put(place, &row);
    place_put_order(place, "B", EFFECT_NONE);
    must(ledger_find(place->ledger, "A", &place->arena, &rows, &count, &why));
    assert_string_equal(place_refs(place, rows, count), "A A P-1");
    assert_string_equal(rows[1].route, "other");
    assert_int_equal(rows[2].kind, KIND_STOCK);
    must(ledger_find(place->ledger, "P-1", &place->arena, &rows, &count, &why));
    assert_string_equal(place_refs(place, rows, count), "P-1");
    must(ledger_find(place->ledger, "nobody", &place->arena, &rows, &count, &why));
    assert_int_equal(count, 0);
}

static void a_day_is_walked_in_order_of_ref_until_it_is_enough(void **state)
{
    struct place *place = *state;
    AUTO(arena_done) struct arena scratch = {0};
    struct ledger_row row = place_row("0");
    struct walk walk = {place, "", 2};
    struct err err = {0};

    place_put_order(place, "2", EFFECT_DONE);
    place_put_order(place, "3", EFFECT_NONE);
    place_put_order(place, "1", EFFECT_PLANNED);
    row.day = DAY - 1;
    place_put(place, &row);
    assert_string_equal(day(place, DAY), " 1 2 3");
    assert_string_equal(day(place, DAY - 1), " 0");
    assert_false(ledger_day(place->ledger, "shop-parcels", KIND_ORDERS, DAY, &scratch, note_ref,
                            &walk, &err));
    assert_says(err, ERR_SYSTEM, "enough");
    assert_string_equal(walk.refs, " 1 2");
}

/* REQ-Z3 */
static void a_day_is_counted_by_state_and_run(void **state)
{
    struct place *place = *state;
    uint64_t counts[STATE_COUNT];
    struct ledger_row row = place_row("1");

    row.state = STATE_SENT;
    place_put(place, &row);
    row.ref = "2";
    row.run = "run-2";
    place_put(place, &row);
    row.ref = "3";
    row.state = STATE_SKIPPED;
    place_put(place, &row);
    must(ledger_count(place->ledger, "shop-parcels", KIND_ORDERS, DAY, NULL, counts, &why));
    assert_int_equal(counts[STATE_SENT], 2);
    assert_int_equal(counts[STATE_SKIPPED], 1);
    assert_int_equal(counts[STATE_REFUSED], 0);
    must(ledger_count(place->ledger, "shop-parcels", KIND_ORDERS, DAY, "run-2", counts, &why));
    assert_int_equal(counts[STATE_SENT], 1);
    assert_int_equal(counts[STATE_SKIPPED], 1);
    must(ledger_count(place->ledger, "shop-parcels", KIND_ORDERS, DAY, "run-9", counts, &why));
    assert_int_equal(counts[STATE_SENT], 0);
    must(ledger_count(place->ledger, "nowhere", KIND_ORDERS, DAY, NULL, counts, &why));
    assert_int_equal(counts[STATE_SENT], 0);
}

static void expect_days_due(struct place *place, const char *expected)
{
    int64_t *days;
    size_t count = 0;
    const char *text = "";

    must(ledger_days_due(place->ledger, "shop-parcels", &place->arena, &days, &count, &why));
    for (size_t i = 0; i < count; i++)
        text = arena_format(&place->arena, "%s %d", text, (int)(days[i] - DAY));
    assert_string_equal(text, expected);
}

static void days_are_due_until_they_are_reported_whichever_run_had_the_word(void **state)
{
    struct place *place = *state;
    struct ledger_row row = place_row("1");

    for (int i = 0; i < 40; i++) {
        row.day = DAY - i % 2;
        row.ref = i % 3 ? "1" : "2";
        place_put(place, &row);
    }
    expect_days_due(place, " -1 0"); /* and the run ends before its report */
    row.run = "run-2";
    row.day = DAY + 1;
    place_put(place, &row);
    row.kind = KIND_MARKS;
    row.day = UNSAID;
    place_put(place, &row);
    expect_days_due(place, " -1 0 1");
    must(ledger_reported(place->ledger, "shop-parcels", &why));
    expect_days_due(place, "");
    row.day = DAY;
    place_put(place, &row);
    expect_days_due(place, " 0");
}

/* --- Transactions ----------------------------------------------------------------------------- */

static void nothing_is_durable_before_the_commit(void **state)
{
    struct place *place = *state;

    place_put_order(place, "1", EFFECT_SENT);
    place_reopen(place);
    assert_false(place_has(place, "1"));
    place_put_order(place, "1", EFFECT_SENT);
    place_commit(place);
    place_reopen(place);
    assert_true(place_has(place, "1"));
}

/* Route and run are named again too: their numbers went with the transaction. */
static void a_rollback_takes_back_everything_since_the_begin(void **state)
{
    struct place *place = *state;
    struct ledger_row got;

    must(ledger_begin(place->ledger, &why));
    must(ledger_begin(place->ledger, &why));
    place_put_order(place, "1", EFFECT_SENT);
    ledger_rollback(place->ledger);
    ledger_rollback(place->ledger);
    assert_false(place_has(place, "1"));
    expect_days_due(place, "");
    must(ledger_watermark_set(place->ledger, "other", KIND_ORDERS, 1, &why));
    place_put_order(place, "2", EFFECT_SENT);
    place_commit(place);
    place_reopen(place);
    assert_true(place_get(place, KIND_ORDERS, "2", &got));
    assert_string_equal(got.route, "shop-parcels");
    assert_string_equal(got.run, "run-1");
    expect_days_due(place, " 0");
}

static void only_commits_of_changes_are_counted_and_pass_the_gate(void **state)
{
    struct place *place = *state;
    uint64_t commits = ledger_commits(place->ledger), gates = gate_count(GATE_COMMIT);

    place_commit(place);
    must(ledger_begin(place->ledger, &why));
    assert_false(place_has(place, "1"));
    place_commit(place);
    assert_int_equal(gate_count(GATE_COMMIT), gates);
    place_put_order(place, "1", EFFECT_NONE);
    place_commit(place);
    place_commit(place);
    assert_int_equal(ledger_commits(place->ledger), commits + 1);
    assert_int_equal(gate_count(GATE_COMMIT), gates + 1);
}

/* The n-th durable step from now on fails. 0: none does. */
static void fail_at(unsigned n)
{
    uint64_t passed = 0;
    char text[24];

    for (int gate = 0; gate < GATE_COUNT; gate++)
        passed += gate_count((enum gate)gate);
    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)passed + n);
    assert_int_equal(n ? setenv("TAGWERK_FAIL_AT", text, 1) : unsetenv("TAGWERK_FAIL_AT"), 0);
}

static void a_commit_that_fails_drops_its_transaction(void **state)
{
    struct place *place = *state;
    struct err err = {0};
    bool committed;

    place_put_order(place, "1", EFFECT_SENT);
    fail_at(1);
    committed = ledger_commit(place->ledger, &err);
    fail_at(0);
    assert_false(committed);
    assert_int_equal(err.kind, ERR_STORE);
    assert_false(place_has(place, "1"));
    place_put_order(place, "1", EFFECT_SENT);
    place_commit(place);
    place_reopen(place);
    assert_true(place_has(place, "1"));
}

static const struct CMUnitTest tests[] = {
    test(a_row_is_read_back_as_it_was_put),
    test(what_is_not_said_stays_unsaid),
    test(a_row_that_nobody_put_is_not_found),
    test(a_second_put_replaces_the_whole_row),
    test(a_row_can_move_to_another_day_and_order),
    test(a_fingerprint_must_be_one),
    test(every_run_and_route_keeps_its_name),
    test(effects_come_in_order_of_ref_and_in_portions),
    test(an_effect_is_under_way_from_plan_to_verdict),
    test(effects_of_other_flows_are_not_mixed_in),
    test(more_effects_than_a_handful_are_all_there),
    test(what_belongs_to_an_order_comes_oldest_first),
    test(an_order_is_found_with_all_that_belongs_to_it),
    test(a_day_is_walked_in_order_of_ref_until_it_is_enough),
    test(a_day_is_counted_by_state_and_run),
    test(days_are_due_until_they_are_reported_whichever_run_had_the_word),
    test(nothing_is_durable_before_the_commit),
    test(a_rollback_takes_back_everything_since_the_begin),
    test(only_commits_of_changes_are_counted_and_pass_the_gate),
    test(a_commit_that_fails_drops_its_transaction),
};

int main(void)
{
    return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
