#include "faults.h"

#include "backend.h"
#include "core/text.h"
#include "harness/harness.h"

#include <stdlib.h>

#define HOME_FREE "0 home"
#define ROWS_MAX 60

static const struct place *place;

/* ---- stories ---- */

void three_orders(struct world *w)
{
    shop_sells(w, 560000001, 3, "");
}

void three_labels(struct world *w)
{
    three_orders(w);
    assert_int_equal(world_run(w, "run", NULL), 0);
    (void)world_control(w, "POST", "/sendcloud/print", "{\"all\":true}");
    world_pass(w, HOUR);
}

/* ---- what became of it ---- */

static bool has_summary(struct world *w)
{
    return world_has_file(w, "reports/" TODAY "/summary.csv");
}

/* "2 waiting 3": the exit code and the states of the flow. */
static const char *told(struct world *w, int code)
{
    static const char *const states[] = {"sent",    "same",   "skipped",    "refused",
                                         "waiting", "unsure", "unexplained"};
    const char *text = arena_format(&w->arena, "%d", code);

    for (size_t i = 0; has_summary(w) && i < ARRAY_LEN(states); i++) {
        int64_t count = world_summary(w, TODAY, place->flow, states[i]);

        if (count > 0)
            text = arena_format(&w->arena, "%s %s %lld", text, states[i], (long long)count);
    }
    return text;
}

static void open_shop(struct world *w, const char *api)
{
    world_open(w, NOW);
    (void)snprintf(w->api, sizeof w->api, "%s", api);
    world_configure(w, "timeout = 1s", "timeout = 1s", NULL, NULL);
}

static bool is_home(struct world *w)
{
    static const char *const orders[] = {"560000001", "560000002", "560000003"};
    bool back = text_same(place->flow, "shipments");

    for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
        if (pushes(w, orders[i]) == 0)
            return false;
        if (back &&
            (text_is_empty(shop_says(w, orders[i], "tracking")) || !shop_tagged(w, orders[i], TAG)))
            return false;
    }
    return true;
}

static const struct ground shop_ground = {open_shop, is_home};

static void expect(const struct fault_row *row, const char *got, const char *wanted,
                   const char *output)
{
    if (!text_same(got, wanted))
        fail_msg("%s, %s: '%s' instead of '%s':\n%s", place->name, row->fault, got, wanted, output);
}

static void play(const struct fault_row *row, bool lasting)
{
    const char *wanted_next = lasting ? row->next : row->next_once;
    const struct ground *ground = place->ground ? place->ground : &shop_ground;
    struct world w;
    const char *got, *next;
    int code;

    ground->open(&w, place->api);
    place->prepare(&w);
    world_fault(&w,
                arena_format(&w.arena,
                             "{\"system\":\"%s\",\"call\":\"%s\",\"fault\":\"%s\",\"times\":%d}",
                             place->system, place->call, row->fault, lasting ? 99 : 1));
    got = told(&w, world_run(&w, "run", NULL));
    if (faults_played(&w) == 0)
        got = "it was not played";
    clear_faults(&w);
    world_pass(&w, 60);
    code = world_run(&w, "run", NULL);
    next = arena_format(&w.arena, "%d %s", code, ground->is_home(&w) ? "home" : "-");
    expect(row, got, lasting ? row->lasting : row->once, world_output(&w, w.started - 1));
    expect(row, next, wanted_next ? wanted_next : HOME_FREE, w.output);
    world_assert_quiet(&w);
    world_close(&w);
}

static void does_what_the_table_says(void **state)
{
    /* REQ-Z3 REQ-Z4 REQ-Z5 */
    const struct fault_row *row = *state;

    play(row, false);
    if (!row->slow)
        play(row, true);
}

int faults_main(const struct place *the_place, const struct fault_row *rows, size_t len)
{
    struct CMUnitTest tests[ROWS_MAX];

    place = the_place;
    assert_true(len <= ROWS_MAX);
    for (size_t i = 0; i < len; i++) {
        const struct fault_row *row = &rows[i];

        tests[i] = (struct CMUnitTest){.name = row->fault, .test_func = does_what_the_table_says};
        memcpy(&tests[i].initial_state, &row, sizeof(void *));
    }
    return _cmocka_run_group_tests(place->name, tests, len, NULL, NULL);
}
